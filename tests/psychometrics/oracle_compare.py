"""Effect sizes, asked for the way R's cases name them."""

import re
from typing import Any

import pandas as pd
from oracle_reading import Case, as_list

from psychometrics import paired_effect, two_group_effect


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


STATISTICS = {
    "effect_size_two_groups": two_groups,
    "effect_size_paired": paired,
}
