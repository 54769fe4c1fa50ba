"""The words of the page that no chat platform needs: the table `[web]` of a profile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Final

from config.profiles import ProfileFile, chain_of, merged, page_texts, profile_chain
from config.settings import Settings
from core.errors import ConfigError
from core.profile import Profile

LANGUAGES: Final = ("ko", "en")
_FROM_PROFILE: Final = (
    "try_asking",
    "choose",
    "stop",
    "helpful",
    "not_helpful",
    "send",
    "cancel",
    "searching",
    "writing",
    "failed",
    "empty_question",
    "long_question",
    "not_stored",
)
_FROM_FEEDBACK: Final = ("title", "why", "expected", "thanks", "withdrawn")


@dataclass(frozen=True, slots=True)
class Texts:
    """Labels and sentences, in the language of the asker. {name} is the bot's, {time} a time."""

    placeholder: str
    ask: str
    hint: str
    new: str
    conversations: str
    no_conversations: str
    menu: str
    close_menu: str
    you: str
    edit: str
    save: str
    delete: str
    delete_sure: str
    copy: str
    copied: str
    retry: str
    sources: str
    asked: str
    withdrawn: str
    too_long: str
    no_script: str
    not_started: str
    offline: str
    online: str
    expected_hint: str
    token_title: str
    token_about: str
    token_label: str
    token_enter: str
    token_wrong: str
    today: str
    yesterday: str
    earlier: str
    loading: str
    not_found: str
    not_yours: str
    to_the_end: str
    no_session: str
    no_stream: str
    about: str
    rename_label: str
    rename_save: str
    search: str
    search_none: str
    more: str
    export: str
    delete_conversation: str
    delete_conversation_sure: str
    sign_out: str
    again: str
    wait: str
    wait_over: str
    queued: str
    unsent: str
    source_open: str
    source_gone: str
    source_address: str
    source_note: str
    handover: str
    handover_about: str
    handover_label: str
    handover_thanks: str
    close: str


@dataclass(frozen=True, slots=True)
class PageWords:
    """Every sentence of the page in one language, and the questions that it offers at first.

    The bot's own words are those for a language that the FAQ has, and else the profile's.
    """

    texts: Mapping[str, str]
    reasons: tuple[str, ...]
    examples: tuple[str, ...]


def load_words(profile: Profile, texts: Texts) -> dict[str, PageWords]:
    """Return the page's words by language: those of the profile, and of the other one that ships.

    Raises:
        ConfigError: see `load_texts`.
    """
    words = {profile.language: _words(profile, profile, texts)}
    for language in LANGUAGES:
        if language not in words:
            chain = profile_chain(language)
            words[language] = _words(merged(chain), profile, _texts_of(chain))
    return words


def _words(general: Profile, own: Profile, texts: Texts) -> PageWords:
    told = {name: getattr(general, name) for name in _FROM_PROFILE}
    told |= {f"feedback_{name}": getattr(general.feedback, name) for name in _FROM_FEEDBACK}
    own = own.others.get(general.language, own)
    told |= {name: getattr(own, name) for name in ("name", "greeting")}
    return PageWords(told | asdict(texts), general.feedback.reasons, own.examples)


def load_texts(settings: Settings) -> Texts:
    """Read the texts of the page.

    Raises:
        ConfigError: the profile cannot be read, or lacks a text of the page.
    """
    return _texts_of(chain_of(settings))


def _texts_of(chain: Sequence[ProfileFile]) -> Texts:
    texts = page_texts(chain)
    path = chain[-1].path
    wanted = {field.name for field in fields(Texts)}
    if missing := sorted(wanted - texts.keys()):
        raise ConfigError(f"{path} lacks in [web]: {', '.join(missing)}")
    if unknown := sorted(texts.keys() - wanted):
        raise ConfigError(f"{path} has unknown keys in [web]: {', '.join(unknown)}")
    if wrong := sorted(name for name in wanted if not isinstance(texts[name], str)):
        raise ConfigError(f"{path}: these must be texts: {', '.join(wrong)}")
    return Texts(**{name: str(text) for name, text in texts.items()})
