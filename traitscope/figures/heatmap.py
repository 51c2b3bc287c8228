"""A heatmap: a number for each row and column, grey crosses where there is none."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go
from pandas import DataFrame

from traitscope.figures.style import DIVERGING, GREY, NUMBERS, SEQUENTIAL, SMALL, known, laid_out, plain, wrapped

MOST_PRINTED = 300  # cells; with more, numbers in cells would overlap
MOST_BELOW = 16  # rows; of more, the names of the columns stand on top, where a reader begins
HOVER_LETTERS = 70
LEVEL_LETTERS = 40  # of all names across, that a narrow page has room for in one line


def heatmap(
    table: DataFrame, title: str, *, rows: str, columns: str, value: str, unit: str, x: str = "", y: str = "",
    span: tuple[float, float] | None = None, middle: float | None = None, digits: int = 2, order: Sequence[str] = (),
    hover: str = "",
) -> go.Figure:  # fmt: skip
    """Cells coloured by `value`: blue to orange round `middle` where there is one, dark to bright where not.

    `table` has one row a cell. `order` lists the columns from left to right, where the table's own order is not it. `hover` is
    a column with more words on a row, shown with it under the pointer.
    """
    down = list(dict.fromkeys(table[rows].astype(str)))
    across = list(order) or list(dict.fromkeys(table[columns].astype(str)))
    cells = {
        (str(row), str(column)): known(each)
        for row, column, each in zip(table[rows], table[columns], table[value], strict=True)
    }
    more = dict(zip(table[rows].astype(str), table[hover].astype(str), strict=True)) if hover else {}
    values = [[cells.get((row, column)) for column in across] for row in down]
    numbers = [each for row in values for each in row if each is not None]
    low, high = span or (min(numbers, default=0.0), max(numbers, default=1.0))
    if middle is not None and span is None:
        far = max((abs(each - middle) for each in numbers), default=1.0) or 1.0
        low, high = middle - far, middle + far
    printed = len(down) * len(across) <= MOST_PRINTED and len(across) <= 24
    texts = [["" if each is None else f"{round(each, digits) + 0.0:.{digits}f}" for each in row] for row in values]
    figure = go.Figure(
        go.Heatmap(
            z=values, x=list(range(len(across))), y=list(range(len(down))), zmin=low, zmax=high, xgap=1, ygap=1,
            colorscale=SEQUENTIAL if middle is None else DIVERGING, hoverongaps=False,
            text=texts if printed else None, texttemplate="%{text}" if printed else None, textfont={"size": SMALL, "color": NUMBERS},
            customdata=[[["<br>".join([plain(row), *([wrapped(more[row], HOVER_LETTERS)] if hover else [])]), plain(column)] for column in across] for row in down],
            hovertemplate="%{customdata[0]}<br>%{customdata[1]}: %{z:.3~f}<extra></extra>",
            colorbar={"title": {"text": wrapped(unit, 14), "side": "top", "font": {"size": SMALL}}, "tickfont": {"size": SMALL}, "thickness": 14, "len": 1.0},
        )
    )  # fmt: skip
    blank = [(x_at, y_at) for y_at, row in enumerate(values) for x_at, each in enumerate(row) if each is None]
    if blank:
        figure.add_scatter(x=[each[0] for each in blank], y=[each[1] for each in blank], mode="markers", hoverinfo="skip",
                           showlegend=False, marker={"symbol": "x-thin", "size": 7, "line": {"width": 1, "color": GREY}})  # fmt: skip
    longest = max((len(word) for each in across for word in each.split()), default=0)
    # side by side, slanted names have room for a line each, which wants height instead
    slanted = [plain(each) for each in across] if longest * len(across) > LEVEL_LETTERS else []
    room = 6 * max(map(len, slanted), default=0)
    laid_out(figure, title, plot=max(200, len(down) * (26 if len(down) <= 60 else 15)) + room, x=x, y=y)
    figure.update_xaxes(tickvals=list(range(len(across))), ticktext=slanted or [wrapped(each, LEVEL_LETTERS // max(1, len(across))) for each in across],
                        range=[-0.5, len(across) - 0.5], showgrid=False, zeroline=False, tickangle=-60 if slanted else 0)  # fmt: skip
    figure.update_yaxes(tickvals=list(range(len(down))), ticktext=[wrapped(each, 40) for each in down],
                        range=[len(down) - 0.5, -0.5], showgrid=False, zeroline=False)  # fmt: skip
    if len(down) > MOST_BELOW:
        # slanted only where they would not fit: plotly knows how wide the page is
        figure.update_xaxes(
            side="top", ticktext=[plain(each) for each in across], tickangle=None, autotickangles=[0, -60]
        )
        above = 44 if x else 22
        figure.update_layout(
            margin={"t": figure.layout.margin.t + above, "b": 12}, height=figure.layout.height + above - 40 - room
        )
    return figure
