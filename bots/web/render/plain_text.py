"""An answer as one text, for clients that show nothing else. Pure."""

from __future__ import annotations

from bots.web.render.page import Page


def whole_text(page: Page) -> str:
    """Return the text with its note and, once it has ended, its sources and follow-ups."""
    parts = [page.text, page.note]
    if page.sources:
        parts.append("\n".join(f"[{n}] {title}" for n, title in enumerate(page.sources, start=1)))
    if page.lead:
        parts.append("\n".join([page.lead, *page.offers, *(f"- {one}" for one in page.followups)]))
    return "\n\n".join(filter(None, parts))


def appended(had: str, text: str) -> str:
    """Return what a reader of `had` gets to read next.

    Sent text stays: a text that was begun anew comes whole, below an empty line.
    """
    if text.startswith(had):
        return text[len(had) :]
    return f"\n\n{text}"


def text_event(text: str, event_id: str) -> bytes:
    """Return an event of the name `message` whose data is a text.

    https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
    """
    data = "".join(f"data: {line}\n" for line in text.split("\n"))
    return f"id: {event_id}\n{data}\n".encode(errors="replace")
