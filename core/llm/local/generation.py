"""Writes completions with a local model, many at once, in a thread of its own."""

from __future__ import annotations

import logging
import queue
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any

import torch

from core.llm.local.completion import LocalCompletion, TextPiece, Transcript
from core.llm.local.device import chosen_device, load_model
from core.llm.local.tokens import load_tokenizer

logger = logging.getLogger(__name__)

_MOST_AT_ONCE = 16
MOST_WAITING = 64
_LEAST_TEMPERATURE = 1e-3


class LocalModel:
    """A model and its tokenizer, ready to be asked."""

    def __init__(self, folder: Path) -> None:
        """Load both.

        Raises:
            ConfigError: there is no causal model in the folder.
        """
        self.tokenizer = load_tokenizer(str(folder))
        self.device = chosen_device()
        self.network = load_model(str(folder)).to(self.device).eval()
        self.longest = int(getattr(self.network.config, "max_position_embeddings", 2_048))


@dataclass(slots=True)
class _Sequence:
    """A completion that is being written."""

    completion: LocalCompletion
    transcript: Transcript
    random: Any = None
    finish: str = ""

    @property
    def ids(self) -> list[int]:
        return [*self.completion.prompt, *self.transcript.ids]


@dataclass(slots=True)
class _Batch:
    """The rows that are being written and the model's cache of them, None after a row joined."""

    rows: list[_Sequence] = field(default_factory=list)
    mask: Any = None
    cache: Any = None


class BatchedWriter:
    """Writes completions; new ones join between two tokens of those that are being written."""

    def __init__(self, model: LocalModel) -> None:
        self._model = model
        self._waiting: queue.Queue[LocalCompletion | None] = queue.Queue()
        self._thread = Thread(target=self._run, name="local model", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """Return how many completions have not begun."""
        return self._waiting.qsize()

    def submit(self, completion: LocalCompletion) -> None:
        """Queue a completion; its pieces are told as they come."""
        self._waiting.put(completion)

    def close(self) -> None:
        """Stop the thread; what is under way is left unfinished."""
        self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        batch = _Batch()
        while self._admit(batch):
            try:
                with torch.no_grad():
                    self._advance(batch)
            except Exception:  # the edge of the thread: those who wait are told, and it goes on
                logger.exception("the local model failed")
                for row in batch.rows:
                    row.completion.tell(TextPiece("", "error"))
                batch = _Batch()

    def _admit(self, batch: _Batch) -> bool:
        """Admit waiting completions; wait for one if there is none; return False at the end."""
        while len(batch.rows) < _MOST_AT_ONCE:
            try:
                new = self._waiting.get(block=not batch.rows)
            except queue.Empty:
                break
            if new is None:
                return False
            batch.rows.append(self._row(new))
            batch.cache = None
        return True

    def _row(self, completion: LocalCompletion) -> _Sequence:
        transcript = Transcript(self._model.tokenizer, completion.sampling.stop)
        random = torch.Generator()
        if completion.sampling.seed is None:
            random.seed()
        else:
            random.manual_seed(completion.sampling.seed)
        return _Sequence(completion, transcript, random)

    def _advance(self, batch: _Batch) -> None:
        """Write one token of each row, and let go of those that are done or were left."""
        self._drop(batch, [row.completion.cancelled for row in batch.rows])
        if not batch.rows:
            return
        logits = self._logits(batch)
        for row, scores in zip(batch.rows, logits, strict=True):
            self._write(row, int(_chosen(scores, row)))
        self._drop(batch, [bool(row.finish) for row in batch.rows])

    def _logits(self, batch: _Batch) -> Any:  # noqa: ANN401 - torch has no types here
        """Return the scores of the next token of each row: (rows, vocabulary), on the CPU."""
        if batch.cache is None:
            length = max(len(row.ids) for row in batch.rows)
            pad = self._model.tokenizer.pad_token_id
            ids = [[pad] * (length - len(row.ids)) + row.ids for row in batch.rows]
            batch.mask = torch.tensor(
                [[0] * (length - len(row.ids)) + [1] * len(row.ids) for row in batch.rows],
                device=self._model.device,
            )
        else:
            ids = [row.ids[-1:] for row in batch.rows]
            one = torch.ones(len(ids), 1, dtype=batch.mask.dtype, device=self._model.device)
            batch.mask = torch.cat([batch.mask, one], dim=1)
        places = (batch.mask.cumsum(dim=1) - 1).clamp(min=0)[:, -len(ids[0]) :]
        said = self._model.network(
            input_ids=torch.tensor(ids, device=self._model.device),
            attention_mask=batch.mask,
            position_ids=places,
            cache=batch.cache,
            use_cache=True,
        )
        batch.cache = said.cache
        return said.logits[:, -1].float().cpu()

    def _write(self, row: _Sequence, token: int) -> None:
        tokens = len(row.transcript.ids) + 1
        if token == self._model.tokenizer.eos_token_id:
            row.finish = "stop"
            row.completion.tell(TextPiece(row.transcript.close(), "stop", tokens))
            return
        text = row.transcript.add(token)
        if row.transcript.stopped:
            row.finish = "stop"
        elif tokens >= row.completion.sampling.most_tokens:
            row.finish = "length"
            text += row.transcript.close()
        if text or row.finish:
            row.completion.tell(TextPiece(text, row.finish, tokens))

    def _drop(self, batch: _Batch, gone: list[bool]) -> None:
        if not any(gone):
            return
        kept = [index for index, left in enumerate(gone) if not left]
        batch.rows = [batch.rows[index] for index in kept]
        if batch.cache is not None and kept:
            batch.cache.batch_select_indices(torch.tensor(kept, device=self._model.device))
            batch.mask = batch.mask[kept]


def _chosen(scores: Any, row: _Sequence) -> Any:  # noqa: ANN401
    """Return the next token of a row, by its own temperature, nucleus and seed."""
    sampling = row.completion.sampling
    if sampling.temperature < _LEAST_TEMPERATURE:
        return scores.argmax()
    shares = torch.softmax(scores / sampling.temperature, dim=-1)
    if sampling.top_p < 1:
        ordered, places = shares.sort(descending=True)
        beyond = ordered.cumsum(dim=-1) - ordered >= sampling.top_p
        shares[places[beyond]] = 0
    return torch.multinomial(shares, 1, generator=row.random)
