"""Run as a process of its own: reads an SPSS, Excel or parquet file, whose bytes may end, stop or fill whoever reads them.

    python reading_apart.py FILE KIND SECONDS BYTES

It writes one message of msgpack to standard output: what is wrong, or "", and the rows of the table as text, the header
first. SECONDS of the processor and BYTES of memory are its limits. Of this program nothing is imported, so it begins soon.
"""

from __future__ import annotations

import contextlib
import re
import sys
import zipfile
from collections.abc import Iterable
from typing import Any

import msgspec

Rows = list[list[str]]
SPSS, EXCEL, PARQUET = "an SPSS file", "an Excel file (.xlsx)", "a parquet file"  # kinds, in words
MOST_UNPACKED = 200_000_000  # bytes: a few of an archive or of a parquet file may stand for a great many
MOST_CELLS = 20_000_000  # of an Excel file those between its filled ones, too
# what a cell shows whose formula has no result; as in other programs such a cell is empty
ERRORS = {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"}
_PLACED = re.compile(rb"<(?:\w+:)?(row|c)\b([^>]*)")  # the tags that say where something stands, and that they do in
_PLACE = re.compile(rb"""\br\s*=\s*["']([^"']*)""")


class Wrong(ValueError):
    """What is wrong with a file, in words."""


def spss_rows(path: str) -> Rows:
    """The rows of a .sav or .zsav file: values, not labels; user-missing values are missing."""
    import pyreadstat

    table, _ = pyreadstat.read_sav(path, apply_value_formats=False, output_format="dict")
    columns = [list(each) for each in table.values()]
    return [list(table), *([_cell(each) for each in row] for row in zip(*columns, strict=True))]


def excel_rows(path: str) -> Rows:
    """The rows of the first sheet that are not empty, all of one length; a column without a name is Unnamed and its number."""
    import openpyxl

    with zipfile.ZipFile(path) as archive:
        size = sum(each.file_size for each in archive.infolist())
        if size > MOST_UNPACKED:
            raise Wrong(
                f"{size:,} bytes when it is unpacked; allowed: up to {MOST_UNPACKED:,}; a CSV file may be larger"
            )
        formulas = False
        for name in archive.namelist():
            if "/worksheets/sheet" in name:
                text = archive.read(name)
                _refuse_disordered(text)
                formulas = formulas or b"<f" in text
    sheets = []
    for values in (True, False) if formulas else (True,):
        sheet = openpyxl.load_workbook(path, read_only=True, data_only=values, keep_links=False).worksheets[0]
        sheet.reset_dimensions()  # what a file says of its own size may be anything
        sheets.append(sheet)
    if formulas:
        _refuse_unreckoned(*(each.iter_rows() for each in sheets))
    rows: Rows = []
    widest = 0
    for number, row in enumerate(sheets[0].iter_rows(values_only=True), start=1):
        cells = _trimmed([_cell(each) for each in row])
        rows += [cells] if cells else []
        widest = max(widest, len(cells))
        if max(number, len(rows) * widest) > MOST_CELLS:
            raise Wrong(f"more than {MOST_CELLS:,} cells up to its last filled one; save the table alone, or as CSV")
    padded = [row + [""] * (widest - len(row)) for row in rows]
    return [[name or f"Unnamed: {place}" for place, name in enumerate(row)] for row in padded[:1]] + padded[1:]


def parquet_rows(path: str) -> Rows:
    """The rows of a parquet file."""
    from pyarrow import parquet

    file = parquet.ParquetFile(path)
    rows: Rows = [file.schema_arrow.names]
    size = 0
    for batch in file.iter_batches(batch_size=1000, use_threads=False):
        new = [[_cell(each) for each in row] for row in zip(*(each.to_pylist() for each in batch.columns), strict=True)]
        size += sum(len(cell) for row in new for cell in row)
        rows += new
        if size > MOST_UNPACKED or len(rows) * len(rows[0]) > MOST_CELLS:
            raise Wrong(f"more than {MOST_UNPACKED:,} characters or {MOST_CELLS:,} cells when it is unpacked")
    return rows


def _refuse_disordered(text: bytes) -> None:
    """The reader passes over rows that do not stand below the one before, and cells that do not stand to its right."""
    row, column = 0, (0, b"")
    for tag in _PLACED.finditer(text):
        place = _PLACE.search(tag[2])
        if tag[1] == b"row":
            number = int(float(place[1])) if place else row + 1
            if number <= row:
                raise Wrong(
                    f"row {number} stands below row {row}; allowed: numbers from 1 that rise; save the file again"
                )
            row, column = number, (0, b"")
        elif place:
            letters = place[1].rstrip(b"-0123456789")
            if (len(letters), letters) <= column:
                cell, before = place[1].decode(), column[1].decode()
                raise Wrong(
                    f"cell {cell} stands behind column {before}; allowed: columns that rise; save the file again"
                )
            column = len(letters), letters


def _refuse_unreckoned(reckoned: Iterable[Any], written: Iterable[Any]) -> None:
    """Programs that write formulas without reckoning them leave cells that look empty, and are not."""
    for values, formulas in zip(reckoned, written, strict=True):
        for value, formula in zip(values, formulas, strict=True):
            if formula.data_type == "f" and value.value is None:
                raise Wrong(
                    f"cell {formula.coordinate} holds a formula without its result; open the file in Excel or LibreOffice "
                    "and save it there, or save it as CSV"
                )


def _trimmed(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _cell(value: Any) -> str:
    """A cell as it would stand in a CSV file, so that one check serves every kind of file."""
    if value is None or value != value or (isinstance(value, str) and value in ERRORS):
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _limit(seconds: int, size: int) -> None:
    try:
        import resource
    except ImportError:  # Windows has none; there the one who waits ends it
        return
    for what, most in ((resource.RLIMIT_CPU, seconds), (resource.RLIMIT_AS, size), (resource.RLIMIT_CORE, 0)):
        with contextlib.suppress(
            ValueError, OSError
        ):  # where less is allowed already, or the system knows no such limit
            resource.setrlimit(what, (most, most))


def _read(path: str, kind: str) -> tuple[str, Rows]:
    """What is wrong, or "", and the rows."""
    try:
        return "", READERS[kind](path)
    except Wrong as problem:
        return str(problem), []
    except MemoryError:
        return "needs too much memory to be read: it is damaged or too large; save the table alone, or as CSV", []
    except Exception as problem:  # whatever the readers of the archive, of its markup and of the bytes raise
        return f"not {kind}: {problem}", []


READERS = {SPSS: spss_rows, EXCEL: excel_rows, PARQUET: parquet_rows}


def main() -> None:
    """Read what is named on the command line."""
    path, kind, seconds, size = sys.argv[1:]
    _limit(int(seconds), int(size))
    sys.stdout.buffer.write(msgspec.msgpack.encode(_read(path, kind)))


if __name__ == "__main__":
    main()
