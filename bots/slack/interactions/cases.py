"""The buttons below a call of owners: take the case, answer it with an entry, or close it."""

from __future__ import annotations

import re
from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext

from bots.shared.background_tasks import BackgroundTasks
from bots.slack.api.calls import tell
from bots.slack.api.errors import translated
from bots.slack.api.people import Names, Owners
from bots.slack.api.rate_limits import Budgets
from bots.slack.api.workspaces import Workspace, Workspaces
from bots.slack.context import Context
from bots.slack.ids import Place
from bots.slack.render.blocks import case_choices
from bots.slack.render.mrkdwn import escaped
from core.errors import FaqbotError
from core.messaging.cases import word
from core.messaging.cases.desk import CaseDesk

Json = dict[str, Any]

_CASE: Final = re.compile(r"^case:(take|faq|close|pick:\d+)$")


class CaseButtons:
    """Does what owners press below a case; others are told that the buttons are not for them."""

    def __init__(self, context: Context, budgets: Budgets) -> None:
        self._context = context
        self._budgets = budgets
        self._owners = Owners(context.owner_ids)
        self._names = Names()

    async def press(
        self, workspace: Workspace, place: Place, user: str, action_id: str, value: str
    ) -> None:
        """Do what the button stands for.

        Raises:
            PlatformError: it cannot be said.
        """
        try:
            said = await self._done(workspace, place, user, action_id, value)
        except FaqbotError:
            await tell(workspace.client, place, user, self._context.profile.not_stored)
            raise
        if said:
            await tell(workspace.client, place, user, escaped(said))

    async def _done(
        self, workspace: Workspace, place: Place, user: str, action_id: str, value: str
    ) -> str:
        """Return what to tell the person; "" if that was said already."""
        profile, desk = self._context.profile, self._context.service.desk
        if desk is None:
            return profile.stale_button
        if not await self._owners.include(workspace, user):
            return profile.case_owners_alone
        case_id, _, faq_id = value.partition(":")
        match action_id.split(":")[1]:
            case "take":
                return await self._take(desk, workspace, place, user, case_id)
            case "faq":
                return await self._offer(desk, workspace, place, user, case_id)
            case "pick":
                return await word.picked(desk, case_id, faq_id)
            case _:
                return await word.closed(desk, case_id)

    async def _take(
        self, desk: CaseDesk, workspace: Workspace, place: Place, user: str, case_id: str
    ) -> str:
        profile = self._context.profile
        name = await self._names.name_of(workspace, user) or profile.teach_author
        taken = await word.taken(desk, case_id, user, name)
        if not taken.is_done:
            return taken.text
        await self._post(workspace, place, escaped(taken.text))
        return ""

    async def _offer(
        self, desk: CaseDesk, workspace: Workspace, place: Place, user: str, case_id: str
    ) -> str:
        profile = self._context.profile
        entries = await word.choices(desk, case_id)
        if not entries:
            return profile.case_no_entry
        with translated("chat.postEphemeral"):
            await workspace.client.chat_postEphemeral(
                channel=place.channel,
                user=user,
                text=profile.case_which_entry,
                blocks=case_choices(case_id, entries, profile),
                thread_ts=place.thread or None,
            )
        return ""

    async def _post(self, workspace: Workspace, place: Place, text: str) -> None:
        async with self._budgets.posts(place.channel).slot():
            with translated("chat.postMessage"):
                await workspace.client.chat_postMessage(
                    channel=place.channel, thread_ts=place.thread or None, text=text
                )


def register(
    app: AsyncApp, buttons: CaseButtons, workspaces: Workspaces, background: BackgroundTasks
) -> None:
    """Listen to presses, which are acknowledged at once."""

    @app.action(_CASE)
    async def press(ack: AsyncAck, body: Json, action: Json, context: AsyncBoltContext) -> None:
        await ack()
        workspace = workspaces.get(context.team_id)
        container = body.get("container") or {}
        thread = container.get("thread_ts") or (body.get("message") or {}).get("thread_ts") or ""
        place = Place(workspace.team, body["channel"]["id"], thread)
        pressing = buttons.press(
            workspace, place, body["user"]["id"], action["action_id"], action.get("value") or ""
        )
        background.begin(pressing)
