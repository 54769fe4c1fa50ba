"""Exports of Dialogflow and Rasa, whose questions and answers stand in files of their own."""

import json
import zipfile

import pytest

from core.errors import SourceError
from ingest.sources.load import load


def intent(name, *messages, **more):
    """A file of an intent as Dialogflow exports it."""
    content = {
        "name": name,
        "contexts": [],
        "responses": [{"messages": messages}],
        "fallbackIntent": False,
    }
    return json.dumps(content | more)


def phrases(*texts):
    return json.dumps(
        [{"data": [{"text": part} for part in text], "isTemplate": False} for text in texts]
    )


def said(*texts, language="en", **more):
    return {"type": "0", "lang": language, "speech": list(texts)} | more


AGENT = {
    "agent.json": '{"displayName": "Museum", "description": "A bot.", "language": "en",'
    ' "defaultTimezone": "Asia/Seoul"}',
    "entities/size.json": '{"id": "1", "name": "size"}',
    "intents/hours.json": intent(
        "hours",
        said("From 10 to 6.", "10 to 6!"),
        said("10시부터 6시까지입니다.", language="ko"),
        said("Slack: 10 to 6", platform="SLACK"),
    ),
    "intents/hours_usersays_en.json": phrases(["opening hours"], ["Are you open on ", "Monday?"]),
    "intents/hours_usersays_ko.json": phrases(["몇 시에 여나요?"]),
    "intents/tickets.json": intent(
        "tickets",
        said("A ticket is 12 euros."),
        {
            "type": "1",
            "lang": "en",
            "title": "Buy",
            "subtitle": "Online is cheaper",
            "buttons": [{"text": "Shop", "postback": "https://museum.example/shop"}],
        },
    ),
    "intents/tickets_usersays_en.json": phrases(["How much is a ticket?"]),
    "intents/tickets - yes.json": intent("tickets - yes", said("Fine."), contexts=["tickets"]),
    "intents/tickets - yes_usersays_en.json": phrases(["yes"]),
    "intents/Default Welcome Intent.json": intent("Default Welcome Intent", said("Hi!")),
    "intents/Default Welcome Intent_usersays_en.json": phrases(["hello"]),
    "intents/order.json": intent("order"),
    "intents/order_usersays_en.json": phrases(["Where is my order?"]),
}
RASA = {
    "domain.yml": """
version: "3.1"
intents: [greet, hours, refund, faq]
responses:
  utter_greet:
  - text: Hey!
  utter_opening:
  - text: We open at 9.
  - text: At nine we open.
  utter_closing:
  - text: And close at 6.
  utter_refund:
  - text: Five days.
  utter_faq/parking:
  - text: Behind the house.
""",
    "data/nlu.yml": """
version: "3.1"
nlu:
- intent: greet
  examples: |
    - hi
- intent: hours
  examples: |
    - hours in [Bonn]{"entity": "city", "value": "bonn"}
    - when are you open [today](day)?
- intent: refund
  examples: |
    - How long does a refund take?
- intent: faq/parking
  examples: |
    - where can I park
- lookup: city
  examples: |
    - Bonn
""",
    "data/rules.yml": """
version: "3.1"
rules:
- rule: hours
  steps:
  - intent: hours
  - action: utter_opening
  - action: utter_closing
  - intent: greet
  - action: utter_greet
""",
    "config.yml": "language: en\npipeline:\n- name: WhitespaceTokenizer\n",
}


def in_zip(folder, files):
    with zipfile.ZipFile(folder / "agent.zip", "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return folder / "agent.zip"


def in_folder(folder, files):
    for name, text in files.items():
        file = folder / "bot" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder / "bot"


@pytest.mark.parametrize("saved", [in_zip, in_folder])
def test_the_intents_of_dialogflow_are_entries_in_each_of_their_languages(tmp_path, saved):
    loaded = load(saved(tmp_path, AGENT))
    assert [(row.title, row.answer, row.questions, row.category) for row in loaded.rows] == [
        ("Are you open on Monday?", "From 10 to 6.", ("opening hours",), ""),
        ("몇 시에 여나요?", "10시부터 6시까지입니다.", (), ""),
        (
            "How much is a ticket?",
            "A ticket is 12 euros.\n\n**Buy**\nOnline is cheaper\n[Shop](https://museum.example/shop)",
            (),
            "",
        ),
    ]
    (left,) = [one.text for one in loaded.remarks if "intents" in one.text]
    assert left.endswith(": Default Welcome Intent, tickets - yes")
    assert any("(order)" in one.position and "answer" in one.reason for one in loaded.skipped)


def test_the_intents_of_rasa_have_the_responses_of_their_rules_or_of_their_name(tmp_path):
    loaded = load(in_folder(tmp_path, RASA))
    assert [(row.title, row.answer, row.questions) for row in loaded.rows] == [
        (
            "when are you open today?",
            "We open at 9.\n\nAnd close at 6.",
            ("hours in Bonn",),
        ),
        ("How long does a refund take?", "Five days.", ()),
        ("where can I park", "Behind the house.", ()),
    ]
    assert [one.position for one in loaded.skipped] == ["config.yml"]


@pytest.mark.parametrize("name", ["intents/hours.json", "intents/hours_usersays_en.json"])
def test_a_part_of_a_chatbot_alone_is_told_what_lacks(tmp_path, name):
    with pytest.raises(SourceError, match="give the folder or the zip that has all its files"):
        load(in_folder(tmp_path, {name: AGENT[name]}))


def test_answers_to_a_form_are_no_part_of_a_chatbot(tmp_path):
    file = tmp_path / "form.json"
    pairs = [{"question": "Why?", "answer": "So."}]
    file.write_text(json.dumps({"version": "1", "responses": pairs}), encoding="utf-8")
    assert [row.title for row in load(file).rows] == ["Why?"]
