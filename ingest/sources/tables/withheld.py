"""Rows that a column of states, or of yes and no, marks as not for readers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ingest.sources.tables.headers import shown_name
from ingest.sources.tables.lines import TableLine, is_filled, value_at
from ingest.sources.values import text_of

# fmt: off
_WITHHELD: Final = frozenset((
    "draft", "unpublished", "notpublished", "archived", "hidden", "private", "inactive",
    "disabled", "deleted", "obsolete", "retired", "deprecated", "trashed", "비공개", "미공개",
    "미게시", "미노출", "비노출", "임시저장", "임시", "초안", "작성중", "숨김", "중지", "사용중지",
    "게시중지", "폐기", "삭제", "삭제됨", "미사용", "보관", "보관됨", "만료", "종료",
))
_NOT_FOR_ALL: Final = frozenset((
    "internal", "internalonly", "internaluse", "agents", "agentsonly", "agentonly", "staff",
    "staffonly", "team", "teamonly", "employees", "employeesonly", "admins", "adminsonly",
    "confidential", "restricted", "내부", "내부용", "사내", "사내용", "직원", "직원용", "상담원용",
    "관리자", "관리자용", "대외비", "내부전용", "직원전용",
))
_YES: Final = frozenset((
    "y", "yes", "true", "1", "on", "o", "예", "네", "✓", "✔", "공개", "게시", "노출",
))
_NO: Final = frozenset((
    "n", "no", "false", "0", "off", "x", "아니오", "아니요", "미", "안함", "불가",
))
# fmt: on
# As Korean systems name their columns: `useYn`, `FAQ_DEL_YN`, `useAt`.
_BEFORE_YN: Final = r"(?:faq|bbs|ntt)?_?"
_YN: Final = r"_?(?:yn|at|flag)"
_STATE: Final = re.compile(r"(?:.*_)?(?:state|status)|.{0,6}상태")
_SHOWN: Final = re.compile(
    r"(?:is_|ready_to_)?(?:publish(?:ed)?|visible|public|active|enabled?|live|display(?:ed)?|shown?"
    r"|online)(?:_(?:on|in|to)_\w+)?"
    r"|(?:외부|홈페이지)?(?:공개|게시|노출|전시|활성화?)(?:여부|유무)?|사용(?:여부|유무)"
    rf"|{_BEFORE_YN}(?:use|open|di?sp(?:lay)?|expsr|show|view|post|public){_YN}"
)
_HIDDEN: Final = re.compile(
    r"(?:is_)?(?:draft|archived|closed|hidden|deleted|private|disabled|unpublished|obsolete)"
    r"|(?:삭제|숨김|비공개|폐기|보관|임시저장|비밀글?)(?:글|여부|유무)?"
    rf"|(?:is_)?secret|{_BEFORE_YN}(?:del(?:ete)?|hide|secret){_YN}"
)
# A date there, or anything else, says that the row is no longer for readers.
_ENDED: Final = re.compile(
    r"(?:archived|deleted|discarded|trashed|unpublished)_(?:at|on|date|time|datetime)"
    r"|(?:삭제|보관|폐기|게시종료)(?:일|일자|일시)"
)
# For whom a row is; where it says nothing else of any row, all are for the same people.
_AUDIENCE: Final = re.compile(
    r"(?:.*_)?(?:visibility|audience|access|access_level|user_segment_id)"
    r"|(?:공개|열람|노출|접근)_?(?:범위|대상|권한|등급)"
)
# The fields that Freshdesk's articles alone have, whose status 1 is a draft and 2 is published.
# https://developers.freshdesk.com/api/#solution_article_attributes
_FRESHDESK: Final = frozenset(("description_text", "desc_un_html", "art_type"))
_FOR_AGENTS: Final = "3"  # of the `visibility` of Freshdesk's folders


@dataclass(frozen=True, slots=True)
class StateColumn:
    """A column that withholds the rows whose value is in `withheld`, or which have any value."""

    index: int
    name: str
    withheld: frozenset[str] | None


def state_columns(names: Sequence[str], body: Sequence[TableLine]) -> list[StateColumn]:
    """Return the columns of a table that say which of its rows are for readers."""
    found = []
    for index, name in enumerate(names):
        plain = re.sub(r"[^\w]+", "_", shown_name(name).lower()).strip("_")
        freshdesk = not _FRESHDESK.isdisjoint(names)
        if _AUDIENCE.fullmatch(plain):
            restricted = {_FOR_AGENTS} if freshdesk else _NOT_FOR_ALL | _WITHHELD
            column = StateColumn(
                index, name, None if plain.endswith("_id") else frozenset(restricted)
            )
            if freshdesk or not all(state_of(line, [column]) for line in body if not line.blank):
                found.append(column)
        elif _STATE.fullmatch(plain):
            drafts = {"1"} if freshdesk else set[str]()
            found.append(StateColumn(index, name, _WITHHELD | drafts))
        elif _SHOWN.fullmatch(plain) and _says_yes_or_no(body, index):
            found.append(StateColumn(index, name, _WITHHELD | _NO))
        elif _HIDDEN.fullmatch(plain) and _says_yes_or_no(body, index):
            found.append(StateColumn(index, name, _WITHHELD | _YES))
        elif _ENDED.fullmatch(plain):
            found.append(StateColumn(index, name, None))
    return found


def state_of(line: TableLine, states: Sequence[StateColumn]) -> str:
    """Return why a row is not for readers, or ""."""
    for column in states:
        value = value_at(line, column.index)
        if is_filled(value) and (column.withheld is None or _plain(value) in column.withheld):
            return f"{column.name!r} says {text_of(value)!r}"
    return ""


def _says_yes_or_no(body: Sequence[TableLine], index: int) -> bool:
    """Return whether a column has nothing else: one of numbers may count how often it was read."""
    cells = (value_at(line, index) for line in body)
    return {_plain(value) for value in cells if is_filled(value)} <= _YES | _NO | _WITHHELD


def _plain(value: object) -> str:
    return re.sub(r"[\s_\-().]+", "", (text_of(value) or "").lower())
