"""The questions that are offered below an answer, each checked to be answered by the FAQ."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from typing import Final

from core.assistant.dialogue import followups
from core.assistant.dialogue.followups import LeadBack
from core.assistant.drafts.work import Work
from core.errors import AwayError
from core.profile import Profile
from core.retrieval.hits import Hit, is_answer
from core.retrieval.retriever import Retriever
from core.types import Entry, Label, Written

logger = logging.getLogger(__name__)

_NEAREST_TITLES: Final = 3
_SUGGESTIONS: Final = 2
_FOLLOWUPS: Final = 3


def _in_any_language(_title: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Offers:
    """Chooses the questions that are offered as buttons below an answer.

    `examples` suit any asker; `more` is the text of the button that shows the rest, and
    `contact_question` asks how people are reached. Titles are offered if `is_spoken` says that they
    are in the language of the question.
    """

    retriever: Retriever
    lead_back: LeadBack
    examples: Sequence[str]
    _: KW_ONLY
    more: str
    contact_question: str
    is_spoken: Callable[[str], bool] = _in_any_language

    def within(self, retriever: Retriever, examples: Sequence[str]) -> Offers:
        """Return offers that search with another retriever and fall back on other examples."""
        return replace(self, retriever=retriever, examples=examples)

    def spoken_by(self, profile: Profile, is_spoken: Callable[[str], bool]) -> Offers:
        """Return offers in the words of a profile of the same bot, and in its language."""
        return replace(
            self,
            is_spoken=is_spoken,
            examples=profile.examples,
            more=profile.more,
            contact_question=profile.contact_question,
        )

    async def related(
        self, asked: Sequence[str], entries: Sequence[Entry], work: Work
    ) -> tuple[str, ...]:
        """Return questions that the FAQ answers and that are near the answer from `entries`."""
        entries = [
            *(
                replace(entry, related=tuple(filter(self.is_spoken, entry.related)))
                for entry in entries[:1]
            ),
            *(entry for entry in entries[1:] if self.is_spoken(entry.title)),
        ]
        titles = [title for entry in entries for title in (*entry.related, entry.title)]
        await work.warm([form for title in titles for form in followups.labels(title)])
        return await followups.propose(
            answered=entries[:1], neighbours=entries[1:], asked=asked, search=self._first
        )

    async def after(
        self,
        asked: Sequence[str],
        written: Written,
        related: Sequence[str],
        left_out: Sequence[str],
        work: Work,
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the questions to offer below an answer, and the sentence that introduces each.

        The order is: the rest of the entry, the questions of the message that were left out, the
        model's offers that the FAQ answers, related titles that were not just shown. A question
        without a sentence has ""; there are no sentences at all if the model made no offers.
        """
        first = (*((self.more,) if written.more else ()), *left_out)
        shown = {form for used in written.used for form in followups.labels(used.title)}
        related = [title for title in related if title not in shown]
        if written.offers:
            await work.warm([offer.question for offer in written.offers])
            kept = await followups.checked(
                written.offers, asked=asked, sources=written.used, search=self._first
            )
            questions, sentences = followups.filled_up(kept, related, _FOLLOWUPS)
            return (*first, *questions), (*("" for _ in first), *sentences)
        return (*first, *related), ()

    def nearest(self, hits: Sequence[Hit]) -> tuple[str, ...]:
        """Return the titles nearest to a question that the FAQ does not answer."""
        spoken = [hit for hit in hits if self.is_spoken(hit.title)] or hits
        return tuple(followups.labels(hit.title)[-1] for hit in spoken[:_NEAREST_TITLES])

    async def contact(self, work: Work) -> tuple[str, ...]:
        """Return the title of the entry that tells how people are reached, if there is one."""
        if not self.contact_question:
            return ()
        await work.warm([self.contact_question])
        hits = await self._first(self.contact_question)
        return self.nearest(hits) if is_answer(hits) else ()

    async def leading_back(
        self, label: Label, text: str, hits: Sequence[Hit], work: Work
    ) -> tuple[str, ...]:
        """Return up to two suggestions that lead from a refusal back to the FAQ.

        For an off-topic message they are the question of its theme and entries near to it; the
        profile's examples come after them, and alone after an injection.
        """
        offered: list[str] = []
        if label is Label.OFF_TOPIC:
            ask = await self.retriever.aside(self.lead_back.question_for, text)
            if ask and not self.is_spoken(ask):
                ask = ""
            if ask:
                await work.warm([ask])
            if ask and is_answer(await self._first(ask)):
                offered.append(ask)
            near = (hit for hit in hits if hit.answers and self.is_spoken(hit.title))
            offered += [followups.labels(hit.title)[0] for hit in near]
        unique = dict.fromkeys((*offered, *self.examples))
        return tuple(unique)[:_SUGGESTIONS]

    async def _first(self, text: str) -> Sequence[Hit]:
        try:
            hit = await self.retriever.first(text)
        except AwayError as error:  # the answer itself is complete without the index
            logger.warning("nothing is offered: %s", error)
            return []
        return [hit] if hit else []
