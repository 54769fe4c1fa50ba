"""The commands of the questions that are written ahead, declared.

Like `bots.cli.app`, it imports what a command needs when the command runs.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from config.settings import Settings

_File = Annotated[Path, typer.Argument(help=".csv (title, question) or .jsonl (title, questions).")]


def register(app: typer.Typer, read_settings: Callable[[], Settings]) -> None:
    """Add the commands to the command line; `read_settings` also sets logging up."""
    questions = typer.Typer(no_args_is_help=True)
    app.add_typer(
        questions, name="questions", help="Show and edit the questions by which entries are found."
    )

    @questions.command("list")
    def list_(
        text: Annotated[
            str, typer.Argument(help="Only entries with this text in the title or a question.")
        ] = "",
        *,
        limit: Annotated[int, typer.Option("--limit", min=1, help="The number of entries.")] = 50,
    ) -> int:
        """Show entries of the index with their questions."""
        from bots.cli.faq.questions import list_questions

        return list_questions(read_settings(), text, limit=limit)

    @questions.command()
    def export(file: _File) -> int:
        """Write all entries with their questions to a file, to be edited."""
        from bots.cli.faq.questions import export_questions

        return export_questions(read_settings(), file)

    @questions.command()
    def liked(
        file: Annotated[Path, typer.Argument(help="The .jsonl file to write, for `faqbot eval`.")],
        *,
        last: Annotated[
            int, typer.Option("--last", min=1, help="The number of turns to look through.")
        ] = 10_000,
    ) -> int:
        """Write liked questions as labelled questions."""
        from bots.cli.faq.questions import export_liked

        return export_liked(read_settings(), file, last=last)

    @questions.command("import")
    def import_(file: _File) -> int:
        """Replace questions with those of an edited file."""
        from bots.cli.faq.questions import import_questions

        return import_questions(read_settings(), file)
