"""Rows that continue the one above: an answer on several rows, with or without merged cells."""

import pytest
from openpyxl import Workbook

from core.errors import SourceError
from ingest.sources.load import load

PARKING = [
    ["구분", "질문", "유사 질문", "답변", "상태"],
    ["방문", "주차가 무료인가요?", "주차비 얼마예요", "두 시간 무료입니다.", "공개"],
    [None, None, "차 가져가도 되나요", "● 그 뒤 10분마다 500원입니다.", None],
    ["방문", None, None, "※ 전기차 충전은 지하 2층입니다.", "공개"],
    ["진료", "야간 진료가 있나요?", None, "목요일만 합니다.", "공개"],
]


def saved(folder, rows, edit=None):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    if edit:
        edit(book.active)
    book.save(folder / "faq.xlsx")
    return load(folder / "faq.xlsx")


def test_an_answer_on_several_rows_is_one(tmp_path):
    loaded = saved(tmp_path, PARKING)
    assert [(row.title, row.answer, row.category) for row in loaded.rows] == [
        (
            "주차가 무료인가요?",
            "두 시간 무료입니다.\n● 그 뒤 10분마다 500원입니다.\n※ 전기차 충전은 지하 2층입니다.",
            "방문",
        ),
        ("야간 진료가 있나요?", "목요일만 합니다.", "진료"),
    ]
    assert loaded.rows[0].questions == ("주차비 얼마예요", "차 가져가도 되나요")
    joined = [(one.position, one.text) for one in loaded.remarks if one.kind == "merged"]
    assert joined == [
        (f"faq.xlsx:{number}", "a part of the answer to faq.xlsx:2") for number in (3, 4)
    ]
    assert not loaded.skipped


def test_an_answer_that_begins_on_the_row_below_its_question_is_read(tmp_path):
    (tmp_path / "faq.csv").write_text(
        "question,answer\nIs there parking?,\n,Behind the house.\n,Two hours are free.\nWhy?,So.\n"
    )
    rows = load(tmp_path / "faq.csv").rows
    assert [row.answer for row in rows] == ["Behind the house.\nTwo hours are free.", "So."]


def test_each_language_goes_on_in_its_own_entry(tmp_path):
    rows = [
        ["질문", "Question", "답변", "Answer"],
        ["주차되나요?", "Is there parking?", "네.", "Yes."],
        [None, None, None, "Behind the house."],
    ]
    assert [row.answer for row in saved(tmp_path, rows).rows] == ["네.", "Yes.\nBehind the house."]


def _hide(sheet):
    sheet.row_dimensions[5].hidden = True


@pytest.mark.parametrize("merged", [False, True])
@pytest.mark.parametrize("how", ["draft", "hidden"])
def test_what_continues_a_row_that_is_withheld_is_withheld_too(tmp_path, how, merged):
    secret = ["내부", "야간 할증 기준은?", None, "30%입니다.", "초안" if how == "draft" else "공개"]

    def edit(sheet):
        if how == "hidden":
            _hide(sheet)
        if merged:
            sheet.merge_cells("B5:B6")

    rows = [*PARKING[:4], secret, [None, None, None, "원장님만 압니다.", None], PARKING[4]]
    loaded = saved(tmp_path, rows, edit)
    assert "원장님만" not in "".join(row.answer for row in loaded.rows if row.title in PARKING[1])
    if how == "draft":
        assert [row.title for row in loaded.rows] == ["주차가 무료인가요?", "야간 진료가 있나요?"]


@pytest.mark.parametrize(
    "row",
    [
        [3, None, "By card.", None],  # a number of its own
        [None, None, "By card.", "https://a.example/other"],
    ],
)
def test_a_row_with_something_of_its_own_lacks_its_question(tmp_path, row):
    rows = [
        ["No", "Question", "Answer", "URL"],
        [1, "Why?", "So.", "https://a.example"],
        row,
        [4, "How?", "Thus.", None],
    ]
    loaded = saved(tmp_path, rows)
    assert [one.answer for one in loaded.rows] == ["So.", "Thus."]
    assert [one.position for one in loaded.skipped] == ["faq.xlsx:3"]


def test_an_answer_without_a_row_above_lacks_its_question(tmp_path):
    rows = [["Question", "Answer"], [None, "Lost."], ["Why?", "So."], [None, None], [None, "Lost."]]
    loaded = saved(tmp_path, rows)
    assert [one.answer for one in loaded.rows] == ["So."]
    assert len(loaded.skipped) == 2
    (tmp_path / "faq.json").write_text(
        '[{"question": "Why?", "answer": "So."}, {"question": "", "answer": "Lost."}]'
    )
    assert len(load(tmp_path / "faq.json").skipped) == 1
    with pytest.raises(SourceError):
        saved(tmp_path, rows[:1])


def test_cards_of_questions_and_answers_keep_what_continues_them(tmp_path):
    rows = [["Q1", "몇 살부터요?"], ["A1", "만 3세부터요."], [None, "쌍둥이는 같은 반입니다."]]
    rows += [["Q2", "급식이 있나요?"], ["A2", "매일 있습니다."]]
    answers = [row.answer for row in saved(tmp_path, rows).rows]
    assert answers == ["만 3세부터요.\n쌍둥이는 같은 반입니다.", "매일 있습니다."]
