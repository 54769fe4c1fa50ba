"""The switches that can be set while the bot runs, and the parts of this process they act on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from config.settings import Settings
from config.thread_settings import thread_rules_of
from core.assistant.assistant import Assistant
from core.llm.budget import Ledger
from core.messaging.thread_rules import ThreadRules
from core.messaging.user_limits import UserLimits
from core.reporting.switches import Switch, a_number, a_share, one_of
from core.retrieval.retriever import Retriever

_MOST_USD: Final = 10_000.0
_MOST_QUESTIONS: Final = 100_000
_BOLDEST, _MOST_CAREFUL = 0.05, 0.95


def model_switches(settings: Settings, assistant: Assistant, ledger: Ledger | None) -> list[Switch]:
    """Return the switches of models and of what they may cost; `ledger` is None without any."""

    def cap(amount: str) -> None:
        if ledger:
            ledger.cap = float(amount)

    def cap_of_person(amount: str) -> None:
        if ledger:
            ledger.cap_of_person = float(amount)

    usd = a_number(most=_MOST_USD)
    return [
        Switch("models", "on", one_of("on", "off"), lambda it: assistant.use_models(on=it == "on")),
        Switch("daily_cap_usd", f"{settings.daily_cap_usd:g}", usd, cap),
        Switch("daily_user_cap_usd", f"{settings.daily_user_cap_usd:g}", usd, cap_of_person),
    ]


def search_switches(settings: Settings, retriever: Retriever) -> list[Switch]:
    """Return the switch between bold and careful: how sure the search has to be of an answer."""

    def answer_from(confidence: str) -> None:
        retriever.answer_from = float(confidence)

    share = a_share(least=_BOLDEST, most=_MOST_CAREFUL)
    return [Switch("answer_confidence", f"{settings.answer_confidence:g}", share, answer_from)]


def people_switches(
    settings: Settings, limits: UserLimits, use_rules: Callable[[ThreadRules], None]
) -> Sequence[Switch]:
    """Return the switches of how much people may ask, and of the manners in threads."""
    count = a_number(most=_MOST_QUESTIONS, whole=True)
    per_minute, per_day = str(settings.user_per_minute), str(settings.user_per_day)
    return [
        Switch("user_per_minute", per_minute, count, lambda it: limits.set(per_minute=int(it))),
        Switch("user_per_day", per_day, count, lambda it: limits.set(per_day=int(it))),
        Switch("threads", settings.threads, _rules, lambda it: use_rules(thread_rules_of(it))),
    ]


def _rules(listed: str) -> str:
    try:
        thread_rules_of(listed)
    except ValueError as error:
        text = f"holds {error}, which is no rule: write mention, asker or all, or C0123=mention"
        raise ValueError(text) from error
    return ", ".join(part for part in listed.replace(",", " ").split() if part)
