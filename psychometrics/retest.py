"""The same persons again: another draw, another day, another form."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from pandas import DataFrame
from scipy import stats

from psychometrics.agreement import (
    bootstraps,
    entering,
    intraclass_correlations,
    mean_of_pairs,
    pairs_within,
    six_from,
    sums_for_variances,
)
from psychometrics.compare import mean_over_persons
from psychometrics.covariances import answered, numbers
from psychometrics.estimate import (
    NO_SPREAD,
    Bootstrap,
    Estimate,
    Floats,
    Missing,
    persona_bootstrap,
    undefined,
)

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
    (Estimate(0.955 [0.640, 0.995], n=6), Estimate(0.958 [0.760, 0.994], n=6), Estimate(0.816 [0.500, 1.118], n=6))
    >>> retest([12.0, 15, 9], [12.0, 15, 9]).r
    Estimate(not estimable: no_replication, n=3)
    """
    scores = [
        numbers(DataFrame({name: np.asarray(each)}))[:, 0] for name, each in (("first", first), ("second", second))
    ]
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


@dataclass(frozen=True)
class ParallelForms:
    """How far forms that should not matter are exchangeable.

    Attributes
    ----------
    agreement, consistency : Estimate
        ICC(A,1) and ICC(C,1): with and without the differences between the forms' levels.
    level_shift : Estimate
        ICC(C,1) - ICC(A,1): what the forms' different levels cost, 0 when there are none.
    form_share : Estimate
        Form's share of the variance of a single score, 0 to 1 (below 0 is `negative_component`).
    interaction_share : Estimate
        The residual's share: person x form and noise, which one score for each form cannot tell apart.
    levels : DataFrame
        Columns form, n_persons, mean, sd, shift (mean less the mean of all forms), in the unit of the scores.
    """

    agreement: Estimate
    consistency: Estimate
    level_shift: Estimate
    form_share: Estimate
    interaction_share: Estimate
    levels: DataFrame


def parallel_forms(
    scores: DataFrame,
    *,
    seed: int,
    missing: Missing = "pairwise",
    resamples: int = 2000,
    strata: Sequence[Hashable] | None = None,
    confidence: float = 0.95,
) -> ParallelForms:
    """Are forms of an inventory parallel? Agreement, consistency and the level shift between them (McGraw and Wong, 1996).

    Parameters
    ----------
    scores : DataFrame, shape (persons, forms)
        A score of the same persons under each form (orders, wordings, labels ...); NaN is a missing score.
    seed, resamples : int
        Of the persona bootstrap behind the interval of `level_shift` and of the shares.
    missing : "pairwise" or "listwise"
        As in `intraclass_correlations`.
    strata : sequence of length persons, optional
        Assigned poles, within which personas are drawn.
    confidence : float in (0, 1)

    Returns
    -------
    ParallelForms
        No units. NaN with the notes of `intraclass_correlations`; forms whose answers are copies of each other are
        `identical_ratings`.

    Examples
    --------
    >>> scores = DataFrame({"printed": [2.0, 3.1, 4.2, 4.9, 2.6], "reversed": [2.6, 3.4, 4.6, 5.6, 3.4]})
    >>> found = parallel_forms(scores, seed=1)
    >>> found.level_shift, found.levels["shift"].round(2).tolist()
    (Estimate(0.097 [0.071, 0.429], n=5), [-0.28, 0.28])
    """
    iccs = intraclass_correlations(scores, missing=missing, seed=seed, resamples=resamples, confidence=confidence)
    everything = numbers(scores)
    kept = answered(everything, missing)
    levels = _levels(scores, everything[kept])
    if strata is not None and len(strata) != len(kept):
        raise ValueError(f"strata: {len(strata)} given for {len(kept)} persons; one each is needed")
    base = iccs.agreement
    if not base.estimable:
        return ParallelForms(base, iccs.consistency, base, base, base, levels)
    poles = None if strata is None else [pole for pole, enters in zip(strata, kept, strict=True) if enters]
    x = entering(scores, missing)[0]
    sums, variances = sums_for_variances(x)
    values = _shift_and_shares(variances(sums.sum(axis=0, keepdims=True)))[0]
    drawn = bootstraps(
        lambda counts: _shift_and_shares(variances(counts @ sums)),
        len(x),
        seed=seed,
        resamples=resamples,
        strata=poles,
        confidence=confidence,
        width=sums.shape[1],
    )
    shift, form, interaction = (
        _from_bootstrap(base, float(value), each) for value, each in zip(values, drawn, strict=True)
    )
    return ParallelForms(base, iccs.consistency, shift, form, interaction, levels)


@dataclass(frozen=True)
class DrawAgreement:
    """Answers to the same item in several draws: shares and distances within person and item.

    Attributes
    ----------
    exact : Estimate
        Share of equal pairs of answers, 0 to 1.
    change : Estimate
        Mean absolute change, in answer categories.
    by_item : DataFrame
        Columns item, exact_agreement, mean_absolute_change, n_persons.
    """

    exact: Estimate
    change: Estimate
    by_item: DataFrame


def draw_agreement(
    answers: DataFrame,
    *,
    seed: int,
    resamples: int = 2000,
    strata: Sequence[Hashable] | None = None,
    confidence: float = 0.95,
) -> DrawAgreement:
    """How often another draw of the same prompt gives the same answer, and how far it moves otherwise.

    All pairs of answers within person and item, averaged within person over items, then over persons.

    Parameters
    ----------
    answers : DataFrame
        Columns person, item, value; one row for each draw. NaN is a missing answer.
    seed, resamples : int
        Of the persona bootstrap.
    strata : sequence, one for each person in order of appearance, optional
    confidence : float in (0, 1)

    Returns
    -------
    DrawAgreement
        `exact` 0 to 1, `change` in answer categories. NaN with `no_pairs` when no item was answered twice by a
        person; `too_few_persons` keeps the value of fewer than three without an interval. `no_replication`: every
        repeat is a copy (temperature 0), so nothing was repeated; `zero_total_variance`: all answers are one number.

    Examples
    --------
    >>> table = DataFrame({"person": list("pppqqqrrr"), "item": ["E1"] * 9, "value": [1, 1, 2, 4, 4, 4, 3, 3, 5]})
    >>> found = draw_agreement(table, seed=1)
    >>> found.exact, found.change
    (Estimate(0.556 [0.333, 1.000], n=3), Estimate(0.667 [0.000, 1.333], n=3))
    """
    lacking = {"person", "item", "value"} - set(answers.columns)
    if lacking:
        raise ValueError(f"draw_agreement: no column {', '.join(sorted(lacking))}; person, item and value are needed")
    person, labels = pd.factorize(answers["person"])
    item, items = pd.factorize(answers["item"])
    value = numbers(answers[["value"]])[:, 0]
    if (person < 0).any() or (item < 0).any():
        raise ValueError("draw_agreement: a row has no person or no item; every row needs both")
    heard = np.isfinite(value)
    cell, inverse = np.unique(person * len(items) + item, return_inverse=True)
    shares = np.column_stack(pairs_within(inverse[heard], value[heard], len(cell))) if len(cell) else np.empty((0, 2))
    paired = DataFrame(shares, columns=["exact", "change"])
    paired = paired.assign(person=cell // max(len(items), 1), item=cell % max(len(items), 1)).dropna()
    means = paired.groupby("person")[["exact", "change"]].mean().reindex(range(len(labels)))
    sizes = np.bincount(inverse[heard], minlength=len(cell))
    exact, change = (
        mean_of_pairs(
            means[name].to_numpy(float),
            value[heard],
            sizes,
            perfect=perfect,
            copies="no_replication",
            seed=seed,
            resamples=resamples,
            strata=strata,
            confidence=confidence,
        )
        for name, perfect in (("exact", 1.0), ("change", 0.0))
    )
    by_item = paired.groupby("item").agg(
        exact_agreement=("exact", "mean"), mean_absolute_change=("change", "mean"), n_persons=("exact", "size")
    )
    by_item = by_item.reindex(range(len(items))).reset_index(drop=True)
    by_item.insert(0, "item", list(items))
    by_item["n_persons"] = by_item["n_persons"].fillna(0).astype(int)
    answered_items = int(by_item["n_persons"].gt(0).sum())
    exact, change = (dataclasses.replace(each, n_items=answered_items) for each in (exact, change))
    return DrawAgreement(exact, change, by_item)


def _shift_and_shares(parts: Floats) -> Floats:
    person, rater, residual = parts[:, :3].T
    six = six_from(parts, 2)
    total = person + rater + residual
    total = np.where(total > 0, total, math.nan)
    return np.column_stack([six[:, 2] - six[:, 1], rater / total, residual / total])


def _from_bootstrap(base: Estimate, value: float, drawn: Bootstrap) -> Estimate:
    note = base.note or ("negative_component" if value < -NO_SPREAD else "")
    told = dataclasses.replace(base, value=value, low=math.nan, high=math.nan, method="", note=note, extra={})
    if note == "identical_ratings":
        return told
    warnings = base.warnings + drawn.warnings
    return dataclasses.replace(told, low=drawn.low, high=drawn.high, method=drawn.method, warnings=warnings)


def _levels(scores: DataFrame, x: Floats) -> DataFrame:
    columns = [column[np.isfinite(column)] for column in x.T]
    means = np.array([column.mean() if len(column) else math.nan for column in columns])
    overall = float(np.nanmean(means)) if np.isfinite(means).any() else math.nan
    return DataFrame(
        {
            "form": list(scores.columns),
            "n_persons": [len(column) for column in columns],
            "mean": means,
            "sd": [column.std(ddof=1) if len(column) > 1 else math.nan for column in columns],
            "shift": means - overall,
        }
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
    product = own * other
    r = both / np.sqrt(np.where(product > NO_SPREAD**2, product, math.nan))
    sem: Floats = np.sqrt((own + other) / 2 * np.maximum(1 - r, 0))
    return sem


def _sem_agreement(sums: Floats) -> Floats:
    n, _, _, xx, yy, xy = sums.T
    sem: Floats = np.sqrt(np.maximum(xx + yy - 2 * xy, 0) / n / 2)
    return sem


def _of_spread(d: Floats, confidence: float) -> Estimate:
    n, sem = len(d), float(d.std(ddof=1)) / math.sqrt(2)
    if sem <= NO_SPREAD:
        return Estimate(0.0, n_persons=n, n_replications=2, note="constant_change")
    tail = (1 - confidence) / 2
    low, high = (sem * math.sqrt((n - 1) / float(stats.chi2.ppf(each, n - 1))) for each in (1 - tail, tail))
    return Estimate(sem, low, high, method="chi-square", confidence=confidence, n_persons=n, n_replications=2)


def _times(estimate: Estimate, factor: float) -> Estimate:
    low, high = estimate.low * factor, estimate.high * factor
    return dataclasses.replace(estimate, value=estimate.value * factor, low=low, high=high)


def _limits(d: Floats, confidence: float) -> tuple[Estimate, Estimate]:
    n, mean, sd = len(d), float(d.mean()), float(d.std(ddof=1))
    note = "constant_change" if sd <= NO_SPREAD else ""
    half = float(stats.t.ppf((1 + confidence) / 2, n - 1)) * sd * math.sqrt(1 / n + NORMAL**2 / (2 * (n - 1)))
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
    first, second = (np.asarray(stats.rankdata(each), dtype=float) for each in (a, b))
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
    half = float(stats.norm.ppf((1 + confidence) / 2)) * spread
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
    r = both / math.sqrt(own * other)
    if abs(r) <= NO_SPREAD or 1 - abs(ccc) <= NO_SPREAD:
        return told
    u = shift**2 / math.sqrt(own * other)
    rest = 1 - ccc**2
    terms = (1 - r**2) * ccc**2 / (rest * r**2), 2 * ccc**3 * (1 - ccc) * u / (r * rest**2)
    variance = (sum(terms) - ccc**4 * u**2 / (2 * r**2 * rest**2)) / (n - 2)
    if variance <= 0:
        return told
    low, high = _fisher(ccc, math.sqrt(variance), confidence)
    return dataclasses.replace(told, low=low, high=high, method="Lin")
