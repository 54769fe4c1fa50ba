"""The commands of chat platforms, declared: `run`, `slack manifest`, `discord invite`.

Like `__main__`, it imports what a command needs when the command runs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from config.settings import Settings


def register(app: typer.Typer, read_settings: Callable[[], Settings]) -> None:
    """Add the commands to the command line; `read_settings` also sets logging up."""
    app.add_typer(_slack(read_settings), name="slack", help="Setting Slack up.")
    app.add_typer(_discord(read_settings), name="discord", help="Setting Discord up.")

    @app.command()
    def run() -> int:
        """Answer on the web page or on every platform whose tokens are set, until stopped."""
        from bots.cli.run import run

        return run(read_settings())


def _slack(read_settings: Callable[[], Settings]) -> typer.Typer:
    slack = typer.Typer(no_args_is_help=True)

    @slack.callback()
    def group() -> None:
        """Keep `manifest` a command of its own, though it is the only one."""

    @slack.command()
    def manifest() -> int:
        """Print the app manifest, to paste at api.slack.com/apps."""
        from bots.slack.install.manifest import print_manifest

        return print_manifest(read_settings())

    return slack


def _discord(read_settings: Callable[[], Settings]) -> typer.Typer:
    discord = typer.Typer(no_args_is_help=True)

    @discord.callback()
    def group() -> None:
        """Keep `invite` a command of its own, though it is the only one."""

    @discord.command()
    def invite() -> int:
        """Print the link that adds the bot to a server with the permissions it needs."""
        from bots.discord.install.invite import print_invite

        return print_invite(read_settings())

    return discord
