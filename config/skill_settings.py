"""Settings of the skills: their data, APIs, calendars and hours."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings


class SkillSettings(BaseSettings):
    """A part of `Settings`, where the prefix and the file are set."""

    data_url: SecretStr | None = Field(
        default=None,
        description="The database that questions to data read, as SQLAlchemy's URL; the example "
        "shop if it is not set.",
    )
    data_queries: Path | None = Field(
        default=None,
        description="The TOML file with that database's sample questions and their SQL.",
    )
    api_book: Path | None = Field(
        default=None,
        description="The TOML file that lists the operations of an API, or a folder with "
        "several such files.",
    )
    api_token: SecretStr | None = Field(
        default=None, description="The credential that the API's document asks for."
    )
    api_tokens: dict[str, SecretStr] = Field(
        default={},
        description="The credentials of several APIs as JSON, by the names of their files.",
    )
    working_hours: str = Field(
        default="09:00-18:00",
        description="The hours in which meetings are proposed, from Monday to Friday.",
    )
    holidays: str = Field(
        default="KR",
        description="The country, or country and region, whose holidays are free: KR, US-CA; ''"
        " for none.",
    )
    caldav_url: str = Field(
        default="",
        description="A CalDAV server with people's calendars; each calendar has the name of its"
        " person.",
    )
    caldav_user: str = Field(default="", description="The user of that CalDAV account.")
    caldav_password: SecretStr | None = Field(default=None, description="As above.")
    remind_min: int = Field(
        default=10,
        ge=0,
        le=1440,
        description="Minutes before a meeting at which the bot reminds of it; 0 never reminds.",
    )
