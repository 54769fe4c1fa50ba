"""A dialogue with an API: corrected, called off, and made once after a restart.

An adapter's test file imports everything from here and from `contracts.skills`.
"""

from __future__ import annotations

import tomllib
from importlib.resources import files

import pytest
from aiohttp import web
from contracts.skills import nothing_changes, offered, said

from core.skills.api.book import load_book
from core.skills.api.client import ApiClient
from core.skills.api.journal import Journal
from core.skills.api.skill import OperationSkill

API = """
openapi: 3.1.0
paths:
  /vouchers:
    post:
      operationId: sendVoucher
      requestBody:
        content:
          application/json:
            schema:
              type: object
              required: [won, shop]
              properties:
                shop: {type: string, enum: [강남, 마포, 송도, 해운대, 유성, 수성]}
                won: {type: integer, minimum: 100, maximum: 90000}
"""
BOOK = """
document = "vouchers.yaml"
server = "SERVER"

[[operation]]
id = "sendVoucher"
examples = ["고객에게 할인 쿠폰 보내 줘", "할인권 발송해 주세요"]
[operation.ask]
won = "얼마짜리 쿠폰인가요?"
"""


@pytest.fixture
async def sent():
    """The vouchers that an API was told to send, and its address."""
    vouchers = []

    async def take(request):
        vouchers.append(await request.json())
        return web.json_response({"id": 7})

    app = web.Application()
    app.router.add_post("/vouchers", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield vouchers, f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.fixture
def caller(sent, tmp_path, with_skills):
    """An assistant that calls that API."""
    (tmp_path / "vouchers.yaml").write_text(API, "utf-8")
    (tmp_path / "book.toml").write_text(BOOK.replace("SERVER", sent[1]), "utf-8")
    book = load_book(tmp_path / "book.toml", None)
    texts = tomllib.loads(files("core.skills.api").joinpath("ko.toml").read_text("utf-8"))
    journal = Journal(tmp_path / "calls.sqlite3")
    (allowed,) = book.allowed.values()
    skill = OperationSkill(book, allowed, ApiClient(book, "secret"), journal, texts)
    return with_skills(lambda _: [skill])


async def test_a_call_of_an_api_is_corrected_called_off_and_made_once_after_a_restart(
    driver, caller, sent
):
    vouchers, _ = sent
    async with driver.running(make_assistant=caller):
        asked = await driver.ask("강남 고객에게 할인 쿠폰 보내 줘")
        await said(driver, asked, "얼마짜리")
        await driver.go_on(asked, "3000")
        await offered(driver, asked, "보내기")
        await driver.press(asked, "그만두기")
        await said(driver, asked, "아무것도 보내지")
        await driver.go_on(asked, "강남에서 쓸 할인권 발송해 주세요")
        await driver.until(lambda: sum("얼마짜리" in text for text in driver.shown(asked)) == 2)
        await driver.go_on(asked, "50")  # less than the schema allows
        await said(driver, asked, "쓸 수 없어요")
        await driver.go_on(asked, "5000")
        await said(driver, asked, '"won": 5000')
        await driver.go_on(asked, "아니 7000")
        await said(driver, asked, '"won": 7000')
        await nothing_changes(driver, asked, "보내기")
    async with driver.running(make_assistant=caller):
        assert vouchers == []
        await driver.press(asked, "보내기")
        await driver.until(lambda: vouchers)
        assert vouchers == [{"shop": "강남", "won": 7000}]


async def test_more_choices_than_five_are_a_menu(driver, caller, sent):
    """Each platform has its own; what is chosen counts as if it was said."""
    vouchers, _ = sent
    async with driver.running(make_assistant=caller):
        asked = await driver.ask("3000원 할인 쿠폰 보내 줘")
        await offered(driver, asked, "해운대")
        await driver.press(asked, "해운대")
        await offered(driver, asked, "보내기")
        await driver.press(asked, "보내기")
        await driver.until(lambda: vouchers)
        assert vouchers == [{"shop": "해운대", "won": 3000}]
