"""Agreement and classical reliability, asked for the way R's cases name them.

Which scores are compared is told by the R call and by `params`; both are read here, for any item names.
"""

import re
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from oracle_reading import Case, as_list

from psychometrics.guttman import guttman_lambdas
from psychometrics.intraclass import intraclass_correlations
from psychometrics.kappa import fleiss_kappa, weighted_kappa
from psychometrics.krippendorff_alpha import krippendorff_alpha
from psychometrics.retest import retest
from psychometrics.split_half import Halves, split_half


def icc(case: Case, x: pd.DataFrame) -> dict[str, Any]:
    table = intraclass_correlations(x, missing="listwise").table
    return {
        row.name: {"icc": row.value, "F": row.f, "df1": row.df1, "df2": row.df2, "ci": [row.low, row.high]}
        for row in table.itertuples()
    }


def retested(case: Case, x: pd.DataFrame) -> dict[str, Any]:
    found = retest(*two_scores(case, x))
    return {
        "n": found.r.n_persons,
        "r": found.r.value,
        "r_ci": [found.r.low, found.r.high],
        "spearman": found.spearman.value,
        "icc2_1": found.icc_agreement.value,
        "icc3_1": found.icc_consistency.value,
        "mean_change": found.mean_change.value,
        "sem_from_r": found.sem_r.value,
        "sem_consistency": found.sem_consistency.value,
        "sem_agreement": found.sem_agreement.value,
        "sdc_from_r": found.sdc_r.value,
        "sdc_consistency": found.sdc_consistency.value,
        "loa": [found.limits_low.value, found.limits_high.value],
        "ccc": found.ccc.value,
    }


def cohen_kappa(case: Case, x: pd.DataFrame) -> dict[str, Any]:
    first, second = two_scores(case, x)
    plain, linear, quadratic = (
        weighted_kappa(first, second, weights=each, spacing="ranks") for each in ("unweighted", "linear", "quadratic")
    )
    own = {"lower": plain.low, "upper": plain.high}
    psych = {"lower": quadratic.extra.get("low_psych"), "upper": quadratic.extra.get("high_psych")}
    return {
        "n": plain.n_persons,
        "kappa": plain.value,
        "linear": linear.value,
        "quadratic": quadratic.value,
        "weighted_kappa": quadratic.value,
        "kappa_ci": own,
        "ci_unweighted": own,
        "ci_quadratic_psych": psych,
        "weighted_kappa_ci": psych,
    }


def fleiss(case: Case, x: pd.DataFrame) -> dict[str, Any]:
    estimate = fleiss_kappa(x)
    return {"kappa": estimate.value, "z": estimate.extra["z"], "p": estimate.extra["p"]}


def krippendorff(case: Case, x: pd.DataFrame) -> dict[str, Any]:
    params = case.get("params") or {}
    named = re.search(r"\b(nominal|ordinal|interval|ratio)\b", str(params.get("level") or case["r_call"]))
    raters_in_rows = "rows = raters" in str(params.get("layout", "")).replace("=", " = ").replace("  ", " ")
    ratings = x.T if raters_in_rows else x
    found = krippendorff_alpha(ratings, level=named[1] if named else "nominal")
    return {"alpha": found.extra.get("alpha_irr", found.value)}


def lambdas(case: Case, x: pd.DataFrame) -> dict[str, Any]:
    raw, standardised = (
        guttman_lambdas(x, standardised=each, missing="listwise", resamples=2) for each in (False, True)
    )
    return {
        "lambda1": raw.lambda1.value,
        "lambda2": raw.lambda2.value,
        "lambda3_alpha": raw.lambda3.value,
        "lambda4": raw.lambda4.value,
        "lambda5": raw.lambda5.value,
        "lambda6": raw.lambda6.value,
        "lambda6_cor": standardised.lambda6.value,
        **all_splits(x),
    }


def splits(case: Case, x: pd.DataFrame) -> dict[str, Any]:
    found = split_half(x, missing="listwise")
    halves = {name: coefficients(getattr(found, name)) for name in ("odd_even", "first_second")}
    return {**halves, "all_splits": all_splits(x)}


def coefficients(halves: Halves) -> dict[str, Any]:
    return {
        "r": halves.r.value,
        "spearman_brown": halves.spearman_brown.value,
        "flanagan_rulon": halves.flanagan_rulon.value,
        "horst": halves.horst.extra.get("formula", halves.horst.value),
    }


def all_splits(x: pd.DataFrame) -> dict[str, Any]:
    table = split_half(x, missing="listwise").all_splits
    psych = table[(table["metric"] == "correlation") & (table["listing"] == "psych")].iloc[0]
    return {
        "split_mean_cor": psych["mean"],
        "lambda4_max_split_cor": psych["largest"],
        "split_min_cor": psych["smallest"],
        "n_splits": psych["n_splits"],
    }


# ---- which two columns of numbers an R call compares


def two_scores(case: Case, x: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """First and second score of each person: two columns, or one score at two times, matched by person."""
    call, params = case["r_call"], case.get("params") or {}
    times = times_of(call, x)
    if times is None:
        pairs = re.findall(r"x(?:\$|\[\[\"|\[, \")(\w+)", call)
        columns = list(dict.fromkeys(each for each in pairs if each in x))
        sums = [known(each, x) for each in vectors(call).values()]
        if len(sums) >= 2 and "row" in call:
            first, second = (scored(case, x, each) for each in sums[:2])
            return first.to_numpy(), second.to_numpy()
        first, second = (columns if len(columns) == 2 else list(x.columns))[:2]
        return x[first].to_numpy(), x[second].to_numpy()
    column, one, two = times
    matched = re.search(r"match\(\s*x\$(\w+)", call)
    person = matched[1] if matched else next(each for each in ("pid", "id", "person", "subject") if each in x)
    single = params.get("item") or next(iter(re.findall(rf"x\$(\w+)\[\s*x\${column}\s*==", call)), None)
    alone = single in x and single != person
    score = x[single] if alone else scored(case, x, items_of(case, x, {column, person}))
    tables = [
        pd.Series(score[at].to_numpy(), index=x.loc[at, person]) for at in (same(x[column], one), same(x[column], two))
    ]
    second = tables[1][~tables[1].index.duplicated()].reindex(tables[0].index)
    return tables[0].to_numpy(float), second.to_numpy(float)


def times_of(call: str, x: pd.DataFrame) -> tuple[str, str, str] | None:
    """Column and two values in tests such as x$time == 1 and x$time == 2."""
    tests = [(name, value.strip("\"'")) for name, value in re.findall(r"x\$(\w+)\s*==\s*(\"[^\"]*\"|[\w.]+)", call)]
    for name in dict.fromkeys(name for name, _ in tests if name in x):
        values = list(dict.fromkeys(value for each, value in tests if each == name))
        if len(values) == 2:
            return name, values[0], values[1]
    return None


def same(column: pd.Series, value: str) -> pd.Series:
    if pd.api.types.is_numeric_dtype(column):
        return column == float(value.rstrip("L"))
    return column.astype(str) == value


def vectors(text: str) -> dict[str, list[str]]:
    """R's vectors of names: c("V1", "V3"), paste0("V", c(1, 3:5)), by the variable they are given to or their place."""
    found = {}
    pattern = (
        r"(?:(\w+)\s*(?:<-|=)\s*)?(?:(c)\(((?:\s*\"[^\"]+\"\s*,?)+)\)|paste0\(\"([^\"]*)\",\s*(c\([^)]*\)|\d+:\d+)\))"
    )
    for i, match in enumerate(re.finditer(pattern, text)):
        if match[2]:
            names = re.findall(r"\"([^\"]+)\"", match[3])
        else:
            names = [f"{match[4]}{each}" for each in whole_numbers(match[5])]
        found[match[1] or f"#{i}"] = names
    return found


def whole_numbers(text: str) -> list[int]:
    """2, 4:6 becomes 2, 4, 5, 6."""
    return [
        each
        for first, last in re.findall(r"(\d+)(?:\s*:\s*(\d+))?", text)
        for each in range(int(first), int(last or first) + 1)
    ]


def known(names: Iterable[str], x: pd.DataFrame) -> list[str]:
    return [each for each in dict.fromkeys(names) if each in x]


def named_in(text: str, x: pd.DataFrame) -> list[str]:
    """Columns that a text names, V1-V5 as all between."""
    spans = re.sub(
        r"\b([A-Za-z_]+)(\d+)\s*(?:-|:|to|\.\.)\s*\1(\d+)\b",
        lambda match: ", ".join(f"{match[1]}{each}" for each in range(int(match[2]), int(match[3]) + 1)),
        text,
    )
    return known(re.findall(r"[\w.]+", spans), x)


def items_of(case: Case, x: pd.DataFrame, others: set[str]) -> list[str]:
    """Items of the score: a list in `params`, the vectors of the call, or the names in the text of `params`."""
    params = case.get("params") or {}
    listed = known((each.lstrip("-") for each in as_list(params.get("items"))), x)
    in_call = known((each for names in vectors(case["r_call"]).values() for each in names), x)
    text = " ".join(str(each) for key, each in params.items() if key in ("score", "s", "items", "scale"))
    prepared = as_list((case.get("prep") or {}).get("items"))
    for found in (listed, in_call, named_in(text, x), known(prepared, x)):
        items = [each for each in found if each not in others]
        if items:
            return items
    return [each for each in x.columns if each not in others]


def scored(case: Case, x: pd.DataFrame, items: list[str]) -> pd.Series:
    """Sum or mean of the items as the call has it, after its reversals."""
    call, params = case["r_call"], case.get("params") or {}
    answers = x[items].copy()
    given = known((each.lstrip("-") for each in as_list(params.get("reversed") or params.get("reverse"))), x)
    marked = [each.lstrip("-") for each in as_list(params.get("items")) if each.startswith("-")]
    turning = re.search(r"(\w+)\[[^\]]*?(\w+)\]\s*<-\s*([\d.]+)(?:\s*\+\s*([\d.]+))?\s*-\s*\1\[", call)
    if turning:
        reversed_items = (
            known(vectors(call).get(turning[2], []), x) or tail_of(call, turning[2], items) or given or marked
        )
        total = float(turning[3]) + float(turning[4] or 0)
        chosen = [each for each in reversed_items if each in answers]
        answers[chosen] = total - answers[chosen]
    skip = "na.rm = TRUE" in call
    if "rowMeans" in call or str(params.get("score", "")).startswith("mean"):
        return answers.mean(axis=1, skipna=skip)
    return answers.sum(axis=1, skipna=skip)


def tail_of(call: str, name: str, items: list[str]) -> list[str]:
    """Items that `name` holds after name <- tail(items, 9) or items[16:24]."""
    last = re.search(rf"\b{name}\s*<-\s*tail\(\w+,\s*(\d+)\)", call)
    if last:
        return items[-int(last[1]) :]
    some = re.search(rf"\b{name}\s*<-\s*\w+\[(c\([^)]*\)|[\d:]+)\]", call)
    return [items[each - 1] for each in whole_numbers(some[1])] if some else []


STATISTICS = {
    "icc": icc,
    "test_retest": retested,
    "cohen_kappa_weighted": cohen_kappa,
    "fleiss_kappa": fleiss,
    "krippendorff_alpha": krippendorff,
    "guttman_lambdas": lambdas,
    "split_half": splits,
}
