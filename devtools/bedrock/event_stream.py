"""The binary frames in which AWS streams events, each with two checksums.

https://docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html describes them.
"""

from __future__ import annotations

import json
import struct
from zlib import crc32

_STRING = 7
_PRELUDE_BYTES, _CHECKSUM_BYTES = 12, 4


def event(kind: str, payload: object) -> bytes:
    """Return the frame of an event."""
    headers = {":event-type": kind, ":content-type": "application/json", ":message-type": "event"}
    return _frame(headers, payload)


def exception(kind: str, message: str) -> bytes:
    """Return the frame of an exception, which ends a stream; there, names begin in lower case."""
    headers = {":exception-type": kind[:1].lower() + kind[1:], ":content-type": "application/json"}
    return _frame({**headers, ":message-type": "exception"}, {"message": message})


def damaged(frame: bytes) -> bytes:
    """Return a frame whose payload is not what its checksum says."""
    place = len(frame) - _CHECKSUM_BYTES - 2
    return frame[:place] + bytes([frame[place] ^ 1]) + frame[place + 1 :]


def _frame(headers: dict[str, str], payload: object) -> bytes:
    head = b"".join(_header(name, value) for name, value in headers.items())
    body = json.dumps(payload, ensure_ascii=False).encode()
    size = _PRELUDE_BYTES + len(head) + len(body) + _CHECKSUM_BYTES
    lengths = struct.pack(">II", size, len(head))
    message = lengths + struct.pack(">I", crc32(lengths)) + head + body
    return message + struct.pack(">I", crc32(message))


def _header(name: str, value: str) -> bytes:
    told, text = name.encode(), value.encode()
    return bytes([len(told)]) + told + struct.pack(">BH", _STRING, len(text)) + text
