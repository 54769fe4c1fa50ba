"""A dict that does not grow without end."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from itertools import islice
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class BoundedDict(OrderedDict[K, V]):
    """A dict of the `most` entries that were set last; to set one again makes it the latest.

    It keeps more of them for as long as they are `in_use`.
    """

    def __init__(self, most: int, *, in_use: Callable[[V], bool] = lambda _value: False) -> None:
        super().__init__()
        self._most = most
        self._in_use = in_use

    def __setitem__(self, key: K, value: V) -> None:
        super().__setitem__(key, value)
        self.move_to_end(key)
        for oldest in list(islice(self, max(len(self) - self._most, 0))):
            if not self._in_use(self[oldest]):
                del self[oldest]
