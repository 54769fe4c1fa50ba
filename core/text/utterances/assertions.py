"""The signs that a sentence tells what its speaker takes to be so, and at most has it confirmed.

"배송비 3천 원이죠?" and "the fee is seven fifty, isn't it?" are said to a colleague, who knows it
as well. A person who wants to know asks whether a thing can be done ("되죠?"), or how much it is
("얼마죠?").
The signs are those of grammar alone, as in `questions`.
"""

from __future__ import annotations

import re
from typing import Final

from core.text.amounts import amounts
from core.text.syllables import ending_in

_ENDED: Final = " .!~…ㅠㅜㅋㅎ^;,)\"'"


_WONDERS: Final = re.compile(
    r"어떻|어떡|어[케캐쩌]|[뭐머]죠|언제|어디|얼마|무엇|무슨|뭐|뭔|뭘|왜|누구|누가|어느|어떤|며칠|(?:^|\s)몇"
    r"|혹시|싶은데|려는데|궁금"
)
# What both know, what the speaker has seen, guesses or has concluded.
_KNOWN: Final = re.compile(
    rf"(?:더라[고구]?요?|잖아요?|[다라]며(?:서)?요?|구나|군요|겠네요?|{ending_in(8)}걸요?|(?:^|\s)(?:그렇죠|그[쵸죠]))$"
    r"|[걸줄]로 (?:알고 있\S*|알아요?|압니다|아는데요?)$"
)
_SINCE: Final = re.compile(r"(?:니까|으니)\s")
_CONCLUDED: Final = re.compile(r"(?:네요|죠)$")
_LAUGHED: Final = re.compile(r"[가-힣]네\s*[ㅋㅎ]{2,}")
# What others have said. Their wishes are told to have them fulfilled.
_HEARD: Final = re.compile(rf"(?:{ending_in(4)}대요|[다라]던데요?|(?!{ending_in(8)})[가-힣]래요?)$")
# What somebody else does at the moment, as a third one says: "개발팀에서 고치고 있대요".
_UNDER_WAY: Final = re.compile(r"고 있(?:대|다네|다던데|다더라)요?$")
_WISHED: Final = re.compile(r"(?:달래|[으하]래|안 ?[된돼되]\S{0,2})요?$")
# The ending by which a speaker expects to be agreed with; "-는지요" asks.
_AGREED: Final = re.compile(rf"(?:죠|(?!{ending_in(4)})[가-힣]지요)$")
# Whether something may be done, or is offered: people who want to know ask so, too.
_POSSIBLE: Final = re.compile(
    r"(?:수(?:는|도)? 있|가능(?:하|한 ?거)|(?<!면)(?<!면 )[되돼된]|되는 ?거|괜찮(?:은 ?거)?)"
    r"(?:죠|지요)$"
)
# What is checked rather than asked: what is "right", how things at hand are, what "we" do and when.
_CHECKED: Final = re.compile(
    r"(?:이번|지난|저번|다음) ?[주달번해]|(?:^|\s)(?:우리|저희)(?:는|가|도)?\s"
    r"|(?:맞|[아어여해돼져려] ?있)(?:죠|지요)$|드리는 ?거죠$"
)
_TAG: Final = re.compile(
    r"(?:,|\s)(?:right|correct|yeah|innit)\?$"
    r"|\b(?:is|are|was|were|do|does|did|has|have|had|will|would)n['’]?t"
    r" (?:it|they|he|she|we|you|that|there)\?$",
    re.IGNORECASE,
)
_MAY_I: Final = re.compile(
    r"\b(?:(?:can|could|may|should|must) (?:i|we)|(?:i|we) (?:can|could|may|should|must))\b",
    re.IGNORECASE,
)


def asserts(sentence: str) -> bool:
    """Return whether a sentence tells what its speaker takes to be so, or checks it."""
    bare = sentence.rstrip(_ENDED).replace("？", "?")
    if _TAG.search(bare):
        return not _MAY_I.search(bare)
    plain = bare.rstrip("?" + _ENDED)
    if _WONDERS.search(plain):
        return False
    concludes = _SINCE.search(plain) and _CONCLUDED.search(plain)
    if concludes or _KNOWN.search(plain) or _UNDER_WAY.search(plain) or _LAUGHED.search(sentence):
        return True
    is_heard = _HEARD.search(plain) and not _WISHED.search(plain)
    is_agreed = _AGREED.search(plain) and not _POSSIBLE.search(plain)
    if is_agreed and _CHECKED.search(plain):
        return True
    return bool((is_heard or is_agreed) and amounts(plain))
