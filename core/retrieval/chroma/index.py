"""The FAQ in Chroma: one collection for each ingest, and a pointer to the one that serves.

A new collection is filled while the former one serves, and the pointer moves when it is complete,
so a failed or killed ingest changes nothing. Chroma is embedded (`PersistentClient`) by default, or
a server at `CHROMA_URL`; this code is the same for both.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import count, groupby
from pathlib import Path
from typing import Any, Self

import numpy as np
from chromadb import Collection, Include, Where
from chromadb.api import ClientAPI
from chromadb.errors import NotFoundError

from core.ports import Vectors
from core.retrieval.chroma.client import connect_client, open_folder, sweep, translated
from core.retrieval.chroma.records import Record, entry_of, generation_of, metadata_of, terms_of
from core.types import Entry, Generation, Terms

SCHEMA = 1

_POINTER = "faqbot-serving"
_PREFIX = "faq-"
_PAGE = 2_000


class ChromaIndex:
    """Reads and writes generations. Calls block: keep them off the event loop."""

    def __init__(self, client: ClientAPI, folder: Path | None = None) -> None:
        """`folder` is where an embedded client keeps its files."""
        self._client = client
        self._folder = folder
        self._read: dict[str, Collection] = {}

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open, or create, the embedded store in `folder`.

        Raises:
            FaqIndexError: the folder cannot be written, or holds a damaged store.
        """
        return cls(open_folder(folder), folder)

    def warm(self) -> None:
        """Load the serving vectors, for which the first search would wait half a second."""
        serving = self.serving()
        if serving is None:
            return
        with translated(serving.name):
            found = self._client.get_collection(serving.name).get(limit=1, include=["embeddings"])
        for vector in found["embeddings"] if found["embeddings"] is not None else ():
            self.nearest(serving.name, np.asarray([vector], np.float32), 1)

    @classmethod
    def connect(cls, url: str, token: str | None = None) -> Self:
        """Return the index on the Chroma server at `url`; connect once in a process.

        `token` is sent as `Authorization: Bearer …`, for the proxy that guards the server.

        Raises:
            IndexAwayError: no server answers there.
            FaqIndexError: the server refuses us.
        """
        return cls(connect_client(url, token))

    def serving(self) -> Generation | None:
        """Return the generation that answers are taken from, or None before the first ingest."""
        pointer = self._pointer()
        if pointer is None or not pointer.get("serving"):
            return None
        with translated():
            try:
                return generation_of(self._client.get_collection(pointer["serving"]))
            except NotFoundError:
                return None

    def begin(self, *, fingerprint: str, source: str) -> str:
        """Create an empty generation, after `tidy`."""
        self.tidy()
        now = datetime.now(UTC)
        name = f"{_PREFIX}{now:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
        with translated():
            self._client.create_collection(
                name,
                metadata={
                    "fingerprint": fingerprint,
                    "schema": SCHEMA,
                    "created_at": now.isoformat(timespec="seconds"),
                    "source": source,
                    "entries": 0,
                },
                # The inner product of unit vectors is their cosine. The space "cosine" would scale
                # vectors again, so that a copied one would differ in its last bits.
                configuration={"hnsw": {"space": "ip", "ef_construction": 100, "ef_search": 200}},
                embedding_function=None,
            )
        return name

    def add(self, generation: str, records: Sequence[Record]) -> None:
        """Store a batch of records, a few hundred at most."""
        ids, vectors, documents, metadatas = [], [], [], []
        for record in records:
            for number, (chunk, vector) in enumerate(
                zip(record.chunks, record.vectors, strict=True)
            ):
                ids.append(f"{record.entry.faq_id}:{number}")
                vectors.append(vector)
                documents.append(chunk)
                metadatas.append(metadata_of(record, number))
        if ids:
            with translated(generation):
                self._client.get_collection(generation).add(
                    ids=ids, embeddings=np.stack(vectors), documents=documents, metadatas=metadatas
                )

    def switch(self, generation: str, *, entries: int, digest: str) -> None:
        """Serve `generation` from now on; the former one stays for processes that still read it."""
        with translated(generation):
            collection = self._client.get_collection(generation)
            known = {**(collection.metadata or {}), "entries": entries, "digest": digest}
            collection.modify(metadata=known)
            before = (self._pointer() or {}).get("serving", "")
            pointer = self._client.get_or_create_collection(_POINTER, embedding_function=None)
            pointer.modify(metadata={"serving": generation, "before": before})
        self.tidy()

    def tidy(self) -> None:
        """Drop generations that no process reads any more, and what a killed ingest has left."""
        pointer = self._pointer() or {}
        kept = {pointer.get("serving", ""), pointer.get("before", "")}
        with translated():
            for collection in self._client.list_collections():
                if collection.name.startswith(_PREFIX) and collection.name not in kept:
                    self._client.delete_collection(collection.name)
        if self._folder is not None:
            sweep(self._folder)

    def digests(self, generation: str) -> dict[str, str]:
        """Return the content hash of each entry, by faq_id."""
        return {meta["faq_id"]: meta["digest"] for meta in self._first_chunks(generation)}

    def records(self, generation: str) -> Iterator[Record]:
        """Yield every record with its vectors, in the order in which they were added."""
        rows = self._pages(generation, include=["metadatas", "documents", "embeddings"])
        for _, chunks in groupby(rows, key=lambda row: row[0]["faq_id"]):
            parts = list(chunks)
            first = parts[0][0]
            yield Record(
                entry=entry_of(first),
                terms=terms_of(first),
                digest=first["digest"],
                chunks=tuple(document for _, document, _ in parts),
                vectors=np.array([vector for _, _, vector in parts], np.float32),
            )

    def stored(self, generation: str) -> Iterator[tuple[Entry, Terms]]:
        """Yield every entry with its terms, in the order in which they were added."""
        for meta in self._first_chunks(generation):
            yield entry_of(meta), terms_of(meta)

    def entries(self, generation: str, faq_ids: Sequence[str]) -> list[Entry]:
        """Return entries in the order of their ids; unknown ids are left out.

        Raises:
            FaqIndexError: the generation is gone.
        """
        if not faq_ids:
            return []
        with translated(generation):
            found = self._collection(generation).get(
                ids=[f"{faq_id}:0" for faq_id in dict.fromkeys(faq_ids)], include=["metadatas"]
            )
        by_id = {str(meta["faq_id"]): entry_of(meta) for meta in found["metadatas"] or ()}
        return [by_id[faq_id] for faq_id in faq_ids if faq_id in by_id]

    def nearest(
        self, generation: str, vectors: Vectors, limit: int
    ) -> list[list[tuple[str, float]]]:
        """Return the nearest chunks to each row of `vectors` as (faq_id, cosine), best first.

        An entry may come more than once.

        Raises:
            FaqIndexError: the generation is gone.
        """
        with translated(generation):
            found = self._collection(generation).query(
                query_embeddings=vectors, n_results=limit, include=["distances"]
            )
        return [
            [
                (chunk_id.partition(":")[0], 1.0 - float(distance))
                for chunk_id, distance in zip(ids, distances, strict=True)
            ]
            for ids, distances in zip(found["ids"], found["distances"] or [], strict=True)
        ]

    def _collection(self, generation: str) -> Collection:
        """Return a collection to read; its look-up is cached, as it is slower than a search."""
        known = self._read.get(generation)
        if known is None:
            # The former generation is read for a moment after an ingest; older ones are gone.
            known = self._client.get_collection(generation)
            self._read = {**dict(list(self._read.items())[-1:]), generation: known}
        return known

    def _pointer(self) -> dict[str, Any] | None:
        with translated():
            try:
                return dict(self._client.get_collection(_POINTER).metadata or {})
            except NotFoundError:
                return None

    def _first_chunks(self, generation: str) -> Iterator[dict[str, Any]]:
        for meta, _, _ in self._pages(generation, include=["metadatas"], where={"chunk": 0}):
            yield meta

    def _pages(
        self, generation: str, *, include: Include, where: Where | None = None
    ) -> Iterator[tuple[Any, Any, Any]]:
        """Yield (metadata, document, embedding) of each chunk; parts not included are None."""
        for offset in count(0, _PAGE):
            with translated(generation):
                collection = self._client.get_collection(generation)
                page = collection.get(limit=_PAGE, offset=offset, include=include, where=where)
            size = len(page["ids"])
            columns = (page["metadatas"], page["documents"], page["embeddings"])
            yield from zip(*([None] * size if c is None else c for c in columns), strict=True)
            if size < _PAGE:
                return
