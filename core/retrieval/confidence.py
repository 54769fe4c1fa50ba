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
        *(0.534, 0.212, 0.609, 0.945, 1.777, 2.344, 1.719, 1.945),
        *(1.491, 1.17, 1.704, 2.596, 1.68, 1.741, 1.606, 1.94),
    ),
    scale=(
        *(0.269, 0.222, 0.301, 0.188, 0.417, 1.342, 1.369, 1.323),
        *(1.272, 1.665, 1.398, 1.512, 1.116, 1.317, 1.484, 1.474),
    ),
    weights=(
        *(0.0, 0.043, -0.3, -0.047, 0.0, 0.0, 0.189, 0.0),
        *(0.0, 0.0, 0.133, 0.082, 0.199, 0.0, 0.505, 0.35),
    ),
    bias=-0.286,
)
