"""A conversation with the opinions on its answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from core.ports import Archive
from core.types import Feedback, SessionId, Turn

_PAGE: Final = 200


@dataclass(frozen=True, slots=True)
class RatedTurn:
    """A turn and what people think of its answer."""

    turn: Turn
    opinions: tuple[Feedback, ...]


async def read_transcript(archive: Archive, session: SessionId) -> list[RatedTurn]:
    """Read a whole conversation, oldest first; none if there is no such session.

    Raises:
        StorageError: it cannot be read.
    """
    told: list[RatedTurn] = []
    place = 0
    while page := await archive.turns(session, _PAGE, place):
        given = await archive.opinions([turn.question.id for _, turn in page])
        for place, turn in page:  # noqa: B007 - the last one is where the next page begins
            of_turn = tuple(one for one in given if one.question_id == turn.question.id)
            told.append(RatedTurn(turn, of_turn))
    return told
