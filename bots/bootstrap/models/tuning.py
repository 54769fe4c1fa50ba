"""The parts of `faqbot tune`: the examples of this installation, and a client for its jobs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bots.bootstrap.processes.event_loop import run as run_loop
from bots.bootstrap.search import build_taught
from bots.bootstrap.stores import open_stores, served_entries
from config.profiles import profile_of
from config.resources import load_prompt
from config.settings import Settings
from core.errors import ConfigError, StorageError
from core.llm.tuning.candidates import LeftOut, TuningExample, of_entries, of_turns
from core.llm.tuning.dataset import Dataset, build
from core.llm.tuning.examples import Example, ExampleMaker
from core.llm.tuning.job import TuningJob
from core.retrieval.overlay.lessons import passages_of
from core.retrieval.retriever import Retriever
from core.text.safety.personal_data import find
from core.text.spelling.normalize import normalized
from core.types import Exchange, Passage

if TYPE_CHECKING:
    import openai

_PASSAGES = 4
_TIMEOUT_S, _RETRIES = 60.0, 3

Progress = Callable[[int, int], None]


def collect(
    settings: Settings, *, each: int, share: float, seed: int, progress: Progress
) -> Dataset:
    """Make the examples of the FAQ and of liked answers, `share` of them held out.

    Raises:
        FaqbotError: there is no FAQ, a store is unusable, or the examples are too few.
    """
    retriever = build_taught(settings)
    entries = served_entries(settings)
    public = frozenset(found for entry in entries for found in find(entry.text))
    maker = ExampleMaker(
        load_prompt("answer", profile_of(settings)),
        lambda question, history: _passages(retriever, question, history),
        public,
    )
    # Liked answers come first: of two answers to one question, the liked one is learnt.
    candidates = [*run_loop(_liked(settings)), *of_entries(entries, each=each)]

    def made() -> Sequence[Example | LeftOut]:
        rows: list[Example | LeftOut] = []
        for number, row in enumerate(candidates, start=1):
            rows.append(row if isinstance(row, LeftOut) else maker.make(row))
            progress(number, len(candidates))
        return rows

    return build(made(), share=share, seed=seed)


@asynccontextmanager
async def open_client(settings: Settings) -> AsyncIterator[openai.AsyncOpenAI]:
    """Open the SDK's own client.

    Raises:
        ConfigError: there is no key.
    """
    if not settings.has_models:
        raise ConfigError("a model is tuned by OpenAI or a compatible server: set OPENAI_API_KEY")
    import openai

    client = openai.AsyncOpenAI(
        api_key=settings.openai_api_key.get_secret_value(),
        base_url=settings.openai_base_url or None,
        timeout=_TIMEOUT_S,
        max_retries=_RETRIES,
    )
    async with client:
        yield client


@asynccontextmanager
async def open_job(settings: Settings) -> AsyncIterator[TuningJob]:
    """Open the job that this installation has started, or will.

    Raises:
        ConfigError: there is no key.
    """
    async with open_client(settings) as client:
        yield TuningJob(client, tuning_folder(settings) / "job.json", where=host_of(client))


def host_of(client: openai.AsyncOpenAI) -> str:
    """Return the address that errors name."""
    return urlsplit(str(client.base_url)).netloc


def tuning_folder(settings: Settings) -> Path:
    """Return where the job's note and the list of those who opted out are."""
    return settings.data_dir / "tuning"


def opted_out(settings: Settings) -> set[str]:
    """Return the ids of the people who want no part in any training.

    Raises:
        StorageError: the list cannot be read.
    """
    try:
        text = _opt_outs(settings).read_text(encoding="utf-8")
    except FileNotFoundError:
        return set()
    except OSError as error:
        raise StorageError(f"{_opt_outs(settings)} cannot be read: {error.strerror}") from error
    return set(text.splitlines())


def set_opted_out(settings: Settings, person: str, *, out: bool) -> None:
    """Store whether a person's questions must not be used for training.

    Raises:
        StorageError: the list cannot be written.
    """
    people = opted_out(settings) | {person} if out else opted_out(settings) - {person}
    path = _opt_outs(settings)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"{one}\n" for one in sorted(people)), encoding="utf-8")
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}") from error


def _opt_outs(settings: Settings) -> Path:
    return tuning_folder(settings) / "opted_out.txt"


async def _liked(settings: Settings) -> list[TuningExample | LeftOut]:
    out = opted_out(settings)
    async with open_stores(settings) as stores:
        turns = of_turns(stores.archive, earlier=settings.history_turns, opted_out=out)
        return [row async for row in turns]


def _passages(
    retriever: Retriever, question: str, history: Sequence[Exchange]
) -> Sequence[Passage]:
    hits = retriever.search(normalized(question) or question, history, limit=_PASSAGES)
    return passages_of(retriever.entries(hits), {hit.faq_id: hit.score for hit in hits})
