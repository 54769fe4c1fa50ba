"""The network at work: 30 and 15 units with ELU, softmax, in NumPy alone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np

from core.errors import ConfigError, SourceError
from core.skills.recommender.purchases import Feature, Floats

HIDDEN: Final = (30, 15)
_LAYERS: Final = len(HIDDEN) + 1


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A product, how likely it is the one, and each feature's share in that (they sum to 1).

    A share is negative where the feature speaks against the product.
    """

    product: str
    probability: float
    shares: dict[str, float]


@dataclass(frozen=True, slots=True)
class Recommender:
    """A trained network with the scaling of its features: weights (in, out), biases (out,)."""

    features: tuple[Feature, ...]
    products: tuple[str, ...]
    layers: tuple[tuple[Floats, Floats], ...]

    def probabilities(self, inputs: Floats) -> Floats:
        """Return the probability of each product, of shape (rows, products)."""
        for weights, biases in self.layers[:-1]:
            inputs = _elu(inputs @ weights + biases)
        weights, biases = self.layers[-1]
        return _softmax(inputs @ weights + biases)

    def recommend(
        self,
        buyer: Mapping[str, str | float | None],
        *,
        without: Sequence[str] = (),
        limit: int = 3,
    ) -> list[Recommendation]:
        """Return the likeliest products for a buyer, the likeliest first.

        `buyer` has a value for each feature, None for one that is not known and stands at its mean;
        `without` names products that were shown before.

        Raises:
            SourceError: a feature is missing, or a value does not fit it.
        """
        if missing := [f.name for f in self.features if f.name not in buyer]:
            raise SourceError(f"no value for {', '.join(missing)}")
        inputs = np.concatenate([_input(one, buyer[one.name]) for one in self.features], axis=1)
        chances = self.probabilities(inputs)[0]
        order = [place for place in np.argsort(-chances) if self.products[place] not in without]
        shares = self._shares(inputs[0])
        return [
            Recommendation(self.products[place], float(chances[place]), shares[place])
            for place in order[:limit]
        ]

    def save(self, path: Path) -> None:
        """Write everything to one `.npz` file, which holds arrays and text and no pickle."""
        known = {"features": [asdict(f) for f in self.features], "products": self.products}
        arrays = {"known": np.array(json.dumps(known, ensure_ascii=False))}
        for number, (weights, biases) in enumerate(self.layers):
            arrays |= {f"weights{number}": weights, f"biases{number}": biases}
        with path.open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays)

    @classmethod
    def load(cls, path: Path) -> Recommender:
        """Read what `save` wrote.

        Raises:
            ConfigError: the file is missing or holds something else.
        """
        try:
            with np.load(path, allow_pickle=False) as arrays:
                known = json.loads(str(arrays["known"]))
                layers = tuple(
                    (arrays[f"weights{number}"], arrays[f"biases{number}"])
                    for number in range(_LAYERS)
                )
            features = tuple(
                Feature(**{**row, "categories": tuple(row["categories"])})
                for row in known["features"]
            )
            return cls(features, tuple(known["products"]), layers)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ConfigError(
                f"{path} is not a recommender ({error}): `faqbot recommender train` writes one"
            ) from error

    def _shares(self, buyer: Floats) -> list[dict[str, float]]:
        """Return for each product the share of every feature in its probability.

        It is the feature's Shapley value: what knowing it adds to the probability, over all orders
        in which the features could be learnt. What is not known stands at its mean.
        """
        count = len(self.features)
        known = (np.arange(2**count)[:, None] >> np.arange(count)) & 1  # every set of features
        widths = [feature.width for feature in self.features]
        mask = np.repeat(known, widths, axis=1).astype(np.float32)
        chances = self.probabilities(mask * buyer + (1 - mask) * self._mean)
        sizes = known.sum(axis=1)
        values = np.zeros((count, len(self.products)))
        for place in range(count):
            without = np.flatnonzero(known[:, place] == 0)
            gains = chances[without | (1 << place)] - chances[without]
            values[place] = (_order_weights(count)[sizes[without], None] * gains).sum(axis=0)
        totals = np.abs(values).sum(axis=0)
        shares = np.divide(values, totals, out=np.zeros_like(values), where=totals > 0)
        names = [feature.name for feature in self.features]
        return [dict(zip(names, map(float, column), strict=True)) for column in shares.T]

    @property
    def _mean(self) -> Floats:
        """The inputs of an average buyer."""
        return np.concatenate([_input(one, None)[0] for one in self.features])


def _input(feature: Feature, value: str | float | None) -> Floats:
    """Return a value as inputs, of shape (1, width); None is the mean of all."""
    if value is not None:
        return feature.scaled([value])
    return np.full((1, feature.width), 1 / feature.width if feature.categories else 0.0, np.float32)


def _order_weights(count: int) -> Floats:
    """Return, by how many features are known before, the share of orders in which that is so."""
    binomials = np.cumprod([1.0, *((count - 1 - k) / (k + 1) for k in range(count - 1))])
    return (1.0 / (count * binomials)).astype(np.float32)


def _elu(x: Floats) -> Floats:
    return np.where(x > 0, x, np.expm1(np.minimum(x, 0)))


def _softmax(x: Floats) -> Floats:
    powers = np.exp(x - x.max(axis=1, keepdims=True))
    result: Floats = powers / powers.sum(axis=1, keepdims=True)
    return result
