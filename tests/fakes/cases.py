"""The desk of cases over stores, without a search: questions are alike if their letters are."""

from datetime import UTC, datetime

from fakes.learning import learning_of

from bots.bootstrap.cases import owner_of_everything
from core.assistant.audiences import Scope
from core.lessons.answered_cases import answer_case
from core.messaging.cases.desk import CaseDesk
from core.messaging.cases.roster import Roster
from core.text.korean import compact


def same_letters(question, others):
    """The place of the question with the same letters."""
    return next((at for at, one in enumerate(others) if compact(one) == compact(question)), None)


async def no_categories(_titles):
    return ()


async def for_all(_question):
    return Scope()


async def no_entries(_question, _audience):
    return []


def desk_of(stores, profile, settings, **parts):
    """A desk over stores, any other part of which may be replaced by name."""
    usual = {
        "cases": stores.cases,
        "roster": Roster(profile.owners, owner_of_everything(settings)),
        "most_alike": same_letters,
        "title_of": learning_of(stores, profile).title_of,
        "categories_of": no_categories,
        "entries_for": no_entries,
        "scope_of": for_all,
        "note": stores.reports.note,
        "profile": profile,
        "now": lambda: datetime.now(UTC),
    }
    return CaseDesk(**(usual | parts))


async def learnt(desk, lesson, *, seen_in=None):
    """A lesson answers the case that its question waits with."""
    await answer_case(desk.cases, lesson, at=desk.now(), seen_in=seen_in)
