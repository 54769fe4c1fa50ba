"""Korean typed on a Latin keyboard layout, and the other way round.

The keys are those of the standard Korean layout (KS X 5002): a key gives a Latin letter or a jamo,
depending on a switch that people forget.
"""

from __future__ import annotations

import re
from typing import Final

_KEYS: Final = {
    **dict(zip("rRseEfaqQtTdwWczxvg", "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ", strict=True)),
    **dict(zip("koiOjpuPhynbml", "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅛㅜㅠㅡㅣ", strict=True)),
}
_LETTERS: Final = {jamo: key for key, jamo in _KEYS.items()}
_INITIALS: Final = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWELS: Final = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_FINALS: Final = " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
_PAIRS: Final = {
    **dict(
        zip("ㅘㅙㅚㅝㅞㅟㅢ", ("ㅗㅏ", "ㅗㅐ", "ㅗㅣ", "ㅜㅓ", "ㅜㅔ", "ㅜㅣ", "ㅡㅣ"), strict=True)
    ),
    **dict(
        zip(
            "ㄳㄵㄶㄺㄻㄼㄽㄾㄿㅀㅄ",
            (
                "ㄱㅅ",
                "ㄴㅈ",
                "ㄴㅎ",
                "ㄹㄱ",
                "ㄹㅁ",
                "ㄹㅂ",
                "ㄹㅅ",
                "ㄹㅌ",
                "ㄹㅍ",
                "ㄹㅎ",
                "ㅂㅅ",
            ),
            strict=True,
        )
    ),
}
_JOINED: Final = {parts: whole for whole, parts in _PAIRS.items()}
_SYLLABLE: Final = re.compile(
    "(?P<initial>[ㄱ-ㅎ])(?P<vowel>ㅗ[ㅏㅐㅣ]|ㅜ[ㅓㅔㅣ]|ㅡㅣ|[ㅏ-ㅣ])"
    f"(?P<final>(?:{'|'.join(p for w, p in _PAIRS.items() if w in _FINALS)}|[ㄱ-ㅎ])(?![ㅏ-ㅣ]))?"
)
_UNENDED: Final = "ㄸㅃㅉ"  # no syllable ends in these

# How English words begin; no other two consonants do.
_ONSETS: Final = re.compile(
    "[bcgkps]h|[bcfgkps]l|[bcdfgkpt]r|s[ckmnpqtw]|[dtw]h?w|[gk]n|ps|rh|t[hs]|wh|wr"
)
_LATIN: Final = re.compile("[A-Za-z]+")
_SHORTEST_WORD: Final = 5
_CONSONANTS_IN_ENGLISH: Final = 3  # in a row
_HANGUL_RUN: Final = re.compile("[ㄱ-ㅣ가-힣]+")
_STRAY: Final = re.compile("[ㄱ-ㅣ]")
_FEELINGS: Final = frozenset("ㅋㅎㅠㅜㅡ")  # laughter and tears
_FEWEST_STRAY: Final = 3


def corrected(text: str) -> str:
    """Return what the keys of `text` give on the other layout, or `text` itself.

    A Latin word that cannot be English is read as Korean if it makes whole syllables; without any
    Hangul beside it, all words have to. A Hangul word is read as Latin if most of it is single
    jamo, among them vowels.
    """
    words = _LATIN.findall(text)
    mixed = bool(_HANGUL_RUN.search(text))
    if any(map(_not_english, words)) and (mixed or all(map(_hangul, words))):
        text = _LATIN.sub(lambda word: _korean(word[0], sure=not mixed), text)
    return _HANGUL_RUN.sub(lambda word: _latin(word[0]), text) if mixed else text


def _not_english(word: str) -> bool:
    low = word.lower()
    if len(word) < _SHORTEST_WORD:
        return False
    odd_start = re.match("[^aeiouy]{2}", low) is not None and not _ONSETS.match(low)
    return odd_start or re.search(f"[^aeiouy]{{{_CONSONANTS_IN_ENGLISH + 1}}}", low) is not None


def _korean(word: str, *, sure: bool) -> str:
    return (_hangul(word) if sure or _not_english(word) else "") or word


def _hangul(word: str) -> str:
    """Return the syllables that a word's keys make; "" if a key is left over."""
    jamo = "".join(_KEYS.get(key) or _KEYS.get(key.lower(), "") for key in word)
    syllables, place = "", 0
    while place < len(jamo):
        match = _SYLLABLE.match(jamo, place)
        if not match or match["initial"] not in _INITIALS:
            return ""
        final = match["final"] or ""
        if final in _UNENDED:
            final = ""
        syllables += _composed(match["initial"], match["vowel"], final)
        place = match.end("final") if final else match.end("vowel")
    return syllables


def _composed(initial: str, vowel: str, final: str) -> str:
    number = _INITIALS.index(initial) * 21 + _VOWELS.index(_JOINED.get(vowel, vowel))
    return chr(0xAC00 + number * 28 + _FINALS.index(_JOINED.get(final, final) or " "))


def _latin(word: str) -> str:
    stray = _STRAY.findall(word)
    vowels = any(jamo in _VOWELS for jamo in stray)
    if len(stray) < max(_FEWEST_STRAY, len(word) / 2) or not vowels or _FEELINGS.issuperset(stray):
        return word
    return "".join(_LETTERS.get(jamo, "") for char in word for jamo in _jamo(char))


def _jamo(char: str) -> str:
    """Return the jamo that were typed for one character."""
    if not "가" <= char <= "힣":
        return _PAIRS.get(char, char)
    number = ord(char) - 0xAC00
    initial, vowel, final = number // 588, number % 588 // 28, number % 28
    parts = (_INITIALS[initial], _VOWELS[vowel], _FINALS[final].strip())
    return "".join(_PAIRS.get(part, part) for part in parts)
