"""What would be seen if nothing tied a person's two scores together: the second is given to others of the same pole."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any, Literal

import numpy as np

from psychometrics.estimate import NO_SPREAD, Detail, Floats, Integers, numbered

Consistent = Literal["high", "low"]
WITHIN_POLE = "persons within assigned pole"
ALL_PERSONS = "persons"


def in_label_order(labels: Iterable[Hashable], what: str = "person") -> tuple[Integers, list[Any]]:
    """Number `labels` as `numbered` does, but by their text, so that the order of rows changes no resample.

    >>> in_label_order(["b", "a", "b"])
    (array([1, 0, 1]), ['a', 'b'])
    """
    codes, distinct = numbered(labels, what)
    order = sorted(range(len(distinct)), key=lambda each: repr(distinct[each]))
    return np.argsort(np.array(order, dtype=np.intp))[codes], [distinct[each] for each in order]


def poles_of(persons: Sequence[Hashable], poles: Mapping[Any, Hashable] | None) -> list[Hashable] | None:
    """The assigned pole of each person, None without poles; a person who has none is a mistake.

    >>> poles_of(["a", "b"], {"a": "high", "b": "low", "c": "low"})
    ['high', 'low']
    """
    if poles is None:
        return None
    for each in persons:
        if each not in poles:
            raise ValueError(f"poles: person {each!r} has none; every person needs one")
    return [poles[each] for each in persons]


def exchanges(n_persons: int, strata: Sequence[Hashable] | None, *, seed: int, permutations: int) -> Integers:
    """Orders of persons in which each stays in their stratum (a simple permutation test; Good, 2005, chapter 3).

    Parameters
    ----------
    n_persons : int
    strata : sequence of length n_persons, optional
        Assigned poles; without them, everybody can take anybody's place.
    seed, permutations : int

    Returns
    -------
    array of positions, shape (permutations, n_persons)
        No rows when no stratum has two persons.

    Examples
    --------
    >>> exchanges(4, ["low", "high", "low", "high"], seed=1, permutations=2)
    array([[0, 3, 2, 1],
           [0, 1, 2, 3]])
    """
    if permutations < 1:
        raise ValueError(f"permutations: {permutations}; at least 1 is needed")
    codes = np.zeros(n_persons, dtype=np.intp) if strata is None else numbered(strata, "stratum")[0]
    sizes = np.bincount(codes)
    if sizes.max(initial=0) < 2:
        return np.empty((0, n_persons), dtype=np.intp)
    random = np.random.default_rng(seed)
    orders = np.tile(np.arange(n_persons), (permutations, 1))
    for stratum in np.flatnonzero(sizes > 1):
        members = np.flatnonzero(codes == stratum)
        orders[:, members] = random.permuted(np.tile(members, (permutations, 1)), axis=1)
    return orders


def exchange_null(
    seen: float, values: Floats, consistent: Consistent, *, unit: str, n_persons: int
) -> dict[str, Detail]:
    """Entries for `extra`: what a statistic is when persons are exchanged, and how rarely it is as consistent as seen.

    Parameters
    ----------
    seen : float
    values : array, shape (permutations,)
        Empty when nobody can be exchanged.
    consistent : "high" or "low"
        Which end of the statistic means that the two scores agree.
    unit : str
        Who is exchanged, such as `WITHIN_POLE`.
    n_persons : int

    Returns
    -------
    dict
        null_mean, null_low, null_high (the central 95 %), null_p = (b + 1) / (m + 1), where b of m permutations are at
        least as consistent as `seen` (Phipson and Smyth, 2010), null_unit, and null_note, which is empty or says why
        the others are NaN: `one_person`, `one_person_per_pole` (nobody shares a pole with another person).

    Examples
    --------
    >>> null = exchange_null(1.0, np.array([1.0, 2.0, 3.0]), "low", unit=ALL_PERSONS, n_persons=3)
    >>> null["null_mean"], null["null_p"]
    (2.0, 0.5)
    """
    told: dict[str, Detail] = dict.fromkeys(("null_mean", "null_low", "null_high", "null_p"), np.nan)
    told |= {"null_unit": unit, "null_note": ""}
    if not len(values):
        return told | {"null_note": "one_person" if n_persons < 2 else "one_person_per_pole"}
    sign = 1.0 if consistent == "high" else -1.0
    # sums in another order differ by rounding: what is equal to the value seen counts as at least as consistent
    as_consistent = int((sign * values >= sign * seen - NO_SPREAD).sum())
    low, high = (float(each) for each in np.quantile(values, [0.025, 0.975]))
    return told | {
        "null_mean": float(values.mean()),
        "null_low": low,
        "null_high": high,
        "null_p": (as_consistent + 1) / (len(values) + 1),
    }
