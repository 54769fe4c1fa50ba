"""Tables as people keep them: what is taken, from which column, and what is said of the rest."""

import datetime as dt
import json
import zipfile

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.formula import ArrayFormula

from core.errors import SourceError
from ingest.sources.load import load
from ingest.sources.tables.columns import column_map
from ingest.sources.tables.headers import header

GYM = [["질문", "답변"], ["몇 시에 여나요?", "6시에 엽니다."], ["주차되나요?", "네, 됩니다."]]


def book(path, rows, edit=None):
    """A workbook with these rows; `edit` gets its first sheet before it is saved."""
    made = Workbook()
    for row in rows:
        made.active.append(row)
    if edit:
        edit(made.active)
    made.save(path)
    return path


def text(path, content, encoding="utf-8"):
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def pairs(loaded):
    return [(row.title, row.answer) for row in loaded.rows]


def remarks(loaded, kind):
    return [remark.text for remark in loaded.remarks if remark.kind == kind]


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("질문 내용", "title"), ("고객 질문", "title"), ("Question (EN)", "title"),
        ("문의*", "title"), ("\u200b제 목", "title"), ("FAQ 제목", "title"),
        ("questionText", "title"), ("Q.", "title"), ("답변내용", "answer"),
        ("처리 결과", "answer"), ("상담 답변", "answer"), ("Best Answer", "answer"),
        ("answer_html", "answer"), ("회신", "answer"), ("completion", "answer"),
        ("모범답변(필수)", "answer"), ("내용", "body"), ("본문", "body"), ("Article body", "body"),
        ("유사질문", "questions"), ("질문 예시", "questions"), ("발화2", "questions"),
        ("대표 발화", "title"),
        ("Alternative questions", "questions"), ("문의유형", "category"),
        ("중분류", "category"), ("Question type", "category"), ("관련 도움말", "related"),
        ("원문 링크", "url"), ("html_url", "url"), ("최종 수정일", "updated"),
        ("lastModifiedAt", "updated"), ("작성일", "dated"), ("답변자", ""), ("답변일", ""),
        ("질문번호", ""), ("question_id", ""), ("내부 답변", ""), ("Old answer", ""),
        ("image_url", ""), ("비고", ""), ("Frage", "title"), ("Antwort", "answer"),
        ("Réponse", "answer"), ("Título", "title"), ("Kategorie", "category"),
        ("Issue", "title"), ("Resolution", "answer"), ("Issue ID", ""),
        ("구분\nCategory", "category"), ("질문 / Question", "title"), ("답변Answer", "answer"),
        ("Question 답변", ""), ("답변 date", ""),
    ],
)  # fmt: skip
def test_a_columns_name_is_read_as_people_write_it(name, field):
    assert header(name).field == field


@pytest.mark.parametrize("value", [3, 2.0, float("nan"), True, None, dt.date(2026, 1, 2)])
@pytest.mark.parametrize("column", ["category", "questions", "related"])
def test_an_optional_value_of_any_kind_costs_no_row(tmp_path, column, value):
    path = book(tmp_path / "a.xlsx", [["question", "answer", column], ["A?", "a", value]])
    assert pairs(load(path)) == [("A?", "a")]


def test_the_question_below_its_subject_is_no_answer(tmp_path):
    """What was asked becomes a way to ask; where the reply has no name, the file is refused."""
    path = text(
        tmp_path / "board.csv", "제목,내용,회신내용\n환불,돈은 언제 오나요?,3일 뒤입니다.\n"
    )
    (row,) = load(path).rows
    assert (row.title, row.answer, row.questions) == (
        "환불",
        "3일 뒤입니다.",
        ("돈은 언제 오나요?",),
    )
    path = text(tmp_path / "open.csv", "제목,내용,답변자\n환불,돈은 언제 오나요?,김담당\n")
    with pytest.raises(SourceError, match=r"no column is named answer.*제목, 내용, 답변자.*--map"):
        load(path)


def test_subjects_that_come_many_times_are_no_titles(tmp_path):
    """Of a subject and a question, the title is what tells the rows apart."""
    path = text(
        tmp_path / "a.csv",
        "제목,질문,답변\n배송,언제 와요?,내일\n배송,어디서 와요?,서울\n반품,어떻게 해요?,전화\n",
    )
    assert [row.title for row in load(path).rows] == ["언제 와요?", "어디서 와요?", "어떻게 해요?"]


def test_two_languages_side_by_side_are_two_entries(tmp_path):
    path = text(
        tmp_path / "a.csv",
        "질문(국문),답변(국문),Question,Answer,분류\n주차?,네,Parking?,Yes,시설\n샤워?,네,,,시설\n",
    )
    loaded = load(path)
    assert pairs(loaded) == [("주차?", "네"), ("Parking?", "Yes"), ("샤워?", "네")]
    assert {row.category for row in loaded.rows} == {"시설"}


def test_what_was_read_and_what_was_not_is_told(tmp_path):
    path = text(tmp_path / "a.csv", "번호,질문,답변,담당\n1,A?,a,김\n")
    (columns,) = load(path).columns
    assert columns.read == (("title", "질문"), ("answer", "답변"))
    assert columns.ignored == ("번호", "담당")


def test_a_map_overrides_the_names(tmp_path):
    path = text(tmp_path / "a.csv", "표현,설명문,질문\nA?,a,x\n")
    assert pairs(load(path, column_map("question=표현,answer=설명문"))) == [("A?", "a")]
    with pytest.raises(SourceError, match=r"no column is named 없음; the columns are: 표현"):
        load(path, column_map("question=없음,answer=설명문"))
    with pytest.raises(SourceError, match="--map names frage"):
        column_map("frage=표현")


def test_lines_above_the_names_are_passed_over(tmp_path):
    loaded = load(text(tmp_path / "a.csv", "sep=;\n우리 FAQ 2026;;\n\n질문;답변\nA?;a\n"))
    assert pairs(loaded) == [("A?", "a")]
    assert remarks(loaded, "left out") == ["a line above the columns' names: '우리 FAQ 2026'"]


@pytest.mark.parametrize("error", ["#REF!", "#N/A", "#DIV/0!", "#SPILL!", "Err:502"])
@pytest.mark.parametrize("column", [0, 1])
def test_an_error_of_the_spreadsheet_is_no_text(tmp_path, error, column):
    rows = [["질문", "답변"], ["A?", "a"], ["B?", "b"]]
    rows[1][column] = error
    for path in (
        book(tmp_path / "a.xlsx", rows),
        text(tmp_path / "a.csv", "\n".join(",".join(row) for row in rows)),
    ):
        loaded = load(path)
        assert pairs(loaded) == [("B?", "b")]
        assert f"the spreadsheet error {error}" in loaded.skipped[0].reason


def test_an_error_in_an_optional_cell_costs_the_cell_alone(tmp_path):
    loaded = load(text(tmp_path / "a.csv", "질문,답변,분류\nA?,a,#N/A\n"))
    assert (loaded.rows[0].category, len(loaded.skipped)) == ("", 0)
    assert "#N/A" in remarks(loaded, "left out")[0]


def test_a_note_below_a_table_and_numbers_for_later_rows_are_no_records(tmp_path):
    rows = [["번호", "구분", "질문", "답변"], [1, "이용", "언제 여나요?", "9시에 엽니다."]]
    rows += [[2, "이용", "어디예요?", ""], [3, None, None, None], [4, None, None, None]]
    rows += [["문의: 사무실 033-111-2222"], [5, None, None, None]]
    loaded = load(book(tmp_path / "a.xlsx", rows))
    assert [row.title for row in loaded.rows] == ["언제 여나요?"]
    assert [one.reason for one in loaded.skipped] == [
        "the answer is empty: fill it in or remove the row"
    ]
    assert remarks(loaded, "left out") == [
        "a line without a question and an answer: '문의: 사무실 033-111-2222'"
    ]


def test_what_is_hidden_is_left_out_and_named(tmp_path):
    def hide(sheet):
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["C"].hidden = True
        for state in ("hidden", "veryHidden"):
            other = sheet.parent.create_sheet(state)
            other.sheet_state = state
            other.append(["질문", "답변"])
            other.append(["옛 질문?", "옛 답"])

    rows = [["질문", "답변", "분류"], ["A?", "a", "속"], ["B?", "b", "속"], ["C?", "c", "속"]]
    loaded = load(book(tmp_path / "a.xlsx", rows, hide))
    assert pairs(loaded) == [("A?", "a"), ("C?", "c")]
    assert {row.category for row in loaded.rows} == {""}
    said = " ".join(remarks(loaded, "left out"))
    assert said.count("the sheet is hidden") == 2
    assert "hidden rows (3)" in said
    assert "hidden columns (C)" in said


def test_a_merged_cell_counts_for_all_its_rows(tmp_path):
    """The same answer for each question; the steps of one question in one answer."""

    def merge(sheet):
        for area in ("A2:A5", "C2:C3", "B4:B5"):
            sheet.merge_cells(area)

    rows = [
        ["분류", "질문", "답변"],
        ["시설", "샤워실?", "1층"],
        ["", "탈의실?", ""],
        ["", "등록은?", "1. 온다"],
        ["", "", "2. 쓴다"],
        ["요금", "얼마?", "3만원"],
    ]
    loaded = load(book(tmp_path / "a.xlsx", rows, merge))
    assert pairs(loaded) == [
        ("샤워실?", "1층"), ("탈의실?", "1층"), ("등록은?", "1. 온다\n2. 쓴다"), ("얼마?", "3만원")
    ]  # fmt: skip
    assert [row.category for row in loaded.rows] == ["시설", "시설", "시설", "요금"]
    assert loaded.skipped == ()


def test_a_category_of_several_lines_is_on_one(tmp_path):
    path = book(tmp_path / "a.xlsx", [["구분", "질문", "답변"], ["입사\nMoving in", "A?", "a"]])
    assert [row.category for row in load(path).rows] == ["입사 Moving in"]


def test_a_category_typed_once_counts_for_its_block(tmp_path):
    loaded = load(text(tmp_path / "a.csv", "분류,질문,답변\n가,A?,a\n,B?,b\n나,C?,c\n,D?,d\n"))
    assert [row.category for row in loaded.rows] == ["가", "가", "나", "나"]
    loaded = load(text(tmp_path / "b.csv", "분류,질문,답변\n가,A?,a\n,B?,b\n가,C?,c\n"))
    assert [row.category for row in loaded.rows] == ["가", "", "가"]


def test_links_of_cells_are_kept(tmp_path):
    def link(sheet):
        sheet["B2"].hyperlink = "https://gym.example/form"
        sheet["B3"] = '=HYPERLINK("https://gym.example/news", "소식")'
        sheet["B4"].hyperlink = "mailto:hi@gym.example"
        sheet["A5"].hyperlink = "https://gym.example/page"

    rows = [["질문", "답변"], ["A?", "신청서"], ["B?", ""], ["C?", "메일"], ["D?", "d"]]
    loaded = load(book(tmp_path / "a.xlsx", rows, link))
    answers = dict(pairs(loaded))
    assert answers["A?"] == "신청서 (https://gym.example/form)"
    assert "https://gym.example/news" in answers["B?"]
    assert answers["C?"] == "메일 (hi@gym.example)"
    assert loaded.rows[-1].url == "https://gym.example/page"
    assert answers["D?"] == "d"


def test_values_are_read_as_the_sheet_shows_them(tmp_path):
    formats = {
        "B2": "0.0%", "B3": '#,##0"원"', "B4": "000-0000-0000", "B5": "General", "B6": "0.00",
    }  # fmt: skip

    def style(sheet):
        for cell, number_format in formats.items():
            sheet[cell].number_format = number_format

    values = [0.125, 45000, 1098765432, 16440000, 2.5, True]
    values += [dt.datetime.fromisoformat("2026-03-01"), dt.time(9, 30), dt.date(2026, 3, 2)]
    rows = [["질문", "답변"], *([f"{n}?", value] for n, value in enumerate(values))]
    assert [row.answer for row in load(book(tmp_path / "a.xlsx", rows, style)).rows] == [
        "12.5%", "45,000원", "010-9876-5432", "16440000", "2.50", "TRUE",
        "2026-03-01", "09:30", "2026-03-02",
    ]  # fmt: skip


def test_a_formula_that_nobody_calculated_is_said_to_be_one(tmp_path):
    def formulas(sheet):
        sheet["B2"] = '="문의 "&"1644-0000"'
        sheet["B3"] = ArrayFormula("B3", '="x"')

    loaded = load(book(tmp_path / "a.xlsx", [*GYM, ["C?", "c"]], formulas))
    assert pairs(loaded) == [("C?", "c")]
    assert {skipped.reason for skipped in loaded.skipped} == {
        "the answer is a formula without a value: open the file in Excel and save it"
    }


def test_escapes_of_programs_are_characters(tmp_path):
    rows = [["질문", "답변"], ["A_x005F_?", "하나_x000D_\n둘_x0009_셋"]]
    assert pairs(load(book(tmp_path / "a.xlsx", rows))) == [("A_?", "하나\n둘\t셋")]


def test_a_strict_workbook_is_read_with_its_hidden_rows(tmp_path):
    plain, strict = tmp_path / "plain.xlsx", tmp_path / "strict.xlsx"
    book(plain, GYM, lambda sheet: setattr(sheet.row_dimensions[3], "hidden", True))
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(strict, "w") as made:
        for name in source.namelist():
            content = source.read(name)
            for usual, other in (
                (b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
                 b"http://purl.oclc.org/ooxml/spreadsheetml/main"),
                (b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
                 b"http://purl.oclc.org/ooxml/officeDocument/relationships"),
            ):  # fmt: skip
                content = content.replace(usual, other)
            made.writestr(name, content)
    assert pairs(load(strict)) == [("몇 시에 여나요?", "6시에 엽니다.")]


def test_an_old_workbook_is_read(shared):
    loaded = load(shared / "cases" / "files" / "18-old.xls")
    assert len(loaded.rows) == 3


def test_an_ods_is_read_with_links_merged_and_hidden_cells(tmp_path):
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text", "style")
    )

    def cell(words, more=""):
        return f"<table:table-cell {more}><text:p>{words}</text:p></table:table-cell>"

    rows = [
        cell("질문") + cell("답변"),
        cell("A?", 'table:number-rows-spanned="2"')
        + cell('<text:a xlink:href="https://a.example/x">하나</text:a>'),
        "<table:covered-table-cell/>" + cell("둘"),
        cell("C?") + cell("#REF!"),
    ]
    hidden = f'<table:table-row table:visibility="filter">{cell("D?")}{cell("d")}</table:table-row>'
    content = (
        f'<office:document-content {spaces} xmlns:xlink="http://www.w3.org/1999/xlink">'
        '<office:body><office:spreadsheet><table:table table:name="시트">'
        + "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
        + hidden
        + '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/>'
        "</table:table-row>"
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(tmp_path / "a.ods", "w") as archive:
        archive.writestr("content.xml", content)
    loaded = load(tmp_path / "a.ods")
    assert pairs(loaded) == [("A?", "하나 (https://a.example/x)\n둘")]
    assert "#REF!" in loaded.skipped[0].reason
    assert "hidden rows (5)" in remarks(loaded, "left out")[0]


CP949 = "질문,답변\n몇 시에 여나요?,6시에 엽니다.\n주차되나요?,네@됩니다.\n샤워실은?,1층입니다.\n"


@pytest.mark.parametrize("bad", [b"\xff", b"\x80", b"\xc9\n"])
@pytest.mark.parametrize("names", ["질문,답변", "question,answer"])
def test_one_bad_byte_in_cp949_costs_its_row_alone(tmp_path, bad, names):
    data = CP949.replace("질문,답변", names).encode("cp949").replace(b"@", bad)
    loaded = load(text(tmp_path / "a.csv", data))
    assert pairs(loaded)[0] == ("몇 시에 여나요?", "6시에 엽니다.")
    assert pairs(loaded)[-1] == ("샤워실은?", "1층입니다.")
    assert "not valid CP949" in loaded.skipped[0].reason


def test_utf8_pasted_into_cp949_is_understood(tmp_path):
    data = CP949.encode("cp949").replace(b"@", " 물론 ".encode())
    assert pairs(load(text(tmp_path / "a.csv", data)))[1] == ("주차되나요?", "네 물론 됩니다.")


def test_english_with_curly_quotes_of_windows_is_no_korean(tmp_path):
    data = "question,answer\nDon’t you close?,We don’t – it’s a café.\n".encode("cp1252")
    assert pairs(load(text(tmp_path / "a.csv", data))) == [
        ("Don’t you close?", "We don’t – it’s a café.")
    ]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "cp949"])
@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.txt"])
def test_unicode_text_of_excel_is_read(tmp_path, encoding, name):
    content = "질문\t답변\n몇 시에 여나요?\t6시에 엽니다.\n"
    assert pairs(load(text(tmp_path / name, content, encoding))) == [
        ("몇 시에 여나요?", "6시에 엽니다.")
    ]


ONE = [("A?", "a")]


@pytest.mark.parametrize(
    "content",
    [
        [{"question": "A?", "answer": "a"}],
        {"faq": {"items": [{"question": "A?", "answer": "a"}]}},
        {"title": "Our FAQ", "articles": [{"title": "A?", "body": "<p>a</p>", "draft": False}]},
        {"A?": "a"},
        {"A?": {"answer": "a", "category": "c"}},
        {"17": {"question": "A?", "answer": "a"}},
        {"question": ["A?"], "answer": ["a"]},
        {"question": {"0": "A?"}, "answer": {"0": "a"}},
        {"columns": ["질문", "답변"], "data": [["A?", "a"]]},
        [{"name": "A?", "acceptedAnswer": {"@type": "Answer", "text": "a"}}],
        [{"messages": [{"role": "user", "content": "A?"}, {"role": "assistant", "content": "a"}]}],
        [{"instruction": "A?", "input": "", "output": "a"}],
        [{"fields": {"question": "A?", "answer": "a"}}],
        [{"text": "A?", "response": "a"}],
    ],
)
def test_json_of_any_shape_is_read(tmp_path, content):
    (tmp_path / "a.json").write_text(json.dumps(content, indent=1), encoding="utf-8")
    assert pairs(load(tmp_path / "a.json")) == ONE
    for name in ("a.jsonl", "a.txt"):
        (tmp_path / name).write_text(json.dumps(content, indent=1), encoding="utf-8")
        assert pairs(load(tmp_path / name)) == ONE


def test_drafts_of_an_export_are_left_out(tmp_path):
    articles = [{"title": "A?", "body": "a", "draft": True}, {"title": "B?", "body": "b"}]
    (tmp_path / "a.json").write_text(json.dumps({"articles": articles}), encoding="utf-8")
    loaded = load(tmp_path / "a.json")
    assert pairs(loaded) == [("B?", "b")]
    assert remarks(loaded, "left out") == ["not for readers: 'draft' says 'TRUE'"]


def test_freshdesk_numbers_its_states_and_nests_its_folders(tmp_path):
    """Status 1 is a draft; a category holds folders, which hold the articles."""
    articles = [
        {"title": "A?", "description": "<p>a</p>", "desc_un_html": "a", "status": 1},
        {"title": "B?", "description": "<p>b</p>", "desc_un_html": "b", "status": 2},
    ]
    folder = {"name": "Cards", "articles": articles}
    export = [{"category": {"name": "Billing", "description": "", "all_folders": [folder]}}]
    (tmp_path / "a.json").write_text(json.dumps(export), encoding="utf-8")
    loaded = load(tmp_path / "a.json")
    assert pairs(loaded) == [("B?", "b")]
    assert [row.category for row in loaded.rows] == ["Billing > Cards"]
    assert remarks(loaded, "left out") == ["not for readers: 'status' says '1'"]


def test_the_names_of_lists_side_by_side_are_categories(tmp_path):
    content = {"Rooms": [{"q": "A?", "a": "a"}], "Meals": [{"q": "B?", "a": "b"}]}
    (tmp_path / "a.json").write_text(json.dumps(content), encoding="utf-8")
    assert [row.category for row in load(tmp_path / "a.json").rows] == ["Rooms", "Meals"]


def test_a_few_zero_bytes_cost_no_file(tmp_path):
    """A file that is full of them is still no text."""
    (tmp_path / "a.csv").write_bytes(b"question,answer\r\nWhen is it open?,At 9\0 am.\r\n")
    assert pairs(load(tmp_path / "a.csv")) == [("When is it open?", "At 9 am.")]
    (tmp_path / "b.csv").write_bytes(b"question,answer\r\n\0\0\1\2\0\0,\0\0\r\n")
    with pytest.raises(SourceError, match="not a text"):
        load(tmp_path / "b.csv")


def test_where_and_when_come_along(tmp_path):
    path = text(
        tmp_path / "a.csv",
        'question,answer,url,updated\nA?,a,https://a.example/1,2026.3.4\nB?,b,,"March 5, 2026"\n',
    )
    assert [(row.url, row.updated) for row in load(path).rows] == [
        ("https://a.example/1", "2026-03-04"),
        ("", "2026-03-05"),
    ]


def test_a_long_title_is_cut_and_its_row_kept(tmp_path):
    long = "아주 긴 질문입니다 " * 40
    loaded = load(text(tmp_path / "a.csv", f"질문,답변\n{long},a\n"))
    (row,) = loaded.rows
    assert len(row.title) <= 300
    assert row.questions == (long,)
    assert "cut to 300" in remarks(loaded, "converted")[0]


def test_a_sheet_that_ends_far_away_is_read_at_once(tmp_path):
    """Neither rows nor a merged range of a million cells are made."""
    path = book(
        tmp_path / "a.xlsx", GYM, lambda sheet: sheet.cell(1_048_576, 1).__setattr__("value", " ")
    )
    assert len(load(path).rows) == 2
    path = book(tmp_path / "b.xlsx", GYM)
    with zipfile.ZipFile(path) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    merged = b'</sheetData><mergeCells count="1"><mergeCell ref="D1:XFD1048576"/></mergeCells>'
    parts[sheet] = parts[sheet].replace(b"</sheetData>", merged)
    with zipfile.ZipFile(path, "w") as made:
        for name, content in parts.items():
            made.writestr(name, content)
    with pytest.raises(SourceError, match="more than 2,000,000 cells"):
        load(path)


def test_the_answer_itself_is_served_and_not_its_title(tmp_path):
    rows = [["문의제목", "답변제목", "답변내용"], ["반품", "RE: 반품", "7일 안에 됩니다."]]
    assert pairs(load(book(tmp_path / "faq.xlsx", rows))) == [("반품", "7일 안에 됩니다.")]


@pytest.mark.parametrize("answer", ["-", "...", "N/A", "n/a", "?"])
def test_a_mark_that_stands_for_an_answer_to_come_is_none(tmp_path, answer):
    loaded = load(book(tmp_path / "faq.xlsx", [*GYM, ["샤워실은요?", answer]]))
    assert len(loaded.rows) == 2
    assert loaded.skipped[0].reason == f"the answer is {answer!r}: write it or remove the row"


@pytest.mark.parametrize("name", ["faq.xls", "faq.csv", "faq.docx", "faq.zip"])
def test_a_workbook_is_read_whatever_its_name_says(tmp_path, name):
    loaded = load(book(tmp_path / name, GYM))
    assert len(loaded.rows) == 2
    assert remarks(loaded, "converted") == ["the file is .xlsx by its content"]


def test_a_page_or_a_text_that_is_called_a_workbook_is_read(tmp_path):
    """Admin pages export an HTML table, or CSV, as `.xls`."""
    cells = "".join(f"<tr><td>{a}</td><td>{b}</td></tr>" for a, b in GYM)
    page = text(tmp_path / "a.xls", f"<html><body><table>{cells}</table></body></html>")
    plain = text(
        tmp_path / "b.xlsx", "".join(f"{a},{b}\n" for a, b in [("질문", "답변"), ("네?", "네")])
    )
    assert [title for title, _ in pairs(load(page))] == ["몇 시에 여나요?", "주차되나요?"]
    assert pairs(load(plain)) == [("네?", "네")]


def test_a_workbook_with_a_password_is_told_as_one(tmp_path):
    data = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500 + "EncryptedPackage".encode("utf-16-le")
    )
    with pytest.raises(SourceError, match="protected by a password"):
        load(text(tmp_path / "faq.xlsx", data))


def test_folders_around_articles_are_their_category_and_a_list_of_tags_is_one(tmp_path):
    """As help desks export: categories, folders in them, articles in these."""
    tree = {
        "categories": [
            {
                "name": "요금",
                "folders": [{"name": "환불", "articles": [{"title": "A", "body": "a"}]}],
            },
            {
                "name": "이용",
                "folders": [{"name": "시간", "articles": [{"title": "B", "body": "b"}]}],
            },
        ]
    }
    file = text(tmp_path / "faq.json", json.dumps(tree, ensure_ascii=False))
    assert [row.category for row in load(file).rows] == ["요금 > 환불", "이용 > 시간"]
    tagged = [{"title": "A", "body": "a", "tags": ["회원", "가격"]}]
    file = text(tmp_path / "tags.json", json.dumps(tagged, ensure_ascii=False))
    assert [row.category for row in load(file).rows] == ["회원"]


def test_columns_whose_names_say_nothing_are_known_by_their_contents(tmp_path):
    """What asks is the question, the long texts are the answer, and addresses are the source."""
    rows = [
        ["No", "What guests say", "What we say", "Memo", "Where"],
        [1, "And dogs?", "Dogs may sit on the terrace.", "Ann knows all about cats", "https://inn.example/1"],
        [2, "Is there a pool?", "There is a heated pool.", "builders say it is safe", "https://inn.example/2"],
    ]  # fmt: skip
    loaded = load(book(tmp_path / "faq.xlsx", rows))
    assert pairs(loaded)[1] == ("Is there a pool?", "There is a heated pool.")
    assert [row.url for row in loaded.rows] == ["https://inn.example/1", "https://inn.example/2"]
    assert remarks(loaded, "by contents") == [
        "'What guests say' was read as the question; --map question=… names another",
        "'What we say' was read as the answer; --map answer=… names another",
        "'Where' was read as the url; --map url=… names another",
    ]
    assert loaded.columns[0].ignored == ("No", "Memo")


def test_a_table_without_names_keeps_its_first_row(tmp_path):
    rows = (
        "강아지도 되나요?\t테라스에서는 함께 계실 수 있습니다.\n"
        "수영장이 있나요?\t옥상에 온수 수영장이 있습니다.\n"
    )
    loaded = load(text(tmp_path / "faq.tsv", rows))
    assert [title for title, _ in pairs(loaded)] == ["강아지도 되나요?", "수영장이 있나요?"]
    assert loaded.columns[0].read == (("title", "column 1"), ("answer", "column 2"))


@pytest.mark.parametrize(
    "names", ["Topic,Answer", "항목,답변", "Ask,Answer"], ids=["topic", "korean", "unknown"]
)
def test_topics_that_are_all_different_are_the_titles(tmp_path, names):
    rows = f"{names}\nPool,There is a heated pool on the roof.\nDogs,They are welcome here.\n"
    assert [title for title, _ in pairs(load(text(tmp_path / "faq.csv", rows)))] == ["Pool", "Dogs"]


def test_two_columns_that_could_be_the_answer_are_not_guessed_at(tmp_path):
    rows = (
        "Ask,Say to guests,Say to partners\n"
        "Is there a pool?,There is a heated pool on the roof.,The pool is open from May on.\n"
    )
    with pytest.raises(SourceError, match=r"Say to guests, Say to partners; .*--map"):
        load(text(tmp_path / "faq.csv", rows))


def test_a_sheet_beside_a_faq_is_not_guessed_at(tmp_path):
    more = [["Who asked", "What was said"], ["Is it open?", "Someone told her it was, last week."]]

    def edit(sheet):
        log = sheet.parent.create_sheet("Log")
        for row in more:
            log.append(row)

    loaded = load(book(tmp_path / "faq.xlsx", GYM, edit))
    assert len(loaded.rows) == 2
    assert loaded.skipped[0].position == "faq.xlsx:Log"


def test_a_column_for_colleagues_alone_is_never_the_answer(tmp_path):
    rows = (
        "Ask,Say,Hint (internal)\n"
        "Is there a pool?,There is one.,The pool is leaking and nobody may tell the guests.\n"
    )
    assert pairs(load(text(tmp_path / "faq.csv", rows))) == [("Is there a pool?", "There is one.")]


def test_objects_whose_names_say_nothing_are_known_by_their_contents(tmp_path):
    made = {"items": [{"k": 1, "asked": "Is there a pool?", "said": "There is one on the roof."}]}
    assert pairs(load(text(tmp_path / "faq.json", json.dumps(made)))) == [
        ("Is there a pool?", "There is one on the roof.")
    ]


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("Canned response", "answer"), ("Agent reply", "answer"), ("Guest question", "title"),
        ("Response time", ""), ("Last reviewed", "updated"), ("상담사 답변", "answer"),
        ("응대 멘트", "answer"), ("학생 질문", "title"), ("미답변", ""), ("관련 질문", "related"),
        ("검토일", "updated"), ("확인", ""),
    ],
)  # fmt: skip
def test_the_last_word_of_a_name_says_what_it_is(name, field):
    assert header(name).field == field


@pytest.mark.parametrize(
    ("name", "shown", "withheld"),
    [
        ("Status", "PUBLISHED", "Draft"), ("Archived", "false", "true"), ("상태", "게시", "비공개"),
        ("공개여부", "Y", "N"), ("is_published", "1", "0"), ("노출", "O", "X"), ("삭제", "", "Y"),
    ],
)  # fmt: skip
def test_rows_that_a_column_marks_as_not_for_readers_are_left_out(tmp_path, name, shown, withheld):
    rows = f"question,answer,{name}\nOpen?,At nine.,{shown}\nSecret?,Hidden.,{withheld}\n"
    loaded = load(text(tmp_path / "faq.csv", rows))
    assert pairs(loaded) == [("Open?", "At nine.")]
    assert remarks(loaded, "left out") == [f"not for readers: {name!r} says {withheld!r}"]
    assert loaded.columns[0].read[-1] == ("state", name)


def test_a_column_that_counts_or_tells_how_far_somebody_is_hides_nothing(tmp_path):
    rows = "question,answer,노출,진행상태\nOpen?,At nine.,0,처리중\nWhere?,There.,17,완료\n"
    assert len(load(text(tmp_path / "faq.csv", rows)).rows) == 2


def test_answers_in_several_columns_are_all_served(tmp_path):
    """Two spellings of one answer, such as its HTML and its text, are one."""
    rows = (
        "question,answer_1,answer_2,answer_html\n"
        "Open?,At nine.,On Sundays at ten.,<p>At <b>nine</b>.</p>\n"
        "Where?,There.,,\n"
    )
    assert pairs(load(text(tmp_path / "faq.csv", rows))) == [
        ("Open?", "At nine.\n\nOn Sundays at ten."),
        ("Where?", "There."),
    ]
    rows = "번호,문의,1차 답변,2차 답변\n1,언제 오나요?,확인 중입니다.,내일 도착합니다.\n"
    loaded = load(text(tmp_path / "faq.csv", rows))
    assert pairs(loaded) == [("언제 오나요?", "확인 중입니다.\n\n내일 도착합니다.")]


def test_names_that_come_again_are_no_entry_and_headings_are_categories(tmp_path):
    rows = [
        ["질문", "답변"], ["■ 배송", None], ["언제 오나요?", "이틀 뒤입니다."], [],
        ["질문", "답변"], ["[반품]", None], ["되나요?", "7일 안에 됩니다."],
        ["■ 그 밖에", None], ["이건 아직 답이 없어요", None],
    ]  # fmt: skip
    loaded = load(book(tmp_path / "faq.xlsx", rows))
    assert [(row.title, row.category) for row in loaded.rows] == [
        ("언제 오나요?", "배송"),
        ("되나요?", "반품"),
    ]
    assert remarks(loaded, "left out") == ["the columns' names again"]
    assert loaded.skipped[-1].reason == "the answer is empty: fill it in or remove the row"


@pytest.mark.parametrize(
    "rows",
    [
        [["FAQ"], ["Q. 언제 여나요?"], ["A. 9시에 엽니다."], ["Q. 어디인가요?"], ["역 앞입니다."]],
        [["Q1", "언제 여나요?"], ["A1", "9시에 엽니다."],
         ["Q2", "어디인가요?"], ["A2", "역 앞입니다."]],
        [["[질문]", "언제 여나요?"], ["[답변]", "9시에"], [None, "엽니다."],
         ["[질문]", "어디인가요?"], ["[답변]", "역 앞입니다."]],
        [[1, "Q. 언제 여나요?\nA. 9시에\n엽니다."], [2, "Q. 어디인가요?\nA. 역 앞입니다."]],
        [["언제 여나요?\n9시에 엽니다."], ["어디인가요?\n\n역 앞입니다."]],
    ],
)  # fmt: skip
def test_a_sheet_with_a_question_on_one_row_and_its_answer_below_is_read(tmp_path, rows):
    loaded = load(book(tmp_path / "faq.xlsx", rows))
    assert [title for title, _ in pairs(loaded)] == ["언제 여나요?", "어디인가요?"]
    assert loaded.rows[0].answer.split() == ["9시에", "엽니다."]


def test_the_first_of_several_questions_is_the_title(tmp_path):
    made = [{"questions": ["Open?", "When do you open?"], "answer": "At nine."}]
    row = load(text(tmp_path / "faq.json", json.dumps(made))).rows[0]
    assert (row.title, row.questions) == ("Open?", ("When do you open?",))


@pytest.mark.parametrize(
    "names",
    [
        "Category,Subcategory",
        "카테고리,하위 카테고리",
        "1차 분류,2차 분류",
        "Category 1,Category 2",
    ],
)
def test_categories_in_several_columns_are_levels(tmp_path, names):
    rows = f"{names},question,answer\nMoney,Refunds,Open?,At nine.\n"
    assert load(text(tmp_path / "faq.csv", rows)).rows[0].category == "Money > Refunds"


def _item(text):
    paragraph = {"type": "paragraph", "content": [{"type": "text", "text": text}]}
    return {"type": "listItem", "content": [paragraph]}


def _notion(kind, text):
    return {"type": kind, kind: {"rich_text": [{"plain_text": text}]}}


BLOCKS = {
    "channel": [
        {"type": "text", "value": "Write to us:"},
        {"type": "bullets", "blocks": [{"type": "text", "value": mark} for mark in "ab"]},
    ],
    "prosemirror": {
        "type": "doc",
        "content": [
            {"type": "paragraph", "content": [{"text": part} for part in ("Write ", "to us:")]},
            {"type": "bulletList", "content": [_item("a"), _item("b")]},
        ],
    },
    "editorjs": {
        "blocks": [
            {"type": "paragraph", "data": {"text": "Write to us:"}},
            {"type": "list", "data": {"items": ["a", "b"]}},
        ]
    },
    "notion": [
        _notion("paragraph", "Write to us:"),
        _notion("bulleted_list_item", "a"),
        _notion("bulleted_list_item", "b"),
    ],
}


@pytest.mark.parametrize("answer", BLOCKS.values(), ids=BLOCKS)
def test_the_blocks_of_an_editor_are_the_lines_of_an_answer(tmp_path, answer):
    made = [{"title": "How?", "content": answer}]
    loaded = load(text(tmp_path / "faq.json", json.dumps(made)))
    assert pairs(loaded) == [("How?", "Write to us:\n- a\n- b")]


def test_articles_get_the_names_of_the_sections_that_they_point_to(tmp_path):
    made = {
        "articles": [{"id": 1, "title": "Refunds", "body": "In 14 days.", "section_id": 7}],
        "sections": [{"id": 7, "name": "Billing", "category_id": 3}],
        "categories": [{"id": 3, "name": "Money"}],
    }
    loaded = load(text(tmp_path / "faq.json", json.dumps(made)))
    assert [(row.title, row.category) for row in loaded.rows] == [("Refunds", "Money > Billing")]


def test_rows_of_json_are_a_table_and_intents_are_entries(tmp_path):
    rows = [["질문", "답변"], ["언제 여나요?", "아홉 시요."]]
    assert pairs(load(text(tmp_path / "a.json", json.dumps(rows)))) == [
        ("언제 여나요?", "아홉 시요.")
    ]
    made = {"intents": [{"tag": "x", "patterns": ["Open?", "Hours?"], "responses": ["At nine."]}]}
    row = load(text(tmp_path / "b.json", json.dumps(made))).rows[0]
    assert (row.title, row.questions, row.answer) == ("Open?", ("Hours?",), "At nine.")
