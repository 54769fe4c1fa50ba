"""A bot in a process of its own that kills itself at a named point, and the platform it writes to.

`main(where, platform, point, asked)`: `where` is a MongoDB URI or the path of a SQLite file. It
receives the questions (their redelivery, in later runs), answers all that is open
and exits. `ID=TEXT` in place of an id is a question that was edited: its answer is redone. The
platform is a SQLite file of messages, of which a bot can look up its own.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from core.messaging.inbox.worker import InboxWorker, NoteReply
from core.ports import Archive, History, Inbox
from core.stores.inbox_limits import InboxLimits
from core.stores.mongo.database import MongoDatabase
from core.stores.mongo.inbox.inbox import MongoInbox
from core.stores.mongo.turns.archive import MongoArchive
from core.stores.mongo.turns.history import MongoHistory
from core.stores.sqlite.database import SqliteFile
from core.stores.sqlite.inbox.inbox import SqliteInbox
from core.stores.sqlite.turns.archive import SqliteArchive
from core.stores.sqlite.turns.history import SqliteHistory
from core.types import Claim, InboxState, Question, SessionId, Turn, TurnState

LEASE_S = 1.0
EDIT_POINTS = ["removed", "reopened"]
POINTS = ["received", "claimed", "posted", "noted", "edited", "stored", "finished", "settled"]


class Platform:
    """Messages, each with the question it answers; every write is kept at once."""

    def __init__(self, path: str) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS messages (id INTEGER PRIMARY KEY, question, text)"
        )

    def find(self, question: str) -> str | None:
        row = self._db.execute("SELECT id FROM messages WHERE question = ?", (question,)).fetchone()
        return row and str(row[0])

    def post(self, question: str) -> str:
        statement = "INSERT INTO messages (question, text) VALUES (?, '…')"
        return str(self._db.execute(statement, (question,)).lastrowid)

    def edit(self, message: str, text: str) -> None:
        self._db.execute("UPDATE messages SET text = ? WHERE id = ?", (text, int(message)))


class Bot:
    """Answers as `core.messaging.inbox.worker.Handler` says, and dies at its point."""

    def __init__(
        self, platform: Platform, history: History, archive: Archive, *, first: str, point: str
    ) -> None:
        self._platform = platform
        self._first = first
        self._history = history
        self._archive = archive
        self._point = point

    def reach(self, point: str) -> None:
        if point == self._point:
            os.kill(os.getpid(), signal.SIGKILL)

    async def answer(self, claim: Claim, note_reply: NoteReply) -> InboxState:
        question = claim.question
        if question.id != self._first:  # the questions are of one session: the first is settled
            self.reach("settled")
        self.reach("claimed")
        message = claim.reply or self._platform.find(question.id)
        if message is None:
            message = self._platform.post(question.id)
            self.reach("posted")
        if claim.reply is None:
            await note_reply(message)
            self.reach("noted")
        turn = await self._archive.find(question.id)
        if turn is not None and turn.question.text != question.text:
            await self._archive.remove(question.id)
            turn = None
        if turn is None:
            self._platform.edit(message, "half")
            self.reach("edited")
            answer = f"answer of attempt {claim.attempt} to {question.text}"
            turn = Turn(question, TurnState.ANSWERED, answer)
            await self._history.append(turn)
            self.reach("stored")
        self._platform.edit(message, turn.answer)
        self.reach("finished")
        return InboxState(turn.state.value)

    async def tidy(self, claim: Claim, note_reply: NoteReply) -> None:
        raise AssertionError(f"nothing was taken back: {claim}")

    async def give_up(self, claim: Claim) -> None:
        raise AssertionError(f"gave up {claim}")


@asynccontextmanager
async def stores(where: str) -> AsyncIterator[tuple[History, Archive, Inbox]]:
    if where.startswith("mongodb"):
        async with MongoDatabase.open(where) as database:
            inbox: Inbox = MongoInbox(database, InboxLimits(per_session=9, total=99))
            yield MongoHistory(database), MongoArchive(database), inbox
    else:
        async with SqliteFile.open(Path(where)) as file:
            inbox = SqliteInbox(file, InboxLimits(per_session=9, total=99))
            yield SqliteHistory(file), SqliteArchive(file), inbox


def question_of(argument: str) -> Question:
    name, _, text = argument.partition("=")
    return Question(id=name, session=SessionId("s"), text=text or "질문", asker="U1")


async def edit(question: Question, archive: Archive, inbox: Inbox, bot: Bot) -> None:
    """Redo an answer. A redelivered edit must not remove the answer to the new text."""
    found = await inbox.find(question.id)
    if found is not None and found.question.text != question.text:
        await archive.remove(question.id)
        bot.reach("removed")
        await inbox.reopen(question)
        bot.reach("reopened")


async def answered(inbox: Inbox, name: str) -> bool:
    found = await inbox.find(name)
    return found is not None and found.state is InboxState.ANSWERED


async def main(where: str, platform: str, point: str, asked: list[str]) -> None:
    questions = [question_of(argument) for argument in asked]
    names = [question.id for question in questions]
    async with stores(where) as (history, archive, inbox):
        bot = Bot(Platform(platform), history, archive, first=names[0], point=point)
        for question in questions:
            if question.text != "질문":
                await edit(question, archive, inbox, bot)
            else:
                await inbox.receive(question)
                bot.reach("received")
        worker = InboxWorker(inbox, bot, lease_s=LEASE_S, poll_s=LEASE_S / 20)
        working = asyncio.create_task(worker.run())
        while not all([await answered(inbox, name) for name in names]):  # noqa: ASYNC110 - as seen from outside
            await asyncio.sleep(0.01)
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working
