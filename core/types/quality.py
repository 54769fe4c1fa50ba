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
    PLACEHOLDER = "placeholder"
    ABBREVIATION = "abbreviation"
    TOO_LONG = "too long"
    STALE = "stale"
    PERSONAL_DATA = "personal data"


@dataclass(frozen=True, slots=True)
class EntryProblem:
    """One finding about an entry.

    `form` names the sentence for it in `config/profiles/*.check.toml`, and `values` are the values
    of its placeholders. `other` is the id of a conflicting or similar entry, "" if there is none.
    """

    kind: ProblemKind
    form: str
    faq_id: str
    title: str
    values: Mapping[str, str] = field(default_factory=dict)
    other: str = ""
