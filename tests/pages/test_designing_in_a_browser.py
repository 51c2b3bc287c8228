"""A study from the browser alone: composed, started, stopped, resumed, read and deleted; nothing else is touched."""

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from benchmarks import browsing
from tests.pages.tabs import NEEDS_BROWSER, Tab
from traitscope.lock import is_held
from traitscope.record import Record
from traitscope.results import profiles

pytestmark = [*NEEDS_BROWSER, pytest.mark.thorough]

SLOW = """
title = "A server that takes its time"
models = ["server:{address}/v1#slow"]
inventories = ["tipi"]
personas = [{{ set = "big_five_32", fraction = "half" }}]
limits = {{ concurrency = 4 }}
[[asks]]
reply = "text"
vary = {{ options = ["printed", "reversed"] }}
"""
TRIALS = 16 * 10 * 2
MOST_CHECKS = 5  # calls that find out what a model can do


def eventually(holds: Callable[[], bool], what: str) -> None:
    """Wait until something outside the browser holds."""
    deadline = time.monotonic() + browsing.SECONDS
    while not holds():
        assert time.monotonic() < deadline, f"{what}: not within {browsing.SECONDS} s"
        time.sleep(0.05)


@pytest.fixture
def own_runs(tmp_path: Path) -> Path:
    """A folder of records of its own, with nothing in it."""
    return tmp_path / "runs"


@pytest.fixture
def own_tab(own_runs: Path, tab_of: Callable[..., Tab]) -> Iterator[Tab]:
    with browsing.served(own_runs) as address:
        yield tab_of(address)


@pytest.fixture
def slow() -> Iterator[str]:
    """A server in OpenAI's format that answers after a second, until it is told otherwise; its address."""
    command = [sys.executable, str(browsing.ROOT / "benchmarks" / "fault_server.py"), "--delay-ms", "1000"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(timeout=30)


def ask_the_rest(tab: Tab) -> None:
    """Press the button that goes on with the record, which forecasts first what that takes."""
    tab.main.get_by_text("Ask the rest from here", exact=True).click()
    tab.main.get_by_role("button", name="Ask the rest", exact=True).click()


def told(address: str, name: str, **given: Any) -> Any:
    """What the slow server says: its `stats`, or nothing when it is `set`."""
    data = json.dumps(given).encode() if given else None
    with urllib.request.urlopen(urllib.request.Request(f"{address}/{name}", data)) as answer:
        return json.load(answer)


def test_a_study_is_designed_run_and_read_in_the_browser_alone(own_tab: Tab, own_runs: Path) -> None:
    tab = own_tab
    tab.open("design")
    tab.there("design")
    tab.type("Title", "By the browser alone")
    for label, gone, name in (
        ("Models", "simulated:person", "simulated:person"),
        ("Persona sets", "big_five_32", "big_five_32"),
        ("Inventories", "tipi", "tipi"),
    ):
        tab.drop(label, gone)
        tab.add(label, name)
    tab.main.get_by_role("radio", name="half", exact=True).click()
    tab.there("design")
    tab.add("Order of options", "printed")
    tab.add("Order of options", "reversed")
    tab.type("Name of the record", "from_the_browser")
    assert 'fraction = "half"' in tab.main.inner_text()
    assert 'options = ["printed", "reversed"]' in tab.main.inner_text()
    assert f"{TRIALS}" in tab.main.get_by_test_id("stMetric").filter(has_text="Trials").inner_text()
    tab.main.get_by_role("button", name="Start", exact=True).click()
    tab.main.get_by_text("from_the_browser under Studies").click()
    tab.there("studies")
    tab.main.get_by_text(f"{TRIALS} of {TRIALS} trials done: complete").first.wait_for()

    record = Record(own_runs / "from_the_browser")
    study = record.manifest
    assert study.title == "By the browser alone"
    assert record.progress() == {"trials": TRIALS, "done": TRIALS, "failed": 0}
    tab.go("trait_profiles")
    assert "record=from_the_browser" in tab.page.url
    assert tab.figures() >= 3
    shown = profiles.people(record, "tipi", "simulated:person", "rating: chosen")
    cells = pd.DataFrame(tab.heatmap(), dtype=float)
    wide = shown.pivot(index="persona", columns="scale", values="pomp")
    assert sorted(cells.to_numpy().ravel()) == pytest.approx(sorted(wide.to_numpy().ravel()))
    assert tab.errors == []


def test_a_study_outlives_the_page_and_is_stopped_resumed_and_deleted_from_another(
    own_tab: Tab, own_runs: Path, slow: str, stopped_run: Callable[..., Record], tab_of: Callable[..., Tab]
) -> None:
    for name in ("slow", "other"):
        stopped_run(own_runs / name, SLOW.format(address=slow), 0)
        (own_runs / f"{name}.toml").unlink()
    record = Record(own_runs / "slow")
    own_tab.open("studies?record=slow")
    own_tab.there("studies")
    ask_the_rest(own_tab)
    own_tab.main.get_by_text("being asked now").first.wait_for()
    eventually(lambda: record.progress()["done"] > 0, "a first answer")
    own_tab.page.close()

    done = record.progress()["done"]
    eventually(lambda: record.progress()["done"] > done + 10, "answers while no page is open")
    second = tab_of(own_tab.address)
    second.open("studies?record=slow")
    second.there("studies")
    second.main.get_by_role("button", name="Stop", exact=True).click()
    eventually(lambda: not is_held(record.folder), "the end of the process")
    second.main.get_by_text("trials done: unfinished").first.wait_for()
    kept = record.progress()["done"]
    assert done < kept < TRIALS

    told(slow, "set", delay_ms=5)
    ask_the_rest(second)
    second.main.get_by_text(f"{TRIALS} of {TRIALS} trials done: complete").first.wait_for()
    assert record.progress() == {"trials": TRIALS, "done": TRIALS, "failed": 0}
    # asked twice is what was in flight when it was stopped, and the few calls that tell what a model can do
    asked = told(slow, "stats")
    assert TRIALS <= asked["prompts"] <= TRIALS + MOST_CHECKS
    assert asked["answered_twice"] <= asked["most"] + MOST_CHECKS

    second.main.get_by_text("Delete slow", exact=True).click()
    confirm = second.main.get_by_role("textbox", name="Type the record's name to confirm")
    confirm.fill("other")
    confirm.press("Enter")
    second.main.get_by_role("button", name="Delete for ever").click()
    second.main.get_by_text("nothing was deleted").wait_for()
    assert (own_runs / "slow" / "answers.sqlite").is_file()
    confirm.fill("slow")
    confirm.press("Enter")
    second.main.get_by_role("button", name="Delete for ever").click()
    eventually(lambda: not (own_runs / "slow").exists(), "the folder gone")
    second.page.wait_for_url("**record=other*")
    second.there("studies")
    assert (own_runs / "other" / "study.toml").is_file()
    assert [*own_tab.errors, *second.errors] == []
