"""Components, G, Phi and mixed models, asked for the way R's cases name them."""

import re
from typing import Any

import pandas as pd
from oracle_reading import Case, as_list

from psychometrics.components import Components, variance_components
from psychometrics.dstudy import d_study
from psychometrics.mixed import mixed_model

PIO = {
    "person": ["person"],
    "item": ["item"],
    "occasion": ["occasion"],
    "person_item": ["person", "item"],
    "person_occasion": ["person", "occasion"],
    "item_occasion": ["item", "occasion"],
    "residual": ["person", "item", "occasion"],
}


def quoted(text: str) -> list[str]:
    return re.findall(r'"([^"]+)"', text)


def items_of(case: Case, x: pd.DataFrame) -> list[str]:
    return as_list((case.get("prep") or {}).get("items")) or list(x.columns)


def g_pi(case: Case, x: pd.DataFrame) -> dict[str, Any]:
    given = columns_of(case, {"p": "person", "i": "item", "y": "score"})
    data = x[given].set_axis(["person", "item", "value"], axis=1) if given else x[items_of(case, x)].to_numpy()
    found = variance_components(data, estimator="REML")
    n_items = [each["n_items"] for each in case["expected"].get("d_study", [])]
    rows = d_study(found, {"item": [found.levels["item"], *n_items]})
    return {
        "person": found.variance("person"),
        "item": found.variance("item"),
        "residual": found.variance("person", "item"),
        "n_person": found.n_persons,
        "n_item": found.levels["item"],
        "G": rows["g"].iloc[0],
        "Phi": rows["phi"].iloc[0],
        "d_study": [{"n_items": row.item, "G": row.g, "Phi": row.phi} for row in rows.iloc[1:].itertuples(index=False)],
    }


def g_pio(case: Case, x: pd.DataFrame) -> dict[str, Any]:
    long = occasions_of(case, x)
    given: dict[str, Any] = {"facets": ("item", "occasion"), "missing": "listwise"}
    squares, reml = (variance_components(long, estimator=each, **given) for each in ("mean squares", "REML"))
    observed = {"n_item": squares.levels["item"], "n_occasion": squares.levels["occasion"]}
    sizes = {f"n_{name}": squares.levels[name] for name in ("person", "item", "occasion")}
    return {
        "anova_ems_untruncated": {name: squares.variance(*each) for name, each in PIO.items()} | sizes,
        "observed_design": cell(squares, observed),
        "d_study_ems": [cell(squares, each) for each in case["expected"].get("d_study_ems", [])],
        "reml": {name: reml.variance(*each) for name, each in PIO.items()},
        "observed_design_reml": cell(reml, observed),
        "reml_criterion": reml.criterion,
    }


def cell(found: Components, sizes: dict[str, Any]) -> dict[str, float]:
    row = d_study(found, {name: [int(sizes[f"n_{name}"])] for name in ("item", "occasion")}).iloc[0]
    named = {"n_item": "item", "n_occasion": "occasion", "G": "g", "Phi": "phi"}
    same = {each: each for each in ("relative_error", "absolute_error")}
    return {name: float(row[column]) for name, column in (named | same).items()}


def occasions_of(case: Case, x: pd.DataFrame) -> pd.DataFrame:
    """Columns person, item, occasion, value: named one by one in R's call, or one column an item."""
    call, params = case["r_call"], case.get("params") or {}
    given = columns_of(case, {"p": "person", "i": "item", "o": "occasion", "y": "score"})
    if given:
        return x[given].set_axis(["person", "item", "occasion", "value"], axis=1)
    reps = {key: re.search(rf"\b{key}\s*=\s*rep\(\w+\$([\w.]+)", call) for key in "po"}
    person, occasion = (params.get(name) or reps[key][1] for key, name in (("p", "person"), ("o", "occasion")))
    listed = re.findall(r"\bc\(([^()]*)\)", call)
    items = as_list(params.get("items")) or max(map(quoted, listed), key=len)
    tail = re.search(r"tail\(\w+,\s*(\d+)\)", call)
    reversed_ = as_list(params.get("reversed")) or (items[-int(tail[1]) :] if tail else [])
    total = re.search(r"<-\s*(\d+)\s*-\s*\w+\[", call)
    turned = sum(params["scale"]) if params.get("scale") else int(total[1]) if total else 0
    values = x[items].assign(**{each: turned - x[each] for each in reversed_})
    ids = pd.DataFrame({"person": x[person], "occasion": x[occasion]})
    return pd.concat([ids, values], axis=1).melt(["person", "occasion"], items, "item", "value")


def columns_of(case: Case, roles: dict[str, str]) -> list[str]:
    """The columns of a long table that params or R's `data.frame(p = x$plate, ...)` name for all `roles`, or none."""
    call, params = case["r_call"], case.get("params") or {}
    given = [params.get(each) for each in roles.values()]
    if not all(given) and "rep(" not in call:
        column = r"\s*=\s*(?:factor\(|as\.\w+\()?x(?:\$|\[\[\")([\w.]+)"
        given = [found[1] if (found := re.search(rf"\b{key}{column}", call)) else None for key in roles]
    return [str(each) for each in given] if all(given) else []


def g_pt_r(case: Case, x: pd.DataFrame) -> dict[str, Any]:
    outcome, _, groups = formula_of(case["r_call"])
    names = list(dict.fromkeys(name for each in groups for name in each))
    alone = [each[0] for each in groups if len(each) == 1]
    nested = {
        name: tuple(other for other in alone if all(other in each for each in groups if name in each))
        for name in names
        if name not in alone
    }
    found = variance_components(
        x, persons=alone[0], facets=[*alone[1:], *nested], value=outcome, nested=nested, estimator="REML"
    )
    return {":".join(each): found.variance(*each) for each in groups} | {"Residual": found.variance(*names)}


def formula_of(call: str) -> tuple[str, list[str], list[tuple[str, ...]]]:
    """Outcome, fixed terms and groupings of the first formula with a random intercept."""
    text = re.search(
        r"([\w.]+)\s*~\s*((?:[^,(~]|\([^()]*\))+)", call[max(call.find("lmer("), 0) :].replace("lmer(", "", 1)
    )
    assert text, f"no formula in {call}"
    groups = [tuple(re.split(r"\s*:\s*", each.strip())) for each in re.findall(r"\(\s*1\s*\|([^)]*)\)", text[2])]
    terms = [each.strip() for each in re.sub(r"\([^)]*\)", "", text[2]).split("+")]
    return text[1], [each for each in terms if each and each != "1"], groups


def filtered(call: str, x: pd.DataFrame) -> pd.DataFrame:
    """Rows that `x[x$column == value, ]` keeps."""
    for column, wanted in re.findall(r"x\[x\$([\w.]+)\s*==\s*\"?([^\",\]]+)\"?,", call):
        x = x[x[column].astype(str) == wanted]
    return x


def mixed(case: Case, x: pd.DataFrame) -> dict[str, Any]:
    call, params = case["r_call"], case.get("params") or {}
    x = filtered(call, x)
    outcome, fixed, groups = formula_of(str(params.get("formula") or call))
    if outcome not in x:
        made = re.search(rf"x\$({outcome})\s*<-\s*(rowSums|rowMeans)\(x\[,\s*c\(([^()]*)\)", call)
        told = str(params.get(outcome, ""))
        items = quoted(made[3]) if made else [each for each in re.split(r"[\s,]+", told) if each in x]
        means = made[2] == "rowMeans" if made else "mean" in told
        score = x[items].mean(axis=1, skipna=False) if means else x[items].sum(axis=1, skipna=False)
        x = x.assign(**{outcome: score})
    found = {}
    for name in case["expected"]:
        fit = mixed_model(x, outcome, fixed=fixed, random=groups, method=name.upper())
        told = {
            "fixed": dict(zip(fit.fixed["term"], fit.fixed["estimate"], strict=True)),
            "se": dict(zip(fit.fixed["term"], fit.fixed["standard_error"], strict=True)),
            "logLik": fit.log_likelihood,
            "icc": fit.icc.value,
        }
        found[name] = told | {f"var_{each.group}": each.variance for each in fit.variances.itertuples()}
    return found


def crossed(case: Case, x: pd.DataFrame) -> dict[str, Any]:
    call, items = case["r_call"], items_of(case, x)
    outcome, fixed, groups = formula_of(call)
    names = [each[0] for each in groups]
    if {outcome, *names, *fixed} <= set(x.columns):
        long = filtered(call, x)
    else:
        numbered = re.search(r"(\w+)\s*=\s*(?:factor\()?rep\((?:1:nrow|seq_len)", call)
        person = numbered[1] if numbered else names[0]
        (item,) = [each for each in names if each != person]
        columns = {person: range(len(x))} | {term: of_persons(call, term, x) for term in fixed}
        long = x[items].assign(**columns).melt(list(columns), items, item, outcome)
    fit = mixed_model(long, outcome, fixed=fixed, random=groups)
    groups_found = fit.variances["group"].replace("residual", "Residual")
    return {
        "fixed": dict(zip(fit.fixed["term"], fit.fixed["estimate"], strict=True)),
        "se": dict(zip(fit.fixed["term"], fit.fixed["standard_error"], strict=True)),
        "var": dict(zip(groups_found, fit.variances["variance"], strict=True)),
        "reml": fit.criterion,
    }


def of_persons(call: str, term: str, x: pd.DataFrame) -> pd.Series:
    """A column of persons as `term = as.numeric(rep(x$gender, 5) == 2)` makes it."""
    made = re.search(
        rf"\b{term}\s*=\s*(?:as\.\w+\()?(?:rep\()?x\$([\w.]+)(?:,[^()]*\))?\s*(?:(==|!=|>=|<=|>|<)\s*\"?([\w.]+)\"?)?",
        call,
    )
    if not made:
        return x[term]
    values = x[made[1]]
    if not made[2]:
        return values
    other = float(made[3]) if pd.api.types.is_numeric_dtype(values) else made[3]
    compare = {"==": values.eq, "!=": values.ne, ">": values.gt, "<": values.lt, ">=": values.ge, "<=": values.le}
    return compare[made[2]](other).astype(float)


STATISTICS = {
    "g_theory_pi": g_pi,
    "g_theory_pio": g_pio,
    "g_theory_pt_r": g_pt_r,
    "mixed_model": mixed,
    "mixed_model_crossed": crossed,
}
