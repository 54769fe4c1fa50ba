"""The commands of storage, declared: `jobs`, `sessions`, `forget`, `backup`, `restore`.

Like `bots.cli.app`, it imports what a command needs when the command runs.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from config.settings import Settings


def register(app: typer.Typer, read_settings: Callable[[], Settings]) -> None:
    """Add the commands to the command line; `read_settings` also sets logging up."""
    app.add_typer(
        _jobs(read_settings), name="jobs", help="Show the scheduled jobs, and run one now."
    )
    app.add_typer(
        _sessions(read_settings), name="sessions", help="Show and export stored conversations."
    )

    @app.command()
    def forget(
        user: Annotated[str, typer.Argument(help="The person, as `sessions export` shows them.")],
    ) -> int:
        """Delete a person's questions, answers and opinions."""
        from bots.cli.operations.storage import forget_user

        return forget_user(read_settings(), user)

    @app.command("export-person")
    def export_person(
        user: Annotated[str, typer.Argument(help="The person, as `sessions export` shows them.")],
    ) -> int:
        """Print all stored data of a person as JSON lines."""
        from bots.cli.operations.storage import export_person

        return export_person(read_settings(), user)

    @app.command()
    def backup(
        target: Annotated[Path, typer.Argument(help="The file to write.")],
        *,
        force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,
    ) -> int:
        """Copy the history to a file, also while the bot runs."""
        from bots.cli.operations.storage import backup

        return backup(read_settings(), target, force=force)

    @app.command()
    def restore(source: Annotated[Path, typer.Argument(help="A file that `backup` wrote.")]) -> int:
        """Replace the history with a backup, also while the bot runs."""
        from bots.cli.operations.storage import restore

        return restore(read_settings(), source)


def _jobs(read_settings: Callable[[], Settings]) -> typer.Typer:
    jobs = typer.Typer(no_args_is_help=True)

    @jobs.command("list")
    def list_() -> int:
        """Show each job and when it runs next."""
        from bots.cli.operations.jobs import list_jobs

        return list_jobs(read_settings())

    @jobs.command()
    def run(
        name: Annotated[str, typer.Argument(help="The job, as `faqbot jobs list` names it.")],
    ) -> int:
        """Run a job now."""
        from bots.cli.operations.jobs import run_job

        return run_job(read_settings(), name)

    return jobs


def _sessions(read_settings: Callable[[], Settings]) -> typer.Typer:
    sessions = typer.Typer(no_args_is_help=True)

    @sessions.command("list")
    def list_(
        limit: Annotated[
            int, typer.Option("--limit", min=1, max=100_000, help="The number of sessions.")
        ] = 50,
    ) -> int:
        """Show the sessions, the one with the latest turn first."""
        from bots.cli.operations.storage import list_sessions

        return list_sessions(read_settings(), limit)

    @sessions.command()
    def show(
        session: Annotated[
            str, typer.Argument(help="The session, as `faqbot sessions list` names it.")
        ],
    ) -> int:
        """Show a session's questions and answers."""
        from bots.cli.operations.storage import show_session

        return show_session(read_settings(), session)

    @sessions.command()
    def export(
        session: Annotated[
            str | None, typer.Argument(help="Only this session; by default all.")
        ] = None,
    ) -> int:
        """Print turns with their feedback as JSON lines."""
        from bots.cli.operations.storage import export_sessions

        return export_sessions(read_settings(), session)

    return sessions
