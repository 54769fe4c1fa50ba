"""What a cluster of shards asks of the requests: those under a claim name their session."""

from __future__ import annotations

import pytest
from contracts.inbox import asked

from core.stores.inbox_limits import InboxLimits
from core.stores.mongo.database import _INDEXES, MongoDatabase
from core.stores.mongo.inbox import MongoInbox
from core.types import InboxState

SHARD_KEY = "session"


def filters(command):
    """The filters of a command's reads and writes."""
    match next(iter(command)):
        case "find":
            return [command["filter"]]
        case "findAndModify":
            return [command["query"]]
        case "update":
            return [statement["q"] for statement in command["updates"]]
        case "delete":
            return [statement["q"] for statement in command["deletes"]]
    return []


@pytest.fixture
async def inbox(server):
    async with MongoDatabase.open(server.uri) as database:
        yield MongoInbox(database, InboxLimits(per_session=9, total=99), holder="a")


async def test_whatever_is_done_under_a_claim_goes_to_one_shard(inbox, server):
    for name in ("1", "2"):
        await inbox.receive(asked(name))
    claim = await inbox.claim(lease_s=30)
    server.commands.clear()
    await inbox.renew(claim, lease_s=30)
    await inbox.note_reply(claim, "message")
    await inbox.is_open(claim.question.session)
    await inbox.stop("1", by=claim)
    await inbox.settle(claim, InboxState.STOPPED)
    await inbox.release(claim)
    sent = [chosen for command in server.commands for chosen in filters(command)]
    assert len(sent) >= 6
    assert [chosen for chosen in sent if not isinstance(chosen.get(SHARD_KEY), str)] == []


async def test_a_claim_is_two_requests_whatever_the_queue(inbox, server):
    for number in range(60):
        await inbox.receive(asked(str(number), f"slack:{number}"))
    for _ in range(3):
        server.commands.clear()
        assert await inbox.claim(lease_s=30, prefixes=("slack:", "discord:"))
        assert server.names() == ["findAndModify", "findAndModify"]


@pytest.mark.parametrize("name", ["inbox", "turns", "lessons"])
def test_unique_indexes_begin_with_the_shard_key(name):
    for index in _INDEXES[name]:
        if index.document.get("unique"):
            assert next(iter(index.document["key"])) == SHARD_KEY
