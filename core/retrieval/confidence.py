"""The confidence of a search result: the probability that the entry answers the question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# An entry is an answer from here on: as likely right as wrong.
ANSWER: Final = 0.5
# Where many entries are about one subject, none is far ahead of the others, although each answers
# the question that names it. So a score near `_NEAR_SCORE` is enough by itself: of some 270
# unanswerable questions to 29 small FAQs, two reached it. `_ALONE_SCORE` decides where there are no
# everyday messages to compare with.
_NEAR_SCORE, _ALONE_SCORE, _STEEPNESS = 0.555, 0.36, 20.0


@dataclass(frozen=True, slots=True)
class Confidence:
    """A logistic regression on the facts of an entry, in the order of `evidence.FACTS`."""

    mean: tuple[float, ...]
    scale: tuple[float, ...]
    weights: tuple[float, ...]
    bias: float

    def of(self, facts: Floats) -> Floats:
        """Return probabilities of shape (rows,) for facts of shape (rows, facts)."""
        standard = (facts - np.array(self.mean)) / np.array(self.scale)
        return _sigmoid(standard @ np.array(self.weights) + self.bias)


def of(facts: Floats, scores: Floats) -> Floats:
    """Return the confidence of entries, 0 to 1, shape (rows,).

    Args:
        facts: shape (rows, facts), in the order of `evidence.FACTS`.
        scores: the fused scores, shape (rows,).
    """
    return np.maximum(FITTED.of(facts), _sigmoid(_STEEPNESS * (scores - _NEAR_SCORE)))


def of_score(scores: Floats) -> Floats:
    """Return the confidence by the fused scores alone, both of shape (rows,)."""
    return _sigmoid(_STEEPNESS * (scores - _ALONE_SCORE))


def _sigmoid(logits: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))))


# `python -m bench.train_guardrail` fits these numbers over 24 FAQs, as they are and with long
# entries, and the large one, all of equal weight, and prints them.
FITTED: Final = Confidence(
    mean=(
        *(0.559, 0.186, 0.672, 0.957, 1.796, 2.203, 1.552, 1.745),
        *(1.458, 0.928, 1.633, 2.537, 1.537, 1.605, 1.526, 1.823, 1.272),
    ),
    scale=(
        *(0.236, 0.212, 0.273, 0.177, 0.418, 1.261, 1.296, 1.268),
        *(1.212, 1.586, 1.215, 1.501, 1.112, 1.264, 1.382, 1.418, 1.194),
    ),
    weights=(
        *(0.0, 0.0, -0.291, 0.0, 0.0, 0.0, 0.0, 0.0),
        *(0.0, 0.0, 0.183, 0.123, 0.006, 0.0, 0.345, 0.369, 0.546),
    ),
    bias=-0.307,
)
