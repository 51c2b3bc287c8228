"""A record goes on from the browser: a process of its own asks the rest, and a pasted key stays in memory."""

import json
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest
from streamlit.testing.v1 import AppTest
from test_pages import calm, words

from traitscope import continuing, cost, planning
from traitscope.background import last_words
from traitscope.lock import is_held
from traitscope.record import Record
from traitscope.runner import run
from traitscope.study import load_study

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
    """The page with the part open that asks the rest."""
    page = AppTest.from_function(_page, default_timeout=60, args=(str(folder),))
    page.session_state[f"rest_{folder.name}"] = True
    return calm(page.run())


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
    field = page.text_input(key="key_SERVER_API_KEY_keyed")
    assert field.label.replace("\\", "") == "SERVER_API_KEY"
    assert "calls are left; no price is known" in words(page)
    calm(field.input(KEY).run())
    calm(page.button(key="go_on_keyed").click().run())
    assert wait_until_done(record)["done"] == 320
    wait_for(lambda: not is_held(record.folder))  # until then files come and go
    assert set(shown[before:]) == {f"Bearer {KEY}"}
    files = [path for path in own_runs.rglob("*") if path.is_file()]
    assert len(files) > 3
    assert [path for path in files if KEY.encode() in path.read_bytes()] == []


# ---- money, and an end


class Priced:
    """A server on this machine whose answers cost: how many it gave, and how long each takes."""

    def __init__(self) -> None:
        from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

        self.asked, self.seconds = 0, 0.0
        outer = self

        class Answering(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                outer.asked += 1
                time.sleep(outer.seconds)
                message = {"role": "assistant", "content": "3"}
                usage = {"prompt_tokens": 100, "completion_tokens": 1, "total_tokens": 101}
                good = {
                    "model": "m",
                    "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
                    "usage": usage,
                }
                data = json.dumps(good).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        Thread(target=self.server.serve_forever, daemon=True).start()

    def study(self, price: float = 100.0) -> str:
        """A study that asks it; a call costs a cent at 100 US dollars per million tokens."""
        name = f"server:http://127.0.0.1:{self.server.server_port}/v1#m"
        model = f'{{ name = "{name}", max_tokens = 8, price = {{ input = {price}, output = {price} }} }}'
        return HALF.replace('"simulated:person"', model) + 'limits = { concurrency = 4 }\n[[asks]]\nreply = "text"\n'


@pytest.fixture
def priced(monkeypatch: pytest.MonkeyPatch) -> Iterator[Priced]:
    monkeypatch.setenv("SERVER_API_KEY", KEY)
    served = Priced()
    yield served
    served.server.shutdown()
    served.server.server_close()


def wait_for(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def spent(record: Record) -> float:
    with record.store() as store:
        return store.spent()


def test_the_sum_to_stop_at_is_the_forecast_and_what_was_spent_in_whole_cents(
    own_runs: Path, stopped_run: Run, priced: Priced
) -> None:
    record = stopped_run(own_runs / "paid", priced.study(), 50)
    (field,) = studies(record.folder).number_input
    needed = continuing.needed(record)
    rows = planning.forecast(load_study(record.folder / "study.toml"), record.manifest.abilities, record.folder)
    high = cost.total(rows).high + spent(record)
    assert field.label == "Stop at, US$"
    assert high <= field.value == needed["limit"] < high + 0.01
    assert field.value == round(field.value, 2)


def test_one_click_spends_no_more_than_the_sum_to_stop_at_and_the_page_says_so(
    own_runs: Path, stopped_run: Run, priced: Priced
) -> None:
    record = stopped_run(own_runs / "paid", priced.study(), 50)
    before = spent(record)
    most = round(before + 1, 2)
    page = studies(record.folder)
    calm(page.number_input(key="limit_paid").set_value(most).run())
    calm(page.button(key="go_on_paid").click().run())
    wait_for(lambda: "Next:" in last_words(record.folder))
    assert before < spent(record) <= most
    assert Record(record.folder).progress()["done"] < 320
    (warning,) = studies(record.folder).warning
    assert "--max-cost" in warning.value.replace("\\", "")


@pytest.mark.parametrize("price", [0.0, None])
def test_without_a_known_price_above_zero_no_sum_is_asked_for(
    own_runs: Path, stopped_run: Run, priced: Priced, price: float | None
) -> None:
    text = priced.study(price or 0.0)
    if price is None:
        text = text.replace(", price = { input = 0.0, output = 0.0 }", "")
    page = studies(stopped_run(own_runs / "paid", text, 50).folder)
    assert len(page.number_input) == 0
    assert ("no sum to stop at can be set" in words(page)) == (price is None)
    assert page.button(key="go_on_paid")


@pytest.mark.parametrize("deaf", [False, True])
def test_what_was_started_from_here_is_stopped_from_here_and_keeps_its_answers(
    own_runs: Path, stopped_run: Run, priced: Priced, deaf: bool
) -> None:
    """`deaf`: the app was started in the background of a shell's script, which ignores Ctrl-C and passes that on."""
    record = stopped_run(own_runs / "paid", priced.study(), 50)
    priced.seconds = 0.2
    page = studies(record.folder)
    assert not [each for each in page.button if each.label == "Stop"]
    heard = signal.signal(signal.SIGINT, signal.SIG_IGN if deaf else signal.getsignal(signal.SIGINT))
    try:
        calm(page.button(key="go_on_paid").click().run())
    finally:
        signal.signal(signal.SIGINT, heard)
    before = priced.asked
    wait_for(lambda: priced.asked > before + 8)
    assert continuing.state(record)["can_stop"]
    page = studies(record.folder)
    assert "go_on_paid" not in {each.key for each in page.button}
    assert "over the last two minutes" in words(page) or "as soon as a few answers" in words(page)
    calm(page.button(key="stop_paid").click().run())
    wait_for(lambda: not is_held(record.folder))
    wait_for(lambda: last_words(record.folder).startswith("traitscope: stopped; what was answered is kept"))
    assert 50 < record.progress()["done"] < 320
    assert not (record.folder / "run.pid").exists()
    (warning,) = studies(record.folder).warning
    assert "what was answered is kept" in warning.value.replace("\\", "")
    priced.seconds = 0.0
    calm(studies(record.folder).button(key="go_on_paid").click().run())
    assert wait_until_done(record)["done"] == 320


def test_who_was_not_started_from_here_is_not_stopped_from_here(own_runs: Path, stopped_run: Run) -> None:
    record = stopped_run(own_runs / "half", HALF, 50)
    other = subprocess.Popen(["sleep", "60"])
    (record.folder / "run.pid").write_text(str(other.pid), "utf-8")
    assert not continuing.end(record)  # nobody asks the record: the file was left by a process that was killed
    seen = []

    def started(total: int, done: int) -> Callable[[int], object]:
        seen.append((continuing.state(record), continuing.end(record)))
        seen.append([each.label for each in studies(record.folder).button])
        return lambda _: None

    run(load_study(record.folder / "study.toml"), record.folder, started)
    assert seen[0] == ({"asked": True, "can_stop": False, "stopped": ""}, False)
    assert "Stop" not in seen[1] and "Ask the rest" not in seen[1]
    assert other.poll() is None
    other.kill()
    other.wait()
