"""Instructions to the bot in a text that people are to read as an answer.

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
    r"(?:이전|앞|위|기존|지금까지|원래|너의|네|당신의|챗봇의|봇의|시스템)(?:의|에서|에)?\s?(?:모든\s)?(?:받은\s|주어진\s)?"
    r"(?:지시|명령|규칙|지침|프롬프트|설정|역할)|시스템\s?프롬프트|프롬프트"
)
_SET_ASIDE: Final = r"무시|잊(?:어|고|으)|따르지\s?(?:말|마)|버리|공개|출력|보여|알려|바꿔|덮어"
_OWN_EN: Final = (
    r"(?:previous|prior|above|earlier|existing|your|system|hidden|initial|"
    r"all(?: of)?(?: the| your)?(?: previous)?)\s"
    r"(?:instructions?|prompts?|rules|guidelines|directions)"
)
_SET_ASIDE_EN: Final = r"ignore|forget|disregard|override|bypass|reveal|print|show|repeat|output"
_ROLE: Final = (
    r"(?:너는|넌|당신은|챗봇은|봇은)\s(?:이제|지금)(?:부터|는)?|(?:이제|지금)(?:부터)?\s(?:너는|넌|당신은)|"
    r"(?:인|한|된)\s?(?:것처럼|척)\s?(?:행동|대답|답변)(?:해라|하라|해|하세요|하십시오)|"
    r"\byou are now (?:acting|playing|in \w+ mode|"
    r"(?:an?|the) (?:\w+ ){0,2}(?:assistant|bot|chatbot|ai|model))\b|"
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
    r"\b(?:answer|reply|respond) to (?:any|every|all)\b"
)
# To answer is the bot's: whoever tells people what to do does not end like this.
_ANSWER: Final = (
    r"(?:답|대답|답변)(?:만)?\s?(?:해라|하라|해|할 것|하지\s?마라?)[\s.!~'\"’”]*$|"
    r"(?:^|\s)(?:챗)?봇(?:아|님아)[,\s]|\bin your (?:answers|replies|responses)\b"
)
_TURN: Final = (
    r"<\|?/?(?:im_start|im_end|system|assistant|endoftext)\|?>|\[/?INST\]|<</?SYS>>|"
    r"^\s*(?:#{1,3}\s*(?:system|assistant|시스템)|(?-i:system|assistant))\s*[:：]|"
    r"^\s*(?:#{2,}\s*instructions?\b|#*\s*new instructions?\s*[:：])"
)
_FORMS: Final = tuple(
    re.compile(pattern, re.IGNORECASE | re.MULTILINE)
    for pattern in (
        rf"(?:{_OWN}){_WITHIN}(?:{_SET_ASIDE})",
        rf"\b(?:{_SET_ASIDE_EN})\b{_WITHIN}\b{_OWN_EN}",
        _ROLE,
        _WHATEVER,
        _ANSWER,
        _TURN,
    )
)


def instructs_bot(text: str) -> bool:
    """Return whether a text tells the bot, and not its readers, what to do."""
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    return any(form.search(plain) for form in _FORMS)
