"""The steps of a slow answer as task cards: the search, the evidence, the answer.

https://docs.slack.dev/reference/block-kit/blocks/plan-block
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any, Final

from core.profile import Profile
from core.text.markdown.measure import shortened
from core.text.safety.sanitize import Cleaner
from core.types import View

Json = dict[str, Any]

_TITLE_CHARS: Final = 150
_COMPLETE, _IN_PROGRESS, _PENDING = "complete", "in_progress", "pending"


def plan(view: View, profile: Profile, cleaner: Cleaner) -> Json:
    """Return the block with the steps of a view that has no text yet.

    Slack requires a new `block_id` with every edit of this block.
    """
    found = bool(view.found)
    states = (_COMPLETE, _COMPLETE, _IN_PROGRESS) if found else (_IN_PROGRESS, _PENDING, _PENDING)
    titles = (profile.searching, profile.sources, profile.writing)
    tasks = [
        {"type": "task_card", "task_id": f"step{place}", "title": title, "status": state}
        for place, (title, state) in enumerate(zip(titles, states, strict=True))
    ]
    if found:
        tasks[1] |= _evidence(view, cleaner)
    title = view.status or profile.searching
    said = blake2b(f"{title} {tasks}".encode(errors="surrogatepass"), digest_size=6).hexdigest()
    return {"type": "plan", "block_id": f"plan:{said}", "title": title, "tasks": tasks}


def _evidence(view: View, cleaner: Cleaner) -> Json:
    lines = [
        shortened(cleaner.clean(" ".join(one.title.split())), _TITLE_CHARS) for one in view.found
    ]
    text = {"type": "text", "text": "\n".join(f"[{n}] {line}" for n, line in enumerate(lines, 1))}
    section = {"type": "rich_text_section", "elements": [text]}
    links = [
        {"type": "url", "url": one.url, "text": line}
        for one, line in zip(view.found, lines, strict=True)
        if one.url and cleaner.allows(one.url)
    ]
    details: Json = {"details": {"type": "rich_text", "elements": [section]}}
    return details | ({"sources": links} if links else {})
