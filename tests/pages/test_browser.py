"""Both pages in a real browser: they open, also by a deep link to a fresh server, and draw their figures."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync"]  # fmt: skip
SECONDS = 120  # a busy machine is slow, not wrong

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.is_file(), reason=f"{CHROMIUM} is not here: apt-get install chromium"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not here: make test installs it")
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def server(runs: Path) -> Iterator[str]:
    """A fresh server on a free port; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--server.headless=true", "--server.address=127.0.0.1", f"--server.port={port}",
               "--browser.gatherUsageStats=false", "--server.fileWatcherType=none"]  # fmt: skip
    command = [sys.executable, "-m", "streamlit", "run", "app.py", *options]
    environment = {**os.environ, "TRAITSCOPE_RUNS": str(runs)}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address + "/_stcore/health", process)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, "the server ended"
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            continue
    raise AssertionError(f"{address} did not answer within {SECONDS} s")


@pytest.fixture
def tab(browser: Any) -> Iterator[tuple[Any, list[str]]]:
    """A page of the browser, and what it complained of."""
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.set_default_timeout(SECONDS * 1000)
    errors: list[str] = []
    page.on("console", lambda each: errors.append(each.text) if each.type == "error" else None)
    page.on("pageerror", lambda each: errors.append(str(each)))
    yield page, errors
    page.close()


def calm(page: Any) -> None:
    assert page.get_by_test_id("stException").count() == 0
    assert page.get_by_role("dialog").count() == 0


def test_both_pages_open_without_an_error_and_draw_their_figures(server: str, tab: tuple[Any, list[str]]) -> None:
    page, errors = tab
    page.goto(f"{server}/?record=full")
    page.get_by_role("heading", name="Outcomes of full").wait_for()
    calm(page)
    page.get_by_role("link", name="Trait profiles").click()
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    page.get_by_role("button", name="profile_tipi.csv").wait_for()
    calm(page)
    assert page.locator(".js-plotly-plot").count() == 2
    assert "record=full" in page.url and "model=simulated%3Aperson" in page.url
    page.get_by_role("link", name="Studies").click()
    page.get_by_role("heading", name="Outcomes of full").wait_for()
    calm(page)
    assert errors == []


@pytest.mark.parametrize(("path", "sign"), [("studies", "Outcomes of half"), ("trait_profiles", "Trait profiles")])
def test_a_deep_link_to_a_fresh_server_opens_its_page_in_the_frame(
    server: str, tab: tuple[Any, list[str]], path: str, sign: str
) -> None:
    page, _ = tab  # Streamlit itself looks for its server below a deep link first, and is told 404
    page.goto(f"{server}/{path}?record=half")
    page.get_by_role("heading", name=sign).wait_for()
    page.get_by_test_id("stSidebar").get_by_text("Record", exact=True).wait_for()
    calm(page)
    assert f"/{path}?record=half" in page.url
