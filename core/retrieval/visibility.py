"""The entries that some readers may see: those of their categories with a valid review."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.ports import FaqIndex
from core.retrieval.audience import Audience
from core.retrieval.reviews import Reviews
from core.retrieval.snapshot import Snapshot
from core.types import Entry

_NONE: Final = "\0"  # no category has this name


@dataclass(frozen=True, slots=True)
class Visibility:
    """The entries of an index that an audience may see, given the reviews of its entries."""

    index: FaqIndex
    reviews: Reviews
    audience: Audience

    def admits(self, entry: Entry) -> bool:
        """Return whether the readers may see an entry or a lesson."""
        seen = self.audience.sees(entry.category)
        return seen and self.reviews.admits(entry, verified=self.audience.verified)

    def rows(self, snapshot: Snapshot) -> NDArray[np.bool_]:
        """Return True for each row of the lexical index that they may see, shape (entries,)."""
        lexical = snapshot.lexical
        if self.audience.sees_all and not self.reviews.hides_some:
            return np.ones(len(lexical), bool)
        categories = self.categories(snapshot)
        kinds = {one: self.audience.sees(one) for one in set(categories.values())}
        seen = np.array([kinds.get(categories.get(one, _NONE), False) for one in lexical.faq_ids])
        if self.audience.verified or self.reviews.hides_some:
            taught = snapshot.overlay.entries
            for row in np.flatnonzero(seen):
                faq_id, title = lexical.faq_ids[row], lexical.titles[row]
                entry = taught.get(faq_id) or Entry(faq_id, title, "")
                seen[row] = self.reviews.admits(entry, verified=self.audience.verified)
        return seen.astype(bool)

    def categories(self, snapshot: Snapshot) -> dict[str, str]:
        """Return the categories of all entries and lessons, by their ids."""
        if not snapshot.categories:
            stored = self.index.stored(snapshot.generation.name)
            snapshot.categories.update({entry.faq_id: entry.category for entry, _ in stored})
        taught = snapshot.overlay.entries
        return snapshot.categories | {one: entry.category for one, entry in taught.items()}
