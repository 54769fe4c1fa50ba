"""The page of the local Discord: what it shows and what its buttons do."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from aiohttp import web

from devtools.discord.api.errors import RestError
from devtools.discord.server import DiscordServer
from devtools.discord.world.model import DM, FORUM, LOADING, Channel, Interaction, Json, Message

_PAGE = Path(__file__).with_name("page.html")
_WAIT_S, _TYPING_S, _SHOWN = 20.0, 10.0, 100


class DiscordPage(DiscordServer):
    """The server with a page at `/`, on which one plays a user."""

    def add_page(self, app: web.Application) -> None:
        app.router.add_get("/", self._page)
        app.router.add_get("/local/state", self._state)
        app.router.add_post("/local/do/{action}", self._do)

    async def _page(self, request: web.Request) -> web.StreamResponse:
        return web.FileResponse(_PAGE)

    async def _state(self, request: web.Request) -> web.Response:
        """Return all that is shown, as soon as it differs from `since`."""
        since = int(request.query.get("since", -1))
        try:
            await self.until(lambda: self.version != since, timeout_s=_WAIT_S)
        except TimeoutError:
            return web.Response(status=204)
        channel = self.channels.get(int(request.query.get("channel") or 0))
        return web.json_response(
            {
                "version": self.version,
                "online": self.online,
                "me": self.user.name,
                "people": self._people(),
                "roles": {str(role.id): role.name for role in self.guild.roles.values()},
                "bot": {"id": str(self.bot.id), "name": self.bot.name},
                "dm": str(self.dm(self.user).id),
                "names": {str(user.id): user.name for user in self.users.values()},
                "channels": [self._channel(c) for c in self.guild.channels],
                "commands": [c for scope in self.commands.values() for c in scope.values()],
                "here": self._here(channel) if channel else None,
                "interactions": [_interaction_row(i) for i in self.interactions[-20:]],
                "limited": len(self.rate_limited),
            }
        )

    def _people(self) -> list[Json]:
        """Return the people whom one can be, each with their roles."""
        roles = self.guild.roles
        return [
            {"id": str(one), "name": self.users[one].name, "roles": [roles[r].name for r in held]}
            for one, held in self.guild.members.items()
            if not self.users[one].bot
        ]

    def _channel(self, channel: Channel) -> Json:
        threads = [
            {"id": str(t.id), "name": t.name, "archived": t.archived}
            for t in self.threads_of(channel)
        ]
        kind = "forum" if channel.type == FORUM else "text"
        tags = [tag.name for tag in channel.tags]
        row = {"id": str(channel.id), "name": channel.name, "kind": kind, "tags": tags}
        return row | {"threads": threads[::-1]}

    def _here(self, channel: Channel) -> Json:
        tags = channel.parent.tags if channel.parent else channel.tags
        shown = [m for m in channel.messages.values() if m.deleted_at is None]
        typed = channel.typed_at and time.monotonic() - channel.typed_at[-1] < _TYPING_S
        answered = shown and shown[-1].author is self.bot
        return {
            "id": str(channel.id),
            "name": channel.name,
            "kind": "dm" if channel.type == DM else "forum" if channel.type == FORUM else "text",
            "thread": channel.is_thread,
            "archived": channel.archived,
            "tags": [tag.name for tag in tags if tag.id in channel.applied_tags],
            "typing": bool(typed and not answered),
            "messages": [self._message(m) for m in shown[-_SHOWN:]],
        }

    def _message(self, message: Message) -> Json:
        return {
            "id": str(message.id),
            "author": message.author.name,
            "bot": message.author.bot,
            "mine": message.author is self.user,
            "type": message.type,
            "content": message.content,
            "embeds": [] if message.flags & 4 else message.embeds,
            "components": message.components,
            "created": message.created,
            "edits": len(message.edits) - 1,
            "ephemeral": message.ephemeral,
            "loading": bool(message.flags & LOADING),
            "reactions": {emoji: len(users) for emoji, users in message.reactions.items()},
            "reply": message.reference.content[:80] if message.type == 19 else None,
            "thread": str(message.thread.id) if message.thread else None,
            "notified": self._notified(message),
            "via": message.interaction.data.get("name") if message.interaction else None,
        }

    def _notified(self, message: Message) -> list[str]:
        """Whom a message of the bot has notified, by name."""
        if message.author is not self.bot:
            return []
        guild, pinged = message.channel.guild, message.pinged
        roles = [f"@{guild.roles[role].name}" for role in pinged.roles] if guild else []
        return [self.users[user].name for user in pinged.users] + roles

    async def _do(self, request: web.Request) -> web.Response:
        """One thing that the user does; answers with the ids of what came of it."""
        what = await request.json()
        try:
            done = await self._act(request.match_info["action"], what)
        except (LookupError, RestError) as wrong:
            return web.json_response({"error": str(wrong)}, status=400)
        return web.json_response({"id": str(done.id)} if done is not None else {})

    async def _act(self, action: str, what: Json) -> Any:
        channel = self.channels.get(int(what.get("channel") or 0))
        message = channel.messages.get(int(what.get("message") or 0)) if channel else None
        done = None
        match action:
            case "say":
                reply = {"reply_to": message, "mention_bot": what.get("mention", False)}
                done = await self.say(channel, what["text"], **reply)
            case "post":
                tags = tuple(what.get("tags") or [])
                done = await self.post_in_forum(channel, what["title"], what["text"], tags=tags)
            case "edit":
                await self.edit(message, what["text"])
            case "delete":
                await self.delete(message)
            case "be":
                self.user = self.users[int(what["person"])]
                self.changed()
            case "react":
                await self.react(message, what["emoji"])
            case _:
                done = await self._begin(action, what, channel, message)
        return done

    async def _begin(
        self, action: str, what: Json, channel: Channel | None, message: Message | None
    ) -> Interaction:
        match action:
            case "press":
                return await self.press(message, what["custom_id"])
            case "select":
                return await self.select(message, what["custom_id"], what["values"])
            case "slash":
                return await self.slash(what["name"], what["options"], channel=channel)
            case "menu":
                return await self.context_menu(what["name"], message)
            case "modal":
                wanted = int(what["interaction"])
                of = next(i for i in self.interactions if i.id == wanted)
                return await self.submit_modal(of, what["values"])
        raise LookupError(f"no action {action!r}")


def _interaction_row(interaction: Interaction) -> Json:
    return {
        "id": str(interaction.id),
        "failed": interaction.failed,
        "acknowledged": interaction.acknowledged,
        "modal": interaction.modal,
    }
