"""A small file that stands for a lot: it is refused for what its cells hold, before the work."""

import io
import pickle
import zipfile
from itertools import pairwise
from time import process_time

import pytest
from bs4 import Tag
from openpyxl import Workbook

from core.errors import SourceError
from ingest.sources import html_markdown
from ingest.sources.html_markdown import parsed
from ingest.sources.load import load
from ingest.sources.pages import html_questions
from ingest.sources.values import shown

LONG = "환불은 사흘 안에 됩니다. " * 4_000
MANY = [f"질문 {number}?" for number in range(2_000)]
DEEP = {f"part {number}": LONG for number in range(50)}


def nested(levels: int) -> list[object]:
    """Ten times the same list, at each of so many levels."""
    return [nested(levels - 1)] * 10 if levels else ["가"] * 10


PICKLES = {
    "lists of lists": nested(11),
    "lists in a record": [{"title": "질문?", "answer": "a", "questions": nested(11)}],
    "answers": {f"q{number}": LONG for number in range(2_000)},
    "cells that nobody reads": [
        {"title": f"q{number}", "answer": "a", "x": DEEP} for number in range(2_000)
    ],
    "lists of questions": [
        {"title": f"q{number}", "answer": "a", "questions": MANY} for number in range(9_000)
    ],
    "titles": [{"title": LONG, "answer": "a"} for _ in range(5_000)],
    "columns": {"title": MANY, "answer": [LONG] * len(MANY)},
    "conversations": [
        {"messages": [{"role": "user", "content": LONG}, {"role": "assistant", "content": "a"}]}
    ]
    * 2_000,
    "rows of a few rows": [[["질문", "답변"]] * 1_000] * 1_000,
    "records under names": {f"q{number}": {"answer": LONG} for number in range(5_000)},
}


@pytest.mark.parametrize("name", PICKLES)
def test_a_pickle_that_names_one_text_a_thousand_times_is_refused_at_once(tmp_path, name):
    path = tmp_path / "faq.pkl"
    path.write_bytes(pickle.dumps(PICKLES[name]))
    began = process_time()
    with pytest.raises(SourceError, match="repeat the same long text many times"):
        load(path)
    assert process_time() - began < 3


def test_aliases_of_yaml_that_stand_for_a_lot_are_refused_at_once(tmp_path):
    names = "abcdefghijklm"
    lines = [
        f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]" for before, name in pairwise(names)
    ]
    (tmp_path / "faq.yaml").write_text("\n".join(["a: &a [x, y, z]", *lines]), encoding="utf-8")
    began = process_time()
    with pytest.raises(SourceError, match="repeat the same long text many times"):
        load(tmp_path / "faq.yaml")
    assert process_time() - began < 3


def test_a_list_that_holds_itself_is_read_once(tmp_path):
    circle: list[object] = []
    circle.append(circle)
    (tmp_path / "faq.pkl").write_bytes(pickle.dumps({"가": "나", "다": circle}))
    loaded = load(tmp_path / "faq.pkl")
    assert [row.title for row in loaded.rows] == ["가"]


def test_markup_of_a_workbook_that_does_not_end_is_refused_at_once(tmp_path):
    """A comment is read again with each piece of the part, until it has ended."""
    made, book = io.BytesIO(), Workbook()
    book.active.append(["title", "answer"])
    book.save(made)
    with (
        zipfile.ZipFile(made) as source,
        zipfile.ZipFile(tmp_path / "faq.xlsx", "w", zipfile.ZIP_DEFLATED) as copy,
    ):
        for part in source.namelist():
            remark = b"<!--" + b" " * 30_000_000 + b"-->" if "sheet1" in part else b""
            copy.writestr(part, source.read(part) + remark)
    began = process_time()
    with pytest.raises(SourceError, match="markup that does not end"):
        load(tmp_path / "faq.xlsx")
    assert process_time() - began < 3


def test_a_text_that_some_rows_share_is_read(tmp_path):
    path = tmp_path / "faq.pkl"
    same = "주문 내역에서 취소를 누르세요. " * 20
    path.write_bytes(pickle.dumps({f"질문 {number}?": same for number in range(1_000)}))
    assert len(load(path).rows) == 1_000


def test_sheets_that_end_at_the_last_row_cost_no_more_than_what_is_in_them(tmp_path):
    book = Workbook()
    for number in range(4):
        sheet = book.create_sheet(f"sheet {number}")
        sheet.append(["title", "answer"])
        sheet.append([f"질문 {number}?", "답"])
        sheet.cell(1_048_576, 1).value = " "
    book.save(tmp_path / "faq.xlsx")
    began = process_time()
    assert len(load(tmp_path / "faq.xlsx").rows) == 4
    assert process_time() - began < 3


def test_shared_strings_count_though_no_cell_names_them(tmp_path):
    made, book = io.BytesIO(), Workbook()
    book.active.append(["title", "answer"])
    book.save(made)
    space = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    with (
        zipfile.ZipFile(made) as source,
        zipfile.ZipFile(tmp_path / "faq.xlsx", "w", zipfile.ZIP_DEFLATED) as copy,
    ):
        for part in source.namelist():
            if part != "xl/sharedStrings.xml":
                copy.writestr(part, source.read(part))
        strings = b'<sst xmlns="%s">%s</sst>' % (space, b"<si/>" * 2_000_001)
        copy.writestr("xl/sharedStrings.xml", strings)
    with pytest.raises(SourceError, match="more than 2,000,000 cells"):
        load(tmp_path / "faq.xlsx")


def test_a_sheet_whose_cells_name_one_long_text_is_refused(tmp_path):
    book = Workbook()
    book.active.append(["title", "answer"])
    for number in range(200):
        book.active.append([f"질문 {number}?", LONG[:32_000]])
    book.save(tmp_path / "faq.xlsx")
    with pytest.raises(SourceError, match="repeat the same long text many times"):
        load(tmp_path / "faq.xlsx")


def test_a_format_that_no_sheet_can_have_is_not_looked_at():
    began = process_time()
    assert shown(12.5, "[" * 100_000) == "12.5"
    assert process_time() - began < 0.1


def test_tags_that_are_nested_too_deep_stand_beside_their_parents(tmp_path):
    """What is looked for below each of 20,000 tags would be looked for 200 million times."""
    source = f"<h2>배송은 언제 와요?</h2>{'<ul><li>' * 10_000}내일 와요.<p>모레도요.</p>"
    deepest = max(len(list(tag.parents)) for tag in parsed(source).find_all("p"))
    assert deepest < 200
    (tmp_path / "deep.html").write_text(source, encoding="utf-8")
    (row,) = load(tmp_path / "deep.html").rows
    assert "내일 와요." in row.answer
    assert "모레도요." in row.answer


def test_a_table_of_many_columns_is_refused_for_their_number(tmp_path):
    """Each name would be looked at for every delimiter and every way to read a table."""
    path, names = tmp_path / "faq.csv", [f"c{number}" for number in range(100_000)]
    path.write_text(f"질문,답변,{','.join(names)}\n{'x,' * 100_002}x\n", encoding="utf-8")
    began = process_time()
    with pytest.raises(SourceError, match="columns"):
        load(path)
    path.write_text(f"{','.join(names)}\n{'x,' * 100_000}x\n", encoding="utf-8")
    with pytest.raises(SourceError, match="no column is named"):
        load(path)
    assert process_time() - began < 5


def test_cells_of_a_page_that_span_rows_are_repeated_within_bounds(monkeypatch):
    """A long one over many rows, and those with tables in themselves."""
    monkeypatch.setattr(html_markdown, "_MOST_REPEATED", 10_000)
    long = f"<tr><td rowspan=900>{'가' * 900}</td><td>나</td></tr>" + "<tr><td>다</td></tr>" * 900
    for rows in (long, "<tr><td rowspan=900 colspan=900>질문<table>" * 20):
        assert len(html_markdown.html_to_markdown(f"<table>{rows}")) < 1_000_000


def test_rows_and_cells_without_an_end_are_those_of_a_browser():
    """HTML lets both ends be left out."""
    rows = "<tr><th>요금제<th>가격<tr><td>기본<td>무료<tr><td>프로<td>9,900원"
    made = html_markdown.html_to_markdown(f"<table>{rows}</table>")
    lines = [[cell.strip() for cell in line.strip("| ").split("|")] for line in made.split("\n")]
    assert lines[0] == ["요금제", "가격"]
    assert lines[2:] == [["기본", "무료"], ["프로", "9,900원"]]


@pytest.mark.parametrize("asked", ["<button>{}?</button>", "<div class='faq-title'>{}?</div>"])
def test_questions_of_a_page_are_told_apart_without_looking_at_all_of_them(monkeypatch, asked):
    """bs4 compares two tags by all that is in them, so that each would be held against each."""
    compared = []
    whole = Tag.__eq__

    def counted(one, other):
        compared.append(one)
        return whole(one, other)

    page = parsed("".join(f"{asked.format(number)}<div>a</div>" for number in range(100)))
    monkeypatch.setattr(Tag, "__eq__", counted)
    html_questions.mark_questions(page)
    assert len(page.find_all("h2")) == 100
    assert len(compared) < 1_000
