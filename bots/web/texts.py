"""The words on the page that no chat platform needs: `[web]` of a profile."""

from __future__ import annotations

from dataclasses import dataclass, fields

from config.profiles import chain_of, page_texts
from config.settings import Settings
from core.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Texts:
    """Labels and sentences, in the language of whoever asks. {name} is the bot's, {time} a time."""

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


def load_texts(settings: Settings) -> Texts:
    """Read them.

    Raises:
        ConfigError: the profile cannot be read, or lacks a text of the page.
    """
    chain = chain_of(settings)
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
