"""Markdown as sites and note programs write it becomes plain Markdown; code stays as it is.

Comments and marks for programs are taken out; notes, links between pages, footnotes and links by
name become text and links. Each line keeps its number.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from ingest.sources.pages.asked import is_question
from ingest.sources.pages.components import without_components
from ingest.sources.pages.outline import sections_of

_CODE: Final = re.compile(
    r"^(?P<indent>[ \t]*)(?P<fence>```|~~~).*?(?:^[ \t]*(?P=fence)[^\n]*$|\Z)|`[^`\n]+`",
    re.DOTALL | re.MULTILINE,
)
_COMMENT: Final = re.compile(r"<!--.*?(?:-->|\Z)|\{/\*.*?(?:\*/\}|\Z)|%%[^%\n]+%%", re.DOTALL)
# Hugo's shortcodes, kramdown's attributes, tables of contents, MDX' imports and exports.
_FOR_PROGRAMS: Final = re.compile(
    r"\{\{[<%][^{}\n]*\}\}|\{:[^{}\n]*\}|^\[(?:TOC|\[(?:_TOC_|toc)\])\]\s*$"
    r"|^import\s+(?:[\w$*{}\s,]{1,1000}?\sfrom\s+)?[\"'][^\"'\n]+[\"'];?[ \t]*$"
    r"|^export\s(?:const|default)\b[^\n]*(?:\n[^\n]+)*",
    re.MULTILINE,
)
# Where a page takes in another file, as Hugo, Jekyll, MkDocs, mdBook, Sphinx, Docusaurus and
# Obsidian write it.
_INCLUDED: Final = re.compile(
    r"\{\{[<%][ \t]*(?:include|readfile|snippet)\b([^{}\n]*?)[>%]\}\}"
    r"|\{%-?[ \t]*(?:include|snippet)(?:_relative|-markdown)?[ \t]([^{}\n]*?)-?%\}"
    r"|\{![ \t]*+([^!{}\n]+)!\}|\{\{[ \t]*(?:#include\b|include:|snippet:|>)([^{}\n]*)\}\}"
    r"|^[ \t]*--8<--[ \t]*([^\n]*)|^[ \t]*\.\.[ \t]+include::([^\n]*)"
    r"|^include::([^\[\n]*)\[[^\]\n]*\]"
    r"|!\[\[([^\[\]|\n]+)(?:\|[^\[\]\n]*)?\]\]"
    r"|^import[ \t]+\w+[ \t]+from[ \t]+([\"'][^\"'\n]+\.mdx?[\"']);?[ \t]*$",
    re.MULTILINE,
)
_HELD: Final = re.compile(r"(?<![ \t])([ \t]*+)\0(\d+)\0\n*")
_MARKS: Final = re.compile(r"[\0-\2]")  # which stand for held parts of a text here
_SUMMARY: Final = re.compile(
    r"^[ \t]*+(?:<details[^<>]*>\s*+)?<summary[^<>]*>"
    r"((?:[^<>]|</?(?:b|strong|i|em|code|h[1-6])>){0,500})</summary>",
    re.MULTILINE,
)
_TAGS: Final = re.compile(r"</?\w+>")
# Obsidian's names of blocks at their ends, and the tags at the end of a page.
_NOTE_MARKS: Final = re.compile(
    r"(?<=\S) \^[A-Za-z0-9-]+$|\n[ \t]*+#[^\W\d][\w/-]*+(?:[ \t]+#[\w/-]++)*+\s*+\Z", re.MULTILINE
)
_WIKI: Final = re.compile(r"\[\[(?:[^\[\]|\n]*\|)?([^\[\]|\n]+)\]\]")
_NOTE: Final = re.compile(
    r"^[ \t]*:{3,}[ \t]*(?:[\w-]+)?[ \t]*(?:\[([^\]\n]*)\])?(?:\{([^{}\n]*)\})?[ \t]*([^\n]*)$",
    re.MULTILINE,
)
_NOTE_TITLE: Final = re.compile(r"\b(?:title|label)=(?:\"([^\"]*)\"|'([^']*)')")
_ALERT: Final = re.compile(r"^(>[ \t]*)\[!\w+\][-+]?[ \t]*([^\n]*)$", re.MULTILINE)
_BLOCK: Final = re.compile(
    r'^(?:(?:!!!|\?\?\?\+?)[ \t]+\w+[ \t]*|===[ \t]+(?="))(?:"([^"\n]*)")?[ \t]*$'
    r"(?P<text>(?:\n(?: {4}|\t)[^\n]*|\n[ \t]*(?=\n(?: {4}|\t)))*)",
    re.MULTILINE,
)
_NAMED_LINK: Final = re.compile(
    r"^ {0,3}\[([^\]^\n][^\]\n]*)\]:[ \t]*<?(\S+?)>?(?:[ \t]+[\"'(].*)?$", re.MULTILINE
)
_BY_NAME: Final = re.compile(r"(?<!\])\[([^\[\]\n]+)\](?:\[([^\[\]\n]*)\])?(?![(\[:])")
_FOOTNOTE: Final = re.compile(r"^ {0,3}\[\^([^\]\n]+)\]:[ \t]*([^\n]*)$", re.MULTILINE)
_FOOTNOTE_MARK: Final = re.compile(r"\[\^([^\]\n]+)\]")


def plain_markdown(text: str) -> str:
    """Return a page in Markdown without what only its own program understands."""
    codes: list[str] = []

    def held(match: re.Match[str]) -> str:
        indent = match["indent"] or ""
        code = match[0].removeprefix(indent)
        codes.append(code.replace(f"\n{indent}", "\n"))
        return f"{indent}\0{len(codes) - 1}\0" + "\n" * code.count("\n")

    def shown(match: re.Match[str]) -> str:
        code = codes[int(match[2])]
        more = match[0].count("\n") - code.count("\n")
        return match[1] + code.replace("\n", f"\n{match[1]}") + "\n" * more

    text = _CODE.sub(held, _MARKS.sub("", text))
    return _HELD.sub(shown, _in_prose(text))


def included_in(text: str) -> list[str]:
    """Return the names of the files that a page takes in, which people do not see."""
    prose = _without_comments(_CODE.sub("", text), lambda _: "")
    named = (next(filter(None, groups), "") for groups in _INCLUDED.findall(prose))
    return list(dict.fromkeys(name.strip(" \t\"'") for name in named))


def _in_prose(text: str) -> str:
    text = _INCLUDED.sub("", _without_comments(text, _lines_alone))
    text = _FOR_PROGRAMS.sub(_lines_alone, text)
    text = without_components(text)
    text = _with_summaries(text)
    text = _NOTE_MARKS.sub("", text)
    text = _WIKI.sub(r"\1", text)
    text = _NOTE.sub(_noted, text)
    text = _ALERT.sub(lambda match: f"{match[1]}**{match[2]}**" if match[2].strip() else "", text)
    text = _BLOCK.sub(_undented, text)
    return _with_footnotes(_with_links(text))


def _with_summaries(text: str) -> str:
    """Set the summaries of accordions in bold; questions beside headings that ask are headings."""

    def label(match: re.Match[str]) -> str:
        return " ".join(_TAGS.sub("", match[1]).split())

    asking = sum(is_question(label(match)) for match in _SUMMARY.finditer(text))
    levels = [one.level for one in sections_of(text) if one.level and is_question(one.title)]
    level = "#" * max(levels, key=levels.count) if asking > 1 and levels else ""

    def shown(match: re.Match[str]) -> str:
        title = label(match)
        made = f"{level} {title}" if level and is_question(title) else f"**{title}**"
        behind = text[match.end() : match.end() + 1]  # what is written there is no part of it
        return made + _lines_alone(match) + ("\n\n" if behind not in ("", "\n") else "")

    return _SUMMARY.sub(shown, text)


def _noted(match: re.Match[str]) -> str:
    """Return the title of a note; its attributes may have one."""
    given = _NOTE_TITLE.search(match[2] or "")
    return _title((match[1] or (given and (given[1] or given[2])) or match[3]).strip())


def _without_comments(text: str, instead: Callable[[re.Match[str]], str]) -> str:
    def shown(match: re.Match[str]) -> str:
        is_open = match[0].startswith("{/*") and not match[0].endswith("*/}")
        return match[0] if is_open else instead(match)

    return _COMMENT.sub(shown, text)


def _lines_alone(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n")


def _title(text: str) -> str:
    return f"**{text}**" if text else ""


def _undented(match: re.Match[str]) -> str:
    return _title(match[1] or "") + re.sub(r"\n(?: {4}|\t)", "\n", match["text"])


def _with_links(text: str) -> str:
    """Put the addresses that stand below a text into its links."""
    addresses = {match[1].casefold(): match[2] for match in _NAMED_LINK.finditer(text)}
    if not addresses:
        return text

    def link(match: re.Match[str]) -> str:
        address = addresses.get((match[2] or match[1]).casefold())
        return f"[{match[1]}]({address})" if address else match[0]

    return _BY_NAME.sub(link, _NAMED_LINK.sub("", text))


def _with_footnotes(text: str) -> str:
    """Put footnotes in brackets where their marks stand."""
    notes = {match[1]: match[2].strip() for match in _FOOTNOTE.finditer(text)}
    if not notes:
        return text
    text = _FOOTNOTE.sub("", text)
    return _FOOTNOTE_MARK.sub(
        lambda match: f" ({notes[match[1]]})" if match[1] in notes else "", text
    )
