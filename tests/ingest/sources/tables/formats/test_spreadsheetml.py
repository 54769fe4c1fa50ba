"""XML Spreadsheet 2003, which admin pages export under the name `.xls`."""

import pytest

from core.errors import SourceError
from ingest.sources.load import load

DOWN, SECOND, PERCENT = 'ss:MergeDown="1"', 'ss:Index="2"', 'ss:StyleID="p"'
SPACES = (
    'xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
    'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel"'
)


def cell(content, attributes="", kind="String"):
    return f'<Cell {attributes}><Data ss:Type="{kind}">{content}</Data></Cell>'


def sheet(name, rows, after=""):
    return f'<Worksheet ss:Name="{name}"><Table>{rows}</Table>{after}</Worksheet>'


def write(path, *sheets, encoding="UTF-8", styles=""):
    start = f'<?xml version="1.0" encoding="{encoding}"?>\n<?mso-application progid="Excel.Sheet"?>'
    content = f"{start}<Workbook {SPACES}>{styles}{''.join(sheets)}</Workbook>"
    path.write_bytes(content.encode("cp949" if encoding == "euc-kr" else encoding))
    return path


HEAD = f"<Row>{cell('구분')}{cell('질문')}{cell('답변')}{cell('수정일')}</Row>"


@pytest.mark.parametrize("name", ["faq.xls", "faq.xml", "faq.xlsx"])
@pytest.mark.parametrize("encoding", ["UTF-8", "euc-kr"])
def test_it_is_read_whatever_its_name_and_its_encoding(tmp_path, name, encoding):
    row = f"<Row>{cell('이용')}{cell('몇 시에 여나요?')}{cell('6시에&#10;엽니다.')}</Row>"
    loaded = load(write(tmp_path / name, sheet("Sheet1", HEAD + row), encoding=encoding))
    (found,) = loaded.rows
    assert (found.category, found.title, found.answer) == (
        "이용", "몇 시에 여나요?", "6시에\n엽니다."
    )  # fmt: skip


def test_merged_cells_links_dates_numbers_and_bold_parts_are_as_the_sheet_shows_them(tmp_path):
    styles = '<Styles><Style ss:ID="p"><NumberFormat ss:Format="0%"/></Style></Styles>'
    bold = (
        '<ss:Data ss:Type="String" xmlns="http://www.w3.org/TR/REC-html40">A <B>map</B>.</ss:Data>'
    )
    rows = (
        f"<Row>{cell('이용', DOWN)}{cell('어디인가요?')}"
        f'<Cell ss:HRef="https://gym.example/map">{bold}</Cell>'
        f"{cell('2026-03-02T00:00:00.000', '', 'DateTime')}</Row>"
        f"<Row>{cell('할인은요?', SECOND)}{cell('0.2', PERCENT, 'Number')}</Row>"
        f"<Row>{cell('기타')}{cell('더요?')}{cell('네, 됩니다.')}</Row>"
    )
    first, second, third = load(
        write(tmp_path / "faq.xls", sheet("A", HEAD + rows), styles=styles)
    ).rows
    assert (first.answer, first.updated) == ("A map. (https://gym.example/map)", "2026-03-02")
    assert (second.category, second.answer) == ("이용", "20%")
    assert third.category == "기타"


def test_what_is_hidden_is_left_out_and_named(tmp_path):
    rows = (
        f'<Row ss:Index="5">{cell("a")}{cell("몇 시에 여나요?")}{cell("6시요.")}</Row>'
        f'<Row ss:Hidden="1">{cell("a")}{cell("예전 시간은요?")}{cell("5시요.")}</Row>'
    )
    options = "<x:WorksheetOptions><x:Visible>SheetHidden</x:Visible></x:WorksheetOptions>"
    hidden = sheet("내부", HEAD + rows, options)
    loaded = load(write(tmp_path / "faq.xls", sheet("공개", HEAD + rows), hidden))
    assert [row.title for row in loaded.rows] == ["몇 시에 여나요?"]
    assert loaded.rows[0].position == "faq.xls:공개:5"
    left_out = [remark.text for remark in loaded.remarks if remark.kind == "left out"]
    assert any("hidden rows (6)" in text for text in left_out)
    assert any("the sheet is hidden" in text for text in left_out)


def test_a_formula_without_a_value_is_said_to_be_one(tmp_path):
    rows = f'<Row>{cell("a")}{cell("얼마예요?")}<Cell ss:Formula="=A1"/></Row>'
    rows += f"<Row>{cell('a')}{cell('어디예요?')}{cell('역 앞이요.')}</Row>"
    loaded = load(write(tmp_path / "faq.xls", sheet("A", HEAD + rows)))
    assert "a formula without a value" in loaded.skipped[0].reason
    assert len(loaded.rows) == 1


def test_what_is_no_such_sheet_is_told_in_a_line(tmp_path):
    broken = tmp_path / "faq.xls"
    broken.write_text(f"<?xml version='1.0'?><Workbook {SPACES}><Worksheet>", encoding="utf-8")
    with pytest.raises(SourceError, match=r"not a readable XML spreadsheet; open it in Excel"):
        load(broken)
    other = tmp_path / "sitemap.xml"
    other.write_text("<?xml version='1.0'?><urlset><url/></urlset>", encoding="utf-8")
    with pytest.raises(SourceError, match="not a sheet of Excel; export it as JSON, CSV or HTML"):
        load(other)
    archive = tmp_path / "archive.xls"
    archive.write_text("MIME-Version: 1.0\nX-Document-Type: Workbook\n\n<x>", encoding="utf-8")
    with pytest.raises(SourceError, match=r"a web archive; open it in Excel and save it as .xlsx"):
        load(archive)


def test_a_page_of_html_that_declares_itself_xml_is_read(tmp_path):
    page = (
        '<?xml version="1.0" encoding="utf-8"?>\n<!-- export -->\n<html><body><table>'
        "<tr><th>Question</th><th>Answer</th></tr><tr><td>Open?</td><td>At nine.</td></tr>"
        "</table></body></html>"
    )
    file = tmp_path / "faq.xls"
    file.write_text(page, encoding="utf-8")
    assert [(row.title, row.answer) for row in load(file).rows] == [("Open?", "At nine.")]
