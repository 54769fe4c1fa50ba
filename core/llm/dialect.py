"""The parameters that a server accepts, learnt from its refusals.

Servers that call themselves compatible refuse one parameter or another. Each such parameter has
forms, the best one first. A request that was refused is sent again with the next form of the
parameter that the refusal names. Forms that were accepted after that are used for all requests that
follow. What did not help is not remembered: a refusal may be about one person's question alone, and
quote it.
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
# So many replies without a mark at their end, and none with one, are no accidents.
_A_WAY = 3

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
        self,
        parameters: Sequence[ModelParameter],
        *,
        may_leave_ends_unmarked: bool = False,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """Learn, if it `may_leave_ends_unmarked`, whether it never says that a reply has ended."""
        self._parameters = parameters
        self._clock = clock
        self._steps: dict[str, int] = {}
        self._learnt_at = 0.0
        self._unmarked_ends = 0 if may_leave_ends_unmarked else None
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

    def saw_end_marked(self) -> None:
        """Note that the server says when a reply has ended: one without that is cut off."""
        self._unmarked_ends = None

    def saw_end_unmarked(self) -> bool:
        """Note that a reply ended without saying so; return whether that is the server's way."""
        if self._unmarked_ends is None:
            return False
        self._unmarked_ends += 1
        return self._unmarked_ends >= _A_WAY

    def without(self, said: str, sent: Forms) -> Forms | None:
        """Return forms for another try, without that of the parameter that a refusal names first.

        `sent` are the forms that were refused. Return None if none is named that has another form.
        """
        places = [(match.start(), p) for p in self._parameters if (match := p.named.search(said))]
        for _, parameter in sorted(places, key=lambda place: place[0]):
            step = parameter.forms.index(sent[parameter.name]) + 1
            if step < len(parameter.forms):
                return {**sent, parameter.name: parameter.forms[step]}
        return None

    def adopt(self, forms: Forms) -> None:
        """Remember forms that the server accepted."""
        for parameter in self._parameters:
            step = parameter.forms.index(forms[parameter.name])
            if step > self._steps.get(parameter.name, 0):
                self._steps[parameter.name] = step
                self._learnt_at = self._clock()
                form = forms[parameter.name]
                logger.info("the server takes no better %s than %r", parameter.name, form)
