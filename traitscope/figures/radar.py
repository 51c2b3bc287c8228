"""A radar: the shape of a profile, one closed line a group."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go
from pandas import DataFrame

from traitscope.figures.groups import called, each_group, say_why_empty, span_of, unit_of
from traitscope.figures.style import DASHES, GREY, GRID, LINE, NARROW, SMALL, colour, known, laid_out, symbol, wrapped

MOST_NAMES = 12  # round a radar; more would overlap
SPOKE_LETTERS = 12
PLOT = 340  # height in pixels


def radar(table: DataFrame, title: str) -> go.Figure:
    """One closed line a group over the scales.

    `table` has columns group, scale, name (of the scale), value, unit, constant; the interval is in `dots`. A group that gave one
    constant answer is named and not drawn: any shape it had would be the inventory's.
    """
    names = list(dict.fromkeys(table["name"]))
    codes = list(dict.fromkeys(table["scale"]))
    spokes = _spokes(names) if len(names) <= MOST_NAMES else codes  # the dots beside it have the names in full
    low, high = span_of(table)
    figure = go.Figure()
    # unseen, or a figure whose groups have no values would have no scales either
    figure.add_scatterpolar(r=[high] * len(names), theta=spokes, mode="markers", marker={"opacity": 0}, hoverinfo="skip",
                            showlegend=False)  # fmt: skip
    if low < 0:  # a ring at 0, or the middle of a radar reads as "nothing"
        ring = [0.0] * (len(names) + 1)
        figure.add_scatterpolar(
            r=ring, theta=_closed(spokes), mode="lines", line={"color": GREY, "width": 1.5, "dash": "dot"}, name="0",
            hoverinfo="skip", showlegend=False,
        )  # fmt: skip
    for number, group, rows in each_group(table):
        if rows["constant"].all():
            figure.add_scatterpolar(r=[None], theta=[spokes[0]], name=called(group, rows), mode="markers",
                                    marker={"color": GREY, "symbol": "x-thin-open", "size": 11}, showlegend=True)  # fmt: skip
            continue
        values = dict(zip(rows["name"], rows["value"], strict=True))
        figure.add_scatterpolar(
            r=_closed([known(values.get(name)) for name in names]), theta=_closed(spokes), name=called(group, rows),
            mode="lines+markers", connectgaps=False, hovertemplate="%{theta}: %{r:.3~f}<extra>%{fullData.name}</extra>",
            line={"color": colour(number), "width": 3, "dash": DASHES[number % len(DASHES)]},
            marker={"color": colour(number), "symbol": symbol(number), "size": 10},
        )  # fmt: skip
    say_why_empty(figure, table, "One constant answer:<br>no profile to draw")
    unit = unit_of(table)
    spoke = 90 - 180 / max(1, len(names))  # between the first two scales, where no line hides its numbers
    figure.update_polars(
        bgcolor="rgba(0,0,0,0)",
        domain={"x": [0.2, 0.8], "y": [0.0, 1 - LINE * (1 + spokes[0].count("<br>")) / PLOT]},  # plotly leaves no room for names
        radialaxis={"range": [low, high], "gridcolor": GRID, "angle": spoke, "nticks": 5, "tickangle": spoke,
                    "tickfont": {"size": SMALL}, "linecolor": GRID},
        angularaxis={"gridcolor": GRID, "linecolor": GRID, "rotation": 90, "direction": "clockwise", "tickfont": {"size": 14}},
    )  # fmt: skip
    laid_out(figure, title, plot=PLOT, x=unit, legend=table["group"].nunique(), letters=NARROW)
    # a polar axis has no title of its own
    return figure.add_annotation(
        text=wrapped(unit, NARROW + 8), showarrow=False, x=0.5, xref="paper", y=-34 / PLOT, yref="paper", yanchor="top",
        font={"size": SMALL},
    )  # fmt: skip


def _spokes(names: Sequence[str]) -> list[str]:
    """Names round a radar, where a long word would be cut off at the edge of a narrow page."""
    return [wrapped(re.sub(r"(\w{9})(\w{4,})", r"\1- \2", name), SPOKE_LETTERS) for name in names]


def _closed(values: Sequence[Any]) -> list[Any]:
    return [*values, values[0]] if values else []
