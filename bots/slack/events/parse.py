"""The parser of Slack's message events.

https://docs.slack.dev/reference/events/message, https://docs.slack.dev/messaging/formatting-message-text
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from bots.slack.api.workspaces import Workspace
from bots.slack.events.content import attached_text, has_media, own_text
from bots.slack.ids import Place, asked_in, question_id
from core.text.utterances.mentions import (
    CALL,
    has_words,
    is_spoken_to,
    with_typed_call,
    without_calls,
)
from core.types import Mention, Question

logger = logging.getLogger(__name__)

Json = dict[str, Any]

# The subtypes of people's own messages; all others are messages of Slack or of an app.
_SAID: Final = (None, "file_share", "thread_broadcast", "me_message")

_SLACKBOT: Final = "USLACKBOT"  # reminders, notices

_CODE = re.compile(r"(```.*?```|`[^`\n]+`)", re.DOTALL)
# The marks of bold and struck text, which Markdown doubles.
_MARKED = re.compile(r"(?<![\w*~])([*~])(?![\s*~])([^*~\n]*[^*~\s])\1(?![\w*~])")
_TAG = re.compile(r"<([^<>\n]+)>")
_ENTITIES: Final = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_QUOTED = re.compile(r"^(?:&gt;|>).*$", re.MULTILINE)
_FOREIGN_S: Final = 86_400.0  # an edit does not turn an older message into a question


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """One message of a person. `text` is the displayed text without the bot's name.

    `markdown` is the same with links, bold and struck text, to show it elsewhere. `to_others` is
    true if the message addresses people or groups, whether or not the bot, too; a quoted mention or
    a name in a sentence does not address anybody. `has_media` is true if it has a file that is not
    read.
    `home_team` is the person's own workspace. `by_app` is true if an app has written it.
    `below_bot` is true if it is in a thread below a message of the bot, such as a shared answer.
    `links_alone` is true if it has links and no words beside them.
    """

    place: Place
    ts: str
    user: str
    text: str
    direct: bool
    in_thread: bool
    to_bot: bool
    to_others: bool
    markdown: str = ""
    edited_ts: str = ""
    has_media: bool = False
    home_team: str = ""
    by_app: bool = False
    below_bot: bool = False
    links_alone: bool = False
    mentions: tuple[Mention, ...] = ()

    @property
    def question(self) -> Question:
        """Return the message as a question."""
        return Question(
            id=question_id(self.place.team, self.place.channel, self.ts),
            session=self.place.session,
            text=self.text,
            asker=self.user,
            asked_at=datetime.fromtimestamp(float(self.ts), UTC),
            reply_to=asked_in(self.ts, self.home_team),
            edited_at=self.said_at if self.edited_ts else None,
            mentions=self.mentions,
        )

    @property
    def said_at(self) -> datetime:
        """The time at which the message was sent or last edited.

        For an edit, Slack may give only the whole second.
        """
        at = max(float(self.ts), float(self.edited_ts or 0))
        return datetime.fromtimestamp(at, UTC)

    @property
    def is_from_outside(self) -> bool:
        """True if the person is a guest of another workspace, by Slack Connect."""
        return bool(self.home_team) and self.home_team != self.place.team

    @property
    def was_edited_late(self) -> bool:
        """Return whether the message was edited so late that nobody expects an answer."""
        return float(self.edited_ts or 0) - float(self.ts) > _FOREIGN_S

    @property
    def seen_in(self) -> Place:
        """The place in which its author sees a private message: a thread only if it exists."""
        return self.place if self.in_thread else replace(self.place, thread="")


def is_said(message: Json) -> bool:
    """Return whether a message is what somebody has said, and no notice of Slack's."""
    return message.get("subtype") in _SAID and message.get("user") != _SLACKBOT


def read_message(event: Json, workspace: Workspace, *, channel: str = "") -> IncomingMessage | None:
    """Return what a person has said; None for others, and for a message of an unknown shape.

    A name of the bot that was typed at the beginning is a mention, too. `channel` is as for `said`.
    """
    bot = workspace.bot_user
    try:
        called = with_typed_call(event.get("text") or "", (workspace.bot_name,), f"<@{bot}>")
        event = event | {"text": called}
        return said(event, team=workspace.team, bot_user=bot, channel=channel)
    except (AttributeError, TypeError, ValueError):  # Slack would only deliver it again
        logger.exception("a message cannot be read (ts %s)", event.get("ts"))
        return None


def said(event: Json, *, team: str, bot_user: str, channel: str = "") -> IncomingMessage | None:
    """Parse a `message` or `app_mention` event; return None if no person has sent it.

    `channel` is needed for a message inside another event, which does not name its channel.

    Raises:
        AttributeError, TypeError, ValueError: the event has another shape than Slack documents.
    """
    user, ts = event.get("user"), event.get("ts")
    if not user or not ts or user == bot_user or event.get("hidden") or not is_said(event):
        return None
    float(ts)  # it is a time in seconds
    channel = event.get("channel") or channel
    raw = own_text(event)
    direct = event.get("channel_type") == "im" or channel.startswith("D")
    root = event.get("thread_ts") or ""
    spoken_to = _spoken_to(raw, bot_user)
    # Code that shows the bot's id comes as a mention, too, and calls nobody.
    unseen_call = event.get("type") == "app_mention" and bot_user not in raw
    to_bot = bot_user in spoken_to or unseen_call
    attached = attached_text(event, linked=direct or to_bot)
    own, more = readable(raw, bot_user), readable(attached, bot_user)
    links_alone = "<http" in raw and not has_words(own)
    parts = ("" if more and links_alone else own, more)
    return IncomingMessage(
        place=Place(team, channel, root if direct else root or ts),
        ts=ts,
        user=user,
        text="\n".join(filter(None, parts)),
        direct=direct,
        in_thread=bool(root) and root != ts,
        to_bot=to_bot,
        to_others=bool(spoken_to - {bot_user}),
        markdown=as_markdown(raw, bot_user),
        edited_ts=(event.get("edited") or {}).get("ts") or "",
        has_media=has_media(event),
        home_team=event.get("user_team") or event.get("source_team") or event.get("team") or "",
        by_app=bool(event.get("bot_id")),
        below_bot=event.get("parent_user_id") == bot_user,
        links_alone=links_alone,
        mentions=mentions_in(raw, bot_user),
    )


def mentions_in(raw: str, bot_user: str) -> tuple[Mention, ...]:
    """Return the distinct people mentioned in a text, by name, or by id if it has no name."""
    found: dict[str, Mention] = {}
    for tag in _TAG.finditer(raw):
        target, _, label = tag[1].partition("|")
        user = target.removeprefix("@")
        if target.startswith("@") and user != bot_user:
            name = label.lstrip("@") or user
            found.setdefault(user, Mention(user, name, f"@{name}"))
    return tuple(found.values())


def as_markdown(raw: str, bot_user: str) -> str:
    """Return the text as Markdown, with people as `@` and name."""
    parts = _CODE.split(raw)
    parts[::2] = [_MARKED.sub(r"\1\1\2\1\1", part) for part in parts[::2]]
    return readable("".join(parts), bot_user, link=_markdown_link)


def _markdown_link(label: str, url: str) -> str:
    if not url.startswith(("http://", "https://")) or url.endswith(f"//{label}"):
        return label
    bare = label.replace("[", "(").replace("]", ")")
    return f"[{bare}]({url.replace('(', '%28').replace(')', '%29')})"


def _label_alone(label: str, _url: str) -> str:
    return label


def readable(raw: str, bot_user: str, *, link: Callable[[str, str], str] = _label_alone) -> str:
    """Return the displayed text: links as labels, people as `@` and name, without entities.

    `link` returns the text for the address and the label of a link.
    """

    def shown(match: re.Match[str]) -> str:
        target, _, label = match[1].partition("|")
        if bot_user and target == f"@{bot_user}":
            return CALL
        if target.startswith(("@", "#", "!")):
            sign = "#" if target[0] == "#" else "@"
            name = label or target.lstrip("@#!").partition("^")[2] or target.lstrip("@#!")
            return label if target.startswith("!date") else f"{sign}{name.lstrip('@#')}"
        if label:
            return link(label, target)
        return target.removeprefix("mailto:").removeprefix("tel:")

    text = _TAG.sub(shown, raw.replace(CALL, " "))
    for entity, character in _ENTITIES:
        text = text.replace(entity, character)
    lines = (" ".join(line.split()) for line in without_calls(text).splitlines())
    return "\n".join(lines).strip()


def _spoken_to(raw: str, bot_user: str) -> set[str]:
    """Return the ids of users and groups that a text addresses, and words such as `here`.

    A quoted line and code address nobody. A mention of the bot or of everybody counts anywhere;
    other mentions may only be names within a sentence.
    """
    found: set[str] = set()
    for line in _QUOTED.sub("", _CODE.sub("", raw)).splitlines():
        for tag in _TAG.finditer(line):
            target = tag[1].partition("|")[0]
            if not target.startswith(("@", "!")) or target.startswith("!date"):
                continue
            before, after = _TAG.sub("", line[: tag.start()]), line[tag.end() :]
            everybody = target.startswith("!") and not target.startswith("!subteam")
            if target == f"@{bot_user}" or everybody or is_spoken_to(before, _TAG.sub("", after)):
                found.add(target.lstrip("@!"))
    return found
