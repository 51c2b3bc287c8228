"""A design: one row a printed form, one column a factor, one colour a level."""

from __future__ import annotations

import plotly.graph_objects as go
from pandas import DataFrame

from traitscope.figures.style import COLOURS, SMALL, laid_out, plain, rgba, wrapped

HEIGHT, LETTERS = 26, 16  # of a row in pixels; of a line in a cell
ACROSS = 56  # letters of all names of factors in one line, on a narrow page
LINE = 18  # pixels of a line of these names
PALE = 0.32  # so that words stay readable on dark and on light


def design(table: DataFrame, title: str) -> go.Figure:
    """Cells of forms by factors, coloured by the place of the level and with its name.

    `table` has a row a cell: form (a number from 1), factor, level, place (of the level in its factor, from 0).
    """
    forms, factors = list(dict.fromkeys(table["form"])), list(dict.fromkeys(table["factor"]))
    figure = go.Figure()
    for place, some in table.groupby("place", sort=True):
        shade = COLOURS[int(str(place)) % len(COLOURS)]
        figure.add_bar(
            base=[factors.index(each) - 0.48 for each in some["factor"]],
            x=[0.96] * len(some),
            y=[forms.index(each) for each in some["form"]],
            orientation="h", width=0.9, text=[wrapped(each, LETTERS) for each in some["level"]], textposition="inside",
            insidetextanchor="middle", textangle=0, constraintext="inside", showlegend=False, textfont={"size": 13},
            marker={"color": rgba(shade, PALE), "line": {"color": shade, "width": 1}},
            customdata=[[each, plain(factor), plain(level)]
                        for each, factor, level in zip(some["form"], some["factor"], some["level"], strict=True)],
            hovertemplate="form %{customdata[0]}<br>%{customdata[1]}: %{customdata[2]}<extra></extra>",
        )  # fmt: skip
    named = [wrapped(each.replace("_", " "), ACROSS // len(factors)) for each in factors]
    room = LINE * max(each.count("<br>") for each in named)
    laid_out(figure, title, plot=max(60, HEIGHT * len(forms)) + room, y="Printed form")
    figure.update_layout(barmode="overlay", bargap=0.1)
    figure.update_xaxes(
        tickvals=list(range(len(factors))), ticktext=named, tickfont={"size": 11 if len(factors) > 6 else SMALL},
        range=[-0.5, len(factors) - 0.5], showgrid=False, zeroline=False, tickangle=0,
    )  # fmt: skip
    step = max(1, len(forms) // 30)
    figure.update_yaxes(
        tickvals=list(range(0, len(forms), step)), ticktext=[str(each) for each in forms[::step]],
        range=[len(forms) - 0.5, -0.5], showgrid=False, zeroline=False,
    )  # fmt: skip
    return figure
