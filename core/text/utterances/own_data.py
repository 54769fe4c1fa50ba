"""Requests for what only a system knows about the asker, as `where is my order` and a balance are.

A FAQ says how to look it up, and cannot say what it is. What asks for the way there, as
`내 계좌 잔액은 어디서 봐요?` does, is a question like any other; so is all that names nobody.
"""

from __future__ import annotations

import re
from typing import Final

_OWN: Final = r"(?<![가-힣])(?:내|제|나의|저의) [^?.!,\n]{1,30}?"
_TO_BE_TOLD: Final = (
    r" ?(?:[을를도만] ?)?(?:좀 )?(?:알려|보여|보내|찾아|불러|말해|(?:확인|조회|체크|검색)해)"
    r" ?(?:줘|줄래|주[세시실라]|달라|드려)"
    r"| (?:확인|조회) ?(?:좀 )?부탁|[이가] ?궁금"
)
_VALUES: Final = (
    r"얼마(?:나 ?[남나썼쓴쌓]| ?[야예에인죠임니남나])"
    r"|몇 ?(?:\S{1,3} ?)?(?:남|있|쌓|나왔|이?야|이?[예에]요|인가요|인지|점|등급)"
    r"|어디 ?(?:쯤|까지 ?왔|(?:에 ?)?있[어나는니]|[예에]요|야|임)"
    r"|언제 ?(?:와|오|도착|들어[와오]|만료|끝나|[예에]요|인가요|인지|야)"
    r"|어떻게 ?(?:됐|되었|되어 ?가|돼 ?가)"
    r"|(?:얼마나 )?(?:남았|나왔|(?:도착|출발)했|(?:처리|승인|접수|완료|발송)됐)"
    r"(?:나요|어|는지|니|을까)"
)
_KOREAN: Final = re.compile(
    rf"{_OWN}(?:{_TO_BE_TOLD}|[이가은는]? ?(?:(?:지금|현재|얼마나|총|아직) ?)?(?:{_VALUES}))"
)
_WAY_IN_KOREAN: Final = re.compile(
    r"방법|이유|왜|어떡|[가-힣]는 ?법|어떻게 (?!됐|되었|되어 ?가|돼 ?가)|어디(?:에?서|로)"
    r"|화면|메뉴|서비스|기준|(?<![실줄] )(?:수|기능|통계|리포트) ?[있가]"
)
_ENGLISH: Final = re.compile(
    r"\b(?:wh(?:at|ere|en)(?:['’]?s| is| are| was| does| will)|has|did"
    r"|(?:show|tell|give|send)(?: me)?|check|look up|pull up) (?:(?:the|latest|current) ){0,2}"
    r"(?:(?:status|balance|state|date|amount|details?|number) (?:of|on|for) )?my\b"
    r"|\bhow (?:much|many)\b[^?.!\n]{0,40}\b(?:do|did|have) i (?:\w+ )?"
    r"(?:owe|have|got|earn|earned|use|used|spend|spent|left|still)\b"
    r"|\bhow (?:much|high|big) (?:is|are|was) my\b|\bwant to (?:know|see) my\b"
    r"|\b(?:is|are|was) my \w+ (?:on (?:its|the) way|ready|approved|shipped|processed|through)\b"
    r"|\bwhat \w+ am i on\b|\bdo i (?:still )?owe\b",
    re.IGNORECASE,
)
_WAY_IN_ENGLISH: Final = re.compile(
    r"\bhow (?:do|can|should|would|to|long|often)\b"
    r"|\b(?:where|when|what) (?:do|can|should|happens)\b|\bcan (?:i|the|my)\b|\bwhy\b|\bif\b",
    re.IGNORECASE,
)


def asks_for_own_data(text: str) -> bool:
    """Return whether a text asks for data of the asker, named as theirs."""
    text = " ".join(text.split())
    return bool(
        (_KOREAN.search(text) and not _WAY_IN_KOREAN.search(text))
        or (_ENGLISH.search(text) and not _WAY_IN_ENGLISH.search(text))
    )
