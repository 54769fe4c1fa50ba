"""The recognition of instructions to a bot in a text that is meant for people.

Told by what they are about, and not by single words: the bot's own instructions are set aside or
asked for, another role is given to it, it is told what to say to whatever is asked, or a turn of
another speaker is written. What tells people what to do is none.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]")
_WITHIN: Final = r"[^.!?。\n]{0,40}"
_OWN: Final = (
    r"(?:이전|앞|위|기존|지금까지|원래|너|네|당신|챗봇|봇|시스템|AI)(?:의|에서|에|한테|에게)?\s?(?:모든\s)?"
    r"(?:(?:있는|적힌|나온|받은|들은|주어진|정해진)\s)?(?:모든\s)?"
    r"(?:지시|명령|규칙|지침|프롬프트|설정|역할)|시스템\s?프롬프트|프롬프트|"
    r"(?:아래|다음|이|새)\s?(?:지시|명령)만|이\s(?:문장|글|메시지|줄)\s?(?:이전|이후|앞|뒤|위)(?:의)?\s"
    r"(?:모든\s)?(?:지시|명령|규칙|지침)|지금까지(?:의)?\s(?:들은|받은|나눈|한)\s(?:말|내용|대화|것)"
)
_SET_ASIDE: Final = (
    r"무시|무효|잊(?:어|고|으)|따르지\s?(?:말|마)|버리|공개|출력|보여|알려|말해|읊|나열|바꿔|"
    r"덮어|따르"
)
_OWN_EN: Final = (
    r"(?:previous|prior|above|earlier|existing|your|system|hidden|initial|safety|"
    r"all(?: of)?(?: the| your)?(?: previous)?)\s"
    r"(?:instructions?|prompts?|rules|guidelines|directions|configuration|policies|filters?)"
)
_SET_ASIDE_EN: Final = (
    r"ignore|forget|disregard|override|bypass|reveal|print|show|repeat|output|"
    r"(?:reply|respond|answer) with|what (?:is|are)"
)
_ALL_ASIDE: Final = (
    r"\b(?:ignore|forget|disregard) (?:everything|all|anything) (?:above|before|else|so far)"
    r"(?: this)?,? and (?:say|tell|answer|reply|respond|print|output|act|write|claim)\b"
)
# An order to answer without the FAQ.
_FAQ_ASIDE: Final = (
    r"(?:도움말|FAQ|자료|근거|지식|검색\s?결과)(?:의)?(?:\s?내용)?(?:은|는|을|를)?\s?(?:다\s|모두\s|전부\s)?"
    r"(?:무시|잊|참고하지\s?(?:말|마)|보지\s?(?:말|마)|따르지\s?(?:말|마))"
    rf"{_WITHIN}(?:답|말|안내|대답)|"
    r"\b(?:ignore|disregard|forget|do not use|don't use|stop (?:citing|using))\s(?:the |any |all )?"
    r"(?:faq|knowledge base|sources?|context|passages?|help pages?)\b"
)
_TO_BOT: Final = (
    r"(?:글|내용|문장|답변|메시지)(?:을|를)?\s?(?:본|보는|읽은|읽는)\s"
    r"(?:AI|인공지능|챗봇|봇|어시스턴트|(?:언어\s?)?모델)|"
    rf"(?:AI|챗봇|봇|어시스턴트|(?:언어\s?)모델)(?:은|는)\s{_WITHIN}"
    r"(?:해야\s?(?:한다|합니다|해요?)|하지\s?(?:않는다|마라|말\s?것))|"
    r"\b(?:(?:note|message|instructions?) (?:to|for)|dear|attention|hey),? (?:the |all |any )?"
    r"(?:ai|llm|assistant|bot|chatbot|(?:language )?model)s?\b(?!\s(?:manager|professor|director))"
)
_ROLE: Final = (
    r"(?:너는|넌|당신은|챗봇은|봇은)\s(?:이제|지금)(?:부터|는)?|(?:이제|지금)(?:부터)?\s(?:너는|넌|당신은)|"
    r"(?:인|한|된)\s?(?:것처럼|척)\s?(?:행동|대답|답변)(?:해라|하라|해|하세요|하십시오)|"
    r"\byou are now (?:acting|playing|in \w+ mode|"
    r"(?:an?|the) (?:\w+ ){0,2}(?:assistant|bot|chatbot|ai|model))\b|"
    r"역할극을?\s?(?:하자|해)|(?:네가|너는|당신이)\s?\S{1,10}(?:이고|이야|야)(?=[\s,.!]|$)|"
    r"모드(?:로|를)\s?(?:전환|켜|바꾸)"
    + _WITHIN
    + r"(?:제한|필터|검열|안전)\S{0,3}\s?(?:해제|끄|끈|꺼|풀)|"
    r"\bfrom now on,? you\b|\b(?:act|behave) as (?:if you|an?\b|the\b)|\bpretend (?:to be|you)"
)
_WHATEVER: Final = (
    rf"(?:모든|어떤|무슨|다른)\s(?:질문|문의)(?:이라도|이든|에도|에는|에|을)?{_WITHIN}"
    r"(?:라고|다고|으로|만)\s?(?:답|대답|답변|말|안내)?하?"
    r"(?:해라|하라|해|하세요|하십시오|할 것|해야)|"
    r"(?:누가|사용자가|고객이)\s?(?:무엇|뭐|뭘|무슨)\S{0,4}\s(?:묻|물어|질문)\S*"
    + _WITHIN
    + r"(?:라|다)['\"’”]?고|"
    r"\b(?:always|whatever|to (?:any|every|all) questions?)\b"
    r"[^.!?\n]{0,40}\b(?:answer|reply|respond|say)\b|"
    r"\b(?:answer|reply|respond) to (?:any|every|all)\b|"
    r"\b(?:answer|reply to|respond to) (?:any|every|all) (?:questions?|users?|messages?) "
    r"(?:in|with|as|like)\b|"
    r"\byou (?:must|should|may|can) not (?:mention|tell|reveal|say|discuss)\b[^.\n]{0,40}"
    r"\b(?:to|with) (?:users?|customers?|(?:any|every)(?:one|body) (?:who|that) asks?)\b|"
    r"(?:물어보면|물으면|묻거든|질문하면|(?:얘기|이야기|질문|문의|말)(?:이|가)?\s?(?:나오|들어오|오)면|"
    rf"(?:답|답변|대답)할\s?때마다){_WITHIN}(?:라고|다고|무조건|항상|반드시|마지막에|앞에){_WITHIN}"
    r"(?:말|답|답변|대답|붙이|붙여|끝내|덧붙)\S{0,4}(?:\s?(?:해|끝내|할 것))?[\s.!~'\"’”]*$|"
    r"\byou (?:must|should|shall|will|can) (?:only |always |never |now )*"
    r"(?:respond|answer|reply|speak|talk|write)\b(?: only)? (?:in|as|like|with)\b|"
    r"\byou (?:must|should|shall|will) (?:\w+ )?(?:obey|cite|comply)\b|"
    r"\b(?:respond|reply|answer) only (?:with|in)\b|"
    r"\b(?:print|repeat|output|reveal) (?:everything|all|the (?:text|words)) (?:above|before)\b|"
    r"\bwhen(?:ever)? (?:an? |the |any )?(?:user|customer)s? (?:mentions?|asks?)\b"
    r"[^.\n]{0,40}\b(?:insist|claim|pretend)\b|"
    r"\b(?:tell|inform|assure|convince) (?:the |all |every |any )?"
    r"(?:users?|customers?|people|everyone)\b[^.\n]{0,60}\b(?:no matter|regardless|whatever)\b|"
    r"\b(?:whatever|no matter what|regardless of what) (?:the |any |an? )?"
    r"(?:users?|customers?|people|they|someone|anyone) (?:asks?|says?|writes?|wants?)\b|"
    r"\b(?:do not|don't|never) (?:tell|inform) (?:the |any )?(?:users?|customers?)\b"
    r"(?! (?:your|their)\b)|\bdo anything now\b(?=[.!]?$)|"
    r"\bnever (?:mention|say|tell|reveal|cite|talk about)\b[^.\n]{0,40}\b(?:when|if) "
    r"(?:someone|somebody|anyone|users?|people|customers?) asks?\b"
)
# Answering is the task of the bot: advice to people does not end like this.
_ANSWER: Final = (
    r"(?:답|대답|답변)(?:만)?\s?(?:해라|하라|해|할 것|하지\s?마라?)[\s.!~'\"’”]*$|"
    r"(?:^|\s)(?:챗)?봇(?:아|님아)[,\s]|\bin your (?:answers|replies|responses)\b"
)
_TURN: Final = (
    r"<\|?/?(?:im_start|im_end|system|assistant|endoftext)\|?>|\[/?INST\]|<</?SYS>>|"
    r"^[^\S\n]*(?:#{1,3}\s*(?:system|assistant|시스템)|(?-i:system|assistant))\s*[:：]|"
    r"^[^\S\n]*(?:#{2,}\s*instructions?\b|(?:#+\s*)?new instructions?\s*[:：])"
)
_FORMS: Final = tuple(
    re.compile(pattern, re.IGNORECASE | re.MULTILINE)
    for pattern in (
        rf"(?:{_OWN}){_WITHIN}(?:{_SET_ASIDE})",
        rf"\b(?:{_SET_ASIDE_EN})\b{_WITHIN}\b{_OWN_EN}",
        _ALL_ASIDE,
        _FAQ_ASIDE,
        _TO_BOT,
        _ROLE,
        _WHATEVER,
        _ANSWER,
        _TURN,
    )
)

# Who is spoken to, or an order without the polite ending that an answer to people has.
_ADDRESS: Final = re.compile(
    r"\bAI(?=[는은야가에,:!]| (?:must|should|will|shall))|"
    r"\b(?:(?:chat)?bot|assistant|LLM)\b|챗봇|(?<![가-힣])봇[은는이아]|인공지능|어시스턴트|"
    r"(?<![가-힣])(?:너|넌|네가|당신)(?![가-힣]{2})|"
    r"(?:(?<!니)다|해|라|줘|여|려|내|자|마|것|켜|꺼|워|봐)[\s.!~'\"’”]*$",
    re.IGNORECASE | re.MULTILINE,
)


def instructs_bot(text: str) -> bool:
    """Return whether a text tells the bot, and not its readers, what to do."""
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    return any(form.search(plain) for form in _FORMS)


def addresses_bot(text: str) -> bool:
    """Return whether a text may be meant for the bot: it names it, or orders without politeness.

    That alone tells little: people write so to each other, too.
    """
    return _ADDRESS.search(unicodedata.normalize("NFKC", text)) is not None
