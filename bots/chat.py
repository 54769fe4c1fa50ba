"""A conversation in the terminal, or with whatever is piped into it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from uuid import uuid4

from bots.asking import question_of
from bots.ingesting import first_ingest
from bots.runtime import open_assistant
from bots.terminal import Screen
from config.profiles import load_profile
from config.settings import Settings
from core.assistant import Assistant
from core.profile import Profile

_LEAVE = frozenset({"exit", "quit", "종료", "나가기", "끝"})


def chat(settings: Settings, *, session: str | None) -> int:
    """Talk until the person leaves: `exit`, `종료`, Ctrl-D, or Ctrl-C at the prompt."""
    profile = load_profile(settings.profile)
    screen = Screen(profile)
    interactive = sys.stdin.isatty()
    if interactive:
        # Importing it is what gives input() its editing; Korean syllables have two columns there.
        with suppress(ImportError):
            import readline  # noqa: F401, PLC0415
    first_ingest(settings, screen, profile)
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        try:
            with screen.working(profile.opening):
                assistant = runner.run(stack.enter_async_context(open_assistant(settings)))
            session = session or f"terminal:{uuid4().hex[:12]}"
            talk = _Conversation(runner, assistant, screen, profile, session)
            if interactive:
                talk.greet()
            talk.go_on(interactive=interactive)
        finally:
            runner.run(stack.aclose())
    return 0


class _Conversation:
    """Questions and answers in turn.

    The event loop runs only while an answer is made: Ctrl-C then means the answer, and at all
    other times the prompt.
    """

    def __init__(
        self,
        runner: asyncio.Runner,
        assistant: Assistant,
        screen: Screen,
        profile: Profile,
        session: str,
    ) -> None:
        self._runner = runner
        self._assistant = assistant
        self._screen = screen
        self._profile = profile
        self._session = session
        self._offered: Sequence[str] = profile.examples

    def greet(self) -> None:
        self._screen.line(self._profile.greeting, style="bold")
        self._screen.offer(self._profile.try_asking, self._offered)
        self._screen.line()
        self._screen.line(self._profile.how_to_chat, style="dim")

    def go_on(self, *, interactive: bool) -> None:
        while (typed := _prompted(self._profile.prompt) if interactive else _piped()) is not None:
            text = typed.strip()
            if text.lower() in _LEAVE:
                break
            if text:
                self._take(text)
        if interactive:
            self._screen.line(self._profile.goodbye, style="dim")

    def _take(self, text: str) -> None:
        if not _is_number(text):
            self._answer(text)
        elif 1 <= int(text) <= len(self._offered):
            chosen = self._offered[int(text) - 1]
            self._screen.line(chosen, style="bold")
            self._answer(chosen)
        else:
            self._screen.line(self._profile.how_to_chat, style="dim")

    def _answer(self, text: str) -> None:
        events = self._assistant.answer(question_of(text, self._session))
        try:
            ending = self._runner.run(self._screen.show(events))
        except KeyboardInterrupt:
            self._screen.line()
            self._screen.line(self._profile.stopped, style="dim")
            return
        self._offered = self._screen.after(ending) or self._offered
        self._screen.line()


def _prompted(prompt: str) -> str | None:
    try:
        return input(prompt)
    except (EOFError, KeyboardInterrupt):
        print()  # noqa: T201 - the terminal's cursor stands behind the prompt
        return None


def _piped() -> str | None:
    return sys.stdin.readline() or None


def _is_number(text: str) -> bool:
    return len(text) <= 2 and text.isascii() and text.isdigit()
