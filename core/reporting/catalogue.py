"""The entries of the FAQ in use, each with its use and its review."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from core.errors import IngestRunningError
from core.lessons.overlaps import Answering, SaysOtherwise
from core.ports import Reports
from core.reporting.checkup import CheckReport, Checkup
from core.reporting.lesson_list import Overlaps
from core.retry import until_back
from core.text.korean import compact
from core.types import AuditEvent, Entry, EntryReview, EntryUse, ReviewRequest

LONGEST_QUESTION_CHARS: Final = 200
MOST_QUESTIONS: Final = 50


class Order(StrEnum):
    """The order of the entries, some of which also leave entries out."""

    USED = "used"
    IN_VAIN = "in_vain"
    UNHELPFUL = "unhelpful"
    NEVER = "never"  # those that no answer has used
    DUE = "due"  # those whose review is due, and those that nobody has reviewed


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry with its use, its last review and the last request for one."""

    entry: Entry
    use: EntryUse
    review: EntryReview | None = None
    request: ReviewRequest | None = None


@dataclass(frozen=True, slots=True)
class CatalogueIndex:
    """The calls of the index that a catalogue needs; all of them block.

    `version` names the generation that serves, `entries` are its entries, `problems` what could be
    better in them, `answering` those that answer the questions of lessons, `says_otherwise` whether
    an answer contradicts an entry, and `edit` serves an entry with other questions.
    """

    version: Callable[[], str]
    entries: Callable[[], Sequence[Entry]]
    problems: Callable[[], CheckReport]
    answering: Answering
    says_otherwise: SaysOtherwise
    edit: Callable[[Entry, tuple[str, ...]], None]


@dataclass(frozen=True, slots=True)
class Refused:
    """A refused question: the `reason`, the question, and the entry that has it already."""

    reason: str  # taken, too_long, too_many or busy
    question: str = ""
    title: str = ""


class Catalogue:
    """Reads the entries of each generation, stores reviews, and logs each change for audit."""

    def __init__(self, reports: Reports, desk: CatalogueIndex) -> None:
        self._reports = reports
        self._desk = desk
        self._version = ""
        self._entries: Sequence[Entry] = ()
        self._texts: Mapping[str, str] = {}
        self.checkup = Checkup(desk.version, desk.problems)
        self.overlaps = Overlaps(desk.version, desk.answering, desk.says_otherwise)
        self._reading = asyncio.Lock()

    async def warm_up(self) -> None:
        """Read the entries and make the texts that a search goes through.

        Raises:
            FaqbotError: they cannot be read.
        """
        await self._served(searched=True)

    async def listed(self, order: Order = Order.USED, text: str = "") -> list[Listed]:
        """Read entries in an order; with `text` those that have it in title, answer or questions.

        Raises:
            FaqbotError: they cannot be read.
        """
        wanted = compact(text)
        entries = await self._served(searched=bool(wanted))
        uses = {use.title: use for use in await self._reports.entry_uses()}
        reviews = {one.title: one for one in await self._reports.reviews()}
        requests = {one.title: one for one in await self._reports.review_requests()}
        listed = [
            Listed(
                entry,
                uses.get(entry.title, EntryUse(entry.title)),
                reviews.get(entry.title),
                requests.get(entry.title),
            )
            for entry in entries
            if not wanted or wanted in self._texts.get(entry.faq_id, "")
        ]
        return _ordered(listed, order, datetime.now(UTC))

    async def find(self, faq_id: str) -> Listed | None:
        """Return one entry with all that is known of it; None if it is not served.

        Raises:
            FaqbotError: it cannot be read.
        """
        return next((one for one in await self.listed() if one.entry.faq_id == faq_id), None)

    async def edit(self, entry: Entry, questions: Sequence[str], *, who: str) -> Refused | None:
        """Replace an entry's questions, for good; return the refusal if they are refused.

        Raises:
            FaqbotError: they cannot be kept.
        """
        chosen = tuple(dict.fromkeys(filter(None, map(str.strip, questions))))
        if refused := _refused(entry, chosen, await self._served()):
            return refused
        try:
            await asyncio.to_thread(self._desk.edit, entry, chosen)
        except IngestRunningError:
            return Refused("busy")
        added = [text for text in chosen if text not in entry.questions]
        gone = [text for text in entry.questions if text not in chosen]
        changes = [*(f"+ {text}" for text in added), *(f"- {text}" for text in gone)]
        detail = f"{entry.title}: {'; '.join(changes)}"
        # It is served by now: a repeated call would have no changes to log.
        await until_back(lambda: self._note(who, "entry.questions", detail))
        return None

    async def review(self, entry: Entry, *, who: str, after: timedelta) -> EntryReview:
        """Store that somebody has reviewed an entry, which is due again `after` some time.

        Raises:
            StorageError: it is not noted.
        """
        now = datetime.now(UTC)
        review = EntryReview(entry.title, who, now, now + after)
        await self._reports.review(review)
        detail = f"{entry.title}: due again {review.due_at:%Y-%m-%d}"
        await until_back(lambda: self._note(who, "entry.review", detail))
        return review

    async def doubt(self, entry: Entry, *, who: str) -> None:
        """Store that somebody is going to correct an entry, whose review stays due.

        Raises:
            StorageError: it is not noted.
        """
        await self._note(who, "entry.doubt", entry.title)

    async def _served(self, *, searched: bool = False) -> Sequence[Entry]:
        """Return the entries; their texts are made when they are searched for the first time."""
        async with self._reading:
            version = await asyncio.to_thread(self._desk.version)
            if version != self._version:
                self._entries = await asyncio.to_thread(self._desk.entries)
                self._version, self._texts = version, {}
            if searched and not self._texts:
                texts = await asyncio.to_thread(lambda: {e.faq_id: _text(e) for e in self._entries})
                self._texts = texts
            return self._entries

    async def _note(self, who: str, action: str, detail: str) -> None:
        await self._reports.note(AuditEvent(datetime.now(UTC), who, action, detail))


def _text(entry: Entry) -> str:
    """Return the parts of an entry that a search looks at, each on its own line."""
    return "\n".join(compact(part) for part in (entry.title, entry.text, *entry.questions))


def _ordered(listed: list[Listed], order: Order, now: datetime) -> list[Listed]:
    match order:
        case Order.USED:
            return sorted(listed, key=lambda one: -one.use.used)
        case Order.IN_VAIN:
            return sorted(listed, key=lambda one: -one.use.in_vain)
        case Order.UNHELPFUL:
            return sorted(listed, key=lambda one: -one.use.unhelpful)
        case Order.NEVER:
            return [one for one in listed if not one.use.used]
        case Order.DUE:
            due = [one for one in listed if one.review is None or one.review.due_at <= now]
            return sorted(due, key=lambda one: (one.review is None, -one.use.used))


def _refused(entry: Entry, questions: Sequence[str], served: Sequence[Entry]) -> Refused | None:
    if len(questions) > MOST_QUESTIONS:
        return Refused("too_many")
    owners = {
        compact(text): other.title
        for other in served
        if other.faq_id != entry.faq_id
        for text in (other.title, *other.questions)
    }
    for text in questions:
        if len(text) > LONGEST_QUESTION_CHARS or not compact(text):
            return Refused("too_long", text)
        if owner := owners.get(compact(text)):
            return Refused("taken", text, owner)
    return None
