"""A tidy table becomes a plotly Figure: axes labelled, intervals drawn, readable in dark, in light and on a projector."""

from traitscope.figures.forest import forest
from traitscope.figures.heatmap import heatmap
from traitscope.figures.images import PictureError, picture
from traitscope.figures.profile import dots, radar

__all__ = ["PictureError", "dots", "forest", "heatmap", "picture", "radar"]
