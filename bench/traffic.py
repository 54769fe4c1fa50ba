"""A year of synthetic traffic, and how long each view of the console takes on it.

`python -m bench.traffic [TURNS]` fills a store in a temporary folder (200,000 turns by default) and
prints a line for each view; `--into FOLDER` fills the history of a data folder instead.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from zoneinfo import ZoneInfo

from core.reporting.gaps import open_gaps
from core.reporting.stats import Window, read_stats
from core.reporting.transcript import read_transcript
from core.retrieval.evidence import FACTS
from core.stores.sqlite.archive import SqliteArchive
from core.stores.sqlite.database import SqliteFile
from core.stores.sqlite.history import SqliteHistory, insert
from core.stores.sqlite.reports import SqliteReports
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

SEOUL = ZoneInfo("Asia/Seoul")
_STATES = [TurnState.ANSWERED] * 84 + [TurnState.ESCALATED] * 9 + [TurnState.DECLINED] * 6
_SUBJECTS = [
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
_ENDS = [
    "은 언제 되나요?",
    " 방법을 알려 주세요",
    "이 안 돼요",
    " 조건이 궁금해요",
    " 비용은 얼마인가요?",
]
_ANSWER = "신청하신 다음 영업일에 처리됩니다. 자세한 내용은 도움말에서 확인해 주세요. " * 8
_AT_ONCE = 2_000


def synthetic(count: int, *, until: datetime, seed: int = 0) -> list[Turn]:
    """Make turns of a year, oldest first: busier by day, on three platforms, 800 people."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    turns = []
    for number in range(count):
        asked_at = (
            until
            - timedelta(days=365) * (1 - number / count)
            - timedelta(seconds=dice.random() * 40_000)
        )
        platform = dice.choices(["slack", "discord", "web"], [5, 2, 3])[0]
        session = SessionId(f"{platform}:T1:C{dice.randrange(12)}:{number // 4}")
        state = dice.choice(_STATES)
        text = dice.choice(_SUBJECTS) + dice.choice(_ENDS)
        title = f"{dice.choice(_SUBJECTS)} 안내 {dice.randrange(40)}"
        question = Question(
            f"{session}:{number}", session, text, f"U{dice.randrange(800)}", asked_at
        )
        is_answered = state is TurnState.ANSWERED
        turns.append(
            Turn(
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
        )
    return turns


def _trace(text: str, title: str, confidence: float) -> Trace:
    candidates = tuple(
        Candidate(f"f{rank}", title, 0.9 / rank, 0.8 / rank, 0.7 / rank, 0.6, 0.5, confidence)
        for rank in range(1, 9)
    )
    scores = {Label.ON_TOPIC: 0.97, Label.OFF_TOPIC: 0.03}
    facts = {name: round(confidence, 4) for name in FACTS}
    edits = tuple(Edit(250.0 * step, 40 * step) for step in range(6))
    return Trace(text, scores=scores, candidates=candidates, facts=facts, edits=edits)


async def fill(file: SqliteFile, turns: list[Turn], *, seed: int = 0) -> None:
    """Store turns, and what some people thought of them."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    for start in range(0, len(turns), _AT_ONCE):
        some = turns[start : start + _AT_ONCE]
        await file.write(lambda db, some=some: [insert(db, turn, file.zone) for turn in some])
    archive = SqliteArchive(file)
    for turn in dice.sample(turns, len(turns) // 50):
        helpful = dice.random() < 0.8
        await archive.give_feedback(
            Feedback(turn.question.id, turn.question.asker, helpful, turn.finished_at)
        )


async def timed(name: str, view: Callable[[], Awaitable[object]]) -> None:
    """Print the slowest of three times."""
    times = []
    for _ in range(3):
        started = perf_counter()
        await view()
        times.append((perf_counter() - started) * 1000)
    print(f"{name:<34}{max(times):>8.0f} ms")


async def measure(file: SqliteFile, turns: list[Turn], now: datetime) -> None:
    """Print how long the reads of each view take."""
    reports, archive = SqliteReports(file), SqliteArchive(file)
    for window in Window:
        await timed(
            f"today, {window}",
            lambda window=window: read_stats(reports, window, now=now, zone=SEOUL),
        )
    await timed("conversations, the latest 50", lambda: reports.latest(50, before=now))
    await timed("conversations, 1,000 looked at", lambda: reports.latest(1_000, before=now))
    state = TurnState.ESCALATED
    await timed("conversations, by state", lambda: reports.latest(500, before=now, state=state))
    await timed("one conversation", lambda: read_transcript(archive, turns[-1].question.session))
    await timed("the FAQ's counts", reports.entry_uses)
    await timed("gaps", lambda: open_gaps(reports, archive, now=now))
    await timed("one person", lambda: archive.asked_by(turns[-1].question.asker, 10_000))


async def main(count: int, into: Path | None) -> None:
    """Fill, and measure unless a folder is named."""
    now = datetime.now(UTC)
    turns = synthetic(count, until=now)
    with tempfile.TemporaryDirectory() as folder:
        path = (into or Path(folder)) / "history.sqlite3"
        async with SqliteFile.open(path, zone=SEOUL) as file:
            started = perf_counter()
            await fill(file, turns)
            print(
                f"{count:,} turns in {perf_counter() - started:.0f} s, "
                f"{path.stat().st_size:,} bytes"
            )
            if into is None:
                await SqliteHistory(file).recent(turns[-1].question.session, 1)
                await measure(file, turns, now)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("turns", type=int, nargs="?", default=200_000)
    parser.add_argument("--into", type=Path)
    given = parser.parse_args()
    asyncio.run(main(given.turns, given.into))
