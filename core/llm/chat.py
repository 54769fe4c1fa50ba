"""Answers by a model, from the passages that it is given."""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from core.errors import (
    ModelBrokeOffError,
    ModelNonsenseError,
    ModelOverflowError,
    ModelRefusedError,
    ModelReplyError,
)
from core.llm.completions import CompletionRequest, Completions, Finish, Piece
from core.llm.prompts import NEXT, NONE, ChatMessage, Prompt, answer_messages, pack, resumed
from core.profile.profile import Profile
from core.text.languages import in_language_of
from core.text.safety.claims import ClaimFilter
from core.text.safety.legibility import LegibilityWatch
from core.types import AnswerPiece, Cited, Exchange, Offer, Passage, Written

logger = logging.getLogger(__name__)

PASSAGE_TOKENS = 430
_TIGHT_TOKENS = 200  # the answer of a model that reads little
_ANSWER_TOKENS = 900
_BREAKS = 2  # a stream is taken up again that often

_CITATION = re.compile(r"[ \t]*\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\]")
# The end of a piece that the next piece may turn into a citation, a marker or the end.
_OPEN = re.compile(r"\s*(?:\[[\d\s,]{0,24}|\[\[[A-Z]{0,4}\]?)?$")
_OPEN_CHARS = 64
_BULLET = re.compile(r"^\s*(?:[-*·•]|\d+[.)])\s*")
_OFFERS = 3
_LONGEST_OFFER_CHARS = 120
_SEAM_CHARS = 24
_LEAST_OVERLAP_CHARS = 4


@dataclass(frozen=True, slots=True)
class AnswerWriter:
    """Implements `core.ports.ChatModel`.

    `profile` has what a person reads, in the language of the question, below an answer that was cut
    at its longest, or of which sentences were left out.
    """

    completions: Completions
    prompt: Prompt
    resume: Prompt
    profile: Profile

    @property
    def name(self) -> str:
        """Return the name of the model."""
        return self.completions.name

    async def answer(
        self, question: str, history: Sequence[Exchange], passages: Sequence[Passage]
    ) -> AsyncGenerator[AnswerPiece]:
        """Stream Markdown with `[n]`, then one `Written`; its `used` is empty for "not in here".

        A prompt that is too long is asked again with less in it. A stream that breaks off is taken
        up where it stopped.

        Raises:
            ModelError: after all that; text may have been given before.
        """
        try:
            async with aclosing(self._written(question, history, passages, PASSAGE_TOKENS)) as all_:
                async for piece in all_:
                    yield piece
        except ModelOverflowError:
            async with aclosing(self._written(question, (), passages, _TIGHT_TOKENS)) as less:
                async for piece in less:
                    yield piece

    async def _written(
        self,
        question: str,
        history: Sequence[Exchange],
        passages: Sequence[Passage],
        tokens: int,
    ) -> AsyncGenerator[AnswerPiece]:
        excerpts = pack(question, passages, tokens)
        given = passages[: len(excerpts)]
        profile = in_language_of(self.profile, question)
        messages = answer_messages(self.prompt, question, history, excerpts)
        scribe, claims = Scribe(given), ClaimFilter(question)
        last = Piece()
        for breaks in range(_BREAKS + 1):
            again = resumed(messages, scribe.raw, self.resume) if scribe.raw else messages
            try:
                async with aclosing(self._said(again, scribe)) as said:
                    async for piece in said:
                        last = piece
                        text = claims.feed(piece.text, scribe.cited, scribe.texts)
                        for shown in scribe.citing(text):
                            yield shown
                break
            except ModelBrokeOffError as error:
                if scribe.finished:
                    break
                if breaks == _BREAKS:
                    if rest := claims.close(scribe.cited, scribe.texts):
                        yield rest
                    raise
                logger.warning("taking up an answer again: %s", error)
        ending = self._ended(scribe, claims)
        ending += f"\n\n{profile.withheld}" if claims.withheld else ""
        for shown in scribe.citing(ending):
            yield shown
        if last.finish is Finish.LENGTH and not scribe.finished:
            yield f" …\n\n{profile.model.too_long}"
        model = last.model or self.name
        yield Written(
            scribe.used,
            scribe.offers,
            model,
            self.prompt.version,
            withheld=claims.withheld,
            given=messages[-1]["content"],
        )

    def _ended(self, scribe: Scribe, claims: ClaimFilter) -> str:
        """Return the end of an answer.

        Raises:
            ModelReplyError: nothing of it may be shown.
        """
        rest = claims.feed(scribe.close(), scribe.cited, scribe.texts)
        rest += claims.close(scribe.cited, scribe.texts)
        if not scribe.raw.strip():
            raise ModelReplyError(f"{self.name} returned an empty answer")
        if not claims.withheld:
            return rest
        logger.warning("%d sentences of %s were withheld", claims.withheld, self.name)
        if not claims.passed:
            raise ModelReplyError(f"{self.name} claims what no passage says")
        return rest

    async def _said(self, messages: list[ChatMessage], scribe: Scribe) -> AsyncGenerator[Piece]:
        """Yield what one stream adds to the answer; the last piece may have no text."""
        seam, legibility = Seam(scribe.raw), LegibilityWatch()
        begun = False
        resumes = bool(scribe.raw)
        request = CompletionRequest(messages, _ANSWER_TOKENS, temperature=0.2, resumes=resumes)
        async with aclosing(self.completions.stream(request)) as pieces:
            async for piece in pieces:
                legibility.feed(piece.text)
                if legibility.garbled:
                    raise ModelNonsenseError(f"{self.name} writes an unreadable text")
                new = seam.feed(piece.text)
                if piece.finish:
                    new += seam.close()
                text = scribe.feed(new)
                if text or piece.finish:
                    yield replace(piece, text=text)
                    begun = True
                if piece.finish is Finish.FILTERED:
                    raise ModelRefusedError(f"{self.name}: its content filter stopped the answer")
                if begun and not piece.finish:
                    await self.completions.pause()


class Scribe:
    """Turns a model's raw text into an answer: `feed` returns what is certain, `close` the rest.

    `texts` are those of the passages with their titles.
    """

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._passages = passages
        self.texts = [f"{passage.title}\n{passage.text}" for passage in passages]
        self._held = ""
        self._cited: list[int] = []
        self._told = 0
        self._after: str | None = None
        self._shown = False
        self.raw = ""

    @property
    def none(self) -> bool:
        """Return whether the model said that the passages hold no answer."""
        return not self._shown and NONE in self.raw

    @property
    def finished(self) -> bool:
        """Return whether the answer is complete, although offers may follow."""
        return self._after is not None

    @property
    def used(self) -> tuple[Passage, ...]:
        """Return the cited passages in their new order; the nearest one if none was cited."""
        return () if self.none else self._cited_passages or tuple(self._passages[:1])

    @property
    def _cited_passages(self) -> tuple[Passage, ...]:
        return tuple(self._passages[number - 1] for number in self._cited)

    def citing(self, text: str) -> tuple[str | Cited, ...]:
        """Return a text that is shown, if there is any, behind what is newly cited by now."""
        if not text or len(self._cited) == self._told:
            return (text,) if text else ()
        self._told = len(self._cited)
        return Cited(self._cited_passages), text

    @property
    def cited(self) -> list[str]:
        """Return the texts of the cited passages, in their new order."""
        return [self.texts[number - 1] for number in self._cited]

    @property
    def offers(self) -> tuple[Offer, ...]:
        """Return the questions that the model proposes as follow-ups."""
        lines = (_BULLET.sub("", line).split("||") for line in (self._after or "").splitlines())
        offers = [
            Offer(parts[0].strip(), parts[1].strip())
            for parts in lines
            if len(parts) == 2 and all(0 < len(p.strip()) <= _LONGEST_OFFER_CHARS for p in parts)
        ]
        return tuple(offers[:_OFFERS])

    def feed(self, text: str) -> str:
        """Take raw text; return what may be shown of it."""
        self.raw += text
        if self._after is not None:
            self._after += text
            return ""
        held = self._held + text
        answer, marker, after = held.partition(NEXT)
        if marker:
            self._after, self._held = after, ""
            return self._readable(answer.rstrip())
        open_at = _OPEN.search(held, max(0, len(held) - _OPEN_CHARS))
        cut = open_at.start() if open_at else len(held)
        self._held = held[cut:]
        return self._readable(held[:cut])

    def close(self) -> str:
        """Return what was held, now that nothing follows."""
        held, self._held = self._held.rstrip(), ""
        return self._readable(held)

    def _readable(self, text: str) -> str:
        text = _CITATION.sub(self._renumbered, text.replace(NONE, ""))
        if not self._shown:
            text = text.lstrip()
            self._shown = bool(text)
        return text

    def _renumbered(self, match: re.Match[str]) -> str:
        """Return a citation with its new number; "" for a passage that was not given."""
        known = [int(n) for n in match[1].split(",") if 0 < int(n) <= len(self._passages)]
        for number in known:
            if number not in self._cited:
                self._cited.append(number)
        marks = "".join(f"[{self._cited.index(number) + 1}]" for number in dict.fromkeys(known))
        return f" {marks}" if marks and match[0][0].isspace() else marks


class Seam:
    """Joins a continuation to the text before it, without what the model repeats.

    Raises:
        ModelReplyError: from `feed`, when it starts over with other words.
    """

    def __init__(self, said: str) -> None:
        self._said = said
        self._held = "" if said else None
        self._repeated = ""

    def feed(self, text: str) -> str:
        """Return what is new in this piece of the continuation."""
        if self._repeated:
            return self._skip(text)
        if self._held is None:
            return text
        self._held += text
        return self._joined() if len(self._held) >= _SEAM_CHARS else ""

    def close(self) -> str:
        """Return what was held, when the continuation ends early."""
        return self._joined() if self._held else ""

    def _joined(self) -> str:
        held, self._held = self._held or "", None
        head = min(_SEAM_CHARS, len(self._said))
        if len(self._said) >= _LEAST_OVERLAP_CHARS and held[:head] == self._said[:head]:
            self._repeated = self._said
            return self._skip(held)
        for size in range(min(len(held), len(self._said)), _LEAST_OVERLAP_CHARS - 1, -1):
            if self._said.endswith(held[:size]):
                return held[size:]
        return held

    def _skip(self, text: str) -> str:
        expected, self._repeated = self._repeated[: len(text)], self._repeated[len(text) :]
        if not text.startswith(expected):
            raise ModelReplyError("the model started its answer over with other words")
        return text[len(expected) :]
