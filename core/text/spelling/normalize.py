"""The normalisation of a question, so that all ways of typing it become one text.

What is read (the search, the decision, a model) is the text from here. What is kept and shown is
what the person typed.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from core.text.spelling.keyboard import corrected

_MARKS: Final = "\u034f\u115f\u1160\u17b4\u17b5\ufe00-\ufe0f"
_INVISIBLE: Final = re.compile(f"[{_MARKS}\U000e0100-\U000e01ef]")
_BLANK: Final = re.compile("[\u3164\uffa0\u2800\u00a0]")  # fillers that are as wide as a letter
_WIDE: Final = re.compile("[\uff01-\uffef\u3000\u2460-\u24ff\u3200-\u33ff]+")
# https://docs.slack.dev/messaging/formatting-message-text/#emoji; a custom name may be Korean.
_SHORTCODE: Final = re.compile(
    r":(?=[a-z0-9_+'-]*[a-z])[a-z0-9_+'-]+:(?::skin-tone-[2-6]:)?|(?<!\S):[\w+'-]+:(?!\S)"
)
# https://discord.com/developers/docs/reference#message-formatting
_DISCORD_EMOJI: Final = re.compile(r"<a?:\w+:\d+>")
_PICTURE: Final = re.compile(
    "[\U0001f000-\U0001faff\u2190-\u21ff\u2300-\u23ff\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff"
    "\U000e0020-\U000e007f\u20e3]+"
)
_SPACED: Final = re.compile(
    r"(?<![가-힣])[가-힣](?:(?: |(?: ?[.·_~/|*+-]+ ?))[가-힣]){3,}(?![가-힣])"
)
_WEEKDAYS: Final = frozenset("월화수목금토일")  # each is a word of its own
_SPACED_OUT: Final = re.compile(r"[가-힣](?:\s+[가-힣])+[\s.?!~]*")
_LONG_RUN: Final = re.compile(r"([^\d\s])\1{2,}")
_SAME_WORDS: Final = re.compile(r"(?<!\S)(\S+)(?:\s+\1){2,}(?!\S)")


def normalized(text: str) -> str:
    """Return `text` as everything reads it; the empty string if there is nothing to read.

    Hangul is composed (NFC), full-width forms are made plain, invisible characters, emoji and
    shortcodes go, syllables that were spaced apart are joined, endless repeats are cut, and words
    that were typed on the other keyboard layout are set right. Lines stay lines.
    """
    text = unicodedata.normalize("NFC", _WIDE.sub(_plain, text))
    text = _BLANK.sub(" ", _INVISIBLE.sub("", text))
    text = "".join(char for char in text if char in "\n\t" or _is_visible(char))
    text = _PICTURE.sub(" ", _SHORTCODE.sub(" ", _DISCORD_EMOJI.sub(" ", text)))
    text = "\n".join(map(_line, text.splitlines()))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _line(line: str) -> str:
    """Normalise one line; where syllables are spaced out, double spaces separate words."""
    line = line.strip()
    if _SPACED_OUT.fullmatch(line):
        line = re.sub(r"(?<=[가-힣])\s(?=[가-힣])", "", line)
    line = _SPACED.sub(_joined, line)
    line = _SAME_WORDS.sub(r"\1", _LONG_RUN.sub(r"\1\1", " ".join(line.split())))
    return corrected(line)


def _joined(run: re.Match[str]) -> str:
    syllables = re.sub("[^가-힣]", "", run[0])
    return run[0] if _WEEKDAYS.issuperset(syllables) else syllables


def _plain(wide: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", wide[0])


def _is_visible(char: str) -> bool:
    return unicodedata.category(char) not in {"Cc", "Cf", "Co", "Cs"}
