"""What of the passages goes into a prompt: the parts near the question, within a budget."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from core.answering import Section, sections, split
from core.korean import compact, ngrams
from core.prompting import Excerpt
from core.tokens import estimate_tokens
from core.types import Passage

_PASSAGES = 4
_SECTION_CHARS = 500
# The best passage is most often the one that answers; what one leaves over goes to the next.
_SHARES = (0.6, 0.2, 0.12, 0.08)
_LEAST_TOKENS = 40  # below this an excerpt says nothing
_GAP = "⋯"


def pack(question: str, passages: Sequence[Passage], tokens: int) -> list[Excerpt]:
    """Excerpts of the first passages, in order, of at most `tokens` tokens together.

    Their places are those of the passages: the n-th excerpt is of the n-th passage.
    """
    asked = frozenset(ngrams(compact(question), 2, 2))
    excerpts: list[Excerpt] = []
    room = 0.0
    for share, passage in zip(_SHARES, passages[:_PASSAGES], strict=False):
        room += share * tokens
        budget = int(room) - estimate_tokens(passage.title)
        if budget < _LEAST_TOKENS:
            break
        text, used = _excerpt(asked, passage.text, budget)
        room -= used + estimate_tokens(passage.title)
        excerpts.append(Excerpt(passage.title, text))
    return excerpts


def _excerpt(asked: frozenset[str], text: str, budget: int) -> tuple[str, int]:
    """The sections nearest to the question in their own order, and the tokens they take."""
    parts = _parts(text)
    sizes = [size for _, size, _ in parts]
    if sum(sizes) <= budget:
        return text, sum(sizes)
    scores = [len(asked & letters) / (len(letters) + 50) for _, _, letters in parts]
    kept: list[int] = []
    for index in sorted(range(len(parts)), key=lambda i: (-scores[i], i)):
        if sizes[index] <= budget:
            kept.append(index)
            budget -= sizes[index]
    if not kept:
        best = max(range(len(parts)), key=scores.__getitem__)
        return parts[best][0].text[: int(budget / 0.8)], budget
    kept.sort()
    lines: list[str] = []
    for before, index in zip([None, *kept], kept, strict=False):
        if before is not None and index > before + 1:
            lines.append(_GAP)
        lines.append(parts[index][0].text)
    return "\n".join(lines), sum(sizes[index] for index in kept)


@lru_cache(maxsize=4_096)
def _parts(text: str) -> tuple[tuple[Section, int, frozenset[str]], ...]:
    """Sections with their size in tokens and the bigrams in them."""
    pieces = [piece for part in sections(text) for piece in split(part, _SECTION_CHARS)]
    return tuple(
        (piece, estimate_tokens(piece.text), frozenset(ngrams(compact(piece.text), 2, 2)))
        for piece in pieces
    )
