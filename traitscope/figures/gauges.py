"""Gauges: one row a statistic, where it is now with its interval, and an upright line where it was at the start."""

from __future__ import annotations

import plotly.graph_objects as go
from pandas import DataFrame

from traitscope.figures.style import GREY, colour, known, laid_out, plain, rows_axis, symbol


def gauges(table: DataFrame, title: str, *, x: str, span: tuple[float, float], zero: bool = False) -> go.Figure:
    """Dots with intervals beside where they started.

    `table` has columns name, value, low, high, start; a row without a value shows its start alone. `span` is the axis, and an
    interval beyond it ends at its edge; `zero` draws a line at 0.
    """
    names = list(table["name"])
    figure = go.Figure()
    figure.add_scatter(
        x=[known(each) for each in table["start"]], y=list(range(len(names))), mode="markers", name="at the start", cliponaxis=False,
        marker={"symbol": "line-ns", "size": 34, "line": {"width": 4, "color": GREY}},
        hovertemplate="%{x:.3~f}<extra>at the start</extra>",
    )  # fmt: skip
    for place, row in enumerate(table.to_dict("records")):
        ends = [known(min(max(row[each], span[0]), span[1])) for each in ("low", "high")]
        if None not in (
            *ends,
            known(row["value"]),
        ):  # drawn by itself: an error bar that is missing would have ends of its own
            figure.add_scatter(x=ends, y=[place, place], mode="lines", hoverinfo="skip", showlegend=False,
                               line={"color": colour(0), "width": 4})  # fmt: skip
    figure.add_scatter(
        x=[known(each) for each in table["value"]], y=list(range(len(names))), mode="markers", name="now", cliponaxis=False,
        marker={"color": colour(0), "size": 15, "symbol": symbol(0)},
        customdata=[[plain(name), _interval(low, high)] for name, low, high in zip(names, table["low"], table["high"], strict=True)],
        hovertemplate="%{customdata[0]}<br>%{x:.3~f} %{customdata[1]}<extra>now</extra>",
    )  # fmt: skip
    for place in [each for each, value in enumerate(table["value"]) if known(value) is None]:
        figure.add_annotation(
            x=0.5, xref="paper", y=place, text="not estimable", showarrow=False, font={"size": 14, "color": GREY}
        )
    if zero:
        figure.add_vline(x=0, line={"color": GREY, "width": 1, "dash": "dot"})
    laid_out(figure, title, plot=max(90, 74 * len(names)), x=x, legend=2)
    margin = 0.02 * (span[1] - span[0])
    figure.update_xaxes(range=[span[0] - margin, span[1] + margin], showgrid=True, zeroline=False, nticks=8)
    rows_axis(figure, names)
    return figure


def _interval(low: float, high: float) -> str:
    return f"[{low:.3g}, {high:.3g}]" if low == low and high == high else "no interval"
