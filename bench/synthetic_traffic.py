"""Synthetic traffic: turns of a year, stored in SQLite and MongoDB with what they count.

Counts are added up beforehand, since a store takes minutes to add 200,000 turns one by one.
"""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta, tzinfo
from functools import partial
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo

from core.retrieval.evidence import FACTS
from core.stores.counts import (
    Bucket,
    buckets_of,
    counts_of,
    entry_counts,
    entry_opinion_counts,
    opinion_counts,
)
from core.stores.mongo.database import MongoDatabase
from core.stores.mongo.turns.history import document_of
from core.stores.records import as_stored
from core.stores.sqlite.database import SqliteFile, to_ms
from core.stores.sqlite.turns.history import insert_row
from core.types import (
    Candidate,
    Edit,
    Feedback,
    Label,
    Passage,
    Question,
    SessionId,
    Trace,
    Turn,
    TurnState,
    Usage,
)

SEOUL: Final = ZoneInfo("Asia/Seoul")
_STATES: Final = [TurnState.ANSWERED] * 84 + [TurnState.ESCALATED] * 9 + [TurnState.DECLINED] * 6
_SUBJECTS: Final = [
    "배송",
    "반품",
    "교환",
    "정산",
    "쿠폰",
    "회원 등급",
    "상품 등록",
    "세금계산서",
    "광고",
    "리뷰",
]
_ENDS: Final = [
    "은 언제 되나요?",
    " 방법을 알려 주세요",
    "이 안 돼요",
    " 조건이 궁금해요",
    " 비용은 얼마인가요?",
    " 서류는 무엇이 필요한가요",
    " 화면이 하얗게만 나와요",
    "을 취소하고 싶어요",
    " 담당자는 누구예요?",
    "을 어제 했는데 아직이에요",
]
# With subjects and ends nearly every question is worded on its own, as people's questions are.
_WHOSE: Final = [
    *("해외", "선물하기", "정기구독", "도서 산간", "새벽", "예약 구매", "대량", "공동구매", "중고"),
    *("냉장 식품", "가구", "의류", "전자책", "화장품", "명절", "법인", "간이과세자", "미성년자"),
    *("부모님", "신규 매장", "여러 계정", "휴대폰", "카카오", "영문", "야간", "주말", "창고"),
]
_WHEN: Final = [
    *("", "오늘 안에 되나요", "지난달 건입니다", "앱에서요", "컴퓨터로 볼 때요", "급합니다"),
    *("두 번째 문의예요", "주문은 세 건이에요", "어제부터요", "처음이라 모르겠어요"),
    *("고객이 물어봤어요", "사장님이 부탁하셨어요", "메일은 받았어요", "전화가 안 돼요"),
    *("연휴 전에 가능할까요", "작년에는 됐는데요", "설명서에는 없어요", "직원 계정입니다"),
]
_ANSWER: Final = "신청하신 다음 영업일에 처리됩니다. 자세한 내용은 도움말에서 확인해 주세요. " * 8
_TITLES: Final = [f"{subject} 안내 {number}" for subject in _SUBJECTS for number in range(40)]
_AT_ONCE: Final = 2_000
_LIKED: Final = 0.8


def synthetic(
    count: int, *, until: datetime, titles: Sequence[str] = _TITLES, seed: int = 0
) -> Iterator[Turn]:
    """Yield turns of a year, oldest first, whose answers cite entries with these titles.

    800 people ask on three platforms.
    """
    dice = random.Random(seed)  # noqa: S311 - no secret
    for number in range(count):
        asked_at = (
            until
            - timedelta(days=365) * (1 - number / count)
            - timedelta(seconds=dice.random() * 40_000)
        )
        platform = dice.choices(["slack", "discord", "web"], [5, 2, 3])[0]
        session = SessionId(f"{platform}:T1:C{dice.randrange(12)}:{number // 4}")
        state = dice.choice(_STATES)
        text = _question(dice)
        title = dice.choice(titles)
        question = Question(
            f"{session}:{number}", session, text, f"U{dice.randrange(800)}", asked_at
        )
        is_answered = state is TurnState.ANSWERED
        yield Turn(
            question,
            state,
            _ANSWER if is_answered else "이 질문에 맞는 도움말을 찾지 못했습니다.",
            sources=(title,) if is_answered else (),
            followups=(title, f"{title} 더 보기"),
            label=Label.OFF_TOPIC if state is TurnState.DECLINED else Label.ON_TOPIC,
            finished_at=asked_at + timedelta(seconds=2),
            timings_ms={"first_text": dice.lognormvariate(5.5, 0.6), "answered": 1_500.0},
            usage=Usage(900, 0, 180, 0.0004),
            passages=(Passage("f", title, _ANSWER, 0.8),) if is_answered else (),
            trace=_trace(text, title, dice.random()),
        )


def _question(dice: random.Random) -> str:
    asked = f"{dice.choice(_WHOSE)} {dice.choice(_SUBJECTS)}{dice.choice(_ENDS)}"
    return f"{asked} {dice.choice(_WHEN)}".strip()


def _trace(text: str, title: str, confidence: float) -> Trace:
    candidates = tuple(
        Candidate(f"f{rank}", title, 0.9 / rank, 0.8 / rank, 0.7 / rank, 0.6, 0.5, confidence)
        for rank in range(1, 9)
    )
    scores = {Label.ON_TOPIC: 0.97, Label.OFF_TOPIC: 0.03}
    facts = {name: round(confidence, 4) for name in FACTS}
    edits = tuple(Edit(250.0 * step, 40 * step) for step in range(6))
    return Trace(text, scores=scores, candidates=candidates, facts=facts, edits=edits)


@dataclass(slots=True)
class TrafficTally:
    """The counts of turns and opinions by time and by entry; and when each session ended."""

    zone: tzinfo
    traffic: dict[Bucket, dict[str, float]] = field(default_factory=dict)
    entries: dict[str, dict[str, float]] = field(default_factory=dict)
    sessions: dict[str, datetime] = field(default_factory=dict)

    def add(self, turns: Sequence[Turn], opinions: Sequence[Feedback]) -> None:
        """Count some turns, and what people thought of them."""
        by_id = {turn.question.id: turn for turn in turns}
        for turn in turns:
            self.sessions[turn.question.session] = turn.finished_at
            self._add(turn, counts_of(turn), entry_counts(turn))
        for opinion in opinions:
            turn = by_id[opinion.question_id]
            self._add(turn, opinion_counts(opinion), entry_opinion_counts(turn, opinion))

    def _add(
        self, turn: Turn, counts: Mapping[str, float], entries: Mapping[str, Mapping[str, float]]
    ) -> None:
        for bucket in buckets_of(turn, self.zone):
            _sum(self.traffic.setdefault(bucket, {}), counts)
        for title, of_entry in entries.items():
            _sum(self.entries.setdefault(title, {}), of_entry)


async def fill(file: SqliteFile, turns: Iterable[Turn], *, seed: int = 0) -> int:
    """Store turns in a file that has none, and what some people thought; how many there were."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    tally, count = TrafficTally(file.zone), 0
    for some in batches(turns):
        opinions = opinions_on(some, dice)
        tally.add(some, opinions)
        await file.write(partial(_put, turns=some, opinions=opinions))
        count += len(some)
    await file.write(partial(_put_counts, tally=tally))
    return count


async def fill_mongo(database: MongoDatabase, turns: Iterable[Turn], *, seed: int = 0) -> None:
    """Store the same in a MongoDB without any turns."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    tally, number = TrafficTally(database.zone), 0
    for some in batches(turns):
        opinions = opinions_on(some, dice)
        tally.add(some, opinions)
        rows = [{**document_of(turn), "n": number + at} for at, turn in enumerate(some, 1)]
        number += len(some)
        await database.turns.insert_many(rows)
        await database.feedback.insert_many(asdict(one) for one in opinions)
    await database.traffic.insert_many(
        {
            "_id": f"{bucket.span.value} {bucket.start.isoformat()} {bucket.platform}",
            "span": bucket.span.value,
            "start": bucket.start,
            "platform": bucket.platform,
            **counts,
        }
        for bucket, counts in tally.traffic.items()
    )
    await database.entry_use.insert_many({"_id": one, **c} for one, c in tally.entries.items())
    await database.sessions.insert_many(
        {"_id": session, "n": number, "last_at": at} for session, at in tally.sessions.items()
    )


def batches(turns: Iterable[Turn]) -> Iterator[list[Turn]]:
    """Yield turns as their stores will keep them, some thousand at a time."""
    rows = map(as_stored, turns)
    while some := list(islice(rows, _AT_ONCE)):
        yield some


def opinions_on(turns: Sequence[Turn], dice: random.Random) -> list[Feedback]:
    """Return what people thought of a fiftieth of the answers."""
    return [
        Feedback(turn.question.id, turn.question.asker, dice.random() < _LIKED, turn.finished_at)
        for turn in dice.sample(turns, len(turns) // 50)
    ]


def _put(db: sqlite3.Connection, turns: Sequence[Turn], opinions: Sequence[Feedback]) -> None:
    for turn in turns:
        insert_row(db, turn)
    db.executemany(
        "INSERT INTO feedback (question_id, user, helpful, given_at_ms) VALUES (?, ?, ?, ?)",
        [(one.question_id, one.user, one.helpful, to_ms(one.given_at)) for one in opinions],
    )


def _put_counts(db: sqlite3.Connection, tally: TrafficTally) -> None:
    db.executemany(
        "INSERT INTO traffic (span, start_ms, platform, counts) VALUES (?, ?, ?, ?)",
        [
            (bucket.span.value, to_ms(bucket.start), bucket.platform, json.dumps(counts))
            for bucket, counts in tally.traffic.items()
        ],
    )
    names = ("used", "helpful", "unhelpful", "in_vain")
    db.executemany(
        "INSERT INTO entry_use (title, used, helpful, unhelpful, in_vain) VALUES (?, ?, ?, ?, ?)",
        [(title, *(of.get(one, 0) for one in names)) for title, of in tally.entries.items()],
    )


def _sum(known: dict[str, float], counts: Mapping[str, float]) -> None:
    for name, number in counts.items():
        known[name] = known.get(name, 0) + number
