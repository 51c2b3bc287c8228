"""How long a reader waits: the dashboard on a record of 100,000 trials, measured in a browser.

    python benchmarks/dashboard.py [--json] [--record FOLDER]

The record is made here (115,248 trials of four simulated models) unless --record names one. The server is warm: it has run for
some seconds, in which it reads the newest records by itself, and has served a page of a small record. Then a new browser opens
pages of the large one. A page is there when its title and its first figure, table or message stand in the window and the page has
stopped computing.

first_paint_s         title and first figure or table in a new browser: the start page or a link to Trait profiles, the slower; median of three
first_wholes          by page: the same until the last figure stands and nothing computes
page_change_s         the slowest change to another page: median of three rounds, when each was opened once
page_first_open_s     by page: the first time that it is opened, with all that it computes
cold_profile_s        Trait profiles as the very first page of a server that was started this moment and has read nothing
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
# run as a script, this folder comes first, and has a file with the name of a standard module
sys.path = [str(ROOT), *(each for each in sys.path if not each.endswith("benchmarks"))]

from benchmarks.browsing import THERE, launched, served
from traitscope.record import Record

STUDY = """
title = "A record of more than 100,000 trials"
seed = 3
models = ["simulated:person", "simulated:perfect", "simulated:uniform", "simulated:agree"]
inventories = ["bfi44", "sd3", "oejts12", "scenarios_bfi44"]
personas = ["none", "big_five_32", "mbti_16"]
[[asks]]
inventories = ["bfi44", "sd3", "oejts12"]
vary = { options = ["printed", "reversed"], labels = ["arabic", "upper"] }
[[asks]]
elicitation = "choice"
inventories = ["scenarios_bfi44"]
vary = { options = ["printed", "swapped"] }
[[asks]]
inventories = ["scenarios_bfi44"]
[[asks]]
elicitation = "likelihood"
inventories = ["bfi44"]
"""
SMALL = """
title = "A small record"
models = ["simulated:person"]
inventories = ["tipi"]
"""
PAGES = ["Trait profiles", "Reliability", "Consistency", "Divergence", "Compare", "Replies", "Studies", "Inventories"]
# the title, and the first figure, table or bar of progress
PAINTED = """title => {
    const main = document.querySelector('[data-testid="stMain"]');
    const head = main && [...main.querySelectorAll("h1")].some(each => each.textContent.trim() === title);
    return head && main.querySelector('.js-plotly-plot .main-svg, [data-testid="stProgress"], [data-testid="stDataFrame"], [data-testid="stTable"]');
}"""
ROUNDS = 3
SETTLED_S = 8


def main() -> int:
    """Make the record, start a server, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--record", type=Path, help="a record that is there already")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        runs = Path(folder)
        _ask(SMALL, runs / "small")
        if given.record:
            (runs / "large").symlink_to(given.record.resolve())
        else:
            _ask(STUDY, runs / "large")
        result = measured(runs)
    print(json.dumps(result) if given.json else "\n".join(f"{name}: {value}" for name, value in result.items()))
    return 0


def _ask(study: str, folder: Path) -> None:
    file = folder.with_suffix(".toml")
    file.write_text(study, "utf-8")
    command = [sys.executable, "-m", "traitscope", "run", str(file), "--record", str(folder), "--json"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)


def measured(runs: Path) -> dict[str, Any]:
    """All figures for the records `small` and `large` under `runs`."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = launched(playwright)
        with served(runs) as address:
            _opened(browser, f"{address}/?record=small", "Studies").close()
            time.sleep(SETTLED_S)
            paints, wholes = {}, {}
            for path, title in (("", "Studies"), ("trait_profiles", "Trait profiles")):
                paints[title] = _first(browser, f"{address}/{path}?record=large", title, PAINTED)
                wholes[title] = _first(browser, f"{address}/{path}?record=large", title, THERE)
            page = _opened(browser, f"{address}/?record=large", "Studies")
            first = {name: _change(page, name) for name in PAGES}
            rounds = [{name: _change(page, name) for name in PAGES} for _ in range(ROUNDS)]
            page.close()
        with served(runs) as address:
            page, cold = _timed(browser, f"{address}/trait_profiles?record=large", "Trait profiles")
            page.close()
        browser.close()
    medians = {name: sorted(each[name] for each in rounds)[ROUNDS // 2] for name in PAGES}
    return {
        "trials": Record(runs / "large").progress()["trials"], "first_paint_s": max(paints.values()),
        "page_change_s": max(medians.values()), "first_paints": paints, "first_wholes": wholes, "page_changes": medians, "page_first_open_s": first,
        "cold_profile_s": cold,
    }  # fmt: skip


def _timed(browser: Any, address: str, title: str, there: str = THERE) -> tuple[Any, float]:
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    start = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.wait_for_function(there, arg=title, timeout=120_000, polling=20)
    return page, round(time.perf_counter() - start, 2)


def _first(browser: Any, address: str, title: str, there: str) -> float:
    """The median over several new browsers."""
    times = []
    for _ in range(ROUNDS):
        page, seconds = _timed(browser, address, title, there)
        page.close()
        times.append(seconds)
    return sorted(times)[ROUNDS // 2]


def _opened(browser: Any, address: str, title: str) -> Any:
    return _timed(browser, address, title)[0]


def _change(page: Any, title: str) -> float:
    start = time.perf_counter()
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=title, exact=True).click()
    page.wait_for_function(THERE, arg=title, timeout=120_000, polling=20)
    return round(time.perf_counter() - start, 2)


if __name__ == "__main__":
    sys.exit(main())
