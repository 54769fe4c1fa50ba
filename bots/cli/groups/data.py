"""The commands of questions to data, declared."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from config.settings import Settings


def register(app: typer.Typer, read_settings: Callable[[], Settings]) -> None:
    """Add the commands to the command line; `read_settings` also sets logging up."""
    data = typer.Typer(no_args_is_help=True)
    app.add_typer(data, name="data", help="Ask a database (extra `data`).")

    @data.command()
    def ask(
        question: Annotated[str, typer.Argument(help="A question in words.")],
        *,
        csv: Annotated[
            Path | None, typer.Option("--csv", help="Write the rows to this file.")
        ] = None,
        chart: Annotated[
            Path | None, typer.Option("--chart", help="Draw the rows as a chart into this file.")
        ] = None,
        sql: Annotated[bool, typer.Option("--sql", help="Show the SQL.")] = False,
    ) -> int:
        """Answer a question from the database, or show what can be asked."""
        from bots.cli.answers.data import ask

        return ask(read_settings(), question, csv=csv, chart=chart, show_sql=sql)

    @data.command()
    def check() -> int:
        """Run every sample question, and name those that fail."""
        from bots.cli.answers.data import check

        return check(read_settings())
