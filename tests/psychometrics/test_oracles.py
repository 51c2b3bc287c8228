"""Values from R, read from the folder of oracle cases (TRAITSCOPE_ORACLES, or ../shared/oracles).

A statistic is checked as soon as it has a line in `STATISTICS`; until then its cases are skipped.
"""

import json
import math
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from psychometrics import alpha_of_repeats, cronbach_alpha, item_statistics, paired_effect, two_group_effect

ORACLES = Path(os.environ.get("TRAITSCOPE_ORACLES", Path(__file__).parents[3] / "shared" / "oracles"))
Case = dict[str, Any]

if not (ORACLES / "cases").is_dir():
    pytest.skip(f"{ORACLES} has no cases: set TRAITSCOPE_ORACLES", allow_module_level=True)


# ---- one function a statistic: the case and its prepared table to the numbers that R gave


def alpha(case: Case, x: pd.DataFrame) -> dict[str, Any]:
    missing = (case.get("params") or {}).get("missing", "pairwise")
    estimate, table = cronbach_alpha(x, missing=missing), item_statistics(x, missing=missing).set_index("item")
    more, r = estimate.extra, estimate.extra["average_r"]
    error = more["standard_error"]
    return {
        "raw_alpha": estimate.value,
        "std_alpha": more["standardised_alpha"],
        "lambda6_smc": more["lambda6"],
        "average_r": r,
        "signal_noise": x.shape[1] * r / (1 - r),
        "duhachek_ase": error,
        "duhachek_ci": [estimate.value - 1.96 * error, estimate.value + 1.96 * error],
        "feldt_ci": [estimate.low, estimate.high],
        "scale_mean_of_item_means": more["mean"],
        "scale_sd_of_item_means": more["sd"],
        "alpha_if_dropped": table["alpha_if_dropped"].to_dict(),
        "std_alpha_if_dropped": table["standardised_alpha_if_dropped"].to_dict(),
        "item_total_raw_r": table["item_total_r"].to_dict(),
        "item_rest_r": table["item_rest_r"].to_dict(),
        "item_total_r_cor": table["item_total_r_corrected"].to_dict(),
        "item_mean": table["mean"].to_dict(),
        "item_sd": table["sd"].to_dict(),
    }


def alpha_bootstrap(case: Case, x: pd.DataFrame) -> dict[str, Any]:
    estimate = alpha_of_repeats(x, range(len(x)), 1, 5000)
    return {
        "percentile_ci": [estimate.low, estimate.high],
        "bootstrap_se": estimate.extra["standard_error"],
    }


def alpha_degenerate(case: Case, x: pd.DataFrame) -> dict[str, Any]:
    estimate = cronbach_alpha(x, missing="listwise")
    constant = list(estimate.extra["constant_items"])
    without = cronbach_alpha(x.drop(columns=constant), missing="listwise")
    return {
        "raw_alpha": estimate.value,
        "reason": estimate.note,
        "raw_alpha_all_items": estimate.value,
        "constant_items": constant,
        "raw_alpha_without_constant": estimate.extra.get("alpha_varying_items"),
        "std_alpha_without_constant": without.extra.get("standardised_alpha"),
        "std_alpha_all_items": estimate.extra.get("standardised_alpha"),
        "n_complete": estimate.n_persons,
        "pairwise_raw_alpha": estimate.extra.get("alpha_pairwise"),
    }


def two_groups(case: Case, x: pd.DataFrame) -> dict[str, Any]:
    items = as_list((case.get("prep") or {}).get("items") or case["params"]["score"])
    score = x[items].mean(axis=1)
    groups = [case["params"][each].split() for each in ("a", "b")]
    estimate = two_group_effect(*(score[x[column] == float(value)] for column, value in groups))
    more = estimate.extra
    return {
        "n1": more["n_high"],
        "n2": more["n_low"],
        "d": estimate.value,
        "d_ci_noncentral_t": [estimate.low, estimate.high],
        "g": more["g"],
        "g_ci": [more["g_low"], more["g_high"]],
        "glass_delta_sd2": more["glass_delta"],
        "welch_t": more["welch_t"],
        "welch_df": more["welch_df"],
        "welch_p": more["welch_p"],
        "mann_whitney_U": more["mann_whitney_u"],
    }


def paired(case: Case, x: pd.DataFrame) -> dict[str, Any]:
    items = re.findall(r"V\d+", case["params"]["score"])
    score = x.assign(score=x[items].sum(axis=1, skipna=False)).pivot(index="pid", columns="time", values="score")
    estimate = paired_effect(score[1], score[2])
    more = estimate.extra
    return {
        "n": estimate.n_persons,
        "d_z": estimate.value,
        "d_z_ci": [estimate.low, estimate.high],
        "d_av": more["d_av"],
        "d_rm": more["d_rm"],
        "t": more["t"],
        "p": more["p"],
    }


STATISTICS: dict[str, Callable[[Case, Any], dict[str, Any]]] = {
    "cronbach_alpha": alpha,
    "cronbach_alpha_bootstrap_ci": alpha_bootstrap,
    "cronbach_alpha_degenerate": alpha_degenerate,
    "effect_size_two_groups": two_groups,
    "effect_size_paired": paired,
}


# ---- reading a case the way R did (as load_case.py of that folder does)


def as_list(value: Any) -> list[str]:
    if not value:
        return []
    return [value] if isinstance(value, str) else list(value)


def prepared(case: Case) -> pd.DataFrame | None:
    """The case's table after where, columns, reverse, listwise, first n rows, in this order."""
    if "data" not in case:
        return None
    prep = case.get("prep") or {}
    table = pd.read_csv(ORACLES / case["data"])
    for where in as_list(prep.get("where")):
        where = re.sub(r"%in%\s*c\(([^)]*)\)", r"in [\1]", where)
        where = re.sub(r"%in%\s*(\d+):(\d+)", lambda m: f"in {list(range(int(m[1]), int(m[2]) + 1))}", where)
        table = table.query(where.replace("&", " and "))
    if as_list(prep.get("items")):
        table = table[as_list(prep["items"]) + as_list(prep.get("keep"))]
    table = table.copy()
    for item in as_list(prep.get("reverse")):
        table[item] = prep["lo"] + prep["hi"] - table[item]
    if prep.get("na") == "listwise":
        table = table.dropna()
    return table.iloc[: prep.get("n") or len(table)].reset_index(drop=True)


def allowed(case: Case, path: tuple[str, ...], expected: float) -> float:
    """An exact key of `tolerance` wins, then the longest key that begins an element of the path, else `abs`."""
    best, length = case["tolerance"]["abs"], -1
    for key, value in case["tolerance"].items():
        for element in path if key != "abs" else ():
            fits = 1000 if element == key else len(key) if element.startswith(key) else -1
            if fits > length:
                best, length = value, fits
    return best + 1e-6 * abs(expected)


def differences(case: Case, expected: Any, found: Any, path: tuple[str, ...] = ()) -> Iterator[str]:
    """What is not as R has it. null in a case is what R could not compute either."""
    where = ".".join(path)
    if isinstance(expected, dict):
        for key, value in expected.items():
            if not isinstance(found, dict) or key not in found:
                yield f"{where}.{key}: not computed"
            else:
                yield from differences(case, value, found[key], (*path, str(key)))
    elif isinstance(expected, list):
        if len(found) != len(expected):
            yield f"{where}: {found} instead of {expected}"
        for i, pair in enumerate(zip(expected, found, strict=False)):
            yield from differences(case, *pair, (*path, str(i)))
    elif expected is None:
        if found is not None and not math.isnan(found):
            yield f"{where}: {found} where R has none"
    elif isinstance(expected, str):
        if found != expected:
            yield f"{where}: {found!r} instead of {expected!r}"
    elif found is None or not abs(found - expected) <= allowed(case, path, expected):
        yield f"{where}: {found} instead of {expected}"


CASES = [json.loads(each.read_text()) for each in sorted((ORACLES / "cases").glob("*.json"))]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_r_gives_the_same(case: Case) -> None:
    if case["statistic"] not in STATISTICS:
        pytest.skip("statistic not built yet")
    found = STATISTICS[case["statistic"]](case, prepared(case))
    assert not list(differences(case, case["expected"], found))


def test_a_wrong_number_is_noticed() -> None:
    case = {"tolerance": {"abs": 1e-6, "lambda": 0.1}}
    expected = {"alpha": 0.7, "lambda6": [0.8, None]}
    assert not list(differences(case, expected, {"alpha": 0.7, "lambda6": [0.85, math.nan]}))
    wrong = list(differences(case, expected, {"alpha": 0.701, "lambda6": [math.nan, 0.5]}))
    assert [each.partition(":")[0] for each in wrong] == ["alpha", "lambda6.0", "lambda6.1"]
