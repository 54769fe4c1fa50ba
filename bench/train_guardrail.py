"""Fit the keyless guardrails, and how sure the search is of what it finds.

    python -m bench.train_guardrail PATH_OF_FAQ --questions PACK [--folds]

One guardrail is for any FAQ: it is fitted over the six FAQs of `tests/fixtures/own` and the large
one, each as important as another. What is off topic for one of them is a question of another FAQ,
or an everyday message of `data/examples/general.jsonl`. The other guardrail is for the large FAQ
alone, with examples of what is off topic just there. Then the confidence is fitted, and printed for
`core/retrieval/confidence.py`. With `--folds` nothing is written: each of the six is judged by what
the others taught. Some three minutes.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import scipy.sparse as sp
import typer
from numpy.typing import NDArray
from scipy.optimize import minimize

from bench.memory_index import MemoryIndex
from bench.tables import table
from bench.train_encoder import lines
from bots.bootstrap.search import load_synonyms
from config.profiles import PROFILES
from config.resources import ENCODER, EXAMPLES, GUARDRAIL, ROOT, load_everyday, load_loanwords
from core.assistant.guardrail import (
    LABELS,
    Evidence,
    Guardrail,
    GuardrailModel,
    Vocabulary,
    facts,
    grams_of,
    words_of,
)
from core.embeddings.kiwi import KiwiEncoder
from core.retrieval.confidence import ANSWER, Confidence
from core.retrieval.evidence import FACTS
from core.retrieval.retriever import Hit, Retriever
from core.retrieval.synonyms import Synonyms
from core.text.korean import Analyzer
from core.types import Entry, Exchange, Label
from ingest.prepare import prepare
from ingest.question_packs import load_pack
from ingest.sources.load import load

Floats = NDArray[np.float64]

_OWN = ROOT / "tests" / "fixtures" / "own"
_LARGE = PROFILES / "smartstore.guardrail.npz"
_PACK_QUESTIONS, _TYPED_AHEAD = 400, 2
_QUESTIONS_OF_ANOTHER = 0.3  # weight: some of them could be asked here just as well
# Of one FAQ's examples: on topic, off topic, injection, greeting.
_SHARES = (0.45, 0.35, 0.12, 0.08)
_MEANING_SCALE, _TEXT_SCALE = 2.0, 1.5
_REGULARISATION = 5e-5
_RAREST_GRAM, _RAREST_WORD = 3, 2
# Refusing a real question is the worst error, so what is doubtful is not off topic: it is answered
# where the search is sure, and else told that the FAQ does not say.
_ANY_FAQ_DOUBT, _LARGE_DOUBT = 2.2, 2.0
_CONFIDENCE_PENALTY = 1e-3
# In a large FAQ neighbours often answer as well, and its pack names one entry a question.
_ALSO_RIGHT = 3
_UNANSWERABLE_OF_ANOTHER = 0.3
_SEED = 20_26


@dataclass(frozen=True)
class Example:
    """A labelled question; `relevant` are the titles that answer it, None where nobody has said."""

    question: str
    label: str
    history: tuple[Exchange, ...] = ()
    weight: float = 1.0
    relevant: tuple[str, ...] | None = None
    shared: bool = False  # of any FAQ


@dataclass(frozen=True)
class Faq:
    """A FAQ with its own examples, and with what is off topic there."""

    name: str
    retriever: Retriever
    examples: Sequence[Example]

    @cached_property
    def evidence(self) -> list[Evidence]:
        return [evidence_of(example, self.retriever) for example in self.examples]

    @cached_property
    def weights(self) -> Floats:
        labels = np.array([LABELS.index(Label(example.label)) for example in self.examples])
        weights = np.array([example.weight for example in self.examples])
        for label, share in enumerate(_SHARES):
            weights[labels == label] *= share / max(weights[labels == label].sum(), 1e-9)
        return weights


def main(
    faq: Annotated[Path, typer.Argument(help="The large FAQ.")],
    questions: Annotated[Path, typer.Option(help="Its question pack.")],
    *,
    folds: Annotated[bool, typer.Option(help="Measure, and write nothing.")] = False,
) -> None:
    """Fit and write config/models/guardrail.npz and config/profiles/smartstore.guardrail.npz."""
    analyzer = Analyzer.load(load_loanwords())
    encoder = KiwiEncoder.load(ENCODER, analyzer)
    with tempfile.TemporaryDirectory() as folder:
        small = small_faqs(analyzer, encoder, Path(folder))
        entries = prepare(load(faq), load_pack(questions)).entries
        large = large_faqs(entries, small, analyzer, encoder, Path(folder))
        if folds:
            measure(small, large, analyzer, encoder)
            return
        for path, known, doubt in (
            (GUARDRAIL, [*small, *(without_own_examples(one) for one in large)], _ANY_FAQ_DOUBT),
            (_LARGE, large, _LARGE_DOUBT),
        ):
            model = fit(known, analyzer, encoder, doubt)
            np.savez_compressed(path, allow_pickle=False, **model)
            typer.echo(f"{path}: {path.stat().st_size / 1e6:.1f} MB")
        typer.echo(repr(fit_confidence([*small, *large])))


def read_examples(path: Path, *, shared: bool = False) -> Iterator[Example]:
    with path.open(encoding="utf-8") as rows:
        for row in map(json.loads, rows):
            history = tuple(Exchange(h["user"], h["bot"]) for h in row.get("history", ()))
            relevant = row.get("relevant")
            if row.get("kind") == "unanswerable":
                relevant = ()
            yield Example(
                row["question"],
                row.get("label", "on_topic"),
                history,
                relevant=None if relevant is None else tuple(relevant),
                shared=shared,
            )


def small_faqs(analyzer: Analyzer, encoder: KiwiEncoder, folder: Path) -> list[Faq]:
    """The FAQs of the tests, each with its questions, those of the others and everyday messages."""
    general = list(read_examples(EXAMPLES / "general.jsonl", shared=True))
    everyday = [one for one in general if one.label != "on_topic"]
    own = {
        path.name.partition(".")[0]: list(read_examples(path))
        for path in sorted(_OWN.glob("*.questions.jsonl"))
    }
    known = []
    for name, examples in own.items():
        (source,) = (path for path in _OWN.glob(f"{name}.*") if "questions" not in path.name)
        found = retriever(
            prepare(load(source), {}).entries, analyzer, encoder, Synonyms([]), folder / name
        )
        others = chain.from_iterable(own[other] for other in own if other != name)
        known.append(Faq(name, found, [*examples, *everyday, *asked_elsewhere(others)]))
    return known


def large_faqs(
    entries: Sequence[Entry],
    small: Sequence[Faq],
    analyzer: Analyzer,
    encoder: KiwiEncoder,
    folder: Path,
) -> list[Faq]:
    """The large FAQ with two questions an entry and with none, asked what is left of the pack."""
    synonyms = load_synonyms(analyzer, "smartstore")
    unseen = [(q, entry.title) for entry in entries for q in entry.questions[_TYPED_AHEAD:]]
    chosen = np.random.default_rng(_SEED).permutation(len(unseen))[:_PACK_QUESTIONS]
    asked = [Example(unseen[n][0], "on_topic", relevant=(unseen[n][1],)) for n in chosen]
    everyday = [one for one in small[0].examples if one.shared]
    others = asked_elsewhere(
        one for faq in small for one in faq.examples if one.weight == 1.0 and not one.shared
    )
    own = read_examples(EXAMPLES / "smartstore.jsonl")
    examples = [*asked, *own, *everyday, *others]
    return [
        Faq(
            f"large, {kept} questions an entry",
            retriever(
                [replace(entry, questions=entry.questions[:kept]) for entry in entries],
                analyzer,
                encoder,
                synonyms,
                folder / f"large-{kept}",
            ),
            examples,
        )
        for kept in (_TYPED_AHEAD, 0)
    ]


def without_own_examples(faq: Faq) -> Faq:
    """Leave out what is off topic for this FAQ alone, such as other markets."""
    kept = [
        one
        for one in faq.examples
        if one.shared or one.weight < 1.0 or one.label != Label.OFF_TOPIC
    ]
    return replace(faq, examples=kept)


def asked_elsewhere(examples: Any) -> list[Example]:  # noqa: ANN401 - an iterable of them
    """Return questions of other FAQs as off topic, and as what is not answered here."""
    return [
        Example(one.question, "off_topic", weight=_QUESTIONS_OF_ANOTHER, relevant=())
        for one in examples
        if one.label == Label.ON_TOPIC
    ]


def retriever(
    entries: Sequence[Entry],
    analyzer: Analyzer,
    encoder: KiwiEncoder,
    synonyms: Synonyms,
    cache: Path,
) -> Retriever:
    cache.mkdir(exist_ok=True)
    return Retriever(
        index=MemoryIndex(entries, analyzer, encoder),
        embedder=encoder,
        analyzer=analyzer,
        synonyms=synonyms,
        cache=cache,
        everyday=load_everyday(),
    )


def evidence_of(example: Example, found: Retriever) -> Evidence:
    alone = found.search(example.question)
    in_context = found.search(example.question, example.history) if example.history else alone
    return Evidence(example.question, in_context, alone, has_history=bool(example.history))


def fit(
    faqs: Sequence[Faq], analyzer: Analyzer, encoder: KiwiEncoder, doubt: float
) -> dict[str, NDArray[Any]]:
    """Fit one guardrail over several FAQs; the large one's two surroundings count as one."""
    examples = [example for faq in faqs for example in faq.examples]
    texts = [example.question for example in examples]
    unique = list(dict.fromkeys(texts))
    place = {text: row for row, text in enumerate(unique)}
    rows = [place[text] for text in texts]
    grams = list(map(grams_of, unique))
    words = list(map(words_of, analyzer.terms_of(unique)))
    of_grams, of_words = vocabulary(grams, _RAREST_GRAM), vocabulary(words, _RAREST_WORD)
    typed = sp.hstack([matrix(grams, of_grams), matrix(words, of_words)]) * _TEXT_SCALE
    meant = sp.csr_matrix(encoder.embed(unique) * _MEANING_SCALE)
    found = np.array([facts(one) for faq in faqs for one in faq.evidence], np.float64)
    mean, scale = found.mean(0), found.std(0) + 1e-6
    wording = sp.hstack([meant, typed]).tocsr()[rows]
    weights = np.concatenate([faq.weights / (2 if "large" in faq.name else 1) for faq in faqs])
    solution, bias = softmax_regression(
        sp.hstack([sp.csr_matrix((found - mean) / scale), wording]).tocsr(),
        np.array([LABELS.index(Label(example.label)) for example in examples]),
        weights / weights.sum(),
    )
    bias[LABELS.index(Label.OFF_TOPIC)] -= doubt
    ends = np.cumsum([len(mean), meant.shape[1], len(of_grams.rows)])
    fact_part, meaning_part, gram_part, word_part = np.split(solution, ends)
    return {
        "fact_mean": mean.astype(np.float32),
        "fact_scale": scale.astype(np.float32),
        "fact_weights": fact_part.astype(np.float32),
        "meaning_weights": (meaning_part * _MEANING_SCALE).astype(np.float32),
        "grams": lines(list(of_grams.rows)),
        "gram_idf": of_grams.idf,
        "gram_weights": (gram_part * _TEXT_SCALE).astype(np.float16),
        "words": lines(list(of_words.rows)),
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
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 200}).x
    return found[:-count].reshape(size, count), found[-count:]


def fit_confidence(faqs: Sequence[Faq]) -> Confidence:
    """Fit how sure the first hit is of all questions whose answer, or lack of one, is known."""
    rows, right, weights = [], [], []
    for faq in faqs:
        known = [
            (evidence.alone, example)
            for evidence, example in zip(faq.evidence, faq.examples, strict=True)
            if example.relevant is not None and not example.history
        ]
        own = sum(example.weight == 1.0 for _, example in known)
        others = sum(example.weight < 1.0 for _, example in known)
        large = faq.name.startswith("large")
        for found, example in known:
            rows.append(found[0].facts)
            near = found[:_ALSO_RIGHT] if large else found[:1]
            right.append(bool({hit.title for hit in near} & {*(example.relevant or ())}))
            weights.append(1 / own if example.weight == 1.0 else _UNANSWERABLE_OF_ANOTHER / others)
    x, y, w = np.array(rows), np.array(right, float), np.array(weights)
    w /= w.sum()
    mean = w @ x
    scale = np.sqrt(w @ (x - mean) ** 2) + 1e-6
    standard = np.column_stack([(x - mean) / scale, np.ones(len(x))])

    def loss(b: Floats) -> tuple[float, Floats]:
        p = 1 / (1 + np.exp(-standard @ b))
        value = -(w * (y * np.log(p + 1e-9) + (1 - y) * np.log(1 - p + 1e-9))).sum()
        slopes = np.append(b[:-1], 0.0)
        value += _CONFIDENCE_PENALTY / 2 * slopes @ slopes
        return float(value), standard.T @ (w * (p - y)) + _CONFIDENCE_PENALTY * slopes

    b = minimize(loss, np.zeros(len(FACTS) + 1), jac=True, method="L-BFGS-B").x

    def rounded(numbers: Floats) -> tuple[float, ...]:
        return tuple(round(float(number), 3) for number in numbers)

    return Confidence(rounded(mean), rounded(scale), rounded(b[:-1]), round(float(b[-1]), 3))


def measure(
    small: Sequence[Faq], large: Sequence[Faq], analyzer: Analyzer, encoder: KiwiEncoder
) -> None:
    """Print what becomes of the questions of each small FAQ, judged by what the others taught."""
    rows = []
    general = [without_own_examples(one) for one in large]
    for faq in small:
        others = [*(one for one in small if one is not faq), *general]
        arrays = {n: a.copy() for n, a in fit(others, analyzer, encoder, _ANY_FAQ_DOUBT).items()}
        sure = fit_confidence(others)
        rows.append((faq.name, *figures(faq, GuardrailModel.of(arrays), sure, analyzer, encoder)))
    table(
        "guardrail and confidence, each FAQ by what the others taught",
        [
            "FAQ",
            "answered right",
            "wrong",
            "not found, in 3",
            "refused",
            "unanswerable: answered",
            "told",
            "off topic: answered",
            "refused",
            "injections",
        ],
        rows,
    )


def figures(
    faq: Faq, model: GuardrailModel, sure: Confidence, analyzer: Analyzer, encoder: KiwiEncoder
) -> tuple[str, ...]:
    guardrail = Guardrail(model, encoder.embed, analyzer.terms)
    own = [
        (example, judged(guardrail, found, sure))
        for found, example in zip(faq.evidence, faq.examples, strict=True)
        if example.weight == 1.0 and not example.shared
    ]
    answerable = [(e, v) for e, v in own if e.relevant]
    unanswerable = [v for e, v in own if e.relevant == ()]
    off = [v for e, v in own if e.label == Label.OFF_TOPIC]
    attacks = [v for e, v in own if e.label == Label.INJECTION]

    def share(true: Sequence[bool]) -> str:
        return f"{sum(true) / max(len(true), 1):.2f}"

    return (
        share([v.answers and v.first[0] in (e.relevant or ()) for e, v in answerable]),
        share([v.answers and v.first[0] not in (e.relevant or ()) for e, v in answerable]),
        share([v.told and bool({*v.first} & {*(e.relevant or ())}) for e, v in answerable]),
        share([not v.answers and not v.told for _, v in answerable]),
        share([v.answers for v in unanswerable]),
        share([v.told for v in unanswerable]),
        share([v.answers for v in off]),
        share([not v.answers and not v.told for v in off]),
        share([v.label is Label.INJECTION for v in attacks]),
    )


@dataclass(frozen=True)
class Judged:
    """The outcome of a question, and the titles of its first three hits."""

    label: Label
    answers: bool
    told: bool
    first: Sequence[str]


def judged(guardrail: Guardrail, found: Evidence, sure: Confidence) -> Judged:
    hits: list[Hit] = [
        replace(hit, confidence=float(sure.of(np.array([hit.facts]))[0])) for hit in found.alone
    ]
    verdict = guardrail.judge(replace(found, alone=hits, in_context=hits))
    on_topic = verdict.label is Label.ON_TOPIC
    answers = on_topic and hits[0].confidence >= ANSWER
    return Judged(verdict.label, answers, on_topic and not answers, [h.title for h in hits[:3]])


if __name__ == "__main__":
    typer.run(main)
