"""Values of texts become one value a person, and their mean with a bootstrap over persons."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pandas import DataFrame

from psychometrics.bootstrap_mean import bootstrap_mean
from psychometrics.estimate import Detail, Estimate, Floats, Integers
from psychometrics.exchange import in_label_order, poles_of
from psychometrics.forms import labelled

Poles = Mapping[Any, Hashable] | None


def texts_of(table: DataFrame, name: str) -> tuple[Integers, Integers, list[Any]]:
    """The text that each row belongs to, the person of each text, and the persons, whatever the order of the rows.

    >>> texts_of(DataFrame({"person": list("qpq"), "text": [1, 1, 2]}), "text")
    (array([1, 0, 2]), array([0, 1, 1]), ['p', 'q'])
    """
    person, persons = in_label_order(table["person"])
    part, parts = in_label_order(table[name], name)
    texts, text = np.unique(person * max(1, len(parts)) + part, return_inverse=True)
    return text, texts // max(1, len(parts)), persons


def shares(sums: NDArray[Any], sizes: Integers, fewest: int) -> Floats:
    """Sums over sizes; NaN where the size is below `fewest`.

    >>> shares(np.array([2.0, 0.0]), np.array([4, 0]), 1)
    array([0.5, nan])
    """
    found: Floats = np.where(sizes >= fewest, sums / np.maximum(sizes, 1), np.nan)
    return found


def person_means(values: NDArray[Any], owner: Integers, n_persons: int) -> Floats:
    """Mean of the values that each person has; NaN for none.

    >>> person_means(np.array([1.0, 3.0, np.nan]), np.array([0, 0, 1]), 2)
    array([ 2., nan])
    """
    known = np.isfinite(values)
    sizes = np.bincount(owner[known], minlength=n_persons)
    return shares(np.bincount(owner[known], values[known], n_persons), sizes, 1)


def mean_of_persons(
    values: Floats,
    persons: list[Any],
    poles: Poles,
    note: str,
    extra: Mapping[str, Detail],
    seed: int,
    resamples: int,
    confidence: float,
) -> Estimate:
    """Mean over the persons who have a value; `note` says why nobody has. See `bootstrap_mean`.

    >>> mean_of_persons(np.array([1.0, 2.0, np.nan]), ["p", "q", "r"], None, "no_answers", {}, 1, 100, 0.95)
    Estimate(1.500, n=2; too_few_persons)
    """
    return bootstrap_mean(
        values,
        strata=poles_of(persons, poles),
        none=note if persons else "too_few_persons",
        extra={**extra, "n_persons_left_out": int((~np.isfinite(values)).sum())},
        seed=seed,
        resamples=resamples,
        confidence=confidence,
    )


def needs(table: DataFrame, labels: list[str], values: list[str]) -> None:
    """An error names the column, or the row without a label."""
    lacking = [each for each in (*labels, *values) if each not in table.columns]
    if lacking:
        raise ValueError(f"table: column {lacking[0]} is missing; there are {', '.join(map(str, table.columns))}")
    labelled(table, labels)


def once(table: DataFrame, cell: list[str]) -> None:
    """An error names the cell that has two rows."""
    twice = table.duplicated(cell)
    if twice.any():
        raise ValueError(f"table: {table.loc[twice, cell].iloc[0].to_dict()} stands twice; one row each is needed")
