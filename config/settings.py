"""Settings, read once from the environment and `.env`; the composition root passes values on."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError
from pydantic_settings import SettingsConfigDict

from config.model_settings import ModelSettings
from core.errors import ConfigError


class Settings(ModelSettings):
    """Each is an environment variable: `data_dir` is `FAQBOT_DATA_DIR`."""

    model_config = SettingsConfigDict(
        env_prefix="FAQBOT_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    data_dir: Path = Field(
        default=Path(".faqbot"), description="Holds all state: index, history, cache."
    )
    profile: str = Field(
        default="smartstore", pattern=r"^[a-z0-9-]+$", description="config/profiles/*.toml"
    )
    history_turns: int = Field(
        default=6, ge=0, le=50, description="Earlier turns that an answer may use."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "WARNING"

    @property
    def index_dir(self) -> Path:
        """Chroma's folder."""
        return self.data_dir / "chroma"

    @property
    def cache_dir(self) -> Path:
        """What can be rebuilt from the index."""
        return self.data_dir / "cache"

    @property
    def history_path(self) -> Path:
        """The SQLite file of sessions and turns."""
        return self.data_dir / "history.sqlite3"


def read_settings() -> Settings:
    """Read and check them.

    Raises:
        ConfigError: names the variable, what is wrong with it, and nothing of its value.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = "_".join(str(part) for part in first["loc"]).upper()
        name = name if name.startswith("OPENAI_") else f"FAQBOT_{name}"
        raise ConfigError(f"{name}: {first['msg']}") from error
