"""Components of a design from its mean squares, in the table as it is and in resampled persons.

Where cells are missing, the analogous ANOVA stands in (Henderson's method 1; Searle, Casella and McCulloch, 1992).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence

import numpy as np

from psychometrics.covariances import ROUNDING
from psychometrics.estimate import NO_SPREAD, Floats
from psychometrics.g_designs import Arranged, Design, Effect, degrees_of_freedom, expected_mean_squares


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
    own_squares = (centred.reshape(n, -1) ** 2).sum(axis=1)
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
        noise = np.maximum(ROUNDING * (counts @ own_squares), x.size * NO_SPREAD**2)
        squares[squares <= noise[:, None]] = 0.0
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
        # a draw whose values are all equal has no variances, but for what rounding leaves of them
        noise = ROUNDING * totals[:, -1:] / np.maximum(cells[:, -1:], 1)
        return cells @ signs.T, totals @ signs.T, _solved(left, right, noise)

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


def _solved(left: Floats, right: Floats, noise: Floats) -> Floats:
    """Components of each draw, 0 up to `noise`; NaN for those that the filled cells do not tell apart."""
    scale = np.abs(left).max(axis=1, keepdims=True)
    left = left / np.where(scale > 0, scale, 1.0)
    u, d, v = np.linalg.svd(left)
    sound = d > 1e-10 * d[:, :1]
    inverse = np.where(sound, 1 / np.where(sound, d, 1.0), 0.0)
    found = np.einsum("kji,kj,klj,kl->ki", v, inverse, u, right) / np.where(scale > 0, scale, 1.0)[:, 0]
    lost = np.einsum("kji,kj->ki", v**2, (~sound).astype(float)) > 1e-8
    noise = np.maximum(noise, 1e-13 * np.abs(found).max(axis=1, keepdims=True))
    return np.where(lost, math.nan, np.where(np.abs(found) <= noise, 0.0, found))
