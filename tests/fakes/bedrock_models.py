"""Models of a local Bedrock that are asked without a bot around them."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace

from core.llm.bedrock.client import AwsAccess, BedrockClient
from core.llm.bedrock.converse import PARAMETERS
from core.llm.bedrock.model import BedrockModel
from core.llm.budget import Price
from core.llm.caller import Caller, Patience, Slots
from core.llm.circuit_breaker import Breaker
from core.llm.completions import CompletionRequest, Schema
from core.llm.dialect import ModelDialect
from core.llm.load import StreamLoad
from core.llm.resilient import ResilientCompletions
from devtools.bedrock import ACCESS_KEY, SECRET_KEY

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


def caller_of(client, parameters=PARAMETERS, *, within_s=60, silence_s=10):
    return Caller(
        client.where,
        dialect=ModelDialect(parameters),
        breaker=Breaker(failures=99),
        patience=Patience(within_s=within_s, silence_s=silence_s),
        sleep=lambda _: asyncio.sleep(0),
    )


def completions_of(provider, caller):
    return ResilientCompletions(
        provider, caller=caller, slots=Slots(0), load=StreamLoad(), price=PRICE
    )


@asynccontextmanager
async def model_of(server, *, model=NOVA, guardrail=None, within_s=60, **access):
    async with BedrockClient.open(access_of(server, **access)) as client:
        caller = caller_of(client, within_s=within_s)
        yield completions_of(BedrockModel(client, model, guardrail), caller)


async def pieces(model, request=ASK):
    return [piece async for piece in model.stream(request)]


async def said(model, request=ASK):
    return "".join(piece.text for piece in await pieces(model, request))
