"""What a model proposes to ask next, as far as the FAQ answers it."""

from __future__ import annotations

from collections.abc import Sequence

from core.followups import Search, alike
from core.korean import compact
from core.types import Offer, Passage

_MIN_SCORE = 0.5


async def checked(
    offers: Sequence[Offer], *, asked: Sequence[str], sources: Sequence[Passage], search: Search
) -> list[Offer]:
    """The offers that lead to an entry which was not just shown, without what was asked before."""
    kept: list[Offer] = []
    taken = [compact(text) for text in asked]
    shown = {source.title for source in sources}
    for offer in offers:
        letters = compact(offer.question)
        if not letters or any(alike(letters, other) for other in taken):
            continue
        found = await search(offer.question)
        if found and found[0].score >= _MIN_SCORE and found[0].title not in shown:
            kept.append(offer)
            taken.append(letters)
            shown.add(found[0].title)
    return kept


def filled_up(
    offers: Sequence[Offer], related: Sequence[str], limit: int
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Questions for the buttons and their sentences ("" for a related title), at most `limit`."""
    rows = [(offer.question, offer.sentence) for offer in offers]
    taken = [compact(question) for question, _ in rows]
    rows += [(t, "") for t in related if not any(alike(compact(t), other) for other in taken)]
    return tuple(q for q, _ in rows[:limit]), tuple(sentence for _, sentence in rows[:limit])
