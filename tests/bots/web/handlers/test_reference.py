"""The API of the reference project: a client that was written for it works unchanged."""

import asyncio
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from fakes.assistants import answered
from fakes.web_bot import running_bot

from bots.web.ids import reference_place, streaming_id
from core.types import Delta, Question

DOCS = Path(__file__).parents[4] / "docs" / "web.md"
TOKEN = "a-token-of-the-shop"  # noqa: S105


@pytest.fixture
async def bot(tmp_path, profile):
    """The bot on the web, without limits."""
    async with running_bot(tmp_path, profile) as running:
        yield running


async def call(bot, method, path, **options):
    """The status and the JSON, as a client without cookies gets them."""
    jar = aiohttp.DummyCookieJar()
    async with (
        aiohttp.ClientSession(cookie_jar=jar) as http,
        http.request(method, f"{bot.address}/v1{path}", **options) as response,
    ):
        text = await response.text()
        is_json = response.content_type == "application/json"
        return response.status, json.loads(text) if is_json else text


async def ask(bot, session, text):
    status, told = await call(
        bot, "POST", f"/sessions/{session}/chats", json={"user_message": text}
    )
    assert (status, told["session_id"]) == (201, session), told
    return told["streaming_id"]


def data_of(stream):
    """The data of all events, put together as an EventSource does."""
    events = [part for part in stream.split("\n\n") if "data: " in part]
    return "".join(
        "\n".join(line[6:] for line in part.split("\n") if line.startswith("data: "))
        for part in events
    )


async def test_the_client_of_the_documentation_works_as_it_stands_there(bot):
    """Thirty lines, run as a program of its own."""
    bot.assistant.script(
        "정산은 언제 되나요?", Delta("구매확정 "), answered("구매확정 다음날\n\n- 끝")
    )
    (client,) = re.findall(r"```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert len(client.strip().splitlines()) <= 30
    process = await asyncio.create_subprocess_exec(
        "python3",
        "-c",
        client,
        bot.address,
        "정산은 언제 되나요?",
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, error = await process.communicate()
    assert process.returncode == 0, error.decode()
    assert "구매확정 다음날\n\n- 끝" in out.decode()
    assert '"first_message": "정산은 언제 되나요?"' in out.decode()


async def test_a_chat_is_taken_streamed_and_listed(bot):
    bot.assistant.script("질문", Delta("처음 "), Delta("둘\n"), answered("처음 둘\n셋"))
    streaming = await ask(bot, "s-1", "질문")
    status, stream = await call(bot, "POST", f"/streaming/{streaming}")
    assert status == 200
    text = data_of(stream)
    assert text.startswith("처음 둘\n셋")
    assert text.endswith("- 빠른정산은 무엇인가요?")
    assert await call(bot, "GET", "/sessions") == (
        200,
        [{"session_id": "s-1", "first_message": "질문"}],
    )
    assert await call(bot, "GET", "/sessions/s-1/chats") == (
        200,
        [{"session_id": "s-1", "user_message": "질문", "system_message": text}],
    )


async def test_an_event_source_reads_it_too_and_is_told_when_it_has_all(bot):
    streaming = await ask(bot, "s-1", "질문")
    status, stream = await call(bot, "GET", f"/streaming/{streaming}")
    assert (status, data_of(stream).startswith("답: 질문")) == (200, True)
    last = re.findall(r"^id: (.+)$", stream, re.MULTILINE)[-1]
    again = await call(bot, "GET", f"/streaming/{streaming}", headers={"Last-Event-ID": last})
    assert again == (204, "")


async def test_chats_are_read_oldest_first_and_a_waiting_one_is_there_without_an_answer(bot):
    gate = asyncio.Event()
    bot.assistant.script("셋", gate, answered("답 셋"))
    for text in ("하나", "둘"):
        await call(bot, "POST", f"/streaming/{await ask(bot, '550e8400-e29b', text)}")
    await ask(bot, "550e8400-e29b", "셋")
    status, chats = await call(bot, "GET", "/sessions/550e8400-e29b/chats")
    assert status == 200
    assert [chat["user_message"] for chat in chats] == ["하나", "둘", "셋"]
    assert [bool(chat["system_message"]) for chat in chats] == [True, True, False]
    gate.set()


@pytest.mark.parametrize("name", ["1", "내 대화", "3f2504e0-4f89-11d3-9a0c-0305e82c3301", "a.b@c"])
async def test_a_session_has_whatever_id_its_client_chose(bot, name):
    await ask(bot, name, "질문")
    assert (await call(bot, "GET", "/sessions"))[1] == [
        {"session_id": name, "first_message": "질문"}
    ]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/sessions/nobody/chats"),
        ("GET", "/streaming/nobody"),
        ("POST", "/streaming/d2ViOnBhZ2U6YWFhYWFhYWFhYWFhYWFhYTpi"),
        ("GET", "/nothing"),
    ],
)
async def test_what_is_unknown_is_404_with_a_message(bot, method, path):
    status, told = await call(bot, method, path)
    assert (status, list(told)) == (404, ["error_message"])
    assert told["error_message"]


async def test_a_streaming_id_lasts_ten_minutes(bot):
    place = reference_place("s-1", "web:~v1")
    for minutes, expected in ((9, 200), (11, 404)):
        asked_at = datetime.now(UTC) - timedelta(minutes=minutes)
        question = Question(
            f"{place.session}:m{minutes}", place.session, "질문", "web:~v1", asked_at
        )
        await bot.service.receive(question)
        status, _ = await call(bot, "GET", f"/streaming/{streaming_id(question.id)}")
        assert status == expected


async def test_another_process_knows_the_stream(tmp_path, profile):
    async with (
        running_bot(tmp_path, profile, working=False) as one,
        running_bot(tmp_path, profile) as other,
    ):
        streaming = await ask(one, "s-1", "질문")
        status, stream = await call(other, "GET", f"/streaming/{streaming}")
        assert (status, data_of(stream).startswith("답: 질문")) == (200, True)


@pytest.mark.parametrize("body", [{}, {"user_message": " "}, {"user_message": 3}])
async def test_a_chat_without_a_message_is_400(bot, body):
    status, told = await call(bot, "POST", "/sessions/s-1/chats", json=body)
    assert (status, list(told)) == (400, ["error_message"])


async def test_with_a_token_it_is_needed_and_each_named_person_has_sessions_of_their_own(
    tmp_path, profile
):
    service_token = f"{TOKEN} of a service"
    tokens = {"web_token": TOKEN, "web_service_token": service_token}
    async with running_bot(tmp_path, profile, **tokens) as bot:
        status, told = await call(bot, "GET", "/sessions")
        assert (status, list(told)) == (401, ["error_message"])
        for person in ("mina", "jun"):
            headers = {"Authorization": f"Bearer {service_token}", "Faqbot-Person": person}
            await call(
                bot,
                "POST",
                "/sessions/same/chats",
                json={"user_message": f"{person}의 질문"},
                headers=headers,
            )
            _, listed = await call(bot, "GET", "/sessions", headers=headers)
            assert listed == [{"session_id": "same", "first_message": f"{person}의 질문"}]


async def test_where_anybody_may_come_in_nobody_sees_the_sessions_of_others(tmp_path, profile):
    async with running_bot(tmp_path, profile, web_origins="https://shop.example") as bot:
        await call(bot, "POST", "/sessions/1/chats", json={"user_message": "질문"})
        assert await call(bot, "GET", "/sessions") == (200, [])
        assert (await call(bot, "GET", "/sessions/1/chats"))[0] == 404
