"""Variance components of crossed and nested designs: how much persons, items, forms and draws each move a value.

A design is an array with one axis for each factor, persons first; a cell nobody answered is NaN. The components come
from mean squares (the analogous ANOVA where cells are missing) or from restricted maximum likelihood.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from pandas import DataFrame

from psychometrics.estimate import NO_SPREAD, Floats, Missing, one_each
from psychometrics.mixed import fisher_scoring, fit_variances

Estimator = Literal["mean squares", "REML"]
Effect = tuple[str, ...]
MOST_CELLS = 50_000_000  # 400 MB; a table that fills fewer of its cells than this needs is no crossed design


@dataclass(frozen=True)
class Design:
    """The factors of a study: `persons` are measured, over `facets`; `nested` names the factors a facet stands within.

    Attributes
    ----------
    persons, facets : tuple of str
        Axes of the array, in this order.
    nested : mapping
        {"rater": ("task",)}: raters of one task are not those of another. {"draw": ("person", "item", "form")}:
        replicates of one cell.
    """

    persons: tuple[str, ...]
    facets: tuple[str, ...]
    nested: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = self.factors
        if len(set(names)) < len(names):
            raise ValueError(f"factors: {', '.join(names)}; each may be named once")
        for name, within in self.nested.items():
            if name not in names or not set(within) <= set(names) - {name}:
                raise ValueError(f"nested: {name} within {', '.join(within)}; allowed are {', '.join(names)}")

    @property
    def factors(self) -> tuple[str, ...]:
        """Persons, then facets."""
        return self.persons + self.facets

    @property
    def effects(self) -> tuple[Effect, ...]:
        """All sets of factors that can have a component: with a nested factor, those it stands within. The last is the
        residual.

        >>> Design(("person",), ("item",)).effects
        (('person',), ('item',), ('person', 'item'))
        >>> Design(("p",), ("t", "r"), {"r": ("t",)}).effects
        (('p',), ('t',), ('p', 't'), ('t', 'r'), ('p', 't', 'r'))
        """
        names = self.factors
        sets = [each for size in range(1, len(names) + 1) for each in itertools.combinations(names, size)]
        return tuple(each for each in sets if all(set(self.nested.get(name, ())) <= set(each) for name in each))

    def primary(self, effect: Effect) -> Effect:
        """The factors of an effect that no other of its factors is nested within: those it is centred over."""
        outer = {outer for name in effect for outer in self.nested.get(name, ())}
        return tuple(name for name in effect if name not in outer)

    def label(self, effect: Effect) -> str:
        """Name of an effect in tables: "person x item", "rater:task"; that of all factors is "residual"."""
        if len(effect) == len(self.factors):
            return "residual"
        within = {name: " x ".join(self.nested.get(name, ())) for name in self.primary(effect)}
        return " x ".join(f"{name}:{outer}" if outer else name for name, outer in within.items())

    def without(self, names: Sequence[str]) -> Design:
        """The design without some factors."""
        left = {
            name: tuple(each for each in within if each not in names)
            for name, within in self.nested.items()
            if name not in names
        }
        persons, facets = (tuple(each for each in some if each not in names) for some in (self.persons, self.facets))
        return Design(persons, facets, {name: within for name, within in left.items() if within})


@dataclass(frozen=True)
class Arranged:
    """Values of a design as an array; `strata` has one label for each level of the first axis."""

    values: Floats
    design: Design
    n_missing: int
    missing: Missing
    strata: tuple[Hashable, ...] | None = None
    warnings: tuple[str, ...] = ()
    one_level: tuple[str, ...] = ()


@dataclass(frozen=True)
class Components:
    """Variance components of one design.

    Attributes
    ----------
    table : DataFrame
        Columns effect, df, sum_of_squares, mean_square, variance (squared unit of the values), percent (of the sum of
        the positive ones), note (`negative_component`, `zero_component` for REML, `not_estimable`). One row an effect.
    design : Design
        Without the factors of `one_level`.
    levels : mapping
        Levels of each factor; of a nested one within each of its places (the most, where they differ).
    method : str
        "mean squares", "analogous ANOVA" or "REML".
    criterion : float
        Minus twice the restricted log-likelihood, as lme4's `REMLcrit`; NaN unless by REML.
    mean : float
        Mean of all values.
    n_persons, n_values, n_missing : int
        Persons (all combinations, with several factors of persons); values that entered; cells without one.
    missing : str
    one_level : tuple of str
        Factors with a single level: their variance is hidden in the other components.
    note : str
        Why there are no components, or "".
    warnings : tuple of str
    """

    table: DataFrame
    design: Design
    levels: Mapping[str, int]
    method: str
    criterion: float
    mean: float
    n_persons: int
    n_values: int
    n_missing: int
    missing: Missing
    one_level: tuple[str, ...] = ()
    note: str = ""
    warnings: tuple[str, ...] = ()

    def variance(self, *factors: str) -> float:
        """The component of a set of factors, in any order; all of them give the residual."""
        wanted = [each for each in self.design.effects if set(each) == set(factors)]
        if not wanted:
            allowed = "; ".join(", ".join(each) for each in self.design.effects)
            raise ValueError(f"variance: no component of {', '.join(factors)}; there are {allowed}")
        return float(self.table["variance"].iloc[self.design.effects.index(wanted[0])])


def variance_components(
    data: DataFrame | NDArray[Any],
    *,
    persons: str | Sequence[str] = "person",
    facets: Sequence[str] = ("item",),
    value: str = "value",
    nested: Mapping[str, str | Sequence[str]] | None = None,
    estimator: Estimator = "mean squares",
    missing: Missing = "pairwise",
) -> Components:
    """Components of a random-effects design (Brennan, 2001, chapters 3 to 5 and 7; Searle, Casella and McCulloch, 1992).

    Parameters
    ----------
    data : DataFrame or array
        Long table: one row a value, with a column for each factor; NaN values and absent rows are missing answers. Or
        an array with one axis for each of persons and facets, in this order; NaN is missing.
    persons : column name or names
        What is measured. ("persona", "model") are two factors of persons, crossed.
    facets : column names
        What may change: item, form, draw ...
    value : str
        Column of keyed values, any unit.
    nested : mapping, optional
        {"rater": "task"}, or for replicates {"draw": ("person", "item", "form")}. Labels need to differ only within.
    estimator : "mean squares" or "REML"
        Mean squares are unbiased and may turn out negative, which is kept. REML keeps all components at 0 or more; it
        is what lme4 gives.
    missing : "pairwise" or "listwise"
        Listwise leaves out every person with a missing cell. Pairwise uses all values: mean squares become the
        analogous ANOVA (Henderson's method 1), REML the likelihood of what was answered.

    Returns
    -------
    Components
        NaN with a note: `no_values`, `too_few_persons` (one), `no_replication` (no facet with two levels),
        `zero_variance` (all values equal). Single components are `not_estimable` where the missing cells leave too
        little. Warnings: `one_level` (factor left out), `zero_residual_variance`, `too_large_for_likelihood` and
        `did_not_converge` (mean squares stand in for REML).

    Examples
    --------
    >>> found = variance_components(np.array([[2.0, 3, 5], [4, 4, 6], [1, 3, 3], [5, 6, 6]]))
    >>> found.table[["effect", "df", "variance"]].round(3)
         effect   df  variance
    0    person  3.0     2.000
    1      item  2.0     0.889
    2  residual  6.0     0.444
    """
    return components_of(arranged(data, persons, facets, value, nested, missing), estimator)


def arranged(
    data: DataFrame | NDArray[Any],
    persons: str | Sequence[str],
    facets: Sequence[str],
    value: str,
    nested: Mapping[str, str | Sequence[str]] | None,
    missing: Missing,
    strata: str | Sequence[Hashable] | None = None,
) -> Arranged:
    """The array of a design, without the factors that have one level and the persons who have no value.

    `strata` is a column of the table, or one label for each level of the array's first axis.
    """
    if missing not in ("pairwise", "listwise"):
        raise ValueError(f'missing: "{missing}"; allowed are "pairwise" and "listwise"')
    within = {name: (outer,) if isinstance(outer, str) else tuple(outer) for name, outer in (nested or {}).items()}
    design = Design((persons,) if isinstance(persons, str) else tuple(persons), tuple(facets), within)
    if isinstance(data, DataFrame):
        x, poles = _from_table(data, design, value, strata)
    else:
        x, poles = np.asarray(data, dtype=float), None if strata is None else list(strata)
        if x.ndim != len(design.factors):
            raise ValueError(f"data: {x.ndim} axes for the {len(design.factors)} factors {', '.join(design.factors)}")
    if np.isinf(x).any():
        raise ValueError(f"{value}: an infinite value; a value is a number or missing")
    if poles is not None and len(poles) != len(x):
        raise ValueError(f"strata: {len(poles)} given for {len(x)} levels of {design.factors[0]}; one each is needed")
    present = np.isfinite(x)
    facet_axes = tuple(range(1, x.ndim))
    enters = np.asarray(present.all(axis=facet_axes) if missing == "listwise" else present.any(axis=facet_axes))
    lost = int((~present).sum())
    if not enters.all():
        x, poles = (
            x[enters],
            None if poles is None else [p for p, kept in zip(poles, enters.tolist(), strict=True) if kept],
        )
    for axis in range(1, x.ndim):
        filled = np.isfinite(x).any(axis=tuple(a for a in range(x.ndim) if a != axis))
        if not filled.all():
            x = np.compress(filled, x, axis=axis)
    alone = tuple(name for name, size in zip(design.factors, x.shape, strict=True) if size < 2)
    gone = tuple(name for name in alone if name != design.factors[0])
    if not x.size:
        return Arranged(x, design, lost, missing)
    warnings = tuple(
        f"one_level: {name} has one level; its variance is hidden in the other components" for name in gone
    )
    x = x.reshape([size for name, size in zip(design.factors, x.shape, strict=True) if name not in gone])
    return Arranged(x, design.without(gone), lost, missing, None if poles is None else tuple(poles), warnings, gone)


def components_of(data: Arranged, estimator: Estimator = "mean squares") -> Components:
    """`variance_components` of values that are arranged already."""
    if estimator not in ("mean squares", "REML"):
        raise ValueError(f'estimator: "{estimator}"; allowed are "mean squares" and "REML"')
    x, design = data.values, data.design
    present = np.isfinite(x)
    balanced = bool(present.all())
    note = _undefined(x, design)
    table = DataFrame({"effect": [design.label(each) for each in design.effects]})
    method, criterion, warnings = "mean squares" if balanced else "analogous ANOVA", math.nan, data.warnings
    if note:
        table[["df", "sum_of_squares", "mean_square", "variance"]] = math.nan
    else:
        df, squares, variances = (each[0] for each in resampled(data)(np.ones((1, len(x)))))
        table["df"], table["sum_of_squares"] = df, squares
        table["mean_square"] = squares / np.where(df > 0, df, math.nan)
        table["variance"] = variances
        if estimator == "REML":
            variances, criterion, told = _reml(data, table)
            if told:
                warnings += (f"{told}: no REML, mean squares stand in",)
            else:
                method, table["variance"] = "REML", variances
    positive = table["variance"].clip(lower=0)
    table["percent"] = 100 * positive / positive.sum() if positive.sum() > 0 else math.nan
    told_of = [(table["variance"] < 0, "negative_component"), (table["variance"].isna(), note or "not_estimable")]
    if method == "REML":
        told_of.append((table["variance"] == 0, "zero_component"))
    table["note"] = np.select([each.to_numpy() for each, _ in told_of], [text for _, text in told_of], default="")
    persons = present.any(axis=tuple(range(len(design.persons), x.ndim)))
    return Components(
        table=table,
        design=design,
        levels=dict(zip(design.factors, x.shape, strict=True)),
        method=method,
        criterion=criterion,
        mean=float(x[present].mean()) if present.any() else math.nan,
        n_persons=int(persons.sum()),
        n_values=int(present.sum()),
        n_missing=data.n_missing,
        missing=data.missing,
        one_level=data.one_level,
        note=note,
        warnings=warnings,
    )


def expected_mean_squares(design: Design, levels: Mapping[str, ArrayLike]) -> Floats:
    """Coefficients of the components (columns) in the expected mean squares (rows), shape (..., effects, effects).

    The mean square of an effect holds every effect with all of its factors, times the number of values in one of the
    latter's cells (Brennan, 2001, section 3.4.4). `levels` are numbers, or arrays of one shape for many studies.

    >>> expected_mean_squares(Design(("p",), ("i",)), {"p": 20, "i": 5})
    array([[ 5.,  0.,  1.],
           [ 0., 20.,  1.],
           [ 0.,  0.,  1.]])
    """
    held = np.array([[float(set(row) <= set(column)) for column in design.effects] for row in design.effects])
    sizes = {name: np.asarray(each, dtype=float) for name, each in levels.items()}
    ones = np.ones(np.broadcast_shapes(*(each.shape for each in sizes.values())))
    per_cell = [
        math.prod((sizes[name] for name in design.factors if name not in each), start=ones) for each in design.effects
    ]
    return np.asarray(held * np.stack(per_cell, axis=-1)[..., None, :], dtype=float)


def degrees_of_freedom(design: Design, levels: Mapping[str, ArrayLike]) -> Floats:
    """Degrees of freedom of each effect of a balanced design, shape (..., effects).

    >>> degrees_of_freedom(Design(("p",), ("t", "r"), {"r": ("t",)}), {"p": 10, "t": 3, "r": 4})
    array([ 9.,  2., 18.,  9., 81.])
    """
    sizes = {name: np.asarray(each, dtype=float) for name, each in levels.items()}
    ones = np.ones(np.broadcast_shapes(*(each.shape for each in sizes.values())))
    df = [
        math.prod((sizes[name] - (name in design.primary(each)) for name in each), start=ones)
        for each in design.effects
    ]
    return np.stack(df, axis=-1)


def resampled(data: Arranged) -> Callable[[Floats], tuple[Floats, Floats, Floats]]:
    """A function of how often each level of the first factor is drawn, shape (draws, levels), to df, sums of squares
    and components, each of shape (draws, effects). Drawn once each, they are the estimates.

    Twice the same person counts as two persons: no cell is gathered, only sums over persons are weighted anew.
    """
    return _balanced(data) if np.isfinite(data.values).all() else _unbalanced(data)


def _balanced(data: Arranged) -> Callable[[Floats], tuple[Floats, Floats, Floats]]:
    x, design = data.values, data.design
    n, names = len(x), design.factors
    levels = dict(zip(names, x.shape, strict=True))
    centred = x - x.mean()
    coefficients = expected_mean_squares(design, levels)
    df = degrees_of_freedom(design, levels)
    parts: dict[Effect, tuple[Floats, Floats, Floats]] = {}

    def part(effect: Effect, primary: Effect) -> tuple[Floats, Floats, Floats]:
        """Deviations of each person on the other factors of an effect: their mean, what is left, its squares."""
        if effect not in parts:
            axes = [names.index(name) for name in effect]
            m = centred.mean(axis=tuple(a for a in range(1, x.ndim) if a not in axes), keepdims=True)
            for name in primary:
                m = m - m.mean(axis=names.index(name), keepdims=True)
            each = m.reshape(n, -1) * math.sqrt(centred[0].size / m[0].size)
            mean = each.mean(axis=0)
            left = each - mean
            parts[effect] = mean, left, np.einsum("ij,ij->i", left, left)
        return parts[effect]

    def statistic(counts: Floats) -> tuple[Floats, Floats, Floats]:
        squares = np.empty((len(counts), len(design.effects)))
        shifts: dict[Effect, Floats] = {}
        for place, effect in enumerate(design.effects):
            primary = design.primary(effect)
            others = tuple(name for name in effect if name != names[0])
            mean, left, own = part(others, tuple(name for name in primary if name != names[0]))
            if others not in shifts:
                shifts[others] = counts @ left / n
            shift = shifts[others]
            if names[0] in primary:
                squares[:, place] = counts @ own - n * np.einsum("ij,ij->i", shift, shift)
            elif names[0] in effect:
                squares[:, place] = counts @ (own + 2 * left @ mean + mean @ mean)
            else:
                squares[:, place] = n * ((shift + mean) ** 2).sum(axis=1)
        squares[squares <= x.size * NO_SPREAD**2] = 0.0
        variances = np.asarray(np.linalg.solve(coefficients, (squares / df).T).T, dtype=float)
        variances[np.abs(variances) <= 1e-13 * np.abs(squares / df).max(axis=1, keepdims=True)] = 0.0
        return np.broadcast_to(df, squares.shape), squares, variances

    return statistic


def _unbalanced(data: Arranged) -> Callable[[Floats], tuple[Floats, Floats, Floats]]:
    """Henderson's method 1: the expected value of each uncorrected sum of squares is linear in the components."""
    x, design = data.values, data.design
    names, effects = design.factors, design.effects
    present = np.isfinite(x)
    filled = np.where(present, x - x[present].mean(), 0.0)
    several = [(), *effects]

    def over(values: Floats, kept: Sequence[str]) -> Floats:
        gone = tuple(a for a in range(1, x.ndim) if names[a] not in kept)
        return np.asarray(values.sum(axis=gone, keepdims=True), dtype=float)

    # a cell of `effect` may hold many persons; each person's share of it, on the axes of the facets
    counts_of = {each: over(present.astype(float), each) for each in several}
    sums_of = {each: over(filled, each) for each in several}

    def flat(values: Floats, draws: Floats) -> Floats:
        folded = draws @ values.reshape(len(x), -1)
        return np.asarray(folded.reshape(len(draws), *values.shape[1:]), dtype=float)

    def ratio(a: Floats, b: Floats) -> Floats:
        return np.divide(a, b, out=np.zeros(np.broadcast_shapes(a.shape, b.shape)), where=b > 0)

    def statistic(draws: Floats) -> tuple[Floats, Floats, Floats]:
        drawn = len(draws)
        totals, cells = np.empty((drawn, len(several))), np.empty((drawn, len(several)))
        expected = np.empty((drawn, len(several), len(effects)))
        weighted = {each: flat(counts_of[each], draws) for each in several if names[0] not in each}
        for row, effect in enumerate(several):
            n, s = counts_of[effect], sums_of[effect]
            own = names[0] in effect
            held = n if own else weighted[effect]
            if own:
                totals[:, row] = draws @ ratio(s**2, n).reshape(len(x), -1).sum(axis=1)
                cells[:, row] = draws @ (n > 0).reshape(len(x), -1).sum(axis=1)
            else:
                totals[:, row] = ratio(flat(s, draws) ** 2, held).reshape(drawn, -1).sum(axis=1)
                cells[:, row] = (held > 0).reshape(drawn, -1).sum(axis=1)
            for column, other in enumerate(effects):
                joint = tuple(name for name in names if name in effect or name in other)
                if own:
                    expected[:, row, column] = draws @ ratio(counts_of[joint] ** 2, n).reshape(len(x), -1).sum(axis=1)
                elif names[0] in other:
                    squared = flat(over(counts_of[joint] ** 2, effect), draws)
                    expected[:, row, column] = ratio(squared, held).reshape(drawn, -1).sum(axis=1)
                else:
                    expected[:, row, column] = ratio(weighted[joint] ** 2, held).reshape(drawn, -1).sum(axis=1)
        signs = _signs(design, several)
        left, right = expected[:, 1:] - expected[:, :1], totals[:, 1:] - totals[:, :1]
        return cells @ signs.T, totals @ signs.T, _solved(left, right)

    return statistic


def _signs(design: Design, several: list[Effect]) -> Floats:
    """How the sum of squares of each effect is made of the uncorrected ones: inclusion and exclusion."""
    signs = np.zeros((len(several) - 1, len(several)))
    for row, effect in enumerate(several[1:]):
        primary = design.primary(effect)
        for size in range(len(primary) + 1):
            for gone in itertools.combinations(primary, size):
                signs[row, several.index(tuple(name for name in effect if name not in gone))] += (-1) ** size
    return signs


def _solved(left: Floats, right: Floats) -> Floats:
    """Components of each draw; NaN for those that the filled cells do not tell apart."""
    scale = np.abs(left).max(axis=1, keepdims=True)
    left = left / np.where(scale > 0, scale, 1.0)
    u, d, v = np.linalg.svd(left)
    sound = d > 1e-10 * d[:, :1]
    inverse = np.where(sound, 1 / np.where(sound, d, 1.0), 0.0)
    found = np.einsum("kji,kj,klj,kl->ki", v, inverse, u, right) / np.where(scale > 0, scale, 1.0)[:, 0]
    lost = np.einsum("kji,kj->ki", v**2, (~sound).astype(float)) > 1e-8
    noise = 1e-13 * np.abs(found).max(axis=1, keepdims=True)
    return np.where(lost, math.nan, np.where(np.abs(found) <= noise, 0.0, found))


def _reml(data: Arranged, table: DataFrame) -> tuple[Floats, float, str]:
    """Components, criterion, and the reason when there are none."""
    x, design = data.values, data.design
    present = np.isfinite(x)
    n = int(present.sum())
    if not present.all():
        places = np.nonzero(present)
        codes = []
        for effect in design.effects[:-1]:
            axes = [design.factors.index(name) for name in effect]
            cell = np.ravel_multi_index([places[a] for a in axes], [x.shape[a] for a in axes])
            codes.append(np.unique(cell, return_inverse=True)[1])
        fit = fit_variances(x[present], np.ones((n, 1)), codes, reml=True)
        return fit.variances, fit.criterion, fit.note
    df, ms = table["df"].to_numpy(float), table["mean_square"].to_numpy(float)
    if ms[-1] <= 0:
        return np.empty(0), math.nan, "zero_residual_variance"
    unit = float(ms.max())
    held = expected_mean_squares(design, dict(zip(design.factors, x.shape, strict=True)))

    def state(variances: Floats) -> tuple[float, Floats, Floats]:
        expected = held @ variances
        weights = df / expected**2 / 2
        criterion = float((df * np.log(expected) + df * ms / unit / expected).sum())
        return criterion, held.T @ (weights[:, None] * held), held.T @ (weights * ms / unit)

    truncated = np.maximum(table["variance"].to_numpy(float) / unit, 0)
    found = fisher_scoring(state, truncated)
    if found is None:
        return np.empty(0), math.nan, "did_not_converge"
    criterion = state(found)[0] + (n - 1) * (math.log(2 * math.pi) + math.log(unit)) + math.log(n)
    return found * unit, criterion, ""


def _from_table(
    table: DataFrame, design: Design, value: str, strata: str | Sequence[Hashable] | None
) -> tuple[Floats, list[Hashable] | None]:
    if strata is not None and not isinstance(strata, str):
        raise ValueError("strata: a list; beside a table it is the name of a column")
    columns = [*design.factors, value, *([strata] if isinstance(strata, str) else [])]
    lacking = [each for each in columns if each not in table.columns]
    if lacking:
        raise ValueError(f'table: column "{lacking[0]}" is missing; there are {", ".join(map(str, table.columns))}')
    y = table[value].to_numpy(dtype=float, na_value=math.nan)
    codes = {}
    for name in design.factors:
        codes[name], _ = pd.factorize(table[name])
        if (codes[name] < 0).any():
            raise ValueError(f"{name}: row {int(np.argmax(codes[name] < 0))} has none; every row needs one")
    for name, within in design.nested.items():
        codes[name] = _renumbered(codes[name], [codes[each] for each in within])
    shape = [int(codes[name].max()) + 1 if len(y) else 0 for name in design.factors]
    if math.prod(shape) > MOST_CELLS:
        raise ValueError(f"table: {len(y)} values for {math.prod(shape)} cells; name what is nested within what")
    x = np.full(shape, math.nan)
    if not len(y):
        return x, None if strata is None else []
    cell = np.ravel_multi_index([codes[name] for name in design.factors], shape)
    seen = np.bincount(cell, minlength=x.size)
    if seen.max(initial=0) > 1:
        row = int(np.argmax(seen[cell] > 1))
        what = table[list(design.factors)].iloc[row].to_dict()
        raise ValueError(f"table: {what} stands twice; repeats are told apart by a nested factor, such as draw")
    x.ravel()[cell] = y
    poles = None if strata is None else one_each(table[strata], codes[design.factors[0]], "strata")
    return x, poles


def _renumbered(code: NDArray[np.intp], within: list[NDArray[np.intp]]) -> NDArray[np.intp]:
    """Number the levels of a nested factor anew from 0 within each of its places."""
    place = np.ravel_multi_index(within, [int(each.max(initial=0)) + 1 for each in within])
    both = place * (int(code.max(initial=0)) + 1) + code
    levels, inverse = np.unique(both, return_inverse=True)
    of = levels // (int(code.max(initial=0)) + 1)
    starts = np.searchsorted(of, of)
    return np.asarray((np.arange(len(levels)) - starts)[inverse], dtype=np.intp)


def _undefined(x: Floats, design: Design) -> str:
    present = np.isfinite(x)
    if not present.any():
        return "no_values"
    if len(x) < 2:
        return "too_few_persons"
    if x.ndim < 2:
        return "no_replication"
    return "zero_variance" if np.ptp(x[present]) <= NO_SPREAD else ""
