"""The commands of lessons, declared: `learn`, `lessons`.

Like `bots.cli.app`, it imports what a command needs when the command runs.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from config.settings import Settings

_ApprovedBy = Annotated[
    str,
    typer.Option(
        "--approved-by",
        metavar="NAME",
        help="The owner who approves the lesson, whatever the gate finds.",
    ),
]
_Id = Annotated[str, typer.Argument(metavar="ID", help="The id, as `lessons list` shows it.")]


def register(app: typer.Typer, read_settings: Callable[[], Settings]) -> None:
    """Add the commands to the command line; `read_settings` also sets logging up."""
    _add_learn(app, read_settings)
    lessons = typer.Typer(no_args_is_help=True)
    app.add_typer(lessons, name="lessons", help="Show and edit the lessons that people taught.")
    _add_looks(lessons, read_settings)
    _add_changes(lessons, read_settings)
    _add_files(lessons, read_settings)


def _add_learn(app: typer.Typer, read_settings: Callable[[], Settings]) -> None:
    @app.command()
    def learn(
        question: Annotated[str, typer.Argument(help="The question that people ask.")],
        answer: Annotated[str, typer.Argument(help="The answer that the bot gives from then on.")],
        *,
        author: Annotated[str, typer.Option("--author", help="The teacher's name.")] = "",
        approved_by: _ApprovedBy = "",
    ) -> int:
        """Teach an answer; the same question again corrects it."""
        from bots.cli.faq.lessons import learn

        return learn(read_settings(), question, answer, author=author, approved_by=approved_by)


def _add_looks(lessons: typer.Typer, read_settings: Callable[[], Settings]) -> None:
    @lessons.command("list")
    def list_(
        *, limit: Annotated[int, typer.Option("--limit", min=1, help="The number of lessons.")] = 50
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
    def review() -> int:
        """List the lessons and entries that wait for somebody."""
        from bots.cli.faq.lesson_reviews import review_lessons

        return review_lessons(read_settings())


def _add_changes(lessons: typer.Typer, read_settings: Callable[[], Settings]) -> None:
    @lessons.command("undo")
    @lessons.command("remove", hidden=True)
    def remove(lesson: _Id) -> int:
        """Forget a lesson.

        The questions that it answered wait for a person again.
        """
        from bots.cli.faq.lessons import remove_lesson

        return remove_lesson(read_settings(), lesson)

    @lessons.command()
    def approve(
        lesson: _Id,
        by: Annotated[str, typer.Option("--by", metavar="NAME", help="The owner who approves it.")],
    ) -> int:
        """Serve a lesson that is held or has expired.

        People who wait for it get the answer.
        """
        from bots.cli.faq.lessons import approve_lesson

        return approve_lesson(read_settings(), lesson, by=by)

    @lessons.command()
    def expire(lesson: _Id) -> int:
        """Let a lesson expire.

        It has a mark, or is not served, until it is approved again.
        """
        from bots.cli.faq.lessons import expire_lesson

        return expire_lesson(read_settings(), lesson)


def _add_files(lessons: typer.Typer, read_settings: Callable[[], Settings]) -> None:
    @lessons.command()
    def export(
        *,
        file: Annotated[Path, typer.Argument(metavar="FILE.jsonl", help="The file to write.")],
        faq: Annotated[
            bool, typer.Option("--faq", help="Write entries for the FAQ's source.")
        ] = False,
    ) -> int:
        """Write all lessons to a file."""
        from bots.cli.faq.lesson_files import export_entries, export_lessons

        return (export_entries if faq else export_lessons)(read_settings(), file)

    @lessons.command("import")
    def import_(
        file: Annotated[
            Path,
            typer.Argument(
                metavar="FILE.jsonl",
                help="A file that `export` wrote, or lines with a question and an answer.",
            ),
        ],
        approved_by: _ApprovedBy = "",
    ) -> int:
        """Teach the lessons of a file.

        Lessons that changed after that file was written stay as they are.
        """
        from bots.cli.faq.lesson_files import import_lessons

        return import_lessons(read_settings(), file, approved_by=approved_by)
