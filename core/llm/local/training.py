"""Trains a causal language model on pairs; a killed training goes on as if nothing had happened."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from transformers import GPT2Config, GPT2LMHeadModel
from transformers.utils import logging

from core.errors import ConfigError, StorageError
from core.llm.local.bigram import bigram_loss
from core.llm.local.corpus import Corpus
from core.llm.local.device import chosen_device, load_model
from core.llm.local.run import (
    Evaluation,
    RunFolder,
    TrainingOptions,
    TrainingReport,
    best_of,
)
from core.llm.local.tokens import (
    TokenSample,
    load_tokenizer,
    samples_of,
    save_tokenizer,
    train_tokenizer,
)

_WARM_UP_SHARE = 0.05
_CLIPPED_AT = 1.0
_WEIGHT_DECAY = 0.01
_STEPS_BETWEEN_CHECKPOINTS = 50
_NO_LOSS = -100  # the label that torch's cross entropy leaves out
# The size of the new GPT-2 if no model is named: large enough for a FAQ, small enough for a CPU.
_NEW_LAYERS, _NEW_WIDTH, _NEW_HEADS = 4, 128, 4

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class _State:
    """The state of a training: the `step` batches that are done, and the evaluations so far."""

    step: int = 0
    evaluations: list[Evaluation] = field(default_factory=list)
    loss_of_epoch: float = 0.0


def train(
    corpus: Corpus,
    options: TrainingOptions,
    folder: RunFolder,
    *,
    progress: Progress,
    evaluated: Callable[[Evaluation], None],
) -> TrainingReport:
    """Train, keep the model with the least validation loss in `folder`, and report.

    `progress` gets the number of steps done and of all steps, `evaluated` each evaluation.

    Raises:
        ConfigError: the model cannot be loaded, or the folder holds another training.
        StorageError: the folder cannot be written.
    """
    folder.open(options, corpus)
    with _deterministic(options.seed):
        trainer = _Trainer.prepare(corpus, options, folder)
        try:
            return trainer.run(progress, evaluated)
        except OSError as error:
            raise StorageError(f"{folder.path} cannot be written: {error.strerror}") from error


class _Trainer:
    """One training, from its first step or from its latest checkpoint."""

    def __init__(
        self,
        model: Any,  # noqa: ANN401 - transformers' classes have no types here
        tokenizer: Any,  # noqa: ANN401
        samples: tuple[list[TokenSample], list[TokenSample]],
        options: TrainingOptions,
        folder: RunFolder,
    ) -> None:
        self._device = chosen_device()
        self._model = model.to(self._device)
        self._tokenizer = tokenizer
        self._train, self._held_out = samples
        self._options = options
        self._folder = folder
        self._optimizer = torch.optim.AdamW(
            model.parameters(), lr=options.learning_rate, weight_decay=_WEIGHT_DECAY
        )
        self._batches = -(-len(self._train) // options.batch)
        self._steps = self._batches * options.epochs
        self._state = _State()

    @classmethod
    def prepare(cls, corpus: Corpus, options: TrainingOptions, folder: RunFolder) -> _Trainer:
        """Load or make the model, and turn the pairs into tokens."""
        tokenizer = (
            load_tokenizer(options.model) if options.model else train_tokenizer(corpus.train)
        )
        model = _opened_model(options, tokenizer)
        longest = min(options.longest, getattr(model.config, "max_position_embeddings", 1 << 30))
        train = samples_of(corpus.train, tokenizer, longest=longest)
        held_out = samples_of(corpus.held_out, tokenizer, longest=longest)
        if not train or not held_out:
            raise ConfigError(f"no question fits into {longest} tokens: raise the longest pair")
        return cls(model, tokenizer, (train, held_out), options, folder)

    def run(self, progress: Progress, evaluated: Callable[[Evaluation], None]) -> TrainingReport:
        """Train to the end, or until nothing gets better."""
        resumed_at = self._resume()
        for evaluation in self._state.evaluations:
            evaluated(evaluation)
        while self._state.step < self._steps and not self._stopped:
            self._step()
            progress(self._state.step, self._steps)
            if self._state.step % self._batches == 0:
                self._end_epoch(evaluated)
            elif self._state.step % _STEPS_BETWEEN_CHECKPOINTS == 0:
                self._keep()
        report = TrainingReport(
            bigram_loss=bigram_loss(self._train, self._held_out, len(self._tokenizer)),
            evaluations=tuple(self._state.evaluations),
            best=best_of(self._state.evaluations),
            stopped_early=self._state.step < self._steps,
            resumed_at=resumed_at,
            samples=len(self._train),
            held_out=len(self._held_out),
        )
        self._folder.write_report(report)
        return report

    @property
    def _stopped(self) -> bool:
        """Return whether the last evaluations brought nothing better."""
        done = self._state.evaluations
        return bool(done) and done[-1].epoch - best_of(done).epoch >= self._options.patience

    def _step(self) -> None:
        epoch, place = divmod(self._state.step, self._batches)
        order = list(range(len(self._train)))
        random.Random(f"{self._options.seed}/{epoch}").shuffle(order)  # noqa: S311 - no secret
        size = self._options.batch
        batch = [self._train[index] for index in order[place * size : (place + 1) * size]]
        self._model.train()
        for group in self._optimizer.param_groups:
            group["lr"] = self._options.learning_rate * self._rate(self._state.step)
        total, count = self._loss(batch, whole_text=not self._options.model)
        loss = total / count
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._model.parameters(), _CLIPPED_AT)
        self._optimizer.step()
        self._optimizer.zero_grad()
        self._state.step += 1
        self._state.loss_of_epoch += loss.item() / self._batches

    def _rate(self, step: int) -> float:
        """Return the factor of the learning rate, which rises at first and then falls to zero."""
        warm_up = max(1, round(_WARM_UP_SHARE * self._steps))
        if step < warm_up:
            return (step + 1) / warm_up
        return (self._steps - step) / max(1, self._steps - warm_up)

    def _loss(self, batch: Sequence[TokenSample], *, whole_text: bool = False) -> tuple[Any, int]:
        """Return the summed loss of the answers' tokens, and how many they are.

        `whole_text` counts those of the prompts as well: a new model has its language to learn,
        and answers alone hold too little of it. A bigram model counts its pairs in all of it, too.
        """
        length = max(len(sample.ids) for sample in batch)
        ids = torch.zeros(len(batch), length, dtype=torch.long)
        mask = torch.zeros(len(batch), length, dtype=torch.long)
        labels = torch.full((len(batch), length), _NO_LOSS)
        for row, sample in enumerate(batch):
            end = len(sample.ids)
            ids[row, :end] = torch.tensor(sample.ids)
            mask[row, :end] = 1
            begin = 0 if whole_text else sample.answer_from
            labels[row, begin:end] = ids[row, begin:end]
        logits = self._model(
            input_ids=ids.to(self._device), attention_mask=mask.to(self._device), use_cache=False
        ).logits
        loss = torch.nn.functional.cross_entropy(
            logits[:, :-1].reshape(-1, logits.shape[-1]).float(),
            labels[:, 1:].reshape(-1).to(self._device),
            ignore_index=_NO_LOSS,
            reduction="sum",
        )
        return loss, int((labels[:, 1:] != _NO_LOSS).sum())

    def _end_epoch(self, evaluated: Callable[[Evaluation], None]) -> None:
        """Measure, keep the model if it is the best so far, and note where the training is."""
        state = self._state
        epoch = state.step // self._batches
        evaluation = Evaluation(epoch, state.loss_of_epoch, self._held_out_loss())
        state.evaluations.append(evaluation)
        state.loss_of_epoch = 0.0
        if best_of(state.evaluations) is evaluation:
            self._keep_model()
        self._keep()
        evaluated(evaluation)

    def _held_out_loss(self) -> float:
        self._model.eval()
        size = self._options.batch
        total, count = 0.0, 0
        with torch.no_grad():
            for start in range(0, len(self._held_out), size):
                loss, tokens = self._loss(self._held_out[start : start + size])
                total, count = total + loss.item(), count + tokens
        return total / count

    def _keep_model(self) -> None:
        """Write the model and its tokenizer, each file whole or not at all."""
        folder = self._folder.path
        with TemporaryDirectory(dir=folder) as partial:
            self._model.save_pretrained(partial)
            save_tokenizer(self._tokenizer, Path(partial))
            for file in Path(partial).iterdir():
                file.replace(folder / file.name)

    def _keep(self) -> None:
        state = self._state
        kept = {
            "model": self._model.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "rng": torch.get_rng_state(),
            "cuda_rng": torch.cuda.get_rng_state_all(),
            "step": state.step,
            "loss_of_epoch": state.loss_of_epoch,
            "evaluations": [asdict(evaluation) for evaluation in state.evaluations],
        }
        partial = self._folder.checkpoint.with_suffix(".partial")
        torch.save(kept, partial)
        partial.replace(self._folder.checkpoint)

    def _resume(self) -> int:
        """Take up the latest checkpoint, if there is one; the step that it was made at."""
        if not self._folder.checkpoint.exists():
            return 0
        kept = torch.load(self._folder.checkpoint, map_location=self._device, weights_only=True)
        self._model.load_state_dict(kept["model"])
        self._optimizer.load_state_dict(kept["optimizer"])
        torch.set_rng_state(kept["rng"].cpu())
        torch.cuda.set_rng_state_all([state.cpu() for state in kept["cuda_rng"]])
        evaluations = [Evaluation(**row) for row in kept["evaluations"]]
        self._state = _State(kept["step"], evaluations, kept["loss_of_epoch"])
        return self._state.step


def _opened_model(options: TrainingOptions, tokenizer: Any) -> Any:  # noqa: ANN401
    logging.disable_progress_bar()
    if not options.model:
        return GPT2LMHeadModel(
            GPT2Config(
                vocab_size=len(tokenizer),
                n_positions=options.longest,
                n_embd=_NEW_WIDTH,
                n_layer=_NEW_LAYERS,
                n_head=_NEW_HEADS,
                bos_token_id=tokenizer.eos_token_id,
                eos_token_id=tokenizer.eos_token_id,
            )
        )
    return load_model(options.model)


@contextmanager
def _deterministic(seed: int) -> Iterator[None]:
    """Make torch's results repeatable, for the whole process."""
    # https://docs.nvidia.com/cuda/cublas/#results-reproducibility
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    before = torch.are_deterministic_algorithms_enabled()
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(seed)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before)
