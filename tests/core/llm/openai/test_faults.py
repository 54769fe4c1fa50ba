"""Servers, gateways and proxies that do what is in no specification, each by its name."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from yarl import URL

from core.errors import (
    ModelMisconfiguredError,
    ModelOverflowError,
    ModelRefusedError,
    ModelReplyError,
    ModelRequestError,
    ModelTimeoutError,
    ModelUnavailableError,
)
from core.llm.budget import FREE
from core.llm.caller import Caller, Patience, Slots
from core.llm.circuit_breaker import Breaker
from core.llm.classifier import QuestionClassifier
from core.llm.completions import CompletionRequest, Finish, Schema
from core.llm.dialect import ModelDialect
from core.llm.load import StreamLoad
from core.llm.openai.chat import PARAMETERS
from core.llm.openai.client import OpenAIModel, open_server
from core.llm.prompts import Prompt
from core.llm.resilient import ResilientCompletions
from core.types import Classification, Label
from devtools.openai.faults import FAULTS, Fault
from devtools.openai.server import OpenAIServer, Pace
from devtools.openai.ways import WAYS
from devtools.openai.wire import STREAM_HEAD, chunk

MESSAGES = [
    {"role": "system", "content": "Answer in JSON."},
    {"role": "user", "content": "<question>\n정산은요?\n</question>"},
]
ASK = CompletionRequest(MESSAGES, 900, 0.2)
READ = replace(ASK, schema=Schema("reading", {"label": {"type": "string"}}))
SAID = "네, 가능합니다. [1]"


@pytest.fixture
async def server():
    async with OpenAIServer().serve() as running:
        yield running


@asynccontextmanager
async def model_of(url, *, key="sk-test", within_s=5.0, slots=0, dialect=None, breaker=None):
    async with open_server(key=key, base_url=url) as opened:
        caller = Caller(
            opened.where,
            dialect=dialect or ModelDialect(PARAMETERS),
            breaker=breaker or Breaker(failures=99),
            patience=Patience(within_s=within_s, waits_s=9),
            sleep=lambda _: asyncio.sleep(0),
        )
        yield ResilientCompletions(
            OpenAIModel(opened, "gpt-4o-mini"),
            caller=caller,
            slots=Slots(slots),
            load=StreamLoad(),
            price=FREE,
        )


async def pieces(model, request=ASK):
    return [piece async for piece in model.stream(request)]


async def said(model, request=ASK):
    return "".join(piece.text for piece in await pieces(model, request))


@pytest.mark.parametrize(
    "name",
    [
        "null frame",
        "usage is a word",
        "content is a list",
        "choices is null",
        "byte order mark",
        "windows line ends",
        "old Macintosh line ends",
        "frames on several lines",
        "frames in frames",
        "numbers that are none",
        "usage without end",
        "another choice first",
        "text of a completion",
        "no done",
        "no finish",
        "thinking",
        "thinking without a tag to open it",
        "thinking in a channel",
        "reasoning",
        "whole reply",
        "tokens of its template",
        "tokens of another template",
        "message beside the last delta",
    ],
)
async def test_odd_replies_are_read(server, name):
    """The answer, the whole answer, and nothing of what the model thought."""
    server.faults.append(FAULTS[name])
    async with model_of(server.url) as model:
        assert (await said(model)).strip() == SAID
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("name", "error", "words", "requests"),
    [
        ("error in the stream", ModelUnavailableError, "upstream connect error", 3),
        ("error with status 200", ModelUnavailableError, "upstream connect error", 3),
        ("error without a name", ModelUnavailableError, "upstream connect error", 3),
        ("error of a choice", ModelUnavailableError, "upstream connect error", 3),
        ("error as an event", ModelUnavailableError, "upstream connect error", 3),
        ("filter in the stream", ModelRefusedError, "content policy", 1),
        ("page with status 200", ModelReplyError, "Sign in", 1),
        ("text with status 200", ModelReplyError, "Internal Server Error", 1),
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


async def test_a_firewalls_page_stops_nobody_else(server):
    """It is about one prompt; what a key may not do, a model server tells in JSON."""
    breaker = Breaker(failures=9)
    server.faults += [FAULTS["page of a firewall"]] * 2
    async with model_of(server.url, breaker=breaker) as model:
        with pytest.raises(ModelRequestError, match="firewall"):
            await said(model)
        assert await said(model)
        assert model.caller.dialect.given_up == {}


@pytest.mark.parametrize("name", ["open after its end", "open after its finish"])
async def test_an_answer_that_is_over_is_not_waited_for(server, name):
    """Whoever leaves the connection open keeps nobody waiting, and loses nothing."""
    server.faults.append(FAULTS[name])
    async with model_of(server.url) as model, asyncio.timeout(10):
        *_, last = found = await pieces(model)
    assert "".join(piece.text for piece in found) == SAID
    assert last.finish is Finish.STOP


async def test_a_character_in_two_frames_is_one(server):
    """Each frame has half of a surrogate pair, which is no text by itself."""
    server.faults.append(FAULTS["half characters"])
    async with model_of(server.url) as model:
        assert await said(model) == f"\U0001f600{SAID}"


async def test_a_refusal_stays_one(server):
    """Whatever reason for its end the same message then gives."""
    server.faults.append(FAULTS["refusal"])
    async with model_of(server.url) as model:
        assert (await pieces(model))[-1].finish is Finish.FILTERED


async def test_a_prompt_that_outgrows_the_model_while_it_writes_ends_the_answer():
    """What was said stays, with the mark of an answer that is too long; it is not begun anew."""

    async def reply(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(STREAM_HEAD + chunk('data: {"choices": [{"delta": {"content": "네, "}}]}\n\n'))
        await writer.drain()
        await said_something.wait()
        told = '{"error": {"message": "the request exceeds the context size", "code": 400}}'
        writer.write(chunk(f"data: {told}\n\n"))
        writer.close()

    said_something = asyncio.Event()
    listening = await asyncio.start_server(reply, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    found = []
    async with listening, model_of(f"http://127.0.0.1:{port}/v1") as model:
        async for piece in model.stream(ASK):
            found.append(piece)
            said_something.set()
    assert [piece.text for piece in found] == ["네, ", ""]
    assert found[-1].finish is Finish.LENGTH


async def test_half_a_frame_is_a_stream_that_broke_off(server):
    """So that the rest is asked for, or the FAQ's text follows."""
    frames = FAULTS["no done"].text
    server.faults += [Fault("frames", text=frames[: len(frames) // 2])] * 3
    async with model_of(server.url) as model:
        with pytest.raises(ModelUnavailableError):
            await said(model)


async def test_a_wait_that_is_no_number_is_no_wait(server):
    server.faults.append(FAULTS["retry after no number"])
    async with model_of(server.url) as model, asyncio.timeout(10):
        assert await said(model)


@pytest.mark.parametrize("name", ["silence", "pings"])
async def test_a_server_that_says_nothing_is_left_in_time(server, name):
    """Also one that sends comments all the while."""
    server.faults.append(FAULTS[name])
    async with model_of(server.url, within_s=0.3) as model:
        with pytest.raises(ModelTimeoutError):
            await said(model)


async def test_an_answer_without_an_end_is_cut(server):
    """At a bound that follows from the tokens asked for, and as one that was too long."""
    server.faults.append(FAULTS["endless"])
    async with model_of(server.url) as model:
        *_, last = found = await pieces(model)
    assert last.finish is Finish.LENGTH
    assert sum(len(piece.text) for piece in found) <= 900 * 5


async def test_a_model_that_stops_at_its_limit_says_so(server):
    """So that half a sentence is not taken for an answer."""
    server.faults.append(FAULTS["longest"])
    async with model_of(server.url) as model:
        assert (await pieces(model))[-1].finish is Finish.LENGTH


async def test_a_limit_and_an_error_have_other_names_as_well(server):
    """Mistral's limit is one; half an answer that an error ended is asked for again."""
    server.faults += [FAULTS["limit of Mistral"], FAULTS["ended by an error"]]
    async with model_of(server.url) as model:
        assert (await pieces(model))[-1].finish is Finish.LENGTH
        assert SAID not in await said(model)
    assert len(server.requests) == 3


async def test_a_model_that_thinks_gets_tokens_for_it():
    """It is asked again once, where it ended before it said anything; later ones have room."""
    async with (
        OpenAIServer(way=replace(WAYS["openai"], thinking_tokens=2_000)).serve() as server,
        model_of(server.url) as model,
    ):
        assert await said(model)
        assert await said(model, READ)
    limits = [body["max_completion_tokens"] for _, body in server.requests]
    assert limits[0] == ASK.max_tokens
    assert min(limits[1:]) > 2_000
    assert len(limits) == 3


async def test_who_reads_little_thinks_with_what_there_is(server):
    """A context without room for thinking is no reason to say nothing."""
    dialect = ModelDialect(PARAMETERS)
    dialect.thinks = True
    server.faults.append(FAULTS["overflow of vLLM"])
    async with model_of(server.url, dialect=dialect) as model:
        assert await said(model)
    assert server.requests[-1][1]["max_completion_tokens"] == ASK.max_tokens


async def test_thinking_without_a_tag_is_known_from_then_on(server):
    """The first answer of such a model shows it; later ones are held until it has thought."""
    thought, end = "규칙을 살펴보면 이렇다. ", f"</think>{SAID}"
    server.faults += [Fault("say", text=thought * 3 + end)] * 2
    server.pace = Pace(tokens_per_s=2_000)
    async with model_of(server.url) as model:
        await said(model)
        assert (await said(model)).strip() == SAID


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


@pytest.mark.parametrize(
    "name", ["reading in a fence", "reading in prose", "reading in another case"]
)
async def test_a_reading_is_understood_in_other_forms(server, name):
    """At once, and without asking again."""
    server.faults.append(FAULTS[name])
    async with model_of(server.url) as model:
        classifier = QuestionClassifier(model, Prompt("p@1", "Read.", "Read."))
        parts = [part async for part in classifier.read("정산은요?", ())]
    assert isinstance(parts[-1], Classification)
    assert parts[-1].label is Label.ON_TOPIC
    assert len(server.requests) == 1


async def test_a_server_that_takes_one_at_a_time_gets_one_at_a_time(server):
    """Everybody is answered; who comes later waits."""
    server.pace = Pace(first_token_s=0.02)
    async with model_of(server.url, slots=1) as model:
        answers = await asyncio.gather(*(said(model) for _ in range(4)))
    assert all(answers)
    assert server.most_streams == 1
