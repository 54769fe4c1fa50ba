"""Fits how sure the search is of what it finds, over FAQs that are each as important as another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from bench.labelled_faqs import LabelledFaq
from core.assistant.guardrails.guardrail import Evidence
from core.retrieval.confidence import Confidence
from core.retrieval.evidence import FACTS
from core.types import Label

Floats = NDArray[np.float64]

# What people are taken to ask: what the FAQ answers, what it should but does not, anything else.
_SHARES: Final = (0.65, 0.25, 0.1)
# In a large FAQ neighbours often answer as well, and its pack names one entry a question.
_ALSO_RIGHT: Final = 3
_PENALTY: Final = 1e-2
# More of one fact never makes the answer less likely, or more; and a question's length says nothing
# of whether an entry answers it. Without these signs, facts that go together get large weights
# against one another, which hold on no other FAQ.
_FALLS: Final = frozenset({"unknown", "missing", "length"})
_GROWS: Final = frozenset(FACTS) - {"unknown", "missing"}


def fit_confidence(faqs: Sequence[LabelledFaq]) -> Confidence:
    """Fit a logistic regression on the facts of the first hits; the large FAQs count as one."""
    parts = [_examples(faq) for faq in faqs]
    large = sum(faq.is_large for faq in faqs)
    shares = [1 / large if faq.is_large else 1.0 for faq in faqs]
    x = np.vstack([facts for facts, _, _ in parts])
    y = np.concatenate([right for _, right, _ in parts])
    w = np.concatenate([share * w for share, (_, _, w) in zip(shares, parts, strict=True)])
    w /= w.sum()
    mean = w @ x
    scale = np.sqrt(w @ (x - mean) ** 2) + 1e-6
    standard = np.column_stack([(x - mean) / scale, np.ones(len(x))])

    def loss(b: Floats) -> tuple[float, Floats]:
        p = 1 / (1 + np.exp(-standard @ b))
        value = -(w * (y * np.log(p + 1e-9) + (1 - y) * np.log(1 - p + 1e-9))).sum()
        slopes = np.append(b[:-1], 0.0)
        value += _PENALTY / 2 * slopes @ slopes
        return float(value), standard.T @ (w * (p - y)) + _PENALTY * slopes

    bounds = [(0.0 if fact in _GROWS else None, 0.0 if fact in _FALLS else None) for fact in FACTS]
    start = np.zeros(len(FACTS) + 1)
    b = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[*bounds, (None, None)]).x
    return Confidence(_rounded(mean), _rounded(scale), _rounded(b[:-1]), round(float(b[-1]), 3))


def _examples(faq: LabelledFaq) -> tuple[Floats, Floats, Floats]:
    """Return the facts of the first hits, whether those answer, and the weights."""
    kinds: tuple[list[tuple[Evidence, bool]], ...] = ([], [], [])
    for found, example in zip(faq.evidence, faq.examples, strict=True):
        if example.label is Label.OFF_TOPIC:
            kinds[2].append((found, False))
        elif example.relevant is not None and not example.history:
            near = found.alone[: _ALSO_RIGHT if faq.is_large else 1]
            right = any(hit.title in example.relevant for hit in near)
            kinds[0 if example.relevant else 1].append((found, right))
    kinds[1].extend((found, False) for found in faq.taken_out)
    rows = [(found.alone[0].facts, right) for kind in kinds for found, right in kind]
    weights = [share / len(kind) for share, kind in zip(_SHARES, kinds, strict=True) for _ in kind]
    return (
        np.array([facts for facts, _ in rows], float),
        np.array([right for _, right in rows], float),
        np.array(weights),
    )


def _rounded(numbers: Floats) -> tuple[float, ...]:
    return tuple(round(float(number), 3) for number in numbers)
