"""Questions to data in a conversation: routed, answered, shown with their SQL, and left again."""

from datetime import UTC, datetime
from itertools import count
from typing import ClassVar

import pytest

from core.press_ids import press_id
from core.skills.assistant import SkilledAssistant
from core.skills.skill import SkillReply
from core.stores.memory import MemoryHistory
from core.types import Answered, Question, SessionId

NOW = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)
NUMBERS = count()


class Greeter:
    """Another skill, which is meant by one message."""

    name = "greeter"
    examples = ("고양이 사진 보여줘",)

    parameters: ClassVar = {}

    def plain(self, text):
        return text

    async def hear(self, request):
        yield SkillReply("야옹")


@pytest.fixture
def ask(data_skill, make_assistant, profile, learn_router):
    """Asks in one conversation, or presses the button of an earlier answer."""
    history = MemoryHistory()
    skills = [data_skill, Greeter()]
    router = learn_router(skills)

    async def ask(text, of=None):
        assistant = SkilledAssistant(  # a new process each time
            make_assistant(history=history),
            skills=skills,
            router=router,
            history=history,
            profile=profile,
            now=lambda: NOW,
        )
        name = press_id(of, text) if of else f"q{next(NUMBERS)}"
        question = Question(name, SessionId("web:a:1"), text, "u1")
        events = [event async for event in assistant.answer(question)]
        return name, events[-1]

    return ask


async def test_a_question_is_answered_and_its_button_shows_the_sql(ask):
    name, answer = await ask("작년에 서울에서 가장 많이 팔린 카테고리는?")
    assert answer.skill == "data"
    assert "2025년 · 서울 기준" in answer.text
    assert "\n| 카테고리 | 수량 |\n| --- | --- |\n| " in answer.text
    assert answer.followups == ("SQL 보기",)
    file, chart = answer.files
    assert (chart.name, chart.media_type) == ("answer.png", "image/png")
    assert chart.content.startswith(b"\x89PNG")
    assert file.text.startswith("\ufeff")  # by which spreadsheets know its encoding
    assert len(file.text.splitlines()) > 2
    _, sql = await ask("SQL 보기", of=name)
    assert sql.text.startswith("```sql\nSELECT")


async def test_one_question_follows_another(ask):
    await ask("작년 총매출은 얼마였어?")
    _, answer = await ask("올해 월별 매출 추이")
    assert answer.skill == "data"
    assert "월별 매출" in answer.text


async def test_a_faq_question_in_between_is_answered_from_the_faq(ask):
    await ask("작년 총매출은 얼마였어?")
    _, answer = await ask("정산은 언제 되나요?")
    assert isinstance(answer, Answered)
    assert (answer.skill, bool(answer.sources)) == ("", True)


async def test_another_skill_is_reached_though_this_one_is_open(ask):
    await ask("작년 총매출은 얼마였어?")
    _, answer = await ask("고양이 사진 보여줘")
    assert (answer.skill, answer.text) == ("greeter", "야옹")


async def test_what_is_not_clear_offers_samples_whose_buttons_answer(ask):
    name, unsure = await ask("매출이 왜 줄었어?")
    assert unsure.skill == "data"
    assert 1 <= len(unsure.followups) <= 4
    _, answer = await ask(unsure.followups[0], of=name)
    assert answer.skill == "data"
    assert answer.followups == ("SQL 보기",)


@pytest.mark.parametrize("name", ["dev", "test"])
def test_unseen_phrasings_reach_the_skill(data_skill, learn_router, questions, name):
    """Nine in ten of each set; a question's names and dates play no part."""
    router = learn_router([data_skill])
    asked = [question["ask"] for question in questions(name)]
    assert sum(router.candidate(text) is not None for text in asked) >= 0.9 * len(asked)


async def test_other_days_names_and_groups_change_the_question_before(ask):
    await ask("작년에 여성이 가장 많이 산 상품은?")
    _, answer = await ask("남자는?")
    assert answer.text.startswith("2025년 · 남성 기준, 판매량이 가장 많은 상품")
    _, answer = await ask("그럼 부산은?")
    assert answer.text.startswith("2025년 · 남성 · 부산 기준")
    _, answer = await ask("올해는?")
    assert answer.text.startswith("2026년 · 남성 · 부산 기준")
    _, answer = await ask("카테고리별로 보여줘")
    assert "카테고리별 판매량" in answer.text


async def test_days_are_named_by_those_that_were_talked_about(ask):
    await ask("지난주 총매출은 얼마였어?")
    for said, shown in (
        ("그 전주는?", "2026년 11월 9일~2026년 11월 15일"),
        ("and the week before?", "2026-11-02 to 2026-11-08"),
        ("그다음 주는?", "2026년 11월 9일~2026년 11월 15일"),
        ("올해는?", "2026년 기준"),
        ("그 전 해는?", "2025년 기준"),
        ("what about the year before that?", "2024 기준"),
    ):
        _, answer = await ask(said)
        assert getattr(answer, "text", said).startswith(shown)


async def test_days_are_counted_from_the_end_or_a_year_before_those_that_were_talked_about(ask):
    for asked, said, shown in (
        ("지난달 매출 얼마였지?", "그 다음 주는요?", "2026년 11월 2일~2026년 11월 8일"),
        ("지난 분기 매출 얼마였지?", "작년 같은 분기는요?", "2025년 3분기"),
    ):
        await ask(asked)
        _, answer = await ask(said)
        assert answer.text.startswith(shown)


async def test_more_groups_than_were_shown_are_asked_for(ask):
    for said, rows in (("올해 매출 상위 3개 상품", 3), ("5개로", 5), ("make it four", 4)):
        _, answer = await ask(said)
        assert answer.text.count("\n| ") == rows + 2


async def test_how_many_without_of_what_is_no_question(ask):
    await ask("작년 총매출은 얼마였어?")
    _, answer = await ask("몇 개야?")
    assert getattr(answer, "skill", "") == ""
