"""From rows to entries: duplicates, related titles, questions, and what is reported."""

import time
import unicodedata

import pytest

from ingest.dedupe import near_duplicates
from ingest.prepare import faq_id, prepare
from ingest.question_packs import load_pack, title_key
from ingest.sources.load import Loaded, Row, Skipped, load


def _row(title, answer, position="f:1", **fields):
    return Row(
        title,
        answer,
        **{"category": "", "questions": (), "related": ()} | fields,
        position=position,
    )


def _prepare(*rows, pack=None):
    return prepare(Loaded(rows, ()), pack)


def test_an_entry_is_clean_laid_out_and_named_after_its_title():
    """The title stays, the text is readable, the id is the hash of the title."""
    (entry,) = _prepare(_row(" [공통] 방법은?", "두 가지입니다.1) 하나\xa02) 둘")).entries
    assert entry.title == " [공통] 방법은?"
    assert entry.text == "두 가지입니다.\n1) 하나\n2) 둘"
    assert entry.category == "공통"
    assert entry.faq_id == faq_id(entry.title) == title_key(entry.title)[:16]


def test_questions_of_the_source_come_before_those_of_the_pack():
    """Each once, and only those of the exact title."""
    pack = {title_key("A"): ("둘", "셋"), title_key("A "): ("넷",)}
    (entry,) = _prepare(_row("A", "a", questions=("하나", " 둘 ")), pack=pack).entries
    assert entry.questions == ("하나", "둘", "셋")


def test_related_titles_are_those_of_other_entries():
    """Keywords, titles that are not there, and the entry itself are left out."""
    rows = (
        _row("A", "a", related=("B 는?", "#키워드", "A", "없는 제목")),
        _row("B는?", "b", "f:2"),
    )
    assert [entry.related for entry in _prepare(*rows).entries] == [("B는?",), ()]


def test_exact_duplicates_merge_and_unite_their_questions():
    """The same title and text but for spacing are one entry."""
    first = _row("A", "가 나", "f:1", questions=("하나",))
    prepared = _prepare(
        first, _row("A", "가\xa0나\n", "f:2", questions=("하나", "둘"), category="배송")
    )
    (entry,) = prepared.entries
    assert (entry.questions, entry.category) == (("하나", "둘"), "배송")
    assert [(merged.position, merged.into) for merged in prepared.merged] == [("f:2", "f:1")]
    assert prepared.skipped == ()


def test_a_second_answer_to_a_title_is_added_below_the_first():
    """No row is lost; the report says where both are."""
    prepared = _prepare(_row("A", "가", "f:1"), _row("A", "나", "f:2"))
    assert [entry.text for entry in prepared.entries] == ["가\n\n나"]
    (merged,) = prepared.merged
    assert (merged.position, merged.into, merged.added) == ("f:2", "f:1", True)
    assert prepared.skipped == ()


def test_spaces_and_the_form_of_letters_make_no_second_title():
    """A Mac writes 가 as two characters; the title is kept in its composed form."""
    title = "배송비는 얼마인가요?"
    rows = (
        _row(unicodedata.normalize("NFD", title), "가", "f:1"),
        _row("배송비는  얼마 인가요?", "가", "f:2", url="https://a.example/1"),
    )
    (entry,) = _prepare(*rows).entries
    assert (entry.title, entry.url) == (title, "https://a.example/1")


def test_markdown_keeps_its_lines_and_says_so():
    """Layout is for text that lost its lines; `url` and `updated` come along."""
    text = "1. **하나**입니다.2. 둘\n\n| a | b |\n| --- | --- |"
    row = _row("A", text, markdown=True, url="javascript:alert(1)", updated="2026-01-02")
    (entry,) = _prepare(row).entries
    assert (entry.text, entry.markdown, entry.url, entry.updated) == (text, True, "", "2026-01-02")


def test_an_answer_that_cleaning_leaves_empty_is_skipped():
    """A page with nothing but its feedback form is no answer."""
    footer = "\u200b\xa0\n위 도움말이 도움이 되었나요?\n보내기\n도움말 닫기"
    earlier = Skipped("f:0", "the title is empty")
    prepared = prepare(Loaded((_row("A", footer, "f:7"), _row("B", "b")), (earlier,)))
    assert [entry.title for entry in prepared.entries] == ["B"]
    assert [skipped.position for skipped in prepared.skipped] == ["f:0", "f:7"]


def test_near_duplicates_are_reported_and_both_stay():
    """Almost the same long answer under two titles, most alike first; short overlap is none."""
    text = " ".join(f"{number}번 상품은 {number * 7}일에 배송됩니다." for number in range(40))
    rows = [
        _row(t, a)
        for t, a in (("A", text), ("B", text + " 끝."), ("C", text[:200]), ("D", "네"), ("E", "네"))
    ]
    prepared = _prepare(*rows)
    assert len(prepared.entries) == 5
    assert [(pair.first, pair.second) for pair in prepared.near_duplicates] == [
        ("D", "E"),
        ("A", "B"),
    ]
    assert prepared.near_duplicates[0].similarity == 1.0
    assert 0.9 <= prepared.near_duplicates[1].similarity < 1.0


def test_looking_for_near_duplicates_is_linear():
    """Eight times as many entries, all of them alike, take about eight times as long."""

    def seconds(count):
        entries = [
            (str(number), f"같은 답변입니다. 언제나 같은 문장이 이어집니다. {number % 7}")
            for number in range(count)
        ]
        start = time.perf_counter()
        assert near_duplicates(entries)
        return time.perf_counter() - start

    seconds(500)
    assert seconds(8000) < 8 * 4 * seconds(1000)


def test_an_empty_load_gives_nothing():
    """No rows, no entries, no error."""
    assert _prepare().entries == ()


def test_the_real_faq_is_prepared_whole(shared):
    """2,717 entries, each with the questions of the pack; its known doubles are found."""
    loaded = load(shared / "data" / "final_result.pkl")
    pack = load_pack(shared / "questions" / "smartstore.jsonl")
    prepared = prepare(loaded, pack)
    assert len({entry.faq_id for entry in prepared.entries}) == 2717
    assert [entry.title for entry in prepared.entries] == [row.title for row in loaded.rows]
    assert sum(len(entry.questions) for entry in prepared.entries) == 10_855
    assert sum(len(entry.related) for entry in prepared.entries) == 622
    assert sum(bool(entry.category) for entry in prepared.entries) == 1437
    assert (prepared.skipped, prepared.merged) == ((), ())
    assert len(prepared.near_duplicates) == pytest.approx(18, abs=3)


def test_what_a_group_alone_sees_is_never_merged_with_what_others_see():
    """Of the same title, each stays an entry of its own, with an id of its own."""
    rows = (
        _row("휴가는?", "15일", "f:1", category="인사"),
        _row("휴가는?", "임원은 20일", "f:2", category="인사 > 임원"),
        _row("휴가 는?", "임원은 20일", "f:3", category="인사 > 임원"),
    )
    prepared = prepare(Loaded(rows, ()), closed=("인사 > 임원",))
    assert [entry.text for entry in prepared.entries] == ["15일", "임원은 20일"]
    assert len({entry.faq_id for entry in prepared.entries}) == 2
    (merged,) = prepare(Loaded(rows, ())).entries
    assert "임원은" in merged.text
