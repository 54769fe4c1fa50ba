"""Reviews of entries: at its date, the owner is asked by buttons if an entry is still right."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from core.errors import PlatformError
from core.messaging.cases.review_requests import AGAIN, AT_ONCE, LOOK, as_shown, review_words
from core.messaging.cases.roster import Roster, works_from
from core.ports import Reports
from core.profile import Owner, Profile
from core.reporting.catalogue import Catalogue, Listed
from core.skills.messenger import Messenger, OwnerRequest
from core.types import EntryReview

logger = logging.getLogger(__name__)


class EntryAct(StrEnum):
    """The acts of owners on an entry by buttons."""

    RIGHT = "right"
    WRONG = "wrong"


class EntryReviews:
    """Asks about entries whose review is due; each request is stored before it is sent."""

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
    ) -> None:
        """`channels` are those of the owners: `slack:C0123`, `discord:123`."""
        self._catalogue = catalogue
        self._reports = reports
        self._roster = roster
        self._messenger = messenger
        self._channels = channels
        self._profile = profile
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
        if not any(_is_due(review, now) for review in await self._reports.reviews()):
            return  # so that the entries are not read every hour
        asked = 0
        for listed in await self._catalogue.listed():
            if asked < AT_ONCE and listed.review and _is_due(listed.review, now):
                asked += await self._ask(listed, listed.review, now)

    async def _ask(self, listed: Listed, review: EntryReview, now: datetime) -> bool:
        """Ask about an entry; return False if nobody can be asked now."""
        channel, owner = self._owner_of(listed, review)
        if owner is None or works_from(owner, now) > now:
            return False
        await self._reports.review(replace(review, asked_at=now))
        entry, words = listed.entry, self._profile.entry_review
        request = OwnerRequest(
            review_words(words, self._profile, title=entry.title, answer=entry.text),
            owner.contacts,
            tuple((f"entry:{act.value}", self._label(act)) for act in EntryAct),
            entry.faq_id,
        )
        try:
            await self._messenger.request(channel, request)
        except PlatformError as error:
            logger.warning("nobody was asked about the entry %s: %s", entry.faq_id, error)
        return True

    def _owner_of(self, listed: Listed, review: EntryReview) -> tuple[str, Owner | None]:
        """Return the owner of an entry and the channel in which they are asked."""
        entry = listed.entry
        categories = (entry.category,) if entry.category else ()
        for channel in self._channels:
            platform = channel.partition(":")[0]
            owners = self._roster.owners_of(entry.title, categories, platform, first=(review.who,))
            if owners:
                return channel, owners[0]
        return "", None

    def _label(self, act: EntryAct) -> str:
        profile = self._profile
        return profile.teach_still_right if act is EntryAct.RIGHT else profile.teach_will_edit


async def reviewed(
    catalogue: Catalogue, faq_id: str, act: EntryAct, *, who: str, profile: Profile
) -> str:
    """Note an owner's word on an entry; return the text that takes the place of the request.

    An entry that is right is due again after the interval it had before.

    Raises:
        FaqbotError: it is not noted.
    """
    listed = await catalogue.find(faq_id)
    if listed is None:
        return profile.entry_gone
    title = as_shown(listed.entry.title, profile)
    if act is EntryAct.WRONG:
        await catalogue.doubt(listed.entry, who=who)
        return profile.entry_to_correct.format(name=who, title=title)
    last = listed.review
    after = last.due_at - last.at if last else timedelta(days=180)
    review = await catalogue.review(listed.entry, who=who, after=after)
    return profile.entry_confirmed.format(name=who, title=title, date=f"{review.due_at:%Y-%m-%d}")


def _is_due(review: EntryReview, now: datetime) -> bool:
    is_asked = review.asked_at is not None and review.asked_at + AGAIN > now
    return review.due_at <= now and not is_asked
