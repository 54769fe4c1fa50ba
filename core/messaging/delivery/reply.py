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
        """Show beside the messages that work goes on, if the platform can. Never raises."""
        ...

    def render(self, view: View) -> Sequence[Page]:
        """Return the pages of a view, one for each message; equal pages look the same. Pure.

        Later views of the same answer change only the last pages: full pages stay as they are. A
        place that can show only complete answers has no pages until the answer is complete.
        """
        ...

    async def post(self, page: Page, place: int) -> str:
        """Send the page at index `place` as a message; return its reference.

        Raises:
            MovedError: nothing was sent, since `posts` and `edits` are those of another place now.
        """
        ...

    async def edit(self, reference: str, page: Page) -> None:
        """Edit a message to show this page.

        Raises:
            MovedError: as in `post`.
            MessageGoneError: the message does not exist any more.
            MustBeNewError: the page has to be a new message, since an edit notifies nobody.
        """
        ...

    async def delete(self, reference: str) -> None:
        """Delete the message; do nothing if it is gone already."""
        ...

    async def find(self) -> Sequence[str]:
        """Return the references of this answer's messages, in order, of all processes."""
        ...

    async def attach(self, file: File) -> None:
        """Show a file below the answer to everybody who sees the answer.

        Raises:
            PlatformError: it is not attached; `PlatformRefusedError` if it never can be.
        """
        ...

    async def show_privately(self, view: View) -> None:
        """Show a complete answer to the asker in private, since it can never be shown here.

        Raises:
            PlatformError: it cannot be shown in private either.
        """
        ...

    async def abandon(self) -> None:
        """Clean up a place that has no answer, such as a thread opened for it. Never raises."""
        ...
