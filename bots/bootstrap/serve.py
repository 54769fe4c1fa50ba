"""`faqbot run`: the web page or every platform that is set up, the worker and the jobs."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import webbrowser
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from typing import Final, NoReturn, TypeVar

from bots.bootstrap.assistant import open_service
from bots.bootstrap.cases import entry_reviews
from bots.bootstrap.index.first_index import ensure_index
from bots.bootstrap.jobs import build_jobs, scheduled
from bots.bootstrap.offers import offered_to_all
from bots.bootstrap.platforms import PLATFORMS
from bots.bootstrap.processes.event_loop import run as run_loop
from bots.bootstrap.processes.members import Members
from bots.bootstrap.processes.memory import give_back
from bots.bootstrap.processes.process_state import ProcessState, serving
from bots.bootstrap.processes.seat import seated
from bots.bootstrap.processes.workers import keep_worker, leave_with_parent
from bots.bootstrap.stores import check_index, open_stores, served_entries
from bots.shared.open_files import raise_open_files
from bots.shared.platform import RunningPlatform
from config.profiles import profile_of
from config.settings import Settings
from core.errors import ConfigError, FaqbotError, PlatformError
from core.messaging.service import ChatService
from core.profile import Profile
from core.retry import until_back

logger = logging.getLogger(__name__)

T = TypeVar("T")

Open = Callable[[], AbstractAsyncContextManager[RunningPlatform]]

_PAUSE_S: Final = 5.0  # the pause before a platform that broke off is opened again


def run(settings: Settings, *, workers: int = 1) -> int:
    """Run until SIGINT or SIGTERM; answers that are being written then are given back.

    Of several `workers` this process is the one that hears; all of them answer.

    Raises:
        ConfigError: the web page is off, and no platform has its tokens.
        FaqbotError: something cannot be opened; the line says what to do.
    """
    raise_open_files()
    with suppress(asyncio.CancelledError):
        run_loop(_run(settings, workers))
    return 0


def _check_wish(settings: Settings, workers: int) -> None:
    """Check that something is to be served, and that the workers have something to do.

    Raises:
        ConfigError: not so; the line says what to set.
    """
    if all(platform.off(settings) for platform in PLATFORMS):
        raise ConfigError(
            "no platform is set up: set SLACK_BOT_TOKEN and SLACK_APP_TOKEN, or DISCORD_BOT_TOKEN, "
            "in .env, or leave FAQBOT_WEB at auto; `faqbot chat` needs none of them"
        )
    if workers > 1 and not (settings.has_slack or settings.has_discord):
        raise ConfigError(
            "--workers is for Slack and Discord: the page shows its answers in one process alone"
        )


async def _run(settings: Settings, workers: int) -> None:
    _check_wish(settings, workers)
    _stop_on_signals()
    async with AsyncExitStack() as stack:
        state = ProcessState(settings)
        _say(await stack.enter_async_context(serving(state)))
        seat = stack.enter_context(seated(settings.data_dir))
        opened = partial(open_stores, settings, holder=seat)
        stores = state.stores = await _opened(stack, opened)
        members = Members(stores.cluster, seat)
        await members.look()
        await until_back(partial(asyncio.to_thread, check_index, settings), tell=_say_away)
        await ensure_index(settings, profile_of(settings), members, say=_say)
        fitting = profile_of(settings)  # the first ingest has told what fits its FAQ
        profile = await asyncio.to_thread(
            offered_to_all, fitting, partial(served_entries, settings)
        )
        _say("loading the FAQ …")
        serve = partial(
            open_service,
            settings,
            stores,
            profile,
            report=state.metrics.report,
            processes=lambda: members.count,
        )
        service = state.service = await _opened(stack, serve)
        give_back()
        platforms = await stack.enter_async_context(connected(settings, service, profile))
        hearing = [] if settings.answers_only else platforms
        state.platforms = hearing
        jobs = build_jobs(settings, stores, service=service)
        await stack.enter_async_context(
            scheduled(
                jobs,
                members=members,
                timezone=settings.jobs_timezone,
                jitter_s=settings.jobs_jitter_s,
            )
        )
        _say(f"jobs: {', '.join(job.name for job in jobs)}")
        await _show_page(settings, platforms)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(members.run())
            tasks.create_task(service.run())
            if service.operations:
                tasks.create_task(service.operations.switchboard.follow())
            reviews = entry_reviews(settings, stores, service, profile)
            also = (reviews.go,) if reviews else ()
            tasks.create_task(service.keep_cases(partial(members.leads, "cases"), also=also))
            for platform in hearing:
                tasks.create_task(keep_running(platform))
            for _ in range(workers - 1):
                tasks.create_task(keep_worker())
            tasks.create_task(leave_with_parent())


async def _show_page(settings: Settings, platforms: Sequence[RunningPlatform]) -> None:
    if address := next((one.address for one in platforms if one.address), ""):
        _say(f"open {address} in a browser; Ctrl-C ends it")
        if settings.web_open and settings.has_web_alone and has_desktop():
            await asyncio.to_thread(webbrowser.open, address)


async def _opened(stack: AsyncExitStack, opener: Callable[[], AbstractAsyncContextManager[T]]) -> T:
    """Open what stands on a store, again and again while that is away."""
    return await until_back(lambda: stack.enter_async_context(opener()), tell=_say_away)


def _say_away(error: Exception) -> None:
    _say(f"not yet, and tried again: {error}")


async def keep_running(platform: RunningPlatform, *, pause_s: float = _PAUSE_S) -> NoReturn:
    """Run a platform until cancelled: what breaks there ends neither the others nor the answers."""
    while True:
        try:
            await platform.run()
        except FaqbotError as error:
            logger.error("%s", error)
        except Exception:  # the outermost edge of a task
            logger.exception("broke off, and begins again: %s", platform.about)
        await asyncio.sleep(pause_s)


@asynccontextmanager
async def connected(
    settings: Settings, service: ChatService, profile: Profile
) -> AsyncIterator[list[RunningPlatform]]:
    """Set up every platform that has its tokens, and say what is on, what is off, and why.

    One that cannot be reached is tried again, unless there is no other.

    Raises:
        ConfigError: a token is not accepted, or something else has to be set right.
        PlatformError: no platform can be reached.
    """
    openers: dict[str, Open] = {}
    for platform in PLATFORMS:
        if why := platform.off(settings):
            _say(f"{platform.name}: off, {why}")
        else:
            openers[platform.name] = partial(platform.open, settings, service, profile)
    async with AsyncExitStack() as stack:
        running: list[RunningPlatform] = []
        away: list[PlatformError] = []
        for name, opener in openers.items():
            try:
                running.append(await stack.enter_async_context(opener()))
            except PlatformError as error:
                away.append(error)
                about = f"{name}: not yet, and tried again: {error}"
                later = _Later(opener)
                running.append(RunningPlatform(about, later.run, away=later.away))
        if away and len(away) == len(openers):
            raise away[0]
        for one in running:
            _say(one.about)
        yield running


class _Later:
    """A platform that could not be reached at the start."""

    def __init__(self, opener: Open) -> None:
        self._opener = opener
        self._platform: RunningPlatform | None = None

    def away(self) -> str:
        """Say what is not connected."""
        return self._platform.away() if self._platform else "not reached yet"

    async def run(self) -> None:
        """Open the platform and run it; raise the error if it cannot be opened."""
        async with self._opener() as self._platform:
            _say(self._platform.about)
            await keep_running(self._platform)


def has_desktop() -> bool:
    """Return whether a person at a screen started this, so that a browser can open."""
    if not sys.stdout.isatty() or os.environ.get("SSH_CONNECTION"):
        return False
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _stop_on_signals() -> None:
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    if task and sys.platform != "win32":
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, task.cancel)


def _say(line: str) -> None:
    print(f"faqbot: {line}", flush=True)
