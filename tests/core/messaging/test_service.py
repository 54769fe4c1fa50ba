"""What platforms hand in is answered in its place, once, and can be changed or taken back."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from fakes.learning import learning_of
from fakes.wall import Wall, WallReply

from config.profiles import load_profile
from core.errors import PlatformError, PlatformRefusedError, RateLimitedError
from core.lessons.book import Outcome
from core.lessons.remarks import Remark
from core.messaging.delivery.shared_calls import SharedCalls
from core.messaging.handler import references_of
from core.messaging.inbox.offline import Offline
from core.messaging.pending_turns import PendingTurns
from core.messaging.service import ChatService
from core.messaging.user_limits import UserLimits
from core.press_ids import is_press, press_id
from core.stores.inbox_limits import InboxLimits
from core.stores.sqlite.cases import SqliteCases
from core.stores.sqlite.database import SqliteFile
from core.stores.sqlite.inbox.inbox import SqliteInbox
from core.stores.sqlite.lessons import SqliteLessons
from core.stores.sqlite.spool import Act, SqliteSpool
from core.stores.sqlite.turns.archive import SqliteArchive
from core.stores.sqlite.turns.history import SqliteHistory
from core.stores.sqlite.turns.reports import SqliteReports
from core.text.safety.personal_data import mask
from core.types import (
    Answered,
    Delta,
    Dialogue,
    Feedback,
    InboxState,
    Passage,
    Question,
    Receipt,
    SessionId,
    Turn,
    TurnState,
)

PROFILE = load_profile("smartstore")


class Scripted:
    """An assistant that says the question back, and stops in the middle where it is told to."""

    def __init__(self, history):
        self.history = history
        self.offered = ("다음 질문",)
        self.asked = []
        self.halfway = asyncio.Event()
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.hurried = []

    def hurry(self, session):
        self.hurried.append(session)

    async def for_everybody(self, turn):
        return turn

    async def answer(self, question):
        self.asked.append(question.text)
        text = f"답: {question.text}"
        yield Delta(text[:3], (Passage("f1", "정산은 언제 되나요?", "다음 영업일", 0.9),))
        self.halfway.set()
        await self.go_on.wait()
        turn = Turn(question, TurnState.ANSWERED, text, followups=self.offered)
        await self.history.append(turn)
        yield Answered(text, (), self.offered)


class Place:
    """An installation of one platform, `wall:`, whose answers hang on a wall."""

    def __init__(self, file):
        self.file = file
        self.wall = Wall(latency_s=0.002, page_chars=2000)
        self.inbox = SqliteInbox(file, InboxLimits(per_session=3, total=6))
        self.history = SqliteHistory(file)
        self.lessons = SqliteLessons(file)
        self.cases, self.reports = SqliteCases(file), SqliteReports(file)
        self.archive = SqliteArchive(file)
        self.assistant = Scripted(SqliteHistory(file))
        self.limits = UserLimits(per_minute=4, per_day=0)
        self.settled = asyncio.Condition()

    def service(self, **changes):
        service = ChatService(
            assistant=self.assistant,
            inbox=self.inbox,
            history=PendingTurns(self.history),
            archive=self.archive,
            learning=learning_of(self, PROFILE),
            profile=PROFILE,
            limits=self.limits,
            **{"offline": Offline(), **changes},
        )
        service.serve("wall:", lambda question: WallReply(self.wall, question.id))
        return service

    async def until(self, question_id, *states):
        async with asyncio.timeout(30):
            while True:
                found = await self.inbox.find(question_id)
                if found and found.state in states:
                    return found
                await asyncio.sleep(0.005)

    def shown(self):
        return [message.text for message in self.wall.messages.values()]


async def soon(true):
    """Until it is so, of what tells nobody."""
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110 - see above
            await asyncio.sleep(0.01)


async def quietly(_reply):
    """Nothing is noted."""


ENDED = [s for s in InboxState if s not in (InboxState.RECEIVED, InboxState.ANSWERING)]


def asked(question_id="1", text="배송비는?", session="wall:1", asker="U1"):
    return Question(question_id, SessionId(session), text, asker=asker)


@asynccontextmanager
async def running(service):
    task = asyncio.create_task(service.run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def place(tmp_path):
    async with SqliteFile.open(tmp_path / "history.sqlite3") as file:
        yield Place(file)


async def test_a_question_is_answered_in_its_place(place):
    service = place.service()
    async with running(service):
        assert await service.receive(asked()) is Receipt.STORED
        found = await place.until("1", InboxState.ANSWERED)
    assert place.shown() == ["답: 배송비는?"]
    assert list(references_of(found)) == list(place.wall.messages)
    assert found.reply == " ".join(place.wall.messages)


async def test_who_asks_on_hurries_the_answer_before(place):
    """A question of the same conversation waits for it; other conversations do not."""
    service = place.service()
    place.assistant.go_on.clear()
    async with running(service):
        await service.receive(asked("1"))
        await place.assistant.halfway.wait()
        place.assistant.hurried.clear()
        await service.receive(asked("2", session="wall:2"))
        assert SessionId("wall:1") not in place.assistant.hurried
        await service.receive(asked("3"))
        assert place.assistant.hurried[-1] == SessionId("wall:1")
        place.assistant.go_on.set()


async def test_a_redelivery_is_not_answered_again_and_counts_for_no_limit(place):
    service = place.service()
    async with running(service):
        await service.receive(asked())
        await place.until("1", *ENDED)
        for _ in range(10):
            assert await service.receive(asked()) is Receipt.KNOWN
        assert await service.receive(asked("2")) is Receipt.STORED
        await place.until("2", *ENDED)
    assert place.assistant.asked == ["배송비는?"] * 2


async def test_who_asks_too_much_is_told_and_not_answered(place):
    service = place.service()
    for number in range(4):
        assert await service.receive(asked(str(number), session=f"wall:{number}")) is Receipt.STORED
    assert await service.receive(asked("one more", session="wall:x")) is Receipt.LIMITED
    assert await service.receive(asked("other", session="wall:x", asker="U2")) is Receipt.STORED
    assert await place.inbox.find("one more") is None


async def test_nothing_of_a_refused_question_is_stored(place, tmp_path):
    """However much somebody sends, and however often it is delivered."""
    service = place.service()
    for number in range(4):
        await service.receive(asked(str(number), session=f"wall:{number}"))
    noise = "지워지지 않는 글" * 500
    for number in range(30):
        refused = asked(f"noise {number}", noise, session="wall:noise")
        assert await service.receive(refused) is Receipt.LIMITED
        assert await service.receive(refused) is Receipt.KNOWN  # told once
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert "지워지지 않는 글".encode() not in kept


async def test_what_was_refused_may_be_asked_later(place):
    place.limits = UserLimits(per_minute=1, per_day=0)
    service = place.service()
    await service.receive(asked("1", session="wall:1"))
    assert await service.receive(asked("2", session="wall:2")) is Receipt.LIMITED
    service.limits.take_back("U1")
    assert await service.receive(asked("2", session="wall:2")) is Receipt.STORED


async def test_two_events_of_one_message_at_once_count_as_one(place):
    place.limits = UserLimits(per_minute=2, per_day=0)
    service = place.service()
    for name in ("1", "2"):
        twice = asked(name, session=f"wall:{name}")
        receipts = await asyncio.gather(service.receive(twice), service.receive(twice))
        assert sorted(receipts) == [Receipt.KNOWN, Receipt.STORED]


async def test_what_found_no_room_counts_for_no_limit(place):
    service = place.service()
    for number in range(3):
        await service.receive(asked(str(number)))
    assert await service.receive(asked("4")) is Receipt.FULL
    assert await service.receive(asked("4")) is Receipt.FULL
    assert await service.receive(asked("4", session="wall:2")) is Receipt.STORED


async def test_a_full_inbox_is_told(place):
    service = place.service()
    for number in range(3):
        await service.receive(asked(str(number)))
    assert await service.receive(asked("4")) is Receipt.FULL


async def test_a_press_asks_what_the_button_stands_for_once(place):
    """Whoever presses it, and however often."""
    service = place.service()
    async with running(service):
        await service.receive(asked())
        await place.until("1", *ENDED)
        pressed = asked("", "", asker="U2")
        assert await service.press("1", 0, pressed) is Receipt.STORED
        assert await service.press("1", 0, replace(pressed, asker="U3")) is Receipt.KNOWN
        await place.until(press_id("1", "다음 질문"), *ENDED)
        assert await service.pressed("1") == {0}
    assert place.assistant.asked == ["배송비는?", "다음 질문"]


async def test_a_skills_button_is_for_some_people_and_for_some_time(place):
    service = place.service()
    question = asked("9")
    turn = Turn(
        question,
        TurnState.ANSWERED,
        "예약할까요?",
        followups=("예약", "취소"),
        dialogue=Dialogue("meeting", "{}", ("U1",), question.asked_at + timedelta(minutes=5)),
    )
    await place.assistant.history.append(turn)
    pressed = asked("", "", asker="U2")
    assert await service.press("9", 0, pressed, turn=turn) is Receipt.NOT_THEIRS
    late = replace(pressed, asker="U1", asked_at=question.asked_at + timedelta(minutes=5))
    assert await service.press("9", 0, late, turn=turn) is Receipt.LAPSED
    mine = replace(pressed, asker="U1")
    assert await service.press("9", 0, mine, turn=turn) is Receipt.STORED


@pytest.mark.parametrize(("question_id", "index"), [("unknown", 0), ("1", 1), ("1", -1)])
async def test_a_button_that_there_is_not_asks_nothing(place, question_id, index):
    service = place.service()
    async with running(service):
        await service.receive(asked())
        await place.until("1", *ENDED)
    assert await service.press(question_id, index, asked("", "")) is None


async def test_an_edited_question_is_answered_anew_in_the_same_message(place):
    service = place.service()
    async with running(service):
        await service.receive(asked())
        await place.until("1", *ENDED)
        before = list(place.wall.messages)
        assert await service.revise(asked(text="반품비는?"))
        assert not await service.revise(asked(text="반품비는?")), "the edit was delivered twice"
        await place.until("1", InboxState.ANSWERED)
    assert list(place.wall.messages) == before
    assert place.shown() == ["답: 반품비는?"]
    assert (await place.archive.find("1")).question.text == "반품비는?"


async def test_a_question_edited_while_it_is_answered_gets_the_new_answer_alone(place):
    service = place.service()
    place.assistant.go_on.clear()
    async with running(service):
        await service.receive(asked())
        await place.assistant.halfway.wait()
        assert await service.revise(asked(text="반품비는?"))
        place.assistant.go_on.set()
        await place.until("1", InboxState.ANSWERED)
    assert place.shown() == ["답: 반품비는?"]
    assert place.assistant.asked == ["배송비는?", "반품비는?"]


async def test_a_deleted_question_takes_its_answer_along(place):
    service = place.service()
    async with running(service):
        await service.receive(asked())
        await place.until("1", *ENDED)
        await service.withdraw("1")
        assert not await service.revise(asked(text="zu spät"))
        await soon(lambda: not place.wall.messages)
    assert await place.archive.find("1") is None


async def test_a_question_deleted_while_it_is_answered_leaves_nothing(place):
    service = place.service()
    place.assistant.go_on.clear()
    async with running(service):
        await service.receive(asked())
        await place.wall.posted.wait()
        await service.withdraw("1")
        place.assistant.go_on.set()
        await soon(lambda: not place.wall.messages)
    assert await place.archive.find("1") is None


async def test_a_stopped_answer_stays_as_it_is_and_is_kept_so(place):
    service = place.service()
    place.assistant.go_on.clear()
    async with running(service):
        await service.receive(asked())
        await place.wall.posted.wait()
        assert await service.stop("1")
        await soon(lambda: place.shown() == ["답: " + PROFILE.stopped])
        assert not await service.stop("1"), "it has ended"
        await place.until("1", InboxState.STOPPED)
        async with asyncio.timeout(30):
            while not (kept := await place.archive.find("1")):  # noqa: ASYNC110 - a store tells nobody
                await asyncio.sleep(0)
    assert (kept.state, kept.answer) == (TurnState.STOPPED, "답: ")
    assert kept.sources == ("정산은 언제 되나요?",)
    assert [edit.characters for edit in kept.trace.edits][-1] == len("답: ")
    assert [passage.title for passage in kept.passages] == ["정산은 언제 되나요?"]


async def test_a_question_that_waits_can_be_stopped(place):
    service = place.service()
    await service.receive(asked())
    assert await service.stop("1")
    async with running(service):
        await place.until("1", InboxState.STOPPED)
    assert not place.assistant.asked


async def test_what_is_stored_has_no_personal_data_where_that_is_masked(place):
    """Neither a question, nor its edit, nor what is said of an answer."""
    service = place.service(redact=mask)
    async with running(service):
        await service.receive(asked(text="010-2345-6789로 연락 주세요. 배송비는?"))
        stored = await place.until("1", *ENDED)
        assert stored.question.text == "***-****-****로 연락 주세요. 배송비는?"
        assert not await service.revise(asked(text="010-2345-6789로 연락 주세요. 배송비는?"))
        await service.revise(asked(text="sora@example.org 로 답해 주세요. 반품비는?"))
        await soon(lambda: len(place.assistant.asked) == 2)
        stored = await place.until("1", *ENDED)
        assert stored.question.text == "****@*******.*** 로 답해 주세요. 반품비는?"
        said = Feedback("1", "U1", helpful=False, reason="없음", expected="010-2345-6789로 전화")
        assert await service.feedback.rate(said)
    (opinion,) = await place.archive.opinions(["1"])
    assert opinion.expected == "***-****-****로 전화"


@pytest.mark.parametrize(
    ("error", "times"),
    [
        (RateLimitedError("enough", retry_after_s=0.01), 8),
        (PlatformError("out of order for a moment"), 1),
    ],
)
async def test_a_platform_that_wants_no_looks_for_messages_costs_no_attempt(place, error, times):
    """Whoever goes on with a question that has no noted message waits until it may look."""
    looks = []

    class Busy(WallReply):
        async def find(self):
            looks.append(None)
            if len(looks) <= times:
                raise error
            return await super().find()

    await place.inbox.receive(asked())
    claim = await place.inbox.claim(lease_s=0.05, prefixes=["wall:"])  # and dies
    assert claim
    service = place.service(lease_s=60.0)  # what ended now would be taken up again too late
    service.serve("wall:", lambda question: Busy(place.wall, question.id))
    async with running(service):
        found = await place.until("1", *ENDED)
    assert (found.state, len(looks) > times) == (InboxState.ANSWERED, True)
    assert place.shown() == ["답: 배송비는?"]


async def test_two_claims_of_a_question_may_end_here_in_either_order(place):
    """The earlier one ends after the later one has: nothing of the later one is taken away."""
    place.assistant.go_on.clear()
    handler = place.service()._handler
    await place.inbox.receive(asked())
    first = await place.inbox.claim(lease_s=0.01, prefixes=["wall:"])
    earlier = asyncio.create_task(handler.answer(first, quietly))
    await place.assistant.halfway.wait()
    await asyncio.sleep(0.05)
    await place.inbox.sweep()
    second = await place.inbox.claim(lease_s=30, prefixes=["wall:"])
    later = asyncio.create_task(handler.answer(second, quietly))
    await soon(lambda: len(place.assistant.asked) == 2)
    place.assistant.go_on.set()
    assert await asyncio.gather(earlier, later) == [InboxState.ANSWERED] * 2


@pytest.mark.parametrize("written", ["not yet", "here", "elsewhere"])
async def test_a_stopped_question_is_asked_again_by_an_edit(place, written):
    service, other = place.service(), place.service()
    await service.receive(asked())
    place.assistant.go_on.clear()
    async with running(service):
        if written != "not yet":
            await place.wall.posted.wait()
        assert await (other if written == "elsewhere" else service).stop("1")
        place.assistant.go_on.set()
        assert await service.revise(asked(text="반품비는?")) is Receipt.STORED
        await place.until("1", InboxState.ANSWERED)
    assert place.shown() == ["답: 반품비는?"]


async def test_what_a_dead_process_began_is_finished_in_its_message(place):
    service = place.service()
    place.assistant.go_on.clear()
    await service.receive(asked())
    async with running(service):
        await place.wall.posted.wait()
    place.assistant.go_on.set()
    async with running(place.service()):
        await place.until("1", InboxState.ANSWERED)
    assert place.shown() == ["답: 배송비는?"]


async def test_an_answer_that_was_stored_but_not_shown_is_shown_and_not_written_again(place):
    """The process died between the turn and the last edit."""
    question = asked()
    await place.assistant.history.append(Turn(question, TurnState.ANSWERED, "schon da"))
    await place.inbox.receive(question)
    claim = await place.inbox.claim(lease_s=0)
    reference = await WallReply(place.wall, "1").post(("halb", False), 0)
    assert claim.fence == 1
    async with running(place.service()):
        await place.until("1", InboxState.ANSWERED)
    assert list(place.wall.messages) == [reference], "found though it was never noted"
    assert place.shown() == ["schon da"]
    assert place.assistant.asked == []


async def test_only_sessions_of_connected_platforms_are_taken(place):
    service = place.service()
    await place.inbox.receive(asked("elsewhere", session="other:1"))
    async with running(service):
        await service.receive(asked())
        await place.until("1", *ENDED)
    assert (await place.inbox.find("elsewhere")).state is InboxState.RECEIVED


async def test_a_platform_that_refuses_for_good_ends_the_question(place):
    class Closed(WallReply):
        async def post(self, page, index):
            raise PlatformRefusedError("the channel is archived")

    service = place.service()
    service.serve("closed:", lambda question: Closed(place.wall, question.id))
    async with running(service):
        await service.receive(asked(session="closed:1"))
        await place.until("1", InboxState.FAILED)


async def test_opinions_on_answers_that_there_are_are_kept(place):
    service = place.service()
    async with running(service):
        await service.receive(asked())
        await place.until("1", *ENDED)
    assert await service.feedback.rate(Feedback("1", "U1", helpful=False))
    assert not await service.feedback.rate(Feedback("unknown", "U1", helpful=False))


async def test_a_later_thumb_up_leaves_what_was_said_of_the_answer(place):
    service = place.service()
    async with running(service):
        await service.receive(asked())
        await place.until("1", *ENDED)
    said = {"reason": "너무 길어요", "expected": "세 줄이면 돼요"}
    assert await service.feedback.rate(Feedback("1", "U1", helpful=False, **said))
    assert await service.feedback.rate(Feedback("1", "U1", helpful=True))
    opinion = await place.archive.opinion("1", "U1")
    assert opinion == replace(opinion, helpful=True, **said)


async def test_a_conversation_is_one_that_something_was_asked_in(place):
    service = place.service()
    assert not await service.takes_part(SessionId("wall:1"))
    await service.receive(asked())
    assert await service.takes_part(SessionId("wall:1"))
    assert not await service.takes_part(SessionId("wall:2"))


async def test_a_question_answered_anew_has_buttons_that_were_not_pressed(place):
    """Only what asks the same below the same answer was asked before."""
    service = place.service()
    async with running(service):
        await service.receive(asked())
        await place.until("1", *ENDED)
        await service.press("1", 0, asked("", ""))
        await place.until(press_id("1", "다음 질문"), *ENDED)
        place.assistant.offered = ("다른 질문",)
        assert await service.revise(asked(text="반품비는?"))
        await place.until("1", *ENDED)
        assert await service.pressed("1") == frozenset()
        assert await service.press("1", 0, asked("", "")) is Receipt.STORED


def test_the_id_of_a_press_does_not_grow_from_press_to_press():
    first = press_id("discord:1:2:3", "정산은?")
    second = press_id(first, "배송은?")
    assert len(second) == len(first)
    assert len({first, second, press_id(first, "정산은?"), press_id(second, "정산은?")}) == 4
    assert is_press(second)
    assert not is_press("discord:1:2:3")


class Growing(Scripted):
    """Writes until it is told to end, unless the question was edited."""

    async def answer(self, question):
        if question.text != asked().text:
            self.go_on.set()
            async for event in super().answer(question):
                yield event
            return
        yield Delta("halb fertig und noch lange nicht ganz ")
        self.halfway.set()
        while not self.go_on.is_set():
            yield Delta("und ")
            await asyncio.sleep(0.02)


async def written_elsewhere(place):
    """A chat service of another process, that writes an answer for as long as it is let."""
    other = Place(place.file)
    other.wall, other.assistant = place.wall, Growing(SqliteHistory(place.file))
    other.assistant.go_on.clear()
    service = other.service()
    await service.receive(asked())
    return service


async def grown(place):
    """Until the answer was edited."""
    (message,) = place.wall.messages.values()
    before = len(message.states)
    await soon(lambda: len(message.states) >= before + 2)
    return message


async def test_an_edit_in_one_process_ends_what_another_writes(place):
    """Before its next write, not at its next heartbeat: the new answer stays as it is."""
    async with running(await written_elsewhere(place)):
        await place.wall.posted.wait()
        message = await grown(place)
        service = place.service()
        async with running(service):
            assert await service.revise(asked(text="반품비는?"))
            await place.until("1", InboxState.ANSWERED)
            await asyncio.sleep(0.7)
    assert place.shown() == ["답: 반품비는?"]
    ends = [number for number, (*_, ended) in enumerate(message.states) if ended]
    assert ends == [len(message.states) - 1]


async def test_an_edit_that_overtakes_its_question_is_done_all_the_same(place, monkeypatch):
    """A platform tells two processes, and the one that has the question is slower."""
    monkeypatch.setattr("core.messaging.revisions._LOOKS_S", (0.0, 0.2))
    one, other = place.service(), place.service()
    assert await other.revise(asked(text="반품비는?")) is None
    await one.receive(asked())
    async with running(one):
        await soon(lambda: place.shown() == ["답: 반품비는?"])


@pytest.mark.parametrize("store", ["there", "away"])
async def test_a_deletion_that_overtakes_its_question_outlives_its_process(place, tmp_path, store):
    """The process that had the question was killed, and the platform delivers it once more."""
    async with SqliteSpool.open(tmp_path / "spool.sqlite3", most=9) as spool:
        offline = Offline(spool)
        if store == "away":
            await offline.keep(Act.DELETE, Question("1", SessionId(""), ""))
            async with running(place.service(offline=offline)):
                await soon(lambda: offline.waiting == 0)
        else:
            await place.service(offline=offline).withdraw("1")
    successor = place.service()
    async with running(successor):
        assert await successor.receive(asked()) is Receipt.KNOWN
        assert await successor.receive(asked("2")) is Receipt.STORED
        await place.until("2", InboxState.ANSWERED)
    assert place.assistant.asked == [asked("2").text]


async def test_a_stop_in_one_process_ends_what_another_writes(place):
    async with running(await written_elsewhere(place)):
        await place.wall.posted.wait()
        await grown(place)
        assert await place.service().stop("1")
        await soon(lambda: place.shown() == [PROFILE.stopped])
        await asyncio.sleep(0.7)
    assert place.shown() == [PROFILE.stopped]


async def test_what_was_just_sent_for_a_question_deleted_elsewhere_goes(place):
    """The other process could not know of the message."""

    class Slow(WallReply):
        async def post(self, page, index):
            reference = await super().post(page, index)
            await place.service().withdraw("1")
            return reference

    place.assistant.go_on.clear()
    service = place.service()
    service.serve("wall:", lambda question: Slow(place.wall, question.id))
    async with running(service):
        await service.receive(asked())
        await place.wall.posted.wait()
        await soon(lambda: not place.wall.messages)


async def test_one_message_that_cannot_be_deleted_does_not_keep_the_others(place):
    class Kept(WallReply):
        async def delete(self, reference):
            if reference == next(iter(self.wall.owners)):
                raise PlatformRefusedError("it is not the bot's own")
            await super().delete(reference)

    place.wall.page_chars = 5
    service = place.service()
    service.serve("wall:", lambda question: Kept(place.wall, question.id))
    async with running(service):
        await service.receive(asked())
        await place.until("1", *ENDED)
        assert len(place.wall.messages) == 2
        await service.withdraw("1")
        await soon(lambda: len(place.wall.messages) == 1)


async def test_what_others_answer_is_not_remembered_for_ever(place, monkeypatch):
    monkeypatch.setattr("core.messaging.service._MOST_SESSIONS", 3)
    place.inbox, place.limits = (
        SqliteInbox(place.file, InboxLimits(per_session=9, total=9)),
        UserLimits(per_minute=0, per_day=0),
    )
    service = place.service()
    for number in range(6):
        await service.receive(asked(str(number), session=f"wall:{number}"))
        claim = await place.inbox.claim(lease_s=30)
        await place.inbox.settle(claim, InboxState.FAILED)
    taking_part = [await service.takes_part(SessionId(f"wall:{number}")) for number in range(6)]
    assert taking_part == [False] * 3 + [True] * 3


async def test_a_conversation_is_known_that_another_process_takes_part_in(place):
    """From its first question on: the second may come before the first is answered."""
    await place.service().receive(asked())
    assert await place.service().takes_part(SessionId("wall:1"))
    assert not await place.service().takes_part(SessionId("wall:2"))


async def test_what_an_earlier_attempt_had_on_its_way_goes(place):
    """Another process sent it, and it landed after the new attempt had looked for messages."""
    first = await WallReply(place.wall, "1").post(("halb", False), 0)

    class Late(WallReply):
        async def edit(self, reference, page):
            await super().edit(reference, page)
            if len(self.wall.owners) == 1:
                await super().post(("auch halb", False), 0)

    service = place.service()
    service.serve("wall:", lambda question: Late(place.wall, question.id))
    await place.inbox.receive(asked())
    await place.inbox.claim(lease_s=0)
    async with running(service):
        await place.until("1", InboxState.ANSWERED)
    assert list(place.wall.messages) == [first]
    assert place.shown() == ["답: 배송비는?"]
    assert len(place.wall.deleted) == 1


async def test_a_stopped_question_that_is_deleted_leaves_nothing(place):
    """Nor what another process has sent at the moment of the stop, and not noted."""
    service = place.service()
    await service.receive(asked())
    claim = await place.inbox.claim(lease_s=30)
    noted = await WallReply(place.wall, "1").post(("halb", False), 0)
    await place.inbox.note_reply(claim, noted)
    assert await service.stop("1")
    await WallReply(place.wall, "1").post(("auch halb", False), 0)
    await service.withdraw("1")
    await place.inbox.release(claim)
    async with running(service):
        await soon(lambda: not place.wall.messages)


async def test_edits_count_as_questions_do(place):
    """Each is answered anew, and may cost as much."""
    place.limits = UserLimits(per_minute=2, per_day=0)
    service = place.service()
    await service.receive(asked())
    assert await service.revise(asked(text="반품비는?")) is Receipt.STORED
    assert await service.revise(asked(text="교환비는?")) is Receipt.LIMITED
    assert (await place.inbox.find("1")).question.text == "반품비는?"


async def test_a_reply_teaches_corrects_and_is_unlearnt(place):
    """Another process, or this one after it died before saying so, finds what is known."""
    service, other = place.service(), place.service()
    await place.history.append(Turn(asked(), TurnState.ESCALATED, "모름"))
    assert await service.awaits_person(SessionId("wall:1"))
    sent = datetime.now(UTC)
    reply = Remark("r", SessionId("wall:1"), "3,000원 #학습", "U9", "김담당", may_teach=True)
    reply = replace(reply, said_at=sent)
    assert (await service.learning.teach(reply)).outcome is Outcome.LEARNED
    again = await other.learning.teach(reply)
    assert (again.outcome, again.lesson.answer) == (Outcome.KNOWN, "3,000원")
    assert not await other.awaits_person(SessionId("wall:1"))
    edited = replace(reply, text="#학습 무료", said_at=sent + timedelta(seconds=1))
    assert (await other.learning.revise(edited)).lesson.answer == "무료"
    assert (await service.learning.unteach("r")).outcome is Outcome.UNLEARNED
    assert await service.learning.unteach("r") is None
    assert await service.learning.revise(replace(edited, text="무료")) is None


async def test_whoever_waits_for_an_answer_goes_on_when_it_is_complete(place):
    """A reply that contradicts it is held against it only then; another process may write it."""
    service, other = place.service(), place.service()
    await service.receive(asked())
    assert not await other.has_answered(SessionId("wall:1"), within_s=0.01)
    waiting = asyncio.create_task(other.has_answered(SessionId("wall:1"), within_s=30))
    async with running(service):
        await place.until("1", InboxState.ANSWERED)
        assert await waiting


async def test_a_question_that_was_taken_back_is_not_taught(place):
    """Its lesson, if there is one, stays: the answer is not the asker's."""
    service = place.service()
    await service.receive(asked())
    async with running(service):
        await place.until("1", InboxState.ANSWERED)
    reply = Remark("r", SessionId("wall:1"), "3,000원 #학습", "U9", "김담당", may_teach=True)
    assert (await service.learning.teach(reply)).outcome is Outcome.LEARNED
    await service.withdraw("1")
    assert await place.lessons.find("r")
    late = replace(reply, id="r2")
    assert (await service.learning.teach(late)).outcome is Outcome.NOTHING_ASKED


async def test_what_the_platform_did_not_take_away_goes_later(place):
    """Whoever deleted the question need not be there, nor the process that was told of it."""

    class Reluctant(WallReply):
        refusals = 9

        async def delete(self, reference):
            if Reluctant.refusals:
                Reluctant.refusals -= 1
                raise PlatformError("503")
            await super().delete(reference)

    async def answered_and_deleted():
        service = place.service(lease_s=0.6)
        service.serve("wall:", lambda question: Reluctant(place.wall, question.id))
        async with running(service):
            await service.receive(asked())
            await place.until("1", *ENDED)
        await place.service().withdraw("1")
        async with running(service):
            await soon(lambda: not place.wall.messages)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.messaging.delivery.recovery._AGAIN_S", (0.0, 0.0, 0.0))
        await answered_and_deleted()
    assert Reluctant.refusals == 0


async def test_the_turn_of_an_old_text_that_another_process_stores_late_goes(place):
    """The new one is looked for when nothing of the old can come any more."""
    service, other = place.service(), place.service()
    place.assistant.go_on.clear()
    async with running(service):
        await service.receive(asked())
        await place.assistant.halfway.wait()
        assert await other.revise(asked(text="반품비는?"))
        place.assistant.go_on.set()
        async with running(other):
            await place.until("1", InboxState.ANSWERED)
    assert place.shown() == ["답: 반품비는?"]
    assert (await place.archive.find("1")).question.text == "반품비는?"


async def test_a_stop_that_was_not_shown_yet_is_shown_by_the_next_process(place):
    """And the question is not answered after all."""

    class Mute(WallReply):
        async def edit(self, reference, page):
            if page[1]:
                await asyncio.Event().wait()
            await super().edit(reference, page)

    service, other = place.service(), place.service()
    service.serve("wall:", lambda question: Mute(place.wall, question.id))
    place.assistant.go_on.clear()
    async with running(service):
        await service.receive(asked())
        await place.wall.posted.wait()
        assert await service.stop("1")
    async with running(other):
        await soon(lambda: place.shown() == [PROFILE.stopped])
    assert (await place.inbox.find("1")).state is InboxState.STOPPED
    assert await place.archive.find("1") is None


async def test_a_stop_counts_though_the_question_was_edited_elsewhere_just_now(place):
    """Who answers the old text does not know yet that it has lost the question."""
    service, other = place.service(), place.service()
    place.assistant.go_on.clear()
    async with running(service):
        await service.receive(asked())
        await place.wall.posted.wait()
        assert await other.revise(asked(text="반품비는?"))
        assert await service.stop("1")
        place.assistant.go_on.set()
        await soon(lambda: place.shown() == [PROFILE.stopped])
    assert (await place.inbox.find("1")).state is InboxState.STOPPED
    assert await place.archive.find("1") is None


async def test_what_an_earlier_attempt_left_is_looked_for_until_the_platform_tells(place):
    """Neither when it began nor the first time at the end could the messages be listed."""
    noted = await WallReply(place.wall, "1").post(("halb", False), 0)
    left = await WallReply(place.wall, "1").post(("auch halb", False), 1)

    class Silent(WallReply):
        silence = 3

        async def find(self):
            if Silent.silence:
                Silent.silence -= 1
                raise PlatformError("503")
            return await super().find()

    service = place.service()
    service.serve("wall:", lambda question: Silent(place.wall, question.id))
    await place.inbox.receive(asked())
    await place.inbox.note_reply(await place.inbox.claim(lease_s=0), noted)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.messaging.delivery.recovery._AGAIN_S", (0.0, 0.0, 0.0))
        async with running(service):
            await place.until("1", InboxState.ANSWERED)
    assert list(place.wall.messages) == [noted]
    assert left in place.wall.deleted


async def test_a_limit_holds_for_all_processes_together(place):
    """Each asks the inbox what the others took in."""
    place.limits = UserLimits(per_minute=2, per_day=0)
    one = place.service(calls=SharedCalls(processes=lambda: 2))
    place.limits = UserLimits(per_minute=2, per_day=0)
    other = place.service(calls=SharedCalls(processes=lambda: 2))
    receipts = [
        await (one, other)[number % 2].receive(asked(str(number), session=f"wall:{number}"))
        for number in range(3)
    ]
    assert receipts == [Receipt.STORED, Receipt.STORED, Receipt.LIMITED]
