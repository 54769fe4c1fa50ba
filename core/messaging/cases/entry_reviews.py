"""Reviews of entries: at its date, the owner is asked by buttons if an entry is still right."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from core.errors import PlatformError
from core.messaging.cases.review_requests import AGAIN, AT_ONCE, LOOK, as_shown, review_words
from core.messaging.cases.roster import Roster, works_from
from core.ports import Reports
from core.profile import Owner, Profile
from core.reporting.catalogue import Catalogue, Listed
from core.retrieval.audience import is_within
from core.skills.messenger import Messenger, OwnerRequest
from core.types import Entry, ReviewRequest

logger = logging.getLogger(__name__)

_NEVER = datetime.min.replace(tzinfo=UTC)
_DAY = timedelta(days=1)
_INTERVAL = timedelta(days=180)


class EntryAct(StrEnum):
    """The acts of owners on an entry by buttons."""

    RIGHT = "right"
    WRONG = "wrong"


class EntryReviews:
    """Asks about entries whose review is due, and about those that nobody has reviewed yet.

    Entries for a group alone are not shown in a channel: the console tells that they are due.
    Each request is stored before it is sent.
    """

    def __init__(  # noqa: PLR0913 - its collaborators
        self,
        *,
        catalogue: Catalogue,
        reports: Reports,
        roster: Roster,
        messenger: Messenger,
        channels: Sequence[str],
        profile: Profile,
        now: Callable[[], datetime],
        first_after: timedelta | None = None,
    ) -> None:
        """`channels` are those of the owners: `slack:C0123`, `discord:123`.

        Owners are asked about an entry that nobody has reviewed `first_after` its last change, and
        never if that is None.
        """
        self._first_after = first_after
        self._catalogue = catalogue
        self._reports = reports
        self._roster = roster
        self._messenger = messenger
        self._channels = channels
        self._profile = profile
        self._closed = profile.closed_categories
        self._now = now
        self._look_at: datetime | None = None

    async def go(self) -> None:
        """Ask about entries that are due, in the first channel whose platform has an owner.

        Raises:
            FaqbotError: the remaining entries wait for the next pass.
        """
        now = self._now()
        if not self._channels or (self._look_at and now < self._look_at):
            return
        self._look_at = now + LOOK
        reviews = await self._reports.reviews()
        if self._first_after is None and not any(one.due_at <= now for one in reviews):
            return  # so that the entries are not read every hour
        found = await self._catalogue.listed()
        every = [one for one in found if not is_within(one.entry.category, self._closed)]
        today = Counter(
            self._owner_of(listed)[1] for listed in every if _was_asked(listed, now, within=_DAY)
        )
        due = [(self._due_at(listed), listed) for listed in every]
        wanting = [(at, listed) for at, listed in due if at is not None and at <= now]
        asked = 0
        for _, listed in sorted(wanting, key=lambda one: (one[1].review is None, one[0])):
            waits = _is_open(listed) and _was_asked(listed, now, within=AGAIN)
            if asked < AT_ONCE and not waits:
                asked += await self._ask(listed, now, today)

    def _due_at(self, listed: Listed) -> datetime | None:
        """Return when an entry is due; None if it is never asked about."""
        if listed.review:
            return listed.review.due_at
        if self._first_after is None:
            return None
        updated = _updated(listed.entry)
        return updated + self._first_after if updated else _NEVER

    async def _ask(self, listed: Listed, now: datetime, today: Counter[Owner | None]) -> bool:
        """Ask about an entry; return False if nobody can be asked now.

        `today` is how often each owner was asked within a day, of which they have set the most.
        """
        channel, owner = self._owner_of(listed)
        if owner is None or works_from(owner, now) > now or today[owner] >= owner.calls_a_day:
            return False
        today[owner] += 1
        entry = listed.entry
        after = self._first_after or _INTERVAL
        await self._reports.request_review(ReviewRequest(entry.title, now, after))
        request = review_request(entry, owner.contacts, self._profile)
        try:
            await self._messenger.request(channel, request)
        except PlatformError as error:
            logger.warning("nobody was asked about the entry %s: %s", entry.faq_id, error)
        return True

    def _owner_of(self, listed: Listed) -> tuple[str, Owner | None]:
        """Return the owner of an entry and the channel in which they are asked."""
        entry, first = listed.entry, (listed.review.who,) if listed.review else ()
        categories = (entry.category,) if entry.category else ()
        for channel in self._channels:
            platform = channel.partition(":")[0]
            owners = self._roster.owners_of(entry.title, categories, platform, first=first)
            if owners:
                return channel, owners[0]
        return "", None


def review_request(entry: Entry, contacts: tuple[str, ...], profile: Profile) -> OwnerRequest:
    """Return the request to owners to say whether an entry is still right."""
    labels = {
        EntryAct.RIGHT: profile.teach.still_right,
        EntryAct.WRONG: profile.teach.will_edit,
    }
    return OwnerRequest(
        review_words(profile.entry.review, profile, title=entry.title, answer=entry.text),
        contacts,
        tuple((f"entry:{act.value}", label) for act, label in labels.items()),
        entry.faq_id,
    )


async def reviewed(
    catalogue: Catalogue, faq_id: str, act: EntryAct, *, who: str, profile: Profile
) -> str:
    """Note an owner's word on an entry; return the text that takes the place of the request.

    An entry that is right is due again after the interval of its last review; if it has none, after
    that of the request.

    Raises:
        FaqbotError: it is not noted.
    """
    listed = await catalogue.find(faq_id)
    if listed is None:
        return profile.entry.gone
    title = as_shown(listed.entry.title, profile)
    if act is EntryAct.WRONG:
        await catalogue.doubt(listed.entry, who=who)
        return profile.entry.to_correct.format(name=who, title=title)
    after = listed.request.after if listed.request else _INTERVAL
    if last := listed.review:
        after = last.due_at - last.at
    review = await catalogue.review(listed.entry, who=who, after=after)
    return profile.entry.confirmed.format(name=who, title=title, date=f"{review.due_at:%Y-%m-%d}")


def _was_asked(listed: Listed, now: datetime, *, within: timedelta) -> bool:
    """Return whether the owner was asked about an entry within some time."""
    return listed.request is not None and listed.request.at + within > now


def _is_open(listed: Listed) -> bool:
    """Return whether the last request for a review has no answer yet."""
    request, review = listed.request, listed.review
    return request is not None and (review is None or review.at < request.at)


def _updated(entry: Entry) -> datetime | None:
    """Return the day of an entry's last change; None if its source does not say."""
    try:
        return datetime.fromisoformat(entry.updated).replace(tzinfo=UTC)
    except ValueError:
        return None
