"""G-study: would the same persons get the same scores from other items, other forms, another draw?

G asks it of their rank, Phi of their scores as they stand. Both read the variance components of `components.py`.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pandas import DataFrame
from scipy import stats

from psychometrics.bootstrap import bootstraps
from psychometrics.components import Components, Estimator, components_of
from psychometrics.estimate import Detail, Estimate, Floats, Missing, tail_of, undefined
from psychometrics.g_designs import Arranged, Design, arranged, degrees_of_freedom, expected_mean_squares
from psychometrics.mean_squares import resampled

Interval = Literal["mean squares", "bootstrap", "none"]
FIDUCIAL_DRAWS = 10_000  # Monte Carlo error of an end of the interval: about a hundredth of its width


@dataclass(frozen=True)
class Errors:
    """Universe-score variance, relative and absolute error variance of mean scores; arrays of one shape."""

    universe: Floats
    relative: Floats
    absolute: Floats

    @property
    def g(self) -> Floats:
        """Relative coefficient, 0 to 1; NaN where nothing varies."""
        return _share(self.universe, self.universe + self.relative)

    @property
    def phi(self) -> Floats:
        """Absolute coefficient, 0 to 1; NaN where nothing varies."""
        return _share(self.universe, self.universe + self.absolute)


COEFFICIENTS: dict[str, Callable[[Errors], Floats]] = {
    "g": lambda errors: errors.g,
    "phi": lambda errors: errors.phi,
    "sem_relative": lambda errors: np.sqrt(errors.relative),
    "sem_absolute": lambda errors: np.sqrt(errors.absolute),
}


@dataclass(frozen=True)
class GStudy:
    """Components of a design, and how dependable the mean scores of that design are.

    Attributes
    ----------
    components : Components
    g : Estimate
        Generalizability coefficient: of differences between persons, 0 to 1.
    phi : Estimate
        Index of dependability: of the scores themselves, 0 to 1, never above g.
    sem_relative, sem_absolute : Estimate
        Standard errors of a person's mean score, in units of the values, for the two questions.
    fixed : tuple of str
        Facets whose levels are all there are.
    """

    components: Components
    g: Estimate
    phi: Estimate
    sem_relative: Estimate
    sem_absolute: Estimate
    fixed: tuple[str, ...] = ()


def g_study(
    data: DataFrame | NDArray[Any],
    *,
    persons: str | Sequence[str] = "person",
    facets: Sequence[str] = ("item",),
    value: str = "value",
    nested: Mapping[str, str | Sequence[str]] | None = None,
    fixed: Sequence[str] = (),
    estimator: Estimator = "mean squares",
    missing: Missing = "pairwise",
    interval: Interval | None = None,
    strata: str | Sequence[Hashable] | None = None,
    seed: int = 0,
    resamples: int = 2000,
    confidence: float = 0.95,
) -> GStudy:
    """G and Phi of mean scores over all facets of a design (Cronbach et al., 1972; Brennan, 2001, chapters 2 to 5).

    Parameters
    ----------
    data, persons, facets, value, nested, estimator, missing
        As in `variance_components`. Persons x items x forms with draws:
        `facets=("item", "form", "draw"), nested={"draw": ("person", "item", "form")}`. Models as part of the person:
        `persons=("persona", "model")`.
    fixed : facet names
        Facets not to generalize over: their part of the persons' variance counts as true (Brennan, 2001, section 4.3),
        so `facets=("item", "model"), fixed=("model",)` asks about persons averaged over just these models.
    interval : "mean squares", "bootstrap" or "none"
        Mean squares: Feldt's F for G of persons x items, else a generalized confidence interval (Weerahandi, 1993),
        which knows how few items and forms there are; needs a full table and assumes normal effects. It is stretched to
        the value where that lies outside, as beside negative components. Bootstrap: draws levels of the first factor of
        persons, with all their values; items and forms stay as they are, so Phi's is narrower. Unless given: mean squares for
        a full table without `strata`, else bootstrap.
    strata : column of the table, or labels, one for each level of the first axis, optional
        Assigned pole of each persona: a factorial set is fixed, so draw within poles.
    seed, resamples : int
        Of the intervals that draw.
    confidence : float in (0, 1)

    Returns
    -------
    GStudy
        Mean scores over as many items, forms ... as were observed, all answered. A negative component is kept in the
        table, counts 0 here and is noted: `negative_component` on G and Phi where it is the persons', else a warning.
        NaN with a note: `too_few_persons` (fewer than three), `no_replication` (no facet with two levels),
        `zero_total_variance` (all persons have the same scores), `zero_variance`, `no_values`, `not_estimable`.
        `degenerate_identical_items`: no error at all, so a coefficient of 1, without interval. In `extra`:
        `universe_variance` and `error_variance`. Intervals always come from mean squares, also beside REML.

    Examples
    --------
    >>> study = g_study(np.array([[2.0, 3, 5], [4, 4, 6], [1, 3, 3], [5, 6, 6]]))
    >>> study.g, study.phi
    (Estimate(0.931 [0.545, 0.995], n=4), Estimate(0.818 [0.085, 0.984], n=4))
    """
    table = arranged(data, persons, facets, value, nested, missing, strata)
    wrong = [each for each in fixed if each not in facets]
    if wrong:
        raise ValueError(f"fixed: {wrong[0]}; allowed are the facets {', '.join(facets)}")
    if interval not in (None, "mean squares", "bootstrap", "none"):
        raise ValueError(f'interval: "{interval}"; allowed are "mean squares", "bootstrap" and "none"')
    components = components_of(table, estimator)
    held = tuple(each for each in fixed if each in components.design.facets)
    balanced = bool(np.isfinite(table.values).all())
    way = interval or ("mean squares" if balanced and table.strata is None else "bootstrap")
    if way == "mean squares" and not balanced:
        raise ValueError('interval: "mean squares" needs a full table; for missing answers "bootstrap" is allowed')
    found = {name: _point(components, name, held, confidence) for name in COEFFICIENTS}
    wide = {name for name, each in found.items() if each.estimable and each.note != "degenerate_identical_items"}
    if way == "bootstrap" and wide:
        found |= _bootstrapped(table, components, held, {name: found[name] for name in wide}, seed, resamples)
    if way == "mean squares" and wide:
        found |= _from_mean_squares(components, held, {name: found[name] for name in wide}, seed)
    return GStudy(components, found["g"], found["phi"], found["sem_relative"], found["sem_absolute"], held)


def error_variances(
    variances: Floats, design: Design, sizes: Mapping[str, ArrayLike], fixed: Sequence[str] = ()
) -> Errors:
    """Universe-score and error variances of mean scores; a negative component counts 0 (Brennan, 2001, section 4.1).

    Parameters
    ----------
    variances : shape (..., effects)
        In the order of `design.effects`.
    design : Design
    sizes : mapping
        Number of levels of each facet, of a nested one within each of its places; numbers, or arrays that broadcast
        against the leading axes of `variances`.
    fixed : facet names

    Returns
    -------
    Errors
        Squared unit of the values, 0 or more.

    Examples
    --------
    >>> errors = error_variances(np.array([1.0, 0.2, 2.0]), Design(("p",), ("i",)), {"i": np.array([10, 20])})
    >>> errors.g.round(3), errors.phi.round(3)
    (array([0.833, 0.909]), array([0.82 , 0.901]))
    """
    kept = np.maximum(variances, 0.0)
    universe = relative = absolute = np.zeros(1)
    for place, effect in enumerate(design.effects):
        facets = [name for name in effect if name in design.facets]
        part = kept[..., place]
        for name in facets:
            part = part / np.asarray(sizes[name], dtype=float)
        of_persons = any(name in design.persons for name in effect)
        if all(name in fixed for name in facets):
            universe = universe + part if of_persons else universe
            continue
        absolute = absolute + part
        if of_persons:
            relative = relative + part
    return Errors(*np.broadcast_arrays(universe, relative, absolute))


def fiducial_draws(components: Components, draws: int, seed: int) -> Floats:
    """Components as they would be if each mean square had met another chi-square, shape (draws, effects).

    The pivots of generalized confidence intervals (Weerahandi, 1993): mean square times df over chi-square.

    >>> from psychometrics.components import variance_components
    >>> study = variance_components(np.array([[2.0, 3, 5], [4, 4, 6], [1, 3, 3], [5, 6, 6]]))
    >>> fiducial_draws(study, 5, 1).shape
    (5, 3)
    """
    df = degrees_of_freedom(components.design, components.levels)
    squares = components.table["sum_of_squares"].to_numpy(float)
    chances = np.random.default_rng(seed).chisquare(df, size=(draws, len(df)))
    solved = np.linalg.solve(expected_mean_squares(components.design, components.levels), (squares / chances).T)
    return np.asarray(solved.T, dtype=float)


def _share(part: Floats, whole: Floats) -> Floats:
    share: Floats = np.divide(part, whole, out=np.full(np.shape(whole), math.nan), where=whole > 0)
    return share


def _point(components: Components, name: str, fixed: tuple[str, ...], confidence: float) -> Estimate:
    design, table, levels = components.design, components.table, components.levels
    variances = table["variance"].to_numpy(float)
    told: dict[str, Any] = {
        "n_persons": components.n_persons,
        "n_items": levels.get("item"),
        "n_replications": levels.get("draw"),
        "missing": components.missing,
        "warnings": components.warnings,
    }
    note = components.note or ("too_few_persons" if components.n_persons < 3 else "")
    if not note and all(each in fixed for each in design.facets):
        note = "no_replication"
    if note:
        return undefined(note, **told)
    errors = error_variances(variances, design, levels, fixed)
    universe, relative, absolute = (
        float(each.ravel()[0]) for each in (errors.universe, errors.relative, errors.absolute)
    )
    lost = [design.label(each) for each, v in zip(design.effects, variances, strict=True) if math.isnan(v)]
    if lost:
        return undefined("not_estimable", **told)
    error = relative if name in ("g", "sem_relative") else absolute
    extra: dict[str, Detail] = {"universe_variance": universe, "error_variance": error}
    if universe == 0 and relative == 0 and not (variances < 0).any():
        return undefined("zero_total_variance", **told, extra=extra)
    value = float(COEFFICIENTS[name](errors).ravel()[0])
    if math.isnan(value):
        return undefined("zero_total_variance", **told, extra=extra)
    negative = [each for each, v in zip(design.effects, variances, strict=True) if v < 0]
    code = ""
    if name in ("g", "phi"):
        at_zero = "zero_component" if components.method == "REML" else "negative_component"
        code = at_zero if universe == 0 else "degenerate_identical_items" if error == 0 else ""
    elif error == 0:
        code = "degenerate_identical_items"
    if negative:
        names = ", ".join(design.label(each) for each in negative)
        told["warnings"] += (f"negative_component: {names}; kept in the table, counted 0",)
    return Estimate(value, confidence=confidence, note=code, extra=extra, **told)


def _bootstrapped(
    data: Arranged,
    components: Components,
    fixed: tuple[str, ...],
    points: dict[str, Estimate],
    seed: int,
    resamples: int,
) -> dict[str, Estimate]:
    of = resampled(data)
    design, levels = components.design, components.levels
    width = math.prod(size for name, size in levels.items() if name != design.factors[0])
    if design.nested.get(design.factors[0]):
        return points
    asked = {name: point for name, point in points.items() if point.n_persons >= 3}

    def statistics(counts: Floats) -> Floats:
        errors = error_variances(of(counts)[2], design, levels, fixed)
        return np.column_stack([COEFFICIENTS[name](errors) for name in asked])

    if not asked:
        return points
    drawn = bootstraps(
        statistics,
        len(data.values),
        seed=seed,
        resamples=resamples,
        strata=data.strata,
        confidence=next(iter(asked.values())).confidence,
        width=width,
    )
    told = {
        name: _with(point, each.low, each.high, each.method, each.warnings)
        for (name, point), each in zip(asked.items(), drawn, strict=True)
    }
    return points | told


def _from_mean_squares(
    components: Components, fixed: tuple[str, ...], points: dict[str, Estimate], seed: int
) -> dict[str, Estimate]:
    design, levels = components.design, components.levels
    drawn = error_variances(fiducial_draws(components, FIDUCIAL_DRAWS, seed), design, levels, fixed)
    found = {}
    for name, point in points.items():
        tail = tail_of(point.confidence)
        if name == "g" and len(design.effects) == 3 and len(design.persons) == 1 and len(design.facets) == 1:
            mean_squares = components.table["mean_square"].to_numpy(float)
            df = degrees_of_freedom(design, levels)
            observed = mean_squares[2] / mean_squares[0] if mean_squares[0] > 0 else math.inf
            low, high = (1 - observed * float(stats.f.ppf(each, df[0], df[2])) for each in (1 - tail, tail))
            found[name] = _with(point, max(low, 0.0), max(high, 0.0), "Feldt", ())
            continue
        values = COEFFICIENTS[name](drawn)
        low, high = np.quantile(values[np.isfinite(values)], [tail, 1 - tail])
        if low < high:  # to count negative components 0 raises the draws more than the value, at times past it
            low, high = min(low, point.value), max(high, point.value)
        found[name] = _with(point, float(low), float(high), "generalized, from mean squares", ())
    return found


def _with(point: Estimate, low: float, high: float, method: str, warnings: tuple[str, ...]) -> Estimate:
    if low == high:  # every draw was cut off at 0: that is no certainty
        return dataclasses.replace(point, warnings=point.warnings + warnings)
    return dataclasses.replace(point, low=low, high=high, method=method, warnings=point.warnings + warnings)
