"""Presses of buttons: acknowledged at once, as Slack does not repeat them, and handled later."""

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
    """A press of a button or a choice in a menu, with its place and its person.

    The button's message has the `ts`, in the thread `thread` ("" outside of threads). `act` is the
    action id of the button or menu, and `value` the value of what was chosen. `body` is Slack's
    payload, empty if the press is restored from a form that it has opened.
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
        """The message of the button, empty if only the person sees it or Slack does not tell it."""
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
    """Handle presses of buttons with these action ids in the background."""

    @app.action(actions)
    async def pressed(ack: AsyncAck, body: Json, action: Json, context: AsyncBoltContext) -> None:
        await ack()
        workspace = workspaces.get(context.team_id)
        background.begin(does(_read(body, action, workspace)))


def channel_of(body: Json) -> str:
    """Return the channel in which a button was pressed, from its message or from the container."""
    channel, container = body.get("channel") or {}, body.get("container") or {}
    return str(channel.get("id") or container["channel_id"])


def value_of(action: Json) -> str:
    """Return the value of the button that was pressed, or of the choice in a menu."""
    return action.get("value") or (action.get("selected_option") or {}).get("value") or ""


def _read(body: Json, action: Json, workspace: Workspace) -> Press:
    container, message = body.get("container") or {}, body.get("message") or {}
    return Press(
        workspace,
        channel=channel_of(body),
        thread=container.get("thread_ts") or message.get("thread_ts") or "",
        ts=container.get("message_ts") or message.get("ts") or "",
        user=body["user"]["id"],
        act=action["action_id"],
        value=value_of(action),
        body=body,
    )
