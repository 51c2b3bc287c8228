"""What is said of a subject such as "men" or "barbers": does it stay the same over runs, orders and subjects?"""

from __future__ import annotations

import dataclasses
import math

import numpy as np
from numpy.typing import NDArray
from pandas import DataFrame
from scipy import stats

from psychometrics.bootstrap import persona_bootstrap, resampled, with_interval
from psychometrics.covariances import numbers
from psychometrics.estimate import NO_SPREAD, Detail, Estimate, Floats, tail_of, undefined

CONSTANT = 100.0


def profile_consistency(
    profiles: DataFrame,
    *,
    a: float = CONSTANT,
    seed: int,
    resamples: int = 2000,
    confidence: float = 0.95,
) -> Estimate:
    """a / (a + mean distance of the runs from their mean profile) (Rao et al., 2023).

    Parameters
    ----------
    profiles : DataFrame, shape (runs, traits)
        Percent, 0 to 100; one row a run, in random order of options, of one subject. A run without all traits is left out.
    a : float
        The distance at which consistency is one half, in percent.
    seed, resamples : int
        Of the bootstrap over runs: it tells what further runs would give, not other models or subjects.
    confidence : float in (0, 1)

    Returns
    -------
    Estimate
        (0, 1]. Runs that are all equal give 1 without an interval and the note `identical_runs`, as copies at
        temperature 0 do, too. NaN with `too_few_runs` for one: it would be consistent with itself. A sample lies nearer
        to its own mean than to the true one, by sqrt(1 - 1 / runs), so the resamples are widened by as much. In `extra`:
        a, distance (Euclidean, percent), n_left_out; n_replications is the number of runs, n_persons 1.

    Examples
    --------
    >>> profile_consistency(DataFrame({"E": [40.0, 46.0], "N": [58.0, 50.0]}), seed=1).value.__round__(4)
    0.9524
    """
    x, left_out = _complete(profiles, "profiles")
    n = len(x)
    extra: dict[str, Detail] = {"a": _checked(a), "n_left_out": left_out}
    if n < 2:
        return undefined("too_few_runs", n_persons=int(n > 0), n_replications=n, extra=extra)
    distance = float(np.linalg.norm(x - x.mean(axis=0), axis=1).mean())
    extra["distance"] = distance
    told = Estimate(_nearness(distance, a), n_persons=1, n_replications=n, extra=extra)
    if np.ptp(x, axis=0).max() <= NO_SPREAD:
        return Estimate(1.0, n_persons=1, n_replications=n, note="identical_runs", extra=extra)

    def statistic(counts: Floats) -> Floats:
        means = counts @ x / n
        distances = np.linalg.norm(x[None] - means[:, None], axis=2)
        drawn: Floats = a / (a + math.sqrt(n / (n - 1)) * (counts * distances).sum(axis=1) / n)
        return drawn

    drawn = persona_bootstrap(
        statistic, n, seed=seed, resamples=resamples, confidence=confidence, width=n * (x.shape[1] + 1)
    )
    found = with_interval(told, drawn, confidence)
    return dataclasses.replace(found, method=found.method.replace("persona bootstrap", "bootstrap over runs"))


def profile_robustness(
    fixed: DataFrame,
    permuted: DataFrame,
    *,
    a: float = CONSTANT,
    seed: int,
    resamples: int = 2000,
    permutations: int = 2000,
    confidence: float = 0.95,
) -> Estimate:
    """a / (a + distance of the mean profile with options in fixed order from that with permuted ones) (Rao et al., 2023).

    Parameters
    ----------
    fixed, permuted : DataFrame, shape (runs, traits)
        Percent, of one subject; the same traits, any number of runs. A run without all traits is left out.
    a, seed, resamples, confidence
        As for `profile_consistency`.
    permutations : int
        Of runs between the two conditions.

    Returns
    -------
    Estimate
        (0, 1]; 1 if the two means are equal. NaN with `no_runs` without any on one side; no interval with fewer than two on
        one, `too_few_runs`, nor if all runs of each side are copies, `identical_runs`.
        Two means of a few runs are never equal, so a distance leans upwards. The interval therefore holds every distance
        no further from the one seen than resampled means lie from theirs (triangle inequality; it is conservative), and
        `extra` has null_mean and null_p: what runs exchanged between the two sides give, and how rarely as little as
        seen. Also: a, distance, n_first, n_second, n_left_out.

    Examples
    --------
    >>> fixed, permuted = DataFrame({"E": [40.0, 46.0], "N": [58.0, 50.0]}), DataFrame({"E": [40.0], "N": [50.0]})
    >>> profile_robustness(fixed, permuted, seed=1).value
    0.9523809523809523
    """
    return _nearness_of_means(fixed, permuted, ("fixed", "permuted"), 1, a, seed, resamples, permutations, confidence)


def profile_fairness(
    first: DataFrame,
    second: DataFrame,
    *,
    a: float = CONSTANT,
    seed: int,
    resamples: int = 2000,
    permutations: int = 2000,
    confidence: float = 0.95,
) -> Estimate:
    """a / (a + distance of the mean profiles of two subjects, such as "men" and "women") (Rao et al., 2023).

    Parameters
    ----------
    first, second : DataFrame, shape (runs, traits)
        Percent, of one subject each.
    a, seed, resamples, permutations, confidence
        As for `profile_robustness`.

    Returns
    -------
    Estimate
        As `profile_robustness`, with n_persons 2. Equal profiles give 1; less says that they differ, not that one is
        wronged.

    Examples
    --------
    >>> men, women = (
    ...     DataFrame({"E": [40.0, 46.0], "N": [58.0, 50.0]}),
    ...     DataFrame({"E": [41.0, 45.0], "N": [54.0, 54.0]}),
    ... )
    >>> profile_fairness(men, women, seed=1).value
    1.0
    """
    return _nearness_of_means(first, second, ("first", "second"), 2, a, seed, resamples, permutations, confidence)


def _nearness_of_means(
    first: DataFrame,
    second: DataFrame,
    names: tuple[str, str],
    n_persons: int,
    a: float,
    seed: int,
    resamples: int,
    permutations: int,
    confidence: float,
) -> Estimate:
    if not (first.columns.is_unique and second.columns.is_unique):
        raise ValueError(f"{names[0]} or {names[1]}: a trait stands twice; one column a trait is needed")
    if set(first.columns) != set(second.columns):
        raise ValueError(
            f"{names[0]}: traits {list(first.columns)}; {names[1]}: {list(second.columns)}; the same are needed"
        )
    (x, lost_x), (y, lost_y) = _complete(first, names[0]), _complete(second[list(first.columns)], names[1])
    sizes = (len(x), len(y))
    extra: dict[str, Detail] = {"a": _checked(a), "n_first": len(x), "n_second": len(y), "n_left_out": lost_x + lost_y}
    if min(sizes) == 0:
        return undefined("no_runs", n_persons=n_persons, extra=extra)
    runs = np.vstack([x, y])
    shares = np.concatenate([np.full(len(x), 1 / len(x)), np.full(len(y), -1 / len(y))])
    difference = shares @ runs
    distance = float(np.linalg.norm(difference))
    extra["distance"] = distance
    extra |= _null(runs, shares, distance, a, seed, permutations)
    spread = max(float(np.ptp(each, axis=0).max()) for each in (x, y))
    note = "too_few_runs" if min(sizes) < 2 else "identical_runs" if spread <= NO_SPREAD else ""
    repeats = len(x) if len(x) == len(y) else None
    value = _nearness(distance, a)
    told = Estimate(value, n_persons=n_persons, n_replications=repeats, note=note, extra=extra)
    if note:
        return told
    sides = [names[0]] * len(x) + [names[1]] * len(y)

    def errors(counts: Floats) -> Floats:
        lengths: Floats = np.linalg.norm((counts * shares) @ runs - difference, axis=1)
        return lengths

    drawn = resampled(errors, len(runs), seed, resamples, sides, None)
    # resamples of a few runs vary too little: widened as the interval of a mean is
    df, tail = len(runs) - 2, tail_of(confidence)
    widened = math.sqrt(len(runs) / df) * float(stats.t.isf(tail, df) / stats.norm.isf(tail))
    reach = widened * float(np.quantile(drawn.values, confidence))
    return dataclasses.replace(
        told,
        low=_nearness(distance + reach, a),
        high=_nearness(max(0.0, distance - reach), a),
        method="bootstrap over runs, distance of means",
        confidence=confidence,
    )


def _null(runs: Floats, shares: Floats, seen: float, a: float, seed: int, permutations: int) -> dict[str, Detail]:
    """The nearness of two means when it is chance which run belongs to which."""
    if len(runs) < 3 or permutations < 1:
        return {"null_mean": math.nan, "null_p": math.nan}
    random = np.random.default_rng(seed)
    drawn = random.permuted(np.tile(shares, (permutations, 1)), axis=1)
    distances = np.linalg.norm(drawn @ runs, axis=1)
    as_far = int((distances >= seen - NO_SPREAD).sum())
    return {"null_mean": float((a / (a + distances)).mean()), "null_p": (as_far + 1) / (permutations + 1)}


def _nearness(distance: float, a: float) -> float:
    return a / (a + distance)


def _checked(a: float) -> float:
    if not (math.isfinite(a) and a > 0):
        raise ValueError(f"a: {a:g}; a number above 0 is needed")
    return float(a)


def _complete(profiles: DataFrame, name: str) -> tuple[Floats, int]:
    """The runs that have every trait, and how many have not."""
    if not len(profiles.columns):
        raise ValueError(f"{name}: no trait; at least one column is needed")
    x = numbers(profiles)
    outside = (x < 0) | (x > 100)
    if outside.any():
        raise ValueError(f"{name}: {x[outside][0]:g}; profiles are in percent, 0 to 100")
    whole: NDArray[np.bool_] = np.all(np.isfinite(x), axis=1)
    return x[whole], int((~whole).sum())
