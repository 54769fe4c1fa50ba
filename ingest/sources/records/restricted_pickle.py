"""A pickle of plain data, read without resolving any class.

An unpickler that refuses `find_class` cannot be made to run code, but it can still be made to hang
or to eat all memory without a single class: a tuple that holds itself twice, 60 levels deep, takes
2^60 steps to hash as a key; a deep one overflows the C stack; `LONG_BINPUT` of 2^32 allocates a
memo of 64 GB; the extension registry answers from a cache that `find_class` never sees. So the
opcodes are read first, as data, and only those that text, numbers, lists and dicts need may pass.
"""

from __future__ import annotations

import io
import pickle
import pickletools
import re
from typing import Final, Never

from core.errors import SourceError

# A FAQ entry takes about 4; an empty list of one byte takes 64 bytes of memory.
MAX_OPCODES: Final = 5_000_000

_PLAIN: Final = re.compile(
    "PROTO|FRAME|MARK|STOP|NONE|NEWTRUE|NEWFALSE|INT|BININT[12]?|LONG1|FLOAT|BINFLOAT"
    "|UNICODE|SHORT_BINUNICODE|BINUNICODE8?|SHORT_BINBYTES|BINBYTES8?"
    "|EMPTY_LIST|LIST|APPENDS?|EMPTY_DICT|DICT|SETITEMS?"
    "|GET|BINGET|LONG_BINGET|PUT|BINPUT|LONG_BINPUT|MEMOIZE"
)
_LOADS_CODE: Final = re.compile(
    "GLOBAL|STACK_GLOBAL|REDUCE|BUILD|INST|OBJ|NEWOBJ|NEWOBJ_EX|EXT[124]|PERSID|BINPERSID"
)
_MALFORMED: Final = (
    pickle.UnpicklingError,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    EOFError,
    OverflowError,
    MemoryError,
    RecursionError,
)


def loads(data: bytes, name: str) -> object:
    """The plain object in `data`; `name` is the file's, for messages.

    Raises:
        SourceError: It is not a pickle, is cut short, or asks for anything but plain data.
    """
    try:
        _check(data, name)
        return _Unpickler(io.BytesIO(data)).load()
    except _MALFORMED as error:
        raise SourceError(
            f"{name}: not a readable pickle: it is cut short or damaged; export the FAQ anew"
        ) from error


class _Unpickler(pickle.Unpickler):
    """Even if an opcode slipped through, nothing is looked up."""

    def find_class(self, module_name: str, global_name: str, /) -> Never:
        del module_name, global_name
        raise pickle.UnpicklingError("a FAQ needs no class")

    def persistent_load(self, pid: object) -> Never:
        del pid
        raise pickle.UnpicklingError("a FAQ needs no outside object")


def _check(data: bytes, name: str) -> None:
    end = 0
    for count, (opcode, argument, position) in enumerate(pickletools.genops(data)):
        if _LOADS_CODE.fullmatch(opcode.name):
            raise SourceError(
                f"{name}: refused, this pickle asks to load code ({opcode.name}); a FAQ is a dict"
                " of title -> answer, get the file from someone you trust"
            )
        if not _PLAIN.fullmatch(opcode.name):
            raise SourceError(
                f"{name}: refused, this pickle holds more than text, numbers, lists and dicts"
                f" ({opcode.name}); save a dict of title -> answer"
            )
        # A pickler numbers its memo from 0 on; whole numbers that share a hash make keys collide.
        far = "PUT" in opcode.name and isinstance(argument, int) and not 0 <= argument <= count
        if far or count > MAX_OPCODES or (isinstance(argument, int) and abs(argument) > 1 << 63):
            raise SourceError(
                f"{name}: refused, this pickle is built to exhaust memory or time ({opcode.name});"
                " save a dict of title -> answer"
            )
        end = (position or 0) + 1
    if end != len(data):
        raise SourceError(
            f"{name}: {len(data) - end:,} bytes follow the end of the pickle; save one dict only"
        )
