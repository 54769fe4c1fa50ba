"""The smallest platform, see docs/adding-a-platform.md. `Board` is what Slack's servers are."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import count

from bots.shared.answer_view import RenderOptions, ending_of, pieces, status_of
from bots.shared.background_tasks import BackgroundTasks
from bots.shared.platform import RunningPlatform
from config.settings import Settings
from core.errors import MessageGoneError
from core.messaging.delivery.pacer import Pacer
from core.messaging.delivery.window import Window
from core.messaging.service import ChatService
from core.profile import Profile
from core.text.safety.sanitize import Cleaner
from core.types import File, Question, SessionId, View

PREFIX = "board:"
LONGEST = 2_000


@dataclass(frozen=True)
class Page:
    """One message: its text, and buttons by what they ask ("" is Stop)."""

    text: str
    buttons: tuple[tuple[str, str], ...] = ()  # label, value
    file: str = ""  # its name, of a message that is a file


@dataclass
class Note:
    """A message on the board; `answers` names the question that it answers."""

    id: str
    thread: str
    page: Page
    answers: str = ""


@dataclass
class Board:
    """The platform: it keeps notes in order, and tells a listener what people do."""

    notes: dict[str, Note] = field(default_factory=dict)
    listener: Adapter | None = None
    numbers: count[int] = field(default_factory=count)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def show(self, note: Note, page: Page) -> None:
        note.page = page
        self.changed.set()

    def add(self, thread: str, page: Page, *, answers: str = "") -> Note:
        note = Note(str(next(self.numbers)), thread, page, answers)
        self.notes[note.id] = note
        self.show(note, page)
        return note


@asynccontextmanager
async def open_board(
    board: Board, _settings: Settings, service: ChatService, profile: Profile
) -> AsyncIterator[RunningPlatform]:
    """Set the board up; the service's answers are shown there from now on."""
    pacer = Pacer(Window(100, 1.0), min_interval_s=0.01)
    look = RenderOptions(profile, Cleaner(profile.link_hosts, instead=profile.link_left_out))
    service.serve(PREFIX, lambda question: BoardReply(board, question, pacer, look))
    board.listener = Adapter(board, service)
    try:
        yield RunningPlatform("Board: on", asyncio.Event().wait)
    finally:
        await board.listener.tasks.close()
        board.listener = None


class Adapter:
    """Turns what people do into calls of the chat service."""

    def __init__(self, board: Board, service: ChatService) -> None:
        self.board, self.service = board, service
        self.tasks = BackgroundTasks()

    def said(self, note: Note) -> None:
        self.tasks.begin(self.service.receive(_question(note)))

    def edited(self, note: Note) -> None:
        self.tasks.begin(self.service.revise(_question(note)))

    def deleted(self, note: Note) -> None:
        self.tasks.begin(self.service.withdraw(f"{PREFIX}{note.id}"))

    def pressed(self, note: Note, value: str) -> None:
        self.tasks.begin(self._press(note, value) if value else self.service.stop(note.answers))

    async def _press(self, note: Note, value: str) -> None:
        await self.service.press(note.answers, int(value), _question(note))
        used = [(f"✓ {label}" if v == value else label, v) for label, v in note.page.buttons]
        self.board.show(note, replace(note.page, buttons=tuple(used)))


def _question(note: Note) -> Question:
    session = SessionId(f"{PREFIX}{note.thread}")
    return Question(f"{PREFIX}{note.id}", session, note.page.text, "person")


class BoardReply:
    """`core.messaging.delivery.reply.Reply`: the messages of one answer."""

    def __init__(self, board: Board, question: Question, pacer: Pacer, look: RenderOptions) -> None:
        self._board, self._question, self._look = board, question, look
        self.posts = self.edits = pacer

    async def hint(self, view: View) -> None: ...  # a status is in the message

    def render(self, view: View) -> Sequence[Page]:
        profile, clean = self._look.profile, self._look.cleaner.clean
        texts = [clean(piece) for piece in pieces(view, LONGEST - 300, length=len)] or [""]
        ending = ending_of(view, self._look)
        below = [status_of(view, profile), ending.note, *ending.sources, ending.lead]
        texts[-1] = "\n".join(filter(None, [texts[-1], *map(clean, filter(None, below))])) or "…"
        buttons = [(text, str(index)) for index, text in enumerate(ending.questions)]
        stop = [] if view.done else [(profile.stop, "")]
        return [*map(Page, texts[:-1]), Page(texts[-1], tuple(buttons or stop))]

    async def post(self, page: Page, place: int) -> str:
        thread = self._question.session.removeprefix(PREFIX)
        return self._board.add(thread, page, answers=self._question.id).id

    async def attach(self, file: File) -> None:
        await self.post(Page(file.text, file=file.name), 0)

    async def edit(self, reference: str, page: Page) -> None:
        if not (note := self._board.notes.get(reference)):
            raise MessageGoneError("it was taken off the board")
        self._board.show(note, page)

    async def delete(self, reference: str) -> None:
        self._board.notes.pop(reference, None)
        self._board.changed.set()

    async def find(self) -> Sequence[str]:
        return [n.id for n in self._board.notes.values() if n.answers == self._question.id]
