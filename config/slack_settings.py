"""Settings of Slack: tokens, addresses, places. Without a token Slack is off."""

from __future__ import annotations

import re
from typing import Final, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings

from config.setting_values import checked_address, checked_channels, checked_owners, parts_of

_NONE = SecretStr("")
CHANNEL: Final = re.compile(r"[CGD][A-Z0-9]{2,20}")
_OWNER: Final = re.compile(r"[UWS][A-Z0-9]{2,20}")  # people, and user groups


def checked_slack_owners(listed: str) -> str:
    """Check a list of owners, and return it as it was given.

    Raises:
        PydanticCustomError: it holds something else than their ids, or too many.
    """
    wrong = "holds what is neither the id of a person (U… or W…) nor of a user group (S…)"
    return checked_owners(listed, _OWNER, wrong=wrong, instead="make them a user group")


class SlackSettings(BaseSettings):
    """A part of `Settings`, where the prefix and the file are set."""

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

    @field_validator("slack_api_url")
    @classmethod
    def _is_slack_address(cls, given: str) -> str:
        return checked_address(given)

    @field_validator("slack_channels", mode="after")
    @classmethod
    def _are_slack_channels(cls, listed: str) -> str:
        return checked_channels(listed, CHANNEL, "C0123ABCD: at the end of its details")

    @field_validator("slack_owners")
    @classmethod
    def _are_slack_owners(cls, listed: str) -> str:
        return checked_slack_owners(listed)

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
