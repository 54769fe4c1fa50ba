"""`faqbot learn` and `faqbot lessons`: lessons from the command line, one by one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, Final

from bots.bootstrap.lesson_book import open_book
from bots.bootstrap.stores import open_stores
from bots.cli.terminal import clean
from config.profiles import profile_of
from config.settings import Settings
from core.errors import ConfigError
from core.lessons.book import LessonBook, Outcome, Taught
from core.lessons.tag import without_tag
from core.lessons.wording import said_of
from core.profile import Profile
from core.retrieval.overlay.lesson_sync import all_lessons
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
HERE: Final = "command line"
"""The actor in the audit log."""

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
    lesson = lesson_from({"question": question, "answer": answer, "author_name": author}, profile)

    async def teach() -> Taught:
        async with open_book(settings) as (book, _):
            return await book.keep(lesson, by=f"{author} ({HERE})", approved_by=approved_by)

    taught = asyncio.run(teach())
    print(outcome_line(taught, profile))
    return int(taught.outcome is Outcome.REFUSED)


def list_lessons(settings: Settings, limit: int) -> int:
    """Print what was taught, the latest first, a line for each."""
    lessons = sorted(read_lessons(settings), key=lambda one: one.learned_at, reverse=True)
    if not lessons:
        print("no lessons yet")
    for lesson in lessons[:limit]:
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
        await book.undo(lesson.id, by=HERE)

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
        await book.expire(lesson, by=HERE)

    _do(settings, lesson_id, expire)
    told = "served with a mark" if settings.expired_answers == "mark" else "served no more"
    print(f"it is {told}; `faqbot lessons approve` confirms it")
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


def outcome_line(taught: Taught, profile: Profile) -> str:
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


def lesson_from(fields: dict[str, Any], profile: Profile) -> Lesson:
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
