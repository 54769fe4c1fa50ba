"""The questions of a page in HTML that are no headings: accordions, lists and boxes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from bs4 import BeautifulSoup, Tag

from ingest.sources.pages.asked import is_question

_CONTROLS: Final = {"aria-controls", "data-toggle", "data-bs-toggle"}
_TOGGLES: Final = (
    "button, [role=button], [aria-expanded], [aria-controls], [data-toggle=collapse],"
    " [data-bs-toggle=collapse]"
)
# What builders of sites call the questions of an accordion whose parts are plain boxes.
_ASKED_CLASS: Final = re.compile(
    r"(?:^|[-_])(?:question|faq[-_]?q|q)(?:[-_]?(?:title|text|head(?:er|ing)?|wrap|box|area))?$"
    r"|^(?:faq|qna|accordion|toggle|collaps\w*)[-_]*(?:[a-z]+[-_]+)?"
    r"(?:title|head(?:er|ing)?|button|btn|trigger|label|subject)$",
    re.IGNORECASE,
)
_ANSWERED_CLASS: Final = re.compile(r"answer|content|body|panel|(?:^|[-_])a$", re.IGNORECASE)
_CELLS: Final = ("table", "tbody", "tr", "td", "th")
_EMPHASIS: Final = ("em", "i", "b", "strong", "span")
_LETTER: Final = "Q "  # the same mark within the texts
_MARK: Final = re.compile(r"(?:Q|A|질문|답변)\s*[.:]?")
_MOST_ASKED_CHARS: Final = 300


def mark_questions(body: Tag | BeautifulSoup) -> None:
    """Accordions and definition lists have questions that are no headings: make them some."""
    level = _level_of_questions(body)
    for tag in body.select(":is(h1, h2, h3, h4, h5, h6) button"):
        tag.unwrap()
    _join_terms(body)
    questions = [*body.find_all(["summary", "dt"]), *_toggles(body)]
    questions += _boxes(body, questions)
    for mark in body.find_all(_EMPHASIS) if questions else ():
        if _MARK.fullmatch(mark.get_text(strip=True)):  # the Q and the A before the texts
            mark.decompose()
    texts = [tag.get_text(" ", strip=True) for tag in questions]
    marked = sum(text.startswith(_LETTER) for text in texts)
    letter = _LETTER if marked > 1 and len(texts) <= 2 * marked else ""
    for tag, text in zip(questions, texts, strict=True):
        tag.name, tag.attrs = f"h{level}", {}  # in its place, which bs4 would look for otherwise
        tag.string = text.removeprefix(letter)
    for item in body.find_all("li"):
        if item.find(re.compile(r"^h[1-6]$")):  # a list of questions, each with its answer
            item.name = "div"
            if item.parent is not None and item.parent.name in ("ul", "ol"):
                item.parent.name = "div"
    for tag in body.find_all(["dl", "dd"]):
        tag.name = "div"


def _level_of_questions(body: Tag | BeautifulSoup) -> int:
    """The level of headings that open an answer, or else one below all headings."""
    headings = body.find_all(re.compile(r"^h[1-6]$"))
    opening = [tag for tag in headings if tag.select_one(_TOGGLES)]
    levels = [int(tag.name[1]) for tag in opening or headings]
    return min(max(levels, default=1) + (not opening), 6)


def _join_terms(body: Tag | BeautifulSoup) -> None:
    """Several terms of a definition list that share one definition become one."""
    for term in body.find_all("dt"):
        following = term.find_next_sibling()
        if isinstance(following, Tag) and following.name == "dt":
            following.insert(0, f"{term.get_text(' ', strip=True)} ")
            term.decompose()


def _toggles(body: Tag | BeautifulSoup) -> list[Tag]:
    """Buttons that open an answer below them, as ARIA's accordion has them.

    https://www.w3.org/WAI/ARIA/apg/patterns/accordion/
    """
    found = [
        tag
        for tag in body.select(_TOGGLES)
        if not (tag.find_parent(["summary", "dt"]) or re.match("h[1-6]$", tag.name))
        and (tag.attrs.keys() & _CONTROLS or is_question(tag.get_text(" ", strip=True)))
    ]
    toggles = _ids(found)
    return [tag for tag in found if toggles.isdisjoint(_ids(tag.parents))]


def _ids(tags: Iterable[Tag]) -> set[int]:
    """Return what tells tags apart: bs4 compares them by all that is in them."""
    return set(map(id, tags))


def _boxes(body: Tag | BeautifulSoup, known: Sequence[Tag]) -> list[Tag]:
    """Return boxes whose class says that they hold a question, beside those that are `known`.

    One alone is none: the same class may be that of a title.
    """

    def is_named(tag: Tag, names: re.Pattern[str]) -> bool:
        return any(names.search(one) for one in tag.get_attribute_list("class") if one)

    found: list[Tag] = []
    taken = _ids(known)
    for tag in body.find_all(lambda one: one.name not in _CELLS):
        if not is_named(tag, _ASKED_CLASS) or not taken.isdisjoint(_ids([tag, *tag.parents])):
            continue
        held = tag.find_all(True)
        if not taken.isdisjoint(_ids(held)):
            continue
        whole = any(re.match("h[1-6]$", one.name) or is_named(one, _ANSWERED_CLASS) for one in held)
        text = tag.get_text(" ", strip=True)
        if not whole and not re.match("h[1-6]$", tag.name) and 0 < len(text) <= _MOST_ASKED_CHARS:
            found.append(tag)
            taken.add(id(tag))
    return found if len(found) + len(known) > 1 else []
