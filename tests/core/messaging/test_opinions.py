"""What people think of an answer, and when that puts its question to a person."""

from datetime import UTC, datetime

import pytest
from fakes.cases import desk_of

from bots.bootstrap.stores import open_stores
from config.profiles import load_profile
from config.settings import Settings
from core.messaging.cases.roster import Roster
from core.messaging.opinions import Opinions
from core.profile import Owner
from core.types import Feedback, Question, SessionId, Turn, TurnState

NOON = datetime(2026, 12, 1, 3, tzinfo=UTC)
ASKED = Question("q1", SessionId("slack:T1:C1:1"), "주차 등록은 어디서 하나요", "slack:U1", NOON)


@pytest.fixture
async def stores(tmp_path):
    async with open_stores(Settings(_env_file=None, data_dir=tmp_path)) as opened:
        await opened.history.append(
            Turn(ASKED, TurnState.ANSWERED, "앱에서 해요.", finished_at=NOON)
        )
        yield opened


@pytest.fixture
def opinions(stores):
    roster = Roster((), Owner("총무팀", ("slack:S1",)))
    settings = Settings(_env_file=None)
    desk = desk_of(stores, load_profile("ko"), settings, roster=roster, now=lambda: NOON)
    return Opinions(archive=stores.archive, desk=desk, is_public=lambda _: True, redact=str)


async def waits(stores):
    return [case.question for case in await stores.cases.open(9)]


async def test_two_people_whom_an_answer_has_not_helped_make_it_a_case_and_one_alone_does_not(
    stores, opinions
):
    for person, helpful in (("U1", False), ("U1", False), ("U2", True)):
        await opinions.rate(Feedback(ASKED.id, person, helpful=helpful))
        assert await waits(stores) == []
    await opinions.rate(Feedback(ASKED.id, "U2", helpful=False))
    assert await waits(stores) == [ASKED.text]


async def test_who_asks_for_a_person_needs_nobody_else(stores, opinions):
    await opinions.rate(Feedback(ASKED.id, "U1", helpful=False), asks_person=True)
    assert await waits(stores) == [ASKED.text]
