"""The commands that make an index of a FAQ, and a profile for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from config.settings import Settings

_Columns = Annotated[
    str,
    typer.Option(
        "--map",
        metavar="FIELD=COLUMN,…",
        help="The columns, if their names do not say what they hold: question=제목,answer=답변.",
    ),
]


def register(app: typer.Typer, read_settings: Callable[[], Settings]) -> None:
    """Add the commands to the command line; `read_settings` also sets logging up."""
    _add_init(app, read_settings)
    _add_ingest(app, read_settings)


def _add_ingest(app: typer.Typer, read_settings: Callable[[], Settings]) -> None:
    @app.command()
    def ingest(  # noqa: PLR0913 - the options of a command
        source: Annotated[
            str,
            typer.Argument(
                help="A table (.xlsx, .xls, .ods, .csv, .tsv), .json, .jsonl, .pkl, pages (.md, "
                ".html, .docx, .txt), a .zip or a folder of them, or the URL of a file or a help "
                "centre."
            ),
        ],
        *,
        dry_run: Annotated[
            bool,
            typer.Option(
                "--dry-run", help="Change nothing: show what was read, and the first answers."
            ),
        ] = False,
        columns: _Columns = "",
        questions: Annotated[
            Path | None,
            typer.Option(
                "--questions",
                metavar="FILE",
                help="Use only this question pack. By default, those in data/questions/ "
                "that match the titles are used.",
            ),
        ] = None,
        no_questions: Annotated[
            bool, typer.Option("--no-questions", help="Use no question pack.")
        ] = False,
        augment: Annotated[
            bool,
            typer.Option(
                "--augment",
                help="Let the chat model write how people would ask for each entry, after asking "
                "whether you agree to the cost.",
            ),
        ] = False,
        yes: Annotated[bool, typer.Option("--yes", help="Do not ask about the cost.")] = False,
    ) -> int:
        """Make the index hold exactly this FAQ. Only what changed is embedded."""
        settings = _with_columns(read_settings(), columns)
        if questions and no_questions:
            raise typer.BadParameter("--questions and --no-questions exclude each other")
        if augment:
            if questions or no_questions:
                raise typer.BadParameter("--augment adds to the packs that --questions leaves out")
            from bots.cli.faq.augment import augment as write_ahead

            return write_ahead(settings, Path(source), yes=yes)
        from bots.cli.faq.ingest import ingest, preview

        if dry_run:
            return preview(settings, source)
        return ingest(settings, source, questions=questions, use_packs=not no_questions)


def _add_init(app: typer.Typer, read_settings: Callable[[], Settings]) -> None:
    @app.command()
    def init(  # noqa: PLR0913 - the options of a command
        faq: Annotated[
            str,
            typer.Argument(
                metavar="source", help="The place of the FAQ: a file, a folder or a URL."
            ),
        ] = "",
        *,
        source: Annotated[str, typer.Option(hidden=True)] = "",  # what it was called before
        subject: Annotated[
            str, typer.Option(help="The subject of the FAQ, such as `Stella Fitness`.")
        ] = "",
        name: Annotated[str, typer.Option(help="The bot's name.")] = "",
        language: Annotated[
            str, typer.Option(help="ko or en; without it, the FAQ's own language.")
        ] = "",
        tone: Annotated[str, typer.Option(help="friendly or formal.")] = "",
        owners: Annotated[
            str,
            typer.Option(
                help="Slack member ids, with commas: people whose answers the bot learns."
            ),
        ] = "",
        columns: _Columns = "",
        yes: Annotated[bool, typer.Option("--yes", help="Ask nothing.")] = False,
        force: Annotated[bool, typer.Option("--force", help="Overwrite faqbot.toml.")] = False,
    ) -> int:
        """Write faqbot.toml and a sample .env into this folder.

        faqbot.toml is your profile: it holds the bot's own words.
        """
        from bots.cli.faq.init import Wishes, init

        wishes = Wishes(subject, name, language, faq or source, tone, owners, columns)
        return init(read_settings(), wishes, ask=not yes, force=force)


def _with_columns(settings: Settings, columns: str) -> Settings:
    return settings.model_copy(update={"source_columns": columns}) if columns else settings
