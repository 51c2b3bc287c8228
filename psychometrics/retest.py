"""The same persons on another day, or in another draw: does one score come back, and with how much error?"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from pandas import DataFrame
from scipy import stats

from psychometrics.agreement import mean_of_pairs, pairs_within
from psychometrics.bootstrap import persona_bootstrap
from psychometrics.compare import mean_over_persons
from psychometrics.covariances import ROUNDING, values_of
from psychometrics.estimate import NO_SPREAD, Estimate, Floats, tail_of, undefined, without_last_digits
from psychometrics.intraclass import intraclass_correlations

NORMAL = 1.96  # as in the definitions of SDC (de Vet et al., 2006) and of the limits of agreement, not 1.959964


@dataclass(frozen=True)
class Retest:
    """Scores of the same persons on two occasions.

    Attributes
    ----------
    r, spearman : Estimate
        Correlations of the occasions; blind to a change of level.
    icc_agreement, icc_consistency : Estimate
        ICC(A,1) and ICC(C,1).
    mean_change : Estimate
        Second less first, unit of the scores.
    sem_r, sem_consistency, sem_agreement : Estimate
        Standard errors of measurement, unit of the scores: SD times sqrt(1 - r); SD of the changes / sqrt(2); the
        same with the mean change as error.
    sdc_r, sdc_consistency, sdc_agreement : Estimate
        Smallest detectable change of one person: 1.96 sqrt(2) SEM.
    limits_low, limits_high : Estimate
        Limits of agreement: mean change -/+ 1.96 SD of the changes.
    ccc : Estimate
        Lin's concordance correlation.
    exact_agreement, change : Estimate
        Share of persons with the same score, and mean absolute change.
    """

    r: Estimate
    spearman: Estimate
    icc_agreement: Estimate
    icc_consistency: Estimate
    mean_change: Estimate
    sem_r: Estimate
    sem_consistency: Estimate
    sem_agreement: Estimate
    sdc_r: Estimate
    sdc_consistency: Estimate
    sdc_agreement: Estimate
    limits_low: Estimate
    limits_high: Estimate
    ccc: Estimate
    exact_agreement: Estimate
    change: Estimate

    @property
    def table(self) -> DataFrame:
        """Columns statistic, value, low, high, method, n_persons, note."""
        found = {each.name: getattr(self, each.name) for each in dataclasses.fields(self)}
        columns = ("value", "low", "high", "method", "n_persons", "note")
        rows = [(name, *(getattr(each, column) for column in columns)) for name, each in found.items()]
        return DataFrame(rows, columns=["statistic", *columns])


def retest(
    first: ArrayLike, second: ArrayLike, *, seed: int = 0, resamples: int = 2000, confidence: float = 0.95
) -> Retest:
    """Test-retest reliability and measurement error of one score (Weir, 2005; de Vet et al., 2006; Lin, 1989).

    Parameters
    ----------
    first, second : shape (persons,)
        One score a person and occasion, in one order and unit. Persons without both are left out: nothing here can
        use half a pair.
    seed, resamples : int
        Of the persona bootstrap.
    confidence : float in (0, 1)

    Returns
    -------
    Retest
        Intervals: `r` Fisher's z; `spearman` Fisher's z with the error of Bonett and Wright (2000); ICCs F;
        `mean_change` t; `sem_consistency` and its SDC chi-square; limits of agreement as Bland and Altman (1999);
        `ccc` Lin's z; the rest persona bootstrap. NaN with a note: `too_few_persons` (fewer than three with both),
        `zero_variance` (an occasion without spread has no correlation), `zero_total_variance` (ICCs).
        `no_replication`: every second score is a copy of the first, as at temperature 0. Nothing was repeated then,
        and all is NaN but the exact agreement of 1 and the change of 0, which say so. `constant_change` marks a
        correlation of 1 without interval: all changed by the same.

    Examples
    --------
    >>> found = retest([12.0, 15, 9, 20, 17, 11], [13.0, 14, 10, 19, 19, 11])
    >>> found.r, found.icc_agreement, found.sem_agreement
    (Estimate(0.955 [0.640, 0.995], n=6), Estimate(0.958 [0.760, 0.994], n=6), Estimate(0.816 [0.408, 1.225], n=6))
    >>> retest([12.0, 15, 9], [12.0, 15, 9]).r
    Estimate(not estimable: no_replication, n=3)
    """
    scores = [values_of(first, "first"), values_of(second, "second")]
    if len(scores[0]) != len(scores[1]):
        raise ValueError(f"retest: {len(scores[0])} first and {len(scores[1])} second scores; one each is needed")
    both = np.isfinite(scores[0]) & np.isfinite(scores[1])
    a, b = scores[0][both], scores[1][both]
    n = len(a)
    copies = n > 0 and bool(np.abs(b - a).max() <= NO_SPREAD)
    pairs = pairs_within(np.tile(np.arange(n), 2), np.concatenate([a, b]), n)
    exact, change = (
        mean_of_pairs(
            own,
            np.concatenate([a, b]),
            np.full(n, 2),
            perfect=perfect,
            copies="no_replication",
            seed=seed,
            resamples=resamples,
            confidence=confidence,
        )
        for own, perfect in zip(pairs, (1.0, 0.0), strict=True)
    )
    if n < 3 or copies:
        note = "too_few_persons" if n < 3 else "no_replication"
        none = undefined(note, n_persons=n, n_replications=2)
        unknown = {each.name: none for each in dataclasses.fields(Retest)}
        return Retest(**unknown | {"exact_agreement": exact, "change": change})

    iccs = intraclass_correlations(DataFrame({"first": a, "second": b}), confidence=confidence)
    d = b - a
    bootstrap = _Bootstrap(a, b, seed, resamples, confidence)
    sem_r, sem_agreement = bootstrap.estimate(_sem_r), bootstrap.estimate(_sem_agreement)
    sem_consistency = _of_spread(d, confidence)
    low, high = _limits(d, confidence)
    return Retest(
        _pearson(a, b, confidence),
        _spearman(a, b, confidence),
        iccs.agreement,
        iccs.consistency,
        dataclasses.replace(mean_over_persons(d, confidence=confidence), n_replications=2),
        sem_r,
        sem_consistency,
        sem_agreement,
        _times(sem_r, NORMAL * math.sqrt(2)),
        _times(sem_consistency, NORMAL * math.sqrt(2)),
        _times(sem_agreement, NORMAL * math.sqrt(2)),
        low,
        high,
        _concordance(a, b, confidence),
        exact,
        change,
    )


class _Bootstrap:
    """Statistics of two occasions from sums over persons: n, a, b, a squared, b squared, ab."""

    def __init__(self, a: Floats, b: Floats, seed: int, resamples: int, confidence: float) -> None:
        origin = (a.mean() + b.mean()) / 2
        x, y = a - origin, b - origin
        self.sums = np.column_stack([np.ones(len(x)), x, y, x**2, y**2, x * y])
        self.seed, self.resamples, self.confidence = seed, resamples, confidence

    def estimate(self, statistic: Callable[[Floats], Floats]) -> Estimate:
        n = len(self.sums)
        value = float(statistic(self.sums.sum(axis=0, keepdims=True))[0])
        if math.isnan(value):
            return undefined("zero_variance", n_persons=n, n_replications=2)
        drawn = persona_bootstrap(
            lambda counts: statistic(counts @ self.sums),
            n,
            seed=self.seed,
            resamples=self.resamples,
            confidence=self.confidence,
        )
        return Estimate(
            value,
            drawn.low,
            drawn.high,
            method=drawn.method,
            confidence=self.confidence,
            n_persons=n,
            n_replications=2,
            warnings=drawn.warnings,
        )


def _sem_r(sums: Floats) -> Floats:
    n, x, y, xx, yy, xy = sums.T
    own, other, both = ((squares - s * t / n) / (n - 1) for squares, s, t in ((xx, x, x), (yy, y, y), (xy, x, y)))
    # a resample of one person has no spread, but for what rounding leaves of it
    vary = np.minimum(own, other) > ROUNDING * (xx + yy)
    r = both / np.sqrt(np.where(vary, own * other, math.nan))
    # an r of 1, but for rounding, leaves no error: the root would make a visible one of it
    sem: Floats = np.sqrt((own + other) / 2 * np.where(1 - r <= NO_SPREAD, 0.0, 1 - r))
    return sem


def _sem_agreement(sums: Floats) -> Floats:
    n, _, _, xx, yy, xy = sums.T
    sem: Floats = np.sqrt(np.maximum(xx + yy - 2 * xy, 0) / n / 2)
    return sem


def _of_spread(d: Floats, confidence: float) -> Estimate:
    n, sem = len(d), float(d.std(ddof=1)) / math.sqrt(2)
    if sem <= NO_SPREAD:
        return Estimate(0.0, n_persons=n, n_replications=2, note="constant_change")
    tail = tail_of(confidence)
    low, high = (sem * math.sqrt((n - 1) / float(stats.chi2.ppf(each, n - 1))) for each in (1 - tail, tail))
    return Estimate(sem, low, high, method="chi-square", confidence=confidence, n_persons=n, n_replications=2)


def _times(estimate: Estimate, factor: float) -> Estimate:
    low, high = estimate.low * factor, estimate.high * factor
    return dataclasses.replace(estimate, value=estimate.value * factor, low=low, high=high)


def _limits(d: Floats, confidence: float) -> tuple[Estimate, Estimate]:
    n, mean, sd = len(d), float(d.mean()), float(d.std(ddof=1))
    note = "constant_change" if sd <= NO_SPREAD else ""
    half = float(stats.t.ppf(1 - tail_of(confidence), n - 1)) * sd * math.sqrt(1 / n + NORMAL**2 / (2 * (n - 1)))
    half = math.nan if note else half
    lower, upper = (
        Estimate(
            at,
            at - half,
            at + half,
            method="" if note else "Bland-Altman",
            confidence=confidence,
            n_persons=n,
            n_replications=2,
            note=note,
        )
        for at in (mean - NORMAL * sd, mean + NORMAL * sd)
    )
    return lower, upper


def _pearson(a: Floats, b: Floats, confidence: float) -> Estimate:
    return _correlation(a, b, 1.0, "Fisher", confidence)


def _spearman(a: Floats, b: Floats, confidence: float) -> Estimate:
    first, second = (np.asarray(stats.rankdata(without_last_digits(each)), dtype=float) for each in (a, b))
    return _correlation(first, second, 1.5, "Bonett-Wright", confidence)


def _correlation(a: Floats, b: Floats, error: float, method: str, confidence: float) -> Estimate:
    """Pearson's r; Fisher's z has variance 1 / (n - 3), which ranks enlarge by half of r squared (`error` 1.5)."""
    n = len(a)
    if min(np.ptp(a), np.ptp(b)) <= NO_SPREAD:
        return undefined("zero_variance", n_persons=n, n_replications=2)
    r = float(np.clip(np.corrcoef(a, b)[0, 1], -1, 1))
    told = Estimate(r, n_persons=n, n_replications=2, confidence=confidence)
    if 1 - abs(r) <= NO_SPREAD:
        return dataclasses.replace(
            told, note="constant_change" if np.ptp(b - a) <= NO_SPREAD else "perfect_correlation"
        )
    if n < 4:
        return told
    spread = math.sqrt((1 + (error - 1) * r**2) / (n - 3))
    low, high = _fisher(r, spread, confidence)
    return dataclasses.replace(told, low=low, high=high, method=method)


def _fisher(r: float, spread: float, confidence: float) -> tuple[float, float]:
    half = float(stats.norm.ppf(1 - tail_of(confidence))) * spread
    return math.tanh(math.atanh(r) - half), math.tanh(math.atanh(r) + half)


def _concordance(a: Floats, b: Floats, confidence: float) -> Estimate:
    n, shift = len(a), float(a.mean() - b.mean())
    if max(np.ptp(a), np.ptp(b), abs(shift)) <= NO_SPREAD:
        return undefined("zero_total_variance", n_persons=n, n_replications=2)
    covariance = np.cov(a, b)
    own, other, both = float(covariance[0, 0]), float(covariance[1, 1]), float(covariance[0, 1])
    ccc = 2 * both / (own + other + shift**2)
    told = Estimate(ccc, n_persons=n, n_replications=2, confidence=confidence)
    if min(own, other) <= NO_SPREAD**2:
        return undefined("zero_variance", n_persons=n, n_replications=2)
    if 1 - abs(ccc) <= NO_SPREAD:
        return told
    # Lin divides ccc by r, which is this also where r is 0
    accuracy = 2 * math.sqrt(own * other) / (own + other + shift**2)
    r, u, rest = both / math.sqrt(own * other), shift**2 / math.sqrt(own * other), 1 - ccc**2
    terms = (1 - r**2) * accuracy**2 / rest, 2 * ccc**2 * accuracy * (1 - ccc) * u / rest**2
    variance = (sum(terms) - ccc**2 * accuracy**2 * u**2 / (2 * rest**2)) / (n - 2)
    if variance <= 0:
        return told
    low, high = _fisher(ccc, math.sqrt(variance), confidence)
    return dataclasses.replace(told, low=low, high=high, method="Lin")
