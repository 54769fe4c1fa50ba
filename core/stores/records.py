"""Common rules of the history stores.

What is kept of a turn and what is refused, so that they can be exchanged.

The strictest store decides for all. MongoDB's limit is 16 MiB a document
(https://www.mongodb.com/docs/manual/reference/limits/) and its times are whole milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from core.errors import StorageError
from core.stores.times import in_utc
from core.stores.trace_records import trace_texts
from core.stores.turn_records import dialogue_of, dialogue_record
from core.types import (
    Dialogue,
    Feedback,
    InboxState,
    Lesson,
    Memory,
    Mention,
    Passage,
    Question,
    SessionId,
    Teaching,
    Turn,
    TurnState,
)

SPENDING_KEPT_DAYS: Final = 400
# A tombstone is needed for as long as a platform or a spool may still deliver the question.
TOMBSTONES_KEPT: Final = timedelta(days=1)
ALWAYS: Final = datetime(9999, 12, 31, tzinfo=UTC)
SPENT_BY_ALL: Final = ""  # the account of the whole installation
# A text in BSON takes at most 16 bytes beside its UTF-8 (kind, place in its list, length, end), and
# what lies between 16 MB and 16 MiB is room for the other fields.
_MAX_TURN_BYTES = 16_000_000
_BYTES_BESIDE_TEXT = 16
_BYTES_OF_NUMBER = 16
_TRACE_NUMBERS = 500  # the most numbers of a trace: candidates, facts and edits
_DEPTH_OF_PREFIX = 2


def as_stored(turn: Turn) -> Turn:
    """Return the turn as it will be read back: times in UTC, truncated to milliseconds.

    Raises:
        ValueError: a time without a zone.
        StorageError: a text with a NUL character or a lone surrogate, or more than 16 MB in all.
    """
    numbers = len(turn.timings_ms) + _TRACE_NUMBERS
    beside = _BYTES_OF_NUMBER * numbers
    _check_texts("a turn", _texts(turn), beside=beside)
    question = replace(turn.question, asked_at=in_utc(turn.question.asked_at))
    dialogue = dialogue_of(dialogue_record(turn.dialogue))
    return replace(turn, question=question, finished_at=in_utc(turn.finished_at), dialogue=dialogue)


def question_as_stored(question: Question) -> Question:
    """Return the question as it will be read back; it is refused like a turn.

    Raises:
        ValueError: a time without a zone.
        StorageError: a text with a NUL character or a lone surrogate, or more than 16 MB in all.
    """
    return as_stored(Turn(question, TurnState.ANSWERED, "", finished_at=question.asked_at)).question


def is_later(edited_at: datetime | None, known: datetime | None) -> bool:
    """Return whether an edit is later than the known one; an edit without a time always is."""
    return edited_at is None or known is None or edited_at > known


def feedback_as_stored(feedback: Feedback) -> Feedback:
    """Return the feedback as it will be read back.

    Raises:
        ValueError: a time without a zone.
        StorageError: a text with a NUL character or a lone surrogate, or more than 16 MB in all.
    """
    texts = [
        ("the question's id", feedback.question_id),
        ("the user", feedback.user),
        ("the reason", feedback.reason),
        ("the expected answer", feedback.expected),
    ]
    _check_texts("an opinion", texts)
    return replace(feedback, given_at=in_utc(feedback.given_at))


def lesson_as_stored(lesson: Lesson) -> Lesson:
    """Return the lesson as it will be read back.

    Raises:
        ValueError: a time without a zone.
        StorageError: a text with a NUL character or a lone surrogate, or more than 16 MB in all.
    """
    texts = [
        ("the lesson's id", lesson.id),
        ("the session", lesson.session),
        ("the lesson's question", lesson.question),
        ("the lesson's answer", lesson.answer),
        ("the author", lesson.author),
        ("the author's name", lesson.author_name),
        ("the question's id", lesson.question_id),
        ("the asker", lesson.asked_by),
        ("who approved it", lesson.approved_by),
        ("the lesson's category", lesson.category),
        *(("a finding", text) for text in lesson.findings),
    ]
    _check_texts("a lesson", texts)
    review_at = in_utc(lesson.review_at) if lesson.review_at else None
    return replace(lesson, learned_at=in_utc(lesson.learned_at), review_at=review_at)


def memory_as_stored(memory: Memory) -> Memory:
    """Return the memory as it will be read back.

    Raises:
        ValueError: a time without a zone.
        StorageError: a text with a NUL character or a lone surrogate, or more than 16 MB in all.
    """
    texts = [("the id", memory.id), ("the person", memory.person), ("the text", memory.text)]
    _check_texts("a memory", texts)
    return replace(memory, told_at=in_utc(memory.told_at))


def teaching(lesson: Lesson, known: Lesson | None, *, removed: bool) -> Teaching:
    """Return what storing a lesson comes to, beside what is there under its id."""
    if known is None:
        return Teaching.LEARNED
    if removed:
        return Teaching.LEARNED if lesson.learned_at > known.learned_at else Teaching.KNOWN
    if lesson.learned_at < known.learned_at:
        return Teaching.KNOWN
    same = replace(lesson, learned_at=known.learned_at)
    if same == known:
        return Teaching.KNOWN
    renewed = replace(same, review_at=known.review_at) == known
    return Teaching.RENEWED if renewed else Teaching.CORRECTED


def blank(lesson_id: str, removed_at: datetime) -> Lesson:
    """Return what is kept of a lesson that was removed."""
    return Lesson(lesson_id, SessionId(""), "", "", learned_at=removed_at)


def check_text(name: str, text: str) -> int:
    """The bytes that a text takes in a store, at most; `name` is how an error calls the text.

    Raises:
        StorageError: a NUL character or a lone surrogate is in it.
    """
    if "\0" in text:
        raise StorageError(f"The history refused {name}: a NUL character is in it; remove it")
    try:
        return len(text.encode()) + _BYTES_BESIDE_TEXT
    except UnicodeEncodeError as error:
        sentence = f"The history refused {name}: half of a surrogate pair is in it; remove it"
        raise StorageError(sentence) from error


def check_ids(question_ids: Sequence[str]) -> None:
    """Check the ids of questions as `check_text` does."""
    for question_id in question_ids:
        check_text("the question's id", question_id)


def check_final(state: InboxState) -> None:
    """Raise an error for a state that does not end a question.

    Raises:
        ValueError: `state` is received or answering.
    """
    if state in (InboxState.RECEIVED, InboxState.ANSWERING):
        raise ValueError(f"{state} is not the end of a question")


def prefixes_of(session: str) -> list[str]:
    """Return what `Inbox.last_seen` may be asked for: the session's platform, and its workspace.

    No deeper: the place of a conversation may tell a person, and outlive their being forgotten.
    """
    parts = session.split(":", _DEPTH_OF_PREFIX)
    return [":".join(parts[:depth]) + ":" for depth in range(1, len(parts))]


def platform_range(session: str) -> tuple[str, str]:
    """Return the range of session ids of the same platform: from the first, below the second."""
    platform = session.partition(":")[0]
    return f"{platform}:", f"{platform};"  # the character that follows the colon


def check_prefixes(prefixes: Sequence[str]) -> None:
    """Raise an error for prefixes that no session id can begin with.

    Raises:
        StorageError: a NUL character or a lone surrogate is in one.
    """
    for prefix in prefixes:
        check_text("a session's prefix", prefix)


def check_prefix(session_prefix: str) -> None:
    """Refuse what no session has among its `prefixes_of`.

    Raises:
        ValueError: it does not end with a colon, or names more than a workspace.
    """
    if not session_prefix.endswith(":") or session_prefix.count(":") > _DEPTH_OF_PREFIX:
        raise ValueError(f"{session_prefix!r} is neither `platform:` nor `platform:workspace:`")


def _check_texts(whole: str, texts: Iterable[tuple[str, str]], *, beside: int = 0) -> None:
    """Refuse what holds a text that no store keeps, or too much; `beside` is bytes of other fields.

    Raises:
        StorageError: that is so.
    """
    if sum(check_text(name, text) for name, text in texts) + beside > _MAX_TURN_BYTES:
        raise StorageError(f"The history refused {whole}: its texts exceed 16 MB; shorten them")


def _texts(turn: Turn) -> list[tuple[str, str]]:
    question = turn.question
    return [
        ("the question's id", question.id),
        ("the session", question.session),
        ("the question", question.text),
        ("the asker", question.asker),
        ("the message replied to", question.reply_to or ""),
        *(("a mention", text) for one in question.mentions for text in _mention_texts(one)),
        ("the answer", turn.answer),
        ("the model's name", turn.model),
        ("the prompt's version", turn.prompt),
        *(("a source", text) for text in turn.sources),
        *(("a passage", text) for one in turn.passages for text in _passage_texts(one)),
        *(("a follow-up", text) for text in turn.followups),
        *(("a timing's name", text) for text in turn.timings_ms),
        *(("the dialogue", text) for text in _dialogue_texts(turn.dialogue)),
        *(("the trace", text) for text in trace_texts(turn.trace)),
    ]


def _dialogue_texts(dialogue: Dialogue | None) -> tuple[str, ...]:
    if dialogue is None:
        return ()
    files = (text for one in dialogue.files for text in (one.name, one.media_type, one.text))
    return (dialogue.skill, dialogue.data or "", dialogue.topic, *dialogue.only, *files)


def _mention_texts(mention: Mention) -> tuple[str, ...]:
    return (mention.person, mention.name, mention.text)


def _passage_texts(passage: Passage) -> tuple[str, ...]:
    return (
        passage.faq_id,
        passage.title,
        passage.text,
        passage.source.author,
        passage.url,
        passage.updated,
    )
