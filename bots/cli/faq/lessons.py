"""`faqbot learn` and `faqbot lessons`: what people taught, from the command line."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

from bots.bootstrap.stores import Stores, open_stores
from bots.cli.jsonl import numbered_lines
from bots.cli.terminal import clean
from config.profiles import profile_of
from config.settings import Settings
from core.errors import ConfigError, SourceError
from core.messaging.cases.answers import answer_case, reopen_cases
from core.messaging.lessons.remarks import Outcome, Taught
from core.messaging.lessons.tag import without_tag
from core.messaging.lessons.wording import said_of
from core.profile import Profile
from core.retrieval.lesson_sync import all_lessons
from core.retrieval.lessons import newest
from core.text.korean import compact
from core.text.sections import tidy
from core.types import AuditEvent, Lesson, LessonState, SessionId, Teaching

_TEXTS = (
    "id",
    "session",
    "question",
    "answer",
    "author",
    "author_name",
    "question_id",
    "asked_by",
    "approved_by",
)
_HERE = "command line"  # who did it, in the audit log
_UNKNOWN = "there is no such lesson; `faqbot lessons list` names those there are"


def learn(settings: Settings, question: str, answer: str, *, author: str) -> int:
    """Teach an answer.

    Raises:
        ConfigError: the question or the answer is empty, or the answer is too long.
    """
    profile = profile_of(settings)
    author = author or profile.teach_author
    lesson = _checked({"question": question, "answer": answer, "author_name": author}, profile)

    async def teach() -> Taught:
        async with open_stores(settings) as stores:
            return Taught(Outcome(await stores.lessons.teach(lesson)), lesson)

    print(said_of(asyncio.run(teach()), profile))
    return 0


def list_lessons(settings: Settings, limit: int) -> int:
    """Print what was taught, the latest first, a line for each."""
    for lesson in sorted(_all(settings), key=lambda one: one.learned_at, reverse=True)[:limit]:
        when = f"{lesson.learned_at:%Y-%m-%d %H:%M}Z"
        author = clean(tidy(lesson.author_name)) or "-"
        print(f"{lesson.id}  {when}  {author}  {clean(tidy(lesson.question))}")
    return 0


def show_lesson(settings: Settings, lesson_id: str) -> int:
    """Print one lesson.

    Raises:
        ConfigError: there is none of that id.
    """

    async def found() -> Lesson | None:
        async with open_stores(settings) as stores:
            return await stores.lessons.find(lesson_id)

    lesson = asyncio.run(found())
    if lesson is None:
        raise ConfigError(_UNKNOWN)
    print(f"{clean(lesson.question)}\n-> {clean(lesson.answer)}\n")
    author = " ".join(filter(None, (clean(lesson.author_name), lesson.author))) or "-"
    print(f"{author}, {lesson.learned_at:%Y-%m-%d %H:%M:%S}Z")
    if lesson.session:
        print(f"in {lesson.session}")
    return 0


def remove_lesson(settings: Settings, lesson_id: str) -> int:
    """Forget a lesson; the cases that it has answered are open again.

    Raises:
        ConfigError: there is none of that id.
    """

    async def remove(stores: Stores, lesson: Lesson) -> None:
        at = datetime.now(UTC)
        await stores.lessons.remove(lesson.id, at)
        await reopen_cases(stores.cases, lesson.id, at=at)

    _do(settings, lesson_id, "lesson.undo", remove)
    print(profile_of(settings).teach_unlearned)
    return 0


def approve_lesson(settings: Settings, lesson_id: str, *, by: str) -> int:
    """Serve a lesson that is held or has expired; those who wait for it are told.

    Raises:
        ConfigError: there is none of that id.
    """

    async def approve(stores: Stores, lesson: Lesson) -> None:
        served = replace(lesson, state=LessonState.SERVED, approved_by=by, review_at=None)
        await stores.lessons.teach(served)
        await answer_case(stores.cases, served, at=datetime.now(UTC))

    _do(settings, lesson_id, "lesson.approve", approve, by=by)
    print(profile_of(settings).teach_learned)
    return 0


def expire_lesson(settings: Settings, lesson_id: str) -> int:
    """Keep a lesson, and serve it no more until it is approved again.

    Raises:
        ConfigError: there is none of that id.
    """

    async def expire(stores: Stores, lesson: Lesson) -> None:
        await stores.lessons.teach(replace(lesson, state=LessonState.EXPIRED))

    _do(settings, lesson_id, "lesson.expire", expire)
    print("it is kept, and served no more; `faqbot lessons approve` serves it again")
    return 0


def review_lessons(settings: Settings) -> int:
    """Print what waits for somebody's word, the oldest first, with what was found in it."""
    now = datetime.now(UTC)
    waiting = [
        one
        for one in _all(settings)
        if one.state is not LessonState.SERVED or (one.review_at and one.review_at <= now)
    ]
    if not waiting:
        print("no lesson waits for anybody's word")
    for lesson in sorted(waiting, key=lambda one: one.learned_at):
        print(f"{lesson.id}  {lesson.state.value}  {clean(tidy(lesson.question))}")
        print(f"  -> {clean(tidy(lesson.answer))}")
        for finding in lesson.findings:
            print(f"  ! {clean(tidy(finding))}")
    return 0


def export_entries(settings: Settings, file: Path) -> int:
    """Write the lessons that are served as entries for the FAQ's source: JSON lines."""
    served = newest([one for one in _all(settings) if one.state is LessonState.SERVED])
    rows = [{"title": one.question, "answer": one.answer} for one in served]
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
    file.write_text("".join(lines), encoding="utf-8")
    print(f"{file}: {len(rows):,} entries")
    return 0


def _do(
    settings: Settings,
    lesson_id: str,
    action: str,
    change: Callable[[Stores, Lesson], Awaitable[None]],
    *,
    by: str = "",
) -> None:
    """Change a lesson, and note it in the audit log.

    Raises:
        ConfigError: there is none of that id.
    """

    async def do() -> None:
        async with open_stores(settings) as stores:
            lesson = await stores.lessons.find(lesson_id)
            if lesson is None:
                raise ConfigError(_UNKNOWN)
            await change(stores, lesson)
            event = AuditEvent(datetime.now(UTC), by or _HERE, action, lesson_id)
            await stores.reports.note(event)

    asyncio.run(do())


def export_lessons(settings: Settings, file: Path) -> int:
    """Write all lessons as JSON lines."""
    lessons = _all(settings)
    rows = [
        asdict(one)
        | {
            "learned_at": one.learned_at.isoformat(),
            "review_at": one.review_at.isoformat() if one.review_at else None,
        }
        for one in lessons
    ]
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
    file.write_text("".join(lines), encoding="utf-8")
    print(f"{file}: {len(lessons):,} lessons")
    return 0


def import_lessons(settings: Settings, file: Path) -> int:
    """Teach what a file holds; nothing of it if a line is wrong.

    Raises:
        SourceError: a line is no lesson; it is named.
    """
    profile = profile_of(settings)
    lessons = _read(file, profile)

    async def teach() -> Counter[Teaching]:
        async with open_stores(settings) as stores:
            return Counter([await stores.lessons.teach(lesson) for lesson in lessons])

    done = asyncio.run(teach())
    print(
        f"{done[Teaching.LEARNED]:,} learnt, {done[Teaching.CORRECTED]:,} corrected, "
        f"{done[Teaching.KNOWN]:,} as they were"
    )
    return 0


def _all(settings: Settings) -> list[Lesson]:
    async def read() -> list[Lesson]:
        async with open_stores(settings) as stores:
            return await all_lessons(stores.lessons)

    return asyncio.run(read())


def _read(file: Path, profile: Profile) -> list[Lesson]:
    lessons = []
    for number, line in numbered_lines(file.read_bytes()):
        try:
            lessons.append(_checked(json.loads(line.decode()), profile))
        except UnicodeDecodeError as error:
            raise SourceError(f"{file} is not UTF-8; save it as UTF-8") from error
        except (ValueError, TypeError, KeyError, AttributeError, ConfigError) as error:
            raise SourceError(f"{file}, line {number} is no lesson: {error}") from error
    return lessons


def _checked(fields: dict[str, Any], profile: Profile) -> Lesson:
    """A lesson of fields, all but question and answer of which may be missing.

    Raises:
        ConfigError: a text is empty or too long.
        ValueError, TypeError, KeyError, AttributeError: they are of another kind.
    """
    texts = {name: fields.get(name, "") for name in _TEXTS}
    if wrong := [name for name, text in texts.items() if not isinstance(text, str)]:
        raise TypeError(f"`{wrong[0]}` must be a text")
    question = tidy(texts["question"])
    answer = without_tag(texts["answer"], profile.learning_tag)
    if not question or not answer:
        raise ConfigError("give a question and an answer, neither of them empty")
    longest = profile.longest_lesson_characters
    if len(answer) > longest or len(question) > profile.longest_question_characters:
        raise ConfigError(
            f"shorten it: a question may have {profile.longest_question_characters:,} characters, "
            f"an answer {longest:,}"
        )
    at = datetime.fromisoformat(fields["learned_at"]) if fields.get("learned_at") else None
    if at is not None and at.utcoffset() is None:
        raise ValueError("`learned_at` has no time zone")
    return Lesson(
        id=texts["id"] or f"terminal:{_digest(question)}",
        session=SessionId(texts["session"]),
        question=question,
        answer=answer,
        author=texts["author"],
        author_name=texts["author_name"],
        learned_at=at or datetime.now(UTC),
        question_id=texts["question_id"],
        asked_by=texts["asked_by"],
        state=LessonState(fields.get("state", LessonState.SERVED)),
        findings=tuple(fields.get("findings", ())),
        approved_by=texts["approved_by"],
    )


def _digest(question: str) -> str:
    """Names a question: asked in other spaces it is the same."""
    text = compact(question) or question
    return blake2b(text.encode(errors="surrogatepass"), digest_size=6).hexdigest()
