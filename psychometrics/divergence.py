"""Whether what is done follows what is said: paired answers to twin items, beside what unrelated pairs would give."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from pandas import DataFrame

from psychometrics.bootstrap import OVER_ITEMS, UNDEFINED_SHARE, Bootstrap, bootstraps
from psychometrics.covariances import numbers
from psychometrics.estimate import NO_SPREAD, Detail, Estimate, Floats, undefined
from psychometrics.exchange import in_label_order, poles_of
from psychometrics.forms import labelled
from psychometrics.pair_exchange import exchanged_over_items, exchanged_over_persons
from psychometrics.pair_measures import (
    CONSISTENT_WHEN_LOW,
    FEWEST,
    MEASURES,
    ON_ONE_METRIC,
    Pairs,
    measured,
    sums_of_units,
)
from psychometrics.pair_ranks import weighted_rho

UNITS = {
    "items": "what is done, permuted over the items of each person",
    "persons": "what is done, all items of a person together, exchanged between persons",
}


@dataclass(frozen=True)
class Null:
    """A measure when pairs are not pairs.

    Attributes
    ----------
    mean, low, high : float
        Mean and central 95 % of the permutations, in the unit of the measure; NaN when there are none.
    p : float in (0, 1]
        (b + 1) / (m + 1) for b of m permutations at least as consistent as the pairs (Phipson and Smyth, 2010).
    unit : str
        What was exchanged, in words.
    note : str
        Why there is no null: `one_item`, `one_person`, `one_person_per_pole`, `no_common_items`,
        `undefined_permutations` (more than a tenth), or the note of the measure. `equal_permutations` keeps its
        numbers: whatever is exchanged, the measure stays the same, as for a responder that always says 3.
    draws : array, shape (m,)
        The measure in each permutation where it is defined; empty when there is no null.
    """

    mean: float
    low: float
    high: float
    p: float
    unit: str
    note: str = ""
    draws: Floats = field(default_factory=lambda: np.empty(0), repr=False, compare=False)

    @property
    def estimable(self) -> bool:
        """Whether there are numbers."""
        return not math.isnan(self.mean)


@dataclass(frozen=True)
class Measure:
    """One measure of the consistency of pairs.

    Attributes
    ----------
    estimate : Estimate
        Over all pairs.
    nulls : mapping
        "items" and "persons" to their `Null`.
    consistent_when : "high" or "low"
    """

    estimate: Estimate
    nulls: Mapping[str, Null]
    consistent_when: Literal["high", "low"]

    @property
    def above_null(self) -> bool | None:
        """Whether the pairs are more consistent than 97.5 % of the permutations of every null there is; None without any."""
        seen = [each for each in self.nulls.values() if each.estimable]
        if not seen:
            return None
        if self.consistent_when == "low":
            return all(self.estimate.value < each.low - NO_SPREAD for each in seen)
        return all(self.estimate.value > each.high + NO_SPREAD for each in seen)


def divergence(
    pairs: DataFrame,
    *,
    tau: float = 1.0,
    common_metric: bool = True,
    poles: Mapping[Any, Hashable] | None = None,
    seed: int,
    resamples: int = 2000,
    permutations: int = 2000,
    confidence: float = 0.95,
) -> dict[str, Measure]:
    """Five measures of how far paired answers agree, each beside its nulls (measures as in Ai et al., 2024).

    Two unrelated columns of uniform answers from 1 to 7 have a cosine near .80: no value means anything without its null.

    Parameters
    ----------
    pairs : DataFrame
        Columns person, item, said, done: one row a pair of twins of a person, repeats averaged before. A row without
        both numbers is left out. For all models together, a person is (model, persona).
    tau : float
        Largest |said - done| of a consistent pair, in the unit of the answers (1 on seven points).
    common_metric : bool
        Whether said and done are on one graded scale. If not, only patterns can be compared.
    poles : mapping of person to assigned pole, optional
        Persons are resampled and exchanged within it.
    seed, resamples, permutations : int
        Of the bootstrap over persons, each with all pairs (over items, if there is one person), and of each null.
    confidence : float in (0, 1)

    Returns
    -------
    dict of Measure
        - "cosine", sum(xy) / (|x| |y|), in [-1, 1]; NaN with `zero_norm`.
        - "centred_cosine", of both columns less their means, in [-1, 1]; NaN with `constant_answers`.
        - "spearman", with mid-ranks, in [-1, 1]; NaN with `constant_answers`.
        - "vmd", value mean difference, mean |x - y| in the unit of the answers, from 0: the lower the more consistent.
        - "pcp", proportion of consistent pairs, |x - y| <= tau, 0 to 1.

        All over all pairs together. Identical columns give 1, 1, 1, 0, 1. NaN with `too_few_pairs` (fewer than three) and,
        for cosine, vmd and pcp, `no_common_metric`. The warning `constant_answers` marks a value that a constant
        column makes. In `extra`: n_pairs, n_left_out (rows), n_persons_left_out; tau of pcp.

    Examples
    --------
    >>> random = np.random.default_rng(1)
    >>> cells = [(person, item) for person in range(12) for item in range(8)]
    >>> pairs = DataFrame(cells, columns=["person", "item"]).assign(said=random.integers(1, 8, 96))
    >>> follows = divergence(pairs.assign(done=pairs["said"] + random.integers(-1, 2, 96)), seed=1)
    >>> follows["cosine"].estimate, follows["cosine"].above_null, follows["vmd"].above_null
    (Estimate(0.984 [0.980, 0.988], n=12), True, True)
    >>> unrelated = divergence(pairs.assign(done=random.integers(1, 8, 96)), seed=1)
    >>> unrelated["cosine"].estimate, unrelated["cosine"].above_null
    (Estimate(0.811 [0.763, 0.854], n=12), False)
    """
    if not 0 <= tau < math.inf:
        raise ValueError(f"tau: {tau}; allowed are numbers from 0")
    if permutations < 1:
        raise ValueError(f"permutations: {permutations}; allowed are 1 and more")
    used, persons, extra = _read(pairs, tau)
    of_person = poles_of(persons, poles)
    notes = _notes(used, common_metric)
    if set(notes) == set(MEASURES):
        return {each: _undefined(each, notes[each], used, extra) for each in MEASURES}

    random = np.random.default_rng([seed, 1])  # a stream apart from that of the bootstrap
    exchanged = {
        "items": exchanged_over_items(used, permutations, random),
        "persons": exchanged_over_persons(used, of_person, permutations, random),
    }
    drawn = _bootstraps(used, of_person, seed, resamples, confidence)
    values = measured(used)
    constant = [name for name in ("said", "done") if np.ptp(getattr(used, name)) <= NO_SPREAD]
    told = (f"constant_answers: all answers of {' and '.join(constant)} are equal",) if constant else ()
    found = {}
    for place, name in enumerate(MEASURES):
        if name in notes:
            found[name] = _undefined(name, notes[name], used, extra)
            continue
        low = name in CONSISTENT_WHEN_LOW
        seen, interval = float(values[place]), drawn[place]
        estimate = Estimate(
            seen,
            interval.low,
            interval.high,
            method=OVER_ITEMS if used.n_persons == 1 else interval.method,
            confidence=confidence,
            n_persons=used.n_persons,
            n_items=_n_items(used),
            warnings=told + interval.warnings,
            extra={**extra, "tau": tau} if name == "pcp" else extra,
        )
        nulls = {
            unit: _null(each[:, place], seen, low, UNITS[unit] + _within(unit, poles), note)
            for unit, (each, note) in exchanged.items()
        }
        found[name] = Measure(estimate, nulls, "low" if low else "high")
    return found


def _read(pairs: DataFrame, tau: float) -> tuple[Pairs, list[Hashable], dict[str, Detail]]:
    """The pairs with both numbers, their persons by number, and what was counted."""
    lacking = [each for each in ("person", "item", "said", "done") if each not in pairs.columns]
    if lacking:
        raise ValueError(f"pairs: column {lacking[0]} is missing; there are {', '.join(map(str, pairs.columns))}")
    labelled(pairs, ["person", "item"])
    twice = pairs.duplicated(["person", "item"])
    if twice.any():
        seen = pairs.loc[twice, ["person", "item"]].iloc[0].to_dict()
        raise ValueError(f"pairs: {seen} stands twice; one row a person and item, the mean of its repeats")
    values = numbers(pairs[["said", "done"]])
    both = np.all(np.isfinite(values), axis=1)
    kept = pairs[both]
    (person, persons), (item, _) = (in_label_order(kept[each], each) for each in ("person", "item"))
    order = np.lexsort((item, person))  # the order of rows changes no resample and no permutation
    person, item, (said, done) = person[order], item[order], values[both][order].T.copy()
    extra: dict[str, Detail] = {"n_pairs": len(kept), "n_left_out": int((~both).sum())}
    extra["n_persons_left_out"] = len(set(pairs["person"])) - len(persons)
    return Pairs(said, done, person, item, tau), persons, extra


def _notes(used: Pairs, common_metric: bool) -> dict[str, str]:
    """Why a measure is undefined, for those that are."""
    notes: dict[str, str] = {} if common_metric else dict.fromkeys(ON_ONE_METRIC, "no_common_metric")
    if len(used.said) < FEWEST:
        return dict.fromkeys(MEASURES, "too_few_pairs") | notes
    if min(float(x @ x) for x in (used.said, used.done)) <= NO_SPREAD:
        notes.setdefault("cosine", "zero_norm")
    if min(float(np.ptp(x)) for x in (used.said, used.done)) <= NO_SPREAD:
        notes |= {"centred_cosine": "constant_answers", "spearman": "constant_answers"}
    return notes


def _undefined(name: str, note: str, used: Pairs, extra: Mapping[str, Detail]) -> Measure:
    estimate = undefined(note, n_persons=len(np.unique(used.person)), n_items=_n_items(used), extra=extra)
    none = {unit: Null(math.nan, math.nan, math.nan, math.nan, words, note) for unit, words in UNITS.items()}
    return Measure(estimate, none, "low" if name in CONSISTENT_WHEN_LOW else "high")


def _bootstraps(
    used: Pairs, poles: list[Hashable] | None, seed: int, resamples: int, confidence: float
) -> list[Bootstrap]:
    alone = used.n_persons == 1
    unit = np.arange(len(used.said)) if alone else used.person
    sums, rhos = sums_of_units(used, unit), weighted_rho(*used.levels, unit)
    return bootstraps(
        lambda counts: used.measures(counts @ sums, rhos(counts)),
        len(sums),
        seed=seed,
        resamples=resamples,
        strata=None if alone else poles,
        confidence=confidence,
        width=rhos.width,
    )


def _null(values: Floats, seen: float, low: bool, unit: str, note: str) -> Null:
    """The null from the values of its permutations; `low`: the lower, the more consistent."""
    defined = values[np.isfinite(values)]
    if not note and len(defined) < (1 - UNDEFINED_SHARE) * len(values):
        note = "undefined_permutations"
    if note:
        return Null(math.nan, math.nan, math.nan, math.nan, unit, note)
    # summing in another order must not make an equal permutation a less consistent one
    as_consistent = defined <= seen + NO_SPREAD if low else defined >= seen - NO_SPREAD
    p = (int(as_consistent.sum()) + 1) / (len(defined) + 1)
    ends = np.quantile(defined, [0.025, 0.975])
    equal = "equal_permutations" if np.ptp(defined) <= NO_SPREAD else ""
    return Null(float(defined.mean()), float(ends[0]), float(ends[1]), p, unit, equal, defined)


def _within(unit: str, poles: Mapping[Any, Hashable] | None) -> str:
    return " of one assigned pole" if unit == "persons" and poles is not None else ""


def _n_items(used: Pairs) -> int:
    return len(np.unique(used.item))
