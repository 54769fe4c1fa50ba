"""Examples as an export holds them."""

import pytest

from core.llm.prompts import Excerpt, Prompt, answer_messages
from core.llm.tuning.examples import Example


@pytest.fixture
def make_example():
    """Makes an example about one of many made-up entries; without `right`, of another's passage."""

    def make(number, right=(1,)):
        question = f"{number}번 상품은 며칠 만에 오나요?"
        shown = number if right else number + 1_000
        excerpts = (
            Excerpt(f"{shown}번 배송", f"{shown}번 상품은 {shown % 9 + 1}일 만에 도착합니다."),
            Excerpt("포장", "상자는 재활용됩니다."),
        )
        answer = f"{excerpts[0].text} [1]" if right else "[[NONE]]"
        messages = answer_messages(Prompt("a@1", "규칙", "규칙"), question, (), excerpts)
        return Example(
            f"o{number}",
            f"g{number}",
            question,
            (*messages, {"role": "assistant", "content": answer}),
            excerpts,
            right,
        )

    return make
