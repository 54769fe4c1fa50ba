"""Bytes as text: UTF-8, UTF-16, and what was used before, with a broken byte here and there."""

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
# Pairs of bytes as East Asian encodings have them, without punctuation, and those of the 2,350
# syllables that nearly all Korean is written with.
_PAIR: Final = re.compile(rb"[\x81-\xa0\xa4-\xfe][\x40-\x7e\x80-\xfe]")
_SYLLABLE: Final = re.compile(rb"[\xb0-\xc8][\xa1-\xfe]")
_KOREAN_SHARE: Final = 0.8
# Letters with accents inside of words: those of Windows and of ISO 8859, and those of old Macs.
_ACCENTED: Final = re.compile(rb"(?<=[A-Za-z])[\xc0-\xff](?=[A-Za-z])")
_ACCENTED_MAC: Final = re.compile(rb"(?<=[A-Za-z])[\x80-\x84\x86-\x90\x98-\x9f](?=[A-Za-z])")
# ą, ł and ż inside of words, where Windows-1252 has signs; most of its letters stand alone.
_POLISH: Final = re.compile(rb"(?<=[a-z])[\xb9\xb3\xbf](?=[a-z])")
_WORD_BYTES: Final = 2
_FEW_BYTES: Final = 32  # fewer tell nothing about a language
_OTHERS: Final = {
    "cp932": "Shift JIS", "shift_jis": "Shift JIS", "shift_jis_2004": "Shift JIS",
    "euc_jp": "EUC-JP", "euc_jis_2004": "EUC-JP", "gb18030": "GB 18030",
    "gbk": "GB 18030", "gb2312": "GB 18030", "big5": "Big5", "big5hkscs": "Big5",
    "cp1250": "Windows-1250", "cp1251": "Windows-1251", "koi8_r": "KOI8-R",
    "cp1253": "Windows-1253", "cp874": "Windows-874", "tis_620": "Windows-874",
}  # fmt: skip
"""What charset-normalizer may find, and what people call it."""

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
    if not _is_korean(data) and (found := _of_another_country(data)):
        return found
    runs = _HIGH_RUN.findall(data)
    if sum(len(run) == 1 for run in runs) * 2 > len(runs):  # é and ’ between plain letters
        if len(_ACCENTED_MAC.findall(data)) > len(_ACCENTED.findall(data)):
            return Decoded(data.decode("mac_roman"), "Mac Roman")
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


def _is_korean(data: bytes) -> bool:
    """Return whether a text is nearly all Hangul, as CP949 has it."""
    pairs = _PAIR.findall(data[:_SAMPLE_BYTES])
    common = sum(bool(_SYLLABLE.match(pair)) for pair in pairs)
    return common >= _KOREAN_SHARE * len(pairs)


def _of_another_country(data: bytes) -> Decoded | None:
    """Return a text in an encoding of another country, if its letters and words are of one."""
    sample = data[:_SAMPLE_BYTES]
    if len(sample) < len(data):
        sample = sample[: sample.rfind(b"\n") + 1]
    runs = _HIGH_RUN.findall(sample)
    foreign = sum(map(len, runs))
    if foreign < max(_FEW_BYTES, _WORD_BYTES * len(runs)) and not _POLISH.search(sample):
        return None
    from charset_normalizer import from_bytes  # noqa: PLC0415 - most files are none of these

    found = from_bytes(sample).best()
    if found is None or found.encoding not in _OTHERS:
        return None
    return Decoded(data.decode(found.encoding, "surrogateescape"), _OTHERS[found.encoding])


def _valid(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
