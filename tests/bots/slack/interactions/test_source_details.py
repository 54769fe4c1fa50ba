"""The sources of an answer open in front of a person; those with an address are links."""

import pytest
from fakes.slack_bot import PROFILE

from bots.slack.render.blocks import BlockOptions, render
from bots.slack.render.source_view import source_view
from core.text.safety.sanitize import Cleaner
from core.types import Answered, Passage, Question, SessionId, View
from devtools.slack import labels, visible
from devtools.slack.api.checks import view_problems

CLEANER = Cleaner(["shop.example"], instead="(링크 생략)")
QUESTION = "정산은 언제 되나요?"


@pytest.fixture
async def minsu(slack):
    return slack.add_person("민수")


@pytest.fixture
async def answer(slack, bot, minsu, profile):
    message = await minsu.say(slack.add_channel("help", minsu), QUESTION)
    await minsu.shortcut(message, "answer_this")
    (reply,) = await slack.until(lambda: slack.replies(message))
    await slack.until(lambda: profile.helpful in labels(reply))
    return reply


async def test_the_entry_opens_in_front_of_whoever_presses(slack, answer, minsu, profile):
    await minsu.press(answer, profile.source_details)
    opened = await slack.until(lambda: minsu.modal)
    assert "구매확정 다음 영업일" in visible(opened)
    assert visible(opened).startswith(profile.sources)
    assert minsu.ephemerals() == []


async def test_a_button_of_another_place_opens_nothing_and_says_so(slack, answer, minsu, profile):
    (button,) = next(
        block["elements"] for block in answer.blocks if block.get("block_id") == "details"
    )
    button["value"] = button["value"].replace("slack:", "slack:T0OTHER:", 1)
    await minsu.press(answer, profile.source_details)
    (told,) = await slack.until(minsu.ephemerals)
    assert visible(told) == profile.stale_button
    assert minsu.modal is None


async def test_where_slack_opens_nothing_the_person_is_told(slack, answer, minsu, profile):
    slack.fail_next("views.open", "error")
    await minsu.press(answer, profile.source_details)
    (told,) = await slack.until(minsu.ephemerals)
    assert visible(told) == profile.not_opened


@pytest.mark.parametrize(("url", "opens"), [("", True), ("https://shop.example/1", False)])
def test_only_what_has_no_address_has_to_be_opened(url, opens):
    source = Passage("1", "반품 배송비", "3,000원입니다.", 1.0, url=url)
    ending = Answered("3,000원입니다. [1]", (source,), ())
    view = View(Question("q", SessionId("s"), "?"), text=ending.text, ending=ending)
    (page,) = render(view, BlockOptions(PROFILE, CLEANER))
    assert ("details" in [block.get("block_id") for block in page.blocks]) is opens
    assert ("<https://shop.example/1|↗>" in str(page.blocks)) is not opens


def test_whatever_the_entries_are_slack_takes_the_view():
    long = Passage(
        "1", "가" * 300, "**굵게** <!channel> & [x](https://evil.example)\n\n" * 400, 1.0
    )
    bare = Passage("2", "제목", "", 1.0, url="https://shop.example/a|b")
    shown = source_view([long, bare] * 5, PROFILE, CLEANER)
    assert not view_problems(shown)
    assert "<!channel>" not in str(shown)
    assert "evil.example" not in str(shown)
    assert "https://shop.example/a%7Cb" in str(shown)
