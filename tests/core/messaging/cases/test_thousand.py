"""Many cases at once, over the real store and by meaning: joined, taken, closed, told once."""

import asyncio
from datetime import UTC, datetime

import pytest
from fakes.cases import desk_of, learnt

from bots.bootstrap.stores import open_stores
from config.profiles import load_profile
from config.settings import Settings
from core.lessons.remarks import Teacher
from core.messaging.cases.likeness import Likeness
from core.messaging.cases.roster import Roster
from core.messaging.cases.rounds import CaseRounds
from core.messaging.cases.word import closed, taken
from core.profile import Owner
from core.types import CaseState, Escalated, Lesson, Question, SessionId

PROFILE = load_profile("ko")
NOON = datetime(2026, 12, 1, 3, tzinfo=UTC)
TEAM = Owner("총무팀", ("slack:S1", "discord:9"), calls_a_day=10_000)
OWNER = Teacher("slack:U9", "김담당")
THINGS = """
    회의실 화분 탕비실 프린터 복사기 창고 라운지 사물함 게시판 정수기
    자판기 우산 냉장고 소화기 택배함 휴게실 세미나실 녹음실 샤워실 수유실
""".split()  # noqa: SIM905 - a list of words is easier to read so
NOTHING = Escalated(PROFILE.not_found, ())


def asked(number, text, platform):
    session = SessionId(f"{platform}:T1:C1:{number}")
    return Question(f"{platform}:{number}", session, text, f"{platform}:U{number}", NOON)


def lesson_to(number, text):
    session = SessionId(f"slack:T1:C1:{number}")
    return Lesson(f"l{number}", session, text, "안내 데스크예요.", question_id=f"slack:{number}")


@pytest.mark.parametrize("floors", [1, pytest.param(50, marks=pytest.mark.long)])
async def test_many_cases_at_once_are_each_kept_apart_and_told_once(
    tmp_path, analyzer, encoder, floors
):
    """Each question is asked on Slack and in other words on Discord, all of them at once."""
    matters = [f"{floor}층 {thing}" for floor in range(1, floors + 1) for thing in THINGS]
    settings = Settings(_env_file=None, data_dir=tmp_path, inbox_total=5_000)
    async with open_stores(settings) as stores:
        alike = Likeness(analyzer, encoder.embed)
        desk = desk_of(
            stores,
            PROFILE,
            settings,
            roster=Roster((TEAM,), Owner("", ())),
            most_alike=alike.most_alike,
            now=lambda: NOON,
        )

        async def ask(platform, words):
            questions = [asked(at, words.format(one), platform) for at, one in enumerate(matters)]
            told = [desk.escalated(one, NOTHING, public=True, calls=True) for one in questions]
            return [ending.case_id for ending in await asyncio.gather(*told)]

        opened = await ask("slack", "{} 열쇠는 어디서 받나요?")
        assert len(set(opened)) == len(matters)
        assert await ask("discord", "{} 열쇠 어디서 받아요") == opened
        every = await stores.cases.open(len(matters) + 1)
        assert all(len(case.waiters) == 2 and len(case.calls) == 1 for case in every)

        third = len(matters) // 3
        await asyncio.gather(*(taken(desk, case, OWNER) for case in opened[:third]))
        await asyncio.gather(*(closed(desk, case, OWNER) for case in opened[third : 2 * third]))
        lessons = [
            lesson_to(at, one) for at, one in enumerate(matters) if not third <= at < 2 * third
        ]
        for lesson in lessons:
            await learnt(desk, lesson, seen_in=lesson.session)

        rounds = CaseRounds(
            desk,
            inbox=stores.inbox,
            history=stores.history,
            profile=PROFILE,
            wake=lambda: None,
            say=nobody_is_called,
            is_public=lambda _session: True,
        )
        for _ in range(len(matters) // 50 + 2):
            await rounds.go()
        assert await stores.cases.due(NOON, 1) == []
        told = [one.question.session for one in await stores.inbox.waiting(10_000)]
        # Of an answer those hear who have not read it, of a case that is closed both.
        assert len(told) == len(set(told)) == len(lessons) + 2 * third
        states = {(await stores.cases.find(case)).state for case in opened}
        assert states == {CaseState.ANSWERED, CaseState.CLOSED}


async def nobody_is_called(_question, _ending):
    raise AssertionError("a case that is answered or closed calls nobody")
