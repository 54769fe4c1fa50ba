"""Settings of Discord: its token, addresses, places. Without a token Discord is off."""

from __future__ import annotations

import re
from typing import Final

from pydantic import Field, SecretStr, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings

from config.setting_values import checked_address, checked_channels, checked_owners, parts_of

_NONE = SecretStr("")
SNOWFLAKE: Final = re.compile(r"[1-9]\d{0,19}")
_SHARDS: Final = re.compile(r"(?:auto|[1-9]\d{0,3})?")
_ROLE: Final = "role:"
_OWNER: Final = re.compile(r"(role:)?[1-9]\d{0,19}")


class DiscordSettings(BaseSettings):
    """A part of `Settings`, where the prefix and the file are set."""

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

    @field_validator("discord_shards")
    @classmethod
    def _is_number_of_shards(cls, given: str) -> str:
        if not _SHARDS.fullmatch(given):
            raise PydanticCustomError("shards", "is neither auto nor a number of connections")
        return given

    @field_validator("discord_api_url", "discord_gateway_url")
    @classmethod
    def _are_discord_addresses(cls, given: str) -> str:
        return checked_address(given)

    @field_validator("discord_channels", "discord_forums")
    @classmethod
    def _are_discord_channels(cls, listed: str) -> str:
        return checked_channels(listed, SNOWFLAKE, "a number: Copy Channel ID, in developer mode")

    @field_validator("discord_owners")
    @classmethod
    def _are_discord_owners(cls, listed: str) -> str:
        wrong = "holds what is neither the id of a user, as 123, nor of a role, as role:123"
        return checked_owners(listed, _OWNER, wrong=wrong, instead="give them a role")

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


def _ids(listed: str) -> frozenset[int]:
    return frozenset(map(int, parts_of(listed)))
