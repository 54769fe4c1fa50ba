"""Questions to data as a skill: an answer with its rows and its SQL, or samples to choose from."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.errors import ConfigError
from core.llm.prompts import Prompt
from core.skills.data.answerer import DataAnswer, DataAnswerer, Unsure
from core.skills.data.errors import DataError
from core.skills.data.query_prompt import QUERY, query_messages
from core.skills.data.sentences import shown
from core.skills.skill import Request, SkillReply
from core.types import File, Status

logger = logging.getLogger(__name__)

_SHOWN_ROWS = 12  # the months of a year
_MOST_CHANGES = 20
_DRAFTS = 2  # by a model, of which the second knows why the first was refused
_RULE = "| --- "


@dataclass(frozen=True, slots=True)
class DataSkill:
    """Answers from a database in a conversation. `texts` are those of the queries' file.

    `prompt` has the rules by which a model writes a query where no sample is near enough.
    """

    answerer: DataAnswerer
    texts: Mapping[str, Any]
    prompt: Prompt
    name: str = "data"

    @property
    def examples(self) -> tuple[str, ...]:
        """The samples' own questions."""
        return self.answerer.questions

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The question, made whole from what was talked about."""
        return {"question": {"type": "string", "description": "The whole question, in its words."}}

    def plain(self, text: str) -> str:
        """Return a message without its days, names, groups and numbers."""
        return self.answerer.plain(text)

    async def hear(self, request: Request) -> AsyncGenerator[Status | SkillReply]:
        """Yield an answer, or the nearest sample questions as buttons.

        In mid-dialogue other days, names and groups change the question before, as "월별로" does.
        Nothing is yielded where it is not clear what of the data is asked: the message may be
        about something else.

        Raises:
            DataError: the database cannot be read, or the query took too long.
        """
        if request.stops and request.data is not None:
            return  # also where "취소" is a value of the data
        before = json.loads(request.data or "{}")
        person = request.situation.person
        only = (person,) if person else ()
        if "sql" in before and request.text == self.texts["show_sql"]:
            shown = f"```sql\n{before['sql']}\n```"
            yield SkillReply(shown, data=request.data, only=only, asks=False)
            return
        yield Status(self.texts["searching"])
        likely = not request.arguments  # by its likeness to samples alone
        asked, answer = await asyncio.to_thread(self._answered, request, before.get("asked", ()))
        begins = request.data is None and not (likely and _is_foreign(answer))
        if isinstance(answer, Unsure) and (begins or not likely):
            answer = await self._drafted(request, asked[-1]) or answer
        match answer:
            case DataAnswer():
                data = json.dumps({"sql": answer.sql, "asked": asked}, ensure_ascii=False)
                yield SkillReply(
                    self._text(answer),
                    (self.texts["show_sql"],),
                    data,
                    only,
                    files=await asyncio.to_thread(_files, answer),
                    asks=False,
                )
            case Unsure() if begins:
                yield SkillReply(answer.text, answer.questions, json.dumps({}), only)

    def _answered(
        self, request: Request, before: Sequence[str]
    ) -> tuple[list[str], DataAnswer | Unsure]:
        """Return the question with its changes, and the answer. Blocks."""
        today = request.situation.now.date()
        whole = request.arguments.get("question")
        if isinstance(whole, str) and whole.strip():
            return [whole], self.answerer.answer(whole, today)
        if before and self.answerer.changes(request.text, today):
            first, *changes = before
            changes = [*changes[-_MOST_CHANGES:], request.text]
            return [first, *changes], self.answerer.answer_changed(first, changes, today)
        return [request.text], self.answerer.answer(request.text, today)

    async def _drafted(self, request: Request, question: str) -> DataAnswer | None:
        """Return the answer by a query that a model writes; None if it writes none that may run."""
        today, failed = request.situation.now.date(), ""
        known = await asyncio.to_thread(self.answerer.described, question, today)
        for _ in range(_DRAFTS):
            messages = query_messages(self.prompt, known, question, failed)
            sql = (await request.ask_model(messages, QUERY)).get("sql")
            if not isinstance(sql, str) or not sql.strip():
                return None
            try:
                return await asyncio.to_thread(self.answerer.answer_by, sql, question)
            except DataError as error:
                logger.info("a query of a model is not run: %s", error)
                failed = f"{sql}\n{error}"
        return None

    def _text(self, answer: DataAnswer) -> str:
        """Return the sentence, and below it a table of the rows where there are several."""
        rows = answer.rows.rows
        if len(rows) < 2:
            return answer.text
        table = [answer.rows.columns, *rows[:_SHOWN_ROWS]]
        head, *lines = [f"| {' | '.join(map(_cell, row))} |" for row in table]
        left = len(rows) - _SHOWN_ROWS
        more = ["", self.texts["more"].format(rows=left)] if left > 0 else []
        return "\n".join([answer.text, "", head, _RULE * len(table[0]) + "|", *lines, *more])


def _files(answer: DataAnswer) -> tuple[File, ...]:
    """Return the rows as CSV and as a chart, where there are several. Blocks."""
    if len(answer.rows.rows) < 2:
        return ()
    rows = File("answer.csv", "text/csv", answer.csv().decode())
    try:
        png = answer.chart()
    except ConfigError as error:
        logger.info("no chart is drawn: %s", error)
        png = None
    return (rows, File.picture("answer.png", png)) if png else (rows,)


def _is_foreign(answer: DataAnswer | Unsure) -> bool:
    return isinstance(answer, Unsure) and answer.is_foreign


def _cell(value: object) -> str:
    """Return a value as a cell of a Markdown table."""
    return shown(value).replace("|", "\\|")
