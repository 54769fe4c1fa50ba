"""Misspelt words of the FAQ: spelt as they sound, or with one letter wrong.

`언재` is 언제, `페날티` is 페널티. Only what the FAQ's titles do not have is looked at, and it is
taken for nothing but what they have: people misspell the words that a page uses.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Self

from kiwipiepy import Kiwi, Token

from core.text.kiwi import is_known
from core.text.korean import has_hangul, jamo
from core.text.spelling.splice import spliced

# Vowels that sound alike today: ㅐ and ㅔ, ㅒ and ㅖ, ㅙ, ㅚ and ㅞ.
_ALIKE: Final = str.maketrans("ᅢᅤᅫᅬ", "ᅦᅨᅰᅰ")
_PARTS: Final = ("N", "XR", "MAG", "XSN", "XPN", "MM")
_SHORTEST_WORD, _SHORTEST_WITH_SLIP, _LONGEST = 2, 3, 8  # syllables


class Spelling:
    """The words of a FAQ, found by how they sound and by how they look with one letter wrong.

    `words` are all of them; an earlier one is preferred.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self.words = tuple(words)
        self._known_words = frozenset(words)
        self._by_sound: dict[str, str] = {}
        self._by_slip: dict[str, str] = {}
        for word in words:
            sound = _sound(word)
            self._by_sound.setdefault(sound, word)
            if len(word) >= _SHORTEST_WITH_SLIP:
                for left in _without_one(sound):
                    self._by_slip.setdefault(left, word)

    @classmethod
    def of(cls, texts: Iterable[tuple[str, Sequence[Token]]]) -> Self:
        """Take the words of texts, and what is written together of several; the commonest first."""
        counts = Counter(word for text, tokens in texts for word in _words(text, tokens))
        return cls([word for word, _ in counts.most_common()])

    def corrected(self, text: str, tokens: Sequence[Token], kiwi: Kiwi) -> str:
        """Return a text, which Kiwi has split into `tokens`, with the words as the FAQ has them."""
        return spliced(text, (self._corrected(text, run, kiwi) for run in _runs(tokens)))

    def _corrected(self, text: str, run: Sequence[Token], kiwi: Kiwi) -> tuple[int, int, str]:
        start, end = run[0].start, run[-1].start + run[-1].len
        strange = not all(is_known(token, kiwi) for token in run)
        return start, end, self._word(text[start:end], strange=strange)

    def _word(self, word: str, *, strange: bool) -> str:
        """Return what is written together as the FAQ spells it, or as it is.

        `strange` tells that Kiwi does not know it: what it knows has no slip.
        """
        if word in self._known_words or not _SHORTEST_WORD <= len(word) <= 2 * _LONGEST:
            return word
        if known := self._known(word, strange=strange):
            return known
        for at in range(_SHORTEST_WORD, len(word) - _SHORTEST_WORD + 1):
            first, second = word[:at], word[at:]
            if first in self._known_words and (known := self._known(second, strange=strange)):
                return first + known
            if second in self._known_words and (known := self._known(first, strange=strange)):
                return known + second
        return word

    def _known(self, word: str, *, strange: bool) -> str | None:
        sound = _sound(word)
        if known := self._by_sound.get(sound):
            return known
        if not strange or len(word) < _SHORTEST_WITH_SLIP:
            return None
        found = (self._by_slip.get(left) for left in _without_one(sound))
        return next((one for one in found if one and len(one) == len(word)), None)


def _words(text: str, tokens: Sequence[Token]) -> Iterator[str]:
    """Yield the words of a text, and what two or more that are written together make."""
    for run in _runs(tokens):
        for begin in range(len(run)):
            for end in range(begin, len(run)):
                word = text[run[begin].start : run[end].start + run[end].len]
                if _SHORTEST_WORD <= len(word) <= _LONGEST:
                    yield word


def _sound(word: str) -> str:
    return jamo(word).translate(_ALIKE)


def _without_one(sound: str) -> Iterator[str]:
    """Yield a word with each of its letters left out, which a letter that is wrong leaves too."""
    for at in range(len(sound)):
        yield f"{sound[:at]}_{sound[at + 1 :]}"


def _runs(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """Yield the nouns and the like that are written together."""
    run: list[Token] = []
    for token in tokens:
        is_part = token.tag.startswith(_PARTS) and has_hangul(token.form)
        if run and (not is_part or token.start != run[-1].start + run[-1].len):
            yield run
            run = []
        if is_part:
            run.append(token)
    if run:
        yield run
