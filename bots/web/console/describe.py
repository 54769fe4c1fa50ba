"""The data that the console shows, as it becomes JSON (orjson writes dataclasses). Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from bots.web.render.page_html import blocks
from core.lessons.overlaps import Overlap
from core.reporting.catalogue import Listed
from core.reporting.check_words import CheckWords, problem_json
from core.reporting.checkup import CheckReport
from core.reporting.gaps import GapGroup
from core.reporting.stats import Figures, Stats
from core.reporting.trial import DryRun
from core.text.markdown.sections import plain_text
from core.text.safety.sanitize import Cleaner
from core.types import AuditEvent, Feedback, Lesson, ProblemKind, Received, Trace, Turn

Json = dict[str, Any]
CHECK_PAGE: Final = 50
_LISTED_CHARS: Final = 600


def stats_json(stats: Stats) -> Json:
    """Figures all in all, by platform, and by period."""
    return {
        "window": stats.window,
        "since": stats.since,
        "total": figures_json(stats.total),
        "by_platform": {name: figures_json(one) for name, one in stats.by_platform.items()},
        "periods": [{"start": start, **figures_json(one)} for start, one in stats.periods],
    }


def figures_json(figures: Figures) -> Json:
    """The figures of one period."""
    return asdict(figures) | {"liked": figures.liked}


def waiting_json(received: Received) -> Json:
    """A question without an answer yet."""
    question = received.question
    return {
        "id": question.id,
        "session": question.session,
        "text": question.text,
        "asked_at": question.asked_at,
        "state": received.state,
    }


def listed_turn_json(turn: Turn, opinions: Sequence[Feedback]) -> Json:
    """A turn as a list shows it, its answer in words without Markdown."""
    return turn_json(turn, opinions) | {"answer": plain_text(turn.answer[:_LISTED_CHARS])}


def turn_json(turn: Turn, opinions: Sequence[Feedback]) -> Json:
    """A turn in short."""
    question = turn.question
    return {
        "id": question.id,
        "session": question.session,
        "person": question.asker,
        "text": question.text,
        "asked_at": question.asked_at,
        "ended_at": turn.finished_at,
        "state": turn.state,
        "answer": turn.answer,
        "sources": turn.sources,
        "opinions": [opinion_json(one) for one in opinions],
    }


def opinion_json(opinion: Feedback) -> Json:
    """An opinion with its author."""
    return {
        "person": opinion.user,
        "helpful": opinion.helpful,
        "reason": opinion.reason,
        "expected": opinion.expected,
        "given_at": opinion.given_at,
    }


def whole_turn_json(turn: Turn, opinions: Sequence[Feedback]) -> Json:
    """A turn with everything that is stored of it."""
    return turn_json(turn, opinions) | {
        "label": turn.label,
        "model": turn.model,
        "prompt": turn.prompt,
        "withheld": turn.withheld,
        "timings_ms": turn.timings_ms,
        "usage": turn.usage,
        "followups": turn.followups,
        "passages": [
            {"title": one.title, "text": one.text, "score": one.score, "url": one.url}
            for one in turn.passages
        ],
        "trace": trace_json(turn.trace),
    }


def shown_turn_json(turn: Turn, opinions: Sequence[Feedback], cleaner: Cleaner) -> Json:
    """A turn with everything that is stored of it, its texts as the page shows them."""
    told = whole_turn_json(turn, opinions)
    for passage in told["passages"]:
        passage["html"] = blocks(passage["text"], cleaner, sources=0)
    return told | {"html": blocks(turn.answer, cleaner, sources=len(turn.sources))}


def trace_json(trace: Trace) -> Json:
    """The reasons for an answer."""
    return {
        "searched": trace.searched,
        "reference": trace.reference,
        "left_out": trace.left_out,
        "scores": {label.value: score for label, score in trace.scores.items()},
        "candidates": trace.candidates,
        "facts": trace.facts,
        "prompt": trace.prompt,
        "edits": trace.edits,
        "kind": trace.kind,
    }


def entry_json(listed: Listed) -> Json:
    """An entry as the list shows it."""
    entry, use, review = listed.entry, listed.use, listed.review
    return {
        "faq_id": entry.faq_id,
        "title": entry.title,
        "category": entry.category,
        "used": use.used,
        "helpful": use.helpful,
        "unhelpful": use.unhelpful,
        "in_vain": use.in_vain,
        "review": {"who": review.who, "at": review.at, "due_at": review.due_at} if review else None,
    }


def whole_entry_json(listed: Listed, cleaner: Cleaner) -> Json:
    """An entry with its answer, as the page shows it, and the questions that it is found by."""
    entry = listed.entry
    more = {"text": entry.text, "questions": entry.questions, "url": entry.url}
    more |= {"html": blocks(entry.text, cleaner, sources=0)}
    return entry_json(listed) | more | {"updated": entry.updated}


def checked_json(checked: CheckReport, words: CheckWords, *, kind: str, start: int) -> Json:
    """Describe findings: their counts by kind, and a page of those of one kind or of all."""
    counts = Counter(problem.kind for problem in checked.problems)
    chosen = [problem for problem in checked.problems if kind in ("", problem.kind)]
    return {
        "entries": checked.entries,
        "concerned": checked.concerned,
        "kinds": [
            {"kind": one, "name": words.kinds[one], "count": counts[one]}
            for one in ProblemKind
            if counts[one]
        ],
        "count": len(chosen),
        "problems": [problem_json(one, words) for one in chosen[start : start + CHECK_PAGE]],
    }


def dry_run_json(told: DryRun) -> Json:
    """Describe what an ingest would take from a source."""
    return {
        "read": told.read,
        "entries": told.entries,
        "columns": [asdict(table) for table in told.columns],
        "notes": [asdict(note) for note in told.notes if note.lines],
        "first": [
            {"title": one.title, "text": one.text, "category": one.category} for one in told.first
        ],
    }


def group_json(group: GapGroup) -> Json:
    """A group of gaps."""
    return {
        "name": group.name,
        "count": len(group.gaps),
        "this_week": group.this_week,
        "week_before": group.week_before,
        "questions": [
            {
                "question_id": gap.question_id,
                "session": gap.session,
                "text": gap.text,
                "ended_at": gap.ended_at,
                "disliked": gap.disliked,
                "expected": gap.expected,
            }
            for gap in group.gaps
        ],
    }


def lesson_json(lesson: Lesson, cleaner: Cleaner, overlap: Overlap | None) -> Json:
    """A lesson with who taught it, where; and the entry that answers its question, too."""
    return {
        "id": lesson.id,
        "session": lesson.session,
        "question": lesson.question,
        "answer": lesson.answer,
        "html": blocks(lesson.answer, cleaner, sources=0),
        "author": lesson.author_name or lesson.author,
        "learned_at": lesson.learned_at,
        "state": lesson.state,
        "findings": list(lesson.findings),
        "entry": overlap.title if overlap else "",
        "contradicted": bool(overlap and overlap.contradicts),
    }


def audit_json(event: AuditEvent) -> Json:
    """A line of the audit log."""
    return asdict(event)
