"""What a reader of a stream is told: what is new since the last event it got."""

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bots.web.render.page import EndingKind, Page
from bots.web.render.sse import ServerSentEvent, Teller

DONE = {"kind": "answered"}


def told(teller, *pages):
    return [event for page in pages for event in teller.tell(page, DONE if page.kind else None)]


def names(events):
    return [event.name for event in events]


def test_growing_text_is_told_by_what_is_new():
    pages = (
        Page("q", status="찾는 중"),
        Page("q", "하나", "쓰는 중"),
        Page("q", "하나둘", "쓰는 중"),
    )
    events = told(Teller(), *pages, Page("q", "하나둘셋", kind=EndingKind.ANSWERED))
    assert names(events) == ["status", "status", "delta", "delta", "delta", "answered"]
    assert [event.data.get("text") for event in events[2:5]] == ["하나", "둘", "셋"]
    assert events[-1].data == DONE


def test_text_that_is_another_one_replaces():
    events = told(Teller(), Page("q", "하나"), Page("q", "다른 것"))
    assert (names(events), events[1].data) == (["delta", "replace"], {"text": "다른 것"})


def test_what_is_told_already_is_not_told_again():
    teller, page = Teller(), Page("q", "하나", "쓰는 중")
    told(teller, page)
    assert told(teller, page) == []


def test_blocks_that_stay_are_not_sent_again():
    pages = [Page("q", "a"), Page("q", "ab"), Page("q", "abc", kind=EndingKind.ANSWERED)]
    blocks = {"a": ("A",), "ab": ("A", "B"), "abc": ("A", "BC")}
    events = told(Teller(html=lambda page: blocks[page.text]), *pages)
    assert [event.data["html"] for event in events[:3]] == [
        {"from": 0, "blocks": ["A"]},
        {"from": 1, "blocks": ["B"]},
        {"from": 1, "blocks": ["BC"]},
    ]


def test_blocks_that_change_without_the_text_are_told():
    """As `[3]` does when the sources turn out to be two."""
    teller = Teller(html=lambda page: (f"{page.kind}",))
    told(teller, Page("q", "a"))
    events = told(teller, Page("q", "a", kind=EndingKind.ANSWERED))
    assert (names(events), events[0].data["text"]) == (["delta", "answered"], "")


def test_a_reader_goes_on_where_it_was():
    first = told(Teller(), Page("q", "하나둘"))[-1]
    events = told(Teller(last_id=first.id), Page("q", "하나둘셋"))
    assert (names(events), events[0].data) == (["delta"], {"text": "셋"})


def test_a_reader_of_an_answer_that_was_begun_anew_gets_all_of_it():
    first = told(Teller(), Page("q", "하나둘"))[-1]
    for text in ("둘", "다른 하나"):
        events = told(Teller(last_id=first.id), Page("q", text))
        assert (names(events), events[0].data) == (["replace"], {"text": text})


def test_whoever_has_the_end_is_told_no_more():
    page = Page("q", "하나", kind=EndingKind.ANSWERED)
    last = told(Teller(), page)[-1]
    assert Teller(last_id=last.id).knows_the_ending(page)
    assert not Teller(last_id=last.id).knows_the_ending(Page("q", "둘", kind=EndingKind.ANSWERED))
    assert not Teller().knows_the_ending(page)


@pytest.mark.parametrize("last_id", ["", "x", "-", "99999999999999-x", "3-", "2-zz", "①-x", "-1-x"])
def test_an_id_of_somebody_elses_is_no_obstacle(last_id):
    events = told(Teller(last_id=last_id), Page("q", "하나"))
    assert events[-1].data["text"] == "하나"


@given(st.lists(st.text(max_size=8)), st.integers(0, 20))
@example(["0", "\0"], 1)
def test_what_was_told_comes_to_the_text(texts, cut):
    """Whatever the pages, also over a connection that broke somewhere."""
    events = told(Teller(), *[Page("q", text) for text in texts[:cut]])
    shown, last_id = applied("", events)
    again = told(Teller(last_id=last_id), *[Page("q", text) for text in texts[cut:]])
    shown, _ = applied(shown, again)
    if texts:
        assert shown == texts[-1]


def applied(shown, events):
    last_id = ""
    for event in events:
        shown = shown + event.data["text"] if event.name == "delta" else event.data["text"]
        last_id = event.id
    return shown, last_id


def test_an_event_is_one_line_of_json():
    encoded = ServerSentEvent("delta", {"text": "하나\n둘\r\n"}, "3-a").encoded().decode()
    head, name, data, *rest = encoded.split("\n")
    assert (head, name, rest) == ("id: 3-a", "event: delta", ["", ""])
    assert orjson.loads(data.removeprefix("data: ")) == {"text": "하나\n둘\r\n"}
