"""The construction of prompts; the part that never changes comes first, for caches.

Providers keep the beginning of a prompt ready when it is the same each time, so the rules stand in
one system message and the data follows. Data is quoted inside tags that it cannot close.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache

from core.text.korean import compact, ngrams
from core.text.sections import Section, sections, split, tidy
from core.types import Exchange, Passage

ChatMessage = dict[str, str]

NONE = "[[NONE]]"
NEXT = "[[NEXT]]"

SITUATION: ContextVar[str] = ContextVar("situation", default="")
"""What models are told of the time, the place and the person, while a question is answered."""

TONE: ContextVar[str] = ContextVar("tone", default="")
"""How answers speak in the place where a question is answered, in the words of its profile."""

_HISTORY_TOKENS = 220
_SAID_CHARS = 160  # the part of an earlier answer that tells what "그거" is
# Invisible characters, which would hide a tag from us but not from a model.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e007f]"
)
_TAG = re.compile(
    r"[<＜〈‹](?=\s*[/／]?\s*(?:passages?|conversation|situation|question|entry)\b)", re.IGNORECASE
)


_PASSAGES = 4
_SECTION_CHARS = 500
# The best passage is most often the one that answers; what one leaves over goes to the next.
_SHARES = (0.6, 0.2, 0.12, 0.08)
_LEAST_TOKENS = 40  # below this an excerpt says nothing
_GAP = "⋯"
# Guessed from what is known of GPT-4o's tokenizer on Korean, not measured: its vocabulary is a
# download. Good enough to pack by, and to charge by where a stream broke before it told its usage.
_HANGUL, _WORD, _DIGITS, _OTHER = 0.78, 0.28, 0.45, 0.55
_RUNS = tuple(map(re.compile, (r"[가-힣]+", r"[A-Za-z]+", r"\d+")))


@dataclass(frozen=True, slots=True)
class Prompt:
    """A system message: `text` as the model reads it, `rules` without what anybody may know."""

    version: str
    text: str
    rules: str


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The part of a passage that goes into a prompt."""

    title: str
    text: str


def answer_messages(
    prompt: Prompt, question: str, history: Sequence[Exchange], excerpts: Sequence[Excerpt]
) -> list[ChatMessage]:
    """Return the rules with the tone, then the conversation, numbered passages and question."""
    passages = "\n".join(
        f'<passage n="{number}" title="{_attribute(excerpt.title)}">\n'
        f"{quoted(excerpt.text)}\n</passage>"
        for number, excerpt in enumerate(excerpts, start=1)
    )
    around = f"{_situation()}{_conversation(history)}"
    data = f"{around}<passages>\n{passages}\n</passages>\n{_asked(question)}"
    tone = TONE.get()
    rules = f"{prompt.text}\n\nThe tone of your answer: {tone}" if tone else prompt.text
    return [_message("system", rules), _message("user", data)]


def reading_messages(
    prompt: Prompt, question: str, history: Sequence[Exchange]
) -> list[ChatMessage]:
    """Return the rules, then one message with the conversation and the question."""
    data = f"{_situation()}{_conversation(history)}{_asked(question)}"
    return [_message("system", prompt.text), _message("user", data)]


def questions_messages(prompt: Prompt, entries: Sequence[Excerpt]) -> list[ChatMessage]:
    """Return the rules, then one message with the numbered entries to write questions for."""
    data = "\n".join(
        f'<entry n="{number}" title="{_attribute(entry.title)}">\n{quoted(entry.text)}\n</entry>'
        for number, entry in enumerate(entries, start=1)
    )
    return [_message("system", prompt.text), _message("user", data)]


def resumed(messages: Sequence[ChatMessage], said: str, prompt: Prompt) -> list[ChatMessage]:
    """Return the messages with the beginning of the answer that broke off."""
    return [*messages, _message("assistant", said), _message("user", prompt.text)]


def quoted(text: str) -> str:
    """Return text in which the prompt's tags and markers are defused."""
    return _TAG.sub("(", _INVISIBLE.sub("", text)).replace("[[", "[ [")


def _message(role: str, content: str) -> ChatMessage:
    return {"role": role, "content": content}


def _asked(question: str) -> str:
    return f"<question>\n{quoted(question)}\n</question>"


def _situation() -> str:
    told = SITUATION.get()
    return f"<situation>\n{quoted(told)}\n</situation>\n" if told else ""


def _attribute(title: str) -> str:
    return quoted(tidy(title)).replace('"', "'")


def _conversation(history: Sequence[Exchange]) -> str:
    """Return the latest exchanges that fit, oldest first, with earlier answers cut."""
    kept: list[str] = []
    room = _HISTORY_TOKENS
    for exchange in reversed(history):
        said = tidy(exchange.bot)
        said = f"{said[:_SAID_CHARS]}…" if len(said) > _SAID_CHARS else said
        lines = f"Q: {quoted(tidy(exchange.user))}\nA: {quoted(said)}"
        room -= estimate_tokens(lines)
        if room < 0:
            break
        kept.insert(0, lines)
    return "<conversation>\n{}\n</conversation>\n".format("\n".join(kept)) if kept else ""


def pack(question: str, passages: Sequence[Passage], tokens: int) -> list[Excerpt]:
    """Return excerpts of the first passages, in order, of at most `tokens` tokens in all.

    Their places are those of the passages: the n-th excerpt is of the n-th passage.
    """
    asked = frozenset(ngrams(compact(question), 2, 2))
    excerpts: list[Excerpt] = []
    room = 0.0
    for share, passage in zip(_SHARES, passages[:_PASSAGES], strict=False):
        room += share * tokens
        budget = int(room) - estimate_tokens(passage.title)
        if budget < _LEAST_TOKENS:
            break
        text, used = _excerpt(asked, passage.text, budget)
        room -= used + estimate_tokens(passage.title)
        excerpts.append(Excerpt(passage.title, text))
    return excerpts


def _excerpt(asked: frozenset[str], text: str, budget: int) -> tuple[str, int]:
    """Return the sections nearest to the question, in their own order, and their tokens."""
    parts = _parts(text)
    sizes = [size for _, size, _ in parts]
    if sum(sizes) <= budget:
        return text, sum(sizes)
    scores = [len(asked & letters) / (len(letters) + 50) for _, _, letters in parts]
    kept: list[int] = []
    for index in sorted(range(len(parts)), key=lambda i: (-scores[i], i)):
        if sizes[index] <= budget:
            kept.append(index)
            budget -= sizes[index]
    if not kept:
        best = max(range(len(parts)), key=scores.__getitem__)
        return parts[best][0].text[: int(budget / 0.8)], budget
    kept.sort()
    lines: list[str] = []
    for before, index in zip([None, *kept], kept, strict=False):
        if before is not None and index > before + 1:
            lines.append(_GAP)
        lines.append(parts[index][0].text)
    return "\n".join(lines), sum(sizes[index] for index in kept)


@lru_cache(maxsize=4_096)
def _parts(text: str) -> tuple[tuple[Section, int, frozenset[str]], ...]:
    """Return sections with their size in tokens and their bigrams."""
    pieces = [piece for part in sections(text) for piece in split(part, _SECTION_CHARS)]
    return tuple(
        (piece, estimate_tokens(piece.text), frozenset(ngrams(compact(piece.text), 2, 2)))
        for piece in pieces
    )


def estimate_tokens(text: str) -> int:
    """Estimate the tokens of a text, rounded up; white space counts with the word after it."""
    hangul, word, digits = (sum(map(len, run.findall(text))) for run in _RUNS)
    other = sum(map(len, text.split())) - hangul - word - digits
    return int(_HANGUL * hangul + _WORD * word + _DIGITS * digits + _OTHER * other) + 1
