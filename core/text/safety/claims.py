"""The check of an answer's claims against the passages that it cites.

What is checked is what does harm if it is invented: numbers with their units, dates and amounts,
and whether something is said to be or not to be. Wording is free.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from core.text.amounts import Amount, KnownAmounts, amounts
from core.text.korean import compact, ngrams

CITATION: Final = re.compile(r"\[(\d{1,2})\]")
"""Matches the number of a passage, as models cite it: [1]."""

# A sentence ends with its citations behind the full stop, or with the line.
_END: Final = re.compile(r"[.!?。](?:[\"')*_]*)(?:\s*\[\d{1,2}\])*(?=\s)\s+|\n+")
_LIST_SIGN: Final = re.compile(r"^\s*(?:\d{1,2}[.)]|[①-⑳])\s*")
_NEGATION: Final = re.compile(
    r"않|없|못|아니|아닙|아닌|아녜|안 |안돼|안되|불가|금지|금[하합]|불허|삼가"
    r"|마(?:세요|십시오|시기)|어렵[습네고]|어려[워웠]|힘듭|힘들[어고]|곤란[하합해]|(?:제한|제외|거절|거부)(?:[돼됩합]|되(?!지)|하고)"
    r"|\b(?:not|no|never|cannot|without|nor|neither|unable|impossible|prohibited|forbidden|banned"
    r"|refused|excluded|unsupported|unavailable|disallowed|ineligible)\b|n't\b",
    re.IGNORECASE,
)
# What says no more than that a thing is so, or may be. Two sentences may differ in it and speak of
# the same: "이용할 수 있습니다" and "이용이 어렵습니다".
_SO: Final = re.compile(
    r"수\s?(?:는|도)?\s?(?:있|없)\S*|가능\S*|(?:합니|됩니|습니)다|돼요|해요"
    r"|\b(?:can|may|is|are|be|will|you|allowed|possible|permitted|supported|available|included)\b",
    re.IGNORECASE,
)
_END_CHARS: Final = 64  # the end of a sentence with all of its citations
_SHORT_CHARS: Final = 4_000
_MEMO_SOURCES: Final = 128  # of short texts, a few MB; the longest would be some 50 MB
_SAME_MATTER: Final = 0.5  # the share of a sentence's bigrams that makes two the same


class ClaimFilter:
    """Passes on those sentences of a growing answer whose claims are in their passages."""

    def __init__(self, question: str) -> None:
        """Accept the numbers of the `question` also where no passage has them."""
        self._question = _Source(question)
        self._long_sources: dict[str, _Source] = {}
        self._held: list[str] = []
        self._tail = ""  # the end of the held text, in which a sentence may still end
        self.passed = False
        self.withheld = 0

    def feed(self, text: str, cited: Sequence[str], given: Sequence[str]) -> str:
        """Take more of the answer, and return what of it may be shown: whole sentences.

        `[n]` names the n-th text of `cited`; a sentence without it may stand on any text `given`.
        """
        self._tail += text
        shown, start = [], 0
        for end in _END.finditer(self._tail):
            sentence = self._whole(self._tail[start : end.end()])
            shown.append(self._checked(sentence, cited, given))
            start = end.end()
        self._tail = self._tail[start:]
        if len(self._tail) > 2 * _END_CHARS:
            self._held.append(self._tail[:-_END_CHARS])
            self._tail = self._tail[-_END_CHARS:]
        return "".join(shown)

    def close(self, cited: Sequence[str], given: Sequence[str]) -> str:
        """Return what was held, now that nothing follows."""
        held, self._tail = self._whole(self._tail), ""
        return self._checked(held, cited, given)

    def _whole(self, end: str) -> str:
        """Return a sentence by its end: with the beginning of it that was held."""
        whole = "".join((*self._held, end))
        self._held.clear()
        return whole

    def _checked(self, sentence: str, cited: Sequence[str], given: Sequence[str]) -> str:
        named = [int(number) for number in CITATION.findall(sentence)]
        sources = [cited[number - 1] for number in named if 0 < number <= len(cited)]
        if _is_held(sentence, list(map(self._read, sources or given)), self._question):
            self.passed = self.passed or bool(sentence.strip())
            return sentence
        self.withheld += 1
        return "\n" if sentence.endswith("\n") else ""

    def _read(self, text: str) -> _Source:
        """Return a text as it was read for an earlier sentence, or for an earlier answer."""
        if len(text) <= _SHORT_CHARS:
            return _short_source(text)
        if text not in self._long_sources:
            self._long_sources[text] = _Source(text)
        return self._long_sources[text]


class _Source:
    """The parts of a text that a claim is checked against."""

    def __init__(self, text: str) -> None:
        text = unicodedata.normalize("NFKC", text)
        self.amounts = amounts(text)
        self.negates = bool(_NEGATION.search(text))
        parts = re.split(r"\n+|(?<=[.!?])\s+", text)
        self.statements = [(_bigrams(part), bool(_NEGATION.search(part))) for part in parts]


@lru_cache(_MEMO_SOURCES)
def _short_source(text: str) -> _Source:
    """Return a short text as it was read before: many answers stand on the same passages."""
    return _Source(text)


def _is_held(sentence: str, sources: Sequence[_Source], question: _Source) -> bool:
    sentence = unicodedata.normalize("NFKC", CITATION.sub("", _LIST_SIGN.sub("", sentence)))
    if said := list(filter(_is_claimed, amounts(sentence))):
        read = (*sources, question)
        known = KnownAmounts.of(amount for source in read for amount in source.amounts)
        if not all(map(known.has_number, said)):
            return False
    return not _is_denied(sentence, sources)


def _is_claimed(amount: Amount) -> bool:
    """Return whether an amount has to be known: "one" and "하루" may be said of anything."""
    return not amount.spelled or (amount.minutes is not None and amount.value > 1)


def contradicts(sentence: str, source: str) -> bool:
    """Return whether a sentence says otherwise than a source that is about the same.

    It names another number of the same unit, another date, time or amount, or denies what the
    source says, or the other way round. What only one of them names is no contradiction.
    """
    known = KnownAmounts(source)
    if any(amount.unit and known.has_other(amount) for amount in amounts(sentence)):
        return True
    return _is_denied(unicodedata.normalize("NFKC", sentence), [_Source(source)])


def agree(one: str, other: str) -> bool:
    """Return whether two texts name the same numbers, and both negate or neither does."""
    for text, against in ((one, other), (other, one)):
        known = KnownAmounts(against)
        if not all(amount in known for amount in amounts(text) if not amount.spelled):
            return False
    one, other = (unicodedata.normalize("NFKC", text) for text in (one, other))
    return bool(_NEGATION.search(one)) is bool(_NEGATION.search(other))


def _is_denied(sentence: str, sources: Sequence[_Source]) -> bool:
    """Return whether the sources say the opposite: where they speak of it, they negate, or do not.

    A sentence that they do not speak of in such words is not judged: it may be put in other words.
    """
    said = _bigrams(sentence)
    if not said:
        return False
    statements = [statement for source in sources for statement in source.statements]
    shares = [(len(said & words) / len(said), negates) for words, negates in statements]
    best = max((share for share, _ in shares), default=0.0)
    negated = bool(_NEGATION.search(sentence))
    if negated and not any(source.negates for source in sources):
        return best >= _SAME_MATTER
    near = [negates for share, negates in shares if share >= max(_SAME_MATTER, 0.8 * best)]
    return bool(near) and all(negates is not negated for negates in near)


def _bigrams(text: str) -> set[str]:
    return set(ngrams(compact(_NEGATION.sub("", _SO.sub("", text))), 2, 2))
