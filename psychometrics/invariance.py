"""Measurement invariance: may the same scale be compared between groups of persons, such as two models?

Four models, each with more held equal: configural (same structure), metric (loadings), scalar (intercepts), strict
(residual variances). Means are compared at scalar invariance or not at all.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from pandas import DataFrame, Series
from scipy import stats

from psychometrics.cfa import Heywood, complete, few_persons, sample_of, trouble_of, why_not
from psychometrics.cfa_model import Cells, Equal, FactorModel, Solution, best_fit, cells_of, factor_model
from psychometrics.estimate import Floats, numbered, tail_of
from psychometrics.fit_measures import Fit, fit_of

STEPS: dict[str, tuple[Equal, ...]] = {
    "configural": (),
    "metric": ("loadings",),
    "scalar": ("loadings", "intercepts"),
    "strict": ("loadings", "intercepts", "residuals"),
}
FEW_IN_A_GROUP = 100


@dataclass(frozen=True)
class Cutoffs:
    """When a step is refused: CFI falls by at least `cfi`, and RMSEA or SRMR rises by at least its own cut-off.

    Without cut-offs for RMSEA and SRMR, CFI decides alone.
    """

    cfi: float = 0.010
    rmsea: float | None = None
    srmr_loadings: float | None = None
    srmr_further: float | None = None


CHEUNG_RENSVOLD = Cutoffs()  # Cheung and Rensvold (2002)
CHEN = Cutoffs(0.010, rmsea=0.015, srmr_loadings=0.030, srmr_further=0.010)  # Chen (2007), more than 300 persons


@dataclass(frozen=True)
class Invariance:
    """What was found by holding more and more equal between groups.

    Attributes
    ----------
    steps : DataFrame
        One row a model: step, the numbers of `Fit`, note.
    differences : DataFrame
        One row from each model to the next: step, against, delta_chi2, delta_df, p, delta_cfi, delta_rmsea, delta_srmr
        (later minus earlier: falling CFI is negative), holds (True, False, or None where it cannot be told).
    latent_means : DataFrame
        At the scalar step, for the second and further groups: group, factor, mean, standard_error, low, high (in the
        unit of the factor's first item, as difference from the first group), and d (in the first group's factor SDs).
    groups : tuple
        In order of appearance; the first is the reference.
    verdict : str
        The furthest step that holds with all before it: "none", "configural", "metric", "scalar" or "strict"; empty
        where there is no result.
    n_persons : int
    n_by_group : tuple of int
    note : str
        Why there is no result; empty if there is.
    warnings : tuple of str
    """

    steps: DataFrame
    differences: DataFrame
    latent_means: DataFrame
    groups: tuple[Hashable, ...]
    verdict: str
    n_persons: int
    n_by_group: tuple[int, ...]
    note: str = ""
    warnings: tuple[str, ...] = ()


def measurement_invariance(
    items: DataFrame,
    model: str | FactorModel | Mapping[str, Sequence[str]],
    group: Iterable[Hashable],
    *,
    cutoffs: Cutoffs = CHEN,
    heywood: Heywood = "refuse",
    ipsative: bool = False,
    confidence: float = 0.95,
) -> Invariance:
    """Multi-group confirmatory factor analysis with mean structure (Meredith, 1993), steps as in lavaan's `group.equal`.

    Parameters
    ----------
    items : DataFrame, shape (persons, columns)
        Keyed values, one row a person. Persons with a missing answer to an item of the model are left out.
    model : str or mapping
        See `confirmatory_factors`. The first item of each factor sets its unit (loading 1 in all groups).
    group : labels, length persons
        Persons whose label is missing are left out.
    cutoffs : Cutoffs
        `CHEN` or `CHEUNG_RENSVOLD`, or others.
    heywood : "refuse" or "keep"
        See `confirmatory_factors`; the rule holds for each step.
    ipsative : bool
    confidence : float in (0, 1)
        Of the latent means.

    Returns
    -------
    Invariance
        All numbers NaN with a note: `ipsative`, `too_few_groups` (fewer than two), `too_few_items` (one), and for any
        group `too_few_persons`, `constant_items`, `covariance_not_positive_definite`, and `not_identified`. A single step
        without solution is NaN in its row, with `did_not_converge`. Warnings: `few_persons_for_structure` (fewer than
        300 in all), `few_persons_in_group` (fewer than 100).

    Examples
    --------
    >>> import pandas as pd
    >>> random = np.random.default_rng(1)
    >>> group = np.repeat(["a", "b"], 300)
    >>> trait = random.normal(size=(600, 1)) + 0.5 * (group == "b")[:, None]
    >>> answers = pd.DataFrame(trait + random.normal(size=(600, 4)), columns=list("wxyz"))
    >>> found = measurement_invariance(answers, "f =~ w + x + y + z", group)
    >>> found.verdict, found.latent_means["mean"].round(2).tolist()
    ('strict', [0.59])
    """
    structure = factor_model(model)
    labels = Series(list(group), dtype=object)
    if len(labels) != len(items):
        raise ValueError(f"group: {len(labels)} labels for {len(items)} persons; one each is needed")
    known = labels.notna().to_numpy()
    member, names = numbered(labels[known], "group")
    parts = [complete(items[known][member == each], structure) for each in range(len(names))]
    sizes = tuple(map(len, parts))
    note = "ipsative" if ipsative else "too_few_groups" if len(parts) < 2 else why_not(parts, structure)
    warnings = few_persons(sizes)
    small = [str(name) for name, size in zip(names, sizes, strict=True) if size < FEW_IN_A_GROUP]
    if small:
        warnings += (f"few_persons_in_group: {', '.join(small)} below {FEW_IN_A_GROUP} persons",)
    fits, notes = dict.fromkeys(STEPS, Fit()), dict.fromkeys(STEPS, note)
    means = _no_means(structure, names)
    if not note:
        # intercepts are free, so any origin will do; from one far away they would hide by how little means differ
        origin = np.concatenate(parts).mean(axis=0)
        sample = sample_of([each - origin for each in parts])
        for step, equal in STEPS.items():
            cells = cells_of(structure, groups=len(parts), marker=True, means=True, equal=equal)
            solution = best_fit(cells, sample)
            notes[step], told = trouble_of(cells, solution, structure.items, heywood)
            warnings += tuple(f"{each} ({step})" for each in told)
            if notes[step] in ("", "heywood_case"):
                fits[step] = fit_of(cells, sample, solution)
                if step == "scalar":
                    means = _latent_means(structure, cells, solution, names, sum(sizes), confidence)
        note = notes["configural"] if math.isnan(fits["configural"].chi2) else ""
    differences = _differences(fits, cutoffs)
    return Invariance(
        DataFrame([{"step": each, **fits[each].to_dict(), "note": notes[each]} for each in STEPS]),
        differences,
        means,
        tuple(names),
        "" if note else _verdict(fits, differences),
        sum(sizes),
        sizes,
        note,
        warnings,
    )


def _differences(fits: Mapping[str, Fit], cutoffs: Cutoffs) -> DataFrame:
    rows = []
    for before, after in zip(list(STEPS)[:-1], list(STEPS)[1:], strict=True):
        a, b = fits[before], fits[after]
        chi2, df = b.chi2 - a.chi2, b.df - a.df
        rows.append(
            {
                "step": after,
                "against": before,
                "delta_chi2": chi2,
                "delta_df": df,
                "p": float(stats.chi2.sf(chi2, df)) if df > 0 else math.nan,
                "delta_cfi": b.cfi - a.cfi,
                "delta_rmsea": b.rmsea - a.rmsea,
                "delta_srmr": b.srmr - a.srmr,
                "holds": _holds(a, b, cutoffs, cutoffs.srmr_loadings if after == "metric" else cutoffs.srmr_further),
            }
        )
    return DataFrame(rows)


def _holds(a: Fit, b: Fit, cutoffs: Cutoffs, srmr: float | None) -> bool | None:
    if math.isnan(a.chi2) or math.isnan(b.chi2):
        return None
    if a.cfi - b.cfi < cutoffs.cfi:
        return True
    others = [(b.rmsea - a.rmsea, cutoffs.rmsea), (b.srmr - a.srmr, srmr)]
    asked = [(rise, limit) for rise, limit in others if limit is not None]
    return bool(asked) and all(rise < limit for rise, limit in asked)


def _verdict(fits: Mapping[str, Fit], differences: DataFrame) -> str:
    if math.isnan(fits["configural"].chi2):
        return "none"
    reached = "configural"
    for step, holds in zip(differences["step"], differences["holds"], strict=True):
        if holds is not True:
            break
        reached = str(step)
    return reached


MEAN_COLUMNS = ["mean", "standard_error", "low", "high", "d"]


def _no_means(model: FactorModel, names: Sequence[Hashable]) -> DataFrame:
    pairs = [(name, factor) for name in names[1:] for factor in model.factors]
    return DataFrame(pairs, columns=["group", "factor"]).assign(**dict.fromkeys(MEAN_COLUMNS, math.nan))


def _latent_means(
    model: FactorModel, cells: Cells, solution: Solution, names: Sequence[Hashable], n: int, confidence: float
) -> DataFrame:
    errors = np.sqrt(np.maximum(np.diag(np.linalg.inv(solution.information)) / n, 0.0))
    values = cells.rows(solution.free)
    variances: Floats = np.diag(cells.parts(values[0])[1])
    half = float(stats.norm.ppf(1 - tail_of(confidence)))
    rows = []
    for place, name in enumerate(names[1:], start=1):
        means, number = cells.parts(values[place])[4], cells.parts(cells.number[place])[4]
        for factor, label in enumerate(model.factors):
            mean, error = float(means[factor]), float(errors[number[factor]])
            d = mean / math.sqrt(variances[factor]) if variances[factor] > 0 else math.nan
            rows.append((name, label, mean, error, mean - half * error, mean + half * error, d))
    return DataFrame(rows, columns=["group", "factor", *MEAN_COLUMNS])
