"""The search as the settings want it: the analysis of Korean, the embedder and the lessons."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from bots.bootstrap.stores import Stores, open_index, open_stores
from config.profiles import profile_chain, synonym_files
from config.resources import ENCODER, load_everyday, load_loanwords
from config.settings import Settings
from core.embeddings.centred import CentredEmbedder
from core.embeddings.e5 import E5Embedder
from core.embeddings.fastembed import FastembedEmbedder
from core.embeddings.joined import JoinedEmbedder
from core.embeddings.kiwi import KiwiEncoder, known_nouns
from core.ports import Embedder, FaqIndex
from core.retrieval.lexical.synonyms import Synonyms, load_groups
from core.retrieval.overlay.lesson_sync import LessonSync, Warm
from core.retrieval.retriever import Retriever
from core.retrieval.reviews import Reviews
from core.text.korean import Analyzer


@dataclass(frozen=True, slots=True)
class Language:
    """The analysis of text: its terms, its vector, and the synonyms of its words."""

    analyzer: Analyzer
    encoder: KiwiEncoder
    synonyms: Synonyms


def load_language(profile: str, *, faq: Path | None = None) -> Language:
    """Load Kiwi and what stands on it: some two seconds. For `faq` see `profile_chain`."""
    analyzer = load_analyzer()
    encoder = KiwiEncoder.load(ENCODER, analyzer)
    return Language(analyzer, encoder, load_synonyms(analyzer, profile, faq=faq))


def load_analyzer() -> Analyzer:
    """Load Kiwi with the words that the built-in encoder knows: about a second."""
    return Analyzer.load(load_loanwords(), known_nouns(ENCODER))


def load_synonyms(analyzer: Analyzer, profile: str, *, faq: Path | None = None) -> Synonyms:
    """Return the compiled synonyms of a profile; none if it has none."""
    files = synonym_files(profile_chain(profile, faq=faq))
    return Synonyms.compile([group for file in files for group in load_groups(file)], analyzer)


def embedder_of(settings: Settings, encoder: KiwiEncoder) -> Embedder:
    """Return the embedder of the settings for threads. Blocks.

    A sentence model of this machine stands beside the built-in one.

    Raises:
        ConfigError: it lacks a key or its extra, or its model cannot be fetched or read.
    """
    match settings.embedder:
        case "builtin":
            return encoder
        case "openai" | "bedrock":
            waiting: Embedder = embedders().WaitingEmbedder(settings)
            return waiting
        case "e5":
            model: Embedder = E5Embedder.load()
        case "local":
            folder, cache = settings.embedding_path, settings.cache_dir / "models"
            model = FastembedEmbedder.load(settings.local_model, folder=folder, cache=cache)
    return JoinedEmbedder(encoder, CentredEmbedder(model, load_everyday()))


def build_retriever(
    settings: Settings, embedder: Embedder | None = None
) -> tuple[Retriever, Language]:
    """Build a search that is ready; Chroma and Kiwi load side by side.

    Without an `embedder` it is that of the settings, and a remote one is waited for.

    Raises:
        FaqbotError: no FAQ was ingested, or a store or a model file is unusable.
    """
    with ThreadPoolExecutor(1) as pool:
        loading = pool.submit(load_language, settings.profile, faq=settings.faq_profile)
        index = open_index(settings)
        index.warm()
        language = loading.result()
    embedder = embedder or embedder_of(settings, language.encoder)
    return retriever_of(settings, index, language, embedder), language


def retriever_of(
    settings: Settings, index: FaqIndex, language: Language, embedder: Embedder
) -> Retriever:
    """Return a search over an index, with what it serves loaded.

    Raises:
        FaqIndexError: see `LiveIndex.refresh`.
    """
    retriever = Retriever(
        index=index,
        embedder=embedder,
        analyzer=language.analyzer,
        synonyms=language.synonyms,
        words=language.encoder,
        cache=settings.cache_dir,
        everyday=load_everyday(),
        answer_from=settings.answer_confidence,
    )
    retriever.serving.refresh()
    return retriever


def build_taught(settings: Settings) -> Retriever:
    """Build a search that is ready, with the lessons.

    Raises:
        FaqbotError: see `build_retriever`; or the lessons cannot be read.
    """
    retriever, language = build_retriever(settings)

    async def lay() -> None:
        async with begun_stores(settings) as stores:
            if stores:
                await follow(stores, retriever, language, nothing_to_warm, settings).catch_up()

    asyncio.run(lay())
    return retriever


@asynccontextmanager
async def begun_stores(settings: Settings) -> AsyncIterator[Stores | None]:
    """Open the stores for reading; None where no history was begun."""
    if settings.mongodb_uri is None and not settings.history_path.exists():
        yield None
        return
    async with open_stores(settings) as stores:
        yield stores


@dataclass(frozen=True, slots=True)
class Following:
    """The parts that keep the search in line with what people teach and review."""

    lessons: LessonSync
    reviews: Reviews

    async def catch_up(self, *, now: bool = False) -> None:
        """Take in what has changed lately; with `now` the lessons at once. Never raises."""
        await self.lessons.catch_up(now=now)
        await self.reviews.catch_up()


def follow(
    stores: Stores, retriever: Retriever, language: Language, warm: Warm, settings: Settings
) -> Following:
    """Return what keeps lessons and reviews in the search; `warm` computes vectors beforehand."""
    serve_expired = settings.expired_answers == "mark"
    retriever.reviews = Reviews(stores.reports.reviews, serve_expired=serve_expired)
    lessons = LessonSync(
        lessons=stores.lessons,
        analyzer=language.analyzer,
        embedder=retriever.embedder,
        warm=warm,
        lay=retriever.serving.lay,
        serve_expired=serve_expired,
    )
    return Following(lessons, retriever.reviews)


async def nothing_to_warm(*_texts: Sequence[str]) -> None:
    """Do nothing, since the built-in encoder needs no preparation."""


def embedders() -> ModuleType:
    # Their clients take long to import, and the built-in encoder needs none of them.
    from bots.bootstrap.models import embedders

    return embedders
