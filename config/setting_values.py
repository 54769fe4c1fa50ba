"""The values of settings that are lists or addresses, and what is wrong with them."""

from __future__ import annotations

import re
from typing import Final

from pydantic_core import PydanticCustomError

_NAME: Final = re.compile(r"^#|[^\W\dA-Z_]")  # of a channel, as people write it
_ADDRESS: Final = re.compile(r"(?:https?|wss?)://\w")
_MOST_OWNERS: Final = 50  # all of them are called in one message


def parts_of(listed: str) -> list[str]:
    """Return the parts of a list, which commas or spaces separate."""
    return listed.replace(",", " ").split()


def checked_address(given: str) -> str:
    """Check an address, and return it as it was given.

    Raises:
        PydanticCustomError: it is none.
    """
    if given and not _ADDRESS.match(given):
        raise PydanticCustomError("address", "is no address, which begins with https://")
    return given


def checked_channels(listed: str, one: re.Pattern[str], instead: str) -> str:
    """Check the list, and return it as it was given.

    Raises:
        PydanticCustomError: it holds something else, which is named.
    """
    for part in parts_of(listed):
        if not one.fullmatch(part):
            what = "a name" if _NAME.search(part) else "no id of a channel"
            text = "{part} is {what}; give the id, {instead}"
            facts = {"part": repr(part), "what": what, "instead": instead}
            raise PydanticCustomError("channels", text, facts)
    return listed


def checked_owners(listed: str, one: re.Pattern[str], *, wrong: str, instead: str) -> str:
    """Check the list, and return it as it was given.

    Raises:
        PydanticCustomError: it holds something else, or too many.
    """
    if not all(map(one.fullmatch, parts_of(listed))):
        raise PydanticCustomError("owners", wrong)
    if len(set(parts_of(listed))) > _MOST_OWNERS:
        too_many = f"names more than {_MOST_OWNERS}: {instead}, and name that"
        raise PydanticCustomError("owners", too_many)
    return listed
