"""What every platform must do for a skill: a meeting is arranged there, from wish to cancellation.

An adapter's test file imports everything from here beside `contracts.platform`; its driver can
also `press_by_other`.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from fakes.assistants import ScriptedAssistant

from core.skills.assistant import SkilledAssistant
from core.skills.meetings.diaries.sqlite import SqliteDiary
from core.skills.meetings.diary import Slot
from core.skills.meetings.message import Desk
from core.skills.meetings.skill import MeetingSkill
from core.skills.meetings.slots import WorkingHours
from core.skills.meetings.words import load_words
from core.skills.messenger import Messenger
from core.skills.router import Router


class Scripted(ScriptedAssistant):
    """Answers what no skill is meant by."""

    async def is_open(self, question):
        return True


@pytest.fixture
def diary(tmp_path):
    return SqliteDiary(tmp_path / "diary.sqlite3")


@pytest.fixture
def arranger(diary, encoder, analyzer, profile):
    """Makes an assistant that arranges meetings, on a history."""
    hours = WorkingHours.parse("00:00-23:59")

    def now():
        return datetime.now(UTC)

    def make(history):
        messenger = Messenger(history, inbox=None)  # which the running bot has
        skill = MeetingSkill(Desk(diary, load_words("ko"), hours, analyzer.terms, messenger), now)
        made = SkilledAssistant(
            Scripted(history),
            skills=[skill],
            router=Router([skill], encoder.embed),
            history=history,
            profile=profile,
            now=now,
        )
        made.messenger = messenger
        return made

    return make


async def arranged(diary):
    """The meetings of 민수."""
    now = datetime.now(UTC)
    return await diary.meetings(["민수"], Slot(now, now + timedelta(days=9)))


async def said(driver, asked, words):
    """Wait until a message of the bot has these words."""
    await driver.until(lambda: any(words in text for text in driver.shown(asked)))


async def test_a_meeting_is_proposed_corrected_confirmed_after_a_restart_and_cancelled(
    driver, arranger, diary
):
    async with driver.running(make_assistant=arranger):
        asked = await driver.ask("내일 14시에 민수랑 디자인 회의 잡아줘")
        await driver.until(lambda: "회의 잡기" in driver.buttons(asked))
        await driver.go_on(asked, "아니 15시로")
        await said(driver, asked, "오후 4시")
        await driver.go_on(asked, "정산은 언제 되나요?")
        await said(driver, asked, "답: 정산은")
    async with driver.running(make_assistant=arranger):
        await driver.press(asked, "회의 잡기")
        await said(driver, asked, "회의를 잡았어요")
        await driver.until(lambda: driver.files(asked))
        (meeting,) = await arranged(diary)
        assert meeting.slot.start.hour == 15
        assert "디자인 회의" in driver.files(asked)[0][1]
        await driver.go_on(asked, "취소해줘")
        await driver.until(lambda: "회의 취소하기" in driver.buttons(asked))
        await driver.press(asked, "회의 취소하기")
        await said(driver, asked, "회의를 취소했어요")
        assert await arranged(diary) == []


async def test_nobody_else_presses_what_concerns_another(driver, arranger, diary):
    async with driver.running(make_assistant=arranger):
        asked = await driver.ask("내일 14시에 민수랑 회의 잡아줘")
        await driver.until(lambda: "회의 잡기" in driver.buttons(asked))
        before = driver.shown(asked)
        await driver.press_by_other(asked, "회의 잡기")
        await asyncio.sleep(0)
        assert await arranged(diary) == []
        assert driver.shown(asked) == before
        await driver.press(asked, "회의 잡기")
        await said(driver, asked, "회의를 잡았어요")
        assert len(await arranged(diary)) == 1
