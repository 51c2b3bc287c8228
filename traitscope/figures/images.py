"""A figure as a picture for a paper or a slide: PNG or SVG, on white, with its caption below."""

from __future__ import annotations

import base64
import html
import os
import re
import shutil
import textwrap
import threading
from typing import Literal

import plotly.graph_objects as go

BROWSERS = ("chromium", "google-chrome", "google-chrome-stable", "chromium-browser", "chrome", "msedge")
WIDTH = 900  # pixels of a picture, as wide as a page of a journal
PIXELS = 3  # of a PNG, for each of the page's: 300 dots an inch on paper
LETTERS, LINE, EDGE = 140, 17, 12  # of the caption: letters in a line, height of a line in pixels, room around it
TEXT = 'font-family="Open Sans, verdana, arial, sans-serif" font-size="12px" fill="#444444"'

_lock = threading.Lock()
_servers: list[object] = []  # one browser is kept open: to start it takes seconds


class PictureError(RuntimeError):
    """No picture could be made; says what is missing."""


def browser() -> str | None:
    """The Chromium or Chrome that draws pictures: BROWSER_PATH, or one on the path."""
    return os.environ.get("BROWSER_PATH") or next(filter(None, map(shutil.which, BROWSERS)), None)


def height(figure: go.Figure, caption: str = "") -> int:
    """Pixels of the picture from top to bottom, the caption included."""
    lines = _lines(caption)
    return int(figure.layout.height + (len(lines) * LINE + 2 * EDGE if lines else 0))


def picture(figure: go.Figure, form: Literal["png", "svg"], caption: str = "") -> bytes:
    """The figure on white with its caption, at 300 dots an inch.

    Raises PictureError where no Chromium or Chrome is found: it is what draws.
    """
    if browser() is None:
        raise PictureError(
            f"a PNG or SVG needs Chromium or Chrome: none of {', '.join(BROWSERS)} on the path, no BROWSER_PATH"
        )
    figure = go.Figure(figure)
    figure.update_layout(template="plotly_white", paper_bgcolor="white", plot_bgcolor="white", width=WIDTH)
    figure.update_layout(title={"pad": {"l": EDGE}})
    if not caption:
        return _drawn(figure, form)
    whole = _captioned(_drawn(figure, "svg").decode(), int(figure.layout.height), caption)
    return whole.encode() if form == "svg" else _drawn(_sheet(whole, height(figure, caption)), "png")


def _captioned(svg: str, above: int, caption: str) -> str:
    """An SVG with the caption below it: plotly itself can place no text by the edge of a picture, only by that of its axes."""
    lines = _lines(caption)
    tall = above + len(lines) * LINE + 2 * EDGE
    head, rest = svg.split(">", 1)
    head = re.sub(rf'(height="|viewBox="0 0 {WIDTH} ){above}"', rf'\g<1>{tall}"', head)
    spans = [
        f'<tspan x="{EDGE}" y="{above + EDGE + (place + 1) * LINE - 4}">{html.escape(line)}</tspan>'
        for place, line in enumerate(lines)
    ]
    text = (
        f'<rect x="0" y="{above}" width="{WIDTH}" height="{tall - above}" fill="white"/><text class="caption" {TEXT}>'
    )
    return f"{head}>{rest.removesuffix('</svg>')}{text}{' '.join(spans)}</text></svg>"


def _lines(caption: str) -> list[str]:
    return textwrap.wrap(caption, LETTERS)


def _sheet(svg: str, tall: int) -> go.Figure:
    """An SVG as a figure of its own, which the browser makes a PNG of."""
    source = f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
    image = {
        "source": source,
        "x": 0,
        "y": 1,
        "sizex": 1,
        "sizey": 1,
        "sizing": "stretch",
        "xref": "paper",
        "yref": "paper",
    }
    figure = go.Figure(layout={"width": WIDTH, "height": tall, "images": [image], "margin": dict.fromkeys("lrtb", 0)})
    figure.update_xaxes(visible=False)
    return figure.update_yaxes(visible=False)


def _drawn(figure: go.Figure, form: Literal["png", "svg"]) -> bytes:
    import kaleido

    size = {"width": WIDTH, "height": figure.layout.height, "scale": PIXELS if form == "png" else 1}
    with _lock:
        if not _servers:
            kaleido.start_sync_server(n=1, path=browser(), silence_warnings=True)
            _servers.append(kaleido)
        return bytes(kaleido.calc_fig_sync(figure, opts={"format": form, **size}))
