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
# the question that names it. So a score near `_NEAR_SCORE` is enough by itself: on eight small
# FAQs, no unanswerable question reached it. `_ALONE_SCORE` decides where there are no everyday
# messages to compare with.
_NEAR_SCORE, _ALONE_SCORE, _STEEPNESS = 0.53, 0.34, 20.0


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


# `python -m bench.train_guardrail` fits these numbers over seventeen FAQs of equal weight, and
# prints them.
FITTED: Final = Confidence(
    mean=(
        *(0.538, 0.212, 0.609, 0.945, 1.777, 2.345, 1.72, 1.945),
        *(1.491, 1.171, 1.704, 2.597, 1.681, 1.742, 1.608, 1.941),
    ),
    scale=(
        *(0.269, 0.222, 0.301, 0.188, 0.417, 1.342, 1.37, 1.324),
        *(1.272, 1.665, 1.398, 1.511, 1.115, 1.318, 1.484, 1.475),
    ),
    weights=(
        *(0.0, 0.041, -0.299, -0.048, 0.0, 0.0, 0.187, 0.0),
        *(0.0, 0.0, 0.131, 0.084, 0.203, 0.0, 0.504, 0.347),
    ),
    bias=-0.286,
)
