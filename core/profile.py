"""The words of one installation: who the bot is, and everything that it says by itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Theme:
    """A subject that is off topic (`about`, single words), and a question to offer then."""

    about: tuple[str, ...]
    ask: str


@dataclass(frozen=True, slots=True)
class Profile:
    """Texts for people, in their `language` (`ko`, `en`). `config/profiles/*.toml` holds them."""

    language: str
    name: str
    refusal: str
    greeting: str
    searching: str
    writing: str
    not_found: str
    nearest: str
    lead_back: str
    ask_next: str
    sources: str
    opening: str
    prompt: str
    try_asking: str
    how_to_chat: str
    sample_faq: str
    stopped: str
    goodbye: str
    empty_question: str
    long_question: str
    failed: str
    topic: str
    model_down: str
    model_cut: str
    model_too_long: str
    model_limit: str
    model_off: str
    quoted: str
    learned: str
    stop: str
    limited: str
    inbox_full: str
    stale_button: str
    not_your_button: str
    lapsed_button: str
    settled_button: str
    skill_failed: str
    already_asked: str
    open_answer: str
    not_stored: str
    kept_for_later: str
    taking_long: str
    share: str
    shared_by: str
    answer_this: str
    helpful: str
    not_helpful: str
    feedback_title: str
    feedback_why: str
    feedback_expected: str
    feedback_thanks: str
    send: str
    cancel: str
    close: str
    nothing_to_stop: str
    home_about: str
    home_popular: str
    home_yours: str
    home_nothing_yet: str
    home_asked: str
    home_open: str
    feedback_reasons: tuple[str, ...]
    shared: str
    not_shared: str
    command_about: str
    command_hint: str
    answered_privately: str
    nothing_to_answer: str
    empty_mention: str
    unreadable: str
    shown_privately: str
    unreadable_role_mention: str
    guests_off: str
    command_option: str
    permissions_missing: str
    learning_tag: str
    teach_call: str
    teach_hint: str
    teach_author: str
    teach_learned: str
    teach_corrected: str
    teach_known: str
    teach_unlearned: str
    teach_nothing_asked: str
    teach_which: str
    teach_about: str
    teach_not_allowed: str
    teach_empty: str
    teach_too_long: str
    teach_not_stored: str
    longest_lesson_characters: int
    longest_question_characters: int
    init_name: str
    init_refusal: str
    init_greeting: str
    init_formal_greeting: str
    init_topic: str
    answer_cut: str
    more: str
    nothing_more: str
    withheld: str
    link_left_out: str
    link_hosts: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    themes: tuple[Theme, ...] = ()
