"""The smallest platform does what every platform must: it shows what an adapter needs."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from contracts.alone import *  # noqa: F403 - the suite of those who are alone with the bot
from contracts.platform import *  # noqa: F403 - the suite
from fakes import board
from fakes.assistants import ScriptedAssistant
from fakes.at_work import connected_bot
from fakes.board import LONGEST, PREFIX, Board, Note, Page, open_board

from config.settings import Settings


@dataclass
class BoardDriver:
    """The people at the board."""

    board: Board
    folder: object
    profile: object
    threads: int = 0
    longest: int = LONGEST

    @asynccontextmanager
    async def running(self, **settings):
        given = Settings(_env_file=None, **({"data_dir": self.folder} | settings))
        opened = connected_bot(
            given,
            self.profile,
            partial(open_board, self.board),
            lambda stores: ScriptedAssistant(history=stores.history),
        )
        async with opened as bot:
            yield bot

    async def ask(self, text):
        self.threads += 1
        return self._say(str(self.threads), text)

    async def go_on(self, asked, text):
        return self._say(asked.thread, text)

    async def say_as_bot(self, asked, text):
        self.board.add(asked.thread, Page(text))  # its adapter is told of people's notes alone

    async def say_directly(self, text):
        return await self.ask(text)

    async def edit_directly(self, said, text):
        await self.edit(said, text)

    def told_directly(self):
        return [note.page.text for note in self.board.notes.values() if note.answers]

    async def redeliver(self, asked):
        self.board.listener.said(asked)

    async def edit(self, asked, text):
        self.board.show(asked, Page(text))
        self.board.listener.edited(asked)

    async def delete(self, asked):
        del self.board.notes[asked.id]
        self.board.listener.deleted(asked)

    async def press(self, asked, label):
        for note in self._answers(asked):
            for shown, value in note.page.buttons:
                if shown == label:
                    self.board.listener.pressed(note, value)
                    return
        raise LookupError(label)

    def shown(self, asked):
        return [note.page.text for note in self._answers(asked)]

    def buttons(self, asked):
        return [label for note in self._answers(asked) for label, _ in note.page.buttons]

    def files(self, asked):
        return [(n.page.file, n.page.text) for n in self._answers(asked) if n.page.file]

    def pings(self):
        return [n for n in self.board.notes.values() if n.answers and "@everyone" in n.page.text]

    def length(self, text):
        return len(text)

    def round_trip(self, session):
        return f"{PREFIX}{session.removeprefix(PREFIX)}"

    async def until(self, true):
        async with asyncio.timeout(30):
            while not (found := true()):
                await self.board.changed.wait()
                self.board.changed.clear()
        return found

    def _say(self, thread, text):
        note = self.board.add(thread, Page(text))
        self.board.listener.said(note)
        return note

    def _answers(self, asked) -> list[Note]:
        return [n for n in self.board.notes.values() if n.thread == asked.thread and n.answers]


@pytest.fixture
def driver(tmp_path, profile):
    return BoardDriver(Board(), tmp_path, profile)


def test_it_is_as_small_as_the_docs_say():
    assert len(Path(board.__file__).read_text(encoding="utf-8").splitlines()) <= 150
