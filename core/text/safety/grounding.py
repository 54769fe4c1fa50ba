"""The recognition of an answer that has nothing to do with the texts that it is written from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from core.text.languages import language_of

# An answer in other words keeps some of them. In Korean, questions that were written in other words
# than their entry on purpose keep more than a tenth each (docs/models.md).
_LEAST_WORDS: Final = 12
_SHARE: Final = 0.1


def is_grounded(answer: str, sources: Sequence[str], terms: Callable[[str], Iterable[str]]) -> bool:
    """Return whether the words of an answer occur in its sources, or it cannot be judged by them.

    `terms` returns the content words of a text, as `core.text.korean.Analyzer.terms`. An answer of
    a few words or in another language than its sources is not judged.
    """
    told = "\n".join(sources)
    if language_of(answer) != language_of(told):
        return True
    found = told.casefold()
    # One letter occurs in any text by chance.
    words = {word for term in terms(answer) if len(word := term.rpartition("/")[0].casefold()) > 1}
    return len(words) < _LEAST_WORDS or sum(w in found for w in words) >= _SHARE * len(words)
