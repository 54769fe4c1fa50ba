"""The FAQ in Chroma: one collection for each ingest, and a pointer to the one that serves.

A collection is filled beside the one that is being served, and the pointer moves when it is whole,
so a failed or killed ingest changes nothing. Embedded (`PersistentClient`) by default, a server by
`CHROMA_URL`; the rest of the code is the same.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import count, groupby
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import chromadb
import numpy as np
from chromadb import Collection, Include, Metadata, Where
from chromadb.api import ClientAPI
from chromadb.config import Settings
from chromadb.errors import ChromaError, NotFoundError
from httpx import HTTPError, Timeout, get

from core.errors import FaqIndexError, IndexAwayError
from core.ports import Vectors
from core.types import Entry, Generation, Terms

SCHEMA = 1

_POINTER = "faqbot-serving"
_PREFIX = "faq-"
_PAGE = 2_000
_TIMEOUT = Timeout(10.0, connect=3.0)  # seconds; the client itself would wait for ever
_HEARTBEAT = "/api/v2/heartbeat"
_SEGMENT = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Record:
    """An entry as it is stored: with its terms, and one vector for each chunk of its answer."""

    entry: Entry
    terms: Terms
    digest: str
    chunks: tuple[str, ...]
    vectors: Vectors  # (len(chunks), dimension)


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
        try:
            folder.mkdir(parents=True, exist_ok=True)
            settings = Settings(anonymized_telemetry=False)
            return cls(chromadb.PersistentClient(str(folder), settings=settings), folder)
        except (OSError, ChromaError, ValueError, RuntimeError) as error:
            raise FaqIndexError(
                f"cannot open the index in {folder}: {error}. Check the folder's permissions, "
                "or set FAQBOT_DATA_DIR to another one"
            ) from error

    def warm(self) -> None:
        """Load the vectors of what serves, for which the first search would wait half a second."""
        serving = self.serving()
        if serving is None:
            return
        with _translated(serving.name):
            found = self._client.get_collection(serving.name).get(limit=1, include=["embeddings"])
        for vector in found["embeddings"] if found["embeddings"] is not None else ():
            self.nearest(serving.name, np.asarray([vector], np.float32), 1)

    @classmethod
    def connect(cls, url: str, token: str | None = None) -> Self:
        """The store of the Chroma server at `url`; one client lives as long as the process.

        `token` is sent as `Authorization: Bearer …`, for the proxy that guards the server.

        Raises:
            IndexAwayError: no server answers there.
            FaqIndexError: it refuses us.
        """
        check_server(url, token)
        parts, headers = urlsplit(url), _headers(token)
        address = f"{parts.hostname}:{parts.port}"
        try:
            client = chromadb.HttpClient(
                host=parts.hostname or "localhost",
                port=parts.port or (443 if parts.scheme == "https" else 80),
                ssl=parts.scheme == "https",
                headers=headers,
                settings=Settings(anonymized_telemetry=False),
            )
            # There is no setting for it, and it would wait for ever.
            client._server._session.timeout = _TIMEOUT  # type: ignore[attr-defined] # noqa: SLF001
        except (ChromaError, ValueError, HTTPError) as error:
            # The client's own sentence may hold the headers.
            raise FaqIndexError(
                f"what answers at {address} is no Chroma server, or it refuses CHROMA_TOKEN; "
                "check CHROMA_TOKEN and CHROMA_URL"
            ) from error
        return cls(client)

    def serving(self) -> Generation | None:
        """The generation that answers are taken from, or None before the first ingest."""
        pointer = self._pointer()
        if pointer is None or not pointer.get("serving"):
            return None
        with _translated():
            try:
                return _generation(self._client.get_collection(pointer["serving"]))
            except NotFoundError:
                return None

    def begin(self, *, fingerprint: str, source: str) -> str:
        """Create an empty generation, after `tidy`."""
        self.tidy()
        now = datetime.now(UTC)
        name = f"{_PREFIX}{now:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
        with _translated():
            self._client.create_collection(
                name,
                metadata={
                    "fingerprint": fingerprint,
                    "schema": SCHEMA,
                    "created_at": now.isoformat(timespec="seconds"),
                    "source": source,
                    "entries": 0,
                },
                # Of unit vectors the inner product is the cosine. The space "cosine" scales what it
                # is given, so that a copied vector would not be the same to the last bit.
                configuration={"hnsw": {"space": "ip", "ef_construction": 100, "ef_search": 200}},
                embedding_function=None,
            )
        return name

    def add(self, generation: str, records: Sequence[Record]) -> None:
        """Store records; the caller keeps a batch to a few hundred."""
        ids, vectors, documents, metadatas = [], [], [], []
        for record in records:
            for number, (chunk, vector) in enumerate(
                zip(record.chunks, record.vectors, strict=True)
            ):
                ids.append(f"{record.entry.faq_id}:{number}")
                vectors.append(vector)
                documents.append(chunk)
                metadatas.append(_metadata(record, number))
        if ids:
            with _translated(generation):
                self._client.get_collection(generation).add(
                    ids=ids, embeddings=np.stack(vectors), documents=documents, metadatas=metadatas
                )

    def switch(self, generation: str, *, entries: int, digest: str) -> None:
        """Serve from `generation` from now on; the one before is kept for who still reads it."""
        with _translated(generation):
            collection = self._client.get_collection(generation)
            known = {**(collection.metadata or {}), "entries": entries, "digest": digest}
            collection.modify(metadata=known)
            before = (self._pointer() or {}).get("serving", "")
            pointer = self._client.get_or_create_collection(_POINTER, embedding_function=None)
            pointer.modify(metadata={"serving": generation, "before": before})
        self.tidy()

    def tidy(self) -> None:
        """Drop what nobody reads any more, and what a killed ingest left behind."""
        pointer = self._pointer() or {}
        kept = {pointer.get("serving", ""), pointer.get("before", "")}
        with _translated():
            for collection in self._client.list_collections():
                if collection.name.startswith(_PREFIX) and collection.name not in kept:
                    self._client.delete_collection(collection.name)
        if self._folder is not None:
            _sweep(self._folder)

    def digests(self, generation: str) -> dict[str, str]:
        """The content hash of each entry, by faq_id."""
        return {meta["faq_id"]: meta["digest"] for meta in self._first_chunks(generation)}

    def records(self, generation: str) -> Iterator[Record]:
        """Every whole record, in the order in which they were added."""
        rows = self._pages(generation, include=["metadatas", "documents", "embeddings"])
        for _, chunks in groupby(rows, key=lambda row: row[0]["faq_id"]):
            parts = list(chunks)
            first = parts[0][0]
            yield Record(
                entry=_entry(first),
                terms=_terms(first),
                digest=first["digest"],
                chunks=tuple(document for _, document, _ in parts),
                vectors=np.array([vector for _, _, vector in parts], np.float32),
            )

    def stored(self, generation: str) -> Iterator[tuple[Entry, Terms]]:
        """Every entry with its terms, in the order in which they were added."""
        for meta in self._first_chunks(generation):
            yield _entry(meta), _terms(meta)

    def entries(self, generation: str, faq_ids: Sequence[str]) -> list[Entry]:
        """Entries by id, in the order asked for; unknown ids are left out.

        Raises:
            FaqIndexError: the generation is gone.
        """
        if not faq_ids:
            return []
        with _translated(generation):
            found = self._collection(generation).get(
                ids=[f"{faq_id}:0" for faq_id in dict.fromkeys(faq_ids)], include=["metadatas"]
            )
        by_id = {str(meta["faq_id"]): _entry(meta) for meta in found["metadatas"] or ()}
        return [by_id[faq_id] for faq_id in faq_ids if faq_id in by_id]

    def nearest(
        self, generation: str, vectors: Vectors, limit: int
    ) -> list[list[tuple[str, float]]]:
        """Return the nearest chunks to each row of `vectors` as (faq_id, cosine), best first.

        An entry may come more than once.

        Raises:
            FaqIndexError: the generation is gone.
        """
        with _translated(generation):
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
        """One that is read, looked up once: that takes longer than a search in it."""
        known = self._read.get(generation)
        if known is None:
            # What an ingest has replaced is read for a moment longer, and the rest is gone.
            known = self._client.get_collection(generation)
            self._read = {**dict(list(self._read.items())[-1:]), generation: known}
        return known

    def _pointer(self) -> dict[str, Any] | None:
        with _translated():
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
        """(metadata, document, embedding) of each chunk; what is not included is None."""
        for offset in count(0, _PAGE):
            with _translated(generation):
                collection = self._client.get_collection(generation)
                page = collection.get(limit=_PAGE, offset=offset, include=include, where=where)
            size = len(page["ids"])
            columns = (page["metadatas"], page["documents"], page["embeddings"])
            yield from zip(*([None] * size if c is None else c for c in columns), strict=True)
            if size < _PAGE:
                return


def check_server(url: str, token: str | None = None) -> None:
    """Return if a Chroma server answers at `url`. Blocks.

    Raises:
        IndexAwayError: none does.
    """
    try:
        answer = get(f"{url.rstrip('/')}{_HEARTBEAT}", headers=_headers(token), timeout=_TIMEOUT)
    except HTTPError as error:
        address = urlsplit(url).netloc
        raise IndexAwayError(
            f"no Chroma server answers at {address}; check that it runs, and CHROMA_URL"
        ) from error
    if answer.is_server_error:
        raise IndexAwayError(f"the Chroma server of CHROMA_URL fails ({answer.status_code})")


def _headers(token: str | None) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}


@contextmanager
def _translated(generation: str = "that served") -> Iterator[None]:
    """Chroma's errors as ours."""
    try:
        yield
    except NotFoundError as error:
        raise FaqIndexError(f"the index {generation} was replaced; try again") from error
    except HTTPError as error:
        raise IndexAwayError(
            f"the Chroma server of CHROMA_URL does not answer ({type(error).__name__}); "
            "check that it runs"
        ) from error
    except Exception as error:
        if type(error) is Exception:  # the client's, of an answer that is not Chroma's: a proxy's
            raise IndexAwayError("the Chroma server of CHROMA_URL fails; see its log") from error
        if not isinstance(error, ChromaError):
            raise
        raise FaqIndexError(f"the index failed: {error}. `faqbot doctor` looks into it") from error


def _sweep(folder: Path) -> None:
    """Remove the vector files of deleted collections, which Chroma (1.5.9) leaves on the disk.

    What it still knows is read from its own table: a folder in use is there before it is written.
    """
    database = (folder / "chroma.sqlite3").resolve().as_uri()
    try:
        with closing(sqlite3.connect(f"{database}?mode=ro", uri=True)) as db:
            known = {row[0] for row in db.execute("SELECT id FROM segments")}
    except sqlite3.Error:
        return
    for files in folder.iterdir():
        if _SEGMENT.fullmatch(files.name) and files.name not in known:
            shutil.rmtree(files, ignore_errors=True)


def _metadata(record: Record, number: int) -> Metadata:
    meta: dict[str, str | int] = {"faq_id": record.entry.faq_id, "chunk": number}
    if number == 0:
        meta["digest"] = record.digest
        meta["entry"] = json.dumps(asdict(record.entry), ensure_ascii=False)
        meta["terms"] = json.dumps(asdict(record.terms), ensure_ascii=False)
    return meta


def _entry(meta: Metadata) -> Entry:
    fields = json.loads(str(meta["entry"]))
    questions, related = tuple(fields.pop("questions")), tuple(fields.pop("related"))
    return Entry(**fields, questions=questions, related=related)


def _terms(meta: Metadata) -> Terms:
    fields = json.loads(str(meta["terms"]))
    return Terms(tuple(fields["title"]), tuple(fields["answer"]), tuple(fields["questions"]))


def _generation(collection: Collection) -> Generation:
    meta = collection.metadata or {}
    return Generation(
        name=collection.name,
        fingerprint=str(meta.get("fingerprint", "")),
        entries=int(meta.get("entries", 0)),
        created_at=str(meta.get("created_at", "")),
        source=str(meta.get("source", "")),
        digest=str(meta.get("digest", "")),
    )
