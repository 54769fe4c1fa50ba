"""The kind of a file by its content, since workbooks, pages and tables have any name."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from typing import Final

from core.errors import SourceError
from ingest.sources.files.encodings import decode

NAMESPACE: Final = "urn:schemas-microsoft-com:office:spreadsheet"
"""That of XML Spreadsheet 2003."""

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # [MS-CFB] 2.2: XLS, DOC and encrypted files
_BOOKS: Final = (".xls", ".xlsx", ".xlsm", ".ods")
_INSIDE: Final = (("xl/", ".xlsx"), ("word/", ".docx"), ("content.xml", ".ods"))
_PAGE: Final = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*"
    r"(?:<!doctype html|<html|<head|<meta|<body|<table|<div)",
    re.IGNORECASE | re.DOTALL,
)
_RECORDS: Final = re.compile(r"\s*(?:\[\s*)?\{\s*\"[^\"\n]{1,100}\"\s*:")
_HEAD_BYTES: Final = 4_000
_SAVED: Final[Mapping[str, str]] = {
    ".xlsb": "save it as an Excel workbook (.xlsx)",
    ".numbers": "export it as Excel or CSV",
    ".doc": "save it as .docx",
    ".rtf": "save it as .docx",
    ".odt": "save it as .docx",
    ".pages": "export it as .docx",
    ".ppt": "put its questions and answers into a sheet or a document",
    ".pptx": "put its questions and answers into a sheet or a document",
    ".hwp": "save it as .docx or .txt",
    ".hwpx": "save it as .docx or .txt",
    ".pdf": "export what it was made from, as .docx, .xlsx or .md",
    ".key": "put its questions and answers into a sheet or a document",
    ".odp": "put its questions and answers into a sheet or a document",
    **dict.fromkeys(
        (".gsheet", ".gdoc"), "only a link to Google Drive; download the file itself there"
    ),
    **dict.fromkeys(
        (".eml", ".msg"), "write the questions and answers of e-mails into a sheet or a document"
    ),
    **dict.fromkeys(
        (".db", ".sqlite", ".sqlite3", ".mdb", ".parquet", ".sql"), "export its table as CSV"
    ),
    **dict.fromkeys((".rar", ".7z", ".tar", ".gz", ".tgz"), "unpack it and give the folder"),
    **dict.fromkeys((".mht", ".mhtml", ".webarchive"), "save the page as HTML"),
    **dict.fromkeys(
        (".png", ".jpg", ".jpeg", ".heic", ".webp", ".gif"), "text in pictures has to be typed"
    ),
    ".adoc": "export it as HTML",
    ".enex": "export it as HTML",
    ".rst": "export it as HTML",
}


def kind_of(data: bytes, ending: str, name: str) -> str:
    """Return the ending that suits the content, which is `ending` wherever nothing else is certain.

    Raises:
        SourceError: It is protected by a password, an old Word document, or a web archive.
    """
    if data.startswith(b"%PDF-"):
        raise SourceError(f"{name}: a PDF by its content; {advice_on('.pdf')}")
    if data.startswith(_OLE):
        return _of_compound_file(data, name)
    if data.startswith(b"PK\x03\x04") and zipfile.is_zipfile(io.BytesIO(data)):
        return _of_zip(data, ending)
    if (
        ending in (*_BOOKS, ".docx", ".txt")
        and not data.startswith(b"PK")
        and (text := _text(data))
    ):
        return _of_text(text, ending, name)
    return ending


def _of_text(text: str, ending: str, name: str) -> str:
    """Return the kind of a text that is called a workbook, a document or a plain text."""
    if _PAGE.match(text):
        return ".html"
    if ending == ".txt":
        return ".json" if _RECORDS.match(text) else ending
    if NAMESPACE in text:
        return ".xml"
    if text.startswith("MIME-Version:"):
        raise SourceError(f"{name}: a web archive; open it in Excel and save it as .xlsx")
    return ".csv" if ending in _BOOKS and not text.lstrip().startswith(("<", "%")) else ending


def _of_compound_file(data: bytes, name: str) -> str:
    if _stream("EncryptedPackage") in data:
        raise SourceError(f"{name}: protected by a password; save it without one")
    if _stream("WordDocument") in data:
        raise SourceError(f"{name}: an old Word document; save it as .docx")
    return ".xls"


def _stream(name: str) -> bytes:
    """A stream's name as the directory of a compound file has it."""
    return name.encode("utf-16-le")


def _of_zip(data: bytes, ending: str) -> str:
    try:
        names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return ending
    for start, kind in _INSIDE:
        if any(path.startswith(start) for path in names):
            return ending if (kind, ending) == (".xlsx", ".xlsm") else kind
    return ".zip"


def _text(data: bytes) -> str:
    """The beginning of a text, or "" where the bytes are none."""
    try:
        text = decode(data[:_HEAD_BYTES] if len(data) > _HEAD_BYTES else data).text
    except ValueError:
        return ""
    return "" if any(mark < " " and mark not in "\t\r\n\f" for mark in text) else text


def advice_on(ending: str) -> str:
    """Return what to do with a file that is not read but could become one that is, or ""."""
    return _SAVED.get(ending, "")
