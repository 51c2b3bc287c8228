"""Item response models: what each answer category tells about the trait, and how precisely persons are placed on it.

The package mirt finds the maximum of the marginal likelihood by EM, but keeps a within 5 and b within 6. Newton steps
from there reach the maximum without these walls, and give the information matrix, so the standard errors.
"""

from __future__ import annotations

import math
import warnings as python_warnings
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pandas import DataFrame
from scipy import optimize, special, stats

from psychometrics.covariances import numbers
from psychometrics.estimate import Estimate, Floats, persona_bootstrap, undefined

NODES: Floats = np.linspace(-6, 6, 61)  # the points of the trait that R's mirt integrates over
WEIGHTS: Floats = np.exp(-(NODES**2) / 2) / np.exp(-(NODES**2) / 2).sum()
STEEPEST = 10.0  # above it a category begins and ends between two points, and the likelihood no longer tells a
FLAT = 1e-8  # a curvature below this share of the steepest one is what rounding leaves of none
FEW_PERSONS = 200
FEW_ANSWERS = 5
MANY_CATEGORIES = 20
FULL = "full information"
NEEDED = "item response models need the package mirt: pip install mirt==1.2.0"


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
            each = _information(np.array([a]), (-a * b)[None, :], at)[0]
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
    answers = _Answers(patterns, counts, [len(each) for each in values])
    start = _em_estimates(model, codes[heard], answers.sizes)
    if start is None:
        return without("did_not_converge")
    solution, covariance = _maximum(answers, start)
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
    theta[heard], error[heard] = _placed(answers, solution, pattern)
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
        DataFrame({"item": names, "a": a, "standard_error": errors[: len(a)], "n_answers": given}).assign(
            n_categories=sizes
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


class _Answers:
    """Distinct answer patterns and how often each was given: the data that the likelihood needs.

    Parameters are one vector: a of each item, then its intercepts d_1 > d_2 > ... item by item, where the log odds of
    answer c or above are a theta + d_c. Unlike b, they have a meaning when a is 0.
    """

    def __init__(self, patterns: NDArray[np.int_], counts: NDArray[np.int_], sizes: list[int]) -> None:
        self.sizes, self.counts = sizes, counts.astype(float)
        k, most = len(sizes), max(sizes)
        self.free = np.arange(1, most)[None, :] < np.array(sizes)[:, None]  # (items, thresholds)
        self.present = np.arange(most)[None, :] < np.array(sizes)[:, None]  # (items, categories)
        given = patterns[:, :, None] == np.arange(most)
        self.given = given.reshape(len(patterns), k * most).astype(float)

    def unpacked(self, parameters: Floats) -> tuple[Floats, Floats]:
        d = np.full(self.free.shape, -math.inf)
        d[self.free] = parameters[len(self.sizes) :]
        return parameters[: len(self.sizes)], d

    def ordered(self, parameters: Floats) -> bool:
        d = self.unpacked(parameters)[1]
        return bool((d[:, :-1] > d[:, 1:])[self.free[:, 1:]].all())

    def posterior(self, parameters: Floats) -> tuple[Floats, float]:
        """Weights of NODES for each pattern, shape (patterns, nodes), and the log likelihood."""
        logs = np.log(np.where(self.present[:, :, None], _probabilities(*self.unpacked(parameters), NODES), 1.0))
        joint = self.given @ logs.reshape(-1, len(NODES)) + np.log(WEIGHTS)
        highest = joint.max(axis=1, keepdims=True)
        joint = np.exp(joint - highest)
        total = joint.sum(axis=1, keepdims=True)
        return joint / total, float(self.counts @ (np.log(total) + highest)[:, 0])

    def loss(self, parameters: Floats) -> float:
        return -self.posterior(parameters)[1] if self.ordered(parameters) else math.inf

    def gradient(self, parameters: Floats) -> Floats:
        """Of the loss, by Fisher's identity: the score of known traits, at the expected answers."""
        a, d = self.unpacked(parameters)
        weights = self.posterior(parameters)[0] * self.counts[:, None]
        share = self._expected(weights) / _probabilities(a, d, NODES)
        of_d = (share[:, 1:] - share[:, :-1]) * _slopes(a, d, NODES)[:, 1:-1]
        return -np.concatenate([(of_d @ NODES).sum(axis=1), of_d.sum(axis=2)[self.free]])

    def information(self, parameters: Floats) -> Floats:
        """Observed information (Louis, 1982): that of known traits, less what is lost as they are not known."""
        a, d = self.unpacked(parameters)
        k, m = d.shape
        posterior = self.posterior(parameters)[0]
        weights = posterior * self.counts[:, None]
        expected, p = self._expected(weights), _probabilities(a, d, NODES)
        edges, slopes = _edges(a, d, NODES), _slopes(a, d, NODES)
        share = expected / p
        bend = (share[:, 1:] - share[:, :-1]) * (slopes * (1 - 2 * special.expit(edges)))[:, 1:-1]
        wanted = np.concatenate([np.ones(k, dtype=bool), self.free.ravel()])
        information: Floats = np.zeros((k + k * m, k + k * m))
        own, thresholds = np.arange(k), k + np.arange(k * m)
        information[own, own] = -(bend @ NODES**2).sum(axis=1)
        information[thresholds, thresholds] = -bend.sum(axis=2).ravel()
        information[np.repeat(own, m), thresholds] = information[thresholds, np.repeat(own, m)] = -(
            bend @ NODES
        ).ravel()
        information = information[np.ix_(wanted, wanted)]

        # the score of each answer at each node: it moves the threshold below it and the one above it
        of_edges = np.zeros((len(NODES), k, m + 1, m + 2))
        category = np.arange(m + 1)
        of_edges[:, :, category, category] = np.moveaxis(slopes[:, :-1] / p * self.present[:, :, None], 2, 0)
        of_edges[:, :, category, category + 1] = np.moveaxis(-slopes[:, 1:] / p * self.present[:, :, None], 2, 0)
        of_d = of_edges[..., 1:-1]
        scores = np.zeros((len(NODES), k, m + 1, k + k * m))
        for item in range(k):
            scores[:, item, :, item] = NODES[:, None] * of_d[:, item].sum(axis=2)
            scores[:, item, :, k + item * m : k + (item + 1) * m] = of_d[:, item]
        scores = scores.reshape(len(NODES), k * (m + 1), -1)[:, :, wanted]
        mean = np.zeros((len(posterior), len(parameters)))
        for node, of_answers in enumerate(scores):
            of_patterns = self.given @ of_answers
            information += of_answers.T @ (expected.reshape(-1, len(NODES))[:, node, None] * of_answers)
            information -= of_patterns.T @ (weights[:, node, None] * of_patterns)
            mean += posterior[:, node, None] * of_patterns
        information += mean.T @ (self.counts[:, None] * mean)
        return information

    def _expected(self, weights: Floats) -> Floats:
        """How many persons at each node gave each answer, shape (items, categories, nodes)."""
        expected: Floats = (self.given.T @ weights).reshape(*self.present.shape, len(NODES))
        return expected


def _edges(a: Floats, d: Floats, theta: Floats) -> Floats:
    """Log odds of answering c or above, from the lowest category (infinity) to above the highest (minus infinity)."""
    inner = a[:, None, None] * theta + d[:, :, None]
    sides = np.full((len(a), 1, len(theta)), math.inf)
    return np.concatenate([sides, inner, -sides], axis=1)


def _probabilities(a: Floats, d: Floats, theta: Floats) -> Floats:
    """Of each category, shape (items, categories, points)."""
    edges = _edges(a, d, theta)
    upper, lower = edges[:, :-1], edges[:, 1:]
    # a difference of two numbers near 1 has lost its digits: take it on the other side of 0
    low_side = special.expit(upper) - special.expit(lower)
    p: Floats = np.where(lower > 0, special.expit(-lower) - special.expit(-upper), low_side)
    return np.maximum(p, np.finfo(float).tiny)


def _slopes(a: Floats, d: Floats, theta: Floats) -> Floats:
    """Derivative of the chance of c or above by its log odds, shape (items, categories + 1, points)."""
    edges = _edges(a, d, theta)
    slopes: Floats = special.expit(edges) * special.expit(-edges)
    return slopes


def _information(a: Floats, d: Floats, theta: Floats) -> Floats:
    """Fisher information of each item about theta, shape (items, points)."""
    slopes = _slopes(a, d, theta)
    change = a[:, None, None] * (slopes[:, :-1] - slopes[:, 1:])
    information: Floats = (change**2 / _probabilities(a, d, theta)).sum(axis=1)
    return information


def _em_estimates(model: str, codes: NDArray[np.int_], sizes: list[int]) -> Floats | None:
    """Parameters from mirt's EM, None where it finds none."""
    try:
        import mirt
    except ModuleNotFoundError:
        raise ModuleNotFoundError(NEEDED) from None
    with python_warnings.catch_warnings(), np.errstate(all="ignore"):
        python_warnings.simplefilter("ignore")
        try:
            fitted = mirt.fit_mirt(
                codes,
                model="2PL" if model == "2pl" else "GRM",
                n_categories=None if model == "2pl" else sizes,
                n_quadpts=len(NODES),
                tol=1e-6,
                max_iter=2000,
                compute_standard_errors=False,
            )
        except (mirt.MirtError, ValueError, ArithmeticError):  # ArithmeticError: also of numpy's linear algebra
            return None
    found = fitted.model.parameters
    a = np.asarray(found["discrimination"], dtype=float)
    b = np.asarray(found["difficulty" if model == "2pl" else "thresholds"], dtype=float).reshape(len(a), -1)
    d = [-each * row[: size - 1] for each, row, size in zip(a, b, sizes, strict=True)]
    # thresholds that met at mirt's walls are pulled apart, or the likelihood is 0 between them
    apart = [np.minimum.accumulate(each) - 1e-3 * np.arange(len(each)) for each in d]
    start = np.concatenate([a, *apart])
    return start if np.isfinite(start).all() else None


def _maximum(answers: _Answers, start: Floats) -> tuple[Floats, Floats | None]:
    """The maximum of the likelihood and the covariances of the estimates: None where it has no single peak."""
    k = len(answers.sizes)

    def stop_on_the_way_to_infinity(parameters: Floats) -> None:
        if np.abs(parameters[:k]).max() > 2 * STEEPEST:
            raise StopIteration

    with np.errstate(all="ignore"):
        found = optimize.minimize(
            answers.loss,
            start,
            jac=answers.gradient,
            hess=answers.information,
            method="trust-exact",
            callback=stop_on_the_way_to_infinity,
            options={"maxiter": 60, "gtol": 1e-7 * answers.counts.sum()},
        )
        information = answers.information(found.x)
    if not np.isfinite(information).all():
        return found.x, None
    scale = np.sqrt(np.maximum(np.diag(information), FLAT))
    if np.linalg.eigvalsh(information / np.outer(scale, scale)).min() < FLAT:
        return found.x, None
    covariance = np.asarray(np.linalg.inv(information), dtype=float)
    gradient = answers.gradient(found.x)
    return found.x, covariance if gradient @ covariance @ gradient < 1e-6 else None


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


def _placed(answers: _Answers, solution: Floats, pattern: NDArray[np.int_]) -> tuple[Floats, Floats]:
    """Mean and SD of the posterior of the persons with these patterns."""
    posterior = answers.posterior(solution)[0]
    theta = posterior @ NODES
    spread = np.sqrt((posterior * (NODES - theta[:, None]) ** 2).sum(axis=1))
    return theta[pattern], spread[pattern]


def _empirical(counts: Floats, sums: Floats) -> Floats:
    """Empirical reliability of resamples, shape (draws,); the variance of theta has divisor n - 1, as in R's mirt."""
    n, theta, squares, errors = (counts @ sums).T
    variance = (squares - theta**2 / n) / (n - 1)
    reliability: Floats = variance / (variance + errors / n)
    return reliability


def _marginal(answers: _Answers, solution: Floats, covariance: Floats, confidence: float) -> tuple[float, float, float]:
    """Marginal reliability and its interval: symmetric on the logit, so that it stays within 0 and 1."""

    def logit(parameters: Floats) -> float:
        information = _information(*answers.unpacked(parameters), NODES).sum(axis=0)
        return float(special.logit(WEIGHTS @ (information / (information + 1))))

    step = 1e-5
    by = np.array([logit(solution + each) - logit(solution - each) for each in step * np.eye(len(solution))])
    by /= 2 * step
    half = float(stats.norm.ppf((1 + confidence) / 2)) * math.sqrt(by @ covariance @ by)
    value = logit(solution)
    low, middle, high = special.expit([value - half, value, value + half])
    return float(middle), float(low), float(high)
