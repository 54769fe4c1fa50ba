"""What owners change while a store blinks: what failed is whole once it is repeated."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from fakes.assistants import ScriptedAssistant
from fakes.faq_desk import desk_of, switchboard_of, trials_of
from fakes.learning import book_of

import core.retry
from bots.bootstrap.stores import open_stores
from config.profiles import load_profile
from config.settings import Settings
from core.errors import StoreAwayError
from core.lessons.gate import Examined
from core.reporting.catalogue import Catalogue
from core.reporting.operations import Operations
from core.reporting.person_records import PersonRecords
from core.types import Entry

ENTRIES = Entry("f1", "정산은 언제 되나요?", "내일요."), Entry("f2", "반품은?", "2주 안에요.")
ASKED = [("q1", "비용?"), ("q2", "포장?"), ("q3", "택배비?")]
WRITES = {"teach", "remove", "note", "review", "switch", "close_gaps", "forget"}


class World:
    """Where a store may blink, at one of the writes."""

    def __init__(self):
        self.writes, self.blinks = 0, None

    async def write(self, call):
        number = self.writes
        self.writes += 1
        if self.blinks == number:
            raise StoreAwayError("away")
        return await call()


class Blinking:
    """A store whose writes may be the one at which it blinks."""

    def __init__(self, store, world):
        self._store, self._world = store, world

    def __getattr__(self, name):
        real = getattr(self._store, name)
        if name not in WRITES:
            return real
        return lambda *given, **named: self._world.write(lambda: real(*given, **named))


def operations_of(stores, world):
    stores = replace(
        stores,
        **{
            name: Blinking(getattr(stores, name), world)
            for name in ("reports", "lessons", "archive")
        },
    )
    assistant = ScriptedAssistant(stores.history)

    async def examine(lesson):
        return Examined(("도움말과 달라요",) if "다른" in lesson.answer else ())

    async def of_no_category(_turn):
        return ""

    return Operations(
        reports=stores.reports,
        archive=stores.archive,
        inbox=stores.inbox,
        lessons=stores.lessons,
        cases=stores.cases,
        assistant=assistant,
        embed=lambda texts: np.eye(len(texts), dtype=np.float32),
        trials=trials_of(stores, assistant),
        switchboard=switchboard_of(stores, assistant),
        catalogue=Catalogue(stores.reports, desk_of(*ENTRIES)),
        book=book_of(stores, load_profile("ko"), examine=examine),
        category_of=of_no_category,
        personal=PersonRecords(stores.archive, stores.lessons, stores.memories, stores.diary),
    )


async def first_lesson(operations):
    return (await operations.lessons.page(9))[0].id


async def teach(operations, answer="3,000원이에요."):
    await operations.teach(ASKED, answer, who="mina", approved=False)


async def correct(operations):
    given = {"who": "joon", "approved": False, "is_known": True}
    await operations.correct(await first_lesson(operations), "4,000원이에요.", **given)


async def approve(operations):
    await operations.approve(await first_lesson(operations), who="joon", is_known=True)


async def expire(operations):
    await operations.expire(await first_lesson(operations), who="joon")


async def unteach(operations):
    for lesson in await operations.lessons.page(1):
        await operations.unteach(lesson.id, who="joon")


async def switch(operations):
    await operations.switchboard.set("models", "off", who="joon")


async def review(operations):
    entry = (await operations.catalogue.find("f1")).entry
    await operations.catalogue.review(entry, who="joon", after=timedelta(days=30))


async def edit(operations):
    entry = (await operations.catalogue.find("f1")).entry
    await operations.catalogue.edit(entry, ["돈은 언제 와요?"], who="joon")


async def forget(operations):
    await operations.forget("web:somebody", who="joon")


async def nothing(operations):
    pass


async def teach_held(operations):
    await teach(operations, "다른 값이에요.")


ACTS = [
    (nothing, teach),
    (teach, correct),
    (teach_held, approve),
    (teach, expire),
    (teach, unteach),
    (nothing, switch),
    (nothing, review),
    (nothing, edit),
    (nothing, forget),
]


async def seen(operations):
    """What stands in the stores, without times."""
    entry = (await operations.catalogue.find("f1")).entry
    return {
        "lessons": {(one.id, one.answer, one.state) for one in await operations.lessons.page(9)},
        "switches": await operations.reports.switches(),
        "reviews": [(one.title, one.who) for one in await operations.reports.reviews()],
        "questions": entry.questions,
        "closed": await operations.reports.closed_gaps([asked for asked, _ in ASKED]),
        "log": {(one.who, one.action, one.detail) for one in await operations.reports.audit(99)},
    }


@pytest.mark.parametrize(("first", "act"), ACTS, ids=lambda one: one.__name__)
async def test_an_act_that_is_repeated_ends_as_one_that_was_done_at_once(
    tmp_path, monkeypatch, first, act
):
    """Whichever of its writes fails: the owner who was told so presses again, and it is whole."""
    monkeypatch.setattr(core.retry, "_FIRST_PAUSE_S", 0.001)
    blinks, ends, number = [None], [], 0
    while number < len(blinks):
        world = World()
        settings = Settings(_env_file=None, data_dir=tmp_path / str(number))
        async with open_stores(settings) as stores:
            operations = operations_of(stores, world)
            await first(operations)
            world.writes, world.blinks = 0, blinks[number]
            try:
                await act(operations)
            except StoreAwayError:
                world.blinks = None
                await act(operations)
            ends.append(await seen(operations))
        if number == 0:
            blinks += range(world.writes)
        number += 1
    assert len(ends) > 1
    for blink, end in zip(blinks, ends, strict=True):
        assert end == ends[0], blink
