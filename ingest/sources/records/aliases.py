"""Parts of a document that are named many times: aliases of YAML, and references of a pickle."""

from __future__ import annotations

from typing import Final

from core.errors import SourceError

MOST_PARTS: Final = 5_000_000
_FEW_PARTS: Final = 200_000
_MOST_TIMES: Final = 50  # that the parts of a document are named, on average


def check_sharing(content: object, name: str) -> None:
    """Check that a document is not many times as large as it looks, before anybody walks it.

    A list of ten times the same list, twelve levels deep, takes some hundred bytes.

    Raises:
        SourceError: It has more than `MOST_PARTS`, each counted as often as it is named, or many
            that are nearly all the same few.
    """
    named, own = _parts_of(content)
    if named > MOST_PARTS or named > max(_FEW_PARTS, _MOST_TIMES * own):
        raise SourceError(f"{name}: its cells repeat the same long text many times; save it as CSV")


def _parts_of(content: object) -> tuple[int, int]:
    """Count the parts of lists and dicts, as often as they are named, and once each.

    A part that holds itself counts once in itself.
    """
    counted: dict[int, int] = {}
    own = 0
    waiting = [(content, False)]
    while waiting:
        value, has_parts = waiting.pop()
        if not isinstance(value, list | dict):
            continue
        parts = list(value.values()) if isinstance(value, dict) else value
        if has_parts:
            counted[id(value)] = 1 + sum(counted.get(id(part), 1) for part in parts)
        elif id(value) not in counted:
            counted[id(value)] = 1  # until its parts are counted
            own += 1 + len(parts)
            waiting.append((value, True))
            waiting += [(part, False) for part in parts]
    return counted.get(id(content), 1), own
