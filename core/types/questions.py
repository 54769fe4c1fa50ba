"""The values of a question, its conversation, and its classification."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NewType

SessionId = NewType("SessionId", str)
"""Opaque text that names one conversation; each platform has one codec for it."""


class Label(StrEnum):
    """The label that the guardrail gives a question."""

    ON_TOPIC = "on_topic"
    OFF_TOPIC = "off_topic"
    INJECTION = "injection"
    GREETING = "greeting"


class SmallTalk(StrEnum):
    """The kinds of small talk, each of which has its own reply in the profile."""

    HELLO = "hello"
    THANKS = "thanks"
    GOODBYE = "goodbye"
    SOLVED = "solved"
    COMPLAINT = "complaint"
    INSULT = "insult"
    ARE_YOU_A_PERSON = "are_you_a_person"
    WHAT_CAN_YOU_DO = "what_can_you_do"
    PERSON_WANTED = "person_wanted"
    NOT_UNDERSTOOD = "not_understood"


@dataclass(frozen=True, slots=True)
class Exchange:
    """One earlier question and the answer to it, as context for the next question.

    `sources` are the titles of the entries that the answer was based on, if they are known.
    """

    user: str
    bot: str
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mention:
    """A person mentioned in a message, with their id as in `Question.asker`, and their name.

    `text` is the mention in the question's text, such as `@지수`.
    """

    person: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question as an adapter hands it over; `id` is the platform's own message id.

    `edited_at` is the time of the edit that gave it this text, by the platform's clock. `mentions`
    are stored only in the inbox.
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
    """The guardrail's verdict: the label, and the probability of each label (their sum is 1).

    `kind` is the kind of small talk. With the label on topic, it is a complaint in the message.
    """

    label: Label
    scores: dict[Label, float]
    kind: SmallTalk | None = None


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool that a model calls, with unchecked arguments from the message."""

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Classification:
    """A model's reading of a question.

    `query` is the text to search for, "" for the question itself. `call` is the tool that the model
    calls, if it was offered any.
    """

    label: Label
    query: str = ""
    confidence: float = 1.0
    call: ToolCall | None = None
