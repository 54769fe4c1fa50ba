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
    ],
)
def test_the_one_that_asks_the_same_is_found(likeness, question, same):
    assert likeness.most_alike(question, OTHERS) == same


def test_without_others_nothing_is_alike(likeness):
    assert likeness.most_alike("가", []) is None
