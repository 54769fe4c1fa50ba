"""Charts as PNG files in memory: lines, bars and a matrix.

matplotlib and a Korean font come with the extra `charts`, and are imported in this module alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from io import BytesIO
from math import isnan
from threading import Lock
from typing import TYPE_CHECKING

from core.errors import ConfigError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WIDTH_IN, _HEIGHT_IN, _DPI = 8.0, 4.5, 120
_ONE_AT_A_TIME = Lock()
_TILTED_LABELS, _NUMBERED_CELLS = 6, 12


def line_chart(
    title: str,
    series: Mapping[str, Sequence[float]],
    *,
    xs: Sequence[str | float],
    x_label: str = "",
    y_label: str = "",
) -> bytes:
    """Return a PNG with a line for each series; all have as many values as `xs`.

    Raises:
        ConfigError: the extra is not installed.
    """
    with _drawing():
        figure, axes = _figure(title, x_label, y_label)
        for name, values in series.items():
            axes.plot(range(len(xs)), values, label=name, marker="o" if len(xs) == 1 else "")
        _label_places(axes, xs)
        if len(series) > 1:
            figure.legend(loc="outside lower center", ncols=2)
        axes.grid(alpha=0.3)
        return _png(figure)


def bar_chart(
    title: str,
    series: Mapping[str, Sequence[float]],
    *,
    labels: Sequence[str],
    y_label: str = "",
) -> bytes:
    """Return a PNG with a group of bars for each label, one bar a series, with its value.

    A value that is no number is shown as a dash.

    Raises:
        ConfigError: the extra is not installed.
    """
    with _drawing():
        figure, axes = _figure(title, "", y_label)
        width = 0.8 / len(series)
        for number, (name, values) in enumerate(series.items()):
            places = [place - 0.4 + (number + 0.5) * width for place in range(len(labels))]
            bars = axes.bar(places, values, width, label=name)
            texts = ["–" if isnan(value) else f"{value:,.4g}" for value in values]
            axes.bar_label(bars, texts, fontsize=8, padding=2)
        axes.margins(y=0.12)
        _label_places(axes, labels)
        if len(series) > 1:
            figure.legend(loc="outside lower center", ncols=2)
        return _png(figure)


def matrix_chart(
    title: str,
    rows: Sequence[Sequence[float]],
    *,
    labels: Sequence[str],
    x_label: str = "",
    y_label: str = "",
) -> bytes:
    """Return a PNG of a square matrix, darker where a value is larger.

    Raises:
        ConfigError: the extra is not installed.
    """
    with _drawing():
        figure, axes = _figure(title, x_label, y_label)
        figure.colorbar(axes.imshow(rows, cmap="Blues"))
        _label_places(axes, labels)
        axes.set_yticks(range(len(labels)), labels)
        largest = max((value for row in rows for value in row), default=0.0)
        if len(labels) <= _NUMBERED_CELLS:
            for y, row in enumerate(rows):
                for x, value in enumerate(row):
                    color = "white" if value > largest / 2 else "black"
                    axes.text(
                        x, y, f"{value:,.6g}", ha="center", va="center", color=color, fontsize=7
                    )
        return _png(figure)


@contextmanager
def _drawing() -> Iterator[None]:
    """Set the fonts of all that is drawn inside; they are global, so one thread draws at a time."""
    try:
        from matplotlib import rc_context  # noqa: PLC0415 - the extra may be missing
    except ImportError as error:
        raise ConfigError(
            "pictures need the extra `charts`: pip install 'faqbot[charts]'"
        ) from error
    with _ONE_AT_A_TIME, rc_context({"font.family": _fonts(), "axes.unicode_minus": False}):
        yield


def _figure(title: str, x_label: str, y_label: str) -> tuple[Figure, Axes]:
    from matplotlib.figure import Figure  # noqa: PLC0415 - the extra may be missing

    figure = Figure(figsize=(_WIDTH_IN, _HEIGHT_IN), dpi=_DPI, layout="constrained")
    axes = figure.subplots()
    axes.set(title=_plain(title), xlabel=_plain(x_label), ylabel=_plain(y_label))
    axes.yaxis.set_major_formatter("{x:,.12g}")  # whole sums, and no 1e7 above the axis
    return figure, axes


@cache
def _fonts() -> list[str]:
    """Return the fonts to write in: one with Hangul before matplotlib's own."""
    from matplotlib import font_manager  # noqa: PLC0415 - the extra may be missing

    path = files("pylopdf_fonts_ko") / "NotoSansKR-Regular.otf"
    font_manager.fontManager.addfont(str(path))
    return [font_manager.FontProperties(fname=str(path)).get_name(), "DejaVu Sans"]


def _label_places(axes: Axes, labels: Sequence[str | float]) -> None:
    """Name the places on the horizontal axis; not all of them where they are many."""
    step = max(1, -(-len(labels) // 24))
    names = [_plain(str(label)) for label in labels[::step]]
    tilted = len(names) > _TILTED_LABELS and max(map(len, names)) > 3
    axes.set_xticks(
        range(0, len(labels), step),
        names,
        rotation=40 if tilted else 0,
        ha="right" if tilted else "center",
    )


def _plain(text: str) -> str:
    """Keep matplotlib from reading a dollar sign as mathematics."""
    return text.replace("$", r"\$")


def _png(figure: Figure) -> bytes:
    png = BytesIO()
    figure.savefig(png, format="png")
    return png.getvalue()
