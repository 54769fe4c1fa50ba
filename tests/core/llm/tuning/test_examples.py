"""A training example is what the bot sends, masked, with citations that fit its passages."""

import pytest

from core.llm.prompts import Prompt
from core.llm.tuning.candidates import Reason, TuningExample
from core.llm.tuning.examples import ExampleMaker
from core.types import Exchange, Passage

PASSAGES = [
    Passage("a", "환불 기간", "환불은 3일 안에 됩니다.\n카드는 더 걸립니다.", 0.9),
    Passage("b", "배송 기간", "배송은 이틀 걸립니다. 문의: help@shop.example", 0.5),
]
PROMPT = Prompt("answer@1", "규칙", "규칙")


def make(candidate, public=frozenset()):
    asked = []

    def find(question, history):
        asked.append((question, history))
        return PASSAGES

    return ExampleMaker(PROMPT, find, public).make(candidate)


def liked(answer, sources=("환불 기간",), question="환불 언제 돼요?", **more):
    return TuningExample("q1", "web:a:1", question, answer, sources, **more)


def test_the_prompt_is_the_bots_own_and_the_answer_ends_it():
    example = make(liked("3일 안에 됩니다. [1]"))
    assert [message["role"] for message in example.messages] == ["system", "user", "assistant"]
    assert example.messages[0]["content"] == "규칙"
    assert '<passage n="1" title="환불 기간">' in example.messages[1]["content"]
    assert "환불 언제 돼요?" in example.messages[1]["content"]
    assert example.answer == "3일 안에 됩니다. [1]"
    assert example.right == (1,)


def test_citations_follow_the_passages_of_the_prompt():
    """In the stored answer [1] is its first source; in the prompt that may be the second."""
    example = make(liked("이틀 [1], 그 뒤 3일 [2].", sources=("배송 기간", "환불 기간")))
    assert example.answer == "이틀 [2], 그 뒤 3일 [1]."
    assert example.right == (2, 1)


def test_an_answer_without_citations_gets_them_where_there_is_one_source():
    example = make(liked("3일 안에 됩니다.\n카드는 더 걸립니다."))
    assert example.answer == "3일 안에 됩니다. [1]\n카드는 더 걸립니다. [1]"
    two = liked("3일 안에 됩니다.", sources=("환불 기간", "배송 기간"))
    assert make(two).reason is Reason.UNCITED
    assert make(liked("3일 [7]")).reason is Reason.UNCITED


def test_an_entry_without_its_passage_teaches_to_say_that_it_is_not_there():
    hidden = TuningExample("환불 기간", "entry:a", "환불 언제?", "", (), hidden="환불 기간")
    example = make(hidden)
    assert example.answer == "[[NONE]]"
    assert "환불은 3일" not in example.messages[1]["content"]


def test_what_the_search_does_not_find_is_left_out():
    assert make(liked("답 [1]", sources=("사라진 항목",))).reason is Reason.NOT_FOUND


@pytest.mark.parametrize("broken", [liked("  "), liked("답 [1]", question=" ")])
def test_what_is_empty_is_left_out(broken):
    assert make(broken).reason is Reason.EMPTY


def test_personal_data_is_masked_everywhere_but_not_what_the_faq_publishes():
    """In the question, the answer and the conversation."""
    candidate = liked(
        "010-1234-5678로 연락드립니다. help@shop.example도 됩니다. [1]",
        question="제 메일은 me@home.example 인데 환불 언제?",
        history=(Exchange("저는 900101-1234567", "네", ()),),
    )
    example = make(candidate, public={"help@shop.example"})
    text = "\n".join(message["content"] for message in example.messages)
    assert "010-1234" not in text
    assert "me@home" not in text
    assert "900101" not in text
    assert text.count("help@shop.example") == 2
