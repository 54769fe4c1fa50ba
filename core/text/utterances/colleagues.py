"""The signs that a message is for a colleague: a name, a promise, a report, a request for work.

The signs are those of grammar alone, as in `questions`. A FAQ says what is always so. Colleagues
say what they will do or have done, ask what has happened, and call each other by name.
"""

from __future__ import annotations

import re
from typing import Final

from core.text.sentences import message_sentences
from core.text.syllables import ending_in
from core.text.utterances.assertions import asserts
from core.text.utterances.questions import asks, asks_anything

_CODE: Final = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
_QUOTED: Final = re.compile(r"^>>> .*\Z|^>[^\n]*$", re.MULTILINE | re.DOTALL)
_ENDED: Final = " .!~…ㅠㅜㅋㅎ^;,)\"'"
_BEFORE: Final = re.compile(
    r"(?:(?:네+|넵+|넹|예|아+|오+|음+|앗|응|그럼|그러면|일단|혹시|ok(?:ay)?|yes|sure|well|so)[\s,.!~]+)+",
    re.IGNORECASE,
)


_OPEN: Final = ending_in(0)
_PAST: Final = rf"(?![있딨겠]){ending_in(20)}"  # 았, 었, 했 and their contractions
_SAID: Final = r"(?:습니다|어요|어|음|다)$"

# A name or a title that is called: "지영님 …". Customers are spoken about, and the bot is "봇님".
_CALLED: Final = re.compile(
    r"(?![가-힣]*(?:고객|회원|손|구매자|판매자|이용자|부모|사장|대표|봇)님)"
    r"[가-힣]{1,4}(?:님들?|씨)(?=[\s,!~])|(?:다들|여러분|얘들아)(?=[\s,!~])"
)
# The same behind a sentence: "… 맞죠 실장님?", "… 무료예요 여러분".
_CALLED_LAST: Final = re.compile(
    r"(?<=[요죠다까지네])[\s,]+(?:(?!고객|회원|손님|선생|담당|관리|운영|상담|사장|대표|\S*봇)[가-힣]{1,4}님들?"
    r"|다들|여러분|얘들아)[\s.,!?~^ㅋㅎ]*$"
)
# What is said behind the verb: "갈게요 제가", "했어요 아까".
_AFTERTHOUGHT: Final = re.compile(
    r"(?<=[요죠다까])\s(?:제가|저도|저는|저희가|우리가|우리도|아까|지금|방금|오늘|어제|내일|이따가?|나중에|일단|먼저|그냥)$"
)
_ANYBODY: Final = re.compile(r"[는신실은] 분(?:들)?(?:\s*(?:계\S*|있\S*|없\S*))?$")
# What the speaker, or both, will do: "올릴게요", "해 봅시다", "내일 봬요", "하기로 했죠".
_WILL: Final = re.compile(
    rf"{ending_in(8)}[게께](?:요|용|여)?$|(?<![르찾])겠습니다$|[가-힣]시다$|봬요$|뵙겠\S*$"
    r"|기로 (?:했|하셨|한)[가-힣]*$|(?:^|[^야만면게]\s)(?:할|갈|볼|둘)까요$"
)
# What the speaker has done: "제가 처리했습니다", "올려 뒀어요".
_DID: Final = re.compile(
    rf"(?:^|\s)(?:제가|내가|저희가|우리가)\s(?:\S+\s){{0,2}}\S*{_PAST}{_SAID}"
    rf"|(?:드렸|{_OPEN} ?뒀|끝났|끝냈|마쳤|완료했){_SAID}"
    rf"|(?:^|\s)다 \S{{0,8}}(?![졌됐났]){_PAST}{_SAID}"
    r"|(?:^|\s)(?:다|거의) .{0,8}[어아여해돼져려] ?가(?:요|네요|고 있어요)$"
)
# What has happened, and what the hearer does: "얼마 나왔어요?", "다 하셨어요?", "같이 가실래요?".
_ASKED: Final = re.compile(
    rf"{_PAST}(?:(?:나요?|는지요?|을까요?|냐|습니까)\??|(?:어요?|죠|지요?|니)\?)$"
    r"|(?:셨\S{1,3}|[으하]?세요|실래요|실까요|시나요|시죠)\?$|(?:실래요|시죠)$"
)
# Who has done something, or does it now: "누가 껐어요?", "누가 보고 있죠", "누구 차례예요".
_WHO: Final = re.compile(r"(?:^|\s)누[가구]")
_SO_FAR: Final = re.compile(rf"(?:{_PAST}\S{{1,3}}|고 (?:있|계)\S{{1,4}}|차례\S{{0,3}})$")
_WHO_IN_ENGLISH: Final = re.compile(
    r"(?:and |so |but )?who (?:\w+ed|took|has|had|was|got|left|put|made|did|broke|ate|gave)\b",
    re.IGNORECASE,
)
# How many there are now, which no FAQ knows: "이번 주 몇 건이에요?".
_NOW: Final = re.compile(r"(?:^|\s)(?:오늘|어제|지금|아까|이번|지난|저번)")
_COUNT: Final = re.compile(
    r"\s몇 ?[가-힣]{1,2} ?"
    r"(?:이?에요|예요|이?죠|인가요|이야|(?:남|왔|나왔|들어왔|있)\S{1,3})$"
)
# Whether others have the same trouble now: "저만 그래요?", "is it just me?".
_ME_ALONE: Final = re.compile(
    r"(?:저|나)만 (?:그|이)(?:래|런|러|렇)\S*$|\b(?:just|only) me$|\bfor (?:anyone|anybody) else$",
    re.IGNORECASE,
)
# What the hearer thinks: "더 낫지 않아요?", "바꾸는 게 맞지 않을까요?", "뭐가 좋아 보여요?".
_OPINION: Final = re.compile(
    r"(?:[것거] ?같지 않|[낫좋맞]지 않|지 않을까)\S{0,4}$|(?:^|\s)어[때떠]\S{0,3}$"
    r"|(?:^|\s)(?:뭐가|뭘|어[느떤] \S+|[이저]게) (?:더 )?[가-힣]+[아어해] ?보(?:여|이)\S{0,3}$"
)
# A question that wants no answer, since it is said to complain: "또 틀리면 어떡하냐고".
_COMPLAINS: Final = re.compile(
    r"[가-힣]냐고(?:요|오+)?$"
    r"|\bwhy (?:do|does|are|is) (?:people|every(?:one|body)|no(?:body| one)|they) "
    r"(?:keep|always|still|never)\b",
    re.IGNORECASE,
)
# Work that only a person can do: "검토해 주세요", "공유 부탁드려요", "세 부 뽑아 주세요".
_WORK: Final = re.compile(
    r"(?:(?:확인|검토|공유|참고|체크|승인|전달|회신|리뷰)\S{0,4}"
    r"|올려|보내|봐|남겨|맡아|뽑아|꺼내|챙겨|치워|가져다|갖다|(?:인쇄|출력|복사)해)"
    r"\s*(?:한번\s*)?(?:좀\s*)?"
    r"(?:부탁\S{0,6}|주세요|주셔요|주실\S{0,3}(?: 수 있\S{0,4})?|주시겠\S{0,3}"
    r"|줘요?|주십시오|바랍니다|바라요)$"
)
# Work on a thing at hand, which only a person can do: "이 주문 취소해 주세요".
_AT_HAND: Final = re.compile(
    r"^(?:이|그|저|요|이번|저번)\s(?!.*(?:알려|설명|안내|가르쳐|도와|확인하는))(?:\S+\s){1,3}"
    r"\S*[가-힣]\s?(?:주세요|주셔요|주실래요|줘요?|주십시오)$"
)
# What the speaker offers to do: "배송 지연 문자 보낼까요?". With a question word it asks how.
_SHALL: Final = re.compile(
    r"^(?!.*(?:어떻|언제|어디|얼마|무엇|무슨|뭐|뭘|왜|며칠|몇)).*(?:보낼|올릴|드릴|넣을|뺄|바꿀|정할|만들"
    r"|시킬|미룰|잡을|옮길|붙일|맡길|맞출|나눌|지울|고칠|돌릴|부를|챙길)까요$"
)
# A person who describes trouble may want to know what to do about it.
_TROUBLE: Final = re.compile(
    r"(?:^|\s)(?:안|못|왜|어떻게|어째서)\s|않|못[하했]|없|실수|잘못|실패|오류|에러|잊어|까먹|잃어|고장|망가"
    r"|[다라]고 (?:뜨|떠|뜹|떴|나와|나오|나옵|나왔)"
    r"|(?:^|\s)[안못](?:되|돼|됩|됐|나[와오옵왔]|눌|보[이여]|뜨|떠|뜹|떴|열[려리]|켜|들어)"
    r"|\b(?:\w+n['’]t|cannot|unable|lost|forgot|forgotten|wrong|missing|stuck|fail\w*|errors?"
    r"|broken|damaged|declined|rejected|expired|locked|by accident|accidentally"
    r"|not (?:working|able))\b",
    re.IGNORECASE,
)
# The endings of a sentence that states something; without one, a text is a keyword.
_STATES: Final = re.compile(rf"(?:다|요|음|[가-힣]{2}[함됨임]|네|[가-힣]어|던데|듯|{_PAST}지)$")
# What a rule tells people to do. People who ask for something end like this, too.
_INSTRUCTS: Final = re.compile(r"(?:주세요|주십시오|[으하]십시오|바랍니다)$")
_WANTS: Final = re.compile(r"려(?:고 ?(?:요|해요|합니다|하는데요?)|는데요?)$")
# What the speaker has told others, and how people greet when they come: neither implies a question,
# as most other statements to a bot do ("문자가 예전 번호로 가네요").
_TOLD_OTHERS: Final = re.compile(
    r"(?:올렸|공유했|보냈|전달했|전했|알렸|공지했|안내했|게시했|배포했|남겼|공유합|공지합)"
    r"(?:습니다|니다|어요|음|다)$"
)
_GREETS: Final = re.compile(r"안녕|반갑|반가[워운]|부탁|인사|뵙|환영|가입했|(?:처음|새로)\s.*왔")
_OWN: Final = re.compile(r"\b(?:i|my|we|our)\b", re.IGNORECASE)
# The verbs and subjects that make a sentence of English words, and what makes a wish of it.
_STATES_IN_ENGLISH: Final = re.compile(
    r"(?:i|we|they|he|she|it|you|this|that)(?:['’]\w+)?\s\w"
    r"|[a-z]+ed (?:the|our|it|this|that|them)\b"
    r"|(?:[\w'’-]+\s){1,8}(?:is|are|was|were|has|have|had|looks?|seems?|went|got|said|told)\b"
    r"|\w+['’](?:s|re|ve|ll)\s"
    r"|(?:[\w'’-]+\s){1,3}\w+ed (?:the|our|it|this|that|them|yesterday|today|overnight|again)\b"
    r"|(?!.*\b(?:can|do|does|will|should|may|could) (?:i|we|my|our|you|they|it)\b)"
    r"(?:[\w'’-]+\s){1,4}(?:gets|goes|go up|means|needs|takes|comes|runs|works|starts|ends|closes"
    r"|opens|shuts|stays|expires|pays|gives)\s\w",
    re.IGNORECASE,
)
# What colleagues have to do: "the signs need to be swapped".
_TO_BE_DONE: Final = re.compile(
    r"(?!(?:i|we|my|our)\b)(?:[\w'’-]+\s){1,5}needs? to be \w", re.IGNORECASE
)
_WISH: Final = re.compile(
    r"\b(?:want|wanted|need|like|love|wish|trying|try|looking for|interested)\b",
    re.IGNORECASE,
)
_ENGLISH: Final = re.compile(
    r"(?:i'll|i will|we'll|let's|let us|let me(?! know))\b[^?,]*$"
    r"|(?:did|have|has|is|was) (?:you|anyone|anybody|someone|somebody)\b"
    r"|did (?!i\b|we\b|my\b|our\b|the\b|it\b|this\b|that\b)\w+ "
    r"|(?:can|could|will|would) (?:you|anyone|somebody) (?:please )?"
    r"(?:review|check|send|share|merge|look|upload|join|take"
    r"|\w+ (?:them|him|her|me (?:in|out|up)))\b"
    r"|[^?]*\bis yours$"
    r"|(?:can|could|will|would) (?:someone|somebody) (?:please )?"
    r"(?!else|(?:help|tell|explain|show|assist|advise|confirm)\b|(?:under|over|with|without|who|from)\b)"
    r"(?!.*\b(?:i|my|me)\b)\w+ "
    r"|(?:where|what|when|how|who|which) did we (?:decide|agree|settle|land|end up|say)\b"
    r"|what (?:was|were) the names? of\b"
    r"|any (?:[\w'’-]+\s){1,3}(?:left|free|spare|going)\b"
    r"|(?:is |has )?any(?:one|body) else \w+ing\b",
    re.IGNORECASE,
)
# A person who is spoken about. A question about others says whose they are, or what they do.
_OF_ANOTHER: Final = re.compile(
    r"(?!.*\b(?:i|we|my|our|me|us|wife|husband|what|who|where|when|how|why|which)\b)"
    r"(?!.*\b(?:can|could|do|does|did|is|will|would|should|may|has) (?:he|she)\b)"
    r".*\b(?:he|she)(?:['’]\w+)?\b",
    re.IGNORECASE,
)
# What people do or have done, and what is ready: "they moved on", "I closed the board".
_REPORTS: Final = re.compile(
    r"(?:they|he|she)\b[^?]*$"
    r"|(?:i|we)(?:['’]ve| have)? (?:(?:just|already|also) )?"
    r"(?:(?!need)\w+ed|sent|put|made|took|left)\b"
    r"(?:(?!\b(?:how|what|when|where|why|still|(?:can|do|should|may) i)\b)[^?])*$"
    r"|(?:just |already )?[a-z]+ed (?:the|our|it|this|that|them)\b[^?]*$"
    r"|(?:[\w'’-]+\s){1,4}(?:is|are) (?:up|out|live|ready|done|merged|deployed|green)\b[^?]*$",
    re.IGNORECASE,
)


def is_for_colleagues(text: str) -> bool:
    """Return whether a message is for colleagues: it calls one, or each of its sentences is talk.

    Code and quoted lines are other people's words; beside them a message has to ask something.
    """
    own = _QUOTED.sub("", _CODE.sub(" ", text)).strip()
    if _CALLED.match(own) or _CALLED_LAST.search(own):
        return True
    sentences = [one for one in message_sentences(own) if any(map(str.isalnum, one))]
    if own != text.strip() and not asks_anything(own):
        return True
    if any(map(_asks_who, sentences)):
        return True
    return all(map(_is_talk, sentences))


def wants_something(text: str) -> bool:
    """Return whether a text asks anything, or tells of trouble."""
    return asks_anything(text) or bool(_TROUBLE.search(text))


def only_tells(text: str) -> bool:
    """Return whether a text tells of trouble, and asks nothing."""
    return bool(_TROUBLE.search(text)) and not asks_anything(text)


def only_states(text: str) -> bool:
    """Return whether a text is a statement that asks nothing and tells of no trouble."""
    said = text.strip().rstrip(_ENDED)
    states = bool(_STATES.search(said) or _TO_BE_DONE.match(said))
    states |= bool(_STATES_IN_ENGLISH.match(said) and not _WISH.search(said))
    return states and not wants_something(text)


def asks_nothing(text: str) -> bool:
    """Return whether a message to the bot only greets, promises or reports what was told others."""
    sentences = [one.strip().rstrip(_ENDED) for one in message_sentences(text) if one.strip()]
    signs = (_TOLD_OTHERS, _GREETS, _WILL)
    return only_states(text) and all(any(sign.search(one) for sign in signs) for one in sentences)


def may_tell(text: str) -> bool:
    """Return whether a text may tell others of a rule: it states, or says what to do ("… 주세요").

    What its speaker wants, and English trouble of the speaker's own, is no rule.
    """
    if _WANTS.search(text.rstrip(_ENDED)) or (only_tells(text) and _OWN.search(text)):
        return False
    sentences = (one.strip().rstrip(_ENDED) for one in message_sentences(text) if one.strip())
    return all(_INSTRUCTS.search(one) or not asks(one) for one in sentences)


def _is_talk(sentence: str) -> bool:
    said = sentence.strip()
    if before := _BEFORE.match(said):
        said = said[before.end() :]
    bare = said.rstrip(_ENDED).replace("？", "?")
    plain = bare.rstrip("?" + _ENDED)
    plain = _AFTERTHOUGHT.sub("", plain)
    signs = (_ANYBODY, _WILL, _WORK, _AT_HAND, _SHALL, _OPINION, _COMPLAINS, _ME_ALONE)
    if any(sign.search(plain) for sign in signs):
        return True
    if _ENGLISH.match(plain) or asserts(said) or (_COUNT.search(plain) and _NOW.search(plain)):
        return True
    if _TROUBLE.search(plain):
        return False
    if _OF_ANOTHER.match(plain) and not asks(bare):
        return True
    return bool(_DID.search(plain) or _ASKED.search(bare) or _REPORTS.match(bare))


def _asks_who(sentence: str) -> bool:
    """Return whether a sentence asks who has done something, or does it now."""
    plain = sentence.rstrip("?？" + _ENDED)
    in_korean = _WHO.search(plain) and _SO_FAR.search(plain)
    return bool(in_korean or _WHO_IN_ENGLISH.match(plain))
