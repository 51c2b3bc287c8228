"""The shapes in which statistics take answers, and how persons, columns, names and answers of each are changed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from pandas import DataFrame, Series

MARK = "a·"  # put before a name: another name, in the same place of the alphabet
Picks = Sequence[tuple[int, int]]  # persons by number, each with the number of its copy


def copy_of(label: Any, copy: int) -> Any:
    """The name of a person's copy: a copy is another person."""
    return label if copy == 0 else f"{label}'{copy}"


@dataclass(frozen=True)
class Fixed:
    """An argument that no change touches."""

    sample: int | None = None

    def persons(self, x: Any) -> int:
        return 0

    def take(self, x: Any, picks: Picks) -> Any:
        return x

    def mapped(self, x: Any, change: Callable[[Any], Any]) -> Any:
        return x

    def columns(self, x: Any, order: np.random.Generator) -> Any:
        return x

    def renamed(self, x: Any) -> Any:
        return x


@dataclass(frozen=True)
class Wide(Fixed):
    """A table with one row a person and one column an item, rater, trait ..."""

    sample: int | None = 0

    def persons(self, x: DataFrame) -> int:
        return len(x)

    def take(self, x: DataFrame, picks: Picks) -> DataFrame:
        taken = x.iloc[[at for at, _ in picks]]
        return taken.set_axis([copy_of(x.index[at], copy) for at, copy in picks])

    def mapped(self, x: DataFrame, change: Callable[[Any], Any]) -> DataFrame:
        return change(x)

    def columns(self, x: DataFrame, order: np.random.Generator) -> DataFrame:
        return x[[x.columns[at] for at in order.permutation(x.shape[1])]]

    def renamed(self, x: DataFrame) -> DataFrame:
        return x.rename(columns=lambda name: f"{MARK}{name}", index=lambda name: f"{MARK}{name}")


@dataclass(frozen=True)
class Vector(Fixed):
    """One number a person."""

    sample: int | None = 0
    answers: bool = True

    def persons(self, x: Any) -> int:
        return len(x)

    def take(self, x: Any, picks: Picks) -> Any:
        return np.asarray(x)[[at for at, _ in picks]]

    def mapped(self, x: Any, change: Callable[[Any], Any]) -> Any:
        return change(np.asarray(x)) if self.answers else x


@dataclass(frozen=True)
class Who(Fixed):
    """The name of the person, group or level of each row; `unique` names get other names in copies."""

    sample: int | None = 0
    unique: bool = True

    def persons(self, x: Sequence[Any]) -> int:
        return len(x)

    def take(self, x: Sequence[Any], picks: Picks) -> list[Any]:
        return [copy_of(x[at], copy if self.unique else 0) for at, copy in picks]

    def renamed(self, x: Sequence[Any]) -> list[Any]:
        return [f"{MARK}{each}" if isinstance(each, str) else each for each in x]


@dataclass(frozen=True)
class Poles(Fixed):
    """A mapping from person to pole."""

    sample: int | None = None

    def take(self, x: Mapping[str, Any] | None, picks: Picks) -> Any:
        return x and x | {copy_of(who, copy): pole for who, pole in x.items() for copy in {each for _, each in picks}}

    def renamed(self, x: Mapping[str, Any] | None) -> Any:
        return x and {f"{MARK}{who}": pole for who, pole in x.items()}


@dataclass(frozen=True)
class Names(Fixed):
    """A mapping from item to something, or a list of items."""

    def renamed(self, x: Any) -> Any:
        if isinstance(x, Mapping):
            return {f"{MARK}{name}": each for name, each in x.items()}
        return [f"{MARK}{name}" for name in x]


@dataclass(frozen=True)
class Long(Fixed):
    """A table with several rows a person; `values` hold the answers and `names` the labels that may be any other."""

    sample: int | None = 0
    person: str = "person"
    values: tuple[str, ...] = ("value",)
    names: tuple[str, ...] = ("item",)
    of_columns: str = "item"  # what is a column in a wide table

    def persons(self, x: DataFrame) -> int:
        return x[self.person].nunique()

    def take(self, x: DataFrame, picks: Picks) -> DataFrame:
        who = list(dict.fromkeys(x[self.person]))
        blocks = [
            x[x[self.person] == who[at]].assign(**{self.person: copy_of(who[at], copy)}) for at, copy in picks
        ] or [x.iloc[:0]]
        return pd.concat(blocks, ignore_index=True)

    def mapped(self, x: DataFrame, change: Callable[[Any], Any]) -> DataFrame:
        return x.assign(**{name: change(x[name]) for name in self.values})

    def columns(self, x: DataFrame, order: np.random.Generator) -> DataFrame:
        if self.of_columns not in x:
            return x
        items = list(dict.fromkeys(x[self.of_columns]))
        place = dict(zip(items, order.permutation(len(items)), strict=True))
        return x.iloc[np.argsort(x[self.of_columns].map(place).to_numpy(), kind="stable")].reset_index(drop=True)

    def renamed(self, x: DataFrame) -> DataFrame:
        named = [each for each in (self.person, *self.names) if each in x]
        return x.assign(**{each: [f"{MARK}{label}" for label in x[each]] for each in named})


Part = Fixed


def scattered(x: Any) -> Any:
    """Numbers as floats, of any shape."""
    return x.astype(float) if isinstance(x, DataFrame | Series | np.ndarray) else np.asarray(x, float)
