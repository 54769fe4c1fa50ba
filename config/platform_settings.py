"""Settings of the chat platforms: tokens, addresses, places. Without a token a platform is off."""

from __future__ import annotations

import re
from typing import Final, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings

from core.messaging.thread_rules import ThreadRule, ThreadRules

_NONE = SecretStr("")
_NAME: Final = re.compile(r"^#|[^\W\dA-Z_]")  # of a channel, as people write it
_SLACK_CHANNEL: Final = re.compile(r"[CGD][A-Z0-9]{2,20}")
_SNOWFLAKE: Final = re.compile(r"[1-9]\d{0,19}")
_SHARDS: Final = re.compile(r"(?:auto|[1-9]\d{0,3})?")
_ADDRESS: Final = re.compile(r"(?:https?|wss?)://\w")
_ROLE: Final = "role:"
_DISCORD_OWNER = re.compile(r"(role:)?[1-9]\d{0,19}")
_SLACK_OWNER = re.compile(r"[UWS][A-Z0-9]{2,20}")  # people, and user groups
_MOST_OWNERS: Final = 50  # all of them are called in one message


class PlatformSettings(BaseSettings):
    """A part of `Settings`, where the prefix and the file are set."""

    threads: str = Field(
        default=ThreadRule.ASKER.value,
        description="Who needs no mention in the bot's threads: mention (nobody), asker, all; "
        "of single channels: asker, C0123=mention, 456=all.",
    )
    slack_bot_token: SecretStr = Field(
        default=_NONE,
        validation_alias="SLACK_BOT_TOKEN",
        description="The bot's token (xoxb-…); it turns Slack on.",
    )
    slack_app_token: SecretStr = Field(
        default=_NONE,
        validation_alias="SLACK_APP_TOKEN",
        description="The app-level token (xapp-…) for Socket Mode.",
    )
    slack_signing_secret: SecretStr = Field(
        default=_NONE,
        validation_alias="SLACK_SIGNING_SECRET",
        description="The secret for events over HTTP, instead of Socket Mode.",
    )
    slack_api_url: str = Field(
        default="https://slack.com/api/",
        validation_alias="SLACK_API_URL",
        description="The address of another Slack: GovSlack, or a local server.",
    )
    slack_client_id: str = Field(
        default="",
        validation_alias="SLACK_CLIENT_ID",
        description="The client's id; with its secret, workspaces install the bot by OAuth, "
        "without a bot token.",
    )
    slack_client_secret: SecretStr = Field(default=_NONE, validation_alias="SLACK_CLIENT_SECRET")
    slack_host: str = Field(
        default="127.0.0.1", description="The address that receives events over HTTP."
    )
    slack_port: int = Field(default=3000, ge=0, le=65535, description="As above.")
    slack_streaming: Literal["edits", "native"] = Field(
        default="edits", description="edits, or native for Slack's own streams."
    )
    slack_edits_per_minute: int = Field(
        default=50,
        ge=10,
        description="The calls of chat.update that Slack grants a workspace in a minute; 50, "
        "unless Slack grants more.",
    )
    slack_channels: str = Field(
        default="",
        description="Ids of channels where every message may be a question: C0123,C0456.",
    )
    slack_owners: str = Field(
        default="",
        description="Ids of people (U…, W…) and user groups (S…) who are called if there is no "
        "answer, and may teach.",
    )
    slack_assistant_view: bool = Field(
        default=False,
        description="True prints the manifest for an app that was created before apps were agents.",
    )
    slack_guests: bool = Field(
        default=True, description="True answers people of other workspaces in shared channels."
    )
    discord_bot_token: SecretStr = Field(
        default=_NONE,
        validation_alias="DISCORD_BOT_TOKEN",
        description="The bot's token; it turns Discord on.",
    )
    discord_api_url: str = Field(
        default="",
        validation_alias="DISCORD_API_URL",
        description="The address of a local server, for tests.",
    )
    discord_gateway_url: str = Field(
        default="", validation_alias="DISCORD_GATEWAY_URL", description="As above."
    )

    discord_channels: str = Field(
        default="",
        validation_alias="DISCORD_CHANNELS",
        description="Ids of channels where every message may be a question.",
    )
    discord_forums: str = Field(
        default="",
        validation_alias="DISCORD_FORUMS",
        description="Ids of forums where every post is a question.",
    )
    discord_owners: str = Field(
        default="",
        validation_alias="DISCORD_OWNERS",
        description="Ids of people and roles who are called if there is no answer, and may "
        "teach: 123,role:456.",
    )
    discord_message_content: bool = Field(
        default=True,
        validation_alias="DISCORD_MESSAGE_CONTENT",
        description="True if the Message Content Intent is on, so that the bot reads messages "
        "that do not mention it.",
    )
    discord_shards: str = Field(
        default="",
        validation_alias="DISCORD_SHARDS",
        description="The number of connections, or auto; if it is not set, there is one without"
        " shards.",
    )

    @field_validator("threads")
    @classmethod
    def _are_rules(cls, listed: str) -> str:
        try:
            thread_rules_of(listed)
        except ValueError as error:
            text = "holds {part}, which is no rule: write asker, or C0123=all"
            raise PydanticCustomError("threads", text, {"part": str(error)}) from None
        return listed

    @field_validator("discord_shards")
    @classmethod
    def _is_number_of_shards(cls, given: str) -> str:
        if not _SHARDS.fullmatch(given):
            raise PydanticCustomError("shards", "is neither auto nor a number of connections")
        return given

    @field_validator("slack_api_url", "discord_api_url", "discord_gateway_url")
    @classmethod
    def _is_address(cls, given: str) -> str:
        if given and not _ADDRESS.match(given):
            raise PydanticCustomError("address", "is no address, which begins with https://")
        return given

    @field_validator("slack_channels", mode="after")
    @classmethod
    def _are_slack_channels(cls, listed: str) -> str:
        return _ids_of_channels(listed, _SLACK_CHANNEL, "C0123ABCD: at the end of its details")

    @field_validator("discord_channels", "discord_forums")
    @classmethod
    def _are_discord_channels(cls, listed: str) -> str:
        return _ids_of_channels(listed, _SNOWFLAKE, "a number: Copy Channel ID, in developer mode")

    @field_validator("discord_owners")
    @classmethod
    def _are_discord_owners(cls, listed: str) -> str:
        wrong = "holds what is neither the id of a user, as 123, nor of a role, as role:123"
        return _owners(listed, _DISCORD_OWNER, wrong=wrong, instead="give them a role")

    @field_validator("slack_owners")
    @classmethod
    def _are_slack_owners(cls, listed: str) -> str:
        wrong = "holds what is neither the id of a person (U… or W…) nor of a user group (S…)"
        return _owners(listed, _SLACK_OWNER, wrong=wrong, instead="make them a user group")

    @property
    def thread_rules(self) -> ThreadRules:
        """The rules of threads that `threads` lists."""
        return thread_rules_of(self.threads)

    @property
    def slack_channel_ids(self) -> frozenset[str]:
        """The ids that `slack_channels` lists."""
        return frozenset(parts_of(self.slack_channels))

    @property
    def slack_owner_ids(self) -> tuple[str, ...]:
        """The ids that `slack_owners` lists, in their order, each once."""
        return tuple(dict.fromkeys(parts_of(self.slack_owners)))

    @property
    def has_slack(self) -> bool:
        """Return whether Slack is on."""
        return bool(self.slack_bot_token.get_secret_value()) or self.has_slack_oauth

    @property
    def has_slack_oauth(self) -> bool:
        """Return whether workspaces install the bot by themselves."""
        secret = self.slack_client_secret.get_secret_value()
        return bool(self.slack_client_id and secret)

    @property
    def has_discord(self) -> bool:
        """Return whether Discord is on."""
        return bool(self.discord_bot_token.get_secret_value())

    @property
    def discord_channel_ids(self) -> frozenset[int]:
        """Channels where every message is a question."""
        return _ids(self.discord_channels)

    @property
    def discord_forum_ids(self) -> frozenset[int]:
        """Forums where every post is a question."""
        return _ids(self.discord_forums)

    @property
    def discord_owner_ids(self) -> frozenset[int]:
        """The users among the owners."""
        owners = parts_of(self.discord_owners)
        return frozenset(int(one) for one in owners if not one.startswith(_ROLE))

    @property
    def discord_owner_roles(self) -> frozenset[int]:
        """The roles among the owners."""
        owners = parts_of(self.discord_owners)
        return frozenset(int(one[len(_ROLE) :]) for one in owners if one.startswith(_ROLE))


def thread_rules_of(listed: str) -> ThreadRules:
    """Return the rules that a list holds, such as `asker, C0123=mention`.

    Raises:
        ValueError: names the part that is none.
    """
    default, by_channel = ThreadRule.ASKER, {}
    for part in parts_of(listed):
        channel, equals, name = part.rpartition("=")
        is_channel = _SLACK_CHANNEL.fullmatch(channel) or _SNOWFLAKE.fullmatch(channel)
        if name not in {*ThreadRule} or (equals and not is_channel):
            raise ValueError(part)
        if channel:
            by_channel[channel] = ThreadRule(name)
        else:
            default = ThreadRule(name)
    return ThreadRules(default, by_channel)


def _ids_of_channels(listed: str, one: re.Pattern[str], instead: str) -> str:
    """Check the list, and return it as it was given.

    Raises:
        PydanticCustomError: it holds something else, which is named.
    """
    for part in parts_of(listed):
        if not one.fullmatch(part):
            what = "a name" if _NAME.search(part) else "no id of a channel"
            text = "{part} is {what}; give the id, {instead}"
            facts = {"part": repr(part), "what": what, "instead": instead}
            raise PydanticCustomError("channels", text, facts)
    return listed


def _ids(listed: str) -> frozenset[int]:
    return frozenset(map(int, parts_of(listed)))


def _owners(listed: str, one: re.Pattern[str], *, wrong: str, instead: str) -> str:
    """Check the list, and return it as it was given.

    Raises:
        PydanticCustomError: it holds something else, or too many.
    """
    if not all(map(one.fullmatch, parts_of(listed))):
        raise PydanticCustomError("owners", wrong)
    if len(set(parts_of(listed))) > _MOST_OWNERS:
        too_many = f"names more than {_MOST_OWNERS}: {instead}, and name that"
        raise PydanticCustomError("owners", too_many)
    return listed


def parts_of(listed: str) -> list[str]:
    """Return the parts of a list, which commas or spaces separate."""
    return listed.replace(",", " ").split()
