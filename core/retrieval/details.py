"""Questions about a detail of the last answer: "그건 얼마예요?", "how long does that take?"."""

from __future__ import annotations

import re
from typing import Final

from core.retrieval.hits import Hit
from core.text.korean import Analyzer
from core.text.utterances.asked_values import asked_value, without_value
from core.text.utterances.back_references import is_named
from core.types import Entry

TOLD: Final = 0.7
"""The confidence that the last answer's entry is meant, if it tells what a question asks for."""

_NAMED_SHARE: Final = 0.6  # of what a question names; an English one has words that name nothing
# A stop within a sentence is that of an abbreviation: "from 7 a.m. to 6 p.m.".
_STOP: Final = re.compile(r"(?<=[.!?。])\s+(?![a-z])|\n+")
_HEADING: Final = re.compile(r"\s*(?:[\[<【].*[\]>】]|.*[:：])?\s*")  # it tells nothing by itself


def named_in(question: str, analyzer: Analyzer) -> frozenset[str]:
    """Return the terms that name something in a question, beside the kind of value it asks for."""
    return frozenset(filter(is_named, analyzer.terms(without_value(question))))


def detail_of(question: str, title: str, text: str, analyzer: Analyzer) -> tuple[str, ...]:
    """Return the sentences of an entry that tell the detail that a question asks for.

    They have a value of the kind that is asked for, and most of what the question names; there are
    none if the entry does not say it.
    """
    value, names = asked_value(question), named_in(question, analyzer)
    if not (value or names):
        return ()
    told = frozenset(analyzer.terms(f"{title}\n{text}"))
    if len(names & told) < _NAMED_SHARE * len(names):
        return ()
    sentences = [one.strip() for one in _STOP.split(text) if not _HEADING.fullmatch(one)]
    telling = [one for one in sentences if value is None or value.is_in(one)]
    shares = [len(names & frozenset(analyzer.terms(one))) for one in telling]
    most = max(shares, default=0)
    if value is None and not most:
        return ()
    return tuple(one for one, share in zip(telling, shares, strict=True) if share == most)


def tells(question: str, last: Entry, found: Hit, analyzer: Analyzer) -> bool:
    """Return whether the last answer's entry tells what a question asks for.

    Where the question `found` another entry, that one is meant if the question names something, or
    if its title asks for the same kind of value, of the last answer's subject.
    """
    if found.answers and found.faq_id != last.faq_id:
        value = asked_value(question)
        asks = value is not None and bool(value.asked.search(found.title))
        if named_in(question, analyzer):
            return False
        if asks and named_in(found.title, analyzer) & named_in(last.title, analyzer):
            return False
    return bool(detail_of(question, last.title, last.text, analyzer))
