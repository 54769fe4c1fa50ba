"""Bytes as text: UTF-8, UTF-16, CP949 and Windows-1252, with a broken byte here and there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

BROKEN: Final = re.compile("[\udc80-\udcff]")
"""What stands for a byte that is no character of the file's encoding."""

_HIGH_RUN: Final = re.compile(rb"[\x80-\xff]+")
# Hangul in UTF-8, two syllables or more; the first bytes are rare Chinese characters in CP949.
_UTF8_HANGUL: Final = re.compile(rb"((?:[\xea-\xed][\x80-\xbf]{2}){2,})")
_SAMPLE_BYTES: Final = 65_536

_TEXT_BYTES_OF_ZERO: Final = 20
_CONTROL: Final = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a file and the name of its encoding; `BROKEN` matches what was no character."""

    text: str
    encoding: str


def decode(data: bytes) -> Decoded:
    """Find out a file's encoding; a few broken bytes cost only the characters they stand for.

    Raises:
        ValueError: It is not text.
    """
    for mark, encoding in (
        (b"\xef\xbb\xbf", "UTF-8"),
        (b"\xff\xfe", "UTF-16LE"),
        (b"\xfe\xff", "UTF-16BE"),
    ):
        if data.startswith(mark):
            errors = "surrogateescape" if encoding == "UTF-8" else "replace"
            return Decoded(data[len(mark) :].decode(encoding, errors), encoding)
    if b"\0" in data and _is_text_but_for_zeros(data):
        return decode(data.replace(b"\0", b""))
    if b"\0" in data[:_SAMPLE_BYTES]:
        return Decoded(data.decode(_utf16_without_mark(data), "replace"), "UTF-16")
    try:
        return Decoded(data.decode(), "UTF-8")
    except UnicodeDecodeError:
        return _legacy(data)


def _is_text_but_for_zeros(data: bytes) -> bool:
    """Return whether a few zero bytes have got into a text, as from a database's export."""
    return data.count(0) * _TEXT_BYTES_OF_ZERO < len(data) and not _CONTROL.search(data)


def _utf16_without_mark(data: bytes) -> str:
    """Line ends and commas show where the empty half of each character is."""
    sample = data[:_SAMPLE_BYTES]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if max(even, odd) < 2 or min(even, odd) * 10 > max(even, odd):
        raise ValueError("not a text file")
    return "utf-16-le" if odd > even else "utf-16-be"


def _legacy(data: bytes) -> Decoded:
    # A few bytes of a broken UTF-8 file may pass as CP949, hence the look at the lines: hardly a
    # line of CP949 is valid UTF-8.
    foreign = [line for line in data.splitlines() if not line.isascii()]
    if sum(_valid(line, "utf-8") for line in foreign) * 2 >= len(foreign):
        return Decoded(data.decode(errors="surrogateescape"), "UTF-8")
    runs = _HIGH_RUN.findall(data)
    if sum(len(run) == 1 for run in runs) * 2 > len(runs):  # é and ’ between plain letters
        return Decoded(data.decode("cp1252", "surrogateescape"), "Windows-1252")
    if sum(_valid(line, "cp949") for line in foreign) * 2 >= len(foreign):
        parts = _UTF8_HANGUL.split(data)
        text = [
            part.decode("utf-8" if pasted else "cp949", "surrogateescape")
            for index, part in enumerate(parts)
            for pasted in [index % 2 == 1]
        ]
        return Decoded("".join(text), "CP949")
    return Decoded(data.decode(errors="surrogateescape"), "UTF-8")


def _valid(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
