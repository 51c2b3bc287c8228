"""A histogram of what chance gives, with the value that was seen as a line."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from pandas import DataFrame

from traitscope.figures.style import GREY, colour, laid_out, plain

BINS = 40
PATTERNS = ("", "/", "x")  # so that groups differ without their colour


def histogram(
    table: DataFrame, title: str, *, x: str, value: str = "value", groups: str = "group", observed: float, told: str
) -> go.Figure:
    """Bars of how often each value came up, one colour and hatching a group; `told` names the line at `observed`."""
    values = [*table[value], observed]
    low, high = min(values), max(values)
    size = (high - low) / BINS or 1.0
    figure = go.Figure()
    found = list(dict.fromkeys(table[groups].astype(str)))
    for number, group in enumerate(found):
        shade = colour(number)
        figure.add_histogram(
            x=list(table.loc[table[groups].astype(str) == group, value]), name=plain(group), opacity=0.65,
            xbins={"start": low, "end": high + size, "size": size},
            marker={"color": shade, "line": {"color": shade, "width": 1},
                    "pattern": {"shape": PATTERNS[number % len(PATTERNS)], "size": 6}},
            hovertemplate="%{x}: %{y}<extra>%{fullData.name}</extra>",
        )  # fmt: skip
    laid_out(figure, title, plot=300, x=x, y="permutations", legend=len(found))
    figure.update_layout(barmode="overlay", bargap=0)
    room = 0.04 * (high - low) or 1.0
    counts = [np.bincount(((some - low) / size).astype(int)).max() for _, some in table.groupby(groups)[value]]
    figure.update_yaxes(range=[0, 1.18 * max(counts, default=1)])  # room for the words at the line
    figure.update_xaxes(range=[low - room, high + room + size], zeroline=False)
    figure.add_vline(x=observed, line={"color": GREY, "width": 3})
    on_the_right = observed > (low + high) / 2
    figure.add_annotation(
        x=observed, y=1, yref="paper", yanchor="top", text=plain(told), showarrow=False, font={"size": 14},
        xanchor="right" if on_the_right else "left", xshift=-8 if on_the_right else 8, bgcolor="rgba(128,128,128,0.25)",
    )  # fmt: skip
    return figure
