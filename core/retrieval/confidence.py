"""The confidence that an entry which was found answers the question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# An entry is an answer from here on: as likely right as wrong.
ANSWER: Final = 0.5
# Where many entries are about one matter, none is far ahead, and each is an answer to its name: on
# eight small FAQs no unanswerable question comes as near as this score. Without everyday messages
# to compare with, the score alone decides.
_NEAR_SCORE, _ALONE_SCORE, _STEEPNESS = 0.55, 0.36, 20.0


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
    """Return how sure it is that entries answer, shape (rows,).

    Args:
        facts: shape (rows, facts), in the order of `evidence.FACTS`.
        scores: the fused scores, shape (rows,).
    """
    return np.maximum(FITTED.of(facts), _sigmoid(_STEEPNESS * (scores - _NEAR_SCORE)))


def of_score(scores: Floats) -> Floats:
    """Return the same by the fused scores alone, both of shape (rows,)."""
    return _sigmoid(_STEEPNESS * (scores - _ALONE_SCORE))


def _sigmoid(logits: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))))


# `python -m bench.train_guardrail` fits it over seven FAQs, each as important as another, and
# prints these numbers.
FITTED: Final = Confidence(
    mean=(0.611, 0.294, 0.499, 0.833, 1.618, 3.53, 2.94, 3.21, 2.11, 1.932, 2.497, 3.969),
    scale=(0.318, 0.315, 0.389, 0.324, 0.495, 2.904, 2.95, 2.803, 2.193, 2.054, 2.518, 3.028),
    weights=(
        *(-0.327, 0.145, -1.035, 0.107, 0.518),
        *(-1.51, 1.761, 1.369, -1.363, -0.297, 0.982, 1.589),
    ),
    bias=0.626,
)
