"""The research of a question: its search and the guardrail's verdict, batched, in threads."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from core.assistant.guardrails.guardrail import Evidence, Guardrail
from core.retrieval.audience import EVERYTHING, Audience
from core.retrieval.hits import Hit, is_answer
from core.retrieval.retriever import Retriever
from core.retrieval.signals import Query
from core.retry import until_back
from core.types import Entry, Exchange, Label, Verdict

_PASSAGES = 8
_AT_ONCE = 2  # batches that run at the same time, each in a thread
# In a batch of sixteen, a question costs half as much as alone, and the first one waits about 20 ms
# for the last.
_TOGETHER = 16


@dataclass(frozen=True, slots=True)
class Findings:
    """The search results for a question, in its conversation and alone, and the local verdict.

    Both results are the same for a question that is clear without its conversation. `entries` are
    those to answer from; there are none if no entry is near enough.
    """

    in_context: Sequence[Hit]
    alone: Sequence[Hit]
    verdict: Verdict
    entries: Sequence[Entry]

    @property
    def is_on_topic(self) -> bool:
        return self.verdict.label is Label.ON_TOPIC

    @property
    def answers(self) -> bool:
        """True if they are an answer, so that there is a first hit."""
        return self.is_on_topic and bool(self.entries)

    @property
    def score(self) -> float:
        return self.in_context[0].score if self.in_context else 0.0

    def differs_from(self, other: Findings) -> bool:
        """Return whether two answers are from different entries."""
        return self.in_context[0].faq_id != other.in_context[0].faq_id


@dataclass(frozen=True, slots=True)
class _Job:
    text: str
    history: Sequence[Exchange]
    audience: Audience
    found: asyncio.Future[Findings]


class Researcher:
    """Searches for questions in batches: those that come while a batch runs form the next one."""

    def __init__(self, retriever: Retriever, guardrail: Guardrail) -> None:
        self._retriever = retriever
        self._guardrail = guardrail
        self._waiting: deque[_Job] = deque()
        self._running: set[asyncio.Task[None]] = set()

    async def find(
        self, text: str, history: Sequence[Exchange] = (), *, audience: Audience = EVERYTHING
    ) -> Findings:
        """Search for a question in its conversation and alone; wait while the index is away.

        Raises:
            FaqIndexError: see `Retriever.search`.
        """
        loop = asyncio.get_running_loop()
        job = _Job(text, history, audience, loop.create_future())
        self._waiting.append(job)
        if len(self._waiting) == 1:
            loop.call_soon(self._begin)  # the batch has every question of this turn of the loop
        return await job.found

    @property
    def waiting(self) -> int:
        """The number of questions that have not been searched for yet."""
        return len(self._waiting)

    def _begin(self) -> None:
        while self._waiting and len(self._running) < _AT_ONCE:
            jobs = [self._waiting.popleft() for _ in range(min(_TOGETHER, len(self._waiting)))]
            wanted = [job for job in jobs if not job.found.done()]
            if wanted:
                task = asyncio.get_running_loop().create_task(self._run(wanted))
                self._running.add(task)
                task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._begin()

    async def _run(self, jobs: Sequence[_Job]) -> None:
        try:
            every = await until_back(lambda: self._retriever.aside(self._find_all, jobs))
        except Exception as error:  # noqa: BLE001 - raised where each waits for it
            for job in jobs:
                if not job.found.done():
                    job.found.set_exception(error)
        else:
            for job, found in zip(jobs, every, strict=True):
                if not job.found.done():
                    job.found.set_result(found)

    def _find_all(self, jobs: Sequence[_Job]) -> list[Findings]:
        asked = [Query(job.text, (), job.audience) for job in jobs]
        asked += [Query(job.text, job.history, job.audience) for job in jobs if job.history]
        hits = self._retriever.search_all(asked)
        leaning = iter(hits[len(jobs) :])
        return [
            self._judged(job, next(leaning) if job.history else alone, alone)
            for job, alone in zip(jobs, hits, strict=False)
        ]

    def _judged(self, job: _Job, in_context: Sequence[Hit], alone: Sequence[Hit]) -> Findings:
        evidence = Evidence(job.text, in_context, alone)
        verdict = self._guardrail.judge(evidence)
        near = is_answer(in_context)
        entries = self._retriever.entries(in_context[:_PASSAGES]) if near else ()
        return Findings(in_context, alone, verdict, entries)
