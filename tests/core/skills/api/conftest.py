"""An API of a shop on a local port, its OpenAPI document, and a conversation with it."""

import asyncio
import tomllib
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.resources import files
from itertools import count
from types import SimpleNamespace

import pytest
from aiohttp import web

from core.press_ids import press_id
from core.skills.api.book import load_book
from core.skills.api.client import ApiClient
from core.skills.api.journal import Journal
from core.skills.api.skill import OperationSkill
from core.skills.assistant import SkilledAssistant
from core.stores.memory import MemoryHistory
from core.types import Question, SessionId

CREDENTIAL = "a-secret-of-the-shop"
DOCUMENT = """
openapi: 3.1.0
info: {title: Shop, version: "1"}
paths:
  /parcels/{number}:
    parameters:
      - {$ref: "#/components/parameters/number"}
    get:
      operationId: findParcel
      summary: where a parcel is
    delete:
      operationId: dropParcel
      summary: takes a parcel back
  /refunds:
    post:
      operationId: refund
      summary: gives money back
      requestBody:
        content:
          application/json:
            schema: {$ref: "#/components/schemas/Refund"}
  /secret:
    get: {operationId: secret}
components:
  parameters:
    number:
      name: number
      in: path
      required: true
      description: parcel number
      schema: {type: string, pattern: "^[0-9]{6}$"}
  schemas:
    Refund:
      type: object
      required: [won, reason]
      properties:
        won: {type: integer, minimum: 1, maximum: 500000, description: won to give back}
        reason: {type: string, enum: [broken, late], description: why}
  securitySchemes:
    key: {type: apiKey, in: header, name: X-Shop-Key}
"""
BOOK = """
document = "shop.yaml"
server = "{server}"

[[operation]]
id = "findParcel"
examples = ["소포 어디 있는지 찾아 줘", "소포 위치 알려 줘"]
answer = "소포는 지금 {{place}}에 있어요."
[operation.ask]
number = "소포 번호 여섯 자리가 무엇인가요?"

[[operation]]
id = "refund"
examples = ["환급 처리해 줘", "고객에게 환급금 보내 줘"]
[operation.ask]
won = "얼마를 돌려드릴까요?"
reason = "사유가 무엇인가요?"
"""


@dataclass
class Shop:
    """The API: what it was asked, and how it behaves."""

    asked: list = field(default_factory=list)
    status: int = 200
    place: str = "대전 창고"
    failures: int = 0
    hangs: bool = False
    sent: web.Response | None = None
    trickles: list[bytes] = field(default_factory=list)

    async def find(self, request):
        self.asked.append(request)
        if self.failures:
            self.failures -= 1
            return web.Response(status=503)
        if self.sent:
            return self.sent
        return web.json_response({"place": self.place}, status=self.status)

    async def refund(self, request):
        self.asked.append(SimpleNamespace(headers=request.headers, json=await request.json()))
        if self.hangs:
            request.transport.close()
            await asyncio.sleep(0)
        if self.trickles:
            response = web.StreamResponse()
            await response.prepare(request)
            with suppress(ConnectionResetError):
                for part in self.trickles:
                    await response.write(part)
                    await asyncio.sleep(0.01)
            return response
        return web.json_response({"id": 7}, status=self.status)


@pytest.fixture
def shop():
    return Shop()


@pytest.fixture
async def server(shop):
    app = web.Application()
    app.router.add_get("/parcels/{number}", shop.find)
    app.router.add_post("/refunds", shop.refund)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.fixture
def book(tmp_path, server):
    (tmp_path / "shop.yaml").write_text(DOCUMENT, "utf-8")
    (tmp_path / "book.toml").write_text(BOOK.format(server=server), "utf-8")
    return load_book(tmp_path / "book.toml", None)


@pytest.fixture
def texts():
    return tomllib.loads(files("core.skills.api").joinpath("ko.toml").read_text("utf-8"))


@pytest.fixture
def skills(book, texts, tmp_path):
    """A skill for each operation, by its id."""
    client, journal = ApiClient(book, CREDENTIAL), Journal(tmp_path / "calls.sqlite3")
    return {
        name: OperationSkill(book, one, client, journal, texts)
        for name, one in book.allowed.items()
    }


@pytest.fixture
def talk(skills, make_assistant, profile, learn_router):
    """One conversation; each answer comes from a process started anew."""
    history, numbers = MemoryHistory(), count()
    session = SessionId("slack:T1:C1:1")
    router = learn_router(list(skills.values()))

    async def talk(text, *, of="", by="U1", name=""):
        assistant = SkilledAssistant(
            make_assistant(history=history),
            skills=list(skills.values()),
            router=router,
            history=history,
            profile=profile,
            now=lambda: datetime(2026, 11, 29, 9, tzinfo=UTC),
        )
        asked = name or (press_id(of, text) if of else f"q{next(numbers)}")
        question = Question(asked, session, text, by)
        return asked, [event async for event in assistant.answer(question)][-1]

    talk.history, talk.session = history, session
    return talk


@pytest.fixture
def shop_document():
    return DOCUMENT


@pytest.fixture
def credential():
    return CREDENTIAL
