"""Are the forms of an inventory exchangeable? Agreement, consistency, and the levels that may differ."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from pandas import DataFrame

from psychometrics.bootstrap import Bootstrap, bootstraps
from psychometrics.covariances import answered, numbers
from psychometrics.estimate import NO_SPREAD, Estimate, Floats, Missing
from psychometrics.intraclass import intraclass_correlations, share_of, six_from
from psychometrics.rater_variances import entering, sums_for_variances


@dataclass(frozen=True)
class ParallelForms:
    """How far forms that should not matter are exchangeable.

    Attributes
    ----------
    agreement, consistency : Estimate
        ICC(A,1) and ICC(C,1): with and without the differences between the forms' levels.
    level_shift : Estimate
        ICC(C,1) - ICC(A,1): what the forms' different levels cost, 0 when there are none.
    form_share : Estimate
        Form's share of the variance of a single score, 0 to 1 (below 0 is `negative_component`).
    interaction_share : Estimate
        The residual's share: person x form and noise, which one score for each form cannot tell apart.
    levels : DataFrame
        Columns form, n_persons, mean, sd, shift (mean less the mean of all forms, of
        the persons who have all), in the unit of the scores.
    """

    agreement: Estimate
    consistency: Estimate
    level_shift: Estimate
    form_share: Estimate
    interaction_share: Estimate
    levels: DataFrame


def parallel_forms(
    scores: DataFrame,
    *,
    seed: int,
    missing: Missing = "pairwise",
    resamples: int = 2000,
    strata: Sequence[Hashable] | None = None,
    confidence: float = 0.95,
) -> ParallelForms:
    """Are forms of an inventory parallel? Agreement, consistency and the level shift between them (McGraw and Wong, 1996).

    Parameters
    ----------
    scores : DataFrame, shape (persons, forms)
        A score of the same persons under each form (orders, wordings, labels ...); NaN is a missing score.
    seed, resamples : int
        Of the persona bootstrap behind the interval of `level_shift` and of the shares.
    missing : "pairwise" or "listwise"
        As in `intraclass_correlations`.
    strata : sequence of length persons, optional
        Assigned poles, within which personas are drawn.
    confidence : float in (0, 1)

    Returns
    -------
    ParallelForms
        No units. NaN with the notes of `intraclass_correlations`; forms whose answers are copies of each other are
        `identical_ratings`.

    Examples
    --------
    >>> scores = DataFrame({"printed": [2.0, 3.1, 4.2, 4.9, 2.6], "reversed": [2.6, 3.4, 4.6, 5.6, 3.0]})
    >>> found = parallel_forms(scores, seed=1)
    >>> found.level_shift, found.levels["shift"].round(2).tolist()
    (Estimate(0.071 [0.068, 0.622], n=5), [-0.24, 0.24])
    """
    iccs = intraclass_correlations(scores, missing=missing, seed=seed, resamples=resamples, confidence=confidence)
    everything = numbers(scores)
    kept = answered(everything, missing)
    levels = _levels(scores, everything[kept])
    if strata is not None and len(strata) != len(kept):
        raise ValueError(f"strata: {len(strata)} given for {len(kept)} persons; one each is needed")
    base = iccs.agreement
    if not base.estimable:
        return ParallelForms(base, iccs.consistency, base, base, base, levels)
    poles = None if strata is None else [pole for pole, enters in zip(strata, kept, strict=True) if enters]
    x = entering(scores, missing)[0]
    sums, variances = sums_for_variances(x)
    values = _shift_and_shares(variances(sums.sum(axis=0, keepdims=True)))[0]
    drawn = bootstraps(
        lambda counts: _shift_and_shares(variances(counts @ sums)),
        len(x),
        seed=seed,
        resamples=resamples,
        strata=poles,
        confidence=confidence,
        width=sums.shape[1],
    )
    shift, form, interaction = (
        _from_bootstrap(base, float(value), each) for value, each in zip(values, drawn, strict=True)
    )
    return ParallelForms(base, iccs.consistency, shift, form, interaction, levels)


def _shift_and_shares(parts: Floats) -> Floats:
    person, rater, residual = parts[:, :3].T
    six = six_from(parts, 2)
    total = person + rater + residual
    form, interaction = share_of(rater, total, person, residual), share_of(residual, total, person, rater)
    return np.column_stack([six[:, 2] - six[:, 1], form, interaction])


def _from_bootstrap(base: Estimate, value: float, drawn: Bootstrap) -> Estimate:
    note = base.note or ("negative_component" if value < -NO_SPREAD else "")
    told = dataclasses.replace(base, value=value, low=math.nan, high=math.nan, method="", note=note, extra={})
    if note == "identical_ratings":
        return told
    warnings = base.warnings + drawn.warnings
    return dataclasses.replace(told, low=drawn.low, high=drawn.high, method=drawn.method, warnings=warnings)


def _levels(scores: DataFrame, x: Floats) -> DataFrame:
    columns = [column[np.isfinite(column)] for column in x.T]
    means = np.array([column.mean() if len(column) else math.nan for column in columns])
    # of the persons who have every form: the others' level would pass for a form's
    whole = x[np.isfinite(x).all(axis=1)]
    shift = whole.mean(axis=0) - whole.mean() if whole.size else np.full(x.shape[1], math.nan)
    return DataFrame(
        {
            "form": list(scores.columns),
            "n_persons": [len(column) for column in columns],
            "mean": means,
            "sd": [column.std(ddof=1) if len(column) > 1 else math.nan for column in columns],
            "shift": shift,
        }
    )
