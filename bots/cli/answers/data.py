"""`faqbot data`: questions to a database, and a check of its sample questions."""

from __future__ import annotations

from pathlib import Path

from bots.bootstrap.data import open_answerer, today_of
from bots.bootstrap.search import load_language
from bots.cli.terminal import clean
from config.profiles import profile_of
from config.settings import Settings
from core.errors import ConfigError, FaqbotError
from core.skills.data.answerer import DataAnswer, DataAnswerer, Unsure


def ask(
    settings: Settings, question: str, *, csv: Path | None, chart: Path | None, show_sql: bool
) -> int:
    """Print the answer with its rows; 1 where it is not clear what was asked."""
    answer = _opened(settings).answer(question, today_of(settings))
    if isinstance(answer, Unsure):
        print(answer.text)
        for offered in answer.questions:
            print(f"  {clean(offered)}")
        return 1
    print(clean(answer.text))
    _print_rows(answer)
    if show_sql:
        print(answer.sql)
    if csv:
        csv.write_bytes(answer.csv())
    if chart:
        if (picture := answer.chart()) is None:
            raise ConfigError("a single value has no chart")
        chart.write_bytes(picture)
    return 0


def check(settings: Settings) -> int:
    """Ask every sample question, and print what fails."""
    answerer = _opened(settings)
    today = today_of(settings)
    failed = asked = 0
    for question in answerer.questions:
        asked += 1
        try:
            if isinstance(answerer.answer(question, today), DataAnswer):
                continue
            problem = "it is not recognised"
        except FaqbotError as error:
            problem = str(error)
        failed += 1
        print(f"{clean(question)}: {problem}")
    print(f"{asked:,} sample questions, {failed:,} failed")
    return int(failed > 0)


def _opened(settings: Settings) -> DataAnswerer:
    language = load_language(settings.profile, faq=settings.faq_profile)
    return open_answerer(
        settings,
        language=profile_of(settings).language,
        terms=language.analyzer.terms,
        embed=language.encoder.embed,
    )


def _print_rows(answer: DataAnswer) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(*map(clean, answer.rows.columns))
    for row in answer.rows.rows:
        table.add_row(*(clean(str(value)) for value in row))
    Console().print(table)
