"""Questions that ask the same are one case; others are not, however alike they look."""

import pytest

from config.resources import ENCODER, load_loanwords
from core.embeddings.kiwi import KiwiEncoder
from core.messaging.cases.likeness import Likeness
from core.text.korean import Analyzer


@pytest.fixture(scope="module")
def likeness():
    analyzer = Analyzer.load(load_loanwords())
    return Likeness(analyzer, KiwiEncoder.load(ENCODER, analyzer).embed)


OTHERS = [
    "사내 헬스장은 몇 시까지 하나요",
    "법인카드 한도 얼마예요",
    "3층 회의실 예약 방법",
    "재택근무 신청되나요",
]


@pytest.mark.parametrize(
    ("question", "same"),
    [
        ("헬스장 몇 시까지 해요?", 0),
        ("법인카드 사용 한도가 궁금해요", 1),
        ("3층 회의실은 어떻게 예약해요", 2),
        ("4층 회의실 예약 방법", None),
        ("재택근무 신청 안 되나요", None),
        ("명함은 어디서 신청하나요", None),
        ("3층 세미나실 예약 방법", None),
        ("사내 수영장은 몇 시까지 하나요", None),
        ("체육복 한도 얼마예요", None),
    ],
)
def test_the_one_that_asks_the_same_is_found(likeness, question, same):
    assert likeness.most_alike(question, OTHERS) == same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("휴가 신청은 어디서 하나요", "연차 신청은 어디서 하나요"),
        ("강아지랑 같이 가도 돼요?", "반려견과 같이 가도 되나요?"),
        ("How do I reset my password?", "How can I reset my passcode?"),
    ],
)
def test_another_word_for_the_same_thing_is_no_other_thing(likeness, one, other):
    assert likeness.most_alike(one, [other]) == 0


def test_a_question_is_read_once_however_many_others_it_is_compared_with():
    analyzer = Analyzer.load(load_loanwords())
    encoder = KiwiEncoder.load(ENCODER, analyzer)
    read = []

    def embed(texts):
        read.extend(texts)
        return encoder.embed(texts)

    likeness = Likeness(analyzer, embed)
    for asked in ("명함은 어디서 신청하나요", "통근 버스는 언제 오나요"):
        likeness.most_alike(asked, OTHERS)
    assert sorted(read) == sorted([*OTHERS, "명함은 어디서 신청하나요", "통근 버스는 언제 오나요"])


def test_without_others_nothing_is_alike(likeness):
    assert likeness.most_alike("가", []) is None
