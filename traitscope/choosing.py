"""What of a table is looked at: the values that can be chosen, and the rows that were."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from pandas import DataFrame, Series


def choices(table: DataFrame, column: str, **where: str) -> list[str]:
    """The values of `column`, in the table's order, where the other columns are as given."""
    return [str(each) for each in dict.fromkeys(where_all(table, **where)[column].dropna())] if len(table) else []


def where_all(table: DataFrame, **where: object) -> DataFrame:
    """The rows of `table` whose columns have the given values."""
    for column, value in where.items():
        table = rows_of(table, table[column] == value)
    return table


def rows_of(table: DataFrame, chosen: Series) -> DataFrame:
    """The rows that are chosen; the table itself, and no copy, where all are: it may have a million."""
    return table if chosen.all() else table[chosen]


def groups(table: DataFrame, by: str | Sequence[str], sort: bool = False) -> Iterator[tuple[Any, DataFrame]]:
    """As `table.groupby(by, sort=sort)` gives them, which may copy the whole table first: here one group at a time."""
    names = table[by] if isinstance(by, str) else [table[each] for each in by]
    for place, its in Series(np.arange(len(table)), index=table.index).groupby(names, sort=sort):
        rows = its.to_numpy()
        first, end = rows[0], rows[-1] + 1
        yield place, table.iloc[first:end] if end - first == len(rows) else table.iloc[rows]  # a slice is no copy
