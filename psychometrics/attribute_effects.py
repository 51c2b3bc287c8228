"""What each attribute of personas does to their scores: age, country, occupation ... one at a time."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray
from pandas import DataFrame
from scipy import optimize, stats

from psychometrics.compare import Ddof, two_group_effect
from psychometrics.covariances import numbers, values_of
from psychometrics.estimate import NO_SPREAD, Detail, Estimate, Floats, Integers, tail_of, undefined
from psychometrics.exchange import in_label_order
from psychometrics.forms import labelled
from psychometrics.many_tests import Method, adjust_families

OVERALL, OF_LEVELS = "attributes", "levels"
COLUMNS = [
    *("scale", "attribute", "level", "against", "measure", "value", "low", "high", "n_persons", "n_level"),
    *("mean", "mean_against", "p", "method", "note", "family"),
]


def eta_squared(scores: Floats, groups: Integers, *, confidence: float = 0.95) -> Estimate:
    """Share of the variance of scores that lies between groups; interval from the noncentral F (Steiger, 2004).

    Parameters
    ----------
    scores : array, shape (persons,)
        One score a person, in any unit; NaN is left out.
    groups : integers, shape (persons,)
        Group of each person, from 0.
    confidence : float in (0, 1)

    Returns
    -------
    Estimate
        0 to 1, biased upwards: chance alone gives (groups - 1) / (persons - 1). In `extra`: F, df, df_residual, p,
        omega_squared (about 0 by chance, Hays, 1963). NaN with `one_level`, `too_few_per_level` (no group has two persons),
        `zero_variance` (nothing varies within groups). `smaller_than_chance` keeps the value without an interval: F lies so near 0
        that no effect at all, the least there is, makes a smaller one improbable, and both ends would be 0.

    Examples
    --------
    >>> found = eta_squared(np.array([1.0, 2, 3, 2, 3, 4, 5, 6, 7]), np.repeat([0, 1, 2], 3))
    >>> found, found.extra["F"]
    (Estimate(0.812 [0.167, 0.887], n=9), 13.0)
    """
    scores = values_of(scores, "scores")
    known = np.isfinite(scores)
    scores, groups = scores[known], np.asarray(groups)[known]
    sizes = np.bincount(groups)
    sizes, codes = sizes[sizes > 0], np.unique(groups, return_inverse=True)[1]
    n, k = len(scores), len(sizes)
    if k < 2:
        return undefined("one_level", n_persons=n)
    df, df_residual = k - 1, n - k
    if df_residual < 1:
        return undefined("too_few_per_level", n_persons=n)
    y = scores - scores.mean()
    means = np.bincount(codes, y) / sizes
    within = y - means[codes]
    if np.abs(within).max() <= NO_SPREAD:
        return undefined("zero_variance", n_persons=n)
    between, residual = float(sizes @ means**2), float(within @ within)
    f = between / df / (residual / df_residual)
    extra: dict[str, Detail] = {
        "F": f,
        "df": df,
        "df_residual": df_residual,
        "p": float(stats.f.sf(f, df, df_residual)),
    }
    extra["omega_squared"] = (between - df * residual / df_residual) / (between + residual * (1 + 1 / df_residual))
    tails = 1 - tail_of(confidence), tail_of(confidence)
    low, high = (each / (each + n) for each in (_noncentrality(f, df, df_residual, tail) for tail in tails))
    found = Estimate(between / (between + residual), confidence=confidence, n_persons=n, extra=extra)
    if high <= 0:
        return dataclasses.replace(found, note="smaller_than_chance")
    return dataclasses.replace(found, low=low, high=high, method="noncentral F")


def attribute_effects(
    scores: DataFrame,
    personas: DataFrame,
    attributes: Sequence[str] | None = None,
    *,
    ddof: Ddof = 1,
    method: Method = "holm",
    level: float = 0.05,
    confidence: float = 0.95,
) -> DataFrame:
    """Effect of each attribute on each scale: Cohen's d, or eta squared and d of each level (as Lee et al., 2024).

    Parameters
    ----------
    scores : DataFrame
        Columns persona, scale, score. Repeats are averaged: a persona counts once. Missing scores are left out.
    personas : DataFrame
        Columns persona and attributes, one row a persona. A missing attribute leaves its persona out of that attribute.
    attributes : list of column names, optional
        All but persona if not given.
    ddof : 0 or 1
        Of the pooled SD in d; see `assigned_effect`.
    method : as in `adjust`
        Correction within two families over all scales: "attributes", one test of each attribute and scale; "levels", the
        tests of single levels against all others, of attributes with more than two.
    level : float in (0, 1)
        Of a family.
    confidence : float in (0, 1)
        Of each interval by itself; only p_adjusted counts the tests.

    Returns
    -------
    DataFrame
        Columns scale, attribute, level, against, measure, value, low, high, n_persons, n_level, mean, mean_against,
        p, method, note, family, p_adjusted, n_tests, correction, rejected. An attribute with two levels has a row "d":
        its last level in the order of labels against the first, in pooled SDs, with the noncentral t interval and
        Student's p. One with more has a row "eta_squared" (see there) with the p of F, then a row "d" for each level
        against all others. NaN with a note: `one_level`, `too_few_per_level` (fewer than two personas),
        `zero_variance`, `no_values` (no persona has a score and the attribute).

        Attributes drawn independently are compared one at a time; attributes that go together (age and children) are not
        told apart. d divides by the spread of all other attributes, too.

    Examples
    --------
    >>> personas = DataFrame({"persona": range(6), "sex": list("fmfmfm"), "age": list("abcabc")})
    >>> scores = DataFrame({"persona": range(6), "scale": "E", "score": [1.0, 3.5, 2.0, 3.0, 1.5, 4.0]})
    >>> found = attribute_effects(scores, personas)
    >>> found[["attribute", "level", "measure", "value", "n_tests"]].round(3).to_dict("split")["data"][:2]
    [['sex', 'm', 'd', 4.0, 2], ['age', '', 'eta_squared', 0.143, 2]]
    """
    _checked(scores, personas)
    names = [each for each in personas.columns if each != "persona"] if attributes is None else list(attributes)
    lacking = [each for each in names if each not in personas.columns]
    if lacking:
        raise ValueError(f"attributes: {lacking[0]!r} is no column; there are {', '.join(map(str, personas.columns))}")
    given = scores.assign(score=numbers(scores[["score"]])[:, 0]).dropna(subset=["score"])
    means = given.groupby(["scale", "persona"], sort=False)["score"].mean()
    of_persona = personas.set_index("persona")
    rows: list[dict[str, object]] = []
    for scale in dict.fromkeys(scores["scale"]):
        y = means[means.index.get_level_values("scale") == scale].droplevel("scale")
        for name in names:
            held = of_persona[name].reindex(y.index)
            has = held.notna().to_numpy(bool)
            codes, labels = in_label_order(held.to_numpy(dtype=object)[has], str(name))
            for row in _rows(y.to_numpy(float)[has], codes, labels, ddof, confidence):
                rows.append({"scale": scale, "attribute": name, **row})
    found = DataFrame(rows, columns=COLUMNS)
    adjusted = adjust_families(found.drop(columns="method"), method=method, level=level)
    adjusted = adjusted.rename(columns={"method": "correction"})
    adjusted.insert(COLUMNS.index("method"), "method", found["method"])
    return adjusted


def _noncentrality(f: float, df: int, df_residual: int, probability: float) -> float:
    """The noncentrality under which a smaller F has this probability; 0 where even that of no effect is smaller."""

    def miss(noncentrality: float) -> float:
        below = float(stats.ncf.cdf(f, df, df_residual, noncentrality))
        if math.isnan(below):  # scipy gives up far out in the tails, where the answer is 1 or 0
            below = float(noncentrality < df * f)
        return below - probability

    if float(stats.f.cdf(f, df, df_residual)) <= probability:
        return 0.0
    reach = df * f + 10
    while miss(reach) > 0:
        reach *= 2
    return float(optimize.brentq(miss, 0.0, reach, xtol=1e-10))


def _rows(y: Floats, codes: Integers, labels: list[Hashable], ddof: Ddof, confidence: float) -> list[dict[str, object]]:
    """The tests of one attribute and scale: one for two levels, and for more one overall and one a level."""
    if len(labels) < 2:
        told = undefined("one_level" if labels else "no_values", n_persons=len(y))
        return [_row("", "", "d", told, math.nan, math.nan, len(y), OVERALL)]
    if len(labels) == 2:
        return [_against(y, codes == 1, labels[1], labels[0], ddof, confidence, OVERALL)]
    overall = eta_squared(y, codes, confidence=confidence)
    rows = [_row("", "", "eta_squared", overall, overall.extra.get("p", math.nan), float(y.mean()), len(y), OVERALL)]
    for number, each in enumerate(labels):
        rows.append(_against(y, codes == number, each, "all others", ddof, confidence, OF_LEVELS))
    return rows


def _against(
    y: Floats,
    here: NDArray[np.bool_],
    level: Hashable,
    against: Hashable,
    ddof: Ddof,
    confidence: float,
    family: str,
) -> dict[str, object]:
    d = two_group_effect(y[here], y[~here], ddof=ddof, confidence=confidence)
    row = _row(level, against, "d", d, _student(d, y, here), float(y[here].mean()), int(here.sum()), family)
    return row | {"mean_against": float(y[~here].mean())}


def _student(d: Estimate, y: Floats, here: NDArray[np.bool_]) -> float:
    """Student's p: Welch's takes the variance of two or three personas at its word, and is below .001 where these are alike."""
    n, n_here = len(y), int(here.sum())
    of_sample = d.extra.get("d_ddof1", math.nan)
    if not isinstance(of_sample, (int, float)):
        return math.nan
    return float(2 * stats.t.sf(abs(of_sample) * math.sqrt(n_here * (n - n_here) / n), n - 2))


def _row(
    level: Hashable, against: Hashable, measure: str, found: Estimate, p: Detail, mean: float, n_level: int, family: str
) -> dict[str, object]:
    return {
        "level": level,
        "against": against,
        "measure": measure,
        "value": found.value,
        "low": found.low,
        "high": found.high,
        "n_persons": found.n_persons,
        "n_level": n_level,
        "mean": mean,
        "mean_against": math.nan,
        "p": p,
        "method": found.method,
        # here no level is a pole
        "note": found.note.replace("too_few_per_pole", "too_few_per_level"),
        "family": family,
    }


def _checked(scores: DataFrame, personas: DataFrame) -> None:
    for table, name, columns in (
        (scores, "scores", ["persona", "scale", "score"]),
        (personas, "personas", ["persona"]),
    ):
        lacking = [each for each in columns if each not in table.columns]
        if lacking:
            raise ValueError(f"{name}: column {lacking[0]} is missing; there are {', '.join(map(str, table.columns))}")
    labelled(scores, ["persona", "scale"])
    labelled(personas, ["persona"])
    twice = personas["persona"].duplicated()
    if twice.any():
        raise ValueError(f"personas: {personas['persona'][twice].iloc[0]!r} stands twice; one row each is needed")
    unknown = ~scores["persona"].isin(personas["persona"])
    if unknown.any():
        raise ValueError(f"scores: persona {scores['persona'][unknown].iloc[0]!r} is not among the personas")
