"""What every store behind the `Memories` port must do.

A store's test file imports everything from here and defines the fixture `open_stores`: it opens the
same store's memories and archive, empty at first.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.errors import StorageError
from core.types import Memory

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


def memory(name="m1", *, person="U1", text="반려동물 용품을 판다", minutes=0):
    return Memory(name, person, text, NOON + timedelta(minutes=minutes))


@pytest.fixture
async def stores(open_stores):
    async with open_stores() as opened:
        yield opened


async def test_each_person_has_their_own_oldest_first_and_each_message_is_kept_once(stores):
    memories, _ = stores
    later, first = memory("m2", minutes=1), memory("m1")
    assert [await memories.add(one) for one in (later, first, first)] == [True, True, False]
    await memories.add(memory("m3", person="U2"))
    assert await memories.of("U1") == [first, later]


async def test_nobody_deletes_what_is_anothers(stores):
    memories, _ = stores
    await memories.add(memory("m1"))
    assert await memories.remove("U2", ["m1"]) == 0
    assert await memories.remove("U1", ["m1", "m9"]) == 1
    assert await memories.of("U1") == []


async def test_whoever_is_forgotten_has_none_left(stores):
    memories, archive = stores
    await memories.add(memory("m1"))
    await memories.add(memory("m2", person="U2"))
    assert (await archive.forget("U1")).memories == 1
    assert await memories.of("U1") == []
    assert len(await memories.of("U2")) == 1


async def test_text_that_no_store_keeps_is_refused(stores):
    with pytest.raises(StorageError):
        await stores[0].add(memory(text="a\0b"))
