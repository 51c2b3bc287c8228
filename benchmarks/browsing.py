"""The dashboard in a process of its own, and a Chromium to look at it: what browser tests and benchmarks share.

python -m benchmarks.browsing      finds a Chromium or Chrome, or installs one; says which
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from traitscope.figures.images import browser as found

ROOT = Path(__file__).parent.parent
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync"]  # fmt: skip
SECONDS = 120  # a busy machine is slow, not wrong
# a page is there: its title, something of its own, and nothing that still computes or is from before
THERE = """title => {
    const all = (name, inside = document) => [...inside.querySelectorAll(`[data-testid="${name}"]`)];
    if (all("stApp")[0]?.dataset.testScriptState !== "notRunning") return false;
    const main = all("stMain")[0];
    if (!main || all("stStatusWidget").length || all("stSpinner").length || all("stSkeleton").length) return false;
    const head = [...main.querySelectorAll("h1")].some(each => each.textContent.trim() === title);
    const drawn = [...main.querySelectorAll(".js-plotly-plot .main-svg")].length;
    const told = ["stTable", "stDataFrame", "stAlert", "stProgress", "stForm", "stButton", "stException", "stCode"]
        .some(name => all(name, main).length);
    return head && (drawn || told) && !main.querySelectorAll('[data-stale="true"]').length;
}"""


def launched(playwright: Any) -> Any:
    """A Chromium: that of the machine, or Playwright's own."""
    return playwright.chromium.launch(executable_path=found(), args=FLAGS)


@contextmanager
def served(runs: Path, more: Mapping[str, str] | None = None) -> Iterator[str]:
    """The dashboard on the records under `runs`, with `more` in its environment; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--server.headless=true", "--server.address=127.0.0.1", f"--server.port={port}",
               "--browser.gatherUsageStats=false", "--server.fileWatcherType=none"]  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "app.py", *options],
        cwd=ROOT, env={**os.environ, "TRAITSCOPE_RUNS": str(runs), **(more or {})}, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{address}/_stcore/health", process)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"{address} did not answer within {SECONDS} s")


def install() -> str:
    """Where a Chromium is; Debian's, or else Playwright's own, is installed where there is none."""
    if not found() and shutil.which("apt-get") and os.geteuid() == 0:
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        subprocess.run(["apt-get", "install", "-qq", "-y", "chromium"], check=False)
    if not found():
        done = subprocess.run([sys.executable, "-m", "playwright", "install", "--with-deps", "chromium"], check=False)
        if done.returncode:
            return "No Chromium or Chrome is here, and none could be installed: browser tests are skipped."
    return found() or "Playwright's own Chromium"


if __name__ == "__main__":
    print(install())
