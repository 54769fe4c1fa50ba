"""The parameters that a server accepts, learnt from its refusals.

Servers that call themselves compatible refuse one parameter or another. Each such parameter has
forms, the best one first. A refusal that names a parameter gives up the form that was sent; the
next request takes the next form, and so do all that follow.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic

logger = logging.getLogger(__name__)

# A server that was updated meanwhile is asked for everything again.
_REMEMBERED_S = 3_600.0

Forms = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ModelParameter:
    """A parameter and its forms, the best first; the form "" omits the parameter.

    `named` finds it in the words of a refusal.
    """

    name: str
    forms: tuple[str, ...]
    named: re.Pattern[str]


class ModelDialect:
    """The forms of parameters that a model on a server accepts; `clock` is in seconds."""

    def __init__(
        self, parameters: Sequence[ModelParameter], *, clock: Callable[[], float] = monotonic
    ) -> None:
        self._parameters = parameters
        self._clock = clock
        self._steps: dict[str, int] = {}
        self._learnt_at = 0.0
        self.thinks = False  # it needs room for what it thinks
        self.thinks_unopened = False  # it ends its thinking with a tag that it did not open

    @property
    def forms(self) -> Forms:
        """Return the form of each parameter for the next request."""
        if self._steps and self._clock() - self._learnt_at > _REMEMBERED_S:
            self._steps = {}
        return {p.name: p.forms[self._steps.get(p.name, 0)] for p in self._parameters}

    @property
    def plainest(self) -> Forms:
        """Return the last form of each parameter, which hardly any server refuses."""
        return {p.name: p.forms[-1] for p in self._parameters}

    @property
    def given_up(self) -> dict[str, str]:
        """Return the parameters that were refused, with the forms used instead."""
        forms = self.forms
        return {p.name: forms[p.name] for p in self._parameters if forms[p.name] != p.forms[0]}

    def step_down(self, said: str, sent: Forms) -> bool:
        """Give up the form of the parameter that a refusal names first.

        `sent` are the forms that were refused: another request may have learnt the same meanwhile.
        Return False where none is named that has another form.
        """
        places = [(match.start(), p) for p in self._parameters if (match := p.named.search(said))]
        for _, parameter in sorted(places, key=lambda place: place[0]):
            step = parameter.forms.index(sent[parameter.name]) + 1
            if step < len(parameter.forms):
                self._learn({parameter.name: step})
                return True
        return False

    def adopt(self, forms: Forms) -> None:
        """Remember forms that the server accepted."""
        self._learn({p.name: p.forms.index(forms[p.name]) for p in self._parameters})

    def _learn(self, steps: Mapping[str, int]) -> None:
        self._learnt_at = self._clock()
        for name, step in steps.items():
            if step > self._steps.get(name, 0):
                self._steps[name] = step
                logger.info("the server takes no better %s than %r", name, self.forms[name])
