"""Whoever waits for a person is told so in their language, also if the FAQ has none of it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from fakes.cases import desk_of

from bots.bootstrap.stores import open_stores
from config.profiles import load_profile
from config.settings import Settings
from core.lessons.remarks import Teacher
from core.lessons.retraction import Retractions
from core.messaging.cases import word
from core.messaging.cases.calls import call_of
from core.messaging.cases.escalation import Escalation
from core.messaging.cases.notice import notice_of
from core.messaging.cases.roster import Roster
from core.profile import Owner
from core.types import Escalated, Lesson, Passage, Question, SessionId, Source, Turn, TurnState

KOREAN, ENGLISH = load_profile("ko"), load_profile("en")
NOON = datetime(2026, 12, 1, 3, tzinfo=UTC)  # a Tuesday in Seoul
ASKED = {"ko": "주차 등록은 어디서 하나요?", "en": "Where can I register my car?"}
OTHER = {"ko": "주차 등록은 어디서 하나요", "en": "Where can I register my car"}
LESSON = Lesson("l1", SessionId("s"), "주차", "지하 1층에서 등록해 주세요.", author_name="김담당")
ANSWER = Passage("learned:l1", "주차", LESSON.answer, 1.0, Source("learned"))
NIGHT = NOON.replace(hour=14)
KIM = Teacher("slack:U8", "Kim")


@pytest.fixture
async def stores(tmp_path):
    async with open_stores(Settings(_env_file=None, data_dir=tmp_path)) as opened:
        yield opened


def question(text, number=1):
    name = f"slack:T1:C1:{number}"
    return Question(name, SessionId(name), text, f"slack:U{number}", NOON, "1")


@pytest.mark.parametrize("spoken", [KOREAN, ENGLISH], ids=lambda one: one.language)
async def test_every_sentence_to_somebody_who_waits_is_in_the_language_of_the_question(
    stores, spoken
):
    """From the first one until the answer is taken back; owners read the profile's language."""
    text, other = ASKED[spoken.language], OTHER[spoken.language]
    now = [NOON]
    owner = Owner("총무팀", ("slack:S2",), opens=NOON.replace(hour=9).time(), reminder_h=2)
    owner = replace(owner, closes=NOON.replace(hour=18).time())
    desk = desk_of(
        stores,
        KOREAN,
        Settings(_env_file=None),
        roster=Roster((owner,), Owner("", ())),
        now=lambda: now[0],
    )
    escalation = Escalation(
        desk=desk, history=stores.history, profile=KOREAN, is_public=lambda _: True
    )

    async def told(asked, *, public=True):
        nothing = Escalated("", ())
        return (await desk.escalated(asked, nothing, public=public, calls=True)).note

    wanted = [event async for event in escalation.to_person(question(text))]
    assert [one.text for one in wanted] == [spoken.case.person]
    assert await told(question(text)) == spoken.case.opened
    assert await told(question(other, 2)) == spoken.case.joined.format(question=text)
    assert await told(question(f"{text} 3", 3), public=False) == spoken.case.kept
    now[0] = NIGHT
    assert await told(question(f"{text} 4", 4)) == spoken.case.later.format(when="12-02 09:00")

    case = await stores.cases.of_question("slack:T1:C1:1")
    call = call_of(desk, case, 2).call
    assert call == KOREAN.case.call.replace("{count}", "2").replace("{question}", text)
    taken = await word.taken(desk, case.id, KIM)
    assert taken.text == f"{spoken.case.taken.format(name='Kim')} {KOREAN.case.answer_here}"
    (waiter, _), answered = case.waiters, case.answered("lesson:l1", ANSWER, at=NOON)
    knew = answered.told(frozenset({waiter.question.id}))
    for told_of, begins in {
        case.closed(at=NOON): spoken.case.closed,
        answered: spoken.case.answered,
        knew: spoken.case.corrected,
    }.items():
        assert notice_of(told_of, told_of.waiters[0], KOREAN, NOON).answer.startswith(begins)

    used = Turn(
        question(text, 5),
        TurnState.ANSWERED,
        LESSON.answer,
        sources=(LESSON.question,),
        passages=(ANSWER,),
        finished_at=datetime.now(UTC),
    )
    await stores.history.append(used)
    await stores.inbox.receive(used.question)
    parts = {"reports": stores.reports, "archive": stores.archive, "history": stores.history}
    retractions = Retractions(**parts, inbox=stores.inbox, profile=KOREAN)
    await retractions.tell(LESSON)
    noted = [turn.answer for turn in await stores.history.recent(used.question.session, 9)]
    assert spoken.case.retracted.format(question=LESSON.question) in noted
