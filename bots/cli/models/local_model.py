"""`faqbot tune local` and `faqbot serve-model`: train and serve a model of your own."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bots.bootstrap.processes.event_loop import run as run_loop
from bots.bootstrap.stores import served_entries
from bots.cli.faq.ingest import progress_bar
from bots.cli.serving import serve_until_stopped
from bots.shared.addresses import is_loopback
from bots.shared.http_server import listening
from config.settings import Settings
from core.charts import line_chart
from core.errors import ConfigError, NoFaqError
from core.llm.local.corpus import Pair, pairs_of_entries, read_squad, split
from core.llm.local.run import Evaluation, RunFolder, TrainingOptions, TrainingReport

if TYPE_CHECKING:
    from aiohttp import web

_SHUTDOWN_S = 2.0
_TOKENS_OF_PROMPTS = 2_048  # about the longest prompts of the bot, in a small vocabulary


def train_local(
    settings: Settings, folder: Path, options: TrainingOptions, *, squad: Sequence[Path]
) -> int:
    """Train on the FAQ or on SQuAD-like files; print each evaluation and the result."""
    with _extra():
        from core.llm.local.training import train
    pairs = [pair for path in squad for pair in read_squad(path)] if squad else _faq(settings)
    corpus = split(pairs, seed=options.seed)
    run = RunFolder(folder)
    print(f"{len(corpus.train):,} pairs to train on, {len(corpus.held_out):,} held out")
    with progress_bar("training") as progress:
        report = train(corpus, options, run, progress=progress, evaluated=_print_evaluation)
    _draw(report, run)
    for line in _summary(report, run):
        print(line)
    return 0


def serve(settings: Settings, folder: Path, *, host: str, port: int, name: str) -> int:
    """Serve until SIGINT or SIGTERM.

    Raises:
        ConfigError: there is no model, nothing can listen there, or strangers could ask.
    """
    key = settings.model_server_key.get_secret_value()
    if not key and not is_loopback(host):
        raise ConfigError(
            f"{host} can be reached from elsewhere: set FAQBOT_MODEL_SERVER_KEY, "
            "which callers then send as OPENAI_API_KEY"
        )
    with _extra():
        from core.llm.local.device import LocalModel
        from core.llm.local.server import LocalModelServer
    model = LocalModel(folder)
    if model.longest < _TOKENS_OF_PROMPTS:
        print(
            f"The model reads {model.longest:,} tokens, and the bot's prompts have up to about "
            f"{_TOKENS_OF_PROMPTS:,}: for longer ones the bot shows the FAQ's own text",
            file=sys.stderr,
        )
    server = LocalModelServer(model, name=name or folder.resolve().name, key=key)
    try:
        run_loop(_serve(server.app(), host, port))
    finally:
        server.close()
    return 0


async def _serve(app: web.Application, host: str, port: int) -> None:
    served = listening(
        app,
        host,
        port,
        port_setting="--port",
        shutdown_s=_SHUTDOWN_S,
        handler_cancellation=True,
    )
    await serve_until_stopped(
        served, lambda address: print(f"OPENAI_BASE_URL={address}/v1", flush=True)
    )


@contextmanager
def _extra() -> Iterator[None]:
    """Translate a missing package into an error that says what to install."""
    try:
        yield
    except ImportError as error:
        raise ConfigError(
            f"{error.name} is not installed: pip install 'faqbot[local-llm]'"
        ) from error


def _faq(settings: Settings) -> list[Pair]:
    try:
        return list(pairs_of_entries(served_entries(settings)))
    except NoFaqError:
        raise NoFaqError(", or name --squad FILE") from None


def _print_evaluation(evaluation: Evaluation) -> None:
    print(
        f"epoch {evaluation.epoch:>3}  training loss {evaluation.train_loss:.4f}  "
        f"validation loss {evaluation.loss:.4f}  perplexity {evaluation.perplexity:,.2f}",
        flush=True,
    )


def _draw(report: TrainingReport, run: RunFolder) -> None:
    done = report.evaluations
    losses = {
        "training": [evaluation.train_loss for evaluation in done],
        "validation": [evaluation.loss for evaluation in done],
        "bigram model": [report.bigram_loss] * len(done),
    }
    epochs = [evaluation.epoch for evaluation in done]
    picture = line_chart("loss", losses, xs=epochs, x_label="epoch", y_label="nats a token")
    run.curve.write_bytes(picture)


def _summary(report: TrainingReport, run: RunFolder) -> Iterator[str]:
    best = report.best
    if report.resumed_at:
        yield f"went on from step {report.resumed_at:,}"
    if report.stopped_early:
        yield f"stopped early: nothing better since epoch {best.epoch}"
    yield (
        f"best: epoch {best.epoch}, validation loss {best.loss:.4f}, perplexity "
        f"{best.perplexity:,.2f}; a bigram model of the same data has {report.bigram_loss:.4f}"
    )
    yield f"model: {run.path}, curve: {run.curve}"
