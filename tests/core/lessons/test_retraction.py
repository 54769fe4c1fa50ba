"""Below the answers that used a lesson a note says that it was undone, once."""

from datetime import UTC, datetime, timedelta

import pytest

from bots.bootstrap.stores import open_stores
from config.profiles import load_profile
from config.settings import Settings
from core.lessons.retraction import Retractions
from core.retrieval.overlay.lessons import entry_of, passages_of
from core.types import Lesson, Passage, Question, SessionId, Turn, TurnState

PROFILE = load_profile("ko")
NOON = datetime(2026, 11, 29, 3, tzinfo=UTC)
LESSON = Lesson("slack:T1:C1:9", SessionId("slack:T1:C1:1"), "견학은 언제?", "수요일이에요.")
TAUGHT = passages_of([entry_of(LESSON)], {f"learned:{LESSON.id}": 0.9})[0]
OTHER = Passage("e1", "견학은 언제?", "목요일이에요.", 0.9)


@pytest.fixture
async def stores(tmp_path):
    async with open_stores(Settings(_env_file=None, data_dir=tmp_path)) as opened:
        yield opened


async def answered(stores, name, passage, *, ahead=timedelta()):
    question = Question(name, SessionId(f"{name}:s"), "언제 가나요", "U2", NOON, "1")
    await stores.inbox.receive(question)
    turn = Turn(
        question,
        TurnState.ANSWERED,
        passage.text,
        (passage.title,),
        finished_at=NOON + ahead,
        passages=(passage,),
    )
    await stores.history.append(turn)
    return question


async def notes(stores, question):
    turns = await stores.history.recent(question.session, 9)
    return [turn.answer for turn in turns if turn.question.id != question.id]


def retractions(stores):
    return Retractions(
        reports=stores.reports,
        archive=stores.archive,
        history=stores.history,
        inbox=stores.inbox,
        profile=PROFILE,
    )


async def test_each_answer_that_used_a_lesson_has_one_note(stores):
    used = await answered(stores, "discord:1:2:3", TAUGHT)
    official = await answered(stores, "discord:1:2:4", OTHER)
    for _ in range(2):
        assert await retractions(stores).tell(LESSON) == [used]
    (told,) = await notes(stores, used)
    assert told.startswith("앞에서 알려 드린 “견학은 언제?”의 답변은 담당자가 거두었어요.")
    assert await notes(stores, official) == []
    (note,) = [turn for turn in await stores.history.recent(used.session, 9) if not turn.sources]
    assert (await stores.inbox.find(note.question.id)).question.reply_to == "1"


async def test_a_question_that_was_deleted_has_none(stores):
    used = await answered(stores, "discord:1:2:3", TAUGHT)
    await stores.inbox.withdraw(used.id)
    assert await retractions(stores).tell(LESSON) == []
    assert await notes(stores, used) == []
