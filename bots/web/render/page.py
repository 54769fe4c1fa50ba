"""The rendering of a view for the web: one page of any length. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bots.shared.answer_view import RenderOptions, ending_of, status_of
from bots.web.render.page_html import blocks
from core.text.markdown.split import settled
from core.types import Answered, Declined, Escalated, File, TurnState, View


class EndingKind(StrEnum):
    """The way in which an answer ended; the name of the last event of its stream."""

    ANSWERED = "answered"
    DECLINED = "declined"
    ESCALATED = "escalated"
    FAILED = "failed"
    STOPPED = "stopped"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Page:
    """A view of an answer; equal pages look the same.

    `asked` is the question's text, by which the answer to an edited question differs from the one
    before. `text` is sanitised Markdown, without half-written parts while it grows. `kind` is None
    while the answer is being written.
    """

    asked: str
    text: str = ""
    status: str = ""
    kind: EndingKind | None = None
    note: str = ""
    sources: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    lead: str = ""
    offers: tuple[str, ...] = ()
    followups: tuple[str, ...] = ()
    rated: bool = False
    files: tuple[File, ...] = ()


WITHDRAWN: Final = Page("", kind=EndingKind.WITHDRAWN)


def page_of(view: View, look: RenderOptions) -> Page:
    """Return the page of a view."""
    look = look.spoken_to(view)
    clean, asked = look.cleaner.clean, view.question.text
    if not view.done:
        # The text is a prefix of the next one, so that the difference can be sent. Open Markdown is
        # closed only in the conversion to HTML.
        text = clean(settled(view.text, close=False)) if view.text else ""
        return Page(asked, text, status=clean(status_of(view, look.profile)))
    ending = ending_of(view, look)
    return Page(
        asked,
        clean(view.text if view.ending else settled(view.text)),
        kind=_kind(view),
        note=clean(ending.note),
        sources=tuple(map(clean, ending.sources)),
        links=ending.links,
        lead=ending.lead if ending.questions else "",
        offers=tuple(map(clean, ending.offers)),
        followups=tuple(map(clean, ending.questions)),
        rated=ending.rated or isinstance(view.ending, Declined | Escalated),
        files=view.ending.files if isinstance(view.ending, Answered) else (),
    )


def html_of(page: Page, look: RenderOptions) -> tuple[str, ...]:
    """Return the page's text as blocks of HTML."""
    if page.kind is None:
        return blocks(settled(page.text), look.cleaner)
    return blocks(page.text, look.cleaner, sources=len(page.sources))


def _kind(view: View) -> EndingKind:
    return EndingKind(view.ending.state if view.ending else TurnState.STOPPED)
