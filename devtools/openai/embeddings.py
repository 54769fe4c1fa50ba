"""The bodies of embeddings, with the limits of https://platform.openai.com/docs/api-reference."""

from __future__ import annotations

import base64
from typing import Any

from core.llm.prompts import estimate_tokens
from devtools.openai.faults import Fault
from devtools.openai.ways import RequestRefused
from devtools.openai.words import embedding, leaning, wrong_vectors

Json = dict[str, Any]

_MAX_INPUTS = 2_048
_MAX_REQUEST_TOKENS = 300_000


def embeddings_body(request: Json, *, context_tokens: int, fault: Fault | None) -> Json:
    """Return the body that answers a request for embeddings.

    Raises:
        RequestRefused: an input is empty or too long, or there are too many.
    """
    inputs = request["input"] if isinstance(request["input"], list) else [request["input"]]
    used = sum(estimate_tokens(text) for text in inputs)
    if len(inputs) > _MAX_INPUTS or used > _MAX_REQUEST_TOKENS or not all(inputs):
        raise RequestRefused(400, "invalid_request", "Too many inputs, or an empty one")
    if any(estimate_tokens(text) > context_tokens for text in inputs):
        raise RequestRefused(400, "context_length_exceeded", "An input is too long")
    size = request.get("dimensions") or (3_072 if "large" in request["model"] else 1_536)
    vectors = [embedding(text, size) for text in inputs]
    if "e5" in request["model"]:
        vectors = [leaning(vector) for vector in vectors]
    as_text = request.get("encoding_format") == "base64"
    rows = [
        {
            "object": "embedding",
            "index": number,
            "embedding": base64.b64encode(vector.tobytes()).decode()
            if as_text
            else vector.tolist(),
        }
        for number, vector in enumerate(vectors)
    ]
    if fault and fault.kind == "vectors":
        rows = wrong_vectors(rows, vectors, fault.text)
    usage = {"prompt_tokens": used, "total_tokens": used}
    return {"object": "list", "data": rows, "model": request["model"], "usage": usage}
