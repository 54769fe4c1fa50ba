"""Canned replies of help desks: macros, their folders, their actions and their placeholders."""

import json

import pytest

from ingest.clean import clean
from ingest.sources.load import load
from ingest.templates import placeholder_in


def write(path, content):
    made = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    path.write_text(made, encoding="utf-8")
    return path


def gorgias(number, name, archived=None, **arguments):
    actions = [
        {"name": "addTags", "arguments": {"tags": "orders, late"}},
        {"name": "setResponseText", "arguments": arguments},
    ]
    times = {"archived_datetime": archived, "updated_datetime": "2026-01-30T11:04:34"}
    return {"id": number, "name": name, "usage": 5, "actions": actions, **times}


def test_macros_of_gorgias_are_what_they_write_to_a_customer(tmp_path):
    macros = [
        gorgias(1, "Where is my order?", body_html="<p>It comes in <b>two</b> days.</p>"),
        gorgias(2, "Old one", "2021-01-30T11:04:34", body_text="No."),
        {
            "id": 3,
            "name": "Close",
            "actions": [{"name": "setStatus", "arguments": {"status": "x"}}],
        },
    ]
    loaded = load(write(tmp_path / "macros.json", {"data": macros}))
    (row,) = loaded.rows
    assert (row.title, row.answer) == ("Where is my order?", "It comes in **two** days.")
    assert (row.category, row.updated) == ("orders", "2026-01-30")
    assert [one.reason.split(":")[0] for one in loaded.skipped] == ["the answer is empty"]


def test_macros_of_zendesk_stand_in_the_folders_of_their_titles(tmp_path):
    def macro(title, *, active=True, **said):
        actions = [{"field": "status", "value": "solved"}]
        actions += [{"field": name, "value": value} for name, value in said.items()]
        address = "https://acme.zendesk.com/api/v2/macros/1.json"
        return {"title": title, "active": active, "url": address, "actions": actions}

    macros = [
        macro("Refunds::How long?", comment_value_html="<p>Two weeks.</p>"),
        macro("Refunds::Late::Why?", comment_value=["channel:all", "Banks are slow."]),
        macro("Refunds::Old", active=False, comment_value="No."),
    ]
    rows = load(write(tmp_path / "macros.json", {"macros": macros})).rows
    assert [(row.category, row.title, row.answer) for row in rows] == [
        ("Refunds", "How long?", "Two weeks."),
        ("Refunds > Late", "Why?", "Banks are slow."),
    ]
    assert {row.url for row in rows} == {""}, "the address of a program's interface is no page"


def test_a_title_with_colons_among_others_stays_as_it_is(tmp_path):
    sheet = "question,answer\nWhat is std::vector?,A list.\nWhat is a map?,Pairs.\n"
    titles = [row.title for row in load(write(tmp_path / "faq.csv", sheet)).rows]
    assert titles == ["What is std::vector?", "What is a map?"]


def test_of_several_tags_the_first_is_the_category_and_a_row_without_tags_has_none(tmp_path):
    sheet = (
        'name,answer,tags,deleted_at\nA b,One.,"pay,late",\nC d,Two.,,\nE f,No.,pay,2026-01-02\n'
    )
    loaded = load(write(tmp_path / "macros.csv", sheet))
    assert [(row.title, row.category) for row in loaded.rows] == [("A b", "pay"), ("C d", "")]


def test_the_summary_names_tags_as_ignored_where_the_titles_have_the_folders(tmp_path):
    sheet = "name,answer,tags\nPay::How?,By card.,x\nPay::When?,Now.,y\n"
    (columns,) = load(write(tmp_path / "macros.csv", sheet)).columns
    assert dict(columns.read) == {"title": "name", "answer": "answer"}
    assert columns.ignored == ("tags",)


@pytest.mark.parametrize(
    ("written", "served"),
    [
        ("Hi {{ticket.customer.firstname}},\n\nIt ships today.", "It ships today."),
        ("Hello {{ name }}! It ships today.", "It ships today."),
        (
            "안녕하세요, #{고객명}님.\n오늘 보냅니다.\n\n감사합니다.\n{{상담원}} 드림",
            "오늘 보냅니다.",
        ),
        ("It ships today.\n\nBest regards,\n{{current_user.name}}", "It ships today."),
        ("Write {{name}} where the name goes.", "Write {{name}} where the name goes."),
        ("{{answer}}", "{{answer}}"),
    ],
)
def test_greetings_with_a_placeholder_for_a_name_are_not_part_of_an_answer(
    tmp_path, written, served
):
    (row,) = load(write(tmp_path / "faq.json", [{"title": "When?", "answer": written}])).rows
    assert clean(row).text == served


def test_a_placeholder_in_code_is_no_placeholder():
    assert placeholder_in("Write `{{name}}` there.") == ""
    assert placeholder_in("Your order {{order.id}} ships.") == "{{order.id}}"
