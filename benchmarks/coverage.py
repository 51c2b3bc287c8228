"""How often each 95 % interval of `psychometrics` holds the truth, over twenty worlds in which the truth is known.

`python benchmarks/coverage.py [--only REGEX] [--replicates N] [--jobs 2] [--seed S] [--json FILE]`: 1,000 replicates for
intervals in closed form and of alpha's bootstrap, 200 or 100 for costly ones. "!" marks a coverage outside 93 to 97 % (91
to 98 for the costly). `docs/coverage.md` says where that happens and why. About 25 minutes on two cores.
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    # in place of this folder, whose names would hide modules of Python
    sys.path[0] = str(Path(__file__).parent.parent)

import argparse
import json
import math
import multiprocessing
import re
import time
import zlib
from collections import Counter
from typing import Any

import numpy as np

from benchmarks.measures import MEASURES
from benchmarks.worlds import WORLDS, answers, population, truth
from psychometrics import Estimate

RESAMPLES = 1000
Row = dict[str, Any]


def covered(world_name: str, measure_name: str, replicates: int, seed: int) -> list[Row]:
    """The rows of one measure in one world."""
    world, measure = WORLDS[world_name], MEASURES[measure_name]
    begun = time.perf_counter()
    true = truth(world)
    found = [
        measure.of(
            world, answers(world, np.random.default_rng([seed, zlib.crc32(world_name.encode()), each])), each, RESAMPLES
        )
        for each in range(replicates)
    ]
    lacking = {statistic for statistic, _ in found[0]} - set(true)
    if lacking:
        large = measure.of(world, population(world, measure.population), 0, 2)
        true = {statistic: estimate.value for statistic, estimate in reversed(large)} | true
    rows = []
    for place, (statistic, _) in enumerate(found[0]):
        of_place = [each[place][1] for each in found]
        rows.append(row_of(world_name, statistic, true[statistic], of_place, measure.replicates < 1000))
    print(f"{world_name}, {measure_name}: {time.perf_counter() - begun:.0f} s", file=sys.stderr, flush=True)
    return rows


def row_of(world_name: str, statistic: str, true: float, found: list[Estimate], costly: bool) -> Row:
    """How often the intervals of one statistic held the truth; percentages, and widths in its unit."""
    with_interval = [each for each in found if not (math.isnan(each.low) or math.isnan(each.high))]
    low, high = np.array([(each.low, each.high) for each in with_interval]).reshape(-1, 2).T
    m, first = len(with_interval), (with_interval or found)[0]
    share = float(np.mean((low <= true) & (true <= high))) if m else math.nan
    nominal = 100 * first.confidence
    least, most = (nominal - 4, nominal + 3) if costly else (nominal - 2, nominal + 2)
    return {
        "world": world_name,
        "statistic": statistic,
        "interval": Counter(each.method for each in with_interval or found).most_common(1)[0][0],
        "nominal": round(nominal),
        "persons": WORLDS[world_name].persons,
        "replicates": len(found),
        "truth": true,
        "mean": float(np.nanmean([each.value for each in found]))
        if any(each.estimable for each in found)
        else math.nan,
        "coverage": 100 * share,
        "error": 100 * 1.96 * math.sqrt(share * (1 - share) / m) if m else math.nan,
        "all_above": 100 * float(np.mean(low > true)) if m else math.nan,
        "all_below": 100 * float(np.mean(high < true)) if m else math.nan,
        "width": float(np.mean(high - low)) if m else math.nan,
        "without": 100 * (1 - m / len(found)),
        "why": dict(Counter(why_not(each) for each in found if math.isnan(each.low) or math.isnan(each.high))),
        "outside": bool(m) and not least <= 100 * share <= most,
    }


def why_not(estimate: Estimate) -> str:
    """The code that tells why there is no interval: the note, else that of the last warning."""
    return estimate.note or estimate.warnings[-1].partition(":")[0]


def tasks(only: str, replicates: int | None, seed: int) -> list[tuple[str, str, int, int]]:
    """World, measure, replicates and seed of all that match, the costly ones first."""
    chosen = []
    for world_name, world in WORLDS.items():
        for name in world.measures:
            if re.search(only, f"{world_name}: {name}"):
                count = MEASURES[name].replicates
                if replicates is not None:
                    count = math.ceil(replicates * count / 1000)
                chosen.append((world_name, name, count, seed))
    return sorted(chosen, key=lambda each: MEASURES[each[1]].replicates)


def run(only: str = "", replicates: int | None = None, seed: int = 1, jobs: int = 1) -> list[Row]:
    """Rows of all worlds and measures whose "world: measure" matches `only`, in the order of `WORLDS`."""
    todo = tasks(only, replicates, seed)
    if jobs > 1:
        with multiprocessing.Pool(jobs) as pool:
            rows = pool.starmap(covered, todo, chunksize=1)
    else:
        rows = [covered(*each) for each in todo]
    order = [(name, each) for name, world in WORLDS.items() for each in world.measures]
    found = sorted(zip(todo, rows, strict=True), key=lambda each: order.index(each[0][:2]))
    return [row for _, part in found for row in part]


def printed(rows: list[Row]) -> str:
    """The table, one line a statistic and interval, with the worlds' names between."""
    head = f"  {'statistic':29}{'interval':34}{'n':>4}{'reps':>6}{'truth':>8}{'cover %':>9}{'+/-':>5}{'width':>8}"
    lines = [head + f"{'none %':>8}  why"]
    world = ""
    for each in rows:
        if each["world"] != world:
            world = each["world"]
            lines += ["", f"{world}: {WORLDS[world].told}"]
        why = ", ".join(f"{note} {count}" for note, count in each["why"].items())
        interval = (
            each["interval"].replace("bootstrap, expanded percentile", "bootstrap").replace(", two one-sided tests", "")
        )
        interval += "" if each["nominal"] == 95 else f", {each['nominal']} %"
        line = f"{'!' if each['outside'] else ' '} {each['statistic']:29}{interval:34}{each['persons']:4}"
        line += (
            f"{each['replicates']:6}{each['truth']:8.3f}{each['coverage']:9.1f}{each['error']:5.1f}{each['width']:8.3f}"
        )
        lines.append((line + f"{each['without']:8.1f}  {why}").rstrip())
    return "\n".join(lines)


def main() -> None:
    """Run what was asked for and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", metavar="REGEX", help='of "world: measure", such as "textbook: alpha$"')
    parser.add_argument("--replicates", type=int, help="instead of 1,000, and its share of 200 and 100")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows there, too")
    given = parser.parse_args()
    begun = time.perf_counter()
    rows = run(given.only, given.replicates, given.seed, given.jobs)
    print(printed(rows))
    outside = sum(each["outside"] for each in rows)
    print(f"\n{len(rows)} intervals, {outside} outside (!), {time.perf_counter() - begun:.0f} s, seed {given.seed}")
    if given.json is not None:
        clean = [{k: None if isinstance(v, float) and math.isnan(v) else v for k, v in each.items()} for each in rows]
        given.json.write_text(json.dumps(clean, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
