"""Intraclass correlations: are the numbers that several forms, draws or raters give a person exchangeable?"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass, field

import numpy as np
from pandas import DataFrame
from scipy import special

from psychometrics.agreement import pairs_of_rows
from psychometrics.bootstrap import bootstraps
from psychometrics.covariances import ROUNDING
from psychometrics.estimate import Detail, Estimate, Floats, Missing, tail_of
from psychometrics.rater_variances import entering, rater_variances, sums_for_variances

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
        `percent_exact_agreement` is then in `extra`), `negative_total_variance` (negative components leave a coefficient
        nothing to be a share of). A residual of 0 has no interval: `identical_ratings` when all columns are copies, which is no evidence of reliability in draws of a
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
    note, parts = rater_variances(x, complete)
    if note in NOT_ESTIMABLE:
        if note == "zero_total_variance":
            extra["percent_exact_agreement"] = 100 * float(np.nanmean(pairs_of_rows(x)[0]))
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
        if math.isfinite(value)
        else dataclasses.replace(base, note="negative_total_variance")
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
    return np.column_stack([share_of(signal, signal + noise / m, noise) for m in (1, k) for signal, noise in pairs])


def share_of(part: Floats, whole: Floats, *others: Floats) -> Floats:
    """Part / whole, where whole is a sum of `part` and `others`; NaN where it is not above 0.

    With negative components a total may be negative, too: its share would come out above 1. And where they cancel, what
    rounding left of 0 is no total.

    >>> share_of(np.array([1.0, 0.3]), np.array([4.0, 0.3 - 0.1 - 0.2]), np.array([3.0, -0.3]))
    array([0.25,  nan])
    """
    size = np.abs(part) + sum(np.abs(each) for each in others)
    shares: Floats = part / np.where(whole > ROUNDING * size, whole, math.nan)
    return shares


def _exact_intervals(parts: Floats, agreement: float, n: int, k: int, confidence: float) -> Floats:
    """Lower and upper ends of the six, shape (2, 6): F, and for ICC(A,1) Satterthwaite's approximation."""
    person, rater, residual, between, within = parts
    tail = tail_of(confidence)
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
    stretched = 1 + bounds[:, 1] * (k - 1)
    # an end below -1 / (k - 1) would come out above the other
    bounds[:, 4] = bounds[:, 1] * k / stretched if stretched[0] > 0 else math.nan
    return bounds


def _f_tests(parts: Floats, n: int, k: int) -> Floats:
    person, _, residual, between, within = parts
    one_way = ((k * between + within) / within, n - 1, n * (k - 1))
    two_way = ((k * person + residual) / residual, n - 1, (n - 1) * (k - 1))
    f, df1, df2 = np.array([one_way, two_way, two_way] * 2).T
    return np.array([f, df1, df2, special.fdtrc(df1, df2, f)])


def _together(
    estimates: list[Estimate], tests: Floats, parts: Floats, n: int, k: int, complete: bool
) -> IntraclassCorrelations:
    person, rater, residual = (float(each) for each in parts[:3])
    df = (n - 1, k - 1, (n - 1) * (k - 1)) if complete else (math.nan,) * 3
    squares = (k * person + residual, n * rater + residual, residual) if complete else (math.nan,) * 3
    sources = tuple(zip(("person", "rater", "residual"), df, squares, (person, rater, residual), strict=True))
    one, two, three, one_k, two_k, three_k = estimates
    return IntraclassCorrelations(one, two, three, one_k, two_k, three_k, tests, sources)
