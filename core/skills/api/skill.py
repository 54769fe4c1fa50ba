"""An operation of an API as a skill: reading is done at once, a change once it was confirmed."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from core.skills.api.arguments import (
    checked,
    converted,
    corrected_number,
    misfits,
    missing,
    problem,
    read_arguments,
)
from core.skills.api.book import Allowed, Book
from core.skills.api.client import ApiAnswer, ApiAwayError, ApiCall, Sender, call_of
from core.skills.api.journal import Journal
from core.skills.api.operations import Parameter
from core.skills.api.schemas import for_model
from core.skills.api.shown import plain, said, shown
from core.skills.skill import Request, SkillReply
from core.types import Status

logger = logging.getLogger(__name__)

_LAPSES: Final = timedelta(minutes=10)
_MOST_CHOICES: Final = 25
_ANY_DAY: Final = datetime(2000, 1, 1, tzinfo=UTC)  # a message is plain whenever it was written
_REFUSED: Final = 300  # from this status on an answer is a refusal; redirects are not followed


@dataclass(frozen=True, slots=True)
class OperationSkill:
    """Does one operation, of those that the book allows."""

    book: Book
    allowed: Allowed
    client: Sender
    journal: Journal
    texts: Mapping[str, str]

    @property
    def name(self) -> str:
        """The skill's name, one for each operation of each book."""
        return f"api:{self.book.name}.{self.allowed.operation.id}"

    @property
    def examples(self) -> tuple[str, ...]:
        """The words in which people ask for the operation."""
        return self.allowed.examples

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The schemas of the operation's arguments, without what could instruct a model."""
        return {
            one.name: for_model(one.schema, one.about) for one in self.allowed.operation.parameters
        }

    def plain(self, text: str) -> str:
        """Return a message without the arguments that it says."""
        for value in read_arguments(self.allowed, text, _ANY_DAY).values():
            for one in value if isinstance(value, list) else [value]:
                text = text.replace(str(one), " ")
        return " ".join(text.split())

    async def hear(self, request: Request) -> AsyncGenerator[Status | SkillReply]:
        """Yield what is missing, what is to be confirmed, or what the API answered.

        Raises:
            StorageError: it cannot be noted that a call begins, so it is not made.
        """
        kept = json.loads(request.data) if request.data else None
        if kept and not request.arguments:
            reply = self._go_on(request, kept)
        else:
            known = kept["arguments"] if kept else {}
            reply = self._next(request, {**known, **self._said(request)})
        if isinstance(reply, ApiCall):
            yield Status(self.texts["calling"])
            yield await self._made(reply, request)
        elif reply is not None:
            yield reply

    def _next(self, request: Request, arguments: dict[str, Any]) -> SkillReply | ApiCall:
        """Return the question for what is missing, or the call: to be confirmed, or at once.

        What a model has read goes before what was read without one.
        """
        given, wrong = checked(self.allowed, request.arguments, request.situation.now)
        arguments = {**arguments, **given}
        if wrong:
            return self._asked(request, arguments, wrong, is_wrong=True)
        if parameter := missing(self.allowed, arguments):
            is_wrong = parameter in self._misfits(request)
            return self._asked(request, arguments, parameter, is_wrong=is_wrong)
        call = call_of(self.book, self.allowed.operation, arguments)
        if self.allowed.operation.reads:
            return call
        fence = "`" * max(3, 1 + max(map(len, re.findall("`+", call.shown)), default=0))
        says_yes = re.fullmatch(self.texts["yes"], request.text, re.IGNORECASE) is not None
        text = f"{self.texts['press' if says_yes else 'confirm']}\n\n{fence}\n{call.shown}\n{fence}"
        choices = (self.texts["go"], self.texts["stop"])
        return self._kept(request, text, choices, {"arguments": arguments})

    def _go_on(self, request: Request, kept: dict[str, Any]) -> SkillReply | ApiCall | None:
        """Return what follows in a dialogue; None if the message is about something else."""
        if request.text.casefold() == self.texts["stop"].casefold():
            return SkillReply(self.texts["stopped"])
        arguments = kept["arguments"]
        if "asks" in kept:
            return self._with_answer(request, arguments, kept["asks"])
        if request.text.casefold() == self.texts["go"].casefold():
            return call_of(self.book, self.allowed.operation, arguments)
        said_anew = self._said(request)
        now = request.situation.now
        said_anew = said_anew or corrected_number(self.allowed, arguments, request.text, now)
        changed = {name: value for name, value in said_anew.items() if arguments.get(name) != value}
        if changed or re.fullmatch(self.texts["yes"], request.text, re.IGNORECASE):
            return self._next(request, {**arguments, **changed})
        misfits = self._misfits(request)
        return self._asked(request, arguments, misfits[0], is_wrong=True) if misfits else None

    def _with_answer(
        self, request: Request, arguments: dict[str, Any], name: str
    ) -> SkillReply | ApiCall | None:
        """Return what follows an answer to the question for an argument."""
        parameter = next(one for one in self.allowed.operation.parameters if one.name == name)
        found = self._said(request)
        value = found.get(name, converted(parameter, request.text, request.situation.now))
        why = problem(parameter, value)
        if request.text.rstrip().endswith("?") and (why or name not in found):
            return None  # it asks something itself
        if why:
            return self._asked(request, arguments, parameter, is_wrong=True)
        return self._next(request, {**arguments, **found, name: value})

    def _said(self, request: Request) -> dict[str, Any]:
        return read_arguments(self.allowed, request.text, request.situation.now)

    def _misfits(self, request: Request) -> list[Parameter]:
        return misfits(self.allowed, request.text, request.situation.now)

    def _asked(
        self,
        request: Request,
        arguments: dict[str, Any],
        parameter: Parameter,
        *,
        is_wrong: bool = False,
    ) -> SkillReply:
        """Return the question for an argument; what was said of it may have been wrong."""
        about = plain(parameter.about or parameter.name)
        ask = self.allowed.asks.get(parameter.name) or self.texts["ask"].format(about=about)
        schema = parameter.schema.get("items") or parameter.schema
        choices = tuple(map(str, schema.get("enum", ())[:_MOST_CHOICES]))
        text = f"{self._wrong(schema)}\n\n{ask}" if is_wrong else ask
        return self._kept(request, text, choices, {"arguments": arguments, "asks": parameter.name})

    def _wrong(self, schema: Mapping[str, Any]) -> str:
        """Return what is told of a value that a schema does not allow, with what it does."""
        low, high = schema.get("minimum"), schema.get("maximum")
        if low is not None and high is not None:
            return self.texts["invalid_range"].format(low=low, high=high)
        if "maxLength" in schema:
            return self.texts["invalid_length"].format(chars=schema["maxLength"])
        return self.texts["invalid"]

    def _kept(
        self, request: Request, text: str, choices: tuple[str, ...], data: dict[str, Any]
    ) -> SkillReply:
        return SkillReply(
            text,
            choices,
            json.dumps(data, ensure_ascii=False),
            only=(request.situation.person,) if request.situation.person else (),
            until=request.situation.now + _LAPSES,
        )

    async def _made(self, call: ApiCall, request: Request) -> SkillReply:
        """Make a call, and say what came of it; a change that was begun is not made again."""
        key, reads = request.question.id, call.operation.reads
        if not reads and not await asyncio.to_thread(self.journal.begin, key):
            return SkillReply(self.texts["unclear"])
        try:
            told = await self.client.send(call, key=key)
        except ApiAwayError as error:
            logger.warning("the API did not answer: %s", error)
            return SkillReply(self.texts["away" if reads else "unclear"])
        return SkillReply(self._text(told))

    def _text(self, told: ApiAnswer) -> str:
        listed = shown(told, nothing=self.texts["nothing"], more=self.texts["more"])
        if told.status >= _REFUSED:
            return f"{self.texts['refused'].format(status=told.status)}\n\n{listed}"
        if self.allowed.answer and (text := said(self.allowed.answer, told.content)):
            return text
        done = "" if self.allowed.operation.reads else f"{self.texts['done']}\n\n"
        return f"{done}{listed}"
