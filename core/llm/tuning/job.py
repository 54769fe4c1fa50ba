"""One fine-tuning job at OpenAI, which can be continued after any interruption.

What was done is noted in a file after each step, so that nothing is uploaded or paid for twice.
https://platform.openai.com/docs/api-reference/fine-tuning
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import openai
from openai.types.fine_tuning import FineTuningJob, FineTuningJobEvent

from core.errors import ConfigError, ModelUnavailableError
from core.llm.tuning.dataset import ExportFolder
from core.llm.tuning.note import JobNote, read_note, write_note
from core.llm.tuning.sdk import translated

ENDED: Final = ("succeeded", "failed", "cancelled")
_PAGE: Final = 100
_OUTAGES: Final = 20  # so many failures in a row end the following of a job


@dataclass(frozen=True, slots=True)
class JobOptions:
    """The options of a job; `epochs` 0 leaves their number to OpenAI."""

    base: str
    epochs: int = 3
    suffix: str = "faqbot"
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """The result of one look at a job: its state, new messages, and its progress."""

    status: str
    messages: tuple[str, ...] = ()
    done: int = 0
    total: int = 0
    error: str = ""
    tuned: str = ""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A model of an earlier step; it can be used like the last one."""

    model: str
    step: int
    train_loss: float | None
    loss: float | None


class TuningJob:
    """Starts, follows and cancels the job that its note is about."""

    def __init__(self, client: openai.AsyncOpenAI, note: Path, *, where: str) -> None:
        self._client = client
        self._path = note
        self._where = where
        self._seen: set[str] = set()

    def note(self) -> JobNote:
        """Return what is known of the job.

        Raises:
            ConfigError: none was started here.
            StorageError: the note is unreadable.
        """
        if (note := read_note(self._path)) is None:
            raise ConfigError("no job was started here: `faqbot tune start FOLDER` starts one")
        return note

    def created(self) -> JobNote:
        """Return what is known of the job.

        Raises:
            ConfigError: none was started here, or its creation failed.
            StorageError: the note is unreadable.
        """
        note = self.note()
        if not note.job:
            raise ConfigError("the job was not created yet: run `faqbot tune start` again")
        return note

    def begun(self, export: ExportFolder, options: JobOptions) -> str:
        """Return the job that `start` would take up; "" if it would create one.

        Raises:
            SourceError: there is no export.
            StorageError: the note is unreadable.
        """
        note = read_note(self._path)
        if note is None or note.status in ("failed", "cancelled"):
            return ""
        return note.job if (note.export, note.base) == (export.digest, options.base) else ""

    async def start(self, export: ExportFolder, options: JobOptions) -> JobNote:
        """Upload what is missing and create the job, or take up the one that was begun for this.

        Files of an earlier try that have expired or were deleted are uploaded again.

        Raises:
            ConfigError: another job is under way.
            SourceError: there is no export.
            ModelError: OpenAI refused or cannot be reached.
        """
        note = read_note(self._path)
        digest = export.digest
        if note is None or (note.export, note.base) != (digest, options.base):
            if note and note.job and note.status not in ENDED:
                raise ConfigError(
                    f"the job {note.job} is still under way: follow it with `faqbot tune status`, "
                    "or end it with `faqbot tune cancel`"
                )
            note = self._noted(JobNote(options.base, digest))
        elif note.status in ("failed", "cancelled"):  # the files are there; only the job is new
            note = self._noted(replace(note, job="", status="", tuned=""))
        if not note.job:
            note = self._noted(await self._without_lost_files(note))
        if not note.training_file:
            note = self._noted(replace(note, training_file=await self._upload(export.train)))
        if not note.validation_file and export.validation.stat().st_size:
            note = self._noted(replace(note, validation_file=await self._upload(export.validation)))
        if not note.job:
            job = await self._created_before(note) or await self._create(note, options)
            note = self._noted(replace(note, job=job.id, status=job.status))
        return note

    async def look(self) -> Step:
        """Ask once how the job is.

        Raises:
            ModelError: OpenAI refused or cannot be reached.
        """
        note = self.created()
        with translated(self._where):
            try:
                job = await self._client.fine_tuning.jobs.retrieve(note.job)
            except openai.NotFoundError as error:
                raise ConfigError(self._unknown(note)) from error
            events = await self._new_events(note.job)
        self._noted(replace(note, status=job.status, tuned=job.fine_tuned_model or ""))
        metrics = [data for event in events if isinstance(data := event.data, dict)]
        steps = [data for data in metrics if isinstance(data.get("step"), int | float)]
        return Step(
            status=job.status,
            messages=tuple(event.message for event in events),
            done=_whole(steps[-1]["step"]) if steps else 0,
            total=_whole(steps[-1].get("total_steps")) if steps else 0,
            error=job.error.message if job.error and job.error.message else "",
            tuned=job.fine_tuned_model or "",
        )

    async def follow(self, *, interval_s: float) -> AsyncIterator[Step]:
        """Yield a step each time that something changed, up to the end of the job.

        Raises:
            ModelError: OpenAI refused, or cannot be reached for long.
        """
        last, outages = None, 0
        while True:
            try:
                step = await self.look()
                outages = 0
            except ModelUnavailableError:
                outages += 1
                if outages == _OUTAGES:
                    raise
                await asyncio.sleep(interval_s)
                continue
            if step != last:
                yield step
            if step.status in ENDED:
                return
            last = step
            await asyncio.sleep(interval_s)

    async def cancel(self) -> str:
        """End the job; its state then.

        Raises:
            ConfigError: it has ended already, or was not created.
            ModelError: OpenAI refused or cannot be reached.
        """
        note = self.created()
        if note.status in ENDED:
            raise ConfigError(f"the job {note.job} has ended: it {_said(note.status)}")
        with translated(self._where):
            try:
                job = await self._client.fine_tuning.jobs.cancel(note.job)
            except openai.NotFoundError as error:
                raise ConfigError(self._unknown(note)) from error
        self._noted(replace(note, status=job.status))
        return job.status

    async def checkpoints(self) -> list[Checkpoint]:
        """Return the models of earlier steps, the latest first; none of a server without them.

        Raises:
            ModelError: OpenAI refused or cannot be reached.
        """
        with translated(self._where):
            try:
                listed = await self._client.fine_tuning.jobs.checkpoints.list(self.note().job)
            except openai.NotFoundError:
                return []
        return [
            Checkpoint(
                row.fine_tuned_model_checkpoint,
                row.step_number,
                row.metrics.train_loss,
                row.metrics.valid_loss,
            )
            for row in listed.data
        ]

    def _unknown(self, note: JobNote) -> str:
        return (
            f"{self._where} knows no job {note.job}: set the key and OPENAI_BASE_URL with which it "
            f"was started, or delete {self._path} to start another one"
        )

    def _noted(self, note: JobNote) -> JobNote:
        write_note(self._path, note)
        return note

    async def _without_lost_files(self, note: JobNote) -> JobNote:
        """Return the note without files that OpenAI does not hold any more."""
        lost: dict[str, str] = {}
        for field in ("training_file", "validation_file"):
            if name := getattr(note, field):
                with translated(self._where):
                    try:
                        file = await self._client.files.retrieve(name)
                    except openai.NotFoundError:
                        lost[field] = ""
                    else:
                        lost |= {field: ""} if file.status == "error" else {}
        return replace(note, **lost)

    async def _upload(self, path: Path) -> str:
        content = await asyncio.to_thread(path.read_bytes)
        with translated(self._where):
            file = await self._client.files.create(file=(path.name, content), purpose="fine-tune")
        return file.id

    async def _created_before(self, note: JobNote) -> FineTuningJob | None:
        """Find the job that was created just before this program was killed."""
        with translated(self._where):
            jobs = await self._client.fine_tuning.jobs.list(limit=_PAGE)
        mine = (job for job in jobs.data if job.training_file == note.training_file)
        return next((job for job in mine if job.status not in ("failed", "cancelled")), None)

    async def _create(self, note: JobNote, options: JobOptions) -> FineTuningJob:
        asked: dict[str, Any] = {"validation_file": note.validation_file or None}
        with translated(self._where):
            return await self._client.fine_tuning.jobs.create(
                model=options.base,
                training_file=note.training_file,
                suffix=options.suffix,
                seed=options.seed,
                method={
                    "type": "supervised",
                    "supervised": {"hyperparameters": {"n_epochs": options.epochs or "auto"}},
                },
                **{name: value for name, value in asked.items() if value},
            )

    async def _new_events(self, job: str) -> Sequence[FineTuningJobEvent]:
        """Return the events that were not told before, oldest first; none of a server without."""
        new: dict[str, FineTuningJobEvent] = {}
        try:
            async for event in self._client.fine_tuning.jobs.list_events(job, limit=_PAGE):
                # The newest come first; a server may repeat its only page.
                if event.id in self._seen or event.id in new:
                    break
                new[event.id] = event
        except openai.NotFoundError:
            return ()
        self._seen.update(new)
        return [*new.values()][::-1]


def _whole(told: object) -> int:
    return int(told) if isinstance(told, int | float) else 0


def _said(status: str) -> str:
    return "was cancelled" if status == "cancelled" else status
