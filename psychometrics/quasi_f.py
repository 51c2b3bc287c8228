"""The quasi-F: do two conditions differ over persons and forms that are both samples?

The forms are shared by all persons, so neither persons nor cells can be shuffled or flipped on their own: flipping the
signs of whole personas rejects a true null about four times too often with 8 forms, flipping cells more often still.
"""

from __future__ import annotations

import math

import numpy as np
from pandas import DataFrame
from scipy import stats

from psychometrics.components import components_of
from psychometrics.covariances import ROUNDING
from psychometrics.estimate import LARGEST, NO_SPREAD, Detail, Estimate, Floats, Missing, beyond, tail_of, undefined
from psychometrics.g_designs import arranged
from psychometrics.mixed import mixed_model


def quasi_f(
    table: DataFrame,
    *,
    persons: str = "person",
    form: str = "form",
    condition: str = "condition",
    value: str = "value",
    levels: tuple[object, object] | None = None,
    missing: Missing = "pairwise",
    confidence: float = 0.95,
) -> Estimate:
    """Mean difference of two conditions, tested over persons and forms at once (Winer, 1971; Clark, 1973).

    Each person answers each form in both conditions. The difference of a person on a form then varies by person, by
    form and by both, and F = persons x forms x mean^2 / (MS(person) + MS(form) - MS(residual)), with Satterthwaite's
    (1946) degrees of freedom for the denominator. About permutations: the exchangeable unit is a form, with its two
    conditions swapped for all persons at once, if just these persons are meant; it is a person, swapped on all forms,
    if just these forms are meant. When both are samples, as here, neither is a valid test, and swapping cells never is.

    Parameters
    ----------
    table : DataFrame
        One row a value. Rows of one person, form and condition (draws, items) are averaged.
    persons, form, condition, value : column names
        `form` is what is left of the printed form when the condition is taken out of it: two rows that differ only in
        condition have the same form. `value` is in any unit; NaN is a missing answer.
    levels : two labels of `condition`, optional
        (a, b) gives a minus b. Needed when there are more than two; otherwise the first to appear is a.
    missing : "pairwise" or "listwise"
        Listwise leaves out persons without a difference on every form. Pairwise keeps them; when some differences are
        missing, the mean squares give way to REML of the same model (`mixed_model`), with the same kind of df.
    confidence : float in (0, 1)

    Returns
    -------
    Estimate
        The mean difference in the unit of `value`, with a t interval. In `extra`: f, df1 (1), df2, p,
        `standard_error`, `ms_person`, `ms_form`, `ms_residual`, n_forms, n_cells. A warning `negative_error_variance`
        when the denominator is not positive: REML stands in, whose variances cannot be negative. NaN with
        `one_condition` (fewer than two), `not_estimable` (aliased: no person has one form in both conditions, as when
        the conditions are printed in different forms), `too_few_persons` (fewer than three), `too_few_forms` (fewer
        than two). Value without a test: `zero_variance` (all differences are equal), and the notes of `mixed_model`.

    Examples
    --------
    >>> rows = [
    ...     (person, form, condition, y + (condition == "reversed") * shift)
    ...     for person, y in zip("pqrs", [1.0, 2.0, 2.5, 4.0])
    ...     for form, shift in zip("abc", [0.5, 0.6 + y / 10, 0.1 + y / 5])
    ...     for condition in ("reversed", "printed")
    ... ]
    >>> quasi_f(DataFrame(rows, columns=["person", "form", "condition", "value"]))
    Estimate(0.638 [0.262, 1.013], n=4)
    """
    if missing not in ("pairwise", "listwise"):
        raise ValueError(f'missing: "{missing}"; allowed are "pairwise" and "listwise"')
    lacking = [each for each in (persons, form, condition, value) if each not in table.columns]
    if lacking:
        raise ValueError(f'table: column "{lacking[0]}" is missing; there are {", ".join(map(str, table.columns))}')
    given = table[value].to_numpy(dtype=float, na_value=math.nan)
    if beyond(given).any():
        raise ValueError(f"{value}: {given[beyond(given)][0]}; a value is a number up to {LARGEST:g} or missing")
    used = table.dropna(subset=[value])
    # in the order of the table: a missing answer in its first row must not turn the difference round
    answered = set(used[condition])
    seen = [each for each in table[condition].unique() if each in answered]
    pair = levels or tuple(seen[:2])
    if levels is None and len(seen) > 2:
        raise ValueError(f"condition: {', '.join(map(str, seen))}; name two of them in levels")
    if levels is not None and (len(set(levels)) != 2 or not set(levels) <= set(table[condition])):
        raise ValueError(f"levels: {levels}; allowed are two of {', '.join(map(str, table[condition].unique()))}")
    if len(set(pair) & set(seen)) < 2:
        return undefined("one_condition", n_persons=used[persons].nunique(), missing=missing)
    means = used.groupby([persons, form, condition], sort=False, observed=True)[value].mean().unstack(condition)
    d = (means[pair[0]] - means[pair[1]]).unstack(form)
    if d.isna().all(axis=None):
        return undefined("not_estimable", n_persons=len(d), missing=missing)
    d = d.dropna(how="all").dropna(how="all", axis=1)
    if missing == "listwise":
        d = d.dropna()
    n, m = d.shape
    extra: dict[str, Detail] = {"n_forms": m, "n_cells": int(d.notna().sum(axis=None))}
    if n < 3:
        return undefined("too_few_persons", n_persons=n, missing=missing, extra=extra)
    x = d.to_numpy(dtype=float)
    value_of = float(np.nanmean(x))
    if m < 2:
        return undefined("too_few_forms", n_persons=n, missing=missing, extra=extra)
    if np.nanmax(x) - np.nanmin(x) <= NO_SPREAD:
        return Estimate(value_of, n_persons=n, missing=missing, note="zero_variance", extra=extra)
    if np.isnan(x).any():
        return _by_likelihood(x, extra, missing, confidence)
    return _by_mean_squares(x, extra, missing, confidence)


def _by_mean_squares(x: Floats, extra: dict[str, Detail], missing: Missing, confidence: float) -> Estimate:
    n, m = x.shape
    table = components_of(arranged(x, "person", ("form",), "value", None, "pairwise")).table
    squares, df = table["mean_square"].to_numpy(float), table["df"].to_numpy(float)
    mean = float(x.mean())
    told = extra | dict(zip(("ms_person", "ms_form", "ms_residual"), map(float, squares), strict=True))
    signed = squares * [1.0, 1.0, -1.0]
    denominator = float(signed.sum())
    if denominator <= ROUNDING * float(squares.sum()):
        told_why = "negative_error_variance: MS(residual) is the larger; REML of the same model stands in"
        return _by_likelihood(x, told, missing, confidence).with_warning(told_why)
    df2 = denominator**2 / float((signed**2 / df).sum())
    error = math.sqrt(denominator / (n * m))
    f = (mean / error) ** 2
    told |= {"f": f, "df1": 1, "df2": df2, "p": float(stats.f.sf(f, 1, df2)), "standard_error": error}
    half = float(stats.t.ppf(1 - tail_of(confidence), df2)) * error
    return Estimate(
        mean,
        mean - half,
        mean + half,
        method="quasi-F, Satterthwaite df",
        confidence=confidence,
        n_persons=n,
        missing=missing,
        extra=told,
    )


def _by_likelihood(x: Floats, extra: dict[str, Detail], missing: Missing, confidence: float) -> Estimate:
    person, form = np.nonzero(np.isfinite(x))
    long = DataFrame({"person": person, "form": form, "difference": x[person, form]})
    fit = mixed_model(long, "difference", random=["person", "form"], confidence=confidence)
    found = fit.coefficient("(Intercept)")
    if not found.estimable:
        return Estimate(float(np.nanmean(x)), n_persons=len(x), missing=missing, note=found.note, extra=extra)
    more = found.extra
    told = extra | {"f": float(fit.fixed["t"].iloc[0]) ** 2, "df1": 1, "df2": more["df"], "p": more["p"]}
    return Estimate(
        found.value,
        found.low,
        found.high,
        method="REML of persons and forms, Satterthwaite df",
        confidence=confidence,
        n_persons=len(x),
        missing=missing,
        extra=told | {"standard_error": more["standard_error"]},
    )
