"""Tables as journals print them: two or three decimals, no leading zero for what cannot exceed 1, intervals in place.

After the Publication Manual of the American Psychological Association (7th edition), 6.36.
"""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pandas import DataFrame, isna

Kind = Literal["text", "count", "number", "bounded", "p", "percent"]
DASH = "–"


@dataclass(frozen=True)
class Column:
    """One printed column: the columns of the table it is made of (two make an interval), its word, how it is rounded."""

    of: tuple[str, ...]
    word: str
    kind: Kind = "text"
    told: str = ""  # what it means, where the word alone does not say it
    digits: int = 2
    kinds: str = ""  # the column of the table with the kind of each row, where rows are of several kinds


def column(of: str, word: str = "", kind: Kind = "text", told: str = "", digits: int = 2, kinds: str = "") -> Column:
    """A column made of one column of the table, or of two: "low, high"."""
    names = tuple(each.strip() for each in of.split(","))
    return Column(names, word or names[0].replace("_", " "), kind, told, digits, kinds)


def interval(kind: Kind = "number", low: str = "low", high: str = "high", digits: int = 2, kinds: str = "") -> Column:
    """The 95 % interval, as one column."""
    return Column((low, high), "95 % CI", kind, "", digits, kinds)


def number(value: Any, kind: Kind = "number", digits: int = 2) -> str:
    """A number as it is printed; a dash where there is none.

    >>> (
    ...     number(0.847, "bounded"),
    ...     number(-0.5, "bounded"),
    ...     number(1.0, "bounded"),
    ...     number(0.0004, "p"),
    ...     number(12345, "count"),
    ... )
    ('.85', '−.50', '1.00', '< .001', '12,345')
    """
    if value is None or isna(value):
        return DASH
    if kind == "text":
        return str(value)
    value = float(value)
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if kind == "count":
        return f"{value:,.0f}"
    if kind == "percent":
        return f"{100 * value:.0f} %"
    if kind == "p":
        return "< .001" if value < 0.001 else f"{value:.3f}".removeprefix("0")
    text = f"{abs(value):,.{digits}f}"
    if kind == "bounded" and text.startswith("0."):
        text = text[1:]
    return ("−" if value < 0 and float(text.replace(",", "")) else "") + text


def printed(table: DataFrame, columns: Sequence[Column]) -> DataFrame:
    """The table as text, one printed column each; columns that are empty in every row are left out."""
    shown: dict[str, list[str]] = {}
    for each in columns:
        if any(name not in table for name in each.of):
            continue
        kinds: Sequence[Kind] = list(table[each.kinds]) if each.kinds else [each.kind] * len(table)
        rows = table[list(each.of)].itertuples(index=False, name=None)
        cells = [_cell(row, kind, each.digits) for row, kind in zip(rows, kinds, strict=True)]
        if any(cell != DASH for cell in cells) or not len(table):
            shown[each.word] = cells
    return DataFrame(shown)


def _cell(values: tuple[Any, ...], kind: Kind, digits: int) -> str:
    if len(values) == 1:
        return number(values[0], kind, digits) or DASH
    if any(value is None or isna(value) for value in values):
        return DASH
    return "[" + ", ".join(number(value, kind, digits) for value in values) + "]"


def markdown(table: DataFrame, title: str = "", note: str = "") -> str:
    """A printed table as Markdown, numbers to the right; text of the table stands as it is."""
    signs = [":--" if is_text(table[name]) else "--:" for name in table]
    lines = [
        _line([str(name) for name in table]),
        _line(signs),
        *(_line(row) for row in table.itertuples(index=False, name=None)),
    ]
    head = [f"**{_plain(title)}**", ""] if title else []
    return "\n".join([*head, *lines, *(["", f"*Note.* {_plain(note)}"] if note else [])])


def page(table: DataFrame, title: str = "", note: str = "") -> str:
    """A printed table as an HTML page that Word opens as a table in the journals' layout: three horizontal rules."""
    rule = "border-top:1px solid black"
    cells = [
        "<tr>"
        + "".join(
            f'<td style="padding:2px 8px;text-align:{"left" if is_text(table[name]) else "right"}">{html.escape(cell)}</td>'
            for name, cell in zip(table, row, strict=True)
        )
        + "</tr>"
        for row in table.itertuples(index=False, name=None)
    ]
    head = "".join(
        f'<th style="padding:2px 8px;font-weight:normal;{rule}">{html.escape(str(name))}</th>' for name in table
    )
    return (
        f'<html><head><meta charset="utf-8"><title>{html.escape(title)}</title></head><body style="font-family:serif">'
        f"<p><i>{html.escape(title)}</i></p>"
        f'<table style="border-collapse:collapse;border-bottom:1px solid black"><thead><tr>{head}</tr></thead>'
        f'<tbody style="{rule}">{"".join(cells)}</tbody></table><p><i>Note.</i> {html.escape(note)}</p></body></html>'
    )


def is_text(column: Any) -> bool:
    """Whether a printed column is words: no cell is a number or an interval."""
    return not any(cell.strip("[−<> ∞")[:1].isdigit() or cell.strip("[−< ")[:1] == "." for cell in column)


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(_plain(cell).replace("|", "\\|") for cell in cells) + " |"


def _plain(text: str) -> str:
    return " ".join(text.split())
