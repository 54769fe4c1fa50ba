"""Corrections: whether a message below an answer contradicts that answer."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from typing import Final

from kiwipiepy import Token

from core.ports import Vectors
from core.text.korean import Analyzer
from core.text.safety.claims import contradicts
from core.text.sentences import sentences
from core.text.spelling.normalize import normalized
from core.text.utterances.counter_questions import without_questions
from core.types import Turn

# Closed classes of Korean words: those of denial, of agreement, and of something that has ended.
_DENIES: Final = re.compile(
    r"^(?:아니[요오]|아뇨|아닙니다|아니에요|아녜요|아니예요|아닌데요?)(?!\w)"
)
_AGREES: Final = re.compile(
    r"^(?:네+|넵|넹|예|응|ㅇㅇ|맞아요?|맞습니다|맞네요|그렇습니다|그래요|yes|yep|yeah|right|correct)"
    r"(?!\w)",
    re.IGNORECASE,
)
_WRONG: Final = frozenset(
    "틀리 잘못 바뀌 변경 정정 폐지 개정 인상 인하 중단 옛날 예전 오래되 없어지 다르".split()  # noqa: SIM905
)
_NOW: Final = frozenset("지금 이제 요즘 현재 앞 올해 금년 내년 이번".split())  # noqa: SIM905
_FROM_NOW: Final = frozenset("은 는 부터".split())  # noqa: SIM905
_NOT: Final = frozenset("안/MAG 못/MAG 없/VA 없이/MAG 않/VX 말/VX 말/VV 아니/VCN 불가/NNG".split())  # noqa: SIM905
_SPEAKER: Final = frozenset("저 제 나 내 저희 우리".split())  # noqa: SIM905
_ENGLISH: Final = re.compile(
    r"^no\b(?! (?:worries|problem|idea))|\b(?:wrong|incorrect|outdated|obsolete|no longer|instead"
    r"|actually|has changed|have changed|was changed|(?:isn't|not) (?:true|right|correct)"
    r"|not any ?more|used to)\b",
    re.IGNORECASE,
)
_PAST: Final = ("었", "았", "였")
_NAMES: Final = ("NNG", "NNP", "SL", "SH")
_SAME_MATTER: Final = 2  # the number of shared nouns from which sentences have the same subject
# The letters of a noun that shows what a sentence is about; shorter ones are words like "the".
_FEWEST_LETTERS, _FEWEST_LATIN = 2, 4
# The cosine from which a sentence without a shared noun still has the same subject as an answer.
_NEAR: Final = 0.15


class CorrectionReader:
    """Distinguishes corrections from small talk, agreement and questions, by words and meaning."""

    def __init__(self, analyzer: Analyzer, embed: Callable[[Sequence[str]], Vectors]) -> None:
        """`embed` returns unit vectors of texts."""
        self._analyzer = analyzer
        self._embed = embed

    async def contradicts(self, text: str, turn: Turn) -> bool:
        """Return whether a text contradicts the answer of a turn."""
        question, answer = turn.question.text, turn.answer
        return await asyncio.to_thread(self.corrects, text, question=question, answer=answer)

    def corrects(self, text: str, *, question: str, answer: str) -> bool:
        """Return whether a text contradicts the answer to a question.

        It does if it has the same subject and another number, denies a sentence of the answer, or
        calls the answer wrong or outdated. It takes some milliseconds: call it in a thread.
        """
        said = without_questions(normalized(text)).strip()
        if not said:
            return False
        tokens = self._analyzer.kiwi.tokenize(said)
        known = normalized(f"{question}\n{answer}").lower()
        own = _nouns(tokens)
        shared = frozenset(noun for noun in own if noun in known)
        if _tells(tokens):
            return False
        if (shared or not own) and contradicts(said, answer):
            return True
        if self._is_denied(said, answer, known):
            return True
        has_news = own != shared or _negates(tokens) or bool(_DENIES.match(said))
        agrees = _is_fragment(tokens) or bool(_AGREES.match(said))
        if not has_news or agrees or not _says_wrong(said, tokens, known):
            return False
        return bool(shared) or self._is_near(said, tokens, question, answer)

    def _is_denied(self, said: str, answer: str, known: str) -> bool:
        """Return whether an answer says the opposite of a sentence on the same subject."""
        parts = [self._analyzer.kiwi.tokenize(part) for part in sentences(answer)]
        for sentence in sentences(said):
            tokens = self._analyzer.kiwi.tokenize(sentence)
            own = _nouns(tokens)
            if not all(noun in known for noun in own):
                continue
            shares = [(len(own & _nouns(part)), part) for part in parts]
            most = max(share for share, _ in shares)
            near = [part for share, part in shares if share == most >= _SAME_MATTER]
            if near and all(_negates(part) is not _negates(tokens) for part in near):
                return True
        return False

    def _is_near(self, said: str, tokens: Sequence[Token], question: str, answer: str) -> bool:
        """Return whether a text without a shared noun has the same subject as an answer."""
        if any(map(_is_speaker, tokens)):
            return False
        vectors = self._embed([said, question, answer])
        return max(float(vectors[0] @ vectors[1]), float(vectors[0] @ vectors[2])) >= _NEAR


def _says_wrong(said: str, tokens: Sequence[Token], known: str) -> bool:
    """Return whether a text denies the statement before it, or calls it outdated."""
    if _DENIES.match(said) or _ENGLISH.search(said):
        return True
    if any(token.form in _WRONG for token in tokens):
        return True
    negated = _negates(tokens)
    for token, after in zip(tokens, [*tokens[1:], None], strict=True):
        is_now = token.form in _NOW
        if is_now and (negated or (after and after.form in _FROM_NOW)):
            return True
        if token.form == "이제" and any(noun in known for noun in _nouns(tokens)):
            return True
        if token.form == "더" and after and after.form == "이상":
            return True
    return any(_is_replaced(tokens, place, known) for place in range(len(tokens)))


def _is_replaced(tokens: Sequence[Token], place: int, known: str) -> bool:
    """Return whether a noun of the answer is replaced: `메일이 아니라`, `그룹웨어 말고`."""
    if tokens[place].tag not in _NAMES or tokens[place].form not in known:
        return False
    behind = [token.form for token in tokens[place + 1 : place + 4]]
    return behind[:2] == ["말", "고"] or (
        behind[1:2] == ["아니"] and behind[2:] in (["라"], ["고"])
    )


def _tells(tokens: Sequence[Token]) -> bool:
    """Return whether a text reports what its author, or an unnamed person, once did."""
    was = any(token.tag == "EP" and token.form in _PAST for token in tokens)
    return was and (any(map(_is_speaker, tokens)) or not _nouns(tokens))


def _is_fragment(tokens: Sequence[Token]) -> bool:
    """Return whether a text ends with a bare noun, as explanations do: `해외 배송이요`."""
    words = [token for token in tokens if token.tag[0] != "S" or token.tag in _NAMES]
    return bool(words) and words[-1].tag == "JX" and words[-1].form in ("요", "이요")


def _is_speaker(token: Token) -> bool:
    return token.tag == "NP" and token.form in _SPEAKER


def _negates(tokens: Sequence[Token]) -> bool:
    return any(f"{token.form}/{token.tag}" in _NOT for token in tokens)


def _nouns(tokens: Sequence[Token]) -> frozenset[str]:
    """Return the nouns that tell a text's subject, without words of time and counting."""
    return frozenset(
        token.form.lower().rstrip(".,!?")
        for token in tokens
        if token.tag in _NAMES
        and len(token.form) >= (_FEWEST_LATIN if token.tag == "SL" else _FEWEST_LETTERS)
        and token.form not in _NOW
        and token.form not in _WRONG
    )
