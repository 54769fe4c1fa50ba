"""The search of conversations: the turns that match a filter, the latest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from core.ports import Archive, Reports
from core.stores.counts import HANDED_OVER, entry_counts
from core.stores.tags import entry_tag, person_tag, place_tag, platform_tag
from core.types import Feedback, Question, Turn, TurnState

_LOOKED_AT: Final = 1_000  # turns that one search goes through
_PAGE: Final = 100
_MOST_RATED: Final = 1_000  # opinions, the latest, that a search by rating goes through


@dataclass(frozen=True, slots=True)
class Filter:
    """The turns that are looked for, of those that ended `since` a moment.

    "" and None stand for all.
    """

    text: str = ""
    platform: str = ""
    channel: str = ""
    state: TurnState | None = None
    rated: str = ""  # helpful, unhelpful or handed_over
    entry: str = ""
    person: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The turns found, the latest first; a further search begins `before` that moment."""

    turns: Sequence[tuple[Turn, tuple[Feedback, ...]]]
    before: datetime | None


class Finder:
    """Looks through the stored turns, by the narrowest index that a filter has."""

    def __init__(self, reports: Reports, archive: Archive) -> None:
        self._reports = reports
        self._archive = archive

    async def find(self, wanted: Filter, *, limit: int, before: datetime) -> Found:
        """Look for turns that ended before a moment, among the last thousand before it.

        Raises:
            StorageError: they cannot be read.
        """
        found: list[tuple[Turn, tuple[Feedback, ...]]] = []
        looked_at, place = 0, before
        while looked_at < _LOOKED_AT:
            most = _PAGE if looked_at == 0 else _LOOKED_AT - looked_at
            read = await self._page(wanted, most, place)
            page = [turn for turn in read if not wanted.since or turn.finished_at >= wanted.since]
            chosen = [turn for turn in page if _is_wanted(turn, wanted)]
            given: dict[str, list[Feedback]] = {}
            for opinion in await self._archive.opinions([turn.question.id for turn in chosen]):
                given.setdefault(opinion.question_id, []).append(opinion)
            for turn in chosen:
                opinions = tuple(given.get(turn.question.id, ()))
                if not wanted.rated or any(_is_rated(one, wanted.rated) for one in opinions):
                    found.append((turn, opinions))
                if len(found) == limit:
                    return Found(found, turn.finished_at)
            if len(page) < most:
                return Found(found, None)
            looked_at, place = looked_at + len(page), page[-1].finished_at
        return Found(found, place)

    async def _page(self, wanted: Filter, most: int, before: datetime) -> Sequence[Turn]:
        """Read the last turns before a moment, by the narrowest index that the filter has."""
        if wanted.rated and not (wanted.person or wanted.entry):
            given = await self._reports.rated(_MOST_RATED, helpful=wanted.rated == "helpful")
            rated = list(dict.fromkeys(one.question_id for one in given))
            return await self._archive.last_ended(rated, most, before=before)
        return await self._reports.latest(most, before=before, state=wanted.state, tag=_tag(wanted))


def last_of_all() -> datetime:
    """Return a moment after every turn."""
    return datetime.now(UTC) + timedelta(days=1)


def _is_wanted(turn: Turn, wanted: Filter) -> bool:
    question: Question = turn.question
    platform, _, place = question.session.partition(":")
    return (
        (wanted.state is None or turn.state is wanted.state)
        and (not wanted.platform or platform == wanted.platform)
        and (not wanted.channel or wanted.channel in place.split(":"))
        and (not wanted.person or question.asker == wanted.person)
        and (not wanted.entry or wanted.entry in entry_counts(turn))
        and (
            not wanted.text
            or wanted.text.casefold() in f"{question.text}\n{turn.answer}".casefold()
        )
    )


def _tag(wanted: Filter) -> str:
    """Return the rarest tag of what is looked for, "" of none."""
    if wanted.person:
        return person_tag(wanted.person)
    if wanted.entry:
        return entry_tag(wanted.entry)
    if wanted.channel:
        return place_tag(wanted.channel)
    return platform_tag(wanted.platform) if wanted.platform else ""


def _is_rated(opinion: Feedback, rated: str) -> bool:
    if rated == HANDED_OVER:
        return opinion.reason == HANDED_OVER
    return opinion.helpful is (rated == "helpful")
