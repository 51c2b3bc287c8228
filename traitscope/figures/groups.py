"""What the figures of a profile share: its groups, what the legend calls them, how far the axis goes."""

from __future__ import annotations

from collections.abc import Iterator

import plotly.graph_objects as go
from pandas import DataFrame

from traitscope.figures.style import plain


def each_group(table: DataFrame) -> Iterator[tuple[int, str, DataFrame]]:
    """Number, name and rows of each group, in the table's order."""
    for number, (group, rows) in enumerate(table.groupby("group", sort=False)):
        yield number, str(group), rows


def called(group: str, rows: DataFrame) -> str:
    """What the legend calls a group; why it is not drawn, where it is not."""
    why = "constant answers" if rows["constant"].all() else "no answers yet" if rows["value"].isna().all() else ""
    return plain(group) + (f" ({why})" if why else "")


def span_of(table: DataFrame) -> tuple[float, float]:
    """The axis: 0 to 100 for POMP; for nats per token as far as the data go, the same to both sides of 0."""
    if unit_of(table).startswith("POMP"):
        return 0.0, 100.0
    names = [each for each in ("value", "low", "high", "band_low", "band_high") if each in table]
    far = max((abs(float(each)) for name in names for each in table[name].dropna()), default=0.0) * 1.1 or 1.0
    return -far, far


def unit_of(table: DataFrame) -> str:
    return str(table["unit"].iloc[0]) if len(table) else ""


def say_why_empty(figure: go.Figure, table: DataFrame, constant: str) -> None:
    """Say in the figure itself why there is nothing to see."""
    told = constant if table["constant"].all() else "No usable answer yet" if table["value"].isna().all() else ""
    if told:
        figure.add_annotation(text=told, showarrow=False, x=0.5, xref="paper", y=0.5, yref="paper", font={"size": 16})
