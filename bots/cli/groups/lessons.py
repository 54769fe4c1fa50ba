"""The commands of what people taught, declared: `learn`, `lessons`.

Like `__main__`, it imports what a command needs when the command runs.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from config.settings import Settings

_Id = Annotated[str, typer.Argument(metavar="ID", help="As `lessons list` shows it.")]


def register(app: typer.Typer, read_settings: Callable[[], Settings]) -> None:
    """Add the commands to the command line; `read_settings` also sets logging up."""
    lessons = typer.Typer(no_args_is_help=True)
    app.add_typer(lessons, name="lessons", help="What people taught.")

    @app.command()
    def learn(
        question: Annotated[str, typer.Argument(help="What people ask.")],
        answer: Annotated[str, typer.Argument(help="What the bot says from then on.")],
        *,
        author: Annotated[str, typer.Option("--author", help="Who says so.")] = "",
    ) -> int:
        """Teach an answer; the same question again corrects it."""
        from bots.cli.faq.lessons import learn

        return learn(read_settings(), question, answer, author=author)

    @lessons.command("list")
    def list_(
        *, limit: Annotated[int, typer.Option("--limit", min=1, help="How many.")] = 50
    ) -> int:
        """Show what was taught, the latest first."""
        from bots.cli.faq.lessons import list_lessons

        return list_lessons(read_settings(), limit)

    @lessons.command()
    def show(lesson: _Id) -> int:
        """Show one lesson."""
        from bots.cli.faq.lessons import show_lesson

        return show_lesson(read_settings(), lesson)

    @lessons.command()
    def remove(lesson: _Id) -> int:
        """Forget a lesson."""
        from bots.cli.faq.lessons import remove_lesson

        return remove_lesson(read_settings(), lesson)

    @lessons.command()
    def export(
        file: Annotated[Path, typer.Argument(metavar="FILE.jsonl", help="The file to write.")],
    ) -> int:
        """Write all lessons to a file."""
        from bots.cli.faq.lessons import export_lessons

        return export_lessons(read_settings(), file)

    @lessons.command("import")
    def import_(
        file: Annotated[
            Path,
            typer.Argument(
                metavar="FILE.jsonl", help="Of `export`, or lines with a question and an answer."
            ),
        ],
    ) -> int:
        """Teach what a file holds; what was taught or removed later stays as it is."""
        from bots.cli.faq.lessons import import_lessons

        return import_lessons(read_settings(), file)
