"""A tidy table becomes a plotly Figure: axes labelled, intervals drawn, readable in dark, in light and on a projector."""

from traitscope.figures.cloud import cloud
from traitscope.figures.columns import columns
from traitscope.figures.curve import curve
from traitscope.figures.design import design
from traitscope.figures.dots import dots
from traitscope.figures.dumbbell import dumbbell
from traitscope.figures.forest import forest
from traitscope.figures.gauges import gauges
from traitscope.figures.heatmap import heatmap
from traitscope.figures.histogram import histogram
from traitscope.figures.images import PictureError, picture
from traitscope.figures.on_page import on_page
from traitscope.figures.plain_bars import bars
from traitscope.figures.radar import radar
from traitscope.figures.scatter import scatter
from traitscope.figures.stacked import stacked
from traitscope.figures.strip import strip
from traitscope.figures.votes import votes

__all__ = [
    "PictureError",
    "bars",
    "cloud",
    "columns",
    "curve",
    "design",
    "dots",
    "dumbbell",
    "forest",
    "gauges",
    "heatmap",
    "histogram",
    "on_page",
    "picture",
    "radar",
    "scatter",
    "stacked",
    "strip",
    "votes",
]
