"""Item response models, item bias and validity, asked for the way R's cases name them."""

import re
from typing import Any

import pandas as pd
from oracle_reading import Case, as_list

from psychometrics.dif import ordinal_dif
from psychometrics.irt import graded_response, two_parameter_logistic
from psychometrics.multitrait import multitrait_multimethod


def graded(case: Case, x: pd.DataFrame) -> dict[str, Any]:
    fitted = graded_response(x)
    b = fitted.thresholds.pivot(index="item", columns="threshold", values="b").reindex(fitted.items["item"])
    theta = case["expected"].get("theta", list(range(-3, 4)))
    persons = fitted.persons.dropna().head(20)
    return {
        "a": dict(zip(fitted.items["item"], fitted.items["a"], strict=True)),
        "b": {"rows": list(b.index), "cols": [f"b{each}" for each in b.columns], "values": b.to_numpy().tolist()},
        "logLik": fitted.log_likelihood,
        "aic": fitted.aic,
        "theta": theta,
        "test_information": fitted.test_information(theta)["information"].to_list(),
        "eap_first20": persons["theta"].to_list(),
        "eap_se_first20": persons["standard_error"].to_list(),
        "empirical_reliability": fitted.reliability.value,
        "marginal_reliability": fitted.marginal_reliability.value,
    }


def logistic(case: Case, x: pd.DataFrame) -> dict[str, Any]:
    fitted = two_parameter_logistic(x)
    return {
        "a": dict(zip(fitted.items["item"], fitted.items["a"], strict=True)),
        "b": dict(zip(fitted.thresholds["item"], fitted.thresholds["b"], strict=True)),
        "logLik": fitted.log_likelihood,
        "test_information": fitted.test_information(range(-3, 4))["information"].to_list(),
    }


def dif(case: Case, x: pd.DataFrame) -> dict[str, Any]:
    column = case["params"]["group"]
    focal = sorted(x[column].dropna().unique())[1]  # R's second group, against everybody else
    group = (x[column] == focal).astype(object).where(x[column].notna())
    found = ordinal_dif(x[list(case["expected"])], group, missing="listwise")
    names = {"delta_mcfadden": "delta_mcfadden_total", "delta_nagelkerke": "delta_nagelkerke_total"}
    names["beta_group"] = "beta_group_uniform"
    return found.table.rename(columns=names).set_index("item").to_dict(orient="index")


def mtmm(case: Case, x: pd.DataFrame) -> dict[str, Any]:
    params = case["params"]
    traits = as_list(params["traits"])
    methods = {method: as_list(columns) for method, columns in params["methods"].items()}
    columns = case["expected"]["r"]["rows"]  # R's order of columns, in which it gives the reliabilities
    reliable = params["reliabilities"]
    if not isinstance(reliable, dict):
        reliable = dict(zip(columns, reliable, strict=True))
    found = multitrait_multimethod(x, traits, methods, reliabilities=reliable, resamples=200)
    values: dict[str, Any] = {
        name: {
            "rows": columns,
            "cols": columns,
            "values": getattr(found, name).loc[columns, columns].to_numpy().tolist(),
        }
        for name in ("r", "disattenuated")
    }
    for name in ("convergent_mean", "heterotrait_heteromethod_mean", "heterotrait_monomethod_mean"):
        values[name] = getattr(found, name).value
    values["htmt_like_ratio"] = found.htmt_ratio.value
    tests = found.comparisons.set_index(["shared", "convergent", "discriminant"])["williams_t"]
    written = _tests_in(case["r_call"], columns)
    for name in case["expected"]:
        if name.startswith("steiger"):
            values[name] = tests[written.get(name) or _test_of(name.rpartition("_")[2], traits, methods)]
    return values


def _tests_in(call: str, columns: list[str]) -> dict[str, tuple[str, str, str]]:
    """The columns (shared, convergent, discriminant) of tests as `r12 = r[1, 3], r13 = r[1, 4]`, by number or name."""
    place = r"r\[\s*([^,\]]+?)\s*,\s*([^,\]]+?)\s*\]"
    test = rf"(steiger\w*)\s*=.*?r12\s*=\s*{place}.*?r13\s*=\s*{place}"

    def column(text: str) -> str:
        return columns[int(text.rstrip("L")) - 1] if text[0].isdigit() else text.strip("\"'")

    found = {}
    for name, *places in re.findall(test, call, flags=re.DOTALL):
        a, b, c, d = map(column, places)
        shared = a if a in (c, d) else b
        found[name] = (shared, b if shared == a else a, d if shared == c else c)
    return found


def _test_of(trait: str, traits: list[str], methods: dict[str, list[str]]) -> tuple[str, str, str]:
    """The first method's column of a trait, with the second method's of this trait and of the first other one."""
    first, second = list(methods.values())[:2]
    own = traits.index(trait)
    return first[own], second[own], second[1 if own == 0 else 0]


STATISTICS = {"irt_grm": graded, "irt_2pl": logistic, "dif_ordinal_logistic": dif, "mtmm": mtmm}
