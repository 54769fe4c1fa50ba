"""The names of people in a lesson, by how Korean and English call somebody."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from kiwipiepy import Token

from core.text.korean import Analyzer
from core.text.safety.personal_data import detect
from core.text.safety.personal_data_kinds import PersonalDataKind

_MENTION: Final = re.compile(
    r"<@[!&]?[A-Z0-9]+(?:\|[^>\n]{0,100})?>"
    r"|(?<![\w.+-])@(?![\w-]+(?:\.[\w-]+)*\.(?:com|net|org|io|kr|jp|uk|de|dev|app|ai|edu)\b)"
    r"[A-Za-z가-힣][\w.-]*(?![\w/])"
)
# What stays the same when people change: help.desk@, tax_info@, no.reply@.
_ROLES: Final = (
    "help|support|info|team|sales|reply|service|customer|tax|hr|press|order|bill|contact|office|admin"
    "|data|privacy|secur|partner|biz|seller|store|shop|desk|mail|cs|pr|web|master|recruit|job|career"
    "|account|pay|refund|return|delivery|ship|market|legal|event|news|found|student|library|center|centre|open|lost|public|info"
)
# An address with a provider of mail for anybody is a person's; that of an organisation stays.
_OWN_MAIL: Final = re.compile(
    r"\b(?:gmail|naver|hanmail|daum|nate|kakao|hotmail|outlook|live|yahoo|icloud|proton|protonmail"
    r"|aol|msn)\b ?(?:[.․]|dot|점) ?(?:com|net|me|co)\b",
    re.IGNORECASE,
)
# The same written for people: "haneul (골뱅이) 지메일 닷컴", "a.kim (at) gmail (dot) com".
_SPELT_MAIL: Final = re.compile(
    r"(?<![\w.+-])[\w.+-]{2,40}\s?[(\[]?\s?(?:@|골뱅이|앳|\bat\b)\s?[)\]]?\s?"
    r"(?:(?:gmail|naver|hanmail|daum|nate|kakao|hotmail|outlook|yahoo|icloud)\s?[(\[]?(?:\.|dot|점|닷)"
    r"|지메일|네이버|한메일|다음|네이트|카카오)[)\]]?\s?(?:com|net|컴|넷|닷컴|점컴|닷넷)?",
    re.IGNORECASE | re.ASCII,
)
# A person's name at an organisation: given.surname, or initials with a Korean surname.
_NAMED_MAIL: Final = re.compile(
    r"(?!\w*(?:" + _ROLES + r"))(?:[a-z]{1,12}[._][a-z]{2,15}\d{0,4}"
    r"|[a-z]{2}(?:kim|lee|park|choi|jung|jeong|kang|cho|yoon|jang|lim|seo|shin|kwon|hwang|ahn|song|hong|yang|moon)"
    r"\d{0,4})@(?!example\.)",
    re.IGNORECASE | re.ASCII,
)
_MESSENGER: Final = re.compile(
    r"(?:카카오톡|카톡|텔레그램|라인|디스코드|인스타(?:그램)?|kakao(?:talk)?|telegram|whatsapp|wechat|discord|line"
    r"|instagram|skype|네이버|구글|지메일|naver|google|gmail)\s?(?:아이디|id|handle|name)\s?[:은는가]?\s?(?:is\s)?"
    r"(?:@?[a-z](?=[\w.-]*[\d_.])[\w.-]{3,30})",
    re.IGNORECASE,
)
# Teams, which stay the same when people change.
_TEAM: Final = re.compile(r"(?:팀|부서|센터|채널|그룹|데스크)$")
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
_PLACE: Final = "구도시군동읍면역트몰점청국"
# What somebody is called whose full name comes first: 강사, 원장, 연구원, 교수, 감독.
_JOB: Final = re.compile(
    r"[가-힣]{1,4}(?:장|사|원|관|수|의)|감독|코치|조교|매니저|트레이너|디자이너|플래너|아나운서|사서|비서|작가|기자"
)
_TWO_SYLLABLES: Final = ("남궁", "황보", "제갈", "선우", "독고", "사공", "서문")
_CALLED: Final = re.compile(
    r"(?<![가-힣])(?P<name>[가-힣]{3})(?:님|씨)(?=[이은의과와도께,.!?]|한테|에게|\s|$)"
)
_CALLED_ENGLISH: Final = re.compile(
    r"\b(?:(?:Mr|Mrs|Ms|Miss|Dr|Prof|Professor)\b\.?"
    r"|(?i:ask|call|contact|talk to|speak (?:to|with)|write to"
    r"|(?:send|give|hand|return|submit|forward|e-?mail) (?:it|them|this|that|(?:the|your) \w+) to)"
    r" (?=[A-Z]\w+ [A-Z]))"
    r"\s?(?P<name>[A-Z][a-z]+(?:[ -][A-Z][a-z]+)?)"
)
_OFFICES: Final = re.compile(
    r"\b(?:Customer|Service|Support|Human|Resources|Sales|Office|Team|Desk|Help|Guest|Facilities"
    r"|Security|Reception|Legal|Finance|Accounts|Accounting|Payroll|Registrar|Admissions|Student|Affairs|Building|Management"
    r"|Data|Protection|Technical|Relations|Public|Safety|Care|Center|Centre)\b"
)
_TO: Final = ("한테", "에게", "께", "에게서", "한테서")
_SYLLABLES: Final = 3
_UNKNOWN: Final = 100  # Kiwi's first morphemes stand for words of each tag that it does not know


class PeopleReader:
    """Finds names with the analysis of Korean."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer

    def people(self, text: str) -> list[str]:
        """Return the names of people in a text, such as `@민수`, `김민수 대리` and `Dr. Grant`."""
        mentions = (match[0] for match in _MENTION.finditer(text))
        found = [name for name in mentions if not _TEAM.search(name)]
        mails = (one.text for one in detect(text) if one.kind is PersonalDataKind.EMAIL)
        found += [one for one in mails if _OWN_MAIL.search(one) or _NAMED_MAIL.match(one)]
        if not found:
            found += [match[0].strip() for match in _SPELT_MAIL.finditer(text)]
        found += [match[0] for match in _MESSENGER.finditer(text)]
        plain = _MENTION.sub(" ", text)
        english = (match["name"] for match in _CALLED_ENGLISH.finditer(plain))
        found += [name for name in english if not _OFFICES.search(name)]
        tokens = self._analyzer.kiwi.tokenize(plain)
        for place, token in enumerate(tokens):
            after = [*tokens[place + 1 : place + 3], None, None]
            start = _begin_of_name(tokens, place)
            if end := _named_until(start, token, after[0], after[1]):
                found.append(plain[start.start : end])
        known = " ".join(found)
        called = (match for match in _CALLED.finditer(plain) if match["name"] not in known)
        return found + [match[0] for match in called if self._is_name(match["name"])]

    def _is_name(self, word: str) -> bool:
        """Return whether Kiwi takes three syllables for a surname and what it does not know."""
        tokens = self._analyzer.kiwi.tokenize(word)
        is_surname = tokens[0].form == word[0] and tokens[0].tag in ("NNP", "MM", "XPN")
        return word[0] in _SURNAMES and (is_surname or tokens[0].tag == "NNP")


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
    splits = syllables == _SYLLABLES and _has_surname(tokens[first])
    return tokens[first] if splits else token


def _has_surname(token: Token) -> bool:
    """Return whether a word begins with a surname: of two syllables, or of one."""
    if token.form in _TWO_SYLLABLES:
        return True
    return token.form[0] in _SURNAMES and (len(token.form) != 2 or token.tag == "NNP")


def _named_until(start: Token, token: Token, title: Token | None, after: Token | None) -> int:
    """Return the end of a person's name with its title; 0 if there is no such name."""
    name_ends: int = token.start + token.len
    whole = name_ends - start.start
    has_surname = _has_surname(start) and whole >= _SYLLABLES
    # What Kiwi knows as a noun is no name: 정수기 기사님, 미용실 원장님.
    is_noun = start is not token or (token.tag == "NNG" and token.id < _UNKNOWN)
    is_noun &= has_surname and token.form[-1] not in _NO_NAME
    is_whole = whole == _SYLLABLES or (whole == _SYLLABLES + 1 and token.form[:2] in _TWO_SYLLABLES)
    if title is None or not (token.tag == "NNP" or (is_noun and is_whole)):
        return 0
    if title.form in _TO and token.tag == "NNP" and has_surname:
        return name_ends
    is_polite = after is not None and after.form == "님"
    has_job = has_surname and whole == _SYLLABLES and (is_polite or token.form[-1] not in _PLACE)
    is_title = bool(_JOB.fullmatch(title.form)) or is_polite
    has_job = has_job and title.tag == "NNG" and is_title
    if title.form not in _TITLES and not has_job:
        return 0
    is_called = title.form in ("님", "씨") or after is None or after.form == "님"
    if not is_called and after and after.tag[0] not in "JS" and after.tag != "VCP":
        return 0
    title_ends: int = title.start + title.len
    return title_ends
