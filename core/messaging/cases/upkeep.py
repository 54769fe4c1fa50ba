"""The upkeep of the cases: the rounds of the desk with the reviews of lessons, put together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from core.messaging.cases.desk import CaseDesk
from core.messaging.cases.lesson_reviews import LessonReviews
from core.messaging.cases.rounds import CaseRounds
from core.ports import Archive, History, Inbox, Lessons
from core.profile import Profile
from core.types import Escalated, Question, SessionId


class Speaker(Protocol):
    """A speaker posts messages in the conversations of all platforms."""

    async def say(self, question: Question, ending: Escalated) -> None:
        """Post a message where a question was asked."""
        ...

    def is_public(self, session: SessionId) -> bool:
        """Return whether owners can see a session."""
        ...


def rounds_of(  # noqa: PLR0913 - the collaborators of both
    desk: CaseDesk,
    speaker: Speaker,
    *,
    lessons: Lessons,
    archive: Archive,
    inbox: Inbox,
    history: History,
    profile: Profile,
    wake: Callable[[], None],
    also: Sequence[Callable[[], Awaitable[None]]],
) -> CaseRounds:
    """Return the rounds, which also ask about lessons that are due and do `also` these."""
    reviews = LessonReviews(
        lessons=lessons,
        archive=archive,
        roster=desk.roster,
        profile=profile,
        now=desk.now,
        say=speaker.say,
        is_public=speaker.is_public,
    )
    return CaseRounds(
        desk,
        inbox=inbox,
        history=history,
        profile=profile,
        wake=wake,
        say=speaker.say,
        is_public=speaker.is_public,
        also=(reviews.go, *also),
    )
