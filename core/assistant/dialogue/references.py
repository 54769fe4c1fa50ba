"""References of a message to the conversation: an offer by number, the last answer, its rest.

"2번", "네", "다시 설명해줘", "그거 말고" and "the second one" name no subject. They are recognised
by their grammar, in Korean and English, and resolved by the turns before them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from core.press_ids import pressed_turn
from core.text.korean import compact
from core.text.numerals import ordinal
from core.types import Exchange, Label, Question, Turn, TurnState

_LONGEST: Final = 40  # characters; a longer message names its subject


class Reference(StrEnum):
    """The kinds of reference of a message to the conversation before it."""

    OFFERED = "offered"  # one of the questions that were offered
    AGAIN = "again"  # the last question
    OTHER = "other"  # the last question, without the entry that answered it
    MORE = "more"  # the rest of the last answer


@dataclass(frozen=True, slots=True)
class Referred:
    """The question that a message refers to, and the kind of the reference.

    `turn` is the answer of which more is wanted, for the kind MORE. `without` are the titles of
    entries that the asker does not want to see again.
    """

    kind: Reference
    text: str
    turn: Turn | None = None
    without: tuple[str, ...] = ()


_SINO: Final = {"일": 1, "이": 2, "삼": 3, "사": 4}
_THING: Final = r"(?:\s?(?:거|것|걸|질문|항목))?(?:로|으로|요|은요|는요|을|를|에 ?대해서?)?"
_GIVE: Final = r"(?:줘|주세요|주실래요|줄래|주라)"
_TELL: Final = rf"(?:알려|말해|설명해?|보여|가르쳐|답해|안내해?)\s?{_GIVE}?"
_PLEASE: Final = rf"(?:\s?(?:좀|더|자세히))*(?:\s?(?:{_TELL}|부탁\S*|볼래요?|궁금\S*))?요?"
_KOREAN_PICK: Final = re.compile(
    rf"(?:(?P<digit>[1-4])\s?(?:번|번째|번 ?째)?|(?P<nth>첫|두|세|네|일|이|삼|사)\s?번(?:째)?)"
    rf"{_THING}{_PLEASE}"
)
_ENGLISH_PICK: Final = re.compile(
    r"(?:number |no\.? ?|#|option )?(?P<digit>[1-4])(?:st|nd|rd|th)?(?: one)?(?: please)?"
    r"|(?:the )?(?P<nth>first|second|third|fourth)(?: (?:one|question|option))?(?: please)?"
    r"|(?:number|option) (?P<word>one|two|three|four)(?: please)?"
)
_LAST_PICK: Final = re.compile(
    rf"(?:마지막|맨 ?(?:아래|밑|끝))\s?(?:거|것|걸|번|질문){_THING}{_PLEASE}"
    r"|(?:the )?last one(?: please)?"
)
_YES: Final = re.compile(
    r"(?:(?:네|넵|넹|예|응|웅|어|그래|그래요|좋아|좋아요|오케이|ㅇㅇ|ㅇㅋ)[\s,]*){1,2}"
    rf"{_PLEASE}|(?:알려|설명해|보여)\s?{_GIVE}요?"
    r"|(?:yes|yeah|yep|sure|ok|okay|please|go ahead|tell me)"
    r"(?:[\s,]+(?:yes|sure|please|go ahead|tell me))*"
)
_EARLIER: Final = r"(?:아까|방금|조금 ?전에?|전에)"
_SAID: Final = (
    r"(?:그|말한|말해준|말씀하신|알려준|답한|답해준)?"
    r"\s?(?:거|것|걸|건|게|내용|답변?)(?:을|를|은|이)?"
)
_ASK_AGAIN: Final = re.compile(
    rf"{_EARLIER}\s?{_SAID}(?:\s?(?:뭐|무엇)\S*)?(?:\s?다시)?(?:\s?{_TELL})?요?"
    rf"|(?:{_EARLIER}\s)?(?:{_SAID}\s)?(?:한 ?번 더|다시(?: ?한 ?번)?)\s?(?:좀\s?)?"
    r"(?:설명|말|알려|얘기|이야기|보여|안내)\S*"
    rf"(?:\s?{_GIVE}요?)?"
    r"|(?:can you |could you |please )?(?:explain|say|tell|show)(?: (?:it|that|me|this))*"
    r"(?: once)? (?:again|more time)(?: please)?|(?:once more|again)(?: please)?"
)
# "아까 환불 그거 다시 알려줘", "back to the refunds": an earlier answer by its subject.
_EARLIER_ONE: Final = re.compile(
    rf"{_EARLIER}\s(?P<topic>\S.*?)(?:\s(?:{_SAID}|얘기|질문))?\s?(?:다시|한 ?번 더)"
    r"(?:\s?좀)?(?:\s?\S+)?"
    r"|(?:(?:can|could) (?:you|we) |please |let's )?(?:go )?back to (?:the )?"
    r"(?P<back>\S.*?)(?: again)?"
    r"|(?:(?:can|could) you |please )?(?:tell|show|explain)(?: me)?(?: about)? (?:the )?"
    r"(?P<again>\S.*?) again"
)
_FIRST: Final = re.compile(r"(?:맨 ?)?(?:처음|첫)\s?(?:번째)?(?:에)?(?:\s?\S*)?|first(?: \w+)?")
# What is wanted instead: "첫 번째 거 말고 두 번째 거", "not the first one, the second".
_RATHER: Final = re.compile(
    r"^(?P<barred>(?:\S+\s){0,2}?\S+)\s?(?:말고|빼고|아니고)요?(?:\s|$)"
    r"|^not (?:the )?(?P<not>\S+)(?: one)?(?:,? but)?(?:\s|$)"
)
_OTHER_ONE: Final = r"(?:다른|딴)\s?(?:거|것|걸|답변?|내용)"
_OTHERS: Final = re.compile(rf"{_OTHER_ONE}{_PLEASE}|(?:the )?other(?: one)?")
_NOT_THAT: Final = re.compile(
    r"(?:아니\S*\s?)?(?:그|이|그런|이런)?\s?(?:거|것|게|내용)?\s?"
    rf"(?:말고|아니고|아닌데요?|아니에요|아니야)(?:\s?{_OTHER_ONE}\S*)?{_PLEASE}"
    rf"|{_OTHER_ONE}(?:은|는|을|를)?(?:\s?(?:없\S+|있\S+))?{_PLEASE}"
    r"|(?:no )?not (?:that|this)(?: one)?|(?:no )?(?:show me )?(?:something|anything) else"
    r"|another (?:one|answer)"
)
_CLOSELY: Final = r"(?:좀 ?)?(?:더 ?)?자세(?:히|하게)(?: ?좀)?"
_ALL: Final = rf"(?:더|{_CLOSELY}|나머지|전체|전부|다)(?:\s?내용)?(?:도|는|를|을)?"
_SHOW_MORE: Final = re.compile(
    rf"{_ALL}\s?(?:보기|볼래요?|{_TELL})요?|{_CLOSELY}요?|나머지는?요?|계속(?:해\s?{_GIVE})?요?"
    r"|(?:show|tell)(?: me)? (?:more|the rest|everything)|(?:more|the rest)(?: please| details)?"
    r"|continue|go on"
)


def referred(
    question: Question,
    text: str,
    turns: Sequence[Turn],
    history: Sequence[Exchange],
    *,
    more: str,
) -> Referred | None:
    """Return what a message refers to; None if it needs no conversation to be understood.

    `text` is the normalised question, `turns` are the session's, the latest last, and `more` is the
    text of the button that shows the rest. A button refers to the answer below which it stands.
    """
    pressed = pressed_turn(question, turns)
    if pressed:
        return Referred(Reference.MORE, text, pressed) if text == more else None
    plain = _plain(text)
    if not plain or len(plain) > _LONGEST:
        return None
    offered = _offered(turns)
    if offered and (place := _picked(plain, len(offered))) is not None:
        if offered[place] != more:
            return Referred(Reference.OFFERED, offered[place])
        plain = _plain(more)
    return _to_what_was_said(plain, turns, history)


def points_to_answer(text: str) -> bool:
    """Return whether a text wants more of an answer, hears it again, or picks what it offers.

    Words that people also say to each other, such as "네" and "그거 말고", do not count.
    """
    plain = _plain(text)
    patterns = (_SHOW_MORE, _ASK_AGAIN, _KOREAN_PICK, _ENGLISH_PICK, _LAST_PICK)
    return len(plain) <= _LONGEST and any(one.fullmatch(plain) for one in patterns)


def _to_what_was_said(
    plain: str, turns: Sequence[Turn], history: Sequence[Exchange]
) -> Referred | None:
    """Return how a message refers to the last answer; None if it does not."""
    last = next((turn for turn in reversed(turns) if _says(turn)), None)
    if last and _SHOW_MORE.fullmatch(plain):
        return Referred(Reference.MORE, last.question.text, last)
    # The title is searched for, because the last question may have been a reference itself.
    said = Exchange(last.sources[0], "", last.sources) if last else None
    said = said or (history[-1] if history else None)
    if said and _ASK_AGAIN.fullmatch(plain):
        return Referred(Reference.AGAIN, said.user)
    if earlier := _earlier_one(plain, turns):
        return Referred(Reference.AGAIN, earlier.sources[0])
    if said and _NOT_THAT.fullmatch(plain):
        return Referred(Reference.OTHER, said.user, without=said.sources)
    return None


def _earlier_one(plain: str, turns: Sequence[Turn]) -> Turn | None:
    """Return the earlier turn that a message names by its subject, or as the first one."""
    named = _EARLIER_ONE.fullmatch(plain)
    if named is None:
        return None
    topic = named["topic"] or named["back"] or named["again"]
    told = [turn for turn in turns if _says(turn)]
    if _FIRST.fullmatch(topic):
        return told[0] if told else None
    letters = compact(topic)
    about = (turn for turn in reversed(told) if letters in compact(turn.question.text))
    titled = (turn for turn in reversed(told) if letters in compact(turn.sources[0]))
    return next(titled, None) or next(about, None)


def _picked(plain: str, offers: int) -> int | None:
    """Return the index of the offer that a message picks, which may be another than it names."""
    rather = _RATHER.match(plain)
    if rather is None:
        return _place(plain, offers)
    barred = _named_place(rather["barred"] or rather["not"], offers)
    wanted = plain[rather.end() :]
    if wanted and not _OTHERS.fullmatch(wanted):
        return _place(wanted, offers)
    return None if barred is None else next((n for n in range(offers) if n != barred), None)


def named_place(text: str, offers: int) -> int | None:
    """Return the index of the offer that a message such as "2번" names; None if it names none.

    `offers` is the number of offers.
    """
    return _named_place(_plain(text), offers)


def _place(plain: str, offers: int) -> int | None:
    """Return the index of the offer that a message picks; None if there is no such offer."""
    named = _named_place(plain, offers)
    return 0 if named is None and _YES.fullmatch(plain) else named


def _named_place(plain: str, offers: int) -> int | None:
    if _LAST_PICK.fullmatch(plain):
        return offers - 1
    # "네 번째" means the fourth, and "네" alone means yes.
    match = _KOREAN_PICK.fullmatch(plain) or _ENGLISH_PICK.fullmatch(plain)
    if match:
        named = match.groupdict()
        said = named["digit"] or named["nth"] or named.get("word") or "1"
        place = _SINO.get(said) or ordinal(said)
        return place - 1 if place <= offers else None
    return None


def _offered(turns: Sequence[Turn]) -> tuple[str, ...]:
    """Return the questions that were offered last, other than the examples below a greeting."""
    offering = [turn for turn in turns if turn.followups and not turn.dialogue]
    if not offering:
        return ()
    chosen = next(
        (
            turn
            for turn in reversed(offering)
            if turn.label is not Label.GREETING and not turn.trace.kind
        ),
        offering[-1],
    )
    return chosen.followups


def _says(turn: Turn) -> bool:
    """Return whether a turn has an answer that can be repeated."""
    return turn.state is TurnState.ANSWERED and bool(turn.sources)


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[.!?,~…\"'()\[\]]+", " ", text.lower()).split())
