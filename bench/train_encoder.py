"""Train the built-in encoder on questions that were written for entries.

    python -m bench.train_encoder PATH_OF_FAQ --questions PACK [--folds EVAL]

The model is a bag of terms: E = gate * (W @ adapter + residual), W being Kiwi's word vectors, with
one softmax over all entries for each question. The gradients are written out by hand, so training
needs NumPy and SciPy only: about two minutes on 2 cores. Afterwards run `bench.english_words`,
`bench.general_words`, `bench.train_topics` and `bench.train_alignment`, which complete the file in
this order. With `--folds` the model is measured instead: for each fifth of an eval file's
questions, one is trained without the entries that answer them, which is what a FAQ sees that the
encoder was not trained on.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import scipy.sparse as sp
import typer
from numpy.typing import NDArray

from bench.memory_index import MemoryIndex
from bots.bootstrap.search import load_synonyms
from bots.cli.evaluation.labelled_questions import RetrievalCase, rank_of, read_retrieval_cases
from bots.cli.evaluation.metrics import recall, reciprocal_rank
from config.resources import ENCODER, load_loanwords
from core.embeddings.kiwi import KiwiEncoder, WordSpace, cosines, morpheme_id
from core.retrieval.array_files import read_arrays, write_arrays
from core.retrieval.retriever import Retriever
from core.retrieval.vectors import unit
from core.text.korean import Analyzer
from core.types import Entry
from ingest.prepare import prepare
from ingest.question_packs import load_pack
from ingest.sources.load import load

Floats = NDArray[np.float32]


_ANCHORS = 512
_WORD_DIMENSION = 256
_COMMON_DIRECTIONS = 2
_ANSWER_WEIGHT = 0.5  # of an answer beside its title
_EPOCHS = 12
_BATCH = 256
_LEARNING_RATE = 2e-3
_DROPOUT = 0.3  # of residuals: a word must be understood from its neighbours as well
_SEED = 20_26
_FOLDS = 5


@dataclass
class TermCounts:
    """Term counts, 1 + log, of titles and answers (N, V) and of questions (Q, V)."""

    vocabulary: list[str]
    titles: Any
    answers: Any
    questions: Any
    owner: NDArray[np.int64]  # (Q,): the row of the entry that a question was written for


@dataclass
class KiwiVectors:
    """Kiwi's vectors of the vocabulary, and what it takes to get those of other words."""

    vectors: Floats  # (V, K)
    anchors: list[str]
    basis: Floats
    mean: Floats
    common: Floats


@dataclass
class Parameters:
    """The parameters that are learnt, with Adam's moments beside each."""

    values: dict[str, Floats]
    first: dict[str, Floats] = field(default_factory=dict)
    second: dict[str, Floats] = field(default_factory=dict)

    def step(self, gradients: dict[str, Floats], number: int, rates: dict[str, float]) -> None:
        for name, gradient in gradients.items():
            m = self.first.setdefault(name, np.zeros_like(gradient))
            v = self.second.setdefault(name, np.zeros_like(gradient))
            m += 0.1 * (gradient - m)
            v += 0.001 * (gradient * gradient - v)
            m_hat, v_hat = m / (1 - 0.9**number), v / (1 - 0.999**number)
            self.values[name] -= rates[name] * m_hat / (np.sqrt(v_hat) + 1e-8)


def main(
    faq: Annotated[
        Path, typer.Argument(help="The FAQ whose entries the pack's questions are for.")
    ],
    questions: Annotated[Path, typer.Option(help="The question pack.")],
    folds: Annotated[Path | None, typer.Option(help="Measure on this file instead.")] = None,
) -> None:
    """Train, then write config/models/encoder.npz; or measure with --folds."""
    analyzer = Analyzer.load(load_loanwords())
    entries = prepare(load(faq), load_pack(questions)).entries
    corpus = read_corpus(analyzer, entries)
    words = word_vectors(analyzer, corpus)
    if folds:
        measure(analyzer, corpus, words, entries, read_retrieval_cases(folds))
    else:
        model = pack(train(corpus, words, ()), corpus, words)
        write_arrays(ENCODER, model | general_words())
        typer.echo(
            f"{ENCODER}: {ENCODER.stat().st_size / 1e6:.1f} MB, {len(corpus.vocabulary)} terms"
        )


def read_corpus(analyzer: Analyzer, entries: Sequence[Entry]) -> TermCounts:
    titles = analyzer.terms_of([entry.title for entry in entries])
    answers = analyzer.terms_of([entry.text for entry in entries])
    texts = [question for entry in entries for question in entry.questions]
    owner = [row for row, entry in enumerate(entries) for _ in entry.questions]
    asked = analyzer.terms_of(texts)
    vocabulary = sorted({term for text in (*titles, *answers, *asked) for term in text})
    rows = {term: row for row, term in enumerate(vocabulary)}
    return TermCounts(
        vocabulary,
        *(counts(texts, rows) for texts in (titles, answers, asked)),
        np.asarray(owner),
    )


def counts(texts: Sequence[Sequence[str]], rows: dict[str, int]) -> Any:  # noqa: ANN401 - SciPy ships no types
    indices, pointers = [], [0]
    for text in texts:
        indices += [rows[term] for term in text if term in rows]
        pointers.append(len(indices))
    ones = np.ones(len(indices), np.float32)
    matrix = sp.csr_matrix((ones, indices, pointers), shape=(len(texts), len(rows)))
    matrix.sum_duplicates()
    matrix.data = 1 + np.log(matrix.data)
    return matrix


def word_vectors(analyzer: Analyzer, corpus: TermCounts) -> KiwiVectors:
    """Choose frequent words as anchors, recover all vectors, find what they have in common."""
    kiwi = analyzer.kiwi
    frequency = np.asarray((corpus.titles + corpus.answers).sum(0)).ravel()
    anchors, ids = [], []
    for row in np.argsort(-frequency, kind="stable"):
        known = morpheme_id(corpus.vocabulary[row], kiwi)
        if known is not None and known not in ids and kiwi.morpheme_similarity(known, known) > 0.99:
            anchors.append(corpus.vocabulary[row])
            ids.append(known)
        if len(ids) == _ANCHORS:
            break
    gram = np.array([[kiwi.morpheme_similarity(a, b) for b in ids] for a in ids])
    values, vectors = np.linalg.eigh(gram)
    basis = (vectors[:, -_WORD_DIMENSION:] / np.sqrt(values[-_WORD_DIMENSION:])).astype(np.float32)
    raw = [cosines(term, ids, kiwi) for term in corpus.vocabulary]
    known_vectors = np.array([row @ basis for row in raw if row is not None])
    mean = known_vectors.mean(0)
    common = np.linalg.svd(known_vectors - mean, full_matrices=False)[2][:_COMMON_DIRECTIONS]
    space = WordSpace(kiwi, anchors=anchors, basis=basis, mean=mean, common=common)
    return KiwiVectors(
        np.array([space.vector(term) for term in corpus.vocabulary]), anchors, basis, mean, common
    )


def train(corpus: TermCounts, words: KiwiVectors, without: Sequence[int]) -> dict[str, Floats]:
    """Fit on every question but those written for the entries `without`."""
    rng = np.random.default_rng(_SEED)
    document_frequency = np.asarray(((corpus.titles + corpus.answers) > 0).sum(0)).ravel()
    idf = np.log(1 + (corpus.titles.shape[0] + 0.5) / (document_frequency + 0.5))
    size = len(corpus.vocabulary)
    parameters = Parameters(
        {
            "adapter": np.eye(_WORD_DIMENSION, dtype=np.float32),
            "residual": np.zeros((size, _WORD_DIMENSION), np.float32),
            "bias": np.log(np.expm1(idf / 4)).astype(np.float32),
            "gate": np.zeros(_WORD_DIMENSION, np.float32),
            "sharpness": np.array([math.log(15)], np.float32),
        }
    )
    used = np.flatnonzero(~np.isin(corpus.owner, list(without)))
    steps = _EPOCHS * math.ceil(len(used) / _BATCH)
    for number, rows in enumerate(batches(used, rng), start=1):
        mask = (rng.random((size, 1)) > _DROPOUT).astype(np.float32)
        gradients = gradients_of(parameters.values, corpus, words, rows, mask, without)
        rate = _LEARNING_RATE * max(0.05, 1 - number / steps)
        rates = dict.fromkeys(gradients, rate / 2) | {"residual": rate}
        parameters.step(gradients, number, rates)
    return parameters.values


def batches(rows: NDArray[np.int64], rng: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    for _ in range(_EPOCHS):
        order = rng.permutation(rows)
        for start in range(0, len(order), _BATCH):
            yield order[start : start + _BATCH]


def gradients_of(  # noqa: PLR0913, PLR0917 - one formula and its derivative, in the order of the paper
    p: dict[str, Floats],
    corpus: TermCounts,
    words: KiwiVectors,
    rows: NDArray[np.int64],
    mask: Floats,
    without: Sequence[int],
) -> dict[str, Floats]:
    """Return the gradients of the cross entropy of each question's entry among all entries."""
    height = p["bias"] + words.vectors @ p["gate"]
    weight = np.logaddexp(0, height)
    base = words.vectors @ p["adapter"] + p["residual"] * mask
    table = weight[:, None] * base
    asked = corpus.questions[rows]
    q_raw, t_raw, a_raw = asked @ table, corpus.titles @ table, corpus.answers @ table
    query, title, answer = unit(q_raw), unit(t_raw), unit(a_raw)
    e_raw = title + _ANSWER_WEIGHT * answer
    entry = unit(e_raw)
    sharpness = math.exp(p["sharpness"][0])
    cosine = query @ entry.T
    logits = sharpness * cosine
    logits[:, list(without)] = -1e4
    error = np.exp(logits - logits.max(1, keepdims=True))
    error /= error.sum(1, keepdims=True)
    error[np.arange(len(rows)), corpus.owner[rows]] -= 1
    error /= len(rows)
    d_query = through_unit(q_raw, query, sharpness * (error @ entry))
    d_entry = through_unit(e_raw, entry, sharpness * (error.T @ query))
    d_table = asked.T @ d_query
    d_table += corpus.titles.T @ through_unit(t_raw, title, d_entry)
    d_table += corpus.answers.T @ through_unit(a_raw, answer, _ANSWER_WEIGHT * d_entry)
    d_height = (d_table * base).sum(1) / (1 + np.exp(-height))
    d_base = weight[:, None] * d_table
    return {
        "adapter": words.vectors.T @ d_base,
        "residual": d_base * mask,
        "bias": d_height,
        "gate": words.vectors.T @ d_height,
        "sharpness": np.array([(error * cosine).sum() * sharpness], np.float32),
    }


def through_unit(raw: Floats, scaled: Floats, gradient: Floats) -> Floats:
    lengths = np.maximum(np.linalg.norm(raw, axis=1, keepdims=True), 1e-9)
    along = (scaled * gradient).sum(1, keepdims=True)
    return np.asarray((gradient - scaled * along) / lengths, np.float32)


def pack(p: dict[str, Floats], corpus: TermCounts, words: KiwiVectors) -> dict[str, NDArray[Any]]:
    """The model file: the table as 8-bit rows with a scale each, the rest as 16-bit floats."""
    weight = np.logaddexp(0, p["bias"] + words.vectors @ p["gate"])
    table = weight[:, None] * (words.vectors @ p["adapter"] + p["residual"])
    return {
        "name": lines([f"kiwi-encoder-{sha256(table.tobytes()).hexdigest()[:8]}"]),
        **word_table(corpus.vocabulary, table),
        "anchors": lines(words.anchors),
        "basis": words.basis.astype(np.float16),
        "mean": words.mean.astype(np.float16),
        "common": words.common.astype(np.float16),
        "adapter": p["adapter"].astype(np.float16),
        "gate": np.append(p["gate"], np.median(p["bias"])).astype(np.float32),
    }


def word_table(terms: Sequence[str], vectors: Floats, prefix: str = "") -> dict[str, NDArray[Any]]:
    """Return the arrays of `core.embeddings.kiwi.WordTable`: 8-bit rows with a scale each."""
    scale = np.maximum(np.abs(vectors).max(1), 1e-9) / 127
    return {
        f"{prefix}terms": lines(terms),
        f"{prefix}table": np.rint(vectors / scale[:, None]).astype(np.int8),
        f"{prefix}scale": scale.astype(np.float32),
    }


def general_words() -> dict[str, NDArray[Any]]:
    """Return what `bench.general_words` put into the file that ships: it knows no pairs."""
    return {
        name: array for name, array in read_arrays(ENCODER).items() if name.startswith("general_")
    }


def lines(texts: Sequence[str]) -> NDArray[np.uint8]:
    return np.frombuffer("\n".join(texts).encode("utf-8"), np.uint8)


def measure(
    analyzer: Analyzer,
    corpus: TermCounts,
    words: KiwiVectors,
    entries: Sequence[Entry],
    evaluation: Sequence[RetrievalCase],
) -> None:
    """Print the whole retrieval's recall, each question by an encoder that never saw its entries.

    The entries are searched without the pack: what a FAQ sees that brings no questions.
    """
    bare = [replace(entry, questions=()) for entry in entries]
    titles = {entry.title: row for row, entry in enumerate(entries)}
    synonyms = load_synonyms(analyzer, "smartstore")
    order = np.random.default_rng(_SEED).permutation(len(evaluation))
    ranks: list[int | None] = []
    for fold in range(_FOLDS):
        held_out = [evaluation[row] for row in order[fold::_FOLDS]]
        without = sorted({titles[title] for case in held_out for title in case.relevant})
        model = pack(train(corpus, words, without), corpus, words)
        encoder = KiwiEncoder(model | general_words(), analyzer)
        with tempfile.TemporaryDirectory() as cache:
            retriever = Retriever(
                index=MemoryIndex(bare, analyzer, encoder),
                embedder=encoder,
                analyzer=analyzer,
                synonyms=synonyms,
                words=encoder,
                cache=Path(cache),
            )
            ranks += [rank_of(case, retriever) for case in held_out]
        typer.echo(f"fold {fold + 1} of {_FOLDS}: hit@5 {recall(ranks, 5):.3f} so far")
    typer.echo(
        f"entries unseen in training, no pack: hit@1 {recall(ranks, 1):.3f}  "
        f"hit@5 {recall(ranks, 5):.3f}  MRR {reciprocal_rank(ranks):.3f}"
    )


if __name__ == "__main__":
    typer.run(main)
