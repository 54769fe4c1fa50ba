"""Learning without a search: for what only has to be kept, and said."""

from core.lessons.book import LessonBook
from core.lessons.gate import Examined
from core.lessons.learning import Learning


async def _stands_alone(_text):
    return False


async def _at_once():
    pass


async def _nothing_found(_lesson):
    return Examined()


async def _nobody_told(_lesson):
    return []


async def _for_all(_turn):
    return ""


async def _agrees(_text, _turn):
    return False


def book_of(stores, profile, **parts):
    """The book of lessons over stores, any other part of which may be replaced by name."""
    real = {"lessons": stores.lessons, "cases": stores.cases, "reports": stores.reports}
    real |= {"examine": _nothing_found, "catch_up": _at_once, "retract": _nobody_told}
    real |= {"longest_characters": profile.longest_lesson_characters}
    return LessonBook(**(real | parts))


def learning_of(
    stores, profile, *, leans=_stands_alone, category_of=_for_all, contradicts=_agrees, **parts
):
    """Learning over stores, any part of whose book may be replaced by name."""
    return Learning(
        history=stores.history,
        archive=stores.archive,
        inbox=stores.inbox,
        lessons=stores.lessons,
        profile=profile,
        leans=leans,
        category_of=category_of,
        book=book_of(stores, profile, **parts),
        contradicts=contradicts,
    )
