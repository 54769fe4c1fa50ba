"""The Markdown of a line as runs of text, each of one style."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from markdown_it.token import Token

_STYLES: Final = {"strong": "*", "em": "_", "s": "~"}


@dataclass(frozen=True, slots=True)
class Run:
    """Text of one style within a line: a subset of `*` bold, `_` italic, `~` strike, "`" code."""

    text: str
    style: str = ""
    url: str = ""


def runs_of(tokens: Sequence[Token]) -> Iterator[Run]:
    styles: list[str] = []
    url = ""
    for token in tokens:
        name = token.type.removesuffix("_open").removesuffix("_close")
        if name in _STYLES:
            if token.nesting > 0:
                styles.append(_STYLES[name])
            else:
                styles.remove(_STYLES[name])
            continue
        style = "".join(mark for mark in "*_~" if mark in styles)
        match token.type:
            case "link_open":
                url = str(token.attrs["href"])
            case "link_close":
                url = ""
            case "code_inline":
                yield Run(token.content, f"{style}`", url)
            case "softbreak" | "hardbreak":
                yield Run("\n", style, url)
            case "image":
                yield Run(_label(token), style, str(token.attrs["src"]))
            case _:
                yield Run(token.content, style, url)


def _label(image: Token) -> str:
    return "".join(plain(image.children or []))


def plain(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type in ("softbreak", "hardbreak"):
            yield " "
        else:
            yield _label(token) if token.type == "image" else token.content


def merged(runs: Iterable[Run]) -> list[Run]:
    """Join neighbouring runs of one style, such as the parts of a link's label."""
    merged: list[Run] = []
    for (url, style, code), group in groupby(
        runs, key=lambda run: (run.url, "" if run.url else run.style, "`" in run.style)
    ):
        members = list(group)
        shared = members[0].style.replace("`", "") if url else style
        text = "".join(member.text for member in members)
        if code and not url:
            merged += members
        elif merged and url and merged[-1].url == url:
            merged[-1] = Run(merged[-1].text + text, merged[-1].style, url)
        else:
            merged.append(Run(text, shared, url))
    return merged


def spaced(runs: Sequence[Run]) -> Iterator[Run]:
    """Split outer spaces off from runs, since no platform can mark up a space."""
    for run in runs:
        if run.url or "`" in run.style or not run.style:
            if run.text or run.url:
                yield run
            continue
        bare = run.text.strip()
        if not bare:
            if run.text:
                yield Run(run.text, run.style)
            continue
        start = run.text.index(bare[0])
        for text in (run.text[:start], bare, run.text[start + len(bare) :]):
            if text:
                yield Run(text, run.style)
