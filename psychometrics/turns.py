"""Does a persona last? Streaks of behaviour in character, and style from turn to turn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from pandas import DataFrame

from psychometrics.covariances import numbers
from psychometrics.estimate import Detail, Estimate, Floats, no_spread, undefined
from psychometrics.person_means import Poles, mean_of_persons, needs, once, person_means, texts_of


def behaviour_chains(
    table: DataFrame, *, poles: Poles = None, seed: int, resamples: int = 2000, confidence: float = 0.95
) -> Estimate:
    """How long behaviour stays in character (BehaviorChain): sum of running streak lengths / (n (n + 1) / 2).

    Parameters
    ----------
    table : DataFrame
        Columns person, chain, step (a number; gives the order), kept: 1 if the step suits the persona, 0 if not, NaN without
        a usable answer.
    poles, seed, resamples, confidence
        As for `sentence_fidelity`.

    Returns
    -------
    Estimate
        0 to 1: 1 if every step is kept; a failure amid a chain costs more than one at its end. Mean over the chains of a
        person, then over persons. A chain with an unusable step is left out. NaN with `no_answers`. In `extra`:
        share_kept (of the steps of the chains used, which forgets their order), n_chains, n_left_out.

    Examples
    --------
    >>> table = DataFrame({"person": "p", "chain": 1, "step": range(4), "kept": [1, 1, 0, 1]})
    >>> behaviour_chains(table, seed=1).value
    0.4
    """
    needs(table, ["person", "chain", "step"], ["kept"])
    once(table, ["person", "chain", "step"])
    step, kept = numbers(table[["step", "kept"]]).T
    wrong = kept[~(np.isnan(kept) | (kept == 0) | (kept == 1))]
    if len(wrong):
        raise ValueError(f"kept: {wrong[0]:g}; allowed are 1 (kept), 0 (not kept) and NaN (no usable answer)")
    chain, owner, persons = texts_of(table, "chain")
    order = np.lexsort((step, chain))
    chain, kept = chain[order], kept[order]
    at = np.arange(len(kept))
    starts = np.diff(chain, prepend=-1) > 0
    # a streak counts from the last failure, or from the place before its chain begins
    last = np.maximum.accumulate(np.where(kept == 0, at, np.where(starts, at - 1, -1))) if len(at) else at
    n = np.bincount(chain, minlength=len(owner))
    scores = np.bincount(chain, np.where(np.isnan(kept), np.nan, at - last), len(owner)) / (n * (n + 1) / 2)
    used = np.isfinite(scores)
    extra: dict[str, Detail] = {"n_chains": int(used.sum()), "n_left_out": int((~used).sum())}
    if used.any():
        extra["share_kept"] = float(kept[used[chain]].mean())
    values = person_means(scores, owner, len(persons))
    return mean_of_persons(values, persons, poles, "no_answers", extra, seed, resamples, confidence)


def style_stability(
    table: DataFrame,
    features: Sequence[str],
    *,
    reference: DataFrame | None = None,
    tolerance: float = 1e-6,
    poles: Poles = None,
    seed: int,
    resamples: int = 2000,
    confidence: float = 0.95,
) -> Estimate:
    """Cosine of the standardised style vectors of consecutive turns (Synchrony-Stability).

    Parameters
    ----------
    table : DataFrame
        One row a turn of the speaker: person, conversation, turn (a number; gives the order) and the features.
    features : names of columns
        Style measures in any units, such as words a sentence.
    reference : DataFrame, optional
        Turns whose mean and population SD standardise the features; without it, those of the table. A mean of 0 is no style
        at all but the average one: the cosine depends on who else was there.
    tolerance : float > 0
        A standardised vector with a norm below has no direction, and its cosine is refused.
    poles, seed, resamples, confidence
        As for `sentence_fidelity`.

    Returns
    -------
    Estimate
        -1 to 1; mean over the pairs of a person, then over persons; unrelated turns give about 0. NaN with `zero_norm` (all
        cosines refused), `no_pairs` (no two complete turns follow each other), `constant_features`. Warnings: `zero_norm`
        tells how many were refused, `constant_features` which feature was left out. In `extra`: n_pairs, n_refused,
        n_incomplete.

    Examples
    --------
    >>> table = DataFrame({"person": "p", "conversation": 1, "turn": [1, 2, 3], "a": [1, 1, -2], "b": [1, 1, -2]})
    >>> round(style_stability(table, ["a", "b"], seed=1).value, 3)
    0.0
    """
    if isinstance(features, str) or not features:
        raise ValueError(f"features: {features!r}; a list of column names is needed")
    if not tolerance > 0:
        raise ValueError(f"tolerance: {tolerance:g}; it must be above 0")
    needs(table, ["person", "conversation", "turn"], list(features))
    once(table, ["person", "conversation", "turn"])
    talk, owner, persons = texts_of(table, "conversation")
    order = np.lexsort((numbers(table[["turn"]])[:, 0], talk))
    talk = talk[order]
    z, constant = _standardised(numbers(table[list(features)]), table if reference is None else reference, features)
    z = z[order]
    extra: dict[str, Detail] = {}
    warnings: tuple[str, ...] = (f"constant_features: {', '.join(constant)} left out",) if constant else ()
    if len(constant) == len(features):
        return undefined("constant_features", n_persons=len(persons), warnings=warnings)
    norm = np.sqrt((z**2).sum(axis=1))
    follows = talk[1:] == talk[:-1]
    complete = follows & np.isfinite(norm[1:]) & np.isfinite(norm[:-1])
    usable = complete & (norm[1:] >= tolerance) & (norm[:-1] >= tolerance)
    cosine = (z[1:] * z[:-1]).sum(axis=1)[usable] / (norm[1:] * norm[:-1])[usable]
    refused = int((complete & ~usable).sum())
    extra |= {"n_pairs": int(usable.sum()), "n_refused": refused, "n_incomplete": int((follows & ~complete).sum())}
    if refused:
        warnings += (f"zero_norm: {refused} of {int(complete.sum())} pairs have a turn of average style, no direction",)
    values = person_means(np.clip(cosine, -1.0, 1.0), owner[talk[1:][usable]], len(persons))
    note = "zero_norm" if refused else "no_pairs"
    found = mean_of_persons(values, persons, poles, note, extra, seed, resamples, confidence)
    for each in warnings:
        found = found.with_warning(each)
    return found


def _standardised(x: Floats, reference: DataFrame, features: Sequence[str]) -> tuple[Floats, list[str]]:
    """The columns that vary in the reference, in its SDs from its means; and the names of those that do not."""
    needs(reference, [], list(features))
    of = numbers(reference[list(features)])
    sizes = np.maximum(np.isfinite(of).sum(axis=0), 1)
    mean = np.nansum(of, axis=0) / sizes
    sd = np.sqrt(np.nansum((of - mean) ** 2, axis=0) / sizes)
    vary = sd > no_spread(np.abs(mean))
    return (x[:, vary] - mean[vary]) / sd[vary], [
        str(each) for each, has in zip(features, vary, strict=True) if not has
    ]
