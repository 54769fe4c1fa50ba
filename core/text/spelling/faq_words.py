"""The words of a FAQ, and the clipped and misspelt words that people write for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from kiwipiepy import Kiwi
from numpy.typing import NDArray

from core.text.korean import Analyzer
from core.text.spelling.clippings import clippings, spelt_out
from core.text.spelling.misspellings import Spelling

# The names of the arrays: raise the numbers when titles give other words than before.
_CLIPPED: Final = "clipped_1"
_WORDS: Final = "words_1"


@dataclass(frozen=True, slots=True)
class FaqWords:
    """The words that the titles of a FAQ are made of."""

    clipped: Mapping[str, str]
    spelling: Spelling

    @classmethod
    def of(cls, titles: Sequence[str], kiwi: Kiwi) -> Self:
        """Read titles with Kiwi: half a second for three thousand."""
        read = list(zip(titles, kiwi.tokenize(list(titles)), strict=True))
        return cls(clippings(read, kiwi), Spelling.of(read))

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return what `from_arrays` reads."""
        pairs = np.array([*self.clipped.items()], np.str_).reshape(-1, 2)
        return {_CLIPPED: pairs, _WORDS: np.array(self.spelling.words, np.str_)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Self:
        """Build the words from the result of `arrays`, in some milliseconds.

        Raises:
            KeyError: an array is missing, or another version wrote them.
        """
        return cls(dict(arrays[_CLIPPED].tolist()), Spelling(arrays[_WORDS].tolist()))

    def written(self, text: str, analyzer: Analyzer) -> str:
        """Return a text with the FAQ's words as the FAQ writes them."""
        full = spelt_out(text, analyzer.tokens(text), self.clipped, analyzer.kiwi)
        return self.spelling.corrected(full, analyzer.tokens(full), analyzer.kiwi)
