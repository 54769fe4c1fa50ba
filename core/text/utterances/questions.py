"""The sentences of a message, and which of them ask for something.

The signs are those of grammar alone: a question mark, the endings and question words of Korean and
English, and how people ask to be told or helped. No word of any subject is among them.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from core.text.syllables import ending_in

# Runs begin where none goes on, so that all searching is linear.
_LONGEST_PLAIN: Final = 24  # characters of a message that is one sentence, whatever is in it
_STOP: Final = re.compile(r"(?<=[.?!。？！])\s+")
# Polite words before and behind a question in the same sentence.
_COURTESY: Final = re.compile(
    r"^(?:안녕하(?:세요|십니까)|수고 ?(?:하세요|많으[세십]\S+|하십니다)|저기요|문의 ?드립니다"
    r"|hello|hi)[\s,.!~ㅎㅠ]+"
    r"|(?<![\s,.!~])[\s,.!~]+(?:미리 )?(?:감사(?:합니다|해요|드\S++)|고맙습니다|고마워요"
    r"|수고하세요|답변 ?\S*+"
    r"|thanks?(?: you)?(?: in advance)?)[\s.!~ㅎㅠ]*$",
    re.IGNORECASE,
)
# "1) …", "- …": the signs of a list in which people write several questions.
_COUNTED: Final = re.compile(r"^\s*(?:\(?\d{1,2}[.)]|[-*·•]|첫째|둘째|셋째)\s*,?\s*")
_AND: Final = re.compile(
    r"^(?:그리고|또한|또|그럼|그러면|추가로|and|also|plus)[\s,]+", re.IGNORECASE
)
_MIDDLE_AND: Final = re.compile(
    r"(?<![,\s])[,\s]+(?:그리고|and also|and then)[,\s]+",
    re.IGNORECASE,
)
# "주차는 얼마고 …", "몇 시까지인지랑 …": where a question ends and the sentence goes on.
_GOES_ON: Final = re.compile(
    r"(?<=[가-힣]고)\s++(?!싶|있|나서|보|말|다니)"
    rf"|(?:(?<={ending_in(4)}지)|(?<={ending_in(8)}지))(?:랑|하고|도|와|,)?\s++"
    r"(?!궁금|알|모르|몰라|확인|문의|여쭤|여쭙|말|설명|가르|부탁|헷갈|걱정|좀|꼭)"
)
# Only where all sides may be a question of their own: they are searched for. 이랑 follows a final
# consonant, and 랑 a vowel: 와이파이 ends in 이.
_JOINT: Final = re.compile(
    rf"(?:(?<={ending_in(0)})랑|(?<=[가-힣])(?<!{ending_in(0)})이랑|(?<=[가-힣])[와과])\s+(?=[가-힣])"
    r"|(?<!\s)\s+(?:및|and)\s+"
    r"|(?<=[가-힣])하고\s+(?=[가-힣])|(?<!\s)\s*,\s*",
    re.IGNORECASE,
)
# "둘 다" at the end asks for both; before a verb it tells of both.
_BOTH_BEHIND: Final = re.compile(
    r"(?<!\s)\s*(?:(?:둘|두 ?가지|모두)\s*다|both)(?:요|\W)*$", re.IGNORECASE
)
_BOTH_BEFORE: Final = re.compile(r"^both\s+(?:the\s+|your\s+)?", re.IGNORECASE)
# What two things are to one another is one question.
_TOGETHER: Final = re.compile(
    r"같이|함께|동시|차이|비교|다(?:르|른|를|릅)|달[라랐]"
    r"|\b(?:together|at once|same time|differen\w+|between|compare\w*|versus|vs)\b",
    re.IGNORECASE,
)
# How people ask to be told, behind and before what they ask for.
_TOLD_BEHIND: Final = re.compile(
    r"(?<![\s둘])(?<!가지)(?<!모두)\s+(?:(?:다|좀|모두|전부|에 ?대해)\s+){0,4}"
    r"(?:알려|가르쳐|설명해|말해|말씀해)\s?(?:줘|주|줄|달라)\S*\W*$|(?<!\s)\s+(?:please|궁금\S*)\W*$",
    re.IGNORECASE,
)
_TOLD_BEFORE: Final = re.compile(
    r"^(?:(?:(?:can|could|would) you|please|tell me|let me know|explain|i'd like to know"
    r"|i want to know|about|the|your)\s+)+",
    re.IGNORECASE,
)
_END: Final = re.compile(
    r"(?:[나까가][요여용욤염]|[가-힣]까|[냐니]|[죠]|지요|는지요?|은지요?|인지요?|건지요?|을지|려나요?|는가|은가|던가"
    r"|방법(?:\s?좀)?(?:요|이요)?|줘요?|주세요|주실래요|주십시오|부탁\S*|궁금\S*|싶\S+|모르겠\S*|알려\S*)$"
)
_END_CHARS: Final = 60  # the end of a sentence, which has its last words
_WORD: Final = re.compile(
    r"어떻게|어떡|언제|어디|얼마|왜|무엇|무슨|뭐|뭔가|누가|누구|어느|어떤|며칠|몇 ?[가-힣]"
)
_ENGLISH: Final = re.compile(
    r"^(?:(?:so|and|but|also|hi|hello|please|well)[,\s]+)*"
    r"(?:how|what|when|where|why|who|which|whose|can|could|do|does|did|is|are|may|should|will)\b"
    r"|\b(?:tell me|let me know|(?:like|want) to know|how (?:do|can|to|much|long|many)|help me)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a message: whether it asks for something, and whether it begins anew.

    A sentence `begins` where a line does, and behind an "and" between questions.
    """

    text: str
    asks: bool
    begins: bool = True


def sentences_of(text: str, split: Callable[[str], Sequence[str]]) -> list[Sentence]:
    """Return the sentences of a message, in order.

    `split` finds the sentences of a line that has no full stops; Kiwi does.
    """
    units = [unit for line in text.splitlines() for unit in _questions_joined(line)]
    if len(text) <= _LONGEST_PLAIN and len(units) < 2 and not _STOP.search(text):
        return [_only(text)]
    found: list[Sentence] = []
    for unit in units:
        pieces = [piece for part in _STOP.split(unit) if part.strip() for piece in split(part)]
        for place, piece in enumerate(pieces):
            bare = _bare(piece)
            if any(map(str.isalnum, bare)):
                begins = place == 0 or bool(_AND.match(piece))
                found.append(Sentence(bare, asks(bare), begins))
    return found if len(found) > 1 else [_only(text)]


def _questions_joined(line: str) -> list[str]:
    """Return the questions that an "and" or a verb's ending joins in a line, or the line."""
    units: list[str] = []
    for part in _MIDDLE_AND.split(line):
        words = [word.start() for word in _WORD.finditer(part)]
        end_asks = asks(part[-_END_CHARS:])
        start = 0
        for joint in _GOES_ON.finditer(part) if words else ():
            asked = bisect_left(words, start) < bisect_left(words, joint.start())
            if asked and (end_asks or words[-1] >= joint.end()):
                units.append(part[start : joint.start()])
                start = joint.end()
        units.append(part[start:])
    return units


def _only(text: str) -> Sentence:
    """Return the one sentence of a message; its "and" joins it to what was said before."""
    bare = _polite_free(text)
    return Sentence(bare, asks(bare))


def _bare(sentence: str) -> str:
    """Return a sentence without list signs, a leading "and", and courtesies around it."""
    return _polite_free(_AND.sub("", _COUNTED.sub("", sentence)))


def _polite_free(sentence: str) -> str:
    bare = _COUNTED.sub("", sentence).strip()
    return _COURTESY.sub("", bare).strip() or bare


def asks(sentence: str) -> bool:
    """Return whether a sentence asks a question, or to be told or helped."""
    bare = sentence.rstrip(" .!~…ㅠㅜㅋㅎ;,)\"'")
    if bare.endswith(("?", "？")):
        return True
    return bool(_END.search(bare[-_END_CHARS:]) or _WORD.search(bare) or _ENGLISH.search(bare))


def asks_anything(text: str) -> bool:
    """Return whether any sentence of a text asks."""
    parts = (part for line in text.splitlines() for part in _STOP.split(line))
    return any(map(asks, parts))


def sides_of(sentence: str) -> list[tuple[str, ...]]:
    """Return the sides of a sentence that has an "and", and may ask for each of them.

    There is one way to part it at all of its "ands", and one to part it at the first alone.
    """
    if _TOGETHER.search(sentence):
        return []
    told = _BOTH_BEFORE.sub("", _TOLD_BEFORE.sub("", sentence))
    asked = _BOTH_BEHIND.sub("", _TOLD_BEHIND.sub("", told))
    ways = [tuple(_JOINT.split(asked)), tuple(_JOINT.split(asked, maxsplit=1))]
    return [way for way in dict.fromkeys(ways) if len(way) > 1 and min(map(len, way)) >= 2]
