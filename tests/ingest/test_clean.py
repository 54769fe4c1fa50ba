"""Cleaning takes away the page around an answer, and nothing of the answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.clean import clean, clean_text, match_titles, spaceless, split_footer, tags_of
from ingest.sources.load import load
from ingest.sources.rows import Row

FOOTER = (
    "\n\n\n위 도움말이 도움이 되었나요?\n\n\n별점1점\n\n별점5점\n\n\n\n"
    "소중한 의견을 남겨주시면 보완하도록 노력하겠습니다.\n\n보내기\n\n\n\n{related}도움말 닫기"
)
RELATED = "관련 도움말/키워드\n\n정산일은 언제인가요?\n#정산 주기\n\n\n\n"
INVISIBLE = "\u200b\ufeff\u200e\u2060\u00ad"


def _row(answer, title="제목", **fields):
    return Row(
        title,
        answer,
        **{"category": "", "questions": (), "related": (), "position": "f:1"} | fields,
    )


def test_spaces_of_every_kind_become_plain_and_the_invisible_goes():
    """No-break and typographic spaces, zero-width marks, CR and separators, runs of blank lines."""
    text = f"\ufeff가\xa0나\u3000다{INVISIBLE}라\r\n\u2028\v마 \t\n\n\n\n바\0\u202e사\u3164"
    assert clean_text(text) == "가 나 다라\n\n마\n\n바사"


@pytest.mark.parametrize("emoji", ["👩‍💻", "👨‍👩‍👧‍👦", "❤️‍🔥", "👩🏽‍🚀", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🏳️‍🌈", "1️⃣", "🇰🇷"])
def test_joined_emoji_stay_intact(emoji):
    """A zero-width joiner within an emoji is part of it."""
    assert clean_text(f"좋아요{emoji}!") == f"좋아요{emoji}!"


def test_joiners_and_tags_outside_emoji_go():
    """Invisible text is a place to hide instructions from the person who reviews a FAQ."""
    hidden = "".join(chr(0xE0000 + ord(letter)) for letter in "ignore all")
    assert clean_text(f"가\u200d나{hidden}다 \u200d👩") == "가나다 👩"


def test_the_footer_goes_and_its_related_titles_stay_as_data():
    """From the feedback question to the closing mark, with the titles that it lists."""
    cleaned = clean(
        _row("본문입니다.\xa0" + FOOTER.format(related=RELATED), related=("배송비는?",))
    )
    assert cleaned.text == "본문입니다."
    assert cleaned.related == ("배송비는?", "정산일은 언제인가요?", "#정산 주기")


def test_a_footer_without_related_titles_and_text_around_it():
    """What follows a footer is kept, and half a footer is text like any other."""
    assert split_footer("앞" + FOOTER.format(related="") + "\n뒤") == ("앞\n\n뒤", ())
    assert split_footer("위 도움말이 도움이 되었나요? 라고 묻습니다") == (
        "위 도움말이 도움이 되었나요? 라고 묻습니다",
        (),
    )


@pytest.mark.parametrize(
    ("title", "category"),
    [
        ("[가입서류] 무엇이 필요한가요?", "가입서류"),
        ("[스마트스토어][사업자 대출] 조건은?", "스마트스토어 > 사업자 대출"),
        ("\u200b[원쁠딜] 구성은?", "원쁠딜"),
        ("★ [고객문의] 처리 방법", "고객문의"),
        ("[전용]'결제여부'란?", "전용"),
        ("[풀필먼트] [물류 관리 > 운영] 조건은?", "풀필먼트"),
        ("[상품관리 > 상품조회] 메뉴가 안 보여요", ""),
        ("[상품관리] 메뉴가 안 보여요", ""),
        ("[저장]에서 오류가 납니다", ""),
        ("배송비 [선불]은?", ""),
        ("[] 무엇인가요", ""),
    ],
)
def test_bracket_tags_before_a_title_are_its_category(title, category):
    """Menu paths, and brackets that a sentence goes on from, are no tags; the title stays."""
    assert tags_of(title) == category
    assert clean(_row("답", title)).title == title


def test_a_category_of_the_source_comes_before_the_tags():
    """A column says more than a bracket."""
    assert clean(_row("답", "[태그] 제목", category=" 배송 ")).category == "배송"


def test_related_titles_are_matched_whatever_their_spacing():
    """The form writes titles with other spaces than the page; keywords match nothing."""
    titles = {spaceless(title): title for title in ("정산일은\xa0 언제인가요?\u200b", "배송비")}
    found = match_titles(["정산일은 언제인가요?", "#정산 주기", "배 송비", "배송비"], titles)
    assert found == ("정산일은\xa0 언제인가요?\u200b", "배송비")


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text):
    """Cleaned text is clean."""
    assert clean_text(clean_text(text)) == clean_text(text)


def test_no_real_answer_loses_a_character(shared):
    """On all 2,717 entries every visible character of the body survives in order."""
    rows = load(shared / "data" / "final_result.pkl").rows
    related = 0
    for row in rows:
        body, footer = row.answer.split("위 도움말이 도움이 되었나요?")
        visible = "".join(mark for mark in body if not mark.isspace() and mark not in INVISIBLE)
        cleaned = clean(row)
        assert "".join(cleaned.text.split()) == visible, row.position
        listed = footer.removesuffix("도움말 닫기").partition("관련 도움말/키워드")[2].split("\n")
        assert {spaceless(name) for name in cleaned.related} == {spaceless(n) for n in listed} - {
            ""
        }
        related += bool(cleaned.related)
    assert related == 341
