"""Stacked bars: what became of the trials of each, as shares of a whole."""

from __future__ import annotations

from collections.abc import Mapping

import plotly.graph_objects as go
from pandas import DataFrame

from traitscope.figures.style import COLOURS, GREY, colour, laid_out, plain, wrapped

HATCHES = ("", "/", "x", ".", "-", "\\")
HOVER_LETTERS = 70
FAINT = "rgba(128,128,128,0.35)"  # what everybody hopes for stands back


def stacked(
    table: DataFrame, title: str, *, rows: str, parts: Mapping[str, str], x: str, faint: tuple[str, ...] = (), hover: str = "",
) -> go.Figure:  # fmt: skip
    """One bar a row of the table, `parts` beside each other in it: column -> the word in the legend.

    The columns hold counts; a bar shows their shares, so that rows of different size compare. `faint` are the columns that are drawn
    in grey; hatching tells the others apart without colours. `hover` is a column with more words on a row.
    """
    figure = go.Figure()
    names = list(table[rows].astype(str))
    whole = table[list(parts)].sum(axis=1)
    words = [wrapped(each, HOVER_LETTERS) for each in table[hover]] if hover else [""] * len(names)
    shown = {name: word for name, word in parts.items() if table[name].sum() > 0}
    number = 0
    for name, word in shown.items():
        marker: dict[str, object] = {"color": FAINT, "line": {"width": 0}}
        if name not in faint:
            # colours come again after six; with another hatching then, no two parts look alike
            marker = {"color": colour(number), "line": {"width": 0},
                      "pattern": {"shape": HATCHES[(number + number // len(COLOURS)) % len(HATCHES)], "fgcolor": "white", "bgcolor": colour(number), "size": 6, "solidity": 0.25}}  # fmt: skip
            number += 1
        figure.add_bar(
            x=[count / all_ if all_ else 0 for count, all_ in zip(table[name], whole, strict=True)], y=list(range(len(names))),
            orientation="h", name=plain(word), marker=marker, width=0.78,
            customdata=[[plain(row), more, f"{count:,.0f}", f"{all_:,.0f}"]
                        for row, more, count, all_ in zip(names, words, table[name], whole, strict=True)],
            hovertemplate="%{customdata[0]} %{customdata[1]}<br>%{customdata[2]} of %{customdata[3]}<extra>%{fullData.name}</extra>",
        )  # fmt: skip
    laid_out(figure, title, plot=max(120, len(names) * (30 if len(names) <= 12 else 22)), x=x, legend=len(shown))
    figure.update_layout(barmode="stack")
    figure.update_xaxes(range=[0, 1], tickformat=".0%", zeroline=False, linecolor=GREY)
    figure.update_yaxes(tickvals=list(range(len(names))), ticktext=[wrapped(each, 34) for each in names],
                        range=[len(names) - 0.5, -0.5], showgrid=False, zeroline=False)  # fmt: skip
    return figure
