"""A scatter of pairs: one number across and another up, groups told apart, with the line where both are equal."""

from __future__ import annotations

import plotly.graph_objects as go
from pandas import DataFrame

from traitscope.figures.style import GREY, SYMBOLS, colour, laid_out, plain


def scatter(
    table: DataFrame, title: str, *, across: str, up: str, x: str, y: str, groups: str, names: str,
    span: tuple[float, float] | None = None,
) -> go.Figure:  # fmt: skip
    """One dot a row, and the identity line; `groups` names the column that the legend tells apart, `names` that of the dot.

    Both axes have one range, `span` or what the values need.
    """
    some = table[table[across].notna() & table[up].notna()]
    values = [*some[across], *some[up]]
    low, high = span or (min(values, default=0.0), max(values, default=1.0))
    margin = 0.04 * ((high - low) or 1.0)
    ends = [low - margin, high + margin]
    figure = go.Figure()
    figure.add_scatter(x=ends, y=ends, mode="lines", name="does as it says", line={"color": GREY, "width": 2, "dash": "dot"},
                       hoverinfo="skip")  # fmt: skip
    found = list(dict.fromkeys(some[groups].astype(str)))
    for number, group in enumerate(found):
        part = some[some[groups].astype(str) == group]
        # colours come again after six; with another symbol then, no two groups look alike
        symbol = SYMBOLS[(number + number // len(SYMBOLS)) % len(SYMBOLS)]
        figure.add_scatter(
            x=list(part[across]), y=list(part[up]), mode="markers", name=plain(group), cliponaxis=False,
            marker={"color": colour(number), "size": 10, "symbol": symbol, "opacity": 0.8},
            customdata=[plain(each) for each in part[names]],
            hovertemplate="%{customdata}<br>said %{x:.2f}, done %{y:.2f}<extra>%{fullData.name}</extra>",
        )  # fmt: skip
    laid_out(figure, title, plot=440, x=x, y=y, legend=len(found) + 1)
    figure.update_xaxes(range=ends, zeroline=False)
    figure.update_yaxes(range=ends, zeroline=False)
    return figure
