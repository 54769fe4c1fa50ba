"""The digest for owners: what was asked in vain, which cases wait, what was learnt and is due."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Final

from core.ports import Cases, Lessons, Reports
from core.profile import Profile
from core.reporting.gaps import GapGroup
from core.retrieval.lesson_sync import all_lessons
from core.text.markdown.measure import shortened
from core.text.personal_data import mask
from core.types import Case, Lesson, LessonState, Span

_WEEK: Final = timedelta(days=7)
_SHOWN: Final = 5  # of each kind
_SHOWN_CHARS: Final = 120
_MOST_CASES, _MOST_OPINIONS = 1_000, 1_000


@dataclass(frozen=True, slots=True)
class Digest:
    """The digest of a week. `counts` are those of the week's turns and opinions, by name.

    `gaps` are the groups that somebody asked about this week, the largest first. `learnt` were
    taught this week; `held` wait for a word, and `due` have their date within the next week.
    """

    until: datetime
    counts: dict[str, float]
    gaps: tuple[GapGroup, ...] = ()
    reasons: tuple[tuple[str, int], ...] = ()
    cases: tuple[Case, ...] = ()
    learnt: tuple[Lesson, ...] = ()
    held: tuple[Lesson, ...] = ()
    due: tuple[Lesson, ...] = ()


async def read_digest(
    *,
    reports: Reports,
    cases: Cases,
    lessons: Lessons,
    gaps: Callable[[], Awaitable[Sequence[GapGroup]]],
    now: datetime,
) -> Digest:
    """Read what the week before `now` came to.

    Raises:
        StorageError: it cannot be read.
    """
    since = now - _WEEK
    counts: Counter[str] = Counter()
    for traffic in await reports.traffic(Span.HOUR, since):
        counts.update({name: int(number) for name, number in traffic.counts.items()})
    opinions = await reports.rated(_MOST_OPINIONS, helpful=False)
    reasons = Counter(one.reason for one in opinions if one.given_at >= since and one.reason)
    known = await all_lessons(lessons)
    served = [one for one in known if one.state is LessonState.SERVED]
    learnt = (LessonState.SERVED, LessonState.EXPIRED)
    due = [
        one
        for one in known
        if one.state in learnt and one.review_at and one.review_at < now + _WEEK
    ]
    return Digest(
        until=now,
        counts=dict(counts),
        gaps=_this_week(await gaps()),
        reasons=tuple(reasons.most_common(_SHOWN)),
        cases=tuple(await cases.open(_MOST_CASES)),
        learnt=_latest([one for one in served if one.learned_at >= since]),
        held=_latest([one for one in known if one.state is LessonState.HELD]),
        due=tuple(sorted(due, key=lambda one: str(one.review_at))),
    )


def digest_text(digest: Digest, profile: Profile, zone: tzinfo) -> str:
    """Return a digest as Markdown in the words of the profile; a line where nothing happened."""
    counts, until = digest.counts, digest.until.astimezone(zone)
    since = until - _WEEK
    title = profile.digest_title.format(since=f"{since:%m-%d}", until=f"{until:%m-%d}")
    asked = int(counts.get("asked", 0))
    told = profile.digest_counts.format(
        asked=f"{asked:,}",
        answered=f"{int(counts.get('answered', 0)):,}",
        missed=f"{int(counts.get('escalated', 0)):,}",
        unhelpful=f"{int(counts.get('unhelpful', 0)):,}",
    )
    sections = [part for part in _sections(digest, profile, zone) if part]
    head = told if asked else profile.digest_quiet
    return "\n\n".join([f"**{title}**\n{head}", *sections])


def _sections(digest: Digest, profile: Profile, zone: tzinfo) -> Iterator[str]:
    yield _section(profile.digest_gaps, [_gap(one, profile) for one in digest.gaps], profile)
    reasons = [f"{_line(reason)} ({count:,})" for reason, count in digest.reasons]
    yield _section(profile.digest_reasons, reasons, profile)
    cases = [_case(one, digest.until, profile) for one in digest.cases]
    yield _section(profile.digest_cases, cases, profile)
    learnt = [f"{_line(one.question)} ({_line(one.author_name)})" for one in digest.learnt]
    yield _section(profile.digest_learnt, learnt, profile)
    yield _section(profile.digest_held, [_line(one.question) for one in digest.held], profile)
    due = [
        f"{_line(one.question)} ({one.review_at.astimezone(zone):%Y-%m-%d})"
        for one in digest.due
        if one.review_at
    ]
    yield _section(profile.digest_due, due, profile)


def _section(heading: str, lines: Sequence[str], profile: Profile) -> str:
    """Return a heading with the first of its lines, and how many more there are; "" of none."""
    if not lines:
        return ""
    more = len(lines) - _SHOWN
    shown = [
        *lines[:_SHOWN],
        *([profile.digest_more.format(count=f"{more:,}")] if more > 0 else []),
    ]
    listed = "\n".join(f"- {line}" for line in shown)
    return f"**{heading.format(count=f'{len(lines):,}')}**\n{listed}"


def _gap(group: GapGroup, profile: Profile) -> str:
    return profile.digest_gap.format(
        question=_line(group.name), count=f"{group.this_week:,}", before=f"{group.week_before:,}"
    )


def _case(case: Case, now: datetime, profile: Profile) -> str:
    return profile.digest_case.format(
        question=_line(case.question),
        days=f"{(now - case.opened_at).days:,}",
        waiting=f"{len(case.waiters):,}",
    )


def _this_week(groups: Sequence[GapGroup]) -> tuple[GapGroup, ...]:
    asked = [group for group in groups if group.this_week]
    return tuple(sorted(asked, key=lambda group: -group.this_week))


def _latest(lessons: Sequence[Lesson]) -> tuple[Lesson, ...]:
    return tuple(sorted(lessons, key=lambda one: one.learned_at, reverse=True))


def _line(text: str) -> str:
    """Return somebody's words as a short line that shows nobody's personal data."""
    return shortened(mask(" ".join(text.split())), _SHOWN_CHARS)
