"""`faqbot questions`: show and edit the questions by which entries are found."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path

from bots.bootstrap.stores import open_stores, served_entries
from bots.cli.terminal import clean
from config.settings import Settings
from core.errors import SourceError
from core.reporting.replay import ReplayCase
from core.reporting.trial import last_asked
from core.text.cells import cell_of, text_of_cell
from core.text.korean import compact
from core.text.sections import tidy
from core.types import Entry
from ingest.clean import clean_texts
from ingest.question_packs import PERSON, PackEntry, read_own, title_key, write_own

_LONGEST_CHARS = 200
_FORMS = "use .csv (title, question: a line for each) or .jsonl (title, questions)"

Edited = dict[str, list[tuple[str, str]]]
"""By title, each question with its place in the file."""


def list_questions(settings: Settings, text: str, *, limit: int) -> int:
    """Print entries whose title or questions hold `text`, spaces and case aside."""
    wanted = compact(text)
    found = [
        entry
        for entry in served_entries(settings)
        if any(wanted in compact(part) for part in (entry.title, *entry.questions))
    ]
    for entry in islice(found, limit):
        _say(clean(tidy(entry.title)))
        for question in entry.questions:
            _say(f"  - {clean(question)}")
    total = sum(len(entry.questions) for entry in found)
    more = f"; the first {limit:,} are shown" if len(found) > limit else ""
    _say(f"{len(found):,} entries with {total:,} questions{more}.")
    return 0


def export_questions(settings: Settings, file: Path) -> int:
    """Write the entries that are served, with their questions.

    Raises:
        SourceError: the form is unknown, or the file cannot be written.
    """
    entries = served_entries(settings)
    write = {".csv": _write_csv, ".jsonl": _write_jsonl}.get(file.suffix.lower())
    if write is None:
        raise SourceError(f"{file.name}: {_FORMS}")
    try:
        write(file, entries)
    except OSError as error:
        raise SourceError(f"{file}: cannot be written ({error.strerror})") from error
    _say(f"{file.name}: {len(entries):,} entries. Edit it, then `faqbot questions import {file}`.")
    return 0


def export_liked(settings: Settings, file: Path, *, last: int) -> int:
    """Write the questions of the last turns whose answers people liked, for `faqbot eval`.

    `relevant` are the titles that the answer stood on. An answer that one person liked and another
    did not is left out.
    """

    async def read() -> list[ReplayCase]:
        async with open_stores(settings) as stores:
            return await last_asked(stores.reports, stores.archive, last)

    liked = [one for one in asyncio.run(read()) if one.liked and one.sources]
    with file.open("w", encoding="utf-8") as lines:
        for one in liked:
            history = [{"user": past.user, "bot": past.bot} for past in one.history]
            row = {"question": one.text, "history": history, "relevant": list(one.sources)}
            lines.write(json.dumps(row, ensure_ascii=False) + "\n")
    _say(f"{file}: {len(liked):,} labelled questions; `faqbot eval {file}` measures them")
    return 0


def import_questions(settings: Settings, file: Path) -> int:
    """Replace the questions of the titles in a file by those of the file.

    Raises:
        SourceError: it is malformed, names a title that is not served, or repeats a question.
    """
    edited = _read(file)
    titles = {entry.title: entry.questions for entry in served_entries(settings)}
    _check(file.name, edited, titles)
    own = read_own(settings.own_questions)
    changed = 0
    for title, placed in edited.items():
        questions = clean_texts(question for question, _ in placed)
        if questions != titles[title]:
            key = title_key(title)
            own[key] = PackEntry(key, title, questions, PERSON)
            changed += 1
    write_own(settings.own_questions, own.values())
    _say(
        f"{file.name}: {len(edited):,} entries read, {changed:,} have other questions now. "
        "`faqbot ingest` with your FAQ puts them into the index."
    )
    return 0


def _write_csv(file: Path, entries: Iterable[Entry]) -> None:
    # With the mark at the beginning Excel takes it for UTF-8.
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["title", "question"])
        for entry in entries:
            title = cell_of(entry.title)
            writer.writerows([title, cell_of(one)] for one in entry.questions or ("",))


def _write_jsonl(file: Path, entries: Iterable[Entry]) -> None:
    with file.open("w", encoding="utf-8") as out:
        for entry in entries:
            row = {"title": entry.title, "questions": entry.questions}
            out.write(json.dumps(row, ensure_ascii=False) + "\n")


def _read(file: Path) -> Edited:
    read = {".csv": _csv_rows, ".jsonl": _jsonl_rows}.get(file.suffix.lower())
    if read is None:
        raise SourceError(f"{file.name}: {_FORMS}")
    edited: Edited = {}
    try:
        text = file.read_bytes().decode("utf-8-sig")
        for title, question, place in read(text, file.name):
            edited.setdefault(title, [])
            if question.strip():
                edited[title].append((question, place))
    except OSError as error:
        raise SourceError(f"{file}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise SourceError(f"{file.name}: not UTF-8; save it as 'CSV UTF-8'") from error
    return edited


def _csv_rows(text: str, name: str) -> Iterator[tuple[str, str, str]]:
    rows = csv.DictReader(io.StringIO(text, newline=""))
    if not {"title", "question"} <= set(rows.fieldnames or ()):
        raise SourceError(f"{name}: the first line must name the columns title and question")
    for row in rows:
        title, question = (text_of_cell(row[field] or "") for field in ("title", "question"))
        yield title, question, f"{name}:{rows.line_num}"


def _jsonl_rows(text: str, name: str) -> Iterator[tuple[str, str, str]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        place = f"{name}:{number}"
        try:
            row = json.loads(line)
            title, questions = row["title"], row["questions"]
        except (ValueError, KeyError, TypeError) as error:
            raise SourceError(
                f'{place}: a line is {{"title": …, "questions": [text, …]}}'
            ) from error
        for question in questions or [""]:
            yield str(title), str(question), place


def _check(name: str, edited: Edited, served: Mapping[str, tuple[str, ...]]) -> None:
    if not edited:
        raise SourceError(f"{name}: holds no questions; {_FORMS}")
    # Entries that the file does not name keep their questions, which count as well.
    owners = {
        compact(question): title
        for title, questions in served.items()
        if title not in edited
        for question in questions
    }
    for title, placed in edited.items():
        if title not in served:
            where = placed[0][1] if placed else name
            raise SourceError(f"{where}: no entry has the title {tidy(title)!r}")
        for question, place in placed:
            letters = compact(question)
            if not letters or len(question) > _LONGEST_CHARS:
                raise SourceError(f"{place}: a question has 1 to {_LONGEST_CHARS} characters")
            if owner := owners.get(letters):
                raise SourceError(f"{place}: {tidy(owner)!r} has that question already")
            owners[letters] = title


def _say(line: str) -> None:
    print(line)
