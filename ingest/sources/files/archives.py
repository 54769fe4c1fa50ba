"""Zip files within bounds: XLSX, DOCX, ODS and exports are zips, and a small one can hold a lot."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from typing import Final

from core.errors import SourceError

MAX_UNPACKED_BYTES: Final = 500_000_000
MAX_MEMBERS: Final = 20_000


# Also after spaces, or in UTF-16 with a mark of its byte order or without.
_MARKUP: Final = re.compile(rb"\s*<|\s+\Z|\xef\xbb\xbf|\xff\xfe|\xfe\xff|\x00<")


def begins_as_markup(beginning: bytes) -> bool:
    """Return whether a member may be XML, whatever its name is."""
    return _MARKUP.match(beginning) is not None


def open_archive(data: bytes, name: str, *, kind: str) -> zipfile.ZipFile:
    """Open a zip whose members together unpack to no more than `MAX_UNPACKED_BYTES`.

    Raises:
        SourceError: It is no zip, or is beyond the bounds.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise SourceError(f"{name}: not a readable {kind} file; save or export it again") from error
    members = archive.infolist()
    # zipfile stops at the size that the directory states, so a lie here gains nothing.
    size = sum(member.file_size for member in members)
    if size > MAX_UNPACKED_BYTES or len(members) > MAX_MEMBERS:
        raise SourceError(
            f"{name}: unpacks to {size:,} bytes in {len(members):,} files; at most"
            f" {MAX_UNPACKED_BYTES:,} in {MAX_MEMBERS:,} are read"
        )
    return archive


def member(archive: zipfile.ZipFile, path: str, name: str) -> bytes:
    """Read one member.

    Raises:
        SourceError: It is missing, damaged or encrypted.
    """
    try:
        return archive.read(path)
    except (
        KeyError,
        zipfile.BadZipFile,
        zlib.error,
        RuntimeError,
        NotImplementedError,
        EOFError,
    ) as error:
        raise SourceError(
            f"{name}: {path} in it cannot be read; save or export it again"
        ) from error
