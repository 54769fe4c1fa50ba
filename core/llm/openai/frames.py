"""The frames of a reply: objects of an event stream, or one JSON body.

They are read as the `openai` client reads them, and where servers are careless, beyond that.
https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from core.errors import ModelReplyError, ModelUnavailableError

_BOM = b"\xef\xbb\xbf"
_FRAME, _FRAME_BYTES = b"data:", 5
_DONE, _DONE_WITHIN = b"[DONE]", 8
_LONGEST_FRAME_BYTES = 16_000_000
_SAID_CHARS = 200


class FrameReader:
    """Parses bytes: `feed` returns the frames that are complete, `close` the rest.

    `done` tells that the stream has said so. `careless` tells that a frame was no strict JSON, so
    that its text may hold half a surrogate pair. `whole` tells that the reply is one JSON body.
    """

    def __init__(self, where: str) -> None:
        """Name the server `where` in errors."""
        self.done = False
        self.careless = False
        self.whole: bool | None = None  # None while nothing has come
        self._where = where
        self._rest = b""
        self._after_return = False  # the last byte was one, and a line feed belongs to it
        self._open = b""  # the lines so far of a frame that stands on several
        self._beginning = b""
        self._heard = False

    def feed(self, data: bytes) -> list[Any]:
        """Return the frames that these bytes have completed.

        Raises:
            ModelReplyError: they belong to no reply.
        """
        if self._after_return:
            data = data.removeprefix(b"\n")
        self._after_return = data.endswith(b"\r")
        if b"\r" in data:
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        self._rest += data
        if self.whole is None:
            self._look()
        if len(self._rest) + len(self._open) > _LONGEST_FRAME_BYTES:
            raise ModelReplyError(f"{self._where} sent a frame without an end")
        if self.whole is not False:
            return []
        *lines, self._rest = self._rest.split(b"\n")
        return self._frames(lines)

    def close(self) -> list[Any]:
        """Return the rest.

        Raises:
            ModelReplyError: what came is no reply.
            ModelUnavailableError: it broke off within a frame.
        """
        rest, self._rest = self._rest, b""
        if self.whole:
            try:
                return [self._loaded(rest)]
            except ValueError as error:
                raise self.no_reply(rest) from error
        frames = self._frames([rest]) if rest.strip() else []
        if self._beginning and not self._heard:
            raise self.no_reply(self._beginning)
        if self._open:
            raise ModelUnavailableError(f"{self._where} broke off within a frame; try again later")
        return frames

    def no_reply(self, said: object) -> ModelReplyError:
        """Return the error of a reply that is none, with the beginning of what was said."""
        return ModelReplyError(f"{self._where} sent what is no completion: {_readable(said)}")

    def _look(self) -> None:
        """Tell a stream from a JSON body by the first bytes, as content types are unreliable."""
        self._rest = self._rest.removeprefix(_BOM).lstrip()
        if self._rest[:1] == b"<":
            raise ModelReplyError(
                f"{self._where} answered with a page in place of a completion: "
                f"{_readable(self._rest)}; check OPENAI_BASE_URL, which often ends with /v1"
            )
        if self._rest and not _BOM.startswith(self._rest):
            self.whole = self._rest[:1] in (b"{", b"[", b'"')
            self._beginning = self._rest[:_SAID_CHARS]

    def _frames(self, lines: Sequence[bytes]) -> list[Any]:
        # Some wrap a frame that is one already: `data: data: {…}`.
        told = [
            line[_FRAME_BYTES:].strip().removeprefix(_FRAME).strip()
            for line in lines
            if line.startswith(_FRAME)
        ]
        self._heard = self._heard or bool(told)
        self.done = self.done or any(_DONE in frame[:_DONE_WITHIN] for frame in told)
        if not self._open:
            objects = [frame for frame in told if frame[:1] == b"{"]
            try:  # hundreds of streams: all that one read brought in one go
                frames: list[Any] = orjson.loads(b"[" + b",".join(objects) + b"]")
            except ValueError:
                self.careless = True
            else:
                return frames
        return list(self._one_by_one(lines))

    def _one_by_one(self, lines: Sequence[bytes]) -> Iterator[Any]:
        """Yield frames that stand on several lines, or that are JSON to lenient readers alone."""
        for line in lines:
            if line.startswith(_FRAME):
                self._open += line[_FRAME_BYTES:].strip().removeprefix(_FRAME).strip()
                if self._open[:1] != b"{":
                    self._open = b""
                    continue
                try:
                    yield self._loaded(self._open)
                except ValueError:
                    self._open += b"\n"
                else:
                    self._open = b""
            elif self._open and not line.strip():
                raise self.no_reply(self._open)

    def _loaded(self, data: bytes) -> Any:  # noqa: ANN401 - whatever came
        """Return an object of JSON, or of what Python's and JavaScript's writers take for it.

        Those write NaN, line breaks in strings, and one half of a surrogate pair a frame.
        """
        try:
            return orjson.loads(data)
        except ValueError:
            self.careless = True
        try:
            return json.loads(data.decode("utf-8", "replace"), strict=False)
        except RecursionError as error:
            raise ValueError("it has more levels than any reply") from error


def _readable(said: object) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return " ".join(re.sub(r"<[^>]*>", " ", text).split())[:_SAID_CHARS]
