"""The words of one installation: who the bot is, and everything that it says by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from core.profile.owners import Owner
from core.profile.readers import ChannelRules, ReaderGroup
from core.profile.texts import (
    CaseTexts,
    CommandTexts,
    DigestTexts,
    EntryTexts,
    FeedbackTexts,
    GateTexts,
    HomeTexts,
    InitTexts,
    ModelTexts,
    TeachTexts,
)


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
    `for_cases` is it in the languages that its FAQ lacks: people who wait are spoken to in them.
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
    model: ModelTexts
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
    feedback: FeedbackTexts
    send: str
    cancel: str
    close: str
    nothing_to_stop: str
    not_yours_to_stop: str
    home: HomeTexts
    shared: str
    not_shared: str
    not_opened: str
    command: CommandTexts
    answered_privately: str
    nothing_to_answer: str
    empty_mention: str
    unreadable: str
    shown_privately: str
    not_delivered: str
    unreadable_role_mention: str
    guests_off: str
    permissions_missing: str
    learning_tag: str
    teach: TeachTexts
    entry: EntryTexts
    digest: DigestTexts
    gate: GateTexts
    case: CaseTexts
    longest_lesson_characters: int
    longest_question_characters: int
    init: InitTexts
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
    for_cases: Mapping[str, Profile] = field(default_factory=dict)

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
