"""The commands of platforms, declared: `run`, and those that each platform brings."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from bots.bootstrap.platforms import PLATFORMS
from bots.shared.platform import Command, Platform

if TYPE_CHECKING:
    from config.settings import Settings


def register(app: typer.Typer, read_settings: Callable[[], Settings]) -> None:
    """Add the commands to the command line; `read_settings` also sets logging up."""

    @app.command()
    def run(
        workers: Annotated[
            int,
            typer.Option(
                min=1,
                max=64,
                help="The number of processes that answer; one of them also receives events.",
            ),
        ] = 1,
    ) -> int:
        """Answer on all platforms until it is stopped.

        A platform is on if its tokens are set; if none is, the web page is on.
        """
        from bots.cli.operations.run import run

        return run(read_settings(), workers=workers)

    for platform in PLATFORMS:
        if platform.commands:
            group = _group(platform, read_settings)
            app.add_typer(group, name=platform.name.lower(), help=f"Set {platform.name} up.")


def _group(platform: Platform, read_settings: Callable[[], Settings]) -> typer.Typer:
    group = typer.Typer(no_args_is_help=True)
    group.callback()(lambda: None)  # a group stays one, though it may have one command alone
    for command in platform.commands:
        group.command(command.name, help=command.help)(_runner(command, read_settings))
    return group


def _runner(command: Command, read_settings: Callable[[], Settings]) -> Callable[[], int]:
    return lambda: command.run(read_settings())
