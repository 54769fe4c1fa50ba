"""The local guardrail: it decides without a paid model whether a message is a question for the FAQ.

It is a softmax regression over the results of retrieval (with the conversation and without it), the
shape of the text, its meaning (the built-in encoder), its n-grams and its words.
`bench/train_guardrail.py` fits it on `data/examples`: once over several FAQs, for any FAQ, and once
for the first FAQ with examples of what is off topic there alone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from core.assistant.guardrails.features import Floats, Vocabulary, softmax, words_of
from core.assistant.guardrails.wording import WordingModel
from core.ports import Vectors
from core.retrieval.evidence import FACTS
from core.retrieval.hits import Hit
from core.retrieval.overlay.lessons import is_learned
from core.text.korean import compact
from core.text.sentences import sentences
from core.types import Label, Verdict

LABELS = (Label.ON_TOPIC, Label.OFF_TOPIC, Label.INJECTION, Label.GREETING)

# The score from which a lesson counts as taught for this question: see docs/learning.md.
_VOUCHED_SCORE = 0.5
_SPELLED_ALIKE = 0.4  # cosine of letters; of a hundred everyday sentences one reaches 0.22
_LIKE_AN_ATTACK, _SURELY_AN_ATTACK, _MOST_SENTENCES = 0.5, 0.9, 10
# The confidence of an entry that outweighs the wording of a question; but what is as unlikely to be
# a question as `_NO_QUESTION` is somebody's remark ("현금만 써야겠다") in words that an entry has.
_SURE, _NO_QUESTION = 0.9, 0.1


@dataclass(frozen=True, slots=True)
class Evidence:
    """A question and its search results, in its conversation and by itself.

    Both results are the same for a question that is clear without its conversation.
    """

    question: str
    in_context: Sequence[Hit]
    alone: Sequence[Hit]

    @property
    def leans(self) -> bool:
        """Return whether the question is read together with the one before it."""
        return self.in_context != self.alone


@dataclass(frozen=True, slots=True)
class GuardrailModel(WordingModel):
    """The fitted numbers; the classes are the labels. Shapes: C labels, F facts, W words."""

    fact_mean: Floats  # (F,)
    fact_scale: Floats  # (F,)
    fact_weights: Floats  # (F, C)
    words: Vocabulary
    word_weights: Floats  # (W, C)


class Guardrail:
    """Labels a question on the evidence."""

    def __init__(
        self,
        model: GuardrailModel,
        embed: Callable[[Sequence[str]], Vectors],
        terms: Callable[[str], Sequence[str]],
    ) -> None:
        """`embed` is the built-in encoder's, also if the index was made with another embedder."""
        self._model = model
        self._embed = embed
        self._terms = terms

    def judge(self, evidence: Evidence) -> Verdict:
        """Return the label with the highest probability, and all four probabilities."""
        model = self._model
        # Without everyday messages to compare with, the scores of the search mean nothing.
        known = np.nan_to_num((facts(evidence) - model.fact_mean) / model.fact_scale)
        wording = self._wording(evidence.question)
        verdict = _verdict(wording + known @ model.fact_weights)
        attack = self._attack(evidence.question, wording)
        if verdict.label is Label.INJECTION and attack < _LIKE_AN_ATTACK:
            # A text whose words are no attack was labelled so for its length or its poor results.
            verdict = without(verdict, Label.INJECTION)
        elif attack >= _SURELY_AN_ATTACK:
            verdict = labelled(verdict, Label.INJECTION)
        hits = (*evidence.in_context[:1], *evidence.alone[:1])
        for hit in evidence.alone[:1]:  # the conversation must not make a question on topic
            likely = verdict.scores[Label.ON_TOPIC] >= _NO_QUESTION
            if likely and self._is_plainly(hit, evidence.question):
                verdict = _on_topic(verdict, unless=Label.INJECTION)
            if compact(hit.title) == compact(evidence.question):
                verdict = _on_topic(verdict)
        return vouched(verdict, evidence.question, hits)

    def attack(self, text: str) -> float:
        """Return how sure the words of a text, or of one of its sentences, are an attack."""
        return self._attack(text, self._wording(text))

    def _wording(self, text: str) -> Floats:
        """Return the logit of each label by the wording alone, shape (C,)."""
        words = words_of(self._terms(text))
        logits = self._model.logits(text, self._embed)
        return logits + self._model.words.logits(words, self._model.word_weights)

    def _attack(self, text: str, wording: Floats) -> float:
        """Return the highest probability of an injection over the whole text and each sentence.

        Harmless sentences cannot dilute one that is an attack. `wording` are the logits of the
        whole text.
        """
        parts = list(filter(None, map(str.strip, sentences(text))))
        apart = parts[:_MOST_SENTENCES] if len(parts) > 1 else []
        return max(
            _verdict(said).scores[Label.INJECTION] for said in (wording, *map(self._wording, apart))
        )

    def _is_plainly(self, hit: Hit, question: str) -> bool:
        """Return whether an entry plainly answers what the regression may have refused.

        It does if the search is sure of it, if the question is spelled like its title or like a
        question written for it, or if the question has all terms of its title, as "주차 되나요" has
        those of the entry "주차".
        """
        if hit.letters >= _SPELLED_ALIKE or (hit.facts and hit.confidence >= _SURE):
            return True
        named = set(self._terms(hit.title))
        return bool(named) and hit.answers and named <= set(self._terms(question))


def vouched(verdict: Verdict, question: str, hits: Sequence[Hit]) -> Verdict:
    """Return the verdict, turned to on topic if a person has taught an answer to the question.

    A question that looks like an injection has to equal the taught one: nobody has vouched for
    further words, and a model would read them.
    """
    learned = [hit for hit in hits if is_learned(hit.faq_id)]
    exact = any(compact(hit.title) == compact(question) for hit in learned)
    near = any(hit.score >= _VOUCHED_SCORE for hit in learned)
    if verdict.label is Label.ON_TOPIC or not (exact or near):
        return verdict
    if verdict.label is Label.INJECTION and not exact:
        return verdict
    return _on_topic(verdict)


def _verdict(logits: Floats) -> Verdict:
    scores = dict(zip(LABELS, softmax(logits), strict=True))
    return Verdict(max(scores, key=scores.__getitem__), scores)


def labelled(verdict: Verdict, label: Label) -> Verdict:
    """Return the verdict with this label; the probabilities of both labels are exchanged."""
    scores = dict(verdict.scores)
    scores[label], scores[verdict.label] = scores[verdict.label], scores[label]
    return Verdict(label, scores)


def without(verdict: Verdict, label: Label) -> Verdict:
    """Return the verdict with the likeliest of the other labels."""
    others = [other for other in LABELS if other is not label]
    return labelled(verdict, max(others, key=verdict.scores.__getitem__))


def _on_topic(verdict: Verdict, *, unless: Label | None = None) -> Verdict:
    """Return the verdict turned to on topic, unless it has this label."""
    keeps = verdict.label in (Label.ON_TOPIC, unless)
    return verdict if keeps else labelled(verdict, Label.ON_TOPIC)


def facts(evidence: Evidence) -> Floats:
    """Return the facts of search results and text, shape (37,); NaN where a fact is unknown."""
    text = evidence.question
    size = max(len(text), 1)
    shape = (
        min(len(text), 200) / 100,
        len(re.findall("[a-zA-Z]", text)) / size,
        len(re.findall("[가-힣]", text)) / size,
        min(len(text.split()), 40) / 20,
    )
    found = (*_found(evidence.in_context), *_found(evidence.alone))
    return np.array((*found, float(evidence.leans), *shape), np.float32)


def _found(hits: Sequence[Hit]) -> tuple[float, ...]:
    facts = hits[0].facts if hits else ()
    return facts or (math.nan,) * len(FACTS)
