"""What is promised when a process is killed: see docs/promises.md. `make faults` does it 50 times each."""

import os
import re
import shutil
import signal
import time
from importlib.util import find_spec
from pathlib import Path

import fault_runs as runs
import pytest
from fault_runs import TRIALS, Moment

from benchmarks import browsing
from benchmarks.fault_server import answer_to
from traitscope.lock import is_held
from traitscope.record import Record
from traitscope.runner import run
from traitscope.study import load_study

API = """
title = "A server"
models = [{{ name = "{model}", price = {{ input = 10, output = 10 }} }}]
inventories = ["bfi44"]
personas = [{{ set = "survey_random", n = {persons} }}]
limits = {{ concurrency = 32 }}
[[asks]]
reply = "text"
"""
PERSONS, PAGE_PERSONS = 25, 15
WINDOW = 32  # calls in flight
PROBE = 1  # question that finds out what the server can do


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    """A study of simulated persons with a record of it that nothing has happened to."""
    folder = tmp_path_factory.mktemp("simulated")
    (folder / "study.toml").write_text(runs.SIMULATED, "utf-8")
    run(load_study(folder / "study.toml"), folder / "whole")
    return folder


@runs.chains("run", TRIALS)
def test_a_run_that_is_killed_at_any_moment_goes_on_as_if_nothing_had_been(chain, simulated, tmp_path):
    path, folder = simulated / "study.toml", tmp_path / "r"
    for _ in runs.struck(path, folder, chain):
        pass
    assert len(runs.stored(folder)) == TRIALS
    assert runs.answers(folder).equals(runs.answers(simulated / "whole"))


@runs.chains("api", PERSONS * 44)
def test_a_run_on_a_provider_that_is_killed_asks_nothing_twice_but_what_was_in_flight(
    chain, fault_server, study_file, tmp_path
):
    server = fault_server("--delay-ms", "20")
    path, folder = study_file(API.format(model=server.model, persons=PERSONS)), tmp_path / "r"
    for _ in runs.struck(path, folder, chain):
        pass
    assert server.stats()["answered_twice"] <= len(chain) * WINDOW + PROBE
    with Record(folder).store() as store:
        names, rows = store.table("calls")
        assert len(rows) == PERSONS * 44
        for row in rows:
            messages = store.prompt(row[names.index("prompt")])[0]
            sent = [{"role": each.role, "content": each.content} for each in messages]
            assert row[names.index("text")] == answer_to(sent)
    run(load_study(path), tmp_path / "whole")
    assert runs.answers(folder).equals(runs.answers(tmp_path / "whole"))


def process_of(address: str) -> int:
    """The number of the dashboard that listens at an address."""
    port = address.rpartition(":")[2]
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if f"--server.port={port}" in each.read_text().split("\0"):
                return int(each.parent.name)
        except OSError:  # it has ended meanwhile
            continue
    raise AssertionError(f"nobody listens at {address}")


@pytest.fixture(scope="module")
def tab():
    """A page of a browser."""
    if find_spec("playwright") is None or not browsing.found():
        pytest.skip("needs Playwright and a Chromium: python -m benchmarks.browsing")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = browsing.launched(playwright)
        yield chromium.new_page()
        chromium.close()


def start_from(tab, address, folder):
    """Click until the run has begun, as people do: a click while the page is drawn anew is lost."""
    for _ in range(5):
        tab.goto(f"{address}/studies")
        tab.get_by_text("Ask the rest from here", exact=True).click(timeout=runs.SECONDS * 1000)
        tab.get_by_role("button", name="Ask the rest", exact=True).click(timeout=runs.SECONDS * 1000)
        until = time.monotonic() + 15
        while time.monotonic() < until:
            if is_held(folder):
                return
            time.sleep(0.05)
    raise AssertionError(f"{folder}: five clicks started nothing")


@pytest.mark.browser
def test_a_run_that_a_page_has_started_outlives_a_dashboard_that_is_killed(tab, fault_server, study_file, tmp_path):
    server = fault_server("--delay-ms", "150")
    path, begun = study_file(API.format(model=server.model, persons=PAGE_PERSONS)), tmp_path / "begun"
    process = runs.started(path, begun)
    runs.wait_until(Moment(100, 0), begun, process)
    runs.killed(process)
    whole = None
    for number, moment in enumerate(each for chain in runs.moments("dashboard", 200, 0.5) for each in chain):
        folder = tmp_path / f"runs{number}" / "study"
        shutil.copytree(begun, folder)
        before, at_least = runs.stored(folder), runs.done(folder) + moment.answers
        with browsing.served(folder.parent) as address:
            start_from(tab, address, folder)
            runs.wait_for(lambda: runs.done(folder) >= at_least)  # noqa: B023
            os.kill(process_of(address), signal.SIGKILL)
            assert is_held(folder)
        runs.wait_for(lambda: not is_held(folder))  # noqa: B023
        assert Record(folder).progress() == {"trials": PAGE_PERSONS * 44, "done": PAGE_PERSONS * 44, "failed": 0}
        runs.assert_nothing_lost_or_doubled(before, folder)
        whole = runs.answers(folder) if whole is None else whole
        assert runs.answers(folder).equals(whole)


def workers_of(pid: int) -> list[int]:
    """The processes of Ray that hold a responder for the run `pid`."""
    parents, names = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            number, rest = re.fullmatch(r"(\d+) \(.*\) (.*)", stat.read_text(), re.S).groups()
            parents[int(number)] = int(rest.split()[1])
            names[int(number)] = (stat.parent / "cmdline").read_text()
        except OSError:
            continue
    found = {pid}
    while more := {each for each, parent in parents.items() if parent in found} - found:
        found |= more
    return [each for each in sorted(found) if names.get(each, "").startswith("ray::Worker")]


@pytest.mark.skipif(find_spec("ray") is None, reason="pip install ray==2.60.0")
@runs.chains("worker", TRIALS)
def test_workers_that_are_killed_take_no_answer_with_them(chain, simulated, tmp_path):
    path, folder = simulated / "study.toml", tmp_path / "r"
    process = runs.started(path, folder, "--cluster", "auto", "--workers", "2")
    blows, before = 0, {}
    for moment in chain:
        # before the first answer there is no worker yet
        runs.wait_until(Moment(moment.answers or 1, moment.seconds), folder, process)
        for victim in workers_of(process.pid)[:1]:
            os.kill(victim, signal.SIGKILL)
            blows += 1
        before = runs.assert_nothing_lost_or_doubled(before, folder)
    _, told = process.communicate(timeout=runs.SECONDS)
    assert process.returncode == 0, told
    assert blows and "Traceback" not in told
    runs.completed(path, folder)
    runs.assert_nothing_lost_or_doubled(before, folder)
    whole = runs.answers(simulated / "whole")
    exact = ["trial", "outcome", "chosen", "position"]
    assert runs.answers(folder)[exact].equals(whole[exact])
