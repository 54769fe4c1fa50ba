"""The kinds of small talk, classified by wording, in Korean and English.

The classifier reads the messages that the guardrail has labelled as greetings or as off topic. Most
of these are no small talk, which is a class of its own. `bench/train_small_talk.py` fits it on
`data/examples`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from core.assistant.guardrails.guardrail import labelled, without
from core.assistant.guardrails.wording import WordingModel
from core.ports import Vectors
from core.profile import Profile
from core.text.languages import to_asker
from core.text.utterances.person_wanted import wants_person
from core.types import Answered, Escalated, Label, SmallTalk, Verdict

KINDS: Final = tuple(SmallTalk)
"""The first classes of the model, in their order; the last one is everything else."""

# Examples of questions are offered below the replies to these kinds.
_WITH_EXAMPLES: Final = (
    SmallTalk.HELLO,
    SmallTalk.ARE_YOU_A_PERSON,
    SmallTalk.WHAT_CAN_YOU_DO,
    SmallTalk.NOT_UNDERSTOOD,
)
# A greeting gets its likeliest kind. An off-topic message is small talk if that is likelier than
# not: of 256 of other subjects, four greetings of a group reach the second value. What seems on
# topic has to be surer, and so has a complaint beside a question that is answered: of 1,196
# questions on topic, four reach the third value.
_LIKELY, _ENOUGH, _SURE = 0.2, 0.55, 0.7
# What the guardrail holds for a greeting by less than half is none if this model is sure of that.
_HALF, _NONE = 0.5, 0.8
# "How do I use this?" is asked of a bot, and "how do I use the washing machine?" of a FAQ.
_ASKED_OF_THE_BOT: Final = 0.9


class SmallTalkReader:
    """Classifies the small talk of a text."""

    def __init__(self, model: WordingModel, embed: Callable[[Sequence[str]], Vectors]) -> None:
        """`embed` is that of the built-in encoder."""
        self._model = model
        self._embed = embed

    def scores(self, text: str) -> Mapping[SmallTalk, float]:
        """Return the probability of each kind; the remainder to 1 is that of no small talk."""
        return dict(zip(KINDS, self._model.scores(text, self._embed), strict=False))

    def read(
        self, text: str, verdict: Verdict, *, beside: Sequence[str], answered: bool
    ) -> Verdict:
        """Return the verdict on a message, with the kind of its small talk if it has one.

        What the FAQ does not answer may be small talk, too, whatever its label. A question on topic
        has the kind of a complaint if one of the sentences `beside` complains.
        """
        if verdict.label is Label.INJECTION:
            return replace(verdict, kind=None)
        if verdict.label is Label.GREETING and self._is_none(text, verdict):
            verdict = without(verdict, Label.GREETING)
        if verdict.label is not Label.ON_TOPIC:
            return replace(verdict, kind=self.kind(text, verdict.label))
        if not answered and (kind := self.kind(text, verdict.label)):
            return replace(labelled(verdict, Label.GREETING), kind=kind)
        complains = any(map(self.complains, beside))
        return replace(verdict, kind=SmallTalk.COMPLAINT if complains else None)

    def kind(self, text: str, label: Label) -> SmallTalk | None:
        """Return the kind of a text that the FAQ does not answer, None if it has none."""
        if wants_person(text):
            return SmallTalk.PERSON_WANTED
        scores = self.scores(text)
        best = max(scores, key=scores.__getitem__)
        if label is Label.GREETING:
            return best if scores[best] >= _LIKELY else SmallTalk.HELLO
        enough = _ENOUGH if label is Label.OFF_TOPIC else _SURE
        if label is Label.ON_TOPIC and best is SmallTalk.WHAT_CAN_YOU_DO:
            enough = _ASKED_OF_THE_BOT
        return best if scores[best] >= enough else None

    def _is_none(self, text: str, verdict: Verdict) -> bool:
        unsure = verdict.scores[Label.GREETING] < _HALF and not wants_person(text)
        return unsure and 1 - sum(self.scores(text).values()) >= _NONE

    def complains(self, text: str) -> bool:
        """Return whether a sentence beside a question is a complaint for sure."""
        return self.scores(text)[SmallTalk.COMPLAINT] >= _SURE


def small_talk(kind: SmallTalk, profile: Profile, text: str) -> Answered | Escalated:
    """Return the profile's reply to a text; an escalation if its author wants a person."""
    if kind is SmallTalk.PERSON_WANTED:
        asker = to_asker(profile, text)
        if profile.owners:
            return Escalated(asker.case.person, ())
        return Answered(asker.small_talk[kind], (), ())
    said = profile.greeting if kind is SmallTalk.HELLO else profile.small_talk[kind]
    return Answered(said, (), profile.examples if kind in _WITH_EXAMPLES else ())


def apology(verdict: Verdict, profile: Profile) -> str:
    """Return the text before an answer: an apology if the message complains, else ""."""
    complains = verdict.kind is SmallTalk.COMPLAINT
    return f"{profile.small_talk['sorry']}\n\n" if complains else ""
