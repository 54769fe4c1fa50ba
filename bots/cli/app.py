"""The command line. It declares; each command's work is in a module of its own.

Whoever asks for `--help` waits for none of it: the modules are imported when a command runs.
"""

from __future__ import annotations

import io
import logging
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bots.cli.groups import (
    data,
    lessons,
    platforms,
    questions,
    recommender,
    reports,
    storage,
    tuning,
)
from core.errors import FaqbotError

if TYPE_CHECKING:
    from config.settings import Settings

logger = logging.getLogger("bots")

_PRIVATE = 0o077  # what is written holds people's questions: other users of the machine read none

app = typer.Typer(
    help="A FAQ assistant: answers from your FAQ, and from nothing else.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_QuestionText = Annotated[str | None, typer.Argument(metavar="[QUESTION]", show_default=False)]
_Batch = Annotated[
    str | None,
    typer.Option(
        "--batch",
        metavar="FILE",
        help="Answer every line of a JSONL file ({id, question, history?}; - is stdin) with a "
        "JSON line, in the same order.",
    ),
]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON lines.")]
_Session = Annotated[
    str | None,
    typer.Option("--session", metavar="S", help="Continue, or begin, the conversation S."),
]


@app.callback(invoke_without_command=True)
def faqbot(
    context: typer.Context,
    *,
    version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False,
) -> int:
    if version:
        from importlib.metadata import version as installed

        typer.echo(f"faqbot {installed('faqbot')}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
    return 0


@app.command()
def chat(*, session: _Session = None) -> int:
    """Talk to the bot in the terminal."""
    from bots.cli.answers.chat import chat

    return chat(_settings(), session=session)


@app.command()
def ask(
    question: _QuestionText = None,
    *,
    session: _Session = None,
    batch: _Batch = None,
    json: _Json = False,
) -> int:
    """Ask one question; the answer streams."""
    _one_of(question, batch)
    if batch is not None:
        if session is not None:
            raise typer.BadParameter("--session does not go with --batch: give a row its history")
        from bots.cli.answers.batch import ask_batch

        return ask_batch(_settings(), batch)
    from bots.cli.answers.ask import ask

    return ask(_settings(), _typed(question), session=session, as_json=json)


@app.command()
def search(
    question: _QuestionText = None,
    *,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100, help="How many entries.")] = 10,
    batch: _Batch = None,
    json: _Json = False,
) -> int:
    """Show the entries nearest to a question, with their scores."""
    _one_of(question, batch)
    if batch is not None:
        from bots.cli.answers.batch import search_batch

        return search_batch(_settings(), batch)
    from bots.cli.answers.search import search

    return search(_settings(), _typed(question), limit=limit, as_json=json)


@app.command()
def guard(question: _QuestionText = None, *, batch: _Batch = None, json: _Json = False) -> int:
    """Show what the guardrail says of a question."""
    _one_of(question, batch)
    if batch is not None:
        from bots.cli.answers.batch import guard_batch

        return guard_batch(_settings(), batch)
    from bots.cli.answers.search import guard

    return guard(_settings(), _typed(question), as_json=json)


@app.command()
def ingest(  # noqa: PLR0913 - the options of a command
    source: Annotated[
        str,
        typer.Argument(
            help="A table (.xlsx, .xls, .ods, .csv, .tsv), .json, .jsonl, .pkl, pages (.md, .html, "
            ".docx, .txt), a .zip or a folder of them, or the URL of a file or a help centre."
        ),
    ],
    *,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", help="Change nothing: show what was read, and the first answers."
        ),
    ] = False,
    columns: Annotated[
        str,
        typer.Option(
            "--map",
            metavar="FIELD=COLUMN,…",
            help="Which column is which, where the names do not say it: question=제목,answer=답변.",
        ),
    ] = "",
    questions: Annotated[
        Path | None,
        typer.Option(
            "--questions",
            metavar="FILE",
            help="Use this question pack alone. By itself faqbot uses those in data/questions/ "
            "that match the titles.",
        ),
    ] = None,
    no_questions: Annotated[
        bool, typer.Option("--no-questions", help="Use no question pack.")
    ] = False,
    augment: Annotated[
        bool,
        typer.Option(
            "--augment",
            help="Have the chat model write how people would ask for each entry, after it was "
            "said what that costs.",
        ),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask about the cost.")] = False,
) -> int:
    """Make the index hold exactly this FAQ. Only what changed is embedded."""
    settings = _settings()
    if columns:
        settings = settings.model_copy(update={"source_columns": columns})
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


@app.command()
def init(  # noqa: PLR0913 - the options of a command
    *,
    source: Annotated[str, typer.Option(help="Where the FAQ is: a file, a folder or a URL.")] = "",
    subject: Annotated[str, typer.Option(help="What it is about, such as `Stella Fitness`.")] = "",
    name: Annotated[str, typer.Option(help="What the bot is called.")] = "",
    language: Annotated[str, typer.Option(help="ko or en; the FAQ's own by itself.")] = "",
    tone: Annotated[str, typer.Option(help="friendly or formal.")] = "",
    owners: Annotated[
        str, typer.Option(help="Whose answers it learns on Slack: member ids between commas.")
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over faqbot.toml.")] = False,
) -> int:
    """Write a profile of one's own, faqbot.toml, and a sample .env into this folder."""
    from bots.cli.faq.init import Wishes, init

    wishes = Wishes(subject, name, language, source, tone, owners)
    return init(_settings(), wishes, ask=not yes, force=force)


@app.command()
def check(*, json: _Json = False) -> int:
    """Say what could be better in the FAQ: contradictions, vague titles, stale dates and more."""
    from bots.cli.faq.check import check

    return check(_settings(), as_json=json)


@app.command("eval")
def evaluate(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="JSONL: rows with `relevant` or `nearest` titles, or a `label`. Without it the "
            "FAQ's own questions are asked, as written and as people type.",
            show_default=False,
        ),
    ] = None,
    *,
    template: Annotated[
        bool, typer.Option("--template", help="Print such a file, with questions to fill in.")
    ] = False,
    json: _Json = False,
) -> int:
    """Measure what is found, answered and refused, on labelled questions or the FAQ's own."""
    from bots.cli.evaluation.evaluate import evaluate, evaluate_own, print_template

    if template:
        return print_template(_settings())
    if file is None:
        return evaluate_own(_settings(), as_json=json)
    return evaluate(_settings(), file, as_json=json)


@app.command()
def doctor(
    *,
    live: Annotated[
        bool, typer.Option("--live", help="Let the platforms look at what the bot says, too.")
    ] = False,
    json: _Json = False,
) -> int:
    """Check the installation, and say how to fix what is wrong."""
    from bots.cli.operations.doctor import doctor

    return doctor(live=live, as_json=json)


for group in (platforms, storage, lessons, questions, tuning, recommender, data, reports):
    group.register(app, lambda: _settings())  # noqa: PLW0108 - it is defined below


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status: 0, 1 for an error, 2 for usage, 130 for Ctrl-C.

    What a person sees of an error is one line on stderr.
    """
    _speak_utf8()
    os.umask(_PRIVATE)
    try:
        status: int | None = app(
            None if arguments is None else list(arguments),
            prog_name="faqbot",
            standalone_mode=False,
        )
        sys.stdout.flush()
    except BrokenPipeError:
        _drop_stdout()
        return 1
    except typer.TyperException as error:
        return _usage(error)
    except FaqbotError as error:
        return _complain(str(error))
    except OSError as error:
        return _complain(f"{error.filename or 'faqbot'}: {error.strerror or error}")
    except Exception as error:  # the outermost edge: a person sees no traceback
        logger.debug("unexpected", exc_info=error)
        return _complain(
            f"this is a bug in faqbot ({type(error).__name__}: {error}); please report it. "
            "FAQBOT_LOG_LEVEL=DEBUG shows the traceback"
        )
    if status == 130:
        # What still runs in a thread may take a second to end: the next Ctrl-C ends it at once.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    return status or 0


def _settings() -> Settings:
    from config.logging import configure_logging
    from config.settings import read_settings

    settings = read_settings()
    configure_logging(settings.log_level, json=settings.log_format == "json")
    return settings


def _one_of(question: str | None, batch: str | None) -> None:
    if (question is None) == (batch is None):
        raise typer.BadParameter("give either a QUESTION or --batch FILE")


def _typed(question: str | None) -> str:
    """The argument as text; bytes that are no UTF-8 arrive as lone surrogates."""
    return (question or "").encode(errors="surrogateescape").decode(errors="replace")


def _speak_utf8() -> None:
    """Pipes carry UTF-8 whatever the locale; no character of a FAQ can stop the output."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(
                encoding=None if stream.isatty() else "utf-8",
                errors="replace" if stream is not sys.stderr else "backslashreplace",
            )


def _drop_stdout() -> None:
    """Redirect stdout, whose reader has left, to nowhere.

    At exit Python flushes what is left, which must not fail again.

    https://docs.python.org/3/library/signal.html#note-on-sigpipe
    """
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _usage(error: typer.TyperException) -> int:
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "faqbot"
    _complain(f"{error.format_message()} (see `{command} --help`)")
    return error.exit_code


def _complain(sentence: str) -> int:
    print("faqbot:", " ".join(sentence.split()), file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
