"""Response styles and many tests, asked for the way R's cases name them."""

import math
import re
from typing import Any

import pandas as pd
from oracle_reading import Case, as_list

from psychometrics.acquiescence import style_alphas
from psychometrics.many_tests import adjust
from psychometrics.styles import response_styles

STYLES = {
    "acquiescence_balanced_mean_minus_midpoint": "acquiescence",
    "extreme_proportion": "extreme",
    "midpoint_proportion": "midpoint",
    "net_agreement": "net_agreement",
    "within_person_sd": "within_person_sd",
}
METHODS = {"fdr": "BH"}


def styles(case: Case, x: pd.DataFrame) -> dict[str, Any]:
    params, prep = case.get("params") or {}, case.get("prep") or {}
    positive, negative = as_list(params.get("pos")), as_list(params.get("neg"))
    keys = dict.fromkeys(positive, 1) | dict.fromkeys(negative, -1)
    low, high = params.get("scale") or called_with(case) or (prep["lo"], prep["hi"])
    raw = x[list(keys)]
    found, alphas = response_styles(raw, keys, low, high), style_alphas(raw, keys, low, high)
    result: dict[str, Any] = {}
    for name, style in STYLES.items():
        estimate = getattr(found, style)
        first = found.of_persons[style].iloc[:10].tolist()
        result[name] = {
            "mean": estimate.value,
            "sd": estimate.extra.get("sd"),
            "first10": first + [math.nan] * (10 - len(first)),
        }
    return result | {
        "alpha_keyed": alphas.keyed.value,
        "alpha_unkeyed_raw": alphas.unkeyed.value,
        "alpha_keyed_after_acquiescence_removed": alphas.corrected.value,
        "alpha_pos_half": alphas.positive_half.value,
    }


def called_with(case: Case) -> tuple[float, float] | None:
    """Ends of the response scale, the second and third argument of the R call."""
    ends = re.search(r"o_styles\(\s*\w+\s*,\s*(-?[\d.]+)\s*,\s*(-?[\d.]+)", case.get("r_call", ""))
    return (float(ends[1]), float(ends[2])) if ends else None


def p_adjust(case: Case, x: None) -> dict[str, Any]:
    p = [math.nan if each is None else each for each in case["params"]["p"]]
    return {name: adjust(p, METHODS.get(name, name)).tolist() for name in case["expected"]}


STATISTICS = {
    "response_styles": styles,
    "p_adjust": p_adjust,
}
