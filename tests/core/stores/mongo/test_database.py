"""How the MongoDB stores behave when the server, the network or the URI is not as it should be."""

from __future__ import annotations

import asyncio
import os
import shutil
import ssl
import sys
from datetime import timedelta
from pathlib import Path

import pymongo
import pytest
from contracts.history import NOON, SESSION, ids, turn
from fakes.mongo_server import MongoServer, collect_sockets

from core.errors import ConfigError, FaqbotError, StorageError
from core.stores.inbox_limits import InboxLimits
from core.stores.mongo.database import SCHEMA, MongoDatabase
from core.stores.mongo.inbox.inbox import MongoInbox
from core.stores.mongo.turns.archive import MongoArchive
from core.stores.mongo.turns.history import MongoHistory
from core.stores.mongo.turns.reports import MongoReports
from core.types import Feedback, InboxState, Receipt, ReviewRequest

SECRET = "s3cret%2Fpass"  # noqa: S105
NARROW = {"find", "getMore", "insert", "update", "findAndModify", "delete", "createIndexes"}
OF_THE_DRIVER = {"endSessions", "killCursors", "ping"}


async def refusal(uri: str) -> str:
    """The one line with which the database does not open; nothing of the password is in it."""
    with pytest.raises(FaqbotError) as caught:
        async with MongoDatabase.open(uri):
            pass
    message = str(caught.value)
    del caught
    collect_sockets()
    assert "\n" not in message
    assert not any(part in message for part in ("s3cret", "pass@", "%2F"))
    return message


async def test_only_narrow_commands_with_majority_are_used(server):
    """Every port's every write waits for the majority; nothing needs a transaction."""
    async with MongoDatabase.open(server.uri) as database:
        history, archive = MongoHistory(database), MongoArchive(database)
        inbox = MongoInbox(database, InboxLimits(per_session=2, total=2))
        await history.append(turn("1"))
        await inbox.receive(turn("2").question)
        await inbox.settle(await inbox.claim(lease_s=1), InboxState.ANSWERED)
        await inbox.sweep()
        await inbox.reopen(turn("2", text="반품?", session="web:a:b").question)
        await archive.remove("1")
        await archive.forget("U1")
    assert set(server.names()) <= NARROW | OF_THE_DRIVER
    writes = [c for c in server.commands if next(iter(c)) in NARROW - {"find", "getMore"}]
    assert len(writes) > 8
    assert all(write["writeConcern"]["w"] == "majority" for write in writes)


async def test_the_uri_decides_on_the_database_and_on_safety(server):
    uri = f"{server.uri}/elsewhere?w=1&serverSelectionTimeoutMS=200"
    async with MongoDatabase.open(uri) as database:
        await MongoHistory(database).append(turn("1"))
    [insert] = [command for command in server.commands if "insert" in command]
    assert (insert["$db"], insert["writeConcern"]) == ("elsewhere", {"w": 1})


async def test_no_server_is_one_line():
    with MongoServer().running() as gone:
        uri = gone.uri.replace("//", f"//user:{SECRET}@")
    message = await refusal(f"{uri}/?serverSelectionTimeoutMS=100")
    assert message.startswith(f"MongoDB at 127.0.0.1:{gone.port} does not answer; check that it")


async def test_credentials_of_the_uri_are_used(server, tmp_path):
    """In processes of their own: the driver (4.20) leaves sockets of authentication unclosed."""
    server.credentials = ("user", "s3cret/pass")
    base = server.uri.replace("//", "//{}@") + "/?authMechanism=PLAIN"
    said = []
    for user in ("user", "other"):
        uri = base.format(f"{user}:{SECRET}")
        environment = {**os.environ, "MONGODB_URI": uri, "FAQBOT_DATA_DIR": str(tmp_path)}
        command = [sys.executable, "-m", "bots", "sessions", "list"]
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*command, env=environment, stderr=pipe)
        said.append((await process.communicate())[1].decode())
    assert said[0] == ""
    assert "refused the user or the password" in said[1]
    assert said[1].count("\n") == 1
    assert "s3cret" not in said[1]


@pytest.mark.parametrize(
    "uri",
    [
        "user:s3cret%2Fpass@host",
        "http://user:s3cret%2Fpass@host",
        "mongodb://user:s3cret/pass@host",
        "mongodb://user:s3cret:pass@host",
        "mongodb://user:s3cret@pass@host",
        "mongodb://user:s3cret%2Fpass@host:port",
        "mongodb://",
        "",
    ],
)
async def test_what_is_no_uri_is_refused_without_its_password(uri):
    with pytest.raises(ConfigError):
        async with MongoDatabase.open(uri):
            pass
    assert await refusal(uri) == (
        "MONGODB_URI is not a MongoDB URI; it looks like mongodb://user:password@host:27017/faqbot,"
        " with every special character of the password percent-encoded"
    )


@pytest.mark.parametrize("kind", ["reset", "reset_after", "not_primary"])
@pytest.mark.parametrize("command", ["find", "findAndModify", "insert", "update"])
async def test_one_failure_is_passed_over_and_nothing_is_done_twice(server, command, kind):
    """The driver tries again under the same number, and the server knows what it has done."""
    async with MongoDatabase.open(server.uri) as database:
        history = MongoHistory(database)
        await history.append(turn("0"))
        server.fail(command, kind)
        assert await history.append(turn("1")) is True
        assert await ids(history) == ["0", "1"]
        assert (await MongoArchive(database).turns(SESSION, 9))[-1][0] == 2


@pytest.mark.parametrize(
    ("kind", "words"),
    [("reset", "lost the connection"), ("not_primary", "lost the connection or its primary")],
)
async def test_a_lasting_failure_is_reported(server, kind, words):
    async with MongoDatabase.open(f"{server.uri}/?timeoutMS=2000") as database:
        server.fail("insert", kind, times=10_000)
        with pytest.raises(StorageError, match=rf"^MongoDB at 127\.0\.0\.1:\d+ ({words}|did not)"):
            await MongoHistory(database).append(turn("1"))


async def test_a_server_that_hangs_is_reported_in_time(server):
    async with MongoDatabase.open(f"{server.uri}/?timeoutMS=300") as database:
        server.fail("find", "hang", times=10_000)
        with pytest.raises(StorageError, match="did not answer in time"):
            await MongoHistory(database).recent(SESSION, 1)
        server.release()


async def test_an_exhausted_pool_is_reported(server):
    """The one connection is waiting for its answer; who had it gets that answer in the end."""
    async with MongoDatabase.open(f"{server.uri}/?maxPoolSize=1") as database:
        history = MongoHistory(database)
        asked = server.names().count("find")
        server.fail("find", "hang")
        first = asyncio.create_task(history.recent(SESSION, 1))
        while server.names().count("find") == asked:  # noqa: ASYNC110 - it is in another thread
            await asyncio.sleep(0.005)
        with (
            pymongo.timeout(0.2),
            pytest.raises(StorageError, match="has no free connection; raise maxPoolSize"),
        ):
            await history.recent(SESSION, 1)
        server.release()
        assert await first == []


@pytest.mark.parametrize("command", ["findAndModify", "insert", "update"])
@pytest.mark.parametrize("kind", ["reset", "reset_after"])
async def test_an_append_that_broke_off_is_completed_by_the_next(server, command, kind):
    """As after a death between its writes: once there, listed, in order, whoever comes between."""
    async with MongoDatabase.open(f"{server.uri}/?timeoutMS=5000&retryWrites=false") as database:
        history, archive = MongoHistory(database), MongoArchive(database)
        server.fail(command, kind)
        with pytest.raises(StorageError):
            await history.append(turn("1"))
        before = await ids(history)
        assert await history.append(turn("1")) is (before == [])
        await history.append(turn("2"))
        assert await ids(history) == ["1", "2"]
        assert [listed.session for listed in await archive.sessions(9)] == [SESSION]


@pytest.mark.parametrize("kind", ["reset", "reset_after"])
async def test_a_receipt_that_broke_off_is_completed_by_the_redelivery(server, kind):
    async with MongoDatabase.open(f"{server.uri}/?timeoutMS=5000&retryWrites=false") as database:
        inbox = MongoInbox(database, InboxLimits(per_session=2, total=2))
        server.fail("insert", kind)
        with pytest.raises(StorageError):
            await inbox.receive(turn("1").question)
        expected = Receipt.STORED if kind == "reset" else Receipt.KNOWN
        assert await inbox.receive(turn("1").question) is expected
        assert (await inbox.claim(lease_s=1)).question == turn("1").question


async def test_a_newer_schema_is_refused_and_left_alone(server):
    async with MongoDatabase.open(server.uri) as database:
        await database._database["meta"].update_one({"_id": "schema"}, {"$set": {"version": 99}})
    server.commands.clear()
    message = await refusal(server.uri)
    assert f"was written by a newer faqbot (schema 99, this one knows {SCHEMA})" in message
    assert set(server.names()) <= {"find", "endSessions"}


async def test_a_database_of_schema_1_is_brought_forward(server):
    """Its opinions have no reason, its open question can be claimed, and a person's turns found."""
    async with MongoDatabase.open(server.uri) as database:
        await MongoHistory(database).append(turn("1"))
        given = Feedback("1", "U1", helpful=True, given_at=NOON)
        await MongoArchive(database).give_feedback(given)
        await MongoInbox(database, InboxLimits(per_session=2, total=2)).receive(turn("2").question)
        await database.feedback.update_one(
            {"question_id": "1"}, {"$unset": {"reason": "", "expected": ""}}
        )
        await database.inbox.update_one({"_id": "2"}, {"$unset": {"attempts": ""}})
        await database.turns.update_one({"_id": "1"}, {"$unset": {"tags": ""}})
        await database._database["meta"].update_one({"_id": "schema"}, {"$set": {"version": 1}})
    turns = server.store.collections["faqbot.turns"]
    turns.indexes = [index for index in turns.indexes if index["name"] != "by_asker_and_end"]
    async with MongoDatabase.open(server.uri) as database:
        archive = MongoArchive(database)
        assert await archive.opinions(["1"]) == [given]
        assert await archive.asked_by("U1", 9) == [turn("1")]
        reports, later = MongoReports(database), NOON + timedelta(days=1)
        assert len(await reports.latest(9, before=later, tag="person:U1")) == 1
        claim = await MongoInbox(database, InboxLimits(per_session=2, total=2)).claim(lease_s=1)
        assert (claim.question, claim.attempt) == (turn("2").question, 1)
        meta = await database._database["meta"].find_one({"_id": "schema"})
        assert meta["version"] == SCHEMA


async def test_requests_that_an_older_schema_keeps_as_reviews_become_requests(server):
    async with MongoDatabase.open(server.uri) as database:
        day, later = timedelta(days=1), NOON + timedelta(days=91)
        rows = [
            ("반품", "mina", NOON, NOON + 90 * day, later),
            ("배송", "", NOON, NOON + 180 * day, NOON),
            ("정산", "joon", NOON, NOON + day, None),
        ]
        names = ("_id", "who", "at", "due_at", "asked_at")
        await database.entry_reviews.insert_many(dict(zip(names, row, strict=True)) for row in rows)
        await database.meta.update_one({"_id": "schema"}, {"$set": {"version": 9}})
    async with MongoDatabase.open(server.uri) as database:
        reports = MongoReports(database)
        assert await reports.review_requests() == [
            ReviewRequest("반품", later, 90 * day),
            ReviewRequest("배송", NOON, 180 * day),
        ]
        assert [one.title for one in await reports.reviews()] == ["반품", "정산"]


async def test_opening_again_makes_nothing_anew(server):
    for _ in range(2):
        server.commands.clear()
        async with MongoDatabase.open(server.uri):
            pass
    assert "createIndexes" not in server.names()


async def test_many_may_open_a_new_database_at_once(server):
    async def use(number: int) -> bool:
        async with MongoDatabase.open(server.uri) as database:
            return await MongoHistory(database).append(turn(str(number)))

    assert await asyncio.gather(*map(use, range(8))) == [True] * 8


async def test_tls_is_used_and_checked(tmp_path: Path):
    """With the authority that the URI names, and not with any other."""
    if not (openssl := shutil.which("openssl")):
        pytest.skip("NOT RUN: openssl, which makes the certificate, is not here")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = (
        f"{openssl} req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
        f" -subj /CN=test -addext subjectAltName=IP:127.0.0.1 -keyout {key} -out {certificate}"
    )
    pipe = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*command.split(), stdout=pipe, stderr=pipe)
    assert await process.wait() == 0
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    with MongoServer(tls=context).running() as tls:
        uri = f"{tls.uri}/?tls=true&serverSelectionTimeoutMS=500"
        async with MongoDatabase.open(f"{uri}&tlsCAFile={certificate}") as database:
            assert await MongoHistory(database).append(turn("1"))
        assert "does not answer" in await refusal(uri)
