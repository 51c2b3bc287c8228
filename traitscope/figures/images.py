"""A figure as a picture for a paper or a slide: PNG or SVG, on white."""

from __future__ import annotations

import os
import shutil
import threading
from typing import Literal

import plotly.graph_objects as go

BROWSERS = ("chromium", "google-chrome", "google-chrome-stable", "chromium-browser", "chrome", "msedge")
PIXELS = 3  # of a PNG, for each of the page's: 300 dots an inch on paper

_lock = threading.Lock()
_servers: list[object] = []  # one browser is kept open: to start it takes seconds


class PictureError(RuntimeError):
    """No picture could be made; says what is missing."""


def browser() -> str | None:
    """The Chromium or Chrome that draws pictures: BROWSER_PATH, or one on the path."""
    return os.environ.get("BROWSER_PATH") or next(filter(None, map(shutil.which, BROWSERS)), None)


def picture(figure: go.Figure, form: Literal["png", "svg"], width: int = 900) -> bytes:
    """The figure on white, as wide as a page of a journal at 300 dots an inch.

    Raises PictureError where no Chromium or Chrome is found: it is what draws.
    """
    import kaleido

    found = browser()
    if found is None:
        raise PictureError(
            f"a PNG or SVG needs Chromium or Chrome: none of {', '.join(BROWSERS)} on the path, no BROWSER_PATH"
        )
    figure = go.Figure(figure)
    figure.update_layout(template="plotly_white", paper_bgcolor="white", plot_bgcolor="white", width=width)
    with _lock:
        if not _servers:
            kaleido.start_sync_server(n=1, path=found, silence_warnings=True)
            _servers.append(kaleido)
        made = kaleido.calc_fig_sync(
            figure,
            opts={
                "format": form,
                "scale": PIXELS if form == "png" else 1,
                "width": width,
                "height": figure.layout.height,
            },
        )
    return bytes(made)
