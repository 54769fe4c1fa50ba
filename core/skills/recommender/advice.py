"""A conversation about what to buy, a step at a time: the next question, or what is advised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.skills.recommender.form import Field, Form, Value
from core.skills.recommender.network import Recommendation, Recommender


@dataclass(frozen=True, slots=True)
class Talk:
    """What is known of the buyer, and what was recommended before."""

    known: Mapping[str, Value] = field(default_factory=dict)
    shown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """The next question; `field` has its buttons."""

    talk: Talk
    field: Field


@dataclass(frozen=True, slots=True)
class Advised:
    """Products with a reason in words for each; none where all have been shown."""

    talk: Talk
    products: tuple[tuple[Recommendation, str], ...]


@dataclass(frozen=True, slots=True)
class Adviser:
    """Recommends `limit` products at a time, once every feature is known."""

    recommender: Recommender
    form: Form
    limit: int = 3

    def hear(self, text: str, talk: Talk) -> Asked | Advised:
        """Take what was said or pressed, and go on."""
        if text.strip() == self.form.others:
            return self._advise(talk.known, talk.shown)
        known = self.form.read(text.strip(), talk.known)
        if missing := self.form.missing(known):
            return Asked(Talk(known, talk.shown), missing)
        return self._advise(known, () if known != talk.known else talk.shown)

    def _advise(self, known: Mapping[str, Value], shown: Sequence[str]) -> Asked | Advised:
        if missing := self.form.missing(known):
            return Asked(Talk(known, tuple(shown)), missing)
        found = self.recommender.recommend(known, without=shown, limit=self.limit)
        products = tuple((one, self.form.reasons(known, one.shares)) for one in found)
        return Advised(Talk(known, (*shown, *(one.product for one in found))), products)
