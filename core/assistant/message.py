"""The questions of a message, found among greetings, stories and thanks.

Each sentence that may be the question is searched for beside the whole message, in one go; what
finds its entry best is what was asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from core.assistant.research import Findings, Researcher
from core.retrieval.audience import EVERYTHING, Audience
from core.text.asking_sentences import Sentence, halves_of, sentences_of
from core.text.korean import Analyzer
from core.types import Entry, Exchange, Label

_MOST_SENTENCES: Final = 12  # the last ones: a question stands at the end more often
_MOST_ANSWERED: Final = 2
_AS_SURE: Final = 0.75  # a second question's score, as a share of the first one's
_WITH_CONTEXT: Final = 0.85  # the score of a question with what is said around it, as such a share


Warm = Callable[[Sequence[str]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it is read, with the conversation that it may lean on.

    `as_one` tells that it is one question, such as a button's. Entries whose titles are in
    `without` are not wanted. The answer is for an `audience`.
    """

    text: str
    history: Sequence[Exchange] = ()
    as_one: bool = False
    without: tuple[str, ...] = ()
    audience: Audience = EVERYTHING


@dataclass(frozen=True, slots=True)
class Part:
    """One question of a message as it is searched for, with its findings."""

    text: str
    found: Findings


@dataclass(frozen=True, slots=True)
class Reading:
    """The reading of a message: what it asks.

    `parts` are the questions to answer, in their order, and at least one. `left_out` are further
    questions that the FAQ answers. `found` holds for all of it. `query` is what a model said to
    search for instead. `beside` are sentences of a longer message that ask nothing.
    """

    parts: tuple[Part, ...]
    found: Findings
    left_out: tuple[str, ...] = ()
    query: str = ""
    beside: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The questions without what stands around them."""
        return "\n".join(part.text for part in self.parts)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A sentence that may be the question (`at`), alone or with the one that it leans on."""

    at: int
    text: str
    leans: bool


class MessageReader:
    """Finds the questions of messages."""

    def __init__(self, researcher: Researcher, analyzer: Analyzer) -> None:
        self._researcher = researcher
        self._analyzer = analyzer

    @property
    def waiting(self) -> int:
        """The number of questions that have not been searched for yet."""
        return self._researcher.waiting

    async def read(self, message: Message, warm: Warm | None = None) -> Reading:
        """Search for a message and for each of its questions; `warm` embeds them beforehand.

        Raises:
            FaqIndexError: see `Retriever.search`.
        """
        text = message.text
        sentences: list[Sentence] = []
        if not message.as_one:
            sentences = await asyncio.to_thread(sentences_of, text, self._analyzer.sentences)
        if len(sentences) == 1 and sentences[0].text != text:
            text = sentences[0].text  # there was a greeting around it
        sentences = sentences[-_MOST_SENTENCES:]
        candidates = self._candidates(sentences) if len(sentences) > 1 else []
        halves = halves_of(sentences[0].text) if len(sentences) == 1 else None
        texts = [one.text for one in candidates] or list(halves or ())
        if warm:
            await warm([text, *texts, *(past.user for past in message.history)])
        whole, *found = await asyncio.gather(
            self._researcher.find(text, message.history, audience=message.audience),
            *(self._researcher.find(one, audience=message.audience) for one in texts),
        )
        whole = _left(whole, message.without)
        parts = [Part(one, its) for one, its in zip(texts, found, strict=True)]
        whole_part = Part(text, whole)
        if whole.verdict.label is Label.INJECTION or not parts:
            return Reading((whole_part,), whole)
        if halves:
            return _both(whole_part, parts)
        reading = _chosen(whole_part, dict(zip(candidates, parts, strict=True)), sentences)
        return replace(reading, beside=tuple(one.text for one in sentences if not one.asks))

    def _candidates(self, sentences: Sequence[Sentence]) -> list[_Candidate]:
        """Return what may be a question, by itself and with the sentence before it."""
        found: list[_Candidate] = []
        for at, one in enumerate(sentences):
            if self._names_something(one.text):
                found.append(_Candidate(at, one.text, leans=False))
            if one.asks and at:
                text = f"{sentences[at - 1].text} {one.text}"
                found.append(_Candidate(at, text, leans=True))
        return found

    def _names_something(self, text: str) -> bool:
        return any(term.endswith("/N") for term in self._analyzer.terms(text))


def _left(found: Findings, without: Sequence[str]) -> Findings:
    """Return findings without the entries that are not wanted."""
    if not without:
        return found
    return replace(
        found,
        in_context=[hit for hit in found.in_context if hit.title not in without],
        entries=[entry for entry in found.entries if entry.title not in without],
    )


def _both(whole: Part, halves: Sequence[Part]) -> Reading:
    """Return two questions if each half finds an entry of its own, and better than the whole."""
    bar = _score(whole)
    if all(_answers(half) and _score(half) >= bar for half in halves) and _differ(*halves):
        return _reading(halves)
    return Reading((whole,), whole.found)


def _chosen(
    whole: Part, found: Mapping[_Candidate, Part], sentences: Sequence[Sentence]
) -> Reading:
    """Return the questions that stand for themselves, in their order; the whole if none does."""
    able = _with_what_they_lean_on(found)
    asking = any(sentences[one.at].asks for one in able)
    taken: dict[_Candidate, Part] = {}
    for one, part in sorted(able.items(), key=lambda pair: -_score(pair[1])):
        if asking and not (sentences[one.at].asks or sentences[one.at].begins):
            continue  # a story that goes on
        apart = all(abs(one.at - other.at) > (one.leans or other.leans) for other in taken)
        if apart and all(_differ(part, other) for other in taken.values()):
            taken[one] = part
    if not taken:
        return Reading((whole,), whole.found)
    best = max(map(_score, taken.values()))
    sure = {one: part for one, part in taken.items() if _score(part) >= _AS_SURE * best}
    if len(sure) == 1 and _answers(whole) and _score(whole) >= _WITH_CONTEXT * best:
        return Reading((whole,), whole.found)
    order = sorted(sure, key=lambda one: one.at)
    others = [one for one in sorted(taken, key=lambda one: one.at) if one not in sure]
    left_out = [*order[_MOST_ANSWERED:], *(one for one in others if sentences[one.at].asks)]
    return _reading(
        [sure[one] for one in order[:_MOST_ANSWERED]], left_out=[one.text for one in left_out]
    )


def _with_what_they_lean_on(found: Mapping[_Candidate, Part]) -> dict[_Candidate, Part]:
    """Return one candidate a sentence: with the one before it, where that costs little.

    What comes before tells what is meant, unless it is a greeting or another matter: then the two
    together find their entry worse by far.
    """
    kept: dict[int, tuple[_Candidate, Part]] = {}
    for one, part in found.items():
        if not _answers(part):
            continue
        alone = kept.get(one.at)
        if alone is None or _score(part) >= _WITH_CONTEXT * _score(alone[1]):
            kept[one.at] = (one, part)
    return dict(kept.values())


def _reading(parts: Sequence[Part], *, left_out: Sequence[str] = ()) -> Reading:
    """Put the findings of several questions together, those of each in turn."""
    entries: dict[str, Entry] = {}
    for rank in range(max(len(part.found.entries) for part in parts)):
        for part in parts:
            for entry in part.found.entries[rank : rank + 1]:
                entries.setdefault(entry.faq_id, entry)
    hits = sorted((hit for part in parts for hit in part.found.in_context), key=lambda h: -h.score)
    found = replace(parts[0].found, in_context=hits, entries=tuple(entries.values()))
    return Reading(tuple(parts), found, tuple(left_out))


def _answers(part: Part) -> bool:
    return part.found.verdict.label is Label.ON_TOPIC and bool(part.found.entries)


def _score(part: Part) -> float:
    return part.found.in_context[0].score if part.found.in_context else 0.0


def _differ(one: Part, other: Part) -> bool:
    return one.found.in_context[0].faq_id != other.found.in_context[0].faq_id
