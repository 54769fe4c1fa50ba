"""Trains the network on purchases with torch, and measures it on rows it has not seen."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from core.errors import SourceError
from core.skills.recommender.network import HIDDEN, Recommender
from core.skills.recommender.purchases import Purchases
from core.skills.recommender.report import Epoch, NetworkOptions, NetworkReport

Progress = Callable[[int, int], None]

_TOP = 3


def train(
    purchases: Purchases, options: NetworkOptions, *, progress: Progress
) -> tuple[Recommender, NetworkReport]:
    """Train until nothing gets better; the weights with the least held-out loss are kept.

    The same purchases and options give the same network.

    Raises:
        SourceError: there are too few rows to hold any out.
    """
    order = np.random.default_rng(options.seed).permutation(len(purchases.bought))
    kept = round(len(order) * options.held_out)
    if not 0 < kept < len(order):
        raise SourceError(f"{len(order)} rows are too few to hold any out")
    held_out, rows = order[:kept], order[kept:]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(options.seed)
        network = _network(purchases)
        epochs, best = _fit(network, purchases, rows, held_out, options, progress)
    recommender = Recommender(purchases.features, purchases.products, best)
    best_epoch = min(range(len(epochs)), key=lambda place: epochs[place].held_out_loss) + 1
    return recommender, _report(recommender, purchases, held_out, epochs, best_epoch)


def _network(purchases: Purchases) -> Any:  # noqa: ANN401 - torch has no types here
    sizes = (purchases.inputs.shape[1], *HIDDEN, len(purchases.products))
    layers: list[Any] = []
    for before, after in pairwise(sizes):
        layers += [torch.nn.Linear(before, after), torch.nn.ELU()]
    return torch.nn.Sequential(*layers[:-1])  # the softmax is in the loss


def _fit(  # noqa: PLR0913, PLR0917 - the parts of one training
    network: Any,  # noqa: ANN401
    purchases: Purchases,
    rows: NDArray[np.int64],
    held_out: NDArray[np.int64],
    options: NetworkOptions,
    progress: Progress,
) -> tuple[list[Epoch], tuple[tuple[Any, Any], ...]]:
    inputs = torch.from_numpy(purchases.inputs)
    bought = torch.from_numpy(purchases.bought)
    optimizer = torch.optim.Adam(network.parameters(), lr=options.learning_rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, options.epochs)
    epochs: list[Epoch] = []
    best, best_loss, since = _weights(network), float("inf"), 0
    for number in range(1, options.epochs + 1):
        shuffled = torch.from_numpy(rows)[torch.randperm(len(rows))]
        for batch in shuffled.split(options.batch):
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(network(inputs[batch]), bought[batch]).backward()
            optimizer.step()
        schedule.step()
        measured = [_measure(network, inputs[part], bought[part]) for part in (rows, held_out)]
        epochs.append(Epoch(measured[0][0], measured[1][0], measured[0][1], measured[1][1]))
        since += 1
        if epochs[-1].held_out_loss < best_loss:
            best, best_loss, since = _weights(network), epochs[-1].held_out_loss, 0
        progress(number, options.epochs)
        if since == options.patience:
            break
    return epochs, best


def _measure(network: Any, inputs: Any, bought: Any) -> tuple[float, float]:  # noqa: ANN401
    with torch.no_grad():
        said = network(inputs)
        loss = torch.nn.functional.cross_entropy(said, bought).item()
        return loss, (said.argmax(dim=1) == bought).float().mean().item()


def _weights(network: Any) -> tuple[tuple[Any, Any], ...]:  # noqa: ANN401
    return tuple(
        (layer.weight.detach().numpy().T.copy(), layer.bias.detach().numpy().copy())
        for layer in network
        if isinstance(layer, torch.nn.Linear)
    )


def _report(
    recommender: Recommender,
    purchases: Purchases,
    held_out: NDArray[np.int64],
    epochs: list[Epoch],
    best_epoch: int,
) -> NetworkReport:
    chances = recommender.probabilities(purchases.inputs[held_out])
    bought = purchases.bought[held_out]
    best = np.argsort(-chances, axis=1)
    confusion = np.zeros((len(purchases.products),) * 2, np.int64)
    np.add.at(confusion, (bought, best[:, 0]), 1)
    return NetworkReport(
        rows=len(purchases.bought) - len(held_out),
        held_out=len(held_out),
        epochs=tuple(epochs),
        best_epoch=best_epoch,
        accuracy=float((best[:, 0] == bought).mean()),
        top3=float((best[:, :_TOP] == bought[:, None]).any(axis=1).mean()),
        confusion=confusion,
    )
