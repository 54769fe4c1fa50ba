"""Fit the keyless guardrails, and how sure the search is of what it finds.

    python -m bench.train_guardrail PATH_OF_FAQ --questions PACK

One guardrail is for any FAQ: it is fitted over the FAQs of `data/examples/faqs`, as they are and
with their entries joined to long ones, and over the large one, each as important as another. What
is off topic for one of them is a question of another FAQ, or an everyday message of
`data/examples/general.jsonl`. The other guardrail is for the large FAQ alone, with examples of what
is off topic just there. Then the confidence is fitted, and printed for
`core/retrieval/confidence.py`. `python -m bench decisions` measures both on other FAQs. Some five
minutes.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import scipy.sparse as sp
import typer
from numpy.typing import NDArray
from scipy.optimize import minimize

from bench.confidence_fit import fit_confidence
from bench.labelled_faqs import LabelledFaq
from bench.taught_faqs import TAUGHT, Workshop
from bench.train_encoder import lines
from bots.bootstrap.search import load_analyzer
from config.profiles import PROFILES
from config.resources import ENCODER, GUARDRAIL
from core.assistant.guardrails.features import Vocabulary, grams_of, words_of
from core.assistant.guardrails.guardrail import LABELS, facts
from core.embeddings.kiwi import KiwiEncoder
from core.text.korean import Analyzer
from core.text.term_numbers import TermNumbers
from core.types import Label
from ingest.prepare import prepare
from ingest.question_packs import load_pack
from ingest.sources.load import load

Floats = NDArray[np.float64]

_LARGE = PROFILES / "smartstore.guardrail.npz"
_MEANING_SCALE, _TEXT_SCALE = 2.0, 1.5
_REGULARISATION = 5e-5
_RAREST_GRAM, _RAREST_WORD = 3, 2
# Refusing or greeting a real question is the worst error, so what is doubtful is neither: it is
# answered where the search is sure, and else told that the FAQ does not say.
_OFF_TOPIC_DOUBT, _GREETING_DOUBT = 1.7, 0.7


def main(
    faq: Annotated[Path, typer.Argument(help="The large FAQ.")],
    questions: Annotated[Path, typer.Option(help="Its question pack.")],
) -> None:
    """Fit and write config/models/guardrail.npz and config/profiles/smartstore.guardrail.npz."""
    analyzer = load_analyzer()
    encoder = KiwiEncoder.load(ENCODER, analyzer)
    with tempfile.TemporaryDirectory() as folder:
        workshop = Workshop(analyzer, encoder, Path(folder))
        short = workshop.small(TAUGHT)
        small = [*short, *map(workshop.in_long_entries, short)]
        large = workshop.large(prepare(load(faq), load_pack(questions)).entries, short)
        for path, known in (
            (GUARDRAIL, [*small, *(one.without_own_off_topic() for one in large)]),
            (_LARGE, large),
        ):
            model = fit(known, analyzer, encoder)
            np.savez_compressed(path, allow_pickle=False, **model)
            typer.echo(f"{path}: {path.stat().st_size / 1e6:.1f} MB")
        typer.echo(repr(fit_confidence([*small, *large])))


def fit(
    faqs: Sequence[LabelledFaq], analyzer: Analyzer, encoder: KiwiEncoder
) -> dict[str, NDArray[Any]]:
    """Fit one guardrail over several FAQs; the large one's two forms count as one."""
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
    weights = np.concatenate([faq.weights / (2 if faq.is_large else 1) for faq in faqs])
    solution, bias = softmax_regression(
        sp.hstack([sp.csr_matrix((found - mean) / scale), wording]).tocsr(),
        np.array([LABELS.index(example.label) for example in examples]),
        weights / weights.sum(),
    )
    bias[LABELS.index(Label.OFF_TOPIC)] -= _OFF_TOPIC_DOUBT
    bias[LABELS.index(Label.GREETING)] -= _GREETING_DOUBT
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
    return Vocabulary(TermNumbers.of(kept), idf.astype(np.float32))


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
    *,
    count: int = len(LABELS),
    regularisation: float = _REGULARISATION,
) -> tuple[Floats, Floats]:
    """Weights (features, count) and bias (count,) of the regularised maximum likelihood."""
    size = x.shape[1]
    targets = np.eye(count)[labels]

    def loss(flat: Floats) -> tuple[float, Floats]:
        matrix, bias = flat[:-count].reshape(size, count), flat[-count:]
        logits = x @ matrix + bias
        logits -= logits.max(1, keepdims=True)
        logs = logits - np.log(np.exp(logits).sum(1, keepdims=True))
        error = (np.exp(logs) - targets) * weights[:, None]
        value = -(weights[:, None] * targets * logs).sum()
        value += regularisation / 2 * (matrix * matrix).sum()
        gradient = x.T @ error + regularisation * matrix
        return float(value), np.concatenate([gradient.ravel(), error.sum(0)])

    start = np.zeros(size * count + count)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 200}).x
    return found[:-count].reshape(size, count), found[-count:]


if __name__ == "__main__":
    typer.run(main)
