"""The findings of a FAQ check, each about one entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class ProblemKind(StrEnum):
    """The kinds of problems of an entry, the worst first."""

    CONTRADICTION = "contradiction"
    NOT_FOUND = "not found"
    NEAR_DUPLICATE = "near-duplicate"
    VAGUE_TITLE = "vague title"
    LINK_ONLY = "link only"
    ABBREVIATION = "abbreviation"
    TOO_LONG = "too long"
    STALE = "stale"
    PERSONAL_DATA = "personal data"


@dataclass(frozen=True, slots=True)
class EntryProblem:
    """One finding about an entry.

    `form` is the sentence among those of its kind in `config/profiles/*.check.toml`, and `values`
    are what the sentence names. `other` is the id of the entry that stands in the way of this one,
    or that it resembles, "" without.
    """

    kind: ProblemKind
    form: str
    faq_id: str
    title: str
    values: Mapping[str, str] = field(default_factory=dict)
    other: str = ""
