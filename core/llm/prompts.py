"""Everything that a model is told is put together here, the part that never changes first.

Providers keep the beginning of a prompt ready when it is the same each time, so the rules stand in
one system message and the data follows. Data is quoted inside tags that it cannot close.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.answering import tidy
from core.tokens import estimate_tokens
from core.types import Exchange

Message = dict[str, str]

NONE = "[[NONE]]"
NEXT = "[[NEXT]]"

_HISTORY_TOKENS = 220
_SAID_CHARS = 160  # of an earlier answer: enough to know what "그거" is
_TAG = re.compile(
    r"[<＜〈‹](?=\s*[/／]?\s*(?:passages?|conversation|question|entry)\b)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Prompt:
    """A system message: `text` as the model reads it, `rules` without what anybody may know."""

    version: str
    text: str
    rules: str


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The part of a passage that goes into a prompt."""

    title: str
    text: str


def answer_messages(
    prompt: Prompt, question: str, history: Sequence[Exchange], excerpts: Sequence[Excerpt]
) -> list[Message]:
    """Rules, then one message with the conversation, the numbered passages and the question."""
    passages = "\n".join(
        f'<passage n="{number}" title="{_attribute(excerpt.title)}">\n'
        f"{quoted(excerpt.text)}\n</passage>"
        for number, excerpt in enumerate(excerpts, start=1)
    )
    data = f"{_conversation(history)}<passages>\n{passages}\n</passages>\n{_asked(question)}"
    return [_message("system", prompt.text), _message("user", data)]


def reading_messages(prompt: Prompt, question: str, history: Sequence[Exchange]) -> list[Message]:
    """Rules, then one message with the conversation and the question."""
    data = f"{_conversation(history)}{_asked(question)}"
    return [_message("system", prompt.text), _message("user", data)]


def questions_messages(prompt: Prompt, entries: Sequence[Excerpt]) -> list[Message]:
    """Rules, then one message with the entries that questions are to be written for, numbered."""
    data = "\n".join(
        f'<entry n="{number}" title="{_attribute(entry.title)}">\n{quoted(entry.text)}\n</entry>'
        for number, entry in enumerate(entries, start=1)
    )
    return [_message("system", prompt.text), _message("user", data)]


def resumed(messages: Sequence[Message], said: str, prompt: Prompt) -> list[Message]:
    """The messages again, with the beginning of the answer that broke off."""
    return [*messages, _message("assistant", said), _message("user", prompt.text)]


def quoted(text: str) -> str:
    """Text that cannot close or open a tag of ours, nor speak our markers."""
    return _TAG.sub("(", text).replace("[[", "[ [")


def _message(role: str, content: str) -> Message:
    return {"role": role, "content": content}


def _asked(question: str) -> str:
    return f"<question>\n{quoted(question)}\n</question>"


def _attribute(title: str) -> str:
    return quoted(tidy(title)).replace('"', "'")


def _conversation(history: Sequence[Exchange]) -> str:
    """The latest exchanges that fit, oldest first; earlier answers by their beginnings."""
    kept: list[str] = []
    room = _HISTORY_TOKENS
    for exchange in reversed(history):
        said = tidy(exchange.bot)
        said = f"{said[:_SAID_CHARS]}…" if len(said) > _SAID_CHARS else said
        lines = f"Q: {quoted(tidy(exchange.user))}\nA: {quoted(said)}"
        room -= estimate_tokens(lines)
        if room < 0:
            break
        kept.insert(0, lines)
    return "<conversation>\n{}\n</conversation>\n".format("\n".join(kept)) if kept else ""
