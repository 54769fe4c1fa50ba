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
        *(0.56, 0.189, 0.671, 0.955, 1.792, 2.214, 1.557, 1.752),
        *(1.469, 0.942, 1.645, 2.542, 1.543, 1.617, 1.525, 1.824, 1.276),
    ),
    scale=(
        *(0.236, 0.215, 0.274, 0.182, 0.414, 1.266, 1.3, 1.273),
        *(1.215, 1.598, 1.224, 1.504, 1.113, 1.278, 1.383, 1.42, 1.195),
    ),
    weights=(
        *(0.0, 0.0, -0.262, 0.0, 0.0, 0.0, 0.0, 0.0),
        *(0.0, 0.0, 0.195, 0.133, 0.022, 0.0, 0.336, 0.364, 0.547),
    ),
    bias=-0.309,
)
