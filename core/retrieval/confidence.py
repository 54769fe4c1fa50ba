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


# `python -m bench.train_guardrail` fits these numbers over twenty-five FAQs of equal weight, and
# prints them.
FITTED: Final = Confidence(
    mean=(
        *(0.516, 0.182, 0.635, 0.959, 1.806, 2.165, 1.571, 1.756),
        *(1.361, 1.067, 1.65, 2.496, 1.487, 1.688, 1.577, 1.864),
    ),
    scale=(
        *(0.249, 0.205, 0.282, 0.164, 0.422, 1.264, 1.29, 1.266),
        *(1.205, 1.579, 1.3, 1.439, 1.119, 1.269, 1.379, 1.386),
    ),
    weights=(
        *(0.0, 0.0, -0.298, 0.0, 0.0, 0.0, 0.157, 0.0),
        *(0.0, 0.0, 0.116, 0.073, 0.301, 0.0, 0.47, 0.296),
    ),
    bias=-0.287,
)
