"""The reading of a question in its conversation, which a short question may lean on."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from core.retrieval.evidence import own_share
from core.retrieval.hits import Hit, is_answer
from core.retrieval.lexical.index import LexicalIndex
from core.text.korean import Analyzer
from core.text.utterances.asked_values import asked_value, without_value
from core.text.utterances.back_references import ASKING, is_case, is_incomplete, points_back
from core.types import Exchange

_CONTEXT_TURNS = 3
_ELLIPTICAL_TERMS = 3
# The confidence that the reading in the conversation is given ahead of the other where the question
# points back, and where it is only a case of what was asked before. Follow-ups and changes of
# subject are told apart alike around the first value.
_POINTING_BACK, _CASE = 0.5, 1.0
_CLEAR = 0.9  # the confidence of a question that needs no conversation
# An entry that covers less of what the question itself names was found through the conversation
# alone, and comes after those that answer. With nearness in meaning in place of covering, five more
# of 237 follow-ups were answered rightly, but also 29 of 740 that named something else, in place of
# 16, with the last answer again.
_OWN_SHARE = 0.1


class ContextReader:
    """Reads whether a question leans on its conversation, and on how much of it."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer

    def earlier(self, history: Sequence[Exchange]) -> list[str]:
        """Return the earlier questions that a short one may refer to, the last first.

        In place of an elliptical one stands the title that answered it. One without an answer is
        followed by the one before it.
        """
        context: list[str] = []
        for exchange in reversed(history[-_CONTEXT_TURNS:]):
            leans = self.is_elliptical(exchange.user)
            context.append(exchange.sources[0] if leans and exchange.sources else exchange.user)
            if exchange.sources or not leans:
                break
        return context

    def ahead(
        self, question: str, history: Sequence[Exchange], known: Container[str]
    ) -> float | None:
        """Return the confidence that the reading in the conversation is given ahead of the other.

        It is None for a question that is read by itself: most questions of a thread stand for
        themselves, and the one before would only add its own words to them. `known` are the terms
        of the FAQ.
        """
        if not history:
            return None
        if self.is_case(question):
            return _CASE
        if points_back(question, self._analyzer.tokens(question)) or self._asks_value(question):
            return _POINTING_BACK
        says_something = bool(self._analyzer.terms(question))
        return 0.0 if says_something and self.leans(question, known) else None

    def leans(self, question: str, known: Container[str]) -> bool:
        """Return whether a question is short, and has no term that is not `known`."""
        terms = self._terms_beside_value(question)
        return self.is_elliptical(question) and all(
            term in known for term in terms if term.removesuffix("/N") not in ASKING
        )

    def _asks_value(self, question: str) -> bool:
        """Return whether a question asks for a value and says nothing else: "돈 내야 돼요?"."""
        return asked_value(question) is not None and not self._terms_beside_value(question)

    def _terms_beside_value(self, question: str) -> tuple[str, ...]:
        return self._analyzer.terms(without_value(question))

    def is_incomplete(self, question: str) -> bool:
        """Return whether a question is short, and leaves out what it is about."""
        tokens = self._analyzer.tokens(question)
        return self.is_elliptical(question) and is_incomplete(question, tokens)

    def is_case(self, question: str) -> bool:
        """Return whether a question is short, and only a condition of what was asked before."""
        return self.is_elliptical(question) and is_case(question, self._analyzer.tokens(question))

    def is_elliptical(self, question: str) -> bool:
        """Return whether a question is so short that it may lean on the one before."""
        return len(self._analyzer.terms(question)) <= _ELLIPTICAL_TERMS


def surer(in_context: list[Hit], ahead: float, alone: list[Hit]) -> list[Hit]:
    """Return the surer of both readings; `ahead` is added to the confidence of the first.

    Where both find the same entry first, they agree, and that entry has the higher confidence. A
    question that is clear by itself is not given up for a reading that answers nothing.
    """
    if not alone or not in_context:
        return alone or in_context
    if in_context[0].faq_id == alone[0].faq_id:
        return [max(in_context[0], alone[0], key=lambda hit: hit.confidence), *in_context[1:]]
    if alone[0].confidence >= _CLEAR and not is_answer(in_context):
        return alone
    return in_context if in_context[0].confidence + ahead > alone[0].confidence else alone


def found_by_context_alone(
    terms: Mapping[str, float], rows: Sequence[int], lexical: LexicalIndex
) -> NDArray[np.bool_]:
    """Return True for each row that shares almost nothing with the question itself, shape (rows,).

    `terms` maps each term to its weight; a weight below 1 marks a term of the conversation.
    """
    return own_share(terms, rows, lexical) < _OWN_SHARE
