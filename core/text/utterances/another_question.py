"""The recognition of messages that only say: what I asked is another question."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_NOT_THAT: Final = (
    r"(?:그|이|위|저)\s?(?:질문|거|건|게)(?:이|은|는|가|랑|과|하고)?"
    r"\s?(?:아니|달라|다른)[가-힣]{0,6}[,.!\s]*"
)
_OTHER: Final = (
    r"(?:다른|별개의?|딴)\s?(?:질문|문의|얘기|이야기|건|거)\s?"
    r"(?:이에요|예요|이예요|입니다|인데요?|임|이라고요|요)?"
    r"|같은\s?질문이?\s?(?:아니에요|아닙니다|아니예요|아닌데요?|아님)"
)
_KOREAN: Final = re.compile(
    rf"(?:(?:아니[요오]?|아뇨|저기|그)[,.\s]*)*(?:{_NOT_THAT})?"
    r"(?:(?:제|내)\s?(?:질문|거|건|게)?(?:은|는|가)?\s?)?(?:그(?:것|거)?[와과랑]?(?:는|은)?\s?)?"
    rf"(?:{_OTHER})[.!~ㅠㅜ\s]*"
)
_ENGLISH: Final = re.compile(
    r"(?:no[,.]? |sorry[,.]? )*(?:that(?:['’]?s| is| was)|it(?:['’]?s| is)|mine is|this is)? ?"
    r"(?:(?:an?other|a different|different) question"
    r"|not (?:the same|my|what i asked)(?: question)?)[.! ]*",
    re.IGNORECASE,
)
_LONGEST_CHARS: Final = 60


def says_another(text: str) -> bool:
    """Return whether a message says that its author asked something else, and nothing more."""
    plain = " ".join(unicodedata.normalize("NFKC", text).split())
    if len(plain) > _LONGEST_CHARS:
        return False
    return bool(_KOREAN.fullmatch(plain) or _ENGLISH.fullmatch(plain))
