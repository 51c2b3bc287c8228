"""What repeats of one prompt tell: how far the answers of a person to one item, printed in one way, are chance."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandas import DataFrame

from psychometrics.bootstrap import persona_bootstrap
from psychometrics.compare import mean_over_persons
from psychometrics.covariances import numbers
from psychometrics.estimate import NO_SPREAD, Detail, Estimate, undefined
from psychometrics.forms import labelled


@dataclass(frozen=True)
class Repeats:
    """Agreement of the draws of one prompt, over persons and item by item.

    Attributes
    ----------
    agreement : Estimate
        Share of pairs of draws with the same answer, 0 to 1.
    sd : Estimate
        SD of the draws of a cell (ddof 1), in answer categories.
    deterministic : Estimate
        Share of cells in which all draws are equal, 0 to 1.
    items : DataFrame
        One row an item: item, agreement, sd, deterministic, n_cells (with two answers or more), n_answers, note.
    """

    agreement: Estimate
    sd: Estimate
    deterministic: Estimate
    items: DataFrame


def repeats(table: DataFrame, *, seed: int, resamples: int = 2000, confidence: float = 0.95) -> Repeats:
    """Exact agreement and spread between draws of one prompt: the least that any other change has to be compared with.

    Parameters
    ----------
    table : DataFrame
        Columns person, item, replicate, value, and optionally level (a form). NaN is a missing answer. A cell is one
        person, item and level; cells with fewer than two answers do not count.
    seed, resamples : int
        Of the bootstrap over persons.
    confidence : float in (0, 1)

    Returns
    -------
    Repeats
        Means of a person's cells, then over persons. Intervals: `agreement` and `deterministic`, which are bounded,
        from the persona bootstrap, `sd` from a t over persons. NaN with `no_replication` when no cell has two answers,
        and, for agreement and sd, when all draws of all cells are copies (temperature 0): copies are no evidence of
        consistency, and `deterministic` then is 1, with this note and without an interval. `too_few_persons`: fewer
        than three, and `equal_in_all_persons`: nothing to resample; neither has an interval. In `extra`: n_cells, n_answers, `share_single` (cells with one answer), fewest_draws,
        most_draws.

    Examples
    --------
    >>> cells = [(p, i, r) for p in "pqr" for i in "ab" for r in (1, 2, 3)]
    >>> table = DataFrame(cells, columns=["person", "item", "replicate"])
    >>> found = repeats(table.assign(value=[1, 1, 2, 4, 4, 4, 2, 2, 2, 5, 4, 5, 3, 3, 3, 3, 3, 3]), seed=1)
    >>> found.agreement, found.deterministic
    (Estimate(0.778 [0.667, 1.000], n=3), Estimate(0.667 [0.500, 1.000], n=3))
    """
    cells, several = _cells(table)
    counts = several["n"]
    extra: dict[str, Detail] = {"n_cells": len(several), "n_answers": int(counts.sum())}
    extra["share_single"] = (
        float((cells["n"] == 1).sum() / (cells["n"] > 0).sum()) if (cells["n"] > 0).any() else math.nan
    )
    items = _items(several, list(pd.unique(table["item"])))
    n_items = len(items)
    if several.empty:
        none = undefined("no_replication", n_persons=table["person"].nunique(), n_items=n_items, extra=extra)
        return Repeats(none, none, none, items)
    extra |= {"fewest_draws": int(counts.min()), "most_draws": int(counts.max())}
    of_persons = several.groupby(level="person")[["agreement", "sd", "deterministic"]].mean()
    n = len(of_persons)
    draws = int(counts.iloc[0]) if counts.min() == counts.max() else None
    if several["deterministic"].all():
        none = undefined("no_replication", n_persons=n, n_items=n_items, n_replications=draws, extra=extra)
        return Repeats(none, none, dataclasses.replace(none, value=1.0), items)
    note = "too_few_persons" if n < 3 else ""

    def share(name: str) -> Estimate:
        values = of_persons[name].to_numpy(float)
        code = note or ("equal_in_all_persons" if np.ptp(values) <= NO_SPREAD else "")
        told = Estimate(
            float(values.mean()), n_persons=n, n_items=n_items, n_replications=draws, note=code, extra=extra
        )
        if code:
            return told
        drawn = persona_bootstrap(
            lambda counts: counts @ values / n, n, seed=seed, resamples=resamples, confidence=confidence
        )
        return dataclasses.replace(
            told, low=drawn.low, high=drawn.high, method=drawn.method, confidence=confidence, warnings=drawn.warnings
        )

    sd = mean_over_persons(of_persons["sd"].to_numpy(float), confidence=confidence)
    sd = dataclasses.replace(sd, n_items=n_items, n_replications=draws, extra={**sd.extra, **extra})
    return Repeats(share("agreement"), sd, share("deterministic"), items)


def _cells(table: DataFrame) -> tuple[DataFrame, DataFrame]:
    """One row a cell: n, sd, range of its answers; and those with two answers, with agreement and deterministic."""
    lacking = [each for each in ("person", "item", "replicate", "value") if each not in table.columns]
    if lacking:
        raise ValueError(f"table: column {lacking[0]} is missing; there are {', '.join(map(str, table.columns))}")
    cell = ["person", "item", *(["level"] if "level" in table.columns else [])]
    labelled(table, [*cell, "replicate"])
    twice = table.duplicated([*cell, "replicate"])
    if twice.any():
        seen = table.loc[twice, [*cell, "replicate"]].iloc[0].to_dict()
        raise ValueError(f"table: {seen} stands twice; every draw has its own replicate")
    answers = table[cell].assign(value=numbers(table[["value"]])[:, 0])
    grouped = answers.groupby(cell, sort=False)["value"]
    columns = {"n": grouped.count(), "sd": grouped.std(), "range": grouped.max() - grouped.min()}
    of_cells = DataFrame(columns)
    given = answers.dropna(subset=["value"])
    same = given.groupby([*cell, "value"], sort=False).size()
    pairs = (same * (same - 1)).groupby(level=cell).sum()
    several = of_cells[of_cells["n"] > 1].copy()
    several["agreement"] = pairs.reindex(several.index).astype(float) / (several["n"] * (several["n"] - 1))
    several["deterministic"] = (several["range"] <= NO_SPREAD).astype(float)
    return of_cells, several


def _items(several: DataFrame, items: list[object]) -> DataFrame:
    of_items = several.groupby(level="item")
    table = of_items[["agreement", "sd", "deterministic"]].mean().reindex(items)
    table["n_cells"] = of_items.size().reindex(items).fillna(0).astype(int)
    table["n_answers"] = of_items["n"].sum().reindex(items).fillna(0).astype(int)
    table["note"] = np.where((table["n_cells"] == 0) | (table["deterministic"] == 1), "no_replication", "")
    return table.rename_axis("item").reset_index()
