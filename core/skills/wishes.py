"""Where a message ends one wish and begins another: "회의 잡고 …는 기억해 줘"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

# Korean asks with these before "and"; others tell two things ("회의하고 배포한다고 기억해 줘").
_ASKED: Final = (
    r"(?:주|두|놓|잡|넣|옮기|바꾸|미루|만들|보내|지우|(?:예약|취소|등록|추천|확인|추가|삭제)하)고"
)
# English asks with a verb at the beginning.
_ASKS: Final = (
    r"(?:please|book|schedule|set up|arrange|organi[sz]e|cancel|move|reschedule|put|add|invite"
    r"|ask|find|show|list|tell|give|recommend|suggest|remember|note|make a note|keep in mind"
    r"|don.t forget|forget|what|which|how (?:many|much)|can you|could you)\b"
)
_JOINTS: Final = re.compile(
    rf"(?:(?<=[가-힣]고)\s+|(?<=[줘요라자])\s*,\s+)(?:그리고\s+)?"
    rf"|[.!;]\s+(?:그리고\s+|(?:and|also)\s+)?|,?\s+and\s+(?:then\s+|also\s+)?(?={_ASKS})",
    re.IGNORECASE,
)
_ENDS: Final = {"주고": "줘", "두고": "둬", "놓고": "놔"}
_ENDS_AS_WISH: Final = re.compile(rf"{_ASKED}$")


def sides_of(text: str) -> Iterator[tuple[str, str]]:
    """Yield the two sides of each place where one wish may end and another begin."""
    for match in _JOINTS.finditer(text):
        before, behind = text[: match.start()].strip(), text[match.end() :].strip()
        is_wish = not before.endswith("고") or _ENDS_AS_WISH.search(before)
        if is_wish and " " in before and " " in behind:
            yield _ended(before), behind


def _ended(wish: str) -> str:
    """Return a wish as it is said by itself: "기억해주고" is "기억해줘"."""
    for joined, alone in _ENDS.items():
        if wish.endswith(joined):
            return f"{wish.removesuffix(joined)}{alone}"
    return wish
