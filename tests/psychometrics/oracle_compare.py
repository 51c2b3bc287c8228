"""Effect sizes, asked for the way R's cases name them."""

import re
from typing import Any

import pandas as pd
from oracle_agreement import items_of, same, scored, two_scores
from oracle_reading import Case, as_list

from psychometrics import paired_effect, two_group_effect


def two_groups(case: Case, x: pd.DataFrame) -> dict[str, Any]:
    call, params = case["r_call"], case["params"]
    tests = re.findall(r"x\$(\w+)\s*==\s*([\"']?[\w.]+[\"']?)", call)
    told = [tuple(str(params[each]).split(maxsplit=1)) for each in ("a", "b") if each in params]
    groups = list(dict.fromkeys(tests))[:2] if len(set(tests)) >= 2 else told
    single = next((name for name in re.findall(r"x\$(\w+)\[", call) if name not in {name for name, _ in groups}), None)
    prepared = as_list((case.get("prep") or {}).get("items"))
    items = prepared or items_of(case, x, {name for name, _ in groups})
    score = x[single] if single in x else scored(case, x, items)
    estimate = two_group_effect(*(score[same(x[name], value.strip("\"'"))] for name, value in groups))
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
    estimate = paired_effect(*two_scores(case, x))
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
