"""Answers become messages: whole, once, in time, and within the platform's budget."""

import asyncio
import gc
from itertools import pairwise

import pytest
from fakes.leaping_loop import leap
from fakes.wall import Message, Wall, WallReply, now
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import (
    LeaseLostError,
    MessageGoneError,
    MustBeNewError,
    PlatformError,
    RateLimitedError,
)
from core.messaging.delivery.presenter import Presenter
from core.types import Answered, Delta, Failed, Question, SessionId, Status

QUESTION = Question("q", SessionId("wall:1"), "배송비는?")
SEARCHING = "찾고 있어요"


async def quiet(_references):
    """Nobody has to know of the messages."""


async def growing(pieces, *, first_s=0.0, gap_s=0.0):
    """An answer that comes in pieces."""
    yield Status("쓰고 있어요")
    await asyncio.sleep(first_s)
    for piece in pieces:
        yield Delta(piece)
        await asyncio.sleep(gap_s)
    yield Answered("".join(pieces), (), ())


async def present(wall, pieces, *, name="a", note=quiet, references=(), **pace):
    presenter = Presenter(WallReply(wall, name), note=note, references=references)
    return await presenter.present(QUESTION, growing(pieces, **pace), status=SEARCHING)


def shown(wall):
    return [message.text for message in wall.messages.values()]


def test_an_answer_that_is_there_at_once_is_one_message():
    """No status flashes by, and no edit is spent."""
    wall = Wall()
    leap(present(wall, ["배송비는 ", "3,000원입니다."]))
    assert shown(wall) == ["배송비는 3,000원입니다."]
    assert wall.edits.times == wall.edits.times.__class__()


def test_work_that_takes_time_shows_a_status_then_text_then_all_of_it():
    wall = Wall()
    leap(present(wall, ["가나다라마바사 "] * 40, first_s=1.0, gap_s=0.1))
    (message,) = wall.messages.values()
    states = [text for _, text, _ in message.states]
    assert states[0] == "쓰고 있어요"
    assert message.states[0][0] < 0.5
    assert states[-1] == "가나다라마바사 " * 40
    assert len(states) > 10


def test_a_line_that_says_why_nothing_comes_is_shown_at_once():
    """It is no text, and there is nothing else to be edited for."""

    async def waiting():
        yield Status(SEARCHING)
        await asyncio.sleep(5.0)
        yield Status("오래 걸려요", lasts=True)
        await asyncio.sleep(20.0)
        yield Answered("3,000원입니다.", (), ())

    wall = Wall()
    leap(Presenter(WallReply(wall, "a"), note=quiet).present(QUESTION, waiting(), status=SEARCHING))
    (message,) = wall.messages.values()
    assert [text for _, text, _ in message.states] == [SEARCHING, "오래 걸려요", "3,000원입니다."]
    assert 5.0 <= message.states[1][0] < 7.0


def test_what_is_visible_only_grows_and_ends_once():
    wall = Wall()
    leap(present(wall, ["가나다라 "] * 60, first_s=0.5, gap_s=0.1))
    (message,) = wall.messages.values()
    lengths = [len(text) for _, text, _ in message.states[1:]]
    assert all(before <= after for before, after in pairwise(lengths))
    assert [ends for *_, ends in message.states].count(True) == 1


def test_the_ending_comes_at_once_however_much_was_edited_before():
    """A token is kept back for it: it does not wait for the budget."""
    wall = Wall(edit_limit=5, edit_window_s=60.0, latency_s=0.1)

    async def timed():
        await present(wall, ["가나다라 "] * 100, first_s=0.5, gap_s=0.1)
        return now()

    ended_at = leap(timed())
    (message,) = wall.messages.values()
    last_piece_at = 0.5 + 100 * 0.1
    assert message.states[-1][2]
    assert message.states[-1][0] - last_piece_at < 0.4
    assert ended_at - last_piece_at < 0.5
    assert wall.edits.refused == 0


def test_ten_answers_at_once_share_the_budget_and_all_end_in_time():
    wall = Wall(post_limit=20)

    async def crowd():
        await asyncio.gather(
            *(
                present(wall, ["가나다라 "] * 100, name=str(n), first_s=0.5, gap_s=0.1)
                for n in range(10)
            )
        )

    leap(crowd())
    assert wall.edits.refused == 0
    assert wall.posts.refused == 0
    assert len(wall.messages) == 10
    for message in wall.messages.values():
        assert message.text == "가나다라 " * 100
        assert message.states[-1][0] < 0.5 + 10 + 0.5
        assert len(message.states) >= 4, "everybody's answer grows visibly"


def test_an_ending_that_the_edit_budget_keeps_waiting_is_posted_anew():
    """The unfinished message goes, so nothing is there twice."""
    wall = Wall(edit_limit=5, edit_window_s=60.0)

    async def used_up():
        for _ in range(5):
            wall.edits.take()
        wall.edit_pacer.window.freeze(now() + 50)
        await present(wall, ["가나다라 "] * 10, first_s=0.5, gap_s=0.2)
        return now()

    assert leap(used_up()) < 10
    assert shown(wall) == ["가나다라 " * 10]
    assert len(wall.deleted) == 1


def test_a_long_answer_goes_on_in_further_messages():
    wall = Wall(page_chars=50, post_limit=50)
    leap(present(wall, ["가나다라 "] * 50, first_s=0.3, gap_s=0.1))
    assert "".join(shown(wall)) == "가나다라 " * 50
    assert [message.states[-1][2] for message in wall.messages.values()] == [False] * 4 + [True]


def test_an_answer_is_finished_in_the_messages_of_an_earlier_attempt():
    """What is left over of a longer attempt goes."""
    wall = Wall(page_chars=20)

    async def twice():
        reply = WallReply(wall, "a")
        references = [await reply.post(("halb", False), place) for place in range(3)]
        await present(wall, ["가나다라 ", "마바사아"], references=references)
        return references

    references = leap(twice())
    assert list(wall.messages) == references[:1]
    assert shown(wall) == ["가나다라 마바사아"]


def test_whoever_has_lost_the_question_does_not_write_its_ending():
    wall = Wall()
    calls = []

    async def lost(references):
        calls.append(references)
        if len(calls) > 1:
            raise LeaseLostError("somebody else has it")

    with pytest.raises(LeaseLostError):
        leap(present(wall, ["가나다라 "] * 10, first_s=0.5, gap_s=0.2, note=lost))
    (message,) = wall.messages.values()
    assert not any(ends for *_, ends in message.states)


def test_whoever_has_lost_the_question_writes_nothing_more_of_it():
    """Somebody else may have written its ending by now."""
    wall = Wall()
    lost_at = []

    async def lost(_references):
        if now() > 3.0:
            lost_at.append(now())
            raise LeaseLostError("somebody else has it")

    with pytest.raises(LeaseLostError):
        leap(present(wall, ["가나다라 "] * 100, first_s=0.5, gap_s=0.1, note=lost))
    (message,) = wall.messages.values()
    assert lost_at[0] < 6.0
    assert message.states[-1][0] < 3.0 + 0.2


@pytest.mark.parametrize("back_s", [25.0, float("inf")])
def test_a_platform_that_was_away_while_the_answer_grew_is_not_tried_for_ever(back_s):
    class Away(WallReply):
        async def edit(self, reference, page):
            if 1.0 < now() < back_s:
                raise PlatformError("503")
            await super().edit(reference, page)

    wall = Wall()
    pieces = ["가나다라 "] * 200
    presenter = Presenter(Away(wall, "a"), note=quiet)
    showing = presenter.present(QUESTION, growing(pieces, first_s=0.5, gap_s=0.1), status=SEARCHING)
    if back_s < float("inf"):
        leap(showing)
        assert shown(wall) == ["".join(pieces)]
    else:
        with pytest.raises(PlatformError):
            leap(showing)


def test_a_message_on_its_way_has_landed_when_the_showing_has_ended():
    """Whoever has cancelled it can find it then: for the new answer, or to delete it."""
    wall = Wall(latency_s=0.4)

    async def cancelled():
        showing = asyncio.create_task(present(wall, ["가나다라 "] * 100, first_s=5.0))
        await asyncio.sleep(0.27)  # it was sent just now
        showing.cancel()
        assert not wall.messages
        await asyncio.gather(showing, return_exceptions=True)
        assert showing.cancelled()
        return list(wall.messages), await WallReply(wall, "a").find()

    there, found = leap(cancelled())
    assert len(there) == 1
    assert found == there


def test_a_message_on_its_way_is_noted_when_the_showing_has_ended():
    """Some messages cannot be found again: whoever is next would post them a second time."""
    wall, noted = Wall(latency_s=0.4), []

    async def note(references):
        noted.append(list(references))

    async def cancelled():
        showing = asyncio.create_task(present(wall, ["가나다라 "] * 100, first_s=5.0, note=note))
        await asyncio.sleep(0.27)  # it was sent just now
        showing.cancel()
        await asyncio.gather(showing, return_exceptions=True)
        assert noted == [list(wall.messages)]

    leap(cancelled())


def test_an_edit_on_its_way_has_landed_when_the_showing_has_ended():
    """Else it might land after the first one of whoever is next."""
    wall, sent = Wall(latency_s=0.4), asyncio.Event()

    class Telling(WallReply):
        async def edit(self, reference, page):
            sent.set()
            await super().edit(reference, page)

    async def cancelled():
        presenter = Presenter(Telling(wall, "a"), note=quiet)
        events = growing(["가나다라 "] * 100, gap_s=0.1)
        showing = asyncio.create_task(presenter.present(QUESTION, events, status=SEARCHING))
        await sent.wait()
        showing.cancel()
        await asyncio.gather(showing, return_exceptions=True)
        (message,) = wall.messages.values()
        landed = len(message.states)
        await asyncio.sleep(2.0)
        return landed, len(message.states)

    assert leap(cancelled()) == (2, 2)


def test_what_fails_after_everybody_has_gone_is_no_news():
    """Whoever is cancelled twice does not wait for the message on its way."""
    told = []

    async def cancelled():
        asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
        wall = Wall(latency_s=0.4, trouble=1.0)
        showing = asyncio.create_task(present(wall, ["가나다라 "] * 100, first_s=5.0))
        await asyncio.sleep(0.27)
        for _ in range(2):
            showing.cancel()
            await asyncio.sleep(0.01)
        await asyncio.gather(showing, return_exceptions=True)
        await asyncio.sleep(2.0)
        gc.collect()

    leap(cancelled())
    assert told == []


def test_an_answer_whose_message_is_deleted_ends_there():
    wall = Wall()

    async def deleted():
        task = asyncio.create_task(present(wall, ["가나다라 "] * 10, first_s=0.6, gap_s=0.2))
        await asyncio.sleep(0.5)
        wall.messages.clear()
        await task

    with pytest.raises(MessageGoneError):
        leap(deleted())
    assert not wall.messages


def test_a_stopped_answer_says_so_below_what_there_is():
    wall = Wall()

    async def stopped():
        presenter = Presenter(WallReply(wall, "a"), note=quiet)
        events = growing(["가나다라 "] * 100, gap_s=0.1)
        showing = asyncio.create_task(presenter.present(QUESTION, events, status=SEARCHING))
        await asyncio.sleep(2.05)
        presenter.stop("멈췄어요")
        return await showing

    view = leap(stopped())
    assert view.note == "멈췄어요"
    assert view.ending is None
    assert shown(wall) == ["가나다라 " * 21 + "멈췄어요"]


class Reluctant(WallReply):
    """Refuses to look for messages, and to delete them, for a second each time."""

    def __init__(self, wall, answer, *, times=2):
        super().__init__(wall, answer)
        self.refusals = {"find": times, "delete": times}
        self.asked = []

    def refuse(self, what):
        self.asked.append(what)
        if self.refusals[what]:
            self.refusals[what] -= 1
            raise RateLimitedError("slow down", retry_after_s=1.0)

    async def find(self):
        self.refuse("find")
        return await super().find()

    async def delete(self, reference):
        self.refuse("delete")
        await super().delete(reference)


def test_limits_on_looking_and_deleting_are_waited_for_and_end_nothing():
    wall = Wall(trouble=0.0)
    reply = Reluctant(wall, "a")
    presenter = Presenter(reply, note=quiet, references=("m-old", "m-older"))
    wall.messages |= {name: Message([(0.0, "", False)]) for name in ("m-old", "m-older")}
    wall.owners |= {"m-old": "a", "m-older": "a"}
    presenter._may_be_posted = True
    leap(presenter.present(QUESTION, growing(["배송비는 3,000원입니다."]), status=SEARCHING))
    assert shown(wall) == ["배송비는 3,000원입니다."]
    assert reply.asked == ["find"] * 3 + ["delete"] * 3


def test_what_can_never_be_deleted_does_not_stand_in_the_way():
    wall = Wall()
    reply = Reluctant(wall, "a", times=100)
    presenter = Presenter(reply, note=quiet, references=("m-old", "m-older"))
    wall.messages |= {name: Message([(0.0, "", False)]) for name in ("m-old", "m-older")}
    wall.owners |= {"m-old": "a", "m-older": "a"}
    view = leap(presenter.present(QUESTION, growing(["배송비는"]), status=SEARCHING))
    assert view.done
    assert "배송비는" in shown(wall)


def test_an_assistant_that_breaks_breaks_the_showing():
    """The worker has to know: it tries again."""
    wall = Wall()

    async def broken():
        yield Delta("가나다라")
        raise ValueError("a bug")

    presenter = Presenter(WallReply(wall, "a"), note=quiet)
    with pytest.raises(ValueError, match="a bug"):
        leap(presenter.present(QUESTION, broken(), status=SEARCHING))


def test_a_failure_is_shown_in_the_place_of_what_was_written():
    async def failing():
        yield Delta("가나다라")
        yield Failed("문제가 생겼어요")

    wall = Wall()
    presenter = Presenter(WallReply(wall, "a"), note=quiet)
    leap(presenter.present(QUESTION, failing(), status=SEARCHING))
    assert shown(wall) == ["문제가 생겼어요"]


@settings(max_examples=80, deadline=None)
@given(
    answers=st.lists(
        st.tuples(
            st.lists(st.text("가나다 abc\n", min_size=1, max_size=60), min_size=1, max_size=30),
            st.floats(0, 3),
            st.floats(0, 0.6),
            st.floats(0, 5),
        ),
        min_size=1,
        max_size=5,
    ),
    trouble=st.sampled_from([0.0, 0.1, 0.3]),
    page_chars=st.sampled_from([40, 10_000]),
    edits=st.sampled_from([(50, 60.0), (5, 5.0), (3, 20.0)]),
    seed=st.integers(0, 10_000),
)
def test_whatever_happens_every_answer_is_there_whole_and_once(
    answers, trouble, page_chars, edits, seed
):
    """The text is the answer's, messages only grow, and no budget is exceeded."""
    limit, window_s = edits
    wall = Wall(
        edit_limit=limit,
        edit_window_s=window_s,
        trouble=trouble,
        page_chars=page_chars,
        seed=seed,
    )

    async def one(number, pieces, first_s, gap_s, begins_s):
        await asyncio.sleep(begins_s)
        pace = {"first_s": first_s, "gap_s": gap_s}
        references = ()
        while True:
            try:
                await present(wall, pieces, name=str(number), references=references, **pace)
            except PlatformError:  # it gives up, and the next worker goes on with what there is
                references, pace = await WallReply(wall, str(number)).find(), {}
            else:
                return

    async def everybody():
        await asyncio.gather(*(one(number, *answer) for number, answer in enumerate(answers)))

    leap(everybody())
    for number, (pieces, *_) in enumerate(answers):
        mine = [m for ref, m in wall.messages.items() if wall.owners[ref] == str(number)]
        assert "".join(message.text for message in mine) == "".join(pieces)
        assert [m.states[-1][2] for m in mine] == [False] * (len(mine) - 1) + [True]
    for message in (*wall.messages.values(), *wall.deleted.values()):
        texts = [text for _, text, _ in message.states if text not in (SEARCHING, "쓰고 있어요")]
        assert all(after.startswith(before) for before, after in pairwise(texts))
    assert wall.edits.refused == 0
    assert wall.posts.refused == 0


def test_an_answer_that_has_ended_cannot_be_stopped():
    wall = Wall()

    async def too_late():
        presenter = Presenter(WallReply(wall, "a"), note=quiet)
        await presenter.present(QUESTION, growing(["가나다라"]), status=SEARCHING)
        return presenter.stop("멈췄어요")

    assert leap(too_late()) is False
    assert shown(wall) == ["가나다라"]


class CallingReply(WallReply):
    """A last page that calls somebody, which no edit does."""

    def render(self, view):
        shown = super().render(view)
        return [*shown, ("@담당자", True)] if view.done else shown

    async def edit(self, reference, page):
        if page == ("@담당자", True) and self.wall.messages[reference].text != "@담당자":
            raise MustBeNewError("an edit notifies nobody")
        await super().edit(reference, page)


async def calling(wall, pieces, *, references=(), note=quiet):
    presenter = Presenter(CallingReply(wall, "a"), note=note, references=references)
    await presenter.present(QUESTION, growing(pieces), status=SEARCHING)
    return [reference.text for reference in wall.messages.values()]


def test_what_can_only_be_a_new_message_takes_no_other_ones_place():
    """The second message of what was there before goes; a second attempt changes nothing."""
    wall = Wall()
    for number, text in enumerate(["긴 답의 앞", "긴 답의 뒤"]):
        wall.messages[f"m{number}"] = Message([(0.0, text, True)])
        wall.owners[f"m{number}"] = "a"
    assert leap(calling(wall, ["모르겠어요"], references=["m0", "m1"])) == ["모르겠어요", "@담당자"]
    assert list(wall.deleted) == ["m1"]
    assert leap(calling(wall, ["모르겠어요"], references=["m0", "m2"])) == ["모르겠어요", "@담당자"]
    assert list(wall.deleted) == ["m1"]


def test_a_message_that_was_sent_although_the_call_failed_is_noted():
    """Else it would not go with its question."""
    wall, noted = Wall(), []
    works = wall.call

    async def lost(change):
        await works(change)
        wall.call = works
        raise PlatformError("lost on the way back")

    async def note(references):
        noted.append(list(references))

    wall.call = lost
    leap(present(wall, ["배송비는 3,000원입니다."], note=note))
    assert noted[-1] == list(wall.messages) == ["m0"]
