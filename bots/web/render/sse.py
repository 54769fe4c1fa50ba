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
class ServerSentEvent:
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
        self._text: str | None = None  # None if the reader has another text than there is now
        self._begun = False
        self._blocks: Sequence[str] = ()
        self._status = ""

    def knows_the_ending(self, page: Page) -> bool:
        """Return whether the reader has got the end of this already."""
        return bool(page.kind) and self._last_id == id_of(page.text, ended=True)

    def tell(self, page: Page, ending: dict[str, Any] | None = None) -> Iterator[ServerSentEvent]:
        """Yield the events that the reader needs.

        Of a page that is done, also how it has `ending`.
        """
        if not self._begun:
            self._begun, self._text = True, had_by(self._last_id, page.text)
        if page.status and page.status != self._status:
            self._status = page.status
            yield ServerSentEvent("status", {"text": page.status})
        blocks = self._html(page) if self._html else ()
        if page.text != self._text or blocks != self._blocks:
            yield self._change(page.text, blocks)
        if page.kind:
            yield ServerSentEvent(page.kind.value, ending or {}, id_of(page.text, ended=True))

    def _change(self, text: str, blocks: Sequence[str]) -> ServerSentEvent:
        grown = self._text is not None and text.startswith(self._text)
        data: dict[str, Any] = {"text": text[len(self._text or "") :] if grown else text}
        if self._html:
            same = 0
            while same < min(len(blocks), len(self._blocks)) and (
                blocks[same] == self._blocks[same]
            ):
                same += 1
            data["html"] = {"from": same, "blocks": list(blocks[same:])}
        self._text, self._blocks = text, blocks
        return ServerSentEvent("delta" if grown else "replace", data, id_of(text))


def had_by(last_id: str, text: str) -> str | None:
    """Return what a reader has of a text by the id of its last event; None if it has another."""
    if not last_id:
        return ""
    length, _, _ = last_id.partition("-")
    had = int(length) if length.isascii() and length.isdigit() and len(length) < 7 else 0
    begins = text[:had]
    if len(begins) == had and last_id.removesuffix("-end") == id_of(begins):
        return begins
    return None if had else ""


def id_of(text: str, *, ended: bool = False) -> str:
    """Return the id of the event after which a reader has this text."""
    digest = blake2b(text.encode(errors="surrogatepass"), digest_size=_DIGEST_BYTES).hexdigest()
    return f"{len(text)}-{digest}{'-end' if ended else ''}"
