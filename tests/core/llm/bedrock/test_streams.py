"""Streams of Bedrock: odd ones, broken ones, and readers who leave."""

import asyncio
import json

import pytest

pytest.importorskip("boto3")

from fakes.bedrock_models import (
    ASK,
    NOVA,
    SAID,
    access_of,
    caller_of,
    completions_of,
    model_of,
    pieces,
    said,
)

from core.errors import ModelBrokeOffError, ModelReplyError, ModelTimeoutError
from core.llm.bedrock import client as client_module
from core.llm.bedrock.client import BedrockClient
from core.llm.bedrock.flow import BedrockFlow
from core.llm.bedrock.model import BedrockModel
from core.llm.budget import TAB, Tab
from core.llm.completions import Finish
from devtools.bedrock import BedrockFault


@pytest.mark.parametrize(
    "fault",
    [
        BedrockFault("error"),
        BedrockFault("error", code="ServiceUnavailableException", status=503),
        BedrockFault("error", code="ModelNotReadyException"),
        BedrockFault("exception", code="throttlingException"),
        BedrockFault("exception", code="modelStreamErrorException"),
        BedrockFault("exception", code="dependencyFailedException"),
        BedrockFault("error", code="", status=429),
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
        BedrockFault("exception", code="internalServerException", after=4),
        BedrockFault("exception", code="notYetDocumentedException", after=4),
        BedrockFault("cut", after=4),
        BedrockFault("damage", after=4),
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


def events(*told, of="any"):
    return BedrockFault("events", of=of, text=json.dumps(told))


TEXT = ["contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": "네, 됩니다."}}]
END = ["flowCompletionEvent", {}]
STOP = ["messageStop", {"stopReason": "end_turn"}]


@pytest.mark.parametrize(
    "told",
    [
        [TEXT, STOP],
        [["notYetDocumented", {"a": 1}], TEXT, STOP],
        [TEXT, ["messageStop", {}]],
        [TEXT, STOP, ["metadata", {"usage": {"inputTokens": "x", "outputTokens": None}}]],
        [TEXT, STOP, ["metadata", {"usage": {"inputTokens": -5, "outputTokens": 0}}]],
        [TEXT, STOP, ["metadata", {"usage": None}]],
    ],
)
async def test_odd_streams_are_read_and_charged_by_an_estimate(server, told):
    server.faults.append(events(*told))
    tab = Tab(lambda _: None)
    TAB.set(tab)
    async with model_of(server) as model:
        assert await said(model) == "네, 됩니다."
    assert tab.total.prompt_tokens > 5


@pytest.mark.parametrize(
    "told",
    [
        [["contentBlockDelta", [1]]],
        [["contentBlockDelta", None]],
        [TEXT, ["messageStop", {"stopReason": "malformed_model_output"}]],
    ],
)
async def test_a_stream_that_is_none_is_an_error_of_the_reply(server, told):
    """Also where boto3 stumbles over it."""
    server.faults += [events(*told)] * 2
    async with model_of(server) as model:
        with pytest.raises(ModelReplyError):
            await said(model)


@pytest.mark.parametrize(
    ("told", "text"),
    [
        (
            [["flowOutputEvent", {"content": {"document": "네."}}], ["flowCompletionEvent", {}]],
            "네.",
        ),
        ([["flowOutputEvent", {"nodeName": "out"}], ["flowCompletionEvent", {}]], ""),
        ([["flowCompletionEvent", {"completionReason": "INPUT_REQUIRED"}]], ""),
    ],
)
async def test_a_flow_may_leave_anything_out(server, told, text):
    server.faults.append(events(*told, of="flow"))
    async with BedrockClient.open(access_of(server)) as client:
        assert (
            await said(completions_of(BedrockFlow(client, "F", "A"), caller_of(client, ()))) == text
        )


async def test_a_reader_who_leaves_a_silent_stream_takes_no_thread_along(server, monkeypatch):
    """The only thread reads the next answer, though the server said nothing for an hour."""
    monkeypatch.setattr(client_module, "_THREADS", 1)
    server.faults.append(BedrockFault("stall", after=3))
    async with model_of(server, within_s=3_600) as model, asyncio.timeout(60):
        stream = model.stream(ASK)
        await anext(stream)
        await stream.aclose()
        assert await said(model) == SAID


async def test_who_waits_for_the_first_word_gives_its_thread_back_in_time(server, monkeypatch):
    """The connection may be silent as long as somebody waits for it, and no longer."""
    monkeypatch.setattr(client_module, "_THREADS", 1)
    server.first_s = 3_600
    async with BedrockClient.open(access_of(server)) as client, asyncio.timeout(60):
        model = BedrockModel(client, NOVA)
        hasty = completions_of(model, caller_of(client, within_s=0.3, silence_s=0.3))
        with pytest.raises(ModelTimeoutError):
            await said(hasty)
        server.first_s = 0
        assert await said(completions_of(model, caller_of(client))) == SAID


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
    server.faults.append(BedrockFault("guardrail"))
    async with model_of(server, guardrail=("gr-1", "2")) as model:
        (last,) = [piece for piece in await pieces(model) if piece.text or piece.finish]
    assert (last.text, last.finish) == ("", Finish.FILTERED)
    ((_, body),) = server.requests
    assert body["guardrailConfig"] == {"guardrailIdentifier": "gr-1", "guardrailVersion": "2"}


async def test_a_model_that_stops_at_its_limit_says_so(server):
    """So that half a sentence is not taken for an answer."""
    server.faults.append(BedrockFault("length", after=5))
    async with model_of(server) as model:
        assert (await pieces(model))[-1].finish is Finish.LENGTH
