"""The questions of a message, found among greetings, stories and thanks.

Each sentence that may be the question is searched for together with the whole message, in one
batch. The text with the best search result is taken for the question.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from core.assistant.research import Findings, Researcher
from core.assistant.several_questions import (
    Way,
    are_asked,
    names_something,
    several_questions,
)
from core.retrieval.audience import EVERYTHING, Audience
from core.text.korean import Analyzer, compact
from core.text.utterances.questions import Sentence, sentences_of
from core.types import Entry, Exchange, Label

_MOST_SENTENCES: Final = 12  # the last ones are read: a question stands at the end more often
_MOST_ANSWERED: Final = 3
_AS_SURE: Final = 0.75  # the share of the best question's score that a second question needs
# The share of the score of a sentence alone that it needs together with the text around it, so that
# the two are taken for the question.
_WITH_CONTEXT: Final = 0.85


Warm = Callable[[Sequence[str]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class MessageInContext:
    """A normalised message, with the conversation that it may refer to.

    `as_one` is true for a text that is one question, such as a button's. Entries whose titles are
    in `without` are left out. Only entries that the `audience` may see are found.
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
    """The questions of a message, with their findings.

    `parts` are the questions to answer, in their order, and at least one. `left_out` are further
    questions that the FAQ answers. `found` are the findings of all parts together. `query` is the
    text that a model searched for instead of the message. `beside` are the sentences of a longer
    message that ask nothing.
    """

    parts: tuple[Part, ...]
    found: Findings
    left_out: tuple[str, ...] = ()
    query: str = ""
    beside: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The questions to answer, one in a line, without the sentences around them."""
        return "\n".join(part.text for part in self.parts)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """The sentence at index `at` as a possible question.

    If it `leans`, its text includes the sentence before it.
    """

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

    async def read(self, message: MessageInContext, warm: Warm | None = None) -> Reading:
        """Search for a message and for each of its questions; `warm` embeds them beforehand.

        Raises:
            FaqIndexError: see `Retriever.search`.
        """
        text = message.text
        sentences: list[Sentence] = []
        if not message.as_one:
            sentences = await asyncio.to_thread(sentences_of, text, self._analyzer.sentences)
        if len(sentences) == 1 and sentences[0].text != text:
            text = sentences[0].text  # a greeting around it was removed
        sentences = sentences[-_MOST_SENTENCES:]
        candidates = self._candidates(sentences) if len(sentences) > 1 else []
        texts = [candidate.text for candidate in candidates]
        ways: list[Way] = []
        if len(sentences) == 1:
            ways = several_questions(sentences[0].text, self._analyzer)
            texts = list(dict.fromkeys(text for way in ways for text in way.texts))
        if warm:
            await warm([text, *texts, *(past.user for past in message.history)])
        found, *each_found = await asyncio.gather(
            self._researcher.find(text, message.history, audience=message.audience),
            *(self._researcher.find(part, audience=message.audience) for part in texts),
        )
        whole = Part(text, _left(found, message.without))
        parts = [Part(part, its) for part, its in zip(texts, each_found, strict=True)]
        if whole.found.verdict.label is Label.INJECTION or not parts or _is_title(whole):
            return Reading((whole,), whole.found)
        if ways:
            return _sides_asked(whole, ways, {part.text: part for part in parts})
        reading = _chosen(whole, dict(zip(candidates, parts, strict=True)), sentences)
        beside = tuple(sentence.text for sentence in sentences if not sentence.asks)
        return replace(reading, beside=beside)

    def _candidates(self, sentences: Sequence[Sentence]) -> list[_Candidate]:
        """Return the sentences that may be questions, alone and with the sentence before them."""
        candidates: list[_Candidate] = []
        for at, sentence in enumerate(sentences):
            if names_something(sentence.text, self._analyzer):
                candidates.append(_Candidate(at, sentence.text, leans=False))
            if sentence.asks and at:
                text = f"{sentences[at - 1].text} {sentence.text}"
                candidates.append(_Candidate(at, text, leans=True))
        return candidates


def _sides_asked(whole: Part, ways: Sequence[Way], found: Mapping[str, Part]) -> Reading:
    """Return the sides of a sentence that are questions of their own, or the whole."""
    findings = {text: part.found for text, part in found.items()}
    for way in ways:
        if are_asked(way, whole.found, findings):
            parts = [found[text] for text in way.texts]
            left_out = [part.text for part in parts[_MOST_ANSWERED:] if part.found.answers]
            return _reading(parts[:_MOST_ANSWERED], left_out=left_out)
    return Reading((whole,), whole.found)


def _is_title(part: Part) -> bool:
    """Return whether a text is the title of the entry that it finds: it is one question then."""
    hits = part.found.in_context
    return bool(hits) and compact(hits[0].title) == compact(part.text)


def _left(found: Findings, without: Sequence[str]) -> Findings:
    """Return findings without the entries of these titles."""
    if not without:
        return found
    return replace(
        found,
        in_context=[hit for hit in found.in_context if hit.title not in without],
        entries=[entry for entry in found.entries if entry.title not in without],
    )


def _chosen(
    whole: Part, found: Mapping[_Candidate, Part], sentences: Sequence[Sentence]
) -> Reading:
    """Return the questions that are clear by themselves, in order; the whole if there is none."""
    answered = _one_a_sentence(found)
    taken = _independent(answered, sentences)
    if not taken:
        part = _asked_about(whole, found, sentences)
        return Reading((part,), part.found)
    best = max(part.found.score for part in taken.values())
    order = sorted(taken, key=lambda candidate: candidate.at)
    sure = [candidate for candidate in order if taken[candidate].found.score >= _AS_SURE * best]
    behind = [candidate.text for candidate in _told_behind(answered, taken, best)]
    if len(sure) == 1 and whole.found.answers and whole.found.score >= _WITH_CONTEXT * best:
        return Reading((whole,), whole.found, tuple(behind))
    doubtful = (candidate for candidate in order if candidate not in sure)
    asking = (candidate for candidate in doubtful if sentences[candidate.at].asks)
    return _reading(
        [taken[candidate] for candidate in sure[:_MOST_ANSWERED]],
        left_out=[
            *(candidate.text for candidate in (*sure[_MOST_ANSWERED:], *asking)),
            *behind,
        ],
    )


def _told_behind(
    answered: Mapping[_Candidate, Part], taken: Mapping[_Candidate, Part], best: float
) -> list[_Candidate]:
    """Return the sentences behind the questions that do not ask, but find an entry of their own.

    "쿠폰을 만들고 싶어요" may be another question. Before the question it belongs to the story.
    """
    last = max(candidate.at for candidate in taken)
    return [
        candidate
        for candidate, part in answered.items()
        if candidate.at > last
        and part.found.score >= _AS_SURE * best
        and all(part.found.differs_from(other.found) for other in taken.values())
    ]


def _asked_about(
    whole: Part, found: Mapping[_Candidate, Part], sentences: Sequence[Sentence]
) -> Part:
    """Return the question of a message that no entry answers, or the whole if none is on topic.

    A story around a question is no reason to refuse it.
    """
    asked = [
        part
        for candidate, part in found.items()
        if sentences[candidate.at].asks and part.found.is_on_topic
    ]
    return (
        whole
        if whole.found.is_on_topic or not asked
        else max(asked, key=lambda part: part.found.score)
    )


def _independent(
    answered: Mapping[_Candidate, Part], sentences: Sequence[Sentence]
) -> dict[_Candidate, Part]:
    """Return the candidates that share neither a sentence nor an entry with a better one."""
    asking = any(sentences[candidate.at].asks for candidate in answered)
    taken: dict[_Candidate, Part] = {}
    for candidate, part in sorted(answered.items(), key=lambda pair: -pair[1].found.score):
        sentence = sentences[candidate.at]
        if asking and not (sentence.asks or sentence.begins):
            continue  # the sentence continues a story, and another one asks
        apart = all(
            abs(candidate.at - other.at) > (candidate.leans or other.leans) for other in taken
        )
        if apart and all(part.found.differs_from(other.found) for other in taken.values()):
            taken[candidate] = part
    return taken


def _one_a_sentence(found: Mapping[_Candidate, Part]) -> dict[_Candidate, Part]:
    """Return one answered candidate for each sentence, preferring the one with its predecessor.

    The sentence before tells what is meant, unless it is a greeting or another matter: then the two
    together have a much lower score than the sentence alone.
    """
    kept: dict[int, tuple[_Candidate, Part]] = {}
    for candidate, part in found.items():
        if not part.found.answers:
            continue
        alone = kept.get(candidate.at)
        if alone is None or part.found.score >= _WITH_CONTEXT * alone[1].found.score:
            kept[candidate.at] = (candidate, part)
    return dict(kept.values())


def _reading(parts: Sequence[Part], *, left_out: Sequence[str] = ()) -> Reading:
    """Merge the findings of several questions; their entries take turns."""
    entries: dict[str, Entry] = {}
    for rank in range(max(len(part.found.entries) for part in parts)):
        for part in parts:
            for entry in part.found.entries[rank : rank + 1]:
                entries.setdefault(entry.faq_id, entry)
    hits = sorted((hit for part in parts for hit in part.found.in_context), key=lambda h: -h.score)
    best = next((part.found for part in parts if part.found.answers), parts[0].found)
    found = replace(best, in_context=hits, entries=tuple(entries.values()))
    return Reading(tuple(parts), found, tuple(left_out))
