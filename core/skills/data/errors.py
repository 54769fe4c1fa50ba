"""The errors between a question and its rows."""

from __future__ import annotations

from core.errors import FaqbotError


class DataError(FaqbotError):
    """The database cannot be read."""


class QueryRefusedError(DataError):
    """A query does more than read what it may."""


class QueryTooSlowError(DataError):
    """A query took longer than it may."""
