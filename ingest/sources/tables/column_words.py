"""The words by which people name the columns of a FAQ, as `headers.py` reads them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

# Words for one field, the likelier one first: of two columns for a field it is the earlier word's.
# fmt: off
TITLE: Final = (
    "title", "question", "질문", "제목", "질의", "문의", "물음", "q", "subject", "heading",
    "headline", "prompt", "instruction", "query", "inquiry", "enquiry", "name", "faq",
    "質問", "问题", "問題", "标题", "標題", "タイトル",
    "frage", "pregunta", "domanda", "pergunta", "vraag", "вопрос", "titel", "titre", "titulo",
    "titolo", "issue", "problem", "문제", "증상",
)
ANSWER: Final = (
    "answer", "답변", "응답", "회신", "답", "답글", "해답", "answers", "a", "responses",
    "reply", "response", "output", "solution", "completion", "resolution", "回答", "答え",
    "答案", "答复",
    "antwort", "respuesta", "reponse", "risposta", "resposta", "antwoord", "ответ",
)
BODY: Final = (
    "text", "내용", "본문", "상세", "상세내용", "설명", "글내용", "body", "content", "contents",
    "description", "desc", "details", "article", "input", "message", "안내", "안내사항", "内容",
)
QUESTIONS: Final = (
    "questions", "utterance", "utterances", "variants", "variations", "paraphrases", "aliases",
    "phrasings", "patterns", "examples", "발화", "질문들", "질문목록",
)
CATEGORY: Final = (
    "category", "카테고리", "분류", "구분", "유형", "종류", "대분류", "중분류", "소분류",
    "세분류", "상위분류", "하위분류", "주제", "섹션", "분야", "영역", "메뉴", "항목", "업무",
    "부서", "담당부서", "과목", "파트", "테마", "단원", "area", "theme", "module", "categories",
    "subcategory", "topic", "section", "type", "group", "department", "folder", "collection",
    "product", "제품", "제품명", "상품", "상품명",
    "カテゴリ", "类别", "kategorie", "categoria", "categorie", "rubrik", "категория",
)
TAGS: Final = ("tags", "tag", "labels", "topics", "태그", "라벨", "해시태그")
RELATED: Final = ("related", "관련", "연관")
URL: Final = (
    "url", "링크", "주소", "link", "href", "출처", "원문", "permalink", "바로가기", "source",
)
UPDATED: Final = (
    "updated", "modified", "edited", "revised", "reviewed", "verified", "수정일", "변경일",
    "갱신일", "업데이트", "개정일", "更新日", "最終更新", "最終更新日", "更新日時", "更新时间",
    "更新日期", "aktualisiert", "geandert", "actualizado", "actualizacion", "misajour", "modifie",
    "aggiornato", "atualizado", "bijgewerkt", "обновлено",
)
DATED: Final = ("date", "created", "published", "작성일", "등록일", "게시일", "날짜", "일자")

# Words that say nothing about which column it is.
FILLERS: Final = frozenset((
    "text", "body", "content", "contents", "html", "markdown", "md", "plain", "raw", "full",
    "faq", "article", "customer", "user", "official", "final", "best", "standard", "main",
    "accepted", "suggested", "fields", "attributes", "properties", "node", "current",
    "revision", "default", "display", "required", "the", "your", "our", "q", "a", "string",
    "value",
))
MORE_WORDS: Final = frozenset((
    "example", "sample", "similar", "alternate", "alternative", "other", "additional", "variant",
))
# As Korean systems shorten them: `faqTitl`, `qestnSj`, `ANSWER_CN`, `ctgNm`.
SHORT: Final[Mapping[str, str]] = {
    **dict.fromkeys(("titl", "ttl", "sj", "subj"), "title"),
    **dict.fromkeys(("qestn", "qstn", "qust"), "question"),
    **dict.fromkeys(("ansr", "answ", "ans", "rply"), "answer"),
    **dict.fromkeys(("cn", "cntn", "cntnt", "cntnts", "conts"), "content"),
    **dict.fromkeys(("ctg", "ctgr", "ctgry", "ctgy", "clsf", "gubun"), "category"),
    **dict.fromkeys(("updt", "mdfcn"), "updated"),
    "nm": "name",
}
REGISTERED: Final = frozenset(("reg", "rgst", "regist", "frst", "crt"))
MOMENTS: Final = frozenset(("dt", "dtm", "dttm", "ymd", "pnttm"))
# The last word of an English name says what it is: a `canned response` is a response.
ASKED: Final = frozenset(("question", "inquiry", "enquiry", "query"))
ANSWERED: Final = frozenset(("answer", "reply", "response", "resolution", "solution"))
MEASURES: Final = frozenset((
    "time", "date", "number", "count", "id", "rate", "status", "by", "no",
))
PUBLIC: Final = frozenset(("html", "public", "canonical"))
NO_PAGE: Final = frozenset(("image", "video", "thumbnail", "avatar"))
NAMES_OF_LINKS: Final = frozenset(("text", "label", "title", "name"))
# fmt: on

_KO_BEFORE: Final = (
    "faq|자주(?:묻는|하는)|대표|고객(?:의)?|주요|기본|표준|공식|최종|상담원?|관리자|운영자|담당자|모범"
    "|추천|게시글|문서|도움말|글|판매자|회원|이용자|사용자"
)
_KO_AFTER: Final = "내용|사항|본문|원문|텍스트|제목|글|문|명|란|안내|문구|항목"
KO_TITLE: Final = re.compile(
    rf"(?:{_KO_BEFORE})?(?:질문|질의|문의|물음|제목)(?:{_KO_AFTER})?|[가-힣]{{1,8}}(?:질문|문의)(?:{_KO_AFTER})?"
    r"|대표발화"
)
KO_ANSWER: Final = re.compile(
    rf"(?:{_KO_BEFORE})?(?:답변|응답|회신|답글|해답|답)(?:{_KO_AFTER})?"
    rf"|(?!미)(?:\d차|[가-힣]{{1,8}})(?:답변|회신|답글)(?:{_KO_AFTER})?|댓글(?:내용)?"
    r"|(?:처리|조치|안내|해결|응대|대응)(?:내용|결과|방법|방안|책|사항|답변|문구|멘트|스크립트|요령)"
    r"|(?:상담|고객|응대)?(?:멘트|스크립트)"
)
KO_MORE: Final = re.compile(
    r"(?:유사|예상|예시|추가|비슷한|다른|변형|대체|파생)(?:질문|질의|문의|발화|표현)(?:들|목록|예시?)?"
    r"|(?:질문|질의|발화|문의)(?:예시|예|변형|표현|들|목록)|질문의?다른표현|발화"
)
KO_CATEGORY: Final = re.compile(r".*(?:카테고리|분류|유형|구분)(?:명|코드)?")
# Of several columns of categories, the widest first.
LEVELS: Final = tuple(
    re.compile(marks)
    for marks in (
        r"대분류|상위|parent|main|[^\d]1$|1차|1단계",
        r"중분류|[^\d]2$|2차|2단계",
        r"소분류|하위|sub|[^\d]3$|3차|3단계",
        r"세분류|[^\d]4$|4차|4단계",
    )
)
KO_RELATED: Final = re.compile(r"(?:관련|연관)(?:된)?(?:질문|문서|도움말|글|항목|faq|문의)?")
KO_URL: Final = re.compile(r"(?!.*메일).{0,6}(?:링크|주소|바로가기)|(?:원문|출처|참고)(?:url)?")
KO_UPDATED: Final = re.compile(
    r"(?:최종|최근|마지막)?(?:수정|변경|갱신|업데이트|개정|검토|확인|점검|편집)"
    r"(?:일|일자|일시|날짜|시각|시간)|(?:최종|최근|마지막)?(?:수정|변경|갱신|업데이트|개정)"
)
NOT_FOR_READERS: Final = re.compile(
    r"내부|이전|기존|과거|폐기|초안|임시|구버전|(?:^|\s)(?:internal|old|draft|previous|private|deprecated)(?:\s|$)"
)
BESIDE: Final = re.compile(r"memo|note|remark|comment|메모|비고|참고|특이|코멘트", re.IGNORECASE)
LANGUAGES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("ko", "kr", "kor", "korean", "한국어", "국문", "한글", "국어"), "ko"),
    **dict.fromkeys(("en", "eng", "english", "us", "영어", "영문"), "en"),
    **dict.fromkeys(("ja", "jp", "jpn", "japanese", "일본어", "일문", "日本語"), "ja"),
    **dict.fromkeys(("zh", "cn", "chn", "chinese", "중국어", "중문", "中文"), "zh"),
}
