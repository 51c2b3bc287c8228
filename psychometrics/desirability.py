"""Social desirability: do scores move in the desirable direction when the model can tell that it is being tested?"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
from pandas import DataFrame

from psychometrics.compare import mean_over_persons
from psychometrics.estimate import NO_SPREAD, Estimate, undefined


@dataclass(frozen=True)
class DesirabilityShift:
    """Scores under one level against those under the reference, in human SDs towards what is socially desirable.

    Attributes
    ----------
    level, reference : object
        Such as 20 items in one prompt against 1.
    shift : Estimate
        Mean over scales within person, then over persons, with a t interval; positive is desirable. Human SDs.
    of_scales : Mapping of scale to Estimate
        The same for each scale.
    """

    level: object
    reference: object
    shift: Estimate
    of_scales: Mapping[str, Estimate]


def desirability_shift(
    scores: DataFrame,
    desirable: Mapping[str, int],
    human_sd: Mapping[str, float],
    *,
    reference: object = None,
    confidence: float = 0.95,
) -> tuple[DesirabilityShift, ...]:
    """Shift of the scores in the desirable direction (Salecha et al., 2024), paired within person.

    Parameters
    ----------
    scores : DataFrame
        Columns person, scale, level (the number of items in one prompt, or another factor), value (the score, in the
        unit of `human_sd`), and optionally replicate, which is averaged. NaN is a missing score.
    desirable : mapping scale -> 1 or -1
        1 where a high score is desirable. Scales that it does not name are left out.
    human_sd : mapping scale -> float
        SD of the scores in a human sample, above 0.
    reference : a level, optional
        That the others are compared with; without it the first in the table.
    confidence : float in (0, 1)

    Returns
    -------
    tuple of DesirabilityShift
        One for each other level. Human SDs, unbounded. NaN with `no_pairs` when nobody has a score under both levels,
        and `one_level` when there is but one; `too_few_persons` keeps the mean of fewer than three persons without an
        interval. `zero_variance`: all persons shifted alike, so the interval has no width and no meaning.

    Examples
    --------
    >>> scores = DataFrame({"person": list("pqrpqr"), "scale": "N", "level": [1, 1, 1, 20, 20, 20]})
    >>> scores["value"] = [3.0, 2.5, 4.0, 2.0, 2.2, 2.9]
    >>> (found,) = desirability_shift(scores, {"N": -1}, {"N": 0.8})
    >>> found.shift
    Estimate(1.000 [-0.354, 2.354], n=3)
    """
    lacking = [each for each in ("person", "scale", "level", "value") if each not in scores.columns]
    if lacking:
        raise ValueError(f"scores: column {lacking[0]} is missing; there are {', '.join(map(str, scores.columns))}")
    for scale, direction in desirable.items():
        if direction not in (1, -1):
            raise ValueError(f'desirable: scale "{scale}" has {direction!r}; allowed are 1 and -1')
        if not human_sd.get(scale, math.nan) > 0:
            raise ValueError(f'human_sd: scale "{scale}" has {human_sd.get(scale)!r}; needed is a number above 0')
    levels = list(pd.unique(scores["level"]))
    reference = levels[0] if reference is None and levels else reference
    if levels and reference not in levels:
        raise ValueError(f'reference: "{reference}" is none of the levels {", ".join(map(str, levels))}')
    if len(levels) < 2:
        alone = undefined("one_level", n_persons=scores["person"].nunique())
        return (DesirabilityShift(reference, reference, alone, {}),)
    used = scores[scores["scale"].isin(list(desirable))]
    means = (
        used.groupby(["person", "scale", "level"], sort=False)["value"].mean().unstack("level").reindex(columns=levels)
    )
    of_rows = means.index.get_level_values("scale")
    unit = pd.Series([desirable[each] / human_sd[each] for each in of_rows], index=means.index, dtype=float)
    found = []
    for level in levels:
        if level != reference:
            moved = ((means[level] - means[reference]) * unit).dropna()
            each = {str(name): _told(part, confidence) for name, part in moved.groupby(level="scale", sort=False)}
            found.append(DesirabilityShift(level, reference, _told(moved, confidence), each))
    return tuple(found)


def _told(moved: pd.Series[float], confidence: float) -> Estimate:
    of_persons = moved.groupby(level="person").mean().to_numpy(float)
    if not len(of_persons):
        return undefined("no_pairs")
    shift = mean_over_persons(of_persons, confidence=confidence)
    if len(of_persons) > 2 and of_persons.std(ddof=1) <= NO_SPREAD:
        return dataclasses.replace(shift, note="zero_variance")
    return shift
