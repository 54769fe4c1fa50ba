"""Sheets with several records in a row: on their side, or with the same columns again beside."""

import csv

import pytest
from openpyxl import Workbook

from core.errors import SourceError
from ingest.prepare import prepare
from ingest.sources.load import load

PAIRS = [
    ("배송은 며칠 걸리나요?", "보통 2~3일 걸립니다.", "배송"),
    ("해외 배송도 되나요?", "일본과 대만만 됩니다.", None),
    ("카드 할부가 되나요?", "5만 원 이상이면 6개월까지 됩니다.", "결제"),
]


def workbook(folder, rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(folder / "faq.xlsx")
    return folder / "faq.xlsx"


def on_its_side(*, named):
    questions, answers, categories = map(list, zip(*PAIRS, strict=True))
    if not named:
        return [questions, answers]
    return [
        ["자주 묻는 질문 2026"],
        ["구분", *categories],
        ["질문", *questions],
        ["답변", *answers],
        ["담당", "김", "이", "박"],
    ]


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
@pytest.mark.parametrize("named", [True, False])
def test_questions_that_stand_side_by_side_are_read_each_with_the_answer_below_it(
    tmp_path, ending, named
):
    rows = on_its_side(named=named)
    path = workbook(tmp_path, rows)
    if ending == "csv":
        path = tmp_path / "faq.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
    loaded = load(path)
    assert [(row.title, row.answer) for row in loaded.rows] == [pair[:2] for pair in PAIRS]
    assert any("side by side" in remark.text for remark in loaded.remarks)
    if named:
        assert [row.category for row in loaded.rows] == ["배송", "배송", "결제"]
        assert loaded.columns[0].ignored == ("담당",)


def test_a_group_of_merged_cells_above_the_questions_does_not_make_answers_of_them(tmp_path):
    rows = [
        ["", "배송", "", "결제"],
        ["질문 1", *[p[0] for p in PAIRS]],
        ["답변", *[p[1] for p in PAIRS]],
    ]
    loaded = load(workbook(tmp_path, rows))
    assert [(row.title, row.answer) for row in loaded.rows] == [pair[:2] for pair in PAIRS]


def test_map_names_the_fields_of_a_sheet_on_its_side(tmp_path):
    rows = [["Asked", *[p[0] for p in PAIRS]], ["Told", *[p[1] for p in PAIRS]]]
    loaded = load(workbook(tmp_path, rows), {"title": "Asked", "answer": "Told"})
    assert [(row.title, row.answer) for row in loaded.rows] == [pair[:2] for pair in PAIRS]


def test_the_names_of_sheets_are_the_categories_of_rows_without_one(tmp_path):
    book = Workbook()
    book.active.title = "FAQ"
    for title, rows in {
        "배송": [["질문", "답변"], ["얼마나 걸리나요?", "2일입니다."]],
        "수리": [["질문", "답변"], ["얼마나 걸리나요?", "2주입니다."]],
        "Sheet4": [["구분", "질문", "답변"], ["매장", "몇 시에 여나요?", "10시입니다."]],
    }.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(tmp_path / "faq.xlsx")
    loaded = load(tmp_path / "faq.xlsx")
    assert [row.category for row in loaded.rows] == ["배송", "수리", "매장"]
    (both, _) = prepare(loaded).entries
    assert [line for line in both.text.split("\n") if line] == [
        "[배송]", "2일입니다.", "[수리]", "2주입니다."
    ]  # fmt: skip


def test_subjects_of_a_board_that_repeat_are_categories_and_the_texts_are_asked(tmp_path):
    rows = [
        ["번호", "제목", "내용", "답변내용"],
        [1, "환불 문의", "산 신발이 작은데 환불되나요?", "7일 안에 신청하세요."],
        [2, "배송 문의", "제주도도 배송되나요?", "3,000원이 더 듭니다."],
        [3, "환불 문의", "세일 상품도 환불되나요?", "같은 기준입니다."],
    ]
    loaded = load(workbook(tmp_path, rows))
    assert [(row.title, row.category) for row in loaded.rows] == [
        ("산 신발이 작은데 환불되나요?", "환불 문의"),
        ("제주도도 배송되나요?", "배송 문의"),
        ("세일 상품도 환불되나요?", "환불 문의"),
    ]


def test_a_list_of_terms_is_no_sheet_on_its_side(tmp_path):
    """A glossary of a message board explains `제목` and `답변` among other words."""
    terms = ["공지", "제목", "답변", "첨부", "댓글창", "추천", "신고"]
    rows = [["용어", "뜻"], *[[term, f"{term}이라는 말의 뜻을 적은 글입니다."] for term in terms]]
    with pytest.raises(SourceError, match="no column is named"):
        load(workbook(tmp_path, rows))


def test_the_same_columns_beside_each_other_are_questions_of_their_own(tmp_path):
    rows = [
        ["구분", "질문", "답변", None, "구분", "질문", "답변"],
        [
            "시설",
            "와이파이가 있나요?",
            "네, 있습니다.",
            None,
            "시간",
            "몇 시에 닫나요?",
            "밤 10시입니다.",
        ],
        [None, "콘센트가 있나요?", "자리마다 있습니다.", None, None, None, None],
    ]
    loaded = load(workbook(tmp_path, rows))
    assert [(row.title, row.answer, row.category) for row in loaded.rows] == [
        ("와이파이가 있나요?", "네, 있습니다.", "시설"),
        ("콘센트가 있나요?", "자리마다 있습니다.", "시설"),
        ("몇 시에 닫나요?", "밤 10시입니다.", "시간"),
    ]
    assert not loaded.skipped
