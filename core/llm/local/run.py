"""The options and the results of a training, and their files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from math import exp
from pathlib import Path

from core.errors import ConfigError, StorageError
from core.llm.local.corpus import Corpus


@dataclass(frozen=True, slots=True)
class TrainingOptions:
    """The options of a training. Together with the data they determine the result.

    `model` is a folder or a name of a causal model; "" makes a small new GPT-2 with a tokenizer of
    its own. `longest` is the most tokens of a pair, `patience` how many evaluations in a row may
    bring nothing better; each epoch ends with an evaluation.
    """

    model: str = ""
    epochs: int = 20
    batch: int = 8
    learning_rate: float = 5e-4
    longest: int = 512
    patience: int = 3
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Mean loss (nats a token of the answers) after `epoch` epochs."""

    epoch: int
    train_loss: float
    loss: float

    @property
    def perplexity(self) -> float:
        """Return e to the power of the loss: the number of equally likely tokens."""
        return exp(min(self.loss, 700.0))


@dataclass(frozen=True, slots=True)
class TrainingReport:
    """The results of a training; `bigram_loss` is a bigram model's on the same held-out tokens.

    `best` is the evaluation whose model was kept, `resumed_at` the step that it went on from.
    """

    bigram_loss: float
    evaluations: tuple[Evaluation, ...]
    best: Evaluation
    stopped_early: bool
    resumed_at: int
    samples: int
    held_out: int


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The folder of a training: the best model in it, and below `training/` what resumes it."""

    path: Path

    @property
    def checkpoint(self) -> Path:
        """The latest state from which the training can go on."""
        return self.path / "training" / "checkpoint.pt"

    @property
    def curve(self) -> Path:
        """The picture of the losses."""
        return self.path / "training" / "loss.png"

    def open(self, options: TrainingOptions, corpus: Corpus) -> None:
        """Make the folder, or check that the training in it is the one that is asked for.

        Raises:
            ConfigError: it holds another training.
            StorageError: it cannot be written.
        """
        note = self.path / "training" / "run.json"
        said = json.dumps({**asdict(options), "data": _digest(corpus)}, indent=2)
        try:
            if note.exists() and note.read_text(encoding="utf-8") != said:
                raise ConfigError(
                    f"{self.path} holds a training with other data or options: "
                    "name another folder, or delete that one"
                )
            note.parent.mkdir(parents=True, exist_ok=True)
            note.write_text(said, encoding="utf-8")
        except OSError as error:
            raise StorageError(f"{self.path} cannot be written: {error.strerror}") from error

    def write_report(self, report: TrainingReport) -> None:
        """Write the figures as JSON."""
        text = json.dumps(asdict(report), indent=2)
        replace_text(self.path / "training" / "report.json", text)


def replace_text(path: Path, text: str) -> None:
    """Write a file so that a reader finds the old text or the new, never a half."""
    partial = path.with_name(f"{path.name}.partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)


def best_of(evaluations: Sequence[Evaluation]) -> Evaluation:
    """Return the evaluation with the least loss; the first of equals."""
    return min(evaluations, key=lambda evaluation: evaluation.loss)


def _digest(corpus: Corpus) -> str:
    rows = [[asdict(pair) for pair in part] for part in (corpus.train, corpus.held_out)]
    return sha256(json.dumps(rows).encode()).hexdigest()
