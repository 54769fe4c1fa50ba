"""The bot as `faqbot run` sets it up, on the local Slack, with a scripted assistant."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fakes.assistants import InPieces
from fakes.at_work import AtWork, connected_bot

from bots.bootstrap.stores import Stores
from bots.slack.platform import open_slack
from config.profiles import load_profile
from config.settings import Settings
from core.messaging.inbox.offline import Offline
from core.messaging.user_limits import UserLimits
from core.ports import Inbox
from core.profile import Profile
from core.types import Claim, InboxState
from devtools.slack import APP_TOKEN, BOT_TOKEN, Message, Slack, visible

PROFILE = load_profile("smartstore")


def make_settings(slack: Slack, data_dir: object, **changes: object) -> Settings:
    """Settings for the local Slack, from nothing else."""
    values = {
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_APP_TOKEN": APP_TOKEN,
        "SLACK_API_URL": slack.api_url,
        "data_dir": data_dir,
    }
    return Settings(_env_file=None, **(values | changes))


@asynccontextmanager
async def running(
    settings: Settings,
    *,
    assistant: Callable[[Stores], object] | None = None,
    limits: UserLimits | None = None,
    offline: Offline | None = None,
    parts: dict[str, object] | None = None,
    profile: Profile = PROFILE,
    lease_s: float = 30.0,
    inbox: Callable[[Inbox], Inbox] = lambda inbox: inbox,
    **script: object,
) -> AsyncIterator[AtWork]:
    """Run the bot. `script` is for `InPieces`; `assistant` makes another one, `inbox` wraps it."""

    def make_parts(stores: Stores) -> dict[str, object]:
        chosen = {"inbox": inbox(stores.inbox), "lease_s": lease_s} | (parts or {})
        chosen |= {"limits": limits} if limits else {}
        return chosen | ({"offline": offline} if offline else {})

    make = assistant or (lambda stores: InPieces(stores.history, **script))
    opened = connected_bot(settings, profile, open_slack, make, make_parts=make_parts)
    async with opened as bot:
        yield bot


@asynccontextmanager
async def answering(slack: Slack, data_dir: object, **more: object) -> AsyncIterator[AtWork]:
    """The same with the usual settings, once its socket is open."""
    changes = more.pop("settings", {})
    async with running(make_settings(slack, data_dir, **changes), **more) as bot:
        await slack.until(lambda: slack.sockets)
        yield bot
    # Until Slack has seen it go, it would send to the socket that nobody reads any more.
    await slack.until(lambda: not slack.sockets)


def finished(slack: Slack, question: Message) -> list[Message] | None:
    """The bot's replies once the last of them has its sources."""
    replies = slack.replies(question)
    return replies if replies and "출처" in visible(replies[-1]) else None


async def settled(slack: Slack) -> None:
    """All that was sent was acknowledged, as far as anybody was there."""
    await slack.until(lambda: all(one.acked_at or one.gave_up for one in slack.deliveries))


async def quiet(slack: Slack, bot: AtWork) -> list[str]:
    """What was asked, once nothing can follow: a question of somebody else was answered since."""
    other = slack.add_person("다른 사람")
    await settled(slack)
    await other.say(other.dm, "마지막 질문")
    await slack.until(lambda: [m for m in other.dm.messages.values() if "출처" in visible(m)])
    return [asked.text for asked in bot.assistant.asked if asked.text != "마지막 질문"]


class With:
    """Something with a few of its methods replaced: a store that fails on cue."""

    def __init__(self, whole: object, **replaced: object) -> None:
        self._whole = whole
        self.__dict__.update(replaced)

    def __getattr__(self, name: str) -> object:
        return getattr(self._whole, name)


def noting(states: asyncio.Queue[InboxState]) -> Callable[[Inbox], Inbox]:
    """Wraps an inbox so that it also tells how questions are settled."""

    def wrap(inbox: Inbox) -> Inbox:
        async def settle(claim: Claim, state: InboxState) -> None:
            await inbox.settle(claim, state)
            states.put_nowait(state)

        return With(inbox, settle=settle)

    return wrap
