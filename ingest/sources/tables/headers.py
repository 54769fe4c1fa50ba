"""A column's name, as people write it, as the field of an entry that it means.

`질문 내용`, `Question (KR)`, `질문*`, `FAQ 제목`, `answer_text` and `처리내용` are understood;
`답변자`, `질문번호` and `question_id` are none of an entry's fields.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

FIELDS: Final = ("title", "answer", "category", "questions", "related", "url", "updated")
"""What a column may be read as; `--map` names them, and `question` for `title`."""

_SEPARATE: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Za-z])(?=\d)")
_ASIDE: Final = re.compile(r"[(\[{<〔【][^)\]}>〕】]*[)\]}>〕】]")
_WORD: Final = re.compile(r"[a-z]+|\d+|[^\W\da-z_]+")

# Words for one field, the likelier one first: of two columns for a field it is the earlier word's.
_TITLE: Final = (
    *("title", "question", "질문", "제목", "질의", "문의", "물음", "q", "subject", "heading"),
    *("headline", "prompt", "instruction", "query", "inquiry", "enquiry", "name", "faq"),
    *("質問", "问题", "問題", "标题", "標題", "タイトル"),
    *("frage", "pregunta", "domanda", "pergunta", "vraag", "вопрос", "titel", "titre", "titulo"),
    *("titolo", "issue", "problem", "문제", "증상"),
)
_ANSWER: Final = (
    *("answer", "답변", "응답", "회신", "답", "답글", "해답", "answers", "a", "reply", "response"),
    *("output", "solution", "completion", "resolution", "回答", "答え", "答案", "答复"),
    *("antwort", "respuesta", "reponse", "risposta", "resposta", "antwoord", "ответ"),
)
_BODY: Final = (
    *("text", "내용", "본문", "상세", "상세내용", "설명", "글내용", "body", "content", "contents"),
    *("description", "details", "article", "input", "message", "内容"),
)
_QUESTIONS: Final = (
    *("questions", "utterance", "utterances", "variants", "variations", "paraphrases", "aliases"),
    *("phrasings", "발화", "질문들", "질문목록"),
)
_CATEGORY: Final = (
    *("category", "카테고리", "분류", "구분", "유형", "종류", "대분류", "중분류", "소분류"),
    *(
        "세분류",
        "상위분류",
        "하위분류",
        "주제",
        "섹션",
        "분야",
        "영역",
        "메뉴",
        "항목",
        "categories",
    ),
    *(
        "topic",
        "section",
        "type",
        "group",
        "department",
        "folder",
        "collection",
        "カテゴリ",
        "类别",
    ),
    *("kategorie", "categoria", "categorie", "rubrik", "категория"),
)
_LONGEST_NAME: Final = 200  # a cell of more characters is an answer, or an attack
_LEVELS: Final = ("대분류", "상위분류", "중분류", "하위분류", "소분류", "세분류")
_TAGS: Final = ("tags", "tag", "labels", "태그", "라벨", "해시태그")
_RELATED: Final = ("related", "관련", "연관")
_URL: Final = (
    "url",
    "링크",
    "주소",
    "link",
    "href",
    "출처",
    "원문",
    "permalink",
    "바로가기",
    "source",
)
_UPDATED: Final = (
    *(
        "updated",
        "modified",
        "edited",
        "revised",
        "수정일",
        "변경일",
        "갱신일",
        "업데이트",
        "개정일",
    ),
)
_DATED: Final = ("date", "created", "published", "작성일", "등록일", "게시일", "날짜", "일자")

# Words that say nothing about which column it is.
_FILLERS: Final = frozenset(
    (
        *("text", "body", "content", "contents", "html", "markdown", "md", "plain", "raw", "full"),
        *("faq", "article", "customer", "user", "official", "final", "best", "standard", "main"),
        *("accepted", "suggested", "fields", "attributes", "properties", "node", "current"),
        *(
            "revision",
            "default",
            "display",
            "required",
            "the",
            "your",
            "our",
            "q",
            "a",
            "string",
            "value",
        ),
    )
)
_KO_BEFORE: Final = (
    "faq|자주(?:묻는|하는)|대표|고객(?:의)?|주요|기본|표준|공식|최종|상담원?|관리자|운영자|담당자|모범"
    "|추천|게시글|문서|도움말|글|판매자|회원|이용자|사용자"
)
_KO_AFTER: Final = "내용|사항|본문|원문|텍스트|제목|글|문|명|란|안내|문구|항목"
_KO_TITLE: Final = re.compile(rf"(?:{_KO_BEFORE})?(?:질문|질의|문의|물음|제목)(?:{_KO_AFTER})?")
_KO_ANSWER: Final = re.compile(
    rf"(?:{_KO_BEFORE})?(?:답변|응답|회신|답글|해답|답)(?:{_KO_AFTER})?"
    r"|(?:처리|조치|안내|해결)(?:내용|결과|방법|방안|책|사항|답변|문구)"
)
_KO_MORE: Final = re.compile(
    r"(?:유사|예상|예시|추가|비슷한|다른|변형|대체|파생)(?:질문|질의|문의|발화|표현)(?:들|목록|예시?)?"
    r"|(?:질문|질의|발화|문의)(?:예시|예|변형|표현|들|목록)|질문의?다른표현"
)
_KO_CATEGORY: Final = re.compile(r".*(?:카테고리|분류|유형|구분)(?:명|코드)?")
_KO_RELATED: Final = re.compile(r"(?:관련|연관)(?:된)?(?:질문|문서|도움말|글|항목|faq|문의)?")
_KO_URL: Final = re.compile(r".{0,6}(?:링크|주소|바로가기)|(?:원문|출처|참고)(?:url)?")
_KO_UPDATED: Final = re.compile(
    r"(?:최종|최근|마지막)?(?:수정|변경|갱신|업데이트|개정)(?:일|일자|일시|날짜|시각|시간)?"
)
_NOT_FOR_READERS: Final = re.compile(
    r"내부|이전|기존|과거|폐기|초안|임시|구버전|(?:^|\s)(?:internal|old|draft|previous|private|deprecated)(?:\s|$)"
)
_MORE_WORDS: Final = frozenset(
    ("example", "sample", "similar", "alternate", "alternative", "other", "additional", "variant")
)
_LANGUAGES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("ko", "kr", "kor", "korean", "한국어", "국문", "한글", "국어"), "ko"),
    **dict.fromkeys(("en", "eng", "english", "us", "영어", "영문"), "en"),
    **dict.fromkeys(("ja", "jp", "jpn", "japanese", "일본어", "일문", "日本語"), "ja"),
    **dict.fromkeys(("zh", "cn", "chn", "chinese", "중국어", "중문", "中文"), "zh"),
}


@dataclass(frozen=True, slots=True)
class Header:
    """A column's field, how likely (0 is likeliest), and what tells it from others like it.

    `field` is one of `FIELDS`, or `body`: the text below a title, which is the answer unless
    another column is; or `tags` or `dated`, which serve where nothing better does; or "".
    """

    name: str
    field: str = ""
    rank: int = 0
    tag: str = ""

    @property
    def level(self) -> int:
        """The place of a column among several of categories, the widest first."""
        plain = _letters(self.name)
        return next((index for index, word in enumerate(_LEVELS) if word in plain), 0)


def header(cell: object) -> Header:
    """Read a cell of the header row."""
    name = shown_name(cell)
    if not name or len(name) > 60:
        return Header(name)
    field, rank = _field(name)
    return Header(name, field, rank, _tag(name) if field in ("title", "answer") else "")


def shown_name(cell: object) -> str:
    """A column's name on one line, without what nobody sees."""
    if not isinstance(cell, str):
        return "" if cell is None else str(cell)[:60]
    text = unicodedata.normalize("NFC", cell[:_LONGEST_NAME])
    text = "".join(
        mark for mark in text if unicodedata.category(mark) not in ("Cf", "Cc") or mark.isspace()
    )
    return " ".join(text.replace("\u3164", " ").split())


def same_name(one: object, other: str) -> bool:
    """Return whether two names of columns differ only in spaces, case and form."""
    return _letters(shown_name(one)) == _letters(shown_name(other))


def is_reply_word(cell: object) -> bool:
    """Return whether a column is about a reply, as `답변자` is: then `내용` is the question."""
    return bool(re.match("답변|회신|응답|답글", _letters(shown_name(cell))))


def _field(name: str) -> tuple[str, int]:
    plain = _without_accents(unicodedata.normalize("NFKC", name))
    if _NOT_FOR_READERS.search(plain.lower().replace("_", " ")):
        return "", 0
    # "Name (required)" is a name; "(FAQ) 제목" a title.
    for text in (_ASIDE.sub(" ", plain), plain):
        words = _words(text)
        if words and (found := _exact(words) or _korean("".join(words)) or _english(words)):
            return found
    return "", 0


def _exact(words: list[str]) -> tuple[str, int] | None:
    word = "".join(words)
    for field, known in (
        ("title", _TITLE), ("answer", _ANSWER), ("body", _BODY), ("questions", _QUESTIONS),
        ("category", _CATEGORY), ("tags", _TAGS), ("related", _RELATED), ("url", _URL),
        ("updated", _UPDATED), ("dated", _DATED),
    ):  # fmt: skip
        if word in known:
            return field, known.index(word)
    return None


def _korean(text: str) -> tuple[str, int] | None:
    text = text.rstrip("0123456789")
    for field, pattern in (
        ("questions", _KO_MORE), ("title", _KO_TITLE), ("answer", _KO_ANSWER),
        ("category", _KO_CATEGORY), ("related", _KO_RELATED), ("updated", _KO_UPDATED),
        ("url", _KO_URL),
    ):  # fmt: skip
        if pattern.fullmatch(text) and not text.isascii():
            known = _TITLE if field == "title" else _ANSWER if field == "answer" else ()
            if field == "answer" and text.endswith("제목"):  # the answer stands below it
                return field, len(_ANSWER)
            return field, next((rank for rank, word in enumerate(known) if word in text), 0)
    return None


def _english(words: list[str]) -> tuple[str, int] | None:  # noqa: PLR0911 - rules in order
    if words[-1] in ("category", "type", "topic", "section"):
        return "category", len(_CATEGORY)
    if words[0] == "related" or words == ["see", "also"]:
        return "related", 0
    if any(word in _UPDATED for word in words):
        return "updated", 0
    if words[-1] in ("url", "link", "href", "permalink") and not {
        "image",
        "video",
        "thumbnail",
        "avatar",
    } & {*words}:
        return "url", len(_URL)
    if len(words) > 1 and words[-1] in ("question", "questions") and words[0] in _MORE_WORDS:
        return "questions", 0
    if any(word in _DATED for word in words):
        return "dated", 0
    heads = [
        word for word in words if not (word in _FILLERS or word in _LANGUAGES or word.isdigit())
    ]
    if not heads and words[0] in ("q", "a"):
        heads = words[:1]
    if len(heads) == 1:
        return _exact(heads)
    return ("body", 0) if not heads and any(word in _BODY for word in words) else None


def _words(text: str) -> list[str]:
    spaced = _SEPARATE.sub(" ", text).casefold()
    words = _WORD.findall(spaced.replace("_", " "))
    if any(not word.isascii() for word in words):  # "질 문" is one word
        return ["".join(words)]
    return words


def _without_accents(text: str) -> str:
    """`Réponse` as `Reponse`; letters of other scripts stay whole."""
    bases = ((mark, unicodedata.normalize("NFD", mark)[0]) for mark in text)
    return "".join(base if base.isascii() else mark for mark, base in bases)


def _letters(name: str) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", name).casefold())


def _tag(name: str) -> str:
    """Return what tells two columns of one field apart: a language, a number, or a script."""
    words = [word for part in _parts(name) for word in part]
    for word in words:
        if word in _LANGUAGES:
            return _LANGUAGES[word]
    digits = "".join(word for word in words if word.isdigit())
    script = "ko" if re.search("[가-힣]", name) else "en" if name.isascii() else "other"
    return script + digits


def _parts(name: str) -> Iterator[list[str]]:
    plain = unicodedata.normalize("NFKC", name)
    yield _WORD.findall(_SEPARATE.sub(" ", plain).casefold().replace("_", " "))
    for language in _LANGUAGES:
        if not language.isascii() and language in plain:
            yield [language]
