"""D-study: how many items, forms, draws and persons a study needs, and what it costs.

The components of a G-study say how dependable the scores of any other size of study would be.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from pandas import DataFrame
from scipy import special, stats

from psychometrics.components import Components
from psychometrics.estimate import Floats, tail_of
from psychometrics.g_designs import degrees_of_freedom, expected_mean_squares
from psychometrics.generalizability import GStudy, error_variances

Goal = Literal["g", "phi", "width_g", "width_phi", "width_score", "width_mean"]
AT_LEAST = ("g", "phi")
AT_MOST = ("width_g", "width_phi", "width_score", "width_mean")
MOST_DESIGNS = 200_000
BEFORE_INTERVALS = ("universe_variance", "relative_error", "absolute_error", "g", "phi")
OF_INTERVALS = ("g_low", "g_high", "width_g", "phi_low", "phi_high", "width_phi")
AFTER_INTERVALS = ("sem_relative", "sem_absolute", "width_score", "error_of_mean", "width_mean")


@dataclass(frozen=True)
class SmallestDesign:
    """The cheapest study that reaches a goal.

    Attributes
    ----------
    goal : str
    at : float
        What `goal` had to reach.
    sizes : mapping
        Number of persons and of levels of each facet; empty when nothing reaches the goal.
    row : DataFrame
        Its row of `d_study`; when nothing reaches the goal, the best row there is.
    note : str
        "", or `not_reached`, or why nothing can be said (see `d_study`).
    """

    goal: str
    at: float
    sizes: Mapping[str, int]
    row: DataFrame
    note: str = ""


def d_study(
    study: GStudy | Components,
    sizes: Mapping[str, Sequence[int]],
    *,
    fixed: Sequence[str] | None = None,
    cost_per_call: float = 1.0,
    cost_per_person: float = 0.0,
    confidence: float = 0.95,
) -> DataFrame:
    """Dependability of other sizes of study (Brennan, 2001, chapter 4): a grid, or with one facet running a curve.

    Parameters
    ----------
    study : GStudy or Components
    sizes : mapping
        Numbers to try of each facet, and of persons: {"form": range(1, 51)} is a curve over forms, {"item": [10, 44],
        "person": [50, 100]} a grid. Of a nested facet, its levels within each place. What is not named stays as
        observed. With several factors of persons, the first may be named.
    fixed : facet names, optional
        As in `g_study`, whose choice stands unless given. A fixed facet keeps its observed number.
    cost_per_call, cost_per_person : float
        In any currency. A call is one item asked of one person in one form and draw.
    confidence : float in (0, 1)

    Returns
    -------
    DataFrame
        One row a study, in the order of the grid. A column for each number; `universe_variance`, `relative_error`,
        `absolute_error` (squared units of the values); `g`, `phi` (0 to 1) with `g_low`, `g_high`, `phi_low`,
        `phi_high`, the interval such a study would print of itself (delta method on the logit, from the chi-square
        variances of its mean squares; 0 to 1 where it cannot tell, as with one form), and its `width_g`, `width_phi`;
        `sem_relative`, `sem_absolute`, `width_score` (of a person's score, plus and minus z times `sem_absolute`),
        `error_of_mean`, `width_mean` (of the mean over persons; over other persons, items and forms alike), in units
        of the values; `calls`, `cost`; `note`. NaN with the note of a study without components, `not_estimable` (a
        component is), `one_level` (a facet is asked for that had one level) or `zero_total_variance`;
        `negative_component` where the persons' variance counts 0 (`zero_component` from REML), and
        `degenerate_identical_items` where G is 1; then G and Phi have no interval.

    Examples
    --------
    >>> from psychometrics.generalizability import g_study
    >>> study = g_study(np.array([[2.0, 3, 5], [4, 4, 6], [1, 3, 3], [5, 6, 6]]))
    >>> d_study(study, {"item": [1, 3, 10]})[["item", "g", "phi", "calls"]].round(3)
       item      g    phi  calls
    0     1  0.818  0.600      4
    1     3  0.931  0.818     12
    2    10  0.978  0.937     40
    """
    components, held = _of(study, fixed)
    return _rows(components, _checked(components, sizes, held), held, cost_per_call, cost_per_person, confidence)


def smallest_design(
    study: GStudy | Components,
    goal: Goal,
    at: float,
    limits: Mapping[str, int | Sequence[int]],
    *,
    fixed: Sequence[str] | None = None,
    cost_per_call: float = 1.0,
    cost_per_person: float = 0.0,
    confidence: float = 0.95,
) -> SmallestDesign:
    """The cheapest study whose G or Phi reaches a value, or whose interval is narrow enough.

    Parameters
    ----------
    study : GStudy or Components
    goal : "g", "phi", "width_g", "width_phi", "width_score" or "width_mean"
        Column of `d_study`: coefficients must reach `at`, widths must not exceed it. G, Phi and the width of a
        person's score do not depend on how many persons there are; the other widths do.
    at : float
        Such as 0.8 for Phi; a width of G or Phi in 0 to 1, of scores and means in units of the values.
    limits : mapping
        Of each facet, and of persons: the numbers allowed, or the largest one (then all from 1, of persons from 3).
        What is not named stays as observed.
    fixed, cost_per_call, cost_per_person, confidence
        As in `d_study`.

    Returns
    -------
    SmallestDesign
        Among designs that cost the same: fewest calls, then the one furthest beyond the goal. `not_reached` when no
        design within the limits does; its row is then the best one.

    Examples
    --------
    >>> from psychometrics.generalizability import g_study
    >>> study = g_study(np.array([[2.0, 3, 5], [4, 4, 6], [1, 3, 3], [5, 6, 6]]))
    >>> smallest_design(study, "phi", 0.9, {"item": 44}).sizes
    {'person': 4, 'item': 6}
    >>> smallest_design(study, "width_mean", 1.0, {"item": 44, "person": [20, 50, 100]}, cost_per_person=5).sizes
    {'person': 50, 'item': 36}
    """
    if goal not in (*AT_LEAST, *AT_MOST):
        raise ValueError(f'goal: "{goal}"; allowed are {", ".join((*AT_LEAST, *AT_MOST))}')
    components, held = _of(study, fixed)
    sizes = {
        name: list(range(3 if name in components.design.persons else 1, most + 1)) if isinstance(most, int) else most
        for name, most in limits.items()
    }
    costs = (cost_per_call, cost_per_person, confidence)
    asked = _checked(components, sizes, held)
    table = _rows(components, asked, held, *costs, intervals=goal in ("width_g", "width_phi"))
    known = table[table[goal].notna()]
    if known.empty:
        return SmallestDesign(goal, at, {}, table.head(0), str(table["note"].iloc[0]) if len(table) else "not_reached")
    sign = 1.0 if goal in AT_MOST else -1.0
    order = known.assign(short=sign * (known[goal] - at))
    reached = order[order["short"] <= 1e-12 * max(1.0, abs(at))]
    best = (
        order.sort_values(["short", "cost", "calls"])
        if reached.empty
        else reached.sort_values(["cost", "calls", "short"])
    ).iloc[0]
    row = _rows(components, {name: [int(best[name])] for name in asked}, held, *costs)
    if reached.empty:
        return SmallestDesign(goal, at, {}, row, "not_reached")
    chosen = {name: int(best[name]) if name in asked else size for name, size in components.levels.items()}
    return SmallestDesign(goal, at, chosen, row)


def _rows(
    components: Components,
    asked: Mapping[str, Sequence[int]],
    held: tuple[str, ...],
    cost_per_call: float,
    cost_per_person: float,
    confidence: float,
    intervals: bool = True,
) -> DataFrame:
    design = components.design
    grid = dict(zip(asked, np.array(list(itertools.product(*asked.values())), dtype=int).T, strict=True))
    table = DataFrame(grid)
    numbers = {name: grid.get(name, np.full(len(table), size)) for name, size in components.levels.items()}
    variances = components.table["variance"].to_numpy(float)
    persons = np.prod([numbers[name] for name in design.persons], axis=0)
    calls = persons * np.prod([numbers[name] for name in design.facets], axis=0) if design.facets else persons
    costs = DataFrame({"calls": calls, "cost": calls * cost_per_call + persons * cost_per_person})
    note = components.note or ("not_estimable" if np.isnan(variances).any() else "")
    note = note or ("one_level" if set(asked) & set(components.one_level) else "")
    note = note or ("no_replication" if not set(design.facets) - set(held) else "")
    if note:
        nothing = dict.fromkeys((*BEFORE_INTERVALS, *(OF_INTERVALS if intervals else ()), *AFTER_INTERVALS), math.nan)
        return table.assign(**nothing).join(costs).assign(note=note)
    errors = error_variances(variances, design, numbers, held)
    table["universe_variance"], table["relative_error"] = errors.universe, errors.relative
    table["absolute_error"], table["g"], table["phi"] = errors.absolute, errors.g, errors.phi
    z = float(stats.norm.ppf(1 - tail_of(confidence)))
    for name, errors_of in (("g", errors.relative), ("phi", errors.absolute)) if intervals else ():
        low, high = _interval(components, numbers, held, name, errors.universe, errors_of, z)
        table[f"{name}_low"], table[f"{name}_high"], table[f"width_{name}"] = low, high, high - low
    table["sem_relative"], table["sem_absolute"] = np.sqrt(errors.relative), np.sqrt(errors.absolute)
    table["width_score"] = 2 * z * table["sem_absolute"]
    table["error_of_mean"] = np.sqrt(_mean_variance(components, numbers, held))
    table["width_mean"] = 2 * z * table["error_of_mean"]
    table = table.join(costs)
    at_zero = "negative_component" if (variances < 0).any() else "zero_component"
    told = [(table["g"].isna(), "zero_total_variance"), (table["g"] == 0, at_zero)]
    told.append((table["g"] == 1, "degenerate_identical_items"))
    table["note"] = np.select([each for each, _ in told], [text for _, text in told], default="")
    return table


def _of(study: GStudy | Components, fixed: Sequence[str] | None) -> tuple[Components, tuple[str, ...]]:
    components = study.components if isinstance(study, GStudy) else study
    chosen = fixed if fixed is not None else study.fixed if isinstance(study, GStudy) else ()
    wrong = [each for each in chosen if each not in (*components.design.facets, *components.one_level)]
    if wrong:
        raise ValueError(f"fixed: {wrong[0]}; allowed are the facets {', '.join(components.design.facets)}")
    return components, tuple(each for each in chosen if each in components.design.facets)


def _checked(
    components: Components, sizes: Mapping[str, Sequence[int]], fixed: tuple[str, ...]
) -> dict[str, Sequence[int]]:
    design = components.design
    may = [*design.persons[:1], *(each for each in design.facets if each not in fixed)]
    for name, numbers in sizes.items():
        if name not in may and name not in components.one_level:
            raise ValueError(f"sizes: {name}; allowed are {', '.join(may)}")
        if not len(numbers) or min(numbers) < 1:
            raise ValueError(f"sizes: {name} has {list(numbers)}; numbers from 1 are allowed, at least one")
    if math.prod(len(each) for each in sizes.values()) > MOST_DESIGNS:
        raise ValueError(f"sizes: more than {MOST_DESIGNS} studies; try fewer numbers of each facet")
    first = design.persons[0]
    return {name: list(numbers) for name, numbers in sizes.items()} or {first: [components.levels[first]]}


def _interval(
    components: Components,
    numbers: Mapping[str, Floats],
    fixed: tuple[str, ...],
    name: str,
    universe: Floats,
    error: Floats,
    z: float,
) -> tuple[Floats, Floats]:
    """What a study of each size would print: both variances are sums of its mean squares, and these are chi-squares."""
    design = components.design
    k, variances = len(design.effects), np.maximum(components.table["variance"].to_numpy(float), 0.0)
    held, df = expected_mean_squares(design, numbers), degrees_of_freedom(design, numbers)
    units = [error_variances(np.eye(k)[i], design, numbers, fixed) for i in range(k)]
    of_universe = np.stack([np.broadcast_to(each.universe, universe.shape) for each in units], axis=-1)
    of_error = np.stack(
        [np.broadcast_to(each.relative if name == "g" else each.absolute, universe.shape) for each in units], axis=-1
    )
    sound = (universe > 0) & (error > 0)
    safe_universe, safe_error = (np.where(sound, each, 1.0)[:, None] for each in (universe, error))
    slopes = np.linalg.solve(np.swapaxes(held, 1, 2), (of_universe / safe_universe - of_error / safe_error)[..., None])
    slopes = slopes[..., 0]
    expected = held @ variances
    used = np.abs(slopes) * expected > 1e-12
    unknown = (used & (df <= 0)).any(axis=1)
    spread = np.where(used, (slopes * expected) ** 2 * 2 / np.where(df > 0, df, 1.0), 0.0).sum(axis=1)
    half = np.where(unknown, math.inf, z * np.sqrt(spread))
    at = np.log(safe_universe[:, 0]) - np.log(safe_error[:, 0])
    low, high = special.expit(at - half), special.expit(at + half)
    return np.where(sound, low, math.nan), np.where(sound, high, math.nan)


def _mean_variance(components: Components, numbers: Mapping[str, Floats], fixed: tuple[str, ...]) -> Floats:
    """Error variance of the mean over persons and facets; what is only of fixed facets belongs to the mean."""
    total = np.zeros(len(next(iter(numbers.values()))))
    for effect, variance in zip(components.design.effects, components.table["variance"], strict=True):
        if not set(effect) <= set(fixed):
            total = total + max(variance, 0.0) / np.prod([numbers[name] for name in effect], axis=0)
    return total
