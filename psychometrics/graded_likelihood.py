"""The marginal likelihood of the graded response model, and the parameters that maximise it.

The package mirt finds the maximum by EM, but keeps a within 5 and b within 6. Newton steps from there reach the maximum
without these walls, and give the information matrix, so the standard errors.
"""

from __future__ import annotations

import math
import warnings as python_warnings

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from psychometrics.estimate import Floats

NODES: Floats = np.linspace(-6, 6, 61)  # the points of the trait that R's mirt integrates over
WEIGHTS: Floats = np.exp(-(NODES**2) / 2) / np.exp(-(NODES**2) / 2).sum()
STEEPEST = 10.0  # above it a category begins and ends between two points, and the likelihood no longer tells a
FLAT = 1e-8  # a curvature below this share of the steepest one is what rounding leaves of none
NEEDED = "item response models need the package mirt: pip install mirt==1.2.0"


class Answers:
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

    def placed(self, parameters: Floats) -> tuple[Floats, Floats]:
        """Mean and SD of the posterior of each pattern."""
        posterior = self.posterior(parameters)[0]
        theta = posterior @ NODES
        return theta, np.sqrt((posterior * (NODES - theta[:, None]) ** 2).sum(axis=1))

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


def information_of_items(a: Floats, d: Floats, theta: Floats) -> Floats:
    """Fisher information of each item about theta, shape (items, points)."""
    slopes = _slopes(a, d, theta)
    change = a[:, None, None] * (slopes[:, :-1] - slopes[:, 1:])
    information: Floats = (change**2 / _probabilities(a, d, theta)).sum(axis=1)
    return information


def em_estimates(model: str, codes: NDArray[np.int_], sizes: list[int]) -> Floats | None:
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


def maximum(answers: Answers, start: Floats) -> tuple[Floats, Floats | None]:
    """The maximum of the likelihood and the covariances of the estimates: None where it has no single peak."""
    k = len(answers.sizes)

    def stop_on_the_way_to_infinity(parameters: Floats) -> None:
        if np.abs(parameters[:k]).max() > 2 * STEEPEST:
            raise StopIteration

    def curvature(parameters: Floats) -> Floats:
        information = answers.information(parameters)
        if not np.isfinite(information).all():
            raise FloatingPointError("an answer that was given has no chance left")
        return information

    with np.errstate(all="ignore"):
        try:
            found = optimize.minimize(
                answers.loss,
                start,
                jac=answers.gradient,
                hess=curvature,
                method="trust-exact",
                callback=stop_on_the_way_to_infinity,
                options={"maxiter": 60, "gtol": 1e-7 * answers.counts.sum()},
            )
            information = curvature(found.x)
        except FloatingPointError:  # the optimizer would fail on it, with a traceback
            return start, None
    scale = np.sqrt(np.maximum(np.diag(information), FLAT))
    if np.linalg.eigvalsh(information / np.outer(scale, scale)).min() < FLAT:
        return found.x, None
    covariance = np.asarray(np.linalg.inv(information), dtype=float)
    gradient = answers.gradient(found.x)
    return found.x, covariance if gradient @ covariance @ gradient < 1e-6 else None


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
