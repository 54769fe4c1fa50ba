"""`faqbot sessions`, `forget`, `jobs`, `backup` and `restore`, as a person types them."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from contracts.history import NOON, turn
from fakes.command_line import Cli

from bots.bootstrap.stores import open_spending, open_stores
from config.settings import Settings
from core.skills.meetings.meeting import Meeting, Slot
from core.stores.mongo.database import MongoDatabase
from core.stores.mongo.turns.archive import MongoArchive
from core.stores.mongo.turns.history import MongoHistory
from core.stores.sqlite.database import SqliteFile
from core.stores.sqlite.turns.archive import SqliteArchive
from core.stores.sqlite.turns.history import SqliteHistory
from core.types import Feedback


@pytest.fixture(params=["sqlite", "mongodb"])
async def kept(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """Three turns of two people in two sessions; the environment that says where."""
    if request.param == "sqlite":
        async with SqliteFile.open(tmp_path / "history.sqlite3") as file:
            await fill(SqliteHistory(file), SqliteArchive(file))
        return {}
    uri = f"{request.getfixturevalue('server').uri}/faqbot"
    async with MongoDatabase.open(uri) as database:
        await fill(MongoHistory(database), MongoArchive(database))
    return {"MONGODB_URI": uri}


async def fill(history, archive) -> None:
    for number, (asker, session) in enumerate([("U1", "web:a"), ("U2", "web:a"), ("U1", "web:b")]):
        await history.append(turn(str(number), asker=asker, session=session))
    given = Feedback("1", "U1", helpful=False, given_at=NOON, reason="옛 화면", expected="새 화면")
    await archive.give_feedback(given)


@pytest.fixture
def faqbot(tmp_path: Path) -> Cli:
    return Cli(tmp_path, tmp_path)


def test_sessions_are_listed_shown_and_exported(faqbot, kept):
    listed = faqbot("sessions", "list", **kept).stdout.splitlines()
    assert [line.split()[-1] for line in listed] == ["web:a", "web:b"]
    shown = faqbot("sessions", "show", "web:b", **kept).stdout
    assert "배송비는 어떻게 설정하나요?\n-> answered: 배송비는 [상품 등록]에서" in shown
    rows = [json.loads(row) for row in faqbot("sessions", "export", **kept).stdout.splitlines()]
    assert [row["question"]["id"] for row in rows] == ["0", "1", "2"]
    [given] = rows[1]["feedback"]
    assert (given["user"], given["reason"], given["expected"]) == ("U1", "옛 화면", "새 화면")
    one = faqbot("sessions", "export", "web:b", **kept).stdout.splitlines()
    assert [json.loads(row) for row in one] == rows[2:]
    missing = faqbot("sessions", "show", "web:c", **kept)
    assert (missing.returncode, missing.stderr) == (
        1,
        "faqbot: no such session; `faqbot sessions list` names those there are\n",
    )


def test_a_person_is_forgotten(faqbot, kept):
    done = faqbot("forget", "U1", **kept)
    assert done.stdout == "deleted: 2 turns, 0 received questions, 1 opinions\n"
    rows = [json.loads(row) for row in faqbot("sessions", "export", **kept).stdout.splitlines()]
    assert [(row["question"]["asker"], row["feedback"]) for row in rows] == [("U2", [])]


def test_jobs_are_listed_and_run(faqbot, kept):
    """Those that settings ask for; the retention deletes what is older."""
    assert faqbot("jobs", "list", **kept).stdout.startswith("sweep      * * * * *      next 2")
    days = {"FAQBOT_RETENTION_DAYS": "1", "FAQBOT_SOURCE": "faq.csv", **kept}
    listed = faqbot("jobs", "list", **days).stdout.splitlines()
    assert [line.split()[0] for line in listed] == ["sweep", "retention", "resync"]
    done = faqbot("jobs", "run", "retention", **days)
    assert done.stdout.startswith("older than 1 days and deleted: 3 turns")
    unknown = faqbot("jobs", "run", "retention", **kept)
    assert unknown.returncode == 1
    assert "no job 'retention'; there are sweep" in unknown.stderr


def test_the_source_is_synced_by_its_job(faqbot, tmp_path):
    source = tmp_path / "faq.csv"
    source.write_text("title,answer\n배송비 설정,설정에서 합니다.\n", encoding="utf-8")
    done = faqbot("jobs", "run", "resync", FAQBOT_SOURCE=str(source))
    assert done.stdout == "1 added, 0 changed, 0 unchanged, 0 removed\n", done.stderr
    done = faqbot("jobs", "run", "resync", FAQBOT_SOURCE=str(source))
    assert done.stdout == "0 added, 0 changed, 1 unchanged, 0 removed\n"


def test_the_history_is_backed_up_and_restored(faqbot, kept, tmp_path):
    """The embedded one; for MongoDB there are its own tools."""
    copy = tmp_path / "copy.sqlite3"
    done = faqbot("backup", copy, **kept)
    if kept:
        assert "back MongoDB up with mongodump" in done.stderr
        return
    assert faqbot("forget", "U1").returncode == 0
    assert faqbot("restore", copy).returncode == 0
    assert len(faqbot("sessions", "export").stdout.splitlines()) == 3


def test_the_doctor_looks_at_the_store_that_is_used(faqbot, server):
    """And says in one line that it is away, without the password."""
    found = faqbot("doctor", MONGODB_URI=f"{server.uri}/faqbot").stdout
    assert "✓ history: the MongoDB of MONGODB_URI answers" in found
    away = "mongodb://user:s3cret@127.0.0.1:9/?serverSelectionTimeoutMS=100"
    done = faqbot("doctor", MONGODB_URI=away)
    assert "✗ history: MongoDB at 127.0.0.1:9 does not answer" in done.stdout
    assert "s3cret" not in done.stdout + done.stderr


def test_no_command_leaves_a_file_that_others_may_read(faqbot, tmp_path):
    """Whatever writes it: exports, the index, the history."""
    assert faqbot("questions", "export", str(tmp_path / "questions.csv")).returncode in (0, 1)
    faqbot("sessions", "list")
    found = [path for path in tmp_path.rglob("*") if path.stat().st_mode & 0o077]
    assert found == []


def test_all_that_is_kept_of_a_person_is_exported_and_then_forgotten(faqbot, kept, tmp_path):
    """Also what their questions cost, wherever that is kept."""
    settings = Settings(_env_file=None, data_dir=tmp_path, **kept)

    async def spend():
        async with open_spending(settings) as spending:
            spending.charge("U1", 0.25)
            spending.charge("U2", 0.5)

    async def spent():
        async with open_spending(settings) as spending:
            return await spending.spent("U2")

    async def meet():
        start = datetime(2026, 12, 1, 9, tzinfo=UTC)
        slot = Slot(start, start + timedelta(hours=1))
        async with open_stores(settings) as stores:
            await stores.diary.book(Meeting("q1", "회의", "U1", (), slot))

    asyncio.run(spend())
    asyncio.run(meet())
    exported = faqbot("export-person", "U1", **kept)
    rows = [json.loads(row) for row in exported.stdout.splitlines()]
    assert exported.returncode == 0, exported.stderr
    assert [row["kind"] for row in rows] == ["turn", "turn", "opinion", "meeting", "cost"]
    assert {row["turn"]["question"]["id"] for row in rows[:2]} == {"0", "2"}
    assert rows[2]["opinion"]["reason"] == "옛 화면"
    assert rows[4]["cost"]["dollars"] == 0.25
    forgotten = faqbot("forget", "U1", **kept).stdout
    assert "what 1 days cost" in forgotten
    assert "1 meetings" in forgotten
    nothing = faqbot("export-person", "U1", **kept)
    assert (nothing.returncode, "nothing is stored" in nothing.stderr) == (1, True)
    assert kept or b"U1" not in (tmp_path / "spent.sqlite3").read_bytes()
    assert asyncio.run(spent()) == (0.75, 0.5)  # the sum of all stays


def test_a_source_is_named_without_its_password_and_token(faqbot):
    source = "https://reader:geheim@faq.example/faq.csv?token=s3cret"
    listed = faqbot("jobs", "list", FAQBOT_SOURCE=source).stdout
    assert "https://faq.example/faq.csv" in listed
    assert not any(secret in listed for secret in ("geheim", "s3cret", "reader"))
