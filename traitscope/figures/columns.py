"""Upright bars side by side, each with a mark where it would stand if something did not matter."""

from __future__ import annotations

import plotly.graph_objects as go
from pandas import DataFrame

from traitscope.figures.style import GREY, colour, known, laid_out, plain

HATCHES = ("", "/", ".", "x", "-", "\\")


def columns(
    table: DataFrame, title: str, *, x: str, y: str, places: str, groups: str, value: str, mark: str = "", marked: str = "",
    line: float | None = None, lined: str = "",
) -> go.Figure:  # fmt: skip
    """A bar a row: `places` names the column along the axis, `groups` the one that the legend tells apart.

    `mark` is the column with the value that a black-and-white diamond shows on each bar, `marked` its word in the legend; `line` is
    drawn across, `lined` says what it is.
    """
    figure = go.Figure()
    along = list(dict.fromkeys(table[places].astype(str)))
    found = list(dict.fromkeys(table[groups].astype(str)))
    wide = 0.8 / max(1, len(found))
    entries = len(found)
    for number, group in enumerate(found):
        part = table[table[groups].astype(str) == group]
        at = [along.index(str(each)) + (number - (len(found) - 1) / 2) * wide for each in part[places]]
        figure.add_bar(
            x=at, y=[known(each) for each in part[value]], width=0.92 * wide, name=plain(group),
            marker={"color": colour(number), "line": {"width": 0},
                    "pattern": {"shape": HATCHES[number % len(HATCHES)], "fgcolor": "white", "bgcolor": colour(number), "size": 8, "solidity": 0.2}},
            customdata=[plain(each) for each in part[places]],
            hovertemplate="%{customdata}: %{y:.1%}<extra>%{fullData.name}</extra>",
        )  # fmt: skip
    if mark and table[mark].notna().any():
        at = [along.index(str(place)) + (found.index(str(group)) - (len(found) - 1) / 2) * wide
              for place, group in zip(table[places], table[groups], strict=True)]  # fmt: skip
        figure.add_scatter(
            x=at, y=[known(each) for each in table[mark]], mode="markers", name=plain(marked),
            hovertemplate="%{y:.1%}<extra>%{fullData.name}</extra>",
            marker={"symbol": "diamond", "size": 12, "color": "white", "line": {"width": 2, "color": "black"}},
        )  # fmt: skip
        entries += 1
    if line is not None:
        figure.add_hline(y=line, line={"color": GREY, "width": 2, "dash": "dot"})
        # a line has no entry in the legend; an empty trace that looks like it has
        figure.add_scatter(
            x=[None], y=[None], mode="lines", name=plain(lined), line={"color": GREY, "width": 2, "dash": "dot"}
        )
        entries += 1
    laid_out(figure, title, plot=300, x=x, y=y, legend=entries)
    figure.update_xaxes(
        tickvals=list(range(len(along))), ticktext=[plain(each) for each in along], range=[-0.5, len(along) - 0.5], showgrid=False,
        zeroline=False,
    )  # fmt: skip
    figure.update_layout(barmode="overlay")  # where each bar stands is worked out above
    figure.update_yaxes(tickformat=".0%", rangemode="tozero")
    return figure
