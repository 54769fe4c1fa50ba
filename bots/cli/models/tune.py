"""`faqbot tune`: adapt a hosted model to the FAQ, from the examples to the setting."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from math import nan
from pathlib import Path

from bots.bootstrap.models.providers import open_providers
from bots.bootstrap.models.tuning import collect, host_of, open_client, open_job, set_opted_out
from bots.bootstrap.processes.event_loop import run as run_loop
from bots.cli.consent import agreed
from bots.cli.faq.ingest import progress_bar
from bots.cli.terminal import clean
from config.model_settings import ModelName
from config.settings import Settings
from core.charts import bar_chart
from core.errors import ConfigError
from core.llm.completions import Completions
from core.llm.tuning.comparison import ModelComparison, ModelFigures, Share
from core.llm.tuning.dataset import Dataset, ExportFolder
from core.llm.tuning.job import ENDED, Checkpoint, JobOptions, Step, TuningJob
from core.llm.tuning.note import JobNote
from core.llm.tuning.sdk import translated

INTERVAL_S = 10.0
_PATIENCE_S = 120.0
_CHAT, _GUARDRAIL = "FAQBOT_MODEL", "FAQBOT_GUARDRAIL_MODEL"


def export(settings: Settings, folder: Path, *, each: int, share: float, seed: int) -> int:
    """Write the examples, and print what went in, what did not, and what training would cost."""
    with progress_bar("making examples") as progress:
        dataset = collect(settings, each=each, share=share, seed=seed, progress=progress)
    ExportFolder(folder).write(dataset)
    for line in _summary(dataset, folder):
        print(line)
    print(_cost(settings, JobOptions(settings.tuning_model), dataset.tokens))
    return 0


def start(settings: Settings, folder: Path, options: JobOptions, *, yes: bool, follow: bool) -> int:
    """Check the export, say what the job costs, start it or take it up again, and follow it."""
    return run_loop(_start(settings, ExportFolder(folder), options, yes=yes, follow=follow))


def status(settings: Settings, *, follow: bool) -> int:
    """Print how the job is, with the models that it has made."""
    return run_loop(_status(settings, follow=follow))


def cancel(settings: Settings) -> int:
    """End the job."""
    return run_loop(_cancel(settings))


def compare(
    settings: Settings, folder: Path, *, models: Sequence[str], limit: int, yes: bool
) -> int:
    """Ask the held-out questions of every model, print the figures, and draw them."""
    return run_loop(_compare(settings, folder, models=models, limit=limit, yes=yes))


def use(settings: Settings, model: str, *, env: Path) -> int:
    """Let the bot answer with a tuned model from its next start on."""
    from dotenv import set_key

    name = run_loop(_known(settings, model))
    env.touch(mode=0o600, exist_ok=True)
    if not settings.guardrail_model:
        # Tuned to answer, a model reads questions worse: the one that did so goes on doing it.
        set_key(env, _GUARDRAIL, settings.chat_model, quote_mode="never")
    set_key(env, _CHAT, name, quote_mode="never")
    print(f"{env}: {_CHAT}={name}; it counts from the next start on")
    print(f"`faqbot tune use {settings.chat_model}` takes it back")
    if os.environ.get(_CHAT, name) != name:
        raise ConfigError(f"{_CHAT} is set in the environment too, which counts before {env}")
    return 0


def opt_out(settings: Settings, person: str, *, undo: bool) -> int:
    """Keep a person's conversations out of every later export."""
    set_opted_out(settings, person, out=not undo)
    state = "takes part again" if undo else "is left out of every export from now on"
    print(f"{clean(person)} {state}")
    return 0


async def _start(
    settings: Settings, files: ExportFolder, options: JobOptions, *, yes: bool, follow: bool
) -> int:
    async with open_job(settings) as job:
        if begun := job.begun(files, options):
            print(f"job {begun} was started for this export before; it is not paid for again")
        elif not agreed(_cost(settings, options, files.check()), yes=yes):
            print("Nothing was uploaded.")
            return 1
        note = await job.start(files, options)
        print(f"job {note.job} on {note.base}: {note.status}")
        return await _follow(job) if follow else 0


async def _status(settings: Settings, *, follow: bool) -> int:
    async with open_job(settings) as job:
        note = job.created()
        print(f"job {note.job} on {note.base}")
        code = await _follow(job) if follow else _print_step(await job.look())
        for checkpoint in await job.checkpoints():
            print(_of_checkpoint(checkpoint))
        return code


async def _follow(job: TuningJob) -> int:
    code = 0
    with progress_bar("training") as progress:
        async for step in job.follow(interval_s=INTERVAL_S):
            code = _print_step(step)
            if step.total:
                progress(step.done, step.total)
    return code


def _print_step(step: Step) -> int:
    for message in step.messages:
        print(f"  {clean(message)}")
    print(f"{step.status}{f': {clean(step.error)}' if step.error else ''}", flush=True)
    if step.tuned:
        print(f"model: {step.tuned}\n`faqbot tune compare` measures it, `faqbot tune use` takes it")
    return int(step.status in ENDED and step.status != "succeeded")


async def _cancel(settings: Settings) -> int:
    async with open_job(settings) as job:
        print(f"job {job.note().job}: {await job.cancel()}")
    return 0


async def _compare(
    settings: Settings, folder: Path, *, models: Sequence[str], limit: int, yes: bool
) -> int:
    questions = ExportFolder(folder).questions()[: limit or None]
    if not questions:
        raise ConfigError(f"{folder} holds no held-out questions: export a larger share of them")
    chosen = [*models]
    if not chosen:
        async with open_job(settings) as job:
            chosen = _base_and_tuned(job.note())
    told = f"{len(chosen)} models are asked {len(questions) * 2:,} questions each"
    if not agreed(told, yes=yes):
        return 1
    async with open_providers(settings) as providers:

        async def open_model(name: str) -> Completions:
            return await providers.only(ModelName.parse(name), _PATIENCE_S)

        with progress_bar("asking") as progress:
            rows = await ModelComparison(open_model).run(chosen, questions, progress=progress)
    (folder / "compare.json").write_text(
        json.dumps([asdict(row) for row in rows], indent=2), encoding="utf-8"
    )
    _print_figures(rows)
    (folder / "compare.png").write_bytes(_picture(rows))
    print(f"{folder / 'compare.json'}, {folder / 'compare.png'}")
    return 0


async def _known(settings: Settings, model: str) -> str:
    """Return the model that is meant, once its provider has confirmed that it is there."""
    async with open_job(settings) as job, open_client(settings) as client:
        name = model or job.note().tuned
        if not name:
            raise ConfigError("the job has made no model yet: `faqbot tune status` says how it is")
        with translated(host_of(client)):
            await client.models.retrieve(name)
    return name


def _summary(dataset: Dataset, folder: Path) -> Iterator[str]:
    yield (
        f"{len(dataset.train):,} examples to train on, {len(dataset.held_out):,} held out, in "
        f"{folder}; about {dataset.tokens:,} tokens an epoch"
    )
    for reason, count in dataset.reasons.items():
        yield f"  left out {count:>6,}: {reason}"


def _cost(settings: Settings, options: JobOptions, tokens: int) -> str:
    epochs = options.epochs or 3
    about = f"{options.epochs} epochs" if options.epochs else "as many epochs as OpenAI chooses"
    price = settings.tuning_price(options.base)
    if price is None:
        return (
            f"training {options.base} for {about} costs what its provider says: "
            "FAQBOT_TUNING_PRICES has no price for it"
        )
    dollars = tokens * epochs * price / 1_000_000
    return f"training {options.base} for {about} costs about US$ {dollars:.2f}"


def _base_and_tuned(note: JobNote) -> list[str]:
    if not note.tuned:
        raise ConfigError("the job has made no model yet: name two models with --model")
    return [note.base, note.tuned]


def _of_checkpoint(row: Checkpoint) -> str:
    losses = ((row.train_loss, "training loss"), (row.loss, "validation loss"))
    said = "".join(f", {name} {value:.4f}" for value, name in losses if value is not None)
    return f"checkpoint {row.model} at step {row.step:,}{said}"


def _print_figures(rows: Sequence[ModelFigures]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"{rows[0].asked:,} held-out questions", title_justify="left")
    table.add_column("")
    for row in rows:
        table.add_column(f"{row.model}\n{_way(row)}", justify="right", overflow="fold")
    shown: tuple[tuple[str, Callable[[ModelFigures], str]], ...] = (
        ("answer found in the passage", lambda row: _counted(row.found)),
        ("refusals kept", lambda row: _counted(row.refusals_kept)),
        ("citations right", lambda row: _counted(row.citations_right)),
        ("length, characters (median)", lambda row: f"{row.chars:,.0f}"),
        ("cost, US$", lambda row: f"{row.cost_usd:.4f}"),
        ("calls failed", lambda row: f"{row.failed:,}"),
    )
    for name, value in shown:
        table.add_row(name, *map(value, rows))
    Console(width=None if sys.stdout.isatty() else 140).print(table)


def _picture(rows: Sequence[ModelFigures]) -> bytes:
    labels = ["answer found\nin the passage", "refusals kept", "citations right"]
    series = {
        f"{row.model} {_way(row)}": [
            nan if share.percent is None else share.percent
            for share in (row.found, row.refusals_kept, row.citations_right)
        ]
        for row in rows
    }
    return bar_chart("held-out questions", series, labels=labels, y_label="%")


def _way(row: ModelFigures) -> str:
    return "with passages" if row.with_passages else "without"


def _counted(share: Share) -> str:
    return "–" if share.percent is None else f"{share.percent:.1f} % ({share.right}/{share.of})"
