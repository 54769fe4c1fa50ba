"""A bigram model of the same tokens, the baseline of a language model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import log

from core.llm.local.tokens import TokenSample

_BACK_OFF = (0.1, 0.3, 0.5, 0.7, 0.9, 0.99)


def bigram_loss(
    train: Sequence[TokenSample], measured: Sequence[TokenSample], vocabulary: int
) -> float:
    """Return the mean negative log likelihood (nats) of the answers' tokens in `measured`.

    Pairs of tokens are counted in all of `train`, and mixed with single tokens and with a uniform
    share. The weight of the mixture is the best for `measured`, which favours the bigram model.
    """
    pairs: Counter[tuple[int, int]] = Counter()
    heads: Counter[int] = Counter()
    singles: Counter[int] = Counter()
    for sample in train:
        pairs.update(zip(sample.ids, sample.ids[1:], strict=False))
        heads.update(sample.ids[:-1])
        singles.update(sample.ids)
    total = sum(singles.values()) + vocabulary
    likelihoods = [
        (
            pairs[before, after] / heads[before] if heads[before] else 0.0,
            (singles[after] + 1) / total,
        )
        for sample in measured
        for before, after in zip(
            sample.ids[sample.answer_from - 1 :], sample.ids[sample.answer_from :], strict=False
        )
    ]
    return min(
        -sum(log(weight * by_pair + (1 - weight) * alone) for by_pair, alone in likelihoods)
        / len(likelihoods)
        for weight in _BACK_OFF
    )
