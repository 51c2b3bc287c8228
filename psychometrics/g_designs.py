"""Designs of generalizability studies: which factors are crossed or nested, and a table of values as their array.

The array has one axis for each factor, persons first; a cell nobody answered is NaN.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from pandas import DataFrame

from psychometrics.estimate import LARGEST, Floats, Missing, beyond, one_each

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
    if beyond(x).any():
        raise ValueError(f"{value}: {x[beyond(x)][0]}; a value is a number up to {LARGEST:g} or missing")
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
