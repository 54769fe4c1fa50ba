"""Answers by models against the local OpenAI: first text, many at once, tokens, embeddings.

`python -m bench.openai` starts the server in a process of its own: 300 ms to the first token, 50
tokens a second, 120 tokens, embeddings 150 ms. The FAQ is the sample, embedded by the server; the
real FAQ adds the tokens of its questions and its embeddings where it is present.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from time import perf_counter, process_time

import aiohttp
import openai
import orjson

from bench.openai_questions import ours
from bench.openai_real import embed_real, tokens_per_question
from bench.openai_workers import share_out
from bots.bootstrap.assistant import open_assistant
from bots.bootstrap.models.embedders import open_embedder
from bots.bootstrap.processes.event_loop import run
from bots.bootstrap.search import load_language
from config.resources import ROOT, SAMPLE_FAQ
from config.settings import Settings, read_settings
from core.assistant.assistant import Assistant
from core.retrieval.chroma.index import ChromaIndex
from ingest.prepare import prepare
from ingest.sources.load import load
from ingest.sync import passages_of, questions_of, sync

PACE = {"first-token-s": 0.3, "tokens-per-s": 50, "embedding-s": 0.15, "answer-tokens": 120}
SIZES = (1, 10, 50, 200, 500)
WANTED = {50: 1.1, 200: 1.25, 500: 1.5}  # of the time of one
_LAG_STEP_S = 0.01


@contextmanager
def local_openai() -> Iterator[tuple[str, int]]:
    """The server in its own process, so that it takes no time of ours: its address and its id."""
    options = [part for name, value in PACE.items() for part in (f"--{name}", str(value))]
    command = [sys.executable, "-m", "devtools.openai", "--port", "0", *options]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "tests"), str(ROOT)])}
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603
        try:
            said = next(line for line in server.stdout or () if "OPENAI_BASE_URL=" in line)
            yield said.partition("OPENAI_BASE_URL=")[2].strip(), server.pid
        finally:
            server.terminate()


def settings_for(folder: Path, url: str) -> Settings:
    """Everything by the server, without caps."""
    os.environ |= {
        "OPENAI_API_KEY": "sk-bench",
        "OPENAI_BASE_URL": url,
        "FAQBOT_DATA_DIR": str(folder),
        "FAQBOT_EMBEDDER": "openai",
        "FAQBOT_DAILY_CAP_USD": "0",
        "FAQBOT_DAILY_USER_CAP_USD": "0",
    }
    return read_settings()


async def ingest_sample(settings: Settings) -> None:
    """Fetch the vectors, then index."""
    entries = prepare(load(SAMPLE_FAQ)).entries
    async with open_embedder(settings) as embedder:
        await embedder.prepare(questions_of(entries), passages_of(entries), lambda *_: None)
        analyzer = (await asyncio.to_thread(load_language, settings.profile)).analyzer
        await asyncio.to_thread(
            sync,
            entries,
            index=ChromaIndex.open(settings.index_dir),
            analyzer=lambda: analyzer,
            embedder=lambda: embedder,
            fingerprint=embedder.fingerprint,
            source="sample",
            progress=lambda *_: None,
        )


async def bare(sdk: openai.AsyncOpenAI, question: str) -> float:
    """Seconds to the first token of a client that only embeds, then streams."""
    started = perf_counter()
    await sdk.embeddings.create(model="text-embedding-3-small", input=[question])
    data = f'<passage n="1" title="{question}">\n{question}\n</passage>\n'
    messages = [{"role": "user", "content": f"{data}<question>\n{question}\n</question>"}]
    create = sdk.chat.completions.with_streaming_response.create
    first = 0.0
    async with create(model="gpt-4o-mini", messages=messages, stream=True) as reply:  # type: ignore[arg-type]
        async for line in reply.iter_lines():
            if not first and line.startswith("data: {"):
                orjson.loads(line[6:])
                first = perf_counter() - started
    return first


async def first_text(assistant: Assistant, questions: Sequence[str], url: str) -> None:
    """Ratio of ours to the bare client, question by question, each new to both."""
    ratios, firsts = [], []
    async with openai.AsyncOpenAI(api_key="sk-bench", base_url=url) as sdk:
        await bare(sdk, questions[0])
        await ours(assistant, questions[0], -1)
        for number, question in enumerate(questions[1:21]):
            floor = await bare(sdk, f"{question} {number}")
            first, _ = await ours(assistant, f"{question} {number}?", 10_000 + number)
            ratios.append(first / floor)
            firsts.append(first)
    print(
        f"first visible text: median {statistics.median(firsts) * 1000:.0f} ms, "
        f"{statistics.median(ratios):.2f} times a bare client (at most 1.15 wanted)"
    )


@asynccontextmanager
async def lag_of_loop() -> AsyncIterator[Callable[[], float]]:
    """Gives the 99th percentile of how late the event loop was, in seconds."""
    late: list[float] = []

    async def watch() -> None:
        while True:
            due = perf_counter() + _LAG_STEP_S
            await asyncio.sleep(_LAG_STEP_S)
            late.append(perf_counter() - due)

    task = asyncio.create_task(watch())
    try:
        yield lambda: sorted(late)[int(len(late) * 0.99)]
    finally:
        task.cancel()


async def together(assistant: Assistant, questions: Sequence[str], sizes: Sequence[int]) -> None:
    """Many questions at once, in distinct sessions, each question's words its own."""
    alone_s = 0.0
    number = 20_000
    print("at once   all done   of one   wanted   median first   CPU an answer   loop lag p99")
    for size in sizes:
        numbers = range(number, number + size)
        number += size
        started, used = perf_counter(), process_time()
        async with lag_of_loop() as lag:
            done = await asyncio.gather(
                *(ours(assistant, f"{questions[n % len(questions)]} {n}", n) for n in numbers)
            )
            late = lag()
        took, cpu = perf_counter() - started, process_time() - used
        alone_s = alone_s or took
        first = statistics.median(first for first, _ in done)
        wanted = f"{WANTED[size]:.2f}" if size in WANTED else ""
        print(
            f"{size:7} {took:9.2f} s {took / alone_s:7.2f} {wanted:>8} {first:12.2f} s "
            f"{cpu / size * 1000:12.1f} ms {late * 1000:11.0f} ms"
        )


async def floor(url: str, questions: Sequence[str], sizes: Sequence[int]) -> None:
    """Measure raw streams by aiohttp alone: what this machine and the server allow.

    No retrieval, no guardrail, no embeddings, nothing parsed: half of the server's work.
    """
    alone_s = 0.0
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def one(number: int) -> None:
            question = f"{questions[number % len(questions)]} {number}"
            data = f'<passage n="1" title="{question}">\n{question}\n</passage>\n'
            told = [{"role": "user", "content": f"{data}<question>\n{question}\n</question>"}]
            body = {"model": "gpt-4o-mini", "messages": told, "stream": True}
            headers = {"Authorization": "Bearer sk-bench"}
            async with session.post(f"{url}/chat/completions", json=body, headers=headers) as reply:
                async for _ in reply.content.iter_any():
                    pass

        for size in sizes:
            started, used = perf_counter(), process_time()
            await asyncio.gather(*map(one, range(size)))
            took, cpu = perf_counter() - started, process_time() - used
            alone_s = alone_s or took
            print(
                f"bare streams: {size:4} at once in {took:.2f} s, {took / alone_s:.2f} of one, "
                f"{cpu / size * 1000:.1f} ms of CPU each"
            )


async def memory(assistant: Assistant, questions: Sequence[str]) -> None:
    """Resident memory before and after 1,000 questions, 100 at once."""
    before = resident_mb()
    for begin in range(100_000, 101_000, 100):
        numbers = range(begin, begin + 100)
        await asyncio.gather(
            *(ours(assistant, f"{questions[n % len(questions)]} {n}", n) for n in numbers)
        )
    print(f"resident memory before and after 1,000 questions: {before:.0f}, {resident_mb():.0f} MB")


def resident_mb() -> float:
    """Return the resident memory of this process, as Linux counts it."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1_000_000


async def measure(settings: Settings, url: str, sizes: Sequence[int]) -> None:
    """Measure what needs an assistant."""
    await ingest_sample(settings)
    questions = [entry.title for entry in prepare(load(SAMPLE_FAQ)).entries]
    async with open_assistant(settings) as assistant:
        await floor(url, questions, sizes)
        await first_text(assistant, questions, url)
        await together(assistant, questions, sizes)
        await memory(assistant, questions)


def main() -> None:
    """Run all of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--workers", type=int, default=1, help="processes that share the answers")
    given = parser.parse_args()
    sizes = given.sizes
    shared = Path(os.environ.get("FAQBOT_SHARED", ROOT.parent / "shared"))
    with local_openai() as (url, server), tempfile.TemporaryDirectory() as folder:
        settings = settings_for(Path(folder), url)
        if given.workers > 1:
            run(ingest_sample(settings))
            stream_s = PACE["first-token-s"] + (PACE["answer-tokens"] - 1) / PACE["tokens-per-s"]
            share_out(settings, sizes, workers=given.workers, stream_s=stream_s, server=server)
            return
        run(measure(settings, url, sizes))
        if (shared / "data" / "final_result.pkl").is_file():
            embed_real(shared, settings_for(Path(tempfile.mkdtemp()), url))
            tokens_per_question(shared)
        else:
            print(f"NOT RUN: the real FAQ is not in {shared} (set FAQBOT_SHARED)")


if __name__ == "__main__":
    main()
