"""The statements of a text: what each speaks of, its amounts, and whether it denies.

A statement is known by its predicate, which ends it in Korean. What a condition or a description
denies ("중복되지 않은 번호", "미노출 설정") the statement does not deny.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from kiwipiepy import Token

from core.lessons.stances import Stance, stances_of
from core.lessons.subjects import Subject, subject_of
from core.text.amounts import Amount, amounts
from core.text.korean import Analyzer
from core.text.sentences import sentences
from core.text.utterances.counter_questions import asks_back

# Where another statement begins: connective endings that order nothing, and punctuation.
_JOINS: Final = frozenset("고 며 으며 지만 는데 ᆫ데 은데 으나 나".split())  # noqa: SIM905
# Where a condition or a reason ends, and what comes of it begins.
_LEADS_TO: Final = frozenset(
    """
    면 으면 려면 으려면 다면 ᆫ다면 는다면 라면 이라면 아서 어서 니까 으니까 으니 므로 으므로 거든
    다가 도록 려고 으려고
    """.split()  # noqa: SIM905 - a list of words is easier to read so
)
_NOT: Final = frozenset(
    """
    안/MAG 못/MAG 않/VX 못하/VX 없/VA 없이/MAG 말/VX 아니/VCN 불/XPN 미/XPN 비/XPN 불가/NNG
    불가능/NNG 불가/XR 불가능/XR
    """.split()  # noqa: SIM905 - as above
)
_ENGLISH: Final = re.compile(r"[A-Za-z][A-Za-z-]+")
_NOT_WORDS: Final = frozenset("not no never cannot nor without".split())  # noqa: SIM905
_NOT_ENGLISH: Final = re.compile(
    r"n['’]t\b|\bnon-(?=[a-z]{4})|\b(?:not|no|never|cannot|nor|without|closed|forbidden|prohibited|excluded)\b",
    re.IGNORECASE,
)
# Words that deny another: "쉬다" is not to be open, "유료" not to be free.
_OPPOSITES: Final = {
    "쉬": "열",
    "닫": "열",
    "휴무": "열",
    "휴관": "열",
    "휴업": "열",
    "휴원": "열",
    "휴진": "열",
    "유료": "무료",
    "금지": "",
    "제외": "포함",
    "별도": "포함",
    "선택": "필수",
    "거절": "",
    "closed": "open",
    "forbidden": "allowed",
    "prohibited": "allowed",
    "excluded": "included",
}
# Words that deny only as what something is: "선택이에요", "선택 사항", but not "메뉴를 선택".
_ONLY_AS_PREDICATE: Final = frozenset({"별도", "선택"})
_SAME: Final = {"운영": "열", "영업": "열", "개관": "열", "진료": "열", "사용": "쓰", "이용": "쓰"}
# A statement with a limit says the opposite of one without it, and both are right.
_LIMITS: Final = re.compile(
    r"지나|넘|초과|이후|외에|말고|제외|않으면|아니면|못하면|아닌|없으면|전에는|전까지|미만|미달|경우|동안[은만]|[어아여해셔와워]야(?=만?\s)"
    r"|\b(?:except|unless|only|after|until|before|other than|but)\b|[가-힣]만\b",
    re.IGNORECASE,
)
_MORE: Final = re.compile(
    r"(?<![가-힣])(?:더|추가|추가로|또)(?![가-힣])|\b(?:more|another|extra)\b", re.IGNORECASE
)
# What costs nothing, whatever the condition; "free" is also said of time, seats and people.
_FEE: Final = r"(?:fee|charge|cost)s?\b"
_FREE: Final = re.compile(
    r"무료|공짜|(?:비|료|비용|요금|수수료|돈|값)(?:[은는이가을를])?\s?(?:따로\s|전혀\s)?"
    r"(?:없|안\s(?:받|들|내)|받지\s?않|들지\s?않|내지\s?않)"
    r"|(?<!feel )\bfor free\b|\bit(?:['’]s| is) free to\b|\bfree of charge\b"
    r"|\b(?:is|are|it's|'s) free\b(?! to| from| on)"
    rf"|\bno (?:extra |additional )?{_FEE}|\bwithout (?:an? |any )?{_FEE}",
    re.IGNORECASE,
)
_IF: Final = re.compile(r"면(?:\s|,)|\bif\b|\bwhen\b", re.IGNORECASE)
_MONEY: Final = frozenset({"원", "$", "€", "£", "¥"})
_EXAMPLE: Final = re.compile(
    r"\((?:예|ex|e\.g\.)[^)\n]*\)|(?:^|[<\[(※\s])(?:예시|예를 들어|예\)|ex\)|e\.g\.|for example).*",
    re.IGNORECASE,
)
_CONTENT: Final = ("NN", "VV", "VA", "XR", "MAG")
_EMPTY: Final = frozenset(
    """
    하 되 있 이 그 저 것 수 때 등 및 또 이렇 그렇 드리 주 보 가능 필요 시간 기간 날 전 후 뒤 동안
    허용 지원 제공 오전 오후 하루 이틀 사흘 나흘 열흘 일주일
    일 월 년 주 원 개 명 번 회 분 초 시 중 내 경우 최대 최소 이상 이하 이내 안 까지 대하 따르 통하
    the an is are was be to of and or you your we our it its this that at in on by for with from per
    one two three four five six seven eight nine ten
    january february march april may june july august september october november december
    yes any within before after until only day week month year hour minute take
    dollar euro 간격
    can will may must up as if when they their there has have do does am pm
    """.split()  # noqa: SIM905 - as above
)
# Nouns that only carry a predicate: what stands before them is not their description.
_CARRIERS: Final = frozenset("예정 계획 방침 상태 편 셈 필요".split())  # noqa: SIM905
_STEM: Final = 5  # letters from which an English word may be part of another
# The ending of an English verb, and the consonant that is doubled before it: refundable, shipped.
_ENDING: Final = re.compile(r"^([a-z]{3,}?[a-z])(?:(?<=l)l|(?<=p)p|(?<=t)t)?(?:ed|able|ible)$")
_PLURAL: Final = 4  # letters from which an English word may end in a plural s


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: its content words and its amounts, whether it `denies`, what limits it.

    `said_of` is the last of the words: what is said to be, or not to be; "" in English. A statement
    that `adds` has more of something, and one that `is_free` costs nothing. `of_sentence` are the
    words of the sentence that it is in and of the heading above, `subject` is what it speaks of,
    and `stances` are the sides that it takes.
    """

    words: frozenset[str]
    said_of: str
    denies: bool
    limits: frozenset[str]
    amounts: tuple[Amount, ...]
    adds: bool
    is_free: bool
    of_sentence: frozenset[str]
    subject: Subject
    stances: frozenset[Stance]

    @property
    def costs(self) -> bool:
        """Return whether a price is in it."""
        return any(map(_is_price, self.amounts))

    @property
    def amount_keys(self) -> frozenset[tuple[str, float]]:
        """Return what its amounts have in common with the same amounts in another form."""
        return frozenset(key for amount in self.amounts for key in amount.keys)

    def is_of_the_same(self, other: Statement) -> bool:
        """Return whether both may say something of the same: in English that is not known."""
        if not (self.said_of and other.said_of) or _is_same(self.said_of, other.said_of):
            return True
        return len(self.words) > 1 and share(self.words, other.words) == len(self.words)

    def is_of_another(self, other: Statement) -> bool:
        """Return whether both speak of two things in the same form, such as two prices."""
        if self.subject.is_apart(other.subject):
            return True
        return self.subject.has_form_of(other.subject, _is_same) and all(
            share(one.subject.words, another.words) < len(one.subject.words)
            for one, another in ((self, other), (other, self))
        )


def _is_price(amount: Amount) -> bool:
    return amount.unit in _MONEY and amount.value > 0


def share(words: Iterable[str], others: Iterable[str]) -> int:
    """Return how many of some words are among others, also as a part: 연체 is in 연체료."""
    return sum(any(_is_same(one, other) for other in others) for one in words)


def _is_same(one: str, other: str) -> bool:
    """Return whether two words are the same, or one is part of the other: refund, refundable."""
    is_part = one in other or other in one
    if one.isascii() and other.isascii():
        return one == other or (min(len(one), len(other)) >= _STEM and is_part)
    return one == other or (is_part and min(len(one), len(other)) > 1)


class StatementReader:
    """Reads statements with the analysis of Korean."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer

    def read(self, text: str, *, heading: str = "") -> list[Statement]:
        """Return the statements of a text; questions and examples state nothing.

        The words of a `heading` are those of each sentence below it, too, and it may state
        something itself.
        """
        told = [_EXAMPLE.sub(" ", one) for one in (*sentences(heading), *sentences(text))]
        of_heading = frozenset(_words(self._analyzer.tokens(heading), heading))
        return [
            statement
            for one in told
            if not asks_back(one)
            for statement in self._statements(one, of_heading)
        ]

    def _statements(self, sentence: str, of_heading: frozenset[str]) -> Iterator[Statement]:
        tokens = self._analyzer.tokens(sentence)
        every = of_heading.union(_words(tokens, sentence))
        start = 0
        for place, token in enumerate(tokens):
            after = tokens[place + 1] if place + 1 < len(tokens) else None
            joins = token.tag == "EC" and token.form in _JOINS
            if after is None or token.tag == "SP" or (joins and after.tag != "VX"):
                part = tokens[start : place + 1]
                text = sentence[part[0].start : token.start + token.len]
                if statement := _statement(part, text, every):
                    yield statement
                start = place + 1


def _statement(tokens: Sequence[Token], text: str, every: frozenset[str]) -> Statement | None:
    """Return what some tokens of a sentence state; None if they have no content."""
    begins = _predicate_begins(tokens)
    words, negations = _words([], text), len(_NOT_ENGLISH.findall(text))
    english = len(words)
    for place, token in enumerate(tokens):
        is_said = place >= begins
        if f"{token.form}/{token.tag}" in _NOT:
            negations += is_said and (token.tag != "XPN" or not _has_particle(tokens[place:]))
            continue
        if is_said and token.form in _OPPOSITES and _is_predicate(tokens, place):
            negations += not token.form.isascii()  # those in English are counted above
            words.append(_OPPOSITES[token.form])
        elif word := _word(token):
            words.append(word)
    words = [one for one in words if one]
    known = tuple(amounts(text))
    if not (words or known):
        return None
    return Statement(
        frozenset(words),
        words[-1] if len(words) > english else "",
        negations % 2 == 1,
        frozenset(one.lower() for one in _LIMITS.findall(text)),
        known,
        bool(_MORE.search(text)),
        bool(_FREE.search(text)) and not _IF.search(text) and not any(map(_is_price, known)),
        every,
        subject_of(tokens, text, word_of=_word, words_of=lambda said: _words([], said)),
        stances_of(tokens, text, known),
    )


def _words(tokens: Sequence[Token], text: str) -> list[str]:
    """Return the content words of some tokens, and the English ones of a text."""
    found = [_word(token) for token in tokens]
    for match in _ENGLISH.finditer(text):
        word = match[0].lower().removeprefix("non-")
        word = word.removesuffix("s") if len(word) >= _PLURAL else word
        found.append(_OPPOSITES.get(word) or _ENDING.sub(r"\1", word))
    return [word for word in found if word and word not in _EMPTY and word not in _NOT_WORDS]


def _word(token: Token) -> str:
    """Return a token's content in one form, "" if it has none."""
    word: str = token.form.strip(".,!?'")
    if not token.tag.startswith(_CONTENT) or word in _EMPTY or f"{word}/{token.tag}" in _NOT:
        return ""
    return _SAME.get(word, word)


def _predicate_begins(tokens: Sequence[Token]) -> int:
    """Return where what is said begins: behind conditions, reasons and descriptions."""
    begins = 0
    for place, token in enumerate(tokens[:-1]):
        after = tokens[place + 1]
        describes = token.tag == "ETM" and after.tag in ("NNG", "NNP")
        if (describes and after.form not in _CARRIERS) or (
            token.tag == "EC" and token.form in _LEADS_TO
        ):
            begins = place + 1
    return begins


def _has_particle(tokens: Sequence[Token]) -> bool:
    return any(token.tag in ("JKS", "JKO", "JKB", "JKG", "JX") for token in tokens)


def _is_predicate(tokens: Sequence[Token], place: int) -> bool:
    """Return whether a word is what is said, and not part of what it is said of."""
    rest = tokens[place + 1 :]
    if tokens[place].form in _ONLY_AS_PREDICATE:
        return bool(rest) and (rest[0].tag == "VCP" or rest[0].form == "사항")
    return not _has_particle(rest)
