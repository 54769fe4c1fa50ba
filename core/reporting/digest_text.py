"""The digest in the words of the profile, with a picture of the week."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Final

from core.lessons.overlaps import Overlap
from core.profile import Profile
from core.reporting.digest import AskedOften, DayCount, Digest, Disliked
from core.reporting.gaps import GapGroup
from core.stores.counts import HANDED_OVER
from core.text.markdown.measure import shortened
from core.text.safety.personal_data import mask
from core.types import Case

_SHOWN: Final = 5  # of each kind
_SHOWN_CHARS: Final = 120
_BAR_CHARS: Final = 16  # with its day and count, a line fits a phone's window
_ANSWERED, _MISSED = "█", "░"


def digest_text(digest: Digest, profile: Profile, zone: tzinfo) -> str:
    """Return a digest as Markdown in the words of the profile; one line where nothing happened."""
    since, until = digest.since.astimezone(zone), digest.until.astimezone(zone)
    title = profile.digest.title.format(since=f"{since:%m-%d %H:%M}", until=f"{until:%m-%d %H:%M}")
    told = _counts(digest, profile)
    sections = [part for part in _sections(digest, profile, zone) if part]
    if not sections and not digest.counts.get("asked"):
        return f"**{title}** {told}"
    return "\n\n".join([f"**{title}**\n{told}", *sections])


def _counts(digest: Digest, profile: Profile) -> str:
    counts = digest.counts
    if not counts.get("asked"):
        return profile.digest.quiet
    told = profile.digest.counts.format(
        asked=f"{int(counts['asked']):,}",
        answered=f"{int(counts.get('answered', 0)):,}",
        missed=f"{int(counts.get('escalated', 0)):,}",
        unhelpful=f"{int(counts.get('unhelpful', 0)):,}",
    )
    cost = counts.get("cost_usd", 0)
    return f"{told} {profile.digest.cost.format(cost=f'{cost:,.2f}')}" if cost else told


def _sections(digest: Digest, profile: Profile, zone: tzinfo) -> Iterator[str]:
    yield _picture(digest.week, profile)
    often = [_often(one, profile) for one in digest.most_asked[:_SHOWN]]
    yield _section(profile.digest.most_asked, often, profile)
    yield _section(profile.digest.gaps, [_gap(one, profile) for one in digest.gaps], profile)
    disliked = [_opinion(one, profile) for one in digest.disliked]
    yield _section(profile.digest.reasons, disliked, profile)
    cases = [_case(one, digest.until, profile) for one in digest.cases]
    yield _section(profile.digest.cases, cases, profile)
    learnt = [f"{_line(one.question)} ({_line(one.author_name)})" for one in digest.learnt]
    yield _section(profile.digest.learnt, learnt, profile)
    yield _section(profile.digest.held, [_line(one.question) for one in digest.held], profile)
    overlaps = [_overlap(one, profile) for one in digest.overlaps]
    yield _section(profile.digest.overlaps, overlaps, profile)
    dates = [(one.question, one.review_at) for one in digest.due]
    yield _section(profile.digest.due, [_dated(*one, zone) for one in dates], profile)
    dates = [(one.title, one.due_at) for one in digest.due_entries]
    yield _section(profile.digest.due_entries, [_dated(*one, zone) for one in dates], profile)


def _picture(week: Sequence[DayCount], profile: Profile) -> str:
    """Return the week as a bar for each day: answered questions, and the rest; "" if none came."""
    most = max((one.asked for one in week), default=0)
    if not most:
        return ""
    names = profile.digest.days.split()
    lines = []
    for one in week:
        length = max(round(_BAR_CHARS * one.asked / most), 1) if one.asked else 0
        missed = round(length * one.missed / one.asked) if one.asked else 0
        bar = _ANSWERED * (length - missed) + _MISSED * missed
        lines.append(f"{names[one.day.weekday()]} {one.day:%m-%d} {bar} {one.asked:,}")
    heading = profile.digest.week.format(answered=_ANSWERED, missed=_MISSED)
    drawn = "\n".join(lines)
    return f"**{heading}**\n```\n{drawn}\n```"


def _section(heading: str, lines: Sequence[str], profile: Profile) -> str:
    """Return a heading with the first of its lines, and how many more there are; "" of none."""
    if not lines:
        return ""
    more = len(lines) - _SHOWN
    shown = [
        *lines[:_SHOWN],
        *([profile.digest.more.format(count=f"{more:,}")] if more > 0 else []),
    ]
    listed = "\n".join(f"- {line}" for line in shown)
    return f"**{heading.format(count=f'{len(lines):,}')}**\n{listed}"


def _often(asked: AskedOften, profile: Profile) -> str:
    return profile.digest.often.format(title=_line(asked.title), count=f"{asked.count:,}")


def _gap(group: GapGroup, profile: Profile) -> str:
    return profile.digest.gap.format(
        question=_line(group.name), count=f"{group.this_week:,}", before=f"{group.week_before:,}"
    )


def _opinion(disliked: Disliked, profile: Profile) -> str:
    opinion = disliked.opinion
    reason = profile.digest.handed_over if opinion.reason == HANDED_OVER else opinion.reason
    said = " · ".join(_line(part) for part in (reason, opinion.expected) if part)
    return f"{_line(disliked.question)}: {said}"


def _case(case: Case, now: datetime, profile: Profile) -> str:
    return profile.digest.case.format(
        question=_line(case.question),
        days=f"{(now - case.opened_at) // timedelta(days=1):,}",
        waiting=f"{len(case.waiters):,}",
    )


def _overlap(overlap: Overlap, profile: Profile) -> str:
    words = profile.digest.contradicted if overlap.contradicts else profile.digest.covered
    return words.format(question=_line(overlap.lesson.question), title=_line(overlap.title))


def _dated(text: str, at: datetime | None, zone: tzinfo) -> str:
    return f"{_line(text)} ({at.astimezone(zone):%Y-%m-%d})" if at else _line(text)


def _line(text: str) -> str:
    """Return somebody's words as a short line that shows nobody's personal data."""
    return shortened(mask(" ".join(text.split())), _SHOWN_CHARS)
