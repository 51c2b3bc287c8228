"""The mean of one number a person, with an interval that does not ask the numbers to be normal."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.bootstrap import persona_bootstrap, with_interval
from psychometrics.covariances import values_of
from psychometrics.estimate import NO_SPREAD, Detail, Estimate, undefined


def bootstrap_mean(
    values: ArrayLike,
    *,
    strata: Sequence[Hashable] | None = None,
    none: str = "too_few_persons",
    extra: Mapping[str, Detail] | None = None,
    seed: int,
    resamples: int = 2000,
    confidence: float = 0.95,
) -> Estimate:
    """Mean over persons with a persona bootstrap, for numbers too skewed for `mean_over_persons`.

    Parameters
    ----------
    values : shape (persons,)
        One number a person, in any unit: repeats are averaged before. NaN is left out.
    strata : labels, length persons, optional
        Assigned poles, within which persons are drawn.
    none : str
        Note when no person has a number.
    extra : mapping, optional
        What the estimate shall tell besides.
    seed, resamples : int
    confidence : float in (0, 1)

    Returns
    -------
    Estimate
        In the unit of `values`. Fewer than three persons keep the mean and `too_few_persons`, persons who are all alike
        keep it and `equal_in_all_persons`: neither has an interval.

    Examples
    --------
    >>> bootstrap_mean([1, 2, 3, 4, 5, 6, None], seed=1)
    Estimate(3.500 [1.667, 5.333], n=6)
    >>> bootstrap_mean([2.0, 2.0, 2.0], seed=1)
    Estimate(2.000, n=3; equal_in_all_persons)
    """
    x = values_of(values, "values")
    if strata is not None and len(strata) != len(x):
        raise ValueError(f"strata: {len(strata)} given for {len(x)} values; one each is needed")
    given = np.flatnonzero(np.isfinite(x))
    n = len(given)
    told = dict(extra or {})
    if n == 0:
        return undefined(none, extra=told)
    x = x[given]
    note = "too_few_persons" if n < 3 else "equal_in_all_persons" if np.ptp(x) <= NO_SPREAD else ""
    mean = Estimate(float(x.mean()), n_persons=n, note=note, extra=told)
    if note:
        return mean
    drawn = persona_bootstrap(
        lambda counts: counts @ x / n,
        n,
        seed=seed,
        resamples=resamples,
        strata=None if strata is None else [strata[int(each)] for each in given],
        confidence=confidence,
    )
    return with_interval(mean, drawn, confidence)
