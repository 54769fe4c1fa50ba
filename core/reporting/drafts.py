"""Drafts of answers to the questions of a gap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from core.assistant.assistant import Assistant
from core.ports import Archive
from core.retrieval.overlay.lessons import passages_of
from core.types import Entry, Passage, SessionId

_PARTS: Final = 2
_OFFERS: Final = 3
_PASSAGES: Final = 5
_PART_CHARS: Final = 600


@dataclass(frozen=True, slots=True)
class GapDraft:
    """A draft of an answer, "" if there is none; `near` has the nearest titles with their texts."""

    text: str
    near: Sequence[tuple[str, str]]


async def drafted(
    assistant: Assistant, archive: Archive, text: str, question_ids: Sequence[str], *, who: str
) -> GapDraft:
    """Draft an answer to a group's questions, of which `text` is one.

    A model writes it from what people have said would be right, from what owners have taught
    nearby, and from the nearest entries. Without one it is what people have said, and the parts
    of the entries that are near enough to answer the question.

    Raises:
        FaqbotError: it cannot be searched for.
    """
    research = await assistant.research(text, SessionId("draft"), ())
    hits = research.hits[:_PASSAGES]
    near = await assistant.nearest(hits)
    given = await archive.opinions(question_ids)
    said = dict.fromkeys(one.expected for one in given if one.expected)
    replies = [Passage(f"reply:{reply}", text, reply, 1.0) for reply in said]
    passages = [*replies, *passages_of(near, {hit.faq_id: hit.score for hit in hits})]
    written = await assistant.draft(text, passages, charged_to=f"console:{who}")
    answering = {hit.faq_id for hit in hits if hit.answers}
    parts = [_part(entry) for entry in near if entry.faq_id in answering]
    offered = [(entry.title, _part(entry)) for entry in near[:_OFFERS]]
    return GapDraft(written or "\n\n".join([*said, *parts[:_PARTS]]), offered)


def _part(entry: Entry) -> str:
    return entry.text[:_PART_CHARS].strip()
