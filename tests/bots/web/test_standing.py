"""Who reads an answer on the web: the profile's channels by place, its groups by name."""

from dataclasses import replace

import aiohttp
import pytest
from fakes.web_bot import running_bot

from core.assistant.audiences import Audiences
from core.profile import Channel, Group

SERVICE_TOKEN = "a-token-of-a-service"  # noqa: S105
ASKED = "정산은 언제 되나요?"


@pytest.fixture
async def bot(tmp_path, profile):
    """Two channels, of the page and of all the web, and a group of one person."""
    page = Channel("홈페이지", ("web:page",), ("고객",))
    web = Channel("웹", ("web",), ("고객", "인사"))
    known = replace(
        profile, channels=(page, web), groups=(Group("팀장", ("web:mina",), ("급여",)),)
    )
    audiences = Audiences(known.channels, known.groups)
    async with running_bot(
        tmp_path, known, audiences=audiences, web_service_token=SERVICE_TOKEN
    ) as running:
        running.audiences = audiences
        yield running


async def scope_of(bot, path, body, person=""):
    """Ask, and return the scope of the question."""
    headers = {"Authorization": f"Bearer {SERVICE_TOKEN}", "Faqbot-Person": person}
    async with (
        aiohttp.ClientSession(headers=headers if person else {}) as http,
        http.post(f"{bot.address}{path}", json=body) as response,
    ):
        assert response.status in {200, 201}, await response.text()
        await response.read()
    return await bot.audiences.of(bot.assistant.asked[-1])


@pytest.mark.parametrize(
    ("person", "withheld"), [("", ("급여",)), ("jun", ("급여",)), ("mina", ())]
)
async def test_the_api_tells_a_groups_entries_to_its_people_alone(bot, person, withheld):
    scope = await scope_of(bot, "/api/v1/questions?wait", {"text": ASKED}, person)
    assert (scope.channel.name, scope.public) == ("웹", False)
    assert (scope.audience.only, scope.audience.withheld) == (("고객", "인사"), withheld)


async def test_the_page_has_a_channel_of_its_own(bot):
    """Its conversations begin as the page begins them."""
    api = f"{bot.address}/api/v1"
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        async with http.post(f"{api}/sessions") as response:
            session = (await response.json())["session"]
        body = {"text": ASKED, "session": session}
        async with http.post(f"{api}/questions?wait", json=body) as response:
            assert response.status == 200, await response.text()
    scope = await bot.audiences.of(bot.assistant.asked[-1])
    assert (scope.channel.name, scope.audience.only) == ("홈페이지", ("고객",))


async def test_a_client_of_the_reference_api_is_told_what_is_for_all(bot):
    async with aiohttp.ClientSession() as http:
        chats, body = f"{bot.address}/v1/sessions/one/chats", {"user_message": ASKED}
        async with http.post(chats, json=body) as response:
            streaming = (await response.json())["streaming_id"]
        async with http.get(f"{bot.address}/v1/streaming/{streaming}") as response:
            assert response.status == 200
            await response.read()
    scope = await bot.audiences.of(bot.assistant.asked[-1])
    assert (scope.channel.name, scope.audience.withheld) == ("웹", ("급여",))


@pytest.mark.parametrize("reader", ["jun", ""])
async def test_what_a_named_person_was_told_is_read_by_nobody_else(bot, reader):
    """A link to it says nothing: a group's entries may be in the answer."""
    api, service = f"{bot.address}/api/v1", {"Authorization": f"Bearer {SERVICE_TOKEN}"}
    mina = service | {"Faqbot-Person": "mina"}
    other = service | {"Faqbot-Person": reader} if reader else {}
    async with aiohttp.ClientSession() as http:
        async with http.post(
            f"{api}/questions?wait", json={"text": ASKED}, headers=mina
        ) as response:
            told = await response.json()
        asked, session = f"{api}/questions/{told['id']}", f"{api}/sessions/{told['session']}"
        for path in (asked, f"{asked}/events", f"{asked}/sources/1", session):
            async with http.get(path, headers=other) as response:
                assert response.status == 404
        for path in (asked, session):
            async with http.get(path, headers=mina) as response:
                assert response.status == 200
