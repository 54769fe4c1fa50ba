"""Presses of buttons: acknowledged at once, for Slack does not repeat them, then worked on."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext

from bots.shared.background_tasks import BackgroundTasks
from bots.slack.api.workspaces import Workspace, Workspaces
from bots.slack.ids import Place

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Press:
    """A button, where it was pressed, and who pressed it.

    Its message is at `ts`, in the thread `thread`, "" outside of one. `act` is the button's action
    id, and `value` what it stands for. `body` is what Slack sent, empty for a form that was opened
    by a press.
    """

    workspace: Workspace
    channel: str
    thread: str
    ts: str
    user: str
    act: str = ""
    value: str = ""
    body: Json = field(default_factory=dict)

    @property
    def seen_in(self) -> Place:
        """The place where the person looks: the thread, if the message is in one."""
        return Place(self.workspace.team, self.channel, self.thread)

    @property
    def message(self) -> Json:
        """The message of the button, empty if nobody but the person sees it."""
        message: Json = self.body.get("message") or {}
        return message


def on_press(
    app: AsyncApp,
    actions: str | re.Pattern[str],
    does: Callable[[Press], Coroutine[Any, Any, None]],
    *,
    workspaces: Workspaces,
    background: BackgroundTasks,
) -> None:
    """Have presses of buttons done in the background, by their action ids."""

    @app.action(actions)
    async def pressed(ack: AsyncAck, body: Json, action: Json, context: AsyncBoltContext) -> None:
        await ack()
        workspace = workspaces.get(context.team_id)
        background.begin(does(_read(body, action, workspace)))


def _read(body: Json, action: Json, workspace: Workspace) -> Press:
    container, message = body.get("container") or {}, body.get("message") or {}
    return Press(
        workspace,
        channel=body["channel"]["id"],
        thread=container.get("thread_ts") or message.get("thread_ts") or "",
        ts=container.get("message_ts") or message.get("ts") or "",
        user=body["user"]["id"],
        act=action["action_id"],
        value=action.get("value") or "",
        body=body,
    )
