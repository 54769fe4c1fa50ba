"""The messages of an answer, compared with the pages that they should show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic

from core.messaging.delivery.reply import Page


@dataclass(slots=True)
class ShownMessage(Generic[Page]):
    """A message and the page that it shows; None if this process does not know the page."""

    reference: str
    page: Page | None


class ShownMessages(Generic[Page]):
    """The messages of one answer in order, and those that are to be deleted in the end."""

    def __init__(self, references: Sequence[str]) -> None:
        """`references` are the messages in which an earlier attempt began to show the answer."""
        self._messages: list[ShownMessage[Page]] = [
            ShownMessage(reference, None) for reference in references
        ]
        self.outdated: list[str] = []

    def __len__(self) -> int:
        return len(self._messages)

    def __getitem__(self, place: int) -> ShownMessage[Page]:
        return self._messages[place]

    @property
    def references(self) -> list[str]:
        """The messages that show the answer, in their order."""
        return [shown.reference for shown in self._messages]

    def first_different(self, pages: Sequence[Page]) -> int | None:
        """Return the index of the first page that no message shows yet; None if all are shown."""
        for place, page in enumerate(pages):
            if place == len(self._messages) or self._messages[place].page != page:
                return place
        return None

    def add(self, reference: str, page: Page) -> None:
        """Append a message that has just been sent."""
        self._messages.append(ShownMessage(reference, page))

    def take_over(self, found: Sequence[str]) -> bool:
        """Append messages that were sent and not recorded; return whether any of them is new."""
        known = {*self.references, *self.outdated}
        new = [ShownMessage[Page](one, None) for one in found if one not in known]
        self._messages += new
        return bool(new)

    def outdate_from(self, place: int) -> None:
        """Mark the messages from this index on for deletion; they count as not shown."""
        self.outdated += self.references[place:]
        del self._messages[place:]
