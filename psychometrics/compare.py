"""How far apart two groups of persons, or two times of the same persons, are."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Hashable, Iterable
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special, stats

from psychometrics.bootstrap import persona_bootstrap
from psychometrics.covariances import ROUNDING, values_of
from psychometrics.estimate import (
    NO_SPREAD,
    Detail,
    Estimate,
    Floats,
    no_spread,
    numbered,
    one_each,
    sums_by_person,
    tail_of,
    undefined,
    without_last_digits,
)

Ddof = Literal[0, 1]
SD_KINDS = {0: "pooled population SD (ddof 0)", 1: "pooled sample SD (ddof 1)"}


def assigned_effect(
    scores: ArrayLike,
    assigned: ArrayLike,
    persona: Iterable[Hashable] | None = None,
    *,
    ddof: Ddof = 1,
    seed: int = 0,
    resamples: int = 2000,
    confidence: float = 0.95,
) -> Estimate:
    """Cohen's d of the personas assigned the high pole against those assigned the low pole (Cohen, 1988).

    Parameters
    ----------
    scores : shape (rows,)
        Any unit; NaN rows are left out.
    assigned : shape (rows,)
        1 high pole, -1 low pole, 0 or NaN neither (left out).
    persona : labels, length rows, optional
        Without it, every row is another person. With it, rows repeat personas.
    ddof : 0 or 1
        1 as in the field; 0 divides by the population SD, as the code of Jiang et al. (2024) does. `extra["sd_kind"]`
        names it, and `d_ddof0` and `d_ddof1` give both.
    seed, resamples : int
        Of the bootstrap for repeated personas, within poles: the assigned poles of a persona set are fixed.
    confidence : float in (0, 1)

    Returns
    -------
    Estimate
        Pooled SDs, unbounded; positive when the high pole scores higher. Interval: "noncentral t" when no persona is
        repeated, else "persona bootstrap". NaN with a note: `one_pole_missing`, `too_few_per_pole` (fewer than two
        personas), `zero_variance` (no spread within poles). In `extra`: n, mean of each pole, `d_of_means` (one row a
        persona, the mean of its repeats), and what `two_group_effect` adds. Over a factorial set d divides by the
        spread of the other assigned traits, too: it is no d between humans.

    Examples
    --------
    >>> assigned_effect([4.5, 3.8, 4.1, 2.0, 2.9, 2.2], [1, 1, 1, -1, -1, -1])
    Estimate(4.243 [0.965, 7.448], n=6)
    >>> assigned_effect([4.5, 3.8, 4.1], [1, 1, 1])
    Estimate(not estimable: one_pole_missing, n=3)
    """
    _check_ddof(ddof)
    y, poles = values_of(scores, "scores"), values_of(assigned, "assigned")
    people = np.arange(len(y)) if persona is None else numbered(persona)[0]
    if not len(y) == len(poles) == len(people):
        raise ValueError(f"assigned_effect: {len(y)} scores, {len(poles)} poles, {len(people)} personas; one each")
    wrong = poles[~np.isin(poles, (-1, 0, 1)) & ~np.isnan(poles)]
    if len(wrong):
        raise ValueError(f"assigned: {wrong[0]:g}; allowed are 1 (high pole), -1 (low pole), 0 or NaN (neither)")
    used = np.isfinite(y) & np.isin(poles, (-1, 1))
    y, poles = y[used], poles[used]
    people = np.unique(people[used], return_inverse=True)[1]
    pole_of = np.array(one_each(poles, people, "assigned"), dtype=float)
    n_high, n_low = int((pole_of == 1).sum()), int((pole_of == -1).sum())
    extra: dict[str, Detail] = {"n_high": n_high, "n_low": n_low, "n_rows": len(y), "n_left_out": int((~used).sum())}
    if min(n_high, n_low) < 2:
        note = "too_few_per_pole" if min(n_high, n_low) else "one_pole_missing"
        return undefined(note, n_persons=len(pole_of), extra=extra)
    if len(pole_of) == len(y):
        effect = two_group_effect(y[poles == 1], y[poles == -1], ddof=ddof, confidence=confidence)
        return dataclasses.replace(effect, extra={**effect.extra, **extra})

    sums = sums_by_person(_group_sums(y, poles), people, len(pole_of))
    d, d_ddof0, d_ddof1 = (float(_d(sums.sum(axis=0, keepdims=True), each)[0]) for each in (ddof, 0, 1))
    means = sums_by_person(y[:, None], people, len(pole_of))[:, 0] / np.bincount(people)
    of_means = two_group_effect(means[pole_of == 1], means[pole_of == -1], ddof=ddof, confidence=confidence)
    high, low = float(y[poles == 1].mean()), float(y[poles == -1].mean())
    extra |= {"mean_high": high, "mean_low": low, "mean_difference": high - low, "sd_kind": SD_KINDS[ddof]}
    if math.isnan(d) or max(np.ptp(y[poles == 1]), np.ptp(y[poles == -1])) <= NO_SPREAD:
        return undefined("zero_variance", n_persons=len(pole_of), extra=extra)
    extra |= {"d_ddof0": d_ddof0, "d_ddof1": d_ddof1, "d_of_means": of_means.value}
    drawn = persona_bootstrap(
        lambda counts: _d(counts @ sums, ddof),
        len(pole_of),
        seed=seed,
        resamples=resamples,
        strata=list(pole_of),
        confidence=confidence,
    )
    sizes = np.bincount(people)
    return Estimate(
        d,
        drawn.low,
        drawn.high,
        method=drawn.method,
        confidence=confidence,
        n_persons=len(pole_of),
        n_replications=int(sizes[0]) if sizes.min() == sizes.max() else None,
        warnings=drawn.warnings,
        extra=extra,
    )


def two_group_effect(a: ArrayLike, b: ArrayLike, *, ddof: Ddof = 1, confidence: float = 0.95) -> Estimate:
    """Cohen's d of two groups of independent persons, a minus b; interval from the noncentral t (Steiger, 2004).

    Parameters
    ----------
    a, b : shape (persons,)
        One score a person, in any unit; NaN is left out.
    ddof : 0 or 1
        See `assigned_effect`. The interval is that of ddof 1, times the ratio of the two d.
    confidence : float in (0, 1)

    Returns
    -------
    Estimate
        Pooled SDs, unbounded. NaN with `too_few_per_pole` (fewer than two persons in a group) or `zero_variance`. In
        `extra`: means, `d_ddof0`, `d_ddof1`, Hedges' `g` with interval, `glass_delta` (SD of b), Welch's t, df and
        p, and `mann_whitney_u`.

    Examples
    --------
    >>> two_group_effect([3.1, 4.2, 3.9, 4.4], [2.8, 3.0, 3.3, 2.6])
    Estimate(2.138 [0.269, 3.911], n=8)
    """
    _check_ddof(ddof)
    x, y = values_of(a, "a"), values_of(b, "b")
    x, y = x[np.isfinite(x)], y[np.isfinite(y)]
    n, df = len(x) + len(y), len(x) + len(y) - 2
    if min(len(x), len(y)) < 2:
        return undefined("too_few_per_pole", n_persons=n, extra={"n_high": len(x), "n_low": len(y)})
    sums = _group_sums(np.concatenate([x, y]), np.repeat([1.0, -1.0], [len(x), len(y)])).sum(axis=0, keepdims=True)
    d, d_ddof0, d_ddof1 = (float(_d(sums, each)[0]) for each in (ddof, 0, 1))
    high, low = float(x.mean()), float(y.mean())
    extra: dict[str, Detail] = {"n_high": len(x), "n_low": len(y), "mean_high": high, "mean_low": low}
    extra |= {"mean_difference": high - low, "sd_kind": SD_KINDS[ddof]}
    # asked of the scores themselves: a variance from sums of squares is never quite 0
    if math.isnan(d) or max(np.ptp(x), np.ptp(y)) <= NO_SPREAD:
        return undefined("zero_variance", n_persons=n, extra=extra)
    scale = math.sqrt(1 / len(x) + 1 / len(y))
    bounds = [scale * each for each in _noncentralities(d_ddof1 / scale, df, confidence)]
    shrink = math.exp(special.gammaln(df / 2) - special.gammaln((df - 1) / 2)) / math.sqrt(df / 2)
    # not scipy's ttest_ind, which warns of a group whose scores are all equal
    errors = [float(each.var(ddof=1)) / len(each) for each in (x, y)]
    welch_t = (high - low) / math.sqrt(sum(errors))
    welch_df = sum(errors) ** 2 / (errors[0] ** 2 / (len(x) - 1) + errors[1] ** 2 / (len(y) - 1))
    extra |= {
        "d_ddof0": d_ddof0,
        "d_ddof1": d_ddof1,
        "g": shrink * d_ddof1,
        "g_low": shrink * bounds[0],
        "g_high": shrink * bounds[1],
        "glass_delta": (high - low) / float(y.std(ddof=1)) if np.ptp(y) > NO_SPREAD else math.nan,
        "welch_t": welch_t,
        "welch_df": welch_df,
        "welch_p": float(2 * stats.t.sf(abs(welch_t), welch_df)),
        "mann_whitney_u": _mann_whitney_u(x, y),
    }
    low_d, high_d = (each * (math.sqrt(n / df) if ddof == 0 else 1.0) for each in bounds)
    return Estimate(d, low_d, high_d, method="noncentral t", confidence=confidence, n_persons=n, extra=extra)


def paired_effect(before: ArrayLike, after: ArrayLike, *, confidence: float = 0.95) -> Estimate:
    """Change of the same persons in SDs of the change (d_z; Cohen, 1988), after minus before.

    Parameters
    ----------
    before, after : shape (persons,)
        One score a person, in one order and unit; persons without both are left out.
    confidence : float in (0, 1)

    Returns
    -------
    Estimate
        SDs of the change, unbounded; interval from the noncentral t. NaN with `too_few_persons` (fewer than three) or
        `zero_variance` (all changed alike). In `extra`: `mean_shift` with its paired t interval, t, df, p, `d_av` (in
        root mean variances, as Frisch and Giulianelli, 2024) and `d_rm` (Lakens, 2013).

    Examples
    --------
    >>> paired_effect([2.0, 3.0, 3.5, 4.0], [2.5, 3.0, 4.5, 4.6])
    Estimate(1.276 [-0.145, 2.613], n=4)
    """
    a, b = values_of(before, "before"), values_of(after, "after")
    if len(a) != len(b):
        raise ValueError(f"paired_effect: {len(a)} scores before and {len(b)} after; one each is needed")
    both = np.isfinite(a) & np.isfinite(b)
    a, b = a[both], b[both]
    n, shift = len(a), mean_over_persons(b - a, confidence=confidence)
    extra: dict[str, Detail] = {"mean_shift": shift.value, "mean_shift_low": shift.low, "mean_shift_high": shift.high}
    if n < 3:
        return undefined("too_few_persons", n_persons=n, extra=extra)
    sd = float((b - a).std(ddof=1))
    if np.ptp(b - a) <= no_spread(float(np.abs([a, b]).max())):
        return undefined("zero_variance", n_persons=n, extra=extra)
    t = shift.value / sd * math.sqrt(n)
    low, high = (each / math.sqrt(n) for each in _noncentralities(t, n - 1, confidence))
    extra |= {"t": t, "df": n - 1, "p": float(2 * stats.t.sf(abs(t), n - 1))}
    if np.ptp(a) > NO_SPREAD and np.ptp(b) > NO_SPREAD:
        r = float(np.corrcoef(a, b)[0, 1])
        extra["d_av"] = shift.value / math.sqrt((a.var(ddof=1) + b.var(ddof=1)) / 2)
        extra["d_rm"] = shift.value / sd * math.sqrt(2 * (1 - r))
    return Estimate(shift.value / sd, low, high, method="noncentral t", confidence=confidence, n_persons=n, extra=extra)


def mean_over_persons(values: ArrayLike, *, confidence: float = 0.95) -> Estimate:
    """Mean of one number a person, with its t interval over persons (Student, 1908).

    Parameters
    ----------
    values : shape (persons,)
        Any unit; NaN is left out.
    confidence : float in (0, 1)

    Returns
    -------
    Estimate
        In the unit of `values`. NaN with `too_few_persons` without any; fewer than three keep the mean and that note,
        but get no interval. `equal_in_all_persons`: nor do persons without any difference, since an interval of no
        width would claim to know all others. In `extra`: sd.

    Examples
    --------
    >>> mean_over_persons([0.5, 0.0, 1.0, 0.6])
    Estimate(0.525 [-0.129, 1.179], n=4)
    """
    x = values_of(values, "values")
    x = x[np.isfinite(x)]
    n = len(x)
    if n == 0:
        return undefined("too_few_persons")
    if n < 3:
        return Estimate(float(x.mean()), n_persons=n, note="too_few_persons")
    sd = float(x.std(ddof=1))
    half = float(stats.t.ppf(1 - tail_of(confidence), n - 1)) * sd / math.sqrt(n)
    mean = float(x.mean())
    told = {"sd": sd}
    if np.ptp(x) <= no_spread(float(np.abs(x).max())):
        return Estimate(mean, n_persons=n, note="equal_in_all_persons", extra=told)
    return Estimate(
        mean, mean - half, mean + half, method="t over persons", confidence=confidence, n_persons=n, extra=told
    )


def _check_ddof(ddof: int) -> None:
    if ddof not in SD_KINDS:
        raise ValueError(f"ddof: {ddof}; allowed are 0 and 1")


def _group_sums(y: Floats, poles: Floats) -> Floats:
    """Rows to n, sum and sum of squares of each group, shape (rows, 6), so that d is a function of their sums."""
    y = y - y.mean()  # far from 0, sums of squares lose the digits that a variance is made of
    powers = np.column_stack([np.ones(len(y)), y, y**2])
    return np.hstack([powers * (poles == 1)[:, None], powers * (poles == -1)[:, None]])


def _d(sums: Floats, ddof: int) -> Floats:
    n1, s1, q1, n2, s2, q2 = sums.T
    within = np.maximum(q1 - s1**2 / n1, 0) + np.maximum(q2 - s2**2 / n2, 0)
    spread = np.sqrt(within / (n1 + n2 - 2 * ddof))
    # a resample of equal scores in each group has no spread, but for what rounding leaves of it
    varies = (spread > NO_SPREAD) & (within > ROUNDING * (q1 + q2))
    d: Floats = (s1 / n1 - s2 / n2) / np.where(varies, spread, math.nan)
    return d


def _mann_whitney_u(x: Floats, y: Floats) -> float:
    """Pairs in which x is the larger; a tie counts one half."""
    values = without_last_digits(np.concatenate([x, y]))
    return float(stats.mannwhitneyu(values[: len(x)], values[len(x) :], method="asymptotic").statistic)


def _noncentralities(t: float, df: float, confidence: float) -> tuple[float, float]:
    """The noncentralities under which t is just not too large, and just not too small."""
    tail = tail_of(confidence)
    if (
        abs(t) > 1000
    ):  # where scipy's nct loses its digits, t is as good as a scaled chi (square-and-add; Zou and Donner, 2008)
        at = np.sqrt(stats.chi2.ppf([tail, 1 - tail], df) / df)
        below, above = np.hypot(t * (at - 1), stats.norm.isf(tail))[:: 1 if t > 0 else -1]
        return float(t - below), float(t + above)
    reach = 10 * math.sqrt(1 + t**2 / (2 * df))

    def solved(probability: float) -> float:
        def miss(noncentrality: float) -> float:
            below = float(stats.nct.cdf(t, df, noncentrality))
            if math.isnan(below):  # scipy gives up far out in the tails, where the answer is 1 or 0
                below = float(noncentrality < t)
            return below - probability

        return float(optimize.brentq(miss, t - reach, t + reach, xtol=1e-10))

    return solved(1 - tail), solved(tail)
