"""Routers that have learnt before: what is learnt of the same examples is learnt once."""

from copy import copy
from dataclasses import replace

from core.skills.router import Router


class Routers:
    """Makes routers; learning the examples of a skill takes half a second of a core."""

    def __init__(self, encoder, others):
        """`others` are messages for no skill."""
        self._encoder = encoder
        self._others = others
        self._learnt = {}

    def __call__(self, skills):
        """Return a router of these skills, as `Router` itself would learn it."""
        examples = tuple((type(skill), *skill.examples) for skill in skills)
        if examples not in self._learnt:
            self._learnt[examples] = Router(skills, self._encoder, self._others)
        router = copy(self._learnt[examples])
        with_examples = [skill for skill in skills if skill.examples]
        router._skills = [
            replace(known, skill=skill)
            for known, skill in zip(router._skills, with_examples, strict=True)
        ]
        return router
