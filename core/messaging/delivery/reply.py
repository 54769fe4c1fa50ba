"""The place of one answer on a platform, as the presenter sees it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from core.messaging.delivery.pacer import Pacer
from core.types import File, View

Page = TypeVar("Page")


class Reply(Protocol[Page]):
    """The place of one answer on a platform: the messages in which it is shown, in order.

    A reference is the platform's name of one message, opaque to the core. Calls make one attempt
    and raise `RateLimitedError`, `PlatformRefusedError` or, for whatever may pass, `PlatformError`.
    """

    @property
    def posts(self) -> Pacer:
        """The budget that a new message here is taken from."""
        ...

    @property
    def edits(self) -> Pacer:
        """The budget that an edit here is taken from."""
        ...

    async def hint(self, view: View) -> None:
        """Show beside the messages, if the platform can, that there is work; never raises."""
        ...

    def render(self, view: View) -> Sequence[Page]:
        """The view as messages, one or more; equal pages look the same. Pure.

        There is no page where only a whole answer can be shown and it is not whole yet. Later views
        of the same answer change only the last pages: full pages stay as they are.
        """
        ...

    async def post(self, page: Page, place: int) -> str:
        """Send the page at this `place` of the answer, counted from 0; return its reference."""
        ...

    async def edit(self, reference: str, page: Page) -> None:
        """Let the message show this page instead; `MessageGoneError` if it is not there.

        `MustBeNewError` if the page has to be a new message, since an edit notifies nobody.
        """
        ...

    async def delete(self, reference: str) -> None:
        """Delete the message; nothing happens if it is gone."""
        ...

    async def find(self) -> Sequence[str]:
        """The messages of this answer that are there already, in order, whoever sent them."""
        ...

    async def attach(self, file: File) -> None:
        """Show a file below the answer to everybody who sees the answer.

        Raises:
            PlatformError: it is not there; `PlatformRefusedError` if it never can be.
        """
        ...

    async def show_privately(self, view: View) -> None:
        """Show a whole answer to whoever asked, alone, since it can never be shown here.

        Raises:
            PlatformError: that is not possible either.
        """
        ...

    async def abandon(self) -> None:
        """Leave a place that has no answer, or none any more; never raises.

        A thread that was opened for the answer alone does not stay open.
        """
        ...
