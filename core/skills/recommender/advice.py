"""A conversation about what to buy, a step at a time: the next question, or what is advised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.skills.recommender.form import Field, Form, Known
from core.skills.recommender.network import Recommendation, Recommender


@dataclass(frozen=True, slots=True)
class Consultation:
    """The state of a consultation: facts about the buyer, and products recommended before.

    `is_asked` tells that the next question has been put already.
    """

    known: Known = field(default_factory=dict)
    shown: tuple[str, ...] = ()
    is_asked: bool = False


@dataclass(frozen=True, slots=True)
class NextQuestion:
    """The next question; `field` has its buttons."""

    consultation: Consultation
    field: Field


@dataclass(frozen=True, slots=True)
class Advised:
    """Products with a reason in words for each; none where all have been shown."""

    consultation: Consultation
    products: tuple[tuple[Recommendation, str], ...]


@dataclass(frozen=True, slots=True)
class Adviser:
    """Recommends `limit` products at a time, once every feature is known."""

    recommender: Recommender
    form: Form
    limit: int = 3

    def hear(
        self, text: str, consultation: Consultation, given: Mapping[str, object] | None = None
    ) -> NextQuestion | Advised:
        """Take what was said or pressed, and what a model has read of it, and go on."""
        if self.wants_others(text, consultation):
            return self._advise(consultation.known, consultation.shown)
        known = self.form.read(text.strip(), consultation.known, is_asked=consultation.is_asked)
        known |= self.form.checked(given or {})
        if missing := self.form.missing(known):
            return NextQuestion(Consultation(known, consultation.shown), missing)
        return self._advise(known, () if known != consultation.known else consultation.shown)

    def wants_reasons(self, text: str, consultation: Consultation) -> bool:
        """Return whether it is asked why the products that were shown last were recommended."""
        asks = bool(self.form.why_said.search(text))
        return asks and bool(consultation.shown) and not self.form.read(text, {})

    def reasons(self, consultation: Consultation) -> Advised:
        """Return the products that were shown last, with every feature that speaks for each."""
        before = (len(consultation.shown) - 1) // self.limit * self.limit
        known, shown = consultation.known, consultation.shown
        found = self.recommender.recommend(known, without=shown[:before], limit=self.limit)
        most = len(self.form.fields)
        products = tuple((one, self.form.reasons(known, one.shares, limit=most)) for one in found)
        return Advised(consultation, products)

    def wants_others(self, text: str, consultation: Consultation) -> bool:
        """Return whether other products are asked for than those that were shown."""
        said = self.form.others_said.search(text) if consultation.shown else None
        return text.strip() == self.form.others or bool(said)

    def _advise(self, known: Known, shown: Sequence[str]) -> NextQuestion | Advised:
        if missing := self.form.missing(known):
            return NextQuestion(Consultation(known, tuple(shown)), missing)
        found = self.recommender.recommend(known, without=shown, limit=self.limit)
        products = tuple((one, self.form.reasons(known, one.shares)) for one in found)
        return Advised(Consultation(known, (*shown, *(one.product for one in found))), products)
