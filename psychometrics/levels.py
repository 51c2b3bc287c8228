"""Each level of a form factor against all other levels: does it differ, and is it near enough to count as the same?"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from pandas import DataFrame
from scipy import stats

from psychometrics.compare import mean_over_persons
from psychometrics.covariances import numbers, values_of
from psychometrics.estimate import NO_SPREAD, Detail, Estimate, Floats, tail_of, undefined
from psychometrics.forms import labelled
from psychometrics.many_tests import adjust

MARGIN = 0.25
ROWS_NOT_PERSONS = "rows_not_persons: the unpaired test takes repeats of a person as independent; trust the paired one"


def level_tests(
    table: DataFrame,
    factors: Sequence[str] = ("level",),
    *,
    margin: float = MARGIN,
    level: float = 0.001,
    equivalence_level: float = 0.05,
    confidence: float = 0.95,
) -> DataFrame:
    """Level-against-the-rest tests of Huang et al. (2024), with Holm's correction, and equivalence beside them.

    The unpaired test is the published one: over rows, where repeats of a person pass for independent. The paired one
    takes, for each person and item, the mean under this level minus the mean under all others, averages over items,
    and tests over persons: it is the one to trust. It asks whether *these* forms differ for persons like these; other
    factors of the form must be crossed with the levels, so that their effects cancel.

    Parameters
    ----------
    table : DataFrame
        Columns person, value (of an item or a scale), one for each factor, and optionally item and scale. Further
        columns, such as replicate, are not read. Each scale is tested apart. NaN is a missing answer.
    factors : names of columns
    margin : float > 0
        Differences within (-margin, margin) are as good as none; unit of `value`. A quarter of an answer category is
        for values in categories: give another for sums.
    level : float in (0, 1)
        Of the variance-ratio test that decides between Student and Welch, and of the relation "=", "<", ">".
    equivalence_level : float in (0, 0.5)
        Of each of the two one-sided tests; .05 belongs to the 90 % interval.
    confidence : float in (0, 1)
        Of the interval of the paired difference.

    Returns
    -------
    DataFrame
        One row a scale (if there are any), factor and level. The family of Holm's correction is all rows of the table.

        - n, n_rest : rows; mean_difference: mean of this level minus mean of the rest; ratio, ratio_p: variance ratio
          (infinite when only the rest is constant) and its two-sided p; test: "Student" or "Welch"; t, df, p, p_holm; relation: "="
          unless p is below `level`, then "<" or ">" as this level is below or above the rest; relation_holm: the same
          by p_holm; note; warning.
        - n_persons, paired_difference, low, high, paired_t, paired_p, paired_p_holm, paired_note.
        - margin, equivalence_p (the larger of the two one-sided p), equivalence_low, equivalence_high, verdict:
          "equivalent" when the interval lies within the margin, "different" when it lies beyond, else "undecided".

        Notes: `too_few_rows` (fewer than two in a group), `zero_variance` (no spread, or all persons differ by the
        same), `too_few_persons` (fewer than three with both), `one_level`. `rows_not_persons` warns of the
        unpaired test when persons have several rows. p and relation are NaN and "" where there is no test.

    Examples
    --------
    >>> table = DataFrame({"person": list("pqrs") * 3, "level": ["A"] * 4 + ["1"] * 4 + ["i"] * 4})
    >>> table["value"] = [3.0, 4.1, 2.0, 3.2, 3.1, 4.0, 2.2, 3.3, 2.5, 3.4, 1.6, 2.5]
    >>> columns = ["level", "p", "paired_difference", "paired_p_holm", "verdict"]
    >>> level_tests(table)[columns].round(2).to_dict("split")["data"]
    [['A', 0.62, 0.25, 0.03, 'undecided'], ['1', 0.47, 0.36, 0.01, 'different'], ['i', 0.21, -0.61, 0.0, 'different']]
    """
    cells = _checked(table, factors)
    if not margin > 0:
        raise ValueError(f"margin: {margin:g}; it must be above 0, in the unit of the values")
    parts = cells.groupby("scale", sort=False, dropna=False) if "scale" in cells.columns else [("", cells)]
    rows = [
        _row(part, scale, factor, each, margin, level, equivalence_level, confidence)
        for scale, part in parts
        for factor in factors
        for each in pd.unique(cells[factor].dropna())
    ]
    tests = DataFrame(rows, columns=[*ROW])
    tests["p_holm"], tests["paired_p_holm"] = adjust(tests["p"]), adjust(tests["paired_p"])
    tests["relation"], tests["relation_holm"] = (
        _relation(tests[p].to_numpy(float), tests["mean_difference"].to_numpy(float), level) for p in ("p", "p_holm")
    )
    return tests if "scale" in cells.columns else tests.drop(columns="scale")


def variance_decided_test(a: ArrayLike, b: ArrayLike, *, level: float = 0.001, confidence: float = 0.95) -> Estimate:
    """Mean difference of two independent groups: a variance-ratio test decides between Student's and Welch's t.

    As in Huang et al. (2024). A test that is chosen by another test keeps its level only roughly; Welch's alone, which
    `two_group_effect` gives, does not ask that question.

    Parameters
    ----------
    a, b : shape (rows,)
        In one unit; NaN is left out. Each row is taken as a person.
    level : float in (0, 1)
        Welch if the two-sided variance-ratio F test is below it.
    confidence : float in (0, 1)

    Returns
    -------
    Estimate
        Mean of a minus mean of b, unit of the values, with the interval of the chosen test. NaN with `too_few_rows`
        (fewer than two in a group); `zero_variance`: the difference alone, neither group has spread. In `extra`: t,
        df, p, test, variance_ratio (infinite or 0 when one group has no spread: Welch), variance_ratio_p, n_a, n_b.

    Examples
    --------
    >>> variance_decided_test([3.1, 4.2, 3.9, 4.4], [2.8, 3.0, 3.3, 2.6])
    Estimate(0.975 [0.186, 1.764], n=8)
    """
    x, y = values_of(a, "a"), values_of(b, "b")
    x, y = x[np.isfinite(x)], y[np.isfinite(y)]
    n = len(x) + len(y)
    extra: dict[str, Detail] = {"n_a": len(x), "n_b": len(y)}
    if min(len(x), len(y)) < 2:
        return undefined("too_few_rows", n_persons=n, extra=extra)
    difference = float(x.mean() - y.mean())
    variances = [float(each.var(ddof=1)) if np.ptp(each) > NO_SPREAD else 0.0 for each in (x, y)]
    if max(variances) == 0:
        return Estimate(difference, n_persons=n, note="zero_variance", extra=extra)
    ratio = variances[0] / variances[1] if variances[1] else math.inf
    tails = [float(each(ratio, len(x) - 1, len(y) - 1)) for each in (stats.f.cdf, stats.f.sf)]
    ratio_p = min(1.0, 2 * min(tails))
    df: float
    if ratio_p < level:
        test, errors = "Welch", [variances[0] / len(x), variances[1] / len(y)]
        df = sum(errors) ** 2 / (errors[0] ** 2 / (len(x) - 1) + errors[1] ** 2 / (len(y) - 1))
        error = math.sqrt(sum(errors))
    else:
        test, df = "Student", n - 2
        pooled = (variances[0] * (len(x) - 1) + variances[1] * (len(y) - 1)) / df
        error = math.sqrt(pooled * (1 / len(x) + 1 / len(y)))
    t = difference / error
    half = float(stats.t.ppf(1 - tail_of(confidence), df)) * error
    extra |= {"t": t, "df": df, "p": float(2 * stats.t.sf(abs(t), df)), "test": test}
    extra |= {"variance_ratio": ratio, "variance_ratio_p": ratio_p}
    return Estimate(
        difference,
        difference - half,
        difference + half,
        method=f"{test}'s t",
        confidence=confidence,
        n_persons=n,
        extra=extra,
    )


def equivalence(differences: ArrayLike, margin: float = MARGIN, *, level: float = 0.05) -> Estimate:
    """Is the mean of paired differences near enough to 0? Two one-sided t tests (Schuirmann, 1987; Lakens, 2017).

    Parameters
    ----------
    differences : shape (persons,)
        One a person; NaN is left out.
    margin : float > 0
        In the unit of the differences. Without one, a quarter of an answer category.
    level : float in (0, 0.5)
        Of each test; the interval has confidence 1 - 2 level, 90 % for .05.

    Returns
    -------
    Estimate
        Mean difference. In `extra`: p_lower (of a mean at or below -margin), p_upper (at or above margin), p (the
        larger one), verdict ("equivalent" if the interval lies within the margin, "different" if it lies beyond,
        "undecided"), margin. A difference may be equivalent and yet not 0. `too_few_persons` (fewer than three) and
        `zero_variance` (all differ by the same) keep the value, without interval, p and verdict.

    Examples
    --------
    >>> found = equivalence([0.05, -0.1, 0.0, 0.1, -0.05, 0.02])
    >>> found, found.extra["verdict"]
    (Estimate(0.003 [-0.055, 0.062], n=6), 'equivalent')
    """
    if not margin > 0:
        raise ValueError(f"margin: {margin:g}; it must be above 0, in the unit of the differences")
    x = values_of(differences, "differences")
    x = x[np.isfinite(x)]
    n, extra = len(x), {"margin": margin}
    mean = mean_over_persons(x, confidence=1 - 2 * level)
    if n < 3 or np.ptp(x) <= NO_SPREAD:
        note = "too_few_persons" if n < 3 else "zero_variance"
        return Estimate(mean.value, n_persons=n, note=note, extra={**extra, "verdict": ""})
    error = float(x.std(ddof=1)) / math.sqrt(n)
    lower, upper = (float(stats.t.sf((margin + each * mean.value) / error, n - 1)) for each in (1, -1))
    verdict = "undecided"
    if -margin < mean.low and mean.high < margin:
        verdict = "equivalent"
    elif mean.low > margin or mean.high < -margin:
        verdict = "different"
    told: dict[str, Detail] = {**extra, "p_lower": lower, "p_upper": upper, "p": max(lower, upper), "verdict": verdict}
    return Estimate(
        mean.value,
        mean.low,
        mean.high,
        method="t over persons, two one-sided tests",
        confidence=1 - 2 * level,
        n_persons=n,
        extra=told,
    )


ROW = (
    *("scale", "factor", "level", "n", "n_rest", "mean_difference", "ratio", "ratio_p", "test", "t", "df", "p"),
    *("p_holm", "relation", "relation_holm", "note", "warning", "n_persons", "paired_difference", "low", "high"),
    *("paired_t", "paired_p", "paired_p_holm", "paired_note", "margin", "equivalence_p", "equivalence_low"),
    *("equivalence_high", "verdict"),
)


def _row(
    part: DataFrame,
    scale: object,
    factor: str,
    level: object,
    margin: float,
    test_level: float,
    equivalence_level: float,
    confidence: float,
) -> dict[str, object]:
    given = part.dropna(subset=["value"])
    here = (given[factor] == level).to_numpy(bool)
    there = given[factor].notna().to_numpy(bool) & ~here
    value = given["value"].to_numpy(float)
    rows = variance_decided_test(value[here], value[there], level=test_level)
    differences = _within_person(given, here, there)
    paired = mean_over_persons(differences, confidence=confidence)
    near = equivalence(differences, margin, level=equivalence_level)
    t, p = _paired_t(differences)
    note, paired_note = rows.note, near.note
    if part[factor].nunique() < 2:
        note = paired_note = "one_level"
    exact = not near.note
    return {
        "scale": scale,
        "factor": factor,
        "level": level,
        "n": int(here.sum()),
        "n_rest": int(there.sum()),
        "mean_difference": rows.value,
        "ratio": rows.extra.get("variance_ratio", math.nan),
        "ratio_p": rows.extra.get("variance_ratio_p", math.nan),
        "test": rows.extra.get("test", ""),
        "t": rows.extra.get("t", math.nan),
        "df": rows.extra.get("df", math.nan),
        "p": rows.extra.get("p", math.nan),
        "note": note,
        "warning": ROWS_NOT_PERSONS if given["person"].duplicated().any() else "",
        "n_persons": near.n_persons,
        "paired_difference": paired.value,
        "low": paired.low if exact else math.nan,
        "high": paired.high if exact else math.nan,
        "paired_t": t,
        "paired_p": p,
        "paired_note": paired_note,
        "margin": margin,
        "equivalence_p": near.extra.get("p", math.nan),
        "equivalence_low": near.low,
        "equivalence_high": near.high,
        "verdict": near.extra["verdict"],
    }


def _within_person(given: DataFrame, here: ArrayLike, there: ArrayLike) -> Floats:
    """Level minus rest for each person: within item, where there are items, then averaged."""
    unit = ["person", "item"] if "item" in given.columns else ["person"]
    means = [given[np.asarray(each)].groupby(unit, sort=False)["value"].mean() for each in (here, there)]
    differences = (means[0] - means[1]).dropna()
    return differences.groupby(level="person").mean().to_numpy(float)


def _paired_t(differences: Floats) -> tuple[float, float]:
    n = len(differences)
    if n < 3 or np.ptp(differences) <= NO_SPREAD:
        return math.nan, math.nan
    t = float(differences.mean()) / float(differences.std(ddof=1)) * math.sqrt(n)
    return t, float(2 * stats.t.sf(abs(t), n - 1))


def _relation(p: Floats, difference: Floats, level: float) -> list[str]:
    return [
        "" if math.isnan(each) else "=" if each >= level else "<" if sign < 0 else ">"
        for each, sign in zip(p, difference, strict=True)
    ]


def _checked(table: DataFrame, factors: Sequence[str]) -> DataFrame:
    if isinstance(factors, str) or not factors:
        raise ValueError(f"factors: {factors!r}; a list of column names is needed")
    lacking = [each for each in ("person", "value", *factors) if each not in table.columns]
    if lacking:
        raise ValueError(f"table: column {lacking[0]} is missing; there are {', '.join(map(str, table.columns))}")
    labelled(table, ["person"])
    return table.assign(value=numbers(table[["value"]])[:, 0])
