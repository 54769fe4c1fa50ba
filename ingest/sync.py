"""Bring the index in line with a source: only what changed is analysed and embedded.

The new generation is built beside the one that serves. Until the last step nothing that is being
served is touched, so a failure or a kill leaves it as it was, and the next run starts over.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from itertools import chain, islice
from pathlib import Path

from core.assistant.dialogue.followups import labels
from core.errors import IngestRunningError
from core.ports import Embedder
from core.retrieval.chroma.index import ChromaIndex
from core.retrieval.chroma.records import Record
from core.retrieval.vectors import passage_of
from core.text.korean import Analyzer
from core.text.markdown.sections import plain_text
from core.types import Entry, Terms
from ingest.chunks import chunks, entry_vectors

# Part of every content hash: raise it when records made by older code must be made anew.
_RECIPE = "2"
_BATCH = 200


@dataclass(frozen=True, slots=True)
class Changes:
    """The changes of an ingest to the entries of the index.

    `embedded` counts unchanged ones as well.
    """

    added: int
    changed: int
    unchanged: int
    removed: int
    generation: str
    embedded: int = 0


def sync(  # noqa: PLR0913 - all by name; together they are what an ingest is
    entries: Sequence[Entry],
    *,
    index: ChromaIndex,
    analyzer: Callable[[], Analyzer],
    embedder: Callable[[], Embedder],
    fingerprint: str,
    source: str,
    progress: Callable[[int, int], None],
    prepare: Callable[[Sequence[str], Sequence[str]], None] | None = None,
    anew: bool = False,
    serve: bool = True,
    confirm: Callable[[], None] = lambda: None,
) -> Changes:
    """Make the index hold exactly `entries`; do nothing if it already does.

    `analyzer` and `embedder` are loaded only when something has to be analysed; `progress` gets
    the entries stored so far and their total. `prepare` gets every text that will be embedded, for
    an embedder that fetches them ahead; what it raises leaves everything as it was. `anew` uses
    nothing of what the index holds. Without `serve` the generation is built, and what serves stays.
    `confirm` is called before what was built serves; what it raises leaves everything as it was.
    """
    digests = {entry.faq_id: digest(entry) for entry in entries}
    serving = index.serving()
    same_maker = serving is not None and serving.fingerprint == fingerprint
    usable = serving if same_maker and not anew else None
    total = _sha256(list(digests.items()))
    if usable and usable.digest == total:
        index.tidy()
        return Changes(0, 0, len(entries), 0, usable.name)
    before = index.digests(serving.name) if serving else {}
    kept = index.records(usable.name) if usable else iter(())
    known = {record.entry.faq_id: record for record in kept}
    same = {faq_id for faq_id, record in known.items() if record.digest == digests.get(faq_id)}
    if prepare:
        missing = [entry for entry in entries if entry.faq_id not in same]
        prepare(questions_of(missing), passages_of(missing))
    generation = index.begin(fingerprint=fingerprint, source=source)
    done = 0
    for batch in batched(entries, _BATCH):
        stale = [entry for entry in batch if entry.faq_id not in same]
        fresh = _records(stale, digests, analyzer, embedder) if stale else {}
        index.add(generation, [fresh.get(e.faq_id) or known[e.faq_id] for e in batch])
        done += len(batch)
        progress(done, len(entries))
    if serve:
        confirm()
        index.switch(generation, entries=len(entries), digest=total)
    changes = _compare(before, digests, generation)
    return replace(changes, embedded=len(digests) - len(same))


def digest(entry: Entry) -> str:
    """Return the content hash of everything that a record is made from."""
    return _sha256([_RECIPE, asdict(entry)])


@contextmanager
def single_ingest(folder: Path) -> Iterator[None]:
    """Hold the folder's ingest lock; the system frees it if the process dies.

    Raises:
        IngestRunningError: another ingest is at work.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "ingest.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise IngestRunningError(
                "another ingest is running on this data folder: wait for it to end"
            ) from None
        yield


def batched(entries: Sequence[Entry], size: int) -> Iterator[Sequence[Entry]]:
    """Yield consecutive slices of at most `size`."""
    for start in range(0, len(entries), size):
        yield entries[start : start + size]


def questions_of(entries: Sequence[Entry]) -> list[str]:
    """Return what is embedded as a question is, and the titles as buttons show them.

    A button's text is searched for before it is offered: what is fetched now is not fetched then.
    """
    return [t for e in entries for t in (e.title, *labels(e.title), *e.questions)]


def passages_of(entries: Sequence[Entry]) -> list[str]:
    """Return what is embedded as a passage: the answers, in pieces, each below its title."""
    return [passage_of(e.title, text) for e in entries for text in parts_of(e)]


def parts_of(entry: Entry) -> list[str]:
    """Return an entry's answer as an embedder takes it: words alone, in pieces; at least one."""
    # A title alone still makes a record: an answer without a chunk would be lost.
    return chunks(words_of(entry)) or [entry.text]


def words_of(entry: Entry) -> str:
    """Return an answer without its markup, which nobody asks for."""
    return plain_text(entry.text) if entry.markdown else entry.text


def terms_of(entries: Sequence[Entry], analyzer: Analyzer) -> list[Terms]:
    """Return the terms of each entry's fields."""
    titles = analyzer.terms_of([entry.title for entry in entries])
    answers = analyzer.terms_of([words_of(entry) for entry in entries])
    asked = iter(analyzer.terms_of([question for entry in entries for question in entry.questions]))
    questions = [tuple(chain.from_iterable(islice(asked, len(e.questions)))) for e in entries]
    return list(map(Terms, titles, answers, questions))


def _sha256(content: object) -> str:
    text = json.dumps(content, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _compare(before: dict[str, str], after: dict[str, str], generation: str) -> Changes:
    common = before.keys() & after.keys()
    unchanged = sum(before[faq_id] == after[faq_id] for faq_id in common)
    return Changes(
        added=len(after.keys() - before.keys()),
        changed=len(common) - unchanged,
        unchanged=unchanged,
        removed=len(before.keys() - after.keys()),
        generation=generation,
    )


def _records(
    entries: Sequence[Entry],
    digests: dict[str, str],
    analyzer: Callable[[], Analyzer],
    embedder: Callable[[], Embedder],
) -> dict[str, Record]:
    parts = [parts_of(entry) for entry in entries]
    terms = terms_of(entries, analyzer())
    vectors = entry_vectors(entries, parts, embedder())
    return {
        entry.faq_id: Record(
            entry=entry,
            terms=terms[row],
            digest=digests[entry.faq_id],
            chunks=tuple(parts[row]),
            vectors=vectors[row],
        )
        for row, entry in enumerate(entries)
    }
