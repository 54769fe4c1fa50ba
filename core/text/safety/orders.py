"""The recognition of orders about answers, which say how others have to answer.

They may be meant for the bot, or for people who answer others, as in a handbook: a person has to
tell. In Korean an order to people is polite, so only plain ones count.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# Who asks, and what an answer is made of.
_ASKER: Final = (
    r"누가|누구(?:든|에게나)|모두에게|사용자|고객|손님|질문(?:한|하는)\s사람|(?:묻|물어보)(?:는|든)"
    r"|물으면|물어(?:보면|도|봐도)|질문이?\s?(?:뭐|무엇|어떤|오|들어오)|문의가?\s?(?:오|들어오)"
    r"|(?:모든|어떤|다음)\s(?:질문|메시지|문의)"
)
_ANSWER: Final = (
    r"답변|대답|답할\s?때|출처|지시|이\s(?:글|문장|문서|내용|항목)|다른\s(?:결과|출처|글)|FAQ에\s뭐"
)
_SPEAKING: Final = (
    r"말|답|대답|답변|얘기|이야기|안내|출력|추천|권|칭찬|수행|동작|기록|무시|전환|사용|설정"
)
_PLAIN: Final = r"해|해라|하라|하시오|할\s?것|하도록(?:\s?해|\s설정해)?|해\s?줘|한다|해\s?둬"
_ORDER: Final = (
    rf"(?:(?:{_SPEAKING})\S{{0,3}}\s?(?:{_PLAIN})|(?:보여|읽어|넣어|붙여|답을)\s?줘|붙여라|받아\s?내"
    r"|(?:라|다)고\s?해(?:\s?(?:줘|둬|라))?|거절해|끝내|지\s?(?:마|말\s?것)|하지\s?(?:마라?|말\s?것)"
    r"|쓰지\s?(?:않는다|마라?|말\s?것))"
)
_KOREAN: Final = re.compile(
    "|".join(
        (
            rf"(?:{_ASKER}|{_ANSWER})[^.!?\n]{{0,60}}{_ORDER}[\s~,'\"’”]*(?:$|\n|[,.!?])",
            r"(?:AI|인공지능|챗봇|봇|어시스턴트|모델)(?:에게|은|는|아|야)?\s?[:,]",
            r"(?:인공지능|챗봇|봇|모델)[은는]\s[^.!?\n]{0,50}(?:한다|않는다|마라|할\s?것)",
            r"(?:라|다)고(?:는)?\s?(?:말|답|안내)?하지\s?(?:마라?|말\s?것)[\s~.!]*(?:$|\n)",
            r",\s?(?:알겠지|알았지)|(?:네|너의|당신의)\s?(?:역할|임무|목표)[은는]\s",
            r"(?:제한|필터|검열)[을이]?\s?(?:해제하고|없이|풀고)[^.!?\n]{0,20}(?:답|말|모드)",
            r"[인한는]\s?것처럼\s?(?:말|답|대답|안내)(?:해|하라|할\s?것)",
            r"이\s글이\s(?:검색|표시)되면",
        )
    )
)
_ASKS: Final = (
    r"(?:when(?:ever)?|if|any(?:one|body)|every(?:one|body)|those|people|users?|customers?)\b"
    r"[^.!?\n]{0,30}\b(?:asks?|asked|mentions?|wants? to know)\b"
)
_SAY: Final = (
    r"(?:just )?(?:say|answer|reply|respond|claim|insist|pretend|be told"
    r"|tell (?:them|him|her|people))"
)
_TEXT: Final = r"(?:passage|paragraph|text|note|entry)"
_BOT: Final = r"(?:AI|(?:chat ?)?bot|assistant|language model)"
_ENGLISH: Final = re.compile(
    "|".join(
        (
            rf"\b{_ASKS}[^.!?\n]{{0,50}}\b{_SAY}\b",
            r"\bif (?:some(?:one|body)|an? user|users)\b[^.!?\n]{0,40}\b(?:say|tell|reply)\b",
            r"\b(?:pretend|make up|invent)\b[^.!?\n]{0,60}\b(?:asks?|asked|answers?)\b",
            r"\btell (?:every|all|each|any) \w+ that\b|\bwhatever the question\b",
            r"\b(?:never|do not|don['’]t)(?: ever)? (?:mention|say|admit|reveal|let on) that\b",
            (
                r"\balways (?:add|append|attach|include|put|mention)\b[^.!?\n]{0,60}"
                r"\b(?:to|in|on|of|with) (?:every|each|all|any|your) (?:\w+ )?"
                r"(?:answer|repl|respons)"
            ),
            r"\binstead of answering\b|\bbefore you (?:answer|reply)\b",
            r"\b(?:answer|reply to|respond to) (?:all|every|any)\b[^.!?\n]{0,25}\bwith\b",
            r"\b(?:refuse|ignore|reject|decline) (?:all|any|every|each) (?:\w+ )?questions?\b",
            (
                r"\b(?:your|all (?:further|future)) (?:answers|replies|responses)\b"
                r"(?=[^.!?\n]{0,20}\b(?:with|should|must)\b)"
            ),
            r"\b(?:respond|reply|answer|speak) in \w+(?: \w+)?,? from\b",
            (
                r"\b(?:override|bypass|skip|disable|reset|drop|break|ignore)\b[^.!?\n]{0,15}"
                r"\b(?:your|the|all)\b(?: \w+)? (?:instructions|polic(?:y|ies)|guidelines|checks)\b"
            ),
            r"\bopposite of what your\b|\bobey\b[^.!?\n]{0,25}\b(?:text|below|this)\b",
            (
                r"\b(?:do not|don't|stop|never|no longer)\b[^.!?\n]{0,10}"
                r"\b(?:cit|quot|show)(?:e|ing)?\b[^.!?\n]{0,15}\b(?:faq|handbook|sources?|passages?)\b"
            ),
            rf"\b(?:this|that) {_TEXT}\b[^.!?\n]{{0,20}}\b(?:over|from the user|for all)\b",
            r"\bany other (?:source|passage)s?\b",
            r"\b(?:highest|top) priority (?:instruction|order)\b",
            r"\byour (?:system|hidden) (?:message|prompt|note)",
            r"\byour (?:new|only) (?:role|task|job|purpose) is to\b|\bstay in character\b",
            r"\b(?:act|speak|talk|behave) like an?\b[^.!?\n]{0,30}\b(?:ask|and|who)\b",
            r"\b(?:act|answer|reply|behave) (?:like|as (?:if|though)) (?:there|you)\b",
            rf"\b(?:as|if you are) (?:an?|the) {_BOT}\b|^[^\w\n]*{_BOT},\s",
            rf"\b{_BOT}s? (?:that |who )?read(?:s|ing)? this\b",
            (
                rf"\b{_BOT}s? (?:shall|must|should|may|will)"
                r"(?: not| no longer| never| always| only)? "
                r"(?:use|show|answer|reply|say|tell|mention|cite|quote|speak|follow)\b"
            ),
        )
    ),
    re.IGNORECASE | re.MULTILINE,
)


def orders_answers(text: str) -> bool:
    """Return whether a text says how others have to answer."""
    plain = unicodedata.normalize("NFKC", text)
    return bool(_KOREAN.search(plain) or _ENGLISH.search(plain))
