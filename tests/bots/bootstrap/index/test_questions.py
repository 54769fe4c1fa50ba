"""Questions changed while they are served: found at once, and kept by the next ingest."""

import json

import pytest

from bots.bootstrap.assistant import open_operations
from bots.bootstrap.index import questions
from bots.bootstrap.index.ingestion import run_ingest
from config.settings import read_settings
from core.errors import IndexAwayError
from core.types import SessionId
from ingest.question_packs import read_own

FAQ = {
    "휴가는 며칠인가요?": "1년에 15일입니다.",
    "회의실은 어디서 잡나요?": "사내 달력에서 잡습니다.",
}
ASKED = "연차 몇 개나 남았는지"


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.setenv("FAQBOT_DATA_DIR", str(tmp_path / "data"))
    return read_settings()


def ingest(settings, folder):
    path = folder / "faq.json"
    path.write_text(json.dumps(FAQ, ensure_ascii=False))
    return run_ingest(settings, path, questions=None, use_packs=True, progress=lambda *_: None)


async def test_other_questions_find_an_entry_at_once_and_after_an_ingest(settings, tmp_path):
    ingest(settings, tmp_path)
    async with open_operations(settings) as (operations, _):
        catalogue = operations.catalogue
        (listed,) = await catalogue.listed(text="휴가")
        assert await catalogue.edit(listed.entry, [ASKED], who="mina") is None
        (again,) = await catalogue.listed(text=ASKED)
        assert again.entry.title == "휴가는 며칠인가요?"
        research = await operations.assistant.research(ASKED, SessionId("s"), ())
        assert research.hits[0].title == "휴가는 며칠인가요?"
        (event,) = await operations.reports.audit(1)
        assert (event.who, event.action) == ("mina", "entry.questions")
    assert ingest(settings, tmp_path).changes.unchanged == len(FAQ)


async def test_questions_that_are_not_served_are_not_kept_for_the_next_ingest(
    settings, tmp_path, monkeypatch
):
    def away(*_given, **_named):
        raise IndexAwayError("the index is away")

    ingest(settings, tmp_path)
    async with open_operations(settings) as (operations, _):
        (listed,) = await operations.catalogue.listed(text="휴가")
        with monkeypatch.context() as patched:
            patched.setattr(questions, "reindex", away)
            with pytest.raises(IndexAwayError):
                await operations.catalogue.edit(listed.entry, [ASKED], who="mina")
        assert read_own(settings.own_questions) == {}
        assert await operations.catalogue.edit(listed.entry, [ASKED], who="mina") is None
        assert [one.questions for one in read_own(settings.own_questions).values()] == [(ASKED,)]
