"""The inbox and the archive in MongoDB: the contracts, on the real driver over a real socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace

import pytest
from contracts.archive import *  # noqa: F403 - the suite
from contracts.archive import OpenStores
from contracts.inbox import *  # noqa: F403 - the suite
from contracts.inbox import PER_SESSION, TOTAL, Clock, OpenInbox, asked, claim, state_of

from core.stores.inbox_limits import InboxLimits
from core.stores.mongo.database import MongoDatabase
from core.stores.mongo.inbox.inbox import MongoInbox
from core.stores.mongo.turns.archive import MongoArchive
from core.stores.mongo.turns.history import MongoHistory
from core.types import InboxState, Receipt


@pytest.fixture
def open_inbox(uri: str) -> OpenInbox:
    @asynccontextmanager
    async def opened(clock: Clock, *, holder: str = "", **more: int) -> AsyncIterator[MongoInbox]:
        async with MongoDatabase.open(uri) as database:
            limits = InboxLimits(per_session=PER_SESSION, total=TOTAL, **more)
            yield MongoInbox(database, limits, holder=holder, clock=clock)

    return opened


@pytest.fixture
def open_stores(uri: str) -> OpenStores:
    @asynccontextmanager
    async def opened() -> AsyncIterator[SimpleNamespace]:
        async with MongoDatabase.open(uri) as database:
            yield SimpleNamespace(
                history=MongoHistory(database),
                archive=MongoArchive(database),
                inbox=MongoInbox(database, InboxLimits(per_session=PER_SESSION, total=TOTAL)),
            )

    return opened


async def test_a_deletion_in_the_midst_of_receiving_its_question_counts(open_inbox, clock):
    """No transaction holds the two together: whoever writes first looks once more."""
    async with open_inbox(clock) as inbox, open_inbox(clock) as other:
        number = inbox._db.next_number

        async def deleted_now(session: str) -> int:
            await other.withdraw("1")
            return await number(session)

        inbox._db.next_number = deleted_now
        assert await inbox.receive(asked("1")) is Receipt.KNOWN
        assert await claim(inbox) is None
        assert await state_of(inbox, "1") is InboxState.WITHDRAWN
