"""The ids of questions that are asked by a button below an answer."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Final

from core.types import Question, Turn

_PRESS: Final = ">"


def press_id(question_id: str, text: str) -> str:
    """Return the id of the question of a button below the answer to another question.

    Its length does not grow from press to press. After an edited question was answered again with
    other follow-ups, the ids differ.
    """
    digest = blake2b(f"{question_id}\n{text}".encode(errors="surrogatepass"), digest_size=6)
    return f"{asked_first(question_id)}{_PRESS}{digest.hexdigest()}"


def asked_first(question_id: str) -> str:
    """Return the id of the typed question above that of a button, a notice or a note."""
    return question_id.partition(_PRESS)[0]


def is_press(question_id: str) -> bool:
    """Return whether a question was asked by a button, so that no person has typed its text."""
    return _PRESS in question_id


def pressed_turn(question: Question, turns: Sequence[Turn]) -> Turn | None:
    """Return the turn whose button asked a question; None if it was typed, or the turn is gone."""
    if not is_press(question.id):
        return None
    found = (turn for turn in turns if press_id(turn.question.id, question.text) == question.id)
    return next(found, None)
