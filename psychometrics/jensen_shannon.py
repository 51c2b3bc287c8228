"""How far distributions of answers lie apart, and how inconsistent groups of them are: paraphrases, topics, languages."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from pandas import DataFrame
from scipy import special

from psychometrics.bootstrap import persona_bootstrap, with_interval
from psychometrics.covariances import numbers
from psychometrics.estimate import LARGEST, NO_SPREAD, Detail, Estimate, Floats, beyond, undefined
from psychometrics.exchange import in_label_order
from psychometrics.forms import labelled

ADDED = 1e-10  # to every probability, as Moore et al. (2024) do: logarithms need numbers above 0
ROUNDING = 1e-15  # a divergence that small is what rounding left of 0; its square root would look like a distance
STEPS = 500
OVER_GROUPS = "bootstrap over groups, expanded percentile"
COLUMNS = ["group", "inconsistency", "n_members", "n_options", "farthest", "farthest_distance", "note"]


@dataclass(frozen=True)
class GroupInconsistency:
    """How far the members of groups of distributions lie from the centre of their group.

    Attributes
    ----------
    mean : Estimate
        Over groups; nats to the power one half, in [0, 0.833).
    groups : DataFrame
        One row a group, the least consistent first: group, inconsistency (mean distance to the centroid), n_members,
        n_options, farthest (the member farthest from the centroid) and farthest_distance, note (`too_few_members`: fewer than two).
    """

    mean: Estimate
    groups: DataFrame


def jensen_shannon_divergence(p: ArrayLike, q: ArrayLike, *, base: float = math.e) -> Floats:
    """Mean Kullback-Leibler divergence of two distributions from their midpoint (Lin, 1991).

    Parameters
    ----------
    p, q : shape (..., options)
        Probabilities or weights, one distribution a row; each is divided by its sum. Rows are paired by broadcasting.
    base : float above 1
        Of the logarithm: e for nats, 2 for bits.

    Returns
    -------
    array, shape (...)
        From 0 (equal) to log 2 in that base (nothing in common). NaN where a row has a NaN or sums to 0.

    Examples
    --------
    >>> print(jensen_shannon_divergence([0.8, 0.2], [0.4, 0.6]).round(6))
    0.086305
    >>> print(jensen_shannon_divergence([1, 0], [0, 1], base=2))
    1.0
    """
    if not base > 1:
        raise ValueError(f"base: {base}; allowed are numbers above 1")
    a, b = distributions_of(p, "p"), distributions_of(q, "q")
    if a.shape[-1] != b.shape[-1]:
        raise ValueError(f"p has {a.shape[-1]} options and q has {b.shape[-1]}; as many are needed")
    middle = (a + b) / 2
    nats = (special.rel_entr(a, middle) + special.rel_entr(b, middle)).sum(axis=-1) / 2
    return np.asarray(np.where(nats <= ROUNDING, 0.0, nats) / math.log(base))


def jensen_shannon_distance(p: ArrayLike, q: ArrayLike) -> Floats:
    """Square root of the divergence in nats, which is a metric (Endres and Schindelin, 2003).

    Parameters
    ----------
    p, q : shape (..., options)
        As for `jensen_shannon_divergence`.

    Returns
    -------
    array, shape (...)
        From 0 to sqrt(ln 2) = 0.833. NaN where a row has a NaN or sums to 0.

    Examples
    --------
    >>> print(jensen_shannon_distance([0.8, 0.2], [0.4, 0.6]).round(6))
    0.293776
    """
    return np.sqrt(jensen_shannon_divergence(p, q))


def jensen_shannon_centroid(distributions: ArrayLike, *, added: float = ADDED) -> Floats:
    """The distribution with the smallest mean divergence from those given; not their arithmetic mean (Nielsen, 2020).

    The mean divergence is convex, so the minimum is the only one. At it, ln c - mean ln((p + c) / 2) is the same for
    all options. Each step is Newton's for that, in logarithms, or where it does not descend Nielsen's fixed point, which
    always does.

    Parameters
    ----------
    distributions : shape (members, options)
        Probabilities or weights; each row is divided by its sum.
    added : float, 0 or more
        To every probability, before they are divided by their sum again. With 0, an option that nobody has keeps 0.

    Returns
    -------
    array, shape (options,)
        Sums to 1. NaN without members, and if a row has a NaN or sums to 0.

    Examples
    --------
    >>> jensen_shannon_centroid([[0.8, 0.2], [0.4, 0.6], [0.1, 0.9]]).round(4)
    array([0.421, 0.579])
    """
    p = _smoothed(distributions, added)
    centre = np.full(p.shape[1], math.nan)
    if not len(p) or np.isnan(p).any():
        return centre
    held = p.any(axis=0)
    centre[~held], p = 0.0, p[:, held]
    c = p.mean(axis=0)
    for _ in range(STEPS):
        slope = np.log(c) - np.log((p + c) / 2).mean(axis=0)
        steepness = (p / (p + c)).mean(axis=0)
        weight = c / steepness
        common = (weight @ slope) / weight.sum()
        fixed_point = _summing_to_one(c * np.exp(-slope))
        # from far away a Newton step may shoot beyond what exp can hold
        step = _summing_to_one(c * np.exp(np.clip((common - slope) / steepness, -3.0, 3.0)))
        if _mean_divergence(p, step) > _mean_divergence(p, fixed_point) + ROUNDING:
            step = fixed_point
        moved = float(np.abs(step - c).sum())
        c = step
        if moved <= 1e-13:
            break
    centre[held] = c
    return centre


def group_inconsistency(
    distributions: DataFrame, *, added: float = ADDED, seed: int, resamples: int = 2000, confidence: float = 0.95
) -> GroupInconsistency:
    """Mean Jensen-Shannon distance of the members of a group to its centroid (Moore et al., 2024), over groups.

    A group is what should be answered alike: the paraphrases of a question, the questions of a topic, a choice and its
    open answer, the languages of one item. Shares counted from few answers differ by chance, too: compare only
    groups whose members have equally many answers, or label probabilities.

    Parameters
    ----------
    distributions : DataFrame
        Columns group, member, option, probability (or a weight, such as a count; each member is divided by its sum).
        Rows of the same cell add up; an option without a row has 0. A member with a missing probability, or with nothing
        above 0, is left out and counted.
    added : float, 0 or more
        See `jensen_shannon_centroid`.
    seed, resamples : int
        Of the bootstrap over groups.
    confidence : float in (0, 1)

    Returns
    -------
    GroupInconsistency
        The unit of `mean` are groups: `n_items` tells them and `n_persons` is 0. Groups of fewer than two members are
        left out, and noted `too_few_members`. Without groups NaN with `too_few_groups`; fewer than three keep the
        value and that note, and groups that are all alike `equal_in_all_groups`: neither gets an interval. In
        `extra`: n_left_out (members), n_too_few_members (groups), median.

    Examples
    --------
    >>> rows = [("q1", "a", 0.8), ("q1", "b", 0.4), ("q1", "c", 0.1), ("q2", "a", 0.5), ("q2", "b", 0.5)]
    >>> yes = DataFrame(rows, columns=["group", "member", "probability"]).assign(option="yes")
    >>> no = yes.assign(option="no", probability=1 - yes["probability"])
    >>> import pandas as pd
    >>> found = group_inconsistency(pd.concat([yes, no]), seed=1)
    >>> found.groups[["group", "inconsistency", "farthest"]].round(5).to_dict("list")
    {'group': ['q1', 'q2'], 'inconsistency': [0.18679, 0.0], 'farthest': ['a', 'a']}
    >>> found.mean
    Estimate(0.093, n=0; too_few_groups)
    """
    lacking = [each for each in ("group", "member", "option", "probability") if each not in distributions.columns]
    if lacking:
        there = ", ".join(map(str, distributions.columns))
        raise ValueError(f"distributions: column {lacking[0]} is missing; there are {there}")
    labelled(distributions, ["group", "member", "option"])
    weights = numbers(distributions[["probability"]])[:, 0]
    if (weights < 0).any():
        raise ValueError(f"probability: {weights[weights < 0][0]:g}; allowed are 0 and more, or missing")
    group, names = in_label_order(distributions["group"].to_numpy(dtype=object), "group")
    member = distributions["member"].to_numpy(dtype=object)
    option = distributions["option"].to_numpy(dtype=object)
    rows, n_left_out = [], 0
    of_groups = np.split(np.argsort(group, kind="stable"), np.cumsum(np.bincount(group))[:-1]) if names else []
    for name, of_group in zip(names, of_groups, strict=True):
        row, left_out = _row(name, member[of_group], option[of_group], weights[of_group], added)
        rows.append(row)
        n_left_out += left_out
    groups = DataFrame(rows, columns=COLUMNS)
    seen = groups["inconsistency"].to_numpy(float)
    seen = seen[np.isfinite(seen)]
    extra: dict[str, Detail] = {"n_left_out": n_left_out, "n_too_few_members": len(groups) - len(seen)}
    least_first = groups.sort_values("inconsistency", ascending=False, kind="stable", ignore_index=True)
    return GroupInconsistency(_mean(seen, extra, seed, resamples, confidence), least_first)


def _mean(seen: Floats, extra: dict[str, Detail], seed: int, resamples: int, confidence: float) -> Estimate:
    n = len(seen)
    if n == 0:
        return undefined("too_few_groups", n_items=0, extra=extra)
    note = "too_few_groups" if n < 3 else "equal_in_all_groups" if np.ptp(seen) <= NO_SPREAD else ""
    told = Estimate(float(seen.mean()), n_items=n, note=note, extra=extra | {"median": float(np.median(seen))})
    if note:
        return told
    drawn = persona_bootstrap(
        lambda counts: counts @ seen / n, n, seed=seed, resamples=resamples, confidence=confidence
    )
    return dataclasses.replace(with_interval(told, drawn, confidence), method=OVER_GROUPS)


def _row(
    group: Hashable, member: ArrayLike, option: ArrayLike, weights: Floats, added: float
) -> tuple[tuple[object, ...], int]:
    """What `COLUMNS` tells of a group, and how many members were left out."""
    of_member, members = in_label_order(np.asarray(member, dtype=object), "member")
    of_option, options = in_label_order(np.asarray(option, dtype=object), "option")
    table = np.zeros((len(members), len(options)))
    np.add.at(table, (of_member, of_option), weights)
    used = np.flatnonzero(table.sum(axis=1) > 0)  # a NaN is not above 0
    left_out = len(members) - len(used)
    if len(used) < 2:
        return (group, math.nan, len(used), len(options), None, math.nan, "too_few_members"), left_out
    p = _smoothed(table[used], added)
    distance = jensen_shannon_distance(p, jensen_shannon_centroid(p, added=0.0))
    # of members equally far away the first, whatever rounding does
    farthest = int(np.argmax(distance >= distance.max() - NO_SPREAD))
    told = float(distance.mean()), len(used), len(options), members[used[farthest]], float(distance[farthest]), ""
    return (group, *told), left_out


def _smoothed(distributions: ArrayLike, added: float) -> Floats:
    if not 0 <= added < math.inf:
        raise ValueError(f"added: {added}; allowed are numbers from 0")
    p = distributions_of(distributions, "distributions")
    if p.ndim != 2:
        raise ValueError(f"distributions: shape {p.shape}; one row a member and one column an option is needed")
    return distributions_of(p + added, "distributions")


def distributions_of(weights: ArrayLike, name: str) -> Floats:
    """Weights as probabilities, shape (..., options); NaN for a row with a NaN or without anything above 0.

    >>> distributions_of([[2.0, 2.0], [0.0, 0.0]], "weights")
    array([[0.5, 0.5],
           [nan, nan]])
    """
    w = np.asarray(weights, dtype=float)
    if w.shape[-1:] == (0,) and len(w):
        raise ValueError(f"{name}: no option; at least one column is needed")
    wrong = w[(w < 0) | beyond(w)]
    if len(wrong):
        raise ValueError(f"{name}: {wrong[0]:g}; allowed are numbers from 0 to {LARGEST:g}, or NaN")
    total = w.sum(axis=-1, keepdims=True)
    p: Floats = w / np.where(total > 0, total, math.nan)
    return p


def _summing_to_one(weights: Floats) -> Floats:
    # never quite 0, where the logarithm ends
    c: Floats = np.maximum(weights, np.finfo(float).tiny) / weights.sum()
    return c


def _mean_divergence(p: Floats, c: Floats) -> float:
    middle = (p + c) / 2
    return float((special.rel_entr(p, middle) + special.rel_entr(c, middle)).sum(axis=1).mean() / 2)
