"""`faqbot search` and `faqbot guard`: one question to the search or to the guardrail."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict

from bots.bootstrap.assistant import open_forgetful
from bots.bootstrap.search import build_taught
from bots.cli.answers.batch import result, rounded
from bots.cli.terminal import clean
from config.settings import Settings
from core.text.sections import tidy
from core.text.spelling.normalize import normalized
from core.types import SessionId, Verdict

_HEADER = "  #  score  words  letters  meaning  title"


def search(settings: Settings, text: str, *, limit: int, as_json: bool) -> int:
    """Print the nearest entries, best first, with three of the signals of the score."""
    retriever = build_taught(settings)
    hits = retriever.search(normalized(text), limit=limit)
    if as_json:
        results = [{**result(hit), **_signals(asdict(hit))} for hit in hits]
        print(json.dumps({"results": results}, ensure_ascii=False))
        return 0
    print(_HEADER)
    for number, hit in enumerate(hits, start=1):
        signals = f"{hit.score:>5.3f}  {hit.words:>5.3f}  {hit.letters:>7.3f}  {hit.meaning:>7.3f}"
        print(f"{number:>3}  {signals}  {clean(tidy(hit.title))}")
    return 0


def guard(settings: Settings, text: str, *, as_json: bool) -> int:
    """Print the guardrail's label, the kind of small talk, and the probability of each label."""
    verdict = asyncio.run(_judge(settings, text))
    scores = rounded(verdict.scores)
    if as_json:
        print(json.dumps({"label": verdict.label, "kind": verdict.kind, "scores": scores}))
        return 0
    print(f"{verdict.label} ({verdict.kind})" if verdict.kind else verdict.label)
    for label, score in sorted(scores.items(), key=lambda item: -item[1]):
        print(f"  {label:<10} {score:.3f}")
    return 0


async def _judge(settings: Settings, text: str) -> Verdict:
    async with open_forgetful(settings, with_models=False) as assistant:
        return (await assistant.research(text, SessionId("guard"), ())).verdict


def _signals(hit: dict[str, float]) -> dict[str, float]:
    return {name: round(hit[name], 4) for name in ("words", "letters", "meaning")}
