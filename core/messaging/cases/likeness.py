"""The likeness of questions; questions that ask the same share one case and one call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from core.bounded import BoundedDict
from core.ports import Vectors
from core.text.korean import Analyzer
from core.text.safety.claims import agree

# Likeness is half the cosine of meaning and half the share of common words. Among 500 everyday
# questions that are made to be mistaken for each other, 0.60 finds three quarters of the
# paraphrases. An asker who joins a case is shown its question, so that a mistake is visible.
_ALIKE: Final = 0.60
# The cosine below which two nouns name two things. Questions that differ in such nouns alone ("3층
# 회의실 예약은?", "3층 세미나실 예약은?") are two, at the price of a tenth of the paraphrases.
_ONE_THING: Final = 0.40
_KEPT: Final = 5_000  # the questions whose reading is kept, which are more than are compared


class Likeness:
    """Compares questions by meaning and words; other numbers or a negation make them differ.

    The reading of a question is kept, since each new one is compared with all that wait.
    """

    def __init__(self, analyzer: Analyzer, embed: Callable[[Sequence[str]], Vectors]) -> None:
        self._analyzer = analyzer
        self._embed = embed
        self._read: BoundedDict[str, tuple[Vectors, frozenset[str]]] = BoundedDict(_KEPT)

    def most_alike(self, question: str, others: Sequence[str]) -> int | None:
        """Return the index of the question that asks the same; None if there is none.

        It blocks for some time: call it in a thread.
        """
        if not others:
            return None
        (vector, words), *read = self._readings([question, *others])
        meant = np.stack([theirs for theirs, _ in read]) @ vector
        shared = [_shared(words, theirs) for _, theirs in read]
        scores = [(float(one) + share) / 2 for one, share in zip(meant, shared, strict=True)]
        near = [place for place in range(len(others)) if scores[place] >= _ALIKE]
        near.sort(key=lambda place: -scores[place])
        found = next((place for place in near if agree(question, others[place])), None)
        if found is None or self._name_two_things(words, read[found][1]):
            return None
        return found

    def _name_two_things(self, words: frozenset[str], others: frozenset[str]) -> bool:
        """Return whether questions differ in nouns alone, some of which mean nothing alike."""
        own, theirs = list(words - others), list(others - words)
        if not (own and theirs) or not all(map(_is_noun, (*own, *theirs))):
            return False
        vectors = self._embed([one.partition("/")[0] for one in (*own, *theirs)])
        near = vectors[: len(own)] @ vectors[len(own) :].T
        return bool(max(near.max(axis=1).min(), near.max(axis=0).min()) < _ONE_THING)

    def _readings(self, texts: Sequence[str]) -> list[tuple[Vectors, frozenset[str]]]:
        """Return the vector and the words of each text."""
        known = {text: self._read[text] for text in texts if text in self._read}
        if unread := [text for text in dict.fromkeys(texts) if text not in known]:
            words = map(frozenset, self._analyzer.terms_of(unread))
            known |= zip(unread, zip(self._embed(unread), words, strict=True), strict=True)
            self._read.update(known)
        return [known[text] for text in texts]


def _is_noun(term: str) -> bool:
    """Return whether a term of the analysis is a noun, or a word without a tag, as in English."""
    _, _, tag = term.partition("/")
    return not tag or tag.startswith("N")


def _shared(some: frozenset[str], others: frozenset[str]) -> float:
    return 2 * len(some & others) / max(len(some) + len(others), 1)
