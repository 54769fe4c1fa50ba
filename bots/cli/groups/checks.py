"""The commands that check: the FAQ, what is found in it, and the installation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bots.cli.groups.options import JsonLines

if TYPE_CHECKING:
    from config.settings import Settings


def register(app: typer.Typer, read_settings: Callable[[], Settings]) -> None:
    """Add the commands to the command line; `read_settings` also sets logging up."""

    @app.command()
    def check(*, json: JsonLines = False) -> int:
        """Say what could be better in the FAQ.

        It finds contradictions, vague titles, old dates and more.
        """
        from bots.cli.faq.check import check

        return check(read_settings(), as_json=json)

    @app.command("eval")
    def evaluate(
        file: Annotated[
            Path | None,
            typer.Argument(
                help="JSONL: rows with `relevant` or `nearest` titles, or a `label`. Without it "
                "the FAQ's own questions are asked, as written and as people type.",
                show_default=False,
            ),
        ] = None,
        *,
        template: Annotated[
            bool, typer.Option("--template", help="Print such a file, with questions to fill in.")
        ] = False,
        json: JsonLines = False,
    ) -> int:
        """Measure what is found, answered and refused.

        It asks labelled questions, or without a file the FAQ's own.
        """
        from bots.cli.evaluation.evaluate import evaluate, evaluate_own, print_template

        if template:
            return print_template(read_settings())
        if file is None:
            return evaluate_own(read_settings(), as_json=json)
        return evaluate(read_settings(), file, as_json=json)

    @app.command()
    def doctor(
        *,
        live: Annotated[
            bool, typer.Option("--live", help="Let the platforms validate the bot's messages, too.")
        ] = False,
        json: JsonLines = False,
    ) -> int:
        """Check the installation, and say how to fix what is wrong."""
        from bots.cli.operations.doctor import doctor

        return doctor(live=live, as_json=json)
