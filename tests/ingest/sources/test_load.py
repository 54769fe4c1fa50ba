"""Sources of every kind, whole, damaged and malicious."""

import json
import pickle
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from core.errors import SourceError
from ingest.sources import rows
from ingest.sources.load import MAX_FILE_BYTES, load
from ingest.sources.tables.formats import xlsx

RECORD = {"title": "배송비는 얼마인가요?", "answer": "3,000원입니다.\n섬은 6,000원입니다."}


def _jsonl(path, *lines):
    path.write_bytes(b"\n".join(_line(line) for line in lines) + b"\n")
    return path


def _line(line):
    return line if isinstance(line, bytes) else json.dumps(line, ensure_ascii=False).encode()


def _xlsx(path, *rows, more=None):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for title, sheet_rows in (more or {}).items():
        sheet = book.create_sheet(title)
        for row in sheet_rows:
            sheet.append(row)
    book.save(path)
    return path


def _pickled(path, content, protocol=4):
    path.write_bytes(content if isinstance(content, bytes) else pickle.dumps(content, protocol))
    return path


def _positions(loaded):
    return [row.position for row in loaded.rows], [skipped.position for skipped in loaded.skipped]


def test_every_kind_of_file_gives_the_same_row(tmp_path):
    """The same entry reads the same from JSONL, CSV, XLSX and a pickle."""
    title, answer = RECORD.values()
    files = [
        _jsonl(tmp_path / "a.jsonl", {"질문": title, "답변": answer}),
        tmp_path / "b.csv",
        _xlsx(tmp_path / "c.xlsx", ["제목", "내용"], [title, answer]),
        _pickled(tmp_path / "d.pkl", {title: answer}),
        _pickled(tmp_path / "e.pkl", [{"title": title, "text": answer}]),
    ]
    files[1].write_text(f'Question,Text\n"{title}","{answer}"\n', encoding="utf-8")
    for file in files:
        (row,) = load(file).rows
        assert (row.title, row.answer) == (title, answer), file.name


@pytest.mark.parametrize("protocol", range(6))
def test_a_pickle_of_every_protocol_is_read(tmp_path, protocol):
    """Protocol 0 to 5 of the real file's shape are plain data."""
    faq = {f"질문 {number}": "답 " * number for number in range(1, 40)}
    rows = load(_pickled(tmp_path / "faq.pkl", faq, protocol)).rows
    assert {row.title: row.answer for row in rows} == faq
    assert rows[-1].position == "faq.pkl:39"


def test_a_title_stays_byte_for_byte(tmp_path):
    """Spaces, zero-width characters and unusual forms in a title are not touched."""
    title = " \u200b[공통]\xa0 e\u0301 가\u1100 \t제목? "
    for file in (
        _pickled(tmp_path / "faq.pkl", {title: "답"}),
        _jsonl(tmp_path / "faq.jsonl", {"title": title, "answer": "답"}),
        _xlsx(tmp_path / "faq.xlsx", ["title", "answer"], [title, "답"]),
    ):
        assert load(file).rows[0].title == title, file.name


def test_lists_come_from_json_lists_and_from_cells(tmp_path):
    """Questions and related titles are lists in JSONL, lines or `|` in a cell."""
    cell = tmp_path / "faq.csv"
    cell.write_text(
        'title,answer,질문예시,관련,분류\nT,A,"하나|둘\n셋",R1 | R2,배송\n', encoding="utf-8"
    )
    listed = {
        **RECORD,
        "questions": ["하나", "둘", " ", "셋"],
        "related": ["R1", "R2"],
        "분류": "배송",
    }
    for file in (cell, _jsonl(tmp_path / "faq.jsonl", listed)):
        (row,) = load(file).rows
        assert row.questions == ("하나", "둘", "셋")
        assert row.related == ("R1", "R2")
        assert row.category == "배송"


def test_a_folder_is_read_in_order_of_name(tmp_path):
    """All FAQ files of a folder and its folders; others are named, but for Excel's lock file."""
    _jsonl(tmp_path / "b.jsonl", {"title": "B", "answer": "b"})
    _pickled(tmp_path / "a.pkl", {"A": "a"})
    (tmp_path / "~$c.xlsx").write_bytes(b"lock")
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    (tmp_path / "sub.csv").mkdir()
    (tmp_path / "sub.csv" / "c.md").write_text("# How?\n\nSo.", encoding="utf-8")
    (tmp_path / "picture.png").write_bytes(b"x")
    loaded = load(tmp_path)
    assert [row.position for row in loaded.rows] == ["a.pkl:1", "b.jsonl:1", "sub.csv/c.md:1"]
    assert [skipped.position for skipped in loaded.skipped] == ["notes.txt"]
    (remark,) = loaded.remarks
    assert remark.text.startswith("1 file .png: not a kind that is read")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ({"title": "", "answer": "A"}, "title is empty"),
        ({"title": " \n", "answer": "A"}, "title is empty"),
        ({"title": "T", "answer": None}, "answer is empty"),
        ({"title": "T"}, "answer is empty"),
        ({"title": ["T"], "answer": "A"}, "title is not text"),
        ({"title": "T", "answer": "A" * 100_001}, "100,001 characters"),
        (b'{"title": "T", "answer": "\\ud800"}', "surrogates"),
        (b'{"title": "T", "answer": "\xed\x95"}', "UTF-8"),
        (b'{"title": "T", "answer": ', "not valid JSON"),
        (b'{"title": "T", "answer": ' + b"9" * 5000 + b"}", "not valid JSON"),
        (b"[" * 100_000, "not valid JSON"),
        (["T", "A"], "not a JSON object"),
    ],
)
def test_a_bad_line_is_reported_and_the_rest_is_loaded(tmp_path, line, reason):
    """One bad row costs that row: its position and what to do are reported."""
    loaded = load(_jsonl(tmp_path / "faq.jsonl", RECORD, line, {**RECORD, "title": "다음"}))
    assert _positions(loaded) == (["faq.jsonl:1", "faq.jsonl:3"], ["faq.jsonl:2"])
    assert reason in loaded.skipped[0].reason
    assert "\n" not in loaded.skipped[0].reason


def test_the_longest_title_and_answer_are_loaded(tmp_path):
    """300 and 100,000 characters fit, in CSV too, whose own limit is 128 KB."""
    file = tmp_path / "faq.csv"
    file.write_text(
        f"title,answer\n{'가' * 300},{'나' * 100_000}\nT,{'다' * 200_000}\n", encoding="utf-8"
    )
    assert _positions(load(file)) == (["faq.csv:2"], ["faq.csv:3"])


def test_csv_of_korean_excel_is_read_as_cp949(tmp_path):
    """Excel in Korea writes CP949, or UTF-8 with a byte order mark."""
    text = "제목,답변\n배송비는?,무료입니다. 똠방각하\n"
    for encoding in ("cp949", "utf-8", "utf-8-sig"):
        file = tmp_path / "faq.csv"
        file.write_text(text, encoding=encoding)
        assert load(file).rows[0].answer == "무료입니다. 똠방각하", encoding


@pytest.mark.parametrize("broken", [b"\xff", b"\xed\x95", b"\xb0\xa1"])
def test_broken_utf8_in_csv_costs_only_its_row(tmp_path, broken):
    """Even bytes that are valid in CP949 do not turn a UTF-8 file into nonsense."""
    file = tmp_path / "faq.csv"
    lines = "title,answer\n하나,가나다\n둘,@\n셋,라마바\n넷,사아자\n".encode()
    file.write_bytes(lines.replace(b"@", broken))
    loaded = load(file)
    assert _positions(loaded) == (["faq.csv:2", "faq.csv:4", "faq.csv:5"], ["faq.csv:3"])
    assert "UTF-8" in loaded.skipped[0].reason


def test_csv_positions_are_lines_of_the_file(tmp_path):
    """An answer over several lines, blank lines and semicolons do not shift the positions."""
    file = tmp_path / "faq.csv"
    file.write_text('\ntitle;answer\nA;"a\nb\n\nc"\n\n;x\nB;b\n\n\n', encoding="utf-8")
    assert _positions(load(file)) == (["faq.csv:3", "faq.csv:9"], ["faq.csv:8"])


def test_an_open_quotation_costs_only_its_line(tmp_path):
    """A quotation mark that is never closed does not swallow the rest of the file."""
    file = tmp_path / "faq.csv"
    file.write_text('title,answer\nA,a\nB,"b\nC,c\nD,d\n', encoding="utf-8")
    loaded = load(file)
    assert _positions(loaded) == (["faq.csv:2", "faq.csv:4", "faq.csv:5"], ["faq.csv:3"])
    assert "quotation mark" in loaded.skipped[0].reason


def test_a_comma_outside_quotes_does_not_cut_an_answer(tmp_path):
    """What stands behind the last column is the rest of the answer, and that is told."""
    file = tmp_path / "faq.csv"
    file.write_text("title,answer\nA,네, 됩니다. 월, 화만요\nB,b,,\n", encoding="utf-8")
    loaded = load(file)
    assert [row.answer for row in loaded.rows] == ["네, 됩니다. 월, 화만요", "b"]
    assert [(one.kind, one.position) for one in loaded.remarks] == [("merged", "faq.csv:2")]


def test_a_comma_outside_quotes_before_another_column_costs_the_row(tmp_path):
    """Nobody can tell which of the values belong together, so the row is reported."""
    file = tmp_path / "faq.csv"
    file.write_text("title,answer,category\nA,네, 됩니다,c\nB,b,c\n", encoding="utf-8")
    assert _positions(load(file)) == (["faq.csv:3"], ["faq.csv:2"])


def test_xlsx_positions_are_sheet_rows(tmp_path):
    """Bad rows of a sheet are reported by row; empty ones between others cost nothing."""
    rows = (["title", "answer"], ["A", "a"], [None, None], ["B", " "], ["C", "c"], [None, " "])
    loaded = load(_xlsx(tmp_path / "faq.xlsx", *rows))
    assert _positions(loaded) == (["faq.xlsx:2", "faq.xlsx:5"], ["faq.xlsx:4"])


def test_every_sheet_with_the_columns_is_read(tmp_path):
    """Sheets are named in positions; one without the columns is reported, not passed over."""
    more = {"반품": [["질문", "답변"], ["B", "b"]], "안내": [["이 파일은"]], "빈 시트": []}
    loaded = load(_xlsx(tmp_path / "faq.xlsx", ["title", "answer"], ["A", "a"], more=more))
    assert _positions(loaded) == (["faq.xlsx:Sheet:2", "faq.xlsx:반품:2"], ["faq.xlsx:안내"])


def test_items_of_a_pickle_that_are_not_text_are_reported(tmp_path):
    """A container, one that holds itself: skipped by number, the rest is loaded."""
    endless = []
    endless.append(endless)
    faq = {"A": "a", 2: "b", "C": endless, "D": b"d", "E": None, "\ud800": "f", "G": "g"}
    loaded = load(_pickled(tmp_path / "faq.pkl", faq))
    assert [row.title for row in loaded.rows] == ["A", "2", "G"]
    assert [skipped.position for skipped in loaded.skipped] == [f"faq.pkl:{n}" for n in range(3, 7)]


class _Command:
    def __init__(self, command):
        self.command = command

    def __reduce__(self):
        import os  # noqa: PLC0415 - belongs to the attack

        return os.system, (self.command,)


HOSTILE = {
    "global": b"cos\nsystem\n(S'touch pwned'\ntR.",
    "stack global": b"\x80\x04\x8c\x08builtins\x8c\x04eval\x93\x8c\x011\x85R.",
    "only a name": b"\x80\x02cbuiltins\nprint\n.",
    "instance": b"(S'touch pwned'\nios\nsystem\n.",
    "extension 1": b"\x80\x02\x82\x01.",
    "extension 2": b"\x80\x02\x83\x01\x00.",
    "extension 4": b"\x80\x02\x84\x01\x00\x00\x00.",
    "persistent id": b"Pfile:///etc/passwd\n.",
    "build": b"\x80\x02}}b.",
    "long of 2 GB": b"\x80\x02\x8b\xff\xff\xff\x7f.",
    "text of 2**62 bytes": b"\x80\x04\x8d" + (1 << 62).to_bytes(8, "little") + b".",
    "bytes of 2**62 bytes": b"\x80\x04\x8e" + (1 << 62).to_bytes(8, "little") + b".",
    "bytearray of 2**40 bytes": b"\x80\x05\x96" + (1 << 40).to_bytes(8, "little") + b".",
    "frame of 2**62 bytes": b"\x80\x04\x95" + (1 << 62).to_bytes(8, "little") + b"}",
    "memo of 64 GB": b"\x80\x02}r\xff\xff\xff\xff.",
    "memo by text": b"}p4294967295\n.",
    "deep tuple as key": b"\x80\x02})" + b"\x85" * 300_000 + b"K\x01s.",
    "tuple of twins": b"\x80\x02})q\x00" + b"".join(b"h%c\x86q%c" % (n, n + 1) for n in range(60)),
    "set": b"\x80\x04\x8f.",
    "number without end": b"I" + b"9" * 100_000 + b"\n.",
    "colliding numbers": b"\x80\x02}\x8a\x10" + b"\x7f" * 16 + b"K\x01s.",
    "six million lists": b"\x80\x02" + b"]" * 6_000_000 + b".",
    "two pickles": pickle.dumps({"A": "a"}) * 2,
    "list as key": b"\x80\x02}]K\x01s.",
    "unknown memo": b"\x80\x02h\x07.",
    "cut short": pickle.dumps({"A": "a" * 99})[:-20],
    "no stop": b"\x80\x04}",
    "not a pickle": "그냥 글입니다".encode(),
    "no dict": pickle.dumps("text"),
    "empty dict": pickle.dumps({}),
    "list without the fields": pickle.dumps([{"a": 1}]),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_or_damaged_pickle_is_refused_with_one_line(tmp_path, monkeypatch, name):
    """Nothing runs, nothing hangs, and no memory is taken on its word."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SourceError) as refused:
        load(_pickled(tmp_path / "faq.pkl", HOSTILE[name]))
    assert "\n" not in str(refused.value)
    assert str(refused.value).startswith("faq.pkl: ")
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize("protocol", range(6))
def test_a_pickle_that_runs_a_command_is_refused(tmp_path, protocol):
    """The usual attack, os.system in `__reduce__`, hidden among entries, does nothing."""
    marker = tmp_path / "pwned"
    file = _pickled(tmp_path / "faq.pkl", {"A": "a", "B": _Command(f"touch {marker}")}, protocol)
    with pytest.raises(SourceError, match="load code"):
        load(file)
    assert not marker.exists()


def test_deep_lists_are_harmless(tmp_path):
    """A value nested 100,000 deep is one bad item."""
    deep = b"\x80\x02}(X\x01\x00\x00\x00A" + b"]" * 100_000 + b"a" * 99_999
    loaded = load(_pickled(tmp_path / "faq.pkl", deep + b"X\x01\x00\x00\x00BX\x01\x00\x00\x00bu."))
    assert _positions(loaded) == (["faq.pkl:2"], ["faq.pkl:1"])


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("faq.xlsx", b"\x00\x01\x02", "not an XLSX file"),
        ("faq.docx", b"A", "not a readable DOCX"),
        ("faq.docx", b"%PDF-1.4", "a PDF by its content"),
        ("faq.csv", "문의가 있나요?,네\n또 있나요?,네\n".encode(), "no row names the columns"),
        ("faq.xlsx", b"PK\x03\x04 broken", "not an XLSX file"),
        ("faq.csv", b"a,b\n1,2\n", "no column is named title"),
        ("faq.csv", b"title,b\n1,2\n", "no column is named answer"),
        ("faq.csv", b"title,answer\n", "holds no FAQ entry"),
        ("faq.csv", b"\x00\x01\x02\x00\x00\x03\xff", "CSV UTF-8"),
        ("faq.csv", b"\n \n", "empty"),
        ("faq.jsonl", b"title\nanswer\n", "no line is a JSON object"),
        ("faq.jsonl", b'{"a": 1}\n', "no column is named title"),
        ("faq.jsonl", '{"title": "A"}'.encode("utf-16"), "no column is named answer"),
        ("faq.jsonl", b"", "empty"),
        ("faq.pkl", b"", "empty"),
        ("faq.hwp", b"A", "not a kind that is read"),
        ("no\nline.pdf", b"A", "not a kind that is read"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused(tmp_path, name, content, message):
    """One line that says what is wrong with which file."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError, match=message) as refused:
        load(tmp_path / name)
    assert "\n" not in str(refused.value)


def test_a_missing_path_and_an_empty_folder_are_refused(tmp_path):
    """A typing error in the path is the likeliest mistake."""
    with pytest.raises(SourceError, match="no such file"):
        load(tmp_path / "faq.csv")
    with pytest.raises(SourceError, match="nothing in this folder is read"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("source", "advice"),
    [
        ("htp://x.com/faq.csv", "begins with https://, not htp://"),
        ("help.acme.com/faq", "write https:// before help.acme.com"),
        ("faq.xlsx", "check the path$"),
    ],
)
def test_a_web_address_that_is_mistyped_is_told_from_a_path(source, advice):
    with pytest.raises(SourceError, match=f"no such file or folder; .*{advice}"):
        load(Path(source))


def test_a_huge_file_is_refused_before_it_is_read(tmp_path):
    """The limit is on the source as a whole; a sparse file takes no disk."""
    for name in ("a.csv", "b.csv"):
        with (tmp_path / name).open("wb") as file:
            file.truncate(MAX_FILE_BYTES // 2 + 1)
    with pytest.raises(SourceError, match="at most 200,000,000"):
        load(tmp_path)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path):
    """What the directory of an XLSX states is checked; zipfile unpacks no more than it states."""
    file = _xlsx(tmp_path / "faq.xlsx", ["title", "answer"], ["A", "a"])
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("bomb", b"0")
        archive.filelist[-1].file_size = 600_000_000
    with pytest.raises(SourceError, match="unpacks to"):
        load(file)


@pytest.mark.parametrize("member", ["word/document.bin", "word/media/picture.png"])
def test_the_text_of_a_document_is_bounded_whatever_its_part_is_called(tmp_path, member):
    with zipfile.ZipFile(tmp_path / "faq.docx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(member, b" <w:document>" + bytes(51_000_000))
    with pytest.raises(SourceError, match="more than 50,000,000 bytes of text"):
        load(tmp_path / "faq.docx")


@pytest.mark.parametrize("coded", ["  {}", "{}"])
def test_cells_are_counted_however_their_sheet_begins(tmp_path, coded, monkeypatch):
    """After spaces, and in UTF-16 without a mark, as expat reads them."""
    monkeypatch.setattr(xlsx, "MAX_CELLS", 50)
    file = _xlsx(tmp_path / "faq.xlsx", ["title", "answer"], ["A", "a"])
    sheet = coded.format(f"<worksheet>{'<c/>' * 99}</worksheet>")
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("more", sheet.encode("utf-8" if coded != "{}" else "utf-16-be"))
    with pytest.raises(SourceError, match="more than 50 cells"):
        load(file)


def test_rows_that_cannot_be_used_are_bounded_as_others_are(tmp_path, monkeypatch):
    """A quotation that is never closed makes a row of each line behind it."""
    monkeypatch.setattr(rows, "MAX_ROWS", 9)
    (tmp_path / "faq.csv").write_text('title,answer\n"' + "a\n" * 20)
    with pytest.raises(SourceError, match="more than 9 rows up to here cannot be used"):
        load(tmp_path / "faq.csv")


def test_xml_in_an_unknown_encoding_is_refused_in_words(tmp_path):
    with zipfile.ZipFile(tmp_path / "faq.ods", "w") as archive:
        archive.writestr("content.xml", '<?xml version="1.0" encoding="klingon"?><a/>')
    with pytest.raises(SourceError, match="not a readable ODS file"):
        load(tmp_path / "faq.ods")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("faq.html", '<h1>How?</h1><p>On <a href="https://[your shop]/">the page</a>.</p>'),
        ("faq.md", "# How?\n\nOn [the page](https://[your-shop]/).\n\n![](http://[)\n"),
        ("faq.csv", 'title,answer,url\nHow?,"On <a href=""http://[x"">the page</a>.",http://[\n'),
        (
            "faq.html",
            '<link rel="canonical" href="http://["><h1>How?</h1><p>On <a href="/x">the page</a>.',
        ),
    ],
)
def test_a_link_to_a_placeholder_leaves_its_words(tmp_path, name, text):
    (tmp_path / name).write_text(text, encoding="utf-8")
    (row,) = load(tmp_path / name).rows
    assert row.title == "How?"
    assert "the page" in row.answer


def test_an_xls_of_which_only_the_beginning_is_left_is_refused(tmp_path):
    (tmp_path / "faq.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    with pytest.raises(SourceError, match="not a readable XLS file"):
        load(tmp_path / "faq.xls")


def test_a_damaged_xlsx_under_the_name_of_an_xls_is_refused(tmp_path):
    whole = _xlsx(tmp_path / "faq.xlsx", ["title", "answer"], ["A", "a"]).read_bytes()
    (tmp_path / "faq.xls").write_bytes(whole.replace(b"PK\x01\x02", b"PK\x01\x03"))
    with pytest.raises(SourceError, match="not a readable XLS file"):
        load(tmp_path / "faq.xls")


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml"])
def test_an_xlsx_that_is_cut_off_is_called_damaged(tmp_path, part):
    """Whatever parser openpyxl finds: one that reads as far as it goes would call it empty."""
    file = tmp_path / "faq.xlsx"
    whole = _xlsx(tmp_path / "whole.xlsx", ["title", "answer"], ["A", "a"])
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(file, "w") as archive:
        for name in source.namelist():
            content = source.read(name)
            archive.writestr(name, content[: len(content) // 2] if name == part else content)
    with pytest.raises(SourceError, match="it is damaged"):
        load(file)


def test_the_real_faq_is_read_whole(shared):
    """2,717 entries, nothing skipped, titles as they are."""
    loaded = load(shared / "data" / "final_result.pkl")
    assert len(loaded.rows) == 2717
    assert loaded.skipped == ()
