"""The scores that everyday messages reach on a FAQ: the baseline that other scores are judged by.

People also write to a bot about lunch and the weather. The scores of such messages depend on the
FAQ: among three thousand entries, some entry is always near. So the shipped messages are searched
for once, when an index is loaded for the first time. A score then counts by how few of them reach
it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from core.retrieval.evidence import MEASURES
from core.text.korean import has_hangul

Floats = NDArray[np.float64]

_TAIL: Final = 0.1
_FEWEST_IN_TAIL: Final = 5
_NARROWEST: Final = 0.02
_MOST: Final = 6.0


@dataclass(frozen=True, slots=True)
class _Reached:
    """The distribution of the measures of everyday messages.

    `known` are the sorted measures, shape (messages, measures). `begin` and `spread` describe the
    best tenth as an exponential tail, shape (measures,).
    """

    known: Floats
    begin: Floats
    spread: Floats
    share_in_tail: float

    @classmethod
    def of(cls, known: Floats) -> Self:
        size = len(known)
        tail = min(max(int(_TAIL * size), _FEWEST_IN_TAIL), size)
        best = known[size - tail :]
        begin = best[:1].sum(axis=0)
        spread = (best - begin).sum(axis=0) / max(tail, 1) + _NARROWEST
        return cls(known, begin, spread, tail / max(size, 1))

    def surprise(self, found: Floats) -> Floats:
        """Return -ln of the share of messages that reach each measure, in the shape of `found`."""
        size = len(self.known)
        if not size:
            return np.zeros_like(found)
        below = np.column_stack([*map(np.searchsorted, self.known.T, found.T)])
        share = (size - below + 0.5) / (size + 1)
        steps = np.clip((found - self.begin) / self.spread, 0.0, 50.0)
        share = np.where(found > self.begin, self.share_in_tail * np.exp(-steps), share)
        return np.asarray(np.minimum(-np.log(np.maximum(share, 1e-12)), _MOST))


@dataclass(frozen=True, slots=True)
class Everyday:
    """The distributions of everyday messages: those in Hangul, the others, and all together."""

    hangul: _Reached
    other: _Reached
    every: _Reached

    @classmethod
    def of(cls, messages: Sequence[str], found: Floats) -> Self:
        """Build the distributions from the measures of each message, shape (messages, measures).

        The columns are in the order of `core.retrieval.evidence.MEASURES`.
        """
        korean = np.array([has_hangul(message) for message in messages], bool)
        return cls._sorted(found[korean], found[~korean])

    def surprise(self, question: str, found: Floats) -> Floats:
        """Return -ln of the share of everyday messages that reach each measure, 0 to 6.

        Beyond the best tenth, the share falls exponentially. A question is compared with messages
        of its own script and with all of them, and the smaller value counts: on a FAQ in another
        language, messages in the question's script have hardly any score, so that it is easily
        ahead of them.

        Args:
            question: the text, which tells the script.
            found: measures of entries for the question, shape (rows, measures).
        """
        own = self.hangul if has_hangul(question) else self.other
        of_all = self.every.surprise(found)
        return np.minimum(own.surprise(found), of_all) if len(own.known) else of_all

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return what `from_arrays` reads."""
        return {"everyday_hangul": self.hangul.known, "everyday_other": self.other.known}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Self:
        """Read what `arrays` gave.

        Raises:
            KeyError: an array is missing.
            ValueError: an earlier version wrote them, with other measures.
        """
        hangul, other = arrays["everyday_hangul"], arrays["everyday_other"]
        if {hangul.shape[1:], other.shape[1:]} != {(len(MEASURES),)}:
            raise ValueError("the measures are those of another version")
        return cls._sorted(hangul.astype(np.float64), other.astype(np.float64))

    @classmethod
    def _sorted(cls, *parts: Floats) -> Self:
        hangul, other, every = (
            _Reached.of(np.sort(part, axis=0)) for part in (*parts, np.concatenate(parts))
        )
        return cls(hangul, other, every)
