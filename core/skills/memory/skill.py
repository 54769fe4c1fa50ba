"""The memory as a skill: a person tells what to remember, sees it, and has it forgotten."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from difflib import SequenceMatcher
from typing import Any, Final

from core.ports import Memories
from core.skills.languages import Intents, load_tables
from core.skills.messenger import Messenger
from core.skills.skill import Request, SkillReply
from core.text.korean import compact
from core.types import Memory, Status

NAME: Final = "memory"

_LAPSES: Final = timedelta(hours=1)
_CORRECTED_WITHIN: Final = timedelta(minutes=5)
_MOST: Final = 30  # of one person
_MOST_CHARS: Final = 300
_MOST_CHOICES: Final = 3  # beside "all" and "keep"
_SOLE: Final = 2  # one thing to forget, or keep it
_SHORT: Final = 2  # words, which do not say by themselves what is to be remembered
_ONE_WORD: Final = re.compile(r"[^\W_]+")
_ALIKE: Final = 0.6  # from which share of its letters on a word is taken for a slip of another
_SUBJECT: Final = re.compile(
    r"\S(?:.*?\S)?(?:은|는|이|가)\s+(?=\S)|\S.*?\s(?:is|are|was)\s+(?=\S)", re.IGNORECASE
)
_WORD: Final = re.compile(r"[가-힣]{2,}|[A-Za-z]{3,}|\d+")


@dataclass(frozen=True, slots=True)
class MemoryWords:
    """The texts of a language by name, and what is understood, in all languages."""

    examples: tuple[str, ...]
    texts: Mapping[str, str]
    intents: Intents

    @classmethod
    def load(cls, language: str) -> MemoryWords:
        """Return those of a bot that speaks a language that ships: `ko` or `en`."""
        tables = load_tables("core.skills.memory", language)
        examples = tuple(example for table in tables for example in table["examples"])
        return cls(examples, tables[0]["texts"], Intents.of(tables))

    def says(self, intent: str, text: str) -> bool:
        """Return whether a text has a word of an intent."""
        return self.intents.found(intent, text) is not None

    def wanted(self, text: str) -> str:
        """Return what the words of a message want; "" if it is nothing."""
        if self.says("forget", text) and not self.says("head", text):
            return "forget"
        if self.says("show", text):
            return "show"
        return "remember" if self.says("remember", text) else ""

    def told(self, text: str) -> str:
        """Return what is to be remembered, without the words that ask for it."""
        without = self.intents.without("head", text)
        return self.intents.without("tail", without).strip(" .,:~!")

    def corrected(self, text: str, before: str) -> str | None:
        """Return what is to be remembered in place of what was told before.

        That is "" where a message says only that it was wrong, and None where it corrects nothing.
        A word or two take the place of what was said of the subject: "아니 라떼".
        """
        match = self.intents.found("correction", text)
        if match is None or self.says("question", text):
            return None
        if match.groupdict().get("wrong"):
            wrong, right = match["wrong"].strip(), match["right"].strip(" .,~!")
            return before.replace(wrong, right) if wrong in before else None
        told = self.told(text[match.end() :])
        if alike := _likest(told, before):
            return f"{before[: alike.start()]}{told}{before[alike.end() :]}"
        words = _WORD.findall(told.casefold())
        shared = sum(word in before.casefold() for word in words)
        if words and shared >= len(words) / 2:
            return told
        if len(told.split()) > _SHORT:
            return None
        match = _SUBJECT.match(before)
        return f"{match[0]}{told}" if match and told else ""


@dataclass(frozen=True, slots=True)
class MemorySkill:
    """Keeps what each person tells it, for that person alone."""

    memories: Memories
    words: MemoryWords
    messenger: Messenger
    name: str = NAME

    @property
    def examples(self) -> tuple[str, ...]:
        """Messages that are meant for it."""
        return self.words.examples

    @property
    def parameters(self) -> Mapping[str, Any]:
        """Return the schema of a request to the memory: what to do, and what to remember."""
        return {
            "action": {"type": "string", "enum": ["remember", "show", "forget"]},
            "text": {"type": "string", "description": "What is to be remembered."},
        }

    def plain(self, text: str) -> str:
        """Return the words that ask for something, without what is to be remembered."""
        match self.words.wanted(text):
            case "forget":
                found = self.words.intents.found("forget", text)
                return text[found.start() :] if found else text
            case "remember":
                return text.replace(self.words.told(text), "").strip() or text
        return text

    async def hear(self, request: Request) -> AsyncGenerator[Status | SkillReply]:
        """Yield what was remembered, is known or was forgotten.

        Raises:
            StorageError: it cannot be stored or deleted.
        """
        reply = await self._reply(request)
        if reply:
            yield reply

    async def _reply(self, request: Request) -> SkillReply | None:
        if request.data is not None and (reply := await self._chosen(request)):
            return reply
        known = await self.memories.of(request.situation.person)
        match request.arguments.get("action") or self.words.wanted(request.text):
            case "show":
                return await self._shown(request, known)
            case "forget":
                return await self._forgotten(request, known)
            case "remember":
                given = request.arguments.get("text")
                text = given.strip() if isinstance(given, str) else self.words.told(request.text)
                return await self._remembered(request, text, known)
        return None

    async def _remembered(
        self, request: Request, text: str, known: Sequence[Memory], instead: str = ""
    ) -> SkillReply:
        """Remember a text, in place of the memory with the id `instead` if there is one."""
        texts = self.words.texts
        if not text:
            return self._asking(request, texts["what"], (), {"asked": "what", "instead": instead})
        if len(text) > _MOST_CHARS:
            return SkillReply(texts["too_long"].format(chars=_MOST_CHARS))
        known = [one for one in known if one.id not in (request.question.id, instead)]
        others = [one.text for one in known]
        if compact(text) in map(compact, others):
            return SkillReply(texts["known"].format(text=text))
        if len(known) >= _MOST:
            return SkillReply(texts["full"])
        person = request.situation.person
        await self.memories.add(Memory(request.question.id, person, text))
        if instead:
            await self.memories.remove(person, [instead])
        return SkillReply(
            texts["remembered"].format(text=text),
            data=json.dumps({"latest": request.question.id}),
            only=(person,) if person else (),
            until=request.situation.now + _CORRECTED_WITHIN,
            asks=False,
        )

    async def _shown(self, request: Request, known: Sequence[Memory]) -> SkillReply:
        """Return what is known: to the person alone, where others could read it."""
        if not known:
            return SkillReply(self.words.texts["nothing"])
        lines = "\n".join(f"- {one.text}" for one in known)
        told = SkillReply(f"{self.words.texts['listed']}\n\n{lines}")
        question = request.question
        place = await self.messenger.direct(question.asker, question)
        if place is None or place.session == question.session:
            return told
        place = replace(place, text=question.text)
        await self.messenger.tell(place, told, skill=NAME, key=question.id)
        return SkillReply(self.words.texts["in_private"])

    async def _forgotten(self, request: Request, known: Sequence[Memory]) -> SkillReply:
        """Forget what is named, or return the question what is meant."""
        texts = self.words.texts
        if not known:
            return SkillReply(texts["nothing"])
        named = [one for one in known if compact(one.text) in compact(request.text)]
        if len(named) == 1 and not self.words.says("all", request.text):
            return await self._gone(request, named)
        if self.words.says("all", request.text):
            choices: tuple[str, ...] = (texts["all"], texts["keep"])
        else:
            alike = _alike(request.text, known)
            latest = (alike or known)[-_MOST_CHOICES:]
            every = () if alike else (texts["all"],)
            choices = (*(one.text for one in latest), *every, texts["keep"])
        ids = {one.text: one.id for one in known}
        sole = choices[0] if len(choices) == _SOLE else ""
        return self._asking(request, texts["which"], choices, {"ids": ids, "sole": sole})

    async def _chosen(self, request: Request) -> SkillReply | None:
        """Return the reply to a choice, a correction or what is to be remembered; else None."""
        asked = json.loads(request.data or "{}")
        known = await self.memories.of(request.situation.person)
        if "latest" in asked:
            return await self._corrected(request, asked["latest"], known)
        if "ids" not in asked:
            if request.stops or self._is_no_memory(request.text):
                return None
            text, instead = self.words.told(request.text), asked.get("instead", "")
            return await self._remembered(request, text, known, instead)
        texts, ids = self.words.texts, asked["ids"]
        if request.text == texts["keep"] or self.words.says("no", request.text):
            return SkillReply(texts["kept"])
        text = request.text
        if self.words.says("yes", text) and asked["sole"]:
            text = asked["sole"]
        if text == texts["all"] or self.words.says("all", f"{text} "):
            return await self._gone(request, known, every=True)
        named = [one for one in known if one.id == ids.get(text)]
        return await self._gone(request, named) if named else None

    def _is_no_memory(self, text: str) -> bool:
        """Return whether a text asks something, of the memory or of the FAQ, and tells nothing."""
        wanted = self.words.wanted(text)
        return wanted in ("show", "forget") or (not wanted and self.words.says("question", text))

    async def _corrected(
        self, request: Request, latest: str, known: Sequence[Memory]
    ) -> SkillReply | None:
        """Return the reply to a correction of the latest memory, by its id; None if it is none."""
        before = next((one for one in known if one.id == latest), None)
        if before is None or request.stops:
            return None
        right = self.words.corrected(request.text, before.text)
        if right is None:
            return None
        return await self._remembered(request, right, known, latest)

    async def _gone(
        self, request: Request, which: Sequence[Memory], *, every: bool = False
    ) -> SkillReply:
        await self.memories.remove(request.situation.person, [one.id for one in which])
        if every:
            return SkillReply(self.words.texts["forgot_all"])
        return SkillReply(self.words.texts["forgot"].format(text=which[0].text))

    @staticmethod
    def _asking(
        request: Request, text: str, choices: tuple[str, ...], asked: Mapping[str, object]
    ) -> SkillReply:
        person = request.situation.person
        return SkillReply(
            text,
            choices,
            json.dumps(asked, ensure_ascii=False),
            only=(person,) if person else (),
            until=request.situation.now + _LAPSES,
        )


def _likest(word: str, text: str) -> re.Match[str] | None:
    """Return the one word of a text that another word is like, as "peanuts" is like "nuts"."""
    if not _ONE_WORD.fullmatch(word):
        return None
    said = word.casefold()
    likeness = [
        (SequenceMatcher(None, said, one[0].casefold()).ratio(), one)
        for one in _ONE_WORD.finditer(text)
        if said.isdigit() == one[0].isdigit()
    ]
    if said.isdigit():  # two numbers are alike by being numbers
        return likeness[0][1] if len(likeness) == 1 else None
    likely = [(ratio, one) for ratio, one in likeness if ratio >= _ALIKE]
    return max(likely, key=lambda found: found[0])[1] if likely else None


def _alike(text: str, known: Sequence[Memory]) -> list[Memory]:
    """Return the memories that a message names by most of the words that it shares with any."""
    words = set(_WORD.findall(text.casefold()))
    shared = [sum(one in memory.text.casefold() for one in words) for memory in known]
    most = max(shared, default=0)
    return [one for one, count in zip(known, shared, strict=True) if most and count == most]
