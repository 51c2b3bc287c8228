"""A file of answers from elsewhere becomes one table of text cells: CSV, SPSS or Excel, wide or long."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
from pandas import DataFrame, Series

from inventories.reading import one_line
from traitscope import reading_apart
from traitscope.reading_apart import EXCEL, SPSS


class DataError(ValueError):
    """A table that cannot be analysed; the message is one line with file, place, value and what is allowed."""

    def __init__(self, message: str) -> None:
        super().__init__(one_line(message))


BLANK = frozenset({"", "NA", "N/A", "NaN", "nan", "null", "None", "."})
LOST = frozenset({"refused", "ambiguous", "off_scale", "unreadable", "missing"})  # outcomes without an answer
PERSON_LEVEL = ("model", "persona", "replicate")  # columns that every table may have, in this spelling
# the item's place in the sitting; place on the page and label of the option that was chosen
OF_TRIALS = ("position", "place", "label")
MOST_LEVELS = 50  # of a form factor
MOST_COLUMNS = 20_000
MOST_BYTES = 500_000_000  # of a CSV file; its table takes 25 to 70 times that in memory
_NOTHING: list[str] = []  # an empty line
PREFIXES = ("assigned.", "factor.", "group.", "criterion.")
KINDS = dict.fromkeys((".sav", ".zsav"), SPSS) | dict.fromkeys((".xlsx", ".xlsm"), EXCEL)  # files that are no text
MOST_SECONDS, MOST_MEMORY = 120, 4_000_000_000  # bytes; of the process that reads one of those
SAVE_AGAIN = "open it in the program that made it and save it again, or save it as CSV"
LONGEST_CELL = 100_000_000  # characters; the csv module's own limit is shorter than a talkative model's reply


def read_table(path: Path) -> DataFrame:
    """The table of a file as text, one row a respondent or sitting; an empty cell is "".

    `.sav` is SPSS (values, not labels; user-missing values are missing), `.xlsx` Excel (the first sheet), all else CSV
    with comma, semicolon or tab. A long table, with columns person, item and value, comes back wide; its further
    columns are form factors.
    """
    table = read_cells(path)
    return wide(table, str(path)) if is_long(table) else table


def is_long(table: DataFrame) -> bool:
    """Whether each row is an answer, and not a respondent or sitting."""
    return {"item", "value"} <= set(table.columns)


def read_cells(path: Path) -> DataFrame:
    """As `read_table`, with the rows of the file as they are; a column `person` is called persona."""
    if path.is_dir():
        raise DataError(
            f"{path}: is a folder, but no record (it has no manifest.json); give a file or a record's folder"
        )
    if not path.is_file():
        raise DataError(f"{path}: cannot be read (no such file)")
    binary = KINDS.get(path.suffix.lower())
    table = _csv(path) if binary is None else _apart(path, binary)
    if table.empty:
        raise DataError(f"{path}: needs a header line and at least one row")
    return table.rename(columns={"person": "persona"} if "persona" not in table else {})


def csv_rows(path: Path) -> list[list[str]]:
    """The lines of a CSV file with comma, semicolon or tab, the header first; empty lines are empty lists."""
    csv.field_size_limit(LONGEST_CELL)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            size = os.fstat(file.fileno()).st_size
            if size > MOST_BYTES:
                raise DataError(f"{path}: {size:,} bytes; allowed: up to {MOST_BYTES:,}; divide the file")
            # a list for each empty line of a file of such lines would fill the memory
            return [row or _NOTHING for row in csv.reader(file, dialect=_dialect(file.readline(), file))]
    except OSError as problem:
        raise DataError(f"{path}: cannot be read ({problem.strerror})") from None
    except UnicodeDecodeError as problem:
        raise DataError(
            f"{path}: byte {problem.start} is not UTF-8; save the file as UTF-8 (in Excel: CSV UTF-8)"
        ) from None
    except csv.Error as problem:
        raise DataError(f"{path}: not a CSV file: {problem}") from None


def _csv(path: Path) -> DataFrame:
    rows = csv_rows(path)
    first = next((number for number, row in enumerate(rows) if row), 0)  # empty lines may stand above the header
    rows = rows[first:]
    if len(rows) < 2:
        raise DataError(f"{path}: needs a header line and at least one row")
    header = _header(rows[0], path)
    for number, row in enumerate(rows[1:], start=first + 2):
        if row and len(row) != len(header):
            quoted = "; a quotation mark may be missing" if any("\n" in cell for cell in row) else ""
            raise DataError(f"{path}, line {number}: {len(row)} cells, but the header has {len(header)}{quoted}")
    return DataFrame([row for row in rows[1:] if row], columns=header, dtype=str)


def _dialect(first: str, file: Any) -> type[csv.Dialect]:
    file.seek(0)
    semicolon = first.count(";") > first.count(",")
    tab = first.count("\t") > max(first.count(";"), first.count(","))
    return type("Dialect", (csv.excel,), {"delimiter": "\t" if tab else ";" if semicolon else ","})


def _apart(path: Path, kind: str) -> DataFrame:
    rows = rows_apart(path, kind)
    return DataFrame(rows[1:], columns=_header(rows[0] if rows else [], path), dtype=str)


def rows_apart(path: Path, kind: str) -> list[list[str]]:
    """The rows of an SPSS, Excel or parquet file, the header first, read by a process of its own.

    Damaged bytes can crash the reader, or keep it at work for ever, and a small file can unpack without end.
    """
    limits = [str(MOST_SECONDS), str(MOST_MEMORY)]
    command = [sys.executable, "-P", reading_apart.__file__, str(path.absolute()), kind, *limits]
    one_thread = {"OPENBLAS_NUM_THREADS": "1"}  # each would take of the memory
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=MOST_SECONDS, env=os.environ | one_thread
        )
    except subprocess.TimeoutExpired:
        raise DataError(f"{path}: not read within {MOST_SECONDS} s; {SAVE_AGAIN}") from None
    if done.returncode:
        raise DataError(f"{path}: is damaged, for no reader gets to its end; {SAVE_AGAIN}")
    wrong, rows = msgspec.msgpack.decode(done.stdout, type=tuple[str, list[list[str]]])
    if wrong:
        raise DataError(f"{path}: {wrong}")
    return rows


def _header(names: Iterable[str], path: Path) -> list[str]:
    header = [name.strip() for name in names]
    if len(header) > MOST_COLUMNS:
        raise DataError(
            f"{path}, header: {len(header):,} columns; allowed: up to {MOST_COLUMNS:,}; leave out what is no answer"
        )
    if doubled := sorted(name for name, count in Counter(header).items() if name and count > 1):
        raise DataError(f"{path}, header: the column {doubled[0]!r} stands twice")
    return header


def wide(long: DataFrame, file: str) -> DataFrame:
    """One row a person and what else tells sittings apart, one column an item; what else a trial has as `position.ITEM`."""
    if "persona" not in long:
        raise DataError(f"{file}, header: a long table needs columns person, item and value; there is no person")
    others = [name for name in long.columns if not _known(name)]
    # a column with a value a row, such as a time or a reply's text, tells no forms apart
    long = long.drop(columns=[name for name in others if long[name].nunique() > MOST_LEVELS])
    long = long.rename(columns={name: f"factor.{name}" for name in others})
    apart = [name for name in long.columns if name not in ("item", "value", *OF_TRIALS)]
    twice = long.duplicated([*apart, "item"])
    if twice.any():
        row = int(twice.to_numpy().argmax())
        seen = ", ".join(f"{name} {long[name].iloc[row]!r}" for name in (*apart, "item"))
        raise DataError(f"{file}, row {row + 1}: {seen} stands twice; repeats are told apart by a column replicate")
    sitting = Series(long.groupby(apart, sort=False, dropna=False).ngroup(), index=long.index)
    cells = long.assign(sitting=sitting)
    answers = cells.pivot(index="sitting", columns="item", values="value")[list(dict.fromkeys(long["item"]))]
    parts = cells[["sitting", *apart]].drop_duplicates("sitting").set_index("sitting").join(answers)
    for each in OF_TRIALS:
        if each in long:
            parts = parts.join(cells.pivot(index="sitting", columns="item", values=each).add_prefix(f"{each}."))
    return parts.fillna("").reset_index(drop=True)


def _known(name: str) -> bool:
    return name in (*PERSON_LEVEL, "item", "value", *OF_TRIALS) or name.startswith(PREFIXES)
