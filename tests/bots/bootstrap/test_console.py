"""What can be tried out on a real index: lessons, and what the source holds by now."""

import json

import pytest

from bots.bootstrap.assistant import open_operations
from bots.bootstrap.index.ingestion import run_ingest
from config.settings import read_settings
from core.reporting.replay import Change, ReplayCase
from core.reporting.trial import Origin
from core.types import Lesson, SessionId, TurnState

HOLIDAYS, ROOMS = "휴가는 며칠인가요?", "회의실은 어디서 잡나요?"
FAQ = {HOLIDAYS: "1년에 15일입니다.", ROOMS: "사내 달력에서 잡습니다."}


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.setenv("FAQBOT_DATA_DIR", str(tmp_path / "data"))
    return read_settings()


def write(folder, faq):
    path = folder / "faq.json"
    path.write_text(json.dumps(faq, ensure_ascii=False))
    return path


async def compared(trials, after, *texts):
    return [one async for one in trials.compare([ReplayCase(text) for text in texts], after)]


async def test_the_new_source_is_asked_beside_the_old_one(settings, tmp_path):
    """And serves only once it is ingested; nothing of the trial is left."""
    path = write(tmp_path, FAQ)
    run_ingest(settings, path, questions=None, use_packs=True, progress=lambda *_: None)
    async with open_operations(settings) as (operations, _):
        write(tmp_path, {ROOMS: FAQ[ROOMS], "주차는 어디에 하나요?": "지하 2층입니다."})
        trials = operations.trials
        served = await trials.source()
        async with trials.with_source(Origin.SOURCE) as after:
            holidays, rooms = await compared(trials, after, HOLIDAYS, ROOMS)
        assert (holidays.before.state, holidays.change) == (TurnState.ANSWERED, Change.WORSE)
        assert rooms.change is Change.SAME
        assert (await trials.source()).name == served.name
        assert "1 added" in await trials.ingest(Origin.SOURCE)
        assert (await trials.source()).entries == 2


async def chunks(text):
    yield text.encode()


async def test_an_uploaded_file_is_tried_and_becomes_the_source(settings, tmp_path):
    path = write(tmp_path, FAQ)
    run_ingest(settings, path, questions=None, use_packs=True, progress=lambda *_: None)
    async with open_operations(settings) as (operations, _):
        trials = operations.trials
        told = await trials.upload("new.csv", chunks(f"질문,답변,비고\n{ROOMS},1층입니다.,x\n"))
        assert (told.entries, told.columns[0].ignored) == (1, ("비고",))
        async with trials.with_source(Origin.UPLOAD) as after:
            (holidays,) = await compared(trials, after, HOLIDAYS)
        assert holidays.change is Change.WORSE
        assert "1 removed" in await trials.ingest(Origin.UPLOAD)
        served = await trials.source()
        assert (served.entries, served.source.endswith("uploads/new.csv")) == (1, True)


async def test_a_lesson_is_tried_without_being_taught(settings, tmp_path):
    path = write(tmp_path, FAQ)
    run_ingest(settings, path, questions=None, use_packs=True, progress=lambda *_: None)
    text = "사원증을 잃어버렸어요. 어떻게 다시 받나요?"
    lesson = Lesson("console:1", SessionId("console:lessons"), text, "총무팀에서 다시 받습니다.")
    async with open_operations(settings) as (operations, _):
        trials = operations.trials
        (one,) = await compared(trials, await trials.with_lessons([lesson]), text)
        assert one.before.state is not TurnState.ANSWERED
        assert (one.after.state, one.after.sources) == (TurnState.ANSWERED, (text,))
        (again,) = await compared(trials, trials.now(), text)
        assert again.change is Change.SAME
