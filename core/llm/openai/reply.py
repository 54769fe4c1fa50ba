"""The conversion of a server's frames into pieces of a completion.

Each server has its own way, which is read leniently: `docs/models.md` names them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from core.errors import ModelUnavailableError
from core.llm.completions import Finish, Piece, TokenCounts, token_count
from core.llm.openai.errors import told_error
from core.llm.openai.frames import FrameReader
from core.llm.tool_calls import CallText

# OpenAI's, and those of Mistral, Gemini, Cohere, GLM and DeepSeek behind the same form.
_FINISHES: Final = {
    "length": Finish.LENGTH,
    "max_tokens": Finish.LENGTH,
    "model_length": Finish.LENGTH,
    "content_filter": Finish.FILTERED,
    "safety": Finish.FILTERED,
    "refusal": Finish.FILTERED,
    "recitation": Finish.FILTERED,
    "prohibited_content": Finish.FILTERED,
    "blocklist": Finish.FILTERED,
    "error_toxic": Finish.FILTERED,
    "sensitive": Finish.FILTERED,
}
_BROKEN: Final = ("error", "abort", "cancelled", "insufficient_system_resource")


class ReplyReader:
    """Turns the bytes of a reply into pieces: of a stream, or of one JSON body.

    The last piece has a finish, unless the reply ended too early. `finished` tells that the text
    has ended, though something may follow.
    """

    def __init__(self, where: str, headers: Mapping[str, str], *, calls: bool) -> None:
        """Read calls of tools as text where there are tools to be called, and else not at all."""
        self._where = where
        self._calls = calls
        self._headers = headers
        self._frames = FrameReader(where)
        self._finish: Finish | None = None
        self._counts: TokenCounts | None = None
        self._thought = False
        self._call = CallText()
        self._call_id: object = None
        self._half = ""  # of a surrogate pair that two frames share

    @property
    def finished(self) -> bool:
        """Return whether the server has said that its answer has ended."""
        return self._finish is not None or self._frames.done

    def feed(self, data: bytes) -> Piece:
        """Return the text in these bytes.

        Raises:
            ModelReplyError: they are no reply.
            ModelError: they tell of an error.
        """
        text = self._text(self._frames.feed(data))
        return Piece(text, thought=self._thought)

    def close(self) -> Piece:
        """Return the rest, now that no bytes follow.

        Raises:
            ModelError: as `feed`.
        """
        try:
            frames = self._frames.close()
        except ModelUnavailableError:  # of no matter if the answer had ended before
            if not self.finished:
                raise
            frames = []
        text = self._text(frames) + self._call.close()
        finish = self._finish or (Finish.STOP if self._frames.done else None)
        return Piece(text, finish, self._counts, thought=self._thought)

    def _text(self, frames: Sequence[Any]) -> str:
        text = "".join(map(self._text_of, frames))
        return self._paired(text) if self._frames.careless else text

    def _text_of(self, reply: object) -> str:
        """Return the text of a frame or a body, and take note of what else it says."""
        if not isinstance(reply, dict):
            raise self._frames.no_reply(reply)
        if error := _error_in(reply):
            raise told_error(error, self._headers, self._where)
        if isinstance(usage := reply.get("usage"), dict):
            self._counts = _counts(usage)
        choice = _first_choice(reply.get("choices"))
        if choice is None and self._frames.whole:
            raise self._frames.no_reply(reply)
        if choice is None:
            return ""
        if error := choice.get("error"):
            raise told_error(error, self._headers, self._where)
        self._take_finish(str(choice.get("finish_reason") or "").lower())
        # Some repeat the whole message beside the last, empty delta.
        said = choice["delta"] if isinstance(choice.get("delta"), dict) else choice.get("message")
        if not isinstance(said, dict):
            return _content(choice.get("text"))  # as completions were before they were chats
        if said.get("refusal"):
            self._finish = Finish.FILTERED
        self._thought = self._thought or _has_thought(said)
        return _content(said.get("content")) + self._called(said.get("tool_calls"))

    def _called(self, calls: object) -> str:
        """Return what a message tells of the call of a tool; only the first one counts.

        Some give every call the same place, and tell them apart by their ids alone.
        """
        first = calls[0] if self._calls and isinstance(calls, list) and calls else None
        if not isinstance(first, dict) or first.get("index") not in (None, 0):
            return ""
        self._call_id = self._call_id or first.get("id")
        if first.get("id") not in (None, "", self._call_id):
            return ""
        function = first.get("function")
        if not isinstance(function, dict):
            return ""
        name = function.get("name")
        begun = self._call.begin(name) if isinstance(name, str) and name else ""
        return begun + self._call.add(function.get("arguments"))

    def _take_finish(self, reason: str) -> None:
        if reason in _BROKEN:
            raise ModelUnavailableError(f"{self._where} ended an answer with {reason!r}")
        if reason and self._finish is not Finish.FILTERED:
            self._finish = _FINISHES.get(reason, Finish.STOP)

    def _paired(self, text: str) -> str:
        """Return text whose surrogates are whole characters; half of one waits for the other."""
        text = self._half + text
        self._half = text[-1:] if "\ud800" <= text[-1:] <= "\udbff" else ""
        whole = text.removesuffix(self._half)
        return whole.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _error_in(reply: Mapping[str, Any]) -> object:
    """Return what a frame tells of a failure: in a field for it, or in place of choices."""
    if error := reply.get("error"):
        return error
    told = "choices" not in reply and (reply.get("message") or reply.get("detail"))
    return reply if isinstance(told, str) else None


def _first_choice(choices: object) -> Mapping[str, Any] | None:
    """Return the first of the choices; a frame may tell of another one."""
    found = choices if isinstance(choices, list) else []
    told = (c for c in found if isinstance(c, dict) and c.get("index") in (None, 0, "0"))
    return next(told, None)


def _content(content: object) -> str:
    """Return text from a string or from a list of parts; thinking is no text."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    return "".join(map(_part, content))


def _has_thought(said: Mapping[str, Any]) -> bool:
    """Return whether a message tells of thinking, as DeepSeek, vLLM, OpenRouter and Mistral do."""
    if said.get("reasoning_content") or said.get("reasoning"):
        return True
    content = said.get("content")
    parts = content if isinstance(content, list) else []
    return any(isinstance(part, dict) and part.get("type") == "thinking" for part in parts)


def _part(part: object) -> str:
    if isinstance(part, str):
        return part
    text = part.get("text") if isinstance(part, dict) and part.get("type") == "text" else ""
    return text if isinstance(text, str) else ""


def _counts(usage: Mapping[str, Any]) -> TokenCounts | None:
    """Return the tokens of a completion; None from a server that counts none, as no prompt has."""
    prompt, completion = map(token_count, map(usage.get, ("prompt_tokens", "completion_tokens")))
    if not prompt or completion is None:
        return None
    details = usage.get("prompt_tokens_details")
    cached = token_count(details.get("cached_tokens")) if isinstance(details, Mapping) else 0
    return TokenCounts(prompt, cached or 0, completion)
