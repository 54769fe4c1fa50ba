"""Variations of a FAQ: as many distinct entries as wanted, of the same words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count
from pathlib import Path

import numpy as np

from bots.bootstrap.search import load_analyzer
from config.resources import ENCODER
from config.settings import Settings
from core.embeddings.kiwi import KiwiEncoder
from core.errors import FaqIndexError
from core.ports import TextKind, Vectors
from core.retrieval.chroma.index import ChromaIndex
from core.retrieval.chroma.records import Record
from core.retrieval.vectors import compose, passage_of
from core.text.korean import Analyzer
from core.types import Terms

_STRIDE = 7_919  # a prime: partners do not come round soon


@dataclass(frozen=True, slots=True)
class Base:
    """An entry that is in the index, and the parts its vectors were composed of."""

    record: Record
    asked: tuple[tuple[str, ...], ...]  # the terms of each question
    answers: Vectors  # (chunks, dimension)
    questions: Vectors  # (questions, dimension)


@dataclass(frozen=True, slots=True)
class Variations:
    """An endless stream of records: those of the FAQ, then mixtures of two."""

    fingerprint: str
    records: Iterator[Record]


def variations(data_dir: Path) -> Variations:
    """Make variations of the FAQ served in `data_dir`; analysing its texts takes ten seconds."""
    index = ChromaIndex.open(Settings(data_dir=data_dir).index_dir)
    serving = index.serving()
    if serving is None:
        raise FaqIndexError("nothing was ingested")
    analyzer = load_analyzer()
    encoder = KiwiEncoder.load(ENCODER, analyzer)
    bases = [_base(record, analyzer, encoder) for record in index.records(serving.name)]
    return Variations(serving.fingerprint, _endless(bases, encoder))


def _base(record: Record, analyzer: Analyzer, encoder: KiwiEncoder) -> Base:
    questions = record.entry.questions
    return Base(
        record,
        tuple(analyzer.terms_of(questions)),
        encoder.embed(
            [passage_of(record.entry.title, chunk) for chunk in record.chunks], TextKind.PASSAGE
        ),
        encoder.embed(questions),
    )


def _endless(bases: Sequence[Base], encoder: KiwiEncoder) -> Iterator[Record]:
    yield from (base.record for base in bases)
    for variation in count(1):
        for row, base in enumerate(bases):
            partner = bases[(row + 1 + variation * _STRIDE) % len(bases)]
            yield _mixture(base, partner, variation, encoder)


def _mixture(base: Base, partner: Base, variation: int, encoder: KiwiEncoder) -> Record:
    """The first half of one and the second half of another, with the answer of the first."""
    one, other = base.record, partner.record
    half, end = len(base.asked) // 2, len(partner.asked) // 2
    title_terms = (*_head(one.terms.title), *_tail(other.terms.title), f"{variation}/SN")
    title_words = (*_head(one.entry.title.split()), *_tail(other.entry.title.split()))
    vectors = compose(
        encoder.of_terms(title_terms),
        base.answers,
        np.concatenate([base.questions[:half], partner.questions[end:]]),
        title_weight=encoder.title_weight,
    )
    asked = chain.from_iterable((*base.asked[:half], *partner.asked[end:]))
    entry = replace(
        one.entry,
        faq_id=f"{one.entry.faq_id}-{variation}",
        title=" ".join((*title_words, str(variation))),
        questions=(*one.entry.questions[:half], *other.entry.questions[end:]),
    )
    terms = Terms(title_terms, one.terms.answer, tuple(asked))
    return Record(entry, terms, one.digest, one.chunks, vectors)


def _head(parts: Sequence[str]) -> Sequence[str]:
    return parts[: (len(parts) + 1) // 2]


def _tail(parts: Sequence[str]) -> Sequence[str]:
    return parts[len(parts) // 2 :]
