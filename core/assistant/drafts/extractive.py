"""Answers without a model: the entry's own words, the parts that answer the question first."""

from __future__ import annotations

import asyncio
import re
from bisect import bisect_right
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate

from core.assistant.drafts.rest import sections_of
from core.profile import Profile
from core.retrieval.details import detail_of
from core.retrieval.ranking import SECOND_SCORE
from core.text.korean import Analyzer
from core.text.languages import in_language_of
from core.text.sections import Section, announces, escaped, markdown, split, tidy
from core.text.utterances.own_data import asks_for_own_data
from core.types import AnswerPiece, Cited, Exchange, Passage, Written

_BUDGET_CHARS = 800  # the part of an entry that is shown; a button shows the rest
_WHOLE_CHARS = 850  # an entry of so few characters is shown whole
_ENOUGH_CHARS = 400  # below this length, sections that are not related are shown, too
_LEAD_CHARS = 200  # the part of the introduction that is shown before any other section
_SHORT_QUESTION_TERMS = 3
_HISTORY_WEIGHT = 0.4
# The title's terms occur in most sections of its entry, so they hardly tell the sections apart.
_TITLE_WEIGHT = 0.25
_HEADING_BONUS = 1.5
_LENGTH_NORM = 0.25
_STANDS_OUT = 1.5  # a section moves first if it scores so many times the second best,
_STANDS_OUT_SHARE = 0.2  # and at least this share of the weight of all the question's terms
_RELATED_SHARE = 0.3  # the share of the best section's score that a related one has
_SECOND_ENTRIES = 3
_SECOND_SHARE = 0.25  # the share of the question's nouns that a second entry needs
_PIECE_CHARS = 120
_DETAIL_SHARE = 0.6  # of an entry; what is more than that is no detail of it

_GAP_MARK = Section("", (("⋯",),), continued=True)  # where sections are left out
# Numbered sections keep their place, because an answer cannot begin with the third step.
_COUNTED = re.compile(r"\W*(?:(?:step|case|단계|q)?\s*\d|[①-⑳])", re.IGNORECASE)
# The signs of two questions in one: 반품이랑 교환, 반품하고, 그리고, a comma, two question marks.
_JOINTS = ("JC", "MAJ", "SP")
_JOINING_WORDS = re.compile(
    r"(?<=\S)하고 (?!싶)|\b및\b"
)  # Kiwi takes the first for a verb's ending
_JOINING_PARTICLES = ("랑", "이랑", "하고", "과", "와")


class ExtractiveModel:
    """Implements `core.ports.ChatModel` with nothing but the passages' own sentences."""

    def __init__(
        self,
        analyzer: Analyzer,
        importance: Callable[[str], float],
        profile: Profile,
    ) -> None:
        """`importance` is the inverse document frequency of a term such as `정산/N`.

        `profile` has what is said below a part of a long entry, and above an answer to somebody who
        asks for their own data.
        """
        self._analyzer = analyzer
        self._importance = importance
        self._profile = profile

    @property
    def name(self) -> str:
        """The name that a turn records as the model that answered."""
        return "extractive"

    async def answer(
        self, question: str, history: Sequence[Exchange], passages: Sequence[Passage]
    ) -> AsyncGenerator[AnswerPiece]:
        """Stream Markdown in pieces of a few lines, then the one or two passages it quotes.

        Without passages it is said that the FAQ has no answer.
        """
        if not passages:
            yield in_language_of(self._profile, question).not_found
            yield Written(())
            return
        # Splitting a long entry into morphemes takes some hundred milliseconds.
        text, used, cut = await asyncio.to_thread(self._compose, question, history, passages)
        yield Cited(used)
        for piece in _pieces(text):
            yield piece
        yield Written(used, more=cut)

    def _compose(
        self, question: str, history: Sequence[Exchange], passages: Sequence[Passage]
    ) -> tuple[str, tuple[Passage, ...], bool]:
        best = passages[0]
        if told := self._detail(question, history, best):
            return markdown([told]), (best,), False
        weights = self._weights(question, history)
        second = self._second(question, passages)
        chosen = (best, second) if second else (best,)
        profile = in_language_of(self._profile, question)
        paragraphs: list[str] = []
        if asks_for_own_data(question) and not asks_for_own_data(best.title):
            paragraphs.append(f"_{profile.own_data}_")
        cut = False
        for passage in chosen:
            parts, complete = self._extract(passage, weights)
            cut = cut or not complete
            if second:
                paragraphs.append(f"**{escaped(tidy(passage.title))}**")
            paragraphs.append(markdown(parts))
        if cut:
            paragraphs.append(f"_{profile.answer_cut}_")
        return "\n\n".join(paragraph for paragraph in paragraphs if paragraph), chosen, cut

    def _detail(
        self, question: str, history: Sequence[Exchange], passage: Passage
    ) -> Section | None:
        """Return the sentences that answer a question about what was just shown."""
        if not (history and passage.title in history[-1].sources):
            return None
        told = detail_of(question, passage.title, passage.text, self._analyzer)
        in_table = any(one.startswith("|") for one in told)
        if not told or in_table or sum(map(len, told)) > _DETAIL_SHARE * len(passage.text):
            return None
        return Section("", (told,), marked_up=passage.markdown)

    def _weights(self, question: str, history: Sequence[Exchange]) -> dict[str, float]:
        """Return the weight of each term of the question.

        The terms of the question before a short one count, too, with a lower weight.
        """
        weights = {term: self._importance(term) for term in self._analyzer.terms(question)}
        if history and len(weights) <= _SHORT_QUESTION_TERMS:
            for term in self._analyzer.terms(history[-1].user):
                weights.setdefault(term, _HISTORY_WEIGHT * self._importance(term))
        return weights

    def _extract(
        self, passage: Passage, weights: Mapping[str, float]
    ) -> tuple[list[Section], bool]:
        """Return the sections to show, in the order to show them, and whether they are all."""
        parts, budget = sections_of(passage), _BUDGET_CHARS
        if len(passage.text) <= _WHOLE_CHARS:
            return _best_first(parts, self._scores(parts, passage.title, weights), weights), True
        parts = [piece for part in parts for piece in split(part, budget // 2)]
        scores = self._scores(parts, passage.title, weights)
        if max(scores) < _enough(weights):
            return self._from_start(parts, budget), False
        best = max(range(len(parts)), key=scores.__getitem__)
        kept = _within(parts, scores, budget)
        shown = _with_gaps(parts, kept) if kept else [self._beginning(parts[best], budget)]
        if parts[0].heading or 0 in (kept or [best]):
            return shown, False
        lead = self._beginning(parts[0], _LEAD_CHARS)  # it says what the entry is about
        return [lead, _GAP_MARK, *shown], False

    def _scores(
        self, parts: Sequence[Section], title: str, weights: Mapping[str, float]
    ) -> list[float]:
        """Return the score of each section: the weight of the terms that set it apart."""
        terms = [set(found) for found in self._analyzer.terms_of([part.text for part in parts])]
        headings = [set(self._analyzer.terms(part.heading)) for part in parts]
        of_title = set(self._analyzer.terms(title))
        apart = {
            term: weight
            * (1 - sum(term in found for found in terms) / (len(parts) + 1))
            * (_TITLE_WEIGHT if term in of_title else 1)
            for term, weight in weights.items()
        }
        mean_chars = sum(len(part.text) for part in parts) / max(len(parts), 1)
        return [
            sum(
                weight * (_HEADING_BONUS if term in heading else 1)
                for term, weight in apart.items()
                if term in found
            )
            / (1 - _LENGTH_NORM + _LENGTH_NORM * len(part.text) / mean_chars)
            for part, found, heading in zip(parts, terms, headings, strict=True)
        ]

    def _from_start(self, parts: Sequence[Section], budget: int) -> list[Section]:
        """Return the first sections, where none answers the question better than another."""
        shown: list[Section] = []
        room = budget
        for part in parts:
            if len(part.text) > room:
                if not shown or room > budget / 2:
                    shown.append(self._beginning(part, room))
                break
            shown.append(part)
            room -= len(part.text)
        return shown

    def _beginning(self, section: Section, budget: int) -> Section:
        """Return the section's first lines as far as they fit into the budget.

        If the first line alone does not fit, return its first sentences.
        """
        blocks: list[tuple[str, ...]] = []
        room = budget
        for block in section.blocks:
            sizes = list(accumulate(map(len, block)))
            fitting = bisect_right(sizes, room)
            while 0 < fitting < len(block) and announces(block[fitting - 1]):
                fitting -= 1
            if fitting:
                blocks.append(block[:fitting])
            if fitting < len(block):
                break
            room -= sizes[-1]
        if not blocks:
            first = next((line for line in section.lines if not announces(line)), section.lines[0])
            sentences = self._analyzer.sentences(first)
            sizes = list(accumulate(map(len, sentences)))
            blocks.append((" ".join(sentences[: max(1, bisect_right(sizes, budget))]),))
        return replace(section, blocks=tuple(blocks))

    def _second(self, question: str, passages: Sequence[Passage]) -> Passage | None:
        """Return a further entry if the question asks for two things and the best covers one."""
        if not self._asks_twice(question):
            return None
        nouns = {t: self._importance(t) for t in self._analyzer.terms(question) if t.endswith("/N")}
        best = passages[0]
        headings = "\n".join(part.heading for part in sections_of(best))
        covered = set(self._analyzer.terms(f"{best.title}\n{headings}"))
        for passage in passages[1 : 1 + _SECOND_ENTRIES]:
            fresh = set(self._analyzer.terms(passage.title)) - covered
            gain = sum(weight for term, weight in nouns.items() if term in fresh)
            near = passage.score >= SECOND_SCORE * best.score
            if near and gain > 0 and gain >= _SECOND_SHARE * sum(nouns.values()):
                return passage
        return None

    def _asks_twice(self, question: str) -> bool:
        if _JOINING_WORDS.search(question):
            return True
        tokens = self._analyzer.kiwi.tokenize(question.strip().rstrip("?!. "))
        return any(
            token.tag in _JOINTS
            or (token.tag == "JKB" and token.form in _JOINING_PARTICLES)
            or token.form == "?"
            for token in tokens[1:]  # a word that begins the question joins nothing
        )


def _enough(weights: Mapping[str, float]) -> float:
    """Return the lowest score of a section that answers the question better than the others."""
    return _STANDS_OUT_SHARE * sum(weights.values())


def _best_first(
    parts: Sequence[Section], scores: Sequence[float], weights: Mapping[str, float]
) -> list[Section]:
    """Return the sections, with the one that clearly answers the question moved to the front.

    The text before the first heading introduces the entry, so it stays before that section.
    """
    ranked = sorted(range(len(parts)), key=lambda index: -scores[index])
    enough = _enough(weights)
    if len(parts) < 2 or scores[ranked[0]] < max(enough, _STANDS_OUT * scores[ranked[1]]):
        return list(parts)
    first = parts[ranked[0]]
    # A paragraph without a heading continues the one before it, and a numbered one its sequence.
    if not first.heading or _COUNTED.match(first.heading):
        return list(parts)
    lead = list(parts[:1]) if not parts[0].heading else []
    return [*lead, first, *(part for part in parts[len(lead) :] if part is not first)]


def _with_gaps(parts: Sequence[Section], kept: Sequence[int]) -> list[Section]:
    """Return the kept sections, with a mark wherever sections between two of them are left out."""
    shown: list[Section] = []
    for before, index in zip([None, *kept], kept, strict=False):
        if before is not None and index > before + 1:
            shown.append(replace(_GAP_MARK, heading=parts[before].heading))
        shown.append(parts[index])
    return shown


def _within(parts: Sequence[Section], scores: Sequence[float], budget: int) -> list[int]:
    """Return the indexes, in order, of the sections that fit into the budget.

    The related ones are chosen first, then neighbours of the best until the text is long enough.
    """
    best = max(range(len(parts)), key=scores.__getitem__)
    kept: list[int] = []
    size = 0
    for index in sorted(range(len(parts)), key=lambda i: (-scores[i], abs(i - best))):
        related = scores[index] > 0 and scores[index] >= _RELATED_SHARE * scores[best]
        chars = len(parts[index].text)
        if size + chars <= budget and (related or size < _ENOUGH_CHARS):
            kept.append(index)
            size += chars
        elif not kept:
            return []  # the best section alone is too long
    return sorted(kept)


def _pieces(text: str) -> Iterator[str]:
    piece = ""
    for line in text.splitlines(keepends=True):
        piece += line
        if len(piece) >= _PIECE_CHARS:
            yield piece
            piece = ""
    if piece:
        yield piece
