"""The commands of reports, declared: `stats`, `gaps`, `transcript`, `replay`."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from config.settings import Settings

_Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


class Over(StrEnum):
    """The windows of `stats`."""

    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"


def register(app: typer.Typer, read_settings: Callable[[], Settings]) -> None:
    """Add the commands to the command line; `read_settings` also sets logging up."""
    _add_reading(app, read_settings)
    _add_replay(app, read_settings)


def _add_reading(app: typer.Typer, read_settings: Callable[[], Settings]) -> None:
    @app.command()
    def stats(
        *,
        over: Annotated[
            Over, typer.Option("--over", help="The span: 48 hours, 90 days or 52 weeks.")
        ] = Over.DAYS,
        platform: Annotated[
            str, typer.Option("--platform", help="Only this platform: slack, discord, web.")
        ] = "",
        recount: Annotated[
            bool, typer.Option("--recount", help="First count all stored turns anew.")
        ] = False,
        json: _Json = False,
    ) -> int:
        """Show figures: questions, answers, ratings and cost."""
        from bots.cli.reports.stats import stats

        return stats(read_settings(), over, platform=platform, recount=recount, as_json=json)

    @app.command()
    def gaps(
        *,
        limit: Annotated[int, typer.Option("--limit", min=1, help="The number of groups.")] = 20,
        json: _Json = False,
    ) -> int:
        """Show unanswered and disliked questions, by meaning."""
        from bots.cli.reports.gaps import gaps

        return gaps(read_settings(), limit=limit, as_json=json)

    @app.command()
    def transcript(
        session: Annotated[
            str, typer.Argument(help="The session, as `faqbot sessions list` shows it.")
        ],
        *,
        json: _Json = False,
    ) -> int:
        """Show a conversation, and how it was answered.

        Each answer comes with its passages, rating, time and cost.
        """
        from bots.cli.reports.transcript import transcript

        return transcript(read_settings(), session, as_json=json)


def _add_replay(app: typer.Typer, read_settings: Callable[[], Settings]) -> None:
    @app.command()
    def replay(  # noqa: PLR0913 - its options
        *,
        against: Annotated[
            Path,
            typer.Option("--against", metavar="NEW", help="The new FAQ."),
        ],
        base: Annotated[
            Path | None,
            typer.Option("--base", metavar="OLD", help="The old FAQ, instead of the one in use."),
        ] = None,
        questions: Annotated[
            Path | None,
            typer.Option(
                "--questions",
                metavar="FILE",
                help="JSONL of {question, history?, relevant?}, instead of past questions.",
            ),
        ] = None,
        last: Annotated[
            int, typer.Option("--last", min=1, help="The number of latest questions.")
        ] = 1_000,
        worse: Annotated[
            float,
            typer.Option(
                "--worse", min=0.0, max=1.0, help="The share of answers that may get worse."
            ),
        ] = 0.01,
        json: _Json = False,
    ) -> int:
        """Show which answers a new FAQ would change.

        It asks both FAQs the last questions, and exits with 1 if too many answers get worse.
        """
        from bots.cli.evaluation.replay import replay

        return replay(
            read_settings(),
            against,
            base=base,
            questions=questions,
            last=last,
            bound=worse,
            as_json=json,
        )
