"""What every statistic returns, and the bootstrap that draws whole personas.

An `Estimate` is a number that knows how far to trust it: its interval, the persons behind it, why it may be undefined.
Repeats of one persona resemble each other, so an interval over them draws personas, each with all its rows.
"""

from __future__ import annotations

import dataclasses
import math
import os
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from threadpoolctl import threadpool_limits

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]
Missing = Literal["pairwise", "listwise"]
Detail = float | int | str | tuple[str, ...] | None

NO_SPREAD = 1e-9  # values closer than this are equal: larger than rounding errors, smaller than any unit of ours
NUMBERS_AT_ONCE = 250_000  # 2 MB of counts: large enough for a fast matrix product, small enough for the cache
CORES = os.cpu_count() or 1  # numpy leaves Python's lock while it draws and multiplies
UNDEFINED_SHARE = 0.1  # an interval from fewer resamples than 90 % would describe the well-behaved ones only


@dataclass(frozen=True, repr=False)
class Estimate:
    """A statistic with its interval, the persons it rests on, and what a reader must know before using it.

    Attributes
    ----------
    value : float
        NaN when the statistic is not estimable; `note` then says why. Never 0 and never 1 instead.
    low, high : float
        Ends of the interval in the unit of `value`; NaN when there is none.
    method : str
        Name of the interval, such as "Feldt"; empty when there is none.
    confidence : float in (0, 1)
    n_persons : int
        Persons (model x persona) that entered. Repeats and forms are never counted here.
    n_items, n_replications : int or None
        Items; rows a person if all have the same number. None where it does not apply or differs.
    missing : str or None
        The rule used for missing answers.
    note : str
        One code, such as "zero_total_variance", that belongs beside the value wherever it is shown; usually empty.
    warnings : tuple of str
        Sentences, each begun by its code: "constant_items: q4 has one answer".
    extra : mapping
        Further numbers by name, such as the value under the other rule for missing answers.

    Examples
    --------
    >>> Estimate(0.9441, 0.63, 0.996, method="Feldt", n_persons=4)
    Estimate(0.944 [0.630, 0.996], n=4)
    >>> undefined("zero_total_variance", n_persons=60)
    Estimate(not estimable: zero_total_variance, n=60)
    """

    value: float
    low: float = math.nan
    high: float = math.nan
    method: str = ""
    confidence: float = 0.95
    n_persons: int = 0
    n_items: int | None = None
    n_replications: int | None = None
    missing: str | None = None
    note: str = ""
    warnings: tuple[str, ...] = ()
    extra: Mapping[str, Detail] = field(default_factory=dict, hash=False)

    def __repr__(self) -> str:
        if not self.estimable:
            return f"Estimate(not estimable: {self.note or 'no reason given'}, n={self.n_persons})"
        interval = "" if math.isnan(self.low) else f" [{self.low:.3f}, {self.high:.3f}]"
        note = f"; {self.note}" if self.note else ""
        return f"Estimate({self.value:.3f}{interval}, n={self.n_persons}{note})"

    @property
    def estimable(self) -> bool:
        """Whether there is a value."""
        return not math.isnan(self.value)

    def has(self, code: str) -> bool:
        """Whether `code` is the note or begins one of the warnings."""
        return self.note == code or any(each.partition(":")[0] == code for each in self.warnings)

    def with_warning(self, warning: str) -> Estimate:
        """The same estimate with one more warning, "code: sentence"."""
        return dataclasses.replace(self, warnings=(*self.warnings, warning))

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers, text and lists for JSON; NaN and infinity, which JSON lacks, become None.

        >>> undefined("too_few_persons", n_persons=2).to_dict()["value"] is None
        True
        """
        return {each.name: _plain(getattr(self, each.name)) for each in dataclasses.fields(self)}


def undefined(
    note: str,
    *,
    n_persons: int = 0,
    n_items: int | None = None,
    n_replications: int | None = None,
    missing: str | None = None,
    warnings: tuple[str, ...] = (),
    extra: Mapping[str, Detail] | None = None,
) -> Estimate:
    """An `Estimate` without a value; `note` is the code that says why.

    >>> undefined("no_person_facet", n_persons=1)
    Estimate(not estimable: no_person_facet, n=1)
    """
    return Estimate(
        math.nan,
        n_persons=n_persons,
        n_items=n_items,
        n_replications=n_replications,
        missing=missing,
        note=note,
        warnings=warnings,
        extra=dict(extra or {}),
    )


@dataclass(frozen=True)
class Bootstrap:
    """A percentile interval and the draws behind it; `draws` is kept for differences between two statistics."""

    low: float
    high: float
    standard_error: float
    method: str
    warnings: tuple[str, ...]
    draws: Floats = field(repr=False, compare=False)


def persona_bootstrap(
    statistic: Callable[[Floats], ArrayLike],
    n_personas: int,
    *,
    seed: int,
    resamples: int = 2000,
    strata: Sequence[Hashable] | None = None,
    confidence: float = 0.95,
    width: int | None = None,
) -> Bootstrap:
    """Percentile interval from resampled personas, each with all its rows (Davison and Hinkley, 1997, section 3.8).

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

    Returns
    -------
    Bootstrap
        In the unit of the statistic. NaN when no stratum has two personas, or when more than a tenth of the
        resamples is undefined (`undefined_resamples`).

    Examples
    --------
    >>> scores = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    >>> mean = persona_bootstrap(lambda counts: counts @ scores / 6, 6, seed=1)
    >>> round(mean.low, 1), round(mean.high, 1)
    (2.2, 4.8)
    """
    draws, method, warnings = _drawn(statistic, n_personas, seed, resamples, strata, width)
    return _percentiles(draws, method, warnings, confidence)


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
    draws, method, warnings = _drawn(statistics, n_personas, seed, resamples, strata, width)
    columns = draws.T.copy() if len(draws) else [draws] * statistics(np.ones((1, n_personas))).shape[1]
    return [_percentiles(each, method, warnings, confidence) for each in columns]


def on_rows(function: Callable[[Integers, Integers], float], person: Integers) -> Callable[[Floats], Floats]:
    """Turn a function of table rows into a statistic for `persona_bootstrap`; slow, one call a resample.

    Parameters
    ----------
    function : function of (rows, person) to float
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
        values = np.empty(len(counts))
        for draw, drawn in enumerate(counts.astype(int)):
            chosen = [rows_of[each] for each in np.repeat(np.arange(len(rows_of)), drawn)]
            copies = np.repeat(np.arange(len(chosen)), [len(each) for each in chosen])
            values[draw] = function(np.concatenate(chosen), copies)
        return values

    return statistic


def numbered(labels: Iterable[Hashable], what: str = "persona") -> tuple[Integers, list[Any]]:
    """Number `labels` in order of first appearance; a missing label is a mistake, since it has no person.

    >>> numbered(["b", "a", "b"])
    (array([0, 1, 0]), ['b', 'a'])
    """
    # a Series keeps tuples whole, such as (model, persona); an array would take them apart
    codes, distinct = pd.factorize(pd.Series(list(labels), dtype=object))
    if (codes < 0).any():
        raise ValueError(f"{what}: row {int(np.argmax(codes < 0))} has none; every row needs one")
    return codes, list(distinct)


def one_each(values: Iterable[Hashable], person: Integers, what: str) -> list[Any]:
    """The one value that all rows of a person share, by person number; an error names `what` if a person has two.

    >>> one_each(["high", "low", "high"], np.array([0, 1, 0]), "pole")
    ['high', 'low']
    """
    table = pd.DataFrame({"person": person, "value": pd.Series(list(values), dtype=object)}).drop_duplicates()
    if table["person"].duplicated().any():
        seen = table[table["person"].duplicated(keep=False)].groupby("person")["value"].agg(list).iloc[0]
        raise ValueError(f"{what}: one persona has {seen[0]!r} and {seen[1]!r}; every persona must have one")
    return list(table.sort_values("person")["value"])


def sums_by_person(rows: Floats, person: Integers, n_persons: int) -> Floats:
    """Sum the rows of each person: (rows, columns) to (persons, columns).

    >>> sums_by_person(np.array([[1.0], [2.0], [4.0]]), np.array([0, 1, 0]), 2)
    array([[5.],
           [2.]])
    """
    if len(rows) == n_persons and bool((np.diff(person) == 1).all()):
        return rows  # everybody has one row, in order
    sums = np.zeros((n_persons, rows.shape[1]))
    np.add.at(sums, person, rows)
    return sums


def _drawn(
    statistic: Callable[[Floats], ArrayLike],
    n_personas: int,
    seed: int,
    resamples: int,
    strata: Sequence[Hashable] | None,
    width: int | None,
) -> tuple[Floats, str, tuple[str, ...]]:
    """The statistic in each resample, the name of the interval, and warnings; no draws when nothing can be resampled."""
    groups = _groups(n_personas, strata)
    method = "persona bootstrap, percentile" + (" within strata" if len(groups) > 1 else "")
    alone = sum(len(each) < 2 for each in groups)
    if alone == len(groups):
        return np.empty(0), method, ("singleton_strata: no stratum has two personas, so nothing can be resampled",)
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
        return drawn(0), method, warnings
    # one core for each block: matrix products that share cores wait for each other
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(min(len(starts), CORES)) as cores:
        return np.concatenate(list(cores.map(drawn, starts))), method, warnings


def _percentiles(draws: Floats, method: str, warnings: tuple[str, ...], confidence: float) -> Bootstrap:
    defined = draws[np.isfinite(draws)]
    lost = 1 - len(defined) / len(draws) if len(draws) else 0.0
    if lost:
        warnings += (f"undefined_resamples: the statistic is undefined in {lost:.1%} of {len(draws)} resamples",)
    low = high = error = math.nan
    if len(draws) and lost <= UNDEFINED_SHARE:
        tail = (1 - confidence) / 2
        low, high = (float(each) for each in np.quantile(defined, [tail, 1 - tail]))
        error = float(defined.std(ddof=1)) if len(defined) > 1 else math.nan
    return Bootstrap(low, high, error, method, warnings, draws)


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


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(each) for each in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
