"""What of a table is looked at: the values that can be chosen, and the rows that were."""

from __future__ import annotations

from pandas import DataFrame


def choices(table: DataFrame, column: str, **where: str) -> list[str]:
    """The values of `column`, in the table's order, where the other columns are as given."""
    return [str(each) for each in dict.fromkeys(where_all(table, **where)[column].dropna())] if len(table) else []


def where_all(table: DataFrame, **where: object) -> DataFrame:
    """The rows of `table` whose columns have the given values."""
    for column, value in where.items():
        table = table[table[column] == value]
    return table
