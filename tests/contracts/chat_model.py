"""What every model behind the `ChatModel` port must do, whoever runs it.

A model's test file imports everything from here and defines the fixture `model`.
"""

from __future__ import annotations

import asyncio
import re
from contextlib import aclosing

from core.ports import ChatModel
from core.types import AnswerPiece, Cited, Exchange, Passage, Written

MINOR = Passage(
    "m",
    "미성년자도 가입할 수 있나요?",
    "만 19세 미만도 가입할 수 있습니다.\n법정대리인의 동의서를 함께 내야 합니다.",
    0.9,
)
PAID = Passage("p", "정산은 언제 되나요?", "정산은 구매 확정 다음 영업일에 됩니다.", 0.4)
QUESTION = "미성년자도 가입할 수 있나요?"
_CITATION = re.compile(r"\[(\d+)\]")


async def answered(
    model: ChatModel, question: str = QUESTION, history: tuple[Exchange, ...] = ()
) -> tuple[list[str], Written]:
    pieces = [piece async for piece in model.answer(question, history, (MINOR, PAID))]
    texts = [piece for piece in pieces if isinstance(piece, str)]
    (end,) = [piece for piece in pieces if isinstance(piece, Written)]
    assert piece_is_last(pieces, end)
    return texts, end


def piece_is_last(pieces: list[AnswerPiece], end: Written) -> bool:
    return pieces[-1] is end


async def test_text_comes_first_and_one_ending_last(model: ChatModel) -> None:
    """No piece is empty, and together they say what the passage says."""
    texts, end = await answered(model)
    assert all(texts)
    assert "동의서" in "".join(texts)
    assert end.used[0] == MINOR


async def test_every_citation_is_of_a_passage_that_was_used(model: ChatModel) -> None:
    """They are numbered from 1, in the order of `used`, which holds given passages alone."""
    texts, end = await answered(model)
    cited = {int(number) for number in _CITATION.findall("".join(texts))}
    assert cited <= set(range(1, len(end.used) + 1))
    assert set(end.used) <= {MINOR, PAID}


async def test_what_is_cited_is_told_before_the_text_that_cites_it(model: ChatModel) -> None:
    """Whoever stops an answer keeps the sources of what they have read."""
    used: tuple[Passage, ...] = ()
    async for piece in model.answer(QUESTION, (), (MINOR, PAID)):
        if isinstance(piece, Cited):
            assert piece.used[: len(used)] == used
            used = piece.used
        elif isinstance(piece, str):
            assert all(0 < int(number) <= len(used) for number in _CITATION.findall(piece))


async def test_no_marker_of_the_prompt_is_shown(model: ChatModel) -> None:
    """Nor anything else between double brackets."""
    texts, end = await answered(model)
    assert "[[" not in "".join(texts)
    assert all("||" not in offer.sentence + offer.question for offer in end.offers)


async def test_a_conversation_may_come_with_the_question(model: ChatModel) -> None:
    """It changes nothing about the form of the answer."""
    texts, end = await answered(model, history=(Exchange("안녕하세요", "반갑습니다"),))
    assert "".join(texts).strip()
    assert end.used


async def test_answers_at_once_do_not_mix(model: ChatModel) -> None:
    """Each has its own text and its own ending."""
    found = await asyncio.gather(*(answered(model) for _ in range(5)))
    assert len({"".join(texts) for texts, _ in found}) == 1


async def test_a_reader_may_leave(model: ChatModel) -> None:
    """After the first piece; the next answer is whole all the same."""
    async with aclosing(model.answer(QUESTION, (), (MINOR,))) as pieces:
        await anext(pieces)
    texts, _ = await answered(model)
    assert "동의서" in "".join(texts)


async def test_a_model_has_a_name(model: ChatModel) -> None:
    """A turn records it."""
    assert model.name
