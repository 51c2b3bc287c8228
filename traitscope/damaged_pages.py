"""The rows of a damaged database, read page by page without SQLite: a page that is lost takes no other with it.

Where SQLite looks for a row it follows pages from the root of a table, and all that hangs on a lost page is lost to it.
Here every page is looked at by itself, in the format that https://www.sqlite.org/fileformat.html describes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from traitscope.damaged_rows import Row, row, varint

MAGIC = b"SQLite format 3\0"
PAGE = 4096  # bytes, where the first page does not say; what SQLite makes on its own
TABLE_LEAF, INDEX_LEAF, INDEX_INNER = 0x0D, 0x0A, 0x02


class Pages:
    """The pages of a database, which may be gone, with those of its log that were committed, as SQLite would see them."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb") if path.is_file() else BytesIO()
        length = path.stat().st_size if path.is_file() else 0
        self.size = _page_size(self._file.read(100), length)
        self.count = length // self.size
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
                    found = row(cell, id)
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
        found: list[tuple[bytes, int | None]] = []
        for place in struct.unpack(f">{many}H", page[places : places + 2 * many]):
            try:
                at = place + (4 if kind == INDEX_INNER else 0)
                length, at = varint(page, at)
                id = None
                if kind == TABLE_LEAF:
                    id, at = varint(page, at)
                found.append((self._payload(page, at, length, kind), id))
            except (IndexError, struct.error, ValueError):  # nothing that a row can be read from
                continue
        yield from _in_order(found)

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


def _page_size(head: bytes, length: int) -> int:
    """What the first page says of the size of all, where it agrees with the length of the file; else what is usual."""
    told, count = int.from_bytes(head[16:18], "big"), int.from_bytes(head[28:32], "big")
    told = 65536 if told == 1 else told
    return told if head.startswith(MAGIC) and told >= 512 and told * count == length else PAGE


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


def _in_order(cells: list[tuple[bytes, int | None]]) -> Iterator[tuple[bytes, int | None]]:
    """Without cells whose number does not lie between its neighbours': numbers rise on a page, and that one is another's."""
    before = 0
    for cell, after in zip(cells, [*cells[1:], (b"", None)], strict=False):  # of a table without rows there is none
        id = cell[1]
        if id is None:
            yield cell
        elif before < id and (after[1] is None or id < after[1] or after[1] <= before):
            yield cell
            before = id
