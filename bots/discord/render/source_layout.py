"""The entries that an answer is based on, as messages that are laid out by components.

The components of one message have at most 4,000 characters of text altogether:
https://docs.discord.com/developers/components/reference#text-display
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import discord
from discord import ui

from bots.discord.render.markdown import line, markdown
from core.profile import Profile
from core.text.markdown.measure import cost, fitting, shortened, utf16
from core.text.markdown.split import split
from core.text.safety.sanitize import Cleaner
from core.types import Passage

_MESSAGE_CHARS: Final = 4_000
_PIECE_CHARS: Final = 3_200  # leaves room for the title
_PIECE_COST: Final = 3_000
_TITLE_CHARS: Final = 200
_URL_CHARS: Final = 512  # https://docs.discord.com/developers/components/reference#button
_CONTAINERS: Final = 10  # with three parts each, below the 40 components of a message
_MESSAGES: Final = 5  # the most follow-up messages of an interaction where the bot is no member


def source_layouts(
    passages: Sequence[Passage], profile: Profile, cleaner: Cleaner
) -> list[ui.LayoutView]:
    """Return the messages that show these entries, each with its title, its text and its address.

    There are five messages at most, which is enough unless the entries are very long.
    """
    layouts: list[ui.LayoutView] = []
    left = containers = 0
    for container in _containers(passages, cleaner, profile):
        size = _chars_in(container)
        if size > left or containers == _CONTAINERS:
            layouts.append(ui.LayoutView(timeout=None))
            left, containers = _MESSAGE_CHARS, 0
        layouts[-1].add_item(container)
        left, containers = left - size, containers + 1
    return layouts[:_MESSAGES]


def _containers(
    passages: Sequence[Passage], cleaner: Cleaner, profile: Profile
) -> Iterator[ui.Container[ui.LayoutView]]:
    for number, passage in enumerate(passages, start=1):
        title = line(shortened(passage.title, _TITLE_CHARS), cleaner)
        head = f"### [{number}] {title}\n"
        shown = [
            markdown(piece, cleaner) for piece in split(passage.text, _PIECE_COST, length=cost)
        ]
        texts = [part for one in shown for part in fitting(one, _PIECE_CHARS)] or ["…"]
        for place, text in enumerate(texts):
            container = ui.Container[ui.LayoutView]()
            container.add_item(ui.TextDisplay(head + text if place == 0 else text))
            if text is texts[-1] and _is_link(passage.url, cleaner):
                row = ui.ActionRow[ui.LayoutView]()
                row.add_item(_link(passage.url, profile))
                container.add_item(row)
            yield container


def _is_link(url: str, cleaner: Cleaner) -> bool:
    return bool(url) and utf16(url) <= _URL_CHARS and cleaner.allows(url)


def _link(url: str, profile: Profile) -> ui.Button[ui.LayoutView]:
    return ui.Button(style=discord.ButtonStyle.link, label=profile.source_details, url=url)


def _chars_in(container: ui.Container[ui.LayoutView]) -> int:
    texts = (part for part in container.walk_children() if isinstance(part, ui.TextDisplay))
    return sum(utf16(text.content) for text in texts)
