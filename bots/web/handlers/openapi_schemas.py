"""The schemas of the API's description."""

from __future__ import annotations

from typing import Final

from bots.web.handlers.openapi_parts import TEXT, Json, ref
from bots.web.render.page import EndingKind

OPINION: Final[Json] = {
    "type": "object",
    "required": ["helpful"],
    "properties": {
        "helpful": {"type": "boolean"},
        "reason": {"type": "string", "maxLength": 500},
        "expected": {"type": "string", "maxLength": 1000},
    },
}


def schemas() -> Json:
    """Return the schemas of what the API takes and gives, by name."""
    texts = {"type": "array", "items": TEXT}
    source = {
        "type": "object",
        "properties": {"n": {"type": "integer"}, "title": TEXT, "url": TEXT},
    }
    followup = {
        "type": "object",
        "properties": {
            "index": {"type": "integer"},
            "text": TEXT,
            "pressed": {"type": "boolean"},
        },
    }
    of_file = dict.fromkeys(("name", "media_type", "text", "base64"), TEXT)
    file = {
        "type": "object",
        "description": "A picture has `base64`, any other file `text`.",
        "properties": of_file,
    }
    answer = {
        "kind": {"enum": [kind.value for kind in EndingKind]},
        "text": {"type": "string", "description": "Markdown."},
        "note": {"type": "string", "description": "A line of the bot's own below the text."},
        "sources": {"type": "array", "items": source},
        "lead": {"type": "string", "description": "What stands above the follow-ups."},
        "offers": texts,
        "followups": {"type": "array", "items": followup},
        "rated": {"type": "boolean", "description": "Whether opinions are asked for."},
        "files": {"type": "array", "items": file},
        "html": texts,
    }
    question = {
        "id": TEXT,
        "session": TEXT,
        "text": TEXT,
        "asked_at": {"type": "string", "format": "date-time"},
        "mine": {"type": "boolean"},
        "state": {"enum": ["answering", *(kind.value for kind in EndingKind)]},
        "answer": {"oneOf": [ref("Answer"), {"type": "null"}]},
        "opinion": {"oneOf": [OPINION, {"type": "null"}]},
    }
    problem = {"type": TEXT, "title": TEXT, "status": {"type": "integer"}, "detail": TEXT}
    return {
        "Answer": {"type": "object", "properties": answer},
        "Question": {"type": "object", "properties": question},
        "Problem": {"type": "object", "properties": problem},
    }
