"""Failures of model servers, by name: what independent servers, gateways and proxies did."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Fault:
    """One failure of one request.

    `kind` is one of

    - status: an error of `status`, with `code`, `text` and `retry_after`
    - hang: nothing comes; ping: nothing but comments comes
    - cut, stall, filter, length: after `after` tokens the stream breaks, stops, or ends so
    - say: the model says `text`
    - call: the model calls a tool; `text` is its name, a blank, and the arguments as it writes them
    - body: `text` comes in place of a stream, as `content_type`
    - page: `text` comes as a page of HTML, with `status`
    - frames: `text` comes as the stream, byte for byte
    - open: as frames, and then the server neither says anything nor ends the reply
    - vectors: embeddings that are wrong, as `text` says: short, nan, unordered, missing, ragged

    `of` is what it befalls: chat, guard (structured output), embeddings, or any.
    """

    kind: str
    of: str = "chat"
    status: int = 500
    code: str | int | None = None
    retry_after: str | None = None
    after: int = 0
    text: str = ""
    content_type: str = "application/json"

    def befalls(self, kind: str) -> bool:
        """Return whether a request of this kind is meant."""
        return self.of in (kind, "any")


def _frames(*deltas: object, finish: str | None = "stop") -> str:
    """Return a stream of these deltas."""
    choices = [{"index": 0, "delta": delta, "finish_reason": None} for delta in deltas]
    if finish:
        choices.append({"index": 0, "delta": {}, "finish_reason": finish})
    lines = [json.dumps({"choices": [choice]}, ensure_ascii=False) for choice in choices]
    return "".join(f"data: {line}\n\n" for line in (*lines, "[DONE]"))


def _over_lines(frames: str) -> str:
    """Return a stream whose frames stand on several lines each."""
    told = (frame.removeprefix("data: ") for frame in frames.split("\n\n") if frame)
    pretty = (json.dumps(json.loads(one), indent=1) if one[:1] == "{" else one for one in told)
    return "".join("data: " + one.replace("\n", "\ndata: ") + "\n\n" for one in pretty)


def _call(id_: str, name: str | None, arguments: str) -> dict[str, object]:
    function = {"arguments": arguments} | ({"name": name} if name else {})
    return {"index": 0, "type": "function", "function": function} | ({"id": id_} if id_ else {})


_SAID = "네, 가능합니다. [1]"
_DELTA = {"content": _SAID}
_AS_DELTA = f'"delta": {json.dumps(_DELTA, ensure_ascii=False)}'
_AS_TEXT = f'"text": {json.dumps(_SAID, ensure_ascii=False)}'
_HALVES = "".join(
    f'data: {{"choices": [{{"delta": {{"content": "{half}"}}}}]}}\n\n'
    for half in (r"\ud83d", r"\ude00")
)
_ERROR = {"error": {"message": "upstream connect error", "type": "server_error", "code": 502}}

FAULTS = {
    "null frame": Fault("frames", text=f"data: null\n\n{_frames(_DELTA)}"),
    "usage is a word": Fault(
        "frames", text=f'data: {{"usage": "x", "choices": []}}\n\n{_frames(_DELTA)}'
    ),
    "content is a list": Fault(
        "frames",
        text=_frames(
            {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "음"}]}]},
            {"content": [{"type": "text", "text": _SAID}]},
        ),
    ),
    "choices is null": Fault("frames", text=f'data: {{"choices": null}}\n\n{_frames(_DELTA)}'),
    "byte order mark": Fault("frames", text=f"\ufeff{_frames(_DELTA)}"),
    "windows line ends": Fault("frames", text=_frames(_DELTA).replace("\n", "\r\n")),
    "old Macintosh line ends": Fault("frames", text=_frames(_DELTA).replace("\n", "\r")),
    "frames on several lines": Fault("frames", text=_over_lines(_frames(_DELTA))),
    "frames in frames": Fault("frames", text=_frames(_DELTA).replace("data: ", "data: data: ")),
    "numbers that are none": Fault(
        "frames",
        text=_frames(_DELTA).replace("{", '{"speed": NaN, "left": Infinity, ', 1),
    ),
    "usage without end": Fault(
        "frames", text=f'data: {{"usage": {{"prompt_tokens": 1e30}}}}\n\n{_frames(_DELTA)}'
    ),
    "usage of four hundred digits": Fault(
        "frames",
        text=f'data: {{"speed": NaN, "usage": {{"prompt_tokens": {10**400}}}}}\n\n'
        + _frames(_DELTA),
    ),
    "usage of nothing": Fault(
        "frames",
        text='data: {"usage": {"prompt_tokens": 0, "completion_tokens": 0}}\n\n' + _frames(_DELTA),
    ),
    "levels without end": Fault("frames", text=f'data: {{"choices": {"[" * 9_999}\n\n'),
    "place as a word": Fault("frames", text=_frames(_DELTA).replace('"index": 0', '"index": "0"')),
    "no end": Fault("frames", text=_frames(_DELTA, finish=None).replace("data: [DONE]\n\n", "")),
    "two calls in one place": Fault(
        "frames",
        of="guard",
        text=_frames(
            {"tool_calls": [_call("a", "rooms", '{"won"')]},
            {"tool_calls": [_call("", None, ": 5}")]},
            {"tool_calls": [_call("b", "rooms", '{"won": 7}')]},
        ),
    ),
    "object with status 200": Fault("body", text='{"status": "ok"}'),
    "nothing with status 200": Fault("body", text=""),
    "half characters": Fault(
        "frames",
        text=_HALVES + _frames(_DELTA),
    ),
    "another choice first": Fault(
        "frames",
        text='data: {"choices": [{"index": 1, "delta": {"content": "다른 답"}}]}\n\n'
        + _frames(_DELTA),
    ),
    "text of a completion": Fault("frames", text=_frames(_DELTA).replace(_AS_DELTA, _AS_TEXT)),
    "open after its end": Fault("open", text=_frames(_DELTA)),
    "open after its finish": Fault("open", text=_frames(_DELTA).replace("data: [DONE]\n\n", "")),
    "deltas without text": Fault(
        "frames",
        text=_frames({"role": "assistant"}, {"content": None}, {"content": ""}, _DELTA),
    ),
    "comments between frames": Fault(
        "frames", text=_frames(_DELTA).replace("data: ", ": ping\n\nevent: x\nid: 1\ndata: ")
    ),
    "frames without a blank": Fault("frames", text=_frames(_DELTA).replace("data: ", "data:")),
    "a frame of a megabyte": Fault(
        "frames", text=_frames(_DELTA).replace("{", '{"padding": "' + "x" * 1_000_000 + '", ', 1)
    ),
    "no done": Fault("frames", text=_frames(_DELTA).replace("data: [DONE]\n\n", "")),
    "no finish": Fault("frames", text=_frames(_DELTA, finish=None)),
    "thinking": Fault("say", text=f"<think>질문을 보니\n규칙은 이렇다</think>\n{_SAID}"),
    "thinking in a channel": Fault(
        "say",
        text="<|channel|>analysis<|message|>질문을 보니<|end|>"
        f"<|start|>assistant<|channel|>final<|message|>{_SAID}<|return|>",
    ),
    "tokens of its template": Fault(
        "say",
        text=f"<|start_header_id|>assistant<|end_header_id|>\n\n{_SAID}<|eot_id|>user\n더 있나요?",
    ),
    "tokens of another template": Fault("say", text=f"{_SAID}<|im_end|>\n<|im_start|>user\n또?"),
    "message beside the last delta": Fault(
        "frames",
        text=_frames(_DELTA, finish=None).replace("data: [DONE]\n\n", "")
        + "data: "
        + json.dumps(
            {"choices": [{"delta": {}, "message": _DELTA, "finish_reason": "stop"}]},
            ensure_ascii=False,
        )
        + "\n\ndata: [DONE]\n\n",
    ),
    "thinking without a tag to open it": Fault("say", text=f"질문을 보니</think>\n{_SAID}"),
    "reasoning": Fault("frames", text=_frames({"reasoning_content": "음, 규칙은"}, _DELTA)),
    "error in the stream": Fault("frames", text=f"data: {json.dumps(_ERROR)}\n\n"),
    "error without a name": Fault(
        "frames", text=f"data: {json.dumps({'object': 'error', **_ERROR['error']})}\n\n"
    ),
    "error of a choice": Fault(
        "frames",
        text=f"data: {json.dumps({'choices': [{'delta': {}, 'error': _ERROR['error']}]})}\n\n",
    ),
    "error as an event": Fault(
        "frames", text=f"event: error\ndata: {json.dumps(_ERROR['error'])}\n\n"
    ),
    "refusal": Fault("frames", text=_frames({"refusal": "I cannot help with that."})),
    "filter in the stream": Fault(
        "frames", text='data: {"error": {"message": "blocked by the content policy"}}\n\n'
    ),
    "page of a firewall": Fault(
        "page", status=403, text="<html><title>403 Forbidden</title>Request blocked.</html>"
    ),
    "text with status 200": Fault("body", text="Internal Server Error", content_type="text/plain"),
    "retry after no number": Fault("status", status=429, retry_after="nan"),
    "ended by an error": Fault("frames", text=_frames(_DELTA, finish="error")),
    "limit of Mistral": Fault("frames", text=_frames(_DELTA, finish="model_length")),
    "error with status 200": Fault("body", text=json.dumps(_ERROR)),
    "page with status 200": Fault(
        "body", text="<!doctype html><title>Sign in</title>", content_type="text/html"
    ),
    "whole reply": Fault(
        "body",
        text=json.dumps(
            {"choices": [{"message": {"content": _SAID}, "finish_reason": "stop"}]},
            ensure_ascii=False,
        ),
    ),
    "endless": Fault("say", text="가나다라 " * 50_000),
    "longest": Fault("length", after=6),
    "silence": Fault("hang", of="any"),
    "pings": Fault("ping"),
    "retry after a date": Fault("status", status=503, retry_after="Wed, 21 Oct 2099 07:28:00 GMT"),
    "overflow of vLLM": Fault(
        "status",
        status=400,
        code=400,
        text="This model's maximum context length is 4096 tokens. However, you requested 5000.",
    ),
    "overflow of llama.cpp": Fault(
        "status", status=500, text="Requested tokens (5000) exceed context window of 512"
    ),
    "filter of a gateway": Fault(
        "status", status=400, text="The response was filtered due to the content management policy."
    ),
    "reading in a fence": Fault(
        "say", of="guard", text='```json\n{"label": "on_topic", "query": "", "confidence": 1}\n```'
    ),
    "reading in prose": Fault("say", of="guard", text="This question is on topic."),
    "reading in another case": Fault(
        "say", of="guard", text='{"Label": "On-Topic", "query": null, "confidence": "high"}'
    ),
    **{
        f"vectors: {how}": Fault("vectors", of="embeddings", text=how)
        for how in ("short", "nan", "unordered", "missing", "ragged")
    },
}


def of_guard(fault: Fault) -> Fault:
    """Return the same failure, of the reading of a question."""
    return replace(fault, of="guard")
