"""A strip: every person as a small mark, the mean of each level with its interval above them."""

from __future__ import annotations

import plotly.graph_objects as go
from pandas import DataFrame

from traitscope.figures.style import COLOURS, GREY, known, laid_out, plain, rgba, rows_axis

ENDS = {"high": (COLOURS[5], "triangle-up"), "low": (COLOURS[0], "triangle-down")}
WORDS = {"high": "assigned high", "low": "assigned low", "between": "assigned a level between"}


def strip(
    persons: DataFrame, means: DataFrame, title: str, *, x: str, span: tuple[float, float] | None = None
) -> go.Figure:
    """Scores by assigned level, one block a scale, one line a level, the highest on top.

    `persons` has one row a persona x scale: columns name, pole, persona, value. `means` has one row a scale x level, from high to
    low: columns name, pole, value, low, high.
    """
    names = list(dict.fromkeys(means["name"]))
    lines: dict[tuple[str, str], float] = {}
    for place, name in enumerate(names):
        levels = list(means.loc[means["name"] == name, "pole"])
        for rank, pole in enumerate(levels):
            lines[name, pole] = place + (rank - (len(levels) - 1) / 2) * 0.8 / max(2, len(levels))
    figure = go.Figure()
    kinds = [kind for kind in WORDS if (means["pole"].map(_kind) == kind).any()]
    for kind in kinds:
        hue, shape = ENDS.get(kind, (GREY, "circle"))
        own, mean = persons[persons["pole"].map(_kind) == kind], means[means["pole"].map(_kind) == kind]
        figure.add_scatter(
            x=[known(each) for each in own["value"]], y=[lines[each] for each in zip(own["name"], own["pole"], strict=True)],
            mode="markers", legendgroup=kind, showlegend=False, cliponaxis=False,
            marker={"color": rgba(hue, 0.4), "size": 8, "symbol": "line-ns", "line": {"color": rgba(hue, 0.55), "width": 2}},
            customdata=[[plain(each) for each in row] for row in own[["persona", "name", "pole"]].to_numpy()],
            hovertemplate="%{customdata[0]}<br>%{customdata[1]}, assigned %{customdata[2]}: %{x:.3~f}<extra></extra>",
        )  # fmt: skip
        has = mean["low"].notna() & mean["high"].notna()
        # two traces: plotly takes an interval that is missing for one of no length, and draws its ends
        for part in (some for some in (mean[has], mean[~has]) if len(some)):
            error = {"type": "data", "symmetric": False, "array": list(part["high"] - part["value"]), "thickness": 2.5, "width": 6,
                     "arrayminus": list(part["value"] - part["low"]), "color": hue, "visible": bool(part["low"].notna().all())}  # fmt: skip
            figure.add_scatter(
                x=[known(each) for each in part["value"]], y=[lines[each] for each in zip(part["name"], part["pole"], strict=True)],
                mode="markers", name=f"{WORDS[kind]}: mean, and each persona as a stroke", legendgroup=kind, cliponaxis=False,
                showlegend=bool(part.index[0] == (mean[has] if has.any() else mean).index[0]), error_x=error,
                marker={"color": hue, "size": 12, "symbol": shape, "line": {"width": 2, "color": hue}},
                customdata=[[plain(each) for each in row] for row in part[["name", "pole"]].to_numpy()],
                hovertemplate="%{customdata[0]}, assigned %{customdata[1]}: mean %{x:.3~f}<extra></extra>",
            )  # fmt: skip
    most = int(means.groupby("name").size().max())
    laid_out(figure, title, plot=max(200, len(names) * max(56, 18 * most)), x=x, legend=len(kinds))
    figure.update_xaxes(showgrid=True, zeroline=span is None, zerolinewidth=2, nticks=8)
    if span is not None:
        margin = 0.02 * (span[1] - span[0])
        figure.update_xaxes(range=[span[0] - margin, span[1] + margin])
    rows_axis(figure, names)
    return figure


def _kind(pole: str) -> str:
    return pole if pole in ENDS else "between"
