"""A forest: one row a name, one dot a group with its interval."""

from __future__ import annotations

import plotly.graph_objects as go
from pandas import DataFrame

from traitscope.figures.style import GREY, colour, known, laid_out, plain, rows_axis, symbol


def forest(
    table: DataFrame, title: str, *, x: str, rows: str = "name", groups: str = "group", value: str = "value",
    low: str = "low", high: str = "high", span: tuple[float, float] | None = None, line: float | None = None,
) -> go.Figure:  # fmt: skip
    """Dots with intervals: `rows` names the column down the side, `groups` the one that the legend tells apart.

    `span` fixes the axis, `line` is where nothing happens (0 for a difference). A row without a value stays empty; a
    value without interval is a bare dot.
    """
    figure = go.Figure()
    names = list(dict.fromkeys(table[rows].astype(str)))
    found = list(dict.fromkeys(table[groups].astype(str)))
    if line is not None:
        figure.add_vline(x=line, line={"color": GREY, "width": 1.5, "dash": "dot"})
    for number, group in enumerate(found):
        part = table[(table[groups].astype(str) == group) & table[value].notna()]
        offset = (number - (len(found) - 1) / 2) * 0.7 / max(1, len(found))
        has = part[low].notna() & part[high].notna()
        # two traces: plotly takes an interval that is missing for one of no length, and draws its ends
        for place, some in enumerate([part[has], part[~has]] if len(part) else [part]):
            if place == 1 and some.empty:
                continue
            error = {"type": "data", "symmetric": False, "array": list(some[high] - some[value]), "thickness": 2.5, "width": 5,
                     "arrayminus": list(some[value] - some[low]), "color": colour(number)} if place == 0 else None  # fmt: skip
            figure.add_scatter(
                x=[known(each) for each in some[value]],
                y=[names.index(str(name)) + offset for name in some[rows]],
                mode="markers", name=plain(group), legendgroup=plain(group), error_x=error, cliponaxis=False,
                showlegend=place == 0 or not has.any(),
                marker={"color": colour(number), "size": 11, "symbol": symbol(number)},
                customdata=[[plain(name), _interval(lower, upper)] for name, lower, upper in zip(some[rows], some[low], some[high], strict=True)],
                hovertemplate="%{customdata[0]}: %{x:.3~f} %{customdata[1]}<extra>%{fullData.name}</extra>",
            )  # fmt: skip
    laid_out(
        figure,
        title,
        plot=max(90, len(names) * max(36, 18 * len(found))),
        x=x,
        legend=len(found) if len(found) > 1 else 0,
    )
    figure.update_xaxes(showgrid=True, zeroline=False, nticks=8)
    if span is not None:
        margin = 0.02 * (span[1] - span[0])
        figure.update_xaxes(range=[span[0] - margin, span[1] + margin])
    rows_axis(figure, names)
    return figure


def _interval(low: float, high: float) -> str:
    return f"[{low:.3g}, {high:.3g}]" if low == low and high == high else "no interval"
