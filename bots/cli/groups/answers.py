"""The commands that ask: the bot, its search, its guardrail; and `mcp`, by which others ask."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from bots.cli.groups.options import Host, JsonLines, Port

if TYPE_CHECKING:
    from config.settings import Settings

_QuestionText = Annotated[
    str | None, typer.Argument(metavar="question", show_default=False, help="One question.")
]
_Batch = Annotated[
    str | None,
    typer.Option(
        "--batch",
        metavar="FILE",
        help="Answer every line of a JSONL file ({id, question, history?}; - is stdin) with a "
        "JSON line, in the same order.",
    ),
]
_Session = Annotated[
    str | None,
    typer.Option("--session", metavar="S", help="Continue or begin the conversation S."),
]


def register(app: typer.Typer, read_settings: Callable[[], Settings]) -> None:
    """Add the commands to the command line; `read_settings` also sets logging up."""

    @app.command()
    def chat(*, session: _Session = None) -> int:
        """Talk to the bot in the terminal."""
        from bots.cli.answers.chat import chat

        return chat(read_settings(), session=session)

    @app.command()
    def ask(
        question: _QuestionText = None,
        *,
        session: _Session = None,
        batch: _Batch = None,
        json: JsonLines = False,
    ) -> int:
        """Ask one question; the answer streams."""
        _one_of(question, batch)
        if batch is not None:
            if session is not None:
                raise typer.BadParameter(
                    "--session does not go with --batch: give a row its history"
                )
            from bots.cli.answers.batch import ask_batch

            return ask_batch(read_settings(), batch)
        from bots.cli.answers.ask import ask

        return ask(read_settings(), _typed(question), session=session, as_json=json)

    @app.command()
    def search(
        question: _QuestionText = None,
        *,
        limit: Annotated[
            int, typer.Option("--limit", min=1, max=100, help="The number of entries.")
        ] = 10,
        batch: _Batch = None,
        json: JsonLines = False,
    ) -> int:
        """Show the entries nearest to a question, with their scores."""
        _one_of(question, batch)
        if batch is not None:
            from bots.cli.answers.batch import search_batch

            return search_batch(read_settings(), batch)
        from bots.cli.answers.search import search

        return search(read_settings(), _typed(question), limit=limit, as_json=json)

    @app.command()
    def guard(
        question: _QuestionText = None, *, batch: _Batch = None, json: JsonLines = False
    ) -> int:
        """Show how the guardrail labels a question."""
        _one_of(question, batch)
        if batch is not None:
            from bots.cli.answers.batch import guard_batch

            return guard_batch(read_settings(), batch)
        from bots.cli.answers.search import guard

        return guard(read_settings(), _typed(question), as_json=json)

    _add_mcp(app, read_settings)


def _add_mcp(app: typer.Typer, read_settings: Callable[[], Settings]) -> None:
    @app.command()
    def mcp(
        *,
        http: Annotated[
            bool, typer.Option("--http", help="Serve over HTTP instead of stdin and stdout.")
        ] = False,
        host: Host = "127.0.0.1",
        port: Port = 8_090,
    ) -> int:
        """Offer the FAQ to other assistants, over MCP.

        MCP is the Model Context Protocol.
        """
        from bots.cli.operations.mcp import mcp

        return mcp(read_settings(), http=http, host=host, port=port)


def _one_of(question: str | None, batch: str | None) -> None:
    if (question is None) == (batch is None):
        raise typer.BadParameter("give either a QUESTION or --batch FILE")


def _typed(question: str | None) -> str:
    """Return an argument as text, in which bytes that are no UTF-8 are replaced."""
    return (question or "").encode(errors="surrogateescape").decode(errors="replace")
