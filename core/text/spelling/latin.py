"""Misspelt Latin words of the FAQ: a letter too many, too few or wrong, or two exchanged.

`tikcet` is ticket, and `refnd` refund. As with Hangul, only what is no word is looked at, and it is
taken for nothing but what the FAQ has. The edits are those of https://norvig.com/spell-correct.html
behind the first letter, which people hardly ever miss.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from string import ascii_lowercase
from typing import Final

from core.text.spelling.splice import spliced

_WORD: Final = re.compile(r"(?<![^\W_])[A-Za-z]{4,20}(?![^\W_]|['’])")
_SHORTEST: Final = 4  # letters of a stem that a word is taken for
# Of so many words one may be strange: with more of them, the language is another one.
_FEW: Final = 3


def corrected(
    text: str,
    *,
    stem: Callable[[str], str],
    is_word: Callable[[str], bool],
    commonest: Callable[[Collection[str]], str | None],
) -> str:
    """Return a text in which the stem of a FAQ's word is in place of each slip.

    Args:
        text: what was typed.
        stem: returns the stem of a word in lower case.
        is_word: returns whether the FAQ has a stem, or any language model knows it.
        commonest: returns which of some stems is the FAQ's commonest, None if it has none.
    """
    return spliced(text, _slips(text, stem, is_word, commonest))


def _slips(
    text: str,
    stem: Callable[[str], str],
    is_word: Callable[[str], bool],
    commonest: Callable[[Collection[str]], str | None],
) -> Iterator[tuple[int, int, str]]:
    words = [(found, stem(found[0].lower())) for found in _WORD.finditer(text)]
    strange = [(found, typed) for found, typed in words if not is_word(typed)]
    if len(strange) > max(1, len(words) // _FEW):
        return
    for found, typed in strange:
        if meant := commonest({one for one in _edits(typed) if len(one) >= _SHORTEST}):
            yield found.start(), found.end(), meant


def _edits(word: str) -> Iterator[str]:
    """Yield what a word becomes by one edit behind its first letter."""
    for at in range(1, len(word) + 1):
        before, after = word[:at], word[at:]
        yield from (f"{before}{letter}{after}" for letter in ascii_lowercase)
        if after:
            yield before + after[1:]
            yield from (f"{before}{letter}{after[1:]}" for letter in ascii_lowercase)
        if len(after) > 1:
            yield f"{before}{after[1]}{after[0]}{after[2:]}"
