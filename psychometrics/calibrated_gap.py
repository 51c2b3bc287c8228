"""What somebody does, put on the scale of what people say: the gap to what they say then needs no common metric."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pandas import DataFrame

from psychometrics.bootstrap import persona_bootstrap, with_interval
from psychometrics.covariances import numbers, values_of
from psychometrics.estimate import NO_SPREAD, Detail, Estimate, Floats, sums_by_person, undefined
from psychometrics.exchange import in_label_order, poles_of
from psychometrics.forms import labelled

FEWEST_HUMANS = 2
Range = tuple[float, float]


def calibrate(done: ArrayLike, human_done: ArrayLike, human_said: ArrayLike) -> Floats:
    """What people who act like this say of themselves on average (interval quantile mapping; ActTraitBench, arXiv 2605.29791).

    The shares of people who act lower, and no higher, than a score are two percentiles; its image is the mean of the
    self-reports that lie between these percentiles of the self-reports.

    Parameters
    ----------
    done : shape (scores,)
        Behaviour scores, in the unit of `human_done`; NaN stays NaN.
    human_done, human_said : shape (persons,) each
        Behaviour and self-report scores of people; NaN is left out of each by itself, since only the two distributions
        enter, not who has which.

    Returns
    -------
    array, shape (scores,)
        In the unit of `human_said`, between its smallest and largest value. Percentiles are of type 7 (Hyndman and
        Fan, 1996), ends included; where no self-report lies between them, their mid-point. All NaN with fewer than two
        people on either side.

    Examples
    --------
    >>> calibrate([1.0, 2.0, 9.0], [1, 2, 2, 3], [10, 20, 30, 40])
    array([10., 25., 40.])
    """
    scores = values_of(done, "done")
    acts, says = (
        np.sort(each[np.isfinite(each)])
        for each in (values_of(human_done, "human_done"), values_of(human_said, "human_said"))
    )
    if min(len(acts), len(says)) < FEWEST_HUMANS:
        return np.full(len(scores), math.nan)
    known = np.isfinite(scores)
    # means of the same answers differ by rounding: what is so close is the same score
    below = np.searchsorted(acts, scores[known] - NO_SPREAD, "left")
    not_above = np.searchsorted(acts, scores[known] + NO_SPREAD, "right")
    low, high = (np.quantile(says, each / len(acts)) for each in (below, not_above))
    first, last = np.searchsorted(says, low - NO_SPREAD, "left"), np.searchsorted(says, high + NO_SPREAD, "right")
    sums = np.concatenate([[0.0], np.cumsum(says)])
    between = last - first
    image = np.full(len(scores), math.nan)
    image[known] = np.where(between > 0, (sums[last] - sums[first]) / np.maximum(between, 1), (low + high) / 2)
    return image


def calibrated_gap(
    scores: DataFrame,
    human: DataFrame,
    *,
    said_range: Range,
    done_range: Range,
    poles: Mapping[Any, Hashable] | None = None,
    seed: int,
    resamples: int = 2000,
    confidence: float = 0.95,
) -> Estimate:
    """Mean squared distance of what is said from what people say who act alike (ActTraitBench, arXiv 2605.29791).

    Parameters
    ----------
    scores : DataFrame
        Columns person, domain (trait), said, done: one row a person and domain, or more for repeats, whose squared gaps
        are averaged. Rows without both scores are left out and counted.
    human : DataFrame
        Columns domain, said, done, in the same units: one row a human being. They are taken as they are; the interval
        does not count their number as an uncertainty.
    said_range, done_range : (lowest, highest)
        Possible scores on the two sides, for the responder that always answers the middle.
    poles : mapping from person to assigned pole, optional
        Persons are drawn within poles.
    seed, resamples : int
        Of the bootstrap over persons.
    confidence : float in (0, 1)

    Returns
    -------
    Estimate
        Mean over the domains of a person, then over persons, in the square of the unit of `said`; 0 or more. NaN with
        `too_few_persons` without anybody, and `too_few_humans` when a domain has fewer than two people (named in the
        warnings). Fewer than three persons keep the value and `too_few_persons`, but get no interval:
        domains are no sample of anything. Nor do persons who all have the same gap, `equal_in_all_persons`. In `extra`:
        rmse (square root), null_constant (the gap of a responder whose scores are the middle of both ranges: where it is
        small, so is the gap of whoever tells nothing), `gap_` and the domain's name, n_rows, n_left_out, n_domains,
        n_incomplete (persons without all domains), fewest_humans.

    Examples
    --------
    >>> human = DataFrame({"domain": "E", "said": [1, 2, 3, 4, 5], "done": [10, 20, 30, 40, 50]})
    >>> scores = DataFrame({"person": list("pqr"), "domain": "E", "said": [2, 4, 4], "done": [20, 30, 50]})
    >>> found = calibrated_gap(scores, human, said_range=(1, 5), done_range=(0, 60), seed=1)
    >>> found.value.__round__(3), found.extra["null_constant"]
    (0.667, 0.0)
    """
    rows, of_humans = _checked(scores, "scores", ["person", "domain"]), _checked(human, "human", ["domain"])
    middles = [_middle(each, name) for each, name in ((said_range, "said_range"), (done_range, "done_range"))]
    used: NDArray[np.bool_] = np.all(np.isfinite(rows), axis=1)
    persons, labels = in_label_order(scores["person"].to_numpy(dtype=object)[used])
    domains, names = in_label_order(scores["domain"].to_numpy(dtype=object)[used], "domain")
    said, done = rows[used].T
    extra: dict[str, Detail] = {"n_rows": int(used.sum()), "n_left_out": int((~used).sum()), "n_domains": len(names)}
    n = len(labels)
    if n == 0:
        return undefined("too_few_persons", extra=extra)
    calibrated, nulls, n_humans = np.empty(len(said)), [], []
    human_domain = human["domain"].to_numpy(dtype=object)
    for number, name in enumerate(names):
        human_said, human_done = of_humans[[each == name for each in human_domain]].T
        calibrated[domains == number] = calibrate(done[domains == number], human_done, human_said)
        nulls.append(float(calibrate([middles[1]], human_done, human_said)[0]))
        n_humans.append(int(min(np.isfinite(human_said).sum(), np.isfinite(human_done).sum())))
    extra["fewest_humans"] = min(n_humans)
    few = [str(name) for name, found in zip(names, n_humans, strict=True) if found < FEWEST_HUMANS]
    if few:
        told = (f"too_few_humans: {', '.join(few)} have fewer than {FEWEST_HUMANS} people with a score on each side",)
        return undefined("too_few_humans", n_persons=n, warnings=told, extra=extra)

    # repeats within person and domain, then domains within person, then persons: none counts by its number of rows
    cell, of_row = np.unique(persons * len(names) + domains, return_inverse=True)
    squares = sums_by_person(((said - calibrated) ** 2)[:, None], of_row, len(cell))[:, 0] / np.bincount(of_row)
    person_of, domain_of = np.divmod(cell, len(names))
    gaps = np.bincount(person_of, squares) / np.bincount(person_of)
    of_domains = np.bincount(domain_of, squares) / np.bincount(domain_of)
    value = float(gaps.mean())
    extra |= {f"gap_{name}": float(each) for name, each in zip(names, of_domains, strict=True)}
    extra["n_incomplete"] = int((np.bincount(person_of) < len(names)).sum())
    extra["rmse"], extra["null_constant"] = math.sqrt(value), float(np.mean((middles[0] - np.array(nulls)) ** 2))
    sizes = np.bincount(of_row)
    repeats = int(sizes[0]) if sizes.min() == sizes.max() else None
    note = "too_few_persons" if n < 3 else "equal_in_all_persons" if np.ptp(gaps) <= NO_SPREAD else ""
    found = Estimate(value, n_persons=n, n_replications=repeats, note=note, extra=extra)
    if note:
        return found
    drawn = persona_bootstrap(
        lambda counts: counts @ gaps / n,
        n,
        seed=seed,
        resamples=resamples,
        strata=poles_of(labels, poles),
        confidence=confidence,
    )
    return with_interval(found, drawn, confidence)


def _checked(table: DataFrame, name: str, labels: list[str]) -> Floats:
    """The columns said and done as numbers; an error names the column or the label that is missing."""
    lacking = [each for each in (*labels, "said", "done") if each not in table.columns]
    if lacking:
        raise ValueError(f"{name}: column {lacking[0]} is missing; there are {', '.join(map(str, table.columns))}")
    labelled(table, labels)
    return numbers(table[["said", "done"]])


def _middle(ends: Range, name: str) -> float:
    low, high = ends
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ValueError(f"{name}: {ends}; two numbers are needed, the lower one first")
    return (low + high) / 2
