"""`faqbot learn` and `faqbot lessons`: lessons from the command line."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

from bots.bootstrap.lesson_book import open_book
from bots.bootstrap.stores import open_stores
from bots.cli.jsonl import numbered_lines
from bots.cli.terminal import clean
from config.profiles import profile_of
from config.settings import Settings
from core.errors import ConfigError, SourceError
from core.lessons.book import LessonBook, Outcome, Taught
from core.lessons.tag import without_tag
from core.lessons.wording import said_of
from core.profile import Profile
from core.retrieval.overlay.lesson_sync import all_lessons
from core.retrieval.overlay.lessons import newest
from core.text.korean import compact
from core.text.sections import tidy
from core.types import Lesson, LessonState, SessionId

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
    "category",
)
_HERE = "command line"  # the actor in the audit log
_UNKNOWN = "there is no such lesson; `faqbot lessons list` names those there are"


def learn(
    settings: Settings, question: str, answer: str, *, author: str, approved_by: str = ""
) -> int:
    """Teach an answer; print what the gate finds, which holds the lesson unless approved.

    Raises:
        ConfigError: the question or the answer is empty, or the answer is too long.
    """
    profile = profile_of(settings)
    author = author or profile.teach.author
    lesson = _checked({"question": question, "answer": answer, "author_name": author}, profile)

    async def teach() -> Taught:
        async with open_book(settings) as (book, _):
            return await book.keep(lesson, by=f"{author} ({_HERE})", approved_by=approved_by)

    taught = asyncio.run(teach())
    print(_said(taught, profile))
    return int(taught.outcome is Outcome.REFUSED)


def list_lessons(settings: Settings, limit: int) -> int:
    """Print what was taught, the latest first, a line for each."""
    for lesson in sorted(read_lessons(settings), key=lambda one: one.learned_at, reverse=True)[
        :limit
    ]:
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
    """Delete a lesson, and reopen the cases that it has answered.

    Raises:
        ConfigError: there is none of that id.
    """

    async def remove(book: LessonBook, lesson: Lesson) -> None:
        await book.undo(lesson.id, by=_HERE)

    _do(settings, lesson_id, remove)
    print(profile_of(settings).teach.unlearned)
    return 0


def approve_lesson(settings: Settings, lesson_id: str, *, by: str) -> int:
    """Serve a lesson that is held or has expired, and tell the people who wait for it.

    Raises:
        ConfigError: there is none of that id, or another owner has to approve it.
    """
    profile = profile_of(settings)

    async def approve(book: LessonBook, lesson: Lesson) -> None:
        taught = await book.approve(lesson, by=by)
        if taught.outcome is Outcome.SECOND_WANTED:
            raise ConfigError(profile.teach.second_wanted)

    _do(settings, lesson_id, approve)
    print(profile.teach.learned)
    return 0


def expire_lesson(settings: Settings, lesson_id: str) -> int:
    """Let a lesson expire: it has a mark, or is not served, until it is approved again.

    Raises:
        ConfigError: there is none of that id.
    """

    async def expire(book: LessonBook, lesson: Lesson) -> None:
        await book.expire(lesson, by=_HERE)

    _do(settings, lesson_id, expire)
    told = "served with a mark" if settings.expired_answers == "mark" else "served no more"
    print(f"it is {told}; `faqbot lessons approve` confirms it")
    return 0


def export_entries(settings: Settings, file: Path) -> int:
    """Write the lessons that are served as entries for the FAQ's source: JSON lines."""
    served = newest([one for one in read_lessons(settings) if one.state is LessonState.SERVED])
    rows = [{"title": one.question, "answer": one.answer} for one in served]
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
    file.write_text("".join(lines), encoding="utf-8")
    print(f"{file}: {len(rows):,} entries")
    return 0


def _do(
    settings: Settings, lesson_id: str, change: Callable[[LessonBook, Lesson], Awaitable[None]]
) -> None:
    """Change a lesson.

    Raises:
        ConfigError: there is none of that id.
    """

    async def do() -> None:
        async with open_book(settings) as (book, stores):
            lesson = await stores.lessons.find(lesson_id)
            if lesson is None:
                raise ConfigError(_UNKNOWN)
            await change(book, lesson)

    asyncio.run(do())


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
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
    file.write_text("".join(lines), encoding="utf-8")
    print(f"{file}: {len(lessons):,} lessons")
    return 0


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
                taught = await book.keep(lesson, by=_HERE, approved_by=approved_by)
                done[taught.outcome] += 1
                if taught.outcome in (Outcome.HELD, Outcome.REFUSED):
                    print(_said(taught, profile), end="\n\n")
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


def _said(taught: Taught, profile: Profile) -> str:
    """Return the outcome of a lesson, with the command that approves it where it is held."""
    name = taught.lesson.id if taught.lesson else ""
    said = said_of(taught, profile, how_to_confirm=profile.teach.how_to_approve.format(id=name))
    return clean(said)


def read_lessons(settings: Settings) -> list[Lesson]:
    """Return all lessons."""

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
            raise SourceError(f"{file}, line {number} is not a lesson: {error}") from error
    return lessons


def _checked(fields: dict[str, Any], profile: Profile) -> Lesson:
    """Return a lesson from fields, of which only question and answer are required.

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
    learned_at, review_at = _time(fields, "learned_at"), _time(fields, "review_at")
    return Lesson(
        id=texts["id"] or f"terminal:{_digest(question)}",
        session=SessionId(texts["session"]),
        question=question,
        answer=answer,
        author=texts["author"],
        author_name=texts["author_name"],
        learned_at=learned_at or datetime.now(UTC),
        review_at=review_at,
        question_id=texts["question_id"],
        asked_by=texts["asked_by"],
        category=texts["category"],
        state=LessonState(fields.get("state", LessonState.SERVED)),
        findings=tuple(fields.get("findings", ())),
        approved_by=texts["approved_by"],
    )


def _time(fields: dict[str, Any], name: str) -> datetime | None:
    """Return a time of the fields, None where it is missing.

    Raises:
        ValueError: it is no time, or has no time zone.
    """
    at = datetime.fromisoformat(fields[name]) if fields.get(name) else None
    if at is not None and at.utcoffset() is None:
        raise ValueError(f"`{name}` has no time zone")
    return at


def _digest(question: str) -> str:
    """Return a digest that names a question, whatever its spacing."""
    text = compact(question) or question
    return blake2b(text.encode(errors="surrogatepass"), digest_size=6).hexdigest()
