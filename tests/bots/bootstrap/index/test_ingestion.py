"""A new ingest keeps the lessons, and reports those that the FAQ covers or contradicts by now."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bots.bootstrap.index.ingestion import run_ingest
from bots.bootstrap.stores import open_stores
from config.settings import Settings
from core.types import Lesson, LessonState, SessionId

BEFORE = {
    "연차는 며칠 전에 신청하나요?": "사용하기 3일 전까지 인사 시스템에서 신청합니다.",
    "회의실은 어떻게 예약하나요?": "그룹웨어의 자원 예약 메뉴에서 예약합니다.",
    "명함은 어디에 신청하나요?": "총무팀 양식에 이름과 직함을 적어 신청합니다.",
    "노트북이 고장 나면 어디에 말하나요?": "헬프데스크 채널에 증상을 남겨 주세요.",
}
SHUTTLE, NURSERY = "셔틀버스는 몇 시에 출발하나요?", "사내 어린이집은 언제 신청하나요?"
ADDED = {
    SHUTTLE: "셔틀버스는 아침 8시에 정문에서 출발합니다.",
    NURSERY: "사내 어린이집은 매년 3월 2일부터 신청합니다.",
}
TAUGHT = {
    "covered": (SHUTTLE, "셔틀버스는 아침 8시에 출발해요.", LessonState.SERVED),
    "contradicted": (NURSERY, "사내 어린이집은 매년 2월 20일부터 신청합니다.", LessonState.SERVED),
    "held": (NURSERY, "사내 어린이집은 매년 1월 5일부터 신청합니다.", LessonState.HELD),
    "elsewhere": ("강아지를 데려와도 되나요?", "금요일에만 됩니다.", LessonState.SERVED),
}


@pytest.fixture
def ingested(tmp_path):
    """Ingests a FAQ of these answers by their titles, and returns the report."""
    settings, source = Settings(_env_file=None, data_dir=tmp_path / "data"), tmp_path / "faq.jsonl"

    def ingest(entries):
        lines = (json.dumps({"title": title, "answer": text}) for title, text in entries.items())
        source.write_text("\n".join(lines), encoding="utf-8")
        return run_ingest(
            settings, source, questions=None, use_packs=False, progress=lambda *_: None
        )

    async def teach():
        async with open_stores(settings) as stores:
            for name, (question, answer, state) in TAUGHT.items():
                at = datetime(2026, 12, 1, tzinfo=UTC)
                lesson = Lesson(name, SessionId("s"), question, answer, "U9", "김담당", at)
                await stores.lessons.teach(replace(lesson, state=state))

    ingest(BEFORE)
    asyncio.run(teach())
    return ingest


def test_lessons_that_the_faq_covers_or_contradicts_are_reported_as_long_as_it_does(ingested):
    report = ingested(BEFORE | ADDED)
    found = [(one.lesson.id, one.title, one.contradicts) for one in report.overlaps]
    assert found == [("contradicted", NURSERY, True), ("covered", SHUTTLE, False)]
    assert ingested(BEFORE).overlaps == ()
