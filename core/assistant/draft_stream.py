"""The stream of a draft, while the follow-ups to its answer are prepared beside it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final, TypeVar

from core.assistant.dialogue.offers import Offers
from core.assistant.drafts.work import Research, Work
from core.assistant.guardrails.small_talk import apology
from core.assistant.replies import escalated
from core.assistant.turn_record import StageTimes
from core.profile import Profile
from core.types import Anew, Answered, Cited, Delta, Escalated, Status, Written

T = TypeVar("T")

_MOST_FOUND: Final = 3  # the entries that are named while the answer is written


async def stream_draft(
    research: Research, work: Work, times: StageTimes, offers: Offers, profile: Profile
) -> AsyncGenerator[Status | Delta | Answered | Escalated]:
    """Yield the text of a draft as it grows, then the ending with its follow-ups."""
    draft = research.draft
    assert draft is not None  # noqa: S101 - see `ReadyReplies.at_once`
    yield Status(profile.writing, found=tuple(draft.entries[:_MOST_FOUND]))
    proposing: asyncio.Task[tuple[str, ...]] | None = None
    try:
        pieces: list[str] = []
        written, cited, replaces = Written(()), Cited(()), False
        async with aclosing(draft.pieces()) as stream:
            async for piece in stream:
                match piece:
                    case Written():
                        written = piece
                    case Cited():
                        cited = piece
                    case Anew():
                        pieces, replaces = [], True
                    case text:
                        if proposing is None:
                            times.mark("first_text")
                            # Not earlier: searches for other questions' first text go first.
                            related = offers.related(research.asked, draft.entries, work)
                            proposing = asyncio.create_task(related)
                        start = "" if pieces else apology(research.verdict, profile)
                        pieces.append(start + text)
                        # A replacement is shown whole: people still read the text before it.
                        if not replaces:
                            yield Delta(pieces[-1], cited.used)
        if written.used:
            following = await offers.after(
                research.asked,
                written,
                await proposing if proposing else (),
                research.unanswered(written.used),
                work,
            )
            yield Answered("".join(pieces), written.used, *following)
        else:
            yield escalated(research, profile, offers)
    finally:
        if proposing:
            await cancel(proposing)


async def cancel(task: asyncio.Task[T]) -> None:
    """Cancel a task, and wait until it has ended."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
