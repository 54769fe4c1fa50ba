"""Entries that resemble each other: in their titles, or in what they mean."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import numpy as np

from core.ports import Vectors
from core.types import Entry

Embed = Callable[[Sequence[str]], Vectors]

_ALIKE: Final = 0.7  # the share of common bigrams from which two titles are alike
_MOST_BUCKET: Final = 200  # titles that share a pair of letters: pairs in more titles say nothing
_MEAN_ALIKE: Final = 0.65  # the cosines of two titles and of two answers, together
_ANSWERS_ALIKE: Final = 0.65  # the cosine of two answers: questions of one subject are as near
_LEAD: Final = 0.15  # by which two entries are nearer to each other than to any third
_READ_CHARS: Final = 600
_AT_ONCE: Final = 512

# How Korean questions end: 얼마인가요 and 얼마입니까 ask the same.
_ENDING: Final = re.compile(
    r"(?:인가요|입니까|이에요|예요|인지요|하나요|합니까|되나요|됩니까|나요|은가요|습니까|니까|까요|어요|해요|죠|요)$"
)
_NUMBER: Final = re.compile(r"\d[\d,.]*\d|\d")
_LIST_NUMBER: Final = re.compile(r"^\s*(?:\d{1,2}[.)]|[-*])\s", re.MULTILINE)
LINK: Final = re.compile(r"\[[^\]]*\]\((https?://[^\s)]+)\)|https?://[^\s<>\"']+")


def alike_titles(entries: Sequence[Entry]) -> Iterator[tuple[Entry, Entry]]:
    """Yield pairs of entries with almost the same title; numbers in titles tell them apart."""
    grams = [_bigrams(_ENDING.sub("", letters(entry.title))) for entry in entries]
    buckets: defaultdict[str, list[int]] = defaultdict(list)
    for index, mine in enumerate(grams):
        shared = Counter(
            other for gram in mine if len(buckets[gram]) < _MOST_BUCKET for other in buckets[gram]
        )
        for other, count in shared.most_common(5):
            alike = count / max(len(mine) + len(grams[other]) - count, 1)
            titles = entries[other].title, entries[index].title
            if alike >= _ALIKE and _NUMBER.findall(titles[0]) == _NUMBER.findall(titles[1]):
                yield entries[other], entries[index]
        for gram in mine:
            buckets[gram].append(index)


def alike_meanings(entries: Sequence[Entry], embed: Embed) -> Iterator[tuple[Entry, Entry]]:
    """Yield pairs that may ask the same in other words: each is the other's nearest by far.

    What is near is told by titles and answers together, and the answers have to be alike by
    themselves. Takes 20 s for 3,000 entries.
    """
    if len(entries) < 2:
        return
    titles = _unit(embed([entry.title for entry in entries]))
    answers = _unit(embed([entry.text[:_READ_CHARS] for entry in entries]))
    nearest, alike, lead = _nearest(titles, answers)
    for one, other in enumerate(nearest):
        is_mutual = nearest[other] == one and one < other
        is_mutual &= bool(answers[one] @ answers[other] >= _ANSWERS_ALIKE)
        if is_mutual and alike[one] >= _MEAN_ALIKE and min(lead[one], lead[other]) >= _LEAD:
            yield entries[one], entries[int(other)]


def _nearest(titles: Vectors, answers: Vectors) -> tuple[Vectors, Vectors, Vectors]:
    """Return each entry's nearest, how alike they are, and its lead; shapes (entries,)."""
    found = []
    for start in range(0, len(titles), _AT_ONCE):
        rows = slice(start, start + _AT_ONCE)
        alike = titles[rows] @ titles.T + answers[rows] @ answers.T
        alike[np.arange(len(alike)), np.arange(start, start + len(alike))] = -np.inf
        first = alike.argmax(axis=1)
        best = alike.max(axis=1)
        alike[np.arange(len(alike)), first] = -np.inf
        found.append((first, best, best - np.maximum(alike.max(axis=1), 0.0)))
    nearest, best, lead = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return nearest, best, lead


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9))


def differ_in_numbers(one: Entry, other: Entry) -> bool:
    """Return whether each of two answers has a number that the other lacks."""
    mine, others = numbers(one), numbers(other)
    return bool(mine and others) and not (mine <= others or others <= mine)


def numbers(entry: Entry) -> set[str]:
    """Return the numbers of an answer, without those of links and lists."""
    text = _LIST_NUMBER.sub(" ", LINK.sub(" ", entry.text))
    return {number.replace(",", "").rstrip(".") for number in _NUMBER.findall(text)}


def letters(text: str) -> str:
    """Return letters and digits alone, in lower case: what two spellings have in common."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())


def _bigrams(text: str) -> frozenset[str]:
    return frozenset(text[at : at + 2] for at in range(len(text) - 1)) or frozenset((text,))
