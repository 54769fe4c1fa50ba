"""Follow-ups: titles near the answer, each checked to be answered by the FAQ."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import lru_cache
from typing import Protocol

import numpy as np

from core.ports import Vectors
from core.profile import Theme
from core.text.korean import compact, ngrams
from core.text.sections import tidy
from core.types import Entry, Offer, Passage

_MAX_CHECKS = 6
_MIN_SCORE = 0.5
# The share of common bigrams from which two questions count as the same; registering something and
# changing it stay below.
_ALIKE = 0.75
_TEXTS_KEPT = 8_192  # titles and questions; most of them come again with the next question
_MIN_LABEL_CHARS = 8  # without its tag, a title such as "[배송] 변경" says too little
_TAGS = re.compile(r"^(?:\s*[★☆]|\s*\[[^\[\]]*\])+\s*")
_STARS = re.compile(r"^[\s★☆]+")
_COURSE = re.compile(r"\s*\(온라인 ?교육 ?제공\)\s*$")
# Cosine of a question with one of a theme's words; below it, what is near is near by chance.
_NEAR = 0.33


class ScoredTitle(Protocol):
    """A search result as follow-ups need it: a passage, or a hit without its text."""

    @property
    def title(self) -> str:
        """The entry's title."""
        ...

    @property
    def score(self) -> float:
        """The score in 0..1; higher is nearer."""
        ...


Search = Callable[[str], Awaitable[Sequence[ScoredTitle]]]


async def propose(  # noqa: PLR0913 - one choice, all of whose grounds are named
    *,
    answered: Sequence[Entry],
    neighbours: Sequence[Entry],
    asked: Sequence[str],
    search: Search,
    limit: int = 3,
    min_score: float = _MIN_SCORE,
) -> tuple[str, ...]:
    """Return up to `limit` follow-up questions in the form in which a button shows them.

    `asked` holds what was asked in the session, the question just answered included. A question is
    offered only if `search` returns its entry first, with a score (0..1) of at least `min_score`.
    """
    offered: list[str] = []
    known = [*asked, *(entry.title for entry in answered)]
    taken = [_letters(form) for text in known for form in labels(text)]
    checks = 0
    for title in _candidates(answered, neighbours):
        forms = labels(title)
        if any(alike(_letters(form), other) for form in forms for other in taken):
            continue
        for form in forms:
            if len(offered) >= limit or checks >= _MAX_CHECKS:
                return tuple(offered)
            checks += 1
            if _leads_to(title, await search(form), min_score):
                offered.append(form)
                taken += map(_letters, forms)
                break
    return tuple(offered)


@lru_cache(maxsize=_TEXTS_KEPT)
def labels(title: str) -> tuple[str, ...]:
    """The ways to show a title on a button, the shortest that may be understood first."""
    readable = tidy(_COURSE.sub("", _STARS.sub("", tidy(title))))
    bare = _TAGS.sub("", readable)
    if len(_letters(bare)) < _MIN_LABEL_CHARS:
        return (readable,)
    return tuple(dict.fromkeys((bare, readable)))


def _candidates(answered: Sequence[Entry], neighbours: Sequence[Entry]) -> Iterator[str]:
    for entry in answered:
        yield from entry.related
    for entry in neighbours:
        yield entry.title


def _leads_to(title: str, found: Sequence[ScoredTitle], min_score: float) -> bool:
    # A related title was typed by hand: its spacing may differ from that of the entry.
    return (
        bool(found) and found[0].score >= min_score and _letters(found[0].title) == _letters(title)
    )


def alike(one: str, other: str) -> bool:
    """Return whether two compact texts are the same question, give or take an ending."""
    if one == other:
        return True
    mine, others = _bigrams(one), _bigrams(other)
    common = len(mine & others)
    return common >= _ALIKE * max(len(mine) + len(others) - common, 1)


@lru_cache(maxsize=_TEXTS_KEPT)
def _bigrams(text: str) -> frozenset[str]:
    return frozenset(ngrams(text, 2, 2))


@lru_cache(maxsize=_TEXTS_KEPT)
def _letters(text: str) -> str:
    return compact(text)


async def checked(
    offers: Sequence[Offer], *, asked: Sequence[str], sources: Sequence[Passage], search: Search
) -> list[Offer]:
    """The offers that lead to an entry which was not just shown, without what was asked before."""
    kept: list[Offer] = []
    taken = [compact(text) for text in asked]
    shown = {source.title for source in sources}
    for offer in offers:
        letters = compact(offer.question)
        if not letters or any(alike(letters, other) for other in taken):
            continue
        found = await search(offer.question)
        if found and found[0].score >= _MIN_SCORE and found[0].title not in shown:
            kept.append(offer)
            taken.append(letters)
            shown.add(found[0].title)
    return kept


def filled_up(
    offers: Sequence[Offer], related: Sequence[str], limit: int
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Questions for the buttons and their sentences ("" for a related title), at most `limit`."""
    rows = [(offer.question, offer.sentence) for offer in offers]
    taken = [compact(question) for question, _ in rows]
    rows += [(t, "") for t in related if not any(alike(compact(t), other) for other in taken)]
    return tuple(q for q, _ in rows[:limit]), tuple(sentence for _, sentence in rows[:limit])


class LeadBack:
    """Knows what each theme of off-topic questions leads back to."""

    def __init__(self, themes: Sequence[Theme], embed: Callable[[Sequence[str]], Vectors]) -> None:
        self._asks = [theme.ask for theme in themes for _ in theme.about]
        self._words = embed([word for theme in themes for word in theme.about])
        self._embed = embed

    def question_for(self, text: str) -> str | None:
        """The question that the nearest theme leads to; None if no theme is near."""
        if not self._asks:
            return None
        cosines = self._words @ self._embed([text])[0]
        best = int(np.argmax(cosines))
        return self._asks[best] if cosines[best] >= _NEAR else None
