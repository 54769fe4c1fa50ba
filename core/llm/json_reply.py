"""The JSON object in a model's text, also inside a code fence or between words."""

from __future__ import annotations

import json
from typing import Any

from core.errors import ModelReplyError

_DECODER = json.JSONDecoder(strict=False)  # models write line breaks into strings


def json_object(said: str) -> dict[str, Any]:
    """Return the first JSON object in a text.

    Raises:
        ModelReplyError: there is none that is whole.
    """
    start = said.find("{")
    while start >= 0:
        try:
            found, _ = _DECODER.raw_decode(said, start)
        except (ValueError, RecursionError):
            start = said.find("{", start + 1)
        else:
            return dict(found)
    raise ModelReplyError("the model did not write a JSON object")
