"""Two bots arrange a meeting in the sentences that they write to each other in one thread.

Each is at work on a local Slack of its own; what one writes in the channel is carried to the other,
as in a channel that two workspaces share.
"""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from contracts.skills import Scripted
from fakes.slack_bot import answering

from core.skills.assistant import SkilledAssistant
from core.skills.meetings.diaries.sqlite import SqliteDiary
from core.skills.meetings.meeting import Meeting, Slot
from core.skills.meetings.message import MeetingTools
from core.skills.meetings.own_calendar import SELF
from core.skills.meetings.skill import MeetingSkill
from core.skills.meetings.slots import WorkingHours
from core.skills.meetings.words import load_words
from core.skills.messenger import Messenger
from devtools.slack import Limits, Slack, labels, visible

pytestmark = pytest.mark.waits


@dataclass
class Side:
    """A bot on its local Slack, with its diary; `other` is the other bot as it is seen here."""

    slack: Slack
    diary: SqliteDiary
    other: object = None
    channel: object = None
    carried: set = field(default_factory=set)

    def own(self):
        """The messages of this side's bot that are finished."""
        mine = [m for m in self.channel.messages.values() if m.bot_id == self.slack.team.bot_id]
        return [m for m in mine if "⏳" not in visible(m)]


@pytest.fixture
def sides(tmp_path):
    found = []
    for name in ("ours", "theirs"):
        slack = Slack(limits=Limits(on=False))
        found.append(Side(slack, SqliteDiary(tmp_path / name / "diary.sqlite3")))
    for side, name in zip(found, ("회의실", "비서"), strict=True):
        side.other = side.slack.add_bot(name)
    return found


@pytest.fixture
def now():
    return datetime.now(UTC)


@pytest.fixture
def at_work(sides, tmp_path, learn_router, analyzer, profile, now):
    def make(side):
        def assistant(stores):
            messenger = Messenger(stores.history, inbox=None)
            hours = WorkingHours.parse("00:00-23:59")
            desk = MeetingTools(side.diary, load_words("ko"), hours, analyzer, messenger)
            skills = [MeetingSkill(desk, lambda: now)]
            made = SkilledAssistant(
                Scripted(stores.history),
                skills=skills,
                router=learn_router(skills),
                history=stores.history,
                profile=profile,
                now=lambda: now,
            )
            made.messenger = messenger
            return made

        return assistant

    @asynccontextmanager
    async def running():
        ours, theirs = sides
        async with ours.slack.serve(), theirs.slack.serve():
            first = answering(ours.slack, tmp_path / "ours", assistant=make(ours))
            second = answering(theirs.slack, tmp_path / "theirs", assistant=make(theirs))
            async with first, second:
                yield

    return running


@asynccontextmanager
async def joined(ours, theirs, root):
    """Carry what each bot writes below a message to the other one's Slack."""
    there = await theirs.slack.add_person("수진").say(theirs.channel, "회의")
    threads = {id(ours): root, id(theirs): there}
    changed = asyncio.Event()
    for side in (ours, theirs):
        side.slack.world.listeners.append(changed.set)

    async def carry(here, far):
        for message in here.own():
            if message.ts in here.carried:
                continue
            here.carried.add(message.ts)
            called = f"<@{here.other.id}>" in str(message.blocks)
            text = f"{far.other.mention_of_bot} {message.text}" if called else message.text
            await far.other.say(far.channel, text, thread=threads[id(far)])

    async def run():
        while True:
            changed.clear()
            await carry(ours, theirs)
            await carry(theirs, ours)
            await changed.wait()

    carrying = asyncio.create_task(run())
    try:
        yield
    finally:
        carrying.cancel()


async def asked_for(ours, theirs, text):
    """Somebody asks our bot for a meeting with the other one, and confirms it."""
    person = ours.slack.add_person("지우")
    ours.channel = ours.slack.add_channel("회의", person)
    theirs.channel = theirs.slack.add_channel("회의")
    root = await person.mention(ours.channel, text.replace("@", f"<@{ours.other.id}>"))
    await confirmed(ours, person, "회의 잡기")
    return person, root


async def confirmed(side, person, label):
    found = await side.slack.until(lambda: [m for m in side.own() if label in labels(m)])
    await person.press(found[-1], label)


async def told(side, words):
    await side.slack.until(lambda: [m for m in side.own() if words in visible(m)])


async def kept(side, person, now):
    week = Slot(now, now + timedelta(days=15))
    return [one.slot.start.hour for one in await side.diary.meetings([person], week)]


async def test_a_bot_accepts_from_its_own_calendar_and_hears_of_the_end(sides, at_work, now):
    ours, theirs = sides
    async with at_work():
        person, root = await asked_for(
            ours, theirs, "다음 주 화요일 15시에 @이랑 디자인 회의 잡아줘"
        )
        async with joined(ours, theirs, root):
            await told(theirs, "네, 좋아요")
            await told(ours, "모두 좋다고 해서")
            assert await kept(ours, ours.other.id, now) == [15]
            assert await kept(theirs, SELF.key, now) == [15]
            await person.mention(ours.channel, "회의 취소해줘", thread=root)
            await confirmed(ours, person, "회의 취소하기")
            await told(theirs, "알겠어요")
            assert await kept(theirs, SELF.key, now) == []


async def test_a_bot_that_is_busy_names_another_time_which_a_person_takes(sides, at_work, now):
    ours, theirs = sides
    monday = now - timedelta(days=now.weekday())
    three = (monday + timedelta(days=8)).replace(hour=15, minute=0, second=0, microsecond=0)
    held = Meeting("x", "점검", "U9", (SELF,), Slot(three, three + timedelta(hours=1)))
    await theirs.diary.book(held)
    async with at_work():
        person, root = await asked_for(
            ours, theirs, "다음 주 화요일 15시에 @이랑 디자인 회의 잡아줘"
        )
        async with joined(ours, theirs, root):
            await told(theirs, "그때는 안 돼요")
            await told(ours, "오후 4시에 하자고")
            await confirmed(ours, person, "회의 잡기")
            await told(theirs, "적어 두었어요")
            assert await kept(ours, ours.other.id, now) == [16]
            assert await kept(theirs, SELF.key, now) == [15, 16]
            before = len(theirs.own()), len(ours.own())
            await asyncio.sleep(0)
            assert (len(theirs.own()), len(ours.own())) == before
