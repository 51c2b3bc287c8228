"""Bars: one number a name."""

from __future__ import annotations

import plotly.graph_objects as go
from pandas import DataFrame

from traitscope.figures.style import COLOURS, LABEL_LETTERS, known, laid_out, plain, rows_axis, wrapped

LINE = 18  # pixels of a line of a name


def bars(
    table: DataFrame, title: str, *, rows: str, value: str, x: str, span: tuple[float, float] | None = None
) -> go.Figure:
    """One horizontal bar a row of `table`, from 0; `span` fixes the axis."""
    names = [str(each) for each in table[rows]]
    figure = go.Figure(
        go.Bar(
            x=[known(each) for each in table[value]], y=list(range(len(names))), orientation="h", marker={"color": COLOURS[0]},
            customdata=[plain(each) for each in names], hovertemplate="%{customdata}: %{x:.3~f}<extra></extra>", width=0.6,
        )
    )  # fmt: skip
    lines = max((wrapped(each, LABEL_LETTERS).count("<br>") + 1 for each in names), default=1)
    laid_out(figure, title, plot=max(120, max(40, LINE * lines) * len(names)), x=x)
    if span:
        figure.update_xaxes(range=list(span))
    rows_axis(figure, names)
    return figure
