"""Cronbach's alpha: do the items of a scale tell the same about a person?

With independent persons the interval is Feldt's. Rows that repeat a persona are not independent: they get
`alpha_of_repeats`, whose interval draws whole personas.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Hashable, Iterable
from typing import Literal

import numpy as np
from pandas import DataFrame
from scipy import stats

from psychometrics.bootstrap import persona_bootstrap
from psychometrics.covariances import (
    ROUNDING,
    alpha_from,
    answered,
    correlations,
    numbers,
    squared_multiple,
    sums_for_alpha,
)
from psychometrics.estimate import (
    NO_SPREAD,
    Detail,
    Estimate,
    Floats,
    Integers,
    Missing,
    no_spread,
    numbered,
    one_each,
    tail_of,
    undefined,
)
from psychometrics.moments import Moments, Pairs, Rows, moments

Interval = Literal["Feldt", "Duhachek"]
EmptyRows = Literal["leave out", "count"]


def cronbach_alpha(
    items: DataFrame,
    *,
    missing: Missing = "pairwise",
    interval: Interval = "Feldt",
    empty_rows: EmptyRows = "leave out",
    confidence: float = 0.95,
) -> Estimate:
    """Internal consistency of one scale (Cronbach, 1951).

    Parameters
    ----------
    items : DataFrame, shape (persons, items)
        Keyed values, one row a person: average or choose repeats before, they are not persons. NaN is a missing answer.
    missing : "pairwise" or "listwise"
        Pairwise takes each covariance from the persons who answered both items, and counts all persons with any
        answer. The value under the other rule is in `extra`.
    interval : "Feldt" or "Duhachek"
        Feldt, Woodruff and Salih (1987) is exact when all items measure alike and errors are normal, and too wide
        when loadings differ much; Duhachek and Iacobucci (2004) is a large-sample normal interval, cut off at 1, that
        holds for them, too. Neither suits skewed answers (docs/coverage.md): there, and for rows that repeat personas, see
        `alpha_of_repeats`, which resamples.
    empty_rows : "leave out" or "count"
        Somebody who answered nothing tells nothing about the items. R's psych counts such rows when pairwise, which
        makes its intervals a little narrower; "count" does so, too.
    confidence : float in (0, 1)

    Returns
    -------
    Estimate
        No unit, in (-inf, 1]; never clipped: below 0 it is `negative_average_covariance`. NaN with a note:
        `too_few_items` (fewer than two), `too_few_persons` (three), `zero_total_variance`, `constant_items` (fewer
        than two items vary), `no_joint_answers` (nobody answered both of two items) and, pairwise,
        `contradictory_covariances` (they give the total a negative variance, or alpha a value above 1).
        `degenerate_identical_items` marks an alpha of 1, also one of the items that vary, or persons whose answers are
        all equal, and has no interval.
        In `extra`: both rules for missing answers with their n, `alpha_varying_items`, `standardised_alpha`,
        `average_r`, `lambda6` (Guttman, 1945, from squared multiple correlations), `standard_error` (Duhachek and
        Iacobucci, 2004), and in the unit of an item `mean`, `sd` and `sem` of the persons' mean answers: alpha
        depends on how much the persons differ.

    Examples
    --------
    >>> import pandas as pd
    >>> cronbach_alpha(pd.DataFrame({"E1": [1, 2, 4, 5], "E2": [2, 2, 3, 4], "E3": [1, 3, 4, 5]}))
    Estimate(0.944 [0.630, 0.996], n=4)
    >>> cronbach_alpha(pd.DataFrame({"E1": [3, 3, 3], "E2": [4, 4, 4]}))
    Estimate(not estimable: zero_total_variance, n=3)
    """
    if empty_rows not in ("leave out", "count"):
        raise ValueError(f'empty_rows: "{empty_rows}"; allowed are "leave out" and "count"')
    n_persons = len(items) if empty_rows == "count" and missing == "pairwise" else None
    estimate = _without_interval(items, missing, n_persons)
    if not estimate.estimable or estimate.note == "degenerate_identical_items":
        return estimate
    if interval == "Feldt":
        low, high = _feldt(estimate.value, estimate.n_persons, items.shape[1], confidence)
    elif interval == "Duhachek":
        half = float(stats.norm.ppf(1 - tail_of(confidence))) * float(estimate.extra["standard_error"])  # type: ignore[arg-type]
        low, high = estimate.value - half, min(estimate.value + half, 1.0)
    else:
        raise ValueError(f'interval: "{interval}"; allowed are "Feldt" and "Duhachek"')
    return dataclasses.replace(estimate, low=low, high=high, method=interval, confidence=confidence)


def alpha_of_repeats(
    items: DataFrame,
    persona: Iterable[Hashable],
    seed: int,
    resamples: int = 2000,
    strata: Iterable[Hashable] | None = None,
    *,
    missing: Missing = "pairwise",
    confidence: float = 0.95,
    expand: bool = True,
) -> Estimate:
    """Alpha over rows that repeat personas: the published convention, with an interval that respects the repeats.

    Parameters
    ----------
    items : DataFrame, shape (rows, items)
        Keyed values, one row a sitting; NaN is a missing answer.
    persona : labels, length rows
        Persona (or model x persona) of each row.
    seed, resamples : int
        Of the bootstrap, which draws personas with all their rows.
    strata : labels, length rows, optional
        Assigned pole of each row's persona on this scale. A factorial persona set is fixed: draw within poles.
    missing : "pairwise" or "listwise"
    confidence : float in (0, 1)
    expand : bool
        See `persona_bootstrap`; False for plain percentiles.

    Returns
    -------
    Estimate
        The value is alpha over all rows, as in Jiang et al. (2024); `n_persons` counts personas. No unit, in
        (-inf, 1]. In `extra`: `alpha_of_means` with its Feldt interval (one row a persona, the mean of its repeats),
        `n_rows`, `fewest_rows`, `most_rows`. NaN as for `cronbach_alpha`, and `no_person_facet` when all rows are of
        one persona: repeats of the bare model differ by chance alone. `no_replication` warns that no persona is
        repeated, or that every repeat is a copy.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"E1": [1, 2, 2, 3, 3, 4, 4, 4, 5, 5], "E2": [2, 1, 2, 2, 4, 3, 3, 5, 4, 5]})
    >>> alpha_of_repeats(rows, list("aabbccddee"), seed=1)
    Estimate(0.870 [-1.227, 0.960], n=5)
    >>> alpha_of_repeats(rows, ["bare"] * 10, seed=1)
    Estimate(not estimable: no_person_facet, n=1)
    """
    person, labels = numbered(persona)
    if len(person) != len(items):
        raise ValueError(f"persona: {len(person)} labels for {len(items)} rows; one each is needed")
    poles = None if strata is None else one_each(strata, person, "strata")
    if len(labels) == 1:
        return undefined("no_person_facet", n_persons=len(labels), n_items=items.shape[1], missing=missing)
    kept = answered(numbers(items), missing)
    heard, person = np.unique(person[kept], return_inverse=True)
    estimate = _without_interval(items, missing, n_persons=len(heard))
    if len(heard) < 3:
        return estimate
    x = numbers(items)[kept]
    sizes = np.bincount(person)
    means = items[kept] if sizes.max() == 1 else items[kept].groupby(person).mean()
    of_means = cronbach_alpha(means, missing=missing, confidence=confidence)
    extra: dict[str, Detail] = {
        **estimate.extra,
        "alpha_of_means": of_means.value,
        "alpha_of_means_low": of_means.low,
        "alpha_of_means_high": of_means.high,
        "n_rows": len(x),
        "fewest_rows": int(sizes.min()),
        "most_rows": int(sizes.max()),
    }
    warnings = estimate.warnings
    if sizes.max() == 1:
        warnings += ("no_replication: no persona has a second row",)
    elif _only_copies(x, person):
        warnings += ("no_replication: every repeat is a copy, so the rows tell no more than one row a persona",)
    repeats = int(sizes[0]) if sizes.min() == sizes.max() else None
    estimate = dataclasses.replace(estimate, n_replications=repeats, extra=extra, warnings=warnings)
    if not estimate.estimable or estimate.note == "degenerate_identical_items":
        return estimate
    sums, statistic = sums_for_alpha(x, person, len(heard))
    drawn = persona_bootstrap(
        lambda counts: statistic(counts @ sums),
        len(heard),
        seed=seed,
        resamples=resamples,
        strata=None if poles is None else [poles[each] for each in heard],
        confidence=confidence,
        width=sums.shape[1],
        expand=expand,
    )
    return dataclasses.replace(
        estimate,
        low=drawn.low,
        high=drawn.high,
        method=drawn.method,
        confidence=confidence,
        extra={**extra, "standard_error": drawn.standard_error},
        warnings=warnings + drawn.warnings,
    )


def _without_interval(items: DataFrame, missing: Missing, n_persons: int | None = None) -> Estimate:
    """Alpha over the rows of `items`, which count as persons unless `n_persons` says how many they are."""
    x = numbers(items)
    found = moments(x)
    pairs, rows = _under(found, missing)
    k = x.shape[1]
    n = rows.n if n_persons is None else n_persons

    def none(note: str, **extra: Detail) -> Estimate:
        return undefined(note, n_persons=n, n_items=k, missing=missing, extra=extra)

    if k < 2:
        return none("too_few_items")
    if n < 3:
        return none("too_few_persons")
    c = pairs.covariances()
    if np.isnan(c).any():
        return none("no_joint_answers")
    unit = float(no_spread(found.largest)) ** 2
    constant = [str(name) for name, variance in zip(items.columns, np.diag(c), strict=True) if variance <= unit]
    if abs(c.sum()) <= max(unit * k, ROUNDING * np.trace(c)):
        agreement = _exact_agreement(x[answered(x, missing)])
        return none("zero_total_variance", percent_exact_agreement=agreement, constant_items=tuple(constant))
    if k - len(constant) < 2:
        return none("constant_items", constant_items=tuple(constant))
    value = float(alpha_from(c))
    if abs(value) <= NO_SPREAD:
        value = 0.0  # on which side of it rounding falls is no contradiction of the items
    if c.sum() < 0 or value > 1 + NO_SPREAD:
        return none("contradictory_covariances")

    note, warnings = "", []
    if constant:
        note = "constant_items"
        warnings.append(f"constant_items: {', '.join(constant)} got one answer from all; see alpha_varying_items")
    if value < 0:
        note = "negative_average_covariance"
        warnings.append("negative_average_covariance: the items contradict each other on average; are the keys right?")
    varying = np.diag(c) > unit
    if value > 1 - NO_SPREAD or rows.alike or float(alpha_from(c[np.ix_(varying, varying)])) > 1 - NO_SPREAD:
        note = "degenerate_identical_items"
        warnings.append("degenerate_identical_items: one item tells all that the others tell; no evidence of a scale")
    return Estimate(
        value,
        n_persons=n,
        n_items=k,
        missing=missing,
        note=note,
        warnings=tuple(warnings),
        extra=_details(found, missing, c, n, value, tuple(constant), x[:, varying])
        | {"missing_share": found.n_missing / x.size},
    )


def _under(found: Moments, missing: Missing) -> tuple[Pairs, Rows]:
    if missing not in ("pairwise", "listwise"):
        raise ValueError(f'missing: "{missing}"; allowed are "pairwise" and "listwise"')
    if missing == "listwise":
        return found.listwise, found.rows_listwise
    return found.pairwise, found.rows_pairwise


def _details(
    found: Moments, missing: Missing, c: Floats, n: int, value: float, constant: tuple[str, ...], varying: Floats
) -> dict[str, Detail]:
    k, rows = len(c), _under(found, missing)[1]
    # a constant item that somebody did not answer keeps nobody out of the others
    of_varying = _under(moments(varying), missing)[0].covariances() if constant else c
    r, r_varying = (math.nan * c if constant else correlations(c)), correlations(of_varying)
    complete = found.rows_listwise.n
    return {
        "alpha_pairwise": float(alpha_from(found.pairwise.covariances())),
        "n_pairwise": found.rows_pairwise.n,
        "alpha_listwise": float(alpha_from(found.listwise.covariances())) if complete > 2 else math.nan,
        "n_listwise": complete,
        "standardised_alpha": float(alpha_from(r)),
        "average_r": float((r.sum() - k) / (k * (k - 1))),
        "lambda6": float(1 - (1 - squared_multiple(r)).sum() / r.sum()),
        "alpha_varying_items": float(alpha_from(of_varying)),
        "standardised_alpha_varying_items": float(alpha_from(r_varying)),
        "n_varying_items": varying.shape[1],
        "constant_items": constant,
        "mean": rows.mean,
        "sd": rows.sd,
        "sem": rows.sd * math.sqrt(1 - value) if value <= 1 else 0.0,
        "standard_error": _standard_error(c, n),
    }


def _feldt(alpha: float, n_persons: int, k: int, confidence: float) -> tuple[float, float]:
    tail = tail_of(confidence)
    above, below = stats.f.ppf([1 - tail, tail], n_persons - 1, (n_persons - 1) * (k - 1))
    return float(1 - (1 - alpha) * above), float(1 - (1 - alpha) * below)


def _standard_error(c: Floats, n: int) -> float:
    """Duhachek and Iacobucci (2004): normal theory, for independent rows."""
    k, total, own, squared = len(c), c.sum(), np.trace(c), c @ c
    spread = total * (np.trace(squared) + own**2) - 2 * own * squared.sum()
    return math.sqrt(max(0.0, 2 * k**2 / ((k - 1) ** 2 * total**3) * spread / n))


def _exact_agreement(x: Floats) -> float:
    """Percent of pairs of persons who gave an item the same answer, mean over items."""
    shares = []
    for column in x.T:
        counts = np.unique(column[np.isfinite(column)], return_counts=True)[1]
        pairs = counts.sum() * (counts.sum() - 1)
        if pairs:
            shares.append(100 * float((counts * (counts - 1)).sum() / pairs))
    return float(np.mean(shares)) if shares else math.nan


def _only_copies(x: Floats, person: Integers) -> bool:
    first = x[np.unique(person, return_index=True)[1]][person]
    return bool(np.array_equal(x, first, equal_nan=True))
