"""What something in between, such as a writing task, does to the same personas: each scale before and after."""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
from pandas import DataFrame
from scipy import stats

from psychometrics.bootstrap import persona_bootstrap, with_interval
from psychometrics.compare import paired_effect, two_group_effect
from psychometrics.covariances import ROUNDING, numbers
from psychometrics.estimate import NO_SPREAD, Detail, Estimate, Floats, one_each, undefined
from psychometrics.exchange import in_label_order
from psychometrics.forms import labelled


@dataclass(frozen=True)
class Change:
    """The change of one scale, after minus before.

    Attributes
    ----------
    paired : Estimate
        d_z, in SDs of the change, with the paired t test in `extra`: see `paired_effect`.
    d_av : Estimate
        The shift over the root of the mean of the two variances, interval by persona bootstrap.
    unpaired : Estimate
        F of an analysis of variance that takes the two times for two groups of persons (as Frisch and Giulianelli,
        2024); the design is paired, so the test of `paired` is the one to read.
    """

    paired: Estimate
    d_av: Estimate
    unpaired: Estimate


@dataclass(frozen=True)
class GroupDifference:
    """Two groups of personas on one scale, the first minus the second; d with pooled SDs, see `two_group_effect`.

    Attributes
    ----------
    before, after : Estimate
        The groups at each time.
    change : Estimate
        Their changes: positive when the first group rose more (or fell less). Its SDs are those of the changes.
    """

    before: Estimate
    after: Estimate
    change: Estimate


def paired_change(table: DataFrame, *, seed: int, resamples: int = 2000, confidence: float = 0.95) -> dict[Any, Change]:
    """Change of each scale in the same personas, tested as the paper did and as the design is (Frisch and Giulianelli, 2024).

    Parameters
    ----------
    table : DataFrame
        Columns person, scale, before, after: scores in any unit, NaN without a score. Further rows of a person and scale
        are repeats, and averaged over those with both scores. Persons without both times are left out.
    seed, resamples : int
        Of the bootstrap over persons for d_av.
    confidence : float in (0, 1)

    Returns
    -------
    dict from scale to Change
        In order of the labels. NaN with `too_few_persons` (fewer than three with both times); `zero_variance`: all persons
        changed alike (`paired`), or scores at each time are equal (`d_av`, `unpaired`). The mean shift stays in `extra` of
        `paired`. d_z and d_av differ by sqrt(2 (1 - r)) where the variances are equal. In `extra` of `unpaired`: df1,
        df2, p.

    Examples
    --------
    >>> table = DataFrame({"person": list("pqrs"), "scale": "E", "before": [2, 3, 3.5, 4], "after": [2.5, 3, 4.5, 4.6]})
    >>> change = paired_change(table, seed=1)["E"]
    >>> change.paired, change.d_av.value.__round__(3), change.unpaired.value.__round__(3)
    (Estimate(1.276 [-0.145, 2.613], n=4), 0.546, 0.595)
    """
    cells = _cells(table)
    found: dict[Any, Change] = {}
    for scale in in_label_order(table["scale"], "scale")[1]:
        here = np.array([each == scale for each in cells["scale"]], bool)
        before, after = cells.loc[here, ["before", "after"]].to_numpy(float).T
        paired = paired_effect(before, after, confidence=confidence)
        found[scale] = Change(paired, _d_av(before, after, seed, resamples, confidence), _unpaired(before, after))
    return found


def group_difference(
    table: DataFrame, groups: tuple[Hashable, Hashable], *, confidence: float = 0.95
) -> dict[Any, GroupDifference]:
    """How far two groups of personas, such as creative and analytic ones, are apart before and after, on each scale.

    Parameters
    ----------
    table : DataFrame
        As for `paired_change`, with a column group, one value a person. Other groups are left out.
    groups : (first, second)
        The effects are those of the first minus the second.
    confidence : float in (0, 1)

    Returns
    -------
    dict from scale to GroupDifference
        All three over the persons with both times, so that before and after are the same people. NaN with
        `too_few_per_pole` or `zero_variance`, as personas who all answer at the end of the scale have; the difference of
        the means is then still in `extra`.

    Examples
    --------
    >>> table = DataFrame({"person": list("pqrs"), "scale": "E", "group": ["creative"] * 2 + ["analytic"] * 2})
    >>> table = table.assign(before=[4.0, 5.0, 1.0, 2.0], after=[3.0, 5.0, 2.0, 2.0])
    >>> apart = group_difference(table, ("creative", "analytic"))["E"]
    >>> apart.before.value.__round__(3), apart.after.value.__round__(3), apart.change.extra["mean_difference"]
    (4.243, 2.0, -1.0)
    """
    first, second = groups
    if first == second:
        raise ValueError(f"groups: {first!r} twice; two different groups are needed")
    if "group" not in table.columns:
        raise ValueError(f"table: column group is missing; there are {', '.join(map(str, table.columns))}")
    labelled(table, ["person", "group"])
    number, persons = in_label_order(table["person"])
    group_of = dict(zip(persons, one_each(table["group"], number, "group"), strict=True))
    for each in groups:
        if each not in group_of.values():
            raise ValueError(f"groups: nobody is in {each!r}; there are {sorted(map(repr, set(group_of.values())))}")
    cells = _cells(table)
    member = np.array([group_of[each] for each in cells["person"]], dtype=object)
    of_first, of_second = (np.array([group == each for group in member], bool) for each in groups)
    found: dict[Any, GroupDifference] = {}
    for scale in in_label_order(table["scale"], "scale")[1]:
        here = np.array([each == scale for each in cells["scale"]], bool)
        before, after = cells[["before", "after"]].to_numpy(float).T
        found[scale] = GroupDifference(
            *(
                two_group_effect(scores[here & of_first], scores[here & of_second], confidence=confidence)
                for scores in (before, after, after - before)
            )
        )
    return found


def _d_av(before: Floats, after: Floats, seed: int, resamples: int, confidence: float) -> Estimate:
    n = len(before)
    if n < 3:
        return undefined("too_few_persons", n_persons=n)
    shift = float((after - before).mean())
    # far from 0, sums of squares lose the digits that a variance is made of
    a, b = before - before.mean(), after - after.mean()
    if max(np.ptp(a), np.ptp(b)) <= NO_SPREAD:
        return undefined("zero_variance", n_persons=n, extra={"mean_shift": shift})
    sums = np.column_stack([after - before, a, b, a**2 + b**2])

    def effect(counts: Floats) -> Floats:
        moved, sum_a, sum_b, squares = (counts @ sums).T
        variance = np.maximum(squares - (sum_a**2 + sum_b**2) / n, 0.0) / (n - 1) / 2
        # a resample of equal scores has no spread, but for what rounding leaves of it
        noise = np.maximum(ROUNDING * squares / n, NO_SPREAD**2)
        d: Floats = moved / n / np.sqrt(np.where(variance > noise, variance, np.nan))
        return d

    drawn = persona_bootstrap(effect, n, seed=seed, resamples=resamples, confidence=confidence)
    value = float(effect(np.ones((1, n)))[0])
    if math.isnan(value):
        return undefined("zero_variance", n_persons=n, extra={"mean_shift": shift})
    return with_interval(Estimate(value, n_persons=n, extra={"mean_shift": shift}), drawn, confidence)


def _unpaired(before: Floats, after: Floats) -> Estimate:
    """F of two groups with n scores each; it is the square of Student's t."""
    n = len(before)
    extra: dict[str, Detail] = {"df1": 1, "df2": 2 * n - 2}
    if n < 3:
        return undefined("too_few_persons", n_persons=n)
    if max(np.ptp(before), np.ptp(after)) <= NO_SPREAD:
        return undefined("zero_variance", n_persons=n, extra=extra)
    within = float(before.var(ddof=1) + after.var(ddof=1)) / 2
    f = n / 2 * float(after.mean() - before.mean()) ** 2 / within
    extra["p"] = float(stats.f.sf(f, 1, 2 * n - 2))
    return Estimate(f, n_persons=n, extra=extra)


def _cells(table: DataFrame) -> DataFrame:
    """One row a person and scale, with both times, in the order of the persons' labels."""
    lacking = [each for each in ("person", "scale", "before", "after") if each not in table.columns]
    if lacking:
        raise ValueError(f"table: column {lacking[0]} is missing; there are {', '.join(map(str, table.columns))}")
    labelled(table, ["person", "scale"])
    scores = numbers(table[["before", "after"]])
    number, persons = in_label_order(table["person"])
    of_scale, scales = in_label_order(table["scale"], "scale")
    both = np.isfinite(scores).all(axis=1)
    cell, of_row = np.unique((number * len(scales) + of_scale)[both], return_inverse=True)
    sizes = np.bincount(of_row, minlength=len(cell))
    means = [np.bincount(of_row, column, minlength=len(cell)) / sizes for column in scores[both].T]
    return DataFrame(
        {
            "person": [persons[each // len(scales)] for each in cell],
            "scale": [scales[each % len(scales)] for each in cell],
            "before": means[0],
            "after": means[1],
        }
    )
