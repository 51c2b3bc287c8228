"""Sensitivity to the form: how much of the variance of the answers is owed to what should not matter.

One form factor at a time: order of options, label set, wording, language. Persons, items and its levels are crossed.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Hashable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandas import DataFrame

from psychometrics.bootstrap import persona_bootstrap
from psychometrics.compare import mean_over_persons
from psychometrics.covariances import ROUNDING, numbers
from psychometrics.estimate import NO_SPREAD, Detail, Estimate, Floats, Missing, numbered, one_each, undefined
from psychometrics.forms import FormEffect, check_cells, form_effects
from psychometrics.squared_differences import SquaredDifferences, design

FACETS = ("person", "item", "level")


@dataclass(frozen=True)
class FormSensitivity:
    """What one form factor does to the answers.

    Attributes
    ----------
    share : Estimate
        Form-related share of the total variance, 0 to 1.
    components : DataFrame
        Columns component ("person x level"; the last one holds what cannot be split further), variance (squared
        answer categories, as estimated, so it may be negative), share (negative ones as 0), form_related, note.
    effects : tuple of FormEffect
        For each pair of levels: mean absolute change in answer categories with a persona-bootstrap interval, share of
        equal answers, and shift.
    levels : DataFrame
        One row a level: level, shift (its mean minus the mean of all levels, paired within person and item, in answer
        categories), low, high, n_persons, note.
    """

    share: Estimate
    components: DataFrame
    effects: tuple[FormEffect, ...]
    levels: DataFrame


def form_sensitivity(
    table: DataFrame,
    *,
    seed: int,
    strata: Iterable[Hashable] | None = None,
    missing: Missing = "pairwise",
    resamples: int = 2000,
    confidence: float = 0.95,
) -> FormSensitivity:
    """Order, label, wording or language sensitivity: share of variance, and change in answer categories.

    The components are those of the crossed random design person x item x level (Brennan, 2001). Each is estimated
    from mean squared differences of two answers that share some facets and not others (Koch, 1967): with complete
    cells these are the mean-square estimates, and missing answers only leave out pairs. The share is (level + person x
    level + item x level + person x item x level) over the sum of all.

    Parameters
    ----------
    table : DataFrame
        Columns person, item, level, value (of the chosen *content*, keyed or raw), and optionally replicate. NaN is a
        missing answer. One row for each combination.
    seed, resamples : int
        Of the bootstrap over persons.
    strata : labels, length rows, optional
        Assigned pole of each row's persona. A factorial persona set is fixed: draw within poles.
    missing : "pairwise" or "listwise"
        Listwise leaves out persons who did not answer every item in every level.
    confidence : float in (0, 1)

    Returns
    -------
    FormSensitivity
        `share` with a persona-bootstrap interval. Without replicates the three-way interaction is one with chance:
        the share leaves it out and is the least that form can be, the warning `no_replication` and
        `extra["share_with_residual"]` tell the most. NaN with `too_few_persons` (fewer than three), `one_level`,
        `zero_total_variance`, `no_pairs` (cells too scattered to estimate every component). `negative_component` marks
        a component below 0, taken as 0 in the share; `identical_levels` a share of 0 because no answer differs between
        levels, and has no interval. In `extra`: n_levels, n_answers, `share_with_residual`,
        `missing_share`. Items and levels are those at hand: the interval is over persons alone.

    Examples
    --------
    >>> cells = [(p, i, f) for p in range(4) for i in range(3) for f in ("printed", "reversed")]
    >>> table = DataFrame(cells, columns=["person", "item", "level"])
    >>> table["value"] = [1, 2, 2, 2, 1, 3, 4, 5, 4, 4, 5, 5, 2, 3, 3, 2, 2, 4, 5, 5, 4, 4, 3, 5]
    >>> found = form_sensitivity(table, seed=1)
    >>> found.share
    Estimate(0.171 [0.077, 1.000], n=4; negative_component)
    >>> found.components[["component", "variance"]].round(3).to_dict("split")["data"][:2]
    [['person', 1.653], ['item', -0.167]]
    """
    if missing not in ("pairwise", "listwise"):
        raise ValueError(f'missing: "{missing}"; allowed are "pairwise" and "listwise"')
    cells = _checked(table)
    missing_share = float(cells["value"].isna().mean()) if len(cells) else math.nan
    if strata is not None:
        poles = pd.Series(list(strata), dtype=object)
        if len(poles) != len(cells):
            raise ValueError(f"strata: {len(poles)} given for {len(cells)} rows; one each is needed")
        cells = cells.assign(stratum=poles)
    if missing == "listwise":
        cells = _complete(cells)
    share, components = _share(cells, missing_share, missing, seed, resamples, confidence)
    effects = form_effects(cells, seed=seed, resamples=resamples, confidence=confidence)
    return FormSensitivity(share, components, effects, level_shifts(cells, confidence=confidence))


def level_shifts(table: DataFrame, *, confidence: float = 0.95) -> DataFrame:
    """How far each level of a form factor lies from the mean of all levels, paired within person and item.

    Parameters
    ----------
    table : DataFrame
        Columns person, item, level, value, and optionally replicate, which is averaged.
    confidence : float in (0, 1)

    Returns
    -------
    DataFrame
        Columns level, shift, low, high (t over persons), n_persons, note: `no_pairs` when nobody answered an item in
        all levels, `one_level`, `too_few_persons`, `zero_variance` when all persons shifted alike. In answer
        categories. The shifts of one person add up to 0.

    Examples
    --------
    >>> table = DataFrame({"person": list("pqrpqr"), "item": "a", "level": list("xxxyyy")})
    >>> level_shifts(table.assign(value=[1, 2, 3, 2, 2, 4]))[["level", "shift", "note"]].round(3).to_dict("list")
    {'level': ['x', 'y'], 'shift': [-0.333, 0.333], 'note': ['', '']}
    """
    cells = _checked(table)
    columns = ["level", "shift", "low", "high", "n_persons", "note"]
    levels = list(pd.unique(cells["level"]))
    wide = cells.pivot_table(index=["person", "item"], columns="level", values="value", observed=True)
    both = wide.reindex(columns=levels).dropna()
    moved = both.sub(both.mean(axis=1), axis=0).groupby(level="person").mean()
    rows = []
    for level in levels:
        shift = mean_over_persons(moved[level].to_numpy(float), confidence=confidence)
        if moved.empty:
            shift = undefined("no_pairs")
        elif len(levels) < 2:
            shift = undefined("one_level", n_persons=len(moved))
        elif len(moved) > 2 and float(np.ptp(moved[level])) <= NO_SPREAD:
            shift = dataclasses.replace(shift, note="zero_variance")
        rows.append((level, shift.value, shift.low, shift.high, shift.n_persons, shift.note))
    return DataFrame(rows, columns=columns)


def _share(
    cells: DataFrame, missing_share: float, missing: Missing, seed: int, resamples: int, confidence: float
) -> tuple[Estimate, DataFrame]:
    given = cells.dropna(subset=["value"])
    codes = {each: numbered(given[each], each)[0] for each in FACETS}
    n = {each: int(codes[each].max()) + 1 if len(given) else 0 for each in FACETS}
    extra: dict[str, Detail] = {"n_levels": n["level"], "n_answers": len(given), "missing_share": missing_share}

    def none(note: str) -> tuple[Estimate, DataFrame]:
        told = undefined(note, n_persons=n["person"], n_items=n["item"], missing=missing, extra=extra)
        return told, DataFrame(columns=["component", "variance", "share", "form_related", "note"])

    if n["person"] < 3:
        return none("too_few_persons")
    if n["level"] < 2:
        return none("one_level")
    y = given["value"].to_numpy(float)
    y = y - y.mean()
    if np.ptp(y) <= NO_SPREAD:
        return none("zero_total_variance")
    facets = tuple(each for each in FACETS if n[each] > 1)
    sums = SquaredDifferences([codes[each] for each in facets], [n[each] for each in facets], y)
    names, matrix = design(facets, sums.replicated)
    variances = sums.components(np.ones((1, n["person"])), matrix)[0]
    titles = [" x ".join(each) + (", chance" if each == facets and not sums.replicated else "") for each in names]
    if np.isnan(variances).any():
        return none("no_pairs")
    form = np.array(["level" in each for each in names])
    certain = form & np.array([each != facets or sums.replicated for each in names])
    noise = ROUNDING * float(y @ y)
    positive = np.where(variances > noise, variances, 0.0)
    if positive.sum() <= noise:
        return none("zero_total_variance")
    negative = [title for title, value in zip(titles, variances, strict=True) if value < -noise]
    components = DataFrame(
        {
            "component": titles,
            "variance": variances,
            "share": positive / positive.sum(),
            "form_related": certain,
            "note": ["negative_component" if value < -noise else "" for value in variances],
        }
    )
    extra["share_with_residual"] = float(positive[form].sum() / positive.sum())
    warnings: tuple[str, ...] = ()
    if negative:
        warnings += (f"negative_component: {', '.join(negative)} below 0, taken as 0 in the share",)
    if not sums.replicated:
        most = extra["share_with_residual"]
        code = "no_replication: one answer a cell, so the highest interaction is one with chance"
        warnings += (f"{code}; with it the share is {most:.3f}",)

    def statistic(counts: Floats) -> Floats:
        drawn = np.maximum(sums.components(counts, matrix), 0.0)
        total = drawn.sum(axis=1)
        share: Floats = drawn[:, certain].sum(axis=1) / np.where(total > noise, total, math.nan)
        return share

    value = float(positive[certain].sum() / positive.sum())
    if np.abs(variances[form]).max() <= noise:
        told = undefined("identical_levels", n_persons=n["person"], n_items=n["item"], missing=missing, extra=extra)
        return dataclasses.replace(told, value=value, warnings=warnings), components
    drawn = persona_bootstrap(
        statistic,
        n["person"],
        seed=seed,
        resamples=resamples,
        strata=one_each(given["stratum"], codes["person"], "strata") if "stratum" in given.columns else None,
        confidence=confidence,
        width=sums.width,
    )
    share = Estimate(
        value,
        drawn.low,
        drawn.high,
        method=drawn.method,
        confidence=confidence,
        n_persons=n["person"],
        n_items=n["item"],
        n_replications=sums.replicates,
        missing=missing,
        note="negative_component" if negative else "",
        warnings=warnings + drawn.warnings,
        extra=extra,
    )
    return share, components


def _complete(cells: DataFrame) -> DataFrame:
    """The rows of persons who answered as many cells as the design has."""
    given = cells.dropna(subset=["value"])
    expected = len(
        cells.drop_duplicates([each for each in cells.columns if each not in ("person", "value", "stratum")])
    )
    answers = given.groupby("person")["value"].size()
    return cells[cells["person"].isin(answers.index[answers == expected])]


def _checked(table: DataFrame) -> DataFrame:
    """The columns that matter, with numbers for values."""
    cell = [*FACETS, *(["replicate"] if "replicate" in table.columns else [])]
    check_cells(table, cell, "value")
    return table[cell].assign(value=numbers(table[["value"]])[:, 0]).reset_index(drop=True)
