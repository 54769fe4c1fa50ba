"""Conversations over the API: live in every window, searched, renamed, deleted; sources, limits."""

import asyncio
import secrets

import pytest
from fakes.assistants import SOURCE, answered
from fakes.web_bot import running_bot
from fakes.web_person import Person, events_of, new_session, path_of

from core.types import Delta, Escalated

SHOP = "https://shop.example"
TOKEN = "a-token-of-the-shop"  # noqa: S105


@pytest.fixture
async def bot(tmp_path, profile):
    """The bot on the web, without limits."""
    async with running_bot(tmp_path, profile) as running:
        yield running


@pytest.fixture
async def person(bot):
    """Somebody at the page."""
    person = Person(bot.address)
    yield person
    await person.close()


class Window:
    """A second window of the same person on a conversation, on any process of the bot."""

    def __init__(self, person, session, address=""):
        self.url = f"{address or person.address}/api/v1/sessions/{session}/events"
        self.http, self.shown, self.changed = person.http, None, asyncio.Event()
        self.task = asyncio.create_task(self._read())

    async def _read(self):
        async with self.http.get(self.url, raise_for_status=True) as response:
            async for event in events_of(response):
                self.shown = event.data
                self.changed.set()
                self.changed = asyncio.Event()

    async def until(self, true):
        async with asyncio.timeout(30):
            while self.shown is None or not true(self.shown["questions"]):
                await self.changed.wait()

    async def close(self):
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


async def done(person, message):
    return await person.until(lambda: message.ending)


async def test_what_one_window_does_is_seen_in_the_other(bot, person):
    await person.call("GET", "/about")  # as the page does, which brings the cookie
    session = new_session()
    window = Window(person, session)
    message = await person.ask("질문", session=session)
    await window.until(lambda shown: [one["text"] for one in shown] == ["질문"])
    await done(person, message)
    await person.call("PUT", f"{path_of(message)}/opinion", {"helpful": True})
    await window.until(lambda shown: shown and (shown[0]["opinion"] or {}).get("helpful") is True)
    await person.edit(message, "다른 질문")
    await window.until(lambda shown: [one["text"] for one in shown] == ["다른 질문"])
    await done(person, message)
    await person.delete(message)
    await window.until(lambda shown: shown == [])
    await window.close()


async def test_a_question_that_another_process_took_is_seen_too(tmp_path, profile, monkeypatch):
    monkeypatch.setattr("bots.web.handlers.conversations.LOOK_S", 0.05)
    async with (
        running_bot(tmp_path, profile) as one,
        running_bot(tmp_path, profile, working=False) as other,
    ):
        person = Person(one.address)
        await person.call("GET", "/about")  # brings the cookie, which is for both
        session = new_session()
        window = Window(person, session, other.address)
        await person.ask("질문", session=session)
        await window.until(lambda shown: [row["text"] for row in shown] == ["질문"])
        await window.close()
        await person.close()


async def test_a_reload_in_mid_answer_shows_the_question(bot, person):
    gate = asyncio.Event()
    bot.assistant.script("느린 질문", Delta("처음"), gate, answered("처음 끝"))
    message = await person.ask("느린 질문")
    status, told = await person.call("GET", f"/sessions/{message.session}?html")
    assert status == 200
    assert [(one["text"], one["answer"]) for one in told["questions"]] == [("느린 질문", None)]
    gate.set()
    await done(person, message)
    _, told = await person.call("GET", f"/sessions/{message.session}")
    assert [one["answer"]["text"] for one in told["questions"]] == ["처음 끝"]


async def test_a_conversation_is_named_after_its_first_question_also_once_that_was_edited(person):
    session = new_session()
    first = await person.ask("처음", session=session)
    await done(person, first)
    await done(person, await person.ask("둘째", session=session))
    await person.edit(first, "고친 처음")
    await done(person, first)
    _, told = await person.call("GET", "/sessions")
    assert [one["title"] for one in told["sessions"]] == ["고친 처음"]
    _, told = await person.call("GET", f"/sessions/{session}")
    asked = sorted(told["questions"], key=lambda one: one["asked_at"])
    assert [one["text"] for one in asked] == ["고친 처음", "둘째"]


async def test_a_conversation_can_be_renamed_and_searched_by_its_owner(bot, person):
    for text in ("정산은 언제", "반품은 어떻게"):
        await done(person, await person.ask(text))
    session = person.messages[0].session
    assert (await person.call("PATCH", f"/sessions/{session}", {"title": " 돈  이야기 "}))[0] == 204
    for search, titles in (
        ("", ["반품은 어떻게", "돈 이야기"]),
        ("돈", ["돈 이야기"]),
        ("정산", ["돈 이야기"]),
        ("답: 반품", ["반품은 어떻게"]),
        ("없는 말", []),
    ):
        _, told = await person.call("GET", "/sessions", params={"search": search})
        assert [one["title"] for one in told["sessions"]] == titles
    stranger = Person(bot.address)
    assert (await stranger.call("PATCH", f"/sessions/{session}", {"title": "x"}))[0] == 404
    assert (await stranger.call("DELETE", f"/sessions/{session}"))[0] == 404
    await stranger.close()


async def test_a_deleted_conversation_is_gone_with_its_answers(bot, person):
    message = await person.ask("질문")
    await done(person, message)
    assert (await person.call("DELETE", f"/sessions/{message.session}"))[0] == 204
    assert await bot.stores.archive.find(message.id) is None
    assert (await person.call("GET", "/sessions"))[1] == {"sessions": []}
    assert (await person.call("DELETE", f"/sessions/{message.session}"))[0] == 404


async def test_a_source_is_shown_as_it_was_used(bot, person):
    message = await person.ask("질문")
    await done(person, message)
    status, told = await person.call("GET", f"{path_of(message)}/sources/1")
    assert (status, told["title"], told["text"]) == (200, SOURCE.title, SOURCE.text)
    assert told["html"] == [f"<p>{SOURCE.text}</p>"]
    status, problem = await person.call("GET", f"{path_of(message)}/sources/2")
    assert (status, "볼 수 없어요" in problem["detail"]) == (404, True)


async def test_what_the_faq_does_not_have_can_be_rated_and_left_to_a_person(bot, person):
    bot.assistant.script("없는 것", Escalated("없어요", ("가까운 것",)))
    message = await person.ask("없는 것")
    assert (await done(person, message))["rated"] is True
    given = {"helpful": False, "reason": "handed_over", "expected": "알려 주세요"}
    assert (await person.call("PUT", f"{path_of(message)}/opinion", given))[0] == 204
    (kept,) = await bot.stores.archive.opinions([message.id])
    assert (kept.reason, kept.expected) == ("handed_over", "알려 주세요")


async def test_what_the_faq_does_not_have_waits_for_an_owner(tmp_path, profile):
    async with running_bot(tmp_path, profile, DISCORD_OWNERS="99") as bot:
        bot.assistant.script("없는 것", Escalated("없어요", ()))
        person = Person(bot.address)
        message = await person.ask("없는 것")
        assert (await done(person, message))["note"] == profile.case.kept
        (case,) = await bot.stores.cases.open(9)
        assert [one.question.id for one in case.waiters] == [message.id]
        assert not case.calls  # owners do not see the page
        await person.close()


async def test_over_the_limit_it_says_how_long_to_wait(tmp_path, profile):
    async with running_bot(tmp_path, profile, per_minute=1) as bot:
        person = Person(bot.address)
        body = {"text": "질문", "session": new_session(), "id": secrets.token_hex(4)}
        await person.call("POST", "/questions", body)
        url = f"{bot.address}/api/v1/questions"
        async with person.http.post(url, json={"text": "또"}) as response:
            assert response.status == 429
            assert 50 < int(response.headers["Retry-After"]) <= 60
        await person.close()


async def test_a_stopped_answer_is_still_there_after_a_restart(tmp_path, profile, monkeypatch):
    monkeypatch.setattr("bots.web.handlers.conversations.LOOK_S", 0.05)
    async with running_bot(tmp_path, profile) as bot:
        bot.assistant.script("질문", Delta("여기까지 씀"), asyncio.Event(), answered("끝"))
        person = Person(bot.address)
        session = (await person.call("POST", "/sessions"))[1]["session"]
        message = await person.ask("질문", session=session)
        await person.until(lambda: message.shown == "여기까지 씀")
        assert (await person.call("POST", f"{path_of(message)}/stop"))[0] == 204
        window = Window(person, message.session)
        await window.until(lambda shown: shown and shown[0]["state"] == "stopped")
        await window.close()
        await person.close()
    async with running_bot(tmp_path, profile) as bot:
        person = Person(bot.address)
        _, told = await person.call("GET", f"/sessions/{message.session}")
        (question,) = told["questions"]
        assert (question["state"], question["answer"]["text"]) == ("stopped", "여기까지 씀")
        await person.close()


async def test_the_page_speaks_korean_and_english(person):
    korean = (await person.call("GET", "/about?lang=ko"))[1]
    english = (await person.call("GET", "/about?lang=en"))[1]
    assert (korean["texts"]["ask"], english["texts"]["ask"]) == ("보내기", "Send")
    assert korean["texts"]["name"] == english["texts"]["name"]
    assert korean["texts"].keys() == english["texts"].keys()
    assert (await person.call("GET", "/about?lang=xx"))[1]["language"] == "ko"


async def test_the_messenger_is_nowhere_to_be_seen_on_a_site_that_may_not_show_it(
    tmp_path, profile
):
    """The reason is logged in the browser's console, for whoever built the site."""
    async with running_bot(tmp_path, profile, web_embed_origins=SHOP) as bot:
        person = Person(bot.address)

        async def script(site):
            headers = {"Referer": f"{site}/cart"} if site else {}
            async with person.http.get(f"{bot.address}/widget.js", headers=headers) as response:
                assert "Referer" in response.headers.getall("Vary")
                return await response.text()

        for site in (SHOP, ""):
            assert "createElement" in await script(site)
        other = await script("https://other.example")
        assert other.startswith("console.error(")
        assert "createElement" in await script("http://[")  # which is no address of a site
        assert "https://other.example" in other
        assert "createElement" not in other
        await person.close()


async def test_only_named_sites_may_show_the_messenger(tmp_path, profile):
    async with running_bot(tmp_path, profile, web_embed_origins=SHOP) as bot:
        person = Person(bot.address)
        async with person.http.get(f"{bot.address}/embed") as response:
            assert f"frame-ancestors {SHOP}" in response.headers["Content-Security-Policy"]
            assert "X-Frame-Options" not in response.headers
        async with person.http.get(f"{bot.address}/") as response:
            assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
            assert response.headers["X-Frame-Options"] == "DENY"
        await person.close()


async def test_without_such_a_site_there_is_no_messenger(person):
    async with person.http.get(f"{person.address}/embed") as response:
        assert response.status == 404
    assert (await person.call("POST", "/visitors"))[0] == 404


async def test_a_visitor_asks_without_the_token_as_oneself(tmp_path, profile):
    async with running_bot(
        tmp_path, profile, web_token=TOKEN, web_embed_origins=SHOP, web_host="127.0.0.1"
    ) as bot:
        person = Person(bot.address)
        assert (await person.call("GET", "/sessions"))[0] == 401
        passes = [(await person.call("POST", "/visitors"))[1]["visitor"] for _ in range(2)]
        for visitor, count in zip(passes, (1, 0), strict=True):
            headers = {"Faqbot-Visitor": visitor}
            if count:
                body = {"text": "질문", "id": secrets.token_hex(8)}
                await person.call("POST", "/questions?wait=10", body, headers=headers)
            _, told = await person.call("GET", "/sessions", headers=headers)
            assert len(told["sessions"]) == count
        forged = {"Faqbot-Visitor": f"{secrets.token_urlsafe(32)}.{'0' * 32}"}
        assert (await person.call("GET", "/sessions", headers=forged))[0] == 401
        await person.close()
