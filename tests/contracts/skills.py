"""What every platform must do for skills: a dialogue is held there with each.

In every one of them something is corrected, the bot is restarted in the middle, somebody else
presses what is not theirs, and one is called off. An adapter's test file imports everything from
here and from `contracts.api_skill` beside `contracts.platform`; its driver can also
`press_by_other`, `ask_as_other` and read what is `told_in_private` to the person.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.resources import as_file, files

import pytest
from fakes.assistants import ScriptedAssistant

from core.skills.assistant import SkilledAssistant
from core.skills.meetings.diaries.sqlite import SqliteDiary
from core.skills.meetings.meeting import Slot
from core.skills.meetings.message import MeetingTools
from core.skills.meetings.skill import MeetingSkill
from core.skills.meetings.slots import WorkingHours
from core.skills.meetings.words import load_words
from core.skills.memory.skill import MemorySkill, MemoryWords
from core.skills.messenger import Messenger
from core.skills.recommender.advice import Adviser
from core.skills.recommender.form import load_shipped_form
from core.skills.recommender.network import Recommender
from core.skills.recommender.skill import RecommenderSkill
from core.skills.tools import SkillTools
from core.stores.sqlite.database import SqliteFile
from core.stores.sqlite.memories import SqliteMemories


class Scripted(ScriptedAssistant):
    """Answers what no skill is meant by; its FAQ knows about settlement."""

    async def is_open(self, question):
        return True

    def research(self, question):
        found = super().research(question)
        return replace(found, draft=object()) if "정산" in question.text else found


@pytest.fixture
def diary(tmp_path):
    return SqliteDiary(tmp_path / "diary.sqlite3")


@pytest.fixture(params=["keyless", "model"])
def plain(request):
    """Makes what answers if no skill is meant, without a model or with one that may call them."""
    if request.param == "keyless":
        return lambda history, _skills: Scripted(history)
    models = request.getfixturevalue("models")
    make = request.getfixturevalue("make_assistant")
    return lambda history, skills: make(
        history=history, models=models.offering(SkillTools.of(skills).tools)
    )


@pytest.fixture
def with_skills(plain, learn_router, profile):
    """Returns how an assistant with some skills is made; `make` gets the messenger."""

    def chosen(make, now=_now):
        def made(history):
            messenger = Messenger(history, inbox=None)  # which the running bot has
            skills = make(messenger)
            assistant = SkilledAssistant(
                plain(history, skills),
                skills=skills,
                router=learn_router(skills),
                history=history,
                profile=profile,
                now=now,
            )
            assistant.messenger = messenger
            return assistant

        return made

    return chosen


@pytest.fixture
def arranger(diary, analyzer, with_skills):
    """An assistant that arranges meetings."""
    hours = WorkingHours.parse("00:00-23:59")

    def make(messenger):
        desk = MeetingTools(diary, load_words("ko"), hours, analyzer, messenger)
        return [MeetingSkill(desk, _now)]

    return with_skills(make)


@pytest.fixture
def adviser(with_skills):
    """An assistant that recommends products."""
    with as_file(files("core.skills.recommender") / "appliances.npz") as model:
        known = Adviser(Recommender.load(model), load_shipped_form("ko"))
    return with_skills(lambda _: [RecommenderSkill(known, known.form.examples)])


@pytest.fixture
def analyst(data_skill, today, with_skills):
    """An assistant that answers from the example's database, on the shop's last day."""
    noon = datetime(today.year, today.month, today.day, 12, tzinfo=UTC)
    return with_skills(lambda _: [data_skill], now=lambda: noon)


@pytest.fixture
async def remembering(with_skills, tmp_path):
    """An assistant that remembers what it is told."""
    async with SqliteFile.open(tmp_path / "memories.sqlite3") as file:
        words, memories = MemoryWords.load("ko"), SqliteMemories(file)
        yield with_skills(lambda messenger: [MemorySkill(memories, words, messenger)])


def _now():
    return datetime.now(UTC)


async def arranged(diary, person="민수"):
    """The meetings of somebody."""
    now = _now()
    return await diary.meetings([person], Slot(now, now + timedelta(days=9)))


async def said(driver, asked, words):
    """Wait until a message of the bot has these words."""
    await driver.until(lambda: any(words in text for text in driver.shown(asked)))


async def faq_answered(driver, asked):
    """Wait until the FAQ has answered, as its stand-in does or as the sample FAQ does."""
    answers = ("답: 정산은", "다음 영업일에 정산됩니다")
    await driver.until(lambda: any(one in text for text in driver.shown(asked) for one in answers))


async def offered(driver, asked, label):
    """Wait until there is a button."""
    await driver.until(lambda: label in driver.buttons(asked))


async def stopped(driver, asked, words):
    """Say words that end a dialogue, and wait until the bot has ended it once more."""
    told = "그만할게요"
    before = sum(told in text for text in driver.shown(asked))
    await driver.go_on(asked, words)
    await driver.until(lambda: sum(told in text for text in driver.shown(asked)) > before)


def listed(texts):
    """Those of some messages that list what somebody told the bot to remember."""
    return [text for text in texts if "기억하라고 하신 내용" in text]


async def nothing_changes(driver, asked, label):
    """Somebody else presses a button, which is not theirs."""
    before = driver.shown(asked)
    await driver.press_by_other(asked, label)
    await asyncio.sleep(0)
    assert driver.shown(asked) == before


async def test_a_meeting_is_proposed_corrected_confirmed_after_a_restart_and_cancelled(
    driver, arranger, diary
):
    async with driver.running(make_assistant=arranger):
        asked = await driver.ask("내일 14시에 민수랑 디자인 회의 잡아줘")
        await offered(driver, asked, "회의 잡기")
        await driver.go_on(asked, "아니 15시로")
        await said(driver, asked, "오후 4시")
        await driver.go_on(asked, "정산은 언제 되나요?")
        await faq_answered(driver, asked)
    async with driver.running(make_assistant=arranger):
        await driver.press(asked, "회의 잡기")
        await said(driver, asked, "회의를 잡았어요")
        await driver.until(lambda: driver.files(asked))
        (meeting,) = await arranged(diary)
        assert meeting.slot.start.hour == 15
        assert "디자인 회의" in driver.files(asked)[0][1]
        await driver.go_on(asked, "취소해줘")
        await offered(driver, asked, "회의 취소하기")
        await driver.press(asked, "회의 취소하기")
        await said(driver, asked, "회의를 취소했어요")
        assert await arranged(diary) == []


async def test_nobody_else_presses_what_concerns_another(driver, arranger, diary):
    async with driver.running(make_assistant=arranger):
        asked = await driver.ask("내일 14시에 민수랑 회의 잡아줘")
        await offered(driver, asked, "회의 잡기")
        await nothing_changes(driver, asked, "회의 잡기")
        assert await arranged(diary) == []
        await driver.press(asked, "회의 잡기")
        await said(driver, asked, "회의를 잡았어요")
        assert len(await arranged(diary)) == 1


async def test_a_product_is_recommended_by_what_was_said_pressed_and_corrected(driver, adviser):
    async with driver.running(make_assistant=adviser):
        asked = await driver.ask("저한테 맞는 가전제품 추천해 주세요")
        await offered(driver, asked, "30대")
        await nothing_changes(driver, asked, "30대")
        await driver.press(asked, "30대")
        await said(driver, asked, "예산은")
        await driver.go_on(asked, "20만원이요, 아니 60만원이고 원룸에 혼자 살아요")
        await said(driver, asked, "집에 계신 시간")
    async with driver.running(make_assistant=adviser):
        await driver.press(asked, "거의 종일")
        await said(driver, asked, "몇 번 요리")
        await driver.press(asked, "서너 번")
        await said(driver, asked, "1. ")
        assert any("예산이 60만 원" in text for text in driver.shown(asked))
        await driver.press(asked, "다른 상품 보기")
        await driver.until(lambda: sum("1. " in text for text in driver.shown(asked)) == 2)
        await stopped(driver, asked, "never mind")
        await driver.go_on(asked, "가전제품 하나 추천해 줘")
        await driver.until(lambda: sum("연령대가" in one for one in driver.shown(asked)) == 2)
        await stopped(driver, asked, "취소할래요")


async def test_data_is_answered_asked_anew_after_a_restart_and_shown_with_its_sql(driver, analyst):
    async with driver.running(make_assistant=analyst):
        asked = await driver.ask("작년에 서울에서 가장 많이 팔린 카테고리는?")
        await offered(driver, asked, "SQL 보기")
        await driver.until(lambda: len(driver.files(asked)) == 2)
        assert [name for name, _ in driver.files(asked)] == ["answer.csv", "answer.png"]
        await nothing_changes(driver, asked, "SQL 보기")
        await driver.go_on(asked, "아니, 올해 월별 매출 추이")
        await said(driver, asked, "월별 매출")
    async with driver.running(make_assistant=analyst):
        await driver.press(asked, "SQL 보기")
        await said(driver, asked, "SELECT")
        await stopped(driver, asked, "취소")  # which is a value of the data as well
        await driver.go_on(asked, "작년 총매출은 얼마였어?")
        await said(driver, asked, "2025년 기준, 매출")
        await stopped(driver, asked, "이제 그만할래요")
        await driver.go_on(asked, "정산은 언제 되나요?")
        await faq_answered(driver, asked)


@pytest.mark.parametrize("plain", ["keyless"], indirect=True)
async def test_what_is_told_is_corrected_shown_to_its_person_alone_and_forgotten(
    driver, remembering
):
    async with driver.running(make_assistant=remembering):
        asked = await driver.ask("정산 담당은 지영이라고 기억해 줘")
        await said(driver, asked, "기억할게요: 정산 담당은 지영")
        await driver.go_on(asked, "아니, 정산 담당은 민수야")
        await said(driver, asked, "기억할게요: 정산 담당은 민수")
        await driver.go_on(asked, "기억해 줘: 창고는 부산")
        await said(driver, asked, "기억할게요: 창고는 부산")
        await driver.go_on(asked, "잊어 줘")
        await offered(driver, asked, "창고는 부산")
        await nothing_changes(driver, asked, "창고는 부산")
    async with driver.running(make_assistant=remembering):
        await driver.press(asked, "창고는 부산")
        await said(driver, asked, "잊었어요: 창고는 부산")
        await driver.go_on(asked, "뭘 기억해?")
        await driver.until(lambda: listed(driver.told_in_private(asked)))
        (told,) = listed(driver.told_in_private(asked))
        assert "정산 담당은 민수" in told
        assert not any(gone in told for gone in ("지영", "창고"))
        others = await driver.ask_as_other("뭘 기억해?")
        await said(driver, others, "기억하라고 하신 것이 없어요")
        await driver.go_on(asked, "전부 잊어줘")
        await offered(driver, asked, "모두 잊기")
        await driver.go_on(asked, "네")
        await said(driver, asked, "모두 잊었어요")
        await driver.go_on(asked, "뭘 기억해?")
        await said(driver, asked, "기억하라고 하신 것이 없어요")
