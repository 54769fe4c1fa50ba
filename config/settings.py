"""Settings, read once from the environment and `.env`; the composition root passes values on."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import SettingsConfigDict

from config.discord_settings import DiscordSettings
from config.model_settings import ModelSettings
from config.skill_settings import SkillSettings
from config.slack_settings import SlackSettings
from config.thread_settings import ThreadSettings
from config.web_settings import WebSettings
from core.errors import ConfigError

_CHANNEL: Final = re.compile(r"slack:[CG][A-Z0-9]{4,}|discord:\d{5,20}")


class Settings(
    ModelSettings, SlackSettings, DiscordSettings, ThreadSettings, SkillSettings, WebSettings
):
    """Each is an environment variable: `data_dir` is `FAQBOT_DATA_DIR`."""

    model_config = SettingsConfigDict(
        env_prefix="FAQBOT_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    data_dir: Path = Field(
        default=Path(".faqbot"), description="The folder with all state: index, history, caches."
    )
    profile: str = Field(
        default="",
        description="The profile with the bot's words: ko, en, smartstore, or a path; by "
        "default ./faqbot.toml.",
    )
    link_hosts: str = Field(
        default="",
        description="Hosts that answers may link to beside those of the FAQ, separated by commas.",
    )
    history_turns: int = Field(
        default=6, ge=0, le=50, description="The number of earlier turns that an answer may use."
    )
    answer_confidence: float = Field(
        default=0.5,
        ge=0.05,
        le=0.95,
        description="The confidence from which on an entry is the answer; more is more careful,"
        " less is bolder.",
    )
    mongodb_uri: SecretStr | None = Field(
        default=None,
        validation_alias="MONGODB_URI",
        description="The address of a MongoDB for history and inbox, instead of the SQLite file.",
    )
    chroma_url: str | None = Field(
        default=None,
        validation_alias="CHROMA_URL",
        pattern=r"^https?://[^/@]+/?$",
        description="The address of a Chroma server, instead of the folder: http://host:8000.",
    )
    chroma_token: SecretStr | None = Field(
        default=None,
        validation_alias="CHROMA_TOKEN",
        description="Sent to the Chroma server as `Authorization: Bearer …`.",
    )
    inbox_per_session: int = Field(
        default=5,
        ge=1,
        le=1000,
        description="The number of open questions that one session may have.",
    )
    inbox_total: int = Field(
        default=200,
        ge=1,
        le=5000,
        description="The number of open questions in all; each platform that is on has the same"
        " share.",
    )
    sessions_at_once: int = Field(
        default=64,
        ge=1,
        le=1000,
        description="The number of conversations of a platform that are answered at the same time.",
    )
    spool_total: int = Field(
        default=1000,
        ge=1,
        le=100_000,
        description="The number of questions that are kept on this machine while the store is "
        "unreachable.",
    )
    answers_only: bool = Field(
        default=False,
        description="True answers what other processes receive, without a connection to the "
        "platforms.",
    )
    lease_s: float = Field(
        default=6.0,
        ge=2,
        le=600,
        description="Seconds after which another process continues the questions of a killed one.",
    )
    user_per_minute: int = Field(
        default=10, ge=0, description="Questions of one person in a minute; 0 is no limit."
    )
    user_per_day: int = Field(
        default=200, ge=0, description="Questions of one person in a day; 0 is no limit."
    )
    source: str = Field(
        default="",
        description="The source of the FAQ, which the bot follows: a file, a folder or a URL.",
    )
    source_columns: str = Field(
        default="", description="The columns of the source: question=제목,answer=답변."
    )
    retention_days: int = Field(
        default=0, ge=0, le=36500, description="Days after which turns are deleted; 0 keeps them."
    )
    lesson_review_days: int = Field(
        default=180,
        ge=0,
        le=3650,
        description="Days after which owners are asked whether a lesson is still right; 0 never"
        " asks.",
    )
    entry_review_days: int = Field(
        default=0,
        ge=0,
        le=3650,
        description="Days after its last change at which owners are asked about an entry that "
        "nobody has reviewed yet; 0 never asks.",
    )
    lesson_second_owner: bool = Field(
        default=False,
        description="True: a lesson that the gate holds has to be approved by another owner "
        "than its teacher.",
    )
    expired_answers: Literal["mark", "hide"] = Field(
        default="mark",
        description="mark or hide: lessons and entries whose review is due have a mark, or are "
        "not served.",
    )
    mask_personal_data: Literal["logs", "models", "stored"] = Field(
        default="logs",
        description="The places where personal data is masked: logs; models (logs, and what "
        "models get); stored (also what is stored).",
    )
    resync_cron: str = Field(
        default="*/30 * * * *", description="The times at which the source is read."
    )
    retention_cron: str = Field(
        default="30 4 * * *", description="The times at which old turns are deleted."
    )
    digest_to: str = Field(
        default="",
        description="The owners' channels, for digests and reviews: slack:C0123, discord:123.",
    )
    digest_cron: str = Field(default="0 9 * * mon-fri", description="The times of the digest.")
    sweep_cron: str = Field(
        default="* * * * *", description="The times at which lapsed leases are looked for."
    )
    jobs_timezone: str = Field(default="Asia/Seoul", description="The time zone of all jobs.")
    jobs_jitter_s: int = Field(
        default=20, ge=0, le=3600, description="Jobs are delayed by up to this number of seconds."
    )
    ops_host: str = Field(
        default="127.0.0.1", description="The address of /healthz, /readyz and /metrics."
    )
    ops_port: int = Field(
        default=9464,
        ge=0,
        le=65535,
        description="The port of /healthz, /readyz and /metrics; 0 turns them off.",
    )
    log_format: Literal["text", "json"] = "text"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "WARNING"

    @field_validator("digest_to")
    @classmethod
    def _are_channels(cls, listed: str) -> str:
        for part in filter(None, (one.strip() for one in listed.split(","))):
            if not _CHANNEL.fullmatch(part):
                text = "{part} is no channel: write slack:C0123ABCD or discord:123456789012345678"
                raise PydanticCustomError("digest", text, {"part": repr(part)})
        return listed

    @property
    def digest_channels(self) -> tuple[str, ...]:
        """The channels that `digest_to` lists."""
        return tuple(filter(None, (one.strip() for one in self.digest_to.split(","))))

    @property
    def has_web(self) -> bool:
        """Return whether the web page is on."""
        return self.web == "on" or (self.web == "auto" and self.has_web_alone)

    @property
    def has_web_alone(self) -> bool:
        """Return whether the web page is all there is."""
        return self.web != "off" and not (self.has_slack or self.has_discord)

    @property
    def inbox_share(self) -> int:
        """The number of open questions that one platform may have, so that none fills the inbox."""
        platforms = self.has_web + self.has_slack + self.has_discord
        return max(self.inbox_total // max(platforms, 1), 1)

    @property
    def masks_for_models(self) -> bool:
        """Return whether personal data is masked before models and embedders get it."""
        return self.mask_personal_data != "logs"

    @property
    def masks_what_is_stored(self) -> bool:
        """Return whether personal data is masked before it is stored."""
        return self.mask_personal_data == "stored"

    @property
    def index_dir(self) -> Path:
        """Chroma's folder."""
        return self.data_dir / "chroma"

    @property
    def cache_dir(self) -> Path:
        """Return the folder of caches, which can be rebuilt from the index."""
        return self.data_dir / "cache"

    @property
    def own_questions(self) -> Path:
        """Return the file of the question pack that a model wrote and people may edit."""
        return self.data_dir / "questions" / "own.jsonl"

    @property
    def question_notes(self) -> Path:
        """Return the file with everything that a model wrote for the question pack."""
        return self.data_dir / "questions" / "written.jsonl"

    @property
    def faq_profile(self) -> Path:
        """The file of the profile that an ingest makes from its FAQ, on which others stand."""
        return self.data_dir / "faq.toml"

    @property
    def link_host_set(self) -> frozenset[str]:
        """The hosts that `link_hosts` lists."""
        hosts = (host.strip().lower() for host in self.link_hosts.split(","))
        return frozenset(host for host in hosts if host)

    @property
    def spending_path(self) -> Path:
        """The SQLite file of what models cost."""
        return self.data_dir / "spent.sqlite3"

    @property
    def history_path(self) -> Path:
        """The SQLite file of sessions and turns."""
        return self.data_dir / "history.sqlite3"

    @property
    def diary_path(self) -> Path:
        """The SQLite file of meetings."""
        return self.data_dir / "diary.sqlite3"

    @property
    def spool_path(self) -> Path:
        """The file of the acts that people do while the store is away."""
        return self.data_dir / "spool.sqlite3"


def read_settings() -> Settings:
    """Read and check them.

    Raises:
        ConfigError: names the variable and the problem, but never the value.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = "_".join(str(part) for part in first["loc"])
        if name in Settings.model_fields:  # other settings have names of their own
            name = f"FAQBOT_{name.upper()}"
        raise ConfigError(f"{name}: {first['msg']}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read .env: {error}") from None
