"""From an off-topic question to one that the FAQ answers: a restaurant leads to selling food."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from core.ports import Vectors
from core.profile import Theme

# Cosine of a question with one of a theme's words; below it, what is near is near by chance.
_NEAR = 0.33


class LeadBack:
    """Knows what each theme of off-topic questions leads back to."""

    def __init__(self, themes: Sequence[Theme], embed: Callable[[Sequence[str]], Vectors]) -> None:
        self._asks = [theme.ask for theme in themes for _ in theme.about]
        self._words = embed([word for theme in themes for word in theme.about])
        self._embed = embed

    def question_for(self, text: str) -> str | None:
        """The question that the nearest theme leads to; None if no theme is near."""
        if not self._asks:
            return None
        cosines = self._words @ self._embed([text])[0]
        best = int(np.argmax(cosines))
        return self._asks[best] if cosines[best] >= _NEAR else None
