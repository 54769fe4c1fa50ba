"""Two wishes for two skills in one message."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

import pytest

from core.skills.assistant import SkilledAssistant
from core.skills.skill import SkillReply
from core.skills.wishes import sides_of
from core.stores.memory import MemoryHistory
from core.types import Question, SessionId

NOW = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)


@dataclass
class Echo:
    """Says what it was told; it asks something if it has `choices`."""

    name: str
    examples: tuple[str, ...]
    choices: tuple[str, ...] = ()
    parameters: ClassVar = {}

    def plain(self, text):
        return text

    async def hear(self, request):
        if request.data is None:
            data = "{}" if self.choices else None
            yield SkillReply(f"{self.name}: {request.text}", self.choices, data)
        else:
            yield SkillReply(f"{self.name} goes on: {request.text}")


@pytest.mark.parametrize(
    ("text", "sides"),
    [
        (
            "금요일 2시에 민재랑 회의 잡고 민재는 채식한다고 기억해줘",
            ("금요일 2시에 민재랑 회의 잡고", "민재는 채식한다고 기억해줘"),
        ),
        (
            "민재는 채식한다고 기억해주고 금요일에 점심 잡아줘",
            ("민재는 채식한다고 기억해줘", "금요일에 점심 잡아줘"),
        ),
        (
            "내 자리는 5층이야 기억해줘. 그리고 내일 4시에 미팅 잡아줘",
            ("내 자리는 5층이야 기억해줘", "내일 4시에 미팅 잡아줘"),
        ),
        (
            "remember that my desk is 4C and book a call on Friday",
            ("remember that my desk is 4C", "book a call on Friday"),
        ),
    ],
)
def test_a_message_is_parted_where_a_wish_ends(text, sides):
    assert sides in list(sides_of(text))


@pytest.mark.parametrize(
    "text",
    [
        "우리 팀은 월요일에 회의하고 화요일에 배포한다고 기억해줘",
        "민수가 3시에 회의하고 싶어한다고 기억해줘",
        "remember that we meet on Monday and call on Friday",
    ],
)
def test_what_is_told_in_one_wish_stays_whole(text):
    assert list(sides_of(text)) == []


async def test_both_skills_reply_in_one_message_and_the_one_that_asks_goes_on(
    make_assistant, profile, learn_router
):
    """The one that only tells something comes first, whichever was said first."""
    rooms = Echo("rooms", ("회의실 예약해 줘", "오늘 오후에 쓸 회의실 잡아 주세요"), ("2명", "8명"))
    notes = Echo("notes", ("이거 기억해 줘", "내 자리를 기억해 줘", "메모해 줘"))
    history = MemoryHistory()
    assistant = SkilledAssistant(
        make_assistant(history=history),
        skills=[rooms, notes],
        router=learn_router([rooms, notes]),
        history=history,
        profile=profile,
        now=lambda: NOW,
    )

    async def say(text, name):
        question = Question(name, SessionId("slack:T1:C1:1"), text, "U1")
        return [event async for event in assistant.answer(question)][-1]

    told = await say("오늘 오후에 쓸 회의실 예약해 주고 내 자리를 기억해 줘", "q1")
    assert told.text == "notes: 내 자리를 기억해 줘\n\nrooms: 오늘 오후에 쓸 회의실 예약해 줘"
    assert (told.skill, told.followups) == ("rooms", ("2명", "8명"))
    assert (await say("2명", "q2")).text == "rooms goes on: 2명"
