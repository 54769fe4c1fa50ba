"""Long answers in pieces that an embedder takes, cut where a reader would pause."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import Final

import numpy as np

from core.ports import Embedder, TextKind, Vectors
from core.retrieval.vectors import compose, passage_of
from core.types import Entry

_PATH: Final = re.compile(r"\[[^\[\]\n]{1,200}\]")
# Paragraphs, lines, sentences, words, and the edges of a menu path that is glued to its words.
_BOUNDARIES: Final = tuple(
    map(re.compile, (r"\n\s*\n", r"\n", r"(?<=[.?!》])\s+", r"\s+", r"(?=\[)|(?<=\])"))
)


def chunks(text: str, *, limit: int = 900) -> list[str]:
    """Cut `text` into stripped pieces of at most `limit` characters, none for a blank text.

    Together they hold every non-whitespace character in order. A menu path is cut only if it is
    longer than `limit` itself, as is any run without a space.

    Raises:
        ValueError: `limit` is not positive.
    """
    if limit < 1:
        raise ValueError(f"a chunk needs at least one character, not {limit}")
    paths = [match.span() for match in _PATH.finditer(text)]
    packed: list[tuple[int, int]] = []
    for start, end in _pieces(text, (0, len(text)), limit, 0, paths):
        if packed and end - packed[-1][0] <= limit:
            packed[-1] = (packed[-1][0], end)
        else:
            packed.append((start, end))
    return [text[start:end] for start, end in packed]


def _pieces(
    text: str, span: tuple[int, int], limit: int, level: int, paths: list[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    """Yield stripped spans that fit, split at the coarsest boundary that suffices."""
    start, end = _stripped(text, *span)
    if start == end:
        return
    if end - start <= limit:
        yield start, end
    elif level == len(_BOUNDARIES):
        for cut in range(start, end, limit):
            yield from _pieces(text, (cut, min(cut + limit, end)), limit, level, paths)
    else:
        begin = start
        for match in _BOUNDARIES[level].finditer(text, start, end):
            if not _inside(paths, match.start()):
                yield from _pieces(text, (begin, match.start()), limit, level + 1, paths)
                begin = match.end()
        yield from _pieces(text, (begin, end), limit, level + 1, paths)


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


def _inside(paths: list[tuple[int, int]], at: int) -> bool:
    index = bisect_left(paths, at, key=itemgetter(0)) - 1
    return index >= 0 and at < paths[index][1]


def entry_vectors(
    entries: Sequence[Entry], chunks: Sequence[Sequence[str]], embedder: Embedder
) -> list[Vectors]:
    """Return unit vectors of shape (its chunks, dimension) for each entry."""
    titles = embedder.embed([entry.title for entry in entries], TextKind.TITLE)
    passages = [
        passage_of(entry.title, chunk)
        for entry, texts in zip(entries, chunks, strict=True)
        for chunk in texts
    ]
    answers = embedder.embed(passages, TextKind.PASSAGE)
    questions = embedder.embed([question for entry in entries for question in entry.questions])
    parts = zip(
        titles,
        _split(answers, [len(texts) for texts in chunks]),
        _split(questions, [len(entry.questions) for entry in entries]),
        strict=True,
    )
    return [
        compose(title, answer, asked, title_weight=embedder.title_weight)
        for title, answer, asked in parts
    ]


def _split(vectors: Vectors, sizes: Sequence[int]) -> list[Vectors]:
    return np.split(vectors, np.cumsum(sizes)[:-1])
