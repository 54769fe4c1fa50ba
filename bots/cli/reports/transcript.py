"""`faqbot transcript`: a conversation with everything that is stored of it."""

from __future__ import annotations

import asyncio
from dataclasses import asdict

from bots.bootstrap.stores import open_stores
from bots.cli.jsonl import json_line
from bots.cli.terminal import clean
from config.settings import Settings
from core.errors import ConfigError
from core.reporting.transcript import RatedTurn, read_transcript
from core.types import SessionId


def transcript(settings: Settings, session: str, *, as_json: bool) -> int:
    """Print a session's questions and answers, oldest first.

    Raises:
        ConfigError: there is no such session.
    """
    told = asyncio.run(_read(settings, SessionId(session)))
    if not told:
        raise ConfigError("no such session; `faqbot sessions list` names those there are")
    if as_json:
        turns = [
            {**asdict(one.turn), "feedback": [asdict(o) for o in one.opinions]} for one in told
        ]
        print(json_line({"session": session, "turns": turns}))
        return 0
    for one in told:
        _print(one)
    return 0


async def _read(settings: Settings, session: SessionId) -> list[RatedTurn]:
    async with open_stores(settings) as stores:
        return await read_transcript(stores.archive, session)


def _print(told: RatedTurn) -> None:
    turn, question = told.turn, told.turn.question
    print(
        f"[{question.asked_at:%Y-%m-%d %H:%M:%S}Z] {clean(question.asker)}: {clean(question.text)}"
    )
    print(f"-> {turn.state}: {clean(turn.answer)}")
    for number, title in enumerate(turn.sources, start=1):
        print(f"   [{number}] {clean(title)}")
    facts = [f"{name} {ms:,.0f} ms" for name, ms in turn.timings_ms.items()]
    if turn.model:
        facts.append(turn.model)
    if turn.usage.cost_usd:
        facts.append(f"${turn.usage.cost_usd:.4f}")
    facts += ["👍" if one.helpful else f"👎 {clean(one.reason)}".strip() for one in told.opinions]
    print(f"   {', '.join(facts)}\n" if facts else "")
