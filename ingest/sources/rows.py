"""The rows of every FAQ source, with a title and an answer, and what was left out.

The readers hand each record to a `Collector`, which checks it and knows its position. A record is
lost only if it has no title or no answer; anything else about it is mended, and remarked on.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from core.errors import SourceError
from ingest.sources.markdown_parts import leads_to_the_web
from ingest.sources.markup import answer_of, pictures_in, plain_title, with_line_breaks
from ingest.sources.values import EMPTY_WORDS, Linked, Unreadable, date_of, error_in, text_of

MAX_TITLE_CHARS: Final = 300
MAX_ANSWER_CHARS: Final = 100_000
# A shared string of an XLSX or a pickle is stored once and named a million times: the file is
# small, the rows are not.
MAX_TOTAL_CHARS: Final = 60_000_000
MAX_ROWS: Final = 1_000_000
# What a file may name of its own text, as characters: this, and so many for each of its bytes.
_ROOM: Final = 2_000_000
_ROOM_OF_A_BYTE: Final = 30
_ADDRESS: Final = re.compile(r"https?://\S+$", re.IGNORECASE)
_DOMAIN: Final = re.compile(r"[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?:[/?#:]\S*)?$", re.IGNORECASE)
_FILE: Final = re.compile(
    r"^[^/?#]*\.(?:docx?|xlsx?|csv|tsv|md|html?|pdf|txt|json)$", re.IGNORECASE
)
_INTERFACE: Final = re.compile(r"/api/v\d")  # for programs: nobody reads there
_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")


class NotAFaqError(SourceError):
    """A file that can be read and holds no FAQ: among others it is passed over, and named."""


@dataclass(frozen=True, slots=True)
class Row:
    """One record of a source; `position` is like `faq.csv:17`.

    `answer` is Markdown where `markdown` says so, else text as it stands in the source. `updated`
    is a date like `2026-11-28`, or "".
    """

    title: str
    answer: str
    category: str
    questions: tuple[str, ...]
    related: tuple[str, ...]
    position: str
    url: str = ""
    updated: str = ""
    markdown: bool = False


@dataclass(frozen=True, slots=True)
class Skipped:
    """A record that was left out: where it is, and why and what to do about it."""

    position: str
    reason: str


RemarkKind = Literal["converted", "left out", "merged", "by contents"]
"""What was done to a source; the console has a heading for each."""


@dataclass(frozen=True, slots=True)
class SourceRemark:
    """Something that was done to a source."""

    kind: RemarkKind
    position: str
    text: str


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a table's entries: the name of each field's column, and those not read."""

    position: str
    read: tuple[tuple[str, str], ...]
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Loaded:
    """Everything read from a source, in its order."""

    rows: tuple[Row, ...]
    skipped: tuple[Skipped, ...]
    remarks: tuple[SourceRemark, ...] = ()
    columns: tuple[Columns, ...] = ()


@dataclass(slots=True)
class Collector:
    """Checks records as they are read; a bad one is noted and the rest goes on.

    `category` is that of records without one of their own: the folder of their file. `parts` are
    files, by their names, that make entries only together.
    """

    rows: list[Row] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    remarks: list[SourceRemark] = field(default_factory=list)
    columns: list[Columns] = field(default_factory=list)
    category: str = ""
    parts: list[tuple[str, object]] = field(default_factory=list)
    _chars: int = 0
    _room: int = _ROOM

    @property
    def taken(self) -> int:
        """The number of all records and parts that were handed over."""
        return len(self.rows) + len(self.skipped) + len(self.parts)

    def begin_file(self, size: int) -> None:
        """Begin with a file of `size` bytes, which bounds the text that its cells hold."""
        self._room = _ROOM + _ROOM_OF_A_BYTE * size

    def hold(self, chars: Iterable[int], position: str) -> None:
        """Count the characters of cells before anything is made of them.

        Raises:
            SourceError: They are many more than the file has bytes.
        """
        for count in chars:
            self._room -= count
            if self._room < 0:
                raise SourceError(
                    f"{position}: its cells repeat the same long text many times; save it as CSV"
                )

    def add(self, record: Mapping[str, object], position: str) -> None:
        """Take a record with the names of the fields of `Row`.

        Raises:
            SourceError: The source as a whole is beyond all bounds.
        """
        try:
            row = self._row(record, position)
        except ValueError as error:
            self.skip(position, str(error))
            return
        self.rows.append(row)
        self._chars += len(row.title) + len(row.answer) + len(row.category)
        self._chars += sum(map(len, row.questions)) + sum(map(len, row.related))
        if self._chars > MAX_TOTAL_CHARS or len(self.rows) > MAX_ROWS:
            raise SourceError(
                f"{position}: more than {MAX_TOTAL_CHARS:,} characters or {MAX_ROWS:,} rows"
                " up to here; split the FAQ into smaller files"
            )

    def skip(self, position: str, reason: str) -> None:
        """Note a record that cannot be an entry, and what its author may do.

        Raises:
            SourceError: There are more of them than rows may be.
        """
        self.skipped.append(Skipped(position, reason))
        if len(self.skipped) > MAX_ROWS:
            raise SourceError(
                f"{position}: more than {MAX_ROWS:,} rows up to here cannot be used; {reason}"
            )

    def remark(self, kind: RemarkKind, position: str, text: str) -> None:
        """Note what was done to a record, a table or a file."""
        self.remarks.append(SourceRemark(kind, position, text))

    def remark_pictures(self, addresses: Iterable[str], position: str, base: str = "") -> None:
        """Name the pictures that nobody will see, since they stand in files and not on the web."""
        lost = sum(not leads_to_the_web(address, base) for address in addresses)
        if lost:
            pictures = "a picture" if lost == 1 else f"{lost:,} pictures"
            text = f"{pictures} not on the web; put what people need there, or into words"
            self.remark("left out", position, text)

    def loaded(self) -> Loaded:
        """Return all that was collected."""
        return Loaded(
            tuple(self.rows), tuple(self.skipped), tuple(self.remarks), tuple(self.columns)
        )

    def _row(self, record: Mapping[str, object], position: str) -> Row:
        full_title = plain_title(_required("title", record.get("title")))
        url = self._address(record.get("url"), position)
        answer, markdown = self._answer(record, position, base=url)
        for name, text in (("title", full_title), ("answer", answer)):
            if not text.strip():
                raise ValueError(f"the {name} is empty: fill it in or remove the row")
            if _says_nothing(text):
                raise ValueError(f"the {name} is {text.strip()[:20]!r}: write it or remove the row")
        questions = self._texts("questions", record.get("questions"), position)
        title = full_title
        if len(full_title) > MAX_TITLE_CHARS:
            title = full_title[: MAX_TITLE_CHARS - 1].rstrip() + "…"
            questions = (full_title, *questions)
            text = f"the title has {len(full_title):,} characters and was cut to {MAX_TITLE_CHARS}"
            self.remark("converted", position, text)
        return Row(
            title,
            answer,
            self._optional("category", record.get("category"), position) or self.category,
            questions,
            self._texts("related", record.get("related"), position),
            position,
            url=url,
            updated=date_of(record.get("updated")),
            markdown=markdown,
        )

    def _answer(
        self, record: Mapping[str, object], position: str, *, base: str
    ) -> tuple[str, bool]:
        given = record.get("answer")
        if isinstance(given, list | tuple) and all(isinstance(item, str) for item in given):
            given = "\n".join(given)
        text = _required("answer", given)
        if len(text) > MAX_ANSWER_CHARS:
            raise ValueError(
                f"the answer has {len(text):,} characters, {MAX_ANSWER_CHARS:,} fit: shorten it"
            )
        if not isinstance(given, str | Linked | None):
            self.remark(
                "converted", position, f"the answer is a value of the sheet, read as {text}"
            )
        if record.get("markdown"):
            return text, True
        if (broken := with_line_breaks(text)) != text:
            self.remark("converted", position, r"each \n that was written became a line break")
        text = broken
        self.remark_pictures(pictures_in(text), position, base)
        answer = answer_of(text, base=base)
        if answer.converted:
            self.remark("converted", position, answer.converted)
        return answer.text, answer.markdown

    def _optional(self, name: str, value: object, position: str) -> str:
        """A field that may be empty: what is wrong with it costs nothing but itself."""
        if isinstance(value, list | tuple):  # tags, of which the first is the weightiest
            value = next((item for item in value if text_of(item)), "")
        try:
            text = " ".join(_required(name, value).split())
        except ValueError as error:
            self.remark("left out", position, str(error))
            return ""
        if len(text) > MAX_TITLE_CHARS and name != "url":
            self.remark(
                "converted", position, f"the {name} was cut to {MAX_TITLE_CHARS} characters"
            )
            text = text[:MAX_TITLE_CHARS]
        return "" if text in EMPTY_WORDS else text

    def _address(self, value: object, position: str) -> str:
        """The web address of a row's source; `www.` alone is one, a path or a word is none."""
        text = self._optional("url", value, position)
        if text and not _ADDRESS.match(text):
            if not _DOMAIN.match(text) or _FILE.search(text):
                self.remark("left out", position, f"the url {text[:80]!r} is no web address")
                return ""
            text = f"https://{text}"
        return "" if _INTERFACE.search(text) else text

    def _texts(self, name: str, value: object, position: str) -> tuple[str, ...]:
        """A list of values as it is, or one text with an item on each line or between `|`."""
        items: Sequence[object] = value if isinstance(value, list | tuple) else [value]
        found: list[str] = []
        for item in items:
            try:
                text = plain_title(_required(name, item))
            except ValueError as error:
                self.remark("left out", position, str(error))
                continue
            parts = text.replace("|", "\n").splitlines() if item is value else [text]
            found += [part.strip() if item is value else part for part in parts]
        return tuple(text for text in found if text.strip() and text not in EMPTY_WORDS)


def _says_nothing(text: str) -> bool:
    """Return whether a text stands for one that is yet to be written: `-`, `...`, `N/A`."""
    bare = text.strip()
    return bare.upper() == "N/A" or all(unicodedata.category(mark)[0] in "PZ" for mark in bare)


def _required(name: str, value: object) -> str:
    """The text of a value; what no text can be made of is an error that says what to do."""
    text = text_of(value)
    if isinstance(value, Unreadable):
        raise ValueError(f"the {name} is {value.reason}")  # noqa: TRY004 - one kind of refusal
    if text is None:
        raise ValueError(f"the {name} is not text but of type {type(value).__name__}: write it")
    if error := error_in(text):
        raise ValueError(f"the {name} is the spreadsheet error {error}: correct the formula")
    if _LONE_SURROGATE.search(text):
        raise ValueError(f"the {name} has broken characters (lone surrogates): type it again")
    return text
