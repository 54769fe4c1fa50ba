"""The metrics for Prometheus, counted as answers end or looked up when requested."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bots.bootstrap.stores import Stores
from core.errors import FaqbotError
from core.messaging.answer_report import AnswerReport
from core.messaging.service import ChatService
from core.retrieval.overlay.lesson_sync import all_lessons

logger = logging.getLogger("bots.answers")

_SECONDS = (0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120)
_MOST_WAITING = 10_000


class Metrics:
    """The metrics of this process, and one line of log an answer."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        by_platform = ["platform"]
        self._answers = Counter(
            "faqbot_answers", "Answers by their end.", ["platform", "state"], registry=registry
        )
        self._first_text = Histogram(
            "faqbot_first_text_seconds",
            "From the claim of a question to the first text.",
            by_platform,
            buckets=_SECONDS,
            registry=registry,
        )
        self._end = Histogram(
            "faqbot_answer_seconds",
            "From the question to the end of its answer.",
            by_platform,
            buckets=_SECONDS,
            registry=registry,
        )
        self._limited = Counter(
            "faqbot_rate_limited", "Calls refused with 429.", by_platform, registry=registry
        )
        self._retries = Counter(
            "faqbot_retries", "Calls to a platform made again.", by_platform, registry=registry
        )
        self._attempts = Counter(
            "faqbot_later_attempts",
            "Answers after a first attempt.",
            by_platform,
            registry=registry,
        )
        self._cost = Counter("faqbot_cost_dollars", "Spent on models.", registry=registry)
        self._waiting = Gauge("faqbot_questions_open", "Open questions in all.", registry=registry)
        self._age = Gauge(
            "faqbot_oldest_question_seconds", "Age of the oldest open question.", registry=registry
        )
        self._leases = Gauge("faqbot_leases", "Questions answered here now.", registry=registry)
        self._spooled = Gauge("faqbot_spooled", "Acts that wait for the store.", registry=registry)
        self._lessons = Gauge("faqbot_lessons", "Lessons that people taught.", registry=registry)
        self._lessons_version = ""

    def report(self, answer: AnswerReport) -> None:
        """Count an answer that has ended, and log it."""
        platform = answer.platform
        self._answers.labels(platform, answer.state.value).inc()
        self._end.labels(platform).observe(answer.asked_s)
        if answer.first_text_s is not None:
            self._first_text.labels(platform).observe(answer.first_text_s)
        self._limited.labels(platform).inc(answer.rate_limited)
        self._retries.labels(platform).inc(answer.retried)
        self._attempts.labels(platform).inc(answer.attempt > 1)
        self._cost.inc(answer.cost_usd)
        fields = {
            "question": answer.question_id,
            "platform": platform,
            "state": answer.state.value,
            "attempt": answer.attempt,
            "asked_s": round(answer.asked_s, 3),
            "first_text_s": answer.first_text_s and round(answer.first_text_s, 3),
            "end_s": round(answer.end_s, 3),
            "rate_limited": answer.rate_limited,
            "retried": answer.retried,
            "cost_usd": round(answer.cost_usd, 6),
        }
        line = " ".join(f"{name}={value}" for name, value in fields.items() if name != "question")
        logger.info("answered %s: %s", answer.question_id, line, extra={"fields": fields})

    async def text(self, stores: Stores | None, service: ChatService | None) -> bytes:
        """Return all metrics as Prometheus reads them; what a store cannot tell stays as it was."""
        if service:
            self._leases.set(service.runner.leases)
            self._spooled.set(service.spooled)
        if stores:
            try:
                await self._look_up(stores)
            except FaqbotError as error:
                logger.warning("some metrics were not updated: %s", error)
        return generate_latest(self._registry)

    async def _look_up(self, stores: Stores) -> None:
        self._waiting.set(await stores.inbox.count_open(_MOST_WAITING))
        ages = [
            (datetime.now(UTC) - first.question.asked_at).total_seconds()
            for first in await stores.inbox.waiting(1)
        ]
        self._age.set(max(ages, default=0.0))
        version = await stores.lessons.version()
        if version != self._lessons_version:
            self._lessons.set(len(await all_lessons(stores.lessons)))
            self._lessons_version = version
