"""The recognition of messages that ask for a person instead of the bot, and for nothing else.

All their words are read: some name a person, some want or act, and any others stand beside them. A
single word of another kind makes it a question about persons.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_LONGEST_CHARS: Final = 60
# Korean is read word by word: who, with a particle, what is to be done, and how it is asked for.
_WHO: Final = (
    r"(?:사람|상담원|상담사|상담\s?직원|담당자|담당|직원|매니저|관리자|운영자|운영진|운영팀|책임자"
    r"|누군가|아무나)(?:분|님|들)?"
    r"(?:이랑|랑|하고|과|와|한테|에게|께|을|를|으로|로|이라도|라도|이|가|도)?(?:좀)?|누구(?:좀|라도)?"
)
_DOING: Final = r"(?:을|를|하고|하게|할|해|시켜|드리고|드려)?"
# These alone ask for a person beside one ("사람 상담"); the others may be what a question is about.
_ACT: Final = (
    r"(?:연결|호출|상담|통화|대화|이야기|얘기|불러|바꿔|찾아|데려와|넘겨|전해|돌려|이어"
    rf"|(?:물어|여쭤)(?:봐|보게|보고|볼)|여쭙고|나와|오라고){_DOING}"
)
_MATTER: Final = rf"(?:문의|질문|말씀|말|전달|답변|대답|답|도움|확인|응대){_DOING}"
_ASKS: Final = (
    r"(?:주세요|줘요?|줄래요?|주실래요|주시겠어요|주십시오|주실|줄|주시면|부탁(?:해요?|드려요|드립니다|합니다|드릴게요)?"
    r"|싶(?:어요?|습니다|은데요?|네요)|게요|래요?|할게요|할래요?|하겠습니다|해요?"
    r"|가능(?:한가요|할까요|해요?|하나요)|되나요|될까요?|돼요|원해요?|원합니다|필요해요?|필요합니다"
    r"|있(?:어요?|나요|을까요)|계세요|계신가요|해야겠어요)"
)
_KOREAN_WORD: Final = re.compile(
    rf"(?P<who>{_WHO})?(?:(?P<act>{_ACT})|{_MATTER})?(?P<asks>{_ASKS})?(?:이?요|이?에요|예요|입니다)?"
)
_BESIDE: Final = frozenset(
    """
    그냥 저기 저기요 혹시 빨리 그럼 그러면 아니 아니요 이거 이건 이것 좀 직접 바로 지금 당장
    일단 먼저 진짜 실제 제발 네 음 봇 챗봇 로봇 기계 ai 말고 대신 수 다른 제 질문을 질문 이 대답할
    """.split()  # noqa: SIM905 - a list of words is easier to read so
)
_INSTEAD: Final = frozenset({"말고", "대신"})
_ENGLISH_WHO: Final = frozenset(
    """
    human humans person someone somebody anyone anybody agent agents representative rep operator
    staff team owner admin manager
    """.split()  # noqa: SIM905 - as above
)
_ENGLISH_ACT: Final = frozenset(
    """
    talk speak chat connect transfer forward pass put get call ask escalate hand answer
    need want wanna prefer rather please help
    """.split()  # noqa: SIM905 - as above
)
_ENGLISH_BESIDE: Final = frozenset(
    """
    can could may might would will you i i'd i'll like to let me us this that it question through
    over on with for from the a an some real actual live being member customer service who knows is
    are there here just instead of not bot robot machine now directly have contact reach support
    hi hello hey ok okay more no sorry
    """.split()  # noqa: SIM905 - as above
)
# Letters that stand alone, such as those of weeping, are of this range once they are normalised.
_MARKS: Final = re.compile(r"[.!?,~…\u1100-\u11ff]+")


def wants_person(text: str) -> bool:
    """Return whether a message asks for a person; one that asks about persons does not."""
    plain = _MARKS.sub(" ", unicodedata.normalize("NFKC", text).lower()).replace("’", "'")
    if len(plain) > _LONGEST_CHARS:
        return False
    words = plain.split()
    return _korean(words) or _english(words)


def _korean(words: list[str]) -> bool:
    """Return whether words name a person and want something, and no word does anything else."""
    names = wants = False
    for word in words:
        if word in _BESIDE:
            wants |= word in _INSTEAD
            continue
        read = _KOREAN_WORD.fullmatch(word)
        if not (read and word):
            return False
        names |= bool(read["who"])
        wants |= bool(read["act"] or read["asks"])
    return names and wants


def _english(words: list[str]) -> bool:
    """Return whether words name a person and what they should do, or hand the question over."""
    known = _ENGLISH_WHO | _ENGLISH_ACT | _ENGLISH_BESIDE
    if len(words) < 2 or not known.issuperset(words):
        return False
    acts = _ENGLISH_ACT.intersection(words)
    return bool(acts) and ("escalate" in acts or not _ENGLISH_WHO.isdisjoint(words))
