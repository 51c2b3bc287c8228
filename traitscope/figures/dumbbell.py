"""A dumbbell: two values a row, what is said and what is done, with the way between them."""

from __future__ import annotations

import plotly.graph_objects as go
from pandas import DataFrame

from traitscope.figures.style import COLOURS, GREY, laid_out, plain, rows_axis

SIDES = {"said": ("Said", COLOURS[0], "circle"), "done": ("Done", COLOURS[5], "diamond")}
APART = 0.16  # of a row: intervals of the two sides must not lie on each other
MOST_TALL = 12  # rows with two lines of words


def dumbbell(
    table: DataFrame, title: str, *, x: str, rows: str = "name", words: str = "verdict",
    span: tuple[float, float] | None = None,
) -> go.Figure:  # fmt: skip
    """One row a name: said, done, and the gap in words below or beside the name.

    `table` has columns said, said_low, said_high, done, done_low, done_high, gap, and those named by `rows` and `words`. A
    row without values stays empty; a value without interval is a bare dot. `span` fixes the axis.
    """
    names = list(dict.fromkeys(table[rows].astype(str)))
    place = {name: number for number, name in enumerate(names)}
    known = table[table["said"].notna() & table["done"].notna()]
    figure = go.Figure()
    line_x: list[float | None] = []
    line_y: list[float | None] = []
    for said, done, name in zip(known["said"], known["done"], known[rows].astype(str), strict=True):
        line_x += [said, done, None]
        line_y += [place[name] - APART, place[name] + APART, None]
    figure.add_scatter(x=line_x, y=line_y, mode="lines", line={"color": GREY, "width": 2}, hoverinfo="skip", showlegend=False)  # fmt: skip
    for side, (word, colour, symbol) in SIDES.items():
        offset = -APART if side == "said" else APART
        has = known[f"{side}_low"].notna() & known[f"{side}_high"].notna()
        # two traces: plotly takes an interval that is missing for one of no length, and draws its ends
        for number, some in enumerate((known[has], known[~has])):
            if number == 1 and some.empty:
                continue
            bars = {"type": "data", "symmetric": False, "array": list(some[f"{side}_high"] - some[side]), "thickness": 2, "width": 4,
                    "arrayminus": list(some[side] - some[f"{side}_low"]), "color": colour} if number == 0 else None  # fmt: skip
            figure.add_scatter(
                x=list(some[side]), y=[place[name] + offset for name in some[rows].astype(str)], mode="markers", name=word,
                legendgroup=word, showlegend=number == 0 if has.any() else number == 1, error_x=bars, cliponaxis=False,
                marker={"color": colour, "size": 10, "symbol": symbol},
                customdata=[[plain(name), plain(told)] for name, told in zip(some[rows], some[words], strict=True)],
                hovertemplate=f"%{{customdata[0]}}<br>{word.lower()} %{{x:.2f}}<br>%{{customdata[1]}}<extra></extra>",
            )  # fmt: skip
    laid_out(figure, title, plot=max(160, len(names) * (46 if len(names) <= MOST_TALL else 28)), x=x, legend=2)
    figure.update_xaxes(showgrid=True, zeroline=False, nticks=8)
    if span is not None:
        margin = 0.02 * (span[1] - span[0])
        figure.update_xaxes(range=[span[0] - margin, span[1] + margin])
    rows_axis(figure, names)
    digits = 0 if span else 1
    gaps = {
        name: f"{_signed(gap, digits)} {plain(told)}".strip()
        for told, gap, name in zip(known[words], known["gap"], known[rows].astype(str), strict=True)
    }
    between = "<br>" if len(names) <= MOST_TALL else ": "
    figure.update_yaxes(ticktext=[between.join(filter(None, [plain(each), gaps.get(each)])) for each in names])
    return figure


def _signed(gap: float, digits: int) -> str:
    """The gap with its sign; what rounds to 0 has none."""
    rounded = round(gap, digits) + 0.0
    return f"{rounded:+.{digits}f}".replace("-", "−") if rounded else f"{0:.{digits}f}"
