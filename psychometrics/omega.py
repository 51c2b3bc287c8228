"""Omega: how much of a total score is one general factor, and how much is common to any items?"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Hashable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandas import DataFrame

from psychometrics.bootstrap import bootstraps, on_rows
from psychometrics.covariances import alpha_from, squared_multiple
from psychometrics.estimate import NO_SPREAD, Estimate, Floats, Integers, Missing
from psychometrics.extraction import degrees_of_freedom, extracted
from psychometrics.factorability import ItemCorrelations, item_correlations
from psychometrics.rotation import oblimin, varimax

STATISTICS = ("hierarchical", "total", "asymptotic", "explained_common_variance")


@dataclass(frozen=True)
class HierarchicalOmega:
    """The reliabilities of a total score after Schmid and Leiman's transformation.

    Attributes
    ----------
    hierarchical : Estimate
        Share of the total's variance due to the general factor.
    total : Estimate
        Share due to all common factors.
    asymptotic : Estimate
        `hierarchical` / `total`: what the general factor would reach with very many such items.
    explained_common_variance : Estimate
        Share of the general factor in the common variance of the items.
    alpha, lambda6 : Estimate
        Of the same correlations: standardised alpha, and Guttman's lambda 6.
    fallback : Estimate or None
        None where `hierarchical` is estimable, or nothing is. Else one-factor omega and, where that fails too,
        standardised alpha; `extra["statistic"]` says which: "omega_one_factor" or "standardised_alpha".
    loadings : DataFrame
        `item`, `g`, `F1`, `F2`, ... (orthogonal group factors), `communality`, `uniqueness`.
    """

    hierarchical: Estimate
    total: Estimate
    asymptotic: Estimate
    explained_common_variance: Estimate
    alpha: Estimate
    lambda6: Estimate
    fallback: Estimate | None
    loadings: DataFrame


@dataclass(frozen=True)
class _SchmidLeiman:
    general: Floats
    groups: Floats
    communality: Floats
    why_not: str  # what is improper in the solution; empty if nothing is

    def statistics(self, r: Floats) -> tuple[float, float, float, float]:
        """Omega hierarchical, total, asymptotic, and the explained common variance."""
        total, common = float(r.sum()), float(r.sum() - (1 - self.communality).sum())
        general, groups = float(self.general.sum() ** 2), float((self.groups**2).sum())
        own = float((self.general**2).sum())
        return _share(general, total), _share(common, total), _share(general, common), _share(own, own + groups)


def _share(part: float, whole: float) -> float:
    return part / whole if abs(whole) > 1e-12 else math.nan


def omega_hierarchical(
    items: DataFrame,
    n_factors: int = 3,
    *,
    missing: Missing = "pairwise",
    resamples: int = 0,
    seed: int = 0,
    strata: Iterable[Hashable] | None = None,
    confidence: float = 0.95,
    ipsative: bool = False,
) -> HierarchicalOmega:
    """Omega hierarchical and total (McDonald, 1999; Zinbarg, Revelle, Yovel and Li, 2005), standardised.

    Minimum residual factors are rotated by oblimin, a general factor is taken from their correlations, and Schmid and
    Leiman's (1957) transformation makes general and group factors orthogonal, as in R's `psych::omega` without
    flipping of items.

    Parameters
    ----------
    items : DataFrame, shape (persons, items)
        Keyed values, one row a person. NaN is a missing answer. Constant items are left out.
    n_factors : int
        Group factors. With two, the general factor is not identified: both get equal loadings, the root of their
        correlation, and the result is marked `general_factor_not_identified`. With one it is the one factor.
    missing : "pairwise" or "listwise"
    resamples : int
        Of a persona bootstrap; 0 for none, since each resample is a factor analysis.
    seed : int
    strata : labels, length rows, optional
        Assigned pole of each row: personas are drawn within poles.
    confidence : float in (0, 1)
    ipsative : bool
        True gives `ipsative`: such answers correlate by construction.

    Returns
    -------
    HierarchicalOmega
        No unit, at most 1. NaN with the reasons of `item_correlations`, with `too_few_items` (no more than factors),
        `zero_total_variance`, and `did_not_converge` for an improper solution: a Heywood case among items or factors,
        no convergence, a share outside 0 to 1. Then `extra["improper_because"]` says which,
        `extra["value_at_bound"]` is what the bounded solution gives (R reports that), and `fallback` is to be used.
        Warnings: `negative_general_loading` (wrong keys?), `few_group_items` (a group factor is the strongest for no
        item), `not_identified`, those of `item_correlations`.

    Examples
    --------
    >>> import numpy as np
    >>> random = np.random.default_rng(2)
    >>> general, groups = random.normal(size=(500, 1)), random.normal(size=(500, 3))
    >>> x = general + groups.repeat(3, axis=1) + random.normal(size=(500, 9))
    >>> found = omega_hierarchical(pd.DataFrame(x).add_prefix("q"))
    >>> found.hierarchical, found.total
    (Estimate(0.707, n=500), Estimate(0.931, n=500))
    >>> omega_hierarchical(pd.DataFrame(x[:2]).add_prefix("q")).hierarchical
    Estimate(not estimable: too_few_persons, n=2)
    """
    if n_factors < 1:
        raise ValueError(f"n_factors: {n_factors}; at least 1 is needed")
    labels = None if strata is None else list(strata)
    if labels is not None and len(labels) != len(items):
        raise ValueError(f"strata: {len(labels)} labels for {len(items)} rows; one each is needed")
    of = item_correlations(items, missing=missing, ipsative=ipsative, at_least=n_factors + 1)
    if of.undefined_because:
        return _without(of, of.undefined_because, n_factors)
    if of.r.sum() <= 1e-9 * len(of.r):
        return _without(of, "zero_total_variance", n_factors)
    alpha, lambda6 = _alpha(of), _lambda6(of)
    found = _schmid_leiman(of.r, n_factors)
    warnings = _warnings(found, of, n_factors)
    values = dict(zip(STATISTICS, found.statistics(of.r), strict=True))
    inside = 0 < values["total"] <= 1 and values["hierarchical"] <= 1
    why_not = found.why_not or ("" if inside else "share_outside_0_to_1")
    table = pd.DataFrame({"item": of.items, "g": found.general})
    for each in range(n_factors):
        table[f"F{each + 1}"] = found.groups[:, each]
    table["communality"], table["uniqueness"] = found.communality, 1 - found.communality
    if why_not:
        estimates = {
            name: dataclasses.replace(
                of.undefined("did_not_converge", {"value_at_bound": value, "improper_because": why_not}),
                warnings=of.warnings + warnings,
            )
            for name, value in values.items()
        }
        return HierarchicalOmega(**estimates, alpha=alpha, lambda6=lambda6, fallback=_fallback(of), loadings=table)
    note = "general_factor_not_identified" if n_factors == 2 else ""
    estimates = {name: of.estimate(value, note=note, warnings=warnings) for name, value in values.items()}
    if resamples:
        estimates = _with_intervals(estimates, items, n_factors, missing, resamples, seed, labels, confidence)
    return HierarchicalOmega(**estimates, alpha=alpha, lambda6=lambda6, fallback=None, loadings=table)


def _schmid_leiman(r: Floats, n_factors: int) -> _SchmidLeiman:
    first = extracted(r, n_factors)
    communality = (first.loadings**2).sum(axis=1)
    why_not = "" if first.converged else "no_convergence"
    if first.heywood.any():
        why_not = "heywood_item"
    if n_factors == 1:
        return _SchmidLeiman(first.loadings[:, 0], np.zeros_like(first.loadings), communality, why_not)
    # R's psych turns by varimax before oblimin, which decides what minimum it comes to
    turned = oblimin(varimax(first.loadings).loadings)
    if not turned.converged:
        why_not = why_not or "no_convergence"
    if n_factors == 2:
        between = float(turned.phi[0, 1])
        of_factors = math.sqrt(abs(between)) * np.array([1.0, math.copysign(1.0, between)])
    else:
        second = extracted(turned.phi, 1)
        of_factors = second.loadings[:, 0]
        if second.heywood.any():
            why_not = why_not or "heywood_factor"
        elif not second.converged:
            why_not = why_not or "no_convergence"
    general = turned.loadings @ of_factors
    groups = turned.loadings * np.sqrt(np.maximum(1 - of_factors**2, 0.0))
    return _SchmidLeiman(_reflected(general[:, None])[:, 0], _reflected(groups), communality, why_not)


def _reflected(loadings: Floats) -> Floats:
    sums = loadings.sum(axis=0)
    # loadings that sum to 0, but for rounding, point where the first of them does
    first = loadings[np.argmax(np.abs(loadings) > NO_SPREAD, axis=0), np.arange(loadings.shape[1])]
    turned: Floats = loadings * np.where(np.where(np.abs(sums) > NO_SPREAD, sums, first) < 0, -1.0, 1.0)
    return turned


def _alpha(of: ItemCorrelations) -> Estimate:
    value = float(alpha_from(of.r))
    return of.estimate(value, note="negative_average_covariance" if value < -NO_SPREAD else "")


def _lambda6(of: ItemCorrelations) -> Estimate:
    multiple = squared_multiple(of.r)
    if np.isnan(multiple).any():
        return of.undefined(of.note or "singular_correlations")
    return of.estimate(float(1 - (1 - multiple).sum() / of.r.sum()))


def _fallback(of: ItemCorrelations) -> Estimate:
    """Omega of one factor; where that is improper, too, standardised alpha."""
    one = extracted(of.r, 1)
    loadings = one.loadings[:, 0]
    if one.converged and not one.heywood.any():
        common, own = float(loadings.sum() ** 2), float((1 - loadings**2).sum())
        told = ("fallback: omega of one factor, since the solution with group factors is improper",)
        return of.estimate(common / (common + own), warnings=told, extra={"statistic": "omega_one_factor"})
    told = ("fallback: standardised alpha, since the factor solutions are improper",)
    alpha = _alpha(of)
    return dataclasses.replace(alpha, warnings=alpha.warnings + told, extra={"statistic": "standardised_alpha"})


def _warnings(found: _SchmidLeiman, of: ItemCorrelations, n_factors: int) -> tuple[str, ...]:
    warnings: tuple[str, ...] = ()
    k = len(of.items)
    against = [name for name, loading in zip(of.items, found.general, strict=True) if loading < 0]
    if against:
        warnings += (f"negative_general_loading: {', '.join(against)}; are the keys right?",)
    if degrees_of_freedom(k, n_factors) < 0:
        warnings += (f"not_identified: {k} items are too few for {n_factors} factors; other loadings fit as well",)
    if n_factors == 2:
        warnings += ("general_factor_not_identified: two group factors; the general factor loads on both alike",)
    if n_factors > 1:
        alone = n_factors - len(np.unique(np.abs(found.groups).argmax(axis=1)))
        if alone:
            warnings += (f"few_group_items: {alone} of {n_factors} group factors are the strongest for no item",)
    return warnings


def _with_intervals(
    estimates: dict[str, Estimate],
    items: DataFrame,
    n_factors: int,
    missing: Missing,
    resamples: int,
    seed: int,
    strata: list[Hashable] | None,
    confidence: float,
) -> dict[str, Estimate]:
    def once(rows: Integers, person: Integers) -> tuple[float, ...]:
        of = item_correlations(items.iloc[rows], missing=missing, at_least=n_factors + 1)
        found = None if of.undefined_because else _schmid_leiman(of.r, n_factors)
        return (math.nan,) * len(STATISTICS) if found is None or found.why_not else found.statistics(of.r)

    # all from the same resamples, each of which is a factor analysis
    n = len(items)
    drawn = bootstraps(
        on_rows(once, np.arange(n)), n, seed=seed, resamples=resamples, strata=strata, confidence=confidence
    )
    return {
        name: dataclasses.replace(
            estimates[name],
            low=each.low,
            high=each.high,
            method="" if math.isnan(each.low) else each.method,
            confidence=confidence,
            extra={**estimates[name].extra, "standard_error": each.standard_error},
            warnings=estimates[name].warnings + each.warnings,
        )
        for name, each in zip(STATISTICS, drawn, strict=True)
    }


def _without(of: ItemCorrelations, because: str, n_factors: int) -> HierarchicalOmega:
    groups = {f"F{each + 1}": math.nan for each in range(n_factors)}
    table = pd.DataFrame({"item": of.items, "g": math.nan, **groups, "communality": math.nan, "uniqueness": math.nan})
    none = of.undefined(because)
    return HierarchicalOmega(none, none, none, none, none, none, None, table)
