"""Terms with their numbers, as a dict has them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text.term_numbers import TermNumbers

TERM = st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), min_size=1)


@given(terms=st.lists(TERM, unique=True), asked=st.lists(TERM))
def test_terms_are_numbered_as_a_dict_numbers_them(terms, asked):
    """Line breaks of other kinds are letters like any, as are characters of four bytes."""
    expected = {term: number for number, term in enumerate(terms)}
    numbers = TermNumbers.of(terms)
    assert list(numbers) == terms
    assert dict(numbers) == expected
    assert len(numbers) == len(terms)
    assert [numbers.get(term) for term in asked] == [expected.get(term) for term in asked]
    assert numbers.find([*terms, *asked]).tolist() == [
        expected.get(term, -1) for term in (*terms, *asked)
    ]
    assert dict(TermNumbers(numbers.joined)) == expected


def test_the_last_line_needs_no_end():
    """Model files have their terms joined by line breaks."""
    assert dict(TermNumbers(np.frombuffer("정산/N\nfee/N".encode(), np.uint8))) == {
        "정산/N": 0,
        "fee/N": 1,
    }


def test_an_unknown_term_is_missing():
    numbers = TermNumbers.of(["정산/N"])
    assert "정산/V" not in numbers
    with pytest.raises(KeyError, match="정산/V"):
        numbers["정산/V"]
    assert TermNumbers.of([]).find(["정산/N"]).tolist() == [-1]
