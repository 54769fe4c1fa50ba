"""Who reads an answer on the web: the profile's channels by place, its groups by name."""

import json
from dataclasses import replace

import aiohttp
import pytest
from fakes.web_bot import running_bot

from core.assistant.audiences import Audiences
from core.profile import ChannelRules, ReaderGroup

SERVICE_TOKEN = "a-token-of-a-service"  # noqa: S105
ASKED = "정산은 언제 되나요?"
CLOSED = "팀장 보너스는 얼마인가요?"


@pytest.fixture
async def bot(tmp_path, profile):
    """Two channels, of the page and of all the web, and a group of one person."""
    page = ChannelRules("홈페이지", ("web:page",), ("고객",))
    web = ChannelRules("웹", ("web",), ("고객", "인사"))
    known = replace(
        profile, channels=(page, web), groups=(ReaderGroup("팀장", ("web:mina",), ("급여",)),)
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


# Of each surface of the web: a request about what another person was told, and how it ends.
SURFACES = (
    ("GET", "{asked}", None, 404),
    ("GET", "{asked}?html", None, 404),
    ("GET", "{asked}/events", None, 404),
    ("GET", "{asked}/sources/1", None, 404),
    ("GET", "{session}", None, 404),
    ("GET", "{session}/events", None, 404),
    ("PUT", "{asked}/opinion", {"helpful": False}, 404),
    ("DELETE", "{asked}/opinion", None, 404),
    ("POST", "{asked}/followups/0?wait", None, 403),
    ("PATCH", "{asked}?wait", {"text": "다시 말해 줘"}, 403),
    ("POST", "{asked}/stop", None, 403),
    ("DELETE", "{asked}", None, 403),
    ("DELETE", "{session}", None, 404),
    ("GET", "{streaming}", None, 404),
    ("POST", "{streaming}", None, 404),
    ("GET", "{chats}", None, 404),
    ("GET", "/api/v1/sessions", None, 200),
    ("GET", "/v1/sessions", None, 200),
    ("GET", "/api/v1/about", None, 200),
)


@pytest.mark.parametrize("reader", ["jun", ""])
async def test_what_a_named_person_was_told_is_read_by_nobody_else(bot, reader):
    """A link to it says nothing: a group's entries may be in the answer."""
    service = {"Authorization": f"Bearer {SERVICE_TOKEN}"}
    mina = service | {"Faqbot-Person": "mina"}
    other = service | {"Faqbot-Person": reader} if reader else {}
    async with aiohttp.ClientSession(bot.address) as http:

        async def sent(method, path, body, headers):
            async with http.request(method, path, json=body, headers=headers) as response:
                return response.status, await response.text()

        status, told = await sent("POST", "/api/v1/questions?wait", {"text": CLOSED}, mina)
        assert status == 200
        told, chats = json.loads(told), "/v1/sessions/one/chats"
        _, begun = await sent("POST", chats, {"user_message": CLOSED}, mina)
        paths = {
            "asked": f"/api/v1/questions/{told['id']}",
            "session": f"/api/v1/sessions/{told['session']}",
            "streaming": f"/v1/streaming/{json.loads(begun)['streaming_id']}",
            "chats": chats,
        }
        for method, path, body, status in SURFACES:
            ended, text = await sent(method, path.format(**paths), body, other)
            assert (ended, CLOSED in text) == (status, False), (method, path)
        for path in paths.values():
            status, _ = await sent("GET", path, None, mina)
            assert status == 200, path
