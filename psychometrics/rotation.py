"""Rotations of a loading matrix to simple structure: the factors span the same space and become readable."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from psychometrics.estimate import Floats

Rotation = Literal["none", "varimax", "oblimin"]
ROTATIONS = ("none", "varimax", "oblimin")
VARIMAX_GAIN = 1e-5  # R's: stop when a step raises the criterion by less than this share
OBLIMIN_GRADIENT = 1e-7
MOST_STEPS = 5_000
AT_START = 1e-7  # a rotation that turned less than this never left its start
STUCK = 0.01  # a gain in the criterion that an early stop alone does not leave
FLAT = 1e-12


@dataclass(frozen=True)
class Rotated:
    """Rotated loadings.

    Attributes
    ----------
    loadings : array, shape (items, factors)
    phi : array, shape (factors, factors)
        Correlations of the factors; the identity after an orthogonal rotation.
    converged : bool
    """

    loadings: Floats
    phi: Floats
    converged: bool


def varimax(loadings: Floats, *, gain: float = VARIMAX_GAIN) -> Rotated:
    """Orthogonal rotation that makes the squared loadings of each factor vary most (Kaiser, 1958).

    Items are first brought to equal communality (Kaiser's normalisation), and back at the end.

    Parameters
    ----------
    loadings : array, shape (items, factors)
    gain : float
        Stops when one step raises the sum of singular values by less than this share. The default is that of R's
        `varimax`, so that loadings agree with those published from R; with a flat criterion they are then a few
        thousandths from the maximum.

    Returns
    -------
    Rotated
        Loadings without unit. Any finite loadings can be rotated; items with no loading at all stay 0.

    Examples
    --------
    >>> import numpy as np
    >>> plain = np.array([[0.5, 0.5], [0.6, 0.6], [0.5, -0.5], [0.4, -0.4]])
    >>> np.abs(varimax(plain).loadings).round(2).tolist()
    [[0.71, 0.0], [0.85, 0.0], [0.0, 0.71], [0.0, 0.57]]
    """
    factors = loadings.shape[1]
    if factors < 2:
        return Rotated(loadings, np.eye(factors), True)
    length = np.sqrt((loadings**2).sum(axis=1, keepdims=True))
    normal = loadings / np.where(length > 0, length, 1.0)
    turn, before, converged = np.eye(factors), 0.0, False
    for _ in range(MOST_STEPS):
        z = normal @ turn
        u, singular, v = np.linalg.svd(normal.T @ (z**3 - z * (z**2).mean(axis=0)))
        turn = u @ v
        now = float(singular.sum())
        if now < before * (1 + gain) or now == 0:
            converged = True
            break
        before = now
    # these steps can stop, or go to and fro, far from the maximum where the structure is perfectly simple
    best = _in_pairs(normal @ turn)
    z = best if _simplicity(best) > _simplicity(normal @ turn) * (1 + STUCK) else normal @ turn
    return Rotated(z * length, np.eye(factors), converged)


def oblimin(loadings: Floats, *, starts: int = 1, seed: int = 0) -> Rotated:
    """Oblique rotation that makes the factors' squared loadings least alike (gamma 0: direct quartimin).

    Gradient projection (Jennrich, 2002; Bernaards and Jennrich, 2005) of the criterion of Jennrich and Sampson (1966),
    without Kaiser's normalisation, as in R's GPArotation.

    Parameters
    ----------
    loadings : array, shape (items, factors)
        Unrotated or orthogonal.
    starts : int
        The first start is `loadings` itself, as in R, and further ones turn them at random; the least criterion wins.
    seed : int
        Of the random starts.

    Returns
    -------
    Rotated
        Pattern loadings, no unit, may exceed 1; `phi` are the correlations of the factors. `converged` is False when
        no start came to rest.

    Examples
    --------
    >>> import numpy as np
    >>> plain = np.array([[0.7, 0.3], [0.6, 0.3], [0.7, -0.3], [0.6, -0.3]])
    >>> rotated = oblimin(plain)
    >>> np.abs(rotated.loadings).round(2).max(axis=1).tolist(), round(abs(float(rotated.phi[0, 1])), 2)
    ([0.74, 0.69, 0.74, 0.69], 0.65)
    """
    factors = loadings.shape[1]
    if factors < 2:
        return Rotated(loadings, np.eye(factors), True)
    if starts < 1:
        raise ValueError(f"starts: {starts}; at least 1 is needed")
    random = np.random.default_rng(seed)
    turns = [np.eye(factors)] + [np.linalg.qr(random.normal(size=(factors, factors)))[0] for _ in range(starts - 1)]
    tried = [_quartimin(loadings, turn) for turn in turns]
    if np.allclose(
        tried[0][0].loadings, loadings, atol=AT_START
    ):  # a start can be level without being lowest, such as halfway between two factors
        tried.append(_quartimin(loadings, _anywhere(factors)))
    return min(tried, key=lambda each: (not each[0].converged, each[1]))[0]


def _anywhere(factors: int) -> Floats:
    """One turn without any symmetry, the same at every call."""
    turn: Floats = np.linalg.qr(np.random.default_rng(0).normal(size=(factors, factors)))[0]
    return turn


def _simplicity(z: Floats) -> float:
    """Kaiser's criterion: the variances of the squared loadings."""
    return float((z**2).var(axis=0).sum())


def _in_pairs(z: Floats) -> Floats:
    """Kaiser's own way to the maximum: turn two factors at a time by the best angle, until none turns."""
    z = z.copy()
    items, factors = z.shape
    for _ in range(MOST_STEPS):
        widest = 0.0
        for i, j in itertools.combinations(range(factors), 2):
            x, y = z[:, i], z[:, j]
            u, v = x**2 - y**2, 2 * x * y
            across = 2 * (u @ v - u.sum() * v.sum() / items)
            along = u @ u - v @ v - (u.sum() ** 2 - v.sum() ** 2) / items
            angle = math.atan2(across, along) / 4 if max(abs(across), abs(along)) > FLAT else 0.0
            z[:, i], z[:, j] = math.cos(angle) * x + math.sin(angle) * y, math.cos(angle) * y - math.sin(angle) * x
            widest = max(widest, abs(angle))
        if widest < AT_START:
            break
    return z


def _quartimin(loadings: Floats, turn: Floats) -> tuple[Rotated, float]:
    """Steepest descent over matrices with columns of length 1, with step halving."""

    def at(turn: Floats) -> tuple[float, Floats, Floats]:
        inverse = np.linalg.inv(turn)
        rotated = loadings @ inverse.T
        squares = rotated**2
        others = squares.sum(axis=1, keepdims=True) - squares
        slope = -(rotated.T @ (rotated * others) @ inverse).T
        return float((squares * others).sum()) / 4, slope, rotated

    criterion, slope, rotated = at(turn)
    step, converged = 1.0, False
    for _ in range(MOST_STEPS):
        projected = slope - turn * (turn * slope).sum(axis=0)
        steepness = float(np.sqrt((projected**2).sum()))
        if steepness < OBLIMIN_GRADIENT:
            converged = True
            break
        step *= 2
        for _ in range(11):
            moved = turn - step * projected
            moved = moved / np.sqrt((moved**2).sum(axis=0))
            there = at(moved)
            if criterion - there[0] > 0.5 * steepness**2 * step:
                break
            step /= 2
        if not there[0] < criterion:  # rounding is larger than what a step can gain
            converged = steepness < 1e-5
            break
        turn, (criterion, slope, rotated) = moved, there
    return Rotated(rotated, turn.T @ turn, converged), criterion
