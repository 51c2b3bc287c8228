"""The rows of a damaged database: which table one is of, and whether it is whole.

Which table a row is of follows from its columns; a row that is not whole, or has a value where none can be, is passed over.
"""

from __future__ import annotations

import re
import struct
import zlib
from typing import Any

import msgspec

from inventories.ids import digest
from traitscope.distributions import label_logprobs

Row = tuple[object, ...]

_INTEGERS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}  # bytes by type
_TEXT, _INT, _BLOB, _FLOAT = "t", "i", "b", "f"
# Columns in the order of the file, which begins with the key, and what may stand in each; None may where the letter is
# large, an integer where a real number may, and `x` is the name of something in twenty hex digits.
TABLES = {
    "texts": ("hash text", "xb"),
    "sittings": ("id number model persona inventory language form elicitation reply replicate current", "xitttttttii"),
    "trials": ("id sitting kind item step line shown options", "xxttiitX"),
    "call_trials": ("trial call line", "xii"),
    "answers": ("trial call reader_version outcome chosen position expected label_mass likelihood near_tie", "xiitIIFFFi"),
    "calls": (
        "id prompt attempt text thinking error distribution seconds tokens_in tokens_out cost created finish tokens_thinking source",
        "itiTTTBFIIFFTIT",
    ),
}  # fmt: skip
_ADDED = 3  # columns of calls that a record of the first format does not have
_BY_LENGTH = {len(kinds): name for name, (_, kinds) in TABLES.items()}
_NAME = re.compile(r"[0-9a-f]{20}")
_ORDER = re.compile(r"(\d+(,\d+)*)?")
_PROMPT, _DISTRIBUTION, _FORM, _SHOWN = 1, 6, 6, 6  # places of columns


def columns(table: str) -> list[str]:
    """The columns of a table's rows, in the order of `rows`."""
    return TABLES[table][0].split()


def varint(page: bytes, at: int) -> tuple[int, int]:
    """A number of one to nine bytes, and where it ends."""
    value = 0
    for place in range(8):
        value = (value << 7) | (page[at + place] & 0x7F)
        if page[at + place] < 0x80:
            return value, at + place + 1
    return (value << 8) | page[at + 8], at + 9


def row(record: bytes, id: int | None) -> tuple[str, Row] | None:
    """The table and values of a record; None where it is of none of the tables, or not whole."""
    try:
        values = _values(record)
    except (IndexError, struct.error, ValueError):
        return None
    if id is not None:  # of all tables only the calls are numbered; the record has nothing in the place of the number
        if len(values) == len(TABLES["calls"][1]) - _ADDED:
            values = [*values, *[None] * _ADDED]
        if len(values) != len(TABLES["calls"][1]) or values[0] is not None:
            return None
        fits = _fits(values[1:], TABLES["calls"][1][1:]) and _is_a_call(values)
        return ("calls", (id, *values[1:])) if fits else None
    name = _BY_LENGTH.get(len(values), "")
    if name in ("", "calls") or not _fits(values, TABLES[name][1]):
        return None
    if name in _IS_WHOLE and not _IS_WHOLE[name](values):
        return None
    return name, tuple(values)


def _values(record: bytes) -> list[object]:
    """The values of a record; ValueError where its lengths do not add up."""
    end, at = varint(record, 0)
    types: list[int] = []
    while at < end:
        kind, at = varint(record, at)
        types.append(kind)
    found: list[object] = []
    for kind in types:
        if kind in (0, 8, 9):
            found.append(None if kind == 0 else kind - 8)
            continue
        length = _INTEGERS.get(kind, 8) if kind < 8 else (kind - 12) // 2
        if kind in (10, 11):
            raise ValueError("a type that no record has")
        piece = record[at : at + length]
        if len(piece) < length:
            raise ValueError("a record that is cut off")
        at += length
        if kind == 7:
            found.append(struct.unpack(">d", piece)[0])
        elif kind < 7:
            found.append(int.from_bytes(piece, "big", signed=True))
        else:
            found.append(piece.decode("utf-8") if kind % 2 else piece)
    if at != len(record):
        raise ValueError("a record with something behind it")
    return found


def _fits(values: list[object], kinds: str) -> bool:
    """Whether each value is one that may stand in its column."""
    may = {_TEXT: str, _INT: int, _BLOB: bytes, _FLOAT: (int, float), "x": str}
    for value, kind in zip(values, kinds, strict=True):
        if value is None:
            if kind.islower():
                return False
            continue
        if not isinstance(value, may[kind.lower()]):  # type: ignore[arg-type]
            return False
        if kind.lower() == "x" and not _NAME.fullmatch(str(value)):
            return False
    return True


def _is_named(values: list[object]) -> bool:
    """Whether a shared text is the one that its name stands for."""
    name, packed = values
    try:
        return isinstance(packed, bytes) and digest(zlib.decompress(packed).decode("utf-8")) == name
    except (zlib.error, UnicodeDecodeError):
        return False


def _is_a_call(values: list[object]) -> bool:
    """Whether prompt and probabilities of a call are what they are stored as."""
    try:
        msgspec.json.decode(str(values[_PROMPT]), type=tuple[list[list[str]], list[str]])
        if isinstance(blob := values[_DISTRIBUTION], bytes):
            label_logprobs(blob)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return True


def _is_a_sitting(values: list[object]) -> bool:
    """Whether the form of a sitting is one."""
    try:
        msgspec.json.decode(str(values[_FORM]), type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return True


def _is_a_trial(values: list[object]) -> bool:
    """Whether the printed order of a trial's options is one."""
    return _ORDER.fullmatch(str(values[_SHOWN])) is not None


_IS_WHOLE = {"texts": _is_named, "sittings": _is_a_sitting, "trials": _is_a_trial}
