"""The times of the stores: in UTC and in whole milliseconds, as MongoDB keeps them."""

from __future__ import annotations

from datetime import UTC, datetime


def today() -> str:
    """Return the UTC day that spending is counted for."""
    return utc_now().date().isoformat()


def utc_now() -> datetime:
    """Return the current time in UTC."""
    return datetime.now(UTC)


def in_utc(moment: datetime) -> datetime:
    """Return the moment in UTC, truncated to milliseconds.

    Raises:
        ValueError: it has no zone.
    """
    if moment.utcoffset() is None:
        raise ValueError(f"{moment.isoformat()} has no time zone; give datetimes in UTC")
    utc = moment.astimezone(UTC)
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)
