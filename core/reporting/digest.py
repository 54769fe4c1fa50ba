"""The digest for owners: frequent and unanswered questions, cases, new lessons, due reviews."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

from core.lessons.overlaps import Overlap
from core.ports import Archive, Cases, Lessons, Reports
from core.reporting.gaps import GapGroup
from core.retrieval.audience import hidden_wordings, is_within
from core.retrieval.overlay.lesson_sync import all_lessons
from core.text.korean import compact
from core.types import Case, Entry, EntryReview, Feedback, Lesson, LessonState, Span, TurnState

_WEEK: Final = timedelta(days=7)
_LEARNT: Final = (LessonState.SERVED, LessonState.EXPIRED)
_MOST_CASES, _MOST_OPINIONS = 1_000, 1_000
_MOST_ANSWERS: Final = 5_000  # the latest of a week that are looked at for what was asked most
_OFTEN: Final = 2  # what was asked once is not among what was asked most


@dataclass(frozen=True, slots=True)
class DayCount:
    """The questions of one day, and how many of them got no answer from the FAQ."""

    day: date
    asked: int
    missed: int


@dataclass(frozen=True, slots=True)
class AskedOften:
    """The title of an entry, or the question of a lesson, and how many questions it answered.

    `category` is that of a lesson.
    """

    title: str
    count: int
    category: str = ""


@dataclass(frozen=True, slots=True)
class Disliked:
    """An answer that did not help somebody: the question, and the opinion with its reason.

    `sources` are the titles of the entries that it was answered from.
    """

    question: str
    opinion: Feedback
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Digest:
    """The digest of the time from `since` to `until`.

    `counts` are those of its turns and opinions, by name; `week` are the last seven days, the
    oldest first, and `most_asked` answered most questions in them. `gaps` are the groups that
    somebody asked about this week, the largest first. `learnt` were taught since; `held` wait for a
    word; `due` and `due_entries` have their date within the next week; `overlaps` are lessons that
    the FAQ answers, too, or contradicts.
    """

    since: datetime
    until: datetime
    counts: dict[str, float]
    week: tuple[DayCount, ...] = ()
    most_asked: tuple[AskedOften, ...] = ()
    gaps: tuple[GapGroup, ...] = ()
    disliked: tuple[Disliked, ...] = ()
    cases: tuple[Case, ...] = ()
    learnt: tuple[Lesson, ...] = ()
    held: tuple[Lesson, ...] = ()
    due: tuple[Lesson, ...] = ()
    due_entries: tuple[EntryReview, ...] = ()
    overlaps: tuple[Overlap, ...] = ()

    def for_everybody(self, entries: Sequence[Entry], closed: Sequence[str]) -> Digest:
        """Return it without entries and lessons of `closed` categories, and what asks for them.

        It is posted in a channel, whose readers need not be in the group.
        """
        hidden = hidden_wordings(entries, closed)

        def is_open(*texts: str) -> bool:
            return hidden.isdisjoint(map(compact, texts))

        def may_name(group: GapGroup) -> bool:
            return all(is_open(gap.text, *gap.sources) for gap in group.gaps)

        def among(lessons: Sequence[Lesson]) -> tuple[Lesson, ...]:
            found = (one for one in lessons if not is_within(one.category, closed))
            return tuple(one for one in found if is_open(one.question))

        overlaps = (one for one in self.overlaps if is_open(one.title) and among([one.lesson]))
        return replace(
            self,
            most_asked=tuple(
                one
                for one in self.most_asked
                if is_open(one.title) and not is_within(one.category, closed)
            ),
            gaps=tuple(filter(may_name, self.gaps)),
            disliked=tuple(one for one in self.disliked if is_open(one.question, *one.sources)),
            cases=tuple(one for one in self.cases if is_open(one.question)),
            learnt=among(self.learnt),
            held=among(self.held),
            due=among(self.due),
            due_entries=tuple(one for one in self.due_entries if is_open(one.title)),
            overlaps=tuple(overlaps),
        )


async def read_digest(  # noqa: PLR0913 - its collaborators
    *,
    reports: Reports,
    archive: Archive,
    cases: Cases,
    lessons: Lessons,
    gaps: Callable[[], Awaitable[Sequence[GapGroup]]],
    overlaps: Callable[[Sequence[Lesson]], Awaitable[Sequence[Overlap]]],
    since: datetime,
    now: datetime,
    zone: tzinfo,
) -> Digest:
    """Read what came to pass since the last digest; days are those of the `zone`.

    Raises:
        FaqbotError: it cannot be read.
    """
    counts: Counter[str] = Counter()
    for traffic in await reports.traffic(Span.HOUR, since):
        counts.update(traffic.counts)
    known = await all_lessons(lessons)
    learnt = [one for one in known if one.state in _LEARNT]
    due = [one for one in learnt if one.review_at and one.review_at < now + _WEEK]
    reviews = [one for one in await reports.reviews() if one.due_at < now + _WEEK]
    return Digest(
        since=since,
        until=now,
        counts=dict(counts),
        week=await _week(reports, now.astimezone(zone)),
        most_asked=await _most_asked(reports, known, now),
        gaps=_this_week(await gaps()),
        disliked=await _disliked(reports, archive, since),
        cases=tuple(await cases.open(_MOST_CASES)),
        learnt=_latest([one for one in learnt if one.learned_at >= since]),
        held=_latest([one for one in known if one.state is LessonState.HELD]),
        due=tuple(sorted(due, key=lambda one: str(one.review_at))),
        due_entries=tuple(sorted(reviews, key=lambda one: one.due_at)),
        overlaps=tuple(await overlaps(learnt)),
    )


async def _week(reports: Reports, now: datetime) -> tuple[DayCount, ...]:
    """Return the last seven days, this one included."""
    first = (now - _WEEK + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    asked: Counter[date] = Counter()
    missed: Counter[date] = Counter()
    for traffic in await reports.traffic(Span.HOUR, first):
        day = traffic.start.astimezone(now.tzinfo).date()
        asked[day] += int(traffic.counts.get("asked", 0))
        missed[day] += int(traffic.counts.get("escalated", 0))
    days = [first.date() + timedelta(days=number) for number in range(_WEEK.days)]
    return tuple(DayCount(day, asked[day], missed[day]) for day in days)


async def _most_asked(
    reports: Reports, lessons: Sequence[Lesson], now: datetime
) -> tuple[AskedOften, ...]:
    """Return what answered several questions in the last seven days, the most first."""
    answers = await reports.latest(_MOST_ANSWERS, before=now, state=TurnState.ANSWERED)
    recent = [turn for turn in answers if turn.finished_at > now - _WEEK]
    counts = Counter(turn.sources[0] for turn in recent if turn.sources)
    categories = {lesson.question: lesson.category for lesson in lessons}
    return tuple(
        AskedOften(title, count, categories.get(title, ""))
        for title, count in counts.most_common()
        if count >= _OFTEN
    )


async def _disliked(reports: Reports, archive: Archive, since: datetime) -> tuple[Disliked, ...]:
    """Return the opinions with a reason that were given since, the latest first."""
    opinions = [
        one
        for one in await reports.rated(_MOST_OPINIONS, helpful=False)
        if one.given_at >= since and (one.reason or one.expected)
    ]
    turns = await archive.found([one.question_id for one in opinions])
    found = {turn.question.id: turn for turn in turns}
    return tuple(
        Disliked(turn.question.text, one, turn.sources)
        for one in opinions
        if (turn := found.get(one.question_id))
    )


def _this_week(groups: Sequence[GapGroup]) -> tuple[GapGroup, ...]:
    asked = [group for group in groups if group.this_week]
    return tuple(sorted(asked, key=lambda group: -group.this_week))


def _latest(lessons: Sequence[Lesson]) -> tuple[Lesson, ...]:
    return tuple(sorted(lessons, key=lambda one: one.learned_at, reverse=True))
