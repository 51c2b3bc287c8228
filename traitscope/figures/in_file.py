"""A figure in a file that has all it needs: plotly's own script as text, and the figure as the data it draws."""

from __future__ import annotations

import json

import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

from traitscope.figures.on_page import on_page

# what a data block must not hold as it is: it would end the block, or begin another
SAFE = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


def script() -> str:
    """plotly.js, to stand once in a file; some 5 MB."""
    return str(get_plotlyjs())


def drawn_from(figure: go.Figure, name: str) -> str:
    """What plotly.js draws the figure from, as JSON that may stand in a page: without title, which the page sets, on white.

    `name` names the file of the picture that a reader saves.
    """
    shown = on_page(figure)
    shown.update_layout(template="plotly_white", autosize=True, width=None)
    config = {"displaylogo": False, "toImageButtonOptions": {"format": "svg", "filename": name}}
    whole = {**json.loads(shown.to_json()), "config": config}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).translate(SAFE)


def pixels(figure: go.Figure) -> int:
    """From top to bottom, as `drawn_from` has it."""
    return int(on_page(figure).layout.height)
