"""FAQs of small organisations, as the files that these have."""

import json
import zipfile
from itertools import pairwise
from pathlib import Path
from xml.sax.saxutils import escape

from openpyxl import Workbook

OWN = Path(__file__).parents[1] / "fixtures" / "own"


def clinic(folder):
    """The clinic's workbook: a title above the names, merged categories, a retired row hidden."""
    rows = [json.loads(line) for line in (OWN / "clinic.jsonl").read_text("utf-8").splitlines()]
    book = Workbook()
    sheet = book.active
    sheet.append(["한빛의원 자주 묻는 질문 (2026년 11월)"])
    sheet.append([])
    sheet.append(["번호", "구분", "질문 내용", "답변 내용", "담당"])
    for number, row in enumerate(rows, 1):
        sheet.append([number, row["category"], row["question"], row["answer"], "원무과"])
    sheet.append([99, "비용", "예전 진료비는 얼마였나요?", "3천 원이었습니다.", "원무과"])
    sheet.row_dimensions[sheet.max_row].hidden = True
    starts = [at for at, row in enumerate(rows, 4) if row["category"]]
    for start, after in zip(starts, [*starts[1:], len(rows) + 4], strict=True):
        if after - start > 1:
            sheet.merge_cells(f"B{start}:B{after - 1}")
    path = folder / "한빛의원 FAQ.xlsx"
    book.save(path)
    return path


def clinic_ods(folder):
    """The clinic's FAQ as LibreOffice saves it: a title above the names, and merged categories."""
    rows = [json.loads(line) for line in (OWN / "clinic.jsonl").read_text("utf-8").splitlines()]
    starts = [at for at, row in enumerate(rows) if row["category"]]
    spans = dict(zip(starts, (b - a for a, b in pairwise([*starts, len(rows)])), strict=True))

    def cell(words, spanned=1):
        return (
            f'<table:table-cell table:number-rows-spanned="{spanned}" office:value-type="string">'
            f"<text:p>{escape(words)}</text:p></table:table-cell>"
        )

    lines = [cell("한빛의원 자주 묻는 질문"), "<table:table-cell/>"]
    lines.append("".join(map(cell, ("구분", "질문 내용", "답변 내용"))))
    for at, row in enumerate(rows):
        above = cell(row["category"], spans[at]) if at in spans else "<table:covered-table-cell/>"
        lines.append(above + cell(row["question"]) + cell(row["answer"]))
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    table = "".join(f"<table:table-row>{line}</table:table-row>" for line in lines)
    path = folder / "한빛의원.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "content.xml",
            f"<office:document-content {spaces}><office:body><office:spreadsheet>"
            f'<table:table table:name="FAQ">{table}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return path
