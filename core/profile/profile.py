"""The words of one installation: who the bot is, and everything that it says by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from core.profile.owners import Owner
from core.profile.readers import ChannelRules, ReaderGroup


@dataclass(frozen=True, slots=True)
class Theme:
    """A subject that is off topic (`about`, single words), and a question to offer then."""

    about: tuple[str, ...]
    ask: str


@dataclass(frozen=True, slots=True)
class Profile:
    """Texts for people, in their `language` (`ko`, `en`). `config/profiles/*.toml` holds them.

    `languages` are those that the FAQ is known to have, and `ask_in` says in each which they are.
    `others` are the same bot in the other ones of them, by language, as far as it speaks them.
    `tone` tells models how their answers speak, "" as any polite person does.
    `small_talk` has a sentence for each `SmallTalk` but a hello, and `sorry` for a complaint.
    """

    language: str
    name: str
    refusal: str
    greeting: str
    searching: str
    writing: str
    resumed: str
    not_found: str
    nearest: str
    lead_back: str
    ask_next: str
    choose: str
    sources: str
    source_details: str
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
    model_slow: str
    model_cut: str
    model_too_long: str
    model_limit: str
    model_off: str
    quoted: str
    learned: str
    expired: str
    stop: str
    limited: str
    inbox_full: str
    stale_button: str
    not_your_button: str
    lapsed_button: str
    settled_button: str
    skill_stops: tuple[str, ...]
    skill_stopped: str
    skill_asks_again: str
    skill_failed: str
    already_asked: str
    ask_privately: str
    not_for_all: str
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
    feedback_person: str
    feedback_person_yes: str
    feedback_thanks: str
    feedback_withdrawn: str
    send: str
    cancel: str
    close: str
    nothing_to_stop: str
    not_yours_to_stop: str
    home_about: str
    home_popular: str
    home_yours: str
    home_nothing_yet: str
    home_asked: str
    home_open: str
    feedback_reasons: tuple[str, ...]
    shared: str
    not_shared: str
    not_opened: str
    command_about: str
    command_hint: str
    answered_privately: str
    nothing_to_answer: str
    empty_mention: str
    unreadable: str
    shown_privately: str
    not_delivered: str
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
    teach_answer: str
    teach_this: str
    teach_approve: str
    teach_edit: str
    teach_undo: str
    teach_offer: str
    teach_offer_learn: str
    teach_offer_leave: str
    teach_offer_left: str
    teach_edit_title: str
    teach_question_label: str
    teach_answer_label: str
    teach_gone: str
    teach_review: str
    teach_still_right: str
    teach_will_edit: str
    teach_remove: str
    teach_confirmed: str
    teach_no_text: str
    teach_not_allowed: str
    teach_empty: str
    teach_too_long: str
    teach_not_stored: str
    teach_held: str
    teach_how_to_confirm: str
    teach_how_to_approve: str
    teach_confirm: str
    teach_refused: str
    teach_nothing_held: str
    teach_retracted: str
    teach_second_wanted: str
    entry_review: str
    entry_confirmed: str
    entry_to_correct: str
    entry_gone: str
    digest_title: str
    digest_counts: str
    digest_cost: str
    digest_quiet: str
    digest_week: str
    digest_days: str
    digest_most_asked: str
    digest_often: str
    digest_gaps: str
    digest_gap: str
    digest_reasons: str
    digest_handed_over: str
    digest_cases: str
    digest_case: str
    digest_learnt: str
    digest_held: str
    digest_overlaps: str
    digest_covered: str
    digest_contradicted: str
    digest_due: str
    digest_due_entries: str
    digest_more: str
    gate_says_otherwise: str
    gate_takes: str
    gate_not_looked_at: str
    gate_key: str
    gate_password: str
    gate_link: str
    gate_media: str
    gate_names_people: str
    gate_says_nothing: str
    gate_asks_back: str
    gate_instructs: str
    gate_strays: str
    case_opened: str
    case_joined: str
    case_later: str
    case_kept: str
    case_answered: str
    case_person: str
    case_closed: str
    case_call: str
    case_reminder: str
    case_take: str
    case_in_faq: str
    case_not_ours: str
    case_taken: str
    case_taken_before: str
    case_settled: str
    case_closed_by: str
    case_which_entry: str
    case_no_entry: str
    case_picked: str
    case_owners_alone: str
    longest_lesson_characters: int
    longest_question_characters: int
    init_name: str
    init_refusal: str
    init_greeting: str
    init_topic: str
    answer_cut: str
    own_data: str
    more: str
    nothing_more: str
    contact_question: str
    withheld: str
    link_left_out: str
    ask_in: Mapping[str, str]
    small_talk: Mapping[str, str]
    skill_about: Mapping[str, str]
    tone: str = ""
    link_hosts: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    themes: tuple[Theme, ...] = ()
    owners: tuple[Owner, ...] = ()
    channels: tuple[ChannelRules, ...] = ()
    groups: tuple[ReaderGroup, ...] = ()
    others: Mapping[str, Profile] = field(default_factory=dict)

    @property
    def closed_categories(self) -> tuple[str, ...]:
        """The categories that are for groups alone."""
        return tuple(dict.fromkeys(one for group in self.groups for one in group.categories))

    def spoken_in(self, channel: ChannelRules | None) -> Profile:
        """Return the profile with a channel's own words, which are in the profile's language."""
        if channel is None:
            return self
        spoken = replace(channel, greeting="", refusal="", not_found="")
        return replace(
            self,
            greeting=channel.greeting or self.greeting,
            refusal=channel.refusal or self.refusal,
            not_found=channel.not_found or self.not_found,
            tone=channel.tone or self.tone,
            examples=channel.examples if channel.categories else channel.examples or self.examples,
            others={name: other.spoken_in(spoken) for name, other in self.others.items()},
        )

    def owners_on(self, platform: str) -> tuple[str, ...]:
        """Return the ids of all owners on a platform, each once."""
        return tuple(dict.fromkeys(one for owner in self.owners for one in owner.on(platform)))
