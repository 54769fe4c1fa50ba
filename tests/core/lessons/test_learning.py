"""What people teach: which words are the tag, which question is meant, what comes of it."""

import asyncio
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from fakes.learning import learning_of

from config.profiles import load_profile
from core.errors import StorageError
from core.lessons.book import Outcome, Taught
from core.lessons.gate import Examined
from core.lessons.remarks import Remark
from core.lessons.tag import is_lesson, without_tag
from core.lessons.wording import said_of
from core.stores.inbox_limits import InboxLimits
from core.stores.sqlite.cases import SqliteCases
from core.stores.sqlite.database import SqliteFile
from core.stores.sqlite.inbox.inbox import SqliteInbox
from core.stores.sqlite.lessons import SqliteLessons
from core.stores.sqlite.turns.archive import SqliteArchive
from core.stores.sqlite.turns.history import SqliteHistory
from core.stores.sqlite.turns.reports import SqliteReports
from core.types import InboxState, Label, LessonState, Question, SessionId, Turn, TurnState

PROFILE = load_profile("smartstore")
TAG = PROFILE.learning_tag
NOON = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ROOM = SessionId("wall:1")
ESCALATED, ANSWERED = TurnState.ESCALATED, TurnState.ANSWERED


@pytest.fixture
async def stores(tmp_path):
    async with SqliteFile.open(tmp_path / "history.sqlite3") as file:
        yield SimpleNamespace(
            history=SqliteHistory(file),
            archive=SqliteArchive(file),
            inbox=SqliteInbox(file, InboxLimits(per_session=9, total=9)),
            lessons=SqliteLessons(file),
            cases=SqliteCases(file),
            reports=SqliteReports(file),
        )


@pytest.fixture
def learning(stores):
    return learning_of(stores, PROFILE)


async def ask(stores, question_id, text, state=ESCALATED, *, session=ROOM, at=NOON, **more):
    question = Question(question_id, session, text, asker="U1", asked_at=at)
    await stores.history.append(Turn(question, state, "답", finished_at=at, **more))


def remark(text=f"3층에 있어요. {TAG}", remark_id="r1", **more):
    made = Remark(remark_id, ROOM, text, "U9", "김담당", may_teach=True, said_at=NOON + 5 * MINUTE)
    return replace(made, **more)


@pytest.mark.parametrize(
    "text",
    [
        "#학습 답",
        "답 #학습",
        "답\n#학습",
        "앞 #학습 뒤",
        "＃학습 답",
        "답. (#학습)",
        "답 #학습.",
        "*#학습* 답",
        "답 #학습 #학습",
        unicodedata.normalize("NFD", "답 #학습"),
    ],
)
def test_the_tag_is_a_word_of_its_own(text):
    assert is_lesson(text, TAG)
    assert "학습" not in without_tag(text, TAG)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "학습",
        "#학습을 붙이면",
        "#학습자료",
        "가#학습",
        "##학습",
        "`#학습` 을 붙여요",
        "# 학습",
        "a/#학습",
        "[#학습](https://example.com) 하는 법",
    ],
)
def test_what_only_looks_like_the_tag_is_none(text):
    assert not is_lesson(text, TAG)


@pytest.mark.parametrize(
    "text",
    [
        "> 반품비는 무료입니다 #학습\n이거 누가 쓰셨어요?",
        "확인해 볼게요\n> 무료입니다 #학습",
        "  > 무료 #학습",
        "- > 무료 #학습",
        "1. 확인해 볼게요\n2) > 무료 #학습",
        ">>> 무료입니다\n그래요 #학습",
        "```\n답 #학습\n```\n이렇게 쓰면 돼요",
        "```답 #학습```",
        "~~~\n답 #학습\n~~~",
        "```\n닫지 않은 예시 #학습",
        "이렇게요: `무료입니다 #학습` 하고 보내요",
        "``한 줄 ` 안의 #학습``",
        '"무료입니다 #학습"이라고 쓰신 분 누구세요?',
        "“무료입니다 #학습”은 틀렸어요",
        "‘무료입니다 #학습’은 틀렸어요",
        "joon wrote 'it is free #학습'",
    ],
)
def test_a_tag_in_a_quote_or_in_code_is_somebody_elses(text):
    assert not is_lesson(text, TAG)
    assert is_lesson(f"{text}\n\n", TAG) is False


def test_a_tag_beside_a_quote_teaches_and_the_quoted_one_stays():
    text = "> 반품비는 무료인가요 #학습\n\n아니요, 3,000원이에요 #학습"
    assert is_lesson(text, TAG)
    assert without_tag(text, TAG) == "> 반품비는 무료인가요 #학습\n\n아니요, 3,000원이에요"
    assert is_lesson('"정산"은 7일이에요 #학습', TAG)
    assert is_lesson("It's 7 days, don't wait #학습 the sellers' page says so", TAG)
    assert is_lesson("` 하나는 코드가 아니에요 #학습", TAG)


def test_a_tag_of_another_profile_is_read_in_any_case():
    assert is_lesson("yes #Learn", "#learn")
    assert without_tag("yes #LEARN please", "#learn") == "yes please"


def test_the_answer_is_what_stands_beside_the_tag():
    """Its lines stay lines."""
    assert without_tag("#학습 첫 줄\n- 하나\n  - 둘", TAG) == "첫 줄\n- 하나\n  - 둘"
    assert without_tag("앞 #학습 뒤", TAG) == "앞 뒤"
    assert without_tag(" #학습 \n", TAG) == ""
    assert without_tag("답이에요. (#학습)\n*#학습* 둘째", TAG) == "답이에요.\n둘째"
    assert without_tag("`#학습` 을 쓰세요 #학습", TAG) == "`#학습` 을 쓰세요"


@pytest.mark.parametrize("mark", ["!", ":", "：", ",", "...", " -", " :", " =>", ""])
def test_what_sets_the_tag_off_is_no_part_of_the_answer(mark):
    assert without_tag(f"#학습{mark} 수요일 2시예요.", TAG) == "수요일 2시예요."
    assert without_tag("수요일 2시예요. #학습.", TAG) == "수요일 2시예요."
    assert without_tag("#학습,수요일", TAG) == "수요일"
    assert without_tag("#학습\n- 하나", TAG) == "- 하나"
    assert without_tag("#학습 -5도까지요", TAG) == "-5도까지요"


async def test_a_reply_answers_the_question_that_waits(stores, learning):
    await ask(stores, "q1", "주차장은  어디인가요?")
    taught = await learning.teach(remark())
    assert taught.outcome is Outcome.LEARNED
    lesson = await stores.lessons.find("r1")
    assert taught.lesson == lesson
    assert (lesson.question, lesson.answer) == ("주차장은 어디인가요?", "3층에 있어요.")
    assert (lesson.question_id, lesson.asked_by, lesson.session) == ("q1", "U1", ROOM)
    assert (lesson.author, lesson.author_name) == ("U9", "김담당")
    assert lesson.learned_at == NOON + 5 * MINUTE


async def test_the_same_reply_twice_and_at_once_is_one_lesson(stores):
    """Four processes get it while the gate examines it; nobody has corrected anything."""
    here = asyncio.Barrier(4)

    async def examine(_lesson):
        async with here:
            return Examined()

    parts = {"examine": examine, "review_after": timedelta(days=90)}
    processes = [learning_of(stores, PROFILE, **parts) for _ in range(4)]
    await ask(stores, "q1", "주차장은 어디인가요?")
    outcomes = await asyncio.gather(*(learning.teach(remark()) for learning in processes))
    assert sorted(taught.outcome for taught in outcomes) == ["known"] * 3 + ["learned"]
    assert len(await stores.lessons.page(9)) == 1


async def test_the_only_one_that_waits_is_meant(stores, learning):
    """Then the latest of all: an owner corrects what the bot said."""
    await ask(stores, "q1", "주차장은 어디인가요?")
    await ask(stores, "q3", "정산은 언제 되나요?", ANSWERED, at=NOON + 2 * MINUTE)
    for number, asked in enumerate(["q1", "q3"]):
        taught = await learning.teach(remark(remark_id=f"r{number}"))
        assert taught.lesson.question_id == asked
        assert taught.lesson.question in said_of(taught, PROFILE)


async def test_where_several_wait_the_owner_is_asked_which_one_is_meant(stores, learning):
    """A guess would teach the answer to somebody else's question."""
    await ask(stores, "q1", "주차장은 어디인가요?")
    await ask(stores, "q2", "식당은 어디인가요? <!channel>", at=NOON + MINUTE)
    asked_back = await learning.teach(remark())
    assert asked_back.outcome is Outcome.WHICH
    assert await stores.lessons.page(9) == []
    said = said_of(asked_back, PROFILE).splitlines()
    assert said[1:] == ["1. 주차장은 어디인가요?", "2. 식당은 어디인가요? <\u200b!channel>"]
    assert (await learning.teach(remark(f"답 {TAG} 3"))).outcome is Outcome.WHICH
    by_number = await learning.teach(remark(f"{TAG} 1 3층에 있어요."))
    assert (by_number.lesson.question_id, by_number.lesson.answer) == ("q1", "3층에 있어요.")
    again = await learning.teach(
        remark(f"{TAG} 1 4층에 있어요.", said_at=NOON + 6 * MINUTE)  # an edit
    )
    assert (again.outcome, again.lesson.answer) == (Outcome.CORRECTED, "4층에 있어요.")
    only_one = await learning.teach(remark(f"2 층 {TAG}", "r2"))
    assert (only_one.lesson.question_id, only_one.lesson.answer) == ("q2", "2 층")


async def test_who_asks_for_a_person_waits_with_one_question(stores, learning):
    """The message that asks for a person has the text of the question before it."""
    for name in ("q1", "q2"):
        await ask(stores, name, "주차장은 어디인가요?")
    taught = await learning.teach(remark())
    assert (taught.outcome, taught.lesson.question_id) == (Outcome.LEARNED, "q2")


async def test_what_a_lesson_says_of_a_person_is_masked(stores, learning):
    """Everybody sees its question as a title."""
    await ask(stores, "q1", "제 번호 010-2345-6789로 연락이 안 와요")
    text = f"880101-1234567 님 계좌 110-234-567890로 보냈어요. 문의: 02-345-6789, a@b.kr {TAG}"
    taught = await learning.teach(remark(text))
    assert taught.lesson.question == "제 번호 ***-****-****로 연락이 안 와요"
    assert "880101" not in taught.lesson.answer
    assert "110-234-567890" not in taught.lesson.answer
    assert "02-345-6789, a@b.kr" in taught.lesson.answer


async def test_the_question_that_is_replied_to_is_meant(stores, learning):
    """By its id, or by a message of its answer."""
    await ask(stores, "q1", "주차장은 어디인가요?")
    question = Question("q2", ROOM, "식당은 어디인가요?", asker="U1")
    await stores.inbox.receive(question)
    claim = await stores.inbox.claim(lease_s=9)
    await stores.inbox.note_reply(claim, "m7 m8")
    await stores.history.append(Turn(question, ANSWERED, "답", finished_at=NOON))
    await stores.inbox.settle(claim, InboxState.ANSWERED)
    await ask(stores, "q3", "옥상은 어디인가요?", at=NOON + MINUTE)
    elsewhere = SessionId("wall:2")
    for reply_to, asked in [("q1", "q1"), ("m8", "q2"), ("m9", "q3")]:
        taught = await learning.teach(remark(remark_id=reply_to, reply_to=reply_to))
        assert taught.lesson.question_id == asked
    far = remark(remark_id="far", reply_to="q1", session=elsewhere)
    assert (await learning.teach(far)).lesson.session == ROOM


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        ("Q: 회의실은요? A: 3층에 있어요.", "3층에 있어요."),
        (
            "질문: 회의실 어디예요\n답변: 3층에 있어요.\n4층에도 있어요.",
            "3층에 있어요.\n4층에도 있어요.",
        ),
        ("**Q.** 회의실은요?\n**A.** 3층에 있어요.", "3층에 있어요."),
        ("Q: 1층은? A: 네\nQ: 2층은? A: 아니요", "Q: 1층은? A: 네\nQ: 2층은? A: 아니요"),
        ("답변: 3층에 있어요.", "답변: 3층에 있어요."),
        ("비타민 A: 3층에 있어요.", "비타민 A: 3층에 있어요."),
    ],
)
async def test_a_question_that_is_repeated_above_the_answer_is_no_part_of_it(
    stores, learning, reply, answer
):
    """The lesson stays one for the question that was asked."""
    await ask(stores, "q1", "회의실은 어디예요?")
    taught = await learning.teach(remark(f"{TAG} {reply}"))
    assert (taught.lesson.question, taught.lesson.answer) == ("회의실은 어디예요?", answer)


async def test_where_nothing_was_asked_nothing_is_learnt(stores, learning):
    assert await learning.teach(remark()) == Taught(Outcome.NOTHING_ASKED)
    assert await stores.lessons.page(9) == []


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({"may_teach": False}, Outcome.NOT_ALLOWED),
        ({"text": f" {TAG} "}, Outcome.EMPTY),
        ({"text": f"{TAG} {'가' * 4001}"}, Outcome.TOO_LONG),
        ({"text": f"{TAG} {'가' * 4000}"}, Outcome.LEARNED),
    ],
)
async def test_what_cannot_be_learnt_says_why(stores, learning, change, outcome):
    await ask(stores, "q1", "주차장은 어디인가요?")
    taught = await learning.teach(remark(**change))
    assert taught.outcome is outcome
    assert len(await stores.lessons.page(9)) == (outcome is Outcome.LEARNED)


async def test_an_edited_reply_corrects_its_lesson(stores, learning):
    """Whatever was asked since."""
    await ask(stores, "q1", "주차장은 어디인가요?")
    await learning.teach(remark())
    await ask(stores, "q2", "식당은 어디인가요?", at=NOON + MINUTE)
    edited = remark(f"{TAG} 4층이에요.", said_at=NOON + 9 * MINUTE)
    taught = await learning.revise(edited)
    assert taught.outcome is Outcome.CORRECTED
    assert (taught.lesson.question_id, taught.lesson.answer) == ("q1", "4층이에요.")
    assert (await learning.revise(edited)).outcome is Outcome.KNOWN
    assert (await learning.teach(remark())).outcome is Outcome.KNOWN  # the first one, redelivered
    assert (await stores.lessons.find("r1")).answer == "4층이에요."


async def test_the_tag_may_come_and_go(stores, learning):
    await ask(stores, "q1", "주차장은 어디인가요?")
    without = remark("3층에 있어요.")
    assert await learning.revise(without) is None
    assert (await learning.revise(remark())).outcome is Outcome.LEARNED
    later = replace(without, said_at=NOON + 9 * MINUTE)
    assert (await learning.revise(later)).outcome is Outcome.UNLEARNED
    assert await learning.revise(later) is None
    assert (await learning.teach(remark())).outcome is Outcome.KNOWN
    assert await stores.lessons.find("r1") is None
    again = remark(said_at=NOON + 10 * MINUTE)
    assert (await learning.revise(again)).outcome is Outcome.LEARNED


async def test_a_deleted_reply_is_unlearnt(stores, learning):
    await ask(stores, "q1", "주차장은 어디인가요?")
    await learning.teach(remark())
    assert (await learning.unteach("r1")).outcome is Outcome.UNLEARNED
    assert await learning.unteach("r1") is None
    assert (await learning.teach(remark())).outcome is Outcome.KNOWN
    assert await stores.lessons.page(9) == []


async def test_messages_that_taught_nothing_leave_no_trace(stores, learning):
    """Every edit and deletion of a workspace passes by."""
    version = await stores.lessons.version()
    assert await learning.unteach("any") is None
    assert await learning.revise(remark("그냥 답글")) is None
    assert await stores.lessons.version() == version


async def test_a_session_waits_until_its_latest_open_question_is_answered(stores, learning):
    assert not await learning.awaits_person(ROOM)
    await ask(stores, "q1", "주차장은 어디인가요?")
    assert await learning.awaits_person(ROOM)
    assert not await learning.awaits_person(SessionId("wall:2"))
    await ask(stores, "q2", "정산은 언제 되나요?", ANSWERED, at=NOON + MINUTE)
    assert await learning.awaits_person(ROOM)
    await learning.teach(remark())
    assert not await learning.awaits_person(ROOM)
    await learning.unteach("r1")
    assert await learning.awaits_person(ROOM)


async def test_a_question_that_leans_on_another_is_kept_with_it(stores):
    """Not with a greeting, and not with what came after it."""

    async def leans(text):
        return len(text) < 10

    learning = learning_of(stores, PROFILE, leans=leans)
    await ask(stores, "q0", "안녕하세요", ANSWERED, at=NOON - 9 * MINUTE, label=Label.GREETING)
    await ask(stores, "q1", "그건 얼마예요?", at=NOON - 8 * MINUTE)
    await ask(stores, "q2", "배송비는 어디서 정하나요?", ANSWERED, at=NOON - 7 * MINUTE)
    await ask(stores, "q3", "그건 얼마예요?", at=NOON)
    await ask(stores, "q4", "다른 질문", ANSWERED, at=NOON + MINUTE)
    for reply_to, question in [
        ("q1", "그건 얼마예요?"),
        ("q3", "배송비는 어디서 정하나요? 그건 얼마예요?"),
    ]:
        taught = await learning.teach(remark(remark_id=reply_to, reply_to=reply_to))
        assert taught.lesson.question == question


async def test_what_cannot_be_stored_is_not_said_to_be_learnt(stores, learning):
    await ask(stores, "q1", "주차장은 어디인가요?")
    with pytest.raises(StorageError):
        await learning.teach(remark(f"\0 {TAG}"))
    assert await learning.awaits_person(ROOM)


@pytest.mark.parametrize("outcome", Outcome)
def test_there_are_words_for_every_outcome(outcome):
    assert said_of(Taught(outcome), PROFILE).strip()


def test_the_bots_own_words_about_the_tag_teach_nothing():
    """A message of its own that comes back, or that somebody quotes."""
    for text in (PROFILE.teach.call, PROFILE.teach.hint, PROFILE.teach.empty):
        assert "#학습" in text
        assert not is_lesson(text, TAG)


# The gate


def gated(stores, *findings, refused=False):
    async def examine(_lesson):
        return Examined(findings, refused=refused)

    return learning_of(stores, PROFILE, examine=examine)


async def test_what_is_held_is_shown_with_what_was_found_and_how_to_go_on(stores):
    await ask(stores, "q1", "주차장은 어디인가요?")
    taught = await gated(stores, "도움말과 달라요").teach(remark())
    assert (taught.outcome, taught.lesson.state) == (Outcome.HELD, LessonState.HELD)
    said = said_of(taught, PROFILE).split("\n")
    assert said[0] == PROFILE.teach.held
    assert "• 도움말과 달라요" in said
    assert PROFILE.teach.how_to_confirm in said
    assert "질문: 주차장은 어디인가요?" in said


async def test_an_owner_s_word_lets_the_latest_that_is_held_be_served(stores):
    await ask(stores, "q1", "주차장은 어디인가요?")
    learning = gated(stores, "도움말과 달라요")
    await learning.teach(remark())
    word = remark(f"{TAG} {PROFILE.teach.confirm}", "r2", author="U8")
    approved = await learning.teach(word)
    assert approved.outcome is Outcome.APPROVED
    (lesson,) = await stores.lessons.page(9)
    assert (lesson.id, lesson.state) == ("r1", LessonState.SERVED)
    assert lesson.approved_by == "김담당 (U8)"
    assert (await learning.teach(word)).outcome is Outcome.NOTHING_HELD


async def test_what_comes_again_stays_approved_and_what_is_edited_is_looked_at_again(stores):
    await ask(stores, "q1", "주차장은 어디인가요?")
    learning = gated(stores, "도움말과 달라요")
    await learning.teach(remark())
    await learning.teach(remark(f"{TAG} {PROFILE.teach.confirm}", "r2"))
    assert (await learning.teach(remark())).outcome is Outcome.KNOWN
    assert (await stores.lessons.find("r1")).state is LessonState.SERVED
    edited = remark(f"4층에 있어요. {TAG}", said_at=NOON + 9 * MINUTE)
    assert (await learning.revise(edited)).outcome is Outcome.HELD


async def test_what_is_refused_is_not_kept(stores):
    await ask(stores, "q1", "주차장은 어디인가요?")
    taught = await gated(stores, refused=True).teach(remark())
    assert taught.outcome is Outcome.REFUSED
    assert said_of(taught, PROFILE) == PROFILE.teach.refused
    assert await stores.lessons.page(9) == []
