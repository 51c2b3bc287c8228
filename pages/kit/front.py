"""What a server does before anybody has asked, and what a browser is given before anything else.

The newest records are read while the first browser still opens, so that the first page has not to wait for them.

Streamlit's page looks for its server below a deep link first (/replies/_stcore/health), is told 404 twice, and the browser's
console has two errors on every link that somebody shares. Told the address, it looks there alone. And each choice that a page
writes into its address would be a step of the browser's Back, which then leads to the same page again: only another page is one.
"""

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import streamlit

from inventories.reading import DefinitionError
from pages.kit.states import runs
from traitscope import places
from traitscope.record import records
from traitscope.store import StoreError

READ_AHEAD = 3  # records; as many as are looked at beside each other, and fit into memory
HEAD = b"<head>"
TOLD = b"""<head><script>
  window.__streamlit = { BACKEND_BASE_URL: location.origin + "/", MAIN_PAGE_BASE_URL: location.origin + "/" };
  const push = history.pushState.bind(history);
  history.pushState = (state, title, url) => {
    const same = new URL(url ?? "", location.href).pathname === location.pathname;
    same ? history.replaceState(state, title, url) : push(state, title, url);
  };
</script>"""
# the largest part of Streamlit's page, which it asks for when the first figure has come
DRAWING = "static/js/PlotlyChart.*.js"


@asynccontextmanager
async def reading_ahead(_: Any) -> AsyncIterator[None]:
    """For as long as the server is there; it does not wait for the reading, nor the reading for a page."""
    threading.Thread(target=_read_newest, daemon=True).start()
    yield


def _read_newest() -> None:
    for record in records(runs())[:READ_AHEAD]:
        with suppress(StoreError, DefinitionError):  # the page says it, to somebody who can read it
            places.places(record)


def _told() -> bytes:
    """What is put at the head of a page: where its server is, what Back means, and what draws a figure."""
    static = Path(streamlit.__file__).parent / "static"
    early = [
        f'<link rel="modulepreload" href="./{each.relative_to(static).as_posix()}">' for each in static.glob(DRAWING)
    ]
    return TOLD + "".join(early).encode()


class KnowsItsServer:
    """Adds the address to every HTML page that the inner application sends; all else passes untouched."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.told = _told()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or "." in scope["path"] or "/_stcore" in scope["path"]:
            await self.app(scope, receive, send)
            return
        # a compressed page could not be added to, and one that the browser has from before would lack the address
        unasked = (b"accept-encoding", b"if-none-match", b"if-modified-since")
        scope = {**scope, "headers": [each for each in scope["headers"] if each[0] not in unasked]}
        start: dict[str, Any] = {}
        body = bytearray()

        async def sent(message: Any) -> None:
            if message["type"] == "http.response.start" and _is_page(message):
                start.update(message)
            elif start and message["type"] == "http.response.body":
                body.extend(message.get("body", b""))
                if not message.get("more_body"):
                    await _send_page(send, start, bytes(body).replace(HEAD, self.told, 1))
            else:
                await send(message)

        await self.app(scope, receive, sent)


def _is_page(start: Any) -> bool:
    return dict(start["headers"]).get(b"content-type", b"").startswith(b"text/html")


async def _send_page(send: Any, start: dict[str, Any], body: bytes) -> None:
    kept = [each for each in start["headers"] if each[0] not in (b"content-length", b"etag", b"last-modified")]
    await send({**start, "headers": [*kept, (b"content-length", str(len(body)).encode())]})
    await send({"type": "http.response.body", "body": body})
