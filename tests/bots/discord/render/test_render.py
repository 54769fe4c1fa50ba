"""Markdown in Discord's dialect, and views as Discord messages."""

import re

import pytest
from fakes.rendering import TEXTS, answered, question, strangest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.discord.render.components import Button, Menu, Page, RenderOptions, pages
from bots.discord.render.markdown import markdown
from core.text.markdown.measure import cost, utf16
from core.text.safety.sanitize import Cleaner
from core.types import Answered, Declined, Escalated, Failed, Label, View

CLEANER = Cleaner(["naver.com"], instead="(링크 생략)")
Z = "\u200b"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("**굵게** *기울임* ~~취소~~ `코드`", "**굵게** *기울임* ~~취소~~ `코드`"),
        ("**배송비(3,000원)**는", "**배송비(3,000원)**는"),
        ("\\*별표\\* 1~3일", "\\*별표\\* 1\\~3일"),
        ("# 하나\n#### 넷", "# 하나\n**넷**"),
        ("- 가\n  - 나\n1. 다", "- 가\n  - 나\n\n1. 다"),
        ("> 인용", "> 인용"),
        ("\\# 아님\n\\> 아님\n1\\. 아님", "\\# 아님\n\\> 아님\n1\\. 아님"),
        ("[도움말](https://naver.com/x)", "[도움말](<https://naver.com/x>)"),
        ("https://naver.com/x에서", "<https://naver.com/x>에서"),
        ("[여기](https://evil.example/)", "여기"),
        ("![그림](https://naver.com/x.png)", "[그림](<https://naver.com/x.png>)"),
        ("```py\nprint()\n```", "```py\nprint()\n```"),
        ("| 이름 | 값 |\n|---|---|\n| 가 | 1 |", "```\n이름 │ 값\n─────┼───\n가   │ 1\n```"),
        ("||숨김||", "\\|\\|숨김\\|\\|"),
        ("A &amp; B", "A & B"),
        ("<t:1700000000:R> <:a:1> </faq:1>", f"<{Z}t:1700000000:R> <{Z}:a:1> <{Z}/faq:1>"),
        ("discord.gg/abc", f"discord.gg{Z}/abc"),
    ],
)
def test_constructs(text, shown):
    assert markdown(text, CLEANER) == shown


LIVE = re.compile(r"<(?:[@#]|/\w|:\w|a:\w|t:\d|id:)|@(?:everyone|here)|discord\.gg/", re.IGNORECASE)


@given(TEXTS)
def test_nothing_harmful_is_active(text):
    """No mention, emoji, time or invite is live, and every link goes to an allowed host."""
    shown = markdown(text, CLEANER)
    bare = re.sub(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "", shown, flags=re.DOTALL)  # no code
    assert not LIVE.search(bare)
    assert not re.search(r"<[@#]|@(?:everyone|here)", shown, re.IGNORECASE)
    for host in re.findall(r"https?://([^/\s<>|)\]}\"?]*)", shown, re.IGNORECASE):
        assert re.fullmatch(r"(?:.*\.)?naver\.com", host)


@given(TEXTS)
def test_the_cost_is_seldom_exceeded(text):
    assert utf16(markdown(text, CLEANER)) <= cost(text) + 20 * text.count("\n")


def check(shown):
    """What Discord would refuse."""
    assert shown
    for page in shown:
        assert page.content.strip()
        assert utf16(page.content) <= 2000
        ids = [button.custom_id for button in page.buttons]
        assert len(set(ids)) == len(ids) <= 25
        for button in page.buttons:
            assert 0 < utf16(button.custom_id) <= 100
            assert 0 < utf16(button.label) <= 80
            assert button.style in ("primary", "secondary", "success", "danger")
    assert all(not page.buttons for page in shown[:-1])


@pytest.fixture
def look(profile):
    return RenderOptions(profile, CLEANER)


@settings(deadline=None, max_examples=50)
@given(text=TEXTS, times=st.integers(1, 40), cut=st.integers(0, 4000))
def test_pages_hold_the_limits_and_stay(profile, text, times, cut):
    """Whatever is written, and the first pages of a text that grows are those of the whole."""
    look = RenderOptions(profile, CLEANER, quoted=True)
    text *= times
    whole = pages(answered(text, asker="1234567890"), look)
    asked = question(asker="1234567890")
    growing = pages(View(asked, status="찾는 중", text=text[:cut]), look)
    check(whole)
    check(growing)
    assert growing[:-1] == whole[: len(growing) - 1]


def test_while_it_is_written_there_is_a_status_and_a_way_to_stop(look):
    (page,) = pages(View(question(), status="도움말을 찾고 있어요…"), look)
    assert page.content == "-# ⏳ 도움말을 찾고 있어요…"
    assert [button.custom_id for button in page.buttons] == [f"stop:{question().id}"]


def test_an_answer_ends_with_sources_and_what_to_ask_next(look):
    (page,) = pages(answered("**배송비**는 무료입니다. [1]"), look)
    assert page.content.startswith("**배송비**는 무료입니다. [1]\n\n-# 출처 [1] [배송] 배송비")
    assert [button.custom_id.split(":")[0] for button in page.buttons] == [
        "f",
        "f",
        "f",
        "open",
        "up",
        "down",
    ]


def test_the_other_endings(look, profile):
    declined = Declined(profile.refusal, ("정산은 언제 되나요?",), Label.OFF_TOPIC)
    (page,) = pages(View(question(), text=profile.refusal, ending=declined), look)
    assert page.content == f"{profile.refusal}\n\n-# {profile.lead_back}"
    escalated = Escalated(profile.not_found, ("배송비",))
    (page,) = pages(View(question(), text=profile.not_found, ending=escalated), look)
    assert page.content == f"{profile.not_found}\n\n-# {profile.nearest}"
    (page,) = pages(View(question(), text="고장", ending=Failed("고장")), look)
    assert page == Page("고장")
    (page,) = pages(View(question(), text="쓰다 **만", note=profile.stopped), look)
    assert page == Page(f"쓰다 **만**\n\n-# {profile.stopped}")


def test_a_pressed_button_is_marked(profile):
    look = RenderOptions(profile, CLEANER, used=frozenset({0}))
    first = pages(answered("답"), look)[-1].buttons[0]
    assert first.disabled
    assert first.label.startswith("✓ ")


def test_the_real_answers_hold_the_limits(shared, look):
    for text in strangest(shared):
        check(pages(answered(text), look))


@pytest.mark.parametrize(("count", "kind"), [(5, Button), (6, Menu), (25, Menu)])
def test_more_choices_of_a_skill_than_five_are_a_menu(look, count, kind):
    ending = Answered("어느 것인가요?", (), tuple(f"{n}번" for n in range(count)), skill="rooms")
    (page,) = pages(View(question(), text=ending.text, ending=ending), look)
    assert page.content == ending.text  # nothing is said about them
    assert {type(one) for one in page.buttons} == {kind}
