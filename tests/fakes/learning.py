"""Learning without a search: for what only has to be kept, and said."""

from core.messaging.lessons.gate import Examined
from core.messaging.lessons.learning import Learning


async def _stands_alone(_text):
    return False


async def _at_once():
    pass


async def _nothing_found(_lesson):
    return Examined()


def learning_of(stores, profile, **parts):
    """Learning over stores, any other part of which may be replaced by name."""
    real = {"history": stores.history, "archive": stores.archive, "inbox": stores.inbox}
    real |= {"lessons": stores.lessons, "profile": profile}
    real |= {"examine": _nothing_found}
    real |= {"leans": _stands_alone, "catch_up": _at_once}
    return Learning(**(real | parts))
