"""Tables for a terminal: numbers rounded as a reader needs them, columns aligned."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from pandas import DataFrame

WIDEST = 100


def columns(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Left-aligned text and right-aligned numbers under a header."""
    cells = [[_cell(each) for each in row] for row in rows]
    numeric = [all(_is_number(row[place]) for row in cells) and bool(cells) for place in range(len(header))]
    widths = [max(len(row[place]) for row in [list(header), *cells]) for place in range(len(header))]
    lines = [_line(header, widths, numeric), "  ".join("-" * min(width, WIDEST) for width in widths)]
    return "\n".join(lines + [_line(row, widths, numeric) for row in cells])


def frame(table: DataFrame, digits: int = 2) -> str:
    """A DataFrame as a text table; what is not estimable reads "-", and counts have no decimals."""
    decimals = [0 if _counts(table[name]) else digits for name in table.columns] if table.columns.is_unique else None
    rows = [
        [_rounded(value, each) for value, each in zip(row, decimals or [digits] * len(row), strict=True)]
        for row in table.itertuples(index=False)
    ]
    return columns([str(name).replace("_", " ") for name in table.columns], rows)


def shortened(text: str, most: int) -> str:
    """At most so many letters of a text, and three dots where there are more.

    >>> shortened("Is outgoing, sociable", 12)
    'Is outgoing…'
    """
    return text if len(text) <= most else text[: most - 1].rstrip(" ,;.") + "…"


def interval(low: float, high: float, digits: int = 2) -> str:
    """ "[.63, 1.00]", or "-" when there is none."""
    return "-" if math.isnan(low) or math.isnan(high) else f"[{_rounded(low, digits)}, {_rounded(high, digits)}]"


def _line(row: Sequence[str], widths: Sequence[int], numeric: Sequence[bool]) -> str:
    padded = (
        cell.rjust(width) if right else cell.ljust(width)
        for cell, width, right in zip(row, widths, numeric, strict=True)
    )
    return "  ".join(padded).rstrip()


def _counts(column: Any) -> bool:
    """Whether numbers are counts that a missing one has turned into decimals: whole, and too large for an answer."""
    known = column.dropna()
    return column.dtype.kind == "f" and len(known) > 0 and bool((known % 1 == 0).all()) and known.abs().max() > 100


def _rounded(value: Any, digits: int) -> str:
    if isinstance(value, float):
        return "-" if math.isnan(value) else f"{value:.{digits}f}"
    return _cell(value)


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _is_number(text: str) -> bool:
    return text == "-" or text.replace(".", "", 1).removeprefix("-").isdigit()
