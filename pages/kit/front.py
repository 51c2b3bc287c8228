"""What a browser is given before anything else: it is told where its server is.

Streamlit's page looks for its server below a deep link first (/replies/_stcore/health), is told 404 twice, and the browser's
console has two errors on every link that somebody shares. Told the address, it looks there alone.
"""

from typing import Any

HEAD = b"<head>"
TOLD = b"""<head><script>
  window.__streamlit = { BACKEND_BASE_URL: location.origin + "/", MAIN_PAGE_BASE_URL: location.origin + "/" }
</script>"""


class KnowsItsServer:
    """Adds the address to every HTML page that the inner application sends; all else passes untouched."""

    def __init__(self, app: Any) -> None:
        self.app = app

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
                    await _send_page(send, start, bytes(body).replace(HEAD, TOLD, 1))
            else:
                await send(message)

        await self.app(scope, receive, sent)


def _is_page(start: Any) -> bool:
    return dict(start["headers"]).get(b"content-type", b"").startswith(b"text/html")


async def _send_page(send: Any, start: dict[str, Any], body: bytes) -> None:
    kept = [each for each in start["headers"] if each[0] not in (b"content-length", b"etag", b"last-modified")]
    await send({**start, "headers": [*kept, (b"content-length", str(len(body)).encode())]})
    await send({"type": "http.response.body", "body": body})
