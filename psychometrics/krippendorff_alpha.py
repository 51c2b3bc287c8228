"""Krippendorff's alpha: agreement beyond chance at any level of measurement, with missing ratings."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Hashable, Iterable, Sequence
from typing import Literal

import numpy as np
from pandas import DataFrame
from scipy import sparse

from psychometrics.bootstrap import persona_bootstrap
from psychometrics.covariances import numbers
from psychometrics.estimate import NO_SPREAD, Detail, Estimate, Floats, Integers, numbered, one_each, undefined
from psychometrics.kappa import category_counts

Level = Literal["nominal", "ordinal", "interval", "ratio"]
LEVELS = ("nominal", "ordinal", "interval", "ratio")


def krippendorff_alpha(
    ratings: DataFrame,
    *,
    level: Level = "ordinal",
    persona: Iterable[Hashable] | None = None,
    strata: Sequence[Hashable] | None = None,
    seed: int = 0,
    resamples: int = 2000,
    confidence: float = 0.95,
) -> Estimate:
    """Krippendorff's alpha (Krippendorff, 2004, 2011); interval from resampled units.

    Parameters
    ----------
    ratings : DataFrame, shape (units, raters)
        Numbers; NaN is a missing rating. All pairs of ratings of a unit count, so nothing is left out but units with
        fewer than two ratings: no rule for missing ratings is needed.
    level : "nominal", "ordinal", "interval" or "ratio"
        What a disagreement of two values costs. Answer categories are ordinal.
    persona : labels, length units, optional
        Persona of each unit, if units are answers: personas are then drawn with all their units.
    strata : labels, length units, optional
        Assigned pole of each unit's persona, within which personas are drawn.
    seed, resamples : int
        Of the bootstrap, which counts the coincidences of every resample anew.
    confidence : float in (0, 1)

    Returns
    -------
    Estimate
        No unit, at most 1; 0 is chance, below 0 systematic disagreement. `n_persons` counts personas, or units
        without `persona`. NaN with a note: `no_pairs` (no unit has two ratings), `too_few_persons` (fewer than three),
        `zero_total_variance` (one value throughout, or the same values for all), `negative_values` (a ratio has a natural zero). A 1 is marked
        `identical_ratings` and has no interval. In `extra`: `n_units`, `n_pairable` ratings,
        `percent_exact_agreement`, and `alpha_irr`, which R's irr 0.84.1 prints: without missing ratings it forgets
        to divide the pairs by raters - 1, which moves alpha of three raters or more in the third digit.

    Examples
    --------
    >>> a, b = [1, 2, 3, 3, 2, 1, 4, 1, 2, None], [1, 2, 3, 3, 2, 2, 4, 1, 2, 5]
    >>> krippendorff_alpha(DataFrame({"a": a, "b": b, "c": [None, 3, 3, 3, 2, 3, 4, 2, 2, 5]}), seed=1)
    Estimate(0.805 [0.172, 1.000], n=10)
    """
    if level not in LEVELS:
        raise ValueError(f'level: "{level}"; allowed are {", ".join(LEVELS)}')
    everything = numbers(ratings)
    pairable = np.isfinite(everything).sum(axis=1) > 1
    x = everything[pairable]
    if persona is None:
        person = np.arange(len(x))
    else:
        labelled = numbered(persona)[0]
        if len(labelled) != len(everything):
            raise ValueError(f"persona: {len(labelled)} labels for {len(everything)} units; one each is needed")
        person = np.unique(labelled[pairable], return_inverse=True)[1]
    n = int(person.max(initial=-1)) + 1
    complete = bool(np.isfinite(everything).all())
    extra: dict[str, Detail] = {"n_units": len(x), "n_pairable": int(np.isfinite(x).sum())}

    def none(note: str) -> Estimate:
        return undefined(note, n_persons=n, n_replications=everything.shape[1], extra=extra)

    if n < 3:
        return none("too_few_persons" if n else "no_pairs")
    values, counts = category_counts(x)
    sizes = counts.sum(axis=1)
    exact = float(((counts**2).sum(axis=1) - sizes).sum() / (sizes * (sizes - 1)).sum())
    extra["percent_exact_agreement"] = 100 * exact
    if np.ptp(counts, axis=0).max() == 0:
        return none("zero_total_variance")
    if level == "ratio" and values[0] < 0:
        return none("negative_values")
    coincidences = _coincidences(counts, person, n)
    size = len(values)

    def alphas(counts_of: Floats) -> Floats:
        drawn = np.asarray((coincidences.T @ counts_of.T).T).reshape(len(counts_of), size, size)
        return _alpha(drawn, values, level)

    value = float(alphas(np.ones((1, n)))[0])
    if math.isnan(value):  # values that differ by rounding alone
        return none("zero_total_variance")
    extra["alpha_irr"] = 1 - (1 - value) * _irr(sizes) if complete else value
    told = Estimate(
        value, n_persons=n, n_replications=everything.shape[1], confidence=confidence, missing="pairwise", extra=extra
    )
    if exact >= 1 - NO_SPREAD:
        return dataclasses.replace(told, value=1.0, note="identical_ratings")
    poles = None
    if strata is not None:
        if len(strata) != len(everything):
            raise ValueError(f"strata: {len(strata)} given for {len(everything)} units; one each is needed")
        poles = one_each([pole for pole, enters in zip(strata, pairable, strict=True) if enters], person, "strata")
    drawn = persona_bootstrap(
        alphas, n, seed=seed, resamples=resamples, strata=poles, confidence=confidence, width=size**2
    )
    return dataclasses.replace(told, low=drawn.low, high=drawn.high, method=drawn.method, warnings=drawn.warnings)


def _coincidences(counts: Floats, person: Integers, n: int) -> sparse.csr_array:
    """Coincidences of each persona's units, shape (personas, values squared): ordered pairs / (ratings - 1)."""
    unit, value = np.nonzero(counts)
    size = counts.shape[1]
    # each unit has few values: pair only those, not all that occur anywhere
    per_unit = np.bincount(unit, minlength=len(counts))
    start = np.cumsum(per_unit) - per_unit
    left = np.repeat(np.arange(len(unit)), per_unit[unit])
    within = np.arange(len(left)) - np.repeat(np.cumsum(per_unit[unit]) - per_unit[unit], per_unit[unit])
    right = start[unit[left]] + within
    c, k = value[left], value[right]
    of = unit[left]
    pairs = counts[of, c] * (counts[of, k] - (c == k)) / (counts.sum(axis=1)[of] - 1)
    return sparse.csr_array(sparse.coo_array((pairs, (person[of], c * size + k)), shape=(n, size * size)))


def _alpha(coincidences: Floats, values: Floats, level: Level) -> Floats:
    """Alphas of coincidence matrices, shape (draws, values, values); NaN where only one value was drawn."""
    margins = coincidences.sum(axis=2)
    total = margins.sum(axis=1)
    at: Floats = values[None]
    if level == "ordinal":  # the distance of two values is that of their middle ranks among all pairable ratings
        at = np.cumsum(margins, axis=1) - margins / 2
    apart = at[:, :, None] - at[:, None, :]
    if level == "nominal":
        apart = (apart != 0).astype(float)
    if level == "ratio":
        apart = apart / np.maximum(at[:, :, None] + at[:, None, :], np.finfo(float).tiny)
    apart = apart**2
    observed = (coincidences * apart).sum(axis=(1, 2))
    expected = np.einsum("dc,dck,dk->d", margins, np.broadcast_to(apart, coincidences.shape), margins)
    alphas: Floats = 1 - (total - 1) * observed / np.where(expected > NO_SPREAD**2, expected, math.nan)
    return alphas


def _irr(sizes: Floats) -> float:
    """What (1 - alpha) is multiplied by when pairs are not divided by raters - 1."""
    total, others = float(sizes.sum()), float(sizes[0]) - 1
    return (total - 1 / others) / (total - 1)
