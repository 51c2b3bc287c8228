"""Confirmatory factor models: which loadings are free, what moments they imply, and the parameters that fit best.

A model is written as for lavaan, `visual =~ x1 + x2 + x3`, one factor a line. Everything of a group's model lies in
one row of cells (loadings, factor covariances, residual variances, intercepts, factor means); a cell is fixed or
carries the number of a free parameter, and cells of one number are equal, within a group or across groups.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from psychometrics.estimate import Floats, Integers

Equal = Literal["loadings", "intercepts", "residuals"]
MOST_STEPS = 1000
FIXED = -1


@dataclass(frozen=True)
class FactorModel:
    """A factor model: names in the order written; `loads` tells by factor which items have a loading on it."""

    factors: tuple[str, ...]
    items: tuple[str, ...]
    loads: tuple[tuple[str, ...], ...]


def factor_model(model: str | FactorModel | Mapping[str, Sequence[str]]) -> FactorModel:
    """Read a model; every factor is a sum of items, and an item may stand on several factors (a cross-loading).

    Parameters
    ----------
    model : str or mapping
        Lines "factor =~ item + item", ended by a new line or ";", "#" begins a comment; or factor -> items.

    Examples
    --------
    >>> factor_model("E =~ e1 + e2; N =~ n1 + n2 + e2").items
    ('e1', 'e2', 'n1', 'n2')
    """
    if isinstance(model, FactorModel):
        return model
    loads: dict[str, list[str]] = {}
    for factor, items in _lines(model) if isinstance(model, str) else model.items():
        for item in items:
            if item in loads.setdefault(factor, []):
                raise ValueError(f'model, factor "{factor}": item "{item}" is named twice; once is enough')
            loads[factor].append(item)
    if not loads or not all(loads.values()):
        raise ValueError(f'model: {model!r} has no factor with items; a line is "factor =~ item + item"')
    items = tuple(dict.fromkeys(item for each in loads.values() for item in each))
    second = [item for item in items if item in loads]
    if second:
        raise ValueError(f'model: "{second[0]}" is factor and item; only first-order factors are allowed')
    return FactorModel(tuple(loads), items, tuple(tuple(each) for each in loads.values()))


def _lines(text: str) -> list[tuple[str, list[str]]]:
    found = []
    joined = re.sub(r"#[^\n]*", "", text)
    joined = re.sub(r"(\+|=~)\s*\n\s*|\s*\n\s*(\+)", r" \1\2 ", joined)
    for line in filter(None, (each.strip() for each in re.split(r"[;\n]", joined))):
        factor, sign, items = (each.strip() for each in line.partition("=~"))
        named = [each.strip() for each in items.split("+")]
        if not sign or not factor or not all(named) or any(re.search(r"[~*=]", each) for each in [factor, *named]):
            raise ValueError(f'model, line "{line}": a line is "factor =~ item + item", without modifiers')
        found.append((factor, named))
    return found


@dataclass(frozen=True)
class Cells:
    """Number of the free parameter of each cell (-1: fixed) and the values of the fixed ones, shape (groups, cells)."""

    number: Integers
    fixed: Floats
    n_items: int
    n_factors: int
    means: bool

    @property
    def n_free(self) -> int:
        """How many parameters are free."""
        return int(self.number.max()) + 1

    @property
    def ends(self) -> tuple[int, int, int, int]:
        """Where loadings, factor covariances, residual variances and intercepts end in a row of cells."""
        p, m = self.n_items, self.n_factors
        return p * m, p * m + m * m, p * m + m * m + p, p * m + m * m + 2 * p

    def parts(self, row: Floats) -> list[Floats]:
        """Loadings (items, factors), factor covariances, residual variances, intercepts, factor means of a row."""
        loadings, covariances, *rest = np.split(row, self.ends)
        m = self.n_factors
        return [loadings.reshape(-1, m), covariances.reshape(m, m), *rest]

    def rows(self, free: Floats) -> Floats:
        """All cells of all groups, shape (groups, cells)."""
        return np.where(self.number >= 0, free[self.number], self.fixed)


@dataclass(frozen=True)
class Sample:
    """Covariances (divisor n), means and number of persons of each group."""

    covariances: tuple[Floats, ...]
    means: tuple[Floats, ...]
    n: tuple[int, ...]


@dataclass(frozen=True)
class Solution:
    """The parameters that fit best; `trouble` names what went wrong, empty if nothing did."""

    free: Floats
    discrepancy: float
    information: Floats
    trouble: str


def cells_of(
    model: FactorModel, *, groups: int = 1, marker: bool = False, means: bool = False, equal: Sequence[Equal] = ()
) -> Cells:
    """Lay out a model: what is free, fixed, and equal across groups, as lavaan's `cfa` does.

    Parameters
    ----------
    model : FactorModel
    groups : int
    marker : bool
        The first item of each factor has loading 1 and factor variances are free; else those are 1 (`std.lv`).
    means : bool
        With intercepts and factor means; the latter are 0, but free from the second group on if intercepts are equal.
    equal : sequence of "loadings", "intercepts", "residuals"

    Examples
    --------
    >>> cells_of(factor_model("f =~ a + b + c")).n_free
    6
    """
    p, m = len(model.items), len(model.factors)
    ends = (p * m, p * m + m * m, p * m + m * m + p, p * m + m * m + 2 * p)
    number = np.full((groups, ends[3] + m), FIXED)
    fixed = np.zeros(number.shape)
    count = 0

    def free(group: int, cells: Sequence[int], shared: bool) -> None:
        nonlocal count
        if shared and group:
            number[group, cells] = number[0, cells]
        else:
            number[group, cells] = count
            count += 1

    of_item = {name: place for place, name in enumerate(model.items)}
    alone = {of_item[each[0]] for each in model.loads if len(each) == 1}
    for group in range(groups):
        for factor, names in enumerate(model.loads):
            for place, name in enumerate(names):
                cell = of_item[name] * m + factor
                if marker and place == 0:
                    fixed[group, cell] = 1.0
                else:
                    free(group, [cell], "loadings" in equal)
        for a in range(m):
            for b in range(a + 1):
                cells = [ends[0] + a * m + b, ends[0] + b * m + a]
                if a == b and not marker:
                    fixed[group, cells] = 1.0
                else:
                    free(group, cells, False)
        for item in range(p):
            # a factor with one item is that item: it leaves no residual
            if item not in alone:
                free(group, [ends[1] + item], "residuals" in equal)
        if means:
            for item in range(p):
                free(group, [ends[2] + item], "intercepts" in equal)
            for factor in range(m if group and "intercepts" in equal else 0):
                free(group, [ends[3] + factor], False)
    return Cells(number, fixed, p, m, means)


def implied(cells: Cells, free: Floats) -> list[tuple[Floats, Floats]]:
    """Covariances and means of the items in each group, as the model has them."""
    moments = []
    for row in cells.rows(free):
        loadings, factors, residuals, intercepts, factor_means = cells.parts(row)
        moments.append((loadings @ factors @ loadings.T + np.diag(residuals), intercepts + loadings @ factor_means))
    return moments


def starts(cells: Cells, sample: Sample) -> Floats:
    """Parameters to begin with: the first principal axis of each factor's items, factors uncorrelated."""
    values = np.zeros(cells.number.shape)
    p, m = cells.n_items, cells.n_factors
    for group, (c, mean) in enumerate(zip(sample.covariances, sample.means, strict=True)):
        sd = np.sqrt(np.diag(c))
        used = (cells.number[group, : p * m] >= 0) | (cells.fixed[group, : p * m] != 0)
        loadings, factors, residuals, intercepts, _ = cells.parts(values[group])
        for factor, column in enumerate(used.reshape(p, m).T):
            mine = np.flatnonzero(column)
            size, axes = np.linalg.eigh((c / np.outer(sd, sd))[np.ix_(mine, mine)])
            along = axes[:, -1] * math.sqrt(max(size[-1] - 1, 0.2 * len(mine)) / len(mine)) * math.sqrt(len(mine))
            along = np.clip(along * (1 if along[0] >= 0 else -1), -0.95, 0.95) * sd[mine]
            first = cells.fixed[group].reshape(-1)[mine[0] * m + factor] == 1.0
            scale = max(along[0], 0.3 * sd[mine[0]]) if first else 1.0
            loadings[mine, factor] = along / scale
            factors[factor, factor] = scale**2
        common = np.einsum("ij,jk,ik->i", loadings, factors, loadings)
        residuals[:] = np.maximum(sd**2 - common, 0.3 * sd**2)
        intercepts[:] = mean
    total = np.zeros(cells.n_free)
    np.add.at(total, cells.number[cells.number >= 0], values[cells.number >= 0])
    return total / np.bincount(cells.number[cells.number >= 0], minlength=cells.n_free)


def best_fit(cells: Cells, sample: Sample, start: Floats | None = None) -> Solution:
    """Minimise the normal theory discrepancy by Fisher scoring, damped where a full step would lead uphill.

    Jöreskog (1969); the information is exact for these models, so a dozen steps are the rule. Variances may become
    negative, as in lavaan: who calls decides what to do with them.
    """
    free = starts(cells, sample) if start is None else start
    value = discrepancy(cells, sample, free)
    if not math.isfinite(value):
        return Solution(free, math.nan, np.empty((0, 0)), "did_not_converge")
    damping, trouble = 0.0, "did_not_converge"
    gradient, information = _slopes(cells, sample, free)
    for _ in range(MOST_STEPS):
        scale = np.maximum(np.diag(information), 1e-12)
        step = _solved(information + np.diag((damping + 1e-12) * scale), gradient)
        promised = float(gradient @ step)
        if damping <= 1e-3 and abs(promised) < 1e-13:
            trouble = ""
            break
        new = discrepancy(cells, sample, free - step)
        if new <= value - 1e-4 * promised + 1e-13:
            free, value, damping = free - step, new, damping / 10 if damping > 1e-6 else 0.0
            gradient, information = _slopes(cells, sample, free)
        else:
            damping = max(damping * 8, 1e-4)
            if damping > 1e12:
                break
    scale = np.sqrt(np.maximum(np.diag(information), 1e-300))
    if not trouble and np.linalg.eigvalsh(information / np.outer(scale, scale)).min() < 1e-9:
        trouble = "not_identified"
    return Solution(free, value, information, trouble)


def discrepancy(cells: Cells, sample: Sample, free: Floats) -> float:
    """Normal theory discrepancy, weighted over groups: the chi-square is n times it. Infinite where not defined."""
    total, n = 0.0, sum(sample.n)
    for (sigma, mu), c, mean, persons in zip(
        implied(cells, free), sample.covariances, sample.means, sample.n, strict=True
    ):
        try:
            root = np.linalg.cholesky(sigma)
        except np.linalg.LinAlgError:
            return math.inf
        half = np.linalg.solve(root, c)
        value = 2 * np.log(np.diag(root)).sum() + np.trace(np.linalg.solve(root, half.T))
        value -= float(np.linalg.slogdet(c)[1]) + len(c)
        if cells.means:
            value += float((np.linalg.solve(root, mean - mu) ** 2).sum())
        total += persons / n * float(value)
    return total


def changes(cells: Cells, row: Floats, number: Integers) -> tuple[Floats, Floats]:
    """Derivatives of a group's covariances, (free, items, items), and means, (free, items), by the free parameters."""
    loadings, factors, _, _, factor_means = cells.parts(row)
    p, m = cells.n_items, cells.n_factors
    of_covariances, of_means = np.zeros((cells.n_free, p, p)), np.zeros((cells.n_free, p))
    at_loadings, at_factors, at_residuals, at_intercepts, at_means = np.split(number, cells.ends)
    cell = np.flatnonzero(at_loadings >= 0)
    which, item, factor = at_loadings[cell], cell // m, cell % m
    along = (loadings @ factors).T[factor]
    np.add.at(of_covariances, (which, item), along)
    of_covariances += of_covariances.transpose(0, 2, 1).copy()
    np.add.at(of_means, (which, item), factor_means[factor])
    cell = np.flatnonzero(at_factors >= 0)
    np.add.at(of_covariances, at_factors[cell], loadings.T[cell // m][:, :, None] * loadings.T[cell % m][:, None, :])
    item = np.flatnonzero(at_residuals >= 0)
    np.add.at(of_covariances, (at_residuals[item], item, item), 1.0)
    item = np.flatnonzero(at_intercepts >= 0)
    np.add.at(of_means, (at_intercepts[item], item), 1.0)
    factor = np.flatnonzero(at_means >= 0)
    np.add.at(of_means, at_means[factor], loadings.T[factor])
    return of_covariances, of_means


def _slopes(cells: Cells, sample: Sample, free: Floats) -> tuple[Floats, Floats]:
    """Half the gradient of the discrepancy, and the information of one person."""
    gradient: Floats = np.zeros(cells.n_free)
    information: Floats = np.zeros((cells.n_free, cells.n_free))
    rows, n = cells.rows(free), sum(sample.n)
    for group, (sigma, mu) in enumerate(implied(cells, free)):
        share = sample.n[group] / n
        inverse = np.asarray(np.linalg.inv(sigma), dtype=float)
        of_covariances, of_means = changes(cells, rows[group], cells.number[group])
        away = sample.means[group] - mu if cells.means else np.zeros(len(mu))
        seen = sample.covariances[group] + np.outer(away, away)
        flat = of_covariances.reshape(cells.n_free, -1)
        gradient += share * (flat @ (inverse - inverse @ seen @ inverse).ravel() / 2 - of_means @ inverse @ away)
        weighted = (inverse @ of_covariances @ inverse).reshape(cells.n_free, -1)
        information += share * (weighted @ flat.T / 2 + of_means @ inverse @ of_means.T)
    return gradient, information


def _solved(matrix: Floats, vector: Floats) -> Floats:
    try:
        return np.asarray(np.linalg.solve(matrix, vector), dtype=float)
    except np.linalg.LinAlgError:
        return np.asarray(np.linalg.lstsq(matrix, vector, rcond=None)[0], dtype=float)
