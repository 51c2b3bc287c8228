"""Dots: where each group stands on each scale, with its interval and the band of controls behind it."""

from __future__ import annotations

import plotly.graph_objects as go
from pandas import DataFrame

from traitscope.figures.groups import called, each_group, say_why_empty, span_of, unit_of
from traitscope.figures.style import BAND, GREY, NARROW, colour, known, laid_out, plain, rows_axis

ASSIGNED = {"high": "triangle-up", "low": "triangle-down"}
LETTERS = 16  # of the name of a scale


def dots(table: DataFrame, title: str, band: str = "") -> go.Figure:
    """One dot a group and scale with its interval.

    `table` has columns group, name, value, low, high, unit, assigned ("high", "low", another level or None), constant. The dot
    points up where the persona was assigned a high level of the scale, and down where a low one. `band` says what the grey
    band from band_low to band_high is, where the table has these columns.
    """
    names = list(dict.fromkeys(table["name"]))
    count = table["group"].nunique()
    figure = go.Figure()
    if band:
        _banded(figure, table, names, band)
    for number, group, rows in each_group(table):
        constant = bool(rows["constant"].all())
        hue = GREY if constant else colour(number)
        offset = (number - (count - 1) / 2) * 0.7 / max(count, 1)
        has = rows["low"].notna() & rows["high"].notna()
        # two traces: plotly takes an interval that is missing for one of no length, and draws its ends
        for part in (some for some in (rows[has], rows[~has]) if len(some)):
            symbols = ["x-thin-open" if constant else ASSIGNED.get(level, "circle") for level in part["assigned"]]
            figure.add_scatter(
                x=[known(value) for value in part["value"]], y=[names.index(name) + offset for name in part["name"]],
                mode="markers", name=called(group, rows), legendgroup=plain(group), cliponaxis=False,
                showlegend=bool(part.index[0] == (rows[has] if has.any() else rows).index[0]),
                marker={"color": hue, "size": 12, "symbol": symbols, "line": {"width": 2, "color": hue}},
                error_x={"type": "data", "symmetric": False, "array": list(part["high"] - part["value"]), "thickness": 2.5, "width": 6,
                         "arrayminus": list(part["value"] - part["low"]), "color": hue, "visible": bool(part["low"].notna().all())},
                customdata=[[plain(name), level if isinstance(level, str) else "-"] for name, level in zip(part["name"], part["assigned"], strict=True)],
                hovertemplate="%{customdata[0]}: %{x:.3~f}<br>assigned: %{customdata[1]}<extra>%{fullData.name}</extra>",
            )  # fmt: skip
    low, high = span_of(table)
    say_why_empty(figure, table, "")  # constants have their grey crosses here
    height = max(280, len(names) * max(46, 22 * count))
    laid_out(figure, title, plot=height, x=unit_of(table), legend=count + bool(band), letters=NARROW)
    margin = 0.02 * (high - low)
    figure.update_xaxes(range=[low - margin, high + margin], showgrid=True, zeroline=low < 0, zerolinewidth=2, nticks=7)
    rows_axis(figure, names, LETTERS)
    return figure


def _banded(figure: go.Figure, table: DataFrame, names: list[str], band: str) -> None:
    """A grey band behind each scale, and its entry in the legend."""
    scales = table.drop_duplicates("name")
    for name, low, high in zip(scales["name"], scales["band_low"], scales["band_high"], strict=True):
        if low == low and high == high:
            middle = names.index(name)
            figure.add_shape(type="rect", x0=low, x1=high, y0=middle - 0.46, y1=middle + 0.46, fillcolor=BAND, line_width=0,
                             layer="below")  # fmt: skip
    figure.add_scatter(x=[None], y=[None], mode="markers", name=plain(band), hoverinfo="skip",
                       marker={"symbol": "square", "size": 14, "color": BAND})  # fmt: skip
