"""The recognition of messages that ask for a person instead of the bot, and for nothing else."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_WHO: Final = r"(?:진짜 |실제 )?(?:사람|상담원|상담사|담당자|직원|매니저|관리자)(?:분|님)?"
_ASKS: Final = (
    r"(?:주세요|줘요?|주실래요|주시겠어요|주십시오|줄래요?|부탁(?:해요?|드려요|드립니다|합니다)?|"
    r"싶어요?|싶습니다|할게요|할래요?|하겠습니다|해요?|가능한가요|되나요|돼요)"
)
_ACT: Final = r"(?:연결|호출|상담|통화|대화|이야기|얘기|문의|말|불러|바꿔|찾아|데려와)"
_KOREAN: Final = re.compile(
    rf"(?:그냥 |저기 |혹시 |빨리 )*{_WHO}(?:이랑|랑|하고|과|와|한테|에게|께|을|를|으로|로|좀)?\s?"
    rf"(?:직접 |바로 |좀 )*(?:{_ACT}(?:을|를|하고|해|시켜)?\s?(?:좀 )?)?{_ASKS}?[.!?~ㅠㅜ ]*"
)
_ENGLISH: Final = re.compile(
    r"(?:please |can i |could i |may i |let me |"
    r"i want to |i would like to |i'd like to |i need to )?"
    r"(?:(?:talk|speak|chat) (?:to|with) |get me |connect me (?:to|with) |call |i need |i want )?"
    r"(?:a |an |the )?(?:real |actual |live )?"
    r"(?:human|person|agent|representative|operator|somebody real|staff member)"
    r"(?:,? please)?[.!? ]*",
    re.IGNORECASE,
)
_MORE: Final = re.compile(rf"{_ACT}|{_ASKS}")
_LONGEST_CHARS: Final = 60


def wants_person(text: str) -> bool:
    """Return whether a message asks for a person; one that asks about persons does not."""
    plain = " ".join(unicodedata.normalize("NFKC", text).split())
    if len(plain) > _LONGEST_CHARS:
        return False
    if _KOREAN.fullmatch(plain):
        return bool(_MORE.search(plain))
    return bool(_ENGLISH.fullmatch(plain)) and " " in plain
