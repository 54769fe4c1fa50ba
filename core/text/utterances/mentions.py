"""The words around a mention: its particles, its addressee, and whether any text is left."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from core.text.spelling.normalize import normalized

CALL: Final = "\ufffc"
"""What stands in a text where it mentions the bot, until `without_calls` takes it out."""

_HONORIFIC: Final = "(?:선생)?님|씨|쌤|샘"
_VOCATIVE: Final = "이?야|아"
# The particles of a person who is spoken to: 한테, 에게, 께, and what may follow them.
_DATIVE: Final = "(?:한테|에게|께|께서|더러|보고)(?:서|도|만)?"
_STUCK: Final = rf"[ \t]?(?=[가-힣])(?:{_HONORIFIC})?(?:{_VOCATIVE}|{_DATIVE})?(?!\w)"
_INTERJECTION: Final = r"(?:\b(?:hey|hi|hello|yo)[ \t,]*)?"
# A colon behind it is its own unless a shortcode such as `:pray:` begins with it.
_COMMAS: Final = r"(?:[ \t]*(?!:[\w+'-]+:)[,，、:：;!~]+)?"
# Bold, italic, struck or hidden, the mention alone: `**@bot**`, `||@bot||`.
_MARK: Final = r"(?P<mark>[*_~]{1,3}|\|\|)?"
_CALLED: Final = re.compile(
    rf"{_MARK}{_INTERJECTION}{CALL}(?(mark)[ \t]*(?P=mark))(?:{_STUCK})?[ \t]*{_COMMAS}",
    re.IGNORECASE,
)
_LEFT_OVER: Final = " \t\n,，、"
# What stands between a call at the beginning and the question: `@bot님. 정산은?`, `@bot - 정산은?`
_LEFT_BEFORE: Final = re.compile(r"[ \t]*(?:[…·?|]+|\.+(?!\w)|[–—-]+[ \t])+")
# An honorific that carries a particle, as in `님이 말한`, makes the name a part of the sentence.
_SPOKEN_TO: Final = re.compile(
    rf"(?>(?:[ \t]?(?:{_HONORIFIC}))?)(?>(?:{_VOCATIVE})?)(?![가-힣A-Za-z])"
)
_MARKS: Final = re.compile(r"[\s\W]*")
_BEHIND_NAME: Final = re.compile(rf"(?:[ \t]?(?:{_HONORIFIC}))?(?:[\s,，、:：;!~]+|\Z)")
# Groups and roles before a question, which are no people: `@here @판매팀 정산은?`. A name with a
# particle belongs to the sentence.
_GROUPS: Final = re.compile(
    r"^(?:(?:cc[.:]?\s*)?@[^\s@,]+(?<![이가은는을를도의로에와과])[\s,]+"
    r"(?!(?:[은는이가을를도만의에와과로]|으로|에서|에게|한테|님이?|씨)\s))+",
    re.IGNORECASE,
)
# Who is called before a question: a bot, or anybody with a comma behind. Without one, a title may
# belong to the question: "담당자님 연락처".
_HAILED: Final = re.compile(
    rf"^(?:(?:\S{{1,12}}[ \t])?\S{{0,12}}"
    rf"(?:봇(?:{_HONORIFIC}|아)|(?:도우미|비서|AI)(?:{_HONORIFIC}|야))[\s,.!~]+"
    rf"|[가-힣A-Za-z]{{1,10}}(?:{_HONORIFIC})들?[ \t]?[,!~]+\s*"
    r"|(?:hey|hi|hello|ok|okay)[\s,]+(?:\w{1,12})?bot[\s,.!]+)",
    re.IGNORECASE,
)
# Who is shown a message, and not asked: "… cc @나래".
_IN_COPY: Final = re.compile(
    r"(?<=[\s.!?~])\(?(?:cc|fyi|참조|참고)[.:]*+(?:\s++@\S++)*+[\s)]*+$", re.IGNORECASE
)
_NAME_GOES_ON: Final = re.compile(r"[A-Za-z0-9_.-]")
_QUOTED_WHOLE: Final = re.compile(r"[\"“]([^\"“”]+)[\"”][\s.?!~]*")
_LINK: Final = re.compile(r"https?://\S+|www\.\S+", re.IGNORECASE)
_NAME: Final = re.compile(r"[@#]\S+|:[\w+'-]+:")
_PERSON: Final = re.compile(r"@\S+")
# How people call other bots: `!play`, `.help`, `$price`, `!출석`. A price or a list item is none.
_COMMAND: Final = re.compile(
    r"\s*(?:(?:[!.$?%&;~+=-]{1,2}|/)[a-z][\w-]*\b|[!/$][가-힣])", re.IGNORECASE
)
_LONE_JAMO: Final = re.compile(r"[\u3131-\u318e\u1100-\u11ff]")

# Thanks and nothing else, with what is said before them in the same breath.
_THANKS: Final = re.compile(
    r"(?:(?:네+|넵|넹|예|아하?|오+|와+|앗|정말|진짜|너무|대단히|많이|빠른|친절한|답변|도움)[\s,.!~]*)*"
    r"(?:감사(?:합니다|해요|해용|감사|드려요|드립니다|했습니다|했어요|요)?|고맙(?:습니다|네요)|고마(?:워요?|웠어요)|땡큐|ㄱㅅ|ㄳ"
    r"|thanks?(?: ?you)?(?: so much| very much| a lot)?|thx|ty)[\s.,!~^ㅎㅋㅠ]*",
    re.IGNORECASE,
)


def with_typed_call(text: str, names: Collection[str], mention: str) -> str:
    """Return a text with a real mention where it begins with `@` and one of the bot's names.

    Such a name is typed, and the platform has made no mention of it, as it does for a chosen one.
    """
    said = text.lstrip()
    for name in filter(None, names):
        if said[: len(name) + 1].casefold() == f"@{name}".casefold():
            rest = said[len(name) + 1 :]
            if not _NAME_GOES_ON.match(rest):
                return f"{mention}{rest}"
    return text


def without_calls(text: str) -> str:
    """Return the text without mentions of the bot and the particles that belong to them.

    Honorifics, vocatives and commas go with a mention: `@bot님, 정산은?` asks `정산은?`.
    """
    said = _CALLED.sub(" ", text)
    if _CALLED.match(text.lstrip()):
        said = said[left.end() :] if (left := _LEFT_BEFORE.match(said)) else said
    return said.strip(_LEFT_OVER)


def is_spoken_to(before: str, after: str) -> bool:
    """Return whether a mention speaks to somebody: it is at the edge of a line, not in a sentence.

    `before` and `after` are what stands beside it in its line, without other mentions.
    """
    spoken_to = _SPOKEN_TO.match(after)
    if not spoken_to:
        return False
    at_start = bool(_MARKS.fullmatch(before))
    at_end = bool(_MARKS.fullmatch(after[spoken_to.end() :]))
    return at_start or at_end


def asked_text(text: str, names: Collection[str]) -> str:
    """Return what a message asks, normalised: without whom it calls, and quotes around it.

    `names` are the mentions as they stand in the text: `@나래 정산은 언제 되나요?`.
    """
    said = normalized(text)
    shown = [normalized(name) for name in names]
    start = 0
    while name := next((one for one in shown if one and said.startswith(one, start)), None):
        behind = _BEHIND_NAME.match(said, start + len(name))
        if not behind:
            break
        start = behind.end()
    end = len(said)
    while name := next(
        (one for one in shown if one and said.endswith(f" {one}", start, end)), None
    ):
        end -= len(name)
        while end > start and said[end - 1] in _LEFT_OVER:
            end -= 1
    said = said[start:end]
    said = _IN_COPY.sub("", said).rstrip() or said
    said = _HAILED.sub("", _GROUPS.sub("", said) or said, count=1) or said
    quoted = _QUOTED_WHOLE.fullmatch(said)
    return quoted[1].strip() if quoted else said


def is_in_copy(text: str) -> bool:
    """Return whether a text ends with those to whom it is only shown: "… cc @나래"."""
    return bool(_IN_COPY.search(text.rstrip()))


def is_thanks(text: str) -> bool:
    """Return whether a text thanks, and says nothing else."""
    return bool(_THANKS.fullmatch(normalized(text)))


def has_words(text: str) -> bool:
    """Return whether a text has anything to read beside links, emoji and the names of people."""
    said = normalized(_PERSON.sub("", _LINK.sub("", text)))
    return any(character.isalnum() for character in said)


def says_something(text: str) -> bool:
    """Return whether a text has words of its own, and is no call to another bot."""
    return any(character.isalpha() for character in _own_words(text))


def may_reply(text: str) -> bool:
    """Return whether a text may be the reply to a question of the bot: a number is enough."""
    return any(character.isalnum() for character in _own_words(text))


def _own_words(text: str) -> str:
    """Return a text without links, names and lone letters; "" for a call to another bot."""
    if _COMMAND.match(text):
        return ""
    return _LONE_JAMO.sub("", normalized(_NAME.sub("", _LINK.sub("", text))))
