"""Cases as both stores keep them, in JSON's types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from core.stores.records import check_text, question_as_stored
from core.stores.times import in_utc
from core.stores.turn_records import passage_of, passage_record
from core.types import Call, Case, CaseState, Question, SessionId, Waiter


def case_as_stored(case: Case) -> Case:
    """Return the case as it will be read back.

    Raises:
        ValueError: a time without a zone.
        StorageError: a text with a NUL character or a lone surrogate, or too long a question.
    """
    answer = (case.answer.text, case.answer.title) if case.answer else ()
    for name, text in (
        ("the case's id", case.id),
        ("the case's question", case.question),
        ("who has taken it", case.taken_by),
        ("the answer's id", case.answer_id),
        *(("an owner", call.owner) for call in case.calls),
        *(("a call", call.reference) for call in case.calls),
        *(("the answer", text) for text in answer),
    ):
        check_text(name, text)
    return replace(
        case,
        opened_at=in_utc(case.opened_at),
        due_at=in_utc(case.due_at) if case.due_at else None,
        calls=tuple(replace(call, at=in_utc(call.at)) for call in case.calls),
        waiters=tuple(
            replace(one, question=question_as_stored(replace(one.question, edited_at=None)))
            for one in case.waiters
        ),
    )


def case_record(case: Case) -> dict[str, Any]:
    """Return what is kept of a case beside what it is looked for by."""
    return {
        "id": case.id,
        "question": case.question,
        "opened_at": case.opened_at.isoformat(),
        "state": case.state.value,
        "due_at": case.due_at.isoformat() if case.due_at else None,
        "taken_by": case.taken_by,
        "answer_id": case.answer_id,
        "answer": passage_record(case.answer) if case.answer else None,
        "retold": case.retold,
        "calls": [
            {"owner": call.owner, "at": call.at.isoformat(), "reference": call.reference}
            for call in case.calls
        ],
        "waiters": [_waiter_record(one) for one in case.waiters],
    }


def case_of(record: Mapping[str, Any], version: int) -> Case:
    """Return the case that was kept so."""
    return Case(
        id=record["id"],
        question=record["question"],
        opened_at=datetime.fromisoformat(record["opened_at"]),
        state=CaseState(record["state"]),
        due_at=datetime.fromisoformat(record["due_at"]) if record["due_at"] else None,
        taken_by=record["taken_by"],
        answer_id=record["answer_id"],
        answer=passage_of(record["answer"]) if record["answer"] else None,
        retold=record.get("retold", 0),
        calls=tuple(
            Call(one["owner"], datetime.fromisoformat(one["at"]), one["reference"])
            for one in record["calls"]
        ),
        waiters=tuple(_waiter_of(one) for one in record["waiters"]),
        version=version,
    )


def _waiter_record(waiter: Waiter) -> dict[str, Any]:
    question = waiter.question
    return {
        "id": question.id,
        "session": question.session,
        "text": question.text,
        "asker": question.asker,
        "asked_at": question.asked_at.isoformat(),
        "reply_to": question.reply_to,
        "told_of": waiter.told_of,
    }


def _waiter_of(record: Mapping[str, Any]) -> Waiter:
    question = Question(
        record["id"],
        SessionId(record["session"]),
        record["text"],
        record["asker"],
        datetime.fromisoformat(record["asked_at"]),
        record["reply_to"],
    )
    return Waiter(question, record["told_of"])
