"""The consent of a person before money is spent."""

from __future__ import annotations

import sys

from core.errors import ConfigError

_YES = ("y", "yes", "네", "예")


def agreed(told: str, *, yes: bool) -> bool:
    """Show what something costs and return whether the person agrees; `yes` agrees beforehand.

    Raises:
        ConfigError: nobody can be asked, since the input is no terminal.
    """
    if yes:
        print(f"{told}.")
        return True
    if not sys.stdin.isatty():
        raise ConfigError(f"{told}: agree to that with --yes")
    return input(f"{told}. Go on? [y/N] ").strip().lower() in _YES
