"""The reader of lessons: whether an answer says nothing, names a person, or changes the subject."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from kiwipiepy import Token

from core.ports import Vectors
from core.text.addressing import says_something
from core.text.korean import Analyzer
from core.text.safety.instructions import addresses_bot
from core.text.spelling.normalize import normalized

# The content terms (`core.text.korean`) of replies without an answer: agreement, thanks, patience,
# promises, not knowing. They are a closed class; a text of such terms alone answers nothing.
_TALK: Final = frozenset(
    """
    네 넵 넹 넴 너 저 제 나 우리 저희 그거 이거 저거 거 수 때 후 뒤 나중 지금 잠시 잠깐 조금
    바로 곧 일단 우선 잘 좀 다시 정말 진짜 너무 많이 요 하루 질문 말씀 답변 답 대답 확인
    검토 문의 부탁 감사 고맙 수고 죄송 미안 처리 연락 회신 공유 담당 담당자 담당자님 알 모르
    알리 드리 기다리 맞 그렇 아니 좋 궁금 바쁘 보 보내 찾 여쭈 여쭙 말하 ok okay sure thank
    thx check get got back you let not sorri know idea good great nice lol will ll moment
    minut sec note see look later soon wait ask ye no yeah yep hmm
    """.split()  # noqa: SIM905 - a list of words is easier to read so
)
_MENTION: Final = re.compile(
    r"<@[!&]?[A-Z0-9]+(?:\|[^>\n]{0,100})?>|(?<![\w.+-])@[A-Za-z가-힣][\w.-]*(?![\w/])"
)
_TITLES: Final = frozenset(
    """
    대리 과장 차장 부장 팀장 실장 본부장 이사 상무 전무 대표 매니저 사원 주임 선임 책임 수석
    프로 선생 씨 님
    """.split()  # noqa: SIM905 - a list of words is easier to read so
)
_SURNAMES: Final = frozenset(
    "김이박최정강조윤장임한오서신권황안송전홍유고문양손배백허남심노하곽성차주우구민진나지엄채원천"
    "방공현함변염여추도소석선설마길연위표명기반라왕금옥육"
)
# Kiwi tags unknown names as nouns. Common nouns for people and places have these endings.
_NO_NAME: Final = "자팀사부실과처객장원인직반중위국"
_TO: Final = ("한테", "에게", "께", "에게서", "한테서")
_SYLLABLES: Final = 3
# None of the 105 entries of the sample FAQ is as far from its own title, and two thirds of answers
# to other questions are. Short answers, such as a place or a price, may be far from their question.
_ELSEWHERE: Final = 0.10
_FEWEST_WORDS: Final = 5
_READ_CHARACTERS: Final = 200
# Of 2,717 entries of the SmartStore help 11 are as like an attack and seem to speak to a bot.
_LIKE_AN_ATTACK: Final = 0.6


class LessonReader:
    """Reads answers with the analysis of Korean and a model of what words mean."""

    def __init__(
        self,
        analyzer: Analyzer,
        embed: Callable[[Sequence[str]], Vectors],
        attack: Callable[[str], float],
    ) -> None:
        """`embed` returns unit vectors of texts and of single words.

        `attack` returns the guardrail's probability that a text attacks the bot.
        """
        self._analyzer = analyzer
        self._embed = embed
        self._attack = attack

    def instructs(self, text: str) -> bool:
        """Return whether a text seems to instruct the bot in a form that is not known."""
        return addresses_bot(text) and self._attack(text) >= _LIKE_AN_ATTACK

    def says_nothing(self, text: str) -> bool:
        """Return whether a text answers nothing: it is agreement, thanks or a promise."""
        plain = normalized(text)
        if not says_something(plain):
            return not any(map(str.isdigit, plain))
        return all(_form(term) in _TALK for term in self._analyzer.terms(plain))

    def people(self, text: str) -> list[str]:
        """Return the names of people in a text, such as `@민수` and `김민수 대리`."""
        found = [match[0] for match in _MENTION.finditer(text)]
        plain = _MENTION.sub(" ", text)
        tokens = self._analyzer.kiwi.tokenize(plain)
        for place, token in enumerate(tokens):
            after = [*tokens[place + 1 : place + 3], None, None]
            start = _begin_of_name(tokens, place)
            if end := _named_until(start, token, after[0], after[1]):
                found.append(plain[start.start : end])
        return found

    def strays(self, question: str, answer: str) -> bool:
        """Return whether a long enough answer has another subject than its question."""
        text = answer[:_READ_CHARACTERS]
        asked, told = (
            list(dict.fromkeys(one)) for one in self._analyzer.terms_of([question, text])
        )
        if not asked or len(told) < _FEWEST_WORDS or set(asked) & set(told):
            return False
        whole = self._embed([question, text])
        words = self._embed([_form(term) for term in (*asked, *told)])
        nearest = (words[: len(asked)] @ words[len(asked) :].T).max(axis=1)
        return (float(whole[0] @ whole[1]) + float(np.mean(nearest))) / 2 < _ELSEWHERE


def _form(term: str) -> str:
    return term.rpartition("/")[0].rstrip(".,!?")


def _begin_of_name(tokens: Sequence[Token], place: int) -> Token:
    """Return the token with which the name begins that a token ends.

    A surname may stand alone before a name (최 유진), or be the first syllable of a word of three
    that Kiwi does not know (강태오) and splits.
    """
    token = tokens[place]
    before = tokens[place - 1] if place else token
    if before.tag == token.tag == "NNP" and before.form in _SURNAMES:
        return before
    first = place
    while first and tokens[first - 1].start + tokens[first - 1].len == tokens[first].start:
        first -= 1
    syllables = token.start + token.len - tokens[first].start
    splits = tokens[first].form in _SURNAMES and syllables == _SYLLABLES
    return tokens[first] if splits else token


def _named_until(start: Token, token: Token, title: Token | None, after: Token | None) -> int:
    """Return the end of a person's name with its title; 0 if there is no such name."""
    name_ends: int = token.start + token.len
    whole = name_ends - start.start
    has_surname = start.form[0] in _SURNAMES and whole >= _SYLLABLES
    is_noun = token.tag == "NNG" or start is not token
    is_noun &= has_surname and token.form[-1] not in _NO_NAME
    if title is None or not (token.tag == "NNP" or (is_noun and whole == _SYLLABLES)):
        return 0
    if title.form in _TO and token.tag == "NNP" and has_surname:
        return name_ends
    if title.form not in _TITLES:
        return 0
    is_called = title.form in ("님", "씨") or after is None or after.form == "님"
    if not is_called and after and after.tag[0] != "J":
        return 0
    title_ends: int = title.start + title.len
    return title_ends
