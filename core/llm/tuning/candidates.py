"""The candidates that a model could be tuned on: questions of the FAQ, and liked answers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from core.ports import Archive
from core.types import Entry, Exchange, Feedback, Passage, SessionId, Turn, TurnState

_PAGE = 100
_ONE_IN = 5  # one entry in so many is also asked for without its own passage


class Reason(StrEnum):
    """The reason why something is not trained on."""

    NOT_ANSWERED = "it was not answered from the FAQ"
    NO_OPINION = "nobody said that it helped"
    DISLIKED = "somebody said that it did not help"
    OPTED_OUT = "the person wants no part in it"
    NOT_FOUND = "the search finds no passage for it that it stands on"
    UNCITED = "it does not say which of its sources it stands on"
    REPEATED = "the same question is there already"
    TOO_LONG = "it has more tokens than a model is trained on"
    EMPTY = "the question or the answer is empty"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that is not trained on; `origin` names the entry or the question's id."""

    origin: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class TuningExample:
    """A question with the answer that a tuned model should give.

    `sources` are the titles that the answer stands on: `[n]` in it is the n-th of them, and where
    there are none it says that the passages hold no answer. `hidden` is a title that is taken out
    of what the search finds. Candidates of one `group` are never split between training and
    comparison.
    """

    origin: str
    group: str
    question: str
    answer: str
    sources: tuple[str, ...]
    history: tuple[Exchange, ...] = ()
    passages: tuple[Passage, ...] = ()
    hidden: str = ""


def of_entries(entries: Iterable[Entry], *, each: int) -> Iterator[TuningExample]:
    """Yield up to `each` questions for every entry, and for some entries one without a passage.

    Which ones are asked without depends on the entry alone, so that two exports agree.
    """
    for entry in entries:
        questions = [*dict.fromkeys((entry.title, *entry.questions))][:each]
        passage = Passage(entry.faq_id, entry.title, entry.text, 1.0)
        for question in questions:
            yield TuningExample(
                origin=entry.title,
                group=f"entry:{entry.faq_id}",
                question=question,
                answer=entry.text,
                sources=(entry.title,),
                passages=(passage,),
            )
        if sha256(entry.faq_id.encode()).digest()[0] % _ONE_IN == 0:
            yield TuningExample(
                origin=entry.title,
                group=f"entry:{entry.faq_id}",
                question=questions[-1],
                answer="",
                sources=(),
                hidden=entry.title,
            )


async def of_turns(
    archive: Archive, *, earlier: int, opted_out: Collection[str]
) -> AsyncIterator[TuningExample | LeftOut]:
    """Yield what may be learnt from every session, newest first, and what may not and why.

    `earlier` is how many turns of a conversation the bot is shown. What was deleted is in no
    archive, and so is not here.

    Raises:
        StorageError: the archive cannot be read.
    """
    last = None
    while summaries := await archive.sessions(_PAGE, last):
        for summary in summaries:
            turns = await _turns(archive, summary.session)
            for place, turn in enumerate(turns):
                opinions = await archive.opinions([turn.question.id])
                before = turns[max(0, place - earlier) : place]
                yield _of_turn(turn, before, opinions, opted_out)
        last = summaries[-1]


async def _turns(archive: Archive, session: SessionId) -> list[Turn]:
    turns: list[tuple[int, Turn]] = []
    while page := await archive.turns(session, _PAGE, after=turns[-1][0] if turns else 0):
        turns += page
    return [turn for _, turn in turns]


def _of_turn(
    turn: Turn, before: Sequence[Turn], opinions: Sequence[Feedback], opted_out: Collection[str]
) -> TuningExample | LeftOut:
    # The conversation is part of the example, so everybody who speaks in it has to agree.
    if {turn.question.asker, *(earlier.question.asker for earlier in before)} & set(opted_out):
        return LeftOut(turn.question.id, Reason.OPTED_OUT)
    if turn.state is not TurnState.ANSWERED or not turn.sources:
        return LeftOut(turn.question.id, Reason.NOT_ANSWERED)
    if not opinions:
        return LeftOut(turn.question.id, Reason.NO_OPINION)
    if not all(opinion.helpful for opinion in opinions):
        return LeftOut(turn.question.id, Reason.DISLIKED)
    return TuningExample(
        origin=turn.question.id,
        group=turn.question.session,
        question=turn.question.text,
        answer=turn.answer,
        sources=turn.sources,
        history=tuple(Exchange(t.question.text, t.answer, t.sources) for t in before),
    )
