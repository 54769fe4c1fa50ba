"""The view with the entries that an answer is based on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from bots.slack.render.mrkdwn import clipped, escaped, mrkdwn
from core.profile import Profile
from core.text.markdown.measure import cost, fitting, shortened
from core.text.markdown.split import split
from core.text.safety.sanitize import Cleaner
from core.types import Passage

Json = dict[str, Any]

# https://docs.slack.dev/reference/views/modal-views and https://docs.slack.dev/reference/block-kit/blocks
_TITLE_CHARS: Final = 24
_HEADER_CHARS: Final = 150
_SECTION_CHARS: Final = 3_000
_PIECE_COST: Final = 2_900
_BLOCKS: Final = 100


def source_view(passages: Sequence[Passage], profile: Profile, cleaner: Cleaner) -> Json:
    """Return the view of these entries, each with its title, its text and its address."""
    blocks: list[Json] = []
    for number, passage in enumerate(passages, start=1):
        title = f"[{number}] {cleaner.clean(' '.join(passage.title.split()))}"
        blocks.append({"type": "header", "text": _plain(shortened(title, _HEADER_CHARS))})
        blocks += [_section(text) for text in _texts(passage.text, cleaner)]
        if passage.url and cleaner.allows(passage.url):
            blocks.append(_section(f"<{escaped(passage.url.replace('|', '%7C'))}|↗>"))
    return {
        "type": "modal",
        "title": _plain(shortened(profile.sources, _TITLE_CHARS)),
        "close": _plain(profile.close),
        "blocks": blocks[:_BLOCKS],
    }


def _texts(text: str, cleaner: Cleaner) -> list[str]:
    shown = [mrkdwn(piece, cleaner) for piece in split(text, _PIECE_COST, length=cost)]
    return [part for one in shown for part in fitting(one, _SECTION_CHARS, cut=clipped)]


def _section(text: str) -> Json:
    return {
        "type": "section",
        "text": {"type": "mrkdwn", "text": text, "verbatim": True},
        "expand": True,
    }


def _plain(text: str) -> Json:
    return {"type": "plain_text", "text": text, "emoji": False}
