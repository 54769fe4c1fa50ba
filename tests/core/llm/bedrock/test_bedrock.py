"""The real boto3 against a local Bedrock: signed requests, event streams, failures on cue."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("boto3")

from core.embeddings.bedrock import BedrockEmbeddings
from core.errors import (
    ModelBrokeOffError,
    ModelMisconfiguredError,
    ModelOverflowError,
    ModelRefusedError,
    ModelUnavailableError,
)
from core.llm.bedrock.client import AwsAccess, BedrockClient
from core.llm.bedrock.converse import PARAMETERS
from core.llm.bedrock.flow import BedrockFlow
from core.llm.bedrock.model import BedrockModel
from core.llm.budget import TAB, Price, Tab
from core.llm.caller import Caller, Patience, Slots
from core.llm.circuit_breaker import Breaker
from core.llm.completions import CompletionRequest, Finish, Schema
from core.llm.dialect import ModelDialect
from core.llm.json_reply import json_object
from core.llm.load import StreamLoad
from core.llm.resilient import ResilientCompletions
from devtools.bedrock import ACCESS_KEY, SECRET_KEY, BedrockServer, Fault

NOVA = "amazon.nova-lite-v1:0"
PASSAGE = '<passage n="1" title="정산은요?">\n정산은 3일 뒤에 됩니다.\n</passage>'
MESSAGES = [
    {"role": "system", "content": "Answer from the passages."},
    {"role": "user", "content": f"{PASSAGE}\n<question>\n정산은요?\n</question>"},
]
ASK = CompletionRequest(MESSAGES, 900, 0.2)
READ = replace(ASK, schema=Schema("reading", {"label": {"type": "string"}}))
PRICE = Price(0.06, 0.015, 0.24)
SAID = "정산은 3일 뒤에 됩니다. [1]\n[[NEXT]]"


@pytest.fixture
async def server(monkeypatch):
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    async with BedrockServer().serve() as running:
        yield running


def access_of(server, **other):
    return AwsAccess(
        **{
            "region": "us-east-1",
            "access_key": ACCESS_KEY,
            "secret_key": SECRET_KEY,
            "url": server.url,
            **other,
        }
    )


def caller_of(client, parameters=PARAMETERS):
    return Caller(
        client.where,
        dialect=ModelDialect(parameters),
        breaker=Breaker(failures=99),
        patience=Patience(within_s=10),
        sleep=lambda _: asyncio.sleep(0),
    )


def completions_of(provider, caller):
    return ResilientCompletions(
        provider, caller=caller, slots=Slots(0), load=StreamLoad(), price=PRICE
    )


@asynccontextmanager
async def model_of(server, *, model=NOVA, guardrail=None, **access):
    async with BedrockClient.open(access_of(server, **access)) as client:
        yield completions_of(BedrockModel(client, model, guardrail), caller_of(client))


async def pieces(model, request=ASK):
    return [piece async for piece in model.stream(request)]


async def said(model, request=ASK):
    return "".join(piece.text for piece in await pieces(model, request))


async def test_a_stream_is_read_and_its_usage_goes_on_the_tab(server):
    """Signed by the real SDK; the system's text stands apart."""
    tab = Tab(lambda _: None)
    TAB.set(tab)
    async with model_of(server) as model:
        *_, last = found = await pieces(model)
    assert "".join(piece.text for piece in found) == SAID
    assert last.finish is Finish.STOP
    assert last.model == NOVA
    assert tab.total.prompt_tokens > 20
    assert tab.total.cost_usd > 0
    ((operation, body),) = server.requests
    assert operation == "converse_stream"
    assert body["system"] == [{"text": "Answer from the passages."}]
    assert body["inferenceConfig"] == {"maxTokens": 900, "temperature": 0.2}


async def test_a_verdict_is_a_tool_that_has_to_be_used(server):
    """Its input comes as the JSON that was asked for."""
    async with model_of(server) as model:
        assert json_object(await said(model, READ))["label"] == "on_topic"
    ((_, body),) = server.requests
    assert body["toolConfig"]["toolChoice"] == {"tool": {"name": "reading"}}


@pytest.mark.parametrize(
    ("model", "given_up"),
    [
        ("mistral.mistral-large-2402-v1:0", {"tool choice": "any"}),
        ("meta.llama3-1-8b-instruct-v1:0", {"tool choice": ""}),
        ("amazon.titan-text-express-v1", {"tool choice": "", "system": ""}),
        ("ai21.j2-mid-v1", {"stream": "whole"}),
    ],
)
async def test_what_a_model_refuses_is_left_out_and_remembered(server, model, given_up):
    """Each gives a verdict all the same."""
    read = replace(READ, messages=[{"role": "system", "content": "you return JSON"}, MESSAGES[1]])
    async with model_of(server, model=model) as completions:
        assert json_object(await said(completions, read))["label"] == "on_topic"
        assert completions.caller.dialect.given_up == given_up
        asked = len(server.requests)
        assert await said(completions, read)
    assert len(server.requests) == asked + 1


@pytest.mark.parametrize(
    "fault",
    [
        Fault("error"),
        Fault("error", code="ServiceUnavailableException", status=503),
        Fault("error", code="ModelNotReadyException"),
        Fault("exception", code="throttlingException"),
        Fault("exception", code="modelStreamErrorException"),
    ],
)
async def test_what_may_pass_is_tried_again(server, fault):
    """Also where the stream was open, and nothing was said yet."""
    server.faults.append(fault)
    async with model_of(server) as model:
        assert await said(model) == SAID
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "fault",
    [
        Fault("exception", code="internalServerException", after=4),
        Fault("exception", code="notYetDocumentedException", after=4),
        Fault("cut", after=4),
        Fault("damage", after=4),
    ],
)
async def test_a_stream_that_ends_in_the_middle_is_known_for_it(server, fault):
    """By an exception, a cut, or a checksum that is wrong; what was said before is kept."""
    server.faults.append(fault)
    async with model_of(server) as model:
        stream = model.stream(ASK)
        found = (await anext(stream)).text
        with pytest.raises(ModelBrokeOffError):
            found += "".join([piece.text async for piece in stream])
    assert found
    assert SAID.startswith(found)


async def test_a_reader_who_leaves_waits_for_nobody(server):
    """The thread ends with the next event; the loop is free at once."""
    server.gap_s = 0.02
    async with model_of(server) as model:
        stream = model.stream(ASK)
        await anext(stream)
        async with asyncio.timeout(1):
            await stream.aclose()


async def test_the_loop_goes_on_while_a_model_is_read(server):
    """What blocks, blocks a thread."""
    server.gap_s = 0.01
    ticks = 0

    async def tick():
        nonlocal ticks
        while True:
            await asyncio.sleep(0.005)
            ticks += 1

    ticking = asyncio.create_task(tick())
    async with model_of(server) as model:
        await asyncio.gather(*(said(model) for _ in range(8)))
    ticking.cancel()
    assert ticks > 5


async def test_what_a_guardrail_says_is_no_answer(server):
    """It ends as filtered, and nothing of its text is shown."""
    server.faults.append(Fault("guardrail"))
    async with model_of(server, guardrail=("gr-1", "2")) as model:
        (last,) = [piece for piece in await pieces(model) if piece.text or piece.finish]
    assert (last.text, last.finish) == ("", Finish.FILTERED)
    ((_, body),) = server.requests
    assert body["guardrailConfig"] == {"guardrailIdentifier": "gr-1", "guardrailVersion": "2"}


async def test_a_model_that_stops_at_its_limit_says_so(server):
    """So that half a sentence is not taken for an answer."""
    server.faults.append(Fault("length", after=5))
    async with model_of(server) as model:
        assert (await pieces(model))[-1].finish is Finish.LENGTH


@pytest.mark.parametrize(
    ("access", "model", "words"),
    [
        ({"access_key": "AKIAOTHER"}, NOVA, "access key is not known"),
        ({"secret_key": "wrong"}, NOVA, "secret key"),
        ({"session_token": "expired"}, NOVA, "sso login"),
        ({}, "amazon.nova-9", "check the model's id"),
        ({"access_key": "", "secret_key": ""}, NOVA, "set AWS_PROFILE"),
        ({"region": ""}, NOVA, "AWS_REGION"),
    ],
)
async def test_what_is_wrong_is_named(server, monkeypatch, access, model, words):
    """With what to do about it; credentials are looked for where AWS looks for them."""
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    async with model_of(server, model=model, **access) as completions:
        with pytest.raises(ModelMisconfiguredError, match=words):
            await said(completions)


async def test_a_profile_is_used_and_a_missing_one_is_named(server, monkeypatch, tmp_path):
    """As in the files of the AWS command line."""
    file = tmp_path / "credentials"
    file.write_text(f"[shop]\naws_access_key_id={ACCESS_KEY}\naws_secret_access_key={SECRET_KEY}\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    bare = {"access_key": "", "secret_key": ""}
    async with model_of(server, profile="shop", **bare) as model:
        assert await said(model) == SAID
    with pytest.raises(ModelMisconfiguredError, match="set AWS_PROFILE to one that is there"):
        async with model_of(server, profile="gone", **bare):
            pass


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (
            Fault("error", code="ValidationException", status=400, text="prompt is too long"),
            ModelOverflowError,
        ),
        (
            Fault("error", code="ValidationException", status=400, text="blocked by guardrail"),
            ModelRefusedError,
        ),
        (Fault("error", code="AccessDeniedException", status=403), ModelMisconfiguredError),
    ],
)
async def test_refusals_are_told_apart(server, fault, error):
    """One request, and the error that says what it means."""
    server.faults.append(fault)
    async with model_of(server) as model:
        with pytest.raises(error):
            await said(model)
    assert len(server.requests) == 1


async def test_a_prompt_that_is_too_long_is_an_overflow(server):
    """Not on cue: the model reads less."""
    long = replace(ASK, messages=[{"role": "user", "content": "가" * 900}])
    async with model_of(server, model="cohere.small-context") as model:
        with pytest.raises(ModelOverflowError):
            await said(model, long)


async def test_no_server_is_told_as_such():
    """Nothing listens there."""
    nowhere = BedrockServer(url="http://127.0.0.1:9")
    async with model_of(nowhere) as model:
        with pytest.raises(ModelUnavailableError, match="cannot be reached"):
            await said(model)


async def test_a_flow_is_invoked_by_its_alias(server):
    """It gets the whole prompt as its document; one that is gone is named."""
    async with BedrockClient.open(access_of(server)) as client:
        flow = completions_of(BedrockFlow(client, "FLOW", "ALIAS"), caller_of(client, ()))
        gone = completions_of(BedrockFlow(client, "FLOW", "GONE"), caller_of(client, ()))
        assert await said(flow) == SAID
        with pytest.raises(ModelMisconfiguredError, match="not found"):
            await said(gone)
    assert flow.name == "FLOW/ALIAS"


@pytest.mark.parametrize(
    ("model", "dimensions", "length"),
    [
        ("amazon.titan-embed-text-v2:0", 0, 1_024),
        ("amazon.titan-embed-text-v2:0", 256, 256),
        ("cohere.embed-multilingual-v3", 0, 1_024),
    ],
)
async def test_texts_are_embedded(server, model, dimensions, length):
    """In their order; Cohere is told questions from passages."""
    tab = Tab(lambda _: None)
    TAB.set(tab)
    async with BedrockClient.open(access_of(server)) as client:
        caller = caller_of(client, ())
        endpoint = BedrockEmbeddings(client, model, caller, caller, Slots(0), PRICE, dimensions)
        question, passage = endpoint.prefixes
        texts = [f"{passage}가나다", f"{question}정산은 언제?", f"{question}정산은 언제요?"]
        vectors = await endpoint.vectors(texts, hurried=True)
    assert vectors.shape == (3, length)
    assert vectors[1] @ vectors[2] > vectors[0] @ vectors[1]
    assert np.isfinite(vectors).all()
    assert tab.total.prompt_tokens > 0
    kinds = [body.get("input_type") for _, body in server.requests]
    assert kinds == (["search_query", "search_document"] if question else [None] * 3)
