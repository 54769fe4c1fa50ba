"""Fit the keyless guardrail.

    python -m bench.train_guardrail PATH_OF_FAQ --questions PACK

Off-topic, injection and greeting examples, and the hard on-topic ones, are in
`data/guardrail.jsonl`; further on-topic ones are questions of the pack that the index does not
hold. Retrieval's part is learnt in three surroundings (the FAQ with half its questions, without
any, and the small sample FAQ), so that it does not rely on one FAQ's scores. About a minute.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import scipy.sparse as sp
import typer
from numpy.typing import NDArray
from scipy.optimize import minimize

from bench.memory_index import MemoryIndex
from bench.train_encoder import lines
from bots.bootstrap.assistant import load_synonyms
from config.resources import ENCODER, GUARDRAIL, GUARDRAIL_EXAMPLES, SAMPLE_FAQ, load_loanwords
from core.assistant.guardrail import LABELS, Evidence, Vocabulary, facts, grams_of, words_of
from core.embeddings.kiwi import KiwiEncoder
from core.retrieval.retriever import Retriever
from core.retrieval.synonyms import Synonyms
from core.text.korean import Analyzer
from core.types import Entry, Exchange
from ingest.prepare import prepare
from ingest.question_packs import load_pack
from ingest.sources.load import load

Floats = NDArray[np.float64]

_PACK_EXAMPLES = 3_000
_PACK_EXAMPLE_WEIGHT = 0.3
_SURROUNDINGS = (1.0, 0.7, 0.2)  # weight of: half the questions, none, the sample FAQ
_MEANING_SCALE, _TEXT_SCALE = 3.0, 3.0
_REGULARISATION = 1 / 3.0
_RAREST_GRAM, _RAREST_WORD = 4, 2
_SEED = 20_26


@dataclass(frozen=True)
class Example:
    """A labelled question."""

    question: str
    label: str
    history: tuple[Exchange, ...] = ()
    weight: float = 1.0


def main(
    faq: Annotated[Path, typer.Argument(help="The FAQ to take on-topic questions from.")],
    questions: Annotated[Path, typer.Option(help="Its question pack.")],
) -> None:
    """Fit, then write config/models/guardrail.npz."""
    analyzer = Analyzer.load(load_loanwords())
    encoder = KiwiEncoder.load(ENCODER, analyzer)
    synonyms = load_synonyms(analyzer, "smartstore")
    entries = prepare(load(faq), load_pack(questions)).entries
    sample = prepare(load(SAMPLE_FAQ), {}).entries
    examples = [*read_examples(GUARDRAIL_EXAMPLES), *pack_examples(entries)]
    surroundings = (
        [replace(entry, questions=entry.questions[:2]) for entry in entries],
        [replace(entry, questions=()) for entry in entries],
        sample,
    )
    with tempfile.TemporaryDirectory() as folder:
        known = [
            facts_of(examples, retriever(found, analyzer, encoder, synonyms, Path(folder, str(n))))
            for n, found in enumerate(surroundings)
        ]
    texts = [example.question for example in examples]
    words = list(map(words_of, analyzer.terms_of(texts)))
    model = fit(examples, known, encoder.embed(texts), words)
    np.savez_compressed(GUARDRAIL, **model)
    typer.echo(f"{GUARDRAIL}: {GUARDRAIL.stat().st_size / 1e6:.1f} MB, {len(examples)} examples")


def read_examples(path: Path) -> Iterator[Example]:
    with path.open(encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            history = tuple(Exchange(h["user"], h["bot"]) for h in row.get("history", ()))
            yield Example(row["question"], row["label"], history)


def pack_examples(entries: Sequence[Entry]) -> list[Example]:
    unseen = [question for entry in entries for question in entry.questions[2:]]
    chosen = np.random.default_rng(_SEED).permutation(len(unseen))[:_PACK_EXAMPLES]
    return [Example(unseen[row], "on_topic", weight=_PACK_EXAMPLE_WEIGHT) for row in chosen]


def retriever(
    entries: Sequence[Entry],
    analyzer: Analyzer,
    encoder: KiwiEncoder,
    synonyms: Synonyms,
    cache: Path,
) -> Retriever:
    index = MemoryIndex(entries, analyzer, encoder)
    return Retriever(
        index=index, embedder=encoder, analyzer=analyzer, synonyms=synonyms, cache=cache
    )


def facts_of(examples: Sequence[Example], found: Retriever) -> Floats:
    return np.array([facts(evidence_of(example, found)) for example in examples], np.float64)


def evidence_of(example: Example, found: Retriever) -> Evidence:
    alone = found.search(example.question)
    in_context = found.search(example.question, example.history) if example.history else alone
    return Evidence(example.question, in_context, alone, has_history=bool(example.history))


def fit(
    examples: Sequence[Example],
    known: Sequence[Floats],
    meaning: NDArray[np.float32],
    words: Sequence[Counter[str]],
) -> dict[str, NDArray[Any]]:
    grams = [grams_of(example.question) for example in examples]
    of_grams, of_words = vocabulary(grams, _RAREST_GRAM), vocabulary(words, _RAREST_WORD)
    typed = sp.hstack([matrix(grams, of_grams), matrix(words, of_words)]) * _TEXT_SCALE
    stacked = np.vstack(known)
    mean, scale = stacked.mean(0), stacked.std(0) + 1e-6
    columns = [
        sp.hstack(
            [
                sp.csr_matrix((part - mean) / scale),
                sp.csr_matrix(meaning * _MEANING_SCALE),
                typed,
            ]
        )
        for part in known
    ]
    labels = np.array([LABELS.index(example.label) for example in examples])  # type: ignore[arg-type]  # StrEnum
    weights = np.array([example.weight for example in examples])
    solution, bias = softmax_regression(
        sp.vstack(columns).tocsr(),
        np.tile(labels, len(known)),
        np.concatenate([weights * share for share in _SURROUNDINGS]),
    )
    ends = np.cumsum([len(mean), meaning.shape[1], len(of_grams.rows)])
    fact_part, meaning_part, gram_part, word_part = np.split(solution, ends)
    return {
        "fact_mean": mean.astype(np.float32),
        "fact_scale": scale.astype(np.float32),
        "fact_weights": fact_part.astype(np.float32),
        "meaning_weights": (meaning_part * _MEANING_SCALE).astype(np.float32),
        "grams": lines(of_grams.rows),
        "gram_idf": of_grams.idf,
        "gram_weights": (gram_part * _TEXT_SCALE).astype(np.float16),
        "words": lines(of_words.rows),
        "word_idf": of_words.idf,
        "word_weights": (word_part * _TEXT_SCALE).astype(np.float16),
        "bias": bias.astype(np.float32),
    }


def vocabulary(texts: Sequence[Counter[str]], rarest: int) -> Vocabulary:
    counts = Counter(feature for text in texts for feature in text)
    kept = [feature for feature, count in counts.items() if count >= rarest]
    idf = np.log(len(texts) / np.array([counts[feature] for feature in kept]))
    return Vocabulary({feature: row for row, feature in enumerate(kept)}, idf.astype(np.float32))


def matrix(texts: Sequence[Counter[str]], known: Vocabulary) -> Any:  # noqa: ANN401 - SciPy ships no types
    indices: list[int] = []
    values: list[float] = []
    pointers = [0]
    for text in texts:
        weights = known.weigh(text)
        indices += weights.keys()
        values += weights.values()
        pointers.append(len(indices))
    return sp.csr_matrix((values, indices, pointers), shape=(len(texts), len(known.rows)))


def softmax_regression(
    x: Any,  # noqa: ANN401 - SciPy ships no types
    labels: NDArray[np.int64],
    weights: Floats,
) -> tuple[Floats, Floats]:
    """Weights (features, labels) and bias (labels,) of the regularised maximum likelihood."""
    size, count = x.shape[1], len(LABELS)
    targets = np.eye(count)[labels]

    def loss(flat: Floats) -> tuple[float, Floats]:
        matrix, bias = flat[:-count].reshape(size, count), flat[-count:]
        logits = x @ matrix + bias
        logits -= logits.max(1, keepdims=True)
        logs = logits - np.log(np.exp(logits).sum(1, keepdims=True))
        error = (np.exp(logs) - targets) * weights[:, None]
        value = -(weights[:, None] * targets * logs).sum()
        value += _REGULARISATION / 2 * (matrix * matrix).sum()
        gradient = x.T @ error + _REGULARISATION * matrix
        return float(value), np.concatenate([gradient.ravel(), error.sum(0)])

    start = np.zeros(size * count + count)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 400}).x
    return found[:-count].reshape(size, count), found[-count:]


if __name__ == "__main__":
    typer.run(main)
