"""Checks of a FAQ's quality: each finding names an entry and what is the matter with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from core.text.safety.personal_data import detect
from core.text.safety.personal_data_kinds import PersonalDataKind
from core.types import Entry, EntryProblem, ProblemKind
from ingest.dedupe import near_duplicates
from ingest.doubles import (
    LINK,
    Embed,
    alike_meanings,
    alike_titles,
    differ_in_numbers,
    letters,
    numbers,
)
from ingest.sources.markup import CODE
from ingest.templates import placeholder_in

_LONG_CHARS: Final = 4_000
_SHORT_LETTERS: Final = 4
_OLD_YEARS: Final = 2
_MOST_ABBREVIATIONS: Final = 50
_SHOWN_NUMBERS: Final = 4

_WORD: Final = re.compile(r"[^\W\d_]{2,}")
_VAGUE: Final = re.compile(
    r"(?:기타|문의|안내|질문|공지|참고|일반|etc|faq|other|misc|miscellaneous|general|info(?:rmation)?|"
    r"question|note|notice|help|details?|untitled)(?:\s*(?:사항|문의|안내|\d+))?[\s?.!]*",
    re.IGNORECASE,
)
# Addresses of a company's offices, which no single person reads.
_OF_COMPANY: Final = re.compile(
    r"(?:info|help|helpdesk|support|contact|hello|service|care|cs|faq|mail|office|team|admin|master"
    r"|webmaster|billing|payments?|accounts?|orders?|sales|returns?|refunds?|shop|store|booking|jobs"
    r"|bookings|reservations?|reception|privacy|security|legal|press|media|hr|recruit|careers|it"
    r"|events?|library|no-?reply|voc|qna|ask|partners?)\b[^@]{0,20}@",
    re.IGNORECASE,
)
_ABBREVIATION: Final = re.compile(r"(?<![A-Za-z0-9/_.-])[A-Z][A-Z0-9&]{1,5}(?![A-Za-z0-9/_-])")
_COMMON: Final = frozenset(
    (
        "FAQ", "URL", "API", "JSON", "XML", "SQL", "PDF", "SMS", "MMS", "ID", "PW", "PC",
        "TV", "QR", "PIN", "OTP", "VAT", "AM", "PM", "OK", "CSV", "XLS", "XLSX", "JPG",
        "JPEG", "PNG", "GIF", "HTML", "HTTP", "HTTPS", "KB", "MB", "GB", "TB", "USB", "DVD",
        "CD", "CEO", "CS", "IT", "AI", "UI", "UX", "OS", "IOS", "WIFI", "LTE", "USD", "KRW",
        "EUR", "UK", "US", "USA", "EU", "SNS", "ATM", "NFC", "GPS", "AS", "DIY", "CCTV",
        "LED", "UTC", "GMT", "TOP", "NEW", "NO", "YES", "ON", "OFF", "VIP", "DM", "PPT",
        "DOC", "TXT", "ZIP", "RAM", "CPU", "GPU", "SSD", "HDD", "SIM", "IP", "VPN", "MP3", "MP4",
        "HD", "UHD", "HR", "QA", "KTX", "MRI", "CT", "REST", "SDK", "SSL", "DNS", "FAX",
        "VISA", "JCB", "AMEX", "ISBN",
    )
)  # fmt: skip
_DEADLINE: Final = re.compile(
    r"(20\d\d)\s*[-./년]\s*(\d{1,2})\s*[-./월]\s*(\d{1,2})\s*일?\s*(?:\([^)]*\)\s*)?"
    r"(?:까지|마감|종료|한정)"
    r"|(?:until|by|before|through|ends?(?: on)?)\s+(20\d\d)-(\d{1,2})-(\d{1,2})",
    re.IGNORECASE,
)
_YEAR: Final = re.compile(r"(?<![\d-])(20[012]\d)\s*(?:년|(?=\b))")


First = Callable[[Sequence[str]], Sequence[str]]
"""The id of the entry that a search finds first for each question, "" for none."""


def problems_of(
    entries: Sequence[Entry], *, first: First, embed: Embed, today: date
) -> list[EntryProblem]:
    """Return what could be better, by kind and in the order of the entries."""
    found = [
        *_not_found(entries, first),
        *_resembling(entries, embed),
        *(problem for entry in entries for problem in _alone(entry, today)),
        *_abbreviations(entries),
    ]
    kinds = list(ProblemKind)
    return sorted(found, key=lambda problem: kinds.index(problem.kind))


def _problem(kind: ProblemKind, form: str, entry: Entry, **values: str) -> EntryProblem:
    return EntryProblem(kind, form, entry.faq_id, entry.title, values)


def _alone(entry: Entry, today: date) -> Iterator[EntryProblem]:
    """Yield the problems that an entry shows by itself."""
    if len(letters(entry.title)) < _SHORT_LETTERS or _VAGUE.fullmatch(entry.title.strip()):
        yield _problem(ProblemKind.VAGUE_TITLE, "vague", entry)
    if not _WORD.search(LINK.sub("", entry.text)) and LINK.search(entry.text):
        yield _problem(ProblemKind.LINK_ONLY, "link", entry)
    if name := placeholder_in(entry.text):
        yield _problem(ProblemKind.PLACEHOLDER, "template", entry, name=name)
    if len(entry.text) > _LONG_CHARS:
        characters = f"{len(entry.text):,}"
        yield _problem(ProblemKind.TOO_LONG, "long", entry, characters=characters)
    yield from _stale(entry, today)
    if personal := _of_people(f"{entry.title}\n{entry.text}"):
        listed = ", ".join(sorted(map(_masked, personal)))
        yield _problem(ProblemKind.PERSONAL_DATA, "personal", entry, found=listed)


def _of_people(text: str) -> frozenset[str]:
    """Return the personal data in a text, without how people reach the company itself."""
    found = (piece for piece in detect(text) if piece.kind is not PersonalDataKind.PHONE)
    return frozenset(piece.text for piece in found if not _OF_COMPANY.match(piece.text))


def _stale(entry: Entry, today: date) -> Iterator[EntryProblem]:
    """Yield at most one: the surest sign that an entry is out of date."""
    passed = (
        match[0].strip() for match in _DEADLINE.finditer(entry.text) if _is_past(match, today)
    )
    if deadline := next(passed, ""):
        yield _problem(ProblemKind.STALE, "deadline", entry, date=deadline)
        return
    oldest = today.replace(day=1, year=today.year - _OLD_YEARS).isoformat()
    if entry.updated and entry.updated < oldest:
        yield _problem(ProblemKind.STALE, "unchanged", entry, date=entry.updated)
        return
    years = [int(year) for year in _YEAR.findall(f"{entry.title}\n{entry.text}")]
    if years and max(years) <= today.year - _OLD_YEARS:
        yield _problem(ProblemKind.STALE, "year", entry, year=str(max(years)))


def _is_past(match: re.Match[str], today: date) -> bool:
    year, month, day = (int(part) for part in match.groups() if part)
    try:
        return date(year, month, day) < today
    except ValueError:
        return False


def _resembling(entries: Sequence[Entry], embed: Embed) -> Iterator[EntryProblem]:
    """Yield contradictions and near-duplicates, each pair once."""
    told: set[frozenset[str]] = set()
    by_title = {entry.title: entry for entry in entries}
    for one, other in alike_titles(entries):
        if differ_in_numbers(one, other):
            told.add(_ids(one, other))
            yield _double(ProblemKind.CONTRADICTION, "numbers", other, one)
    for pair in near_duplicates([(entry.title, entry.text) for entry in entries]):
        one, other = by_title[pair.first], by_title[pair.second]
        if _ids(one, other) not in told:
            told.add(_ids(one, other))
            yield _double(ProblemKind.NEAR_DUPLICATE, "answer", other, one)
    for one, other in alike_titles(entries):
        if _ids(one, other) not in told:
            told.add(_ids(one, other))
            if letters(one.text) != letters(other.text):
                yield _double(ProblemKind.NEAR_DUPLICATE, "title", other, one)
    for one, other in alike_meanings(entries, embed):
        if _ids(one, other) not in told:
            form = "meaning_numbers" if differ_in_numbers(one, other) else "meaning"
            yield _double(ProblemKind.NEAR_DUPLICATE, form, other, one)


def _ids(one: Entry, other: Entry) -> frozenset[str]:
    return frozenset((one.faq_id, other.faq_id))


def _double(kind: ProblemKind, form: str, entry: Entry, other: Entry) -> EntryProblem:
    apart = numbers(entry) - numbers(other), numbers(other) - numbers(entry)
    mine, others = (", ".join(sorted(found)[:_SHOWN_NUMBERS]) for found in apart)
    values = {"other": other.title, "mine": mine, "others": others}
    return replace(_problem(kind, form, entry, **values), other=other.faq_id)


def _abbreviations(entries: Sequence[Entry]) -> Iterator[EntryProblem]:
    everything = "\n".join(f"{entry.title}\n{entry.text}" for entry in entries)
    first: dict[str, Entry] = {}
    for entry in entries:
        for name in _ABBREVIATION.findall(CODE.sub("", f"{entry.title}\n{entry.text}")):
            if name not in _COMMON and not name.isdigit():
                first.setdefault(name, entry)
    unexplained = [name for name in first if not _is_explained(name, everything)]
    for name in unexplained[:_MOST_ABBREVIATIONS]:
        yield _problem(ProblemKind.ABBREVIATION, "unexplained", first[name], name=name)


def _is_explained(name: str, text: str) -> bool:
    quoted = re.escape(name)
    return bool(re.search(rf"\w\s*\(\s*{quoted}\s*[,)]|{quoted}\s*\(\s*\w|{quoted}\s*[:=]\s", text))


def _not_found(entries: Sequence[Entry], first: First) -> Iterator[EntryProblem]:
    asked = [(entry, text) for entry in entries for text in (entry.title, *entry.questions)]
    known = {entry.faq_id: entry for entry in entries}
    beaten: dict[str, list[tuple[str, str]]] = {}
    found = first([text for _, text in asked])
    for (entry, text), faq_id in zip(asked, found, strict=True):
        if faq_id != entry.faq_id:
            beaten.setdefault(entry.faq_id, []).append((text, faq_id))
    for name, cases in beaten.items():
        (text, rival), entry = cases[0], known[name]
        values = {"question": text, "count": str(len(cases)), "all": str(len(entry.questions) + 1)}
        if rival in known:
            values["other"] = known[rival].title
        form = "hidden" if rival in known else "unfound"
        yield replace(_problem(ProblemKind.NOT_FOUND, form, entry, **values), other=rival)


def _masked(text: str) -> str:
    """Enough of it to find it in the entry."""
    return text[:3] + "*" * max(len(text) - 5, 1) + text[-2:]
