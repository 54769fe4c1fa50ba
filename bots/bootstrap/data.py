"""The answers to questions from a database: that of the settings, or the example shop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from config.settings import Settings
from core.errors import ConfigError
from core.ports import Vectors

if TYPE_CHECKING:
    from datetime import date

    from core.skills.data.answerer import DataAnswerer


def open_answerer(
    settings: Settings,
    *,
    language: str,
    terms: Callable[[str], Sequence[str]],
    embed: Callable[[Sequence[str]], Vectors],
) -> DataAnswerer:
    """Open the database, and read its sample questions. Blocks.

    Without a database it is the example in `language`. `terms` splits text into morphemes,
    `embed` gives unit vectors.

    Raises:
        ConfigError: the extra is not installed, or the samples are unusable or missing.
        DataError: the database cannot be read.
    """
    try:
        from core.skills.data.load import EXAMPLE_BOOKS, load_answerer
    except ImportError as error:
        raise ConfigError(f"{error.name} is not installed: pip install 'faqbot[data]'") from error
    queries = settings.data_queries or EXAMPLE_BOOKS[language]
    if settings.data_url is None:
        url = f"sqlite:///{_example(settings, language)}"
    elif settings.data_queries is None:
        raise ConfigError("FAQBOT_DATA_URL needs FAQBOT_DATA_QUERIES, its sample questions")
    else:
        url = settings.data_url.get_secret_value()
    return load_answerer(url, queries, terms=terms, embed=embed)


def today_of(settings: Settings) -> date:
    """Return today's date in the time zone of the jobs."""
    return datetime.now(ZoneInfo(settings.jobs_timezone)).date()


def _example(settings: Settings, language: str) -> Path:
    from core.skills.data.shop import build_shop

    path = settings.data_dir / f"example_shop.{language}.sqlite3"
    if not path.exists():
        build_shop(path, last_day=today_of(settings), language=language)
    return path
