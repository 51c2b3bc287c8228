"""The rows of a damaged database, read page by page without SQLite: a page that is lost takes no other with it.

Where SQLite looks for a row it follows pages from the root of a table, and all that hangs on a lost page is lost to it.
Here every page is looked at by itself, in the format that https://www.sqlite.org/fileformat.html describes. Which table
a row is of follows from its columns; a row that is not whole, or has a value where none can be, is passed over.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

from inventories.ids import digest

Row = tuple[object, ...]

MAGIC = b"SQLite format 3\0"
PAGE = 4096  # bytes, where the first page does not say; what SQLite makes on its own
TABLE_LEAF, INDEX_LEAF, INDEX_INNER = 0x0D, 0x0A, 0x02
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


def columns(table: str) -> list[str]:
    """The columns of a table's rows, in the order of `rows`."""
    return TABLES[table][0].split()


class Pages:
    """The pages of a database with those of its log that were committed, as SQLite would see them."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        first = self._file.read(100)
        self.size = PAGE
        if first.startswith(MAGIC):
            told = int.from_bytes(first[16:18], "big")
            self.size = 65536 if told == 1 else told
        self.count = path.stat().st_size // self.size
        self._log = Path(f"{path}-wal")
        self._newer: dict[int, int] = {}  # number of a page -> where the log has it
        if self._log.is_file():
            self._newer = committed(self._log, self.size)
            self.count = max(self.count, *self._newer, 0)
        self._later = self._log.open("rb") if self._newer else None

    def __enter__(self) -> Pages:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        if self._later:
            self._later.close()

    def page(self, number: int) -> bytes:
        """The bytes of a page, whose numbers begin at 1; fewer where the file has ended."""
        if self._later and number in self._newer:
            self._later.seek(self._newer[number])
            return self._later.read(self.size)
        self._file.seek((number - 1) * self.size)
        return self._file.read(self.size)

    def rows(self) -> Iterator[tuple[str, Row]]:
        """The table and the values of every row that can be read; a row of calls begins with its id."""
        free = self._free()
        for number in range(1, self.count + 1):
            if number not in free:
                for cell, id in self._cells(self.page(number), 100 if number == 1 else 0):
                    found = _row(cell, id)
                    if found:
                        yield found

    def _free(self) -> set[int]:
        """Pages that are in no use; what stands in them is of former times."""
        first = self.page(1)
        found: set[int] = set()
        if not first.startswith(MAGIC):
            return found
        trunk = int.from_bytes(first[32:36], "big")
        while 0 < trunk <= self.count and trunk not in found:
            found.add(trunk)
            page = self.page(trunk)
            trunk, many = struct.unpack(">II", page[:8])
            most = min(many, self.size // 4 - 2)
            found.update(struct.unpack(f">{most}I", page[8 : 8 + 4 * most]))
        return found

    def _cells(self, page: bytes, start: int) -> Iterator[tuple[bytes, int | None]]:
        """The records on a page, each with its number where it has one; none on a page that holds no rows."""
        if len(page) < self.size or page[start] not in (TABLE_LEAF, INDEX_LEAF, INDEX_INNER):
            return
        kind = page[start]
        many = int.from_bytes(page[start + 3 : start + 5], "big")
        places = start + (12 if kind == INDEX_INNER else 8)
        if places + 2 * many > self.size:
            return
        for place in struct.unpack(f">{many}H", page[places : places + 2 * many]):
            try:
                at = place + (4 if kind == INDEX_INNER else 0)
                length, at = _varint(page, at)
                id = None
                if kind == TABLE_LEAF:
                    id, at = _varint(page, at)
                yield self._payload(page, at, length, kind), id
            except (IndexError, struct.error, ValueError):  # nothing that a row can be read from
                continue

    def _payload(self, page: bytes, at: int, length: int, kind: int) -> bytes:
        """A record with the pages that it flows over to; ValueError where they do not hold it."""
        usable = self.size
        most = usable - 35 if kind == TABLE_LEAF else (usable - 12) * 64 // 255 - 23
        here = length
        if length > most:
            least = (usable - 12) * 32 // 255 - 23
            fits = least + (length - least) % (usable - 4)
            here = fits if fits <= most else least
        found = bytearray(page[at : at + here])
        if len(found) < here:
            raise ValueError("a record that ends outside of its page")
        following = int.from_bytes(page[at + here : at + here + 4], "big")
        while len(found) < length:
            if not 0 < following <= self.count:
                raise ValueError("a record that flows nowhere")
            more = self.page(following)
            following = int.from_bytes(more[:4], "big")
            found += more[4 : 4 + length - len(found)]
            if len(more) < self.size:
                raise ValueError("a page that is cut off")
        return bytes(found)


def committed(log: Path, size: int) -> dict[int, int]:
    """Where a write-ahead log has the newest state of each page, up to its last commit that is whole."""
    content = log.read_bytes()
    found: dict[int, int] = {}
    if len(content) < 32 or int.from_bytes(content[8:12], "big") != size:
        return found
    magic = int.from_bytes(content[:4], "big")
    if magic not in (0x377F0682, 0x377F0683):
        return found
    order = ">" if magic & 1 else "<"
    sums = _checked(content[:24], order, (0, 0))
    salts = content[16:24]
    waiting: dict[int, int] = {}
    for at in range(32, len(content) - size - 23, size + 24):
        head = content[at : at + 24]
        sums = _checked(head[:8] + content[at + 24 : at + 24 + size], order, sums)
        if head[8:16] != salts or struct.unpack(">II", head[16:24]) != sums:
            break
        number, commit = struct.unpack(">II", head[:8])
        waiting[number] = at + 24
        if commit:
            found |= waiting
            waiting = {}
    return found


def _checked(content: bytes, order: str, sums: tuple[int, int]) -> tuple[int, int]:
    """The two sums of a log after `content`."""
    one, two = sums
    words = struct.unpack(f"{order}{len(content) // 4}I", content)
    for first, second in zip(words[::2], words[1::2], strict=True):
        one = (one + first + two) & 0xFFFFFFFF
        two = (two + second + one) & 0xFFFFFFFF
    return one, two


def _varint(page: bytes, at: int) -> tuple[int, int]:
    """A number of one to nine bytes, and where it ends."""
    value = 0
    for place in range(8):
        value = (value << 7) | (page[at + place] & 0x7F)
        if page[at + place] < 0x80:
            return value, at + place + 1
    return (value << 8) | page[at + 8], at + 9


def _row(record: bytes, id: int | None) -> tuple[str, Row] | None:
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
        return ("calls", (id, *values[1:])) if _fits(values[1:], TABLES["calls"][1][1:]) else None
    name = _BY_LENGTH.get(len(values), "")
    if name in ("", "calls") or not _fits(values, TABLES[name][1]):
        return None
    if name == "texts" and not _is_named(values):
        return None
    return name, tuple(values)


def _values(record: bytes) -> list[object]:
    """The values of a record; ValueError where its lengths do not add up."""
    end, at = _varint(record, 0)
    types: list[int] = []
    while at < end:
        kind, at = _varint(record, at)
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
