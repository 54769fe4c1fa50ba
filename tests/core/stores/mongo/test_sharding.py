"""What a cluster of shards asks of the requests: those under a claim name their session."""

from __future__ import annotations

import pytest
from contracts.inbox import Clock, asked
from fakes.mongo_store import SHARD_KEYS
from pymongo import IndexModel
from pymongo.errors import OperationFailure

from core.stores.inbox_limits import InboxLimits
from core.stores.mongo.database import MongoDatabase
from core.stores.mongo.inbox.inbox import MongoInbox
from core.stores.mongo.indexes import INDEXES
from core.types import InboxState

SHARD_KEY = SHARD_KEYS["inbox"]


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
    """By a clock that stands still, so that no half second passes."""
    async with MongoDatabase.open(server.uri) as database:
        limits = InboxLimits(per_session=9, total=99)
        yield MongoInbox(database, limits, holder="a", clock=Clock())


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


async def test_a_claim_is_one_request_whatever_the_queue(inbox, server):
    """What has to be taken away is looked for twice a second, and when nothing waits."""
    for number in range(60):
        await inbox.receive(asked(str(number), f"slack:{number}"))
    assert await inbox.claim(lease_s=30)
    server.commands.clear()
    for _ in range(20):
        assert await inbox.claim(lease_s=30, prefixes=("slack:", "discord:"))
    assert server.names() == ["findAndModify"] * 20


async def test_what_has_to_be_taken_away_does_not_wait_for_the_queue(inbox):
    for number in range(9):
        await inbox.receive(asked(str(number), f"slack:{number}"))
    first = await inbox.claim(lease_s=30)
    await inbox.release(first)
    await inbox.withdraw(first.question.id)
    assert (await inbox.claim(lease_s=30)).question.id == first.question.id


async def test_a_question_that_is_received_is_looked_for_on_its_shard(inbox, server):
    server.commands.clear()
    await inbox.receive(asked("1"))
    by_id = [
        chosen for command in server.commands for chosen in filters(command) if "_id" in chosen
    ]
    assert {"_id": "1", "session": asked("1").session} in by_id


@pytest.mark.parametrize("name", SHARD_KEYS)
def test_unique_indexes_begin_with_the_shard_key(name):
    """That no update changes a shard key, the MongoDB of the tests checks in every test."""
    for index in INDEXES.get(name, ()):
        if index.document.get("unique"):
            assert next(iter(index.document["key"])) == SHARD_KEYS[name]


@pytest.mark.parametrize(
    "update",
    [
        {"$set": {"open": True}, "$unset": {"open": ""}},
        {"$set": {"_id": "2"}},
        {"$set": {"a.b": 1}},
        {"$set": {"session": "another"}},
    ],
)
async def test_the_mongodb_of_the_tests_refuses_what_the_real_one_does(server, update):
    async with MongoDatabase.open(server.uri) as database:
        with pytest.raises(OperationFailure):
            await database.inbox.update_one({"_id": "1"}, update)


@pytest.mark.parametrize(
    "options", [{"sparse": True}, {"partialFilterExpression": {"open": {"$ne": True}}}]
)
async def test_nor_does_it_make_an_index_that_the_real_one_does_not(server, options):
    index = IndexModel("open", **({"partialFilterExpression": {"open": True}} | options))
    async with MongoDatabase.open(server.uri) as database:
        with pytest.raises(OperationFailure, match="partial"):
            await database.inbox.create_indexes([index])
