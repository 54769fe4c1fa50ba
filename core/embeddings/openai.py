"""Embeddings of OpenAI or of any compatible endpoint."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
import orjson

from core.embeddings.remote import checked_rows
from core.errors import ModelReplyError
from core.llm.budget import Price, spend
from core.llm.caller import Caller, Slots
from core.llm.completions import token_count
from core.llm.dialect import Forms, ModelParameter
from core.llm.openai.errors import told_error
from core.llm.openai.transport import ModelServer
from core.llm.prompts import estimate_tokens
from core.ports import Vectors

_EMBEDDINGS = "/embeddings"
_PATIENT_S = 120.0  # a small machine takes its time over a request of an ingest

PARAMETERS: Final = (
    ModelParameter(
        "dimensions", ("dimensions", ""), re.compile(r"dimension|matryoshka", re.IGNORECASE)
    ),
    ModelParameter(
        "encoding_format",
        ("base64", "float", ""),
        re.compile(r"encoding_?format|base64", re.IGNORECASE),
    ),
)


@dataclass(frozen=True, slots=True)
class OpenAIEmbeddings:
    """Implements `core.embeddings.remote.EmbeddingEndpoint`.

    `hurried` calls while a person waits, `patient` calls for an ingest. `dimensions` 0 takes the
    model's own length.
    """

    server: ModelServer
    model: str
    hurried: Caller
    patient: Caller
    slots: Slots
    price: Price
    prefixes: tuple[str, str] = ("", "")
    dimensions: int = 0
    # https://platform.openai.com/docs/api-reference/embeddings/create#input
    most_texts: int = 2_048

    async def vectors(self, texts: Sequence[str], *, hurried: bool) -> Vectors:
        """Implement `EmbeddingEndpoint.vectors`."""
        caller = self.hurried if hurried else self.patient
        async with self.slots.taken(self.server.where):
            read_s = caller.patience.within_s if hurried else _PATIENT_S
            return await caller.call(partial(self._attempt, texts, read_s))

    async def _attempt(self, texts: Sequence[str], read_s: float, forms: Forms) -> Vectors:
        body: dict[str, Any] = {"model": self.model, "input": list(texts)}
        if forms["encoding_format"]:
            body["encoding_format"] = forms["encoding_format"]
        if forms["dimensions"] and self.dimensions:
            body["dimensions"] = self.dimensions
        response = await self.server.post(_EMBEDDINGS, orjson.dumps(body), read_s=read_s)
        try:
            content = await response.read()
        finally:
            response.close()
        reply = self._reply(content)
        if error := reply.get("error"):
            raise told_error(error, response.headers, self.server.where)
        vectors = checked_rows(self._rows(reply.get("data")), len(texts), self.server.where)
        usage = reply.get("usage")
        told = token_count(usage.get("prompt_tokens")) if isinstance(usage, dict) else None
        spend(self.price.of(prompt=told or sum(map(estimate_tokens, texts))))
        return vectors

    def _reply(self, content: bytes) -> dict[str, Any]:
        try:
            reply = orjson.loads(content.removeprefix(b"\xef\xbb\xbf"))
        except ValueError:
            reply = None
        if isinstance(reply, dict):
            return reply
        told = content[:200].decode("utf-8", "replace")
        raise ModelReplyError(f"{self.server.where} returned no embeddings: {told}")

    def _rows(self, data: object) -> list[object]:
        """Return the vectors by their index; by their place where the indices are no order."""
        if not isinstance(data, list) or not all(isinstance(row, dict) for row in data):
            raise ModelReplyError(f"{self.server.where} returned no embeddings")
        places = {row["index"]: row for row in data if isinstance(row.get("index"), int)}
        if places.keys() == set(range(len(data))):
            data = [places[place] for place in range(len(data))]
        return [_vector(row.get("embedding")) for row in data]


def _vector(embedding: object) -> object:
    """Return a vector from base64 of little-endian floats; a server may know lists alone.

    https://platform.openai.com/docs/api-reference/embeddings/create#encoding_format
    """
    if not isinstance(embedding, str):
        return embedding
    try:
        return np.frombuffer(base64.b64decode(embedding, validate=True), "<f4")
    except ValueError as error:
        raise ModelReplyError("an embedding is not base64 of floats") from error
