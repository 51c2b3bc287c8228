"""The bootstrap that draws whole personas: repeats of one persona resemble each other, so they stay together."""

from __future__ import annotations

import dataclasses
import math
import os
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats
from threadpoolctl import threadpool_limits

from psychometrics.estimate import Estimate, Floats, Integers, no_spread, numbered, tail_of

NUMBERS_AT_ONCE = 250_000  # 2 MB of counts: large enough for a fast matrix product, small enough for the cache
CORES = os.cpu_count() or 1  # numpy leaves Python's lock while it draws and multiplies
UNDEFINED_SHARE = 0.1  # an interval from fewer resamples than 90 % would describe the well-behaved ones only
OVER_ITEMS = "percentile bootstrap over items"  # the method where one person's items stand for others


@dataclass(frozen=True)
class Bootstrap:
    """A percentile interval and the draws behind it; `draws` is kept for differences between two statistics."""

    low: float
    high: float
    standard_error: float
    method: str
    warnings: tuple[str, ...]
    draws: Floats = field(repr=False, compare=False)


@dataclass(frozen=True)
class Draws:
    """A statistic, or several, in each resample: `values`, shape (resamples,) or (resamples, statistics).

    `n_personas` and `n_strata` count those that vary; `within` ends the name of the interval.
    """

    values: Floats
    n_personas: int
    n_strata: int
    within: str
    warnings: tuple[str, ...]


def persona_bootstrap(
    statistic: Callable[[Floats], ArrayLike],
    n_personas: int,
    *,
    seed: int,
    resamples: int = 2000,
    strata: Sequence[Hashable] | None = None,
    confidence: float = 0.95,
    width: int | None = None,
    expand: bool = True,
) -> Bootstrap:
    """Percentile interval from resampled personas, each with all its rows (Davison and Hinkley, 1997, section 3.8).

    Resamples vary less than samples do, and the fewer the personas, the more so. The tails are therefore taken where
    they make the interval of a mean as wide as Student's (Hesterberg, 2015, "expanded percentile").

    The statistic is told only how often each persona was drawn. What can be written with sums over personas, such as
    a mean, a variance or alpha, is then one matrix product, `counts @ sums`, and no table is gathered. For anything
    else see `on_rows`.

    Parameters
    ----------
    statistic : function of counts, shape (draws, personas), to values, shape (draws,)
        NaN where a resample leaves the statistic undefined.
    n_personas : int
    seed : int
    resamples : int
    strata : sequence of length n_personas, optional
        Personas are drawn within strata. A factorial persona set is fixed: its strata are the assigned poles.
    confidence : float in (0, 1)
    width : int, optional
        Numbers one draw needs at once, if that is more than n_personas: keeps the memory small.
    expand : bool
        False for plain percentiles, as R's boot gives them.

    Returns
    -------
    Bootstrap
        In the unit of the statistic. NaN when no stratum has two personas, when more than a tenth of the
        resamples is undefined (`undefined_resamples`), or when all give the same value (`equal_resamples`).

    Examples
    --------
    >>> scores = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    >>> mean = persona_bootstrap(lambda counts: counts @ scores / 6, 6, seed=1)
    >>> round(mean.low, 1), round(mean.high, 1)
    (1.7, 5.3)
    """
    draws = resampled(statistic, n_personas, seed, resamples, strata, width)
    return percentile_interval(draws, draws.values, confidence, expand=expand)


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
    (1.0, 2.0)
    """
    draws = resampled(statistics, n_personas, seed, resamples, strata, width)
    values = draws.values
    columns = values.T.copy() if len(values) else [values] * statistics(np.ones((1, n_personas))).shape[1]
    return [percentile_interval(draws, each, confidence) for each in columns]


def with_interval(told: Estimate, drawn: Bootstrap, confidence: float) -> Estimate:
    """The estimate with the interval of its bootstrap; the warnings of the bootstrap follow its own.

    >>> drawn = persona_bootstrap(lambda counts: counts @ np.arange(6.0) / 6, 6, seed=1)
    >>> with_interval(Estimate(2.5, n_persons=6), drawn, 0.95)
    Estimate(2.500 [0.667, 4.333], n=6)
    """
    return dataclasses.replace(
        told,
        low=drawn.low,
        high=drawn.high,
        method=drawn.method,
        confidence=confidence,
        warnings=told.warnings + drawn.warnings,
    )


def on_rows(function: Callable[[Integers, Integers], ArrayLike], person: Integers) -> Callable[[Floats], Floats]:
    """Turn a function of table rows into a statistic for `persona_bootstrap`; slow, one call a resample.

    Parameters
    ----------
    function : function of (rows, person) to a number, or to the numbers that `bootstraps` takes
        `rows` are row positions, repeated as drawn. `person` numbers the person of each of them, and a persona that
        was drawn twice is two persons: without that, its copies would pass for repeats.
    person : integers, shape (rows,)
        Number of the persona of each row of the table, as from `numbered`.

    Examples
    --------
    >>> scores = np.array([1.0, 2.0, 4.0])
    >>> median = on_rows(lambda rows, person: float(np.median(scores[rows])), np.array([0, 1, 2]))
    >>> median(np.array([[0.0, 1.0, 2.0], [3.0, 0.0, 0.0]]))
    array([4., 1.])
    """
    rows_of = [np.flatnonzero(person == each) for each in range(int(person.max()) + 1)]

    def statistic(counts: Floats) -> Floats:
        values = []
        for drawn in counts.astype(int):
            chosen = [rows_of[each] for each in np.repeat(np.arange(len(rows_of)), drawn)]
            copies = np.repeat(np.arange(len(chosen)), [len(each) for each in chosen])
            values.append(function(np.concatenate(chosen), copies))
        return np.array(values, dtype=float)

    return statistic


def resampled(
    statistic: Callable[[Floats], ArrayLike],
    n_personas: int,
    seed: int,
    resamples: int,
    strata: Sequence[Hashable] | None,
    width: int | None,
) -> Draws:
    """The statistic in each resample; no values when nothing can be resampled.

    For statistics that are computed together but not all wanted at once; see `percentile_interval`.
    """
    groups = _groups(n_personas, strata)
    within = " within strata" if len(groups) > 1 else ""
    alone = sum(len(each) < 2 for each in groups)
    if alone == len(groups):
        told = ("singleton_strata: no stratum has two personas, so nothing can be resampled",)
        return Draws(np.empty(0), n_personas, len(groups), within, told)
    warnings: tuple[str, ...] = ()
    if alone:
        warnings = (f"singleton_strata: {alone} strata have one persona and never vary; the interval is too narrow",)
    at_once = max(1, NUMBERS_AT_ONCE // max(n_personas, width or 0))

    def drawn(start: int) -> Floats:
        size = min(at_once, resamples - start)
        # a stream of its own for each block: the same draws whichever core takes it
        random = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(start,) if start else ()))
        return np.asarray(statistic(_counts(groups, n_personas, size, random)), dtype=float)

    starts = range(0, resamples, at_once)
    if len(starts) == 1:
        return Draws(drawn(0), n_personas - alone, len(groups) - alone, within, warnings)
    # one core for each block: matrix products that share cores wait for each other
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(min(len(starts), CORES)) as cores:
        values = np.concatenate(list(cores.map(drawn, starts)))
    return Draws(values, n_personas - alone, len(groups) - alone, within, warnings)


def percentile_interval(draws: Draws, values: Floats, confidence: float, *, expand: bool = True) -> Bootstrap:
    """The interval of `values`, shape (resamples,), NaN where undefined; NaN when more than a tenth of them is, or all
    that are defined are equal."""
    defined = values[np.isfinite(values)]
    lost = 1 - len(defined) / len(values) if len(values) else 0.0
    warnings = draws.warnings
    if lost:
        warnings += (f"undefined_resamples: the statistic is undefined in {lost:.1%} of {len(values)} resamples",)
    low = high = error = math.nan
    if len(values) and lost <= UNDEFINED_SHARE:
        tail = tail_of(confidence)
        if expand:
            df = draws.n_personas - draws.n_strata
            tail = float(stats.norm.sf(stats.t.isf(tail, df) * math.sqrt(draws.n_personas / df)))
        low, high = (float(each) for each in np.quantile(defined, [tail, 1 - tail]))
        if high - low <= no_spread(abs(low)):
            low = high = math.nan
            warnings += ("equal_resamples: all give one value; an interval of no width would claim to know all others",)
        error = float(defined.std(ddof=1)) if len(defined) > 1 else math.nan
    method = f"persona bootstrap, {'expanded ' if expand else ''}percentile{draws.within}"
    return Bootstrap(low, high, error, method, warnings, values)


def _groups(n_personas: int, strata: Sequence[Hashable] | None) -> list[Integers]:
    if strata is None:
        return [np.arange(n_personas)]
    if len(strata) != n_personas:
        raise ValueError(f"strata: {len(strata)} given for {n_personas} personas; one each is needed")
    codes, distinct = numbered(strata, "stratum")
    return [np.flatnonzero(codes == each) for each in range(len(distinct))]


def _counts(groups: list[Integers], n_personas: int, draws: int, random: np.random.Generator) -> Floats:
    """How often each persona was drawn, shape (draws, personas); each group as often as it has personas."""
    if len(groups) == 1:
        drawn = random.integers(0, n_personas, size=(draws, n_personas))
    else:
        drawn = np.hstack([each[random.integers(0, len(each), size=(draws, len(each)))] for each in groups])
    drawn += n_personas * np.arange(draws)[:, None]
    return np.bincount(drawn.ravel(), minlength=draws * n_personas).reshape(draws, n_personas).astype(float)
