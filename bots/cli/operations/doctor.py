"""`faqbot doctor`: check what is installed, set and stored, and say how to fix it."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from functools import partial
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryFile

from pydantic import AliasChoices

from bots.bootstrap.platforms import PLATFORMS
from bots.cli.operations.api_check import api
from bots.cli.operations.index_check import index
from bots.shared.platform import FAIL, NOTE, PASS, Check, Platform
from config.resources import ENCODER, GUARDRAIL
from config.settings import Settings, read_settings
from core.errors import FaqbotError
from core.types import SessionId

_OLDEST_PYTHON = (3, 11)
_FEW_TEXTS = 12  # if more texts of a profile differ, they are not named
_LOW_SPACE_MB, _NO_SPACE_MB = 1_000, 200

Examine = Callable[[Settings], Iterator[Check]]


def doctor(*, live: bool, as_json: bool) -> int:
    """Print every finding as it is made; 1 if something has to be fixed. Prints no secrets.

    As JSON it is one line a finding, to be pasted into a report: `state`, `name`, `text`, `fix`.
    """
    from config.logging import configure_logging

    configure_logging("ERROR")
    failed = False
    for finding in examine(live=live):
        failed = failed or finding.mark == FAIL
        _print_json(finding) if as_json else _print_line(finding)
    return int(failed)


def _print_line(finding: Check) -> None:
    print(finding.mark, f"{finding.name}: {finding.text}", flush=True)
    if finding.fix:
        print(f"    -> {finding.fix}")


def _print_json(finding: Check) -> None:
    state = {PASS: "ok", NOTE: "note", FAIL: "failed"}[finding.mark]
    line = {"state": state, "name": finding.name, "text": finding.text, "fix": finding.fix}
    print(json.dumps(line, ensure_ascii=False), flush=True)


def examine(*, live: bool = False) -> Iterator[Check]:
    """Yield all findings, in the order in which one depends on the other.

    With `live`, the platforms are shown what the bot says, unsent.
    """
    yield from _python()
    try:
        settings = read_settings()
    except FaqbotError as error:
        yield Check(FAIL, "settings", str(error), "correct it in the environment or in .env")
        return
    local: tuple[Examine, ...]
    local = (_settings, _data_folder, _space, _packages, _profile, _models, _endpoints, _history)
    local += (index, api)
    named = [(check.__name__.strip("_").replace("_", " "), check) for check in local]
    platforms = [(platform.name, partial(_platform, platform, live=live)) for platform in PLATFORMS]
    for name, check in (*named, *platforms):
        try:
            yield from check(settings)
        except FaqbotError as error:
            yield Check(FAIL, name, str(error))
        except OSError as error:
            yield Check(FAIL, name, f"{error.filename}: {error.strerror}", "check permissions")


def _platform(platform: Platform, settings: Settings, *, live: bool) -> Iterator[Check]:
    if why := platform.off(settings):
        yield Check(PASS, platform.name, f"off, {why}")
    else:
        yield from platform.check(settings)
        if live and platform.check_live:
            yield from platform.check_live(settings)


def _python() -> Iterator[Check]:
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info >= _OLDEST_PYTHON:
        yield Check(PASS, "Python", found)
    else:
        yield Check(FAIL, "Python", found, "install Python 3.11 or newer, then `make setup`")


def _settings(settings: Settings) -> Iterator[Check]:
    here = ", .env read" if Path(".env").is_file() else ", no .env here (defaults and environment)"
    yield Check(PASS, "settings", f"profile {settings.profile or 'not named'}{here}")
    known = {f"FAQBOT_{name.upper()}" for name in Settings.model_fields}
    for field in Settings.model_fields.values():
        if isinstance(names := field.validation_alias, AliasChoices):
            known |= {name for name in names.choices if isinstance(name, str)}
    for name in sorted(_named() - known - {"FAQBOT_SHARED"}):
        close = get_close_matches(name, known, n=1)
        advice = f"did you mean {close[0]}?" if close else f"there are {', '.join(sorted(known))}"
        yield Check(NOTE, "settings", f"{name} is not a setting, and is ignored", advice)


def _named() -> set[str]:
    """Return the names, never the values, of variables that look like our settings."""
    names = {name.upper() for name in os.environ}
    if Path(".env").is_file():
        lines = Path(".env").read_text(encoding="utf-8", errors="replace").splitlines()
        pairs = (line.removeprefix("export ").partition("=") for line in lines)
        names |= {name.strip().upper() for name, equals, _ in pairs if equals}
    return {name for name in names if name.startswith("FAQBOT_")}


def _data_folder(settings: Settings) -> Iterator[Check]:
    folder = settings.data_dir.absolute()
    place = next(place for place in (folder, *folder.parents) if place.exists())
    try:
        with TemporaryFile(dir=place):
            state = "can be written" if place == folder else "will be created"
            yield Check(PASS, "data folder", f"{folder} {state}")
    except OSError as error:
        fix = "set FAQBOT_DATA_DIR to a folder that you may write"
        text = f"{folder} cannot be written ({error.strerror})"
        yield Check(FAIL, "data folder", text, fix)


def _space(settings: Settings) -> Iterator[Check]:
    folder = settings.data_dir.absolute()
    place = next(place for place in (folder, *folder.parents) if place.is_dir())
    free_mb = shutil.disk_usage(place).free // 1_000_000
    text = f"{free_mb:,} MB free"
    fix = "free some space, or set FAQBOT_DATA_DIR to another disk"
    if free_mb >= _LOW_SPACE_MB:
        yield Check(PASS, "disk", text)
    else:
        yield Check(FAIL if free_mb < _NO_SPACE_MB else NOTE, "disk", text, fix)


def _profile(settings: Settings) -> Iterator[Check]:
    from config.profiles import chain_of, profile_of, synonym_files
    from core.retrieval.lexical.synonyms import load_groups

    profile, chain = profile_of(settings), chain_of(settings)
    groups = [group for file in synonym_files(chain) for group in load_groups(file)]
    yield Check(PASS, "profile", f"{profile.name}, {len(groups):,} groups of synonyms")
    for file in chain:
        listed = f": {', '.join(file.names)}" if len(file.names) <= _FEW_TEXTS else ""
        yield Check(PASS, "texts", f"{len(file.names)} from {_shown(file.path)}{listed}")


def _shown(path: Path) -> str:
    """Return the name of a profile that ships, or the path of another one."""
    from config.profiles import PROFILES

    return path.name if path.parent == PROFILES else str(path)


def _packages(_settings: Settings) -> Iterator[Check]:
    names = ("kiwipiepy", "kiwipiepy-model", "chromadb", "numpy")
    yield Check(PASS, "packages", ", ".join(f"{name} {version(name)}" for name in names))


def _models(_settings: Settings) -> Iterator[Check]:
    from bots.bootstrap.index.build import fingerprint_of
    from core.assistant.guardrails.guardrail import GuardrailModel

    yield Check(PASS, "encoder", fingerprint_of(ENCODER))
    GuardrailModel.load(GUARDRAIL)
    yield Check(PASS, "guardrail", GUARDRAIL.name)


def _endpoints(settings: Settings) -> Iterator[Check]:
    if not settings.has_models and not settings.remote_embedder:
        return
    from bots.bootstrap.models.checks import check_models

    yield from check_models(settings)


def _history(settings: Settings) -> Iterator[Check]:
    from bots.bootstrap.stores import open_stores
    from core.retrieval.overlay.lesson_sync import all_lessons

    if settings.mongodb_uri is None and not settings.history_path.exists():
        yield Check(PASS, "history", "none yet; the first conversation creates it")
        return

    async def open_and_read() -> int:
        async with open_stores(settings) as stores:
            await stores.history.recent(SessionId("doctor"), 1)
            return len(await all_lessons(stores.lessons))

    lessons = asyncio.run(open_and_read())
    if settings.mongodb_uri is not None:
        yield Check(PASS, "history", "the MongoDB of MONGODB_URI answers")
    else:
        size_mb = settings.history_path.stat().st_size / 1_000_000
        yield Check(PASS, "history", f"{settings.history_path} opens, {size_mb:.1f} MB")
    yield Check(PASS, "lessons", f"{lessons:,} taught")
