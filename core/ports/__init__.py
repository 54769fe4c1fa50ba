"""The ports of the core: what it needs from the world, as Protocols.

Import them from this package only. Each has more than one implementation in use.
"""

from core.ports.cases import Cases
from core.ports.inbox import Inbox
from core.ports.memories import Memories
from core.ports.models import ChatModel, Embedder, FaqIndex, TextKind, Vectors, WordVectors
from core.ports.stores import Archive, Cluster, History, Lessons, Reports

__all__ = [
    "Archive",
    "Cases",
    "ChatModel",
    "Cluster",
    "Embedder",
    "FaqIndex",
    "History",
    "Inbox",
    "Lessons",
    "Memories",
    "Reports",
    "TextKind",
    "Vectors",
    "WordVectors",
]
