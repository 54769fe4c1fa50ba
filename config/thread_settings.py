"""Settings of all chat platforms: who needs no mention in threads."""

from __future__ import annotations

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings

from config.discord_settings import SNOWFLAKE
from config.setting_values import parts_of
from config.slack_settings import CHANNEL
from core.messaging.thread_rules import ThreadRule, ThreadRules


class ThreadSettings(BaseSettings):
    """A part of `Settings`, where the prefix and the file are set."""

    threads: str = Field(
        default=ThreadRule.ASKER.value,
        description="Who needs no mention in the bot's threads: mention (nobody), asker, all; "
        "of single channels: asker, C0123=mention, 456=all.",
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

    @property
    def thread_rules(self) -> ThreadRules:
        """The rules of threads that `threads` lists."""
        return thread_rules_of(self.threads)


def thread_rules_of(listed: str) -> ThreadRules:
    """Return the rules that a list holds, such as `asker, C0123=mention`.

    Raises:
        ValueError: names the part that is none.
    """
    default, by_channel = ThreadRule.ASKER, {}
    for part in parts_of(listed):
        channel, equals, name = part.rpartition("=")
        is_channel = CHANNEL.fullmatch(channel) or SNOWFLAKE.fullmatch(channel)
        if name not in {*ThreadRule} or (equals and not is_channel):
            raise ValueError(part)
        if channel:
            by_channel[channel] = ThreadRule(name)
        else:
            default = ThreadRule(name)
    return ThreadRules(default, by_channel)
