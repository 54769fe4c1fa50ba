"""Secrets in a text: keys of services, by their published formats, and named passwords.

A text that speaks of passwords ("at least 8 characters") holds none. All work is linear.
"""

from __future__ import annotations

import re
from typing import Final

# The forms in which services write their keys, as they and scanners such as
# https://docs.github.com/en/code-security/secret-scanning document them.
_KEY: Final = re.compile(
    r"(?<![\w-])(?:"
    r"sk-(?:proj-|ant-|or-)?[A-Za-z0-9_-]{20,}"
    r"|(?:sk|rk|whsec)_(?:live_|test_)?[A-Za-z0-9]{16,}"
    r"|xox[abeoprs]-[A-Za-z0-9-]{10,}|xapp-[A-Za-z0-9-]{10,}"
    r"|gh[opusr]_[A-Za-z0-9]{30,}|github_pat_\w{20,}|glpat-[\w-]{16,}"
    r"|(?:AKIA|ASIA)[A-Z0-9]{16}|AIza[\w-]{30,}|ya29\.[\w-]{20,}"
    r"|hf_[A-Za-z0-9]{20,}|npm_[A-Za-z0-9]{30,}|pypi-[\w-]{30,}|SG\.[\w-]{16,}\.[\w-]{16,}"
    r"|eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{16,}"
    r"|GOCSPX-[\w-]{16,}|Bearer [\w.~+/-]{20,}"
    r"|[MNO][\w-]{23,26}\.[\w-]{6}\.[\w-]{27,}"
    r")"
    r"|-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----"
    r"|hooks\.slack\.com/services/T\w+/B\w+/\w{16,}"
    r"|discord(?:app)?\.com/api/webhooks/\d+/[\w-]{16,}"
    r"|\b[a-z][a-z0-9+]{1,20}://[^\s:/@]{0,64}:[^\s:/@<>*{$]{3,128}@[\w.-]+",
    re.ASCII,
)
_NAME: Final = (
    r"(?:비밀\s?번호|비번|암호|패스워드|접속\s?번호|(?:보안|복구|백업)\s?코드|핀\s?번호|인증\s?키|시크릿|토큰"
    r"|pass(?:word|wd|code|phrase)|\bpwd?|\bpin(?:\s?(?:번호|code|number))?"
    r"|(?:api|access|secret|private|auth)[ _-]?(?:key|token)|(?<![a-z])token"
    r"|api ?키|(?<![a-z])secret"
    r"|(?:알람|경보|출입|현관|해제)\s?(?:해제\s?)?코드|잠금(?:\s?(?:해제|번호))?|\bcombination"
    r"|(?:도어\s?[락록]|현관|출입문?|대문|금고|사물함|자물쇠|보안)\s?(?:의\s)?번호"
    r"|(?:door|gate|entry|access|alarm|safe|lock(?:er)?|recovery|backup)\s(?:code|number)|\bwi-?fi\s(?:key|code))"
)
# What may stand between: "the passcode for the meeting is …".
_LINK: Final = (
    r"(?:\s(?:for|of|to)\s(?:the\s)?\w{1,20})?"
    r"\s{0,3}(?:은|는|이|가|로는|:|：|=|->|→|\bis\b)?\s{0,3}[\"'`“]?"
)
# What is given as a password: signs without Hangul, a digit among them. A number with a unit behind
# it, such as `12자` or `12 characters`, is a rule.
_GIVEN: Final = re.compile(
    _NAME + _LINK + r"(?P<value>(?=[^\s가-힣]*\d)[!-~]{4,128})"
    r"(?!\s?(?:자리|자|글자|회|일|분|시간|초|개|명|byte|char|digit|letter|day|minute|time))",
    re.IGNORECASE,
)
_ASSIGNED: Final = re.compile(
    r"(?:password|passwd|pwd|secret|token|api_?key)=(?P<value>[!-~]{4,128})", re.IGNORECASE
)
_ON_COMMAND_LINE: Final = re.compile(r"\s-u\s?\w{1,40}\s+-p(?P<value>[!-~]{4,128})")
# A password of three or more words with hyphens.
_WORDS: Final = re.compile(
    _NAME + r"\s{0,3}(?:은|는|:|=|\bis\b)\s{0,3}[A-Za-z]{2,20}(?:-[A-Za-z]{2,20}){2,6}",
    re.IGNORECASE,
)
# What follows the name of a secret later: letters with digits, or digits that it is set to.
_GIVEN_LATER: Final = re.compile(
    _NAME + r"(?=[은는이가\s])[가-힣\s]{1,24}?(?<![!-~])(?:"
    r"(?=[!-~]{0,40}[A-Za-z]{3})(?=[!-~]{0,40}\d{2})[!-~]{6,40}\s?"
    r"(?:이에요|예요|입니다|이고|넣|입력|쓰|치|누르)"
    r"|(?:\d{1,2}\s?자리\s)?\d{4,8}[#*]?\s?(?:이에요|예요|입니다|이고|이며)"
    r"|(?=[!-~]{0,40}[A-Za-z]{3})(?=[!-~]{0,40}\d)[!-~]{6,40}\s?으?로\s?(?:되어|돼|로그인|접속)"
    r"|\d{4,8}[#*]?\s?(?:으?로)\s?(?:통일|설정|바꿔|바꾸|정했|정해|초기화|맞춰|해\s?[뒀두놨])"
    r")",
    re.IGNORECASE,
)
# A password without a digit behind a separator: a quoted one, a word, or words to the line's end.
_WORDED: Final = (
    r"(?:비밀\s?번호|비번|암호(?!화)|패스워드|(?:pass(?:word|wd|code|phrase)|\bpwd?)(?![\w-])"
    r"|\bwi-?fi\s(?:key|code))"
)
_WORD_GIVEN: Final = re.compile(
    _WORDED + r"(?:\s(?:for|of|to)\s(?:the\s)?\w{1,20})?"
    r"\s{0,3}(?:[:：=→]|->|은|는|\bis(?=\s))\s{0,3}"
    r"(?:[\"'`“‘][^\"'`“”‘’\n]{4,40}[\"'`”’]|(?P<word>[A-Z][A-Z!@#$%^&*?_-]{3,39}))"
    r"(?=\s?(?:$|[.!,;)]|이?에요|예요|입니다|이고|이며))",
    re.IGNORECASE | re.MULTILINE,
)
_PHRASE_GIVEN: Final = re.compile(
    _WORDED + r"\s?[:：=]\s?(?P<word>[A-Z]{2,20}(?: [A-Z]{2,20}){2,7})\.?$",
    re.IGNORECASE | re.MULTILINE,
)
# Words that tell of a password and are none, and the endings of such words: required, optional.
_TELLING: Final = frozenset(
    """
    correct incorrect wrong right valid invalid weak strong short long safe secure secret
    private public same different empty blank none null unknown your yours must should can may
    will new old unique free ready fine set lost sent given chosen hidden current known string
    text field value email mail phone name surname birthday user username login account password
    passcode code pin link here there this that what which who how see ask the an at by in on of
    to from for with and or not no is are be as our its it you we least most minimum maximum
    character characters letter letters digit digits number numbers symbol symbols length word
    words uppercase lowercase day days week weeks month months only also never always please
    change reset forgot use enter type choose settings setting menu profile page tab plain
    bearer
    """.split()  # noqa: SIM905 - a list of words is easier to read so
)
_TELLING_ENDS: Final = tuple("ed able ible ive al ory ary ic ing".split())  # noqa: SIM905
# A name to sign in with, and a password: "ID/PW: guest / welcome", "root / hunter22". Of a name
# that many systems have the password may stand anywhere, of another it has to be all there is.
_PAIR_NAMED: Final = re.compile(
    r"(?:\b(?:id|user(?:name)?|login|account)|아이디|계정)\s?[/,·&+]\s?"
    r"(?:pass(?:word)?|pwd?|비밀\s?번호|비번|암호|패스워드)(?:\s?[:：=]|[은는]|\s(?:is|are)\b)?"
    r"\s{0,3}[\w.@-]{2,40}\s?[/,:]\s?(?P<value>[!-~]{3,64})",
    re.IGNORECASE,
)
_PAIR: Final = re.compile(
    r"(?<![\w/.@:-])(?:root|admin(?:istrator)?|sysadmin|superuser|guest|demo|user|operator|postgres"
    r"|oracle|ubuntu|support|master|manager|sa|pi)(?:@[\w.-]{1,60})?(?: ?[/|] |:)"
    r"(?=[!-~]{0,40}[A-Za-z]{2})(?=[!-~]{0,40}\d)[!-~]{6,40}(?![!-~])"
    r"|^\W{0,3}(?:[^/|:\n]{1,20}:\s)?[a-z][\w.@-]{2,30} [/|] "
    r"(?=[!-~]{0,40}[a-z]{2})(?=[!-~]{0,40}\d)[a-z][!-~]{5,40}$",
    re.ASCII | re.MULTILINE,
)
# What somebody signs in with: "root / toor1234 로 로그인", "user demo and pass winter-2024".
_SIGNS_IN: Final = re.compile(
    r"(?<![!-~])[A-Za-z][\w.-]{1,30} ?/ ?(?=[!-~]{0,40}\d)[!-~]{4,40} ?(?:으?로)\s(?:로그인|접속)"
    r"|\b(?:user(?:name)?|login|id)\b[^.\n]{1,30}?\bpass\b:?\s(?=[!-~]{0,40}\d)[!-~]{4,40}",
    re.IGNORECASE,
)
# Digits that open a door.
_OPENS: Final = re.compile(
    r"도어\s?[락록][은는이의]?\s?\d{4,8}\s?(?:[#*]|별표|샵|우물)|(?:(?<![가-힣])[가-힣]{0,6}문[은이을에]?|도어\s?[락록]|금고|자물쇠|게이트)[은는이을를에]?\s[^.\n]{0,12}?"
    r"(?<!\d)\d{4,8}[#*]?(?:번|을|를|번을)?\s?(?:누르|눌러|입력|치면|치고|치시)"
    r"|\b(?:alarm|safe|door|gate|lock)\b[^.\n]{0,24}"
    r"\b(?:armed|opens?|unlocks?|opened) (?:with|by) \d{4,8}\b"
)
_ACCOUNT: Final = re.compile(
    r"계정|아이디|로그인|\b(?:id|account|login|user(?:name)?)\b", re.IGNORECASE
)
_MIXED: Final = re.compile(
    r"(?<![!-~])(?=[!-~]*[a-z])(?=[!-~]*\d)(?=[!-~]*[!@#$%^&*?])[!-~]{7,64}", re.IGNORECASE
)
_PLACEHOLDER: Final = re.compile(r"^[<{$*]|\*{3}|x{4}|\.{3}|your", re.IGNORECASE)


def holds_key(text: str) -> bool:
    """Return whether a text has a key in it by which some service lets its owner in."""
    return bool(_KEY.search(text))


def holds_password(text: str) -> bool:
    """Return whether a text gives a password, a PIN or the like away."""
    if any(
        _is_value(found["value"])
        for form in (_GIVEN, _ASSIGNED, _ON_COMMAND_LINE, _PAIR_NAMED)
        for found in form.finditer(text)
    ):
        return True
    if any(form.search(text) for form in (_WORDS, _GIVEN_LATER, _SIGNS_IN, _OPENS, _PAIR)):
        return True
    words = (*_WORD_GIVEN.finditer(text), *_PHRASE_GIVEN.finditer(text))
    if any(_is_value(found[0]) and not _tells(found["word"] or "") for found in words):
        return True
    return any(_ACCOUNT.search(line) and _is_mixed(line) for line in text.splitlines())


def _is_value(value: str) -> bool:
    return not (_PLACEHOLDER.search(value) or "://" in value)


def _tells(value: str) -> bool:
    """Return whether a word of a text tells of a password: such a text gives none."""
    words = value.lower().split()
    return any(word in _TELLING or word.endswith(_TELLING_ENDS) for word in words)


def _is_mixed(line: str) -> bool:
    found = (match[0] for match in _MIXED.finditer(line))
    return any(_is_value(value) and "@" not in value[1:] for value in found)
