"""Entries that say the same: exact duplicates merge, near ones are found and reported."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ingest.clean import Cleaned, spaceless

_SHINGLE_CHARS: Final = 5
_ALIKE: Final = 0.9  # the similarity from which on two answers are almost the same
# Of two texts alike at 0.9 the same shingle is the smallest with probability 0.9: among eight,
# sharing fewer than two is a matter of one in millions.
_SKETCH_HASHES: Final = 8
# This bounds the work: one of a thousand boilerplate answers is compared with its last few.
_BUCKET_ENTRIES: Final = 8
_CANDIDATES: Final = 5


@dataclass(frozen=True, slots=True)
class Merged:
    """A row with the title of an earlier one; its questions went to the row at `into`.

    `added` says that its answer was another one, and now stands below the first.
    """

    title: str
    position: str
    into: str
    added: bool = False


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    """Two entries with almost the same answer; `similarity` is Jaccard's, of 5-grams, in 0..1."""

    first: str
    second: str
    similarity: float


@dataclass(frozen=True, slots=True)
class Deduped:
    """The entries that remain, and what went into them."""

    entries: tuple[Cleaned, ...]
    merged: tuple[Merged, ...]


def dedupe(entries: Iterable[Cleaned], readers: Callable[[str], str]) -> Deduped:
    """Merge rows of the same title, whatever its spacing and form; another text is added below.

    If they are of two categories (`How long does it take?` of delivery and of repair), each text
    stands below its own. Those of categories with other `readers` stay apart.
    """
    kept: dict[tuple[str, str], Cleaned] = {}
    named: set[tuple[str, str]] = set()  # those whose answers have their categories above them
    merged = []
    for entry in entries:
        key = (spaceless(entry.title), readers(entry.category))
        first = kept.setdefault(key, entry)
        if first is entry:
            continue
        adds = "".join(entry.text.split()) not in "".join(first.text.split())
        told = entry
        if adds and (key in named or _differ(first.category, entry.category)):
            first = first if key in named else _under_category(first)
            told = _under_category(entry)
            named.add(key)
        kept[key] = _united(first, told, adds=adds)
        merged.append(Merged(entry.title, entry.position, first.position, added=adds))
    return Deduped(tuple(kept.values()), tuple(merged))


def near_duplicates(entries: Sequence[tuple[str, str]]) -> tuple[NearDuplicate, ...]:
    """Pairs of (title, text) whose texts are alike, most alike first; spacing does not count.

    Linear in the number of entries: each is compared to at most five earlier ones, those that
    share the most of its sketch.
    """

    @lru_cache(maxsize=4096)
    def shingles(index: int) -> NDArray[np.uint64]:
        return _shingles(entries[index][1])

    buckets: defaultdict[int, deque[int]] = defaultdict(lambda: deque(maxlen=_BUCKET_ENTRIES))
    pairs = []
    for index in range(len(entries)):
        sketch = shingles(index)[:_SKETCH_HASHES].tolist()
        shared = Counter(other for value in sketch for other in buckets[value])
        for other, count in shared.most_common(_CANDIDATES):
            if count < min(2, len(sketch)):
                break
            similarity = _jaccard(shingles(other), shingles(index))
            if similarity >= _ALIKE:
                pairs.append(NearDuplicate(entries[other][0], entries[index][0], similarity))
        for value in sketch:
            buckets[value].append(index)
    return tuple(sorted(pairs, key=lambda pair: -pair.similarity))


def _differ(first: str, second: str) -> bool:
    return bool(first and second) and first != second


def _under_category(entry: Cleaned) -> Cleaned:
    """Return an entry with its category as the heading of its text."""
    if not entry.category:
        return entry
    heading = f"**{entry.category}**\n" if entry.markdown else f"[{entry.category}]"
    return replace(entry, text=f"{heading}\n{entry.text}")


def _united(first: Cleaned, second: Cleaned, *, adds: bool) -> Cleaned:
    return replace(
        first,
        text=f"{first.text}\n\n{second.text}" if adds else first.text,
        markdown=first.markdown or (adds and second.markdown),
        url=first.url or second.url,
        updated=max(first.updated, second.updated),
        category=first.category or second.category,
        questions=tuple(dict.fromkeys((*first.questions, *second.questions))),
        related=tuple(dict.fromkeys((*first.related, *second.related))),
    )


def _shingles(text: str) -> NDArray[np.uint64]:
    """Hashes of the text's 5-grams without spaces, ascending; of the whole of a shorter text."""
    plain = "".join(text.split())
    codes = np.frombuffer(plain.encode("utf-32-le", "replace"), dtype="<u4").astype(np.uint64)
    width = min(_SHINGLE_CHARS, len(codes))
    hashes = np.zeros(len(codes) - width + 1, dtype=np.uint64)
    for offset in range(width):
        hashes = hashes * np.uint64(0x9E3779B97F4A7C15) + codes[offset : offset + len(hashes)]
    hashes ^= hashes >> np.uint64(32)  # spread the order over all bits: it decides the sketch
    hashes *= np.uint64(0xD6E8FEB86659FD93)
    hashes ^= hashes >> np.uint64(32)
    return np.unique(hashes)


def _jaccard(left: NDArray[np.uint64], right: NDArray[np.uint64]) -> float:
    common = np.intersect1d(left, right, assume_unique=True).size
    return float(common / (left.size + right.size - common))
