"""Whether a sentence with an "and" asks several questions, each with an entry of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from core.assistant.research import Findings
from core.text.korean import Analyzer, has_hangul
from core.text.syllables import with_rest
from core.text.utterances.back_references import ASKING, is_named
from core.text.utterances.questions import sides_of

# What English topics share: the words before the first, and those behind the last.
_SHARED_BEFORE: Final = re.compile(
    r"(?:how|what|when|where|why|who|which|is|are|can|could|do|does|may|should|will)"
    r"(?:\s(?:much|many|long|often|soon|about))?(?:\s(?:is|are|do|does|can|could|should|will|to))?"
    r"(?:\s(?:i|we|you|people)\s\w+)?(?:\s(?:the|a|an|your|my|any))?\s",
    re.IGNORECASE,
)
_SHARED_BEHIND: Final = re.compile(
    r"\s(?:works?|costs?|happen|apply|possible|available|allowed|free|included|open|needed"
    r"|required|(?:made|done|handled)|look like)\W*$",
    re.IGNORECASE,
)
_NOMINAL: Final = ("N", "SL", "SN", "SH", "XP", "XSN", "XR")
_SAYS_NOTHING: Final = re.compile(
    r"\s*[은는이가을를도]?\s*(?:어떻게|어떡)\s*(?:하|해|되|돼|된|됩|할)"
)


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which a sentence may ask several questions.

    Its topics are under `one_verb` if the sentence says for all of them at once what is asked.
    """

    texts: tuple[str, ...]
    one_verb: bool = False


def several_questions(sentence: str, analyzer: Analyzer) -> list[Way]:
    """Return what a sentence may ask on the sides of its "and", if each side names something."""
    ways = [Way(sides) for sides in sides_of(sentence)]
    if ways and (shared := _under_one_verb(ways[0].texts, analyzer)):
        ways = [shared, *ways]
    return [way for way in ways if all(names_something(text, analyzer) for text in way.texts)]


def are_asked(way: Way, whole: Findings, found: Mapping[str, Findings]) -> bool:
    """Return whether a sentence asks several questions in a way; `found` are their findings.

    Each question finds an entry of its own, no worse than the whole sentence finds one. Under one
    verb, two of them are enough if the whole finds nothing, or only the entry of one of them, which
    that question finds better.
    """
    answered = [found[text] for text in way.texts if found[text].answers]
    if len(answered) < 2 or len({one.in_context[0].faq_id for one in answered}) < len(answered):
        return False
    if way.one_verb:
        own = (one for one in answered if not one.differs_from(whole)) if whole.answers else ()
        if not whole.answers or any(one.score > whole.score for one in own):
            return True
    return len(answered) == len(way.texts) and min(one.score for one in answered) >= whole.score


def names_something(text: str, analyzer: Analyzer) -> bool:
    """Return whether a text has a noun that names something."""
    return any(map(is_named, analyzer.terms(text)))


def _under_one_verb(sides: Sequence[str], analyzer: Analyzer) -> Way | None:
    """Return the topics of a sentence, each with what the sentence says of all of them."""
    *others, last = sides
    if not has_hangul(last):
        before = _SHARED_BEFORE.match(sides[0])
        if before is None or before.end() == len(sides[0]):
            return None
        behind = _SHARED_BEHIND.search(last)
        told = behind.group() if behind else ""
        topics = [sides[0][before.end() :], *others[1:], last.removesuffix(told)]
        return Way(tuple(f"{before.group()}{one}{told}" for one in topics), one_verb=True)
    if any(_topic_end(one, analyzer) < len(one) for one in others):
        return None
    end = _topic_end(last, analyzer)
    told = last[end:]
    if not (end and told.strip()):
        return None
    said = "" if _SAYS_NOTHING.match(told) else told
    return Way(tuple(with_rest(one, said) for one in (*others, last[:end])), one_verb=True)


def _topic_end(text: str, analyzer: Analyzer) -> int:
    """Return the index where the nouns with which a text begins end."""
    end = 0
    for token in analyzer.tokens(text):
        if not token.tag.startswith(_NOMINAL) or token.form in ASKING:
            return end
        end = token.start + token.len
    return len(text)
