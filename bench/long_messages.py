"""Is the question found behind a greeting and a story, and are two questions both answered?

The messages are made here from the labelled questions: up to four sentences of people's own affairs
before each, drawn at random with a fixed seed, and pairs of questions joined as people join them.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from typing import Final

from bench.opened import Opened
from bench.sources import Sources
from bench.tables import not_run, table
from bots.cli.evaluation.labelled_questions import RetrievalCase
from config.resources import GUARDRAIL
from core.assistant.guardrails.guardrail import Guardrail, GuardrailModel
from core.assistant.message import MessageInContext, MessageReader, Reading
from core.assistant.research import Researcher
from core.types import Label

_SEED: Final = 12
_PAIRS: Final = 100
_OPENINGS: Final = (
    "안녕하세요",
    "안녕하세요!",
    "수고 많으십니다.",
    "늦은 시간에 죄송해요ㅠㅠ",
    "문의드립니다.",
    "처음 인사드려요.",
    "바쁘실 텐데 실례합니다.",
    "저기요~",
    "담당자님 안녕하세요.",
)
_WHO: Final = ("저는", "제가", "저희는", "제 동생이", "남편이랑 저는", "친구가", "저희 팀은")
_WHEN: Final = ("지난주부터", "어제 저녁에", "올해 봄에", "한 달 전쯤", "오늘 아침에", "얼마 전에")
_DID: Final = (
    "집에서 작게 일을 시작했습니다.",
    "혼자 이것저것 알아보고 있었어요.",
    "아이를 재우고 컴퓨터를 켰는데 손에 안 익네요.",
    "전화를 여러 번 걸었는데 연결이 안 됐어요.",
    "화면을 한참 들여다봤지만 못 찾았습니다.",
    "설명서를 읽다가 잠이 들었어요.",
    "지인한테 소개를 받아서 해 보게 됐어요.",
    "주말 내내 비가 와서 집에만 있었습니다.",
    "나이가 있어서 이런 게 많이 서투릅니다.",
    "손님이 갑자기 많아져서 정신이 없었어요.",
)
_CLOSINGS: Final = (
    "감사합니다.",
    "답변 기다릴게요!",
    "미리 감사드려요~",
    "그럼 이만 줄입니다.",
    "",
)
_JOINTS: Final = ("\n", " 그리고 ", "\n또 ", " ")


def main(sources: Sources) -> None:
    """Measure and print."""
    cases = [case for case in sources.retrieval_cases if not case.history]
    if not cases:
        not_run("questions in long messages", sources.absent)
        return
    opened = Opened.at(sources.data_dir)
    guardrail = Guardrail(
        GuardrailModel.load(GUARDRAIL), opened.encoder.embed, opened.analyzer.terms
    )
    reader = MessageReader(Researcher(opened.retriever, guardrail), opened.analyzer)
    rows = [asyncio.run(_stories(reader, cases, size)) for size in range(5)]
    table("questions behind a story", ["sentences before it", "answered right", "refused"], rows)
    pairs = asyncio.run(_pairs(reader, cases))
    table(
        "two questions in one message", ["both answered", "one left as a button", "lost"], [pairs]
    )


def behind_a_story(question: str, size: int, chance: random.Random) -> str:
    """Return the question behind a greeting and a story of `size` sentences in all."""
    told = [chance.choice(_OPENINGS)] if size else []
    told += [
        f"{chance.choice(_WHO)} {chance.choice(_WHEN)} {chance.choice(_DID)}"
        for _ in range(size - 1)
    ]
    closing = chance.choice(_CLOSINGS) if size else ""
    return " ".join(filter(None, [*told, question, closing]))


async def _stories(
    reader: MessageReader, cases: Sequence[RetrievalCase], size: int
) -> tuple[str, str, str]:
    chance = random.Random(_SEED)  # noqa: S311 - the same messages each time
    right = refused = 0
    for case in cases:
        reading = await reader.read(MessageInContext(behind_a_story(case.question, size, chance)))
        right += any(one in case.relevant for one in _answered(reading))
        refused += reading.found.verdict.label is not Label.ON_TOPIC
    return str(size), f"{right} of {len(cases)}", str(refused)


async def _pairs(reader: MessageReader, cases: Sequence[RetrievalCase]) -> tuple[str, str, str]:
    chance = random.Random(_SEED)  # noqa: S311 - the same messages each time
    alone = [
        case
        for case in cases
        if {*_answered(await reader.read(MessageInContext(case.question)))} & {*case.relevant}
    ]
    both = named = lost = 0
    for _ in range(_PAIRS):
        one, other = chance.sample(alone, 2)
        joint = chance.choice(_JOINTS)
        ends = "" if joint != " " or one.question.endswith("?") else "?"
        reading = await reader.read(
            MessageInContext(f"{one.question}{ends}{joint}{other.question}")
        )
        found = _answered(reading)
        hits = sum(any(title in case.relevant for title in found) for case in (one, other))
        both += hits == 2
        named += hits < 2 and bool(reading.left_out)
        lost += hits < 2 and not reading.left_out
    return f"{both} of {_PAIRS}", str(named), str(lost)


def _answered(reading: Reading) -> list[str]:
    """Return the titles that the answer would begin with, one for each question."""
    return [
        part.found.in_context[0].title
        for part in reading.parts
        if part.found.verdict.label is Label.ON_TOPIC and part.found.entries
    ]
