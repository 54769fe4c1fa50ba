"""The buttons below a call of owners: take the case, answer it with an entry, or close it."""

from __future__ import annotations

import re
from typing import Final

from slack_bolt.async_app import AsyncApp

from bots.shared.background_tasks import BackgroundTasks
from bots.slack.api.calls import tell
from bots.slack.api.errors import translated
from bots.slack.api.people import Names, Owners
from bots.slack.api.rate_limits import Budgets
from bots.slack.api.workspaces import Workspaces
from bots.slack.context import Context
from bots.slack.interactions.press import Press, on_press
from bots.slack.render.blocks import case_choices
from bots.slack.render.mrkdwn import escaped
from bots.slack.replies.messages import NOT_UNFURLED
from core.errors import FaqbotError
from core.lessons.remarks import Teacher
from core.messaging.cases import word
from core.messaging.cases.desk import CaseDesk

_CASE: Final = re.compile(r"^case:(take|faq|close|pick:\d+)$")


class CaseButtons:
    """Handles the buttons below a case, and tells people who are not owners so."""

    def __init__(self, context: Context, budgets: Budgets) -> None:
        self._context = context
        self._budgets = budgets
        self._owners = Owners(context.owner_ids)
        self._names = Names()

    async def press(self, press: Press) -> None:
        """Carry out the act of a button.

        Raises:
            PlatformError: the result cannot be posted.
        """
        try:
            said = await self._done(press)
        except FaqbotError:
            await self._tell(press, self._context.profile.not_stored)
            raise
        if said:
            await self._tell(press, escaped(said))

    async def _tell(self, press: Press, text: str) -> None:
        await tell(press.workspace.client, press.seen_in, press.user, text)

    async def _done(self, press: Press) -> str:
        """Carry out the act; return the text for the person, "" if they were told already."""
        profile, desk = self._context.profile, self._context.service.desk
        if desk is None:
            return profile.stale_button
        if not await self._owners.include(press.workspace, press.user):
            return profile.case.owners_alone
        case_id, _, faq_id = press.value.partition(":")
        match press.act.split(":")[1]:
            case "take":
                return await self._take(desk, press, case_id)
            case "faq":
                return await self._offer(desk, press, case_id)
            case "pick":
                return await word.picked(desk, case_id, faq_id, await self._owner(press))
            case _:
                return await word.closed(desk, case_id, await self._owner(press))

    async def _owner(self, press: Press) -> Teacher:
        name = await self._names.name_of(press.workspace, press.user)
        return Teacher(press.user, name or self._context.profile.teach.author)

    async def _take(self, desk: CaseDesk, press: Press, case_id: str) -> str:
        taken = await word.taken(desk, case_id, await self._owner(press))
        if not taken.is_done:
            return taken.text
        await self._post(press, escaped(taken.text))
        return ""

    async def _offer(self, desk: CaseDesk, press: Press, case_id: str) -> str:
        profile = self._context.profile
        entries = await word.choices(desk, case_id)
        if not entries:
            return profile.case.no_entry
        with translated("chat.postEphemeral"):
            await press.workspace.client.chat_postEphemeral(
                channel=press.channel,
                user=press.user,
                text=profile.case.which_entry,
                blocks=case_choices(case_id, entries, profile),
                thread_ts=press.thread or None,
            )
        return ""

    async def _post(self, press: Press, text: str) -> None:
        async with self._budgets.posts(press.channel).slot():
            with translated("chat.postMessage"):
                await press.workspace.client.chat_postMessage(
                    channel=press.channel,
                    thread_ts=press.thread or None,
                    text=text,
                    **NOT_UNFURLED,
                )


def register(
    app: AsyncApp, buttons: CaseButtons, workspaces: Workspaces, background: BackgroundTasks
) -> None:
    """Listen to presses."""
    on_press(app, _CASE, buttons.press, workspaces=workspaces, background=background)
