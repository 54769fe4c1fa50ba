"""A FAQ in memory for the console: its catalogue, its switches, and what can be tried out."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from fakes.assistants import ScriptedAssistant

from core.errors import SourceError
from core.reporting.catalogue import CatalogueIndex
from core.reporting.checkup import CheckReport
from core.reporting.switches import Switch, Switchboard, a_share, one_of
from core.reporting.trial import DryRun, Note, Origin, TableColumns, Trials
from core.stores.memory import MemoryHistory
from core.types import Entry, EntryProblem, Escalated, Generation, Lesson, ProblemKind


def desk_of(*entries: Entry) -> CatalogueIndex:
    """Serve these entries, of which the first two resemble each other."""
    versions: list[Sequence[Entry]] = [entries]

    def edit(entry: Entry, questions: tuple[str, ...]) -> None:
        before = versions[-1]
        versions.append(
            [replace(one, questions=questions) if one == entry else one for one in before]
        )

    return CatalogueIndex(
        version=lambda: str(len(versions)),
        entries=lambda: versions[-1],
        problems=lambda: _checked(versions[-1]),
        answering=lambda lessons: [None] * len(lessons),
        says_otherwise=lambda _answer, _entry: False,
        edit=edit,
    )


def _checked(served: Sequence[Entry]) -> CheckReport:
    """Say that the first two resemble each other, and that the first is out of date."""
    one, other = served[:2]
    stale = EntryProblem(ProblemKind.STALE, "year", one.faq_id, one.title, {"year": "2023"})
    values = {"other": other.title}
    alike = EntryProblem(
        ProblemKind.NEAR_DUPLICATE, "title", one.faq_id, one.title, values, other.faq_id
    )
    return CheckReport(len(served), [alike, stale])


def trials_of(stores, assistant) -> Trials:
    """Answer with what is taught; of the new source, "없앤 것" is not answered any more."""

    async def with_lessons(lessons: Sequence[Lesson]) -> ScriptedAssistant:
        after = assistant.forgetful()
        after.scripts = dict(after.scripts)
        for lesson in lessons:
            after.scripts.pop(lesson.question, None)
        return after

    @asynccontextmanager
    async def with_source(_origin: Origin) -> AsyncIterator[ScriptedAssistant]:
        after = ScriptedAssistant(MemoryHistory())
        after.script("없앤 것", Escalated("없어요", ()))
        yield after

    def with_confidence(sure: float) -> ScriptedAssistant:
        after = ScriptedAssistant(MemoryHistory())
        if sure > 0.5:
            after.script("없앤 것", Escalated("없어요", ()))
        return after

    async def ingest(origin: Origin) -> str:
        return "2 added" if origin is Origin.UPLOAD else "1 added"

    async def upload(name: str, content: AsyncIterable[bytes]) -> DryRun:
        size = sum([len(part) async for part in content])
        if not name.endswith(".csv"):
            raise SourceError(f"{name}: not of a kind that is read")
        columns = TableColumns(name, (("title", "질문"), ("answer", "답변")), ("비고",))
        notes = (Note("skipped", (f"{name}:3: no answer",)), Note("duplicates", ()))
        entry = Entry("u1", "환불은 언제 되나요?", f"{size}일 뒤입니다.")
        return DryRun(2, 1, (columns,), notes, (entry,))

    async def source() -> Generation:
        return Generation("g1", "f", 2, "2026-11-29T00:00:00+00:00", "/srv/faq.csv")

    return Trials(
        reports=stores.reports,
        archive=stores.archive,
        now=assistant.forgetful,
        with_lessons=with_lessons,
        with_source=with_source,
        with_confidence=with_confidence,
        ingest=ingest,
        upload=upload,
        source=source,
    )


def switchboard_of(stores, assistant) -> Switchboard:
    """Turn models on and off, and take a confidence that changes nothing."""

    def use(value: str) -> None:
        assistant.use_models(on=value == "on")

    sure = Switch("answer_confidence", "0.5", a_share(least=0.05, most=0.95), lambda _value: None)
    return Switchboard(stores.reports, [Switch("models", "on", one_of("on", "off"), use), sure])
