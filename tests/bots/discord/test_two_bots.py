"""Two bots arrange a meeting in the sentences that they write to each other in one thread.

One is at work on the local Discord. The other is the skill by itself: what the first writes to it
is heard by an assistant with a calendar of its own, and what that answers is said in the thread.
"""

from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from contracts.skills import Scripted
from fakes.discord_bot import answers_in, running_bot

from bots.discord.ids import asker_of
from core.skills.assistant import SkilledAssistant
from core.skills.meetings.diaries.sqlite import SqliteDiary
from core.skills.meetings.meeting import Meeting, Slot
from core.skills.meetings.message import MeetingTools
from core.skills.meetings.own_calendar import SELF
from core.skills.meetings.skill import MeetingSkill
from core.skills.meetings.slots import WorkingHours
from core.skills.meetings.words import load_words
from core.skills.messenger import Messenger
from core.stores.memory import MemoryHistory
from core.types import Answered, Question, SessionId

NUMBERS = count()
ASKED = "다음 주 화요일 15시에 {}이랑 디자인 회의 잡아줘"


@pytest.fixture
def now():
    return datetime.now(UTC)


@pytest.fixture
def arranging(learn_router, analyzer, profile, now):
    """Makes an assistant that arranges meetings in a diary."""

    def make(diary, history):
        messenger = Messenger(history, inbox=None)
        hours = WorkingHours.parse("00:00-23:59")
        desk = MeetingTools(diary, load_words("ko"), hours, analyzer, messenger)
        skills = [MeetingSkill(desk, lambda: now)]
        made = SkilledAssistant(
            Scripted(history),
            skills=skills,
            router=learn_router(skills),
            history=history,
            profile=profile,
            now=lambda: now,
        )
        made.messenger = messenger
        return made

    return make


class OtherBot:
    """The bot of somebody else, in the same server."""

    def __init__(self, fake, diary, arranging):
        self.user = fake.add_user("비서", bot=True)
        fake.guild.members[self.user.id] = []
        self.diary = diary
        self._fake, self._heard = fake, set()
        self._assistant = arranging(diary, MemoryHistory())

    def unheard(self, thread):
        """What calls it in a thread, and is finished."""
        said = answers_in(self._fake, thread)
        mine = [m for m in said if self.user.mention in m.content and "⏳" not in m.content]
        return [m for m in mine if m.id not in self._heard]

    async def answers(self, thread):
        """Answer what calls it next."""
        message = (await self._fake.until(lambda: self.unheard(thread)))[0]
        self._heard.add(message.id)
        text = message.content.split("\n\n", 1)[1]  # whose question it is stands above
        question = Question(f"q{next(NUMBERS)}", SessionId("x:1"), text, "discord:faqbot")
        async for event in self._assistant.answer(question):
            if isinstance(event, Answered):
                await self._fake.say(thread, event.text, user=self.user)

    async def kept(self, now):
        week = Slot(now, now + timedelta(days=15))
        return [one.slot.start.hour for one in await self.diary.meetings([SELF.key], week)]


@pytest.fixture
def other(fake, tmp_path, arranging):
    return OtherBot(fake, SqliteDiary(tmp_path / "other" / "diary.sqlite3"), arranging)


@pytest.fixture
def diary(tmp_path):
    return SqliteDiary(tmp_path / "own" / "diary.sqlite3")


@pytest.fixture
def at_work(fake, tmp_path, profile, arranging, diary):
    @asynccontextmanager
    async def running():
        make = lambda history: arranging(diary, history)  # noqa: E731
        async with running_bot(fake, tmp_path, profile, make_assistant=make):
            yield

    return running


async def pressed(fake, thread, label):
    def shown():
        said = answers_in(fake, thread)
        return [m for m in said if any(one.get("label") == label for one in m.buttons)]

    found = await fake.until(shown)
    await fake.press(found[-1], label)


async def told(fake, thread, words):
    await fake.until(lambda: any(words in m.content for m in answers_in(fake, thread)))


async def asked_for(fake, other):
    """Somebody asks our bot for a meeting with the other one, and confirms it."""
    channel = fake.guild.channels[0]
    root = await fake.say(channel, ASKED.format(other.user.mention), mention_bot=True)
    thread = await fake.until(lambda: fake.channels.get(root.id))
    await pressed(fake, thread, "회의 잡기")
    return thread


async def test_the_other_bot_is_asked_in_the_thread_and_its_answer_books(
    fake, at_work, other, diary, now
):
    async with at_work():
        thread = await asked_for(fake, other)
        await other.answers(thread)
        await told(fake, thread, "모두 좋다고 해서")
        week = Slot(now, now + timedelta(days=15))
        (meeting,) = await diary.meetings([asker_of(other.user.id)], week)
        assert meeting.slot.start.hour == 15
        assert await other.kept(now) == [15]
        await fake.say(thread, "회의 취소해줘", mention_bot=True)
        await pressed(fake, thread, "회의 취소하기")
        await other.answers(thread)
        assert await other.kept(now) == []


async def test_a_bot_that_is_busy_names_another_time_which_a_person_takes(
    fake, at_work, other, diary, now
):
    monday = now - timedelta(days=now.weekday())
    three = (monday + timedelta(days=8)).replace(hour=15, minute=0, second=0, microsecond=0)
    await other.diary.book(
        Meeting("x", "점검", "U9", (SELF,), Slot(three, three + timedelta(hours=1)))
    )
    async with at_work():
        thread = await asked_for(fake, other)
        await other.answers(thread)
        await told(fake, thread, "오후 4시에 하자고")
        await pressed(fake, thread, "회의 잡기")
        await other.answers(thread)
        assert await other.kept(now) == [15, 16]


async def test_a_bot_that_is_invited_answers_from_its_own_calendar(
    fake, at_work, other, diary, now
):
    """The invitation is one that a bot writes, whose mention notifies nobody; all else is ignored.

    The bot opens no thread for it.
    """
    async with at_work():
        thread = await asked_for(fake, other)
        invitation = (await fake.until(lambda: other.unheard(thread)))[0].content
        here = await fake.create_channel("비서들")
        call = invitation.replace(other.user.mention, fake.bot.mention)
        for text in (f"{fake.bot.mention} 정산은 언제 되나요?", call):
            message = await fake.say(here, text, user=other.user)
        mine = await fake.until(lambda: fake.channels.get(message.id))
        await told(fake, mine, "네, 좋아요")
        assert fake.threads_of(here) == [mine]
        week = Slot(now, now + timedelta(days=15))
        assert len(await diary.meetings([SELF.key], week)) == 1
