"""Rows of tokens that a model continues together, each from where it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, Protocol, TypeVar

import torch
from torch.nn.functional import pad
from transformers.cache_utils import DynamicLayer

from core.llm.local.device import LocalModel


class BatchRow(Protocol):
    """A row of a batch: its prompt, and what has been written behind it."""

    @property
    def ids(self) -> list[int]:
        """Return its tokens."""
        ...


R = TypeVar("R", bound=BatchRow)


class Batch(Generic[R]):
    """Rows with the model's cache of them; rows that are appended join at their first token.

    The cache and its mask are aligned at the right: (rows, tokens of the longest).
    """

    def __init__(self, model: LocalModel) -> None:
        self._model = model
        self.rows: list[R] = []
        self._read = 0  # the first rows, which are in the cache
        self._cache: Any = None
        self._mask: Any = None

    @property
    def has_joined(self) -> bool:
        """Return whether there are rows that joined others, and have no token yet."""
        return 0 < self._read < len(self.rows)

    def next_logits(self) -> tuple[Sequence[R], Any]:
        """Return rows with the scores of the next token of each: (rows, vocabulary), on the CPU.

        There has to be a row. If some have joined, these are they; what the others have in the
        cache is not read again, except by models whose cache has another form.
        """
        rows = self.rows
        if self._read == len(rows):
            logits = self._step()
        elif self._read and _is_plain(self._cache):
            rows, new = rows[self._read :], Batch[R](self._model)
            new.rows = rows
            logits = new._fill()
            self._take(new)
        else:
            logits = self._fill()
        self._read = len(self.rows)
        return rows, logits

    def keep(self, wanted: Sequence[bool]) -> None:
        """Let go of all rows but those that are wanted."""
        if all(wanted):
            return
        kept = [place for place, stays in enumerate(wanted) if stays]
        read = [place for place in kept if place < self._read]
        self.rows = [self.rows[place] for place in kept]
        if not read:
            self._cache = self._mask = None
        elif len(read) < self._read:
            self._cache.batch_select_indices(torch.tensor(read, device=self._model.device))
            self._mask = self._mask[read]
            self._trim()
        self._read = len(read)

    def _fill(self) -> Any:  # noqa: ANN401 - torch has no types here
        """Read all tokens of all rows."""
        length = max(len(row.ids) for row in self.rows)
        lacks = [length - len(row.ids) for row in self.rows]
        fill = self._model.tokenizer.pad_token_id
        ids = [[fill] * lack + row.ids for lack, row in zip(lacks, self.rows, strict=True)]
        mask = [[0] * lack + [1] * (length - lack) for lack in lacks]
        self._cache, self._mask = None, torch.tensor(mask, device=self._model.device)
        return self._forward(ids)

    def _step(self) -> Any:  # noqa: ANN401
        """Read the latest token of each row."""
        one = torch.ones(len(self.rows), 1, dtype=self._mask.dtype, device=self._model.device)
        self._mask = torch.cat([self._mask, one], dim=1)
        return self._forward([row.ids[-1:] for row in self.rows])

    def _forward(self, ids: list[list[int]]) -> Any:  # noqa: ANN401
        places = (self._mask.cumsum(dim=1) - 1).clamp(min=0)[:, -len(ids[0]) :]
        said = self._model.network(
            input_ids=torch.tensor(ids, device=self._model.device),
            attention_mask=self._mask,
            position_ids=places,
            cache=self._cache,
            use_cache=True,
        )
        self._cache = said.cache
        return said.logits[:, -1].float().cpu()

    def _take(self, other: Batch[R]) -> None:
        """Append the rows of another batch to the cache."""
        length = max(self._mask.shape[1], other._mask.shape[1])
        masks = [_lengthened(m, length, dim=1) for m in (self._mask, other._mask)]
        self._mask = torch.cat(masks)
        for mine, its in zip(self._cache.layers, other._cache.layers, strict=True):
            mine.keys = torch.cat([_lengthened(t, length, dim=2) for t in (mine.keys, its.keys)])
            mine.values = torch.cat(
                [_lengthened(t, length, dim=2) for t in (mine.values, its.values)]
            )

    def _trim(self) -> None:
        """Forget the places in which no row has a token any more."""
        empty = int(self._mask.any(dim=0).int().argmax())
        if empty and _is_plain(self._cache):
            self._mask = self._mask[:, empty:]
            for layer in self._cache.layers:
                layer.keys, layer.values = layer.keys[:, :, empty:], layer.values[:, :, empty:]


def _is_plain(cache: Any) -> bool:  # noqa: ANN401
    """Return whether a cache consists of keys and values alone: (rows, heads, tokens, size)."""
    return all(type(layer) is DynamicLayer for layer in cache.layers)


def _lengthened(tensor: Any, length: int, *, dim: int) -> Any:  # noqa: ANN401
    """Return a tensor with zeros before it along a dimension."""
    lack = length - tensor.shape[dim]
    return pad(tensor, (0, 0) * (tensor.ndim - 1 - dim) + (lack, 0)) if lack else tensor
