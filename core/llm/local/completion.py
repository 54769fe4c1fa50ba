"""One completion of a local model: its request, and its text while it grows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event
from typing import Any

_UNFINISHED = "\ufffd"  # a decoder writes this for bytes that are no whole character yet


@dataclass(frozen=True, slots=True)
class Sampling:
    """The choice of tokens; `temperature` 0 takes the likeliest, `seed` makes it repeatable.

    Parameters are those of https://platform.openai.com/docs/api-reference/chat/create.
    """

    most_tokens: int
    temperature: float = 1.0
    top_p: float = 1.0
    seed: int | None = None
    stop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TextPiece:
    """A further piece of the text; the last has a `finish`: stop, length or error."""

    text: str
    finish: str = ""
    tokens: int = 0


@dataclass(slots=True)
class LocalCompletion:
    """A request in the queue. `tell` is called from the model's own thread."""

    prompt: Sequence[int]
    sampling: Sampling
    tell: Callable[[TextPiece], None]
    _left: Event = field(default_factory=Event)

    def cancel(self) -> None:
        """Stop writing, as the reader has left."""
        self._left.set()

    @property
    def cancelled(self) -> bool:
        """Return whether the reader has left."""
        return self._left.is_set()


class Transcript:
    """The text of one completion, which grows by tokens and is returned as far as it is certain."""

    def __init__(self, tokenizer: Any, stop: Sequence[str]) -> None:  # noqa: ANN401
        self._tokenizer = tokenizer
        self._stop = stop
        self._shown = 0
        self.ids: list[int] = []
        self.stopped = False

    def add(self, token: int) -> str:
        """Take a token; return what may be shown now. `stopped` is true once a stop text came."""
        self.ids.append(token)
        text = self._text()
        places = [place for stop in self._stop if (place := text.find(stop)) >= 0]
        self.stopped = bool(places)
        return self._show(text[: min(places)] if places else text[: self._certain(text)])

    def close(self) -> str:
        """Return what was held back, now that nothing follows."""
        return "" if self.stopped else self._show(self._text())

    def _text(self) -> str:
        return str(self._tokenizer.decode(self.ids, skip_special_tokens=True))

    def _show(self, text: str) -> str:
        new, self._shown = text[self._shown :], max(self._shown, len(text))
        return new

    def _certain(self, text: str) -> int:
        """Return up to where no later token can change the text or turn it into a stop."""
        end = len(text.rstrip(_UNFINISHED))
        for stop in self._stop:
            for length in range(min(len(stop) - 1, end), 0, -1):
                if text.endswith(stop[:length], 0, end):
                    end -= length
                    break
        return end
