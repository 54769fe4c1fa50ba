"""What strangers at one address can take from everybody else: not much."""

import asyncio
import secrets

import aiohttp
import pytest
from fakes.web_bot import running_bot
from fakes.web_person import Person, path_of

from config.settings import Settings

ROOM = 12


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """Let no store be away because the machine is busy."""
    monkeypatch.setattr("core.messaging.inbox.offline._SOON_S", 30.0)


@pytest.fixture
async def proxied(tmp_path, profile):
    """Behind a proxy on this machine, which says for whom it asks; nobody answers."""
    given = {"web_proxies": "127.0.0.1", "inbox_total": ROOM}
    async with running_bot(tmp_path, profile, working=False, **given) as bot:
        yield bot


async def ask(bot, address):
    """Ask from an address, with an invented cookie; the status."""
    headers = {"X-Forwarded-For": address}
    cookies = {"faqbot_person": secrets.token_urlsafe(32)}
    async with (
        aiohttp.ClientSession(headers=headers, cookies=cookies) as http,
        http.post(f"{bot.address}/api/v1/questions", json={"text": "질문"}) as response,
    ):
        return response.status


async def test_one_address_fills_half_of_the_room_whatever_cookies_it_invents(proxied):
    got = [await ask(proxied, "203.0.113.1") for _ in range(3 * ROOM)]
    assert got.count(202) == ROOM // 2
    assert set(got[ROOM // 2 :]) == {429}
    assert await ask(proxied, "198.51.100.7") == 202


async def test_many_addresses_leave_room_for_one_more(proxied):
    for _ in range(ROOM):
        for number in range(1, 6):
            await ask(proxied, f"203.0.113.{number}")
    assert await ask(proxied, "198.51.100.7") == 202


async def test_all_of_an_ipv6_network_is_one_address(proxied):
    got = [await ask(proxied, f"2001:db8:7:7::{number:x}") for number in range(1, ROOM)]
    assert got.count(202) == ROOM // 2


async def test_what_a_client_says_of_its_address_counts_for_nothing(tmp_path, profile, caplog):
    async with running_bot(tmp_path, profile, working=False, inbox_total=ROOM) as bot:
        got = [await ask(bot, f"203.0.113.{number}") for number in range(ROOM)]
    assert got.count(202) == ROOM // 2
    warned = [line for line in caplog.messages if "FAQBOT_WEB_PROXIES" in line]
    assert len(warned) == 1  # or nobody would know why


async def test_what_is_answered_makes_room(tmp_path, profile, monkeypatch):
    monkeypatch.setattr("bots.web.admission._AGAIN_S", 0.0)
    async with running_bot(tmp_path, profile, inbox_total=4) as bot:
        person = Person(bot.address)
        for number in range(12):
            message = await person.ask(f"질문 {number}")
            await person.until(lambda message=message: message.ending)
        await person.close()


async def test_what_has_ended_is_forgotten_also_where_the_room_was_full(
    tmp_path, profile, monkeypatch
):
    monkeypatch.setattr("bots.web.admission._AGAIN_S", 0.0)
    async with running_bot(tmp_path, profile, web_proxies="127.0.0.1", inbox_total=4) as bot:
        for number in range(20):
            assert await ask(bot, f"203.0.113.{number}") in (200, 202, 503)
        while await bot.service.waiting(9):  # noqa: ASYNC110 - the inbox tells nobody
            await asyncio.sleep(0.01)
        assert {await ask(bot, "198.51.100.7") for _ in range(2)} == {202}


async def test_one_address_asks_as_much_as_some_people(tmp_path, profile):
    given = {"per_minute": 2, "web_people_per_address": 3}
    async with running_bot(tmp_path, profile, working=False, **given) as bot:
        got = [await ask(bot, "") for _ in range(8)]
        assert got == [202] * 6 + [429] * 2


async def test_a_question_that_is_sent_again_counts_once(tmp_path, profile):
    async with running_bot(tmp_path, profile, working=False, inbox_total=4) as bot:
        person = Person(bot.address)
        body = {"text": "질문", "id": secrets.token_urlsafe(16)}
        got = [(await person.call("POST", "/questions", body))[0] for _ in range(10)]
        assert set(got) == {202}
        await person.close()


async def test_opinions_have_a_limit(tmp_path, profile):
    async with running_bot(tmp_path, profile) as bot:
        person = Person(bot.address)
        message = await person.ask("질문")
        await person.until(lambda: message.ending)
        url = f"{bot.address}/api/v1{path_of(message)}/opinion"

        async def rate():
            cookies = {"faqbot_person": secrets.token_urlsafe(32)}
            async with (
                aiohttp.ClientSession(cookies=cookies) as http,
                http.put(url, json={"helpful": False}) as response,
            ):
                return response.status

        got = await asyncio.gather(*(rate() for _ in range(50)))
        assert set(got) == {204, 429}
        assert len(await bot.stores.archive.opinions([message.id])) == got.count(204)
        await person.close()


@pytest.mark.parametrize("wrong", ["10.0.0.300", "proxy.example", "10.0.0.0/40"])
def test_a_proxy_is_an_address_or_a_network(wrong):
    with pytest.raises(ValueError, match="neither an address nor a network"):
        Settings(_env_file=None, web_proxies=wrong)
