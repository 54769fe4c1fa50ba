"""The words on the page that no chat platform needs: `config/profiles/NAME.web.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields

from config.resources import PROFILES
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
    about: str


def load_texts(profile: str) -> Texts:
    """Read them.

    Raises:
        ConfigError: there is no such file, or it lacks a text.
    """
    path = PROFILES / f"{profile}.web.toml"
    try:
        texts = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"cannot read the web page's texts {path}: {error}") from error
    wanted = {field.name for field in fields(Texts)}
    if missing := sorted(wanted - texts.keys()):
        raise ConfigError(f"{path} lacks: {', '.join(missing)}")
    if unknown := sorted(texts.keys() - wanted):
        raise ConfigError(f"{path} has unknown keys: {', '.join(unknown)}")
    if wrong := sorted(name for name in wanted if not isinstance(texts[name], str)):
        raise ConfigError(f"{path}: these must be texts: {', '.join(wrong)}")
    return Texts(**texts)
