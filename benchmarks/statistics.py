"""Speed of the statistics, as ratios in one run to pingouin, where it has the function: `python benchmarks/statistics.py`.

alpha_bootstrap_ratio  alpha with 2,000 persona bootstraps of 10,000 x 44, against pingouin's alpha on each resample
icc_ratio              all six ICCs with intervals of 10,000 x 25, against pingouin's
alpha_million_s        alpha with Feldt's interval of 1,000,000 x 44, in seconds; alpha_million_gib beyond the data
gtheory_s              components, G and Phi of 100 personas x 44 items x 50 forms, in seconds
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import tracemalloc
from collections.abc import Callable

# run as a script, this folder comes first, and this file would be taken for the standard library's module of its name
sys.path = [each for each in sys.path if not each.endswith("benchmarks")]

import numpy as np
import pandas as pd
import pingouin
from pandas import DataFrame

from psychometrics import alpha_of_repeats, cronbach_alpha, g_study, intraclass_correlations

RESAMPLES = 2000
ASKED_OF_PINGOUIN = 100  # of its resamples are run; each takes as long as the other, so the rest is multiplied


def answers(persons: int, items: int, seed: int = 1) -> DataFrame:
    """Answers 1 to 5 of persons who differ, as floats."""
    random = np.random.default_rng(seed)
    trait = random.normal(0, 1, (persons, 1))
    values = np.empty((persons, items))
    for item in range(items):
        values[:, item] = np.clip(np.round(3 + trait[:, 0] + random.normal(0, 1, persons)), 1, 5)
    return DataFrame(values, columns=[f"q{item + 1}" for item in range(items)])


def seconds(work: Callable[[], object], times: int = 3) -> float:
    """The fastest of several runs: what else the machine does only adds."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken)


def alpha_bootstrap() -> dict[str, float]:
    table = answers(10_000, 44)
    random = np.random.default_rng(1)
    ours = seconds(lambda: alpha_of_repeats(table, range(len(table)), seed=1, resamples=RESAMPLES))

    def theirs() -> None:
        for _ in range(ASKED_OF_PINGOUIN):
            pingouin.cronbach_alpha(table.iloc[random.integers(0, len(table), len(table))])

    other = seconds(theirs, 1) * RESAMPLES / ASKED_OF_PINGOUIN
    return {"alpha_bootstrap_ratio": other / ours, "alpha_bootstrap_s": ours, "alpha_bootstrap_pingouin_s": other}


def icc() -> dict[str, float]:
    table = answers(10_000, 25)
    long = table.reset_index().melt("index", var_name="rater")
    ours = seconds(lambda: intraclass_correlations(table))
    other = seconds(lambda: pingouin.intraclass_corr(long, "index", "rater", "value"), 1)
    return {"icc_ratio": other / ours, "icc_s": ours, "icc_pingouin_s": other}


def alpha_million() -> dict[str, float]:
    table = answers(1_000_000, 44)
    taken = seconds(lambda: cronbach_alpha(table))
    tracemalloc.start()
    cronbach_alpha(table)
    beyond = tracemalloc.get_traced_memory()[1] / 2**30
    tracemalloc.stop()
    return {"alpha_million_s": taken, "alpha_million_gib": beyond}


def gtheory() -> dict[str, float]:
    random = np.random.default_rng(1)
    p, i, f = (random.normal(size=shape) for shape in ((100, 1, 1), (1, 44, 1), (1, 1, 50)))
    values = p + i + 0.3 * f + random.normal(size=(100, 44, 50))
    array = seconds(lambda: g_study(values, facets=("item", "form"), interval="none"))
    names = pd.MultiIndex.from_product([range(100), range(44), range(50)], names=["person", "item", "form"])
    long = DataFrame({"value": values.ravel()}, index=names).reset_index()
    table = seconds(lambda: g_study(long, facets=("item", "form"), interval="none"))
    return {"gtheory_s": array, "gtheory_long_table_s": table}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON object")
    given = parser.parse_args()
    found = {name: value for each in (alpha_bootstrap, icc, alpha_million, gtheory) for name, value in each().items()}
    if given.json:
        print(json.dumps(found))
    else:
        print("\n".join(f"{name:30} {value:10.3f}" for name, value in found.items()))


if __name__ == "__main__":
    main()
