"""The share of messages that skills read rightly: `python -m bench skills`.

Messages that are in no example (`skill_phrasings.toml`, `skill_phrasings.en.toml`) are routed and
read, and the questions of the FAQ, which none of the skills may take, are held against them: of
the seller help, and of six small FAQs that nothing was fitted to. Questions to two databases are
asked, and those that are misread are printed.
"""

from __future__ import annotations

import asyncio
import json
import tomllib
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast
from uuid import uuid4
from zoneinfo import ZoneInfo

from bench.data_reading import read_all
from bench.processes import faqbot
from bench.sources import Asked, Sources
from bench.tables import note, table
from bench.taught_faqs import MEASURED
from bots.bootstrap.assistant import open_assistant
from bots.bootstrap.search import Language, load_language
from config.settings import Settings
from core.assistant.dialogue.situation import Situation
from core.llm.prompts import Prompt
from core.skills.data.load import EXAMPLE_BOOKS, load_answerer
from core.skills.data.shop import build_shop
from core.skills.data.skill import DataSkill
from core.skills.meetings.diaries.sqlite import SqliteDiary
from core.skills.meetings.message import MeetingTools
from core.skills.meetings.plan import PLANS
from core.skills.meetings.skill import MeetingSkill
from core.skills.meetings.slots import WorkingHours
from core.skills.meetings.words import load_words
from core.skills.memory.skill import MemorySkill, MemoryWords
from core.skills.messenger import Messenger
from core.skills.recommender.advice import Adviser
from core.skills.recommender.form import load_shipped_form
from core.skills.recommender.network import Recommender
from core.skills.recommender.skill import RecommenderSkill
from core.skills.skill import Request, SkillReply
from core.stores.memory import MemoryHistory
from core.types import Answered, Exchange, Question, SessionId

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.ports import Inbox, Memories

Phrase = dict[str, Any]

_PHRASES: Final = {
    "ko": Path(__file__).with_name("skill_phrasings.toml"),
    "en": Path(__file__).with_name("skill_phrasings.en.toml"),
}
_NOW: Final = datetime(2026, 11, 30, 10, tzinfo=ZoneInfo("Asia/Seoul"))
_WANTED: Final = 0.9
_SKILLS: Final = ["meetings", "recommender", "memory", "data"]
# FAQs that nothing was fitted to, by the profile that a bot with them extends.
_OTHER_FAQS: Final = {
    "tasklane": "en",
    "hotel": "en",
    "library": "en",
    "boardgames": "ko",
    "clinic": "ko",
    "university": "ko",
}
_EVALUATION: Final = (
    "retrieval.dev",
    "stern.retrieval.dev",
    "stern.unanswerable.dev",
    "guardrail.dev",
    "stern.guardrail.dev",
)


@dataclass(frozen=True, slots=True)
class _Skills:
    meetings: MeetingSkill
    recommender: RecommenderSkill
    memory: MemorySkill
    data: DataSkill

    @property
    def by_name(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}

    def reads(self, name: str, phrase: Phrase) -> bool:
        """Return whether a message is read as it is meant; routing alone decides of data."""
        match name:
            case "meetings":
                wanted = phrase.get("when") or phrase["asks"]
                return asyncio.run(_proposed(self.meetings, phrase["say"])) == wanted
            case "recommender":
                return self.recommender.adviser.form.read(phrase["say"], {}) == phrase["knows"]
            case "memory":
                return self.memory.words.wanted(phrase["say"]) == phrase["does"]
        return True


@dataclass(frozen=True, slots=True)
class _Bot:
    """A bot in a language: the profile that it extends, and its index."""

    language: str
    extends: str
    data_dir: Path


def main(sources: Sources) -> None:
    """Route and read all messages, and hold the FAQ's questions against the skills."""
    korean = _Bot("ko", "smartstore", sources.data_dir)
    _measure(korean, sources.folder)
    cases = {name: sources.shared / "eval" / f"{name}.jsonl" for name in _EVALUATION}
    _hold_against_the_faq(korean, cases)
    others = {name: _other(name, extends, sources) for name, extends in _OTHER_FAQS.items()}
    _measure(others["tasklane"], sources.folder / "tasklane")
    for name, bot in others.items():
        _hold_against_the_faq(bot, {name: MEASURED / f"{name}.questions.jsonl"})
    _read_data(sources.folder)


def _other(name: str, extends: str, sources: Sources) -> _Bot:
    """Return a bot with a small FAQ, which is ingested."""
    bot = _Bot(extends, extends, sources.folder / name)
    file = next(path for path in MEASURED.glob(f"{name}.*") if "questions" not in path.name)
    faqbot("ingest", str(file), data_dir=bot.data_dir)
    return bot


def _measure(bot: _Bot, folder: Path) -> None:
    """Route and read the messages of a bot's language."""
    skills = _opened_skills(load_language(bot.extends), folder, bot.language)
    phrases = tomllib.loads(_PHRASES[bot.language].read_text("utf-8"))
    rows = []
    for name, group in phrases.items():
        said: list[Phrase] = group["phrases"]
        unseen: list[str] = group.get("unseen", [])
        texts = [*(phrase["say"] for phrase in said), *unseen]
        taken = asyncio.run(_taken(bot, [(text, ()) for text in texts]))
        routed = [phrase for phrase in said if taken.get(phrase["say"]) == name]
        first = [text for text in unseen if taken.get(text) == name]
        read = [phrase for phrase in said if skills.reads(name, phrase)]
        counts = (len(said), len(routed), len(read), len(unseen), len(first))
        rows.append([name, *map(str, counts)])
        for phrase in said:
            if phrase not in routed or phrase not in read:
                kind = "not routed" if phrase not in routed else "read otherwise"
                note(f"  {name}, {kind}: {phrase['say']}")
        for text in set(unseen) - set(first):
            note(f"  {name}, unseen and not routed: {text}")
    columns = ["skill", "said", "routed", "read", "unseen", "routed"]
    table(f"Messages to skills ({bot.language}); wanted: {_WANTED} routed", columns, rows)


def _hold_against_the_faq(bot: _Bot, cases_of: Mapping[str, Path]) -> None:
    """Print how many questions of the FAQ are taken by a skill, each with its conversation."""
    rows = []
    for name, path in cases_of.items():
        if not path.is_file():
            note(f"NOT RUN: {path.name} is not here")
            continue
        cases = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        asked = [(case["question"], _history(case)) for case in cases]
        taken = asyncio.run(_taken(bot, asked))
        rows.append([name, f"{len(asked)}", f"{len(taken)}"])
        for text, skill in taken.items():
            note(f"  taken by {skill}: {text}")
    columns = ["", "asked", "taken by a skill"]
    table(f"Questions of the FAQ ({bot.language}), keyless; wanted: 0 taken", columns, rows)


def _history(case: dict[str, Any]) -> tuple[Exchange, ...]:
    said = case.get("history") or ()
    return tuple(Exchange(one["user"], one["bot"]) for one in said)


def _read_data(folder: Path) -> None:
    """Print how questions to two databases end, and each that is misread or not answered."""
    rows = []
    for found in read_all(load_language("ko"), folder):
        counts = (found.asked, len(found.right), len(found.wrong), len(found.unsure))
        rows.append([found.name, *map(str, counts)])
        for kind, texts in (("MISREAD", found.wrong), ("asked back", found.unsure)):
            for text in texts:
                note(f"  {found.name}, {kind}: {text}")
    columns = ["", "asked", "right", "a wrong number", "asked back"]
    table("Questions to data, keyless; wanted: 0.7 right, 0 wrong", columns, rows)


async def _taken(bot: _Bot, asked: Sequence[Asked]) -> dict[str, str]:
    """Return which of these questions the bot as it is run leaves to a skill, and to which."""
    profile = bot.data_dir / "skilled.toml"
    profile.write_text(f'extends = "{bot.extends}"\nskills = {_SKILLS}\n', "utf-8")
    settings = Settings(data_dir=bot.data_dir, profile=str(profile))
    taken: dict[str, str] = {}
    async with open_assistant(settings) as assistant:
        for text, history in asked:
            name = uuid4().hex  # a conversation of its own, in which nothing is open
            question = Question(name, SessionId(f"terminal:{name}"), text, "bench")
            async for event in assistant.answer(question, history):
                if isinstance(event, Answered) and event.skill:
                    taken[text] = event.skill
    return taken


async def _proposed(skill: MeetingSkill, text: str) -> str:
    """Return when a meeting is proposed to be, or what is asked back."""
    question = Question("q1", SessionId("bench:1"), text, "U1")
    request = Request(question, text, None, Situation(_NOW, "slack", "U1"))
    replies = [one async for one in skill.hear(request)]
    reply = replies[-1] if replies else None
    if not isinstance(reply, SkillReply):
        return ""
    texts = skill.desk.words.texts
    if texts["book"] in reply.choices and reply.data:
        plan = PLANS.validate_json(reply.data)
        return f"{plan.days[0].first} {plan.clocks[0]:%H:%M}"
    asked = {"which_day": "day", "which_time": "time", "slots": "slots", "who": "who"}
    asked |= {name: name for name in ("impossible", "past", "no_slots")}
    found = (asked[name] for name in asked if texts[name].partition("{")[0] in reply.text)
    return next(found, "")


def _opened_skills(language: Language, folder: Path, spoken: str) -> _Skills:
    terms, embed = language.analyzer.terms, language.encoder.embed
    shop, room = folder / "shop.sqlite3", files("core.skills.recommender")
    build_shop(shop, last_day=_NOW.date(), language=spoken)
    answerer = load_answerer(f"sqlite:///{shop}", EXAMPLE_BOOKS[spoken], terms=terms, embed=embed)
    with as_file(room / "appliances.npz") as model:
        adviser = Adviser(Recommender.load(model), load_shipped_form(spoken))
    diary, messenger = (
        SqliteDiary(folder / "diary.sqlite3"),
        Messenger(MemoryHistory(), cast("Inbox", None)),
    )
    hours = WorkingHours.parse("09:00-18:00")
    desk = MeetingTools(diary, load_words(spoken), hours, language.analyzer, messenger)
    return _Skills(
        meetings=MeetingSkill(desk, lambda: _NOW),
        recommender=RecommenderSkill(adviser, adviser.form.examples),
        memory=MemorySkill(cast("Memories", None), MemoryWords.load(spoken), messenger),
        data=DataSkill(answerer, answerer.texts, Prompt("", "", "")),
    )
