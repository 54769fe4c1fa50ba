"""Words that point back to what was said before: 그건, 그럼, 주말에는요; "what about", "and it"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from kiwipiepy import Token

from core.text.korean import has_hangul

# As Kiwi tags them: pronouns, determiners, and adverbs that join a sentence to the one before.
# https://bab2min.github.io/kiwipiepy/#kiwi
_PRONOUNS: Final = frozenset(
    {"그거", "그것", "이거", "이것", "저거", "거기", "여기", "그쪽", "이쪽"}
)
_DETERMINERS: Final = frozenset({"그", "이", "저", "그런", "이런", "저런"})
_JOINING: Final = "MAJ"
_POLITE, _SENTENCE_END = "요", "EF"
_ENGLISH: Final = re.compile(
    r"^(?:and|but|so|then|also|(?:what|how) about)\b|\b(?:that|it|those|them|there|mine)\b",
    re.IGNORECASE,
)


def points_back(text: str, tokens: Sequence[Token]) -> bool:
    """Return whether a text, which Kiwi has split into `tokens`, refers to something before it.

    Without its verb ("주말에는요?") it does as well.
    """
    if not has_hangul(text):
        return bool(_ENGLISH.search(text))
    words = [token for token in tokens if not token.tag.startswith("S")]
    if len(words) > 1 and words[-1].form == _POLITE and words[-2].tag != _SENTENCE_END:
        return True
    return any(
        token.tag == _JOINING
        or (token.tag == "NP" and token.form in _PRONOUNS)
        or (token.tag == "MM" and token.form in _DETERMINERS)
        for token in tokens
    )
