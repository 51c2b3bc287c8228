"""The multitrait-multimethod matrix: do two measures of a trait agree more than measures of different traits do?"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pandas import DataFrame

from psychometrics.bootstrap import Bootstrap
from psychometrics.covariances import answered, numbers
from psychometrics.estimate import NO_SPREAD, Estimate, Floats, Missing, undefined
from psychometrics.pearson import (
    PEARSON,
    WILLIAMS,
    OfCorrelations,
    add_holm,
    pearson,
    resampled_correlations,
    varies,
    williams,
)

GAP = ("mean_discriminant", "discriminant", "discriminant_low", "discriminant_high")


@dataclass(frozen=True, eq=False)
class MultitraitMultimethod:
    """Traits, each measured by several methods (Campbell and Fiske, 1959).

    Attributes
    ----------
    r : DataFrame, shape (columns, columns)
        Pearson correlations, -1 to 1; method by method, in the order of the traits.
    disattenuated : DataFrame, shape (columns, columns)
        r over the root of both reliabilities (Spearman, 1904), the reliabilities on the diagonal; NaN without them.
        Never clipped.
    pairs : DataFrame
        One row a pair: column_a, column_b, kind (convergent: one trait, two methods; heterotrait_heteromethod;
        heterotrait_monomethod), r with low and high (Fisher), n_persons, p, p_holm, disattenuated, note.
    convergent : DataFrame
        One row a trait and two methods: trait, method_a, method_b, r, low, high, n_persons, mean_discriminant (mean
        absolute r of its two columns with the other traits of the other method), discriminant (r less that) with
        discriminant_low and discriminant_high, note.
    comparisons : DataFrame
        Williams's t (Steiger, 1980) of each convergent r against each discriminant r that shares a column: trait,
        shared, convergent, discriminant (columns), r_convergent, r_discriminant, williams_t, df, p, p_holm, n_persons,
        note.
    convergent_mean, heterotrait_heteromethod_mean, heterotrait_monomethod_mean : Estimate
        Mean r of each kind, -1 to 1.
    discriminant : Estimate
        Mean of that column of `convergent`, -1 to 1 (Serapio-Garcia et al., 2025).
    htmt_ratio : Estimate
        Mean absolute heterotrait-heteromethod r over the mean convergent r, 0 or above: after HTMT (Henseler, Ringle
        and Sarstedt, 2015), with scales in the place of items. Resampling makes the absolute value of an r near 0
        larger, so the intervals of this and of `discriminant` lean towards poor validity.
    warnings : tuple of str
    """

    r: DataFrame
    disattenuated: DataFrame
    pairs: DataFrame
    convergent: DataFrame
    comparisons: DataFrame
    convergent_mean: Estimate
    heterotrait_heteromethod_mean: Estimate
    heterotrait_monomethod_mean: Estimate
    discriminant: Estimate
    htmt_ratio: Estimate
    warnings: tuple[str, ...] = ()


def multitrait_multimethod(
    scores: DataFrame,
    traits: Sequence[str],
    methods: Mapping[str, Sequence[str]],
    *,
    reliabilities: Mapping[str, float] | Sequence[float] | None = None,
    missing: Missing = "pairwise",
    confidence: float = 0.95,
    seed: int = 0,
    resamples: int = 2000,
    strata: Sequence[Hashable] | None = None,
) -> MultitraitMultimethod:
    """Multitrait-multimethod matrix (Campbell and Fiske, 1959) with its summaries and tests.

    Parameters
    ----------
    scores : DataFrame, shape (persons, columns)
        One row a person (average repeats before); any unit; NaN is a missing score.
    traits : names
    methods : mapping
        Method to its columns of `scores`, in the order of `traits`.
    reliabilities : by column, or in the order of the methods' columns, optional
        In (0, 1].
    missing : "pairwise" or "listwise"
        Pairwise takes each r from the persons who have both scores, and each comparison from those who have all three.
    confidence : float in (0, 1)
    seed, resamples, strata
        Of the persona bootstrap, which gives the intervals of the summaries; see `persona_bootstrap`.

    Returns
    -------
    MultitraitMultimethod
        A pair is NaN with `too_few_persons` (fewer than three), `constant_scores`; a comparison also with `collinear`
        (the two measures are one). A summary is over the r that are defined, named in `warnings` if some are not; NaN
        with `one_method`, `one_trait` or those notes if none is, and `htmt_ratio` with `no_convergence` if the mean
        convergent r is not positive. `disattenuated_above_1` is a warning: the reliabilities are too low for
        that r, or its errors correlate. r of 1 or -1 is noted `identical_scores` and has no interval.

    Examples
    --------
    >>> random = np.random.default_rng(2)
    >>> trait, noise = random.normal(size=(200, 2)), random.normal(size=(200, 4))
    >>> scores = DataFrame(np.hstack([trait, trait]) + noise, columns=["bfi_E", "bfi_N", "ipip_E", "ipip_N"])
    >>> found = multitrait_multimethod(scores, ["E", "N"], {"bfi": ["bfi_E", "bfi_N"], "ipip": ["ipip_E", "ipip_N"]})
    >>> found.convergent_mean
    Estimate(0.468 [0.396, 0.535], n=200)
    """
    design = _Design.of(scores, traits, methods)
    columns, at = design.columns, design.pairs
    reliable = _reliabilities(reliabilities, columns)
    everything = numbers(scores[columns])
    if strata is not None and len(strata) != len(everything):
        raise ValueError(f"strata: {len(strata)} labels for {len(everything)} rows; one each is needed")
    kept = answered(everything, missing)
    x = everything[kept]
    rows = []
    for (i, j), kind in zip(at, design.kinds, strict=True):
        row = {"column_a": columns[i], "column_b": columns[j], "kind": kind} | pearson(x[:, i], x[:, j], confidence)
        row["disattenuated"] = row["r"] / math.sqrt(reliable[i] * reliable[j])
        if abs(row["disattenuated"]) > 1 + NO_SPREAD:
            row["note"] = row["note"] or "disattenuated_above_1"
        rows.append(row)
    pairs = DataFrame(rows, columns=["column_a", "column_b", "kind", *PEARSON, "disattenuated", "note"])
    add_holm(pairs)
    r = pairs["r"].to_numpy(dtype=float)
    own = np.array([1.0 if varies(column) else math.nan for column in x.T])
    warnings = _warnings(pairs)
    chosen = None if strata is None else [each for each, enters in zip(strata, kept, strict=True) if enters]
    drawn = resampled_correlations(x, at, seed, resamples, chosen, confidence)
    shared: dict[str, Any] = {"n_persons": len(x), "missing": missing}
    estimates = {}
    for name, (needed, summary) in SUMMARIES.items():
        places = [np.flatnonzero((design.kinds == kind) & np.isfinite(r)) for kind in needed]
        note = next(
            (design.undefined(kind, pairs) for kind, place in zip(needed, places, strict=True) if not len(place)), ""
        )
        value = math.nan if note else float(summary(*[r[None, place] for place in places])[0])
        if math.isnan(value):
            estimates[name] = undefined(note or "no_convergence", warnings=warnings, **shared)
            continue
        if (pairs["note"].iloc[np.concatenate(places)] == "identical_scores").all():
            estimates[name] = Estimate(value, note="identical_scores", warnings=warnings, **shared)
            continue
        found = drawn(_of_pairs(summary, places))
        shared_here = shared | {"warnings": warnings + found.warnings, "method": found.method, "confidence": confidence}
        estimates[name] = Estimate(value, found.low, found.high, **shared_here)
    return MultitraitMultimethod(
        r=_square(columns, at, r, own),
        disattenuated=_square(columns, at, pairs["disattenuated"].to_numpy(dtype=float), reliable),
        pairs=pairs,
        convergent=_convergent(design, pairs, drawn),
        comparisons=_comparisons(design, x),
        warnings=warnings,
        **estimates,
    )


@dataclass(frozen=True, eq=False)
class _Design:
    """Which trait and method each column has, and what each pair of columns is."""

    columns: list[str]
    traits: list[str]
    methods: list[str]
    pairs: NDArray[np.intp]
    kinds: NDArray[np.object_]

    @classmethod
    def of(cls, scores: DataFrame, traits: Sequence[str], methods: Mapping[str, Sequence[str]]) -> _Design:
        for method, named in methods.items():
            if len(named) != len(traits):
                raise ValueError(
                    f'method "{method}": {len(named)} columns for {len(traits)} traits; one each is needed'
                )
        columns = [each for named in methods.values() for each in named]
        unknown = [each for each in columns if each not in scores.columns]
        if unknown:
            raise ValueError(f'methods: column "{unknown[0]}"; the columns are {", ".join(map(str, scores.columns))}')
        if len(set(columns)) < len(columns) or scores[columns].shape[1] != len(columns):
            raise ValueError(f"methods: {', '.join(columns)}; every column may stand for one trait and method only")
        of_traits = list(traits) * len(methods)
        of_methods = [method for method, named in methods.items() for _ in named]
        pairs = np.array(list(itertools.combinations(range(len(columns)), 2)), dtype=np.intp).reshape(-1, 2)
        kinds = [
            "convergent"
            if of_traits[i] == of_traits[j]
            else f"heterotrait_{'mono' if of_methods[i] == of_methods[j] else 'hetero'}method"
            for i, j in pairs
        ]
        return cls(columns, of_traits, of_methods, pairs, np.array(kinds, dtype=object))

    def undefined(self, kind: str, pairs: DataFrame) -> str:
        """Why there is no r of this kind."""
        if (self.kinds == kind).any():
            return str(pairs.loc[self.kinds == kind, "note"].iloc[0])
        return "one_trait" if len(set(self.traits)) < 2 and kind != "convergent" else "one_method"

    def discriminants(self, i: int, j: int) -> list[tuple[int, int]]:
        """(shared column, other column) of the r that the convergent r of i and j must surpass."""
        return [
            (shared, other)
            for shared, partner in ((i, j), (j, i))
            for other in range(len(self.columns))
            if self.methods[other] == self.methods[partner] and self.traits[other] != self.traits[i]
        ]


def _ratio(convergent: Floats, discriminant: Floats) -> Floats:
    mean = convergent.mean(axis=1)
    # what rounding leaves of a mean of 0 would make a ratio of any size
    ratio: Floats = np.abs(discriminant).mean(axis=1) / np.where(mean > NO_SPREAD, mean, math.nan)
    return ratio


SUMMARIES: dict[str, tuple[tuple[str, ...], Callable[..., Floats]]] = {
    "convergent_mean": (("convergent",), lambda rs: rs.mean(axis=1)),
    "heterotrait_heteromethod_mean": (("heterotrait_heteromethod",), lambda rs: rs.mean(axis=1)),
    "heterotrait_monomethod_mean": (("heterotrait_monomethod",), lambda rs: rs.mean(axis=1)),
    "discriminant": (
        ("convergent", "heterotrait_heteromethod"),
        lambda convergent, others: convergent.mean(axis=1) - np.abs(others).mean(axis=1),
    ),
    "htmt_ratio": (("convergent", "heterotrait_heteromethod"), _ratio),
}


def _of_pairs(summary: Callable[..., Floats], places: list[NDArray[np.intp]]) -> OfCorrelations:
    return lambda rs: summary(*[rs[:, place] for place in places])


def _reliabilities(given: Mapping[str, float] | Sequence[float] | None, columns: list[str]) -> Floats:
    if given is None:
        return np.full(len(columns), math.nan)
    if isinstance(given, Mapping):
        given = [given.get(each, math.nan) for each in columns]
    values = np.asarray(given, dtype=float)
    if len(values) != len(columns):
        raise ValueError(f"reliabilities: {len(values)} for {len(columns)} columns; one each is needed")
    wrong = values[~np.isnan(values) & ~((values > 0) & (values <= 1))]
    if len(wrong):
        raise ValueError(f"reliabilities: {wrong[0]:g}; a reliability is above 0 and at most 1, or NaN")
    return values


def _warnings(pairs: DataFrame) -> tuple[str, ...]:
    found = []
    for note, told in (
        ("disattenuated_above_1", "a reliability is too low for this r, or errors correlate"),
        ("constant_scores", "a score has no spread; means are over the other r"),
        ("too_few_persons", "fewer than three have both; means are over the other r"),
        ("identical_scores", "one score tells all that the other tells"),
    ):
        noted = pairs[pairs["note"] == note]
        named = [f"{a} with {b}" for a, b in zip(noted["column_a"], noted["column_b"], strict=True)]
        if named:
            found.append(f"{note}: {', '.join(named)}: {told}")
    return tuple(found)


def _square(columns: list[str], at: NDArray[np.intp], values: Floats, diagonal: Floats) -> DataFrame:
    matrix = np.diag(diagonal)
    matrix[at[:, 0], at[:, 1]] = matrix[at[:, 1], at[:, 0]] = values
    return DataFrame(matrix, index=columns, columns=columns)


def _convergent(design: _Design, pairs: DataFrame, drawn: Callable[[OfCorrelations], Bootstrap]) -> DataFrame:
    place = {(int(i), int(j)): each for each, (i, j) in enumerate(design.pairs)}
    r = pairs["r"].to_numpy(dtype=float)
    rows = []
    for own in np.flatnonzero(design.kinds == "convergent"):
        i, j = (int(each) for each in design.pairs[own])
        others = np.array([place[min(each), max(each)] for each in design.discriminants(i, j)], dtype=int)
        others = others[np.isfinite(r[others])]
        row: dict[str, Any] = {"trait": design.traits[i], "method_a": design.methods[i], "method_b": design.methods[j]}
        row |= {each: pairs[each].iloc[own] for each in ("r", "low", "high", "n_persons", "note")}
        row |= dict.fromkeys(GAP, math.nan)
        if len(others) and np.isfinite(r[own]):
            found = drawn(_of_pairs(SUMMARIES["discriminant"][1], [np.array([own]), others]))
            mean = float(np.abs(r[others]).mean())
            row |= dict(zip(GAP, (mean, r[own] - mean, found.low, found.high), strict=True))
        rows.append(row)
    return DataFrame(rows, columns=["trait", "method_a", "method_b", "r", "low", "high", "n_persons", *GAP, "note"])


def _comparisons(design: _Design, x: Floats) -> DataFrame:
    rows = []
    for i, j in design.pairs[design.kinds == "convergent"]:
        for shared, other in design.discriminants(i, j):
            partner = j if shared == i else i
            row = {"trait": design.traits[i], "shared": design.columns[shared], "convergent": design.columns[partner]}
            rows.append(row | {"discriminant": design.columns[other]} | williams(x[:, [shared, partner, other]]))
    table = DataFrame(rows, columns=["trait", "shared", "convergent", "discriminant", *WILLIAMS, "note"])
    add_holm(table)
    return table
