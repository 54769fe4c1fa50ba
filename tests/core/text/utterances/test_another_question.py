"""Who says that they asked something else is told from who asks something else."""

import pytest

from core.text.utterances.another_question import says_another


@pytest.mark.parametrize(
    "text",
    [
        "다른 질문이에요",
        "다른 질문입니다.",
        "아니요, 다른 질문이에요!",
        "그 질문이 아니에요. 다른 질문이에요",
        "제 질문은 다른 거예요",
        "같은 질문이 아니에요",
        "그거랑 다른 질문인데요",
        "that is another question",
        "No, that's a different question.",
        "not the same question",
        "that's not what I asked",
    ],
)
def test_who_asked_something_else_is_understood(text):
    assert says_another(text)


@pytest.mark.parametrize(
    "text",
    [
        "다른 질문이 있어요",
        "다른 질문 해도 돼요?",
        "다른 방법은 없나요",
        "다른 건물은 어디예요?",
        "아니요",
        "같은 질문이에요",
        "I have another question",
        "another question: where is the gym?",
        "is that a different question?",
    ],
)
def test_who_asks_on_is_not_meant(text):
    assert not says_another(text)
