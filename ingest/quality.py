"""Checks of a FAQ's quality: each finding names an entry, the problem, and what to do."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from core.text.personal_data import find
from core.types import Entry
from ingest.dedupe import near_duplicates

_LONG_CHARS: Final = 4_000
_SHORT_LETTERS: Final = 4
_OLD_YEARS: Final = 2
_ALIKE: Final = 0.7  # the share of common bigrams from which two titles are alike
_MOST_BUCKET: Final = 200  # titles that share a pair of letters: pairs in more titles say nothing
_MOST_ABBREVIATIONS: Final = 50

# How Korean questions end: 얼마인가요 and 얼마입니까 ask the same.
_ENDING: Final = re.compile(
    r"(?:인가요|입니까|이에요|예요|인지요|하나요|합니까|되나요|됩니까|나요|은가요|습니까|니까|까요|어요|해요|죠|요)$"
)
_LINK: Final = re.compile(r"\[[^\]]*\]\((https?://[^\s)]+)\)|https?://[^\s<>\"']+")
_WORD: Final = re.compile(r"[^\W\d_]{2,}")
_VAGUE: Final = re.compile(
    r"(?:기타|문의|안내|질문|공지|참고|일반|etc|faq|other|misc|miscellaneous|general|info(?:rmation)?|"
    r"question|note|notice|help|details?|untitled)(?:\s*(?:사항|문의|안내|\d+))?[\s?.!]*",
    re.IGNORECASE,
)
_NUMBER: Final = re.compile(r"\d[\d,.]*\d|\d")
_LIST_NUMBER: Final = re.compile(r"^\s*(?:\d{1,2}[.)]|[-*])\s", re.MULTILINE)
_ABBREVIATION: Final = re.compile(r"(?<![A-Za-z0-9/_.-])[A-Z][A-Z0-9&]{1,5}(?![A-Za-z0-9/_-])")
_COMMON: Final = frozenset(
    (
        "FAQ", "URL", "API", "JSON", "XML", "SQL", "PDF", "SMS", "MMS", "ID", "PW", "PC",
        "TV", "QR", "PIN", "OTP", "VAT", "AM", "PM", "OK", "CSV", "XLS", "XLSX", "JPG",
        "JPEG", "PNG", "GIF", "HTML", "HTTP", "HTTPS", "KB", "MB", "GB", "TB", "USB", "DVD",
        "CD", "CEO", "CS", "IT", "AI", "UI", "UX", "OS", "IOS", "WIFI", "LTE", "USD", "KRW",
        "EUR", "UK", "US", "USA", "EU", "SNS", "ATM", "NFC", "GPS", "AS", "DIY", "CCTV",
        "LED", "UTC", "GMT", "TOP", "NEW", "NO", "YES", "ON", "OFF", "VIP", "DM", "PPT",
        "DOC", "TXT", "ZIP",
    )
)  # fmt: skip
_DEADLINE: Final = re.compile(
    r"(20\d\d)\s*[-./년]\s*(\d{1,2})\s*[-./월]\s*(\d{1,2})\s*일?\s*(?:\([^)]*\)\s*)?"
    r"(?:까지|마감|종료|한정)"
    r"|(?:until|by|before|through|ends?(?: on)?)\s+(20\d\d)-(\d{1,2})-(\d{1,2})",
    re.IGNORECASE,
)
_YEAR: Final = re.compile(r"(?<![\d-])(20[012]\d)\s*(?:년|(?=\b))")


class ProblemKind(StrEnum):
    """The kinds of problems of an entry."""

    CONTRADICTION = "contradiction"
    NOT_FOUND = "not found"
    NEAR_DUPLICATE = "near-duplicate"
    VAGUE_TITLE = "vague title"
    LINK_ONLY = "link only"
    ABBREVIATION = "abbreviation"
    TOO_LONG = "too long"
    STALE = "stale"
    PERSONAL_DATA = "personal data"


@dataclass(frozen=True, slots=True)
class EntryProblem:
    """One finding: the entry's title, what is the matter with it, and what to do about it."""

    kind: ProblemKind
    title: str
    text: str
    advice: str


First = Callable[[Sequence[str]], Sequence[str]]
"""The title that a search finds first for each question, "" for none."""


def problems_of(entries: Sequence[Entry], first: First, today: date) -> list[EntryProblem]:
    """Return what could be better, by kind and in the order of the entries."""
    found = [
        *_contradictions(entries),
        *_not_found(entries, first),
        *_near_duplicates(entries),
        *(problem for entry in entries for problem in _alone(entry, today)),
        *_abbreviations(entries),
    ]
    kinds = list(ProblemKind)
    return sorted(found, key=lambda problem: kinds.index(problem.kind))


def _alone(entry: Entry, today: date) -> Iterator[EntryProblem]:
    """Yield the problems that an entry shows by itself."""
    if len(letters(entry.title)) < _SHORT_LETTERS or _VAGUE.fullmatch(entry.title.strip()):
        advice = "write the question as people ask it: what they want, and of what"
        yield EntryProblem(ProblemKind.VAGUE_TITLE, entry.title, "the title says little", advice)
    if not _WORD.search(_LINK.sub("", entry.text)) and _LINK.search(entry.text):
        advice = "say in a sentence what is behind the link: only that can be found and answered"
        yield EntryProblem(ProblemKind.LINK_ONLY, entry.title, "the answer is a link alone", advice)
    if len(entry.text) > _LONG_CHARS:
        text = f"the answer has {len(entry.text):,} characters"
        advice = "split it into entries, one question each: a part of it is shown otherwise"
        yield EntryProblem(ProblemKind.TOO_LONG, entry.title, text, advice)
    if text := _stale(entry, today):
        yield EntryProblem(
            ProblemKind.STALE, entry.title, text, "look whether it still holds, and date it anew"
        )
    if personal := find(f"{entry.title}\n{entry.text}"):
        listed = ", ".join(sorted(map(_masked, personal)))
        advice = "take it out if it is a person's; addresses of the company may stay"
        yield EntryProblem(
            ProblemKind.PERSONAL_DATA, entry.title, f"looks like personal data: {listed}", advice
        )


def _stale(entry: Entry, today: date) -> str:
    for match in _DEADLINE.finditer(entry.text):
        year, month, day = (int(part) for part in match.groups() if part)
        try:
            if date(year, month, day) < today:
                return f"a date that has passed: {match[0].strip()}"
        except ValueError:
            continue
    if (
        entry.updated
        and entry.updated < today.replace(day=1, year=today.year - _OLD_YEARS).isoformat()
    ):
        return f"last changed on {entry.updated}"
    years = [int(year) for year in _YEAR.findall(f"{entry.title}\n{entry.text}")]
    if years and max(years) <= today.year - _OLD_YEARS:
        return f"speaks of {max(years)} and of no later year"
    return ""


def _near_duplicates(entries: Sequence[Entry]) -> Iterator[EntryProblem]:
    for pair in near_duplicates([(entry.title, entry.text) for entry in entries]):
        text = f"almost the same answer as {pair.first!r}"
        advice = "merge them, and keep the other title as a way to ask"
        yield EntryProblem(ProblemKind.NEAR_DUPLICATE, pair.second, text, advice)
    for one, other in alike_titles(entries):
        if letters(one.text) != letters(other.text) and not differ_in_numbers(one, other):
            text = f"almost the same title as {one.title!r}"
            advice = "merge them, or say in the titles what tells them apart"
            yield EntryProblem(ProblemKind.NEAR_DUPLICATE, other.title, text, advice)


def _contradictions(entries: Sequence[Entry]) -> Iterator[EntryProblem]:
    for one, other in alike_titles(entries):
        if differ_in_numbers(one, other):
            mine, others = (", ".join(sorted(_numbers(entry))[:4]) for entry in (other, one))
            text = f"says {mine} where {one.title!r} says {others}"
            advice = "keep the right one, or say in the titles what tells them apart"
            yield EntryProblem(ProblemKind.CONTRADICTION, other.title, text, advice)


def differ_in_numbers(one: Entry, other: Entry) -> bool:
    """Return whether each of two answers has a number that the other lacks."""
    mine, others = _numbers(one), _numbers(other)
    return bool(mine and others) and not (mine <= others or others <= mine)


def _numbers(entry: Entry) -> set[str]:
    text = _LIST_NUMBER.sub(" ", _LINK.sub(" ", entry.text))
    return {number.replace(",", "").rstrip(".") for number in _NUMBER.findall(text)}


def alike_titles(entries: Sequence[Entry]) -> Iterator[tuple[Entry, Entry]]:
    """Pairs of entries with almost the same title; numbers in titles tell them apart."""
    grams = [_bigrams(_ENDING.sub("", letters(entry.title))) for entry in entries]
    buckets: defaultdict[str, list[int]] = defaultdict(list)
    for index, mine in enumerate(grams):
        shared = Counter(
            other for gram in mine if len(buckets[gram]) < _MOST_BUCKET for other in buckets[gram]
        )
        for other, count in shared.most_common(5):
            alike = count / max(len(mine) + len(grams[other]) - count, 1)
            titles = entries[other].title, entries[index].title
            if alike >= _ALIKE and _NUMBER.findall(titles[0]) == _NUMBER.findall(titles[1]):
                yield entries[other], entries[index]
        for gram in mine:
            buckets[gram].append(index)


def _abbreviations(entries: Sequence[Entry]) -> Iterator[EntryProblem]:
    everything = "\n".join(f"{entry.title}\n{entry.text}" for entry in entries)
    first: dict[str, Entry] = {}
    for entry in entries:
        for name in _ABBREVIATION.findall(f"{entry.title}\n{entry.text}"):
            if name not in _COMMON and not name.isdigit():
                first.setdefault(name, entry)
    unexplained = [name for name in first if not _is_explained(name, everything)]
    for name in unexplained[:_MOST_ABBREVIATIONS]:
        advice = f"write it out once, as in `… ({name})`, so that either word finds it"
        yield EntryProblem(
            ProblemKind.ABBREVIATION, first[name].title, f"nobody explains {name}", advice
        )


def _is_explained(name: str, text: str) -> bool:
    quoted = re.escape(name)
    return bool(re.search(rf"\w\s*\(\s*{quoted}\s*[,)]|{quoted}\s*\(\s*\w|{quoted}\s*[:=]\s", text))


def _not_found(entries: Sequence[Entry], first: First) -> Iterator[EntryProblem]:
    asked = [(entry, text) for entry in entries for text in (entry.title, *entry.questions)]
    titles = first([text for _, text in asked])
    beaten: dict[str, list[tuple[str, str]]] = {}
    for (entry, text), title in zip(asked, titles, strict=True):
        if title != entry.title:
            beaten.setdefault(entry.title, []).append((text, title))
    for name, cases in beaten.items():
        text, title = cases[0]
        by = f"{title!r} comes first" if title else "nothing is found"
        more = f" ({len(cases)} of its questions)" if len(cases) > 1 else ""
        advice = "tell the two titles apart, or merge them" if title else "say more in the title"
        yield EntryProblem(ProblemKind.NOT_FOUND, name, f"asked {text!r}, {by}{more}", advice)


def letters(text: str) -> str:
    """Letters and digits alone, in lower case: what two spellings have in common."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())


def _bigrams(text: str) -> frozenset[str]:
    return frozenset(text[at : at + 2] for at in range(len(text) - 1)) or frozenset((text,))


def _masked(text: str) -> str:
    """Enough of it to find it in the entry."""
    return text[:3] + "*" * max(len(text) - 5, 1) + text[-2:]
