"""The API under requests that its own description leads to, and some that it does not."""

import json
import re
from urllib.parse import quote

import pytest
from fakes.web_bot import running_bot
from fakes.web_person import Person, new_session
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bots.web.handlers.openapi import document

OPERATIONS = [
    (method.upper(), path, described)
    for path, methods in document()["paths"].items()
    for method, described in methods.items()
    if method in ("get", "post", "put", "patch", "delete")
]
TEXT = st.text(max_size=40)
SCALAR = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), TEXT)
ANYTHING = st.recursive(
    SCALAR,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXT, inner, max_size=3)),
    max_leaves=6,
)
FIELDS = ("text", "session", "id", "helpful", "reason", "expected", "token", "user_message")
BODIES = st.one_of(
    st.dictionaries(st.sampled_from(FIELDS), SCALAR, max_size=5).map(json.dumps),
    ANYTHING.map(json.dumps),
    TEXT,
)
NAMES = st.one_of(
    TEXT.filter(bool),
    st.just(new_session()),
    st.just(f"{new_session()}:m1"),
    st.sampled_from(["0", "99", "web:v1:x", "slack:T1:C1:1.5"]),
)


@st.composite
def requests(draw):
    method, path, described = draw(st.sampled_from(OPERATIONS))
    path = re.sub(r"\{[^}]+\}", lambda _: quote(draw(NAMES), safe=""), path)
    query = draw(st.dictionaries(st.sampled_from(["html", "limit", "after"]), TEXT, max_size=2))
    headers = {}
    if draw(st.booleans()):
        headers["Content-Type"] = draw(
            st.sampled_from(["application/json", "text/plain", "application/json; charset=utf-9"])
        )
    if draw(st.booleans()):
        headers["Last-Event-ID"] = draw(st.text("0123456789abc-:end", max_size=20))
    body = draw(BODIES).encode(errors="surrogatepass") if "requestBody" in described else None
    return method, path, query, headers, body


@pytest.mark.long
@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(asked=st.lists(requests(), min_size=5, max_size=30))
def test_no_request_breaks_the_server(tmp_path, profile, asked, event_loop_policy):
    """Each gets an answer that is not a 500, in the form that is described."""
    import asyncio  # noqa: PLC0415 - a loop for each example

    asyncio.run(_send(tmp_path, profile, asked))


async def _send(folder, profile, asked):
    limits = {"web_people_per_address": 0, "user_per_minute": 0}
    async with running_bot(folder, profile, **limits) as bot:
        person = Person(bot.address)
        for method, path, query, headers, body in asked:
            url = bot.address + path
            async with person.http.request(
                method, url, params=query, headers=headers, data=body
            ) as response:
                assert response.status != 500, (method, path, query, headers, body)
                if response.status >= 400:
                    assert "json" in response.content_type, (method, path, response.status)
        await person.close()
