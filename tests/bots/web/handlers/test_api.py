"""The HTTP API, over real sockets: asking, looking up, and what people do with answers."""

import asyncio
import re
import secrets
from importlib.resources import files

import orjson
import pytest
from fakes.assistants import FOLLOWUPS, answered
from fakes.web_bot import running_bot
from fakes.web_person import ENDINGS, Person, events_of, new_session, path_of

from bots.web.app import routes
from bots.web.handlers.openapi import document
from bots.web.handlers.site import FILES
from bots.web.texts import load_texts
from config.settings import Settings
from core.types import Declined, Delta, Escalated, Failed, Label

WORDS = load_texts(Settings(_env_file=None))


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


async def done(person, message):
    return await person.until(lambda: message.ending)


async def streamed(person, body, path="/questions"):
    """The events of a question that is asked and answered in one request."""
    accept = {"Accept": "text/event-stream"}
    url = f"{person.address}/api/v1{path}"
    async with person.http.post(url, json=body, headers=accept) as response:
        assert response.content_type == "text/event-stream"
        return [event async for event in events_of(response)]


# Asking.


async def test_a_question_is_stored_before_it_is_acknowledged(tmp_path, profile):
    async with running_bot(tmp_path, profile, working=False) as bot:
        person = Person(bot.address)
        session = new_session()
        status, told = await person.call(
            "POST", "/questions", {"text": " 질문 ", "session": session, "id": "m1"}
        )
        assert (status, told["id"], told["state"]) == (202, f"{session}:m1", "answering")
        assert (told["answer"], told["mine"]) == (None, True)
        stored = await bot.stores.inbox.find(told["id"])
        assert (stored.question.text, stored.question.session) == ("질문", session)
        await person.close()


async def test_the_same_id_is_the_same_question(bot, person):
    body = {"text": "질문", "session": new_session(), "id": "m1"}
    answers = await asyncio.gather(*[person.call("POST", "/questions", body) for _ in range(5)])
    assert {told["id"] for _, told in answers} == {f"{body['session']}:m1"}
    status, told = await person.call("POST", "/questions?wait", body)
    assert (status, told["answer"]["text"]) == (200, "답: 질문")
    assert len(bot.assistant.asked) == 1


async def test_an_id_without_a_session_begins_one_and_is_the_same_question(bot, person):
    body = {"text": "질문", "id": secrets.token_urlsafe(16)}
    told = [await person.call("POST", "/questions?wait=5", body) for _ in range(2)]
    assert told[0] == told[1]
    assert len(bot.assistant.asked) == 1
    status, problem = await person.call("POST", "/questions", {"text": "질문", "id": "short"})
    assert (status, "16 to 64" in problem["detail"]) == (400, True)


async def test_one_request_asks_and_streams(bot, person):
    steps = (
        Delta("정산은 다음 영업일에 됩니다. 그리고 "),
        answered("정산은 다음 영업일에 됩니다."),
    )
    bot.assistant.script("질문", *steps)
    events = await streamed(person, {"text": "질문"})
    assert events[0].name == "question"
    assert re.fullmatch(r"web:api:[\w-]{22}:[\w-]{12}", events[0].data["id"])
    assert [event.name for event in events if event.name in ENDINGS] == ["answered"]
    ending = events[-1].data
    assert ending["text"] == "정산은 다음 영업일에 됩니다."
    assert ending["sources"] == [{"n": 1, "title": "정산은 언제 되나요?"}]
    assert [one["text"] for one in ending["followups"]] == list(FOLLOWUPS)


async def test_one_request_asks_and_waits_no_longer_than_it_is_told(bot, person):
    bot.assistant.script("질문", asyncio.Event())
    status, told = await person.call("POST", "/questions?wait=0", {"text": "질문"})
    assert (status, told["state"]) == (202, "answering")
    status, _ = await person.call("POST", "/questions?wait=9999", {"text": "질문"})
    assert status == 400


@pytest.mark.parametrize(
    ("ending", "kind"),
    [
        (Declined("사양합니다", ("이것?",), Label.OFF_TOPIC), "declined"),
        (Escalated("없습니다", ("가까운 것",)), "escalated"),
        (Failed("문제"), "failed"),
    ],
)
async def test_every_ending_has_its_name(bot, person, ending, kind):
    bot.assistant.script("질문", ending)
    events = await streamed(person, {"text": "질문"})
    assert (events[-1].name, events[-1].data["text"]) == (kind, ending.text)
    status, told = await person.call("GET", f"/questions/{events[0].data['id']}")
    assert (status, told["state"], told["answer"]["text"]) == (200, kind, ending.text)


async def test_the_page_gets_blocks_of_html(bot, person):
    bot.assistant.script("질문", answered("**굵게** <b>\n\n- 하나"))
    message = await person.ask("질문")
    await done(person, message)
    deltas = [event.data["html"] for event in message.told if "html" in event.data]
    assert deltas[-1]["blocks"][-2:] == [
        "<p><strong>굵게</strong> &lt;b&gt;</p>",
        "<ul><li>하나</li></ul>",
    ]
    _, told = await person.call("GET", f"{path_of(message)}?html")
    assert told["answer"]["html"] == deltas[-1]["blocks"]


# What is refused.


@pytest.mark.parametrize(
    ("body", "status", "text"),
    [
        ({"text": "  \n"}, 400, "empty_question"),
        ({"text": "".join(map(chr, range(0xAC00, 0xAC00 + 1001)))}, 413, "long_question"),
        ({}, 400, "`text`"),
        ({"text": 5}, 400, "`text`"),
        ({"text": "질문", "session": "slack:T1:C1:1"}, 400, "not a session of the web"),
        ({"text": "질문", "session": "web:page:short"}, 400, "not a session of the web"),
        ({"text": "질문", "session": f"web:page:{'a' * 22}", "id": "a:b>c"}, 400, "an id has"),
    ],
)
async def test_what_cannot_be_a_question(bot, person, profile, body, status, text):
    got, problem = await person.call("POST", "/questions", body)
    assert (got, problem["status"]) == (status, status)
    assert getattr(profile, text, text) in problem["detail"]
    assert bot.assistant.asked == []


async def test_control_characters_and_halves_of_characters_are_no_accident(bot, person):
    _, told = await person.call("POST", "/questions?wait", {"text": "질\u0000문\u001b"})
    assert told["text"] == "질문"
    url = f"{person.address}/api/v1/questions"
    json = {"Content-Type": "application/json"}
    async with person.http.post(url, data=b'{"text": "\\ud800"}', headers=json) as response:
        assert response.status == 400


async def test_bodies_are_json_objects_of_a_moderate_size(person):
    url = f"{person.address}/api/v1/questions"
    json = {"Content-Type": "application/json"}
    for data, headers, status in [
        (b'{"text": "a"}', {"Content-Type": "text/plain"}, 415),
        (b"text=a", {"Content-Type": "application/x-www-form-urlencoded"}, 415),
        (b"{", json, 400),
        (b"[]", json, 400),
        (b'{"text": "' + b"a" * 70_000 + b'"}', json, 413),
    ]:
        async with person.http.post(url, data=data, headers=headers) as response:
            assert response.status == status
            assert response.content_type == "application/problem+json"
            problem = orjson.loads(await response.read())
            assert problem["status"] == status
        if status == 413:
            assert problem["detail"] == WORDS.too_long


async def test_unknown_paths_methods_and_questions_are_problems(person):
    for method, path, status in [
        ("GET", "/nothing", 404),
        ("PUT", "/questions", 405),
        ("GET", "/questions/web:page:0123456789abcdef:none", 404),
        ("GET", "/questions/slack:T1:C1:1", 404),
        ("GET", "/questions/web:page:0123456789abcdef:none/events", 404),
        ("GET", "/sessions/slack:T1:C1:1", 404),
        ("GET", "/sessions/web:page:0123456789abcdef?limit=x", 400),
    ]:
        got, problem = await person.call(method, path)
        assert (got, problem["status"]) == (status, status)


async def test_who_asks_too_much_is_told_when_to_come_back(tmp_path, profile):
    async with running_bot(tmp_path, profile, per_minute=1) as bot:
        person, other = Person(bot.address), Person(bot.address)
        assert (await person.call("POST", "/questions", {"text": "하나"}))[0] in (200, 202)
        url = f"{bot.address}/api/v1/questions"
        async with person.http.post(url, json={"text": "둘"}) as response:
            assert (response.status, response.headers["Retry-After"]) == (429, "60")
            assert orjson.loads(await response.read())["detail"] == profile.limited
        assert (await other.call("POST", "/questions", {"text": "셋"}))[0] in (200, 202)
        await person.close()
        await other.close()


async def test_a_full_inbox_is_a_503_that_says_when_to_come_back(tmp_path, profile):
    async with running_bot(tmp_path, profile, working=False, inbox_total=1) as bot:
        person = Person(bot.address)
        await person.call("POST", "/questions", {"text": "하나"})
        url = f"{bot.address}/api/v1/questions"
        async with person.http.post(url, json={"text": "둘"}) as response:
            assert (response.status, response.headers["Retry-After"]) == (503, "5")
            assert orjson.loads(await response.read())["detail"] == profile.inbox_full
        await person.close()


# What people do with questions and answers.


async def test_a_follow_up_stays_pressed(bot, person):
    first = await person.ask("질문")
    await done(person, first)
    second = await person.press(first, 1)
    await done(person, second)
    assert (second.shown, second.session) == (f"답: {FOLLOWUPS[1]}", first.session)
    _, told = await person.call("GET", path_of(first))
    assert [one["pressed"] for one in told["answer"]["followups"]] == [False, True]
    status, problem = await person.call("POST", f"{path_of(first)}/followups/7")
    assert (status, problem["detail"]) == (410, bot.profile.stale_button)


async def test_a_follow_up_can_be_pressed_and_streamed_in_one_request(bot, person):
    first = await person.ask("질문")
    await done(person, first)
    events = await streamed(person, None, f"{path_of(first)}/followups/0")
    assert (events[0].data["text"], events[-1].name) == (FOLLOWUPS[0], "answered")


async def test_opinions_are_kept_and_shown_to_who_has_them(bot, person):
    message = await person.ask("질문")
    await done(person, message)
    path = f"{path_of(message)}/opinion"
    assert (await person.call("PUT", path, {"helpful": True}))[0] == 204
    opinion = {"helpful": False, "reason": "다른 내용", "expected": "정산일"}
    assert (await person.call("PUT", path, opinion))[0] == 204
    stored = await bot.stores.archive.opinions([message.id])
    assert [(one.helpful, one.reason, one.expected) for one in stored] == [
        (False, "다른 내용", "정산일")
    ]
    _, told = await person.call("GET", path_of(message))
    assert told["opinion"] == opinion
    assert (await person.call("DELETE", path))[0] == 204
    assert await bot.stores.archive.opinions([message.id]) == []
    assert (await person.call("DELETE", path))[0] == 404
    assert (await person.call("PUT", path, {"helpful": "yes"}))[0] == 400
    status, problem = await person.call("PUT", path, {"helpful": True, "reason": "가" * 501})
    assert (status, problem["detail"]) == (413, f"{WORDS.too_long} (`reason`: 500)")


async def test_an_answer_is_stopped_once_and_its_words_stay(bot, person, profile):
    bot.assistant.script("질문", Delta("여기까지는 쓰였습니다. 이제 그만. "), asyncio.Event())
    message = await person.ask("질문")
    await person.until(lambda: message.shown)
    assert (await person.call("POST", f"{path_of(message)}/stop"))[0] == 204
    await done(person, message)
    assert (message.told[-1].name, message.ending["note"]) == ("stopped", profile.stopped)
    status, problem = await person.call("POST", f"{path_of(message)}/stop")
    assert (status, problem["detail"]) == (409, profile.nothing_to_stop)
    _, told = await person.call("GET", path_of(message))
    assert (told["state"], told["answer"]["text"][:4]) == ("stopped", "여기까지")


async def test_a_question_that_waits_is_stopped_as_well(tmp_path, profile):
    async with running_bot(tmp_path, profile, working=False) as bot:
        person = Person(bot.address)
        message = await person.ask("질문")
        await person.until(lambda: message.told)
        assert (await person.call("POST", f"{path_of(message)}/stop"))[0] == 204
        await done(person, message)
        assert message.ending["note"] == profile.stopped
        assert (await person.call("GET", path_of(message)))[1]["state"] == "stopped"
        await person.close()


async def test_an_edit_is_answered_in_place_and_the_same_edit_changes_nothing(bot, person):
    message = await person.ask("정산이 언재")
    await done(person, message)
    status, told = await person.call("PATCH", f"{path_of(message)}?wait", {"text": "정산은 언제?"})
    assert (status, told["id"], told["answer"]["text"]) == (200, message.id, "답: 정산은 언제?")
    await person.call("PATCH", f"{path_of(message)}?wait", {"text": "정산은 언제?"})
    assert [question.text for question in bot.assistant.asked] == ["정산이 언재", "정산은 언제?"]
    assert (await person.call("PATCH", path_of(message), {"text": " "}))[0] == 400


async def test_what_is_deleted_is_gone_and_does_not_come_back(bot, person):
    message = await person.ask("질문")
    await done(person, message)
    assert (await person.call("DELETE", path_of(message)))[0] == 204
    for path in ("", "/events"):
        assert (await person.call("GET", path_of(message) + path))[0] == 404
    assert await bot.stores.archive.find(message.id) is None
    body = {"text": "질문", "session": message.session, "id": message.id.rpartition(":")[2]}
    assert (await person.call("POST", "/questions", body))[0] == 409


async def test_readers_of_what_is_deleted_are_told(bot, person):
    bot.assistant.script("질문", Delta("이 답은 끝나지 않습니다. 정말로요. "), asyncio.Event())
    message = await person.ask("질문")
    await person.until(lambda: message.shown)
    assert (await person.call("DELETE", path_of(message)))[0] == 204
    await done(person, message)
    assert message.told[-1].name == "withdrawn"


# Conversations.


async def test_a_conversation_is_read_by_pages(bot, person):
    session = new_session()
    for number in range(5):
        await done(person, await person.ask(f"질문 {number}", session))
    texts, after = [], 0
    while after is not None:
        _, page = await person.call("GET", f"/sessions/{session}?limit=2&after={after}")
        texts.append([question["text"] for question in page["questions"]])
        after = page["next"]
    assert texts == [["질문 0", "질문 1"], ["질문 2", "질문 3"], ["질문 4"]]


async def test_everybody_is_shown_their_own_conversations_alone(bot, person):
    other = Person(bot.address)
    mine = await person.ask("내 질문")
    again = await person.ask("다음 질문", mine.session)
    theirs = await other.ask("남의 질문")
    for message, who in ((mine, person), (again, person), (theirs, other)):
        await done(who, message)
    _, told = await person.call("GET", "/sessions")
    assert [(one["session"], one["title"]) for one in told["sessions"]] == [
        (mine.session, "내 질문")
    ]
    await other.close()


async def test_nobody_asks_in_the_conversation_of_somebody_else(bot, person):
    """Nor by a button below another's answer."""
    mine = await person.ask("내 질문")
    await done(person, mine)
    other = Person(bot.address)
    for _ in range(2):  # the first time without a cookie: that begins another conversation
        body = {"text": "끼어든 질문", "session": mine.session}
        status, told = await other.call("POST", "/questions?wait", body)
        assert status == 403 or told["session"] != mine.session
    assert (await other.call("POST", f"{path_of(mine)}/followups/0"))[0] == 403
    _, told = await person.call("GET", f"/sessions/{mine.session}")
    assert [one["text"] for one in told["questions"]] == ["내 질문"]
    await other.close()


async def test_a_conversation_that_somebody_chose_for_somebody_else_tells_them_nothing(bot, person):
    chosen = new_session()  # by whoever wants to read along
    other = Person(bot.address)
    await other.call("GET", "/about")
    await done(person, await person.ask("사업자번호를 바꾸려고요", chosen))
    assert (await other.call("GET", f"/sessions/{chosen}"))[0] == 404
    assert (await person.call("GET", f"/sessions/{chosen}"))[0] == 200
    await other.close()


async def test_a_conversation_that_the_server_began_is_read_by_its_link(bot, person):
    await person.call("GET", "/about")
    status, told = await person.call("POST", "/sessions")
    assert status == 201
    asked = await person.ask("정산일은?", told["session"])
    await done(person, asked)
    assert asked.session == told["session"]
    other = Person(bot.address)
    status, read = await other.call("GET", f"/sessions/{asked.session}")
    assert (status, [one["mine"] for one in read["questions"]]) == (200, [False])
    await other.close()


async def test_who_has_a_link_may_read_and_not_change(bot, person, profile):
    message = await person.ask("질문")
    await done(person, message)
    other = Person(bot.address)
    status, told = await other.call("GET", path_of(message))
    assert (status, told["mine"]) == (200, False)
    for method, path, body in [
        ("PATCH", "", {"text": "다른 질문"}),
        ("DELETE", "", None),
        ("POST", "/stop", None),
    ]:
        assert (await other.call(method, path_of(message) + path, body))[0] == 403
    await other.close()


async def test_what_a_browser_asked_can_be_forgotten(bot, person):
    message = await person.ask("질문")
    await done(person, message)
    (turn,) = [turn for _, turn in await bot.stores.archive.turns(message.session, 9)]
    cookie = {cookie.value for cookie in person.http.cookie_jar}.pop()
    assert turn.question.asker.startswith("web:~")
    assert cookie not in repr(turn)
    removed = await bot.stores.archive.forget(turn.question.asker)
    assert removed.turns == 1
    assert (await person.call("GET", "/sessions"))[1]["sessions"] == []


# About the server itself.


async def test_whether_it_is_alive_and_ready(tmp_path, profile):
    async with running_bot(tmp_path, profile, working=False) as bot:
        person = Person(bot.address)
        for path, status in (("healthz", 200), ("readyz", 503)):
            async with person.http.get(f"{bot.address}/{path}") as response:
                assert response.status == status
        running = asyncio.create_task(bot.service.run())
        await asyncio.sleep(0)
        async with person.http.get(f"{bot.address}/readyz") as response:
            assert response.status == 200
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await person.close()


async def test_the_page_is_there_and_is_not_sent_twice(bot, person):
    for name, kind in (("", "text/html"), ("app.js", "text/javascript"), ("style.css", "text/css")):
        async with person.http.get(f"{bot.address}/{name}") as response:
            assert (response.status, response.content_type) == (200, kind)
            tag = response.headers["ETag"]
        known = {"If-None-Match": tag}
        async with person.http.get(f"{bot.address}/{name}", headers=known) as response:
            assert response.status == 304


def test_every_file_of_the_page_is_served_and_none_asks_for_another():
    folder = files("bots.web") / "static"
    assert {path.name for path in folder.iterdir()} == {"index.html", "widget.js", *FILES}
    for name in FILES:
        script = (folder / name).read_text(encoding="utf-8")
        assert set(re.findall(r'from "\./([\w.]+)";', script)) <= set(FILES)


async def test_every_text_of_the_page_is_told(bot, person):
    _, about = await person.call("GET", "/about")
    page = ""
    for name in ("", *FILES):
        async with person.http.get(f"{bot.address}/{name}") as response:
            page += await response.text()
    page_uses = set(re.findall(r'data-(?:t|label|placeholder)="(\w+)"', page))
    page_uses |= set(re.findall(r"\bt\??\.(\w+)", page))
    assert page_uses <= about["texts"].keys()
    assert about["texts"].keys() - page_uses == {
        *(
            "not_found",
            "not_yours",
            "withdrawn",
            "token_wrong",
            "too_long",
        ),  # which the server says
        *("no_session", "no_stream", "source_gone"),
        *("no_script", "not_started"),  # which the HTML shows until the script has the others
    }


def test_every_route_is_described():
    described = {
        (method.upper(), path)
        for path, operations in document()["paths"].items()
        for method in operations
    }
    there = {
        (route.method, re.sub(r"\{(\w+):[^}]*\}+", r"{\1}", route.path))
        for route in routes()
        if route.path.startswith(("/api/", "/v1/", "/healthz", "/readyz"))
    }
    assert there == described


async def test_the_description_is_served(person):
    status, told = await person.call("GET", "/openapi.json")
    assert (status, told["openapi"]) == (200, "3.1.0")
    assert orjson.loads(orjson.dumps(document())) == told
