"""Words that point back to what was said before."""

import pytest

from core.text.utterances.back_references import is_case, is_incomplete, points_back


@pytest.mark.parametrize(
    "text",
    [
        "그럼 주말에는요?",
        "주말에는요?",
        "잃어버리면요",
        "그건 어디서 봐요",
        "거기 주차는 되나요",
        "근데 왜 안 보여요?",
        "그 사람 후기는 어떻게 돼요?",
        "and on Sundays?",
        "what about the sauna?",
        "is that included",
        "불량이면요?",
        "사업자면요?",
        "얼마예요?",
        "언제까지 해야 하나요",
        "뭐가 필요한가요",
        "왜 안 되나요?",
        "며칠 걸려요?",
        "다시 열려면?",
        "how much is it?",
        "why?",
        "how long does it take?",
    ],
)
def test_demonstratives_conjunctions_and_what_names_nothing_point_back(analyzer, text):
    assert points_back(text, analyzer.kiwi.tokenize(text))


@pytest.mark.parametrize(
    "text",
    [
        "정산은 언제 되나요?",
        "그리고 정산은 언제 되나요?",
        "also do you have lockers?",
        "주차되나요",
        "저는 언제 정산받나요?",
        "수수료가 얼마예요",
        "왜 안 팔려요?",
        "취소하려면?",
        "how much is shipping",
        "how do I reset my password",
        "하이",
        "하이요",
        "오케이요",
        "네네",
        "",
    ],
)
def test_what_stands_for_itself_does_not(analyzer, text):
    assert not points_back(text, analyzer.kiwi.tokenize(text))


@pytest.mark.parametrize(
    "text",
    [
        "주말에는요?",
        "그건 어디서 봐요",
        "얼마예요?",
        "how about Sundays?",
        "how long is it?",
        "and those?",
    ],
)
def test_what_leaves_out_its_subject_is_incomplete(analyzer, text):
    assert is_incomplete(text, analyzer.kiwi.tokenize(text))


@pytest.mark.parametrize(
    "text",
    [
        "그럼 정산은 언제 되나요?",
        "수수료 얼마예요?",
        "주차 되나요",
        "and how do I park?",
        "is there a sauna?",
        "is it possible to park?",
        "when do I get that refund?",
    ],
)
def test_a_word_that_joins_leaves_nothing_out(analyzer, text):
    assert not is_incomplete(text, analyzer.kiwi.tokenize(text))


@pytest.mark.parametrize(
    "text",
    [
        "주말이 끼면요?",
        "단순변심이면?",
        "카드로 샀으면요",
        "이미 시작했다면요?",
        "늦으면 어떻게 돼요?",
        "what happens after that?",
        "what if it rains?",
        "and if I lose it",
    ],
)
def test_a_condition_and_no_more_is_a_case_of_what_was_asked(analyzer, text):
    assert is_case(text, analyzer.kiwi.tokenize(text))


@pytest.mark.parametrize(
    "text",
    [
        "취소하려면?",
        "주말에는요?",
        "취소하면 얼마나 돌려받나요?",
        "취소하면 수수료는 어떻게 돼요?",
        "측면",
        "can I ask what it costs?",
        "",
    ],
)
def test_what_says_more_or_asks_how_is_no_case(analyzer, text):
    assert not is_case(text, analyzer.kiwi.tokenize(text))
