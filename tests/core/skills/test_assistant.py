"""Skills in a conversation: who is meant, half-finished dialogues, and what is confirmed."""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import ClassVar

import pytest
from fakes.assistants import ScriptedAssistant

from core.assistant.message import MessageReader
from core.assistant.research import Researcher
from core.errors import StoreAwayError
from core.press_ids import press_id
from core.skills.assistant import SkilledAssistant
from core.skills.skill import SkillReply
from core.stores.memory import MemoryHistory
from core.types import Answered, Question, SessionId

NOW = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)
NUMBERS = count()
SESSION = SessionId("slack:T1:C1:1")


@dataclass
class Rooms:
    """Books a room: asks how many come, then has it confirmed by whoever asked."""

    name: str = "rooms"
    examples: tuple[str, ...] = (
        "회의실 예약해 줘",
        "오늘 오후에 쓸 회의실 잡아 주세요",
        "미팅룸 하나 예약 부탁드려요",
    )
    parameters: ClassVar = {"people": {"type": "integer"}}
    booked: list[tuple[str, int]] = field(default_factory=list)

    def plain(self, text):
        return text

    async def hear(self, request):
        known = json.loads(request.data or "{}")
        people = request.arguments.get("people", request.text)
        said = "".join(c for c in str(people) if c.isdigit())
        if request.text == "예약" and "people" in known:
            self.booked.append((request.question.id, known["people"]))
            yield SkillReply("예약했어요.")
        elif request.text == "취소" and "people" in known:
            yield SkillReply("예약하지 않았어요.")
        elif said:
            until = request.situation.now + timedelta(minutes=10)
            yield SkillReply(
                f"{said}명이 쓸 회의실을 예약할까요?",
                ("예약", "취소"),
                json.dumps({"people": int(said)}),
                only=(request.situation.person,),
                until=until,
            )
        elif request.data is None:
            yield SkillReply("몇 명이 쓰나요?", ("2명", "8명"), "{}")


class Clock:
    now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def rooms():
    return Rooms()


@pytest.fixture
def history():
    return MemoryHistory()


@pytest.fixture
def start(make_assistant, rooms, history, profile, learn_router, clock):
    """An assistant with the skill; started again, it has been restarted on the same history."""

    def started():
        return SkilledAssistant(
            make_assistant(history=history),
            skills=[rooms],
            router=learn_router([rooms]),
            history=history,
            profile=profile,
            now=clock,
        )

    return started


async def ending(assistant, text, *, of=None, asker="U1"):
    """How the answer to a message, or to a button of an earlier one, ends."""
    name = press_id(of, text) if of else f"q{next(NUMBERS)}"
    question = Question(name, SESSION, text, asker)
    events = [event async for event in assistant.answer(question)]
    return name, events[-1]


async def test_what_is_liker_to_the_skill_goes_there_and_what_is_liker_to_the_faq_does_not(start):
    assistant = start()
    _, told = await ending(assistant, "내일 회의실 하나 예약 좀 해 주실래요?")
    assert (told.skill, told.followups) == ("rooms", ("2명", "8명"))
    for text in ("정산은 언제 되나요?", "배송비는 어떻게 설정하나요?"):
        _, answer = await ending(start(), text)
        assert not getattr(answer, "skill", "")


async def test_a_message_is_searched_for_once_whoever_answers_it(
    make_assistant, retriever, guardrail, analyzer, rooms, history, profile, learn_router, clock
):
    searched = []

    class Counting(Researcher):
        async def find(self, text, history=(), **audience):
            searched.append(text)
            return await super().find(text, history, **audience)

    reader = MessageReader(Counting(retriever, guardrail), analyzer)
    assistant = SkilledAssistant(
        make_assistant(history=history, reader=reader),
        skills=[rooms],
        router=learn_router([rooms]),
        history=history,
        profile=profile,
        now=clock,
    )
    for text, skill in (("회의실 예약해 줘", "rooms"), ("정산은 언제 되나요?", "")):
        searched.clear()
        _, told = await ending(assistant, text)
        assert told.skill == skill
        assert searched.count(text) == 1


async def test_a_dialogue_goes_on_gives_way_to_the_faq_and_is_taken_up_after_a_restart(start):
    await ending(start(), "회의실 예약해 줘")
    _, answer = await ending(start(), "정산은 언제 되나요?")
    assert isinstance(answer, Answered)
    assert answer.sources
    _, told = await ending(start(), "아 4명이요")
    assert (told.skill, told.text) == ("rooms", "4명이 쓸 회의실을 예약할까요?")
    _, corrected = await ending(start(), "아니 6명")
    assert corrected.text.startswith("6명")


async def test_what_is_confirmed_happens_once_and_a_late_button_changes_nothing(
    start, rooms, profile
):
    await ending(start(), "회의실 예약해 줘")
    asked, _ = await ending(start(), "3명")
    _, done = await ending(start(), "예약", of=asked)
    assert (done.text, len(rooms.booked)) == ("예약했어요.", 1)
    _, late = await ending(start(), "취소", of=asked)
    assert late.text == profile.settled_button
    assert len(rooms.booked) == 1


async def test_a_button_that_was_overtaken_by_a_correction_changes_nothing(start, rooms, profile):
    await ending(start(), "회의실 예약해 줘")
    asked, _ = await ending(start(), "3명")
    await ending(start(), "5명")
    _, told = await ending(start(), "예약", of=asked)
    assert told.text == profile.settled_button
    assert rooms.booked == []


async def test_a_skill_whose_store_is_away_hears_the_message_again(
    start, rooms, monkeypatch, profile
):
    """Nobody is told that it failed; the store may be away at the first message, and at a press."""
    monkeypatch.setattr("core.skills.listening._PAUSE_S", 0.0)
    hear, away = Rooms.hear, [StoreAwayError("an election")] * 2

    async def away_at_first(self, request):
        async for said in hear(self, request):
            if away:
                raise away.pop()
            yield said

    monkeypatch.setattr(Rooms, "hear", away_at_first)
    question = Question("away", SESSION, "회의실 예약해 줘", "U1")
    events = [event async for event in start().answer(question)]
    assert profile.taking_long in [event.text for event in events]
    assert events[-1].text == "몇 명이 쓰나요?"
    name, _ = await ending(start(), "8명")
    away.append(StoreAwayError("another one"))
    _, told = await ending(start(), "예약", of=name)
    assert told.text == "예약했어요."
    assert len(rooms.booked) == 2, "a skill makes this once by the id of the question"
    assert len(set(rooms.booked)) == 1


async def test_no_skill_reads_what_is_longer_than_a_question_may_be(start, rooms, profile):
    """Called by its name, in its dialogue, or by its words: it could take long."""
    await ending(start(), "회의실 예약해 줘")
    long = "8" * (profile.longest_question_characters + 1)
    for text in (long, f"/rooms {long}", f"회의실 예약해 줘 {long}"):
        _, told = await ending(start(), text)
        assert told.text == profile.long_question
    assert not await start().negotiates(Question("b", SESSION, long, "bot"), called=True)
    assert not await start().would_answer(Question("c", SESSION, long, "U1"))
    assert rooms.booked == []


async def test_a_dialogue_lapses(start, clock):
    await ending(start(), "회의실 예약해 줘")
    await ending(start(), "3명")
    clock.now += timedelta(minutes=11)
    _, told = await ending(start(), "5명")
    assert getattr(told, "skill", "") == ""


async def test_what_somebody_else_types_confirms_nothing_and_the_dialogue_stays_open(
    start, rooms, profile
):
    assistant = start()
    await ending(assistant, "회의실 예약해 줘")
    await ending(assistant, "8명")
    for words in ("예약", "취소"):
        _, told = await ending(assistant, words, asker="U2")
        assert told.text == profile.not_your_button
    await ending(assistant, "2명", asker="U2")
    assert rooms.booked == []
    _, told = await ending(assistant, "예약")
    assert told.text == "예약했어요."
    assert [people for _, people in rooms.booked] == [8]


async def test_the_buttons_of_a_dialogue_are_for_whom_it_concerns_and_for_some_time(start, history):
    await ending(start(), "회의실 예약해 줘")
    await ending(start(), "3명")
    (turn,) = await history.recent(SESSION, 1)
    assert turn.dialogue.admits("U1")
    assert not turn.dialogue.admits("U2")
    assert turn.dialogue.is_open(NOW)
    assert not turn.dialogue.is_open(NOW + timedelta(minutes=10))


async def test_what_nobody_understands_has_the_question_asked_again_once(start, profile):
    await ending(start(), "회의실 예약해 줘")
    _, again = await ending(start(), "글쎄요 어떡하지")
    assert again.text == f"{profile.skill_asks_again}\n\n몇 명이 쓰나요?"
    assert again.followups == ("2명", "8명")
    _, passed = await ending(start(), "글쎄요 어떡하지")
    assert not getattr(passed, "skill", "")  # it may be for others than the skill
    _, told = await ending(start(), "8명")
    assert told.text == "8명이 쓸 회의실을 예약할까요?"


async def test_a_dialogue_outlasts_the_faq_and_several_messages_that_nobody_understands(start):
    await ending(start(), "회의실 예약해 줘")
    for text in ("정산은 언제 되나요?", *["글쎄요 어떡하지", "ㅋㅋㅋ 아이고"] * 2):
        await ending(start(), text)
    _, told = await ending(start(), "8명")
    assert told.text == "8명이 쓸 회의실을 예약할까요?"


async def test_what_plainly_asks_another_is_no_answer_to_a_question_that_takes_any_words(
    make_assistant, rooms, history, profile, learn_router, clock
):
    class Greeter:
        name = "greeter"
        examples = ("내 이름을 불러 인사해 줘",)
        parameters: ClassVar = {}

        def plain(self, text):
            return text

        async def hear(self, request):
            if request.data is None:
                yield SkillReply("누구세요?", data="{}")
            else:
                yield SkillReply(f"안녕하세요, {request.text} 님", guessed=True)

    skills = [rooms, Greeter()]
    assistant = SkilledAssistant(
        make_assistant(history=history),
        skills=skills,
        router=learn_router(skills),
        history=history,
        profile=profile,
        now=clock,
    )
    await ending(assistant, "내 이름을 불러 인사해 줘")
    _, told = await ending(assistant, "정산은 언제 되나요?")
    assert told.sources
    _, told = await ending(assistant, "지영")
    assert told.text == "안녕하세요, 지영 님"
    await ending(assistant, "내 이름을 불러 인사해 줘")
    _, told = await ending(assistant, "오늘 오후에 쓸 회의실 하나 잡아 주세요")
    assert told.skill == "rooms"


async def test_the_button_of_a_question_that_was_asked_again_still_works(start, rooms):
    await ending(start(), "회의실 예약해 줘")
    asked, _ = await ending(start(), "3명")
    await ending(start(), "글쎄요 어떡하지")
    _, done = await ending(start(), "예약", of=asked)
    assert (done.text, len(rooms.booked)) == ("예약했어요.", 1)


async def test_courtesies_and_other_people_are_not_asked_again(start):
    await ending(start(), "회의실 예약해 줘")
    await ending(start(), "3명")
    for text, asker in (("고마워요!", "U1"), ("글쎄요 어떡하지", "U2")):
        _, told = await ending(start(), text, asker=asker)
        assert not getattr(told, "skill", "")


async def test_a_command_reaches_a_skill_by_its_name_whatever_is_said(start):
    _, told = await ending(start(), "/rooms 정산은 언제 되나요?")
    assert (told.skill, told.followups) == ("rooms", ("2명", "8명"))
    _, told = await ending(start(), "/rooms 4명이요")
    assert told.text == "4명이 쓸 회의실을 예약할까요?"


async def test_a_command_that_the_skill_can_do_nothing_with_shows_what_may_be_said(start, rooms):
    await ending(start(), "회의실 예약해 줘")
    _, told = await ending(start(), "/rooms 음", asker="U2")
    assert told.skill == "rooms"  # a dialogue of their own
    rooms.hear = hears_nothing
    _, told = await ending(start(), "/rooms 음", asker="U3")
    assert (told.skill, told.followups) == ("", rooms.examples)


async def test_what_is_no_command_of_a_skill_is_a_question(start):
    for text in ("/nothing 정산은 언제 되나요?", "정산은 /rooms 언제 되나요?"):
        _, told = await ending(start(), text)
        assert not getattr(told, "skill", "")


@pytest.mark.parametrize(("leans", "skill"), [(True, ""), (False, "rooms")])
async def test_what_the_faq_answers_in_its_conversation_goes_to_no_skill(
    leans, skill, history, rooms, profile, learn_router, clock
):
    class Answering(ScriptedAssistant):
        async def is_open(self, question):
            return True

        def research(self, question):
            return replace(super().research(question), leans=leans, draft=object())

    assistant = SkilledAssistant(
        Answering(history),
        skills=[rooms],
        router=learn_router([rooms]),
        history=history,
        profile=profile,
        now=clock,
    )
    _, told = await ending(assistant, "회의실 예약해 줘")
    assert told.skill == skill


async def hears_nothing(_):
    for reply in ():
        yield reply
