"""Refusals in Discord's words.

https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
"""

from __future__ import annotations

from typing import Any

RATE_LIMITED = 20028  # a write limit that the headers do not tell of
_KNOWN = {
    0: (401, "401: Unauthorized"),
    10003: (404, "Unknown Channel"),
    10004: (404, "Unknown Guild"),
    10007: (404, "Unknown Member"),
    10008: (404, "Unknown Message"),
    10013: (404, "Unknown User"),
    10014: (400, "Unknown Emoji"),
    10015: (404, "Unknown Webhook"),
    10062: (404, "Unknown interaction"),
    10063: (404, "Unknown application command"),
    RATE_LIMITED: (
        429,
        "The write action you are performing on the channel has hit the write rate limit",
    ),
    30033: (400, "Maximum number of thread participants has been reached (1000)"),
    30034: (400, "Maximum number of daily application command creates has been reached (200)"),
    30046: (429, "Maximum number of edits to messages older than 1 hour reached. Try again later"),
    40060: (400, "Interaction has already been acknowledged."),
    40067: (400, "A tag is required to create a forum post in this channel"),
    50001: (403, "Missing Access"),
    50005: (403, "Cannot edit a message authored by another user"),
    50006: (400, "Cannot send an empty message"),
    50007: (403, "Cannot send messages to this user"),
    50008: (400, "Cannot send messages in a non-text channel"),
    50013: (403, "Missing Permissions"),
    50021: (403, "Cannot execute action on a system message"),
    50024: (400, "Cannot execute action on this channel type"),
    50027: (401, "Invalid Webhook Token"),
    50035: (400, "Invalid Form Body"),
    50083: (400, "Thread is archived"),
    50109: (400, "The request body contains invalid JSON."),
    160002: (400, "Cannot reply without permission to read message history"),
    160004: (400, "A thread has already been created for this message"),
    160005: (400, "Thread is locked"),
}


class RestError(Exception):
    """A refusal of the API: its `status`, and its `body` as Discord's JSON."""

    def __init__(self, code: int, errors: dict[str, Any] | None = None, **more: Any) -> None:
        self.status, message = _KNOWN[code]
        self.code = code
        self.body = {"message": message, "code": code, **more}
        if errors:
            self.body["errors"] = errors
        super().__init__(f"{code}: {message}")


class FormErrors:
    """Collects what is wrong with a body, then raises it as one 50035."""

    def __init__(self) -> None:
        self.errors: dict[str, Any] = {}

    def wrong(self, path: str, code: str, message: str) -> None:
        """Note one mistake at a dotted path."""
        at = self.errors
        for step in path.split("."):
            at = at.setdefault(step, {})
        at.setdefault("_errors", []).append({"code": code, "message": message})

    def length(self, path: str, text: Any, most: int, least: int = 0) -> None:
        """Text of `least` to `most` characters."""
        if not isinstance(text, str):
            self.wrong(path, "STRING_TYPE_CONVERT", "Could not interpret value as string.")
        elif len(text) > most:
            self.wrong(path, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")
        elif len(text) < least and not text:
            self.wrong(path, "BASE_TYPE_REQUIRED", "This field is required")
        elif len(text) < least:
            self.wrong(path, "BASE_TYPE_MIN_LENGTH", f"Must be {least} or more in length.")

    def count(self, path: str, items: Any, most: int, least: int = 0) -> list[Any]:
        """A list of `least` to `most` items; returns it, or nothing if it is no list."""
        if not isinstance(items, list):
            self.wrong(path, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
            return []
        if not least <= len(items) <= most:
            text = f"Must be between {least} and {most} in length."
            self.wrong(path, "BASE_TYPE_BAD_LENGTH", text)
        return items

    def end(self) -> None:
        """Raise what was noted.

        Raises:
            RestError: 50035 if anything was.
        """
        if self.errors:
            raise RestError(50035, self.errors)
