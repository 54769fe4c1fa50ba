"""The options and the results of a training."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class NetworkOptions:
    """The options of a training; `held_out` is a share of the rows, `patience` counts epochs."""

    epochs: int = 100
    batch: int = 5_000
    learning_rate: float = 0.01
    held_out: float = 0.1
    patience: int = 20
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Epoch:
    """Losses (nats) and accuracies after one epoch."""

    loss: float
    held_out_loss: float
    accuracy: float
    held_out_accuracy: float


@dataclass(frozen=True, slots=True)
class NetworkReport:
    """The results on the held-out rows; `confusion` counts (bought, recommended)."""

    rows: int
    held_out: int
    epochs: tuple[Epoch, ...]
    best_epoch: int
    accuracy: float
    top3: float
    confusion: NDArray[np.int64]
