"""`faqbot lessons export` and `import`: all lessons as a file of JSON lines."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bots.bootstrap.lesson_book import open_book
from bots.cli.faq.lessons import HERE, lesson_from, outcome_line, read_lessons
from bots.cli.jsonl import numbered_lines
from config.profiles import profile_of
from config.settings import Settings
from core.errors import ConfigError, SourceError
from core.lessons.book import Outcome
from core.profile import Profile
from core.retrieval.overlay.lessons import newest
from core.types import Lesson, LessonState


def export_entries(settings: Settings, file: Path) -> int:
    """Write the lessons that are served as entries for the FAQ's source: JSON lines."""
    served = newest([one for one in read_lessons(settings) if one.state is LessonState.SERVED])
    rows = [{"title": one.question, "answer": one.answer} for one in served]
    return _write(file, rows, "entries")


def export_lessons(settings: Settings, file: Path) -> int:
    """Write all lessons as JSON lines; liked questions come from opinions, and are none."""
    lessons = [one for one in read_lessons(settings) if one.state is not LessonState.LIKED]
    rows = [
        asdict(one)
        | {
            "learned_at": one.learned_at.isoformat(),
            "review_at": one.review_at.isoformat() if one.review_at else None,
        }
        for one in lessons
    ]
    return _write(file, rows, "lessons")


def import_lessons(settings: Settings, file: Path, *, approved_by: str = "") -> int:
    """Teach the lessons of a file; teach none of them if a line is wrong.

    What the gate finds in a lesson is shown, and holds it unless it is approved.

    Raises:
        SourceError: a line is no lesson; it is named.
    """
    profile = profile_of(settings)
    lessons = _read(file, profile)

    async def teach() -> Counter[Outcome]:
        done: Counter[Outcome] = Counter()
        async with open_book(settings) as (book, _):
            for lesson in lessons:
                taught = await book.keep(lesson, by=HERE, approved_by=approved_by)
                done[taught.outcome] += 1
                if taught.outcome in (Outcome.HELD, Outcome.REFUSED):
                    print(outcome_line(taught, profile), end="\n\n")
        return done

    done = asyncio.run(teach())
    print(
        f"{done[Outcome.LEARNED]:,} learnt, {done[Outcome.CORRECTED]:,} corrected, "
        f"{done[Outcome.KNOWN]:,} as they were"
    )
    if waiting := done[Outcome.HELD]:
        print(f"{waiting:,} held: `faqbot lessons review` lists them")
    if refused := done[Outcome.REFUSED]:
        print(f"{refused:,} refused")
    return int(bool(refused))


def _write(file: Path, rows: Sequence[Mapping[str, Any]], what: str) -> int:
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
    file.write_text("".join(lines), encoding="utf-8")
    print(f"{file}: {len(rows):,} {what}")
    return 0


def _read(file: Path, profile: Profile) -> list[Lesson]:
    lessons = []
    for number, line in numbered_lines(file.read_bytes()):
        try:
            lessons.append(lesson_from(json.loads(line.decode()), profile))
        except UnicodeDecodeError as error:
            raise SourceError(f"{file} is not UTF-8; save it as UTF-8") from error
        except (ValueError, TypeError, KeyError, AttributeError, ConfigError) as error:
            raise SourceError(f"{file}, line {number} is not a lesson: {error}") from error
    return lessons
