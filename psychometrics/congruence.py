"""Congruence: are these the same factors as those, such as the factors of human answers to the same items?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandas import DataFrame
from scipy import optimize

from psychometrics.estimate import LARGEST, Estimate, Floats, beyond, undefined


@dataclass(frozen=True)
class Congruence:
    """How alike two structures of the same items are.

    Attributes
    ----------
    total : Estimate
        Congruence of all loadings at once, after rotation to the target.
    factors : DataFrame
        `factor`, `phi` after rotation to the target, `phi_matched` (only reordered and reflected, not rotated),
        `phi_chance`: 95th centile when the items are shuffled. Rotation to a target makes chance look like likeness,
        so read `phi` beside it.
    items : DataFrame
        `item`, `phi`: congruence of each item's loadings.
    loadings : DataFrame
        After rotation to the target.
    """

    total: Estimate
    factors: DataFrame
    items: DataFrame
    loadings: DataFrame


def tucker_congruence(a: DataFrame, b: DataFrame) -> DataFrame:
    """Congruence of each factor of `a` with each of `b` (Burt, 1948; Tucker, 1951): the cosine of their loadings.

    Parameters
    ----------
    a, b : DataFrame, index item, one column a factor
        Loadings; compared over the items that both have.

    Returns
    -------
    DataFrame, shape (factors of a, factors of b)
        No unit, in [-1, 1]. Lorenzo-Seva and ten Berge (2006) call .85 to .94 fair, .95 and above equal. NaN for a
        factor without loadings, and when no item is shared.

    Examples
    --------
    >>> a = pd.DataFrame({"F1": [0.7, 0.6, 0.1]}, index=["q1", "q2", "q3"])
    >>> tucker_congruence(a, -a.iloc[::-1]).round(3).to_numpy().tolist()
    [[-1.0]]
    """
    x, y = _shared(a, b)
    return pd.DataFrame(_cosines(x.to_numpy(float), y.to_numpy(float)), index=a.columns, columns=b.columns)


def match_factors(loadings: DataFrame, target: DataFrame) -> DataFrame:
    """Reorder and reflect factors so that they are as congruent as possible with those of `target`.

    Parameters
    ----------
    loadings, target : DataFrame, index item, one column a factor

    Returns
    -------
    DataFrame
        `loadings` with columns in the order of `target`, and its names. Factors beyond those of `target`, or without
        loadings, are left out.

    Examples
    --------
    >>> target = pd.DataFrame({"E": [0.8, 0.7, 0.0], "N": [0.0, 0.1, 0.9]}, index=["q1", "q2", "q3"])
    >>> match_factors(pd.DataFrame({"F1": [0.1, 0.1, -0.8], "F2": [0.7, 0.7, 0.0]}, index=target.index), target)
          E    N
    q1  0.7 -0.1
    q2  0.7 -0.1
    q3  0.0  0.8
    """
    phi = tucker_congruence(loadings, target).fillna(0.0).to_numpy()
    rows, columns = optimize.linear_sum_assignment(-np.abs(phi))
    matched = {
        target.columns[column]: loadings.iloc[:, row] * (-1.0 if phi[row, column] < 0 else 1.0)
        for row, column in sorted(zip(rows, columns, strict=True), key=lambda each: each[1])
    }
    return pd.DataFrame(matched, index=loadings.index) + 0.0  # no minus zero


def procrustes(loadings: DataFrame, target: DataFrame) -> DataFrame:
    """Rotate loadings to least squares with a target, keeping the factors orthogonal (Schonemann, 1966).

    Parameters
    ----------
    loadings, target : DataFrame, index item, one column a factor
        Loadings of orthogonal factors, as many as the target has. Any items; the shared ones decide.

    Returns
    -------
    DataFrame
        `loadings`, all its items, with the target's columns; NaN where shared items have NaN, as without a solution.

    Examples
    --------
    >>> target = pd.DataFrame({"E": [0.8, 0.7, 0.0], "N": [0.0, 0.1, 0.9]}, index=["q1", "q2", "q3"])
    >>> turned = target.to_numpy() @ np.array([[0.6, 0.8], [-0.8, 0.6]])
    >>> np.allclose(procrustes(pd.DataFrame(turned, index=target.index), target), target)
    True
    """
    if loadings.shape[1] != target.shape[1]:
        raise ValueError(f"procrustes: {loadings.shape[1]} factors and {target.shape[1]} in the target; as many needed")
    x, y = _shared(loadings, target)
    if not (np.isfinite(x.to_numpy(float)).all() and np.isfinite(y.to_numpy(float)).all()):
        return pd.DataFrame(math.nan, index=loadings.index, columns=target.columns)
    turned = loadings.to_numpy(float) @ _turn(x.to_numpy(float), y.to_numpy(float))
    return pd.DataFrame(turned, index=loadings.index, columns=target.columns)


def congruence(
    loadings: DataFrame, target: DataFrame, *, seed: int = 0, shuffles: int = 200, n_persons: int = 0
) -> Congruence:
    """Congruence of a loading matrix with a target, after orthogonal Procrustes rotation (McCrae, Zonderman, Costa,
    Bond and Paunonen, 1996).

    Parameters
    ----------
    loadings : DataFrame, index item, one column a factor
        Of orthogonal factors, as many as the target has.
    target : DataFrame, index item, one column a factor
    seed, shuffles : int
        Of the comparison with chance: items of `loadings` are shuffled, then rotated to the target.
    n_persons : int
        Behind `loadings`, to be told with the result.

    Returns
    -------
    Congruence
        No unit, in [-1, 1]. NaN with `too_few_items` when fewer items are shared than twice the factors: so few can
        be rotated to any target. `not_all_items` warns that some of the target's items are not in `loadings`.
        `too_many_factors` or `too_few_factors`: the target has another number. `no_loadings`: NaN, or all 0.

    Examples
    --------
    >>> from psychometrics.human_structure import human_structure
    >>> human = human_structure("sd3").loadings
    >>> found = congruence(human.iloc[:, [2, 0, 1]], human)
    >>> found.total
    Estimate(1.000, n=0)
    >>> found.factors[["factor", "phi"]].round(3).to_dict("list")
    {'factor': ['M', 'N', 'P'], 'phi': [1.0, 1.0, 1.0]}
    """
    x, y = _shared(loadings, target)
    k, factors = len(x), target.shape[1]

    def without(note: str) -> Congruence:
        return no_congruence(undefined(note, n_persons=n_persons, n_items=k), target)

    if loadings.shape[1] != factors:
        return without("too_many_factors" if loadings.shape[1] > factors else "too_few_factors")
    if k < 2 * factors:
        return without("too_few_items")
    given, aim = x.to_numpy(float), y.to_numpy(float)
    if not (np.isfinite(given).all() and np.isfinite(aim).all() and (given**2).sum() > 0 and (aim**2).sum() > 0):
        return without("no_loadings")
    turned = given @ _turn(given, aim)
    random = np.random.default_rng(seed)
    chance = np.empty((shuffles, factors))
    for each in range(shuffles):
        shuffled = given[random.permutation(k)]
        chance[each] = np.diag(_cosines(shuffled @ _turn(shuffled, aim), aim))
    warnings: tuple[str, ...] = ()
    if k < len(target):
        warnings = (f"not_all_items: {k} of the target's {len(target)} items are compared",)
    phi = np.diag(_cosines(turned, aim))
    matched = match_factors(x, y).reindex(columns=target.columns)
    table = pd.DataFrame(
        {
            "factor": target.columns,
            "phi": phi,
            "phi_matched": np.diag(_cosines(matched.to_numpy(float), aim)),
            "phi_chance": [_centile(each) for each in chance.T],
        }
    )
    total = Estimate(
        float((turned * aim).sum() / (np.linalg.norm(turned) * np.linalg.norm(aim))),
        n_persons=n_persons,
        n_items=k,
        warnings=warnings,
        extra={"lowest_phi": float(phi.min()), "mean_phi": float(phi.mean())},
    )
    of_items = pd.DataFrame({"item": x.index, "phi": np.diag(_cosines(turned.T, aim.T))})
    return Congruence(total, table, of_items, procrustes(loadings, target))


def no_congruence(none: Estimate, target: DataFrame) -> Congruence:
    """A result without a value: `none` says why, and the tables hold NaN for the factors and items of `target`."""
    nothing = math.nan
    columns = ("phi", "phi_matched", "phi_chance")
    table = pd.DataFrame({"factor": target.columns, **dict.fromkeys(columns, nothing)})
    return Congruence(
        none,
        table,
        pd.DataFrame({"item": target.index, "phi": nothing}),
        pd.DataFrame(nothing, index=target.index, columns=target.columns),
    )


def _shared(a: DataFrame, b: DataFrame) -> tuple[DataFrame, DataFrame]:
    for name, table in (("first", a), ("second", b)):
        if table.index.has_duplicates:
            twice = table.index[table.index.duplicated()][0]
            raise ValueError(f'congruence: item "{twice}" is twice in the {name} table; once is allowed')
        if table.columns.has_duplicates:
            twice = table.columns[table.columns.duplicated()][0]
            raise ValueError(f'congruence: factor "{twice}" is twice in the {name} table; once is allowed')
        loadings = table.to_numpy(float, na_value=math.nan)
        if beyond(loadings).any():
            seen = loadings[beyond(loadings)][0]
            raise ValueError(
                f"congruence: {seen} in the {name} table; a loading is a number up to {LARGEST:g} or missing"
            )
    shared = [each for each in b.index if each in a.index]
    return a.loc[shared], b.loc[shared]


def _centile(chance: Floats) -> float:
    defined = chance[np.isfinite(chance)]
    return float(np.quantile(defined, 0.95)) if len(defined) else math.nan


def _cosines(a: Floats, b: Floats) -> Floats:
    lengths = np.outer(np.sqrt((a**2).sum(axis=0)), np.sqrt((b**2).sum(axis=0)))
    cosines: Floats = a.T @ b / np.where(lengths > 0, lengths, math.nan)
    return cosines


def _turn(loadings: Floats, target: Floats) -> Floats:
    u, _, v = np.linalg.svd(loadings.T @ target)
    turn: Floats = u @ v
    return turn
