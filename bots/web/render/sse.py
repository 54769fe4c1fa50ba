"""Pages as server-sent events: what is new since the last one. Pure.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final

import orjson

from bots.web.render.page import Page

HEARTBEAT: Final = b": \n\n"
_DIGEST_BYTES: Final = 6

Html = Callable[[Page], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Event:
    """One event; `id` is "" where a reader cannot go on from it."""

    name: str
    data: dict[str, Any]
    id: str = ""

    def encoded(self) -> bytes:
        """The event as it is sent: JSON has no line breaks."""
        head = f"id: {self.id}\n" if self.id else ""
        return f"{head}event: {self.name}\ndata: ".encode() + orjson.dumps(self.data) + b"\n\n"


class Teller:
    """Tells one reader of one answer; knows what that reader has.

    A `delta` is text to append, a `replace` is all of the text anew. With `html` both also bring
    the blocks that follow the first `from` ones, which stay.
    """

    def __init__(self, *, html: Html | None = None, last_id: str = "") -> None:
        """`last_id` is the id of the last event that the reader got, on an earlier connection."""
        self._html = html
        self._last_id = last_id
        self._text: str | None = None
        self._blocks: Sequence[str] = ()
        self._status = ""

    def knows_the_ending(self, page: Page) -> bool:
        """Whether the reader has got the end of this already."""
        return bool(page.kind) and self._last_id == _id(page.text, ended=True)

    def tell(self, page: Page, ending: dict[str, Any] | None = None) -> Iterator[Event]:
        """Return the events that the reader needs.

        Of a page that is done, also how it has `ending`.
        """
        if self._text is None:
            self._text = self._resumed(page.text)
        if page.status and page.status != self._status:
            self._status = page.status
            yield Event("status", {"text": page.status})
        blocks = self._html(page) if self._html else ()
        if page.text != self._text or blocks != self._blocks:
            yield self._change(page.text, blocks)
        if page.kind:
            yield Event(page.kind.value, ending or {}, _id(page.text, ended=True))

    def _change(self, text: str, blocks: Sequence[str]) -> Event:
        before = self._text or ""
        grown = text.startswith(before)
        data: dict[str, Any] = {"text": text[len(before) :] if grown else text}
        if self._html:
            same = 0
            while same < min(len(blocks), len(self._blocks)) and (
                blocks[same] == self._blocks[same]
            ):
                same += 1
            data["html"] = {"from": same, "blocks": list(blocks[same:])}
        self._text, self._blocks = text, blocks
        return Event("delta" if grown else "replace", data, _id(text))

    def _resumed(self, text: str) -> str:
        """Return how much of the text the reader has, as the id says.

        A reader of text that is none of it any more gets a `replace`: a NUL is in no text.
        """
        if not self._last_id:
            return ""
        length, _, _ = self._last_id.partition("-")
        had = int(length) if length.isascii() and length.isdigit() and len(length) < 7 else 0
        begins = text[:had]
        if len(begins) == had and self._last_id.removesuffix("-end") == _id(begins):
            return begins
        return "\0" if had else ""


def _id(text: str, *, ended: bool = False) -> str:
    digest = blake2b(text.encode(errors="surrogatepass"), digest_size=_DIGEST_BYTES).hexdigest()
    return f"{len(text)}-{digest}{'-end' if ended else ''}"
