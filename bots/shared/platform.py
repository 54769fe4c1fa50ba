"""The interface between platforms and the composition root.

A platform is a folder whose `__init__.py` describes it as a `Platform`, and a line in
`bots.bootstrap.platforms`: see docs/adding-a-platform.md. The description imports nothing heavy, so
that the command line can list the platform's commands without delay.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from config.settings import Settings
    from core.messaging.service import ChatService
    from core.profile import Profile

PASS, NOTE, FAIL = "✓", "!", "✗"


@dataclass(frozen=True, slots=True)
class RunningPlatform:
    """A platform that is set up: a line about it, and the call that runs it until cancelled.

    `address` is the page to open in a browser, if there is one. `away` returns in a few words what
    is not connected, "" if everything is.
    """

    about: str
    run: Callable[[], Coroutine[Any, Any, None]]
    address: str = ""
    away: Callable[[], str] = lambda: ""


@dataclass(frozen=True, slots=True)
class Check:
    """A finding of the doctor: a mark, the subject, the finding, and what to do."""

    mark: str
    name: str
    text: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Command:
    """A command of a platform, such as `faqbot slack manifest`: `run` returns the exit status."""

    name: str
    help: str
    run: Callable[[Settings], int]


@dataclass(frozen=True, slots=True)
class Platform:
    """The description of a platform; its SDK is not imported for it.

    `off` returns in a few words why the platform is off, "" if it is on. `open` sets it up. `check`
    yields the doctor's findings if it is on, and `check_live` those of the platform's own
    validation of the bot's messages.
    """

    name: str
    off: Callable[[Settings], str]
    open: Callable[[Settings, ChatService, Profile], AbstractAsyncContextManager[RunningPlatform]]
    check: Callable[[Settings], Iterator[Check]]
    commands: tuple[Command, ...] = ()
    check_live: Callable[[Settings], Iterator[Check]] | None = None
