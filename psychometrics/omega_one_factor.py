"""McDonald's omega of one scale from a one-factor model: alpha without the claim that all items load alike."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Hashable, Iterable
from typing import Literal

import numpy as np
from pandas import DataFrame
from scipy import stats

from psychometrics.alpha import cronbach_alpha
from psychometrics.bootstrap import persona_bootstrap
from psychometrics.cfa import Heywood, few_persons, sample_of, trouble_of, why_not
from psychometrics.cfa_model import Cells, Sample, Solution, best_fit, cells_of, factor_model
from psychometrics.covariances import ROUNDING, answered, numbers
from psychometrics.estimate import (
    NO_SPREAD,
    Detail,
    Estimate,
    Floats,
    numbered,
    one_each,
    sums_by_person,
    tail_of,
    undefined,
)

MOST_STEPS, MOST_HALVINGS = 100, 12
ENOUGH = 1e-10  # of the discrepancy, per person: chi-squares to seven digits are more than a percentile needs
Variance = Literal["model", "observed"]
Interval = Literal["delta", "bootstrap"]


def omega_one_factor(
    items: DataFrame,
    *,
    variance: Variance = "model",
    interval: Interval | None = None,
    persona: Iterable[Hashable] | None = None,
    strata: Iterable[Hashable] | None = None,
    seed: int = 0,
    resamples: int = 1000,
    heywood: Heywood = "refuse",
    ipsative: bool = False,
    confidence: float = 0.95,
) -> Estimate:
    """Omega total of a one-factor maximum likelihood model (McDonald, 1999): squared sum of loadings over variance.

    Parameters
    ----------
    items : DataFrame, shape (rows, items)
        Keyed values. Rows with a missing answer are left out: a likelihood has no use for pairwise covariances.
    variance : "model" or "observed"
        The total's variance as the model has it (loadings and residuals), or as it was observed (divisor n).
    interval : "delta" or "bootstrap", optional
        Delta method of the maximum likelihood estimates (only for "model": the observed variance is no parameter), or
        persona bootstrap. By default delta where it is allowed, bootstrap otherwise and where personas repeat.
    persona : labels, length rows, optional
        Without it every row is another person. With it rows repeat personas; only the bootstrap respects that.
    strata : labels, length rows, optional
        Assigned pole of each row's persona: the bootstrap draws within poles.
    seed, resamples : int
        Of the bootstrap; 0 resamples give no interval.
    heywood : "refuse" or "keep"
        See `confirmatory_factors`.
    ipsative : bool
        The answers of a person have a fixed sum: `ipsative`.
    confidence : float in (0, 1)

    Returns
    -------
    Estimate
        No unit, in [0, 1] (the observed version may exceed 1). NaN with a note: `ipsative`, `no_person_facet`,
        `too_few_items` (fewer than three: the model is not identified), `too_few_persons` (fewer than three),
        `constant_items` (`extra` has `omega_varying_items`), `covariance_not_positive_definite`, `not_identified`,
        `did_not_converge` (also a negative residual variance); but for the first two, `extra["fallback"]` is then
        "cronbach_alpha", with its `fallback_value`, `fallback_note` and `fallback_n_persons`. In `extra` else: both
        versions, `loading:` and `residual:` of each item (in its unit, and squared), `standard_error`. Below 300
        persons the warning `few_persons_for_structure`; `negative_loading` names items that load against the others.

    Examples
    --------
    >>> import pandas as pd
    >>> random = np.random.default_rng(1)
    >>> trait = random.normal(size=(400, 1))
    >>> answers = pd.DataFrame(trait * [1, 1, 0.5, 0.5] + random.normal(size=(400, 4)), columns=list("abcd"))
    >>> omega_one_factor(answers)
    Estimate(0.679 [0.629, 0.730], n=400)
    """
    for name, value, allowed in (
        ("variance", variance, ("model", "observed")),
        ("interval", interval or "delta", ("delta", "bootstrap")),
    ):
        if value not in allowed:
            raise ValueError(f'{name}: "{value}"; allowed are "{allowed[0]}" and "{allowed[1]}"')
    if interval == "delta" and (variance == "observed" or persona is not None):
        raise ValueError('interval: "delta" with observed variance or repeated personas; allowed is "bootstrap"')
    everything = numbers(items)
    person, labels = numbered(range(len(items)) if persona is None else persona)
    if len(person) != len(items):
        raise ValueError(f"persona: {len(person)} labels for {len(items)} rows; one each is needed")
    kept = answered(everything, "listwise")
    x, k = everything[kept], everything.shape[1]
    heard, people = np.unique(person[kept], return_inverse=True)
    warnings = few_persons([len(heard)])

    def none(note: str, **extra: Detail) -> Estimate:
        return undefined(note, n_persons=len(heard), n_items=k, missing="listwise", warnings=warnings, extra=extra)

    if ipsative or (persona is not None and len(labels) == 1):
        return none("ipsative" if ipsative else "no_person_facet")
    if len(heard) < 3 or k < 3:
        return none("too_few_items" if k < 3 else "too_few_persons", **_fallback(items))
    model = factor_model({"f": tuple(str(place) for place in range(k))})
    note = why_not([x], model)
    if note == "constant_items":
        constant = np.ptp(x, axis=0) <= NO_SPREAD
        unused = tuple(str(each) for each in items.columns[constant])
        without = omega_one_factor(items.loc[:, ~constant], variance=variance, resamples=0, heywood=heywood)
        return none(note, constant_items=unused, omega_varying_items=without.value, **_fallback(items))
    if note:
        return none(note, **_fallback(items))
    cells, sample = cells_of(model), sample_of([x])
    solution = best_fit(cells, sample)
    note, told = trouble_of(cells, solution, tuple(map(str, items.columns)), heywood)
    warnings += told
    if note not in ("", "heywood_case"):
        return none(note, **_fallback(items))
    versions = {each: _omega(cells, sample, solution, each) for each in ("model", "observed")}
    loadings, _, residuals, *_ = cells.parts(cells.rows(solution.free)[0])
    # the factor points where the items together point, not where the first one does: which item is first is chance
    loadings = loadings * (1.0 if loadings.sum() >= 0 else -1.0)
    names = [str(each) for each in items.columns]
    against = [name for name, each in zip(names, loadings[:, 0], strict=True) if each < 0]
    if against:
        warnings += (f"negative_loading: {', '.join(against)} load against the others; are the keys right?",)
    extra: dict[str, Detail] = {
        "omega_model": versions["model"],
        "omega_observed": versions["observed"],
        **{f"loading:{name}": float(each) for name, each in zip(names, loadings[:, 0], strict=True)},
        **{f"residual:{name}": float(each) for name, each in zip(names, residuals, strict=True)},
    }
    estimate = Estimate(
        versions[variance],
        confidence=confidence,
        n_persons=len(heard),
        n_items=k,
        missing="listwise",
        note=note,
        warnings=warnings,
        extra=extra,
    )
    if interval != "bootstrap" and variance == "model" and persona is None:
        error = _delta_error(cells, solution, len(x))
        half = float(stats.norm.ppf(1 - tail_of(confidence))) * error
        return dataclasses.replace(
            estimate,
            low=estimate.value - half,
            high=estimate.value + half,
            method="delta",
            extra={**extra, "standard_error": error},
        )

    if resamples < 1:
        return estimate

    centred = x - x.mean(axis=0)
    products = (centred[:, :, None] * centred[:, None, :]).reshape(len(x), -1)
    sums = sums_by_person(np.column_stack([np.ones(len(x)), centred, products]), people, len(heard))
    poles = None if strata is None else one_each(strata, person, "strata")
    bootstrap = persona_bootstrap(
        lambda counts: _omegas(counts @ sums, solution.free, variance),
        len(heard),
        seed=seed,
        resamples=resamples,
        strata=None if poles is None else [poles[each] for each in heard],
        confidence=confidence,
        width=4 * (2 * k) ** 2,
    )
    return dataclasses.replace(
        estimate,
        low=bootstrap.low,
        high=bootstrap.high,
        method=bootstrap.method,
        warnings=warnings + bootstrap.warnings,
        extra={**extra, "standard_error": bootstrap.standard_error},
    )


def _fallback(items: DataFrame) -> dict[str, Detail]:
    """What can be said instead: alpha, which needs no model to converge."""
    alpha = cronbach_alpha(items)
    return {
        "fallback": "cronbach_alpha",
        "fallback_value": alpha.value,
        "fallback_note": alpha.note,
        "fallback_n_persons": alpha.n_persons,
    }


def _omega(cells: Cells, sample: Sample, solution: Solution, variance: Variance) -> float:
    loadings, _, residuals, *_ = cells.parts(cells.rows(solution.free)[0])
    common = float(loadings.sum()) ** 2
    total = common + float(residuals.sum()) if variance == "model" else float(sample.covariances[0].sum())
    return common / total if total > 0 else math.nan


def _delta_error(cells: Cells, solution: Solution, n: int) -> float:
    loadings, _, residuals, *_ = cells.parts(cells.rows(solution.free)[0])
    at_loadings, _, at_residuals, *_ = cells.parts(cells.number[0])
    one, rest = float(loadings.sum()), float(residuals.sum())
    by = np.zeros(cells.n_free)
    by[at_loadings[:, 0]] = 2 * one * rest / (one**2 + rest) ** 2
    by[at_residuals] = -(one**2) / (one**2 + rest) ** 2
    return math.sqrt(max(0.0, float(by @ np.linalg.inv(solution.information) @ by) / n))


def _omegas(sums: Floats, start: Floats, variance: Variance) -> Floats:
    """Omega of each resample, all fitted at once by Fisher scoring; NaN where that does not end.

    Parameters
    ----------
    sums : array, shape (draws, 1 + items + items x items)
        Rows, sums and sums of products of the items.
    start : array, shape (2 x items,)
        Loadings and residual variances of the whole sample.
    """
    k, draws = len(start) // 2, len(sums)
    means = sums[:, 1 : k + 1] / sums[:, :1]
    c = sums[:, k + 1 :].reshape(draws, k, k) / sums[:, :1, None] - means[:, :, None] * means[:, None, :]
    sound = np.linalg.eigvalsh(c)[:, 0] > ROUNDING * np.trace(c, axis1=1, axis2=2)
    c = np.where(sound[:, None, None], c, np.eye(k))
    free, done = np.tile(start, (draws, 1)), ~sound
    value = _discrepancies(c, free)
    for _ in range(MOST_STEPS):
        left = np.flatnonzero(~done)
        if not len(left):
            break
        step, promised = _steps(c[left], free[left])
        done[left] = np.abs(promised) < ENOUGH
        left, step = left[~done[left]], step[~done[left]]
        for _ in range(MOST_HALVINGS):
            new = _discrepancies(c[left], free[left] - step)
            better = new < value[left]
            free[left[better]] -= step[better]
            value[left[better]] = new[better]
            left, step = left[~better], step[~better] / 2
            if not len(left):
                break
        sound[left], done[left] = False, True
    loadings, residuals = free[:, :k], free[:, k:]
    common = loadings.sum(axis=1) ** 2
    total = common + residuals.sum(axis=1) if variance == "model" else c.sum(axis=(1, 2))
    return np.where(sound & done & (total > 0), common / np.where(total > 0, total, 1.0), math.nan)


def _discrepancies(c: Floats, free: Floats) -> Floats:
    """Normal theory discrepancy but for a constant; infinite where the model's covariances are impossible."""
    k = c.shape[1]
    sigma = free[:, :k, None] * free[:, None, :k] + free[:, k:, None] * np.eye(k)
    possible = np.linalg.eigvalsh(sigma)[:, 0] > 0
    sigma = np.where(possible[:, None, None], sigma, np.eye(k))
    value = np.linalg.slogdet(sigma)[1] + np.trace(np.linalg.solve(sigma, c), axis1=1, axis2=2)
    return np.where(possible, value, math.inf)


def _steps(c: Floats, free: Floats) -> tuple[Floats, Floats]:
    """Fisher scoring steps, shape (draws, 2 x items), and the decrease each promises."""
    k = c.shape[1]
    loadings = free[:, :k]
    inverse = np.linalg.inv(loadings[:, :, None] * loadings[:, None, :] + free[:, k:, None] * np.eye(k))
    along = (inverse @ loadings[:, :, None])[:, :, 0]
    away = inverse - inverse @ c @ inverse
    slope = np.concatenate([(away @ loadings[:, :, None])[:, :, 0], np.diagonal(away, axis1=1, axis2=2) / 2], axis=1)
    information = np.empty((len(c), 2 * k, 2 * k))
    own = (along * loadings).sum(axis=1)[:, None, None]
    information[:, :k, :k] = own * inverse + along[:, :, None] * along[:, None, :]
    information[:, :k, k:] = inverse * along[:, None, :]
    information[:, k:, :k] = np.swapaxes(information[:, :k, k:], 1, 2)
    information[:, k:, k:] = inverse**2 / 2
    scale = np.sqrt(np.diagonal(information, axis1=1, axis2=2))
    # a resample may leave two parameters indistinguishable; a little damping keeps its step finite
    information = information / (scale[:, :, None] * scale[:, None, :]) + 1e-10 * np.eye(2 * k)
    step = np.linalg.solve(information, (slope / scale)[:, :, None])[:, :, 0] / scale
    return step, (slope * step).sum(axis=1)
