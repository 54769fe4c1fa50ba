"""A hundred more questions, of which some cannot be answered: a wrong number is the worst end."""

from types import SimpleNamespace

from bench.data_reading import read_all


def test_seven_in_ten_end_rightly_and_hardly_any_in_a_wrong_number(analyzer, encoder, tmp_path):
    """A question that no sample knows ends rightly with samples to choose from."""
    language = SimpleNamespace(analyzer=analyzer, encoder=encoder)
    for found in read_all(language, tmp_path):
        assert len(found.right) >= 0.7 * found.asked, found
        assert len(found.wrong) <= 0.05 * found.asked, found
