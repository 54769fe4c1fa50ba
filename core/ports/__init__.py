"""The seams of the core: what it needs from the world, as Protocols, imported from here alone.

Each has more than one implementation in use.
"""

from core.ports.stores import (
    Archive,
    ChatModel,
    Cluster,
    Embedder,
    FaqIndex,
    History,
    Inbox,
    Lessons,
    Reports,
    Vectors,
)

__all__ = [
    "Archive",
    "ChatModel",
    "Cluster",
    "Embedder",
    "FaqIndex",
    "History",
    "Inbox",
    "Lessons",
    "Reports",
    "Vectors",
]
