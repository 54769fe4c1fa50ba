"""Charts are PNG files in which Hangul can be read."""

import struct
from concurrent.futures import ThreadPoolExecutor
from threading import Event

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


class Hooked(dict):
    """Series at whose first reading something happens."""

    def __init__(self, series, hook):
        super().__init__(series)
        self.hook = hook

    def items(self):
        self.hook()
        return super().items()

    def values(self):
        self.hook()
        return super().values()


def test_who_draws_beside_others_draws_the_same_picture():
    """Fonts are a setting of the process; one begins within another, and ends after it."""
    alone = bars()
    beside, first_is_done = Event(), Event()

    def second():
        series = Hooked(BARS, lambda: (beside.set(), first_is_done.wait(30)))
        return bar_chart("많이 팔린 상품 (US$)", series, labels=["김치 만두", "사과"])

    with ThreadPoolExecutor(1) as pool:
        drawn = []

        def begin():
            if not drawn:
                drawn.append(pool.submit(second))
                beside.wait(0.2)  # it waits for the first one, which has the fonts

        line_chart("손실", Hooked(LINES, begin), xs=[1, 2, 3])
        first_is_done.set()
        assert drawn[0].result() == alone
