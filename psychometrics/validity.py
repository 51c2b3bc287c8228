"""Validity of scales against other measures: another inventory of the same traits, or criteria outside."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from pandas import DataFrame

from psychometrics.covariances import answered, numbers
from psychometrics.estimate import Missing
from psychometrics.multitrait import multitrait_multimethod
from psychometrics.pearson import PEARSON, add_holm, pearson


def convergent_table(
    first: DataFrame,
    second: DataFrame,
    *,
    missing: Missing = "pairwise",
    confidence: float = 0.95,
    seed: int = 0,
    resamples: int = 2000,
    strata: Sequence[Hashable] | None = None,
) -> DataFrame:
    """Convergent and discriminant validity of two inventories, trait by trait (Serapio-Garcia et al., 2025).

    Parameters
    ----------
    first, second : DataFrame, shape (persons, traits)
        Scores; columns of one name are one trait, others are left out. Rows are one person each, in the same order.
    missing, confidence, seed, resamples, strata
        As in `multitrait_multimethod`.

    Returns
    -------
    DataFrame
        The table `convergent` of `multitrait_multimethod`; empty if the inventories share no trait.

    Examples
    --------
    >>> random = np.random.default_rng(2)
    >>> trait, noise = random.normal(size=(200, 2)), random.normal(size=(2, 200, 2))
    >>> found = convergent_table(
    ...     DataFrame(trait + noise[0], columns=["E", "N"]), DataFrame(trait + noise[1], columns=["E", "N"])
    ... )
    >>> found[["trait", "r", "mean_discriminant", "discriminant"]].round(2)
      trait     r  mean_discriminant  discriminant
    0     E  0.47               0.06          0.40
    1     N  0.54               0.06          0.47
    """
    if len(first) != len(second):
        raise ValueError(f"convergent_table: {len(first)} rows and {len(second)} rows; one each for every person")
    for name, table in (("first", first), ("second", second)):
        if not table.columns.is_unique:
            twice = table.columns[table.columns.duplicated()][0]
            raise ValueError(f'convergent_table: "{twice}" stands twice in {name}; one column a trait is needed')
    traits = [str(each) for each in first.columns if each in second.columns]
    tables = [table[[each for each in first.columns if each in second.columns]] for table in (first, second)]
    methods = {f"{name}": [f"{name} {each}" for each in traits] for name in ("first", "second")}
    scores = DataFrame(
        np.hstack([numbers(table) for table in tables]), columns=[each for named in methods.values() for each in named]
    )
    return multitrait_multimethod(
        scores,
        traits,
        methods,
        missing=missing,
        confidence=confidence,
        seed=seed,
        resamples=resamples,
        strata=strata,
    ).convergent


def criterion_table(
    scores: DataFrame, criteria: DataFrame, *, missing: Missing = "pairwise", confidence: float = 0.95
) -> DataFrame:
    """Pearson r of each scale with each outside measure, such as behaviour or another questionnaire (AERA, 2014).

    Parameters
    ----------
    scores : DataFrame, shape (persons, scales)
    criteria : DataFrame, shape (persons, criteria)
        One row a person, in the same order; any unit; NaN is missing.
    missing : "pairwise" or "listwise"
        Listwise takes the persons who have every scale and criterion.
    confidence : float in (0, 1)

    Returns
    -------
    DataFrame
        One row a scale and criterion: scale, criterion, r (-1 to 1) with low and high (Fisher, 1921), n_persons, p,
        p_holm (over the table), note: as the pairs of `multitrait_multimethod`.

    Examples
    --------
    >>> scores = DataFrame({"E": [1.0, 2.0, 3.0, 4.0, 5.0]})
    >>> criterion_table(scores, DataFrame({"friends": [2, 1, 4, 3, 6]})).drop(columns="note").round(3)
      scale criterion      r    low   high  n_persons      p  p_holm
    0     E   friends  0.822 -0.219  0.988          5  0.088   0.088
    """
    if len(scores) != len(criteria):
        raise ValueError(
            f"criterion_table: {len(scores)} scores and {len(criteria)} criteria; one each for every person"
        )
    x, y = numbers(scores), numbers(criteria)
    kept = answered(np.hstack([x, y]), missing)
    rows = [
        {"scale": str(a), "criterion": str(b)} | pearson(x[kept, i], y[kept, j], confidence)
        for i, a in enumerate(scores.columns)
        for j, b in enumerate(criteria.columns)
    ]
    table = DataFrame(rows, columns=["scale", "criterion", *PEARSON, "note"])
    add_holm(table)
    return table
