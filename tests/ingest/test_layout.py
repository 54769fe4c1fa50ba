"""Lost line breaks come back, and nothing but whitespace changes."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.clean import clean
from ingest.layout import readable
from ingest.sources.load import load

_CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "fixtures" / "layout.jsonl")
    .read_text("utf-8")
    .splitlines()
]

# Things that lines are broken at, and things that must stay whole, in every combination.
_WORDS = """
    입니다. 됩니다 되나요? 하세요! 판매자 구매자가 가 X , . ~ : = > / 1) 2) 3. 1. 4. (1) (2) ① ② ⑳
    · ㆍ • - * ※ ※참고. ! ■ ▶ ▷ ㄴ └ ☞ 》 ≫ 바로가기》 바로가기> [판매관리>주문] [공통] [ ] ( ) ' "
    ‘ ’ “ ” ``` |표| 예시) 예1) Q. Q2) A. A) STEP1. Case 1단계: 3.5% 2024.01.05 2018. 03. 31.
    https://a.kr/b?c=다. 02-123-4567 a@b.kr
"""
_FRAGMENTS = st.sampled_from([*_WORDS.split(), "\n", "\n\n", "\t", "\xa0", "Case 2.", "예시 1)"])
_TEXTS = st.lists(st.tuples(_FRAGMENTS, st.sampled_from(["", "", " ", "  ", " " * 6, " " * 11])))


def _solid(text):
    return "".join(text.split())


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case["name"])
def test_a_text_is_laid_out_as_a_person_would(case):
    """Headings, list items, notes and glued sentences get their own lines, the rest stays."""
    assert readable(case["before"]) == case["after"]


@pytest.mark.parametrize(
    "whole",
    [
        "[판매관리 > 발주(주문)확인/발송관리]",
        "[정산관리 > 정산 내역 (일별·건별) > 2. 건별 정산내역]",
        "[주문 · 배송 - 조회 > 1) 상세]",
        "https://sell.smartstore.naver.com/#/help?q=a.b·c&n=1)",
        "https://ko.example.org/wiki/가입합니다.안내",
        "help.naver.com",
        "3.5%",
        "1,234.50원",
        "2024.01.05",
        "2024. 01. 05.",
        "v1.2.3",
        "09:00~18:00",
        "seller.help-1@naver.com",
        "1588-3819",
        "02-1234-5678",
        "'저장되었습니다.확인하세요.'",
        "“1. 동의합니다. 2. 확인”",
        "신청서입니다.pdf",
        "이·미용",
    ],
)
def test_what_belongs_together_is_not_broken(whole):
    """Menu paths, addresses, numbers, dates and quotations survive inside a text without breaks."""
    text = f"아래와 같습니다.1) 첫째 {whole} 참고2) 둘째 · {whole} 확인 바랍니다.끝 ※ {whole}"
    assert readable(text).count(whole) == 3
    assert readable(f"값은 {whole} 입니다") == f"값은 {whole} 입니다"


@given(_TEXTS)
@settings(max_examples=400, deadline=None)
def test_only_whitespace_changes_and_twice_is_once(fragments):
    """The other characters stay in order, and a laid-out text is left as it is."""
    text = "".join(map("".join, fragments))
    laid_out = readable(text)
    assert _solid(laid_out) == _solid(text)
    assert readable(laid_out) == laid_out


@given(st.text())
@settings(deadline=None)
def test_any_text_keeps_its_characters(text):
    """Whatever Unicode a FAQ brings."""
    assert _solid(readable(text)) == _solid(text)
    assert readable(readable(text)) == readable(text)


@pytest.mark.parametrize(
    "piece", ["1. ", "(", "[", "'", "· ", " ", "\n ", "Q. ", "다.", "http://", "■ 가\n"]
)
def test_a_hostile_text_takes_no_longer_than_a_long_one(piece):
    """100,000 characters of anything are laid out in seconds, not in minutes."""
    text = "가" + piece * (100_000 // len(piece))
    assert _solid(readable(text)) == _solid(text)


def test_the_real_answers_keep_their_characters_and_menus(shared):
    """On all real entries: nothing lost, stable, no menu path broken, few overlong lines."""
    texts = [clean(row).text for row in load(shared / "data" / "final_result.pkl").rows]
    laid_out = [readable(text) for text in texts]
    for before, after in zip(texts, laid_out, strict=True):
        assert _solid(before) == _solid(after)
        assert readable(after) == after
    lines = [line for text in laid_out for line in text.split("\n") if line]
    assert sum(line.count("[") == line.count("]") for line in lines) > 0.995 * len(lines)
    assert sum(len(line) > 400 for line in lines) < 40
