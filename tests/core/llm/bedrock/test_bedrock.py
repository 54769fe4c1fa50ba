"""The real boto3 against a local Bedrock: signed requests, event streams, failures on cue."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("boto3")

from fakes.bedrock_models import (
    ASK,
    MESSAGES,
    NOVA,
    PRICE,
    READ,
    SAID,
    access_of,
    caller_of,
    completions_of,
    model_of,
    pieces,
    said,
)

from core.embeddings.bedrock import BedrockEmbeddings
from core.errors import (
    ModelMisconfiguredError,
    ModelOverflowError,
    ModelRefusedError,
    ModelUnavailableError,
)
from core.llm.bedrock.client import BedrockClient
from core.llm.bedrock.flow import BedrockFlow
from core.llm.budget import TAB, Tab
from core.llm.caller import Slots
from core.llm.completions import Finish
from core.llm.json_reply import json_object
from devtools.bedrock import ACCESS_KEY, SECRET_KEY, BedrockFault, BedrockServer


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
            BedrockFault(
                "error", code="ValidationException", status=400, text="prompt is too long"
            ),
            ModelOverflowError,
        ),
        (
            BedrockFault(
                "error", code="ValidationException", status=400, text="blocked by guardrail"
            ),
            ModelRefusedError,
        ),
        (BedrockFault("error", code="AccessDeniedException", status=403), ModelMisconfiguredError),
        (BedrockFault("error", code="", status=404), ModelMisconfiguredError),
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
