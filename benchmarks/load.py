"""A million trials on two cores: run, killed, resumed, exported and analysed, with the memory that each step takes.

    python benchmarks/load.py [--trials 1000000] [--record FOLDER] [--json] [--only STEP,...]

Every step is a process of its own, as a user would start it; its peak of resident memory is the kernel's. The run is killed
(SIGKILL) at about half of the trials and goes on in the next step. While it goes on, a browser opens *Studies* on the record.

run_killed, run_resumed     traitscope run: seconds, peak in MiB, trials done
studies_page_s              Studies in a browser while the run goes on: median of five openings
status, export, analyze, show
database_mib                answers.sqlite after all
lost, doubled               trials without and with more than one good answer: 0 both
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
from collections.abc import Callable, Sequence
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
STEPS = ("run", "status", "export", "analyze", "show")


def main() -> None:
    """Measure what was asked for, and print it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--trials", type=int, default=1_000_000)
    parser.add_argument("--record", type=Path, help="where it is made (default: a folder that goes again)")
    parser.add_argument("--only", default=",".join(STEPS), help="steps, with commas")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as beside:
        folder = given.record or Path(beside) / "runs" / "million"
        found = measured(given.trials, folder, Path(beside), given.only.split(","))
    print(json.dumps(found) if given.json else "\n".join(f"{name:16} {value}" for name, value in found.items()))


def measured(trials: int, folder: Path, beside: Path, steps: Sequence[str]) -> dict[str, Any]:
    """Every figure by name."""
    study = beside / "million.toml"
    study.write_text(STUDY.format(replicates=max(1, round(trials / (ITEMS * PERSONAS * FORMS)))), "utf-8")
    found: dict[str, Any] = {}
    run = ["run", str(study), "--record", str(folder)]
    if "run" in steps:
        found["run_killed"] = step(run, lambda process: kill_at(process, folder, 0.5))
        found["run_resumed"] = step(run, lambda _: found.update(studies_page_s=looked_at(folder)))
    others = {
        "status": ["status", str(folder)], "show": ["show", str(folder)],
        "export": ["export", str(folder), "--to", str(beside / "bundle")],
        "analyze": ["analyze", str(folder), "--inventory", "bfi44", "--only", "alpha,retest,parallel_forms"],
    }  # fmt: skip
    found |= {name: step(others[name]) for name in steps if name in others}
    with Record(folder).store() as store:
        counts = store.counts()
    found["lost"], found["doubled"] = counts["trials"] - counts["done"], doubled(folder)
    found["database_mib"] = round((folder / "answers.sqlite").stat().st_size / 2**20)
    return found


def step(
    arguments: Sequence[str], meanwhile: Callable[[subprocess.Popen[bytes]], object] | None = None
) -> dict[str, Any]:
    """One command in a process of its own: seconds, its peak in MiB, how it ended."""
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "traitscope", *arguments], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    if meanwhile is not None:
        threading.Thread(target=meanwhile, args=(process,), daemon=True).start()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return {
        "seconds": round(time.monotonic() - began, 1), "peak_mib": round(usage.ru_maxrss / 1024),
        "ended": process.returncode,
    }  # fmt: skip


def kill_at(process: subprocess.Popen[bytes], folder: Path, share: float) -> None:
    """Kill the process when that share of the trials is done."""
    while process.returncode is None:
        time.sleep(2)
        try:
            done = Record(folder).progress()
        except (OSError, StoreError):  # not made yet
            continue
        if done["trials"] and done["done"] >= share * done["trials"]:
            process.send_signal(signal.SIGKILL)
            return


def looked_at(folder: Path) -> float | None:
    """Seconds until *Studies* stands in a browser: median of five openings; None without a browser."""
    from playwright.sync_api import sync_playwright

    from benchmarks.browsing import THERE, launched, served

    seconds = []
    with served(folder.parent) as address, sync_playwright() as playwright:
        browser = launched(playwright)
        for _ in range(5):
            page = browser.new_page()
            began = time.monotonic()
            page.goto(f"{address}/studies?record={folder.name}")
            page.wait_for_function(THERE, arg="Studies", timeout=120_000)
            seconds.append(time.monotonic() - began)
            page.close()
        browser.close()
    return round(sorted(seconds)[2], 2)


def doubled(folder: Path) -> int:
    """Trials with more than one good call."""
    with Record(folder).store() as store:
        return int(store.rows(DOUBLED)[1][0][0])


if __name__ == "__main__":
    main()
