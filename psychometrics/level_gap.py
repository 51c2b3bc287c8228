"""How far what persons do lies from what they say of themselves: its direction, its size, and who stands before whom."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from psychometrics.bootstrap import persona_bootstrap, with_interval
from psychometrics.covariances import values_of
from psychometrics.estimate import NO_SPREAD, Detail, Estimate, Floats, sums_by_person, undefined
from psychometrics.exchange import ALL_PERSONS, WITHIN_POLE, exchange_null, exchanges, in_label_order, poles_of
from psychometrics.graded import ties, weighted_ranks

Verdict = Literal["agrees", "diverges upward", "diverges downward", "cannot be told"]
HUNDRED = 100 + NO_SPREAD
DIGITS = 9  # means that differ by rounding are one rank


@dataclasses.dataclass(frozen=True)
class _Scores:
    """One row a person, in the order of their labels."""

    said: Floats
    done: Floats
    strata: list[Hashable] | None
    n_replications: int | None
    extra: dict[str, Detail]

    @property
    def unit(self) -> str:
        return ALL_PERSONS if self.strata is None else WITHIN_POLE


def level_gap(
    said: ArrayLike,
    done: ArrayLike,
    person: Iterable[Hashable],
    *,
    poles: Mapping[Any, Hashable] | None = None,
    seed: int,
    resamples: int = 2000,
    confidence: float = 0.95,
) -> Estimate:
    """Mean of what is done less what is said: do persons act higher on the trait than they say they are?

    Parameters
    ----------
    said, done : shape (rows,)
        Scores in POMP, 0 to 100 each. Rows without both are left out and counted.
    person : labels, length rows
        Repeats of a person are averaged first.
    poles : mapping from person to assigned pole, optional
        Persons are drawn within poles: a factorial persona set is fixed.
    seed, resamples : int
        Of the bootstrap over persons.
    confidence : float in (0, 1)

    Returns
    -------
    Estimate
        POMP points, -100 to 100; positive when more is done than said. There is no null of exchanged persons: a mean of
        differences is the same whoever is paired with whom. NaN with `too_few_persons` without anybody; fewer than
        three keep the value and that note, but get no interval, and neither do persons who all differ alike,
        `equal_in_all_persons`. In `extra`: mean_said, mean_done, n_rows, n_left_out.

    Examples
    --------
    >>> level_gap([50, 60, 40, 70], [65, 70, 65, 80], list("abcd"), seed=1)
    Estimate(15.000 [10.000, 25.000], n=4)
    """
    scores = _by_person("level_gap", said, done, person, poles, in_pomp=True)
    return _mean_over(scores, scores.done - scores.said, scores.extra, seed, resamples, confidence)


def absolute_gap(
    said: ArrayLike,
    done: ArrayLike,
    person: Iterable[Hashable],
    *,
    poles: Mapping[Any, Hashable] | None = None,
    seed: int,
    resamples: int = 2000,
    permutations: int = 2000,
    confidence: float = 0.95,
) -> Estimate:
    """Mean distance between what is said and what is done, beside that of persons who have nothing to do with each other.

    Parameters
    ----------
    said, done, person, poles, seed, resamples, confidence
        As for `level_gap`.
    permutations : int
        Of the null, in which persons give their `done` to another of their pole.

    Returns
    -------
    Estimate
        POMP points, 0 to 100, of the means of each person's repeats. Undefined and without interval as `level_gap`. In
        `extra` also null_mean, null_low, null_high (the central 95 %), null_p (share of exchanges with a gap as small),
        null_unit and null_note (`one_person`, `one_person_per_pole`).

    Examples
    --------
    >>> found = absolute_gap([10, 30, 50, 70, 90], [20, 30, 40, 80, 80], list("abcde"), seed=1)
    >>> found
    Estimate(8.000 [2.000, 10.000], n=5)
    >>> round(found.extra["null_mean"]), found.extra["null_p"] < 0.05
    (31, True)
    """
    scores = _by_person("absolute_gap", said, done, person, poles, in_pomp=True)
    gaps, n = np.abs(scores.done - scores.said), len(scores.said)
    exchanged = _gaps_exchanged(scores, seed, permutations)
    seen = float(gaps.mean()) if n else math.nan
    extra = scores.extra | exchange_null(seen, exchanged, "low", unit=scores.unit, n_persons=n)
    return _mean_over(scores, gaps, extra, seed, resamples, confidence)


def rank_change(
    said: ArrayLike,
    done: ArrayLike,
    person: Iterable[Hashable],
    *,
    poles: Mapping[Any, Hashable] | None = None,
    seed: int,
    resamples: int = 2000,
    permutations: int = 2000,
    confidence: float = 0.95,
) -> Estimate:
    """How many places persons move when they are put in the order of what they do instead of what they say.

    Parameters
    ----------
    said, done : shape (rows,)
        Any unit each, so also scores without a common metric. Rows without both are left out and counted.
    person, poles, seed, resamples, permutations, confidence
        As for `absolute_gap`. Ranks are among all persons, also those of other poles.

    Returns
    -------
    Estimate
        Mean distance of the two mid-ranks (Spearman's footrule; Diaconis and Graham, 1977) in percent of n - 1, which is
        the longest way a person can move: 0 for one order, about 33 for unrelated ones, 50 for opposite ones (more
        with few persons). NaN with `too_few_persons` (fewer than three) or `constant_scores` (all said or did the
        same). In `extra`: the null, as for `absolute_gap`, n_rows and n_left_out.

    Examples
    --------
    >>> rank_change([1, 2, 3, 4], [10, 30, 20, 40], list("abcd"), seed=1).value
    16.666666666666664
    """
    scores = _by_person("rank_change", said, done, person, poles, in_pomp=False)
    n = len(scores.said)
    x, y = np.round(scores.said, DIGITS), np.round(scores.done, DIGITS)
    none = "too_few_persons" if n < 3 else "constant_scores" if min(np.ptp(x), np.ptp(y)) <= NO_SPREAD else ""
    if none:
        return undefined(none, n_persons=n, n_replications=scores.n_replications, extra=scores.extra)
    x_ties, y_ties = ties(x), ties(y)

    def moved(counts: Floats) -> Floats:
        x_ranks, y_ranks = weighted_ranks(counts, *x_ties), weighted_ranks(counts, *y_ties)
        total = counts.sum(axis=1)
        change: Floats = (counts * np.abs(x_ranks - y_ranks)).sum(axis=1) / total / (total - 1) * 100
        # a resample of persons with one score has no order that could change
        return np.where(_varies(counts, x) & _varies(counts, y), change, math.nan)

    exchanged = _moves_exchanged(scores, seed, permutations)
    seen = float(moved(np.ones((1, n)))[0])
    extra = scores.extra | exchange_null(seen, exchanged, "low", unit=scores.unit, n_persons=n)
    found = Estimate(seen, n_persons=n, n_replications=scores.n_replications, extra=extra)
    return _bootstrapped(found, scores, moved, seed, resamples, confidence)


def absolute_gap_null(
    said: ArrayLike,
    done: ArrayLike,
    person: Iterable[Hashable],
    *,
    poles: Mapping[Any, Hashable] | None = None,
    seed: int,
    permutations: int = 2000,
) -> Floats:
    """The distance in each exchange that `absolute_gap` tells the mean and the ends of; empty where nobody can be exchanged.

    >>> null = absolute_gap_null([10, 30, 50, 70, 90], [20, 30, 40, 80, 80], list("abcde"), seed=1)
    >>> len(null), round(null.mean())
    (2000, 31)
    """
    return _gaps_exchanged(_by_person("absolute_gap", said, done, person, poles, in_pomp=True), seed, permutations)


def rank_change_null(
    said: ArrayLike,
    done: ArrayLike,
    person: Iterable[Hashable],
    *,
    poles: Mapping[Any, Hashable] | None = None,
    seed: int,
    permutations: int = 2000,
) -> Floats:
    """The mean distance of ranks in each exchange that `rank_change` tells the mean and the ends of; empty without any.

    >>> null = rank_change_null([1, 2, 3, 4], [10, 30, 20, 40], list("abcd"), seed=1)
    >>> len(null), float(null.min())
    (2000, 0.0)
    """
    return _moves_exchanged(_by_person("rank_change", said, done, person, poles, in_pomp=False), seed, permutations)


def _gaps_exchanged(scores: _Scores, seed: int, permutations: int) -> Floats:
    n = len(scores.said)
    orders = exchanges(n, scores.strata, seed=seed, permutations=permutations)
    return np.abs(scores.done[orders] - scores.said).mean(axis=1) if n else np.empty(0)


def _moves_exchanged(scores: _Scores, seed: int, permutations: int) -> Floats:
    n = len(scores.said)
    if n < 2:
        return np.empty(0)
    once = np.ones((1, n))
    x_ranks, y_ranks = (weighted_ranks(once, *ties(np.round(each, DIGITS)))[0] for each in (scores.said, scores.done))
    orders = exchanges(n, scores.strata, seed=seed, permutations=permutations)
    moves: Floats = np.abs(y_ranks[orders] - x_ranks).mean(axis=1) / (n - 1) * 100
    return moves


def verdict(estimate: Estimate, margin: float = 10.0) -> Verdict:
    """What an interval allows to say of a level gap, given the margin that would not matter (Lakens, 2017).

    Parameters
    ----------
    estimate : Estimate
        Such as that of `level_gap`, in POMP points.
    margin : float above 0
        In the unit of the estimate.

    Returns
    -------
    Verdict
        "agrees" if the whole interval lies within the margin, ends included; "diverges upward" or "diverges downward" if
        it lies on one side of 0 and reaches beyond the margin there; else, and without an interval, "cannot be told".

    Examples
    --------
    >>> verdict(Estimate(2.0, -3.0, 7.0)), verdict(Estimate(12.0, 4.0, 20.0)), verdict(Estimate(2.0, -9.0, 13.0))
    ('agrees', 'diverges upward', 'cannot be told')
    """
    if not (margin > 0 and math.isfinite(margin)):
        raise ValueError(f"margin: {margin}; a number above 0 is needed")
    low, high = estimate.low, estimate.high
    if math.isnan(low) or math.isnan(high):
        return "cannot be told"
    if -margin <= low and high <= margin:
        return "agrees"
    if low > 0 and high > margin:
        return "diverges upward"
    if high < 0 and low < -margin:
        return "diverges downward"
    return "cannot be told"


def _by_person(
    name: str,
    said: ArrayLike,
    done: ArrayLike,
    person: Iterable[Hashable],
    poles: Mapping[Any, Hashable] | None,
    *,
    in_pomp: bool,
) -> _Scores:
    """Means of the rows of each person that have both scores."""
    x, y = values_of(said, "said"), values_of(done, "done")
    codes, labels = in_label_order(person)
    if not len(x) == len(y) == len(codes):
        raise ValueError(f"{name}: {len(x)} said, {len(y)} done, {len(codes)} persons; one each is needed")
    rows = np.column_stack([x, y])
    outside = (rows < -NO_SPREAD) | (rows > HUNDRED)
    if in_pomp and outside.any():
        at = int(np.argmax(outside.any(axis=1)))
        seen = rows[at][outside[at]][0]
        raise ValueError(f"{'said' if outside[at, 0] else 'done'}: row {at} has {seen:g}; POMP is from 0 to 100")
    used = np.isfinite(rows).all(axis=1)
    present, of_row = np.unique(codes[used], return_inverse=True)
    n, sizes = len(present), np.bincount(of_row, minlength=len(present))
    means = sums_by_person(rows[used], of_row, n) / sizes[:, None]
    extra: dict[str, Detail] = {"n_rows": int(used.sum()), "n_left_out": int((~used).sum())}
    if in_pomp:
        extra |= {
            name: float(each.mean()) if n else math.nan
            for name, each in zip(("mean_said", "mean_done"), means.T, strict=True)
        }
    same = n > 0 and sizes.min() == sizes.max()
    strata = poles_of([labels[each] for each in present], poles)
    return _Scores(means[:, 0], means[:, 1], strata, int(sizes[0]) if same else None, extra)


def _varies(counts: Floats, values: Floats) -> NDArray[np.bool_]:
    """In which draws the persons drawn do not all have one value, shape (draws,)."""
    drawn = counts > 0
    several: NDArray[np.bool_] = np.where(drawn, values, -np.inf).max(axis=1) > np.where(drawn, values, np.inf).min(
        axis=1
    )
    return several


def _mean_over(
    scores: _Scores, values: Floats, extra: dict[str, Detail], seed: int, resamples: int, confidence: float
) -> Estimate:
    n = len(values)
    if n == 0:
        return undefined("too_few_persons", extra=extra)
    note = "too_few_persons" if n < 3 else "equal_in_all_persons" if np.ptp(values) <= NO_SPREAD else ""
    found = Estimate(float(values.mean()), n_persons=n, n_replications=scores.n_replications, note=note, extra=extra)
    if note:
        return found
    return _bootstrapped(found, scores, lambda counts: counts @ values / n, seed, resamples, confidence)


def _bootstrapped(
    found: Estimate,
    scores: _Scores,
    statistic: Callable[[Floats], Floats],
    seed: int,
    resamples: int,
    confidence: float,
) -> Estimate:
    n = found.n_persons
    drawn = persona_bootstrap(
        statistic, n, seed=seed, resamples=resamples, strata=scores.strata, confidence=confidence, width=4 * n
    )
    return with_interval(found, drawn, confidence)
