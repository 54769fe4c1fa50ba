"""A question about a detail of the last answer is answered from the entry that tells it."""

import pytest

from bench.memory_index import MemoryIndex
from core.retrieval.details import detail_of
from core.types import Entry, Exchange

COURTS = (
    (
        "테니스장은 어떻게 빌리나요?",
        """앱에서 시간을 골라 빌립니다. 한 시간에 1만 2천 원입니다. 라켓은 무료입니다.
밤 10시까지 엽니다. 예약하면 10분 안에 문자가 갑니다. 학생은 학생증을 보여 주세요.
우천 때는 모두 돌려드립니다.""",
    ),
    ("샤워실이 있나요?", "지하 1층에 있습니다. 수건은 한 장에 1천 원입니다."),
    ("셔틀버스는 언제 있나요?", "역에서 30분마다 있습니다. 단체는 3일 전까지 알려 주세요."),
    (
        "How do I join a team?",
        """Write to the coach. A season is $90. Practice is on Mondays from 6 p.m. to 8 p.m.
It takes two weeks until we answer. Teams have up to eleven players.""",
    ),
    ("Can I park my car?", "Yes, behind hall B. The first two hours are free."),
)
COURT, SHOWER, SHUTTLE, TEAM, PARKING = (title for title, _ in COURTS)


@pytest.fixture(scope="module")
def courts(analyzer, encoder, make_retriever, tmp_path_factory):
    entries = [Entry(f"e{n}", title, text) for n, (title, text) in enumerate(COURTS)]
    return make_retriever(
        MemoryIndex(entries, analyzer, encoder), tmp_path_factory.mktemp("courts")
    )


@pytest.mark.parametrize(
    ("last", "question", "sentence"),
    [
        (COURT, "한 시간에 얼마예요?", "한 시간에 1만 2천 원입니다."),
        (COURT, "몇 시까지 돼요?", "밤 10시까지 엽니다."),
        (COURT, "서류는요?", "학생은 학생증을 보여 주세요."),
        (COURT, "라켓도 돈 내야 돼요?", "라켓은 무료입니다."),
        (SHUTTLE, "언제까지 알려요?", "단체는 3일 전까지 알려 주세요."),
        (TEAM, "and how long does that take?", "It takes two weeks until we answer."),
        (TEAM, "what does it cost?", "A season is $90."),
        (TEAM, "what's the price?", "A season is $90."),
        (TEAM, "when is it?", "Practice is on Mondays from 6 p.m. to 8 p.m."),
        (TEAM, "how many players?", "Teams have up to eleven players."),
    ],
)
def test_the_last_answer_is_asked_for_what_it_tells(courts, analyzer, last, question, sentence):
    first = courts.search(question, [Exchange(last, "…", (last,))])[0]
    assert (first.title, first.answers) == (last, True)
    assert detail_of(question, last, dict(COURTS)[last], analyzer) == (sentence,)


def test_a_heading_alone_tells_nothing(analyzer):
    text = "[빌리는 방법]\n앱에서 시간을 고릅니다.\n[환불]\n우천 때 돌려드립니다."
    assert detail_of("빌리는 방법은요?", COURT, text, analyzer) == ()


def test_a_detail_of_a_detail_is_of_the_same_answer(courts):
    history = [Exchange(COURT, "…", (COURT,)), Exchange("얼마예요?", "…", (COURT,))]
    assert courts.search("몇 시까지 돼요?", history)[0].title == COURT


@pytest.mark.parametrize(
    ("last", "question"), [(SHUTTLE, "수건은 얼마예요?"), (PARKING, "서류는요?")]
)
def test_what_the_last_answer_does_not_tell_is_not_answered_by_it(courts, last, question):
    first = courts.search(question, [Exchange(last, "…", (last,))])[0]
    assert not (first.answers and first.title == last)


@pytest.mark.parametrize(
    ("last", "question", "title"),
    [(COURT, "셔틀은 언제 있어요?", SHUTTLE), (TEAM, "how long can I park?", PARKING)],
)
def test_what_names_another_subject_is_no_detail(courts, last, question, title):
    """Although the last answer has a time as well."""
    assert courts.search(question, [Exchange(last, "…", (last,))])[0].title == title
