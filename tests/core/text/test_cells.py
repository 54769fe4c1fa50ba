"""Texts that go into a spreadsheet and come back."""

import pytest

from core.text.cells import cell_of, text_of_cell


@pytest.mark.parametrize(
    "text", ["=1+1", "+82", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "'=1", "'", ""]
)
def test_no_cell_is_a_formula_and_each_gives_its_text_back(text):
    cell = cell_of(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert text_of_cell(cell) == text
