"""A question to the data, answered in words, as a table, a chart and a file."""

from __future__ import annotations

import csv
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from io import StringIO
from typing import Any

from core.charts import bar_chart, line_chart
from core.errors import ConfigError
from core.skills.data.blanks import BlankReader, Blanks
from core.skills.data.book import QueryBook, Sample
from core.skills.data.calculator import Calculator
from core.skills.data.compose import Composer
from core.skills.data.database import Database, Rows
from core.skills.data.errors import QueryRefusedError
from core.skills.data.guard import checked
from core.skills.data.matcher import Match, Matcher
from core.skills.data.metrics import Metric, Metrics
from core.skills.data.periods import day_beside
from core.skills.data.query_prompt import described
from core.skills.data.sentences import sentence, shown
from core.text.cells import cell_of
from core.text.korean import compact
from core.text.sections import escaped

_Way = Callable[[Sequence[Match], Blanks, date], "DataAnswer | None"]

logger = logging.getLogger(__name__)

_OFFERED = 4
_NEARER = 0.1  # of a score, by which another metric has to be nearer
_NO_SAMPLES = ("never", "times")  # no sample is of those who did not
_SHOWN_TO_MODELS = 8


@dataclass(frozen=True, slots=True)
class DataAnswer:
    """An answer from the database: in words, as rows, and with its SQL."""

    text: str
    rows: Rows
    sql: str
    title: str
    series: bool

    def csv(self) -> bytes:
        """Return the rows as a file for spreadsheets."""
        text = StringIO()
        lines = csv.writer(text)
        lines.writerow(self.rows.columns)
        lines.writerows([_cell(value) for value in row] for row in self.rows.rows)
        return text.getvalue().encode("utf-8-sig")

    def chart(self) -> bytes | None:
        """Return a PNG where there is something to compare; None for a single value.

        Raises:
            ConfigError: the extra `charts` is not installed.
        """
        rows = self.rows.rows
        if len(rows) < 2 or len(rows[0]) != 2 or not isinstance(rows[0][1], int | float):
            return None
        labels = [str(row[0]) for row in rows]
        values = {self.rows.columns[1]: [float(row[1] or 0) for row in rows]}
        if self.series:
            return line_chart(self.title, values, xs=labels, y_label=self.rows.columns[1])
        return bar_chart(self.title, values, labels=labels, y_label=self.rows.columns[1])


@dataclass(frozen=True, slots=True)
class Unsure:
    """It is not clear what was asked: the nearest sample questions to choose from.

    `is_foreign` tells that it speaks mostly of what no sample speaks of.
    """

    text: str
    questions: tuple[str, ...]
    is_foreign: bool


class DataAnswerer:
    """Answers from one database by the samples of one book. Calls block."""

    def __init__(
        self,
        book: QueryBook,
        database: Database,
        metrics: Metrics,
        matcher: Matcher,
        reader: BlankReader,
    ) -> None:
        self._book = book
        self._database = database
        self._schema = metrics.schema
        self._matcher = matcher
        self._reader = reader
        self._composer = Composer(book, metrics.schema, database.dialect)
        self._metrics = metrics
        self._calculator = Calculator(self._composer, metrics)

    @property
    def questions(self) -> tuple[str, ...]:
        """The questions of all samples."""
        return tuple(question for sample in self._book.samples for question in sample.questions)

    @property
    def texts(self) -> Mapping[str, Any]:
        """The sentences of the book."""
        return self._book.texts

    def plain(self, question: str) -> str:
        """Return a question without its blanks; itself where nothing would be left."""
        return self._reader.read(question, date(2000, 1, 1)).rest or question

    def answer(self, question: str, today: date) -> DataAnswer | Unsure:
        """Answer a question that is asked on `today`.

        Raises:
            DataError: the database cannot be read, or the query took too long.
        """
        return self._answered(self._reader.read(question, today), today)

    def changes(self, text: str, today: date) -> bool:
        """Return whether a text says nothing but other days, names, groups or numbers."""
        said = self._reader.read(text, today)
        return said.says_something and not self._matcher.says_anything(said.rest)

    def answer_changed(
        self, question: str, changes: Sequence[str], today: date
    ) -> DataAnswer | Unsure:
        """Answer a question with what was said after it in place of its own days, names and groups.

        Raises:
            DataError: the database cannot be read, or the query took too long.
        """
        blanks = self._reader.read(question, today)
        for text in changes:
            beside = day_beside(text, blanks.period) if blanks.period else None
            blanks = blanks.changed(self._reader.read(text, beside or today))
        return self._answered(blanks, today)

    def _answered(self, blanks: Blanks, today: date) -> DataAnswer | Unsure:
        """Answer by the sample that asks the same, else by a calculation over what one measures."""
        matches = self._matcher.nearest(blanks)
        ways: list[_Way] = [self._by_calculation]
        if matches and self._matcher.is_sure(blanks, matches):
            ways = self._ways(matches[0], blanks)
        for way in ways:
            try:
                if answer := way(matches, blanks, today):
                    return answer
            except QueryRefusedError as error:
                logger.info("not answered from the data: %s", error)
        return self._unsure(blanks)

    def _ways(self, match: Match, blanks: Blanks) -> list[_Way]:
        """Return how a question is answered that a sample asks, the best way first.

        Its own sample comes first, unless the question is plainly of what it did not mean: those
        who did not, an average over each, or something that another sample measures by its name.
        """
        if match.is_literal:
            return [self._by_sample]
        kind, wanted = blanks.calculation.kind, blanks.calculation
        if kind in _NO_SAMPLES or (kind == "share" and wanted.parts and match.sample.grouped):
            return [self._by_calculation]
        ways: list[_Way] = [self._by_sample, self._by_calculation]
        if match.sample.grouped and blanks.calculation.kind == "per":
            return ways[::-1]
        return ways[::-1] if self._is_outdone(match, blanks) else ways

    def _is_outdone(self, match: Match, blanks: Blanks) -> bool:
        """Return whether another metric is nearer to a question than the sample that asks it."""
        if not match.sample.grouped or blanks.ranked:
            return False
        found = self._matcher.measured(self._asked(blanks))[:1]
        mine = self._metrics.of(match.sample)
        other = self._metrics.of(found[0].sample) if found else None
        is_other = mine is not None and other is not None and mine.key != other.key
        return is_other and found[0].score > match.score + _NEARER

    def _by_sample(
        self, matches: Sequence[Match], blanks: Blanks, today: date
    ) -> DataAnswer | None:
        sample, blanks = matches[0].sample, self._grouped(matches[0], blanks, today)
        metric = self._metrics.of(sample)
        if sample.grouped and not blanks.groupings:
            return None
        if metric and any(self._calculator.counts(metric, by) for by in blanks.groupings):
            return None  # each would be counted once
        return self._run(sample, blanks, self._composer.compose(sample, blanks, today))

    def _by_calculation(self, _: Sequence[Match], blanks: Blanks, today: date) -> DataAnswer | None:
        takes_number = blanks.amounts or blanks.calculation.bound
        if blanks.unclear or (blanks.number is not None and not takes_number):
            return None
        blanks = replace(blanks, conditions=(*blanks.conditions, *blanks.amounts), number=None)
        metric = self._metric(blanks)
        if metric is None:
            return None
        found = self._calculator.calculate(metric, blanks, today)
        rows = self.run(found.sql)
        scope = self._scope(found.scope) if found.scope else ""
        return DataAnswer(
            text=sentence(found, rows, self._book.texts, scope),
            rows=rows,
            sql=found.sql,
            title=scope or str(found.said["what"]),
            series=found.series,
        )

    @staticmethod
    def _asked(blanks: Blanks) -> Blanks:
        """Return the question about what is measured, without what is calculated of it."""
        wanted = blanks.calculation
        text = compact(wanted.rest)
        return replace(blanks, rest=wanted.rest, groupings=wanted.groupings, text=text)

    def _metric(self, blanks: Blanks) -> Metric | None:
        """Return what a question wants calculated with; None where that is not clear."""
        wanted, asked = blanks.calculation, self._asked(blanks)
        if wanted.kind in _NO_SAMPLES and wanted.entity:
            match = self._matcher.rows_of(asked, wanted.entity)
            metric = self._metrics.of(match.sample) if match else None
            return self._calculator.usual_count(metric, wanted.entity) if metric else None
        if blanks.ranked and not (wanted.groupings or blanks.compared):
            return None
        matches = self._matcher.measured(asked)
        if not matches or not self._matcher.is_sure(asked, matches):
            return None
        return self._metrics.of(matches[0].sample)

    def _grouped(self, match: Match, blanks: Blanks, today: date) -> Blanks:
        """Return the blanks with a way to group, where the sample needs one and none is said.

        "The best one" is of what the book names first, "spenders" of what the sample says.
        """
        if not match.sample.grouped or blanks.groupings:
            return blanks
        own = self._reader.read(match.question, today).groupings
        of = [
            by
            for by in (*own, *self._book.groupings)
            if not any(one.fixes(by) for one in blanks.conditions) and match.sample.takes(by)
        ]
        return replace(blanks, groupings=tuple(of[:1]))

    def described(self, question: str, today: date) -> str:
        """Return what a model has to know to write the query of a question."""
        near = self._near(self._reader.read(question, today))[:_SHOWN_TO_MODELS]
        tables = described(
            self._schema,
            ((match.question, self._sql_of(match, today)) for match in near),
            values=self._reader.values,
            personal=self._book.personal,
        )
        return f"Today: {today.isoformat()}\nDialect: {self._database.dialect}\n{tables}"

    def _sql_of(self, match: Match, today: date) -> str:
        """Return the SQL of a sample, as its own question is answered."""
        blanks = self._grouped(match, self._reader.read(match.question, today), today)
        return self._composer.compose(match.sample, blanks, today)

    def answer_by(self, sql: str, question: str) -> DataAnswer:
        """Return the answer that a query of a model gives, after the check of all queries.

        Raises:
            DataError: as `run`.
        """
        rows, texts = self.run(sql), self._book.texts
        if not rows.rows or all(value is None for value in rows.rows[0]):
            text = str(texts["nothing"].format(scope=""))
        elif len(rows.rows) == 1:
            text = ", ".join(
                f"{escaped(column)}: {shown(value)}"
                for column, value in zip(rows.columns, rows.rows[0], strict=True)
            )
        else:
            text = ""
        more = texts["cut"].format(rows=len(rows.rows)) if rows.cut else ""
        told = "\n\n".join(filter(None, [text, more, texts.get("drafted", "")]))
        return DataAnswer(told, rows, sql, title=question, series=False)

    def run(self, sql: str) -> Rows:
        """Check a query and run it; personal data is masked.

        Raises:
            DataError: it is refused, fails, or takes too long.
        """
        tree = checked(
            sql,
            schema=self._schema,
            personal=self._book.personal,
            dialect=self._database.dialect,
        )
        if tree.args.get("limit") is None:  # or the server would send all of them
            tree = tree.limit(self._database.most_rows + 1)
        return self._database.read(tree.sql(dialect=self._database.dialect, comments=False))

    def _run(self, sample: Sample, blanks: Blanks, sql: str) -> DataAnswer:
        rows = self.run(sql)
        grouping = blanks.groupings[0] if blanks.groupings else None
        series = bool(sample.by) or bool(grouping and grouping.series)
        return DataAnswer(
            text=self._text(sample, blanks, rows),
            rows=rows,
            sql=sql,
            title=self._scope(blanks) or sample.questions[0],
            series=series,
        )

    def _text(self, sample: Sample, blanks: Blanks, rows: Rows) -> str:
        texts = self._book.texts
        scope = self._scope(blanks)
        said: dict[str, Any] = {"scope": texts["scope"].format(scope=scope) if scope else ""}
        if not rows.rows or all(value is None for value in rows.rows[0]):
            return str(texts["nothing"].format(**said))
        first = rows.rows[0]
        said |= dict(zip(rows.columns, first, strict=True))
        by = blanks.groupings[0].name if blanks.groupings else sample.by
        said |= {
            "by": by,
            "each": texts.get("each", "{by}별").format(by=by.removesuffix("별")),
            "extreme": (sample.extreme or texts["extreme"])[int(blanks.fewest)],
            "number": blanks.number if blanks.number is not None else sample.number,
            "rows": len(rows.rows),
        }
        form = sample.answer if blanks.ranked or not sample.series else sample.series
        try:
            text = form.format("", *first, **said)
        except (KeyError, IndexError, ValueError, TypeError) as error:
            raise ConfigError(
                f"the answer of {sample.questions[0]!r} cannot be used: {error}"
            ) from error
        more = texts["cut"].format(rows=len(rows.rows)) if rows.cut else ""
        return f"{text} {more}".strip()

    def _unsure(self, blanks: Blanks) -> Unsure:
        questions = tuple(match.question for match in self._near(blanks)[:_OFFERED])
        return Unsure(self._book.texts["unsure"], questions, not self._matcher.knows(blanks))

    def _near(self, blanks: Blanks) -> list[Match]:
        """Return the nearest samples, whatever else a question names; the nearest first."""
        alone = Blanks(rest=blanks.rest, groupings=blanks.groupings[:1])
        return self._matcher.nearest(alone) or self._matcher.nearest(Blanks(blanks.rest))

    @staticmethod
    def _scope(blanks: Blanks) -> str:
        period = [blanks.period.label] if blanks.period else []
        return " · ".join([*period, *(condition.say for condition in blanks.conditions)])


def _cell(value: object) -> object:
    return cell_of(value) if isinstance(value, str) else value
