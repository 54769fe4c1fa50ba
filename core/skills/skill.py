"""A skill: something the bot does besides answering from the FAQ.

A skill hears a message of a conversation and says what it does with it. It is pure with regard to
the conversation: all that it knows of it comes with the request and goes with the reply.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from core.assistant.dialogue.situation import Situation
from core.llm.completions import Schema
from core.llm.prompts import ChatMessage
from core.types import Dialogue, File, Question, Status

AskModel = Callable[[Sequence[ChatMessage], Schema], Awaitable[Mapping[str, Any]]]


async def no_model(_messages: Sequence[ChatMessage], _schema: Schema) -> Mapping[str, Any]:
    """Return nothing: what asking a model returns where there is none."""
    return {}


@dataclass(frozen=True, slots=True)
class Request:
    """A message to a skill.

    `text` is normalised. `data` is what the skill's last reply in this conversation left, None if
    the skill was not at work. `question.id` is the same when the message is handled again after a
    crash: whatever changes something outside uses it as the key that makes it happen once.
    `arguments` are what a model has read from the message, by the names of the skill's
    `parameters`; nobody has checked them. `stops` says that the text is nothing but words that
    end a dialogue, which a skill leaves alone unless they mean something else to it. `ask_model`
    returns the JSON object that a model writes, {} without a model, at a limit, or if it fails.
    """

    question: Question
    text: str
    data: str | None
    situation: Situation
    arguments: Mapping[str, Any] = field(default_factory=dict)
    stops: bool = False
    ask_model: AskModel = no_model


@dataclass(frozen=True, slots=True)
class SkillReply:
    """The reply of a skill.

    `choices` are shown as buttons; a press says their words. `data` is what the skill needs to go
    on; None ends the dialogue. Where something is to be confirmed, `only` names the people who may
    press, and `until` says when it lapses. `files` are attached in each platform's own way. Of two
    matters in one conversation, each by its `topic`, neither makes the other's buttons stale. A
    reply that leaves `data` asks something: after a message that neither the skill nor the FAQ
    understands, it is asked again, once. `asks=False` is for a reply that only stays open.
    `guessed` is for one that took any words for the answer to a question: it is dropped where they
    plainly ask the FAQ or another skill.
    """

    text: str
    choices: tuple[str, ...] = ()
    data: str | None = None
    only: tuple[str, ...] = ()
    until: datetime | None = None
    files: tuple[File, ...] = ()
    topic: str = ""
    asks: bool = True
    guessed: bool = False

    def dialogue(self, skill: str) -> Dialogue:
        """Return the state of the dialogue after this reply of a skill."""
        asks = self.asks and self.data is not None
        return Dialogue(skill, self.data, self.only, self.until, self.files, self.topic, asks)


class Skill(Protocol):
    """Something the bot does; one is a folder in `core/skills/`."""

    @property
    def name(self) -> str:
        """The name by which profiles switch it on, and which its turns keep."""
        ...

    @property
    def examples(self) -> tuple[str, ...]:
        """Messages that are meant for it, as people write them."""
        ...

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The JSON schema of each thing that a message may say to it, by name, for models."""
        ...

    def plain(self, text: str) -> str:
        """Return a message as it is held against the examples: names and dates may be gone."""
        ...

    def hear(self, request: Request) -> AsyncGenerator[Status | SkillReply]:
        """Yield any number of `Status`, then one reply; no reply if it is not meant.

        Raises:
            AwayError: a store is away; the same message is heard again, as after a crash.
            FaqbotError: it could not be done, and nothing was changed.
        """
        ...


@runtime_checkable
class Invited(Protocol):
    """A skill in which the bot itself may take part: other bots may ask it, too."""

    def is_invited(self, text: str) -> bool:
        """Return whether a text is for the bot itself."""
        ...
