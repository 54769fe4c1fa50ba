"""Charts are PNG files in which Hangul can be read."""

import struct
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.charts import bar_chart, line_chart, matrix_chart

LINES = {"훈련": [3.0, 2.0, 1.0], "검증": [3.1, 2.5, -2.4]}
BARS = {"지난달": [1234.0, 5.0], "이번 달": [3.0, 4.5]}


def lines():
    return line_chart("손실", LINES, xs=[1, 2, 3], x_label="에폭")


def bars():
    return bar_chart("많이 팔린 상품 (US$)", BARS, labels=["김치 만두", "사과"])


def matrix():
    return matrix_chart("혼동", [[5, 1], [0, 9]], labels=["가방", "신발"])


@pytest.mark.parametrize("draw", [lines, bars, matrix])
def test_a_chart_is_a_png_without_a_missing_letter(draw):
    """Matplotlib warns of a glyph that no font has, and a warning is an error here."""
    png = draw()
    assert png.startswith(b"\x89PNG")
    assert struct.unpack(">II", png[16:24]) == (960, 540)


def test_the_same_data_gives_the_same_picture_from_several_threads():
    """Fonts are a setting of the whole process: who draws beside others draws the same."""
    alone = [lines(), bars(), matrix()]
    with ThreadPoolExecutor(3) as pool:
        assert [drawn.result() for drawn in map(pool.submit, (lines, bars, matrix))] == alone
