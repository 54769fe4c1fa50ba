"""Who may come in to the web: the token, names and origins, and what a browser is told."""

import aiohttp
import pytest
from fakes.web_bot import running_bot
from fakes.web_person import Person, path_of

from bots.shared.addresses import is_loopback
from bots.web.exposure import check_exposure
from bots.web.visitors import UnknownNameError, asker_of, named, new_secret
from core.errors import ConfigError

TOKEN = "a-token-of-some-length"  # noqa: S105 - the tests' own
BEARER = {"Authorization": f"Bearer {TOKEN}"}
SERVICE_TOKEN = "another-one-for-services"  # noqa: S105 - the tests' own
SERVICE = {"Authorization": f"Bearer {SERVICE_TOKEN}"}


@pytest.fixture
async def bot(tmp_path, profile):
    """For this machine alone, without a token."""
    async with running_bot(tmp_path, profile) as running:
        yield running


@pytest.fixture
async def guarded(tmp_path, profile):
    """With a token."""
    tokens = {"web_token": TOKEN, "web_service_token": SERVICE_TOKEN}
    async with running_bot(tmp_path, profile, **tokens) as running:
        yield running


@pytest.fixture
async def http():
    """A client that keeps no cookies."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield session


# Where it listens.


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.1.2.3"])
def test_here_it_listens_without_a_token(host):
    check_exposure(host, "")


@pytest.mark.parametrize("host", ["::", "192.168.0.5", "faq.example", "127.0.0.1.evil"])
def test_elsewhere_it_listens_with_a_token_alone(host):
    with pytest.raises(ConfigError, match="set FAQBOT_WEB_TOKEN as well"):
        check_exposure(host, "")
    check_exposure(host, TOKEN)


def test_a_short_token_is_refused_and_not_shown():
    with pytest.raises(ConfigError, match="at least 16 characters") as caught:
        check_exposure("127.0.0.1", "s3cret")
    assert "s3cret" not in str(caught.value)


def test_a_name_that_looks_like_this_machine_is_not():
    assert not is_loopback("localhost.evil.example")


# The token.


async def test_without_the_token_there_is_no_answer(guarded, http):
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {TOKEN}"}):
        for path in ("sessions", "questions/web:page:0123456789abcdef:1/events"):
            url = f"{guarded.address}/api/v1/{path}"
            async with http.get(url, headers=headers) as response:
                assert response.status == 401
                assert response.headers["WWW-Authenticate"].startswith("Bearer")
                assert response.content_type == "application/problem+json"
    url = f"{guarded.address}/api/v1/sessions"
    async with http.get(url, headers=BEARER) as response:
        assert response.status == 200


async def test_the_page_itself_and_its_health_need_none(guarded, http):
    for path in ("/", "/app.js", "/healthz", "/readyz", "/api/v1/about", "/api/v1/openapi.json"):
        async with http.get(guarded.address + path) as response:
            assert response.status == 200


async def test_the_page_exchanges_the_token_for_a_cookie_that_does_not_tell_it(guarded):
    person = Person(guarded.address)
    assert (await person.call("GET", "/about"))[1]["let_in"] is False
    status, problem = await person.call("POST", "/login", {"token": "wrong"})
    assert (status, "키가 맞지 않아요" in problem["detail"]) == (401, True)
    url = f"{guarded.address}/api/v1/login"
    async with person.http.post(url, json={"token": TOKEN}) as response:
        cookie = response.headers["Set-Cookie"]
        assert ("HttpOnly" in cookie, "SameSite=Strict" in cookie) == (True, True)
        assert TOKEN not in cookie
    assert (await person.call("GET", "/about"))[1]["let_in"] is True
    assert (await person.call("POST", "/questions?wait", {"text": "질문"}))[0] == 200
    assert (await person.call("DELETE", "/login"))[0] == 204
    assert (await person.call("GET", "/sessions"))[0] == 401
    await person.close()


async def test_tokens_cannot_be_tried_out_forever(guarded):
    person = Person(guarded.address)
    tried = [(await person.call("POST", "/login", {"token": f"wrong {n}"}))[0] for n in range(12)]
    assert (tried[:10], tried[10:]) == ([401] * 10, [429] * 2)
    await person.close()


async def test_the_right_token_is_never_locked_out(guarded, http):
    """Whoever shares an address with somebody who tries tokens still comes in."""
    login, sessions = (f"{guarded.address}/api/v1/{path}" for path in ("login", "sessions"))
    for _ in range(20):
        async with http.post(login, json={"token": "not it"}) as response:
            last = response.status
    assert last == 429
    async with http.post(login, json={"token": TOKEN}) as response:
        assert response.status == 204
    async with http.get(sessions, headers=BEARER) as response:
        assert response.status == 200


async def test_tokens_in_headers_cannot_be_tried_out_forever_either(guarded, http):
    url = f"{guarded.address}/api/v1/sessions"
    told = []
    for number in range(13):
        async with http.get(url, headers={"Authorization": f"Bearer {number}"}) as response:
            told.append(response.status)
    assert (told[:10], told[10:]) == ([401] * 10, [429] * 3)
    async with http.get(url) as response:  # who shows none tries none
        assert response.status == 401


def test_a_service_has_a_token_of_its_own():
    for wrong in ("too short", TOKEN):
        with pytest.raises(ConfigError, match="FAQBOT_WEB_SERVICE_TOKEN"):
            check_exposure("127.0.0.1", TOKEN, wrong)


@pytest.mark.parametrize("origin", ["http://[", "http://[::1", "://", "http://\uff3b", "null"])
async def test_an_origin_that_is_none_is_refused(bot, http, origin):
    url = f"{bot.address}/api/v1/questions"
    async with http.post(url, json={"text": "질문"}, headers={"Origin": origin}) as response:
        assert response.status == 403


async def test_a_proxy_with_https_makes_the_cookie_secure(guarded, http):
    url = f"{guarded.address}/api/v1/login"
    headers = {"X-Forwarded-Proto": "https"}
    async with http.post(url, json={"token": TOKEN}, headers=headers) as response:
        assert "Secure" in response.headers["Set-Cookie"]


# Who asks.


async def test_a_service_names_the_person(guarded):
    named = [{**SERVICE, "Faqbot-Person": name} for name in ("mina", "jun")]
    mina, jun = [Person(guarded.address, **headers) for headers in named]
    message = await mina.ask("질문")
    await mina.until(lambda: message.ending)
    assert guarded.assistant.asked[0].asker == "web:mina"
    assert len((await mina.call("GET", "/sessions"))[1]["sessions"]) == 1
    assert (await jun.call("GET", "/sessions"))[1]["sessions"] == []
    assert (await jun.call("DELETE", path_of(message)))[0] == 403
    await mina.close()
    await jun.close()


async def test_nobody_else_may_name_one(bot, guarded, http):
    name = {"Faqbot-Person": "mina"}
    async with http.get(f"{bot.address}/api/v1/sessions", headers=name) as response:
        assert response.status == 403
    async with http.get(f"{guarded.address}/api/v1/sessions", headers=BEARER | name) as response:
        assert response.status == 403  # people have that token
    headers = SERVICE | {"Faqbot-Person": "~an asker's digest"}
    async with http.get(f"{guarded.address}/api/v1/sessions", headers=headers) as response:
        assert response.status == 400


def test_no_name_is_that_of_a_browser():
    with pytest.raises(UnknownNameError):
        named(asker_of(new_secret()).removeprefix("web:"))


async def test_a_browser_gets_its_cookie_once_and_no_script_reads_it(bot):
    person = Person(bot.address)
    url = f"{bot.address}/api/v1/about"
    async with person.http.get(url) as response:
        cookie = response.headers["Set-Cookie"]
        assert ("HttpOnly" in cookie, "SameSite=Strict" in cookie) == (True, True)
    async with person.http.get(url) as response:
        assert "Set-Cookie" not in response.headers
    await person.close()


# Names and origins.


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example:80", "localhost.evil", ""]
)
async def test_a_name_that_was_pointed_here_is_refused(bot, http, host):
    """DNS rebinding: a page elsewhere whose name has become this address."""
    async with http.get(f"{bot.address}/api/v1/about", headers={"Host": host}) as response:
        assert response.status == 403


@pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1", "[::1]:8080"])
async def test_this_machine_has_several_names(bot, http, host):
    async with http.get(f"{bot.address}/api/v1/about", headers={"Host": host}) as response:
        assert response.status == 200


async def test_a_page_elsewhere_may_not_write(bot, http):
    url, json = f"{bot.address}/api/v1/questions", {"text": "질문"}
    for origin in ("https://evil.example", "null", bot.address + "0"):
        async with http.post(url, json=json, headers={"Origin": origin}) as response:
            assert response.status == 403
            assert "Access-Control-Allow-Origin" not in response.headers
    assert bot.assistant.asked == []
    async with http.post(url, json=json, headers={"Origin": bot.address}) as response:
        assert response.status == 202


async def test_a_page_that_is_named_may_call_the_api(tmp_path, profile, http):
    shop = "https://shop.example"
    async with running_bot(tmp_path, profile, web_token=TOKEN, web_origins=shop) as bot:
        url = f"{bot.address}/api/v1/questions"
        asking = {"Origin": shop, "Access-Control-Request-Method": "POST"}
        async with http.options(url, headers=asking) as response:
            assert response.status == 204
            assert response.headers["Access-Control-Allow-Origin"] == shop
            assert "Authorization" in response.headers["Access-Control-Allow-Headers"]
        headers = BEARER | {"Origin": shop}
        async with http.post(url, json={"text": "질문"}, headers=headers) as response:
            assert response.status == 202
            assert response.headers["Access-Control-Allow-Origin"] == shop
            assert response.headers["Vary"] == "Origin"
            assert "Access-Control-Allow-Credentials" not in response.headers
        async with http.options(
            url, headers=asking | {"Origin": "https://evil.example"}
        ) as response:
            assert "Access-Control-Allow-Origin" not in response.headers


# What every response says.


async def test_a_browser_is_told_to_be_careful(bot, http):
    for path in ("/", "/app.js", "/api/v1/about", "/nothing"):
        async with http.get(bot.address + path) as response:
            policy = response.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert response.headers["Referrer-Policy"] == "no-referrer"


async def test_the_page_has_no_script_or_style_of_its_own_in_it(bot, http):
    async with http.get(bot.address) as response:
        page = await response.text()
    assert "style=" not in page
    assert "<style" not in page
    assert "onclick" not in page
    assert page.count("<script") == page.count("<script type") == 1
    assert "//" not in page.replace('xmlns="http://www.w3.org/2000/svg"', "")


async def test_no_question_token_or_id_is_logged(guarded, http, caplog):
    caplog.set_level("DEBUG", logger="bots")
    url = f"{guarded.address}/api/v1/questions?wait"
    async with http.post(url, json={"text": "비밀 질문"}, headers=BEARER) as response:
        told = await response.json()
    async with http.get(f"{guarded.address}/api/v1/questions/{told['id']}", headers=BEARER):
        pass
    assert "GET /api/v1/questions/{id} 200" in caplog.text
    for secret in (TOKEN, "비밀", told["session"].rpartition(":")[2]):
        assert secret not in caplog.text
