"""Around an answer, the bot speaks the language of its question, on every platform."""

from dataclasses import replace

import pytest
from fakes.assistants import answered

from bots.discord.render import components
from bots.discord.render.components import Renderer
from bots.shared.answer_view import RenderOptions
from bots.slack.render import blocks
from bots.slack.replies.ephemeral import private_pages
from bots.web.render.page import page_of
from config.profiles import load_profile
from core.text.safety.sanitize import Cleaner
from core.types import Escalated, Question, SessionId, View

ENGLISH = load_profile("en")
KOREAN = replace(load_profile("ko"), others={"en": ENGLISH})
CLEANER = Cleaner((), instead="")
ENDING = replace(answered("…"), shareable=True)


def shown_by(platform, view):
    look = RenderOptions(KOREAN, CLEANER)
    match platform:
        case "discord":
            return repr(components.pages(view, look))
        case "discord aside":
            return repr(Renderer(look).shared(view, "민수"))
        case "slack":
            return repr(blocks.render(view, blocks.BlockOptions(KOREAN, CLEANER)))
        case "slack aside":
            return repr(private_pages(view, KOREAN, CLEANER))
    return repr(page_of(view, look))


@pytest.mark.parametrize("platform", ["discord", "discord aside", "slack", "slack aside", "web"])
@pytest.mark.parametrize(
    ("text", "spoken", "other"),
    [
        ("When do I get paid?", ENGLISH, KOREAN),
        ("정산은 언제 되나요?", KOREAN, ENGLISH),
    ],
)
def test_what_stands_below_an_answer_is_in_the_language_of_its_question(
    platform, text, spoken, other
):
    session = "discord:1:2:3" if "discord" in platform else "slack:T1:C1:1.faq-U1"
    view = View(Question("q1", SessionId(session), text, "U1"), text="…", ending=ENDING)
    shown = shown_by(platform, view)
    expected = {
        "discord": ("ask_next", "sources", "helpful"),
        "discord aside": ("sources", "helpful"),
        "slack": ("ask_next", "sources", "helpful"),
        "slack aside": ("ask_next", "sources", "helpful", "share"),
        "web": ("ask_next",),
    }[platform]
    for name in expected:
        assert getattr(spoken, name) in shown, name
        assert getattr(other, name) not in shown, name


@pytest.mark.parametrize("platform", ["discord", "discord aside", "slack", "slack aside", "web"])
def test_what_stands_in_the_place_of_a_link_is_in_the_language_of_the_question(platform):
    view = View(
        Question("q1", SessionId("slack:T1:C1:1.faq-U1"), "Where can I read about it?", "U1"),
        text="See https://evil.example/x",
        ending=ENDING,
    )
    assert ENGLISH.link_left_out in shown_by(platform, view)


@pytest.mark.parametrize("platform", ["discord", "slack", "web"])
def test_who_waits_for_a_person_reads_their_language_and_owners_that_of_the_profile(platform):
    """Also if the FAQ has no entry in the asker's language."""
    korean, nearest = load_profile("ko"), ("주차 안내",)
    session = "discord:1:2:3" if platform == "discord" else "slack:T1:C1:1.faq-U1"
    question = Question(
        "q1", SessionId(session), "Where can I park my car?", "U1", reply_to="within:2:3"
    )
    ending = Escalated("…", nearest, contacts=(f"{platform}:1",), case_id="c1")
    view = View(question, text="…", ending=ending)
    look = RenderOptions(korean, CLEANER)
    match platform:
        case "discord":
            shown = repr(Renderer(look).written(view))
        case "slack":
            shown = repr(blocks.render(view, blocks.BlockOptions(korean, CLEANER)))
        case _:
            shown = repr(page_of(view, look))
    assert ENGLISH.nearest in shown
    assert korean.nearest not in shown
    if platform != "web":
        assert korean.case.take in shown
        assert ENGLISH.case.take not in shown
