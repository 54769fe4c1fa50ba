"""Calls of tools, in the reading of a question: by OpenAI's form, by Bedrock's, or by neither."""

import asyncio

import pytest

pytest.importorskip("boto3")

from config.profiles import load_profile
from config.resources import load_prompt
from core.llm.bedrock import converse
from core.llm.bedrock.client import AwsAccess, BedrockClient
from core.llm.bedrock.model import BedrockModel
from core.llm.budget import FREE
from core.llm.caller import Caller, Patience, Slots
from core.llm.circuit_breaker import Breaker
from core.llm.classifier import QuestionClassifier
from core.llm.dialect import ModelDialect
from core.llm.load import StreamLoad
from core.llm.openai import chat as openai_chat
from core.llm.openai.client import OpenAIModel, open_server
from core.llm.resilient import ResilientCompletions
from core.llm.tool_calls import Tool
from core.types import Classification, Label, ToolCall
from devtools.bedrock import ACCESS_KEY, SECRET_KEY, BedrockServer
from devtools.openai.faults import FAULTS, Fault
from devtools.openai.server import OpenAIServer
from devtools.openai.ways import WAYS

VOUCHERS = Tool(
    "api_sendVoucher",
    'People say: "고객에게 할인 쿠폰 보내 줘"; "할인권 발송해 주세요"',
    {"won": {"type": "integer"}, "kind": {"type": "string", "enum": ["배송", "상품"]}},
)
ROOMS = Tool("rooms", 'People say: "회의실 예약해 줘"', {})
TOOLS = (VOUCHERS, ROOMS)


def classifier(provider, where, parameters):
    caller = Caller(
        where,
        dialect=ModelDialect(parameters),
        breaker=Breaker(),
        patience=Patience(within_s=10, retries=0),
        sleep=lambda _: asyncio.sleep(0),
    )
    completions = ResilientCompletions(
        provider, caller=caller, slots=Slots(0), load=StreamLoad(), price=FREE
    )
    return QuestionClassifier(completions, load_prompt("reading", load_profile("smartstore")))


@pytest.fixture
async def server():
    async with OpenAIServer().serve() as running:
        yield running


@pytest.fixture
async def by_openai(server):
    async with open_server(key="sk-test", base_url=server.url) as opened:
        yield classifier(OpenAIModel(opened, "gpt-4o-mini"), opened.where, openai_chat.PARAMETERS)


@pytest.fixture(params=["amazon.nova-lite-v1:0", "mistral.mistral-large-2402-v1:0"])
async def by_bedrock(request):
    async with BedrockServer().serve() as running:
        access = AwsAccess(
            region="us-east-1", access_key=ACCESS_KEY, secret_key=SECRET_KEY, url=running.url
        )
        async with BedrockClient.open(access) as client:
            model = BedrockModel(client, request.param)
            yield classifier(model, client.where, converse.PARAMETERS)


async def reading(reader, question, tools=TOOLS):
    *_, last = [part async for part in reader.read(question, (), tools=tools)]
    assert isinstance(last, Classification)
    return last


@pytest.mark.parametrize("way", ["openai", "vllm", "whole"])
async def test_a_call_comes_with_its_arguments_streamed_or_whole(server, by_openai, way):
    server.way = WAYS[way]
    read = await reading(by_openai, "고객에게 배송 할인 쿠폰 5만원짜리 보내 줘")
    assert read.label is Label.ON_TOPIC
    assert read.call == ToolCall("api_sendVoucher", {"won": 50_000, "kind": "배송"})
    assert (await reading(by_openai, "회의실 예약해 줘")).call == ToolCall("rooms", {})


async def test_what_is_no_call_is_read_as_before(server, by_openai):
    read = await reading(by_openai, "정산은 언제 되나요?")
    assert (read.label, read.call) == (Label.ON_TOPIC, None)
    assert (await reading(by_openai, "오늘 날씨 어때?")).label is Label.OFF_TOPIC
    assert "tools" in server.bodies("guard")[-1]


async def test_a_server_that_knows_no_tools_is_asked_without(server, by_openai):
    server.way = WAYS["toolless"]
    assert (await reading(by_openai, "회의실 예약해 줘")).call is None
    assert "tools" not in server.bodies("guard")[-1]


async def test_arguments_that_are_no_json_are_asked_for_once_more(server, by_openai):
    server.faults.append(Fault("call", of="guard", text='rooms {"won": '))
    assert (await reading(by_openai, "회의실 예약해 줘")).call == ToolCall("rooms", {})
    assert len(server.bodies("guard")) == 2


async def test_the_first_of_two_calls_counts_also_where_both_have_one_place(server, by_openai):
    """Some servers tell calls apart by their ids alone."""
    server.faults.append(FAULTS["two calls in one place"])
    assert (await reading(by_openai, "회의실 예약해 줘")).call == ToolCall("rooms", {"won": 5})


async def test_bedrock_calls_a_tool_or_returns_the_reading(by_bedrock):
    read = await reading(by_bedrock, "고객에게 배송 할인 쿠폰 3,000원 보내 줘")
    assert read.call == ToolCall("api_sendVoucher", {"won": 3_000, "kind": "배송"})
    assert (await reading(by_bedrock, "정산은 언제 되나요?")).call is None
    assert (await reading(by_bedrock, "오늘 날씨 어때?", ())).label is Label.OFF_TOPIC
