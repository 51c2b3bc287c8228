"""A record goes on from the browser: a process of its own asks the rest, and a pasted key stays in memory."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest
from streamlit.testing.v1 import AppTest
from test_pages import calm, words

from traitscope.record import Record

HALF = """
title = "Half asked"
models = ["simulated:person"]
inventories = ["tipi"]
personas = [{ set = "big_five_32" }]
"""
Run = Callable[[Path, str, int | None], Record]
KEY = "a-key-that-nobody-may-see-0815"


def _page(folder: str) -> None:
    from pages import studies
    from traitscope.record import Record

    studies.render(Record(folder))


def studies(folder: Path) -> AppTest:
    return calm(AppTest.from_function(_page, default_timeout=60, args=(str(folder),)).run())


def wait_until_done(record: Record) -> dict[str, int]:
    deadline = time.monotonic() + 120
    while (counts := record.progress())["done"] < counts["trials"] and time.monotonic() < deadline:
        time.sleep(0.1)
    return counts


@pytest.fixture
def own_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "own"
    monkeypatch.setenv("TRAITSCOPE_RUNS", str(folder))
    monkeypatch.delenv("SERVER_API_KEY", raising=False)
    return folder


def test_one_click_asks_the_rest_in_a_process_of_its_own(own_runs: Path, stopped_run: Run) -> None:
    record = stopped_run(own_runs / "half", HALF, 50)
    page = studies(record.folder)
    calm(page.button(key="go_on_half").click().run())
    assert wait_until_done(record) == {"trials": 320, "done": 320, "failed": 0}


@pytest.fixture
def guarded() -> Iterator[tuple[str, list[str]]]:
    """A server that wants a key: its address, and the keys that it was shown."""
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    shown: list[str] = []

    class Guarded(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            shown.append(self.headers.get("Authorization", ""))
            known = shown[-1] == f"Bearer {KEY}"
            message = {"role": "assistant", "content": "3"}
            good = {"model": "m", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
            data = json.dumps(good if known else {"error": {"message": f"wrong key: {shown[-1]}"}}).encode()
            self.send_response(200 if known else 401)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Guarded)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1", shown
    server.shutdown()
    server.server_close()


def test_a_pasted_key_reaches_the_provider_and_no_file(
    own_runs: Path, stopped_run: Run, guarded: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, shown = guarded
    with monkeypatch.context() as given:
        given.setenv("SERVER_API_KEY", KEY)
        record = stopped_run(own_runs / "keyed", HALF.replace("simulated:person", f"server:{address}#m"), 50)
    before = len(shown)
    page = studies(record.folder)
    (field,) = page.text_input
    assert field.label.replace("\\", "") == "SERVER_API_KEY"
    assert "calls are left; no price is known" in words(page)
    calm(field.input(KEY).run())
    calm(page.button(key="go_on_keyed").click().run())
    assert wait_until_done(record)["done"] == 320
    assert set(shown[before:]) == {f"Bearer {KEY}"}
    files = [path for path in own_runs.rglob("*") if path.is_file()]
    assert len(files) > 3
    assert [path for path in files if KEY.encode() in path.read_bytes()] == []
