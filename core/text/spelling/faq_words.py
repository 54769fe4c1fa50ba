"""The words of a FAQ, and the clipped and misspelt words that people write for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from kiwipiepy import Kiwi

from core.text.korean import Analyzer
from core.text.spelling.clippings import clippings, spelt_out
from core.text.spelling.misspellings import Spelling


@dataclass(frozen=True, slots=True)
class FaqWords:
    """The words that the titles of a FAQ are made of."""

    clipped: Mapping[str, str]
    spelling: Spelling

    @classmethod
    def of(cls, titles: Sequence[str], kiwi: Kiwi) -> Self:
        """Read titles: half a second for three thousand."""
        read = list(zip(titles, kiwi.tokenize(list(titles)), strict=True))
        return cls(clippings(read, kiwi), Spelling.of(read))

    def written(self, text: str, analyzer: Analyzer) -> str:
        """Return a text with the FAQ's words as the FAQ writes them."""
        full = spelt_out(text, analyzer.tokens(text), self.clipped, analyzer.kiwi)
        return self.spelling.corrected(full, analyzer.tokens(full), analyzer.kiwi)
