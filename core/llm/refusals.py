"""The meaning of a refusal by its words, as providers use one status for many reasons."""

from __future__ import annotations

import re
from typing import Final

_SAID_CHARS: Final = 200
# OpenAI and vLLM speak of a maximum context length, llama.cpp of a context window or n_ctx, Bedrock
# and Anthropic of an input or a prompt that is too long, Cohere of an input length that exceeds,
# TGI of inputs that must have fewer tokens, xAI and vLLM of a maximum prompt or model length.
_OVERFLOW = re.compile(
    r"context[ _-]?(?:length|window|size)|(?:maximum|max|longest)\b.{0,20}\bcontext"
    r"|(?:prompt|inputs?|request|messages?|text)\b.{0,20}\b(?:is|are|was) too (?:long|large)"
    r"|too many (?:input |prompt )?tokens|input (?:length|tokens?)\b.{0,40}\bexceed"
    r"|exceeds?\b.{0,40}\b(?:n_ctx|context|token limit|maximum.{0,12}tokens)"
    r"|reduce (?:the|your) (?:length|prompt|input|message)"
    r"|maximum (?:prompt|input|model|sequence) length|max_(?:model_len|seq_len|input_tokens)"
    r"|(?:prompt|inputs?)\b.{0,40}\b(?:longer than|exceeds?|must (?:be <|have (?:less|fewer)))"
    r"|range of input length",
    re.IGNORECASE | re.DOTALL,
)
_FILTERED = re.compile(
    r"content[ _-]?(?:filter|policy|management|moderation)|responsible ?ai|guardrail"
    r"|moderation|jailbreak|(?:flagged|blocked|rejected)\b.{0,40}\b(?:safety|policy|content|harm)"
    r"|safety (?:system|setting|filter|reason)|violat\w*\b.{0,40}\bpolic"
    r"|inappropriate content|content exists risk|data_inspection|sensitive (?:content|words?)"
    r"|high[ -]risk|prohibited[ _]content|敏感|不安全|违规|부적절",
    re.IGNORECASE | re.DOTALL,
)


def is_overflow(said: str) -> bool:
    """Return whether a refusal says that the prompt is longer than the model reads."""
    return bool(_OVERFLOW.search(said))


def is_filtered(said: str) -> bool:
    """Return whether a refusal says that a content filter stopped the prompt."""
    return bool(_FILTERED.search(said))


def short(said: str) -> str:
    """Return the beginning of what a server said, in one line."""
    return " ".join(said.split())[:_SAID_CHARS]
