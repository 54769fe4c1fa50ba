"""Writes completions with a local model, many at once, in a thread of its own."""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import dataclass
from threading import Condition, Thread
from time import monotonic
from typing import Any

import torch

from core.llm.local.batch import Batch
from core.llm.local.completion import LocalCompletion, TextPiece, Transcript
from core.llm.local.device import LocalModel

logger = logging.getLogger(__name__)

_MOST_AT_ONCE = 16
MOST_WAITING = 64
_LATEST = 0.2  # the weight of the latest completion in what one takes
_LEAST_TEMPERATURE = 1e-3


@dataclass(slots=True)
class _Sequence:
    """A completion that is being written."""

    completion: LocalCompletion
    transcript: Transcript
    random: Any
    begun_at: float
    finish: str = ""

    @property
    def ids(self) -> list[int]:
        return [*self.completion.prompt, *self.transcript.ids]


class BatchedWriter:
    """Writes completions; new ones join between two tokens of those that are being written."""

    def __init__(self, model: LocalModel) -> None:
        self._model = model
        self._waiting: deque[LocalCompletion] = deque()
        self._changed = Condition()
        self._closing = False
        self._took_s = 0.0  # what a completion has taken lately
        self._thread = Thread(target=self._run, name="local model", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """Return how many completions have not begun, and are still wanted."""
        with self._changed:
            return sum(not completion.cancelled for completion in self._waiting)

    @property
    def wait_s(self) -> float:
        """Return about how long it takes until those that wait now have begun."""
        return self._took_s * self.waiting / _MOST_AT_ONCE

    def submit(self, completion: LocalCompletion) -> None:
        """Queue a completion, and yield its pieces as they come."""
        with self._changed:
            left = [waiting for waiting in self._waiting if waiting.cancelled]
            for waiting in left:
                self._waiting.remove(waiting)
            self._waiting.append(completion)
            self._changed.notify()

    def close(self) -> None:
        """Stop the thread; what is under way is left unfinished."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        batch = Batch[_Sequence](self._model)
        while self._admit(batch):
            try:
                with torch.no_grad():
                    self._advance(batch)
            except (
                Exception
            ):  # the edge of the thread: waiting readers get the error, and it continues
                logger.exception("the local model failed")
                for row in batch.rows:
                    row.completion.tell(TextPiece("", "error"))
                batch = Batch(self._model)

    def _admit(self, batch: Batch[_Sequence]) -> bool:
        """Admit waiting completions; wait for one if there is none; return False at the end."""
        with self._changed:
            while not (batch.rows or self._waiting or self._closing):
                self._changed.wait()
            while self._waiting and len(batch.rows) < _MOST_AT_ONCE:
                completion = self._waiting.popleft()
                if not completion.cancelled:
                    batch.rows.append(self._row(completion))
            return not self._closing

    def _row(self, completion: LocalCompletion) -> _Sequence:
        transcript = Transcript(self._model.tokenizer, completion.sampling.stop)
        random = torch.Generator()
        if completion.sampling.seed is None:
            random.seed()
        else:
            random.manual_seed(completion.sampling.seed)
        return _Sequence(completion, transcript, random, monotonic())

    def _advance(self, batch: Batch[_Sequence]) -> None:
        """Write a token of each row, and let go of those that are done or were left."""
        batch.keep([not row.completion.cancelled for row in batch.rows])
        if batch.has_joined:
            self._continue(batch)
        if batch.rows:
            self._continue(batch)

    def _continue(self, batch: Batch[_Sequence]) -> None:
        rows, logits = batch.next_logits()
        for row, scores in zip(rows, logits, strict=True):
            self._write(row, int(_chosen(scores, row)))
        batch.keep([not row.finish for row in batch.rows])

    def _write(self, row: _Sequence, token: int) -> None:
        tokens = len(row.transcript.ids) + 1
        if token == self._model.tokenizer.eos_token_id:
            row.finish, text = "stop", row.transcript.close()
        else:
            text = row.transcript.add(token)
            if row.transcript.stopped:
                row.finish = "stop"
            elif tokens >= row.completion.sampling.most_tokens:
                row.finish = "length"
                text += row.transcript.close()
        if row.finish:
            took_s = monotonic() - row.begun_at
            self._took_s += (took_s - self._took_s) * (_LATEST if self._took_s else 1)
        if text or row.finish:
            row.completion.tell(TextPiece(text, row.finish, tokens))


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
