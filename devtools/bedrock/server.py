"""The local Bedrock: Converse, ConverseStream, embeddings and flows over real HTTP."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from core.llm.prompts import estimate_tokens
from devtools.bedrock.event_stream import damaged, event, exception
from devtools.bedrock.signature import refusal
from devtools.openai.tools import called
from devtools.openai.words import embedding, reply_to, tokens

Json = dict[str, Any]

ACCESS_KEY, SECRET_KEY = "AKIALOCAL", "local-secret"
GUARDED = "이 질문에는 답할 수 없습니다."
_TITAN, _COHERE = "amazon.titan-embed-text-v2:0", "cohere.embed-multilingual-v3"
# The models, with what of a request they refuse and how they say so.
MODELS: dict[str, dict[str, str]] = {
    "amazon.nova-lite-v1:0": {},
    "anthropic.claude-3-haiku-20240307-v1:0": {},
    "meta.llama3-1-8b-instruct-v1:0": {
        "toolConfig": "This model doesn't support tool use in streaming mode."
    },
    "mistral.mistral-large-2402-v1:0": {
        "toolChoice.tool": "This model doesn't support the toolConfig.toolChoice.tool field. "
        "Remove toolConfig.toolChoice.tool and try again."
    },
    "amazon.titan-text-express-v1": {
        "system": "This model doesn't support system messages. Try again without system messages "
        "or use a model that supports them.",
        "toolConfig": "This model doesn't support tool use.",
    },
    "ai21.j2-mid-v1": {"stream": "The model is unsupported for streaming."},
    "cohere.small-context": {},
}
_READS = {"cohere.small-context": 300}
_HOUR_S = 3_600.0


@dataclass(frozen=True, slots=True)
class BedrockFault:
    """One failure: of `kind` error (with `code`, `status`, `text`), exception (in the stream, after
    `after` deltas), cut, stall, damage, guardrail, length, or events (`text` in their place, as
    JSON: a list of names and payloads); `of` is read, answer, flow, or any.
    """

    kind: str
    of: str = "any"
    code: str = "ThrottlingException"
    status: int = 429
    text: str = "Too many requests, please wait before trying again."
    after: int = 0


@dataclass(slots=True)
class BedrockServer:
    """The server's state: queue `faults`, read `requests` (operation and body).

    `first_s` passes before the first token of a stream, `gap_s` between two tokens.
    """

    faults: deque[BedrockFault] = field(default_factory=deque)
    requests: deque[tuple[str, Json]] = field(default_factory=lambda: deque(maxlen=1_000))
    secrets: dict[str, str] = field(default_factory=lambda: {ACCESS_KEY: SECRET_KEY})
    gap_s: float = 0.0
    first_s: float = 0.0
    url: str = ""

    @asynccontextmanager
    async def serve(self, port: int = 0) -> AsyncIterator[BedrockServer]:
        """Listen on localhost; `url` is what FAQBOT_BEDROCK_URL should be."""
        app = web.Application(client_max_size=50_000_000)
        app.router.add_post("/model/{model:.+}/converse", self._converse)
        app.router.add_post("/model/{model:.+}/converse-stream", self._converse)
        app.router.add_post("/model/{model:.+}/invoke", self._invoke)
        app.router.add_post("/flows/{flow}/aliases/{alias}", self._flow)
        app.router.add_post("/cue", self._cue)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield self
        finally:
            await runner.cleanup()

    async def _converse(self, request: web.Request) -> web.StreamResponse:
        body, model = json.loads(await request.read()), request.match_info["model"]
        streams = request.path.endswith("-stream")
        self.requests.append(("converse_stream" if streams else "converse", body))
        if refused := await self._refused(request) or _refused(model, body, streams=streams):
            return refused
        fault = self._fault("read" if "toolConfig" in body else "answer")
        if fault and fault.kind == "error":
            return _error(fault.code, fault.text, fault.status)
        if fault and fault.kind == "events":
            return await _sent(request, fault.text)
        tool, text = _said(body)
        reason = "tool_use" if tool else "end_turn"
        if fault and fault.kind in ("guardrail", "length"):
            text = GUARDED if fault.kind == "guardrail" else text[: fault.after]
            reason = {"guardrail": "guardrail_intervened", "length": "max_tokens"}[fault.kind]
        counts = {"inputTokens": _tokens_of(body), "outputTokens": len(tokens(text))}
        usage = {**counts, "totalTokens": sum(counts.values())}
        if streams:
            return await self._stream(request, tool, text, reason, usage, fault)
        block = {"text": text}
        if tool:
            block = {"toolUse": {"toolUseId": "t1", "name": tool, "input": json.loads(text)}}
        message = {"role": "assistant", "content": [block]}
        reply = {"output": {"message": message}, "stopReason": reason, "usage": usage}
        return web.json_response({**reply, "metrics": {"latencyMs": 1}})

    async def _stream(
        self,
        request: web.Request,
        tool: str,
        text: str,
        reason: str,
        usage: Json,
        fault: BedrockFault | None,
    ) -> web.StreamResponse:
        await asyncio.sleep(self.first_s)
        response = await _opened(request)
        await response.write(event("messageStart", {"role": "assistant"}))
        if tool:
            start = {"toolUse": {"toolUseId": "t1", "name": tool}}
            told = {"contentBlockIndex": 0, "start": start}
            await response.write(event("contentBlockStart", told))
        said = [text] if reason == "guardrail_intervened" else tokens(text)
        for number, piece in enumerate(said):
            if fault and number == fault.after and await self._fail(fault, request, response):
                return response
            delta = {"toolUse": {"input": piece}} if tool else {"text": piece}
            told = {"contentBlockIndex": 0, "delta": delta}
            await response.write(event("contentBlockDelta", told))
            await asyncio.sleep(self.gap_s)
        await response.write(event("contentBlockStop", {"contentBlockIndex": 0}))
        await response.write(event("messageStop", {"stopReason": reason}))
        await response.write(event("metadata", {"usage": usage, "metrics": {"latencyMs": 1}}))
        return response

    async def _fail(
        self, fault: BedrockFault, request: web.Request, response: web.StreamResponse
    ) -> bool:
        """Play a failure in the middle; True if that was the end."""
        match fault.kind:
            case "exception":
                await response.write(exception(fault.code, fault.text))
            case "cut":
                assert request.transport
                request.transport.abort()
            case "stall":
                await asyncio.sleep(_HOUR_S)
            case "damage":
                frame = event("contentBlockDelta", {"delta": {"text": "가나다"}})
                await response.write(damaged(frame))
            case _:
                return False
        return True

    async def _invoke(self, request: web.Request) -> web.StreamResponse:
        body, model = json.loads(await request.read()), request.match_info["model"]
        self.requests.append(("invoke_model", body))
        if refused := await self._refused(request):
            return refused
        fault = self._fault("embed")
        if fault:
            return _error(fault.code, fault.text, fault.status)
        texts = body.get("texts") or [body.get("inputText", "")]
        used = sum(map(estimate_tokens, texts))
        headers = {"X-Amzn-Bedrock-Input-Token-Count": str(used)}
        if model == _COHERE:
            reply: Json = {"embeddings": [embedding(text, 1_024).tolist() for text in texts]}
        elif model == _TITAN:
            vector = embedding(texts[0], body.get("dimensions", 1_024)).tolist()
            reply = {"embedding": vector, "inputTextTokenCount": used}
        else:
            return _error("ValidationException", "The provided model identifier is invalid.", 400)
        return web.json_response(reply, headers=headers)

    async def _flow(self, request: web.Request) -> web.StreamResponse:
        body = json.loads(await request.read())
        self.requests.append(("invoke_flow", body))
        if refused := await self._refused(request):
            return refused
        if request.match_info["alias"] == "GONE":
            return _error("ResourceNotFoundException", "The flow alias was not found.", 404)
        fault = self._fault("flow")
        if fault and fault.kind == "events":
            return await _sent(request, fault.text)
        document = body["inputs"][0]["content"]["document"]
        asked = [{"role": "user", "content": document}]
        output = {"content": {"document": reply_to(asked, None)}, "nodeName": "FlowOutputNode"}
        response = await _opened(request)
        await response.write(event("flowOutputEvent", {**output, "nodeType": "FlowOutputNode"}))
        await response.write(event("flowCompletionEvent", {"completionReason": "SUCCESS"}))
        return response

    async def _refused(self, request: web.Request) -> web.Response | None:
        told = refusal(
            request.method, str(request.url), request.headers, await request.read(), self.secrets
        )
        return _error(*told, 403) if told else None

    async def _cue(self, request: web.Request) -> web.Response:
        """Set the pace or queue a fault from another process.

        The body is `{"gap_s": 0.1, "first_s": 30, "fault": {"kind": "cut", "after": 6}}` or less.
        """
        cue = json.loads(await request.read())
        self.gap_s = cue.get("gap_s", self.gap_s)
        self.first_s = cue.get("first_s", self.first_s)
        if "fault" in cue:
            self.faults.append(BedrockFault(**cue["fault"]))
        return web.json_response({"requests": len(self.requests)})

    def _fault(self, of: str) -> BedrockFault | None:
        for fault in self.faults:
            if fault.of in (of, "any"):
                self.faults.remove(fault)
                return fault
        return None


def _refused(model: str, body: Json, *, streams: bool) -> web.Response | None:
    """Return what a model refuses of a request."""
    name = model.removeprefix("us.")
    if name not in MODELS:
        return _error("ValidationException", "The provided model identifier is invalid.", 400)
    choice = (body.get("toolConfig") or {}).get("toolChoice") or {}
    present = {*body, *(f"toolChoice.{kind}" for kind in choice), *(["stream"] if streams else [])}
    for part, told in MODELS[name].items():
        if part in present:
            return _error("ValidationException", told, 400)
    if _tokens_of(body) > _READS.get(name, 100_000):
        return _error("ValidationException", "Input is too long for requested model.", 400)
    return None


def _said(body: Json) -> tuple[str, str]:
    """Return the tool that is used, if any, with its input; else the text of the model.

    It answers the messages as OpenAI would get them; the first tool is the object asked for.
    """
    messages = [{"role": "system", "content": part["text"]} for part in body.get("system", ())]
    for message in body["messages"]:
        text = "".join(part.get("text", "") for part in message["content"])
        messages.append({"role": message["role"], "content": text})
    tools = [tool["toolSpec"] for tool in (body.get("toolConfig") or {}).get("tools", ())]
    if not tools:
        return "", reply_to(messages, None)
    others = [
        {
            "function": {
                "name": tool["name"],
                "description": tool["description"],
                "parameters": tool["inputSchema"]["json"],
            }
        }
        for tool in tools[1:]
    ]
    if others and (call := called(others, messages[-1]["content"])):
        return call[0], json.dumps(call[1], ensure_ascii=False)
    return tools[0]["name"], reply_to(messages, tools[0]["name"])


def _tokens_of(body: Json) -> int:
    return estimate_tokens(json.dumps([body.get("system"), body["messages"]], ensure_ascii=False))


def _error(code: str, text: str, status: int) -> web.Response:
    headers = {"x-amzn-ErrorType": code} if code else {}  # a proxy before AWS names none
    return web.json_response({"message": text}, status=status, headers=headers)


async def _sent(request: web.Request, events: str) -> web.StreamResponse:
    """Send these events as they are, whatever they are."""
    response = await _opened(request)
    for name, payload in json.loads(events):
        await response.write(event(name, payload))
    return response


async def _opened(request: web.Request) -> web.StreamResponse:
    headers = {"Content-Type": "application/vnd.amazon.eventstream"}
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    return response
