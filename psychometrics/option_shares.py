"""A long table of chosen options becomes option distributions: one for each persona and item, and the bare model's."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pandas import DataFrame

from psychometrics.covariances import numbers
from psychometrics.estimate import Floats
from psychometrics.exchange import in_label_order
from psychometrics.forms import labelled
from psychometrics.jensen_shannon import distributions_of


@dataclass(frozen=True)
class OptionShares:
    """Option distributions of personas and items.

    Attributes
    ----------
    shares : array, shape (personas, items, options)
        Sum to 1 over the options that anybody chose; all 0 where a persona did not answer an item.
    answered : array of bool, shape (personas, items)
    bare : array, shape (items, options)
        Without persona; NaN for an item that was not answered so.
    n_options : array, shape (items,)
        Options that could be chosen.
    items, scale_of : list
        Labels of the items, and the scale of each.
    """

    shares: Floats
    answered: NDArray[np.bool_]
    bare: Floats
    n_options: Floats
    items: list[Any]
    scale_of: list[Any]


def option_shares(chosen: DataFrame, n_options: int | Mapping[Any, int], bare: DataFrame | None = None) -> OptionShares:
    """Read the tables of `option_steerability`, which says what they hold.

    >>> table = DataFrame({"persona": list("ppq"), "item": "v", "chosen": ["no", "yes", "yes"]})
    >>> option_shares(table, 2).shares.tolist()
    [[[0.5, 0.5]], [[0.0, 1.0]]]
    """
    _need(chosen, ["persona", "item", "chosen"], "chosen")
    labelled(chosen, ["persona", "item"])
    persona, personas = in_label_order(chosen["persona"].to_numpy(dtype=object), "persona")
    item, items = in_label_order(chosen["item"].to_numpy(dtype=object), "item")
    weight, used = _weights(chosen, "chosen")
    alone = _of_items(bare, items)
    told = chosen["chosen"].to_numpy(dtype=object)[used]
    option, options = in_label_order([*told, *alone["chosen"]], "chosen")
    cells = np.zeros((len(personas), len(items), len(options)))
    np.add.at(cells, (persona[used], item[used], option[: len(told)]), weight[used])
    without = np.zeros((len(items), len(options)))
    place = {each: number for number, each in enumerate(items)}
    rows = np.array([place[each] for each in alone["item"]], dtype=np.intp)
    np.add.at(without, (rows, option[len(told) :]), alone["weight"].to_numpy(float))
    k = _n_options(items, n_options, (cells > 0).any(axis=0) | (without > 0))
    return OptionShares(
        np.nan_to_num(distributions_of(cells, "chosen")),
        cells.sum(axis=2) > 0,
        distributions_of(without, "bare"),
        k,
        items,
        _scales(chosen, items),
    )


def _weights(table: DataFrame, name: str) -> tuple[Floats, NDArray[np.bool_]]:
    """The weight of each row, and which rows have an option and a weight."""
    weight = numbers(table[["weight"]])[:, 0] if "weight" in table.columns else np.ones(len(table))
    if (weight < 0).any():
        raise ValueError(f"{name}: weight {weight[weight < 0][0]:g}; allowed are 0 and more, or missing")
    return weight, table["chosen"].notna().to_numpy(bool) & np.isfinite(weight)


def _of_items(bare: DataFrame | None, items: list[Hashable]) -> DataFrame:
    """The answers without persona to `items`: item, chosen, weight."""
    if bare is None:
        return DataFrame({"item": [], "chosen": [], "weight": []}, dtype=object)
    _need(bare, ["item", "chosen"], "bare")
    weight, used = _weights(bare, "bare")
    rows = bare[["item", "chosen"]].astype(object).assign(weight=weight)
    return rows[used & bare["item"].isin(items).to_numpy(bool)]


def _n_options(items: list[Hashable], n_options: int | Mapping[Any, int], seen: NDArray[np.bool_]) -> Floats:
    k = np.empty(len(items))
    for place, (item, n_chosen) in enumerate(zip(items, seen.sum(axis=1), strict=True)):
        if isinstance(n_options, Mapping) and item not in n_options:
            raise ValueError(f"n_options: item {item!r} has none; every item needs a number of options")
        k[place] = n_options[item] if isinstance(n_options, Mapping) else n_options
        if k[place] < n_chosen:
            raise ValueError(f"n_options: {k[place]:g} for item {item!r}; {n_chosen} options were chosen")
    return k


def _scales(chosen: DataFrame, items: list[Hashable]) -> list[Any]:
    if "scale" not in chosen.columns:
        return [""] * len(items)
    labelled(chosen, ["scale"])
    pairs = chosen[["item", "scale"]].drop_duplicates()
    twice = pairs["item"].duplicated()
    if twice.any():
        raise ValueError(f"scale: item {pairs['item'][twice].iloc[0]!r} has two; one is needed")
    of = dict(zip(pairs["item"], pairs["scale"], strict=True))
    return [of[each] for each in items]


def _need(table: DataFrame, columns: list[str], name: str) -> None:
    lacking = [each for each in columns if each not in table.columns]
    if lacking:
        raise ValueError(f"{name}: column {lacking[0]} is missing; there are {', '.join(map(str, table.columns))}")
