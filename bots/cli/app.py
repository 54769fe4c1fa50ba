"""The command line: it declares the commands, whose work is in modules of their own.

The modules are imported when a command runs, so that `--help` waits for none of them.
"""

from __future__ import annotations

import io
import logging
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from bots.bootstrap.processes.memory import keep_little
from bots.cli.groups import (
    answers,
    checks,
    data,
    faq,
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

# Files hold people's questions, so that no other user of the machine may read them.
_PRIVATE = 0o077

app = typer.Typer(
    help="A FAQ assistant: answers from your FAQ, and from nothing else.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


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


for group in (
    platforms,
    answers,
    faq,
    checks,
    storage,
    lessons,
    questions,
    tuning,
    recommender,
    data,
    reports,
):
    group.register(app, lambda: _settings())  # noqa: PLW0108 - it is defined below


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status: 0, 1 for an error, 2 for usage, 130 for Ctrl-C.

    What a person sees of an error is one line on stderr.
    """
    _speak_utf8()
    keep_little()  # before Kiwi is imported
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
    except typer.Abort:  # instead of an answer; nothing is done before all are given
        print(file=sys.stderr)
        _complain("stopped; nothing was changed")
        status = 130
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
        # A thread may still run for a second: the next Ctrl-C ends it at once.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    return status or 0


def _settings() -> Settings:
    from config.logging import configure_logging
    from config.settings import read_settings

    settings = read_settings()
    configure_logging(settings.log_level, json=settings.log_format == "json")
    return settings


def _speak_utf8() -> None:
    """Use UTF-8 in pipes, whatever the locale, so that no character stops the output."""
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
    message = error.format_message()
    if context and message == context.get_help():  # a group of commands, without one of them
        print(message)
        return 0
    _complain(f"{message} (see `{command} --help`)")
    return error.exit_code


def _complain(sentence: str) -> int:
    print("faqbot:", " ".join(sentence.split()), file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
