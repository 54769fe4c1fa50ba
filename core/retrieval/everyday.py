"""How far everyday messages come on a FAQ: the measure of what a score on it is worth.

People write to a bot about lunch and the weather. What such a message scores depends on the FAQ: on
one of three thousand entries, something is always near. So the shipped messages are searched for
once, when an index is loaded for the first time, and a score is told by how few of them reach it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from core.text.korean import has_hangul

Floats = NDArray[np.float64]

_TAIL: Final = 0.1
_FEWEST_IN_TAIL: Final = 5
_NARROWEST: Final = 0.005
_MOST: Final = 10.0


@dataclass(frozen=True, slots=True)
class Everyday:
    """The measures of everyday messages, sorted, by whether they are written in Hangul.

    Both have shape (messages, measures); see `core.retrieval.evidence.MEASURES`.
    """

    hangul: Floats
    other: Floats

    @classmethod
    def of(cls, messages: Sequence[str], found: Floats) -> Self:
        """Keep what was found for each message, shape (messages, measures)."""
        korean = np.array([has_hangul(message) for message in messages], bool)
        return cls(np.sort(found[korean], axis=0), np.sort(found[~korean], axis=0))

    def surprise(self, question: str, found: Floats) -> Floats:
        """Return -ln of the share of everyday messages that come as far, 0 to 10.

        Beyond the best tenth, the share goes on falling as an exponential does.

        Args:
            question: compared with messages of its own script.
            found: measures, shape (rows, measures).
        """
        known = self.hangul if has_hangul(question) else self.other
        if not len(known):
            return np.zeros_like(found)
        columns = [_surprise(known[:, at], found[:, at]) for at in range(found.shape[1])]
        return np.column_stack(columns)

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return the arrays for `np.savez`."""
        return {"everyday_hangul": self.hangul, "everyday_other": self.other}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Self:
        """Read what `arrays` gave.

        Raises:
            KeyError: it is not there.
        """
        hangul, other = arrays["everyday_hangul"], arrays["everyday_other"]
        return cls(hangul.astype(np.float64), other.astype(np.float64))


def _surprise(known: Floats, found: Floats) -> Floats:
    size = len(known)
    tail = min(max(int(_TAIL * size), _FEWEST_IN_TAIL), size)
    begin = known[-tail]
    spread = float((known[-tail:] - begin).mean()) + _NARROWEST
    share = (size - np.searchsorted(known, found) + 0.5) / (size + 1)
    beyond = tail / size * np.exp(-np.clip((found - begin) / spread, 0.0, 50.0))
    share = np.where(found > begin, beyond, share)
    return np.minimum(-np.log(np.maximum(share, 1e-12)), _MOST)
