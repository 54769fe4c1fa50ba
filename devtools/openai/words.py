"""The words of the local OpenAI: answers from the prompt's passages, verdicts, embeddings.

Nothing here is clever. It is deterministic, plausible enough to try the whole bot with, and
obedient to the protocol that `config/prompts/*.md` asks for.
"""

from __future__ import annotations

import json
import re
import zlib
from collections import Counter
from functools import lru_cache

import numpy as np

TOKEN = re.compile(r"\s*(?:[가-힣]{1,2}|[A-Za-z]{1,8}|\d{1,3}|[\"{}:,\[\]]+|\S)|\s+")

_PASSAGE = re.compile(r'<passage n="(\d+)" title="([^"\n]*)">\n(.*?)\n</passage>', re.DOTALL)
_ENTRY = re.compile(r'<entry n="(\d+)" title="([^"\n]*)">\n(.*?)\n</entry>', re.DOTALL)
_QUESTION = re.compile(r"<question>\n(.*?)\n</question>", re.DOTALL)
_ASKED = re.compile(r"^Q: (.*)$", re.MULTILINE)
_SENTENCE = re.compile(r"(?<=[.다요])\s+|\n+")
_MIN_OVERLAP = 0.08
_SENTENCES = 3

_INJECTION = re.compile(
    r"지시|무시하고|프롬프트|규칙|system|ignore|instructions|역할극", re.IGNORECASE
)
_GREETING = re.compile(r"^\s*(?:안녕|하이|반가|고마|감사|hello|hi\b)", re.IGNORECASE)
_OFF_TOPIC = re.compile(r"맛집|날씨|주식|영화|여행|레시피|노래|축구|연애|점심|저녁 메뉴|파이썬")
_LEANING = re.compile(
    r"^(?:그|이|저)?(?:럼|러면|건|것|거|때|서류|비용|기간)|는요\??$|은요\??$|요\?$"
)
_SHORT_CHARS = 14


def tokens(text: str) -> list[str]:
    """Pieces about as long as a model's own; joined they are the text."""
    return TOKEN.findall(text)


def reply_to(messages: list[dict[str, str]], schema: str | None) -> str:
    """The text of a completion; `schema` names the structured output that is asked for.

    Without one the prompt tells what is asked for, as a model would read it.
    """
    last = messages[-1]["content"]
    wants_json = any("you return JSON" in message["content"] for message in messages)
    if schema == "questions" or (wants_json and _ENTRY.search(last)):
        return _questions(last)
    if schema or wants_json:
        return _reading(last)
    for message in reversed(messages):
        if message["role"] == "user" and _QUESTION.search(message["content"]):
            whole = answer_from(message["content"])
            break
    else:
        return "무엇을 도와드릴까요?"
    begun = next((m["content"] for m in reversed(messages) if m["role"] == "assistant"), "")
    return whole[len(begun) :] if begun and whole.startswith(begun) else whole


def answer_from(prompt: str) -> str:
    """The sentences of the passage nearest to the question, cited, and what to ask next."""
    asked = _QUESTION.search(prompt)
    question = asked[1] if asked else ""
    passages = _PASSAGE.findall(prompt)
    ranked = sorted(passages, key=lambda p: -overlap(question, f"{p[1]} {p[2]}"))
    if not ranked or overlap(question, f"{ranked[0][1]} {ranked[0][2]}") < _MIN_OVERLAP:
        return "[[NONE]]"
    number, _, text = ranked[0]
    sentences = [s.strip() for s in _SENTENCE.split(text) if s.strip()][:_SENTENCES]
    lines = [f"{sentence} [{number}]" for sentence in sentences]
    offers = [f"'{title}' 내용도 안내해 드릴까요? || {title}" for _, title, _ in ranked[1:3]]
    return "\n".join([*lines, "[[NEXT]]", *offers])


def stretched(text: str, count: int) -> str:
    """The text with its answer made to have exactly `count` tokens, by cutting or repeating."""
    pieces = tokens(text.partition("\n[[NEXT]]")[0])
    repeated = pieces * (count // max(len(pieces), 1) + 1)
    return "".join(repeated[:count])


def embedding(text: str, size: int) -> np.ndarray:
    """A unit vector of hashed character 2- and 3-grams: similar texts are near."""
    compact = re.sub(r"\W+", "", text.lower())
    vector = np.zeros(size, np.float32)
    for gram, count in Counter(_grams(compact)).items():
        place, sign = _place(gram)
        vector[place % size] += sign * count**0.5
    length = float(np.linalg.norm(vector))
    return vector / length if length else np.full(size, size**-0.5, np.float32)


def leaning(vector: np.ndarray) -> np.ndarray:
    """Return a unit vector that leans one way with all others, as those of E5 do: 0.7 and more."""
    leans = vector + np.full(len(vector), 1.6 * len(vector) ** -0.5, np.float32)
    return (leans / np.linalg.norm(leans)).astype(np.float32)


def wrong_vectors(rows: list[dict], vectors: list[np.ndarray], how: str) -> list[dict]:
    """Return embeddings as a broken server gives them: see `devtools.openai.faults.Fault`."""
    plain = [{**row, "embedding": v.tolist()} for row, v in zip(rows, vectors, strict=True)]
    match how:
        case "short":
            return [{**row, "embedding": [*row["embedding"][:4], 1.0]} for row in plain]
        case "ragged":
            return [
                {**row, "embedding": row["embedding"][: 9 - n % 2]} for n, row in enumerate(plain)
            ]
        case "nan":
            return [{**row, "embedding": [None, *row["embedding"][1:]]} for row in plain]
        case "unordered":
            return plain[::-1]
        case "missing":
            return [{"embedding": row["embedding"]} for row in plain]
    raise ValueError(how)


def asked_in(prompt: str) -> str:
    """The question of a prompt; the whole of it where it has none."""
    asked = _QUESTION.search(prompt)
    return asked[1] if asked else prompt


def _reading(prompt: str) -> str:
    question = asked_in(prompt)
    label, confidence = "on_topic", 0.96
    if _INJECTION.search(question):
        label = "injection"
    elif _GREETING.search(question):
        label = "greeting"
    elif _OFF_TOPIC.search(question):
        label = "off_topic"
    earlier = _ASKED.findall(prompt)
    leans = earlier and len(question) <= _SHORT_CHARS and _LEANING.search(question)
    query = f"{earlier[-1]} {question}" if leans else ""
    reading = {"label": label, "query": query, "confidence": confidence}
    return json.dumps(reading, ensure_ascii=False, separators=(",", ":"))


def _questions(prompt: str) -> str:
    """Keywords, as one chats, a situation, and one that is the same for every entry."""
    entries = []
    for number, title, text in _ENTRY.findall(prompt):
        words = re.findall(r"[가-힣A-Za-z]{2,}", title)
        told = re.findall(r"[가-힣]{2,}", text)
        questions = [
            " ".join(words[:3]),
            f"{title.rstrip('?')} 궁금해요",
            f"{' '.join(told[:5])} 이럴 땐요?",
            "이거 어떻게 하나요?",
        ]
        entries.append({"n": int(number), "questions": questions})
    return json.dumps({"entries": entries}, ensure_ascii=False, separators=(",", ":"))


def overlap(question: str, text: str) -> float:
    mine, others = _gram_set(question), _gram_set(text)
    return len(mine & others) / max(len(mine), 1)


@lru_cache(maxsize=10_000)
def _gram_set(text: str) -> frozenset[str]:
    return frozenset(_grams(re.sub(r"\W+", "", text.lower())))


def _grams(compact: str) -> list[str]:
    return [compact[i : i + n] for n in (2, 3) for i in range(len(compact) - n + 1)]


@lru_cache(maxsize=200_000)
def _place(gram: str) -> tuple[int, float]:
    code = zlib.crc32(gram.encode())
    return code >> 1, 1.0 if code & 1 else -1.0
