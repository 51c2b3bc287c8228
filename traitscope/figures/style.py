"""How every figure looks: colours that the colour-blind can tell apart, on a dark page, a light one and a projector."""

from __future__ import annotations

import html
import math
import textwrap
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

# Okabe and Ito (2008), without black and yellow, which vanish on a dark and on a light page
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
SYMBOLS = ("circle", "square", "diamond", "cross", "star", "hexagon")
GREY, GRID = "#8A8A8A", "rgba(128,128,128,0.35)"
BAND = "rgba(128,128,128,0.22)"  # what chance or controls give
# of cells, light enough for dark numbers; for values round a middle blue through grey to orange, of equal weight for every kind
# of colour vision, and else ever darker
DIVERGING = [[0.0, "#56B4E9"], [0.5, "#F2F2F2"], [1.0, "#E69F00"]]
SEQUENTIAL = [[0.0, "#FFF7DC"], [0.5, "#F2B84B"], [1.0, "#D55E00"]]
NUMBERS = "#1A1A1A"  # the numbers in cells
TITLE_LETTERS, LABEL_LETTERS, UNIT_LETTERS = 60, 24, 40
NARROW = 38  # letters of a title where two figures stand beside each other
HEAD, LINE = 44, 22  # pixels of a title, and of each more line of it
SMALL = 13  # pixels of the letters of axes and legends: the smallest that a projector shows
ENTRY = 20  # pixels of a line of the legend
ONE_LINE = 270  # pixels of a legend in one line, beside the names of the rows on a narrow page


def laid_out(
    figure: go.Figure,
    title: str,
    *,
    plot: int,
    x: str = "",
    y: str = "",
    legend: int = 0,
    left: int = 10,
    right: int = 20,
    letters: int = TITLE_LETTERS,
) -> go.Figure:
    """The figure with its title, the titles of its axes, and its legend below them: in one line if short, else one entry a line.

    `plot` is the height of the plot itself in pixels, `legend` how many entries the legend has, `letters` where a line of
    the title ends: `NARROW` for figures beside each other. Sizes are in pixels, so that title, plot, axis title and legend
    have each their own place at any width.
    """
    head, unit = wrapped(title, letters), wrapped(x, min(UNIT_LETTERS, letters + 8))
    one_line = _legend_width(figure) <= ONE_LINE
    above, below, entries = (
        HEAD + LINE * head.count("<br>"),
        (52 if unit else 28) + 18 * unit.count("<br>"),
        ENTRY * (1 if one_line else legend) + 8 if legend else 0,
    )
    # plotly hangs a title of one line from its top, and sets one of several on its first base line
    rise = 22 if "<br>" in head else 8
    figure.update_layout(
        title={"text": head, "x": 0.0, "xanchor": "left", "y": 1.0, "yref": "container", "yanchor": "top",
               "pad": {"t": rise}, "font": {"size": 18}},
        height=above + plot + below + entries,
        font={"size": 14},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        margin={"l": left, "r": right, "t": above, "b": below + entries, "autoexpand": True},
        showlegend=legend > 0,
        legend={"orientation": "h" if one_line else "v", "traceorder": "normal", "tracegroupgap": 0, "x": 0, "xanchor": "left",
                "y": -below / plot, "yanchor": "top", "font": {"size": SMALL}},
    )  # fmt: skip
    for axes, text in ((figure.update_xaxes, unit), (figure.update_yaxes, wrapped(y, 40))):
        axes(title={"text": text, "font": {"size": SMALL}}, tickfont={"size": SMALL}, gridcolor=GRID, zerolinecolor=GREY,
             automargin=True)  # fmt: skip
    return figure


def _legend_width(figure: go.Figure) -> float:
    """Pixels of the legend in one line, nearly."""
    names = {each.name for each in figure.data if each.name and each.showlegend is not False}
    return sum(48 + 7 * len(name) for name in names)


def rows_axis(figure: go.Figure, names: Sequence[str], letters: int = LABEL_LETTERS) -> None:
    """The vertical axis of a figure with one row a name, the first on top, a thin line between them."""
    figure.update_yaxes(
        tickvals=list(range(len(names))), ticktext=[wrapped(each, letters) for each in names],
        range=[len(names) - 0.5, -0.5], showgrid=False, zeroline=False, automargin=True,
    )  # fmt: skip
    for place in range(1, len(names)):
        figure.add_hline(y=place - 0.5, line={"color": GRID, "width": 1})


def wrapped(text: str, letters: int) -> str:
    """Text in lines of at most so many letters, as text."""
    return "<br>".join(plain(line) for line in textwrap.wrap(str(text), letters, break_long_words=False))


def plain(text: Any) -> str:
    """Text from a record as text: plotly reads some HTML."""
    return html.escape(str(text), quote=False)


def known(value: float | None) -> float | None:
    """A number, or None where there is none: plotly takes NaN for one in places."""
    return None if value is None or math.isnan(value) else float(value)


def colour(place: int) -> str:
    return COLOURS[place % len(COLOURS)]


def symbol(place: int) -> str:
    return SYMBOLS[place % len(SYMBOLS)]


def rgba(hexadecimal: str, alpha: float) -> str:
    """A colour of `COLOURS` with some transparency, for bands."""
    red, green, blue = (int(hexadecimal[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha})"
