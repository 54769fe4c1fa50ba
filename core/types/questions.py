"""A question, what came before it, and what it is read as."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NewType

SessionId = NewType("SessionId", str)
"""Opaque text that names one conversation; encoded and decoded in one place per platform."""


class Label(StrEnum):
    """The label that the guardrail gives a question."""

    ON_TOPIC = "on_topic"
    OFF_TOPIC = "off_topic"
    INJECTION = "injection"
    GREETING = "greeting"


class SmallTalk(StrEnum):
    """The kind of a message that asks nothing of the FAQ, each of which has its own sentence."""

    HELLO = "hello"
    THANKS = "thanks"
    GOODBYE = "goodbye"
    SOLVED = "solved"
    COMPLAINT = "complaint"
    INSULT = "insult"
    ARE_YOU_A_PERSON = "are_you_a_person"
    PERSON_WANTED = "person_wanted"
    NOT_UNDERSTOOD = "not_understood"


@dataclass(frozen=True, slots=True)
class Exchange:
    """One earlier question and the answer to it, as context for the next question.

    `sources` holds the titles that the answer stood on, where that is known.
    """

    user: str
    bot: str
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mention:
    """A person whom a message names: their id as `Question.asker` has it, and their name.

    `text` is how the question's text shows them, such as `@지수`.
    """

    person: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question as an adapter hands it over; `id` is the platform's own message id.

    `edited_at` is when its asker edited it into this text, by the platform's clock. `mentions` are
    kept in the inbox alone.
    """

    id: str
    session: SessionId
    text: str
    asker: str = ""
    asked_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    reply_to: str | None = None
    edited_at: datetime | None = field(default=None, compare=False)
    mentions: tuple[Mention, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The guardrail's answer: the label, and a probability for every label (they sum to 1).

    `kind` is that of small talk. Beside a question that is on topic it is a complaint.
    """

    label: Label
    scores: dict[Label, float]
    kind: SmallTalk | None = None


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool that a model wants to be used, with what it read from the message, not checked."""

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Classification:
    """A model's reading of a question; `query` is "" where the question stands alone.

    `call` is the tool that the question is for, if the model was offered any.
    """

    label: Label
    query: str = ""
    confidence: float = 1.0
    call: ToolCall | None = None
