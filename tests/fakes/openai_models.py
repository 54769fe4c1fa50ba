"""Models of a local OpenAI that are asked without a bot around them."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace

from core.llm.budget import FREE
from core.llm.caller import Caller, Patience, Slots
from core.llm.circuit_breaker import Breaker
from core.llm.completions import CompletionRequest, Schema
from core.llm.dialect import ModelDialect
from core.llm.load import StreamLoad
from core.llm.openai.chat import PARAMETERS
from core.llm.openai.client import OpenAIModel, open_server
from core.llm.resilient import ResilientCompletions

MESSAGES = [
    {"role": "system", "content": "Answer in JSON."},
    {"role": "user", "content": "<question>\n정산은요?\n</question>"},
]
ASK = CompletionRequest(MESSAGES, 900, 0.2)
READ = replace(ASK, schema=Schema("reading", {"label": {"type": "string"}}))


@asynccontextmanager
async def model_of(
    url, *, key="sk-test", within_s=5.0, silence_s=10.0, slots=0, dialect=None, breaker=None
):
    async with open_server(key=key, base_url=url) as opened:
        caller = Caller(
            opened.where,
            dialect=dialect or ModelDialect(PARAMETERS),
            breaker=breaker or Breaker(failures=99),
            patience=Patience(within_s=within_s, waits_s=9, silence_s=silence_s),
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
