"""The comparison of a base model and a tuned one on held-out questions."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from statistics import median
from typing import Final

from core.errors import ModelError
from core.llm.budget import TAB, Tab
from core.llm.completions import CompletionRequest, Completions
from core.llm.prompts import NEXT, NONE, ChatMessage, quoted
from core.llm.tuning.examples import Example
from core.text.korean import compact, ngrams
from core.types import Usage

_AT_ONCE: Final = 4
_ANSWER_TOKENS: Final = 900
_CITATION: Final = re.compile(r"\s*\[(\d{1,2})\]")
# An answer stands on a passage if it shares most of its letters' pairs with it: what is said in
# other words still does, what is said of something else does not.
_SUPPORTED: Final = 0.6


@dataclass(frozen=True, slots=True)
class ModelReply:
    """A model's reply to one question, without its offers; None where the call failed."""

    text: str | None
    usage: Usage = field(default_factory=Usage)

    @property
    def refused(self) -> bool:
        """Return whether the model says that there is no answer."""
        return self.text is not None and (NONE in self.text or not self.text.strip())


@dataclass(frozen=True, slots=True)
class Share:
    """`right` out of `of`, which is 0 where nothing was measured."""

    right: int
    of: int

    @classmethod
    def among(cls, right: Sequence[bool]) -> Share:
        """Count what is right."""
        return cls(sum(right), len(right))

    @property
    def percent(self) -> float | None:
        """The share in percent, or None."""
        return 100 * self.right / self.of if self.of else None


@dataclass(frozen=True, slots=True)
class ModelFigures:
    """The figures of one model in one of the two ways.

    `found` is the share of answers that stand on the right passage, of the questions that have one.
    `refusals_kept` is the share of "not in here" where the passages hold no answer.
    `citations_right` is the share of right citations among all. `chars` is the median length.
    """

    model: str
    with_passages: bool
    asked: int
    failed: int
    found: Share
    refusals_kept: Share
    citations_right: Share
    chars: float
    cost_usd: float


class ModelComparison:
    """Asks and measures."""

    def __init__(self, open_model: Callable[[str], Awaitable[Completions]]) -> None:
        """Open models by their names with `open_model`."""
        self._open_model = open_model
        self._room = asyncio.Semaphore(_AT_ONCE)

    async def run(
        self,
        models: Sequence[str],
        questions: Sequence[Example],
        *,
        progress: Callable[[int, int], None],
    ) -> list[ModelFigures]:
        """Ask each model all questions with and without passages; one row each.

        Raises:
            ModelError: a model answered none of its questions; the line says why.
        """
        done, total = 0, len(models) * 2 * len(questions)

        async def ask(
            model: Completions, example: Example, *, with_passages: bool
        ) -> ModelReply | ModelError:
            nonlocal done
            reply = await self._ask(model, example, with_passages=with_passages)
            done += 1
            progress(done, total)
            return reply

        rows = []
        for name in models:
            model = await self._open_model(name)
            for with_passages in (True, False):
                replies = await asyncio.gather(
                    *(ask(model, example, with_passages=with_passages) for example in questions)
                )
                rows.append(
                    _figures(name, questions, _usable(replies), with_passages=with_passages)
                )
        return rows

    async def _ask(
        self, model: Completions, example: Example, *, with_passages: bool
    ) -> ModelReply | ModelError:
        messages = example.messages[:-1] if with_passages else _bare(example)
        tab = Tab(lambda _usage: None)
        TAB.set(tab)  # each question is asked in a task, and so in a context, of its own
        request = CompletionRequest(messages, _ANSWER_TOKENS, temperature=0)
        try:
            async with self._room, aclosing(model.stream(request)) as pieces:
                text = "".join([piece.text async for piece in pieces])
        except ModelError as error:
            return error
        return ModelReply(text.partition(NEXT)[0].strip(), tab.total)


def _bare(example: Example) -> list[ChatMessage]:
    """Return the same instructions and the question, and no passage."""
    asked = f"<passages>\n</passages>\n<question>\n{quoted(example.question)}\n</question>"
    return [example.messages[0], {"role": "user", "content": asked}]


def _usable(replies: Sequence[ModelReply | ModelError]) -> list[ModelReply]:
    """Return the replies, a failed call among them as such.

    Raises:
        ModelError: all of them failed.
    """
    errors = [reply for reply in replies if isinstance(reply, ModelError)]
    if errors and len(errors) == len(replies):
        raise errors[0]
    return [reply if isinstance(reply, ModelReply) else ModelReply(None) for reply in replies]


def _figures(
    model: str, questions: Sequence[Example], replies: Sequence[ModelReply], *, with_passages: bool
) -> ModelFigures:
    said = [(q, r) for q, r in zip(questions, replies, strict=True) if r.text is not None]
    found = [_stands(q, r) for q, r in said if q.right]
    kept = [reply.refused for question, reply in said if not question.right]
    cited = [right for q, r in said for right in _citations(q, r)] if with_passages else []
    return ModelFigures(
        model=model,
        with_passages=with_passages,
        asked=len(questions),
        failed=len(replies) - len(said),
        found=Share.among(found),
        refusals_kept=Share.among(kept),
        citations_right=Share.among(cited),
        chars=median([len(reply.text or "") for _, reply in said] or [0]),
        cost_usd=sum(reply.usage.cost_usd for reply in replies),
    )


def _stands(question: Example, reply: ModelReply) -> bool:
    """Return whether the answer says what the right passage says."""
    if reply.refused:
        return False
    mine = set(ngrams(compact(_CITATION.sub("", reply.text or "")), 2, 2))
    passages = "".join(question.excerpts[place - 1].text for place in question.right)
    return bool(mine) and len(mine & set(ngrams(compact(passages), 2, 2))) >= _SUPPORTED * len(mine)


def _citations(question: Example, reply: ModelReply) -> list[bool]:
    """Return of each citation whether it names a passage that holds the answer."""
    return [int(number) in question.right for number in _CITATION.findall(reply.text or "")]
