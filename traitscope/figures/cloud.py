"""A cloud: one dot a person, one number across and another up."""

from __future__ import annotations

import plotly.graph_objects as go
from pandas import DataFrame

from traitscope.figures.style import colour, laid_out


def cloud(
    table: DataFrame, title: str, *, across: str, up: str, x: str, y: str, span: tuple[float, float]
) -> go.Figure:
    """Dots that lie on each other look darker; `across` and `up` name the columns, `span` is the axis of `up`."""
    some = table[table[across].notna() & table[up].notna()]
    figure = go.Figure(
        go.Scatter(
            x=list(some[across]), y=list(some[up]), mode="markers", cliponaxis=False, showlegend=False,
            marker={"color": colour(0), "size": 9, "opacity": 0.55},
            hovertemplate="across %{x:.2f}, up %{y:.1f}<extra></extra>",
        )
    )  # fmt: skip
    laid_out(figure, title, plot=420, x=x, y=y)
    margin = 0.03 * (span[1] - span[0])
    figure.update_yaxes(range=[span[0] - margin, span[1] + margin], zeroline=False)
    figure.update_xaxes(zeroline=False)
    return figure
