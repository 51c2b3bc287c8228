"""Alpha of ordered answers: the consistency of the traits behind the answers, from their polychoric correlations."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Hashable, Iterable
from itertools import combinations

import numpy as np
from pandas import DataFrame
from scipy import sparse

from psychometrics.bivariate_normal import LARGEST, two_step
from psychometrics.bootstrap import persona_bootstrap, with_interval
from psychometrics.correlations import coded, polychoric, thresholds_of
from psychometrics.covariances import alpha_from, answered, numbers
from psychometrics.estimate import NO_SPREAD, Detail, Estimate, Floats, Integers, Missing, numbered, one_each, undefined


def ordinal_alpha(
    items: DataFrame,
    *,
    persona: Iterable[Hashable] | None = None,
    strata: Iterable[Hashable] | None = None,
    missing: Missing = "pairwise",
    seed: int = 0,
    resamples: int = 1000,
    confidence: float = 0.95,
    smooth: bool = False,
    most_categories: int = 15,
) -> Estimate:
    """Standardised alpha of the polychoric correlations (Zumbo, Gadermann and Zeisser, 2007).

    It is the alpha of the traits behind the answers, not of the scale score that is printed: larger, as a rule.

    Parameters
    ----------
    items : DataFrame, shape (rows, items)
        Keyed ordered answers; NaN is a missing answer.
    persona : labels, length rows, optional
        Without it every row is another person. With it rows repeat personas, which the interval draws whole.
    strata : labels, length rows, optional
        Assigned pole of each row's persona: the bootstrap draws within poles.
    missing : "pairwise" or "listwise"
    seed, resamples : int
        Of the persona bootstrap; 0 resamples give no interval.
    confidence : float in (0, 1)
    smooth, most_categories
        See `polychoric`; resamples are never smoothed.

    Returns
    -------
    Estimate
        No unit, in (-inf, 1]. NaN with a note: those of `polychoric`, `constant_items` (any item constant: its
        polychoric correlations do not exist; see `alpha_varying_items` in `extra`), `no_joint_answers`,
        `contradictory_covariances` (the correlations sum to nothing), `no_person_facet` (one persona only).
        `negative_average_covariance` marks a negative value, `degenerate_identical_items` one from items that are
        copies (no interval). In `extra`: `average_r` (polychoric), `n_categories`, and `standard_error` of the
        bootstrap.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"a": [1, 1, 1, 2, 2, 2, 3, 3], "b": [1, 1, 2, 2, 2, 1, 2, 2]})
    >>> ordinal_alpha(answers, resamples=0)
    Estimate(0.855, n=8)
    """
    person, labels = numbered(range(len(items)) if persona is None else persona)
    if len(person) != len(items):
        raise ValueError(f"persona: {len(person)} labels for {len(items)} rows; one each is needed")
    kept = answered(numbers(items), missing)
    heard, person_of_row = np.unique(person[kept], return_inverse=True)
    found = polychoric(items, missing=missing, smooth=smooth, most_categories=most_categories)
    k, n = found.n_items, len(heard)

    def none(note: str, **extra: Detail) -> Estimate:
        return undefined(note, n_persons=n, n_items=k, missing=missing, warnings=found.warnings, extra=extra)

    if persona is not None and len(labels) == 1:
        return none("no_person_facet")
    if n < 3 and k > 1:
        return none("too_few_persons")
    if found.note:
        return none(found.note)
    r = found.correlations.to_numpy()
    varying = np.isfinite(np.diag(r))
    constant = tuple(found.correlations.columns[~varying])
    of_varying = float(alpha_from(r[np.ix_(varying, varying)]))
    if constant:
        return none("constant_items", constant_items=constant, alpha_varying_items=of_varying)
    if np.isnan(r).any():
        return none("no_joint_answers")
    if math.isnan(of_varying):
        return none("contradictory_covariances")
    note = "negative_average_covariance" if of_varying < -NO_SPREAD else ""
    if (np.abs(r) >= LARGEST).all():
        note = "degenerate_identical_items"
    extra: dict[str, Detail] = {
        "average_r": float((r.sum() - k) / (k * (k - 1))),
        "n_categories": len(found.categories),
    }
    estimate = Estimate(
        of_varying,
        n_persons=n,
        n_items=k,
        missing=missing,
        note=note,
        warnings=found.warnings,
        extra=extra,
    )
    if resamples < 1 or note == "degenerate_identical_items":
        return estimate
    poles = None if strata is None else one_each(strata, person, "strata")
    codes = coded(numbers(items)[kept], most_categories)[0]
    sums = _person_sums(codes, len(found.categories), person_of_row, n)
    drawn = persona_bootstrap(
        _alphas(sums, k, len(found.categories), r),
        n,
        seed=seed,
        resamples=resamples,
        strata=None if poles is None else [poles[each] for each in heard],
        confidence=confidence,
        width=sums.shape[1],
    )
    estimate = dataclasses.replace(estimate, extra={**extra, "standard_error": drawn.standard_error})
    return with_interval(estimate, drawn, confidence)


def _person_sums(codes: Integers, categories: int, person: Integers, n_persons: int) -> sparse.csr_matrix:
    """What the bootstrap draws: each person's answers, one column an item's answer, then one a pair of answers."""
    rows, columns = [], []
    k = codes.shape[1]
    for i in range(k):
        has = np.flatnonzero(codes[:, i] >= 0)
        rows.append(person[has])
        columns.append(i * categories + codes[has, i])
    for each, (i, j) in enumerate(combinations(range(k), 2)):
        has = np.flatnonzero((codes[:, i] >= 0) & (codes[:, j] >= 0))
        rows.append(person[has])
        columns.append(k * categories + each * categories**2 + codes[has, i] * categories + codes[has, j])
    row, column = np.concatenate(rows), np.concatenate(columns)
    shape = (n_persons, k * categories + k * (k - 1) // 2 * categories**2)
    return sparse.csr_matrix((np.ones(len(row)), (row, column)), shape=shape)


def _alphas(sums: sparse.csr_matrix, k: int, categories: int, around: Floats) -> Callable[[Floats], Floats]:
    pairs = np.triu_indices(k, 1)

    def statistic(counts: Floats) -> Floats:
        drawn = (sums.T @ counts.T).T
        thresholds = thresholds_of(drawn[:, : k * categories].reshape(len(counts), k, categories))
        tables = drawn[:, k * categories :].reshape(-1, categories, categories)
        a, b = (thresholds[:, each].reshape(-1, categories - 1) for each in pairs)
        r = np.ones((len(counts), k, k))
        r[:, pairs[0], pairs[1]] = two_step(tables, a, b, np.tile(around[pairs], len(counts))).reshape(len(counts), -1)
        r[:, pairs[1], pairs[0]] = r[:, pairs[0], pairs[1]]
        return alpha_from(r)

    return statistic
