"""Files of any kind with anything in them: read, or refused in a line, and never an accident."""

import csv
import io
import json
import pickle
from zipfile import ZipFile, ZipInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from core.errors import SourceError
from ingest.sources.files.folders import KINDS
from ingest.sources.load import load

ROWS = [("반품은 어떻게 하나요?", "<p>마이페이지에서 신청해요.</p>"), ("정산일은?", "매월 15일")]


def _workbook():
    """Without the times of its making, so that it is the same each time."""
    book, out, same = Workbook(), io.BytesIO(), io.BytesIO()
    for row in [("질문", "답변"), *ROWS]:
        book.active.append(row)
    book.save(out)
    with ZipFile(out) as saved, ZipFile(same, "w") as file:
        for name in saved.namelist():
            if name != "docProps/core.xml":
                file.writestr(ZipInfo(name), saved.read(name))
    return same.getvalue()


def _csv():
    out = io.StringIO()
    csv.writer(out).writerows([("질문", "답변"), *ROWS])
    return out.getvalue().encode()


SEEDS = {
    ".csv": _csv(),
    ".xlsx": _workbook(),
    ".pkl": pickle.dumps(dict(ROWS)),
    ".json": json.dumps([{"question": q, "answer": a} for q, a in ROWS]).encode(),
    ".jsonl": "\n".join(json.dumps({"question": q, "answer": a}) for q, a in ROWS).encode(),
    ".md": "# 반품\n\n마이페이지에서 신청해요.\n".encode(),
    ".html": "<h1>반품</h1><p>마이페이지에서</p>".encode(),
}


@st.composite
def damaged(draw):
    """A file that was whole, with some bytes changed, cut away, doubled or put in."""
    data = bytearray(SEEDS[draw(st.sampled_from(sorted(SEEDS)))])
    for _ in range(draw(st.integers(0, 6))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 40)))
        data[start:end] = draw(
            st.one_of(st.binary(max_size=40), st.just(bytes(data[start:end] * 2)))
        )
    return bytes(data)


@pytest.mark.long
@pytest.mark.filterwarnings("ignore:invalid escape sequence:DeprecationWarning")  # of pickletools
@settings(
    max_examples=2_000,
    deadline=10_000,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(ending=st.sampled_from(KINDS), data=st.one_of(damaged(), st.binary(max_size=300)))
def test_any_file_is_read_or_refused_in_a_line(tmp_path, ending, data):
    path = tmp_path / f"faq{ending}"
    path.write_bytes(data)
    said = ""
    try:
        load(path)
    except SourceError as error:
        said = str(error)
    assert "\n" not in said
