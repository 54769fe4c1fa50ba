"""Names of columns in two rows, and rows that are headings without a mark."""

import pytest
from openpyxl import Workbook

from ingest.sources.load import load


def saved(folder, rows, merged=()):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for area in merged:
        book.active.merge_cells(area)
    book.save(folder / "faq.xlsx")
    return load(folder / "faq.xlsx")


def test_answers_in_columns_below_one_name_stand_below_their_labels(tmp_path):
    rows = [
        ["번호", "질문", "답변", None, "담당"],
        [None, None, "개인", "법인", None],
        [1, "주차증은 어떻게 받나요?", "신분증을 가져오세요.", "위임장을 가져오세요.", "총무"],
        [2, "환불이 되나요?", "전날까지 됩니다.", None, "재무"],
    ]
    merged = ("A1:A2", "B1:B2", "C1:D1", "E1:E2")
    for areas in ((), merged):
        loaded = saved(tmp_path, rows, areas)
        assert [(row.title, row.answer) for row in loaded.rows] == [
            (
                "주차증은 어떻게 받나요?",
                "[개인]\n신분증을 가져오세요.\n\n[법인]\n위임장을 가져오세요.",
            ),
            ("환불이 되나요?", "[개인]\n전날까지 됩니다."),
        ]
        assert loaded.columns[0].ignored == ("번호", "담당")


def test_languages_below_one_name_are_entries_of_their_own(tmp_path):
    rows = [
        ["Question", None, "Answer", None],
        ["English", "Korean", "English", "Korean"],
        ["Is there parking?", "주차가 되나요?", "Yes, on level B2.", "네, 지하 2층입니다."],
    ]
    loaded = saved(tmp_path, rows, ("A1:B1", "C1:D1"))
    assert [(row.title, row.answer) for row in loaded.rows] == [
        ("Is there parking?", "Yes, on level B2."),
        ("주차가 되나요?", "네, 지하 2층입니다."),
    ]


def test_a_record_with_more_cells_than_names_is_no_second_row_of_names(tmp_path):
    rows = [["title", "answer"], ["Refunds", "Yes", "a note"], ["Parking", "No"]]
    assert [row.title for row in saved(tmp_path, rows).rows] == ["Refunds", "Parking"]


def test_a_lone_text_between_fuller_rows_is_their_category(tmp_path):
    """A question that nobody has answered yet is none, nor is one with a number before it."""
    rows = [
        ["No", "Question", "Answer", "Owner"],
        [None, "BILLING", None, None],
        [1, "How do I pay?", "By card.", "Dana"],
        [None, "Accounts", None, None],
        [2, "How do I sign in?", "With your e-mail.", "Lee"],
        [3, "Change my name", None, "Lee"],
        [None, "Can I leave?", None, None],
    ]
    loaded = saved(tmp_path, rows)
    assert [(row.title, row.category) for row in loaded.rows] == [
        ("How do I pay?", "BILLING"),
        ("How do I sign in?", "Accounts"),
    ]
    assert [one.position for one in loaded.skipped] == ["faq.xlsx:6", "faq.xlsx:7"]


def test_a_column_of_numbers_is_not_a_column_of_questions(tmp_path):
    loaded = saved(tmp_path, [["Q#", "Customer question", "Our answer"], [1, "Why?", "So."]])
    assert [(row.title, row.questions) for row in loaded.rows] == [("Why?", ())]


@pytest.mark.parametrize(
    ("name", "field"),
    [("업무", "category"), ("Link", "url"), ("Actualizado", "updated"), ("最終更新日", "updated")],
)
def test_columns_that_offices_have_beside_the_answer_are_read(tmp_path, name, field):
    value = {"category": "급식", "url": "https://a.example/x", "updated": "2026-05-01"}[field]
    rows = [["Question", "Answer", "Link text", name], ["Why?", "So.", "here", value]]
    (row,) = saved(tmp_path, rows).rows
    assert getattr(row, field) == value


def test_questions_with_a_mark_keep_it_to_themselves_beside_numbers_and_categories(tmp_path):
    rows = [
        ["No", "내용", "분류"],
        [1, "Q. 반려견과 묵어도 되나요?", "객실"],
        [None, "A. 10kg 이하만 됩니다.", None],
        [2, "Q. 조식은 몇 시인가요?", "식사"],
        [None, "A. 7시부터 10시까지입니다.", None],
    ]
    loaded = saved(tmp_path, rows)
    assert [(row.title, row.answer) for row in loaded.rows] == [
        ("반려견과 묵어도 되나요?", "10kg 이하만 됩니다."),
        ("조식은 몇 시인가요?", "7시부터 10시까지입니다."),
    ]


@pytest.mark.parametrize(
    ("name", "shown", "withheld"),
    [
        ("Publish?", "TRUE", "FALSE"),
        ("Show on website", "yes", "no"),
        ("Audience", "Everyone", "Internal only"),
        ("공개범위", "전체", "사내용"),
    ],
)
def test_what_is_not_published_or_for_colleagues_is_left_out(tmp_path, name, shown, withheld):
    rows = [
        ["Question", "Answer", name],
        ["Do you ship abroad?", "To Japan.", shown],
        ["What is the margin?", "Forty percent.", withheld],
    ]
    loaded = saved(tmp_path, rows)
    assert [row.title for row in loaded.rows] == ["Do you ship abroad?"]
    assert withheld in loaded.remarks[-1].text


def test_a_faq_that_is_for_colleagues_as_a_whole_is_read(tmp_path):
    rows = [["Question", "Answer", "Audience"], ["VPN?", "Ask IT.", "Internal"]]
    assert [row.title for row in saved(tmp_path, rows).rows] == ["VPN?"]
