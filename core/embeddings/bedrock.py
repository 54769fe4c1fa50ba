"""Embeddings of Bedrock: Amazon's Titan and Cohere's Embed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import orjson

from core.embeddings.remote import checked_rows
from core.errors import ModelReplyError
from core.llm.bedrock.client import BedrockClient
from core.llm.budget import Price, spend
from core.llm.caller import Caller, Slots
from core.llm.dialect import Forms
from core.llm.prompts import estimate_tokens
from core.ports import Vectors

_SERVICE = "bedrock-runtime"
_TOKENS_HEADER = "x-amzn-bedrock-input-token-count"
# Cohere gets the kind of the texts (questions or passages) as a parameter; these are its values.
_COHERE_KINDS: Final = ("search_query: ", "search_document: ")
# https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-embed.html
_COHERE_TEXTS, _COHERE_CHARS = 96, 2_048
_TITAN_TEXTS = 16  # one a call: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html
_TITAN_V1 = "titan-embed-text-v1"


@dataclass(frozen=True, slots=True)
class BedrockEmbeddings:
    """Implements `core.embeddings.remote.EmbeddingEndpoint`.

    `hurried` calls while a person waits, `patient` calls for an ingest. `dimensions` 0 takes the
    model's own length.
    """

    client: BedrockClient
    model: str
    hurried: Caller
    patient: Caller
    slots: Slots
    price: Price
    dimensions: int = 0

    @property
    def is_cohere(self) -> bool:
        """True for a model of Cohere; all other models take requests in the form of Titan."""
        return "cohere." in self.model

    @property
    def most_texts(self) -> int:
        """Implement `EmbeddingEndpoint.most_texts`."""
        return _COHERE_TEXTS if self.is_cohere else _TITAN_TEXTS

    @property
    def prefixes(self) -> tuple[str, str]:
        """Implement `EmbeddingEndpoint.prefixes`."""
        return _COHERE_KINDS if self.is_cohere else ("", "")

    async def vectors(self, texts: Sequence[str], *, hurried: bool) -> Vectors:
        """Implement `EmbeddingEndpoint.vectors`."""
        attempt = self._cohere if self.is_cohere else self._titan
        caller = self.hurried if hurried else self.patient
        async with self.slots.taken(self.client.where):
            rows = await caller.call(partial(attempt, texts, caller.patience.within_s))
        return checked_rows(rows, len(texts), self.client.where)

    async def _cohere(self, texts: Sequence[str], read_s: float, _forms: Forms) -> list[object]:
        rows: dict[int, object] = {}
        for prefix in _COHERE_KINDS:
            places = [place for place, text in enumerate(texts) if text.startswith(prefix)]
            if not places:
                continue
            given = [texts[place].removeprefix(prefix)[:_COHERE_CHARS] for place in places]
            kind = prefix.rstrip(": ")
            body = {"texts": given, "input_type": kind, "truncate": "END"}
            reply = await self._invoke(body, given, read_s)
            found = reply.get("embeddings")
            if isinstance(found, dict):  # a model that knows several types gives them by name
                found = found.get("float")
            if not isinstance(found, list) or len(found) != len(places):
                raise ModelReplyError(f"{self.model} returned no embeddings")
            rows |= dict(zip(places, found, strict=True))
        return [rows[place] for place in sorted(rows)]

    async def _titan(self, texts: Sequence[str], read_s: float, _forms: Forms) -> list[object]:
        options: dict[str, object] = {}
        if self.dimensions and _TITAN_V1 not in self.model:
            options["dimensions"] = self.dimensions
        calls = (self._invoke({"inputText": text, **options}, [text], read_s) for text in texts)
        return [reply.get("embedding") for reply in await asyncio.gather(*calls)]

    async def _invoke(
        self, body: dict[str, Any], texts: Sequence[str], read_s: float
    ) -> dict[str, Any]:
        reply = await self.client.call(
            _SERVICE,
            "invoke_model",
            read_s=read_s,
            modelId=self.model,
            body=orjson.dumps(body),
            contentType="application/json",
            accept="application/json",
        )
        headers = reply["ResponseMetadata"]["HTTPHeaders"]
        told = str(headers.get(_TOKENS_HEADER, ""))
        used = int(told) if told.isdecimal() else sum(map(estimate_tokens, texts))
        spend(self.price.of(prompt=used))
        try:
            found = orjson.loads(reply["body"])
        except ValueError as error:
            raise ModelReplyError(f"{self.model} returned no JSON") from error
        if not isinstance(found, dict):
            raise ModelReplyError(f"{self.model} returned no embeddings")
        return found
