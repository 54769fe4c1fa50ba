"""The calls by which the console tries out and changes the FAQ that serves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial

from bots.bootstrap.plain_assistant import PlainAssistants
from bots.bootstrap.search import Language
from bots.bootstrap.stores import Stores, open_index
from config.settings import Settings
from core.assistant.assistant import Assistant
from core.lessons.contradiction import Contradictions
from core.llm.budget import Ledger
from core.reporting.catalogue import CatalogueIndex
from core.reporting.checkup import CheckReport
from core.reporting.person_records import PersonRecords
from core.reporting.trial import DryRun, Origin, Trials
from core.retrieval.overlay.rehearsal import Rehearsal, answering
from core.retrieval.retriever import Retriever
from core.types import Entry, Generation, Lesson


def desk_of(settings: Settings, retriever: Retriever, language: Language) -> CatalogueIndex:
    """Return what the catalogue needs of the index."""

    def edit(entry: Entry, questions: tuple[str, ...]) -> None:
        # The readers of files take a moment to import, and answering needs none.
        from bots.bootstrap.index.questions import serve_questions

        served = retriever.all_entries()
        serve_questions(settings, language, served, entry, questions)
        retriever.serving.refresh()

    def problems() -> CheckReport:
        from bots.bootstrap.index.checkup import check_served  # see `edit`

        return check_served(retriever, language)

    return CatalogueIndex(
        version=lambda: retriever.serving.now().generation.name,
        entries=retriever.all_entries,
        problems=problems,
        answering=partial(answering, retriever),
        says_otherwise=Contradictions(language.analyzer).says_otherwise,
        edit=edit,
    )


def trials_of(stores: Stores, retriever: Retriever, assistants: PlainAssistants) -> Trials:
    """Return what can be tried out before it counts."""
    settings, language = assistants.settings, assistants.language
    rehearsal = Rehearsal(retriever, language.analyzer)

    async def with_lessons(lessons: Sequence[Lesson]) -> Assistant:
        trial = await asyncio.to_thread(rehearsal.with_lessons, lessons)
        return assistants.searching(trial)

    @asynccontextmanager
    async def with_source(origin: Origin) -> AsyncIterator[Assistant]:
        from bots.bootstrap.index.preview import previewed  # see `edit`
        from bots.bootstrap.index.uploads import waiting_upload

        told = settings
        if origin is Origin.UPLOAD:
            path = await asyncio.to_thread(waiting_upload, settings)
            told = settings.model_copy(update={"source": str(path)})
        preview = previewed(told, language, retriever.embedder)
        trial = await asyncio.to_thread(preview.__enter__)
        try:
            trial.serving.lay(retriever.serving.now().overlay)
            yield assistants.searching(trial)
        finally:
            await asyncio.to_thread(preview.__exit__, None, None, None)

    async def ingest(origin: Origin) -> str:
        from bots.bootstrap.index.preview import source_of
        from bots.bootstrap.index.uploads import accept_upload
        from bots.bootstrap.jobs import resync

        find = accept_upload if origin is Origin.UPLOAD else source_of
        source = str(await asyncio.to_thread(find, settings))
        told = settings.model_copy(update={"source": source})
        return await asyncio.to_thread(partial(resync, told, always=True))

    async def upload(name: str, content: AsyncIterable[bytes]) -> DryRun:
        from bots.bootstrap.index.dry_run import dry_run
        from bots.bootstrap.index.uploads import begin_upload

        path = await asyncio.to_thread(begin_upload, settings, name)
        with await asyncio.to_thread(path.open, "wb") as file:
            async for part in content:
                await asyncio.to_thread(file.write, part)
        return await asyncio.to_thread(dry_run, settings, path)

    async def source() -> Generation | None:
        return await asyncio.to_thread(open_index(settings).serving)

    return Trials(
        reports=stores.reports,
        archive=stores.archive,
        now=lambda: assistants.searching(retriever),
        with_lessons=with_lessons,
        with_source=with_source,
        with_confidence=lambda sure: assistants.searching(retriever.answering_from(sure)),
        ingest=ingest,
        upload=upload,
        source=source,
    )


def personal_data_of(stores: Stores, ledger: Ledger | None) -> PersonRecords:
    """Return what collects and deletes all that is kept of a person."""
    spending = ledger.spending if ledger else None
    return PersonRecords(stores.archive, stores.lessons, stores.memories, stores.diary, spending)
