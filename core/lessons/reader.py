"""The reader of lessons: whether an answer says nothing, or changes the subject."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from core.lessons.contradiction import Contradictions
from core.lessons.people import PeopleReader
from core.ports import Vectors
from core.text.korean import Analyzer
from core.text.safety.instructions import addresses_bot
from core.text.safety.orders import orders_answers
from core.text.sentences import sentences
from core.text.spelling.normalize import normalized
from core.text.syllables import SYLLABLE
from core.text.utterances.mentions import says_something

# The content terms (`core.text.korean`) of replies without an answer: agreement, thanks, patience,
# promises, not knowing. They are a closed class; a text of such terms alone answers nothing.
_TALK: Final = frozenset(
    """
    네 넵 넹 넴 너 저 제 나 우리 저희 그거 이거 저거 거 수 때 후 뒤 나중 지금 잠시 잠깐 조금
    바로 곧 일단 우선 잘 좀 다시 정말 진짜 너무 많이 요 하루 질문 말씀 답변 답 대답 확인
    검토 문의 부탁 감사 고맙 수고 죄송 미안 처리 연락 회신 공유 담당 담당자 담당자님 알 모르
    애매 글쎄 아 음
    알리 드리 기다리 맞 그렇 아니 좋 궁금 바쁘 보 보내 찾 여쭈 여쭙 말하 ok okay sure thank
    thx check get got back you let not sorri know idea good great nice lol will ll moment
    minut sec note see look later soon wait ask ye no yeah yep hmm
    """.split()  # noqa: SIM905 - a list of words is easier to read so
)
# A promise to look or to ask somebody, which tells nothing yet. A condition makes it an answer:
# "서류를 보내 주시면 확인해 드릴게요".
_PROMISE: Final = re.compile(
    r"(?:묻|물어|여쭤|여쭈|알아|찾아|살펴|확인|검토|문의|조회|공유|전달|연락|회신|답변|답|말씀|안내|알려|보고|볼|보(?=겠))"
    r"[^.!?\n]{0,12}(?:게요?|겠습니다|겠어요|겠음|예정입니다|예정이에요|거예요|중입니다|중이에요)"
    r"[\s.!~^ㅎㅠㅜ)]*$"
)
_PATIENCE: Final = re.compile(
    r"(?:조금만|잠시만?|잠깐만?)\s?(?:더\s)?기다려\s?(?:주세요|주십시오|줘요?)"
)
_PASSED_ON: Final = re.compile(
    r"(?:(?:전달|공유|보고|문의)\s?(?:해\s?)?(?:드렸|했|뒀|두었|놨|놓았)|넘(?:겼|겨\s?(?:드렸|뒀|놨)))"
    r"(?:습니다|어요|음)[\s.!~^ㅎㅠㅜ)]*$"
)
# "네, 됩니다" has words of talk alone, and is the whole answer to what asks whether one may.
_ALLOWS: Final = re.compile(r"(?<![가-힣])(?:안\s?)?(?:됩니다|돼요|되세요|되죠|됨)(?![가-힣])")
_CONDITION: Final = re.compile(r"면\s|면,|려면|세요|십시오|\d")
_PROMISE_EN: Final = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|sure|hmm?|sorry|thanks?|good question|great question)\W+)*"
    r"(?:(?:i(?:'ll| will|'m going to| need to| have to)|let me|we(?:'ll| will)) "
    r"(?:\w+ )?(?:check|ask|look|find out|see|get back|forward|escalate|pass (?:this|it|that)"
    r"|investigate|confirm|think|follow up)\b"
    r"|i(?:'m| am) (?:not sure|afraid i)|(?:i )?(?:don't|do not) know|(?:i have )?no (?:idea|clue)"
    r"|not sure|(?:just )?(?:one|a|give me a) (?:moment|second|minute|sec)|hold on|bear with me"
    r"|(?:good|great|nice) question|not my (?:job|area|department))\b[^.!?\n]{0,60}[\s.!~]*$",
    re.IGNORECASE,
)
# None of the 105 entries of the sample FAQ is as far from its own title, and two thirds of answers
# to other questions are. Short answers, such as a place or a price, may be far from their question.
_ELSEWHERE: Final = 0.10
_FEWEST_WORDS: Final = 5
_NAMING: Final = ("NNG", "NNP", "SL", "SH", "SW", "XR")
_READ_CHARACTERS: Final = 200
# Of 2,717 entries of the SmartStore help 11 are as like an attack and seem to speak to a bot.
_LIKE_AN_ATTACK: Final = 0.45
# An order in English has no form of its own, so a text has to be more like an attack.
_LIKE_AN_ATTACK_EN: Final = 0.8
# Of 60 orders that were written by somebody who had seen neither the rules nor what taught the
# model, 45 reach it, and of 80 other replies none; nor do 99 of 100 answers of fifteen small FAQs.
_LIKE_AN_ORDER: Final = 0.8
# Advice to people about a secret of their own, which the bot does not have: no order about answers.
_OWN_SECRET: Final = re.compile(
    r"(?:비밀\s?번호|비번|암호|인증\s?(?:번호|코드)|보안\s?카드|OTP|PIN|카드\s?번호|주민\s?(?:등록\s?)?번호"
    r"|개인\s?정보)[은는을를이가도]?\s[^.!?\n]{0,30}지\s?(?:마세요|마십시오|마시고|말아\s?주세요|마시기\s?바랍니다)"
    r"|\b(?:never|do not|don['’]t)\b[^.!?\n]{0,24}\byour (?:password|passcode|pin|code|card|otp"
    r"|personal (?:data|information))\b[^.!?\n]{0,40}",
    re.IGNORECASE,
)


class LessonReader:
    """Reads answers with the analysis of Korean and a model of what words mean."""

    def __init__(
        self,
        analyzer: Analyzer,
        embed: Callable[[Sequence[str]], Vectors],
        attack: Callable[[str], float],
        order: Callable[[str], float],
    ) -> None:
        """`embed` returns unit vectors of texts and of single words.

        `attack` returns the guardrail's probability that a text attacks the bot, and `order` that
        of an order about answers.
        """
        self._analyzer = analyzer
        self._embed = embed
        self.says_otherwise = Contradictions(analyzer).says_otherwise
        self.people = PeopleReader(analyzer).people
        self._attack, self._order = attack, order

    def instructs(self, text: str) -> bool:
        """Return whether a text seems to instruct the bot, which only a person can tell."""
        if orders_answers(text) or self._order(_OWN_SECRET.sub("", text)) >= _LIKE_AN_ORDER:
            return True
        if not SYLLABLE.search(text):
            return self._attack(text) >= _LIKE_AN_ATTACK_EN
        return addresses_bot(text) and self._attack(text) >= _LIKE_AN_ATTACK

    def says_nothing(self, text: str) -> bool:
        """Return whether a text answers nothing: it is agreement, thanks or a promise."""
        plain = normalized(text)
        if not says_something(plain):
            return not any(map(str.isdigit, plain))
        return all(self._is_talk(one) for one in sentences(plain) if says_something(one))

    def _is_talk(self, sentence: str) -> bool:
        """Return whether a sentence has the words of talk alone, or only promises an answer."""
        sentence = _PATIENCE.sub("", sentence)
        promises = (
            _PROMISE.search(sentence) or _PASSED_ON.search(sentence)
        ) and not _CONDITION.search(sentence)
        if promises or _PROMISE_EN.search(sentence):
            return True
        if _ALLOWS.search(sentence):
            return False
        return all(_form(term) in _TALK for term in self._analyzer.terms(sentence))

    def _names(self, question: str) -> bool:
        """Return whether a question names its matter: "이건 어떻게 하나요?" does not."""
        return any(token.tag.startswith(_NAMING) for token in self._analyzer.tokens(question))

    def strays(self, question: str, answer: str) -> bool:
        """Return whether a long enough answer has another subject than its question."""
        text = answer[:_READ_CHARACTERS]
        asked, told = (
            list(dict.fromkeys(one)) for one in self._analyzer.terms_of([question, text])
        )
        said = [term for term in told if not any(map(str.isdigit, term))]
        if len(said) < _FEWEST_WORDS or set(asked) & set(told) or not self._names(question):
            return False
        whole = self._embed([question, text])
        words = self._embed([_form(term) for term in (*asked, *told)])
        nearest = (words[: len(asked)] @ words[len(asked) :].T).max(axis=1)
        return (float(whole[0] @ whole[1]) + float(np.mean(nearest))) / 2 < _ELSEWHERE


def _form(term: str) -> str:
    return term.rpartition("/")[0].rstrip(".,!?")
