"""`faqbot chat`: a conversation in the terminal, or with questions from a pipe."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Awaitable, Sequence
from contextlib import AsyncExitStack, suppress
from typing import TypeVar
from uuid import uuid4

from bots.bootstrap.assistant import open_teachable_assistant
from bots.cli.answers.ask import question_of
from bots.cli.faq.ingest import first_ingest
from bots.cli.terminal import Screen
from config.profiles import profile_of
from config.settings import Settings
from core.errors import StorageError
from core.lessons.learning import Learning
from core.lessons.remarks import Remark
from core.lessons.tag import is_lesson
from core.lessons.wording import said_of
from core.profile import Profile
from core.skills.assistant import AnyAssistant
from core.types import Escalated, SessionId

_T = TypeVar("_T")

_LEAVE = frozenset({"exit", "quit", "종료", "나가기", "끝"})


def chat(settings: Settings, *, session: str | None) -> int:
    """Talk until the person leaves: `exit`, `종료`, Ctrl-D, or Ctrl-C at the prompt."""
    interactive = sys.stdin.isatty()
    if interactive:
        # Importing it is what gives input() its editing; Korean syllables have two columns there.
        with suppress(ImportError):
            import readline  # noqa: F401
    before = profile_of(settings)
    first_ingest(settings, Screen(before), before)
    profile = profile_of(settings)  # the first ingest has told what fits its FAQ
    screen = Screen(profile)
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        try:
            with screen.working(profile.opening):
                talk = runner.run(stack.enter_async_context(open_teachable_assistant(settings)))
            session = session or f"terminal:{uuid4().hex[:12]}"
            conversation = _Conversation(
                runner, talk.assistant, screen, profile, session, learning=talk.learning
            )
            if interactive:
                conversation.greet()
            conversation.go_on(interactive=interactive)
        finally:
            runner.run(stack.aclose())
    return 0


class _Conversation:
    """A conversation of the terminal, with the history of its turns.

    The event loop runs only while an answer is made: Ctrl-C then means the answer, and at all
    other times the prompt.
    """

    def __init__(  # noqa: PLR0913 - its collaborators
        self,
        runner: asyncio.Runner,
        assistant: AnyAssistant,
        screen: Screen,
        profile: Profile,
        session: str,
        *,
        learning: Learning | None = None,
    ) -> None:
        """Let the person at the terminal teach, if `learning` is given."""
        self._runner = runner
        self._assistant = assistant
        self._screen = screen
        self._profile = profile
        self._session = session
        self._learning = learning
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
        if self._learning and is_lesson(text, self._profile.learning_tag):
            self._teach(self._learning, text)
        elif not _is_number(text):
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
            ending = self._runner.run(_until_ctrl_c(self._screen.show(events)))
        except (KeyboardInterrupt, asyncio.CancelledError):
            self._screen.line()
            self._screen.line(self._profile.stopped, style="dim")
            return
        self._offered = self._screen.after(ending) or self._offered
        self._screen.line()
        if self._learning and isinstance(ending, Escalated):
            self._screen.line(self._profile.teach.hint, style="dim")

    def _teach(self, learning: Learning, text: str) -> None:
        name = self._profile.teach.author
        remark = Remark(
            id=f"terminal:{uuid4().hex}",
            session=SessionId(self._session),
            text=text,
            author="terminal",
            author_name=name,
            may_teach=True,
        )
        try:
            said = said_of(self._runner.run(learning.teach(remark)), self._profile)
        except StorageError as error:
            said = f"{self._profile.teach.not_stored} ({error})"
        self._screen.line(said, style="bold")


async def _until_ctrl_c(work: Awaitable[_T]) -> _T:
    """Return what comes of the work; Ctrl-C cancels it at once.

    Without a handler of the loop's own, a signal that arrives just before the loop begins to wait
    is noticed only when something else wakes the loop.
    """
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    if task:
        with suppress(NotImplementedError):  # on Windows
            loop.add_signal_handler(signal.SIGINT, task.cancel)
    try:
        return await work
    finally:
        with suppress(NotImplementedError):
            loop.remove_signal_handler(signal.SIGINT)


def _prompted(prompt: str) -> str | None:
    try:
        return input(prompt)
    except (EOFError, KeyboardInterrupt):
        print()
        return None


def _piped() -> str | None:
    return sys.stdin.readline() or None


def _is_number(text: str) -> bool:
    return len(text) <= 2 and text.isascii() and text.isdigit()
