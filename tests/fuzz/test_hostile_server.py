"""A model whose every reply is hostile: the run, its record, the export, the verification and the report survive, and lose no letter."""

from __future__ import annotations

import hashlib
import html
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pandas as pd
import pytest
from test_hostile_replies import REPLIES

from inventories.responder import writable
from traitscope import analysis
from traitscope.cli import main
from traitscope.record import Record
from traitscope.store import Store

MEGABYTE = [
    "x" * 1_000_000,
    "4\n" + "<b>" * 300_000,
    "\x1b[31m" * 200_000,
    "[" * 1_000_000,
    '{"answer": ' * 90_000,
    "\ud83d" * 1_000_000,
]
TEXTS = [*(each["text"] for each in REPLIES if "items" not in each), *MEGABYTE]
STUDY = """
title = "Hostile"
models = ["server:{url}/v1#m"]
inventories = ["bfi44"]
personas = [{{ set = "survey_random", n = 5 }}]
[[asks]]
reply = "text"
"""


def reply_to(messages: list[dict[str, str]]) -> str:
    """A prompt is given the same text whenever it is sent."""
    told = json.dumps(messages).encode()
    return TEXTS[int.from_bytes(hashlib.sha256(told).digest()[:4], "big") % len(TEXTS)]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        text = reply_to(asked["messages"]) if "messages" in asked else ""
        choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
        usage = {"prompt_tokens": 9, "completion_tokens": 1, "total_tokens": 10}
        # halves of surrogate pairs are escapes of JSON, as an interface would send them
        body = json.dumps(
            {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": usage}
        ).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The record of a whole run through the command line."""
    home = tmp_path_factory.mktemp("hostile")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    (home / "study.toml").write_text(STUDY.format(url=f"http://127.0.0.1:{server.server_port}"), "utf-8")
    assert main(["run", str(home / "study.toml"), "--record", str(home / "record"), "--yes"]) == 0
    yield home / "record"
    server.shutdown()
    server.server_close()


def test_every_reply_is_stored_letter_by_letter_and_has_one_outcome(record: Path) -> None:
    table = analysis.answers(Record(record))
    assert len(table) == 5 * 44
    assert table["outcome"].isin(analysis.OUTCOMES).all()
    assert (table["outcome"].eq("answered") == table["chosen"].notna()).all()
    assert table["chosen"].dropna().between(1, 5).all()
    with Store(record / "answers.sqlite") as store:
        names, rows = store.table("calls")
        calls = [dict(zip(names, row, strict=True)) for row in rows]
        asked = {each["prompt"]: store.prompt(each["prompt"])[0] for each in calls}
    for each in calls:
        sent = reply_to([{"role": one.role, "content": one.content} for one in asked[each["prompt"]]])
        assert each["error"] is None
        # no file can hold half of a surrogate pair; every other letter is kept
        assert each["text"] == writable(sent), ascii((each["text"][:60], sent[:60]))


def test_what_is_shown_holds_no_command_to_a_terminal(record: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in (["show", str(record)], ["reparse", str(record)], ["show", str(record), "--json"]):
        assert main(command) == 0
        shown = capsys.readouterr().out
        assert all(each.isprintable() or each in "\n\t\xa0" for each in shown), command


def test_the_bundle_is_written_verified_and_imported_with_every_letter(record: Path, tmp_path: Path) -> None:
    bundle, again = tmp_path / "bundle", tmp_path / "again"
    assert main(["export", str(record), "--to", str(bundle)]) == 0
    assert main(["verify", str(bundle)]) == 0
    assert main(["import", str(bundle), "--record", str(again)]) == 0
    one, other = (analysis.answers(Record(each)) for each in (record, again))
    pd.testing.assert_frame_equal(one, other)


def test_the_report_shows_replies_as_text(record: Path, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    assert main(["report", str(record), "--to", str(path)]) == 0
    page = path.read_text("utf-8")
    for text in ("<script>alert(5)</script>", "<svg onload=", '<img src="http://evil', "<iframe src"):
        assert text not in page
        assert html.escape(text) != text
    assert "\x1b" not in page
    assert "\x00" not in page
