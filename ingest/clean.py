"""The cleaning of a row from the parts of the web page around its text.

Nothing that a reader could see is lost, except the feedback form at the end of each page; the
related titles in that form are kept as data.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ingest.sources.rows import Row
from ingest.templates import without_salutation

_FOOTER: Final = "위 도움말이 도움이 되었나요?"
_FOOTER_END: Final = "도움말 닫기"
_RELATED: Final = "관련 도움말/키워드"

_NEWLINES: Final = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
# No-break, typographic and ideographic spaces, the Hangul filler and the blank Braille pattern.
_SPACES: Final = re.compile("[\t\x1f\u00a0\u1680\u2000-\u200a\u202f\u205f\u2800\u3000\u3164]")
_EMOJI: Final = "\u203c\u2049\u2122\u2139\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
# A joiner between two emoji makes them one (a person and a laptop: a programmer), and tags after
# a black flag name a part of a country; anywhere else both are invisible, and so a place to hide
# words from the person who reviews them.
_INVISIBLE: Final = re.compile(
    f"(?P<keep>(?<=[{_EMOJI}\ufe0f])\u200d(?=[{_EMOJI}])"
    "|\U0001f3f4[\U000e0020-\U000e007e]{1,16}\U000e007f)"
    "|[\u200d\U000e0000-\U000e007f]"
    "|[\0-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u180e\u200b\u200c\u200e\u200f\u202a-\u202e"
    "\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]"
)
_WEB: Final = re.compile(r"https?://[^\s<>\"|]{3,2000}", re.IGNORECASE)
_BLANK_LINES: Final = re.compile("\n{3,}")
# `[가입서류]` at the front of a title; not `[상품관리 > 상품조회]` nor `[상품관리] 메뉴에서`.
_TAGS: Final = re.compile(
    r"[\s★☆※■●]*(?P<tags>(?:\[[^\[\]>]{1,60}\]\s*)+)(?!\s|메뉴|버튼|탭\s|[에의은는]\s|에서)"
)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A cleaned row; `related` are the related titles that the page lists.

    `title` is untouched but for its composed form: a Mac writes 가 as two characters.
    """

    title: str
    text: str
    category: str
    questions: tuple[str, ...]
    related: tuple[str, ...]
    position: str
    url: str = ""
    updated: str = ""
    markdown: bool = False


def clean(row: Row) -> Cleaned:
    """Clean every field but the title; the text may turn out empty."""
    body, related = split_footer(clean_text(row.answer))
    return Cleaned(
        title=unicodedata.normalize("NFC", row.title),
        text=without_salutation(body),
        category=clean_text(row.category) or tags_of(row.title),
        questions=clean_texts(row.questions),
        related=clean_texts([*row.related, *related]),
        position=row.position,
        url=row.url if _WEB.fullmatch(row.url) else "",
        updated=row.updated,
        markdown=row.markdown,
    )


def clean_text(text: str) -> str:
    """Return the text stripped, without invisible characters, with single blank lines.

    Runs of spaces stay, because `structure` reads from them where lines were lost.
    """
    text = _SPACES.sub(" ", _NEWLINES.sub("\n", text))
    text = _INVISIBLE.sub(lambda match: match["keep"] or "", text)
    lines = (line.rstrip() for line in text.split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()


def clean_texts(texts: Iterable[str]) -> tuple[str, ...]:
    """Each text on one line, without the empty and the repeated."""
    lines = (" ".join(clean_text(text).split()) for text in texts)
    return tuple(dict.fromkeys(line for line in lines if line))


def split_footer(text: str) -> tuple[str, tuple[str, ...]]:
    """The body of a cleaned answer, and the titles and keywords that its page's form lists."""
    start = text.rfind(_FOOTER)
    end = text.find(_FOOTER_END, start)
    if start < 0 or end < 0:
        return text, ()
    _, _, listed = text[start:end].partition(_RELATED)
    rest = text[end + len(_FOOTER_END) :].strip()
    body = "\n\n".join(part for part in (text[:start].strip(), rest) if part)
    return body, tuple(line.strip() for line in listed.splitlines() if line.strip())


def tags_of(title: str) -> str:
    """The tags before a title as a category: `[스마트스토어][대출] …` is `스마트스토어 > 대출`."""
    match = _TAGS.match(clean_text(title))
    tags = re.findall(r"\[([^\[\]]+)\]", match["tags"]) if match else []
    return " > ".join(tag.strip() for tag in tags)


def match_titles(names: Iterable[str], titles: dict[str, str]) -> tuple[str, ...]:
    """The titles that `names` mean, whatever their spacing; names of no title are left out.

    `titles` maps each title's `spaceless` form to the title.
    """
    found = (titles.get(spaceless(name)) for name in names)
    return tuple(dict.fromkeys(title for title in found if title is not None))


def spaceless(title: str) -> str:
    """Return what spellings of a title have in common that differ in spacing and form alone."""
    return "".join(clean_text(unicodedata.normalize("NFC", title)).split())
