"""Questions written by a model: the entries that need some, the cost, the check."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import ModelError, ModelReplyError
from core.llm.prompts import Excerpt, estimate_tokens
from core.retrieval.hits import Hit, is_answer
from core.text.korean import compact
from core.types import Entry
from ingest.clean import clean_texts
from ingest.question_packs import PERSON, PackEntry, content_of, line_of, read_rows, title_key

ENOUGH = 4
_ENTRIES, _REQUEST_TOKENS = 5, 2_500  # the bounds of one request
_READ_CHARS = 1_200  # the part of an answer that tells its subject
_AT_ONCE = 8
_LONGEST_CHARS = 120
# How much better another entry must be found than its own for a question to be taken from it.
_MARGIN = 0.1

Write = Callable[[Sequence[Excerpt]], Awaitable[Sequence[tuple[str, ...]]]]
Search = Callable[[str], Sequence[Hit]]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class CheckedQuestions:
    """The questions that were kept, and the number of refused ones by reason."""

    rows: tuple[PackEntry, ...]
    kept: int
    repeated: int
    elsewhere: int  # another entry answers them better


def lacking(entries: Sequence[Entry], own: Mapping[str, PackEntry]) -> list[Entry]:
    """Return entries with too few questions, without those that are settled."""
    found = []
    for entry in entries:
        row = own.get(title_key(entry.title))
        settled = row and (row.by == PERSON or row.content == content_of(entry))
        others = len(entry.questions) - (len(row.questions) if row else 0)
        if not settled and others < ENOUGH:
            found.append(entry)
    return found


def requests(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    """Return lists of entries, each for one request."""
    batch: list[Entry] = []
    tokens = 0
    for entry in entries:
        size = estimate_tokens(excerpt(entry).text)
        if batch and (len(batch) == _ENTRIES or tokens + size > _REQUEST_TOKENS):
            yield batch
            batch, tokens = [], 0
        batch.append(entry)
        tokens += size
    if batch:
        yield batch


def excerpt(entry: Entry) -> Excerpt:
    """Return what a model is shown of an entry."""
    return Excerpt(entry.title, entry.text[:_READ_CHARS])


async def write_all(
    entries: Sequence[Entry], *, write: Write, by: str, notes: Path, progress: Progress
) -> dict[str, PackEntry]:
    """Write questions for each entry and return them by content.

    Each reply is noted down as it comes.

    What `notes` holds already is not asked for again. Entries whose reply was no use twice are
    left out.

    Raises:
        ModelError: the endpoint fails; what came until then is in `notes`.
    """
    known = {row.content: row for row in read_rows(notes)}
    missing = [entry for entry in entries if content_of(entry) not in known]
    turn = asyncio.Semaphore(_AT_ONCE)
    notes.parent.mkdir(parents=True, exist_ok=True)
    done = len(entries) - len(missing)
    progress(done, len(entries))
    with notes.open("a", encoding="utf-8") as file:

        async def ask(batch: Sequence[Entry]) -> None:
            nonlocal done
            async with turn:
                try:
                    replies = await write([excerpt(entry) for entry in batch])
                except ModelReplyError:
                    replies = ()
            for entry, questions in zip(batch, replies, strict=False):
                key, content = title_key(entry.title), content_of(entry)
                known[content] = PackEntry(key, entry.title, questions, by, content)
                file.write(line_of(known[content]))
            file.flush()
            done += len(batch)
            progress(done, len(entries))

        file.write("\n")  # ends a line that a kill cut short
        try:
            async with asyncio.TaskGroup() as group:
                for batch in requests(missing):
                    group.create_task(ask(batch))
        except* ModelError as failed:
            raise failed.exceptions[0] from failed
    return {content: known[content] for content in map(content_of, entries) if content in known}


def taken_by(entries: Sequence[Entry], replaced: Iterable[PackEntry]) -> set[str]:
    """Return the letters of all titles and questions that are not about to be replaced."""
    texts = {compact(text) for entry in entries for text in entry.questions}
    texts -= {compact(text) for row in replaced for text in row.questions}
    return texts | {compact(entry.title) for entry in entries}


def check(
    written: Iterable[tuple[Entry, PackEntry]], *, taken: Collection[str], search: Search
) -> CheckedQuestions:
    """Drop questions that repeat others, and those that find another entry.

    `taken` holds letters, by `taken_by`. `search` finds many entries for a question, best first;
    it need not know the questions that are checked.
    """
    written, taken = list(written), set(taken)
    # A question that was written for several entries tells none of them from the others.
    claims = Counter(
        letters for _, asked in written for letters in {compact(text) for text in asked.questions}
    )
    rows: list[PackEntry] = []
    repeated = elsewhere = kept = 0
    for entry, asked in written:
        questions: list[str] = []
        for text in clean_texts(asked.questions):
            letters = compact(text)
            if not letters or letters in taken or claims[letters] > 1 or len(text) > _LONGEST_CHARS:
                repeated += 1
            elif leads_elsewhere(entry, search(text)):
                elsewhere += 1
            elif len(questions) < ENOUGH:
                taken.add(letters)
                questions.append(text)
        kept += len(questions)
        rows.append(PackEntry(asked.key, asked.title, tuple(questions), asked.by, asked.content))
    return CheckedQuestions(tuple(rows), kept, repeated, elsewhere)


def leads_elsewhere(entry: Entry, hits: Sequence[Hit]) -> bool:
    """Return whether another entry answers better, by what retrieval says."""
    if not is_answer(hits) or hits[0].faq_id == entry.faq_id:
        return False
    own = next((hit.score for hit in hits if hit.faq_id == entry.faq_id), 0.0)
    return hits[0].score - own > _MARGIN
