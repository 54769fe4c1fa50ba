"""The recognition of replies that only ask a question in return, and so teach nothing."""

from __future__ import annotations

import re
from typing import Final

from core.text.sentences import message_sentences

_ENDED: Final = " .!~…ㅠㅜㅋㅎ;,)\"'"
# Endings that ask wherever they stand, and those that do behind a question word.
_ASKS: Final = re.compile(
    r"(?:(?<![끝만떠빛혼])(?<!어)(?<!타)(?<!지)나요|(?<!니)까요?|[ㄴ은는인한된운던]가요?|건가요?|는지요|려나요?|냐|(?:있|없|맞|하|되|인|였|했)나)$"
)
# A stem may end in 나: "끝나요", "일어나요" and "지나요" tell, unless there is a question word.
_MAY_ASK: Final = re.compile(r"(?:나요|[가-힣]예요|이에요|이세요|[죠]|지요|셨어요)$")
_WORD: Final = re.compile(
    r"(?:어떻게|어떡|언제|어디|얼마|왜|무엇|무슨|뭐|뭔가|뭘|누가|누구|어느|어떤|며칠|몇 ?[가-힣])"
    r"(?![^?]*(?:든|[는은을]지|는가에))"
)


def asks_back(text: str) -> bool:
    """Return whether a text does nothing but ask: each of its sentences is a question."""
    sentences = [one.strip() for one in message_sentences(text) if any(map(str.isalnum, one))]
    return bool(sentences) and all(map(_is_question, sentences))


def without_questions(text: str) -> str:
    """Return the sentences of a text that do not ask."""
    return " ".join(one for one in message_sentences(text) if not _is_question(one.strip()))


def _is_question(sentence: str) -> bool:
    bare = sentence.rstrip(_ENDED)
    if bare.endswith(("?", "？")) or _ASKS.search(bare):
        return True
    return bool(_MAY_ASK.search(bare) and _WORD.search(bare))
