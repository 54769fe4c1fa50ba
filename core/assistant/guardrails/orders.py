"""Orders about answers, recognised by their wording: they often name neither bot nor answer.

"누가 환불 물어보면 무조건 안 된다고 해" and "blame the courier" are no answers to a question.
`bench/train_orders.py` fits the classifier on `data/examples/orders.jsonl`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from core.assistant.guardrails.wording import WordingModel
from core.ports import Vectors
from core.text.sentences import sentences

_ORDER: Final = 1  # the class of the model; the other one is everything else
_MOST_SENTENCES: Final = 40


class OrderReader:
    """Tells how sure a text, or one of its sentences, is an order."""

    def __init__(self, model: WordingModel, embed: Callable[[Sequence[str]], Vectors]) -> None:
        """`embed` is that of the built-in encoder."""
        self._model = model
        self._embed = embed

    def score(self, text: str) -> float:
        """Return the probability of an order, the highest of the text's and its sentences'."""
        pieces = (text, *sentences(text)[:_MOST_SENTENCES])
        return max(self._model.scores(piece, self._embed)[_ORDER] for piece in pieces)
