"""The tools: search, answer, entry, report a gap.

https://modelcontextprotocol.io/specification
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Final

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError

from core.profile import Profile
from core.reporting.operations import Operations
from core.reporting.replay import ReplayCase, outcome_of
from core.retrieval.audience import is_within
from core.stores.counts import HANDED_OVER
from core.text.spelling.normalize import normalized
from core.types import Feedback, Label, Question, SessionId, Turn, TurnState

_SESSION: Final = SessionId("mcp:gaps")
_ASKER: Final = "mcp:client"
_MOST: Final = 20

Json = dict[str, Any]
Append = Callable[[Turn], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Faq:
    """The parts that the tools work with; `append` stores a turn."""

    operations: Operations
    append: Append
    profile: Profile

    async def search(self, question: str, limit: int = 5) -> Json:
        """Find the entries of the FAQ that are nearest to a question, best first, with scores."""
        found = await self.operations.assistant.research(self._checked(question), _SESSION, ())
        hits = list(found.hits)[: max(1, min(limit, _MOST))]
        return {
            "results": [
                {"faq_id": hit.faq_id, "title": hit.title, "score": round(hit.score, 4)}
                for hit in hits
            ]
        }

    async def answer(self, question: str) -> Json:
        """Answer a question from the FAQ and from nothing else.

        `state` is answered, escalated (the FAQ has no answer) or declined (off topic). `[n]` in the
        text is the n-th of the sources.
        """
        asked = ReplayCase(self._checked(question))
        outcome = await outcome_of(self.operations.assistant.forgetful(), asked)
        return {
            "state": outcome.state.value,
            "text": outcome.text,
            "sources": list(outcome.sources),
        }

    async def entry(self, faq_id: str) -> Json:
        """Return one entry of the FAQ by the id that a search gave, with its whole text."""
        found = await self.operations.catalogue.find(faq_id)
        closed = self.profile.closed_categories
        if found is None or is_within(found.entry.category, closed):
            raise ToolError("there is no such entry; ids are those of `search`")
        entry = found.entry
        return {"faq_id": faq_id, "title": entry.title, "text": entry.text, "url": entry.url}

    async def report_gap(self, question: str, expected: str = "") -> Json:
        """Report a question that the FAQ should answer, for the people who keep it.

        `expected` is what the answer should be, if that is known.
        """
        asked = Question(
            f"{_SESSION}:{secrets.token_hex(8)}", _SESSION, self._checked(question), _ASKER
        )
        nothing = self.profile.not_found
        await self.append(Turn(asked, TurnState.ESCALATED, nothing, label=Label.ON_TOPIC))
        opinion = Feedback(
            asked.id, _ASKER, helpful=False, reason=HANDED_OVER, expected=expected[:1_000]
        )
        await self.operations.archive.give_feedback(opinion)
        return {"reported": True}

    def _checked(self, question: str) -> str:
        text = question.strip()
        if not text or len(normalized(text)) > self.profile.longest_question_characters:
            most = self.profile.longest_question_characters
            raise ToolError(f"a question has 1 to {most} characters")
        return text


def make_server(faq: Faq) -> MCPServer:
    """Return the server with its tools, for any transport."""
    about = f"{faq.profile.name}: answers from a FAQ about {faq.profile.topic}, and nothing else."
    server = MCPServer("faqbot", version=version("faqbot"), instructions=about)
    for tool in (faq.search, faq.answer, faq.entry, faq.report_gap):
        server.tool()(tool)
    return server
