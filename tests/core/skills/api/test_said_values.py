"""Which values a message says, and what is told of those that are not valid."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web

from core.skills.api.arguments import corrected_number, misfits, read_arguments
from core.skills.api.book import load_book

NOW = datetime(2026, 12, 1, 10, tzinfo=ZoneInfo("Asia/Seoul"))
FLEET = """
openapi: 3.0.3
info: {title: Fleet, version: "1"}
paths:
  /trips:
    post:
      operationId: bookTrip
      requestBody:
        content:
          application/json:
            schema:
              type: object
              required: [from, hours]
              properties:
                from: {type: string, format: date-time}
                hours: {type: integer, minimum: 1, maximum: 12}
  /trips/{id}:
    patch:
      operationId: changeTrip
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      requestBody:
        content:
          application/json:
            schema:
              type: object
              required: [hours]
              properties: {hours: {type: integer, minimum: 1, maximum: 12}}
"""
BOOK = """
document = "fleet.yaml"
server = "http://127.0.0.1:1"
[[operation]]
id = "bookTrip"
examples = ["차 배차해 줘"]
[operation.ask]
hours = "몇 시간 쓰시나요?"
[[operation]]
id = "changeTrip"
examples = ["배차 바꿔 줘"]
[operation.ask]
id = "배차 번호가 무엇인가요?"
hours = "몇 시간으로 바꿀까요?"
"""


@pytest.fixture
def allowed(tmp_path):
    (tmp_path / "fleet.yaml").write_text(FLEET, "utf-8")
    (tmp_path / "fleet.toml").write_text(BOOK, "utf-8")
    return load_book(tmp_path / "fleet.toml", lambda _: None).allowed


@pytest.mark.parametrize(
    ("operation", "said", "found"),
    [
        ("bookTrip", "내일 오전 9시에 3시간 배차해줘", {"hours": 3, "from": "2026-12-02T09:00"}),
        ("bookTrip", "내일 오후 2시에 두 시간 쓸게", {"hours": 2, "from": "2026-12-02T14:00"}),
        ("bookTrip", "내일 오후 2시", {"from": "2026-12-02T14:00"}),
        (
            "bookTrip",
            "car tomorrow at 9 am for 4 hours",
            {"hours": 4, "from": "2026-12-02T09:00"},
        ),
        ("bookTrip", "a car tomorrow at 9 am", {"from": "2026-12-02T09:00"}),
        ("changeTrip", "배차 12번 5시간으로 바꿔줘", {"id": 12, "hours": 5}),
        ("changeTrip", "배차 12번", {"id": 12}),
    ],
)
def test_a_number_is_what_its_unit_says_and_no_time_of_the_day(allowed, operation, said, found):
    read = read_arguments(allowed[operation], said, NOW)
    assert {name: str(value)[:16] for name, value in read.items()} == {
        name: str(value) for name, value in found.items()
    }


def test_a_value_out_of_range_is_known_as_one(allowed):
    assert [one.name for one in misfits(allowed["bookTrip"], "내일 9시에 20시간", NOW)] == ["hours"]
    assert misfits(allowed["bookTrip"], "내일 9시에 3시간", NOW) == []


def test_a_lone_number_corrects_the_only_argument_that_it_suits(allowed):
    known = {"id": 120, "hours": 4}
    assert corrected_number(allowed["changeTrip"], known, "make it 130", NOW) == {"id": 130}
    assert corrected_number(allowed["changeTrip"], known, "make it 6", NOW) == {}
    assert corrected_number(allowed["changeTrip"], {"hours": 4}, "make it 6", NOW) == {"hours": 6}


async def test_a_value_that_is_not_possible_is_told_with_what_is(talk, shop):
    await talk("환급 처리해 줘")
    _, told = await talk("900000")
    assert "1부터 500000까지의 수" in told.text
    _, told = await talk("12000")
    asked, told = await talk("broken")
    _, told = await talk("네")
    assert told.text.startswith("보내려면 “보내기”를 눌러 주세요.")
    assert '"won": 12000' in told.text
    assert shop.asked == []
    _, told = await talk("900000으로 바꿔 줘")
    assert "1부터 500000까지의 수" in told.text
    _, told = await talk("보내기", of=asked)
    assert shop.asked == []


@pytest.mark.parametrize("status", [200, 404])
async def test_a_credential_that_an_api_repeats_is_not_shown(talk, shop, credential, status):
    shop.sent = web.json_response({"detail": f"your key {credential}"}, status=status)
    _, told = await talk("소포 204518 어디 있는지 찾아 줘")
    assert credential not in told.text
    assert "your key •••" in told.text
