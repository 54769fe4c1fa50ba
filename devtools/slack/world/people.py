"""The users' side: what a test lets a person do, and what that person sees."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from devtools.slack.api.chat import ephemeral
from devtools.slack.api.checks import blocks_problems
from devtools.slack.api.views import checked_view, open_view
from devtools.slack.events.delivery import Delivery
from devtools.slack.events.interactions import press_payload, shortcut_payload, submit_payload
from devtools.slack.world.model import Channel, Message, Pane, SurfaceView
from devtools.slack.world.world import UserProfile, World

Json = dict[str, Any]
_TYPED = re.compile(r"<[@#!][^<>\s]+>|<https?://[^<>\s]+>|https?://[^\s<>]+|[&<>]")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


@dataclass(slots=True, eq=False)
class Person(UserProfile):
    """Someone in a workspace. What asks for an acknowledgement waits for it unless `wait=False`."""

    world: World = field(kw_only=True, repr=False)

    @property
    def dm(self) -> Channel:
        """The direct messages with the bot."""
        return self.world.dm_of(self.team, self.id)

    @property
    def mention_of_bot(self) -> str:
        """Return the mention, such as `<@U000000002>`."""
        return f"<@{self.team.bot_user_id}>"

    # Messages

    async def say(
        self, channel: Channel, text: str, *, thread: Message | str | None = None
    ) -> Message:
        """Post as this person; `thread` is the first message, any reply, or a ts.

        The app gets the text as Slack sends it: `&`, `<` and `>` as entities, URLs in `<>`.
        """
        if self.id not in channel.members:
            channel.members.add(self.id)
        root = _root(channel, thread)
        return self.world.post(channel, self.id, sent(text), thread_ts=root, bot_id=self.bot_id)

    async def mention(
        self, channel: Channel, text: str, *, thread: Message | str | None = None
    ) -> Message:
        """Post `@bot text`: the app gets `message` and `app_mention`, with one ts."""
        return await self.say(channel, f"{self.mention_of_bot} {text}", thread=thread)

    async def edit(self, message: Message, text: str) -> None:
        """Rewrite one's own message."""
        self.world.rewrite(message, sent(text), [])

    async def delete(self, message: Message) -> None:
        """Delete one's own message."""
        self.world.remove(message)

    async def react(self, message: Message, name: str) -> None:
        """Add a reaction such as `+1`."""
        self.world.react(message, self.id, name)

    async def unreact(self, message: Message, name: str) -> None:
        """Take it away."""
        self.world.unreact(message, self.id, name)

    async def stop_session(self, channel: Channel, thread_ts: str) -> None:
        """Press Slack's own stop of an agent's session."""
        streams = [m for m in channel.messages.values() if m.streaming and m.thread_ts == thread_ts]
        for message in streams:
            message.streaming, message.stopped_by_user = False, True
        event = {
            "type": "agent_session_stopped",
            "channel": channel.id,
            "thread_ts": thread_ts,
            "user": self.id,
            "streaming_message_ts": [message.ts for message in streams],
            "event_ts": self.world.ids.ts(),
        }
        self.world.emit(self.team, "agent_session_stopped", event, channel)
        self.world.changed()

    async def stop(self, message: Message) -> None:
        """Press the Stop of a message that is streaming: it takes no more text."""
        message.streaming, message.stopped_by_user = False, True
        self.world.changed()

    # Interactions

    async def press(self, of: Message | SurfaceView, what: str, *, wait: bool = True) -> Delivery:
        """Press what has that action_id, label or value (feedback: also `action_id:positive`).

        Raises:
            LookupError: There is nothing of that name.
        """
        return await self._interact(press_payload(self.world, self, of, what), wait=wait)

    async def shortcut(self, message: Message, callback_id: str, *, wait: bool = True) -> Delivery:
        """Choose a shortcut in a message's menu."""
        payload = shortcut_payload(self.world, self, message, callback_id)
        return await self._interact(payload, wait=wait)

    async def submit(self, view: SurfaceView, values: Json | None = None) -> Delivery:
        """Fill in a modal and send it; errors leave it open, see `Delivery.answer`.

        `values` go by action_id or block_id: text, an option's value or label, or a list of these.

        Raises:
            LookupError: A required input has no value, or a value no input.
        """
        payload = submit_payload(self.world, self, view, values or {})
        delivery = await self._interact(payload, wait=True)
        if delivery.acked_at is None:
            return delivery
        answer = delivery.answer
        match answer.get("response_action"):
            case None:
                view.open = False
            case "clear":
                for one in self.world.views:
                    one.open = one.open and one.user != self.id
            case "update":
                view.show(checked_view(answer["view"], "modal"))
            case "push":
                pushed = open_view(
                    self.world, self.team, self.id, checked_view(answer["view"], "modal")
                )
                pushed.parent = view
        self.world.changed()
        return delivery

    async def command(
        self, name: str, text: str = "", *, channel: Channel | None = None, wait: bool = True
    ) -> Delivery:
        """Type `/name text`; what comes with the acknowledgement is shown as Slack shows it."""
        channel = channel or self.dm
        payload = {
            "token": "local",
            "team_id": self.team.id,
            "team_domain": "local",
            "channel_id": channel.id,
            "channel_name": "directmessage" if channel.kind == "im" else channel.name,
            "user_id": self.id,
            "user_name": self.name,
            "command": name,
            "text": text,
            "api_app_id": "A0LOCAL",
            "is_enterprise_install": "false",
            "response_url": self.world.new_response_url(channel, self.id, None),
            "trigger_id": self.world.new_trigger(self.id),
        }
        delivery = self.world.courier.deliver("slash_commands", payload)
        if wait:
            await delivery.settled()
            self._show(channel, delivery.answer)
        return delivery

    # Home and the assistant's pane

    async def open_home(self) -> None:
        """Open the app's home tab."""
        home = self.world.homes.get(self.id)
        event = {"type": "app_home_opened", "user": self.id, "channel": self.dm.id, "tab": "home"}
        event["event_ts"] = self.world.ids.ts()
        if home:
            event["view"] = home.as_json()
        self.world.emit(self.team, "app_home_opened", event)

    async def open_messages(self) -> None:
        """Open the app's messages tab."""
        event = {"type": "app_home_opened", "user": self.id, "channel": self.dm.id}
        event |= {"tab": "messages", "event_ts": self.world.ids.ts()}
        self.world.emit(self.team, "app_home_opened", event)

    async def open_assistant_pane(self, beside: Channel | None = None) -> Pane:
        """Open the pane, beside a channel; then `say(pane.channel, …, thread=pane.thread_ts)`."""
        bot = self.team
        root = Message(
            self.dm, self.world.ids.ts(), bot.bot_user_id, "New Assistant Thread", bot_id=bot.bot_id
        )
        root.subtype, root.thread_ts = "assistant_app_thread", root.ts
        self.dm.messages[root.ts] = root
        pane = self.world.panes[self.dm.id, root.ts] = Pane(self.dm, root.ts)
        self._tell_pane("assistant_thread_started", pane, beside)
        return pane

    async def look_at(self, pane: Pane, beside: Channel) -> None:
        """Go to another channel with the pane open."""
        self._tell_pane("assistant_thread_context_changed", pane, beside)

    # The messages that people see

    @property
    def modal(self) -> SurfaceView | None:
        """The modal in front, if one is open."""
        mine = [view for view in self.world.views if view.user == self.id and view.open]
        return mine[-1] if mine else None

    @property
    def home(self) -> SurfaceView | None:
        """The home view that was published for this person."""
        return self.world.homes.get(self.id)

    def notifications(self) -> list[Message]:
        """The messages that called this person by name or group, oldest first."""
        channels = self.world.channels.values()
        every = [m for channel in channels for m in channel.messages.values()]
        return sorted((m for m in every if self.id in m.notified), key=lambda m: m.ts)

    def ephemerals(self, channel: Channel | None = None) -> list[Message]:
        """Return the messages that only this person sees."""
        mine = [m for m in self.world.ephemerals if m.ephemeral_for == self.id]
        return [m for m in mine if channel in (None, m.channel)]

    async def _interact(self, payload: Json, *, wait: bool) -> Delivery:
        delivery = self.world.courier.deliver("interactive", payload)
        return await delivery.settled() if wait else delivery

    def _show(self, channel: Channel, answer: Json) -> None:
        text, blocks = answer.get("text", ""), answer.get("blocks", [])
        if (not text and not blocks) or blocks_problems(blocks):
            return
        if answer.get("response_type", "ephemeral") == "ephemeral":
            ephemeral(self.world, channel, self.id, text, blocks)
        else:
            bot = self.team
            self.world.post(channel, bot.bot_user_id, text, blocks=blocks, bot_id=bot.bot_id)

    def _tell_pane(self, kind: str, pane: Pane, beside: Channel | None) -> None:
        context = {"channel_id": beside.id, "team_id": self.team.id} if beside else {}
        thread = {
            "user_id": self.id,
            "context": context,
            "channel_id": pane.channel.id,
            "thread_ts": pane.thread_ts,
        }
        event = {"type": kind, "assistant_thread": thread, "event_ts": self.world.ids.ts()}
        self.world.emit(self.team, kind, event, pane.channel)


def sent(typed: str) -> str:
    """Return the text that Slack makes of typed text."""

    def written(found: re.Match[str]) -> str:
        piece = found[0]
        if piece.startswith("http"):
            return f"<{piece.replace('&', '&amp;')}>"
        return _ENTITIES.get(piece, piece)

    return _TYPED.sub(written, typed)


def _root(channel: Channel, thread: Message | str | None) -> str | None:
    if thread is None:
        return None
    message = channel.messages.get(thread) if isinstance(thread, str) else thread
    if message is None:
        raise LookupError(f"no message {thread} in {channel.name}")
    root = message.thread_ts or message.ts
    if root in channel.messages:
        channel.messages[root].thread_ts = root
    return root
