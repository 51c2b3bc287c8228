"""Two tables that should be the same: which rows are missing or too many, and which cells differ."""

from __future__ import annotations

import filecmp
import math
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pandas as pd
from pandas import DataFrame

from traitscope.harmless import unguarded

CLOSE = 1e-9  # relative; other processors and libraries round the last digits of a statistic in another way
KEYS = ("table", "trial", "sitting", "scale", "version", "column")  # that name a row; else its first texts do
MOST_KEYS = 6


class Difference(NamedTuple):
    """One thing that is not the same in the bundle and in what follows from its raw replies."""

    file: str
    row: str = ""
    column: str = ""
    seen: str = ""
    expected: str = ""
    told: str = ""

    def line(self) -> str:
        """For people."""
        if self.told:
            return f"{self.file}: {self.told}"
        return f"{self.file}, row {self.row}, column {self.column}: seen {_short(self.seen)}, expected {_short(self.expected)}"


def _short(text: str) -> str:
    text = repr(text) if text else "nothing"
    return text if len(text) <= 80 else f"{text[:77]}..."


def differences(name: str, seen: Path, expected: Path) -> Iterator[Difference]:
    """Of the table `name` of a bundle as it stands, and as it should be; rows go by what names them, not by place."""
    if not seen.is_file():
        yield Difference(name, told="is not in the bundle")
        return
    if filecmp.cmp(seen, expected, shallow=False):  # as texts the cells of a million rows would take gigabytes
        return
    try:
        one = _read(seen)
    except Exception as problem:  # each reader raises what it likes for a file that is none
        yield Difference(name, told=f"cannot be read: {' '.join(str(problem).split())[:200]}")
        return
    other = _read(expected)
    if list(one.columns) != list(other.columns):
        extra, lacks = ([each for each in a.columns if each not in b.columns] for a, b in ((one, other), (other, one)))
        told = [*(f"{each} is too many" for each in extra), *(f"{each} is missing" for each in lacks)]
        yield Difference(name, told=f"columns: {', '.join(told) or 'stand in another order'}")
    columns = [each for each in other.columns if each in one.columns]
    one, other = _named(one[columns]), _named(other[columns])
    for row in other.index.difference(one.index, sort=False):
        yield Difference(name, told=f"row {row} is missing")
    for row in one.index.difference(other.index, sort=False):
        yield Difference(name, told=f"row {row} is too many")
    one, other = (each.loc[other.index.intersection(one.index, sort=False)] for each in (one, other))
    for column in columns:
        unequal = (one[column] != other[column]).to_numpy()
        for row, a, b in zip(one.index[unequal], one[column][unequal], other[column][unequal], strict=True):
            if not _close(a, b):
                yield Difference(name, row, column, unguarded(a), unguarded(b))


def _read(path: Path) -> DataFrame:
    """Every cell as text; empty where it is missing."""
    if path.suffix == ".csv":
        return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    if path.suffix == ".sav":
        import pyreadstat

        table: DataFrame = pyreadstat.read_sav(str(path))[0]
    else:
        table = pd.read_parquet(path)
    return table.astype("string").fillna("").astype(str)


def _named(table: DataFrame) -> DataFrame:
    """By the names of the rows; those that share a name are told apart by number."""
    keys = [each for each in KEYS if each in table.columns]
    if not {"trial", "sitting", "table"} & set(keys):
        keys = [each for each in table.columns if not _numbers(table[each])][:MOST_KEYS]
    if "trial" in keys:
        keys = ["trial"]
    name = table[keys[0]] if keys else pd.Series("", index=table.index)
    for each in keys[1:]:
        name = name + ", " + table[each]
    again = name.groupby(name, sort=False).cumcount()
    if again.any():
        name = name.where(again == 0, name + " #" + (again + 1).astype(str))
    return table.set_axis(pd.Index(name), axis="index")


def _numbers(column: pd.Series[str]) -> bool:
    """Whether a column holds figures, which may differ, and so name no row."""
    known = column[column != ""]
    return bool(pd.to_numeric(known, errors="coerce").notna().all())


def _close(one: str, other: str) -> bool:
    try:
        a, b = float(one), float(other)
    except ValueError:
        return False
    return math.isclose(a, b, rel_tol=CLOSE, abs_tol=1e-12) or (math.isnan(a) and math.isnan(b))
