"""A figure on a page: the page sets its title as a heading, and its text is as dark as the text around it."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
from plotly.basedatatypes import BasePlotlyType

from traitscope.figures.style import HEAD, LINE

INK = {
    "light": "#31333F",
    "dark": "#E6E9EF",
}  # 12 : 1 and 15 : 1 on the pages of Streamlit; its own greys are below 4.5 : 1
LIGHTER = {"#0072B2": "#3D9BE0", "rgba(0,114,178": "rgba(61,155,224"}  # blue on near-black: 3.6 : 1, and 6.3 : 1
STYLE = ("marker", "line", "error_x", "error_y", "color", "fillcolor", "pattern", "bgcolor")
ABOVE = 6  # pixels over the plot, where no title stands


def on_page(figure: go.Figure, theme: str = "light") -> go.Figure:
    """A copy of the figure without its title, its text in the ink of a "light" or a "dark" page.

    A heading of the page wraps at any width; a title that plotly drew would be cut off, or wrapped where there is room.
    """
    ink = {"color": INK[theme]}
    shown = go.Figure(figure)
    title = HEAD + LINE * str(shown.layout.title.text or "").count("<br>") - ABOVE
    shown.update_layout(
        title={"text": ""}, font=ink, legend={"font": ink}, margin={"t": (shown.layout.margin.t or title) - title}, height=(shown.layout.height or title) - title
    )  # fmt: skip
    for axes in (shown.update_xaxes, shown.update_yaxes):
        axes(tickfont=ink, title={"font": ink})
    shown.update_polars(radialaxis={"tickfont": ink}, angularaxis={"tickfont": ink})
    shown.update_annotations(font=ink)
    shown.update_traces(colorbar={"tickfont": ink, "title": {"font": ink}}, selector={"type": "heatmap"})
    if theme == "dark":
        for each in (*shown.data, *shown.layout.shapes):
            each.update(_lighter({name: each[name] for name in STYLE if name in each and each[name] is not None}))
    return shown


def _lighter(style: Any) -> Any:
    """A style with the dark blue made lighter, wherever in it a colour stands."""
    if isinstance(style, str):
        return next((style.replace(dark, light) for dark, light in LIGHTER.items() if style.startswith(dark)), style)
    if isinstance(style, BasePlotlyType):
        style = style.to_plotly_json()
    if isinstance(style, dict):
        return {name: _lighter(value) for name, value in style.items() if name in STYLE}
    return [_lighter(each) for each in style] if isinstance(style, list | tuple) else style
