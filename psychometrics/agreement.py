"""Do several forms, draws or raters give a person the same number? Intraclass correlations, shares and distances."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from pandas import DataFrame
from scipy import special

from psychometrics.covariances import ROUNDING, answered, numbers
from psychometrics.estimate import (
    NO_SPREAD,
    UNDEFINED_SHARE,
    Bootstrap,
    Detail,
    Estimate,
    Floats,
    Integers,
    Missing,
    persona_bootstrap,
    undefined,
)

SIX = ("ICC1", "ICC2", "ICC3", "ICC1k", "ICC2k", "ICC3k")
NOT_ESTIMABLE = ("too_few_raters", "too_few_persons", "no_pairs", "unconnected_ratings", "zero_total_variance")
NO_RESIDUAL = ("identical_ratings", "constant_differences")
NAMES = ("ICC(1)", "ICC(A,1)", "ICC(C,1)", "ICC(k)", "ICC(A,k)", "ICC(C,k)")


@dataclass(frozen=True)
class IntraclassCorrelations:
    """The six intraclass correlations of one table of ratings, in the words of McGraw and Wong (1996).

    Attributes
    ----------
    one_way, agreement, consistency : Estimate
        Of a single rating: ICC(1), ICC(A,1), ICC(C,1).
    one_way_average, agreement_average, consistency_average : Estimate
        Of the mean of k ratings: ICC(k), ICC(A,k), ICC(C,k).

    `table` and `variances` are DataFrames, made when they are asked for.
    """

    one_way: Estimate
    agreement: Estimate
    consistency: Estimate
    one_way_average: Estimate
    agreement_average: Estimate
    consistency_average: Estimate
    _tests: Floats = field(repr=False, compare=False)
    _sources: tuple[tuple[str, float, float, float], ...] = field(repr=False)

    @property
    def estimates(self) -> tuple[Estimate, ...]:
        """The six, in the order of `SIX`."""
        singles = (self.one_way, self.agreement, self.consistency)
        return (*singles, self.one_way_average, self.agreement_average, self.consistency_average)

    @property
    def table(self) -> DataFrame:
        """Columns name (Shrout and Fleiss, 1979), icc (McGraw and Wong), value, low, high, f, df1, df2, p, note.

        F tests that persons do not differ; NaN when ratings are missing.
        """
        columns: dict[str, object] = {"name": SIX, "icc": NAMES}
        columns |= {name: [getattr(each, name) for each in self.estimates] for name in ("value", "low", "high")}
        columns |= dict(zip(("f", "df1", "df2", "p"), self._tests, strict=True))
        return DataFrame({**columns, "note": [each.note for each in self.estimates]})

    @property
    def variances(self) -> DataFrame:
        """Columns source (person, rater, residual), df, mean_square, variance, in the squared unit of a rating.

        A negative variance is kept; df and mean squares are NaN when ratings are missing.
        """
        return DataFrame(self._sources, columns=["source", "df", "mean_square", "variance"])


def intraclass_correlations(
    ratings: DataFrame,
    *,
    missing: Missing = "pairwise",
    seed: int = 0,
    resamples: int = 2000,
    confidence: float = 0.95,
) -> IntraclassCorrelations:
    """All six intraclass correlations with intervals (Shrout and Fleiss, 1979; McGraw and Wong, 1996).

    Parameters
    ----------
    ratings : DataFrame, shape (persons, raters)
        One score in a column for each rater, form or draw, in one unit; NaN is a missing rating.
    missing : "pairwise" or "listwise"
        Listwise drops persons without all ratings, as R's psych needs it. Pairwise uses every rating: the variances
        are then those of Henderson's third method (Searle, Casella and McCulloch, 1992, chapter 5). A table without
        missing ratings gives the same under both; a column without any is left out (`empty_raters`).
    seed, resamples : int
        Of the persona bootstrap, which gives the interval where ratings are missing and F has no exact one.
    confidence : float in (0, 1)

    Returns
    -------
    IntraclassCorrelations
        No unit, at most 1; below 0 it is kept as `negative_component`. Interval: "F" (ICC(A,1): F with
        Satterthwaite's degrees of freedom). NaN with a note: `too_few_raters` (fewer than two), `too_few_persons`
        (three), `no_pairs` (nobody has two ratings), `unconnected_ratings` (too few persons have the same two raters to
        tell raters, persons and residual apart), `zero_total_variance` (the persons' means do not differ;
        `percent_exact_agreement` is then in `extra`). A residual of 0 has no interval:
        `identical_ratings` when all columns are copies, which is no evidence of reliability in draws of a
        deterministic model, `constant_differences` when they differ by constants. `constant_raters` marks values to
        which a column without spread contributes: two columns, one of them constant, give 0 whatever the other says.
        `n_replications` counts raters.
        In `extra`: `n_complete`, persons with all ratings.

    Examples
    --------
    >>> judges = {"a": [9, 6, 8, 7, 10, 6], "b": [2, 1, 4, 1, 5, 2], "c": [5, 3, 6, 2, 6, 4], "d": [8, 2, 8, 6, 9, 7]}
    >>> found = intraclass_correlations(DataFrame(judges))
    >>> found.agreement, found.consistency
    (Estimate(0.290 [0.019, 0.761], n=6), Estimate(0.715 [0.342, 0.946], n=6))
    >>> intraclass_correlations(DataFrame({"a": [1, 2, 3], "b": [1, 2, 3]})).agreement
    Estimate(1.000, n=3; identical_ratings)
    """
    x, warnings, n_complete = entering(ratings, missing)
    n, k = x.shape
    complete = n_complete == n
    extra: dict[str, Detail] = {"n_complete": n_complete}
    base = Estimate(
        math.nan, n_persons=n, n_replications=k, missing=missing, confidence=confidence, warnings=warnings, extra=extra
    )
    note, parts = _parts(x, complete)
    if note in NOT_ESTIMABLE:
        if note == "zero_total_variance":
            extra["percent_exact_agreement"] = 100 * float(np.nanmean(pairs_within(*_flat(x), n)[0]))
        nowhere = dataclasses.replace(base, note=note)
        return _together([nowhere] * 6, np.full((4, 6), math.nan), parts, n, k, complete)
    values, bounds, method = six_from(parts[None], k)[0], np.full((2, 6), math.nan), ""
    tests = np.full((4, 6), math.nan)
    if note in NO_RESIDUAL:
        pass
    elif complete:
        tests, bounds, method = _f_tests(parts, n, k), _exact_intervals(parts, values[1], n, k, confidence), "F"
    else:
        sums, variances = sums_for_variances(x)
        drawn = bootstraps(
            lambda counts: six_from(variances(counts @ sums), k),
            n,
            seed=seed,
            resamples=resamples,
            confidence=confidence,
            width=sums.shape[1],
        )
        bounds, method = np.array([[each.low for each in drawn], [each.high for each in drawn]]), drawn[0].method
        base = dataclasses.replace(base, warnings=warnings + drawn[0].warnings)
    estimates = [
        dataclasses.replace(base, value=float(value), low=float(low), high=float(high), method=method, note=note)
        for value, low, high in zip(values, *bounds, strict=True)
    ]
    return _together(estimates, tests, parts, n, k, complete)


def six_from(parts: Floats, k: int) -> Floats:
    """ICC1, ICC2, ICC3, ICC1k, ICC2k, ICC3k, shape (draws, 6), from variances.

    Parameters
    ----------
    parts : array, shape (draws, 5)
        Variances of persons, raters, residual (two-way), between and within persons (one-way).
    k : int
        Ratings that the last three average.

    Examples
    --------
    >>> six_from(np.array([[2.0, 1.0, 1.0, 2.0, 2.0]]), 2).round(3)
    array([[0.5  , 0.5  , 0.667, 0.667, 0.667, 0.8  ]])
    """
    person, rater, residual, between, within = parts.T
    pairs = [(between, within), (person, rater + residual), (person, residual)]
    ratios = [
        signal / np.where(np.abs(signal + noise / m) > 0, signal + noise / m, math.nan)
        for m in (1, k)
        for signal, noise in pairs
    ]
    return np.column_stack(ratios)


def exact_agreement(
    ratings: DataFrame,
    *,
    seed: int = 0,
    resamples: int = 2000,
    strata: Sequence[Hashable] | None = None,
    confidence: float = 0.95,
) -> Estimate:
    """Share of pairs of ratings of the same person that are equal, mean over persons.

    Parameters
    ----------
    ratings : DataFrame, shape (persons, raters)
        NaN is a missing rating and leaves its pairs out; there is no listwise variant to choose.
    seed, resamples : int
        Of the persona bootstrap.
    strata : sequence of length persons, optional
    confidence : float in (0, 1)

    Returns
    -------
    Estimate
        0 to 1. NaN with `too_few_raters` or `no_pairs` (nobody has two ratings); `too_few_persons` keeps the value of
        fewer than three without an interval. `identical_ratings` marks a 1 and `zero_total_variance` a 1 because all
        ratings are one number: it shows a constant responder. `equal_in_all_persons` has no interval either: there is
        nothing to resample. In `extra`: `n_pairs`, `chance_agreement` (of ratings
        drawn at random from all).

    Examples
    --------
    >>> exact_agreement(DataFrame({"a": [1, 2, 3, 4], "b": [1, 2, 3, 5]}), seed=1)
    Estimate(0.750 [0.250, 1.000], n=4)
    """
    return _of_wide(ratings, 0, seed, resamples, strata, confidence)


def mean_absolute_change(
    ratings: DataFrame,
    *,
    seed: int = 0,
    resamples: int = 2000,
    strata: Sequence[Hashable] | None = None,
    confidence: float = 0.95,
) -> Estimate:
    """Mean distance between two ratings of the same person, over all pairs, then over persons.

    Parameters
    ----------
    ratings : DataFrame, shape (persons, raters)
        NaN is a missing rating and leaves its pairs out.
    seed, resamples : int
        Of the persona bootstrap.
    strata : sequence of length persons, optional
    confidence : float in (0, 1)

    Returns
    -------
    Estimate
        Unit of the ratings (answer categories, if these are answers), 0 to the width of the response scale; notes as
        for `exact_agreement`.

    Examples
    --------
    >>> mean_absolute_change(DataFrame({"a": [1, 2, 3, 4], "b": [1, 2, 3, 5]}), seed=1)
    Estimate(0.250 [0.000, 0.750], n=4)
    """
    return _of_wide(ratings, 1, seed, resamples, strata, confidence)


def bootstraps(
    statistics: Callable[[Floats], Floats],
    n_personas: int,
    *,
    seed: int,
    resamples: int,
    strata: Sequence[Hashable] | None = None,
    confidence: float = 0.95,
    width: int | None = None,
) -> list[Bootstrap]:
    """Persona bootstraps of several statistics that are computed together, from the same resamples.

    Parameters
    ----------
    statistics : function of counts, shape (draws, personas), to values, shape (draws, statistics)
    n_personas, seed, resamples, strata, confidence, width
        As for `persona_bootstrap`.

    Examples
    --------
    >>> scores = np.array([[1.0, 2.0], [2.0, 2.0], [4.0, 5.0], [5.0, 4.0]])
    >>> first, second = bootstraps(lambda counts: counts @ scores / 4, 4, seed=1, resamples=200)
    >>> float(first.low), float(second.low)
    (1.25, 2.0)
    """
    kept: list[Floats] = []

    def first(counts: Floats) -> Floats:
        kept.append(statistics(counts))
        return kept[-1][:, 0]

    found = persona_bootstrap(
        first, n_personas, seed=seed, resamples=resamples, strata=strata, confidence=confidence, width=width
    )
    if not kept:  # nothing can be resampled, which `found` tells
        return [found] * statistics(np.ones((1, n_personas))).shape[1]
    singletons = tuple(each for each in found.warnings if each.startswith("singleton_strata"))
    return [found] + [_percentiles(found, each, singletons, confidence) for each in np.concatenate(kept).T[1:]]


def _percentiles(found: Bootstrap, draws: Floats, warnings: tuple[str, ...], confidence: float) -> Bootstrap:
    """What `persona_bootstrap` makes of `draws`, from the resamples of `found`."""
    defined = draws[np.isfinite(draws)]
    lost = 1 - len(defined) / len(draws)
    if lost:
        warnings += (f"undefined_resamples: the statistic is undefined in {lost:.1%} of {len(draws)} resamples",)
    low = high = error = math.nan
    if lost <= UNDEFINED_SHARE:
        tail = (1 - confidence) / 2
        low, high = (float(each) for each in np.quantile(defined, [tail, 1 - tail]))
        error = float(defined.std(ddof=1))
    return Bootstrap(low, high, error, found.method, warnings, draws)


def sums_for_variances(x: Floats) -> tuple[Floats, Callable[[Floats], Floats]]:
    """Sums for each person, and the function from sums of them to the five variances that `six_from` needs.

    Parameters
    ----------
    x : array, shape (persons, raters)
        NaN is a missing rating; every person has one.

    Returns
    -------
    sums : array, shape (persons, columns)
    variances : function of sums, shape (draws, columns), to variances, shape (draws, 5)
        Squared unit of the ratings; NaN where the ratings leave them open.

    Examples
    --------
    >>> sums, variances = sums_for_variances(np.array([[1.0, 2.0], [2.0, 2.0], [4.0, 5.0], [5.0, 4.0]]))
    >>> variances(sums.sum(axis=0, keepdims=True)).round(3)
    array([[ 2.333, -0.083,  0.458,  2.375,  0.375]])
    """
    present = np.isfinite(x)
    k = x.shape[1]
    centred = np.where(present, x - float(np.nanmean(x)), 0.0)
    if present.all():
        squares, totals = (centred**2).sum(axis=1), centred.sum(axis=1)
        columns = np.column_stack([np.ones(len(x)), squares, totals**2 / k, centred])
        return columns, lambda sums: _of_complete(sums, k)
    has = present.astype(float)
    seen = has.sum(axis=1)
    totals = centred.sum(axis=1)
    joint = (has[:, :, None] * has[:, None, :] / seen[:, None, None]).reshape(len(x), k * k)
    own = np.column_stack([np.ones(len(x)), (centred**2).sum(axis=1), totals**2 / seen, seen**2])
    columns = np.hstack([own, has, centred, has * (totals / seen)[:, None], joint])
    return columns, lambda sums: _of_incomplete(sums, k)


def _of_complete(sums: Floats, k: int) -> Floats:
    n, squares, persons, by_rater = sums[:, 0], sums[:, 1], sums[:, 2], sums[:, 3:]
    level = by_rater.sum(axis=1) ** 2 / (n * k)
    raters = (by_rater**2).sum(axis=1) / n
    ms_person = (persons - level) / (n - 1)
    ms_rater = (raters - level) / (k - 1)
    ms_residual = np.maximum(squares - persons - raters + level, 0) / ((n - 1) * (k - 1))
    ms_within = np.maximum(squares - persons, 0) / (n * (k - 1))
    return np.column_stack(
        [
            (ms_person - ms_residual) / k,
            (ms_rater - ms_residual) / n,
            ms_residual,
            (ms_person - ms_within) / k,
            ms_within,
        ]
    )


def _of_incomplete(sums: Floats, k: int) -> Floats:
    """Henderson's third method: reductions in sums of squares by persons, raters and both."""
    n, squares, persons, sizes = sums[:, :4].T
    has, by_rater, of_persons = (sums[:, 4 + i * k : 4 + (i + 1) * k] for i in range(3))
    joint = sums[:, 4 + 3 * k :].reshape(len(sums), k, k)
    rated = np.where(has > 0, has, math.nan)
    total = has.sum(axis=1)
    design = has[:, :, None] * np.eye(k) - joint
    left = by_rater - of_persons
    roots = np.linalg.eigvalsh(design)
    both = persons + np.einsum("di,dij,dj->d", left, np.linalg.pinv(design, rcond=1e-10, hermitian=True), left)
    raters = (by_rater**2 / rated).sum(axis=1)  # NaN when nobody rated by this rater was drawn
    # persons and raters that share no ratings fall apart into blocks, whose levels nothing compares
    connected = (roots > 1e-9 * np.maximum(total[:, None], 1)).sum(axis=1) == k - 1
    df = np.where(connected & (total - n - k + 1 > 0), total - n - k + 1, math.nan)
    residual = np.maximum(squares - both, 0) / df
    within = np.maximum(squares - persons, 0) / np.where(total > n, total - n, math.nan)
    average = (total - sizes / total) / (n - 1)
    level = by_rater.sum(axis=1) ** 2 / total
    return np.column_stack(
        [
            (both - raters - (n - 1) * residual) / (total - k),
            (both - persons - (k - 1) * residual) / (total - n),
            residual,
            ((persons - level) / (n - 1) - within) / average,
            within,
        ]
    )


def _exact_intervals(parts: Floats, agreement: float, n: int, k: int, confidence: float) -> Floats:
    """Lower and upper ends of the six, shape (2, 6): F, and for ICC(A,1) Satterthwaite's approximation."""
    person, rater, residual, between, within = parts
    tail = (1 - confidence) / 2
    ms_person, ms_rater = k * person + residual, n * rater + residual
    bounds = np.empty((2, 6))
    for one, f, df2 in (
        (0, (k * between + within) / within, n * (k - 1)),
        (2, ms_person / residual, (n - 1) * (k - 1)),
    ):
        quantile = special.fdtri(n - 1, df2, [1 - tail, tail])
        shrunk = f / quantile
        bounds[:, one], bounds[:, one + 3] = (shrunk - 1) / (shrunk + k - 1), 1 - 1 / shrunk
    spread = k * agreement * ms_rater / residual
    rest = n * (1 + (k - 1) * agreement) - k * agreement
    df = (k - 1) * (n - 1) * (spread + rest) ** 2 / ((n - 1) * spread**2 + rest**2)
    below, above = special.fdtri([n - 1, df], [df, n - 1], 1 - tail)
    others = k * ms_rater + (k * n - k - n) * residual
    low = n * (ms_person - below * residual) / (below * others + n * ms_person)
    high = n * (above * ms_person - residual) / (others + n * above * ms_person)
    bounds[:, 1] = low, high
    bounds[:, 4] = bounds[:, 1] * k / (1 + bounds[:, 1] * (k - 1))
    return bounds


def _f_tests(parts: Floats, n: int, k: int) -> Floats:
    person, _, residual, between, within = parts
    one_way = ((k * between + within) / within, n - 1, n * (k - 1))
    two_way = ((k * person + residual) / residual, n - 1, (n - 1) * (k - 1))
    f, df1, df2 = np.array([one_way, two_way, two_way] * 2).T
    return np.array([f, df1, df2, special.fdtrc(df1, df2, f)])


def entering(ratings: DataFrame, missing: Missing) -> tuple[Floats, tuple[str, ...], int]:
    """The ratings that count, shape (persons, raters), warnings, and how many persons have all of them.

    >>> entering(DataFrame({"a": [1, 2, None], "b": [None] * 3, "c": [3, None, None]}), "pairwise")
    (array([[ 1.,  3.],
           [ 2., nan]]), ('empty_raters: b rated nobody and was left out',), 1)
    """
    everything = numbers(ratings)
    gaps = np.isnan(everything)
    if not gaps.any() and missing in ("pairwise", "listwise"):
        return everything, (), len(everything)
    n_complete = int((~gaps.any(axis=1)).sum())
    warnings: tuple[str, ...] = ()
    empty: NDArray[np.bool_] = np.all(gaps, axis=0)
    if missing == "pairwise" and empty.any():
        named = ", ".join(str(each) for each, none in zip(ratings.columns, empty, strict=True) if none)
        warnings = (f"empty_raters: {named} rated nobody and was left out",)
        everything = everything[:, ~empty]
        n_complete = int((~np.isnan(everything).any(axis=1)).sum()) if everything.size else 0
    return everything[answered(everything, missing)], warnings, n_complete


def _parts(x: Floats, complete: bool) -> tuple[str, Floats]:
    """A note and the five variances."""
    nothing = np.full(5, math.nan)
    n, k = x.shape
    if k < 2 or n < 3:
        return ("too_few_raters" if k < 2 else "too_few_persons"), nothing
    if complete:
        centred = x - x.mean()
        totals = centred @ np.ones(k)
        flat = centred.ravel(order="K")
        sums = np.concatenate([[n, flat @ flat, totals @ totals / k], np.ones(n) @ centred])
        parts = _of_complete(sums[None], k)[0]
    elif np.isfinite(x).sum(axis=1).max() < 2:
        return "no_pairs", nothing
    else:
        each, variances = sums_for_variances(x)
        parts = variances(each.sum(axis=0, keepdims=True))[0]
    if np.isnan(parts).any():
        return "unconnected_ratings", nothing
    person, rater, residual, between, _ = parts
    highest, lowest = np.nanmax(x, axis=0), np.nanmin(x, axis=0)
    unit = (NO_SPREAD * max(1.0, float(highest.max()), -float(lowest.min()))) ** 2
    noise = max(unit, ROUNDING * (abs(rater) + abs(residual) + abs(person)))
    # the means of all k ratings of a person differ by this much
    if person + residual / k <= noise:
        return "zero_total_variance", parts
    if residual <= noise:
        return ("identical_ratings" if abs(rater) <= noise else "constant_differences"), parts
    if min(person, between) < -noise:
        return "negative_component", parts
    return ("constant_raters" if (highest - lowest).min() <= NO_SPREAD else ""), parts


def _together(
    estimates: list[Estimate], tests: Floats, parts: Floats, n: int, k: int, complete: bool
) -> IntraclassCorrelations:
    person, rater, residual = (float(each) for each in parts[:3])
    df = (n - 1, k - 1, (n - 1) * (k - 1)) if complete else (math.nan,) * 3
    squares = (k * person + residual, n * rater + residual, residual) if complete else (math.nan,) * 3
    sources = tuple(zip(("person", "rater", "residual"), df, squares, (person, rater, residual), strict=True))
    one, two, three, one_k, two_k, three_k = estimates
    return IntraclassCorrelations(one, two, three, one_k, two_k, three_k, tests, sources)


def _flat(x: Floats) -> tuple[Integers, Floats]:
    """Row number and value of every rating that is there."""
    present = np.isfinite(x)
    return np.nonzero(present)[0], x[present]


def pairs_within(cell: Integers, value: Floats, n_cells: int) -> tuple[Floats, Floats]:
    """Share of equal pairs and mean absolute difference of the values of each cell; NaN below two values.

    >>> pairs_within(np.array([0, 0, 0, 1]), np.array([1.0, 1.0, 4.0, 2.0]), 2)
    (array([0.33333333,        nan]), array([ 2., nan]))
    """
    m = np.bincount(cell, minlength=n_cells)
    pairs = np.where(m > 1, m * (m - 1.0), math.nan)
    kinds = np.unique(np.round(value / NO_SPREAD), return_inverse=True)[1]
    same, counts = np.unique(cell * (kinds.max(initial=0) + 1) + kinds, return_counts=True)
    equal = np.bincount(same // (kinds.max(initial=0) + 1), weights=counts * (counts - 1.0), minlength=n_cells)
    order = np.lexsort((value, cell))
    rank = np.arange(len(cell)) - np.repeat(np.cumsum(m) - m, m)
    # in a sorted cell, the value of rank r is added r times and taken away m - 1 - r times
    weighted = (2 * rank - m[cell[order]] + 1) * value[order]
    apart = 2 * np.bincount(cell[order], weights=weighted, minlength=n_cells)
    return equal / pairs, np.maximum(apart, 0) / pairs


def _of_wide(
    ratings: DataFrame,
    which: int,
    seed: int,
    resamples: int,
    strata: Sequence[Hashable] | None,
    confidence: float,
) -> Estimate:
    x = numbers(ratings)
    n, k = x.shape
    if k < 2:
        return undefined("too_few_raters", n_persons=int(np.isfinite(x).any(axis=1).sum()), n_replications=k)
    row, value = _flat(x)
    means = pairs_within(row, value, n)[which]
    sizes = np.isfinite(x).sum(axis=1)
    perfect = (1.0, 0.0)[which]
    return mean_of_pairs(
        means,
        value,
        sizes,
        perfect=perfect,
        copies="identical_ratings",
        seed=seed,
        resamples=resamples,
        strata=strata,
        confidence=confidence,
    )


def mean_of_pairs(
    means: Floats,
    values: Floats,
    sizes: Integers,
    *,
    perfect: float,
    copies: str,
    seed: int,
    resamples: int,
    strata: Sequence[Hashable] | None = None,
    confidence: float = 0.95,
) -> Estimate:
    """Mean over persons of what their pairs show, with a persona bootstrap.

    Parameters
    ----------
    means : array, shape (persons,)
        NaN for a person without a pair.
    values : array
        All ratings, which tell the agreement to be expected by chance.
    sizes : integers
        Ratings in each cell of pairs.
    perfect : float
        What `means` are when every pair is equal; the estimate then has the note `copies` and no interval.
    seed, resamples, strata, confidence
        As for `persona_bootstrap`.

    Examples
    --------
    >>> shares, ratings = np.array([1.0, 0.0, 1.0, 1.0]), np.array([1.0, 1, 2, 3, 3, 3, 2, 2])
    >>> mean_of_pairs(shares, ratings, np.full(4, 2), perfect=1, copies="identical_ratings", seed=1, resamples=500)
    Estimate(0.750 [0.250, 1.000], n=4)
    """
    if strata is not None and len(strata) != len(means):
        raise ValueError(f"strata: {len(strata)} given for {len(means)} persons; one each is needed")
    kept = np.isfinite(means)
    own, n = means[kept], int(kept.sum())
    if n == 0:
        return undefined("no_pairs")
    several = sizes[sizes > 1]
    counts = np.unique(np.round(values / NO_SPREAD), return_counts=True)[1]
    chance = float((counts * (counts - 1.0)).sum() / (len(values) * (len(values) - 1.0)))
    extra: dict[str, Detail] = {"n_pairs": int((several * (several - 1) // 2).sum()), "chance_agreement": chance}
    note = "too_few_persons" if n < 3 else ""
    if np.abs(own - perfect).max() <= NO_SPREAD:
        note = "zero_total_variance" if len(counts) == 1 else copies
    elif n > 2 and np.ptp(own) <= NO_SPREAD:
        note = "equal_in_all_persons"
    base = Estimate(
        float(own.mean()),
        n_persons=n,
        n_replications=int(several[0]) if several.min() == several.max() else None,
        confidence=confidence,
        note=note,
        extra=extra,
    )
    if note:
        return base
    poles = None if strata is None else [pole for pole, enters in zip(strata, kept, strict=True) if enters]
    drawn = persona_bootstrap(
        lambda counts: counts @ own / n, n, seed=seed, resamples=resamples, strata=poles, confidence=confidence
    )
    return dataclasses.replace(base, low=drawn.low, high=drawn.high, method=drawn.method, warnings=drawn.warnings)
