"""Fits a classifier of texts by their wording, and writes its file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from bench.train_encoder import lines
from bench.train_guardrail import matrix, softmax_regression, vocabulary
from core.assistant.guardrails.features import grams_of
from core.embeddings.kiwi import KiwiEncoder

_MEANING_SCALE, _REGULARISATION, _RAREST_GRAM = 2.0, 1e-4, 2


def fit_wording(  # noqa: PLR0913 - what it is fitted on
    path: Path,
    encoder: KiwiEncoder,
    texts: Sequence[str],
    classes: NDArray[np.int64],
    weights: NDArray[np.float64],
    *,
    regularisation: float = _REGULARISATION,
) -> None:
    """Fit the regression on texts, each with its class and its weight; the weights sum to 1."""
    count = int(classes.max()) + 1
    grams = list(map(grams_of, texts))
    known = vocabulary(grams, _RAREST_GRAM)
    meant = encoder.embed(texts) * _MEANING_SCALE
    solution, bias = softmax_regression(
        sp.hstack([sp.csr_matrix(meant), matrix(grams, known)]).tocsr(),
        classes,
        weights,
        count=count,
        regularisation=regularisation,
    )
    of_meaning, of_grams = np.split(solution, [meant.shape[1]])
    np.savez_compressed(
        path,
        allow_pickle=False,
        meaning_weights=(of_meaning * _MEANING_SCALE).astype(np.float16),
        grams=lines(list(known.rows)),
        gram_idf=known.idf,
        gram_weights=of_grams.astype(np.float16),
        bias=bias.astype(np.float32),
    )
