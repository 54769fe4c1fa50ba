"""The tables of a profile: the texts that belong together, each as a class."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FeedbackTexts:
    """Opinions on an answer: why it did not help, and what was expected."""

    title: str
    why: str
    expected: str
    person: str
    person_yes: str
    thanks: str
    withdrawn: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HomeTexts:
    """Slack's home tab."""

    about: str
    popular: str
    yours: str
    nothing_yet: str
    asked: str
    open: str


@dataclass(frozen=True, slots=True)
class CommandTexts:
    """The slash command."""

    about: str
    hint: str
    option: str


@dataclass(frozen=True, slots=True)
class TeachTexts:
    """The texts where people teach. {owners} is how the platform mentions those who may."""

    call: str
    hint: str
    author: str
    learned: str
    corrected: str
    known: str
    unlearned: str
    nothing_asked: str
    which: str
    about: str
    answer: str
    this: str
    approve: str
    edit: str
    undo: str
    offer: str
    offer_learn: str
    offer_leave: str
    offer_left: str
    edit_title: str
    question_label: str
    answer_label: str
    gone: str
    review: str
    still_right: str
    will_edit: str
    remove: str
    confirmed: str
    no_text: str
    not_allowed: str
    empty: str
    too_long: str
    not_stored: str
    held: str
    how_to_confirm: str
    how_to_approve: str
    confirm: str
    refused: str
    nothing_held: str
    second_wanted: str


@dataclass(frozen=True, slots=True)
class EntryTexts:
    """The texts that ask owners whether an entry of the FAQ is still right."""

    review: str
    confirmed: str
    to_correct: str
    gone: str


@dataclass(frozen=True, slots=True)
class GateTexts:
    """The findings about a lesson before it is learnt."""

    says_otherwise: str
    takes: str
    not_looked_at: str
    key: str
    password: str
    link: str
    media: str
    names_people: str
    says_nothing: str
    asks_back: str
    instructs: str
    strays: str
    no_question: str
    taught_otherwise: str


@dataclass(frozen=True, slots=True)
class DigestTexts:
    """The texts of the digest, which owners get on the mornings of weekdays."""

    title: str
    counts: str
    cost: str
    quiet: str
    week: str
    days: str
    most_asked: str
    often: str
    gaps: str
    gap: str
    reasons: str
    handed_over: str
    cases: str
    case: str
    learnt: str
    held: str
    overlaps: str
    covered: str
    contradicted: str
    due: str
    due_entries: str
    more: str


@dataclass(frozen=True, slots=True)
class CaseTexts:
    """The texts where a question waits for a person."""

    opened: str
    joined: str
    later: str
    kept: str
    answered: str
    corrected: str
    person: str
    retracted: str
    closed: str
    call: str
    reminder: str
    take: str
    in_faq: str
    not_ours: str
    taken: str
    answer_here: str
    taken_before: str
    settled: str
    closed_by: str
    which_entry: str
    no_entry: str
    picked: str
    owners_alone: str


@dataclass(frozen=True, slots=True)
class ModelTexts:
    """The reason why no model has written an answer; it is shown above the answer."""

    down: str
    slow: str
    cut: str
    too_long: str
    limit: str
    off: str


@dataclass(frozen=True, slots=True)
class InitTexts:
    """The texts of which `faqbot init` makes a profile. {subject} is what the FAQ is about."""

    name: str
    refusal: str
    greeting: str
    topic: str
