"""The desk at which questions wait for a person, as the settings and the profile want it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from bots.bootstrap.stores import Stores
from config.settings import Settings
from core.assistant.audiences import Audiences
from core.messaging.cases.desk import CaseDesk
from core.messaging.cases.entry_reviews import EntryReviews
from core.messaging.cases.likeness import Likeness
from core.messaging.cases.roster import Roster
from core.messaging.service import ChatService
from core.profile import Owner, Profile
from core.retrieval.overlay.lessons import is_learned, passages_of
from core.retrieval.retriever import Retriever
from core.types import Passage, Question

_OFFERED: Final = 5  # entries, where an owner says that the FAQ has it


def open_desk(  # noqa: PLR0913 - its collaborators
    settings: Settings,
    stores: Stores,
    profile: Profile,
    *,
    title_of: Callable[[Question], Awaitable[str]],
    retriever: Retriever,
    likeness: Likeness,
    audiences: Audiences,
) -> CaseDesk | None:
    """Return the desk; None if there is nobody whom it could call."""
    everything = owner_of_everything(settings)
    if not (everything.contacts or profile.owners):
        return None
    return CaseDesk(
        cases=stores.cases,
        roster=Roster(profile.owners, everything),
        most_alike=likeness.most_alike,
        title_of=title_of,
        categories_of=lambda titles: retriever.aside(_categories, retriever, titles),
        entries_for=lambda title, audience: retriever.aside(
            _entries_for, retriever.seen_by(audience), title
        ),
        scope_of=audiences.of,
        note=stores.reports.note,
        profile=profile,
        now=lambda: datetime.now(UTC),
    )


def entry_reviews(
    settings: Settings, stores: Stores, service: ChatService, profile: Profile
) -> EntryReviews | None:
    """Return what asks owners, in the channels of the digest, about entries that are due."""
    if service.operations is None:
        return None
    return EntryReviews(
        catalogue=service.operations.catalogue,
        reports=stores.reports,
        roster=Roster(profile.owners, owner_of_everything(settings)),
        messenger=service.messenger,
        channels=settings.digest_channels,
        profile=profile,
        now=lambda: datetime.now(UTC),
        first_after=timedelta(days=days) if (days := settings.entry_review_days) else None,
    )


def owner_of_everything(settings: Settings) -> Owner:
    """Return the owners of the settings as one, who is called where the profile names nobody."""
    roles = (f"discord:role:{role}" for role in sorted(settings.discord_owner_roles))
    users = (f"discord:{user}" for user in sorted(settings.discord_owner_ids))
    slack = (f"slack:{one}" for one in settings.slack_owner_ids)
    return Owner("", (*slack, *users, *roles), zone=settings.jobs_timezone)


def with_owners(settings: Settings, profile: Profile) -> Profile:
    """Return a profile with the owners of the settings where it names nobody, in each language.

    Who asks the bot for a person is then not told that nobody can be reached.
    """
    everything = owner_of_everything(settings)
    owners = profile.owners or ((everything,) if everything.contacts else ())
    others = {name: replace(other, owners=owners) for name, other in profile.others.items()}
    return replace(profile, owners=owners, others=others)


def _entries_for(retriever: Retriever, question: str) -> list[Passage]:
    """Return the entries nearest to a question, without lessons."""
    hits = [hit for hit in retriever.search(question) if not is_learned(hit.faq_id)][:_OFFERED]
    scores = {hit.faq_id: hit.score for hit in hits}
    return passages_of(retriever.entries(hits), scores)


def _categories(retriever: Retriever, titles: Sequence[str]) -> list[str]:
    """Return the categories of the entries with these titles."""
    wanted = set(titles)
    entries = (entry for entry in retriever.all_entries() if entry.title in wanted)
    return [entry.category for entry in entries if entry.category]
