"""The place of an answer on the web: the readers of its stream in this process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bots.shared.answer_view import RenderOptions
from bots.web.render.page import WITHDRAWN, Page, page_of
from bots.web.replies.hub import Hub
from core.errors import PlatformRefusedError
from core.messaging.delivery.pacer import Pacer
from core.messaging.delivery.window import Window
from core.types import File, Question, View

# Nobody counts our calls but ourselves: so many pages a second, of all answers together, are what
# a processor renders in passing; of one answer, what an eye takes for flowing.
_PAGES: Final = 100
_WINDOW_S: Final = 1.0
_SMOOTH_S: Final = 0.07


def make_pacer() -> Pacer:
    """The budget of all answers of this process. Call it in the event loop."""
    return Pacer(Window(_PAGES, _WINDOW_S), min_interval_s=_SMOOTH_S)


class WebReply:
    """Implements `Reply` in the hub. One page is the whole answer."""

    def __init__(self, question: Question, hub: Hub, pacer: Pacer, look: RenderOptions) -> None:
        self._id = question.id
        self._hub = hub
        self._pacer = pacer
        self._look = look

    @property
    def posts(self) -> Pacer:
        """The budget of this process."""
        return self._pacer

    @property
    def edits(self) -> Pacer:
        """The budget of this process."""
        return self._pacer

    async def hint(self, view: View) -> None:
        """Do nothing: the page shows at once that there is work."""

    def render(self, view: View) -> Sequence[Page]:
        """The view as a page."""
        return [page_of(view, self._look)]

    async def post(self, page: Page, place: int) -> str:
        """Show the page to all readers."""
        del place  # there is one
        return self._hub.post(self._id, page)

    async def edit(self, reference: str, page: Page) -> None:
        """Show another page, also in a message that another process has begun."""
        del reference
        self._hub.show(self._id, page)

    async def delete(self, reference: str) -> None:
        """Show that the message is gone, unless another one has taken its place."""
        if self._hub.reference(self._id) in ("", reference):
            self._hub.show(self._id, WITHDRAWN)

    async def attach(self, file: File) -> None:
        """Do nothing: the page shows the files of a view."""

    async def show_privately(self, view: View) -> None:
        """Refuse: the web has no other place than the page."""
        raise PlatformRefusedError(f"{view.question.id} can be shown only on its page")

    async def abandon(self) -> None:
        """Do nothing: no place was opened for this answer."""

    async def find(self) -> Sequence[str]:
        """The message that stands here."""
        reference = self._hub.reference(self._id)
        return [reference] if reference else []
