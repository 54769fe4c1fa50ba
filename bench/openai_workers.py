"""Answers by models in several processes at once: `python -m bench.openai --workers 2`.

Each worker is a process with an assistant of its own on the same data folder, as those of `faqbot
run --workers` are, and answers its share of the questions. What is measured is all of them. The CPU
that the workers used for an answer is printed as well: on a busy machine, the time says little. "At
best" is what this CPU would take on all cores if nothing else ran on them, the server neither.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection
from time import perf_counter, process_time

from bench.openai_questions import ours
from bots.bootstrap.assistant import open_assistant
from bots.bootstrap.processes.event_loop import run
from config.resources import SAMPLE_FAQ
from config.settings import Settings
from ingest.prepare import prepare
from ingest.sources.load import load

WANTED = 1.25  # of the time of one, for 500 at once
_END = -1


def share_out(settings: Settings, sizes: Sequence[int], *, workers: int) -> None:
    """Let so many processes answer each number of questions at once, and print how long it took."""
    context = get_context("spawn")
    pipes = [context.Pipe() for _ in range(workers)]
    crowd = [
        context.Process(target=_answer, args=(settings, number, there), daemon=True)
        for number, (_, there) in enumerate(pipes)
    ]
    for worker in crowd:
        worker.start()
    ours_of = [here for here, _ in pipes]
    for pipe in ours_of:
        pipe.recv()  # it is open
    alone_s = 0.0
    print(f"at once   all done by {workers}   of one   wanted   at best   CPU an answer")
    cores = os.cpu_count() or 1
    for size in sizes:
        started = perf_counter()
        shares = [len(range(number, size, workers)) for number in range(workers)]
        for pipe, share in zip(ours_of, shares, strict=True):
            pipe.send(share)
        used = sum(pipe.recv() for pipe in ours_of)
        took = perf_counter() - started
        alone_s = alone_s or took
        wanted = f"{WANTED:.2f}" if size == max(sizes) else ""
        at_best = max(used / cores / alone_s, 1.0)
        print(
            f"{size:7} {took:15.2f} s {took / alone_s:8.2f} {wanted:>8} {at_best:9.2f} "
            f"{used / size * 1000:12.1f} ms",
            flush=True,
        )
    for pipe in ours_of:
        pipe.send(_END)
    for worker in crowd:
        worker.join()


def _answer(settings: Settings, number: int, pipe: Connection) -> None:
    run(_answer_all(settings, number, pipe))


async def _answer_all(settings: Settings, number: int, pipe: Connection) -> None:
    """Answer as many questions as the pipe says, each in a session of its own, until the end."""
    questions = [entry.title for entry in prepare(load(SAMPLE_FAQ)).entries]
    asked = (number + 1) * 1_000_000
    async with open_assistant(settings) as assistant:
        await ours(assistant, questions[0], asked)
        pipe.send(0)
        while (share := await asyncio.to_thread(pipe.recv)) != _END:
            used = process_time()
            numbers = range(asked + 1, asked + 1 + share)
            asked += share
            await asyncio.gather(
                *(ours(assistant, f"{questions[n % len(questions)]} {n}", n) for n in numbers)
            )
            pipe.send(process_time() - used)
