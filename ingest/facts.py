"""Facts that a FAQ shows about itself: its language, its link hosts, questions to begin with.

They are written as a profile (see `config/profiles.py`) that an installation's own stands on.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from core.retrieval.audience import is_within
from core.text.languages import languages_in
from core.text.syllables import SYLLABLE
from core.types import Entry

_EXAMPLES: Final = 3
_EXAMPLE_CHARS: Final = range(6, 41)
_MOST_HOSTS: Final = 500
_MOST_THEMES: Final = 8
_URL: Final = re.compile(r"https?://[^\s<>\"'()\[\]{}|\\^`가-힣]+")
# Their addresses redirect to any other address.
_SHORTENERS: Final = frozenset(
    [
        "bit.ly",
        "buly.kr",
        "c11.kr",
        "goo.gl",
        "han.gl",
        "is.gd",
        "kko.to",
        "lnkd.in",
        "me2.do",
        "naver.me",
        "ow.ly",
        "rb.gy",
        "t.co",
        "tiny.cc",
        "tinyurl.com",
        "url.kr",
        "v.gd",
        "vo.la",
        "vvd.bz",
        "zrr.kr",
    ]
)
_SPOKEN: Final = ("ko", "en")  # the languages in which the bot's own sentences ship


def write_facts(
    entries: Sequence[Entry], path: Path, *, known: str = "", closed: Sequence[str] = ()
) -> None:
    """Write the facts of a FAQ as a profile; `known` names one that ships and is made for it.

    Nothing of the categories that are `closed`, for a group alone, becomes an example.
    """
    open_entries = [entry for entry in entries if not is_within(entry.category, closed)]
    lines = [
        "# Written by `faqbot ingest`: what the FAQ says about itself.",
        f"extends = {json.dumps(known or language_of(entries))}",
        f"link_hosts = {json.dumps(list(hosts_of(entries))[:_MOST_HOSTS], ensure_ascii=False)}",
    ]
    lines.append(f"languages = {json.dumps(languages_of(open_entries))}")
    if not known:
        lines.append(f"examples = {_listed(examples_of(open_entries))}")
        base = language_of(entries)
        for language in (one for one in languages_of(open_entries) if one in _SPOKEN):
            if language != base:
                titled = [one for one in open_entries if _is_in(language, one.title)]
                lines += [f"[{language}]", f"examples = {_listed(examples_of(titled))}"]
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text("\n".join(lines) + "\n", encoding="utf-8")
    fresh.replace(path)


def _listed(texts: Sequence[str]) -> str:
    return json.dumps(texts, ensure_ascii=False)


def _is_in(language: str, title: str) -> bool:
    return bool(SYLLABLE.search(title)) is (language == "ko")


def languages_of(entries: Sequence[Entry]) -> tuple[str, ...]:
    """Return the languages that the entries are written in, the most frequent first."""
    return languages_in((entry.title, entry.text) for entry in entries)


def language_of(entries: Sequence[Entry]) -> str:
    """Return `ko` if a third of the titles have Hangul in them, else `en`."""
    korean = sum(bool(SYLLABLE.search(entry.title)) for entry in entries)
    return "ko" if korean * 3 >= len(entries) else "en"


def hosts_of(entries: Sequence[Entry]) -> dict[str, None]:
    """Return the hosts that the FAQ itself links to, in order of appearance."""
    return dict.fromkeys(
        host for entry in entries for url in _addresses(entry) if (host := _host(url))
    )


def examples_of(entries: Sequence[Entry]) -> list[str]:
    """Return titles to begin with, from different parts of the FAQ, in its first language.

    They are short questions; where there are too few, other titles, the longer ones first.
    """
    language = language_of(entries)
    short = [title for entry in entries if len(title := entry.title.strip()) < _EXAMPLE_CHARS.stop]
    titles = [title for title in short if _is_in(language, title)] or short
    told = [title for title in titles if len(title) in _EXAMPLE_CHARS]
    questions = [title for title in told if title.endswith(("?", "？"))]
    chosen = (_spread(kind) for kind in (questions, told, titles))
    return list(dict.fromkeys(chain.from_iterable(chosen)))[:_EXAMPLES]


def _spread(titles: Sequence[str]) -> Sequence[str]:
    return titles[:: max(1, len(titles) // _EXAMPLES)][:_EXAMPLES]


def themes_of(entries: Sequence[Entry]) -> list[tuple[str, str]]:
    """Return the FAQ's largest categories, each with a question of it to lead back to."""
    counts = Counter(_widest(entry.category) for entry in entries if entry.category)
    asked: dict[str, str] = {}
    language = language_of(entries)

    def suits(entry: Entry) -> tuple[bool, bool]:
        return not _is_in(language, entry.title), not entry.title.rstrip().endswith("?")

    for entry in sorted(entries, key=suits):
        asked.setdefault(_widest(entry.category), entry.title.strip())
    return [(name, asked[name]) for name, _ in counts.most_common(_MOST_THEMES) if len(name) > 1]


def _widest(category: str) -> str:
    return category.split(" > ", maxsplit=1)[0].strip()


def _addresses(entry: Entry) -> Iterator[str]:
    yield from _URL.findall(entry.text)
    if entry.url:
        yield entry.url


def _host(url: str) -> str:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return host if "." in host and host.isascii() and host not in _SHORTENERS else ""
