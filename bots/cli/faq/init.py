"""`faqbot init`: write a profile by asking questions, each with a good default."""

from __future__ import annotations

import json
import secrets
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import typer

from bots.cli.terminal import clean
from config.profiles import OWN_PROFILE, load_profile
from config.settings import Settings
from config.slack_settings import checked_slack_owners
from core.errors import ConfigError, SourceError
from core.profile import Profile
from core.types import Entry
from ingest.facts import examples_of, hosts_of, language_of, languages_of, themes_of

_ENV = Path(".env")
_ENV_SAMPLE = Path(".env.sample")
_LANGUAGES = ("ko", "en")
_TONES = ("friendly", "formal")


@dataclass(frozen=True, slots=True)
class Wishes:
    """The options of the command line; "" where one is missing."""

    subject: str = ""
    name: str = ""
    language: str = ""
    source: str = ""
    tone: str = ""
    owners: str = ""
    columns: str = ""


def init(settings: Settings, wishes: Wishes, *, ask: bool, force: bool) -> int:
    """Write `faqbot.toml` and a sample `.env` into the working folder.

    Raises:
        ConfigError: a profile is there already, or a language, tone or owner is unknown.
        SourceError: the FAQ cannot be read.
    """
    if OWN_PROFILE.exists() and not force:
        raise ConfigError(f"{OWN_PROFILE} exists already: edit it, or overwrite it with --force")
    if ask and sys.stdin.isatty():
        wishes, entries = _asked(settings, wishes)
    else:
        entries = _entries(settings, wishes)
    language = _one_of(
        "language", wishes.language or (language_of(entries) if entries else "ko"), _LANGUAGES
    )
    tone = _one_of("tone", wishes.tone or _TONES[0], _TONES)
    if problem := _problem_of_owners(wishes.owners):
        raise ConfigError(problem)
    base = f"{language}-formal" if tone == "formal" else language
    env = _ENV_SAMPLE if _ENV.exists() else _ENV
    try:
        OWN_PROFILE.write_text(_profile(base, wishes, entries), encoding="utf-8")
        env.touch(mode=0o600)
        env.write_text(_env(wishes), encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{error.filename} cannot be written ({error.strerror})") from error
    load_profile(str(OWN_PROFILE))
    for line in _next_steps(wishes, entries, env, language):
        print(line)
    return 0


def _asked(settings: Settings, wishes: Wishes) -> tuple[Wishes, Sequence[Entry]]:
    """Ask for the options that are missing, first for the FAQ, which has the defaults of others."""
    wishes, entries = _asked_source(settings, wishes)
    found = language_of(entries) if entries else _LANGUAGES[0]
    asked = replace(
        wishes,
        subject=wishes.subject or _answer("What is it about (such as: Stella Fitness)"),
        name=wishes.name or _answer("What is the bot called (empty for a name after that)"),
        language=wishes.language or _choice("Its language", _LANGUAGES, found),
        tone=wishes.tone or _choice("How it speaks", _TONES, _TONES[0]),
        owners=wishes.owners or _asked_owners(),
    )
    return asked, entries


def _asked_source(settings: Settings, wishes: Wishes) -> tuple[Wishes, Sequence[Entry]]:
    """Ask where the FAQ is until it can be read; where its columns are unclear, ask for these."""
    source, columns = wishes.source, wishes.columns
    while True:
        source = source or _unquoted(
            _answer("Where is the FAQ (a file, a folder or a URL; empty for later)")
        )
        wishes = replace(wishes, source=source, columns=columns)
        try:
            entries = _entries(settings, wishes)
        except SourceError as error:
            print(clean(str(error)))
            unclear = "--map" in str(error)
            columns = _answer("Its columns (question=…,answer=…)") if unclear else ""
            source = source if columns else ""
            continue
        if entries:
            print(f"{len(entries):,} entries can be read.")
        return wishes, entries


def _unquoted(path: str) -> str:
    """Return a path without the quotes or backslashes of one that was dropped on the terminal."""
    try:
        parts = shlex.split(path)
    except ValueError:
        return path
    return parts[0] if len(parts) == 1 and Path(parts[0]).exists() else path


def _asked_owners() -> str:
    """Ask for the owners until they are ids, since no command runs with others in `.env`."""
    while True:
        owners = _answer(
            "Whose answers it learns on Slack (member ids between commas; empty for later)"
        )
        if not (problem := _problem_of_owners(owners)):
            return owners
        print(f"{problem}. In Slack: the person's profile, ⋮, Copy member ID.")


def _problem_of_owners(owners: str) -> str:
    try:
        checked_slack_owners(owners)
    except ValueError as error:
        return f"the list of owners {error}"
    return ""


def _answer(text: str, default: str = "") -> str:
    return str(typer.prompt(text, default=default, show_default=bool(default))).strip()


def _choice(text: str, known: Sequence[str], default: str) -> str:
    while (said := _answer(f"{text}, {' or '.join(known)}", default)) not in known:
        print(f"There are {' and '.join(known)}.")
    return said


def _entries(settings: Settings, wishes: Wishes) -> Sequence[Entry]:
    if not wishes.source:
        return ()
    from bots.bootstrap.index.source_entries import check_usable, fetched, prepare_source

    if wishes.columns:
        settings = settings.model_copy(update={"source_columns": wishes.columns})
    path, _ = fetched(settings, wishes.source)
    prepared, _ = prepare_source(settings, path)
    check_usable(path, prepared)
    return prepared.entries


def _one_of(what: str, said: str, known: Sequence[str]) -> str:
    if said not in known:
        raise ConfigError(f"the {what} {said!r} is unknown: there are {', '.join(known)}")
    return said


def _named(base: Profile, subject: str) -> dict[str, str]:
    """Return the texts that speak of a subject; without one, those of the base speak of the FAQ."""
    forms = {
        "name": base.init.name,
        "refusal": base.init.refusal,
        "greeting": base.init.greeting,
        "topic": base.init.topic,
    }
    return {name: text.format(subject=subject) for name, text in forms.items()}


def _profile(base: str, wishes: Wishes, entries: Sequence[Entry]) -> str:
    texts = _named(load_profile(base), wishes.subject) if wishes.subject else {}
    if wishes.name:
        texts["name"] = wishes.name
    lines = [
        "# The words of this bot. Every other sentence is that of the profile that it extends, and",
        "# any of them can be said otherwise here. `faqbot doctor` shows which texts are whose.",
        f"extends = {_quoted(base)}",
        *(f"{name} = {_quoted(text)}" for name, text in texts.items()),
        "",
        "# Offered after a greeting: questions that the FAQ answers.",
        f"examples = {_quoted(examples_of(entries))}",
        "# Hosts that answers may link to; those in the FAQ are added by every ingest.",
        f"link_hosts = {_quoted(list(hosts_of(entries))[:20])}",
    ]
    for about, question in themes_of(entries):
        lines += ["", "[[themes]]", f"about = {_quoted([about])}", f"ask = {_quoted(question)}"]
    lines += _in_other_language(base, wishes, entries) if wishes.subject else []
    return "\n".join(lines) + "\n"


def _in_other_language(base: str, wishes: Wishes, entries: Sequence[Entry]) -> list[str]:
    """Return the texts that speak of a subject in the second language of a FAQ in two.

    A name that was said is the bot's name in both.
    """
    language, dash, tone = base.partition("-")
    others = [one for one in languages_of(entries) if one in _LANGUAGES and one != language]
    lines = []
    for other in others:
        texts = _named(load_profile(f"{other}{dash}{tone}"), wishes.subject)
        if wishes.name:
            del texts["name"]
        lines += ["", f"# To people who ask in the language {other!r}.", f"[{other}]"]
        lines += [f"{name} = {_quoted(text)}" for name, text in texts.items()]
    return lines


def _env(wishes: Wishes) -> str:
    source = _quoted(wishes.source) if wishes.source else ""
    columns = _quoted(wishes.columns) if wishes.columns else "question=제목,answer=답변"
    return f"""\
# Settings of this bot; lines that begin with # take their defaults. Keep this file to yourself.
# The FAQ to stay in line with: a file, a folder or a URL.
{"" if source else "#"}FAQBOT_SOURCE={source}
# Its columns, if their names do not say what they hold.
{"" if wishes.columns else "#"}FAQBOT_SOURCE_COLUMNS={columns}
# The web page asks for this token as soon as it listens elsewhere than on this machine.
#FAQBOT_WEB_TOKEN={secrets.token_urlsafe(24)}
#FAQBOT_WEB_HOST=0.0.0.0
# Slack and Discord, once their apps are made: `faqbot slack manifest`, `faqbot discord invite`.
#SLACK_BOT_TOKEN=
#SLACK_APP_TOKEN=
#DISCORD_BOT_TOKEN=
# Whose replies are learnt on Slack, member ids between commas.
{"" if wishes.owners else "#"}FAQBOT_SLACK_OWNERS={wishes.owners}
"""


def _other_languages(entries: Sequence[Entry], language: str) -> list[str]:
    """Return a line about a FAQ that is in no language in which the bot has its own sentences."""
    written = languages_of(entries)
    if not written or not {*_LANGUAGES}.isdisjoint(written):
        return []
    own = f"its own sentences in {language!r}, until {OWN_PROFILE} has others"
    return [f"The FAQ is in the language {written[0]!r}. The bot answers in it, and says {own}."]


def _next_steps(wishes: Wishes, entries: Sequence[Entry], env: Path, language: str) -> list[str]:
    source = shlex.quote(wishes.source) if wishes.source else "FILE"
    if wishes.columns and env == _ENV_SAMPLE:  # what is in use says nothing about columns
        source += f" --map {shlex.quote(wishes.columns)}"
    about = f" from {len(entries):,} entries" if entries else ""
    return [
        f"Wrote {OWN_PROFILE}{about} and {env}.",
        *_other_languages(entries, language),
        "Next:",
        f"  faqbot ingest {source} --dry-run    what is read, and the first answers",
        f"  faqbot ingest {source}",
        "  faqbot check                        what could be better in the FAQ",
        "  faqbot eval                         whether its own questions find it",
        "  faqbot run                          the web page; Slack and Discord with their tokens",
    ]


def _quoted(value: object) -> str:
    """Return a value as TOML, whose strings and lists of strings are those of JSON."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
