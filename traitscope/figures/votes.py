"""Votes for two poles: to the left and to the right of a middle line, the true side marked."""

from __future__ import annotations

import plotly.graph_objects as go
from pandas import DataFrame

from traitscope.figures.style import COLOURS, GREY, laid_out, plain, rows_axis

SIDES = (("n_low", "low", COLOURS[1], -1), ("n_high", "high", COLOURS[0], 1))


def votes(table: DataFrame, title: str) -> go.Figure:
    """One row a trait of `table` (name, low, high, n_low, n_high, truth): bars of counts, a star at the true pole."""
    figure = go.Figure()
    most = max(1, int(table[["n_low", "n_high"]].to_numpy().max()))
    rows = list(range(len(table)))
    for count, word, colour, side in SIDES:
        true = [row == truth for row, truth in zip(table[word], table["truth"], strict=True)]
        told = [
            f"\u2002{'★ ' if each else ''}{plain(pole)}: {n}\u2002"
            for each, pole, n in zip(true, table[word], table[count], strict=True)
        ]
        figure.add_bar(
            x=[side * n for n in table[count]], y=rows, orientation="h", width=0.6, showlegend=False,
            marker={"color": colour, "line": {"color": GREY, "width": [4 if each else 0 for each in true]}},
            text=told, textposition="outside", cliponaxis=False, textfont={"size": 15},
            customdata=[plain(name) for name in table["name"]], hovertemplate="%{customdata}, %{text}<extra></extra>",
        )  # fmt: skip
    laid_out(figure, title, plot=max(160, 56 * len(table)), x="Players who guessed this pole")
    # room for the words beyond the longest bar, whatever the width
    longest = max(len(str(each)) for each in [*table["low"], *table["high"]])
    reach = most * (1.35 if longest < 8 else 1.9)
    steps = sorted({0, most, most // 2} if most > 3 else set(range(most + 1)))
    ticks = [*(-each for each in reversed(steps) if each), *steps]
    figure.update_layout(barmode="overlay")
    figure.update_xaxes(range=[-reach, reach], tickvals=ticks, ticktext=[str(abs(each)) for each in ticks], zeroline=True, zerolinewidth=2)  # fmt: skip
    rows_axis(figure, [str(each) for each in table["name"]])
    return figure
