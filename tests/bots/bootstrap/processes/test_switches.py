"""What is set while the bot runs: in this process, and in another on the same store."""

import pytest

from bots.bootstrap.processes.switches import model_switches, people_switches, search_switches
from bots.bootstrap.stores import open_stores
from config.settings import read_settings
from core.llm.budget import Ledger
from core.messaging.thread_rules import ThreadRule
from core.messaging.user_limits import UserLimits
from core.reporting.switches import Position, Switchboard


class Process:
    """What of one process goes by the switches."""

    def __init__(self, settings, stores):
        self.uses_models = True
        self.answer_from = 0.0
        self.ledger = Ledger(None, cap=1.0, cap_of_person=1.0, off=lambda: False)
        self.limits = UserLimits(per_minute=10, per_day=200)
        self.of_address = self.limits.of_people(3)
        self.rules = None
        self.switchboard = Switchboard(
            stores.reports,
            [
                *search_switches(settings, self),
                *model_switches(settings, self, self.ledger),
                *people_switches(settings, self.limits, self.use_rules),
            ],
        )

    def use_models(self, *, on):
        self.uses_models = on

    def use_rules(self, rules):
        self.rules = rules


@pytest.fixture
async def processes(tmp_path, monkeypatch):
    monkeypatch.setenv("FAQBOT_DATA_DIR", str(tmp_path))
    settings = read_settings()
    async with open_stores(settings) as stores:
        yield Process(settings, stores), Process(settings, stores), stores.reports


async def test_a_switch_counts_here_at_once_and_elsewhere_by_following(processes):
    here, there, reports = processes
    for name, value in {
        "answer_confidence": "0.70",
        "models": "off",
        "daily_cap_usd": "2.50",
        "daily_user_cap_usd": "0",
        "user_per_minute": "1",
        "user_per_day": "5",
        "threads": "all C0123=mention",
    }.items():
        await here.switchboard.set(name, value, who="mina")
    assert there.uses_models
    await there.switchboard.apply()
    for process in (here, there):
        assert not process.uses_models
        assert process.answer_from == 0.7
        assert (process.ledger.cap, process.ledger.cap_of_person) == (2.5, 0.0)
        assert [most for most, _ in process.limits.windows] == [1, 5]
        assert [most for most, _ in process.of_address.windows] == [3, 15]
        assert process.rules.of("C0123") is ThreadRule.MENTION
        assert process.rules.of("C9") is ThreadRule.ALL
        assert process.limits.allow("a")
        assert not process.limits.allow("a")
    (last, *_) = await reports.audit(1)
    assert (last.who, last.action) == ("mina", "switch.threads")
    assert last.detail == "asker -> all, C0123=mention"


async def test_what_is_set_back_is_what_the_settings_say(processes):
    here, there, _ = processes
    await here.switchboard.set("user_per_minute", "1", who="mina")
    await there.switchboard.apply()
    await here.switchboard.set("user_per_minute", None, who="mina")
    await there.switchboard.apply()
    assert there.limits.windows[0][0] == 10
    assert Position("user_per_minute", "10", "10") in await here.switchboard.positions()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("answer_confidence", "1.5"),
        ("models", "perhaps"),
        ("daily_cap_usd", "-1"),
        ("daily_cap_usd", "a lot"),
        ("user_per_day", "1.5"),
        ("threads", "C0123=never"),
    ],
)
async def test_what_a_switch_cannot_be_is_said_and_changes_nothing(processes, name, value):
    here, _, reports = processes
    with pytest.raises(ValueError, match=r"it has to be|no rule"):
        await here.switchboard.set(name, value, who="mina")
    assert await reports.switches() == {}


async def test_what_another_version_has_set_is_left_alone(processes):
    here, _, reports = processes
    await reports.switch("user_per_minute", "many")
    await reports.switch("models", "off")
    await here.switchboard.apply()
    assert (here.limits.windows[0][0], here.uses_models) == (10, False)
