"""Arguments of other people's documents: lists, days, and values of a known form."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from core.skills.api.arguments import converted, problem, read_arguments
from core.skills.api.book import Allowed
from core.skills.api.document import resolved
from core.skills.api.operations import Operation, Parameter

NOW = datetime(2026, 11, 30, 10, tzinfo=ZoneInfo("Asia/Seoul"))
STATUS = {"type": "array", "items": {"type": "string", "enum": ["available", "pending", "sold"]}}
DAY = {"type": "string", "format": "date"}
TIME = {"type": "string", "format": "date-time"}


def read(text, **schemas):
    parameters = tuple(Parameter(name, "query", schema) for name, schema in schemas.items())
    return read_arguments(Allowed(Operation("find", "GET", "/", "", parameters), ()), text, NOW)


def test_values_of_a_list_are_named_in_a_message():
    assert read("sold이랑 pending 상태 보여줘", status=STATUS) == {"status": ["pending", "sold"]}
    assert read("상태 보여줘", status=STATUS) == {}


@pytest.mark.parametrize(
    ("said", "items", "value"),
    [
        ("강아지, 고양이", {"type": "string"}, ["강아지", "고양이"]),
        ("강아지랑 고양이", {"type": "string"}, ["강아지", "고양이"]),
        ("cats and dogs", {"type": "string"}, ["cats", "dogs"]),
        ("1, 2 / 3", {"type": "integer"}, [1, 2, 3]),
    ],
)
def test_a_list_is_said_in_a_row(said, items, value):
    tags = Parameter("tags", "query", {"type": "array", "items": items})
    assert converted(tags, said, NOW) == value
    assert not problem(tags, value)


def test_a_day_is_said_as_people_say_it():
    assert read("내일 예약 확인해 줘", on=DAY) == {"on": "2026-12-01"}
    assert read("next Friday's orders", on=DAY) == {}  # this week's or the next one's
    assert read("12월 5일 오후 3시에 보내 줘", at=TIME) == {"at": "2026-12-05T15:00:00+09:00"}
    assert read("내일부터", begin=DAY, end=DAY) == {}  # which of them is not plain
    assert converted(Parameter("on", "query", DAY), "모레", NOW) == "2026-12-02"


def test_values_of_a_form_are_found_in_a_message():
    found = read("kim@shop.example 으로 보내 줘", to={"type": "string", "format": "email"})
    assert found == {"to": "kim@shop.example"}
    found = read("https://shop.example/a 등록해 줘", url={"type": "string", "format": "uri"})
    assert found == {"url": "https://shop.example/a"}


@pytest.mark.parametrize("value", ["..", ".", "", [".."]])
def test_a_part_of_a_path_leads_nowhere_else(value):
    """`/members/{id}/orders` with `..` for the id would be everybody's orders."""
    schema = {"type": ["string", "array"]}
    assert problem(Parameter("id", "path", schema), value)
    assert not problem(Parameter("id", "query", schema), value)
    found = read("주문을 '..' 로 찾아 줘", id={"type": "string"})
    assert found == {"id": ".."}
    operation = Operation(
        "find", "GET", "/{id}", "", (Parameter("id", "path", {"type": "string"}),)
    )
    assert read_arguments(Allowed(operation, ()), "주문을 '..' 로 찾아 줘", NOW) == {}


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("3시에 두 명 예약해 줘", {"people": 2}),
        ("두 명이 이틀 묵을 방, 5만 원 넘지 않게", {"people": 2}),
        ("a table for 3 people, not above 50 dollars", {"people": 3, "dollars": 50}),
        ("a table for three people", {"people": 3}),
        ("4명 예약, 30", {"people": 4, "dollars": 30}),
        ("30이랑 4", {}),  # which is which is not plain
    ],
)
def test_a_number_belongs_to_what_is_counted(said, found):
    people = {"type": "integer", "description": "How many people come (명)"}
    assert read(said, people=people, dollars={"type": "integer"}) == found


LETTERS = "a" * 24 + "!"  # a pattern that takes long is tried here in a second or more


@pytest.mark.parametrize(
    "form", ["^(a+)+$", "^(a|a)*$", "^(?:a?){24}a{24}$", r"^(\w+\s?)*$", "(a*)*b$", "^(?=(a+)+$)a"]
)
def test_a_pattern_that_may_take_long_is_held_against_nobody(form):
    """Wherever it stands in a schema; only the API itself holds a value to it."""
    text, names = {"type": "string", "pattern": form}, {LETTERS: 1}
    assert not problem(Parameter("code", "query", text), LETTERS)
    assert read(LETTERS, code=text) == {}
    assert read(f"'{LETTERS}' 찾아 줘", code=text) == {"code": LETTERS}
    of_a_draft = {"$schema": "http://json-schema.org/draft-07/schema#", "properties": {"b": text}}
    for schema, value in (
        ({"items": text}, [LETTERS]),
        ({"anyOf": [{"type": "integer"}, text]}, LETTERS),
        ({"propertyNames": {"pattern": form}}, names),
        ({"patternProperties": {form: {"type": "null"}}, "additionalProperties": False}, names),
        ({"patternProperties": {form: {"type": "null"}}, "unevaluatedProperties": False}, names),
        (resolved({}, {"items": of_a_draft}), [{"b": LETTERS}]),
    ):
        assert not problem(Parameter("code", "body", schema), value)


@pytest.mark.parametrize(
    ("form", "right", "wrong"),
    [
        (r"^\+[1-9]\d{1,14}$", "+821012345678", "+0"),
        ("^[^@ ]+@[^@ ]+[.][a-z]+$", "kim@shop.example", "kim@shop"),
        (
            "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
            "0" * 8 + "-0000" * 3 + "-" + "0" * 12,
            "0",
        ),
        ("^[A-Z]{3}(-[A-Z]{3})*$", "ABC-DEF-GHI", "ABC-DE"),
        ("^(https?|ftp)://[a-z.]+$", "https://shop.example", "shop.example"),
    ],
)
def test_a_pattern_that_takes_no_time_is_used(form, right, wrong):
    code = {"type": "string", "pattern": form}
    assert read(f"{right} 찾아 줘", code=code) == {"code": right}
    assert not problem(Parameter("code", "query", code), right)
    assert problem(Parameter("code", "query", code), wrong)


def test_what_a_person_writes_is_not_compiled():
    """`re` would fail on it with another error than one of patterns."""
    form = Parameter("form", "query", {"type": "string", "format": "regex"})
    assert not problem(form, "(" * 4_000)
    assert problem(Parameter("at", "query", {"type": "string", "format": "ipv4"}), "1.2.3")


def test_a_pattern_is_used_for_texts_that_are_short_enough_for_it():
    code = Parameter("code", "query", {"type": "string", "pattern": "^[a-z]*[a-z.]*[a-z]*$"})
    assert problem(code, "a" * 40 + "!")
    assert not problem(code, "a" * 5_000 + "!")
