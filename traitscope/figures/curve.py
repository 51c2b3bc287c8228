"""A curve: one line a group over a number that can be chosen, with its interval as a band."""

from __future__ import annotations

import plotly.graph_objects as go
from pandas import DataFrame

from traitscope.figures.style import DASHES, GREY, colour, known, laid_out, plain, rgba, symbol

HEIGHT = 360


def curve(
    table: DataFrame, title: str, *, x: str, y: str, at: str, groups: str = "group", value: str = "value", low: str = "low",
    high: str = "high", point: float | None = None, line: float | None = None, span: tuple[float, float] | None = None,
) -> go.Figure:  # fmt: skip
    """`at` names the column along the bottom; `point` is the number that was chosen, `line` the value that is wanted.

    A value without interval has no band there.
    """
    figure = go.Figure()
    found = list(dict.fromkeys(table[groups].astype(str)))
    if line is not None:
        figure.add_hline(y=line, line={"color": GREY, "width": 1.5, "dash": "dot"})
    if point is not None:
        figure.add_vline(x=point, line={"color": GREY, "width": 1.5})
    for number, group in enumerate(found):
        part = table[(table[groups].astype(str) == group) & table[value].notna()].sort_values(at)
        has = part[part[low].notna() & part[high].notna()]
        figure.add_scatter(
            x=[*has[at], *has[at][::-1]], y=[*has[high], *has[low][::-1]], fill="toself", mode="lines",
            line={"width": 0}, fillcolor=rgba(colour(number), 0.16), hoverinfo="skip", showlegend=False, legendgroup=plain(group),
        )  # fmt: skip
        figure.add_scatter(
            x=list(part[at]), y=[known(each) for each in part[value]], mode="lines", name=plain(group), legendgroup=plain(group),
            line={"color": colour(number), "width": 2.5, "dash": DASHES[number % len(DASHES)]},
            hovertemplate="%{x}: %{y:.3~f}<extra>%{fullData.name}</extra>",
        )  # fmt: skip
        chosen = part[part[at] == point]
        figure.add_scatter(
            x=list(chosen[at]), y=list(chosen[value]), mode="markers", showlegend=False, legendgroup=plain(group), name=plain(group),
            marker={"color": colour(number), "size": 13, "symbol": symbol(number)}, cliponaxis=False,
            hovertemplate="chosen, %{x}: %{y:.3~f}<extra>%{fullData.name}</extra>",
        )  # fmt: skip
    laid_out(figure, title, plot=HEIGHT, x=x, y=y, legend=len(found))
    figure.update_xaxes(showgrid=True, zeroline=False)
    if span is not None:
        figure.update_yaxes(range=[span[0], span[1] + 0.02 * (span[1] - span[0])])
    return figure
