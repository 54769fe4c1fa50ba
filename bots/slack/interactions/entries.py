"""The buttons below a request to review an entry: it is still right, or its owner corrects it.

A button holds only the entry's id, so that it works after a restart, in any process, and twice.
"""

from __future__ import annotations

import re
from typing import Final

from slack_bolt.async_app import AsyncApp

from bots.shared.background_tasks import BackgroundTasks
from bots.slack.api.calls import quietly, tell
from bots.slack.api.people import Names, Owners
from bots.slack.api.workspaces import Workspaces
from bots.slack.context import Context
from bots.slack.interactions.press import Press, on_press
from bots.slack.render.mrkdwn import escaped
from core.errors import FaqbotError
from core.messaging.cases.entry_reviews import EntryAct, reviewed

_ENTRY: Final = re.compile(r"^entry:(right|wrong)$")


class EntryButtons:
    """Handles the buttons below an entry, and tells people who are not owners so."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._owners = Owners(context.owner_ids)
        self._names = Names()

    async def press(self, press: Press) -> None:
        """Note the owner's word, and show it in place of the request.

        Raises:
            FaqbotError: it is not noted; the person who pressed was told so.
        """
        try:
            refusal = await self._done(press)
        except FaqbotError:
            await self._tell(press, self._context.profile.not_stored)
            raise
        if refusal:
            await self._tell(press, escaped(refusal))

    async def _done(self, press: Press) -> str:
        """Carry out the act; return the text for the person alone, "" if the request shows it."""
        profile, operations = self._context.profile, self._context.service.operations
        if operations is None:
            return profile.stale_button
        if not await self._owners.include(press.workspace, press.user):
            return profile.case.owners_alone
        name = await self._names.name_of(press.workspace, press.user) or profile.teach.author
        act = EntryAct(press.act.split(":")[1])
        catalogue = operations.catalogue
        text = escaped(await reviewed(catalogue, press.value, act, who=name, profile=profile))
        shown = {"type": "section", "text": {"type": "mrkdwn", "text": text}}
        call = press.workspace.client.chat_update(
            channel=press.channel, ts=press.ts, text=text, blocks=[shown]
        )
        await quietly("chat.update", call)
        return ""

    async def _tell(self, press: Press, text: str) -> None:
        await tell(press.workspace.client, press.seen_in, press.user, text)


def register(
    app: AsyncApp, buttons: EntryButtons, workspaces: Workspaces, background: BackgroundTasks
) -> None:
    """Listen to presses."""
    on_press(app, _ENTRY, buttons.press, workspaces=workspaces, background=background)
