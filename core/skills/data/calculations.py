"""What a question wants calculated from what a sample measures: shares, averages, who never did."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from core.skills.data.book import Grouping
from core.skills.data.bounds import sign_of
from core.skills.data.conditions import Condition
from core.skills.data.groupings import COUNT, THING, any_word, without
from core.text.numerals import ENGLISH, any_of
from core.text.numerals import count as numeral

Kind = Literal["", "share", "per", "never", "times"]

SHARE: Final = re.compile(
    r"(?:에서\s*)?(?:차지하는\s*)?(?:의\s*)?(?:비중|비율|퍼센트|퍼센티지|점유율|(?<=몇\s)프로|%)[가-힣]*"
    r"(?:\s*차지\S*)?|에서\s*차지\S*"
    r"|\b(?:what\s+)?(?:share|percent(?:age)?|proportion|ratio|fraction|portion)\b(?:\s+of)?",
    re.IGNORECASE,
)
_MAKES_UP: Final = re.compile(
    r"\b(?:makes?|made|takes?|took)\s+up\b|\b(?:comes?|came|goes|went)\b|\b(?:account(?:s|ed)?\s+for)\b"
    r"|(?<![가-힣])(?:전체(?:의|에서|에|중)?|전부|총|중에서?|중|가운데)(?![가-힣])|몇(?=\s|$)",
    re.IGNORECASE,
)
# What stands before it is the whole, and what stands behind it the part.
_WHOLE: Final = re.compile(
    r"(?<=\s)(?:중에서|중에|중|가운데)(?=\s)|\b(?:comes?|came|is|are|was|were|goes|went)\b"
)
COMPARED: Final = re.compile(
    r"비교\S*|대비\S*|보다|(?:에\s*)?비하?[해면]\S*|차이\S*|변화\S*|변했\S*|변동\S*|달라\S*|증감\S*|늘었\S*|늘어\S*|줄었\S*|줄어\S*"
    r"|증가\S*|감소\S*|성장\S*|(?<![가-힣])(?:올랐|떨어졌)\S*"
    r"|\b(?:compar\w+|versus|vs\.?|than|difference|differ\w*|chang\w+|increas\w+|decreas\w+|grow\w*"
    r"|grew|drop\w*|fell|rise|rose|went (?:up|down)|go (?:up|down)|against)(?!\w)",
    re.IGNORECASE,
)
_TOGETHER: Final = re.compile(
    r"합쳐\S*|합친|합해\S*|합하면|합산\S*|더해\S*|더하면|통틀어|합계|총합"
    r"|\b(?:together|combined|altogether|in total)\b",
    re.IGNORECASE,
)
# What joins or weighs the things that are compared, and says nothing of what is measured.
_JOINING: Final = re.compile(
    r"(?<![가-힣])(?:이?랑|하고|과|와|및|중에서?|중|가운데|쪽[은이]?|어느\s*쪽\S*|더|각각|얼마나|얼마만큼|얼마큼|대|그리고|또는|기준)(?![가-힣])"
    r"|(?<![가-힣])(?:크|커|많|적|작|높|낮)[가-힣]*|(?<![가-힣])(?:큰|컸어|컸)(?![가-힣])"
    r"|\b(?:and|or|more|less|bigger|larger|higher|lower|better|worse|between|to|both|how|up|down|what|s)\b|[,/:]",
    re.IGNORECASE,
)
_AVERAGE: Final = re.compile(
    r"\b(?:on average|average|mean|avg\.?)\b|평균(?:적으로|치)?", re.IGNORECASE
)
_PERSON: Final = frozenset({"누구", "누가", "who"})
_EACH_PERSON: Final = re.compile(
    r"(?<![가-힣])(?:한|1|일|인)\s*(?:인|명|분|사람)?\s*당(?![가-힣])"
    r"|\bper (?:person|head|capita)\b",
    re.IGNORECASE,
)
_SUPERLATIVE: Final = re.compile(
    r"가장|제일|상위|하위|순위|(?<![가-힣])(?:잘|덜)\s|\b(?:most|least|best|worst|top|bottom)\b",
    re.IGNORECASE,
)
_NOT: Final = (
    r"(?:(?<![가-힣])(?:안|못)\s*(?P<verb>[가-힣]+)|(?P<stem>[가-힣]+?)지(?:도|는|를)?\s*(?:않|못)[가-힣]*"
    r"|(?<![가-힣])없[는었던]*)"
)
_NOT_ENGLISH: Final = (
    r"(?:never|not|did(?:n't| not)|have(?:n't| not)|has(?:n't| not)|without(?:\s+any)?"
    r"|(?:with|have|has|had|got)\s+(?:no|zero)|nobody|no one)\b"
)
_EVER: Final = re.compile(
    r"(?:단\s*)?(?:한|1)\s*(?:번|개|건|권|차례|회)(?:도|조차)|하나도|아무\s*것도|아무도|전혀|아직(?:까지)?|(?:기록|내역|적)(?:이|도)?(?=\s|$)"
    r"|\b(?:anything|any|a single|even once|once|ever|yet|even|at all|who|that|which)\b",
    re.IGNORECASE,
)
ASKS_COUNT: Final = re.compile(
    r"몇\s*(?:명|분|개|곳|가지|종류|권|대|건|마리|군데)?[이가은는]?(?:[야에예]\S*|지|나\S*|인\S*|있\S*)?(?![가-힣])"
    r"|(?<![가-힣])(?:수|인원|숫자|개수|얼마나)[는가를이]?(?![가-힣])"
    r"|\bhow many\b|\bnumber of\b|\bcount(?: of)?\b",
    re.IGNORECASE,
)
_FILLERS: Final = re.compile(
    r"(?<![가-힣])(?:있\S*|되\S*|돼\S*|사람|이들?)(?![가-힣])|\b(?:there|have|has|had)\b",
    re.IGNORECASE,
)
_MARKS: Final = re.compile(r"[?!.,]")
_BOUND: Final = (
    "이상|이하|미만|초과|넘\\S*|보다\\s*(?:많|적)\\S*|만(?![가-힣])"
    "|at least|at most|more than|fewer than"
    "|less than|over|under|exactly|only|just"
)
_TIMES: Final = r"(?:번|회|차례|건|권)"


@dataclass(frozen=True, slots=True)
class Calculation:
    """A calculation and what is left of the question, which says what is measured.

    `entity` are those that are averaged over, or of which it is asked who never did, or did it so
    many times (`bound`). `counts` tells that their number is asked for. `parts` are the columns
    whose conditions make the part of a share; the others are those of the whole.
    `groupings` are the groups that are asked for besides. `adds_up` tells that values of one column
    are meant together.
    """

    rest: str
    kind: Kind = ""
    entity: Grouping | None = None
    bound: tuple[str, int] | None = None
    counts: bool = False
    parts: frozenset[tuple[str, str]] = frozenset()
    adds_up: bool = False
    groupings: tuple[Grouping, ...] = ()


class CalculationReader:
    """Finds calculations. All patterns are compiled once."""

    def __init__(self, groupings: Sequence[Grouping]) -> None:
        self._person = next((g for g in groupings if _PERSON & {*g.asked}), None)
        self._per = [(g, _per(g)) for g in groupings]
        kept = [g for g in groupings if g.key]
        self._never = [(g, _never(g)) for g in kept]
        self._times = [(g, _times(g)) for g in kept]

    def read(
        self, text: str, question: str, conditions: Sequence[Condition], *, compares: bool
    ) -> Calculation:
        """Return the calculation that a text without its days and names is about."""
        found = (
            self._read_never(text)
            or self._read_times(text)
            or self._read_per(text)
            or _share(text, question, conditions)
            or Calculation(text)
        )
        rest, adds_up = found.rest, bool(_TOGETHER.search(question))
        rest = _TOGETHER.sub(" ", rest) if adds_up else rest
        if compares and found.kind in ("", "per"):
            rest = _JOINING.sub(" ", COMPARED.sub(" ", rest))
        return replace(found, rest=rest, adds_up=adds_up)

    def _read_never(self, text: str) -> Calculation | None:
        if _SUPERLATIVE.search(text):
            return None
        for entity, forms in self._never:
            for form in forms:
                if match := form.search(text):
                    groups = match.groupdict()
                    kept = groups.get("verb") or groups.get("stem") or ""
                    kept = f"{kept}{THING}{groups.get('between') or ''} {groups.get('after') or ''}"
                    rest = f"{text[: match.start()]} {kept} {text[match.end() :]}"
                    counts = bool(ASKS_COUNT.search(text))
                    return Calculation(_entity_rest(rest), "never", entity, counts=counts)
        return None

    def _read_times(self, text: str) -> Calculation | None:
        if _SUPERLATIVE.search(text) or SHARE.search(text):
            return None
        for entity, forms in self._times:
            for form in forms:
                if not (match := form.search(text)):
                    continue
                groups = match.groupdict()
                sign = sign_of(match["bound"])
                number = numeral(next(n for n in (groups.get("n"), groups.get("m")) if n))
                between = groups.get("between") or ""
                rest = f"{text[: match.start()]} {between}{THING}{text[match.end() :]}"
                counts = bool(ASKS_COUNT.search(text))
                bound = (sign, number)
                return Calculation(_entity_rest(rest), "times", entity, bound, counts)
        return None

    def _read_per(self, text: str) -> Calculation | None:
        for entity, form in self._per:
            if match := form.search(text):
                averaged = bool(_AVERAGE.search(text)) or not entity.name.isascii()
                if averaged:
                    rest = _AVERAGE.sub(" ", f"{text[: match.start()]} {text[match.end() :]}")
                    return Calculation(rest, "per", entity)
        if self._person and (match := _EACH_PERSON.search(text)):
            rest = _AVERAGE.sub(" ", without(text, match.start(), match.end()))
            return Calculation(rest, "per", self._person)
        return None


def _share(text: str, question: str, conditions: Sequence[Condition]) -> Calculation | None:
    if not SHARE.search(text):
        return None
    columns = {one.column for one in conditions}
    if len(columns) > 1:
        whole = [*_WHOLE.finditer(question)]
        place = whole[-1].end() if whole else 0
        behind = {one.column for one in conditions if question.find(one.word) >= place}
        columns = behind if whole and behind != columns else set()
        if not columns:
            return None
    rest = _MAKES_UP.sub(" ", SHARE.sub(" ", text))
    return Calculation(rest, "share", parts=frozenset(columns))


def _entity_rest(text: str) -> str:
    return _FILLERS.sub(" ", ASKS_COUNT.sub(" ", _EVER.sub(" ", _MARKS.sub(" ", text))))


def _per(grouping: Grouping) -> re.Pattern[str]:
    word = any_word(grouping)
    if grouping.name.isascii():
        return re.compile(
            rf"\b(?:per|(?:for |of )?(?:each|every)|by an?|an?)\s+{word}\b", re.IGNORECASE
        )
    of_time = (
        r"|\s*에?\s*평균" if grouping.series else ""
    )  # "a customer's average" may be of each order
    one = (
        r"(?:\s*(?:한|1|일)?\s*(?:명|분|개|건|곳|사람|인)?\s*당"
        rf"|\s*(?:한|1)\s*(?:명|분|개|곳|사람)(?:이|은|의)?\s*평균{of_time})"
    )
    return re.compile(rf"(?<![가-힣]){word}{one}(?![가-힣])")


def _never(grouping: Grouping) -> tuple[re.Pattern[str], ...]:
    word = any_word(grouping)
    if grouping.name.isascii():
        forms = (
            rf"\b{word}\s+(?:(?:that|who|which|have|has|had|were|was|are|is|been)\s+)*{_NOT_ENGLISH}",
            rf"\b{word}\s+(?P<between>(?:\w+\s+){{0,2}}?){_NOT_ENGLISH}",
        )
        return tuple(re.compile(form, re.IGNORECASE) for form in forms)
    forms = (
        rf"{_NOT}\s*(?P<between>(?:[가-힣]+\s+)?)(?<![가-힣]){word}(?:은|는|이|가|을|를|의|들)?(?=$|[^가-힣]|이|들)",
        rf"(?<![가-힣]){word}\s*(?:중|가운데)(?:에서?)?\s+(?P<after>\S+\s+)?{_NOT}(?:\s+(?:것|거|게|건))?",
    )
    return tuple(re.compile(form) for form in forms)


def _times(grouping: Grouping) -> tuple[re.Pattern[str], ...]:
    word = any_word(grouping)
    if grouping.name.isascii():
        number = rf"(?P<n>\d+|{any_of(*ENGLISH)})"
        things = r"(?:\s+(?:times?|or more|or fewer))*"
        return (
            re.compile(
                rf"\b{word}\s+(?:(?:who|that|which|with)\s+)?(?P<between>(?:\w+\s+){{0,3}}?)"
                rf"(?P<bound>{_BOUND})\s+{number}{things}",
                re.IGNORECASE,
            ),
        )
    number = COUNT.replace("(", "(?P<n>", 1)
    return (
        re.compile(
            rf"{number}\s*{_TIMES}\s*(?:을|를)?\s*(?P<bound>{_BOUND})\s*"
            rf"(?P<between>(?:[가-힣]+\s+){{0,2}})(?<![가-힣]){word}"
            r"(?:은|는|이|가|을|를|의|들)?(?=$|[^가-힣]|이|들|수)"
        ),
    )
