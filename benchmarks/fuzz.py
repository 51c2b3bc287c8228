"""A hundred thousand files and replies that are almost right: how many were accepted, how many refused, what broke.

    python benchmarks/fuzz.py [--only REGEX] [--share 0.1] [--seed S] [--jobs 2]

Each kind is tried in batches with seeds of their own; a batch that breaks prints its smallest case, and the exit is 1.
The cases and what is held of them are those of tests/fuzz.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
# in place of this folder, whose names would hide modules of Python
sys.path[:1] = [str(ROOT), str(ROOT / "tests" / "fuzz")]

import argparse
import math
import multiprocessing
import re
import time
import traceback
from collections import Counter

from fuzz_kinds import KINDS, run
from fuzz_verdict import Hang

BATCH = 1_000


def batch(given: tuple[str, int, int]) -> tuple[str, int, Counter[str], str]:
    """One batch: its kind, its seed, what became of its cases, and the traceback of one that broke."""
    name, cases, number = given
    try:
        return name, number, run(name, cases, number), ""
    except (Exception, Hang) as problem:
        return name, number, Counter(), "".join(traceback.format_exception(problem, limit=-4))[-3_000:]


def batches(only: str, share: float, seed: int) -> list[tuple[str, int, int]]:
    """Kind, number of cases and seed of each batch; the long ones first."""
    found = []
    for name, kind in KINDS.items():
        if re.search(only, name):
            cases = math.ceil(kind.thorough * share)
            found += [(name, min(BATCH, cases - start), seed + start // BATCH) for start in range(0, cases, BATCH)]
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", metavar="REGEX", help="kinds whose name matches")
    parser.add_argument("--share", type=float, default=1.0, help="of the cases of every kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    begun, counts, broken = time.perf_counter(), dict[str, Counter[str]](), 0
    with multiprocessing.get_context("spawn").Pool(given.jobs) as pool:
        for name, number, found, told in pool.imap_unordered(batch, batches(given.only, given.share, given.seed)):
            counts.setdefault(name, Counter()).update(found)
            print(f"{name}, seed {number}: {found.total()} cases", file=sys.stderr, flush=True)
            if told:
                broken += 1
                print(f"BROKEN: {name}, seed {number}\n{told}", flush=True)
    print(f"{'kind':34}{'cases':>9}{'accepted':>10}{'refused':>9}")
    for name, found in sorted(counts.items()):
        print(f"{name:34}{found.total():9,}{found['accepted']:10,}{found['refused']:9,}")
    total = sum(found.total() for found in counts.values())
    print(f"{'in all':34}{total:9,}    seed {given.seed}, {time.perf_counter() - begun:.0f} s, {broken} batches broken")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
