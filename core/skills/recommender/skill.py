"""The product recommender as a skill: it asks for what is missing, and says why it recommends."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from core.skills.recommender.advice import Advised, Adviser, Consultation, NextQuestion
from core.skills.skill import Request, SkillReply
from core.types import Status

# Stands for what a message says of the buyer, of which one thing more or less tells nothing.
_TOLD: Final = " 조건"
_MOST_TOLD: Final = 2


@dataclass(frozen=True, slots=True)
class RecommenderSkill:
    """Recommends products in a conversation."""

    adviser: Adviser
    examples: tuple[str, ...]
    name: str = "recommender"

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The features of a buyer."""
        return {one.name: one.schema for one in self.adviser.form.fields}

    def plain(self, text: str) -> str:
        """Return the message without what it says of the buyer, but with a mark that it does."""
        form = self.adviser.form
        return form.without(text) + _TOLD * min(len(form.read(text, {})), _MOST_TOLD)

    async def hear(self, request: Request) -> AsyncGenerator[Status | SkillReply]:
        """Yield the next question with its buttons, or products with reasons.

        "왜 추천한 거야?" gets every reason for what was shown last.

        Nothing is yielded where a message in mid-dialogue says nothing about the buyer.
        """
        consultation = _consultation(request.data)
        person = request.situation.person
        only = (person,) if person else ()
        if self.adviser.wants_reasons(request.text, consultation):
            reasons = self.adviser.reasons(consultation)
            reply = self._reply(reasons, begins=False)
            told = any(why for _, why in reasons.products)
            text = reply.text if told else f"{self.adviser.form.no_reason}\n\n{reply.text}"
            yield replace(reply, text=text, data=request.data, only=only)
            return
        advice = self.adviser.hear(request.text, consultation, request.arguments)
        goes_on = self.adviser.wants_others(request.text, consultation)
        if (
            request.data is not None
            and advice.consultation.known == consultation.known
            and not goes_on
        ):
            return
        reply = self._reply(advice, begins=request.data is None)
        noted = self.adviser.form.corrected(consultation.known, advice.consultation.known)
        yield replace(reply, text="\n\n".join(filter(None, [noted, reply.text])), only=only)

    def _reply(self, advice: NextQuestion | Advised, *, begins: bool) -> SkillReply:
        form = self.adviser.form
        data = json.dumps(
            {"known": dict(advice.consultation.known), "shown": list(advice.consultation.shown)}
        )
        if isinstance(advice, NextQuestion):
            lines = [form.begin, advice.field.ask] if begins else [advice.field.ask]
            return SkillReply("\n\n".join(lines), tuple(advice.field.choices), data)
        if not advice.products:
            return SkillReply(form.none_left)
        products = [
            f"{number}. **{form.product(found.product)}**" + (f"  \n{why}" if why else "")
            for number, (found, why) in enumerate(advice.products, start=1)
        ]
        return SkillReply("\n".join(products), (form.others,), data, asks=False)


def _consultation(data: str | None) -> Consultation:
    if data is None:
        return Consultation()
    kept = json.loads(data)
    return Consultation(kept["known"], tuple(kept["shown"]), is_asked=True)
