"""Answers by models in several processes at once: `python -m bench.openai --workers 2`.

Each worker is a process with an assistant of its own on the same data folder, as those of `faqbot
run --workers` are, and takes its share of the questions. Beside faqbot, in the same processes and
the same run, there is what cannot be left out: the same streams through the bare OpenAI SDK (it
embeds the question, asks the guardrail, and reads the answer; it searches nothing), and the search
alone. From the latter follows a bound: no stream can begin before its passages have been found, so
that the last one begins when the CPU of all searches has been spent, on every core that there is.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from time import perf_counter, process_time
from typing import Any, Final

import openai

from bench.openai_questions import ours
from bench.processes import cpu_s
from bots.bootstrap.assistant import open_assistant
from bots.bootstrap.processes.event_loop import run
from bots.bootstrap.search import build_retriever
from config.resources import SAMPLE_FAQ
from config.settings import Settings
from core.retrieval.retriever import Retriever
from core.retrieval.signals import Query
from ingest.prepare import prepare
from ingest.sources.load import load

WANTED: Final = 1.25  # of the time of one, for the most at once
_END: Final = ("", 0)
_SDK, _SEARCH, _FAQBOT = "bare SDK", "search alone", "faqbot"
_PATIENCE_S: Final = 600.0  # the SDK gives up on connecting sooner than a busy machine connects
_TOGETHER: Final = 16  # searches in one go, as the assistant has them

Ask = Callable[[str, int], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Took:
    """How long so many took, all of them, and the CPU of the workers and the server."""

    number: int
    seconds: float
    cpu: float
    server_cpu: float


def share_out(
    settings: Settings, sizes: Sequence[int], *, workers: int, stream_s: float, server: int
) -> None:
    """Let so many processes take each number of questions at once, and print how long it took.

    `stream_s` is how long one answer of the server takes from its request; `server` its process.
    """
    context = get_context("spawn")
    pipes = [context.Pipe() for _ in range(workers)]
    crowd = [
        context.Process(target=_work, args=(settings, number, there), daemon=True)
        for number, (_, there) in enumerate(pipes)
    ]
    for worker in crowd:
        worker.start()
    ours_of = [here for here, _ in pipes]
    for pipe in ours_of:
        pipe.recv()  # it is open
    took: dict[str, list[Took]] = {}
    print(f"{'':13} at once   all done by {workers}   of one   CPU each   the server's")
    for size in sizes:
        for kind in (_SDK, _SEARCH, _FAQBOT):
            one = _together(ours_of, kind, size, server)
            took.setdefault(kind, []).append(one)
            print(
                f"{kind:13} {size:7} {one.seconds:15.2f} s "
                f"{one.seconds / took[kind][0].seconds:8.2f} {one.cpu / size * 1000:7.1f} ms "
                f"{one.server_cpu / size * 1000:11.1f} ms",
                flush=True,
            )
    _conclude({kind: (all_[0], all_[-1]) for kind, all_ in took.items()}, stream_s)
    for pipe in ours_of:
        pipe.send(_END)
    for worker in crowd:
        worker.join()


def _together(pipes: Sequence[Connection], kind: str, size: int, server: int) -> Took:
    """Share out so many questions, and wait until the last has ended."""
    began, used_there = perf_counter(), cpu_s(server)
    for number, pipe in enumerate(pipes):
        pipe.send((kind, len(range(number, size, len(pipes)))))
    used = sum(pipe.recv() for pipe in pipes)
    return Took(size, perf_counter() - began, used, cpu_s(server) - used_there)


def _conclude(took: dict[str, tuple[Took, Took]], stream_s: float) -> None:
    """Print what was reached, and what could be on this machine in this run."""
    alone, many = took[_FAQBOT]
    cores = len(os.sched_getaffinity(0))
    searched_s = took[_SEARCH][1].cpu / cores
    at_least = (searched_s + stream_s) / alone.seconds
    sdk = took[_SDK][1].seconds / took[_SDK][0].seconds
    reached = many.seconds / alone.seconds
    print(f"{many.number} at once: {reached:.2f} of one, {WANTED:.2f} wanted")
    print(
        f"at least {at_least:.2f}: {many.number} searches keep {cores} cores busy for "
        f"{searched_s:.2f} s, and the last stream then takes {stream_s:.2f} s"
    )
    print(f"the same streams through the bare SDK, without a search: {sdk:.2f} of one of its own")
    if reached > WANTED:
        proved = "was out of reach here" if at_least > WANTED else "is not shown to be out of reach"
        print(f"not reached; {WANTED:.2f} {proved}")


def _work(settings: Settings, number: int, pipe: Connection) -> None:
    run(_take_shares(settings, number, pipe))


async def _take_shares(settings: Settings, number: int, pipe: Connection) -> None:
    """Do as much of each kind as the pipe says, with questions of its own, until the end."""
    questions = [entry.title for entry in prepare(load(SAMPLE_FAQ)).entries]
    asked = (number + 1) * 1_000_000
    retriever, _ = await asyncio.to_thread(build_retriever, settings)
    async with (
        open_assistant(settings) as assistant,
        openai.AsyncOpenAI(timeout=_PATIENCE_S) as sdk,
    ):
        kinds: dict[str, Callable[[Sequence[str], int], Awaitable[object]]] = {
            _SDK: partial(_each, partial(_stream, sdk)),
            _SEARCH: partial(_search, retriever),
            _FAQBOT: partial(_each, partial(ours, assistant)),
        }
        for ask in kinds.values():
            await ask([questions[0]], asked)
        pipe.send(0)
        while (told := await asyncio.to_thread(pipe.recv)) != _END:
            kind, share = told
            asked += share
            texts = [f"{questions[n % len(questions)]} {n}" for n in range(asked, asked + share)]
            used = process_time()
            await kinds[kind](texts, asked)
            pipe.send(process_time() - used)


async def _each(ask: Ask, texts: Sequence[str], first: int) -> None:
    """Ask all of them at once, each in a session of its own."""
    await asyncio.gather(*(ask(text, first + number) for number, text in enumerate(texts)))


async def _search(retriever: Retriever, texts: Sequence[str], _: int) -> None:
    """Search for all of them, as the assistant does."""
    queries = [Query(text) for text in texts]
    batches = [queries[at : at + _TOGETHER] for at in range(0, len(queries), _TOGETHER)]
    await asyncio.gather(*(retriever.aside(retriever.search_all, one) for one in batches))


async def _stream(sdk: openai.AsyncOpenAI, text: str, _: int) -> None:
    """Embed a question, ask the guardrail, and read the answer, as the SDK's manual has it."""
    await sdk.embeddings.create(model="text-embedding-3-small", input=[text])
    told = f'<passage n="1" title="{text}">\n{text}\n</passage>\n<question>\n{text}\n</question>'
    await asyncio.gather(_read(sdk, told), _read(sdk, f"Reply with a label only: {text}"))


async def _read(sdk: openai.AsyncOpenAI, text: str) -> None:
    messages: Any = [{"role": "user", "content": text}]
    stream = await sdk.chat.completions.create(model="gpt-4o-mini", messages=messages, stream=True)
    async for _ in stream:
        pass
