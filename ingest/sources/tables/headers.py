"""The reading of a column's name as a field of an entry.

`질문 내용`, `Question (KR)`, `질문*`, `FAQ 제목`, `answer_text` and `처리내용` are understood;
`답변자`, `질문번호` and `question_id` are none of an entry's fields.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ingest.sources.tables.column_words import (
    ANSWER,
    ANSWERED,
    ASKED,
    BODY,
    CATEGORY,
    DATED,
    FILLERS,
    KO_ANSWER,
    KO_CATEGORY,
    KO_MORE,
    KO_RELATED,
    KO_TITLE,
    KO_UPDATED,
    KO_URL,
    LANGUAGES,
    LEVELS,
    MEASURES,
    MOMENTS,
    MORE_WORDS,
    NAMES_OF_LINKS,
    NO_PAGE,
    NOT_FOR_READERS,
    PUBLIC,
    QUESTIONS,
    REGISTERED,
    RELATED,
    SHORT,
    TAGS,
    TITLE,
    UPDATED,
    URL,
)  # fmt: skip

FIELDS: Final = ("title", "answer", "category", "questions", "related", "url", "updated")
"""What a column may be read as; `--map` names them, and `question` for `title`."""

_SEPARATE: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Za-z])(?=\d)")
_ASIDE: Final = re.compile(r"[(\[{<〔【][^)\]}>〕】]*[)\]}>〕】]")
_WORD: Final = re.compile(r"[a-z]+|\d+|[^\W\da-z_]+")
_LATIN: Final = re.compile(r"[^\W\d_A-Za-z]+")  # what stands beside Latin letters
_LONGEST_NAME: Final = 200  # a cell of more characters is an answer, or an attack


@dataclass(frozen=True, slots=True)
class Header:
    """A column's field, how likely (0 is likeliest), and what tells it from others like it.

    `field` is one of `FIELDS`, or `body`: the text below a title, which is the answer unless
    another column is; or `tags` or `dated`, which serve where nothing better does; or "".
    """

    name: str
    field: str = ""
    rank: int = 0
    tag: str = ""

    @property
    def level(self) -> int:
        """Return the level of a category column, 0 for the widest; -1 if its name has none."""
        plain = _letters(self.name)
        return next((index for index, marks in enumerate(LEVELS) if marks.search(plain)), -1)


def header(cell: object) -> Header:
    """Read a cell of the header row."""
    name = shown_name(cell)
    if not name or len(name) > 60:
        return Header(name)
    field, rank = _field(name)
    return Header(name, field, rank, _tag(name) if field in ("title", "answer") else "")


def shown_name(cell: object) -> str:
    """Return a column's name on one line, without invisible characters."""
    if not isinstance(cell, str):
        return "" if cell is None else str(cell)[:60]
    text = unicodedata.normalize("NFC", cell[:_LONGEST_NAME])
    text = "".join(
        mark for mark in text if unicodedata.category(mark) not in ("Cf", "Cc") or mark.isspace()
    )
    return " ".join(text.replace("\u3164", " ").split())


def same_name(one: object, other: str) -> bool:
    """Return whether two names of columns differ only in spaces, case and form."""
    return _letters(shown_name(one)) == _letters(shown_name(other))


def is_for_readers(name: str) -> bool:
    """Return whether a column may be shown: an internal one, a draft or an old one may not."""
    plain = _without_accents(unicodedata.normalize("NFKC", name))
    return not NOT_FOR_READERS.search(re.sub(r"[\W_]+", " ", plain.lower()))


def is_reply_word(cell: object) -> bool:
    """Return whether a column is about a reply, as `답변자` is: then `내용` is the question."""
    return bool(re.match("답변|회신|응답|답글|댓글", _letters(shown_name(cell))))


def _field(name: str) -> tuple[str, int]:
    if not is_for_readers(name):
        return "", 0
    plain = _without_accents(unicodedata.normalize("NFKC", name))
    # "Name (required)" is a name; "(FAQ) 제목" a title.
    for text in (_ASIDE.sub(" ", plain), plain):
        if found := _named(text):
            return found
    return _in_two_languages(plain)


def _named(text: str) -> tuple[str, int] | None:
    words = _words(text)
    return (_exact(words) or _korean("".join(words)) or _english(words)) if words else None


def _in_two_languages(text: str) -> tuple[str, int]:
    """Read `구분 Category` and `질문/Question`, of which each language names the same field."""
    latin, other = _LATIN.sub(" ", text), re.sub(r"[A-Za-z]+", " ", text)
    one, two = _named(latin), _named(other)
    return one if one and two and one[0] == two[0] else ("", 0)


def _exact(words: list[str]) -> tuple[str, int] | None:
    word = "".join(words)
    for field, known in (
        ("title", TITLE), ("answer", ANSWER), ("body", BODY), ("questions", QUESTIONS),
        ("category", CATEGORY), ("tags", TAGS), ("related", RELATED), ("url", URL),
        ("updated", UPDATED), ("dated", DATED),
    ):  # fmt: skip
        if word in known:
            return field, known.index(word)
    return None


def _korean(text: str) -> tuple[str, int] | None:
    text = text.rstrip("0123456789")
    for field, pattern in (
        ("questions", KO_MORE), ("related", KO_RELATED), ("title", KO_TITLE),
        ("answer", KO_ANSWER), ("category", KO_CATEGORY), ("updated", KO_UPDATED),
        ("url", KO_URL),
    ):  # fmt: skip
        if pattern.fullmatch(text) and not text.isascii():
            known = TITLE if field == "title" else ANSWER if field == "answer" else ()
            if field == "answer" and text.endswith("제목"):  # the answer stands below it
                return field, len(ANSWER) + 1
            return field, next((rank for rank, word in enumerate(known) if word in text), 0)
    return None


def _english(words: list[str]) -> tuple[str, int] | None:
    words = [SHORT.get(word, word) for word in words]
    if found := _beside(words):
        return found
    heads = [word for word in words if not (word in FILLERS or word in LANGUAGES or word.isdigit())]
    if not heads and words[0] in ("q", "a"):
        heads = words[:1]
    if len(heads) == 1:
        return _exact(heads)
    if len(heads) == 2 and heads[0] in ASKED and heads[1] == "title":
        return "title", 0
    if heads and MEASURES.isdisjoint(heads) and heads[-1] in ASKED | ANSWERED:
        return ("title", len(TITLE)) if heads[-1] in ASKED else ("answer", len(ANSWER))
    return ("body", 0) if not heads and any(word in BODY for word in words) else None


def _beside(words: list[str]) -> tuple[str, int] | None:  # noqa: PLR0911 - rules in order
    """Read the name of a column beside those of the title and the answer."""
    last, before = words[-1], words[-2] if len(words) > 1 else ""
    if last in ("category", "type", "topic", "section") or (
        last in ("name", "path") and before in CATEGORY
    ):
        return "category", len(CATEGORY)
    if words[0] == "related" or words == ["see", "also"]:
        return "related", 0
    if any(word in UPDATED for word in words):
        return "updated", 0
    if words[0] in ("link", "button") and last in NAMES_OF_LINKS:
        return "", 0
    if last in ("url", "link", "href", "permalink") and NO_PAGE.isdisjoint(words):
        # Beside `html_url`, a `url` is that of a record in a program's interface.
        return "url", -1 if words[0] in PUBLIC else len(URL)
    if before and last in (*QUESTIONS, "question") and words[0] in MORE_WORDS:
        return "questions", len(QUESTIONS)
    registered = last in MOMENTS and not REGISTERED.isdisjoint(words)
    if registered or any(word in DATED for word in words):
        return "dated", 0
    return None


def _words(text: str) -> list[str]:
    spaced = _SEPARATE.sub(" ", text).casefold()
    words = _WORD.findall(spaced.replace("_", " "))
    if any(not word.isascii() for word in words):  # "질 문" is one word
        return ["".join(words)]
    return words


def _without_accents(text: str) -> str:
    """Return Latin letters without accents (`Réponse`: `Reponse`), other scripts unchanged."""
    bases = ((mark, unicodedata.normalize("NFD", mark)[0]) for mark in text)
    return "".join(base if base.isascii() else mark for mark, base in bases)


def _letters(name: str) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", name).casefold())


def _tag(name: str) -> str:
    """Return what tells two columns of one field apart: a language, a number, or a script."""
    words = [word for part in _parts(name) for word in part]
    for word in words:
        if word in LANGUAGES:
            return LANGUAGES[word]
    digits = "".join(word for word in words if word.isdigit())
    script = "ko" if re.search("[가-힣]", name) else "en" if name.isascii() else "other"
    return script + digits


def _parts(name: str) -> Iterator[list[str]]:
    plain = unicodedata.normalize("NFKC", name)
    yield _WORD.findall(_SEPARATE.sub(" ", plain).casefold().replace("_", " "))
    for language in LANGUAGES:
        if not language.isascii() and language in plain:
            yield [language]
