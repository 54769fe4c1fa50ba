"""A question whose answer people like finds its entry from then on, until one of them does not."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bots.bootstrap.stores import open_stores
from config.settings import Settings
from core.lessons.liked import LikedQuestions
from core.types import (
    Feedback,
    LessonState,
    Passage,
    Question,
    SessionId,
    Source,
    Turn,
    TurnState,
)

NOON = datetime(2026, 11, 29, 3, tzinfo=UTC)
PASSAGE = Passage("e1", "물류센터 견학 안내", "매주 수요일이에요.", 0.9)
QUESTION = Question("slack:T1:C1:1", SessionId("slack:T1:C1:1"), "창고 구경 가능?", "U1", NOON)
TURN = Turn(QUESTION, TurnState.ANSWERED, "수요일이에요.", passages=(PASSAGE,))


async def _nothing():
    pass


class Office:
    def __init__(self, stores):
        self.stores, self.taken, self.leans = stores, [], False
        self.liked = LikedQuestions(
            lessons=stores.lessons,
            archive=stores.archive,
            reports=stores.reports,
            taken=self._taken,
            leans=self._leans,
            catch_up=_nothing,
        )

    async def _taken(self, _lesson):
        return self.taken

    async def _leans(self, _text):
        return self.leans

    async def rated(self, user, *, helpful):
        await self.stores.archive.give_feedback(Feedback(QUESTION.id, user, helpful))
        await self.liked.follow(QUESTION.id)
        return [(one.question, one.answer, one.state) for one in await self.stores.lessons.page(9)]


@pytest.fixture
async def office(tmp_path):
    async with open_stores(Settings(_env_file=None, data_dir=tmp_path)) as stores:
        await stores.history.append(TURN)
        yield Office(stores)


KEPT = [("창고 구경 가능?", "물류센터 견학 안내", LessonState.LIKED)]


async def test_a_liked_question_is_kept_once_and_goes_when_the_opinion_changes(office):
    assert await office.rated("U1", helpful=True) == KEPT
    assert await office.rated("U2", helpful=True) == KEPT
    assert await office.rated("U2", helpful=False) == []
    assert await office.rated("U2", helpful=True) == KEPT
    acts = [one.action for one in reversed(await office.stores.reports.audit(9))]
    assert acts == ["question.liked", "question.unliked", "question.liked"]


async def test_an_answer_that_somebody_dislikes_teaches_nothing(office):
    assert await office.rated("U1", helpful=False) == []
    assert await office.rated("U2", helpful=True) == []


async def test_a_question_that_would_take_another_entrys_place_is_left_out(office):
    office.taken = ["창고는 어디인가요?"]
    assert await office.rated("U1", helpful=True) == []


async def test_a_question_that_leans_on_the_one_before_is_left_out(office):
    office.leans = True
    assert await office.rated("U1", helpful=True) == []


@pytest.mark.parametrize(
    "turn",
    [
        replace(TURN, state=TurnState.ESCALATED),
        replace(TURN, passages=(PASSAGE, replace(PASSAGE, faq_id="e2"))),
        replace(TURN, passages=(replace(PASSAGE, source=Source("learned")),)),
        replace(TURN, question=replace(QUESTION, text="제 번호 010-2345-6789로 구경 가능?")),
    ],
    ids=["no answer", "two entries", "a lesson", "personal data"],
)
async def test_what_is_not_one_entrys_own_answer_to_words_of_all_is_left_out(office, turn):
    await office.stores.archive.remove(QUESTION.id)
    await office.stores.history.append(turn)
    assert await office.rated("U1", helpful=True) == []
