"""Linear mixed models with random intercepts: of persons, or of persons and items that are crossed."""

from __future__ import annotations

import itertools
import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from pandas import DataFrame
from scipy import special, stats

from psychometrics.estimate import (
    LARGEST,
    NO_SPREAD,
    Detail,
    Estimate,
    Floats,
    Integers,
    beyond,
    numbered,
    tail_of,
    undefined,
)
from psychometrics.reml import Fit, fit_variances

Likelihood = Literal["REML", "ML"]
Grouping = str | tuple[str, ...]


@dataclass(frozen=True)
class MixedModel:
    """A fitted model: fixed effects with intervals, one variance for each grouping, and how well it fits.

    Attributes
    ----------
    fixed : DataFrame
        Columns term, estimate, standard_error, df, t, p, low, high, note. `not_estimable`: the column of this term is
        a sum of earlier ones.
    variances : DataFrame
        Columns group, variance, sd, share (of the sum of variances, 0 to 1), n_levels, note; the last is "residual".
        `zero_component`: the likelihood is highest at 0.
    icc : Estimate
        Share of the first grouping.
    method : str
        "REML" or "ML".
    criterion, log_likelihood : float
        Minus twice the (restricted) log-likelihood with all its constants, as lme4's `REMLcrit`, and its half.
    confidence : float
    n_persons, n_values, n_missing : int
        Levels of the first grouping; rows that entered, and rows left out for a missing value.
    note : str
        Why nothing could be fitted, or "".
    warnings : tuple of str
    """

    fixed: DataFrame
    variances: DataFrame
    icc: Estimate
    method: str
    criterion: float
    log_likelihood: float
    confidence: float
    n_persons: int
    n_values: int
    n_missing: int
    note: str = ""
    warnings: tuple[str, ...] = ()

    def variance(self, group: str) -> float:
        """The variance of one grouping, or of "residual", by its name in `variances`."""
        return float(self.variances.set_index("group")["variance"][group])

    def coefficient(self, term: str) -> Estimate:
        """One fixed effect, in units of the outcome; interval from t with Satterthwaite's df."""
        row = self.fixed.set_index("term").loc[term].to_dict()
        told: dict[str, Detail] = {each: float(row[each]) for each in ("standard_error", "df", "t", "p")}
        if not math.isfinite(row["estimate"]):
            return undefined(self.note or str(row["note"]), n_persons=self.n_persons, extra=told)
        return Estimate(
            float(row["estimate"]),
            float(row["low"]),
            float(row["high"]),
            method=f"{self.method}, t with Satterthwaite df",
            confidence=self.confidence,
            n_persons=self.n_persons,
            warnings=self.warnings,
            extra=told,
        )


def mixed_model(
    table: DataFrame,
    outcome: str,
    *,
    fixed: Sequence[str] = (),
    random: Sequence[Grouping] = ("person",),
    method: Likelihood = "REML",
    confidence: float = 0.95,
) -> MixedModel:
    """Random intercepts and fixed effects (Bates, Maechler, Bolker and Walker, 2015), balanced or not.

    Parameters
    ----------
    table : DataFrame
        One row a value: the outcome, the columns of `fixed`, and those of `random`. Rows with a missing value in any
        of them are left out, as lme4 does: the likelihood uses all that were answered.
    outcome : str
        Column of numbers, in any unit.
    fixed : column names
        A column of numbers is a slope; text, categories and truth values are contrasts with their first level.
    random : column names, or tuples of them
        Each gets an intercept of its own: ("person",), ("person", "item") crossed, (("person", "item"),) their cells.
    method : "REML" or "ML"
        ML to compare models with different fixed effects, REML for everything else.
    confidence : float in (0, 1)

    Returns
    -------
    MixedModel
        Fixed effects in the unit of the outcome, variances in its square, never below 0. Intervals of fixed effects:
        t with Satterthwaite's df (Giesbrecht and Burns, 1985) from the expected information; of the ICC: delta method
        on its logit. Everything is NaN with a note: `too_few_persons` (fewer than three), `zero_variance` (outcome
        without spread), `no_replication` (a grouping with as many levels as rows), `one_level`, `too_few_values` (no
        degrees of freedom left), `zero_residual_variance` (the fit is perfect, the likelihood unbounded),
        `too_large_for_likelihood`, `did_not_converge`. Undefined here is a note, never a guess.

    Examples
    --------
    >>> table = DataFrame({"person": list("aabbccddee"), "time": [1, 2] * 5, "score": [3, 4, 5, 5, 2, 4, 6, 6, 1, 2.0]})
    >>> fit = mixed_model(table, "score", fixed=["time"], random=["person"])
    >>> fit.coefficient("time")
    Estimate(0.800 [-0.239, 1.839], n=5)
    >>> fit.icc
    Estimate(0.892 [0.509, 0.985], n=5)
    """
    if method not in ("REML", "ML"):
        raise ValueError(f'method: "{method}"; allowed are "REML" and "ML"')
    groupings = [(each,) if isinstance(each, str) else tuple(each) for each in random]
    if not groupings:
        raise ValueError("random: empty; a mixed model needs at least one grouping, such as person")
    columns = list(dict.fromkeys([outcome, *fixed, *itertools.chain(*groupings)]))
    lacking = [each for each in columns if each not in table.columns]
    if lacking:
        raise ValueError(f'table: column "{lacking[0]}" is missing; there are {", ".join(map(str, table.columns))}')
    used = table[columns].dropna()
    y = used[outcome].to_numpy(dtype=float)
    terms, x = _fixed_columns(used, fixed)
    if beyond(y).any() or beyond(x).any():
        raise ValueError(f"table: a value is infinite or too large; a value is a number up to {LARGEST:g} or missing")
    names = [":".join(each) for each in groupings]
    codes = [_cells(used, each) for each in groupings]
    kept = _independent(x)
    sizes = [int(each.max()) + 1 if len(each) else 0 for each in codes]
    missing = len(table) - len(used)
    note = _unfit(y, x[:, kept], sizes)
    fit = None
    if not note:
        fit = fit_variances(y, x[:, kept], codes, reml=method == "REML")
        note = fit.note
    if fit is None or note:
        return _nothing(note, terms, names, sizes, method, confidence, len(y), missing)
    effects = _fixed_table(terms, kept, fit, confidence)
    total = float(fit.variances.sum())
    rows = DataFrame({"group": [*names, "residual"], "variance": fit.variances})
    rows["sd"], rows["share"], rows["n_levels"] = np.sqrt(rows["variance"]), rows["variance"] / total, [*sizes, len(y)]
    rows["note"] = np.where(rows["variance"] == 0, "zero_component", "")
    return MixedModel(
        fixed=effects,
        variances=rows,
        icc=_icc(fit, sizes[0], confidence),
        method=method,
        criterion=fit.criterion,
        log_likelihood=-fit.criterion / 2,
        confidence=confidence,
        n_persons=sizes[0],
        n_values=len(y),
        n_missing=missing,
    )


def _fixed_columns(table: DataFrame, fixed: Sequence[str]) -> tuple[list[str], Floats]:
    terms, columns = ["(Intercept)"], [np.ones(len(table))]
    for name in fixed:
        values = table[name]
        if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
            terms.append(name)
            columns.append(values.to_numpy(dtype=float))
            continue
        levels = (
            list(values.cat.categories) if isinstance(values.dtype, pd.CategoricalDtype) else sorted(values.unique())
        )
        for level in levels[1:]:
            terms.append(f"{name}{level}")
            columns.append((values == level).to_numpy(dtype=float))
    return terms, np.column_stack(columns)


def _independent(x: Floats) -> list[int]:
    """Columns that are no sum of earlier ones."""
    kept: list[int] = []
    basis = np.empty((len(x), 0))
    for place, column in enumerate(x.T):
        left = column - basis @ (basis.T @ column)
        left = left - basis @ (basis.T @ left)
        size = float(np.linalg.norm(left))
        if size > 1e-8 * float(np.linalg.norm(column)):
            kept.append(place)
            basis = np.column_stack([basis, left / size])
    return kept


def _cells(table: DataFrame, columns: tuple[str, ...]) -> Integers:
    labels: list[Hashable] = list(table[list(columns)].itertuples(index=False, name=None))
    return numbered(labels, ":".join(columns))[0] if len(columns) > 1 else pd.factorize(table[columns[0]])[0]


def _unfit(y: Floats, x: Floats, sizes: list[int]) -> str:
    if not sizes[0] or sizes[0] < 3:
        return "too_few_persons"
    if np.ptp(y) <= NO_SPREAD:
        return "zero_variance"
    if min(sizes) < 2:
        return "one_level"
    if max(sizes) >= len(y):
        return "no_replication"
    return "too_few_values" if len(y) <= x.shape[1] + 1 else ""


def _nothing(
    note: str, terms: list[str], names: list[str], sizes: list[int], method: str, confidence: float, n: int, lost: int
) -> MixedModel:
    effects = DataFrame({"term": terms})
    effects[["estimate", "standard_error", "df", "t", "p", "low", "high"]] = math.nan
    effects["note"] = note
    rows = DataFrame({"group": [*names, "residual"]})
    rows[["variance", "sd", "share"]] = math.nan
    rows["n_levels"], rows["note"] = [*sizes, n], note
    icc = undefined(note, n_persons=sizes[0])
    return MixedModel(effects, rows, icc, method, math.nan, math.nan, confidence, sizes[0], n, lost, note)


def _fixed_table(terms: list[str], kept: list[int], fit: Fit, confidence: float) -> DataFrame:
    errors = np.sqrt(np.diag(fit.covariance))
    t = fit.coefficients / errors
    half = stats.t.ppf(1 - tail_of(confidence), fit.degrees) * errors
    found = DataFrame(
        {
            "estimate": fit.coefficients,
            "standard_error": errors,
            "df": fit.degrees,
            "t": t,
            "p": 2 * stats.t.sf(np.abs(t), fit.degrees),
            "low": fit.coefficients - half,
            "high": fit.coefficients + half,
        },
        index=kept,
    ).reindex(range(len(terms)))
    found.insert(0, "term", terms)
    found["note"] = np.where(found["estimate"].isna(), "not_estimable", "")
    return found


def _icc(fit: Fit, n_persons: int, confidence: float) -> Estimate:
    total, own = float(fit.variances.sum()), float(fit.variances[0])
    if own == 0:
        return Estimate(0.0, n_persons=n_persons, note="zero_component")
    share, free = own / total, fit.variances > 0
    # logit(share) = log(own) - log(the others)
    down = np.where(np.arange(len(fit.variances)) == 0, 1 / own, -1 / (total - own))[free]
    error = math.sqrt(float(down @ np.linalg.pinv(fit.information[np.ix_(free, free)]) @ down))
    at = math.log(own / (total - own)) + np.array([-1, 1]) * float(stats.norm.ppf(1 - tail_of(confidence))) * error
    low, high = special.expit(at)
    return Estimate(
        share, float(low), float(high), method="delta method on the logit", confidence=confidence, n_persons=n_persons
    )
