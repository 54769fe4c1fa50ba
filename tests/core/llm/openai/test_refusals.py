"""What a server refuses, in whose words, and what the next request leaves out for it."""

import asyncio
from dataclasses import replace

import pytest
from fakes.openai_models import ASK, READ, model_of, pieces, said
from yarl import URL

from core.errors import (
    ModelMisconfiguredError,
    ModelOverflowError,
    ModelRefusedError,
    ModelReplyError,
    ModelRequestError,
    ModelUnavailableError,
)
from core.llm.circuit_breaker import Breaker
from core.llm.completions import Finish
from core.llm.openai.errors import refused, told_error
from devtools.openai.faults import FAULTS, Fault
from devtools.openai.server import OpenAIServer
from devtools.openai.ways import WAYS


@pytest.fixture
async def server():
    async with OpenAIServer().serve() as running:
        yield running


@pytest.mark.parametrize(
    ("name", "error", "words", "requests"),
    [
        ("error in the stream", ModelUnavailableError, "upstream connect error", 3),
        ("error with status 200", ModelUnavailableError, "upstream connect error", 3),
        ("error without a name", ModelUnavailableError, "upstream connect error", 3),
        ("error of a choice", ModelUnavailableError, "upstream connect error", 3),
        ("error as an event", ModelUnavailableError, "upstream connect error", 3),
        ("filter in the stream", ModelRefusedError, "content policy", 1),
        ("page with status 200", ModelReplyError, "Sign in.*OPENAI_BASE_URL", 1),
        ("text with status 200", ModelReplyError, "Internal Server Error", 1),
        ("object with status 200", ModelReplyError, "status", 1),
        ("nothing with status 200", ModelUnavailableError, "without a word", 3),
        ("levels without end", ModelReplyError, "choices", 1),
        ("overflow of vLLM", ModelOverflowError, "maximum context length", 1),
        ("overflow of llama.cpp", ModelOverflowError, "context window", 1),
        ("filter of a gateway", ModelRefusedError, "content management", 1),
        ("retry after a date", ModelUnavailableError, "503", 1),
    ],
)
async def test_errors_are_told_in_the_words_of_the_server(server, name, error, words, requests):
    """With its address, and as often as another attempt may help."""
    server.faults += [FAULTS[name]] * 3
    async with model_of(server.url) as model:
        with pytest.raises(error, match=words) as raised:
            await said(model)
    assert str(URL(server.url).port) in str(raised.value)
    assert len(server.requests) == requests


async def test_one_persons_request_stops_nobody_else(server):
    """A refusal of a prompt is no failure of the server: the next question is asked."""
    breaker = Breaker(failures=1)
    names = ("overflow of vLLM", "filter of a gateway")
    server.faults += [FAULTS[name] for name in names]
    server.faults += [Fault("status", status=400, text="something about this prompt")] * 2
    async with model_of(server.url, breaker=breaker) as model:
        for error in (ModelOverflowError, ModelRefusedError, ModelRequestError):
            with pytest.raises(error):
                await said(model)
        assert await said(model)
    assert breaker.allows()


@pytest.mark.parametrize(
    "fault", [FAULTS["page of a firewall"], Fault("status", status=403, text="Forbidden")]
)
async def test_what_a_firewall_forbids_stops_nobody_else(server, fault):
    """It is about one prompt; what a key may not do, a model server tells with its reason."""
    breaker = Breaker(failures=9)
    server.faults += [fault] * 2
    async with model_of(server.url, breaker=breaker) as model:
        with pytest.raises(ModelRequestError, match="firewall"):
            await said(model)
        assert await said(model)
        assert model.caller.dialect.given_up == {}


async def test_a_refusal_that_quotes_a_question_teaches_nothing(server):
    """What was left out for it did not help, so that nobody else goes without it."""
    text = "bad input: 'why does the system refuse to stream a tool at this temperature?'"
    server.faults += [Fault("status", status=400, text=text)] * 6
    async with model_of(server.url) as model:
        with pytest.raises(ModelRequestError):
            await said(model)
        server.faults.clear()
        assert await said(model)
        assert model.caller.dialect.given_up == {}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('[{"error": {"code": 400, "message": "no such field"}}]', "no such field"),
        ('{"detail": [{"loc": 5, "msg": "no such field"}]}', "5 no such field"),
        ('{"error": {"message": {"reason": "no such field"}}}', "no such field"),
        ('["no such field", 1]', "no such field"),
    ],
)
def test_a_refusal_is_read_in_whatever_form_it_has(body, words):
    assert words in str(refused(400, body.encode(), {}, "somewhere"))


@pytest.mark.parametrize("code", ["9" * 5_000, 10**400, {"a": 1}, "²"])
def test_an_error_in_a_stream_may_have_any_code(code):
    error = told_error({"message": "out of memory \ud83d", "code": code}, {}, "somewhere")
    assert isinstance(error, ModelUnavailableError)


async def test_a_refusal_stays_one(server):
    """Whatever reason for its end the same message then gives."""
    server.faults.append(FAULTS["refusal"])
    async with model_of(server.url) as model:
        assert (await pieces(model))[-1].finish is Finish.FILTERED


async def test_a_wait_that_is_no_number_is_no_wait(server):
    server.faults.append(FAULTS["retry after no number"])
    async with model_of(server.url) as model, asyncio.timeout(30):
        assert await said(model)


@pytest.mark.parametrize(
    ("way", "request_", "given_up"),
    [
        ("reasoning", ASK, {"temperature": ""}),
        ("vllm", READ, {}),
        ("ollama", READ, {}),
        ("litellm", READ, {"response_format": ""}),
        ("mistral", READ, {"max_completion_tokens": "max_tokens", "stream_options": ""}),
        ("fastapi", ASK, {"max_completion_tokens": "max_tokens", "stream_options": ""}),
        ("llama-cpp", READ, {"response_format": "json_object"}),
        ("gemma", ASK, {"system": ""}),
        ("whole", ASK, {"stream": ""}),
    ],
)
async def test_what_a_server_refuses_is_left_out_and_remembered(way, request_, given_up):
    """One parameter after the other, once for all requests to come."""
    async with (
        OpenAIServer(way=WAYS[way]).serve() as server,
        model_of(server.url) as model,
    ):
        assert await said(model, request_)
        assert model.caller.dialect.given_up == given_up
        asked = len(server.requests)
        assert await said(model, request_)
    assert len(server.requests) == asked + 1


async def test_a_refusal_without_words_is_met_with_the_plainest_request():
    """Which is remembered, for that is what the server takes."""
    async with (
        OpenAIServer(way=WAYS["wordless"]).serve() as server,
        model_of(server.url) as model,
    ):
        assert await said(model, READ)
        assert await said(model, READ)
    assert len(server.requests) == 3


async def test_many_requests_learn_one_step_together():
    """Those that were refused at once give up one form, not one each."""
    async with (
        OpenAIServer(way=replace(WAYS["openai"], refuses=("json_schema",))).serve() as server,
        model_of(server.url) as model,
    ):
        await asyncio.gather(*(said(model, READ) for _ in range(8)))
        assert model.caller.dialect.given_up == {"response_format": "json_object"}


async def test_azure_is_reached_by_its_query_and_its_header():
    """Its first frame has no choices."""
    async with OpenAIServer(way=WAYS["azure"]).serve() as server:
        async with model_of(f"{server.url}?api-version=2024-10-21") as model:
            assert await said(model)
        async with model_of(server.url) as model:
            with pytest.raises(ModelMisconfiguredError):
                await said(model)


async def test_a_key_with_a_line_end_and_an_address_with_a_password(server):
    """They come out of copying, as a whole address does, and none is an error."""
    async with model_of(server.url, key=" sk-test\n") as model:
        assert await said(model)
    address = str(URL(server.url).with_user("min").with_password("secret"))
    async with model_of(address) as model:
        assert await said(model)
        assert "secret" not in model.caller.where
    async with model_of(f"{server.url}/chat/completions?x=1", key="Bearer sk-test") as model:
        assert await said(model)
    assert server.headers[0]["authorization"] == "Bearer sk-test"
    assert server.headers[2]["authorization"] == "Bearer sk-test"
    assert server.headers[1]["authorization"].startswith("Basic ")
