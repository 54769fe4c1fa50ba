"""A keyword alone finds what is general before what is particular."""

import numpy as np
import pytest

from core.retrieval.lexical.index import Fields, LexicalIndex
from core.retrieval.lexical.keywords import plain_first

TITLES = [
    "예약구매 상품을 등록할 때 조심할 것이 있나요?",
    "예약구매란 무엇인가요?",
    "배송비는 누가 내나요?",
]


@pytest.fixture(scope="module")
def lexical(analyzer):
    return LexicalIndex.build(
        Fields(str(row), title, (), analyzer.terms(title), (), ())
        for row, title in enumerate(TITLES)
    )


def order(question, scores, lexical, analyzer):
    given = np.array(scores, np.float32)
    moved = plain_first(analyzer.terms(question), given, lexical)
    assert sorted(moved) == sorted(given)
    return [int(row) for row in np.argsort(-moved, kind="stable")]


def test_of_two_that_are_as_near_the_one_that_says_little_else_is_first(lexical, analyzer):
    assert order("예약구매", [0.85, 0.84, 0.1], lexical, analyzer) == [1, 0, 2]


def test_what_is_far_behind_stays_there(lexical, analyzer):
    assert order("예약구매", [0.85, 0.4, 0.1], lexical, analyzer) == [0, 1, 2]


@pytest.mark.parametrize(
    "question", ["예약구매 등록할 때 뭘 조심하죠", "예약구매로 살 수 있나요", "", "?!"]
)
def test_what_is_more_than_a_keyword_or_nothing_stays_in_its_order(lexical, analyzer, question):
    assert order(question, [0.85, 0.84, 0.1], lexical, analyzer) == [0, 1, 2]
