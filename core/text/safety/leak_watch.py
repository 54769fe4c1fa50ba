"""The protection of the bot's instructions: text that repeats them is withheld.

Letters are watched without what stands between them, and words with others strewn in. All work is
linear in the length of the text, however it was cut into pieces.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from typing import Final

from core.text.korean import ngrams

_NO_LETTER: Final = re.compile(r"[\W_]+")
_TOKEN: Final = re.compile(r"[^\W_]+|[\W_]+")
_LEAK_CHARS: Final = 40  # so many letters and digits in a row, as in the instructions, are a leak
_SUSPECT_CHARS: Final = 10
_STREWN_WORDS: Final = 2  # between two words of the instructions, that somebody had put in


class LeakWatch:
    """Holds text back while it resembles the instructions, and stops it if that lasts."""

    def __init__(self, secret: str) -> None:
        self._letters = _LetterWatch(secret)
        self._words = _WordWatch(secret)

    @property
    def leaked(self) -> bool:
        """Return whether the instructions were about to be told; nothing is shown from then on."""
        return self._letters.leaked or self._words.leaked

    def feed(self, piece: str) -> str:
        """Return what may be shown; nothing more once `leaked` is true."""
        return self._words.feed(self._letters.feed(piece))

    def close(self) -> str:
        """Return what was held and has turned out harmless."""
        return self._words.feed(self._letters.close()) + self._words.close()


class _LetterWatch:
    """Watches for a run of the instructions' letters, whatever stands between them."""

    def __init__(self, secret: str) -> None:
        self._secret, self._grams = _known(secret)
        self._run = ""  # the longest ending of what came that is in the secret, or a longer one
        self._held: list[str] = []
        self.leaked = False

    def feed(self, piece: str) -> str:
        """Return what may be shown; nothing more once `leaked` is true."""
        run = self._run + _letters(piece)
        if not self._held and not self.leaked and not self._suspect(run):
            self._run = run[1 - _SUSPECT_CHARS :]
            return piece
        return self._watch(piece)

    def close(self) -> str:
        """Return what was held and has turned out harmless."""
        held = "".join(self._held)
        self._held.clear()
        return held

    def _suspect(self, letters: str) -> bool:
        ends = range(_SUSPECT_CHARS, len(letters) + 1)
        return any(letters[end - _SUSPECT_CHARS : end] in self._grams for end in ends)

    def _watch(self, piece: str) -> str:
        shown: list[str] = []
        for character in piece:
            if self.leaked:
                break
            self._held.append(character)
            self._run = self._longest(self._run + _letters(character))
            if len(self._run) >= _LEAK_CHARS:
                self.leaked = True
                self._held.clear()
            elif len(self._run) < _SUSPECT_CHARS:
                shown += self._held
                self._held.clear()
        return "".join(shown)

    def _longest(self, run: str) -> str:
        while run and run not in self._secret:
            run = run[1:]
        return run


class _WordWatch:
    """Watches for the instructions' words in their order, with a few others between them."""

    def __init__(self, secret: str) -> None:
        self._words, self._places = _words_of(secret)
        self._longest = max(map(len, self._words), default=0)
        # Runs by the place of the word that would go on: letters so far, other words since.
        self._runs: dict[int, tuple[int, int]] = {}
        self._word = ""  # the last one, which may go on
        self._held: list[str] = []
        self.leaked = False

    def feed(self, piece: str) -> str:
        """Return what may be shown; nothing more once `leaked` is true."""
        shown: list[str] = []
        for token in _TOKEN.findall(piece):
            if _NO_LETTER.match(token):
                self._end_word()
            else:  # a longer one only needs to be known as longer
                self._word = (self._word + token.lower())[: self._longest + 1]
            if self.leaked:
                break
            self._held.append(token)
            if all(letters < _SUSPECT_CHARS for letters, _ in self._runs.values()):
                shown += self._held
                self._held.clear()
        return "".join(shown)

    def close(self) -> str:
        """Return what was held and has turned out harmless."""
        self._end_word()
        held = "".join(self._held)
        self._held.clear()
        return held

    def _end_word(self) -> None:
        word, self._word = self._word, ""
        if not word:
            return
        runs: dict[int, tuple[int, int]] = {}
        for place, (letters, strewn) in self._runs.items():
            if place < len(self._words) and self._words[place] == word:
                runs[place + 1] = (letters + len(word), 0)
            elif strewn < _STREWN_WORDS:
                runs[place] = max(runs.get(place, (0, 0)), (letters, strewn + 1))
        for place in self._places.get(word, ()):
            runs.setdefault(place + 1, (len(word), 0))
        self._runs = runs
        if any(letters >= _LEAK_CHARS for letters, _ in runs.values()):
            self.leaked = True
            self._held.clear()


@lru_cache(maxsize=4)
def _words_of(secret: str) -> tuple[tuple[str, ...], dict[str, list[int]]]:
    """Return the words of the instructions with their positions."""
    words = tuple(word.lower() for word in _TOKEN.findall(secret) if not _NO_LETTER.match(word))
    places: dict[str, list[int]] = defaultdict(list)
    for place, word in enumerate(words):
        places[word].append(place)
    return words, places


@lru_cache(maxsize=4)
def _known(secret: str) -> tuple[str, frozenset[str]]:
    """Return the letters of the instructions, and all runs long enough to be suspicious."""
    letters = _letters(secret)
    return letters, frozenset(ngrams(letters, _SUSPECT_CHARS, _SUSPECT_CHARS))


def _letters(text: str) -> str:
    return _NO_LETTER.sub("", text.lower())
