"""A correlation pooled over models and corrected by pooled reliabilities, in the sample and in resamples of its persons."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from psychometrics.covariances import sums_for_alpha
from psychometrics.estimate import NO_SPREAD, Estimate, Floats, Integers


@dataclass(frozen=True, eq=False)
class ModelScores:
    """The persons of one model that have both scores.

    Attributes
    ----------
    name : label of the model
    at : positions of its persons among all
    items, alphas : of self-report and behaviour
    z : array, shape (persons, 2)
        Both scores, standardised (ddof 0).
    r : float
        NaN with a `note` that says why.
    note : str
    """

    name: Any
    at: Integers
    items: tuple[Floats, Floats]
    alphas: tuple[Estimate, Estimate]
    z: Floats
    r: float
    note: str

    def row(self) -> tuple[Any, ...]:
        return self.name, len(self.at), self.r, *(each.value for each in self.alphas), self.note


class Pooling:
    """The whole computation as a function of counts, shape (draws, persons): r, disattenuated r and both alphas."""

    def __init__(self, models: Sequence[ModelScores]) -> None:
        self.models = models
        self.n = np.array([len(each.at) for each in models], dtype=float)
        self.places = np.split(np.arange(int(self.n.sum())), np.cumsum(self.n)[:-1].astype(int))
        self.products = [np.column_stack([each.z, each.z**2, each.z.prod(axis=1)]) for each in models]
        self.sums = [[_alpha_sums(side) for side in each.items] for each in models]
        # numbers that one draw needs at once: a table of pairs of items where answers are missing
        self.width = max(sums.shape[1] for each in self.sums for sums, _ in each)

    def of_sample(self) -> Floats:
        """The same numbers from the sample, shape (4,); an alpha that is not estimable stays so."""
        r = np.array([[each.r for each in self.models]])
        alphas = np.array([[[each.alphas[side].value for each in self.models]] for side in (0, 1)])
        values: Floats = pooled_parts(r, alphas, self.n)[0]
        return values

    def __call__(self, counts: Floats) -> Floats:
        r = np.empty((len(counts), len(self.models)))
        alphas = np.empty((2, *r.shape))
        for number, at in enumerate(self.places):
            drawn, n = counts[:, at], self.n[number]
            x, y, xx, yy, xy = (drawn @ self.products[number]).T / n
            spreads = np.maximum(xx - x**2, 0) * np.maximum(yy - y**2, 0)
            r[:, number] = (xy - x * y) / np.sqrt(np.where(spreads > NO_SPREAD, spreads, math.nan))
            for side, (sums, alpha) in enumerate(self.sums[number]):
                found = alpha(drawn @ sums)
                alphas[side, :, number] = np.where(found <= 1 + NO_SPREAD, found, math.nan)
        return pooled_parts(np.clip(r, -1, 1), alphas, self.n)

    def exchanged(self, orders: Integers) -> Floats:
        """Pooled r when the behaviour is that of others, shape (permutations,)."""
        z = np.concatenate([each.z for each in self.models])
        r = [(z[at, 0] * z[orders[:, at], 1]).mean(axis=1) for at in self.places]
        return pooled_r(np.clip(np.column_stack(r), -1, 1), self.n)[0]


def pooled_parts(r: Floats, alphas: Floats, n: Floats) -> Floats:
    """Pooled r, disattenuated r and both pooled alphas, shape (draws, 4).

    Parameters
    ----------
    r : array, shape (draws, models)
        NaN for a model without one.
    alphas : array, shape (2, draws, models)
    n : array, shape (models,)
        Persons: alphas have these weights, each z that of n - 3.

    Examples
    --------
    >>> pooled_parts(np.array([[0.4, 0.6]]), np.array([[[0.7, 0.9]], [[0.5, 0.5]]]), np.array([13.0, 23.0])).round(3)
    array([[0.539, 0.838, 0.828, 0.5  ]])
    """
    pooled, weighs = pooled_r(r, n)
    weights = np.where(weighs, n, 0.0)
    total = weights.sum(axis=1)
    # an alpha that is lacking where its r is used leaves the pooled alpha undefined
    means = np.where(weighs, alphas * n, 0.0).sum(axis=2) / np.where(total > 0, total, math.nan)
    reliable = np.all(means > NO_SPREAD, axis=0)
    corrected = pooled / np.sqrt(np.where(reliable, means.prod(axis=0), math.nan))
    return np.column_stack([pooled, corrected, *means])


def pooled_r(r: Floats, n: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """r pooled over models, shape (draws, models) to (draws,), and which models weigh in it.

    The z of 1 has no end and would outweigh all others: such models are left out, unless there are no others.

    >>> pooled_r(np.array([[0.5, 1.0, np.nan], [1.0, 1.0, np.nan]]), np.array([10.0, 10.0, 10.0]))[0].round(6)
    array([0.5, 1. ])
    """
    defined = np.isfinite(r)
    bounded = defined & (np.abs(r) < 1 - NO_SPREAD)
    others = np.any(bounded, axis=1)
    weighs = np.where(others[:, None], bounded, defined)
    weights = np.where(weighs, n - 3, 0.0)
    total = np.where(np.any(weighs, axis=1), weights.sum(axis=1), math.nan)
    z = (weights * np.arctanh(np.where(bounded, r, 0.0))).sum(axis=1) / total
    plain = np.where(weighs, weights * r, 0.0).sum(axis=1) / total
    return np.where(others, np.tanh(z), plain), weighs


def _alpha_sums(x: Floats) -> tuple[Floats, Callable[[Floats], Floats]]:
    return sums_for_alpha(x, np.arange(len(x)), len(x))
