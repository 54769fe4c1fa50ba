"""The operations of an API, and the parameters of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

Json = dict[str, Any]
Place = Literal["path", "query", "header", "body"]

_READS: Final = frozenset({"GET", "HEAD"})
# https://www.rfc-editor.org/rfc/rfc9110#name-idempotent-methods
_IDEMPOTENT: Final = _READS | {"PUT", "DELETE"}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of an operation: its name, its place, and the schema of its values.

    `path` leads to a field of the body, which may be in an object within it.
    """

    name: str
    place: Place
    schema: Json
    required: bool = False
    about: str = ""
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that an API does."""

    id: str
    method: str
    path: str
    about: str = ""
    parameters: tuple[Parameter, ...] = ()

    @property
    def reads(self) -> bool:
        """Return whether it changes nothing, by its method."""
        return self.method in _READS

    @property
    def may_be_repeated(self) -> bool:
        """Return whether doing it twice is as good as once, by its method."""
        return self.method in _IDEMPOTENT
