"""What people tell the bot to remember: it is kept, shown to them alone, and deleted."""

from datetime import UTC, datetime
from itertools import count

import pytest

from core.assistant.dialogue.situation import Situations
from core.press_ids import press_id
from core.skills.assistant import SkilledAssistant
from core.skills.memory.skill import MemorySkill, MemoryWords
from core.skills.messenger import Messenger
from core.stores.inbox_limits import InboxLimits
from core.stores.sqlite.database import SqliteFile
from core.stores.sqlite.inbox.inbox import SqliteInbox
from core.stores.sqlite.memories import SqliteMemories
from core.stores.sqlite.turns.archive import SqliteArchive
from core.stores.sqlite.turns.history import SqliteHistory
from core.types import Question, SessionId

NOW = datetime(2026, 12, 25, 9, tzinfo=UTC)
ALONE, CHANNEL = SessionId("slack:T1:D1:"), SessionId("slack:T1:C1:1")


class Board:
    async def direct(self, person, near):
        return Question(
            f"slack:T1:D{person[1:]}:1", SessionId(f"slack:T1:D{person[1:]}:"), "", person
        )

    async def name_of(self, person, near):
        return "수진"


@pytest.fixture
async def file(tmp_path):
    async with SqliteFile.open(tmp_path / "history.sqlite3") as opened:
        yield opened


@pytest.fixture
def messenger(file):
    limits = InboxLimits(per_session=5, total=9, per_platform=9)
    made = Messenger(SqliteHistory(file), SqliteInbox(file, limits))
    made.connect("slack:", Board(), lambda session: session == CHANNEL)
    return made


@pytest.fixture
def situations(file, messenger):
    return Situations(
        now=lambda: NOW,
        holiday=lambda day: "성탄절" if (day.month, day.day) == (12, 25) else "",
        name_of=messenger.name_of,
        is_public=messenger.is_public,
        memories=SqliteMemories(file),
        archive=SqliteArchive(file),
    )


@pytest.fixture
def talk(file, messenger, situations, make_assistant, profile, learn_router):
    """Say something; each answer comes from a process started anew."""
    ids = count()
    words = MemoryWords.load("ko")
    skill = MemorySkill(SqliteMemories(file), words, messenger)
    router = learn_router([skill])

    async def say(text, *, by="U1", session=ALONE, of=None):
        assistant = SkilledAssistant(
            make_assistant(history=messenger.history),
            skills=[skill],
            router=router,
            history=messenger.history,
            profile=profile,
            now=lambda: NOW,
            situations=situations,
        )
        name = press_id(of, text) if of else f"{session}q{next(ids)}"
        question = Question(name, session, text, by)
        return name, [event async for event in assistant.answer(question)][-1]

    return say


async def test_what_is_told_is_remembered_without_the_words_that_ask_for_it(talk, situations):
    for said in (
        "우리 스토어는 반려동물 용품을 판다고 기억해 줘",
        "기억해 줘: 정산 담당은 지영",
        "나는 아침에만 전화를 받아, 기억해줘",
    ):
        _, told = await talk(said)
        assert told.skill == "memory"
    kept = await situations.memories.of("U1")
    assert [one.text for one in kept] == [
        "우리 스토어는 반려동물 용품을 판다",
        "정산 담당은 지영",
        "나는 아침에만 전화를 받아",
    ]
    _, listed = await talk("뭘 기억해?")
    assert "정산 담당은 지영" in listed.text
    _, other = await talk("뭘 기억해?", by="U2", session=SessionId("slack:T1:D2:"))
    assert "정산" not in other.text


async def test_what_is_to_be_remembered_is_asked_for_and_what_is_known_is_not_kept_twice(talk):
    await talk("이거 기억해줘")
    _, told = await talk("배송은 금요일에 나간다")
    assert "배송은 금요일에 나간다" in told.text
    _, again = await talk("기억해 줘: 배송은 금요일에 나간다")
    assert again.text.startswith("이미")


@pytest.mark.parametrize("said", ["정산은 언제 되나요?", "뭘 기억해?", "잊어 줘", "그만"])
async def test_what_asks_for_something_is_not_kept_where_something_to_keep_is_asked_for(
    talk, situations, said
):
    await talk("이거 기억해줘")
    await talk(said)
    assert await situations.memories.of("U1") == []


async def test_where_others_read_it_is_told_in_a_direct_message(talk, messenger):
    await talk("기억해 줘: 정산 담당은 지영", session=CHANNEL)
    _, told = await talk("뭘 기억해?", session=CHANNEL)
    assert "지영" not in told.text
    (alone,) = await messenger.history.recent(ALONE, 5)
    assert "정산 담당은 지영" in alone.answer


async def test_one_thing_or_all_is_forgotten_when_it_is_confirmed_or_named(talk, situations):
    for text in ("정산 담당은 지영", "배송은 금요일", "창고는 부산"):
        await talk(f"기억해 줘: {text}")
    await talk("배송은 금요일 잊어 줘")
    asked, told = await talk("잊어 줘")
    assert told.followups[:2] == ("정산 담당은 지영", "창고는 부산")
    await talk("창고는 부산", of=asked)
    assert [one.text for one in await situations.memories.of("U1")] == ["정산 담당은 지영"]
    asked, _ = await talk("전부 잊어줘")
    _, told = await talk("그대로 두기", of=asked)
    assert await situations.memories.of("U1")
    asked, _ = await talk("전부 잊어줘")
    await talk("모두 잊기", of=asked)
    assert await situations.memories.of("U1") == []


async def test_a_question_to_the_faq_is_answered_by_the_faq(talk):
    for text in ("정산은 언제 되나요?", "비밀번호를 잊어버렸어요", "배송비는 어떻게 설정하나요?"):
        _, told = await talk(text)
        assert not getattr(told, "skill", "")


async def test_the_situation_tells_the_time_the_place_and_the_person(talk, situations):
    await talk("기억해 줘: 정산 담당은 지영")
    await talk("정산은 언제 되나요?", session=SessionId("slack:T1:D1:2"))
    known = await situations.of(Question("q", ALONE, "그럼요?", "U1"))
    told = known.told()
    for part in ("2026-12-25 09:00 UTC (성탄절)", "slack, in private", "수진", "정산 담당은 지영"):
        assert part in told
    assert "asked before: 정산은 언제 되나요?" in told
    assert known.told(tokens=12).count("\n") <= 1


async def test_where_others_read_nothing_personal_is_told(talk, situations):
    await talk("기억해 줘: 정산 담당은 지영")
    told = (await situations.of(Question("q", CHANNEL, "그럼요?", "U1"))).told()
    assert "지영" not in told
    assert "asked before" not in told


async def test_what_is_to_be_forgotten_is_named_by_a_part_of_it(talk):
    for text in ("기억해 줘: 저는 부산 지점 담당이에요", "기억해 줘: 생일은 3월 2일이에요"):
        await talk(text)
    _, asked = await talk("부산 지점 얘기는 잊어줘")
    assert asked.followups == ("저는 부산 지점 담당이에요", "그대로 두기")
    _, done = await talk("네")
    assert "잊었어요: 저는 부산 지점" in done.text
    _, asked = await talk("다 잊어줘")
    _, kept = await talk("아니")
    assert "지우지 않았어요" in kept.text
    await talk("기억한 거 지워 줘")
    _, done = await talk("전부 지워줘")
    assert done.text == "모두 잊었어요."
