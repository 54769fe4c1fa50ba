"""The skills that a profile switches on, built from what ships with them and from settings."""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import as_file, files
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bots.bootstrap.search import Language
from bots.bootstrap.stores import Stores
from config.resources import load_everyday, load_inquiries, load_prompt
from config.settings import Settings
from core.assistant.assistant import Assistant
from core.assistant.dialogue.situation import Situations
from core.errors import ConfigError
from core.llm.prompts import Prompt
from core.llm.tool_calls import Tool
from core.ports import Embedder, History, Memories
from core.profile import Profile
from core.skills.assistant import AnyAssistant, SkilledAssistant
from core.skills.holidays import holidays_of
from core.skills.meetings.diary import Diary
from core.skills.messenger import Messenger
from core.skills.router import Router
from core.skills.skill import Skill
from core.skills.tools import SkillTools
from core.text.korean import Analyzer

if TYPE_CHECKING:
    from core.skills.api.book import Book, ToolServer
    from core.skills.api.document import Document
    from core.skills.api.mcp_tools import ToolClient


@dataclass(frozen=True, slots=True)
class SkillParts:
    """The parts that skills are built from."""

    settings: Settings
    analyzer: Analyzer
    encoder: Embedder
    language: str  # the profile's language
    diary: Diary
    messenger: Messenger
    memories: Memories
    situations: Situations
    queries: Prompt  # of a model that writes queries

    @classmethod
    def of(
        cls, settings: Settings, language: Language, profile: Profile, stores: Stores
    ) -> SkillParts:
        """Return the parts over the stores of an installation.

        Raises:
            ConfigError: FAQBOT_HOLIDAYS names no place.
        """
        messenger = Messenger(stores.history, stores.inbox)
        zone = ZoneInfo(settings.jobs_timezone)
        # Models and skills alone are told of a holiday.
        place = settings.holidays if settings.has_models or profile.skills else ""
        situations = Situations(
            now=lambda: datetime.now(zone),
            holiday=holidays_of(place, profile.language),
            name_of=messenger.name_of,
            is_public=messenger.is_public,
            memories=stores.memories,
            archive=stores.archive,
        )
        return cls(
            settings=settings,
            analyzer=language.analyzer,
            encoder=language.encoder,
            language=profile.language,
            diary=stores.diary,
            messenger=messenger,
            memories=stores.memories,
            situations=situations,
            queries=load_prompt("queries", profile),
        )

    def now(self) -> datetime:
        """Return the time in the installation's zone."""
        return self.situations.now()


@dataclass(frozen=True, slots=True)
class SkillSet:
    """The skills of a profile; without parts there are none."""

    parts: SkillParts | None
    skills: Sequence[Skill] = ()

    @classmethod
    def of(cls, parts: SkillParts, profile: Profile) -> SkillSet:
        """Return those that a profile switches on. Blocks.

        Raises:
            ConfigError: there is no such skill, or its files cannot be used.
        """
        return cls(parts, [skill for name in profile.skills for skill in _skills(name, parts)])

    @property
    def tools(self) -> Sequence[Tool]:
        """Return the skills as tools of a model."""
        return SkillTools.of(self.skills).tools

    @property
    def situations(self) -> Situations | None:
        """Return the situations of dialogues; None where there are no skills."""
        return self.parts.situations if self.parts else None

    def over(self, assistant: Assistant, profile: Profile, history: History) -> AnyAssistant:
        """Return an assistant with the skills; itself where there are none. Blocks."""
        if not self.skills or self.parts is None:
            return assistant
        return SkilledAssistant(
            assistant,
            skills=self.skills,
            router=Router(self.skills, self.parts.encoder, (*load_everyday(), *load_inquiries())),
            history=history,
            profile=profile,
            now=self.parts.now,
            situations=self.parts.situations,
        )


def _skills(name: str, parts: SkillParts) -> Sequence[Skill]:
    if name not in SKILLS:
        known = ", ".join(SKILLS)
        raise ConfigError(f"skills: there is no skill {name!r}; there are: {known}")
    return SKILLS[name](parts)


def _recommender(parts: SkillParts) -> Sequence[Skill]:
    from core.skills.recommender.advice import Adviser
    from core.skills.recommender.form import load_shipped_form
    from core.skills.recommender.network import Recommender
    from core.skills.recommender.skill import RecommenderSkill

    with as_file(files("core.skills.recommender") / "appliances.npz") as model:
        adviser = Adviser(Recommender.load(model), load_shipped_form(parts.language))
    return [RecommenderSkill(adviser, adviser.form.examples)]


def _data(parts: SkillParts) -> Sequence[Skill]:
    from bots.bootstrap.data import open_answerer
    from core.skills.data.skill import DataSkill

    answerer = open_answerer(
        parts.settings,
        language=parts.language,
        terms=parts.analyzer.terms,
        embed=parts.encoder.embed,
    )
    return [DataSkill(answerer, answerer.texts, parts.queries)]


def _meetings(parts: SkillParts) -> Sequence[Skill]:
    try:
        from core.skills.meetings.skill import MeetingSkill
    except ImportError as error:
        needed = "pip install 'faqbot[meetings]'"
        raise ConfigError(f"{error.name} is not installed: {needed}") from error
    from core.skills.meetings.message import MeetingTools
    from core.skills.meetings.slots import WorkingHours
    from core.skills.meetings.words import load_words

    settings = parts.settings
    desk = MeetingTools(
        diary=_with_calendars(parts.diary, settings),
        words=load_words(parts.language),
        hours=WorkingHours.parse(settings.working_hours, parts.situations.holiday),
        analyzer=parts.analyzer,
        messenger=parts.messenger,
    )
    return [MeetingSkill(desk, parts.now)]


def _memory(parts: SkillParts) -> Sequence[Skill]:
    from core.skills.memory.skill import MemorySkill, MemoryWords

    words = MemoryWords.load(parts.language)
    return [MemorySkill(parts.memories, words, parts.messenger)]


def _api_tokens(settings: Settings, books: Sequence[str]) -> dict[str, str]:
    """Return the credential of each book: no API ever gets that of another."""
    tokens = dict(settings.api_tokens)
    if unknown := tokens.keys() - set(books):
        raise ConfigError(f"FAQBOT_API_TOKENS: there is no book {', '.join(sorted(unknown))}")
    if settings.api_token:
        if len(books) > 1:
            raise ConfigError("FAQBOT_API_TOKEN is for one book; name each in FAQBOT_API_TOKENS")
        tokens.setdefault(books[0], settings.api_token)
    return {name: secret.get_secret_value() for name, secret in tokens.items()}


def _tools_of(server: ToolServer, token: str) -> ToolClient:
    try:
        from core.skills.api.mcp_tools import ToolClient
    except ImportError as error:
        raise ConfigError(f"{error.name} is not installed: pip install 'faqbot[mcp]'") from error
    return ToolClient(server, token)


def _with_calendars(diary: Diary, settings: Settings) -> Diary:
    if not settings.caldav_url:
        return diary
    try:
        from core.skills.meetings.diaries.calendars import Account, CalendarDiary
    except ImportError as error:
        raise ConfigError(f"{error.name} is not installed: pip install 'faqbot[caldav]'") from error
    secret = settings.caldav_password
    password = secret.get_secret_value() if secret else ""
    zone = ZoneInfo(settings.jobs_timezone)
    account = Account(settings.caldav_url, settings.caldav_user, password, zone)
    return CalendarDiary(diary, account)


def api_books(settings: Settings) -> Iterator[tuple[Book, str]]:
    """Yield the books of APIs, each with its credential. Blocks.

    Raises:
        ConfigError: one of them cannot be used; says why.
    """
    try:
        from core.skills.api.book import find_books, load_book
    except ImportError as error:
        raise ConfigError(f"{error.name} is not installed: pip install 'faqbot[api]'") from error

    if settings.api_book is None:
        raise ConfigError("the skill `api` needs FAQBOT_API_BOOK, which lists its operations")
    paths = find_books(settings.api_book)
    tokens = _api_tokens(settings, [path.stem for path in paths])
    for path in paths:
        token = tokens.get(path.stem, "")

        def list_tools(server: ToolServer, token: str = token) -> Document:
            return asyncio.run(_tools_of(server, token).document())

        yield load_book(path, list_tools), token


def _api(parts: SkillParts) -> Sequence[Skill]:
    books = list(api_books(parts.settings))
    from core.skills.api.client import ApiClient
    from core.skills.api.journal import Journal
    from core.skills.api.skill import OperationSkill

    journal = Journal(parts.settings.data_dir / "calls.sqlite3")
    source = files("core.skills.api").joinpath(f"{parts.language}.toml").read_text("utf-8")
    texts = tomllib.loads(source)
    skills = []
    for book, token in books:
        client = _tools_of(book.tools, token) if book.tools else ApiClient(book, token)
        allowed = book.allowed.values()
        skills += [OperationSkill(book, one, client, journal, texts) for one in allowed]
    return skills


SKILLS: dict[str, Callable[[SkillParts], Sequence[Skill]]] = {
    "recommender": _recommender,
    "data": _data,
    "meetings": _meetings,
    "api": _api,
    "memory": _memory,
}
