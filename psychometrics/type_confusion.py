"""Types that were assigned against types that were measured, letter by letter, and the types that models have by default."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame
from scipy import stats

from psychometrics.contamination import wilson
from psychometrics.estimate import Detail, Estimate, Integers, undefined
from psychometrics.exchange import in_label_order
from psychometrics.forms import labelled

MISSING, TIE = "X", "="
Truths = NDArray[np.bool_]


@dataclass(frozen=True)
class TypeConfusion:
    """Assigned against measured types.

    Attributes
    ----------
    matrix : DataFrame, shape (types, types)
        Persons by assigned (rows) and measured type (columns), every possible type in the order of the axes.
    accuracy : Estimate
        Share of persons whose measured type is the assigned one, 0 to 1.
    axes : DataFrame
        One row an axis: axis, accuracy, low, high, chance, p, always_one, n_persons, n_missing, n_tied, note.
    """

    matrix: DataFrame
    accuracy: Estimate
    axes: DataFrame


@dataclass(frozen=True)
class TypeTally:
    """Types by default, such as those of bare models.

    Attributes
    ----------
    types : DataFrame
        One row a possible type: type, n_persons, share (of the persons with a default), low, high (Wilson).
    persons : DataFrame
        One row a person: person, type (the most frequent one over repeats, "" for none), share (of the repeats with a
        type), n_repeats (with a type), n_without, note: `tied_types`, `no_type`.
    """

    types: DataFrame
    persons: DataFrame


def type_confusion(table: DataFrame, axes: Sequence[str], *, confidence: float = 0.95) -> TypeConfusion:
    """Confusion matrix of types, and how often the type and each letter are met, against chance.

    Parameters
    ----------
    table : DataFrame
        Columns person, assigned, measured; one row a person: of repeats, take the most frequent type
        (`default_types`), since they are not further persons. A type has one letter an axis, in the order of `axes`;
        "X" stands for a missing letter, "=" for a score exactly at the cut, and NaN or "" for no type.
    axes : sequence of two letters each
        ("EI", "SN", "TF", "JP") gives 16 types; any number of axes will do.
    confidence : float in (0, 1)

    Returns
    -------
    TypeConfusion
        Intervals after Wilson (1927). Persons without a whole type on either side enter neither matrix nor `accuracy`; they
        still count on the axes where they have both letters. `p`: exact binomial, one-sided, that a guess among all types
        (or two letters) does as well. `always_one` is what the best constant answer gets: above chance when the
        assigned types are not balanced. NaN with `no_types`. In `extra`: chance, p, always_one, n_missing (a letter or the
        type is missing), n_tied (none missing, one at the cut).

    Examples
    --------
    >>> table = DataFrame({"person": range(5), "assigned": ["ES", "EN", "IS", "IN", "ES"]})
    >>> found = type_confusion(table.assign(measured=["ES", "ES", "IS", "IN", "E="]), ["EI", "SN"])
    >>> found.accuracy.value, found.accuracy.extra["n_tied"], found.axes["accuracy"].tolist()
    (0.75, 1, [1.0, 0.75])
    """
    _checked(table, ["assigned", "measured"], axes)
    if table["person"].duplicated().any():
        who = table.loc[table["person"].duplicated(), "person"].iloc[0]
        raise ValueError(f"person: {who!r} has two rows; one row a person is needed, such as the most frequent type")
    first, second = (_letters(table[each], axes) for each in ("assigned", "measured"))
    types = _types(axes)
    missing, tied = _apart(first, second)
    whole = ~(missing | tied).any(axis=1)
    weights = 2 ** np.arange(len(axes))[::-1]
    rows, columns = first[whole] @ weights, second[whole] @ weights
    counts = np.bincount(rows * len(types) + columns, minlength=len(types) ** 2).reshape(len(types), len(types))
    matrix = DataFrame(
        counts, index=pd.Index(types, name="assigned"), columns=pd.Index(types, name="measured"), dtype=int
    )
    told = []
    for number, axis in enumerate(axes):
        used = ~(missing[:, number] | tied[:, number])
        pair = first[used, number], second[used, number]
        known = _accuracy(*pair, 2, int(missing[:, number].sum()), int(tied[:, number].sum()), confidence)
        told.append(
            {"axis": axis, "accuracy": known.value, "low": known.low, "high": known.high}
            | {each: known.extra.get(each, np.nan) for each in ("chance", "p", "always_one")}
            | {"n_persons": known.n_persons}
            | {each: known.extra[each] for each in ("n_missing", "n_tied")}
            | {"note": known.note}
        )
    n_missing = int(missing.any(axis=1).sum())
    n_tied = int((tied.any(axis=1) & ~missing.any(axis=1)).sum())
    overall = _accuracy(rows, columns, len(types), n_missing, n_tied, confidence)
    return TypeConfusion(matrix, overall, DataFrame(told))


def default_types(table: DataFrame, axes: Sequence[str], *, confidence: float = 0.95) -> TypeTally:
    """Which type each person shows most often over repeats, and how many persons have each type.

    Parameters
    ----------
    table : DataFrame
        Columns person, measured; one row a repeat. Types as for `type_confusion`; those with a missing or tied letter
        count as none.
    axes : sequence of two letters each
    confidence : float in (0, 1)

    Returns
    -------
    TypeTally
        Whose most frequent types are equally frequent has no default (`tied_types`), nor who never had a whole type
        (`no_type`). Shares are NaN when nobody has one.

    Examples
    --------
    >>> table = DataFrame({"person": list("aaabb"), "measured": ["EN", "EN", "IS", "ES", "EX"]})
    >>> tally = default_types(table, ["EI", "SN"])
    >>> tally.persons["type"].tolist(), tally.types.set_index("type")["n_persons"].to_dict()
    (['EN', 'ES'], {'ES': 1, 'EN': 1, 'IS': 0, 'IN': 0})
    """
    _checked(table, ["measured"], axes)
    types = _types(axes)
    letters = _letters(table["measured"], axes)
    whole = (letters >= 0).all(axis=1)
    person, persons = in_label_order(table["person"])
    codes = letters[whole] @ 2 ** np.arange(len(axes))[::-1]
    cells = np.bincount(person[whole] * len(types) + codes, minlength=len(persons) * len(types))
    counts = cells.reshape(len(persons), len(types))
    n = counts.sum(axis=1)
    most = counts.max(axis=1)
    ties = (counts == most[:, None]).sum(axis=1) > 1
    has = (n > 0) & ~ties
    winner = counts.argmax(axis=1)
    of_persons = DataFrame(
        {
            "person": pd.Series(persons, dtype=object),
            "type": [types[each] if known else "" for each, known in zip(winner, has, strict=True)],
            "share": np.where(n > 0, most / np.maximum(n, 1), np.nan),
            "n_repeats": n,
            "n_without": np.bincount(person, minlength=len(persons)) - n,
            "note": np.where(n == 0, "no_type", np.where(ties, "tied_types", "")),
        }
    )
    tally = np.bincount(winner[has], minlength=len(types))
    shares = [wilson(float(each), int(has.sum()), confidence) for each in tally]
    of_types = DataFrame(
        {
            "type": types,
            "n_persons": tally,
            "share": [each.value for each in shares],
            "low": [each.low for each in shares],
            "high": [each.high for each in shares],
        }
    )
    return TypeTally(of_types, of_persons)


def _accuracy(
    assigned: Integers, measured: Integers, n_kinds: int, n_missing: int, n_tied: int, confidence: float
) -> Estimate:
    n, hits = len(assigned), int((assigned == measured).sum())
    extra: dict[str, Detail] = {"n_missing": n_missing, "n_tied": n_tied}
    if n == 0:
        return undefined("no_types", extra=extra)
    extra |= {"chance": 1 / n_kinds, "always_one": float(np.bincount(assigned).max() / n)}
    extra["p"] = float(stats.binomtest(hits, n, 1 / n_kinds, alternative="greater").pvalue)
    return dataclasses.replace(wilson(hits, n, confidence), n_persons=n, n_items=None, extra=extra)


def _letters(types: pd.Series, axes: Sequence[str]) -> Integers:
    """Place of each letter on its axis, 0 or 1; -1 for a missing one, -2 for a tie; shape (persons, axes)."""
    rows = np.full((len(types), len(axes)), -1)
    for row, given in enumerate(types):
        if pd.isna(given) or given == "":
            continue
        if not isinstance(given, str) or len(given) != len(axes):
            raise ValueError(f"{types.name}: {given!r} in row {row}; {len(axes)} letters are needed, one an axis")
        for place, (letter, axis) in enumerate(zip(given, axes, strict=True)):
            if letter not in (*axis, MISSING, TIE):
                allowed = f"{axis[0]}, {axis[1]}, {MISSING} (missing) and {TIE} (at the cut)"
                raise ValueError(f'{types.name}: "{letter}" in "{given}", row {row}; allowed are {allowed}')
            rows[row, place] = axis.index(letter) if letter in axis else -2 if letter == TIE else -1
    return rows


def _apart(first: Integers, second: Integers) -> tuple[Truths, Truths]:
    """Where a letter is missing on either side, and where none is missing but one is a tie."""
    missing = (first == -1) | (second == -1)
    return missing, ~missing & ((first == -2) | (second == -2))


def _types(axes: Sequence[str]) -> list[str]:
    return ["".join(each) for each in itertools.product(*axes)]


def _checked(table: DataFrame, columns: list[str], axes: Sequence[str]) -> None:
    lacking = [each for each in ("person", *columns) if each not in table.columns]
    if lacking:
        raise ValueError(f"table: column {lacking[0]} is missing; there are {', '.join(map(str, table.columns))}")
    wrong = [each for each in axes if len(each) != 2 or len(set(each)) != 2]
    if isinstance(axes, str) or not axes or wrong:
        raise ValueError(f'axes: {axes!r}; a list of two letters each is needed, such as ["EI", "SN"]')
    labelled(table, ["person"])
