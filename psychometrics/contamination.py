"""Does a model know an inventory by heart? What it says is compared with the truth, and with every other item's truth."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from psychometrics.bootstrap import persona_bootstrap
from psychometrics.estimate import NO_SPREAD, Detail, Estimate, Floats, tail_of, undefined

SAME = 1 - 1e-9  # a similarity of 1 but for rounding


@dataclass(frozen=True)
class Contamination:
    """What a set of probes says about knowledge of the items.

    Attributes
    ----------
    advantage : Estimate
        Similarity to an item's own truth minus the mean similarity to the others', in [-1, 1]; 0 is what somebody
        shows who knows the kind of text but not the items. In `extra`: own, others, p (one-sided, permuted truths).
    exact : Estimate
        Share of replies that are the truth word for word, 0 to 1.
    nearest : Estimate
        Share of replies that are nearer to their own truth than to any other, 0 to 1; ties count as the chance of
        drawing the own one. In `extra`: chance, 1 over the number of items.
    """

    advantage: Estimate
    exact: Estimate
    nearest: Estimate


def contamination(
    similarity: ArrayLike, *, seed: int, resamples: int = 2000, confidence: float = 0.95
) -> Contamination:
    """Compare replies with their own truth and with the truths of other items.

    Parameters
    ----------
    similarity : array, shape (items, items)
        Row: the reply to item i; column: the truth of item j; between 0 and 1. NaN row: no reply.
    seed, resamples : int
        Of the bootstrap over items and of the permutation of truths.
    confidence : float in (0, 1)

    Returns
    -------
    Contamination
        Intervals: `advantage` from a bootstrap over items, the shares after Wilson (1927). The units are items, so
        `n_items` tells them and `n_persons` is 0. `equal_in_all_items` has no interval for the advantage. NaN with `too_few_items` for fewer than three replies.

    Examples
    --------
    >>> contamination(np.eye(10), seed=1).nearest
    Estimate(1.000 [0.722, 1.000], n=0)
    >>> contamination(np.full((10, 10), 0.2), seed=1).advantage.value
    0.0
    """
    table = np.asarray(similarity, dtype=float)
    if table.ndim != 2 or table.shape[0] != table.shape[1]:
        raise ValueError(f"similarity: shape {table.shape}; one row and one column for each item is needed")
    answered = np.isfinite(table).all(axis=1)
    n, k = int(answered.sum()), len(table)
    if n < 3:
        none = undefined("too_few_items", n_items=n)
        return Contamination(none, none, none)
    own = np.diag(table)[answered]
    others = (table[answered].sum(axis=1) - own) / (k - 1)
    ties = (np.abs(table[answered] - own[:, None]) < 1e-12).sum(axis=1)
    nearest = np.where((table[answered] > own[:, None] + 1e-12).any(axis=1), 0.0, 1 / ties)
    gap = own - others
    drawn = persona_bootstrap(lambda counts: counts @ gap / n, n, seed=seed, resamples=resamples, confidence=confidence)
    advantage = Estimate(
        float(gap.mean()),
        drawn.low,
        drawn.high,
        method="bootstrap over items, percentile",
        confidence=confidence,
        n_items=n,
        warnings=drawn.warnings,
        extra={
            "own": float(own.mean()),
            "others": float(others.mean()),
            "p": _permuted(table[answered], float(own.mean()), seed, resamples),
        },
    )
    chance: dict[str, Detail] = {"chance": 1 / k}
    if np.ptp(gap) <= NO_SPREAD:
        advantage = dataclasses.replace(advantage, low=math.nan, high=math.nan, method="", note="equal_in_all_items")
    return Contamination(
        advantage,
        wilson(float((own >= SAME).sum()), n, confidence),
        dataclasses.replace(wilson(float(nearest.sum()), n, confidence), extra=chance),
    )


def wilson(successes: float, n: int, confidence: float = 0.95) -> Estimate:
    """A share of `n` independent items with its score interval (Wilson, 1927); NaN with `too_few_items` for none.

    >>> wilson(3, 10)
    Estimate(0.300 [0.108, 0.603], n=0)
    """
    if n < 1:
        return undefined("too_few_items", n_items=n)
    if not 0 <= successes <= n:
        raise ValueError(f"successes: {successes} of {n}; allowed are 0 to {n}")
    z = float(stats.norm.ppf(1 - tail_of(confidence)))
    share = successes / n
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return Estimate(
        share, max(0.0, middle - half), min(1.0, middle + half), method="Wilson", confidence=confidence, n_items=n
    )


def _permuted(table: Floats, own: float, seed: int, resamples: int) -> float:
    """How often truths dealt out at random suit the replies as well as their own do; one-sided."""
    random = np.random.default_rng(seed)
    n, k = table.shape
    orders = np.argsort(random.random((resamples, k)), axis=1)[:, :n]
    means = table[np.arange(n), orders].mean(axis=1)
    return float((1 + (means >= own - 1e-12).sum()) / (resamples + 1))
