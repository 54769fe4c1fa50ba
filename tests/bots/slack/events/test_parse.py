"""What somebody has said, read from Slack's events."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.slack.events.parse import as_markdown, readable, said

BOT = "U0BOT"


def event(**changes):
    return {"type": "message", "user": "U1", "ts": "1700000000.000100", "channel": "C1"} | changes


def read(**changes):
    return said(event(**changes), team="T1", bot_user=BOT)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("<@U0BOT> 정산은?", "정산은?"),
        ("<@U0BOT|faqbot>정산은?", "정산은?"),
        ("정산은 <@U0BOT> 언제?", "정산은 언제?"),
        ("<@U2|지영> 님", "@지영 님"),
        ("<@U2> 님", "@U2 님"),
        ("<#C9|판매> <#C9|> <#C9>", "#판매 #C9 #C9"),
        ("<!here> <!subteam^S1|@판매팀> <!subteam^S1>", "@here @판매팀 @S1"),
        ("<!date^1700000000^{date}|11월 15일>에", "11월 15일에"),
        ("<https://a.kr/x?y=1&amp;z=2>", "https://a.kr/x?y=1&z=2"),
        ("<https://a.kr|여기>", "여기"),
        ("<mailto:a@b.kr|a@b.kr>", "a@b.kr"),
        ("&lt;b&gt; &amp;amp;", "<b> &amp;"),
        ("a &lt; b", "a < b"),
        ("한 줄\n  두   줄 \n", "한 줄\n두 줄"),
        ("", ""),
    ],
)
def test_text_reads_as_it_is_shown(raw, shown):
    assert readable(raw, BOT) == shown


@given(st.text(alphabet="<>@#!|&;^ab유\n ", max_size=40))
def test_any_text_can_be_read(raw):
    text = readable(raw, BOT)
    assert text == text.strip()
    assert "&lt;" not in text or "&amp;" in raw


@pytest.mark.parametrize(
    "changes",
    [
        {"user": BOT, "bot_id": "B1"},
        {"user": BOT},
        {"user": "USLACKBOT"},
        {"user": None},
        {"hidden": True},
        {"subtype": "bot_message"},
        {"subtype": "channel_join"},
        {"subtype": "message_replied"},
        {"subtype": "tombstone"},
        {"subtype": "document_mention"},  # it was named in a canvas
        {"subtype": "pinned_item"},
        {"subtype": "reminder_add"},
    ],
)
def test_what_no_person_says_is_nothing(changes):
    assert read(text="정산은?", **changes) is None


@pytest.mark.parametrize("subtype", [None, "file_share", "thread_broadcast", "me_message"])
def test_what_a_person_says_is_something(subtype):
    assert read(text="정산은?", subtype=subtype).text == "정산은?"


def test_a_message_is_in_the_thread_that_it_begins_or_goes_on():
    assert read().place.thread == "1700000000.000100"
    assert not read().in_thread
    assert not read(thread_ts="1700000000.000100").in_thread
    reply = read(thread_ts="1600000000.000100")
    assert (reply.place.thread, reply.in_thread) == ("1600000000.000100", True)


def test_a_direct_message_outside_of_threads_is_in_none():
    assert read(channel="D1").place.thread == ""
    assert read(channel="D1", thread_ts="1.1").place.thread == "1.1"
    assert read(channel_type="im").direct
    assert not read(channel_type="mpim", channel="G1").direct


@pytest.mark.parametrize(
    ("text", "to_bot", "to_others"),
    [
        ("정산은?", False, False),
        ("<@U0BOT> 정산은?", True, False),
        ("<@U0BOT> <@U2> 님 것도", True, True),
        ("<@U2> 님 것도", False, True),
        ("<!here> 보세요", False, True),
        ("<!subteam^S1> 보세요", False, True),
        ("<#C1> 에서 <https://a.kr>", False, False),
        ("<!date^1^{date}|어제> 것", False, False),
    ],
)
def test_whom_a_message_addresses(text, to_bot, to_others):
    message = read(text=text)
    assert (message.to_bot, message.to_others) == (to_bot, to_others)


def test_a_message_was_said_when_it_was_sent_or_edited():
    """Of an edit in the same second Slack may say the whole second alone."""
    assert read(text="가").said_at.timestamp() == pytest.approx(1_700_000_000.0001)
    edited = {"edited": {"user": "U1", "ts": "1700000009.000000"}}
    assert read(text="가", **edited).said_at.timestamp() == 1_700_000_009
    edited["edited"]["ts"] = "1700000000.000000"
    assert read(text="가", **edited).said_at == read(text="가").said_at


@pytest.mark.parametrize(
    ("raw", "markdown"),
    [
        ("<https://a.kr/x?y=1&amp;z=2|여기> 보세요", "[여기](https://a.kr/x?y=1&z=2) 보세요"),
        ("<https://a.kr/(b)|[한] 곳>", "[(한) 곳](https://a.kr/%28b%29)"),
        ("<https://a.kr/x>", "https://a.kr/x"),
        ("<http://a.kr|a.kr> <mailto:a@b.kr|a@b.kr>", "a.kr a@b.kr"),
        ("*꼭* 하루 *전까지*, ~이틀~", "**꼭** 하루 **전까지**, ~~이틀~~"),
        ("2*3*4 `*그대로*` _기울임_", "2*3*4 `*그대로*` _기울임_"),
        ("<@U0BOT> <@U2|지영> 님", "@지영 님"),
    ],
)
def test_what_is_shown_again_keeps_its_links_and_marks(raw, markdown):
    assert as_markdown(raw, BOT) == markdown
