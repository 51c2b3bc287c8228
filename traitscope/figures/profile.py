"""Profiles drawn: a radar of shapes, and dots with their intervals."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import plotly.graph_objects as go
from pandas import DataFrame

from traitscope.figures.style import COLOURS, DASHES, GREY, GRID, SYMBOLS, known, plain, wrapped

ASSIGNED = {"high": "triangle-up", "low": "triangle-down"}
TITLE_LETTERS, LABEL_LETTERS, UNIT_LETTERS = 38, 16, 46
MOST_NAMES = 12  # round a radar; more would overlap
PLOT = 320  # height of a radar in pixels


def radar(table: DataFrame, title: str) -> go.Figure:
    """One closed line a group over the scales.

    `table` has columns group, scale, name (of the scale), value, unit, constant; the interval is in `dots`. A group that gave one
    constant answer is named and not drawn: any shape it had would be the inventory's.
    """
    names = list(dict.fromkeys(table["name"]))
    codes = list(dict.fromkeys(table["scale"]))
    spokes = _spokes(names) if len(names) <= MOST_NAMES else codes  # the dots beside it have the names in full
    low, high = _range(table)
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
    for number, group, rows in _groups(table):
        if rows["constant"].all():
            figure.add_scatterpolar(r=[None], theta=[spokes[0]], name=_called(group, rows), mode="markers",
                                    marker={"color": GREY, "symbol": "x-thin-open", "size": 11}, showlegend=True)  # fmt: skip
            continue
        values = dict(zip(rows["name"], rows["value"], strict=True))
        figure.add_scatterpolar(
            r=_closed([known(values.get(name)) for name in names]), theta=_closed(spokes), name=_called(group, rows),
            mode="lines+markers", connectgaps=False, hovertemplate="%{theta}: %{r:.3~f}<extra>%{fullData.name}</extra>",
            line={"color": COLOURS[number], "width": 3, "dash": DASHES[number]},
            marker={"color": COLOURS[number], "symbol": SYMBOLS[number], "size": 10},
        )  # fmt: skip
    _empty(figure, table, "One constant answer:<br>no profile to draw")
    unit = wrapped(_unit(table), UNIT_LETTERS)
    below = 18 * (1 + unit.count("<br>")) + 46
    spoke = 90 - 180 / max(1, len(names))  # between the first two scales, where no line hides its numbers
    figure.update_layout(
        polar={
            "bgcolor": "rgba(0,0,0,0)",
            "domain": {"x": [0.2, 0.8]},  # plotly leaves no room for the names of the scales
            "radialaxis": {"range": [low, high], "gridcolor": GRID, "angle": spoke, "nticks": 5,
                           "tickangle": spoke, "tickfont": {"size": 12}, "linecolor": GRID},
            "angularaxis": {"gridcolor": GRID, "linecolor": GRID, "rotation": 90, "direction": "clockwise", "tickfont": {"size": 14}},
        },
        **_layout(table, title, PLOT, below),
    )  # fmt: skip
    # a polar axis has no title of its own
    return figure.add_annotation(
        text=unit, showarrow=False, x=0.5, xref="paper", y=-40 / PLOT, yref="paper", yanchor="top", font={"size": 13}
    )


def dots(table: DataFrame, title: str) -> go.Figure:
    """One dot a group and scale with its interval.

    `table` has columns group, name, value, low, high, unit, assigned ("high", "low", another level or None), constant. The dot
    points up where the persona was assigned a high level of the scale, and down where a low one.
    """
    names = list(dict.fromkeys(table["name"]))
    count = table["group"].nunique()
    figure = go.Figure()
    for number, group, rows in _groups(table):
        constant = bool(rows["constant"].all())
        colour = GREY if constant else COLOURS[number]
        offset = (number - (count - 1) / 2) * 0.7 / max(count, 1)
        has = rows["low"].notna() & rows["high"].notna()
        # two traces: plotly takes an interval that is missing for one of no length, and draws its ends
        for part in (some for some in (rows[has], rows[~has]) if len(some)):
            symbols = ["x-thin-open" if constant else ASSIGNED.get(level, "circle") for level in part["assigned"]]
            figure.add_scatter(
                x=[known(value) for value in part["value"]], y=[names.index(name) + offset for name in part["name"]],
                mode="markers", name=_called(group, rows), legendgroup=plain(group), cliponaxis=False,
                showlegend=bool(part.index[0] == (rows[has] if has.any() else rows).index[0]),
                marker={"color": colour, "size": 12, "symbol": symbols, "line": {"width": 2, "color": colour}},
                error_x={"type": "data", "symmetric": False, "array": list(part["high"] - part["value"]), "thickness": 2.5, "width": 6,
                         "arrayminus": list(part["value"] - part["low"]), "color": colour, "visible": bool(part["low"].notna().all())},
                customdata=[[plain(name), level or "-"] for name, level in zip(part["name"], part["assigned"], strict=True)],
                hovertemplate="%{customdata[0]}: %{x:.3~f}<br>assigned: %{customdata[1]}<extra>%{fullData.name}</extra>",
            )  # fmt: skip
    low, high = _range(table)
    _empty(figure, table, "")  # constants have their grey crosses here
    unit = wrapped(_unit(table), UNIT_LETTERS)
    figure.update_layout(
        **_layout(table, title, max(280, len(names) * max(46, 22 * count)), 18 * (1 + unit.count("<br>")) + 46)
    )
    figure.update_xaxes(
        range=[low - 0.02 * (high - low), high + 0.02 * (high - low)], showgrid=True, gridcolor=GRID, zeroline=low < 0, zerolinecolor=GREY, zerolinewidth=2, nticks=7,
        title={"text": unit, "font": {"size": 13}},
    )  # fmt: skip
    figure.update_yaxes(
        tickvals=list(range(len(names))), ticktext=_labels(names), range=[len(names) - 0.5, -0.5], showgrid=False, zeroline=False,
        tickfont={"size": 14}, automargin=True,
    )  # fmt: skip
    for place in range(1, len(names)):
        figure.add_hline(y=place - 0.5, line={"color": GRID, "width": 1})
    return figure


def _groups(table: DataFrame) -> Iterator[tuple[int, str, DataFrame]]:
    for number, (group, rows) in enumerate(table.groupby("group", sort=False)):
        yield number % len(COLOURS), str(group), rows


def _called(group: str, rows: DataFrame) -> str:
    """What the legend calls a group; why it is not drawn, where it is not."""
    why = "constant answers" if rows["constant"].all() else "no answers yet" if rows["value"].isna().all() else ""
    return plain(group) + (f" ({why})" if why else "")


def _range(table: DataFrame) -> tuple[float, float]:
    """The axis: 0 to 100 for POMP; for nats per token as far as the data go, the same to both sides of 0."""
    if _unit(table).startswith("POMP"):
        return 0.0, 100.0
    ends = [abs(value) for each in ("value", "low", "high") if each in table for value in table[each].dropna()]
    far = max(ends, default=0.0) * 1.1 or 1.0
    return -far, far


def _layout(table: DataFrame, title: str, plot: int, below: int) -> dict[str, Any]:
    """Sizes in pixels, so that title, plot, axis title and legend have each its own place at any width."""
    title = wrapped(title, TITLE_LETTERS)
    above, legend = 48 + 24 * title.count("<br>"), 24 * table["group"].nunique() + 14
    return {
        "title": {"text": title, "x": 0.0, "xanchor": "left", "font": {"size": 18}},
        "height": above + plot + below + legend,
        "font": {"size": 14},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 10, "r": 20, "t": above, "b": below + legend, "autoexpand": True},
        "showlegend": True,
        # one entry a line: side by side, long names of groups run into each other on a narrow page
        "legend": {"orientation": "v", "tracegroupgap": 0, "x": 0, "xanchor": "left", "y": -below / plot, "yanchor": "top", "font": {"size": 13}},
    }  # fmt: skip


def _empty(figure: go.Figure, table: DataFrame, constant: str) -> None:
    """Say in the figure itself why there is nothing to see."""
    told = constant if table["constant"].all() else "No usable answer yet" if table["value"].isna().all() else ""
    if told:
        figure.add_annotation(text=told, showarrow=False, x=0.5, xref="paper", y=0.5, yref="paper", font={"size": 16})


def _unit(table: DataFrame) -> str:
    return str(table["unit"].iloc[0]) if len(table) else ""


def _labels(names: Sequence[str]) -> list[str]:
    return [wrapped(name, LABEL_LETTERS) for name in names]


def _spokes(names: Sequence[str]) -> list[str]:
    """Names round a radar, where a long word would be cut off at the edge of a narrow page."""
    return [wrapped(re.sub(r"(\w{9})(\w{4,})", r"\1- \2", name), LABEL_LETTERS - 4) for name in names]


def _closed(values: Sequence[Any]) -> list[Any]:
    return [*values, values[0]] if values else []
