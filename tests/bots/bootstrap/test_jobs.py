"""Jobs: when they run, what a failure does, and fetching a source that may not have changed."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from contracts.inbox import Clock

from bots.bootstrap.jobs import Job, next_run, run_logged, scheduled
from bots.bootstrap.processes.members import Members, leaders
from bots.bootstrap.processes.seat import seated
from core.errors import ConfigError, SourceError, StorageError, StoreAwayError
from core.stores.sqlite.cluster import SqliteCluster
from core.stores.sqlite.database import SqliteFile
from ingest.sources.url import confirm, fetch


@pytest.fixture
async def cluster(tmp_path: Path):
    async with SqliteFile.open(tmp_path / "store.sqlite3") as file:
        yield SqliteCluster(file)


def job(name: str = "sweep", cron: str = "30 4 * * *", error: Exception | None = None) -> Job:
    async def run() -> str:
        if error:
            raise error
        return f"{name} is done"

    return Job(name, "", cron, run)


def test_a_job_runs_next_in_its_time_zone():
    now = datetime(2026, 7, 31, 12, 0, tzinfo=UTC)  # 21:00 in Seoul
    found = next_run(job(), timezone="Asia/Seoul", now=now)
    assert found == datetime(2026, 7, 31, 19, 30, tzinfo=UTC)


@pytest.mark.parametrize("cron", ["", "x", "* * * *", "99 * * * *"])
def test_what_is_no_cron_line_is_refused_by_name(cron):
    with pytest.raises(ConfigError, match="FAQBOT_SWEEP_CRON"):
        next_run(job(cron=cron), timezone="Asia/Seoul", now=datetime.now(UTC))


def test_what_is_no_time_zone_is_refused_by_name():
    with pytest.raises(ConfigError, match="FAQBOT_JOBS_TIMEZONE"):
        next_run(job(), timezone="Asia/Atlantis", now=datetime.now(UTC))


@pytest.mark.parametrize("error", [StorageError("the disk is full"), RuntimeError("a bug")])
async def test_a_job_that_fails_says_so(error, cluster, caplog):
    await run_logged(job(error=error), Members(cluster, "a"))
    assert "job sweep failed" in caplog.text
    assert str(error) in caplog.text


async def test_a_job_waits_for_a_store_that_is_away(cluster, caplog, monkeypatch):
    """Its next time may be a day later."""
    monkeypatch.setattr("core.retry._FIRST_PAUSE_S", 0.0)
    members, hold = Members(cluster, "a"), cluster.hold
    troubles = [StoreAwayError("an election"), StoreAwayError("still")]

    async def away_at_first(*where: str, lease_s: float) -> str:
        if troubles:
            raise troubles.pop()
        return await hold(*where, lease_s=lease_s)

    monkeypatch.setattr(cluster, "hold", away_at_first)
    away = [StoreAwayError("again")]

    async def run() -> str:
        if away:
            raise away.pop()
        return "told the owners"

    caplog.set_level(logging.INFO)
    await run_logged(Job("digest", "", "", run), members)
    assert "job digest: told the owners" in caplog.text
    assert "failed" not in caplog.text


async def test_one_of_three_processes_runs_a_job_and_the_others_know_who(cluster):
    members = [Members(cluster, name) for name in "abc"]
    runs: list[str] = []

    async def run() -> str:
        runs.append("resync")
        await asyncio.sleep(0.05)
        return ""

    await asyncio.gather(*(run_logged(Job("resync", "", "", run), one) for one in members))
    assert runs == ["resync"]
    (leader,) = (await leaders(cluster)).values()
    assert leader in {"a", "b", "c"}


async def test_a_long_job_keeps_its_lead_until_it_ends_or_its_process_dies(tmp_path, monkeypatch):
    monkeypatch.setattr("bots.bootstrap.processes.members._BEAT_S", 0.01)
    clock = Clock()
    async with SqliteFile.open(tmp_path / "store.sqlite3") as file:
        cluster = SqliteCluster(file, clock=clock)
        one, other = Members(cluster, "a"), Members(cluster, "b")
        assert await one.leads("resync")
        async with one.leading("resync"):
            for _ in range(3):
                clock.advance(10)
                await asyncio.sleep(0.2)
                assert not await other.leads("resync")
        clock.advance(16)  # nobody keeps it any more, as if its process had died
        assert await other.leads("resync")


async def test_processes_are_counted_while_they_are_there(cluster, monkeypatch):
    one, other = Members(cluster, "a"), Members(cluster, "b")
    await one.look()
    running = asyncio.create_task(other.run())
    while other.count < 2:  # noqa: ASYNC110 - a store has no event to wait for
        await asyncio.sleep(0.01)
    await one.look()
    assert one.count == 2
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    await one.look()
    assert one.count == 2, "it may be an outage, after which the other one comes again"
    monkeypatch.setattr("bots.bootstrap.processes.members.LEASE_S", 0)
    await one.look()
    assert one.count == 1


def test_a_seat_is_free_again_when_its_process_has_ended(tmp_path):
    with seated(tmp_path) as first, seated(tmp_path) as second:
        assert first != second
    with seated(tmp_path) as again:
        assert again == first


async def test_missed_times_are_one_run_and_a_failure_stops_nobody(cluster, monkeypatch, caplog):
    """The scheduler finds both jobs' times long past, runs each once, and goes on to the next."""
    started: list[AsyncIOScheduler] = []
    start = AsyncIOScheduler.start

    def note(scheduler: AsyncIOScheduler, *args: object) -> None:
        started.append(scheduler)
        start(scheduler, *args)

    monkeypatch.setattr(AsyncIOScheduler, "start", note)
    runs: list[str] = []
    both = asyncio.Event()

    def counting(name: str, error: Exception | None = None) -> Job:
        async def run() -> str:
            runs.append(name)
            if len(runs) == 2:
                both.set()
            if error:
                raise error
            return ""

        return Job(name, "", "* * * * *", run)

    failing = counting("retention", StorageError("the disk is full"))
    jobs = [failing, counting("sweep")]
    async with scheduled(jobs, members=Members(cluster, "a"), timezone="Asia/Seoul", jitter_s=0):
        [scheduler] = started
        for name in ("retention", "sweep"):
            due = datetime.now(UTC) - timedelta(hours=3)
            scheduler.modify_job(name, next_run_time=due)
        async with asyncio.timeout(30):
            await both.wait()
            while "failed" not in caplog.text:  # noqa: ASYNC110 - a log has no event
                await asyncio.sleep(0.01)
        assert [found.next_run_time > datetime.now(UTC) for found in scheduler.get_jobs()] == [
            True,
            True,
        ]
    assert sorted(runs) == ["retention", "sweep"]
    assert "job retention failed: the disk is full" in caplog.text


class _Site(BaseHTTPRequestHandler):
    body, etag, status, asked = b"", '"1"', 200, 0

    def do_GET(self) -> None:
        site = type(self)
        site.asked += 1
        same = self.headers.get("If-None-Match") == site.etag
        self.send_response(304 if same else site.status)
        self.send_header("ETag", site.etag)
        self.send_header("Content-Length", str(0 if same else len(site.body)))
        self.end_headers()
        if not same:
            self.wfile.write(site.body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[type[_Site], str]]:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    handler = type("Site", (_Site,), {})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield handler, f"http://127.0.0.1:{server.server_address[1]}/faq.csv?key=s3cret"
        server.shutdown()
        thread.join()


def test_a_source_is_fetched_again_only_if_it_changed(site, tmp_path: Path):
    handler, url = site
    handler.body = b"one"
    kept, changed = fetch(url, tmp_path)
    assert (kept.read_bytes(), kept.suffix, changed) == (b"one", ".csv", True)
    confirm(kept)
    assert fetch(url, tmp_path) == (kept, False)
    handler.body, handler.etag = b"two", '"2"'
    assert fetch(url, tmp_path) == (kept, True)
    assert kept.read_bytes() == b"two"


def test_what_was_not_ingested_is_fetched_again(site, tmp_path: Path):
    fetch(site[1], tmp_path)
    assert fetch(site[1], tmp_path)[1] is True


def test_a_source_that_fails_leaves_the_kept_file(site, tmp_path: Path):
    handler, url = site
    handler.body = b"one"
    kept, _ = fetch(url, tmp_path)
    confirm(kept)
    handler.status, handler.etag, handler.body = 503, '"2"', b"sorry"
    with pytest.raises(SourceError, match=r"^127.0.0.1 answers 503") as caught:
        fetch(url, tmp_path)
    assert "s3cret" not in str(caught.value)
    assert kept.read_bytes() == b"one"
    handler.status = 200
    assert fetch(url, tmp_path)[1] is True


def test_a_source_that_is_nowhere_is_one_line(tmp_path: Path):
    with pytest.raises(
        SourceError, match=r"^127\.0\.0\.1 cannot be reached; check the URL and the network"
    ):
        fetch("http://127.0.0.1:9/faq.csv", tmp_path)
