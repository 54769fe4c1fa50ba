"""Candidates as training examples: in the very form in which the bot asks a model."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, replace

from core.llm.prompts import (
    NONE,
    ChatMessage,
    Excerpt,
    Prompt,
    answer_messages,
    estimate_tokens,
    pack,
)
from core.llm.tuning.candidates import LeftOut, Reason, TuningExample
from core.text.safety.claims import CITATION
from core.text.safety.personal_data import mask
from core.types import Exchange, Passage

Find = Callable[[str, Sequence[Exchange]], Sequence[Passage]]
"""Returns the passages that the bot would show a model for a question, nearest first."""

MOST_TOKENS = 65_536
"""Of one example, for OpenAI's models: https://platform.openai.com/docs/guides/supervised-fine-tuning."""

_TOKENS_OF_MESSAGE = 4
_PASSAGE_TOKENS = 430  # the same as for an answer
_ANSWER_TOKENS = 300
_ENDS = re.compile(r"(?<=[.!?다요])$")


@dataclass(frozen=True, slots=True)
class Example:
    """One conversation to train on or to compare by; the last of `messages` is the answer.

    `right` are the places, from 1, of the passages that the answer stands on; none where the
    passages hold no answer.
    """

    origin: str
    group: str
    question: str
    messages: tuple[ChatMessage, ...]
    excerpts: tuple[Excerpt, ...]
    right: tuple[int, ...]

    @property
    def answer(self) -> str:
        """The answer that the model should give."""
        return self.messages[-1]["content"]

    @property
    def tokens(self) -> int:
        """Return how many tokens are paid for each time that it is trained on, about."""
        return tokens_of(self.messages)


@dataclass(frozen=True, slots=True)
class ExampleMaker:
    """Makes examples. `public` is what of personal data the FAQ itself publishes."""

    prompt: Prompt
    find: Find
    public: Container[str]

    def make(self, candidate: TuningExample) -> Example | LeftOut:
        """Return the example of a candidate, or why there is none."""
        candidate = self._masked(candidate)
        if not candidate.question.strip() or (candidate.sources and not candidate.answer.strip()):
            return LeftOut(candidate.origin, Reason.EMPTY)
        found = self.find(candidate.question, candidate.history)
        passages = [passage for passage in found if passage.title != candidate.hidden]
        excerpts = pack(candidate.question, passages, _PASSAGE_TOKENS)
        titles = [excerpt.title for excerpt in excerpts]
        if not excerpts or not set(candidate.sources) <= set(titles):
            return LeftOut(candidate.origin, Reason.NOT_FOUND)
        places = [titles.index(title) + 1 for title in candidate.sources]
        answer = self._answer(candidate, places) if places else NONE
        if answer is None:
            return LeftOut(candidate.origin, Reason.UNCITED)
        messages = answer_messages(self.prompt, candidate.question, candidate.history, excerpts)
        example = Example(
            origin=candidate.origin,
            group=candidate.group,
            question=candidate.question,
            messages=(*messages, {"role": "assistant", "content": answer}),
            excerpts=tuple(excerpts),
            right=tuple(places),
        )
        if example.tokens > MOST_TOKENS:
            return LeftOut(candidate.origin, Reason.TOO_LONG)
        return example

    def _masked(self, candidate: TuningExample) -> TuningExample:
        def masked(text: str) -> str:
            return mask(text, public=self.public)

        return replace(
            candidate,
            question=masked(candidate.question),
            answer=masked(candidate.answer),
            history=tuple(
                replace(said, user=masked(said.user), bot=masked(said.bot))
                for said in candidate.history
            ),
        )

    def _answer(self, candidate: TuningExample, places: Sequence[int]) -> str | None:
        """Return the answer with each `[n]` as the place of that passage in the prompt.

        An entry's own text is cut to what is near the question. Where nothing is cited, each
        sentence is: if there is one source that it can be from.
        """
        text = candidate.answer
        if candidate.passages:
            excerpts = pack(candidate.question, candidate.passages, _ANSWER_TOKENS)
            text = "\n".join(excerpt.text for excerpt in excerpts) or text
        cited = {int(number) for number in CITATION.findall(text)}
        if cited - set(range(1, len(places) + 1)):
            return None
        if cited:
            return CITATION.sub(lambda found: f"[{places[int(found[1]) - 1]}]", text)
        if len(places) != 1:
            return None
        return "\n".join(_ENDS.sub(f" [{places[0]}]", line.rstrip()) for line in text.splitlines())


def tokens_of(messages: Iterable[ChatMessage]) -> int:
    """Return how many tokens a conversation has, about."""
    return sum(estimate_tokens(m["content"]) + _TOKENS_OF_MESSAGE for m in messages)
