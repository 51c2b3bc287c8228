"""What every analysis of structure starts from: the correlations of the items, and whether factors can explain them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandas import DataFrame
from scipy import stats

from psychometrics.covariances import answered, correlations, covariances, numbers
from psychometrics.estimate import NO_SPREAD, Detail, Estimate, Floats, Missing, no_spread, undefined

ENOUGH_PERSONS = 300  # structure of fewer personas is mostly noise
SINGULAR = 1e-10  # an eigenvalue of a correlation matrix below this is what rounding left of 0


@dataclass(frozen=True)
class ItemCorrelations:
    """Correlations of the items that vary.

    Attributes
    ----------
    r : array, shape (items, items)
        NaN-free unless `undefined_because` names a reason.
    items : tuple of str
        Items without the constant ones, which `warnings` lists.
    n_persons : int
    missing : "pairwise" or "listwise"
    undefined_because : str
        Code of what stands against any analysis, such as `ipsative`; usually empty. See `item_correlations`.
    note : str
        `not_positive_definite` or `singular_correlations`, which some statistics bear and others do not; else empty.
    warnings : tuple of str
    """

    r: Floats
    items: tuple[str, ...]
    n_persons: int
    missing: Missing
    undefined_because: str = ""
    note: str = ""
    warnings: tuple[str, ...] = ()

    def undefined(self, note: str = "", extra: Mapping[str, Detail] | None = None) -> Estimate:
        """An estimate without a value, for `note` or for what stands against any analysis."""
        return undefined(
            note or self.undefined_because,
            n_persons=self.n_persons,
            n_items=len(self.items),
            missing=self.missing,
            warnings=self.warnings,
            extra=extra,
        )

    def estimate(
        self, value: float, *, note: str = "", warnings: tuple[str, ...] = (), extra: Mapping[str, Detail] | None = None
    ) -> Estimate:
        """An estimate over these persons and items."""
        return Estimate(
            value,
            n_persons=self.n_persons,
            n_items=len(self.items),
            missing=self.missing,
            note=note or self.note,
            warnings=self.warnings + warnings,
            extra=dict(extra or {}),
        )


def item_correlations(
    items: DataFrame, *, missing: Missing = "pairwise", ipsative: bool = False, at_least: int = 3
) -> ItemCorrelations:
    """Pearson correlations of items for an analysis of structure; constant items are left out and listed.

    Parameters
    ----------
    items : DataFrame, shape (persons, items)
        One row a person; NaN is a missing answer.
    missing : "pairwise" or "listwise"
        Pairwise takes each correlation from the persons who have both answers, with their own means and SDs, as R's
        `cor(x, use = "pairwise")`, and counts all persons with any answer.
    ipsative : bool
        Answers that compare items within a person (forced choice) have correlations that the comparison made.
    at_least : int
        Varying items that are needed.

    Returns
    -------
    ItemCorrelations
        `undefined_because` is `ipsative`, `too_few_persons` (fewer than three), `constant_items` or `too_few_items`
        (fewer than `at_least` that vary, or in all), `no_joint_answers`, `degenerate_identical_items` (every item tells
        what every other tells). Warnings: `constant_items`, `few_persons_for_structure` (below 300).

    Examples
    --------
    >>> import pandas as pd
    >>> x = pd.DataFrame({"E1": [1, 2, 4, 5], "E2": [2, 2, 3, 4], "E3": [3, 3, 3, 3], "E4": [1, 3, 4, 5]})
    >>> found = item_correlations(x)
    >>> found.items, found.r.round(2)[0]
    (('E1', 'E2', 'E4'), array([1.  , 0.95, 0.96]))
    """
    everything = numbers(items)
    x = everything[answered(everything, missing)]
    names = tuple(str(each) for each in items.columns)
    warnings: list[str] = []

    def stopped(because: str) -> ItemCorrelations:
        r = np.full((len(names), len(names)), math.nan)
        return ItemCorrelations(r, names, len(x), missing, because, "", tuple(warnings))

    if ipsative:
        return stopped("ipsative")
    if len(names) < at_least:
        return stopped("too_few_items")
    if len(x) < 3:
        return stopped("too_few_persons")
    if len(x) < ENOUGH_PERSONS:
        warnings.append(f"few_persons_for_structure: {len(x)} persons; structure needs {ENOUGH_PERSONS} or more")
    seen = np.isfinite(x)
    spread = np.where(seen, x, -math.inf).max(axis=0) - np.where(seen, x, math.inf).min(axis=0)
    constant = (spread <= no_spread(float(np.abs(x[seen]).max()))) & seen.any(axis=0)
    if constant.any():
        listed = ", ".join(name for name, same in zip(names, constant, strict=True) if same)
        warnings.append(f"constant_items: {listed} got one answer from all and tell nothing of structure")
        names = tuple(name for name, same in zip(names, constant, strict=True) if not same)
        if len(names) < at_least:
            return stopped("constant_items")
    r = _pairwise(x[:, ~constant])
    if np.isnan(r).any():
        return stopped("no_joint_answers")
    if np.abs(r).min() > 1 - SINGULAR:
        return stopped("degenerate_identical_items")
    smallest = float(np.linalg.eigvalsh(r)[0])
    note = "" if smallest > SINGULAR else "singular_correlations" if smallest > -SINGULAR else "not_positive_definite"
    if note:
        warnings.append(
            f"{note}: the smallest eigenvalue is {smallest:.2g}; "
            + ("an item repeats others" if note == "singular_correlations" else "pairs rest on different persons")
        )
    return ItemCorrelations(r, names, len(x), missing, "", note, tuple(warnings))


@dataclass(frozen=True)
class Factorability:
    """Whether the items have something in common.

    Attributes
    ----------
    kmo, bartlett : Estimate
    items : DataFrame
        `item`, `kmo`: sampling adequacy of each item that varies.
    """

    kmo: Estimate
    bartlett: Estimate
    items: DataFrame


def factorability(items: DataFrame, *, missing: Missing = "pairwise", ipsative: bool = False) -> Factorability:
    """Sampling adequacy (Kaiser, 1970; Kaiser and Rice, 1974) and the test of no correlation at all (Bartlett, 1951).

    Adequacy is the share of the squared correlations in the sum of squared correlations and squared partial
    correlations (each of two items given all others).

    Parameters
    ----------
    items : DataFrame, shape (persons, items)
        One row a person; NaN is a missing answer.
    missing : "pairwise" or "listwise"
    ipsative : bool
        True gives `ipsative`: such answers correlate by construction.

    Returns
    -------
    Factorability
        `kmo`: no unit, in [0, 1]; Kaiser calls less than .5 unacceptable. `bartlett`: chi-square, with `df` and `p` in
        `extra`. Neither has an interval. Both are NaN for the reasons of `item_correlations`, and with
        `singular_correlations` or `not_positive_definite`, since partial correlations and the determinant need an
        inverse.

    Examples
    --------
    >>> import pandas as pd
    >>> x = pd.DataFrame({"E1": [1, 2, 4, 5, 3], "E2": [2, 2, 3, 4, 4], "E3": [1, 4, 4, 5, 2]})
    >>> found = factorability(x)
    >>> found.kmo
    Estimate(0.366, n=5)
    >>> found.items.round(3).to_dict("list")
    {'item': ['E1', 'E2', 'E3'], 'kmo': [0.423, 0.332, 0.324]}
    """
    of = item_correlations(items, missing=missing, ipsative=ipsative, at_least=2)
    because = of.undefined_because or of.note
    table = pd.DataFrame({"item": of.items, "kmo": math.nan})
    if because:
        return Factorability(of.undefined(because), of.undefined(because), table)
    inverse = np.linalg.inv(of.r)
    partial = (inverse / np.sqrt(np.outer(np.diag(inverse), np.diag(inverse)))) ** 2
    plain = of.r**2
    for squares in (plain, partial):
        np.fill_diagonal(squares, 0.0)
    both = plain.sum() + partial.sum()
    k, n = len(of.items), of.n_persons
    if both <= NO_SPREAD**2:
        kmo = of.undefined("zero_correlations")
    else:
        kmo = of.estimate(float(plain.sum() / both))
        each = plain.sum(axis=0) + partial.sum(axis=0)
        table["kmo"] = plain.sum(axis=0) / np.where(each > NO_SPREAD**2, each, math.nan)
    chisquare = -float(np.linalg.slogdet(of.r)[1]) * (n - 1 - (2 * k + 5) / 6)
    df = k * (k - 1) // 2
    if n - 1 <= (2 * k + 5) / 6:
        bartlett = of.undefined("too_few_persons", {"df": df})
    else:
        bartlett = of.estimate(chisquare, extra={"df": df, "p": float(stats.chi2.sf(chisquare, df))})
    return Factorability(kmo, bartlett, table)


def _pairwise(x: Floats) -> Floats:
    """Each correlation with the means and SDs of the rows that have both columns; the diagonal is exactly 1."""
    present = np.isfinite(x)
    if present.all():
        r = correlations(covariances(x))
    else:
        has = present.astype(float)
        n = has.T @ has
        centre = np.where(present, x, 0.0).sum(axis=0) / np.maximum(has.sum(axis=0), 1)
        filled = np.where(present, x - centre, 0.0)
        sums = filled.T @ has  # sum of column i over the rows that have j
        squares = (filled**2).T @ has
        n = np.where(n < 2, math.nan, n)
        own = squares - sums**2 / n
        own = np.where(own > SINGULAR * np.maximum(squares, NO_SPREAD), own, math.nan)
        r = (filled.T @ filled - sums * sums.T / n) / np.sqrt(own * own.T)
    r = np.clip((r + r.T) / 2, -1.0, 1.0)
    np.fill_diagonal(r, np.where(np.isnan(np.diag(r)), math.nan, 1.0))
    return r
