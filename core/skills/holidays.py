"""Holidays of a country, by https://github.com/vacanza/holidays (MIT)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final

from core.errors import ConfigError

# The library's names of languages, by ours: https://holidays.readthedocs.io
_LANGUAGES: Final = {"ko": "ko", "en": "en_US"}


def holidays_of(place: str, language: str) -> Callable[[date], str]:
    """Return what tells the name of the holiday that a day is, "" if it is none.

    `place` is a country, and a region if need be, by ISO 3166: `KR`, `US-CA`; "" knows none.

    Raises:
        ConfigError: there is no such place.
    """
    if not place:
        return lambda _: ""
    from holidays import country_holidays  # noqa: PLC0415 - 15 MB: it loads every country

    country, _, region = place.upper().partition("-")
    try:
        known = country_holidays(country, subdiv=region or None, language=_LANGUAGES.get(language))
    except NotImplementedError:
        raise ConfigError(
            f"FAQBOT_HOLIDAYS: no holidays are known of {place!r}; name a country such as KR, and "
            "its region such as US-CA, or leave it empty"
        ) from None
    return lambda day: str(known.get(day) or "")
