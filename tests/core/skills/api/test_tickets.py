"""Another API than the shop's: tickets with objects in objects, choices, and pages of a list."""

import pytest
from aiohttp import web

from core.skills.api.book import load_book
from core.skills.api.client import ApiClient
from core.skills.api.journal import Journal
from core.skills.api.skill import OperationSkill

DOCUMENT = """
{"openapi": "3.0.3", "info": {"title": "Desk", "version": "2"},
 "paths": {
  "/tickets": {
   "get": {"operationId": "listTickets", "parameters": [
     {"name": "status", "in": "query", "required": true,
      "schema": {"type": "string", "enum": ["open", "pending", "closed"]}},
     {"name": "page", "in": "query", "schema": {"type": "integer", "minimum": 1}}]},
   "post": {"operationId": "openTicket", "requestBody": {"content": {"application/json": {
     "schema": {"$ref": "#/components/schemas/Ticket"}}}}}},
  "/tickets/{id}/priority": {
   "put": {"operationId": "setPriority",
     "parameters": [{"name": "id", "in": "path",
       "schema": {"type": "string", "pattern": "^TK-[0-9]+$"}}],
     "requestBody": {"content": {"application/json": {"schema": {
       "type": "object", "required": ["priority"],
       "properties": {"priority": {"$ref": "#/components/schemas/Priority"}}}}}}}}},
 "components": {"schemas": {
  "Priority": {"type": "string", "enum": ["p1", "p2", "p3", "p4", "p5", "p6"]},
  "Base": {"type": "object", "required": ["id", "title"], "properties": {
    "id": {"type": "string", "readOnly": true}, "title": {"type": "string", "minLength": 3}}},
  "Ticket": {"allOf": [{"$ref": "#/components/schemas/Base"}, {
    "type": "object", "required": ["requester"], "properties": {
      "requester": {"type": "object", "required": ["email"], "properties": {
        "email": {"type": "string", "pattern": "^[a-z.]+@[a-z.]+$"},
        "phone": {"type": "string", "nullable": true}}},
      "parent": {"$ref": "#/components/schemas/Ticket"}}}]}}}}
"""
BOOK = """
document = "desk.json"
server = "SERVER"

[[operation]]
id = "listTickets"
examples = ["티켓 목록 보여 줘", "열린 티켓 뭐 있어?"]
[operation.ask]
status = "어떤 상태의 티켓인가요?"
[operation.find]
page = '(\\d+)\\s*(?:쪽|페이지)'

[[operation]]
id = "openTicket"
examples = ["티켓 하나 열어 줘", "새 티켓 만들어 줘"]
[operation.ask]
title = "제목은 무엇인가요?"
"requester.email" = "누구의 요청인가요? 메일 주소를 적어 주세요."

[[operation]]
id = "setPriority"
examples = ["티켓 우선순위 바꿔 줘", "티켓 급한 정도를 변경해 줘"]
[operation.ask]
id = "티켓 번호가 무엇인가요?"
priority = "우선순위는요?"
"""


@pytest.fixture
def made():
    return []


@pytest.fixture
async def server(made):
    async def take(request):
        made.append(
            (
                request.method,
                request.path_qs,
                await request.json() if request.can_read_body else None,
            )
        )
        tickets = [{"id": "TK-7", "title": "로그인 안 됨"}, {"id": "TK-9", "title": "느림"}]
        return web.json_response(
            {"items": tickets, "next": 3} if request.method == "GET" else {"id": "TK-12"}
        )

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.fixture
def skills(tmp_path, server, texts):
    (tmp_path / "desk.json").write_text(DOCUMENT, "utf-8")
    (tmp_path / "book.toml").write_text(BOOK.replace("SERVER", server), "utf-8")
    book = load_book(tmp_path / "book.toml", None)
    client, journal = ApiClient(book), Journal(tmp_path / "calls.sqlite3")
    return {
        name: OperationSkill(book, one, client, journal, texts)
        for name, one in book.allowed.items()
    }


async def test_a_page_of_a_list_is_read_at_once(talk, made):
    _, told = await talk("open 티켓 목록 2쪽 보여 줘")
    assert made == [("GET", "/tickets?status=open&page=2", None)]
    assert "TK-7" in told.text
    assert "**next**: 3" in told.text


async def test_fields_of_inner_objects_are_asked_for_and_sent_where_they_belong(talk, made):
    _, title = await talk("새 티켓 만들어 줘")
    assert title.text == "제목은 무엇인가요?"
    _, email = await talk("결제가 두 번 됐어요")
    assert email.text.startswith("누구의 요청인가요?")
    _, wrong = await talk("지영")
    assert "쓸 수 없어요" in wrong.text
    asked, confirm = await talk("jiyoung@shop.example")
    assert confirm.followups == ("보내기", "그만두기")
    assert made == []
    await talk("보내기", of=asked)
    body = {"title": "결제가 두 번 됐어요", "requester": {"email": "jiyoung@shop.example"}}
    assert made == [("POST", "/tickets", body)]


async def test_a_place_in_the_path_and_one_of_many_choices(talk, made):
    _, asked = await talk("TK-7 티켓 우선순위 바꿔 줘")
    assert asked.followups == ("p1", "p2", "p3", "p4", "p5", "p6")
    await talk("p2")
    last, corrected = await talk("아니 p1로")
    assert '"priority": "p1"' in corrected.text
    await talk("보내기", of=last)
    assert made == [("PUT", "/tickets/TK-7/priority", {"priority": "p1"})]
