"""Item response models: what each answer category tells about the trait, and how precisely persons are placed on it."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from pandas import DataFrame
from scipy import special, stats

from psychometrics.bootstrap import persona_bootstrap
from psychometrics.covariances import numbers
from psychometrics.estimate import Estimate, Floats, tail_of, undefined
from psychometrics.graded_likelihood import (
    NODES,
    STEEPEST,
    WEIGHTS,
    Answers,
    em_estimates,
    information_of_items,
    maximum,
)

FEW_PERSONS = 200
FEW_ANSWERS = 5
MANY_CATEGORIES = 20
FULL = "full information"


@dataclass(frozen=True, eq=False)
class ItemResponseModel:
    """A fitted model of one trait, standard normal in the persons.

    Attributes
    ----------
    model : str
        "graded" or "2pl".
    reliability : Estimate
        Empirical reliability of the persons' `theta`, 0 to 1: their variance over it plus the mean squared standard
        error. Interval: persona bootstrap, the item parameters as they are.
    marginal_reliability : Estimate
        Mean of I / (I + 1) over the trait, 0 to 1, with I the test information. Interval: delta method on the logit.
    items : DataFrame
        Columns item, a (discrimination, logits per SD of the trait), standard_error, n_answers, n_categories.
    thresholds : DataFrame
        Columns item, threshold (1, 2, ...), value (the lowest answer above it), b (SDs of the trait: where half of
        the persons answer `value` or above), standard_error.
    persons : DataFrame, index of the answers
        Columns theta (mean of the posterior, EAP, in SDs of the trait), standard_error, n_answers. NaN without answers.
    log_likelihood, aic, bic : float
        Of all answers, marginal over the trait. NaN without a model.
    n_parameters : int
    note : str
        Why there is no model; empty when there is one.
    warnings : tuple of str
    """

    model: str
    reliability: Estimate
    marginal_reliability: Estimate
    items: DataFrame
    thresholds: DataFrame
    persons: DataFrame
    log_likelihood: float = math.nan
    aic: float = math.nan
    bic: float = math.nan
    n_parameters: int = 0
    note: str = ""
    warnings: tuple[str, ...] = ()

    def item_information(self, theta: ArrayLike) -> DataFrame:
        """Fisher information of each item (Samejima, 1969): columns item, theta, information (1 / SD squared)."""
        at = np.atleast_1d(np.asarray(theta, dtype=float))
        rows = []
        for name, a in zip(self.items["item"], self.items["a"], strict=True):
            b = self.thresholds.loc[self.thresholds["item"] == name, "b"].to_numpy(dtype=float)
            each = information_of_items(np.array([a]), (-a * b)[None, :], at)[0]
            rows += [{"item": name, "theta": t, "information": i} for t, i in zip(at, each, strict=True)]
        return DataFrame(rows, columns=["item", "theta", "information"])

    def test_information(self, theta: ArrayLike) -> DataFrame:
        """Information of all items together: columns theta (SDs of the trait), information, standard_error of theta.

        NaN without a model; a standard error is infinite where no item tells anything.
        """
        at = np.atleast_1d(np.asarray(theta, dtype=float))
        total = np.full(len(at), math.nan)
        if len(self.items):
            total = self.item_information(at)["information"].to_numpy(dtype=float).reshape(-1, len(at)).sum(axis=0)
        with np.errstate(divide="ignore"):
            return DataFrame({"theta": at, "information": total, "standard_error": 1 / np.sqrt(total)})


def graded_response(
    items: DataFrame,
    *,
    ipsative: bool = False,
    confidence: float = 0.95,
    seed: int = 0,
    resamples: int = 2000,
    strata: Sequence[Hashable] | None = None,
) -> ItemResponseModel:
    """Samejima's (1969) graded response model: the log odds of answer c or above are a (theta - b_c).

    Parameters
    ----------
    items : DataFrame, shape (persons, items)
        Keyed values, whole numbers that are ordered categories, one row a person. NaN is a missing answer: every
        answer that is there is used (full information), so there is no rule to choose.
    ipsative : bool
        Whether the values are centred within persons: they then fit no such model.
    confidence : float in (0, 1)
    seed, resamples, strata
        Of the persona bootstrap of `reliability`; see `persona_bootstrap`. `strata` has one label a row.

    Returns
    -------
    ItemResponseModel
        Items that got one answer only are left out first (`constant_items`, `unanswered_items` in `warnings`), and
        answers that nobody gave to an item are no category of it (`unused_category`). There is no model, and
        both reliabilities are NaN, with the note `ipsative`, `too_few_persons` (fewer than three with an answer),
        `too_few_items` (fewer than three: a is not identified), `constant_items` (fewer than three vary),
        `not_categories` (not whole numbers), `too_many_categories` (above 20) or `did_not_converge`: no maximum, or
        one where an item's a passes 10, as the copies of an item do. Warnings: `few_persons_for_irt` (below 200),
        `few_answers_in_category` (below five), `negative_discrimination`.

    Examples
    --------
    >>> random = np.random.default_rng(1)
    >>> trait = random.normal(size=(400, 1))
    >>> fitted = graded_response(DataFrame(np.clip(np.round(3 + trait + random.normal(size=(400, 4))), 1, 5)))
    >>> fitted.reliability
    Estimate(0.744 [0.719, 0.765], n=400)
    >>> fitted.items["a"].round(1).to_list()
    [1.6, 1.9, 1.3, 1.6]
    """
    return _fitted("graded", items, ipsative, confidence, seed, resamples, strata)


def two_parameter_logistic(
    items: DataFrame,
    *,
    ipsative: bool = False,
    confidence: float = 0.95,
    seed: int = 0,
    resamples: int = 2000,
    strata: Sequence[Hashable] | None = None,
) -> ItemResponseModel:
    """Birnbaum's (1968) model of items with two answers: the log odds of the higher one are a (theta - b).

    Parameters
    ----------
    items : DataFrame, shape (persons, items)
        Keyed values, two different whole numbers an item, one row a person; NaN as in `graded_response`.
    ipsative, confidence, seed, resamples, strata
        As in `graded_response`.

    Returns
    -------
    ItemResponseModel
        As in `graded_response`; also without a model if an item has more than two answers: `not_dichotomous`.

    Examples
    --------
    >>> random = np.random.default_rng(1)
    >>> right = random.normal(size=(500, 1)) + random.logistic(0, 0.8, size=(500, 5)) > [-1, -0.5, 0, 0.5, 1]
    >>> fitted = two_parameter_logistic(DataFrame(right.astype(int), columns=list("abcde")))
    >>> fitted.thresholds["b"].round(1).to_list()
    [-1.2, -0.6, -0.0, 0.8, 1.1]
    """
    return _fitted("2pl", items, ipsative, confidence, seed, resamples, strata)


def _fitted(
    model: str,
    items: DataFrame,
    ipsative: bool,
    confidence: float,
    seed: int,
    resamples: int,
    strata: Sequence[Hashable] | None,
) -> ItemResponseModel:
    x = numbers(items)
    if strata is not None and len(strata) != len(x):
        raise ValueError(f"strata: {len(strata)} labels for {len(x)} rows; one each is needed")
    note, warnings, kept = _screened(model, x, [str(each) for each in items.columns])
    names = [str(items.columns[each]) for each in kept]
    x = x[:, kept]
    n_answers = np.isfinite(x).sum(axis=1)
    heard = n_answers > 0
    n = int((heard if kept else np.isfinite(numbers(items)).any(axis=1)).sum())

    def without(code: str) -> ItemResponseModel:
        none = undefined(code, n_persons=n, n_items=len(kept), missing=FULL, warnings=warnings)
        persons = DataFrame({"theta": math.nan, "standard_error": math.nan, "n_answers": n_answers}, index=items.index)
        no_items = DataFrame(columns=["item", "a", "standard_error", "n_answers", "n_categories"])
        no_b = DataFrame(columns=["item", "threshold", "value", "b", "standard_error"])
        return ItemResponseModel(model, none, none, no_items, no_b, persons, note=code, warnings=warnings)

    if ipsative or note or n < 3:
        return without("ipsative" if ipsative else note or "too_few_persons")
    if n < FEW_PERSONS:
        warnings += (f"few_persons_for_irt: {n} persons; item parameters are steady from about {FEW_PERSONS}",)
    values = [np.unique(column[np.isfinite(column)]) for column in x.T]
    codes = np.column_stack([np.searchsorted(v, column) for v, column in zip(values, x.T, strict=True)])
    codes = np.where(np.isfinite(x), codes, -1)
    patterns, pattern, counts = np.unique(codes[heard], axis=0, return_inverse=True, return_counts=True)
    answers = Answers(patterns, counts, [len(each) for each in values])
    start = em_estimates(model, codes[heard], answers.sizes)
    if start is None:
        return without("did_not_converge")
    solution, covariance = maximum(answers, start)
    a, d = answers.unpacked(solution)
    steep = [name for name, each in zip(names, a, strict=True) if abs(each) > STEEPEST]
    if steep:
        told = f"a of {', '.join(steep)} grows beyond {STEEPEST:g}; is one a copy of another item?"
        warnings += (f"unbounded_discrimination: {told}",)
    if steep or covariance is None:
        return without("did_not_converge")
    if a.sum() < 0:
        a = -a
        solution = np.concatenate([a, solution[len(a) :]])
        flip = np.where(np.arange(len(solution)) < len(a), -1.0, 1.0)
        covariance = covariance * np.outer(flip, flip)
    wrong = [name for name, each in zip(names, a, strict=True) if each < 0]
    if wrong:
        warnings += (f"negative_discrimination: {', '.join(wrong)} run against the others; are the keys right?",)

    log_likelihood = -answers.loss(solution)
    theta, error = np.full((2, len(x)), math.nan)
    theta[heard], error[heard] = (each[pattern] for each in answers.placed(solution))
    sums = np.column_stack([np.ones(n), theta[heard], theta[heard] ** 2, error[heard] ** 2])
    drawn = persona_bootstrap(
        lambda drawn: _empirical(drawn, sums),
        n,
        seed=seed,
        resamples=resamples,
        strata=None if strata is None else [each for each, enters in zip(strata, heard, strict=True) if enters],
        confidence=confidence,
    )
    shared: dict[str, Any] = {"n_persons": n, "n_items": len(kept), "missing": FULL, "confidence": confidence}
    shared["extra"] = {"missing_share": float(1 - np.isfinite(x[heard]).mean())}
    empirical = float(_empirical(np.ones((1, n)), sums)[0])
    value, low, high = _marginal(answers, solution, covariance, confidence)
    errors = np.sqrt(np.diag(covariance))
    sizes, given = answers.sizes, np.isfinite(x).sum(axis=0)
    return ItemResponseModel(
        model,
        Estimate(empirical, drawn.low, drawn.high, method=drawn.method, warnings=warnings + drawn.warnings, **shared),
        Estimate(value, low, high, method="delta method, logit", warnings=warnings, **shared),
        DataFrame(
            {"item": names, "a": a, "standard_error": errors[: len(a)], "n_answers": given, "n_categories": sizes}
        ),
        _thresholds(names, values, a, d, covariance),
        DataFrame({"theta": theta, "standard_error": error, "n_answers": n_answers}, index=items.index),
        log_likelihood,
        2 * len(solution) - 2 * log_likelihood,
        math.log(n) * len(solution) - 2 * log_likelihood,
        len(solution),
        warnings=warnings,
    )


def _screened(model: str, x: Floats, names: list[str]) -> tuple[str, tuple[str, ...], list[int]]:
    """Why no model can be fitted ("" if it can), what to warn of, and the columns that vary."""
    answers = [np.unique(column[np.isfinite(column)], return_counts=True) for column in x.T]
    sizes = [len(values) for values, _ in answers]
    kept = [each for each, size in enumerate(sizes) if size > 1]
    warnings: list[str] = []
    for code, size, told in (("constant_items", 1, "got one answer from all"), ("unanswered_items", 0, "got none")):
        out = [name for name, each in zip(names, sizes, strict=True) if each == size]
        if out:
            warnings.append(f"{code}: {', '.join(out)} {told} and left out")
    used = np.unique(np.concatenate([answers[each][0] for each in kept])) if kept else np.empty(0)
    rare, unused = [], []
    for each in kept:
        values, counts = answers[each]
        rare += [f"{names[each]} {v:g} ({c})" for v, c in zip(values, counts, strict=True) if c < FEW_ANSWERS]
        unused += [f"{names[each]} {v:g}" for v in used if v not in values]
    if np.isfinite(x).any() and (used != np.round(used)).any():
        return "not_categories", tuple(warnings), kept
    if max(sizes, default=0) > MANY_CATEGORIES:
        return "too_many_categories", tuple(warnings), kept
    if model == "2pl" and max(sizes, default=0) > 2:
        return "not_dichotomous", tuple(warnings), kept
    if rare:
        warnings.append(f"few_answers_in_category: fewer than {FEW_ANSWERS} persons gave {', '.join(rare)}")
    if unused:
        warnings.append(f"unused_category: nobody gave {', '.join(unused)}, which other items got; b skips it")
    if np.isfinite(x).any(axis=1).sum() < 3:
        return "too_few_persons", tuple(warnings), kept
    if len(kept) < 3:
        return "constant_items" if len(names) > 2 else "too_few_items", tuple(warnings), kept
    return "", tuple(warnings), kept


def _thresholds(names: list[str], values: list[Floats], a: Floats, d: Floats, covariance: Floats) -> DataFrame:
    """b = -d / a, with the standard error that the delta method gives the ratio."""
    rows: list[dict[str, Any]] = []
    at = len(a)
    for item, name in enumerate(names):
        for threshold, value in enumerate(values[item][1:]):
            b = -d[item, threshold] / a[item]
            by = np.array([b, 1.0]) / a[item]
            error = math.sqrt(by @ covariance[np.ix_([item, at], [item, at])] @ by)
            rows.append({"item": name, "threshold": threshold + 1, "value": value, "b": b, "standard_error": error})
            at += 1
    return DataFrame(rows)


def _empirical(counts: Floats, sums: Floats) -> Floats:
    """Empirical reliability of resamples, shape (draws,); the variance of theta has divisor n - 1, as in R's mirt."""
    n, theta, squares, errors = (counts @ sums).T
    variance = (squares - theta**2 / n) / (n - 1)
    reliability: Floats = variance / (variance + errors / n)
    return reliability


def _marginal(answers: Answers, solution: Floats, covariance: Floats, confidence: float) -> tuple[float, float, float]:
    """Marginal reliability and its interval: symmetric on the logit, so that it stays within 0 and 1."""

    def logit(parameters: Floats) -> float:
        information = information_of_items(*answers.unpacked(parameters), NODES).sum(axis=0)
        return float(special.logit(WEIGHTS @ (information / (information + 1))))

    step = 1e-5
    by = np.array([logit(solution + each) - logit(solution - each) for each in step * np.eye(len(solution))])
    by /= 2 * step
    half = float(stats.norm.ppf(1 - tail_of(confidence))) * math.sqrt(by @ covariance @ by)
    value = logit(solution)
    low, middle, high = special.expit([value - half, value, value + half])
    return float(middle), float(low), float(high)
