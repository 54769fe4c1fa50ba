"""The cost of models on the real FAQ: the tokens of questions, the embeddings of an ingest."""

from __future__ import annotations

import json
import os
import statistics
import tempfile
from pathlib import Path
from time import perf_counter

from bots.bootstrap.models.embedders import prepare_with
from bots.bootstrap.search import build_retriever, load_language
from config.profiles import load_profile
from config.resources import QUESTION_PACKS, load_prompt
from config.settings import Settings, read_settings
from core.llm.chat import PASSAGE_TOKENS
from core.llm.prompts import answer_messages, estimate_tokens, pack, reading_messages
from core.retrieval.chroma.index import ChromaIndex
from core.types import Exchange, Passage
from ingest.prepare import prepare
from ingest.question_packs import load_pack
from ingest.sources.load import load
from ingest.sync import passages_of, questions_of, sync


def tokens_per_question(shared: Path) -> None:
    """Prompt tokens of both calls over 100 development questions, by our estimate."""
    profile = load_profile("smartstore")
    answering, reading = load_prompt("answer", profile), load_prompt("reading", profile)
    folder = Path(tempfile.mkdtemp())
    os.environ |= {"FAQBOT_EMBEDDER": "builtin", "FAQBOT_DATA_DIR": str(folder)}
    settings = read_settings()
    real = load(shared / "data" / "final_result.pkl")
    entries = prepare(real, load_pack(QUESTION_PACKS / "smartstore.jsonl")).entries
    language = load_language(settings.profile)
    sync(
        entries,
        index=ChromaIndex.open(settings.index_dir),
        analyzer=lambda: language.analyzer,
        embedder=lambda: language.encoder,
        fingerprint=language.encoder.fingerprint,
        source="real",
        progress=lambda *_: None,
    )
    retriever, _ = build_retriever(settings)
    answers, readings, whole = [], [], []
    lines = (shared / "eval" / "retrieval.dev.jsonl").read_text(encoding="utf-8").splitlines()
    for row in map(json.loads, lines[:100]):
        past = [Exchange(turn["user"], turn["bot"]) for turn in row.get("history") or ()]
        found = retriever.entries(retriever.search(row["question"], past)[:8])
        passages = [Passage(e.faq_id, e.title, e.text, 1.0) for e in found]
        excerpts = pack(row["question"], passages, PASSAGE_TOKENS)
        told = answer_messages(answering, row["question"], past, excerpts)
        read = reading_messages(reading, row["question"], past)
        answers.append(sum(estimate_tokens(message["content"]) for message in told))
        readings.append(sum(estimate_tokens(message["content"]) for message in read))
        whole.append(sum(estimate_tokens(e.title + e.text) for e in found[:5]))
    print(
        f"prompt tokens a question (estimated): answer {statistics.mean(answers):.0f} + reading "
        f"{statistics.mean(readings):.0f} (at most 1,000 wanted); "
        f"five whole entries alone {statistics.mean(whole):.0f}"
    )


def embed_real(shared: Path, settings: Settings) -> None:
    """The embeddings of a whole ingest: requests and seconds, next to one request an entry."""
    real = load(shared / "data" / "final_result.pkl")
    entries = prepare(real, load_pack(QUESTION_PACKS / "smartstore.jsonl")).entries
    questions, passages = questions_of(entries), passages_of(entries)
    calls: list[int] = []
    started = perf_counter()
    prepare_with(settings, lambda done, _: calls.append(done))(questions, passages)
    took = perf_counter() - started
    print(
        f"embedding the real FAQ: {len(questions) + len(passages):,} texts "
        f"in {len(calls) - 1} requests, {took:.1f} s "
        f"({461 / took:.0f} times faster than 2,719 requests in 461 s; at least 30 wanted)"
    )
