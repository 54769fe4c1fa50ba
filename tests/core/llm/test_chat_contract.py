"""One contract for every model that writes answers: OpenAI's, Bedrock's, and none at all."""

import asyncio
from dataclasses import replace

import pytest
from contracts.chat_model import *  # noqa: F403 - the contract's tests

pytest.importorskip("boto3")

from config.profiles import load_profile
from config.resources import load_prompt
from core.assistant.drafts.extractive import ExtractiveModel
from core.errors import ModelBrokeOffError, ModelTimeoutError
from core.llm.bedrock import converse
from core.llm.bedrock.client import AwsAccess, BedrockClient
from core.llm.bedrock.model import BedrockModel
from core.llm.budget import FREE
from core.llm.caller import Caller, Patience, Slots
from core.llm.chat import AnswerWriter
from core.llm.circuit_breaker import Breaker
from core.llm.dialect import ModelDialect
from core.llm.failover import FailoverCompletions
from core.llm.load import StreamLoad
from core.llm.openai import chat as openai_chat
from core.llm.openai.client import OpenAIModel, open_server
from core.llm.resilient import ResilientCompletions
from core.text.korean import Analyzer
from devtools.bedrock import ACCESS_KEY, SECRET_KEY, BedrockServer
from devtools.bedrock.server import BedrockFault
from devtools.openai.faults import Fault
from devtools.openai.server import OpenAIServer

PROFILE, ENGLISH = load_profile("smartstore"), load_profile("en")
NOVA = "amazon.nova-lite-v1:0"


def writer_of(completions, profile=PROFILE):
    return AnswerWriter(
        completions,
        load_prompt("answer", profile),
        load_prompt("continue", profile),
        profile,
    )


def resilient(provider, where, parameters, *, within_s=10, silence_s=10):
    caller = Caller(
        where,
        dialect=ModelDialect(parameters),
        breaker=Breaker(),
        patience=Patience(within_s=within_s, retries=0, silence_s=silence_s),
        sleep=lambda _: asyncio.sleep(0),
    )
    return ResilientCompletions(
        provider,
        caller=caller,
        slots=Slots(0),
        load=StreamLoad(),
        price=FREE,
    )


@pytest.fixture
async def openai_server():
    async with OpenAIServer().serve() as server:
        yield server


@pytest.fixture
async def bedrock_server():
    async with BedrockServer().serve() as server:
        yield server


@pytest.fixture
async def by_openai(openai_server):
    async with open_server(key="sk-test", base_url=openai_server.url) as opened:
        provider = OpenAIModel(opened, "gpt-4o-mini")
        yield resilient(provider, opened.where, openai_chat.PARAMETERS)


@pytest.fixture
async def by_bedrock(bedrock_server):
    access = AwsAccess(
        region="us-east-1",
        access_key=ACCESS_KEY,
        secret_key=SECRET_KEY,
        url=bedrock_server.url,
    )
    async with BedrockClient.open(access) as client:
        yield resilient(BedrockModel(client, NOVA), client.where, converse.PARAMETERS)


@pytest.fixture(scope="session")
def extractive():
    return ExtractiveModel(Analyzer.load(), lambda _term: 5.0, PROFILE)


@pytest.fixture(params=["openai", "bedrock", "extractive"])
def model(request):
    if request.param == "extractive":
        return request.getfixturevalue("extractive")
    return writer_of(request.getfixturevalue(f"by_{request.param}"))


@pytest.mark.parametrize(
    "fault",
    [
        Fault("status", status=503),
        Fault("status", status=401),
        Fault("body", text="<html>maintenance</html>"),
        Fault("hang"),
    ],
)
async def test_a_second_provider_takes_over_where_the_first_is_down(
    openai_server, by_bedrock, fault
):
    """And is named as who wrote the answer."""
    openai_server.faults.append(fault)
    async with open_server(key="sk-test", base_url=openai_server.url) as opened:
        provider = OpenAIModel(opened, "gpt-4o-mini")
        first = resilient(provider, opened.where, openai_chat.PARAMETERS, within_s=0.5)
        texts, end = await answered(writer_of(FailoverCompletions(first, by_bedrock)))  # noqa: F405
    assert "동의서" in "".join(texts)
    assert end.model == NOVA


async def test_the_second_goes_on_where_the_first_broke_off(openai_server, by_openai, by_bedrock):
    """What was said stays, and is not said again."""
    openai_server.faults += [Fault("cut", after=12), Fault("status", status=401)]
    texts, end = await answered(writer_of(FailoverCompletions(by_openai, by_bedrock)))  # noqa: F405
    whole, _ = await answered(writer_of(by_bedrock))  # noqa: F405
    assert "".join(texts) == "".join(whole)
    assert end.model == NOVA


async def test_whatever_breaks_off_for_good_is_an_error(openai_server, by_openai):
    """After the text that there was."""
    openai_server.faults += [Fault("cut", after=3)] * 3
    with pytest.raises(ModelBrokeOffError):
        await answered(writer_of(by_openai))  # noqa: F405


@pytest.mark.parametrize(
    ("question", "spoken"),
    [("Can a minor sign up here?", ENGLISH), ("미성년자도 되나요?", PROFILE)],
)
async def test_a_note_below_an_answer_is_in_the_language_of_its_question(
    openai_server, by_openai, question, spoken
):
    """That it was cut at its longest, or that sentences of it were left out."""
    writer = writer_of(by_openai, replace(PROFILE, others={"en": ENGLISH}))
    unconfirmed = "법정대리인의 동의서를 내야 합니다 [1]. 수수료는 77,000원입니다 [1]."
    openai_server.faults += [Fault("length", after=6), Fault("say", text=unconfirmed)]
    for note in (spoken.model.too_long, spoken.withheld):
        texts, _ = await answered(writer, question)  # noqa: F405
        assert "".join(texts).endswith(note)


@pytest.fixture(params=["openai", "bedrock"])
async def hasty(request, openai_server, bedrock_server):
    """A writer that waits an hour for the first words and a moment for the next, and its server."""
    # The rest has as long to begin: boto3 signs it and starts a connection, on a busy machine.
    limits = {"within_s": 3_600, "silence_s": 0.5 if request.param == "openai" else 1.5}
    if request.param == "openai":
        async with open_server(key="sk-test", base_url=openai_server.url) as opened:
            provider = OpenAIModel(opened, "gpt-4o-mini")
            model = resilient(provider, opened.where, openai_chat.PARAMETERS, **limits)
            yield writer_of(model), openai_server, Fault
        return
    access = AwsAccess("us-east-1", "", ACCESS_KEY, SECRET_KEY, "", bedrock_server.url)
    async with BedrockClient.open(access) as client:
        model = resilient(BedrockModel(client, NOVA), client.where, converse.PARAMETERS, **limits)
        yield writer_of(model), bedrock_server, BedrockFault


async def test_a_stream_that_falls_silent_is_taken_up_again(hasty):
    """Long before the time that first words may take; what was said is not said again."""
    model, server, fault = hasty
    whole, _ = await answered(model)  # noqa: F405
    server.faults.append(fault("stall", after=12))
    async with asyncio.timeout(60):
        texts, _ = await answered(model)  # noqa: F405
    assert "".join("".join(texts).split()) == "".join("".join(whole).split())


async def test_silence_again_is_not_waited_for_as_for_first_words(hasty):
    """Who reads the beginning already waits no longer for its rest than between two words."""
    model, server, fault = hasty
    server.faults += [fault("stall", after=3), fault("stall")]
    async with asyncio.timeout(60):
        with pytest.raises(ModelTimeoutError):
            await answered(model)  # noqa: F405
    assert len(server.requests) == 2
