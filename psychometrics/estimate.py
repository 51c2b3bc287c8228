"""What every statistic returns: a number that knows how far to trust it.

An `Estimate` has an interval, the persons behind it, and why it may be undefined.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]
Missing = Literal["pairwise", "listwise"]
Detail = float | int | str | tuple[str, ...] | None

NO_SPREAD = 1e-9  # values closer than this are equal: larger than rounding errors, smaller than any unit of ours
LAST_DIGITS = (
    1e-13  # of a large value: what sums and means of such values differ by, when only rounding tells them apart
)
LARGEST = 1e50  # a value beyond it is a mistake: the fourth powers that errors of variances take of it would overflow


@dataclass(frozen=True, repr=False)
class Estimate:
    """A statistic with its interval, the persons it rests on, and what a reader must know before using it.

    Attributes
    ----------
    value : float
        NaN when the statistic is not estimable; `note` then says why. Never 0 and never 1 instead.
    low, high : float
        Ends of the interval in the unit of `value`; NaN when there is none.
    method : str
        Name of the interval, such as "Feldt"; empty when there is none.
    confidence : float in (0, 1)
    n_persons : int
        Persons (model x persona) that entered. Repeats and forms are never counted here.
    n_items, n_replications : int or None
        Items; rows a person if all have the same number. None where it does not apply or differs.
    missing : str or None
        The rule used for missing answers.
    note : str
        One code, such as "zero_total_variance", that belongs beside the value wherever it is shown; usually empty.
    warnings : tuple of str
        Sentences, each begun by its code: "constant_items: q4 has one answer".
    extra : mapping
        Further numbers by name, such as the value under the other rule for missing answers.

    Examples
    --------
    >>> Estimate(0.9441, 0.63, 0.996, method="Feldt", n_persons=4)
    Estimate(0.944 [0.630, 0.996], n=4)
    >>> undefined("zero_total_variance", n_persons=60)
    Estimate(not estimable: zero_total_variance, n=60)
    """

    value: float
    low: float = math.nan
    high: float = math.nan
    method: str = ""
    confidence: float = 0.95
    n_persons: int = 0
    n_items: int | None = None
    n_replications: int | None = None
    missing: str | None = None
    note: str = ""
    warnings: tuple[str, ...] = ()
    extra: Mapping[str, Detail] = field(default_factory=dict, hash=False)

    def __repr__(self) -> str:
        if not self.estimable:
            return f"Estimate(not estimable: {self.note or 'no reason given'}, n={self.n_persons})"
        interval = "" if math.isnan(self.low) else f" [{self.low:.3f}, {self.high:.3f}]"
        note = f"; {self.note}" if self.note else ""
        return f"Estimate({self.value:.3f}{interval}, n={self.n_persons}{note})"

    @property
    def estimable(self) -> bool:
        """Whether there is a value."""
        return not math.isnan(self.value)

    def has(self, code: str) -> bool:
        """Whether `code` is the note or begins one of the warnings."""
        return self.note == code or any(each.partition(":")[0] == code for each in self.warnings)

    def with_warning(self, warning: str) -> Estimate:
        """The same estimate with one more warning, "code: sentence"."""
        return dataclasses.replace(self, warnings=(*self.warnings, warning))

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers, text and lists for JSON; NaN and infinity, which JSON lacks, become None.

        >>> undefined("too_few_persons", n_persons=2).to_dict()["value"] is None
        True
        """
        return {each.name: plain(getattr(self, each.name)) for each in dataclasses.fields(self)}


def undefined(
    note: str,
    *,
    n_persons: int = 0,
    n_items: int | None = None,
    n_replications: int | None = None,
    missing: str | None = None,
    warnings: tuple[str, ...] = (),
    extra: Mapping[str, Detail] | None = None,
) -> Estimate:
    """An `Estimate` without a value; `note` is the code that says why.

    >>> undefined("no_person_facet", n_persons=1)
    Estimate(not estimable: no_person_facet, n=1)
    """
    return Estimate(
        math.nan,
        n_persons=n_persons,
        n_items=n_items,
        n_replications=n_replications,
        missing=missing,
        note=note,
        warnings=warnings,
        extra=dict(extra or {}),
    )


def no_spread(largest: float | Floats) -> Any:
    """How near values of this size must be to be equal: `NO_SPREAD`, but for large ones what rounding makes of them.

    A thousand million and one is another answer than a thousand million: a share of 1e-9 would make them equal.

    >>> print(no_spread(5.0), no_spread(1e9))
    1e-09 0.0001
    """
    return np.maximum(NO_SPREAD, LAST_DIGITS * largest)


def without_last_digits(x: Floats) -> Floats:
    """The values, those made equal which rounding alone keeps apart: differences and means of answers share a rank then.

    >>> without_last_digits(np.array([0.1 + 0.2, 0.3])).tolist()
    [0.3, 0.3]
    """
    largest = float(np.abs(x[np.isfinite(x)]).max(initial=0.0))
    rounded: Floats = np.round(x, math.floor(1e-6 - math.log10(no_spread(largest))))
    return rounded


def beyond(x: Any) -> Any:
    """Where an array or table has values that no statistic can reckon with: infinite ones, or larger than `LARGEST`.

    >>> beyond(np.array([1e9, math.nan, math.inf, -1e300]))
    array([False, False,  True,  True])
    """
    return (x > LARGEST) | (x < -LARGEST)


def tail_of(confidence: float) -> float:
    """The share that an interval of this confidence leaves out at each end; 95 for 0.95 is a mistake and is named.

    >>> round(tail_of(0.95), 3)
    0.025
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence: {confidence}; a number between 0 and 1 is needed, such as 0.95")
    return (1 - confidence) / 2


def numbered(labels: Iterable[Hashable], what: str = "persona") -> tuple[Integers, list[Any]]:
    """Number `labels` in order of first appearance; a missing label is a mistake, since it has no person.

    >>> numbered(["b", "a", "b"])
    (array([0, 1, 0]), ['b', 'a'])
    """
    # a Series keeps tuples whole, such as (model, persona); an array would take them apart
    codes, distinct = pd.factorize(pd.Series(list(labels), dtype=object))
    if (codes < 0).any():
        raise ValueError(f"{what}: row {int(np.argmax(codes < 0))} has none; every row needs one")
    return codes, list(distinct)


def one_each(values: Iterable[Hashable], person: Integers, what: str) -> list[Any]:
    """The one value that all rows of a person share, by person number; an error names `what` if a person has two.

    >>> one_each(["high", "low", "high"], np.array([0, 1, 0]), "pole")
    ['high', 'low']
    """
    given = pd.Series(list(values), dtype=object)
    if len(given) != len(person):
        raise ValueError(f"{what}: {len(given)} given for {len(person)} rows; one each is needed")
    table = pd.DataFrame({"person": person, "value": given}).drop_duplicates()
    if table["person"].duplicated().any():
        seen = table[table["person"].duplicated(keep=False)].groupby("person")["value"].agg(list).iloc[0]
        raise ValueError(f"{what}: one persona has {seen[0]!r} and {seen[1]!r}; every persona must have one")
    return list(table.sort_values("person")["value"])


def sums_by_person(rows: Floats, person: Integers, n_persons: int) -> Floats:
    """Sum the rows of each person: (rows, columns) to (persons, columns).

    >>> sums_by_person(np.array([[1.0], [2.0], [4.0]]), np.array([0, 1, 0]), 2)
    array([[5.],
           [2.]])
    """
    if len(rows) == n_persons and bool((np.diff(person) == 1).all()):
        return rows  # everybody has one row, in order
    sums = np.zeros((n_persons, rows.shape[1]))
    np.add.at(sums, person, rows)
    return sums


def plain(value: Any) -> Any:
    """Numbers, text, lists and tables by name, as JSON has them; NaN and infinity, which it lacks, become None.

    >>> plain({"value": np.float64("nan"), "warnings": ("a", "b")})
    {'value': None, 'warnings': ['a', 'b']}
    """
    if isinstance(value, Mapping):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(each) for each in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
