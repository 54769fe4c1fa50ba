"""The credentials of several API books: each API gets its own, and nobody else's."""

from datetime import UTC, datetime
from types import SimpleNamespace
from uuid import uuid4

import pytest
from aiohttp import web

from bots.bootstrap.skills import SKILLS
from config.settings import Settings
from core.assistant.dialogue.situation import Situation
from core.errors import ConfigError
from core.skills.skill import Request
from core.types import Question, SessionId

NOW = datetime(2026, 11, 30, 10, tzinfo=UTC)
DOCUMENT = """
openapi: 3.1.0
paths: {/state: {get: {operationId: readState}}}
"""
BOOK = """
document = "api.yaml"
server = "SERVER"
[[operation]]
id = "readState"
examples = ["상태 알려 줘"]
"""


@pytest.fixture
async def asked():
    """The addresses of three APIs, and the credentials that each was called with."""
    credentials = {name: [] for name in ("parcels", "tickets", "weather")}
    runners, servers = [], {}
    for name, seen in credentials.items():

        async def state(request, seen=seen):
            seen.append(request.headers.get("Authorization"))
            return web.json_response({"state": "ok"})

        app = web.Application()
        app.router.add_get("/state", state)
        runners.append(web.AppRunner(app))
        await runners[-1].setup()
        await web.TCPSite(runners[-1], "127.0.0.1", 0).start()
        servers[name] = f"http://127.0.0.1:{runners[-1].addresses[0][1]}"
    yield servers, credentials
    for runner in runners:
        await runner.cleanup()


def opened(tmp_path, servers, **changes):
    """The skills of a folder of books, one for each server."""
    books = tmp_path / "books"
    books.mkdir()
    (books / "api.yaml").write_text(DOCUMENT, "utf-8")
    for name, address in servers.items():
        (books / f"{name}.toml").write_text(BOOK.replace("SERVER", address), "utf-8")
    settings = Settings(_env_file=None, data_dir=tmp_path, api_book=books, **changes)
    return SKILLS["api"](SimpleNamespace(settings=settings, language="ko"))


async def test_each_api_gets_its_own_credential_and_no_other(tmp_path, asked):
    servers, credentials = asked
    tokens = {"parcels": "of-parcels", "tickets": "of-tickets"}
    for skill in opened(tmp_path, servers, api_tokens=tokens):
        question = Question(uuid4().hex, SessionId("web:a:1"), "상태 알려 줘", "U1")
        request = Request(question, question.text, None, Situation(NOW, "web", "U1"))
        assert [reply async for reply in skill.hear(request)]
    assert credentials == {
        "parcels": ["Bearer of-parcels"],
        "tickets": ["Bearer of-tickets"],
        "weather": [None],
    }


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"api_tokens": {"parcel": "x"}}, "there is no book parcel"),
        ({"api_token": "x"}, "name each in FAQBOT_API_TOKENS"),
    ],
)
def test_a_credential_that_may_go_to_the_wrong_api_is_refused(tmp_path, changes, said):
    servers = {"parcels": "http://a.example", "tickets": "http://b.example"}
    with pytest.raises(ConfigError, match=said):
        opened(tmp_path, servers, **changes)
