"""Streams that meet trouble: restarts, replicas, slow readers, breaks, stores that are away."""

import asyncio
import socket
from contextlib import AsyncExitStack, ExitStack, contextmanager
from time import monotonic
from urllib.parse import urlsplit

import aiohttp
import pytest
from fakes.assistants import answered
from fakes.web_bot import free_port, running_bot
from fakes.web_person import Person, events_of, new_session, path_of

from bots.web import app
from bots.web.handlers import streams
from bots.web.problems import Problem
from bots.web.replies.hub import Readers
from core.errors import StorageError
from core.types import Delta

LONG = "정산은 구매확정 다음 영업일에 됩니다. "


@pytest.fixture
async def bot(tmp_path, profile):
    """The bot on the web."""
    async with running_bot(tmp_path, profile) as running:
        yield running


@pytest.fixture
async def person(bot):
    """Somebody at the page."""
    person = Person(bot.address)
    yield person
    await person.close()


async def events(person, message, last_id=""):
    headers = {"Last-Event-ID": last_id} if last_id else {}
    url = f"{person.address}/api/v1{path_of(message)}/events"
    async with person.http.get(url, headers=headers) as response:
        return response.status, [event async for event in events_of(response)]


async def test_an_answer_goes_on_after_a_restart_and_the_page_comes_back(tmp_path, profile):
    port = free_port()
    person = Person(f"http://127.0.0.1:{port}")
    async with running_bot(tmp_path, profile, web_port=port) as bot:
        bot.assistant.script("질문", Delta(LONG * 3), asyncio.Event())
        message = await person.ask("질문")
        await person.until(lambda: message.shown)
    async with running_bot(tmp_path, profile, web_port=port) as bot:
        bot.assistant.script("질문", Delta(LONG * 3), answered(LONG * 4))
        await person.until(lambda: message.ending)
    assert (message.told[-1].name, message.shown) == ("answered", LONG * 4)
    assert [event.name for event in message.told].count("answered") == 1
    await person.close()


async def test_an_answer_that_another_process_writes_gets_its_ending_here(tmp_path, profile):
    """A replica without a worker of its own: all it knows is in the stores."""
    async with (
        running_bot(tmp_path, profile, working=False) as here,
        running_bot(tmp_path, profile) as there,
    ):
        more = asyncio.Event()
        there.assistant.script("질문", Delta(LONG * 2), more, answered(LONG * 3))
        person = Person(here.address)
        message = await person.ask("질문")
        there.service.wake()
        await person.until(lambda: message.told)
        more.set()
        await person.until(lambda: message.ending)
        assert (message.shown, len(message.ending["followups"])) == (LONG * 3, 2)
        await person.edit(message, "고친 질문")
        there.service.wake()
        await person.until(lambda: message.ending)
        assert message.shown == "답: 고친 질문"
        await person.close()


async def test_a_question_that_is_deleted_elsewhere_ends_the_stream_here(tmp_path, profile):
    async with (
        running_bot(tmp_path, profile, working=False) as here,
        running_bot(tmp_path, profile, working=False) as there,
    ):
        person = Person(here.address)
        message = await person.ask("질문")
        await person.until(lambda: message.told)
        await there.service.withdraw(message.id)
        await person.until(lambda: message.ending)
        assert message.told[-1].name == "withdrawn"
        await person.close()


async def test_an_answer_is_read_again_from_the_store_after_a_restart(tmp_path, profile):
    async with running_bot(tmp_path, profile) as bot:
        person = Person(bot.address)
        message = await person.ask("질문")
        await person.until(lambda: message.ending)
        live = message.ending
    async with running_bot(tmp_path, profile) as bot:
        person.address = bot.address
        _, again = await events(person, message)
        assert [event.name for event in again if event.data][-2:] == ["delta", "answered"]
        assert again[-1].data == live
        _, told = await person.call("GET", path_of(message))
        assert told["answer"] == live
    await person.close()


async def test_a_broken_connection_goes_on_and_an_ended_one_is_not_asked_for_again(bot, person):
    more = asyncio.Event()
    bot.assistant.script("질문", Delta(LONG * 2), more, answered(LONG * 3))
    message = await person.ask("질문")
    await person.until(lambda: message.shown)
    had, last_id = message.shown, message.last_id
    message.following.cancel()
    more.set()
    status, told = await events(person, message, last_id)
    assert status == 200
    assert had + "".join(event.data["text"] for event in told if event.name == "delta") == LONG * 3
    assert (await events(person, message, told[-1].id))[0] == 204


async def test_whoever_does_not_read_holds_nobody_up(bot, person):
    """And their connections end with the answer."""
    more = asyncio.Event()
    text = LONG * 2_000
    bot.assistant.script("질문", Delta(LONG * 1_000), more, answered(text))
    message = await person.ask("질문")
    await person.until(lambda: message.shown)
    request = f"GET /api/v1{path_of(message)}/events?html HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    with ExitStack() as stack:
        for _ in range(20):
            stack.enter_context(silent_reader(bot.address, request))
        more.set()
        await person.until(lambda: message.ending)
    assert message.shown == text


async def test_a_reader_that_never_reads_is_cut_off_and_makes_room(tmp_path, profile, monkeypatch):
    monkeypatch.setattr(streams, "_WRITE_S", 2.0)
    monkeypatch.setattr("bots.web.platform.Readers", lambda profile: Readers(profile, most=1))
    async with running_bot(tmp_path, profile) as bot, AsyncExitStack() as stack:
        bot.assistant.script("질문", answered("·" * 3_000_000))
        person = Person(bot.address)
        stack.push_async_callback(person.close)
        _, told = await person.call("POST", "/questions?wait", {"text": "질문"})
        path = f"/api/v1/questions/{told['id']}/events"
        request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"
        with silent_reader(bot.address, request) as silent:
            # It has its place before anybody else asks for one, and reads no more than this.
            assert await asyncio.to_thread(silent.recv, 12) == b"HTTP/1.1 200"
            await until_status(person, path, 503)
            await until_status(person, path, 200)


async def until_status(person, path, status):
    """Ask until that is the answer, and read nothing of it."""
    async with asyncio.timeout(30):
        while True:
            async with person.http.get(person.address + path) as response:
                if response.status == status:
                    response.close()
                    return
            await asyncio.sleep(0.02)


@contextmanager
def silent_reader(address, request):
    """A connection with little room, on which something was asked for."""
    host = urlsplit(address)
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        connection.connect((host.hostname, host.port))
        connection.settimeout(30)
        connection.sendall(request.encode())
        yield connection


async def test_there_is_a_sign_of_life_while_nothing_comes(monkeypatch, bot, person):
    monkeypatch.setattr(streams, "HEARTBEAT_S", 0.02)
    bot.assistant.script("질문", asyncio.Event())
    message = await person.ask("질문")
    url = f"{person.address}/api/v1{path_of(message)}/events"
    async with person.http.get(url) as response:
        assert response.headers["X-Accel-Buffering"] == "no"
        async for line in response.content:
            if line == b": \n":
                break


async def test_too_many_readers_are_told_to_come_back(tmp_path, profile, monkeypatch):
    monkeypatch.setattr("bots.web.platform.Readers", lambda profile: Readers(profile, most=1))
    async with running_bot(tmp_path, profile, working=False) as bot:
        person = Person(bot.address)
        message = await person.ask("질문")
        await person.until(lambda: message.told)
        status, problem = await person.call("GET", f"{path_of(message)}/events")
        assert (status, problem["detail"]) == (503, profile.inbox_full)
        message.following.cancel()
        await person.close()


def test_one_person_does_not_take_everybodys_place(profile):
    readers = Readers(profile, most=200)
    with ExitStack() as stack:
        for _ in range(100):
            stack.enter_context(readers.one("web:mina"))
        with pytest.raises(Problem, match=profile.limited), readers.one("web:mina"):
            pass
        with readers.one("web:jun"):
            pass
    with readers.one("web:mina"):
        pass


async def test_the_end_does_not_wait_for_streams_that_are_open(tmp_path, profile):
    async with running_bot(tmp_path, profile) as bot:
        bot.assistant.script("질문", asyncio.Event())
        person = Person(bot.address)
        messages = [await person.ask("질문") for _ in range(5)]
        await person.until(lambda: all(message.told for message in messages))
        began = monotonic()
    assert monotonic() - began < 0.9
    await person.close()


async def test_what_cannot_be_stored_is_a_503_that_says_so(bot, person, monkeypatch, profile):
    async def away(_question):
        raise StorageError("the disk is full")

    monkeypatch.setattr(bot.stores.inbox, "receive", away)
    status, problem = await person.call("POST", "/questions", {"text": "질문"})
    assert (status, problem["detail"]) == (503, profile.not_stored)


async def test_a_store_that_is_away_for_a_while_ends_no_stream(tmp_path, profile, monkeypatch):
    async with running_bot(tmp_path, profile, working=False) as bot:
        person = Person(bot.address)
        message = await person.ask("질문")
        await person.until(lambda: message.told)
        find, missed = bot.stores.inbox.find, asyncio.Event()

        async def away(_id):
            missed.set()
            raise StorageError("locked")

        monkeypatch.setattr(bot.stores.inbox, "find", away)
        await missed.wait()
        monkeypatch.setattr(bot.stores.inbox, "find", find)
        await bot.service.withdraw(message.id)
        await person.until(lambda: message.ending)
        await person.close()


async def test_an_accident_in_a_handler_is_a_problem_too(bot, person, monkeypatch, profile, caplog):
    async def broken(_session, _limit, _after):
        raise RuntimeError("a defect")

    monkeypatch.setattr(bot.stores.archive, "turns", broken)
    status, problem = await person.call("GET", f"/sessions/{new_session()}")
    assert (status, problem["detail"]) == (500, profile.failed)
    assert "a defect" in caplog.text
    assert app.logger.name in caplog.text


async def test_many_follow_one_answer(bot, person):
    """One of them asks the stores, and all get the same end."""
    more = asyncio.Event()
    bot.assistant.script("질문", Delta(LONG * 2), more, answered(LONG * 3))
    message = await person.ask("질문")
    await person.until(lambda: message.shown)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        url = f"{person.address}/api/v1{path_of(message)}/events"

        async def read():
            async with http.get(url) as response:
                return [event async for event in events_of(response)][-1].name

        reading = [asyncio.create_task(read()) for _ in range(100)]
        await asyncio.sleep(0.2)
        more.set()
        assert set(await asyncio.gather(*reading)) == {"answered"}
