"""Views as Slack messages, checked as strictly as Slack does."""

import re
from dataclasses import replace

import pytest
from fakes.rendering import TEXTS, answered, question, strangest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.slack.render.blocks import (
    BlockOptions,
    feedback_value,
    followup_value,
    read_feedback,
    read_followup,
    render,
)
from core.text.markdown.measure import utf16
from core.text.safety.sanitize import Cleaner
from core.types import Answered, Declined, Escalated, Failed, Label, View

CLEANER = Cleaner(["naver.com"], instead="(링크 생략)")


def check_text(text, kind, limit):
    assert text["type"] == kind
    assert 0 < utf16(text["text"]) <= limit
    assert text["text"].strip()


def check_element(element):
    assert 0 < utf16(element["action_id"]) <= 255
    buttons = [element]
    if element["type"] == "feedback_buttons":
        buttons = [element["positive_button"], element["negative_button"]]
    else:
        assert element["type"] == "button"
    for button in buttons:
        check_text(button["text"], "plain_text", 75)
        assert 0 < utf16(button["value"]) <= 2000


def check_block(block):
    if block["type"] == "section":
        check_text(block["text"], "mrkdwn", 3000)
    elif block["type"] == "context":
        assert 0 < len(block["elements"]) <= 10
        for element in block["elements"]:
            check_text(element, "mrkdwn", 3000)
    else:
        assert block["type"] in ("actions", "context_actions")
        assert 0 < len(block["elements"]) <= (25 if block["type"] == "actions" else 5)
        actions = [element["action_id"] for element in block["elements"]]
        assert len(set(actions)) == len(actions)
        for element in block["elements"]:
            check_element(element)


def texts_of(page):
    for block in page.blocks:
        for part in [block.get("text"), *block.get("elements", [])]:
            if part and part["type"] == "mrkdwn":
                yield part["text"]


def check(shown):
    """What Slack would refuse as `invalid_blocks`, `msg_too_long` or `no_text`."""
    assert shown
    for page in shown:
        assert page.text.strip()
        assert utf16(page.text) <= 3900
        assert 0 < len(page.blocks) <= 50
        ids = [block["block_id"] for block in page.blocks]
        assert len(set(ids)) == len(ids)
        assert all(0 < len(block_id) <= 255 for block_id in ids)
        for block in page.blocks:
            check_block(block)
        assert sum(map(utf16, texts_of(page))) <= 13_000
    for page in shown[:-1]:
        assert all(block["type"] == "section" for block in page.blocks)


@pytest.fixture
def look(profile):
    return BlockOptions(profile, CLEANER)


def blocks_of(page):
    ids = [block["block_id"] for block in page.blocks]
    # That of opinions has another id with every edit.
    names = ["feedback" if one.startswith("feedback") else one for one in ids]
    return dict(zip(names, page.blocks, strict=True))


@settings(deadline=None, max_examples=50)
@given(text=TEXTS, times=st.integers(1, 60), cut=st.integers(0, 9000))
def test_pages_hold_the_limits_and_stay(profile, text, times, cut):
    """Whatever is written, and the first pages of a text that grows are those of the whole."""
    look = BlockOptions(profile, CLEANER, quoted=True)
    text *= times
    whole = render(answered(text), look)
    growing = render(View(question(), status="찾는 중", text=text[:cut]), look)
    check(whole)
    check(growing)
    assert growing[:-1] == whole[: len(growing) - 1]


@settings(deadline=None, max_examples=50)
@given(TEXTS)
def test_no_mention_is_live_but_that_of_the_asker(profile, text):
    look = BlockOptions(profile, CLEANER, quoted=True)
    for page in render(answered(text), look):
        for shown in [page.text, *texts_of(page)]:
            assert set(re.findall(r"<[!@#][^>]*>", shown)) <= {"<@U012ABC>"}


def test_while_it_is_written_there_is_a_status_and_a_way_to_stop(look):
    (page,) = render(View(question(), status="도움말을 찾고 있어요…"), look)
    assert page.text == "도움말을 찾고 있어요…"
    blocks = blocks_of(page)
    assert blocks["status"]["elements"][0]["text"] == "⏳ 도움말을 찾고 있어요…"
    (stop,) = blocks["stop"]["elements"]
    assert (stop["action_id"], stop["value"]) == ("stop", question().id)


def test_an_answer_ends_with_sources_and_what_to_ask_next(profile):
    look = BlockOptions(profile, CLEANER, used=frozenset({1}))
    (page,) = render(answered("**배송비**는 무료입니다. [1]"), look)
    blocks = blocks_of(page)
    assert list(blocks) == ["text:0", "sources", "next", "followups", "details", "feedback"]
    sources = blocks["sources"]["elements"][0]["text"].split("\n")
    assert sources[0] == profile.sources
    assert sources[1].startswith("[1] [배송] 배송비")
    assert "민수" in sources[2]
    assert blocks["next"]["elements"][0]["text"] == f"{profile.ask_next}\n• 반품도 안내해 드릴까요?"
    first, second, _ = blocks["followups"]["elements"]
    assert read_followup(first["value"]) == (question().id, 0)
    assert second["text"]["text"].startswith("✓ ")
    assert page.text == "배송비는 무료입니다. [1]"


def test_the_other_endings(look, profile):
    declined = Declined(profile.refusal, ("정산은 언제 되나요?",), Label.OFF_TOPIC)
    (page,) = render(View(question(), text=profile.refusal, ending=declined), look)
    assert page.blocks[0]["text"]["text"] == profile.refusal
    assert blocks_of(page)["next"]["elements"][0]["text"] == profile.lead_back
    escalated = Escalated(profile.not_found, ("배송비",))
    (page,) = render(View(question(), text=profile.not_found, ending=escalated), look)
    assert blocks_of(page)["next"]["elements"][0]["text"] == profile.nearest
    (page,) = render(View(question(), text="고장", ending=Failed("고장")), look)
    assert list(blocks_of(page)) == ["text:0"]
    (page,) = render(View(question(), text="쓰다 **만", note=profile.stopped), look)
    assert page.blocks[0]["text"]["text"] == "쓰다 *만*"
    assert list(blocks_of(page)) == ["text:0", "note"]


def test_a_question_that_nobody_typed_is_shown(profile):
    look = BlockOptions(profile, CLEANER, quoted=True)
    view = View(question("배송비는\n<!channel>?"), status="찾는 중")
    shown = blocks_of(render(view, look)[0])["question"]["text"]["text"]
    assert shown == "<@U012ABC> 님의 질문\n> 배송비는 &lt;\u200b!channel&gt;?"


def test_values_say_what_they_were_made_of():
    assert read_followup(followup_value("slack:T:C:1", 2)) == ("slack:T:C:1", 2)
    assert read_feedback(feedback_value("slack:T:C:1", helpful=False)) == ("slack:T:C:1", False)
    for forged in ("", "x", "x:1", ":", "9999:a", "²:a"):
        assert read_followup(forged) is None
        assert read_feedback(forged) is None


def test_clients_without_feedback_buttons_get_plain_ones(profile):
    look = BlockOptions(profile, CLEANER, newer_blocks=False)
    page = render(answered("답"), look)[-1]
    check([page])
    actions = [element["action_id"] for element in page.blocks[-1]["elements"]]
    assert actions == ["feedback:up", "feedback:down"]


def test_the_real_answers_hold_the_limits(shared, look):
    """And lose none of their words."""
    for text in strangest(shared):
        shown = render(answered(text), look)
        check(shown)
        words = "".join(
            block["text"]["text"]
            for page in shown
            for block in page.blocks
            if block["type"] == "section"
        )
        assert re.sub(r"[^가-힣]", "", words.replace("(링크 생략)", "")) == re.sub(
            r"[^가-힣]", "", text
        )


OWNERS = ("U01AB", "S02CD")


def test_owners_are_called_in_a_message_of_their_own_at_the_end(profile):
    look = BlockOptions(profile, CLEANER, owners=OWNERS)
    view = View(
        question("<@U9> <!here>"), text="몰라요 <@U9>", ending=Escalated("몰라요 <@U9>", ())
    )
    *pages, call = render(view, look)
    check([*pages])
    check([call])
    assert call.calls
    assert call.text.startswith("<@U01AB> <!subteam^S02CD> 님")
    assert call.blocks[0]["text"]["text"] == call.text
    assert not any("U01AB" in str(page) or "<@" in str(page) for page in pages)


def test_all_owners_that_there_can_be_fit_in_a_message(profile):
    look = BlockOptions(profile, CLEANER, owners=tuple(f"S{number:020}" for number in range(50)))
    *_, call = render(View(question("가"), text="나", ending=Escalated("나", ())), look)
    check([call])


def test_nobody_is_called_while_an_answer_grows_or_when_it_is_there(profile):
    look = BlockOptions(profile, CLEANER, owners=OWNERS)
    for view in (View(question("가"), text="나"), answered("나")):
        assert not any(page.calls for page in render(view, look))
    assert (
        len(
            render(
                View(question("가"), text="나", ending=Escalated("나", ())),
                replace(look, owners=()),
            )
        )
        == 1
    )


@pytest.mark.parametrize(
    ("count", "kind"), [(5, "button"), (6, "static_select"), (25, "static_select")]
)
def test_more_choices_of_a_skill_than_five_are_a_menu(look, count, kind):
    ending = Answered("어느 것인가요?", (), tuple(f"{n}번" for n in range(count)), skill="rooms")
    (page,) = render(View(question(), text=ending.text, ending=ending), look)
    blocks = blocks_of(page)
    assert list(blocks) == ["text:0", "followups"]  # nothing is said about them
    assert {element["type"] for element in blocks["followups"]["elements"]} == {kind}


def test_blocks_for_opinions_and_steps_have_a_new_id_whenever_they_are_edited(profile):
    """Slack leaves such a block as it was if its id is."""
    look = BlockOptions(profile, CLEANER, steps=True)

    def id_of(kind, view):
        blocks = [block for page in render(view, look) for block in page.blocks]
        return next(block["block_id"] for block in blocks if block["type"] == kind)

    first, second = (id_of("context_actions", answered(text)) for text in ("하나", "둘"))
    assert first != second
    waits = View(question(), status="찾고 있어요", slow=True)
    assert id_of("plan", waits) != id_of("plan", replace(waits, status="쓰고 있어요"))
