"""A figure on a page: the page sets its title as a heading, and its text is as dark as the text around it."""

from __future__ import annotations

import plotly.graph_objects as go

from traitscope.figures.style import HEAD, LINE

INK = {
    "light": "#31333F",
    "dark": "#E6E9EF",
}  # 12 : 1 and 15 : 1 on the pages of Streamlit; its own greys are below 4.5 : 1
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
    return shown
