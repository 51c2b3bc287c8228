"""A million trials on two cores, end to end: seconds, peak of memory and size of each step, and how the dashboard answers meanwhile.

    python benchmarks/load.py [--trials 1000000] [--record FOLDER] [--json] [--only STEP,...]
    python benchmarks/load.py --reuse RECORD                  # a finished record, which is read only: no run that is killed

Every step is a process of its own, as a user would start it; `peak_mib` is the kernel's peak of its resident memory, `ended` its exit
code. The run is killed (SIGKILL) at half of the trials and goes on in the next step; `again` is the run of a record that is complete.
What is exported is verified. A million trials take about an hour on two free cores, most of it in `analyze` and `verify`.

steps                run_killed, run_resumed, again, status, show, analyze, report, export, verify
database_mib         answers.sqlite after all
trials, lost, doubled            trials, and those without and with more than one good answer: 0 both
page_under_load_s    Studies in a browser while the run goes on (with --reuse: while the record is exported): median of five openings
page_idle_s          the same when nothing else goes on; page_ratio is the first divided by the second
pages_s              each page of results on this record: the first opening, which computes, and the second
dashboard_peak_mib   the peak of the dashboard's process over all of them
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
# run as a script, this folder comes first, and has a file with the name of a standard module
sys.path = [str(ROOT), *(each for each in sys.path if not each.endswith("benchmarks"))]

from traitscope.record import Record
from traitscope.store import StoreError

ITEMS, PERSONAS, FORMS = 44, 32, 12
STUDY = """
title = "A million trials"
models = ["simulated:person"]
inventories = ["bfi44"]
personas = ["big_five_32"]
[[asks]]
vary = {{ options = ["printed", "reversed", "shuffled"], labels = ["arabic", "upper"], items = ["printed", "shuffled"] }}
replicates = {replicates}
"""
DOUBLED = """SELECT count(*) FROM (SELECT x.trial FROM call_trials x JOIN calls c ON c.id = x.call WHERE c.error IS NULL
    GROUP BY x.trial HAVING count(*) > 1)"""
STEPS = ("run", "again", "status", "show", "analyze", "report", "export", "verify", "pages")
PAGES = {
    "trait_profiles": "Trait profiles", "reliability": "Reliability", "consistency": "Consistency", "compare": "Compare",
    "replies": "Replies",
}  # fmt: skip
SLOWEST = 900  # seconds that a page may take
OPENINGS = 5


def main() -> None:
    """Measure what was asked for, and print it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--trials", type=int, default=1_000_000)
    parser.add_argument("--record", type=Path, help="where it is made (default: a folder that goes again)")
    parser.add_argument("--reuse", type=Path, help="a finished record, instead of making one")
    parser.add_argument("--only", default=",".join(STEPS), help=f"steps, with commas: {', '.join(STEPS)}")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    steps = given.only.split(",")
    if unknown := set(steps) - set(STEPS):
        parser.error(f"--only: no step {', '.join(sorted(unknown))}; there are {', '.join(STEPS)}")
    with tempfile.TemporaryDirectory() as beside:
        folder = given.reuse or given.record or Path(beside) / "runs" / "million"
        steps = [each for each in steps if each != "run" or not given.reuse]
        found = measured(given.trials, folder.resolve(), Path(beside), steps)
    print(json.dumps(found) if given.json else table(found))


def measured(trials: int, folder: Path, beside: Path, steps: Sequence[str]) -> dict[str, Any]:
    """Every figure by name."""
    study = beside / "million.toml"
    study.write_text(STUDY.format(replicates=max(1, round(trials / (ITEMS * PERSONAS * FORMS)))), "utf-8")
    bundle, page = beside / "bundle", dict[str, Any]()
    commands = {
        "again": ["run", str(folder / "study.toml"), "--record", str(folder)],
        "status": ["status", str(folder)],
        "show": ["show", str(folder)],
        "analyze": ["analyze", str(folder), "--inventory", "bfi44", "--only", "all"],
        "report": ["report", str(folder), "--to", str(beside / "report.html")],
        "export": ["export", str(folder), "--to", str(bundle)],
        "verify": ["verify", str(bundle)],
    }
    done: dict[str, Any] = {}

    def looks(_: object) -> None:
        page["page_under_load_s"] = looked_at(folder)

    if "run" in steps:
        run = ["run", str(study), "--record", str(folder)]
        done["run_killed"] = step(run, lambda process: kill_at(process, folder, 0.5))
        done["run_resumed"] = step(run, looks)
    for name in (each for each in STEPS if each in steps and each in commands):
        done[name] = step(
            commands[name], looks if name == "export" and "run" not in steps and "pages" in steps else None
        )
    with Record(folder).store() as store:
        counts = store.counts()
    found: dict[str, Any] = {
        "steps": done, "trials": counts["trials"], "lost": counts["trials"] - counts["done"], "doubled": doubled(folder),
        "database_mib": round((folder / "answers.sqlite").stat().st_size / 2**20),
    }  # fmt: skip
    if "pages" in steps:
        found |= page | {"page_idle_s": looked_at(folder)}
        if page.get("page_under_load_s"):
            found["page_ratio"] = round(found["page_under_load_s"] / found["page_idle_s"], 2)
        found |= pages(folder)
    return found


def table(found: dict[str, Any]) -> str:
    """The figures for people, a step a line."""
    lines = [f"{'step':12} {'seconds':>9} {'peak MiB':>9} {'ended':>6}"]
    lines += [
        f"{name:12} {each['seconds']:9.1f} {each['peak_mib']:9} {each['ended']:6}"
        for name, each in found["steps"].items()
    ]
    lines += [f"{name:20} {value}" for name, value in found.items() if name != "steps"]
    return "\n".join(lines)


def step(
    arguments: Sequence[str], meanwhile: Callable[[subprocess.Popen[bytes]], object] | None = None
) -> dict[str, Any]:
    """One command in a process of its own: seconds, its peak in MiB, how it ended; what goes on meanwhile is waited for."""
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "traitscope", *arguments], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    beside = threading.Thread(target=meanwhile or (lambda _: None), args=(process,), daemon=True)
    beside.start()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    beside.join()
    print(f"{arguments[0]}: {seconds:.0f} s", file=sys.stderr, flush=True)
    return {"seconds": round(seconds, 1), "peak_mib": round(usage.ru_maxrss / 1024), "ended": process.returncode}


def kill_at(process: subprocess.Popen[bytes], folder: Path, share: float) -> None:
    """Kill the process when that share of the trials is done."""
    while process.returncode is None:
        time.sleep(0.5)
        try:
            done = Record(folder).progress()
        except (OSError, StoreError):  # not made yet
            continue
        if done["trials"] and done["done"] >= share * done["trials"]:
            process.send_signal(signal.SIGKILL)
            return


@contextmanager
def dashboard(folder: Path) -> Iterator[tuple[Callable[[str, str], float], Callable[[], int]]]:
    """The dashboard on the record alone: what opens a page and says how long it took, and what tells the server's peak in MiB."""
    from playwright.sync_api import sync_playwright

    from benchmarks.browsing import THERE, launched, served

    with tempfile.TemporaryDirectory() as runs:
        (Path(runs) / folder.name).symlink_to(folder)
        with served(Path(runs)) as address, sync_playwright() as playwright:
            browser = launched(playwright)

            def opened(path: str, title: str) -> float:
                page = browser.new_page()
                began = time.monotonic()
                page.goto(f"{address}/{path}?record={folder.name}")
                page.wait_for_function(THERE, arg=title, timeout=1000 * SLOWEST)
                page.close()
                return round(time.monotonic() - began, 2)

            yield opened, server_peak
            browser.close()


def server_peak() -> int:
    """The peak of resident memory of the dashboard that this process has started, as the kernel tells it."""
    own = os.getpid()
    children = [each for path in Path(f"/proc/{own}/task").glob("*/children") for each in path.read_text().split()]
    for child in children:
        if "streamlit" in Path(f"/proc/{child}/cmdline").read_text():
            lines = Path(f"/proc/{child}/status").read_text().splitlines()
            return next(int(each.split()[1]) // 1024 for each in lines if each.startswith("VmHWM"))
    raise RuntimeError("no dashboard is there")


def looked_at(folder: Path) -> float:
    """Seconds until *Studies* stands in a browser: median of five openings."""
    with dashboard(folder) as (opened, _):
        return sorted(opened("studies", "Studies") for _ in range(OPENINGS))[OPENINGS // 2]


def pages(folder: Path) -> dict[str, Any]:
    """Every page of results: seconds of its first opening and of its second, and the peak of the server."""
    with dashboard(folder) as (opened, peak):
        found = {path: [opened(path, title), opened(path, title)] for path, title in PAGES.items()}
        return {"pages_s": found, "dashboard_peak_mib": peak()}


def doubled(folder: Path) -> int:
    """Trials with more than one good call."""
    with Record(folder).store() as store:
        return int(store.rows(DOUBLED)[1][0][0])


if __name__ == "__main__":
    main()
