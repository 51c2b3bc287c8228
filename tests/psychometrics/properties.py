"""What a statistic owes whatever the answers are: its result on a table, held against that on the table changed."""

import dataclasses
import math
import os
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, Phase, settings
from hypothesis.strategies import SearchStrategy
from parts import MARK, Part

from psychometrics import Estimate
from traitscope.notes import NOTES

THOROUGH = os.environ.get("TRAITSCOPE_PROPERTIES") == "thorough"


def examples(number: int) -> settings:
    """That many examples of each property, twenty times as many when TRAITSCOPE_PROPERTIES is "thorough"."""
    return settings(
        max_examples=number * (20 if THOROUGH else 1),
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],  # the input is small as it is; to shrink it further costs minutes
    )


@dataclass(frozen=True)
class Owes:
    """A line of a registry: valid small input for one function, and what its result owes.

    `units` says how a leaf of the result follows an affine map of the answers: "location" moves with them, "spread" and
    "square" are stretched, "free" does something else. Leaves that no pattern finds stay as they are. `doubled` says so
    for every person counted twice; `seeded` names leaves that are drawn, so that they change with the order of persons.
    """

    call: Callable[..., Any]
    given: SearchStrategy[dict[str, Any]]
    parts: Mapping[str, Part]
    units: Mapping[str, str] = field(default_factory=dict)
    doubled: Mapping[str, str] = field(default_factory=dict)
    seeded: str = "$^"
    slow: bool = False
    tolerance: float = 1e-6  # of estimates that are sought step by step
    but: Mapping[str, str] = field(default_factory=dict)  # what it does not owe, and why


Leaves = dict[str, Any]
LABELS = (
    "scale", "factor", "attribute", "trait", "item", "first", "second", "person", "persona", "level", "reference", "against", "measure",
    "over", "version", "type", "effect", "component", "criterion", "group", "member", "axis", "model", "term", "topic", "letter",
    "form", "rater", "position", "label", "domain", "category", "threshold", "step", "coefficient", "first_item", "second_item",
    "quantity", "name",
)  # fmt: skip


# what a resample or two may tip
OF_RESAMPLES = {"undefined_resamples", "equal_resamples", "undefined_permutations"}


def leaves(result: Any, path: str = "") -> Leaves:
    """Every number and word of a result by its place; rows of a table by their labels, so that their order is none."""
    if isinstance(result, Estimate):
        found = {
            f"{path}.{name}": getattr(result, name) for name in ("value", "low", "high", "n_persons", "n_items", "note")
        }
        # the sentences may count and name; their codes say what is meant
        found[f"{path}.warnings"] = ",".join(
            sorted({each.partition(":")[0] for each in result.warnings} - OF_RESAMPLES)
        )
        drawn = any(word in result.method for word in ("bootstrap", "percentile", "resampl", "permut"))
        found = {k + ("~" if drawn and k.endswith((".low", ".high")) else ""): v for k, v in found.items()}
        extra = {
            k + ("~" if k.startswith("null_") or (drawn and k == "standard_error") else ""): v
            for k, v in result.extra.items()
        }
        return found | leaves(extra, f"{path}.extra")
    if isinstance(result, pd.DataFrame):
        return _table(result, path)
    if isinstance(result, pd.Series):
        return _join((f"{path}[{at}]", each) for at, each in result.items())
    if isinstance(result, np.ndarray):
        return (
            _join((f"{path}[{at}]", each) for at, each in enumerate(result.tolist()))
            if result.ndim
            else {path: result.item()}
        )
    if isinstance(result, Mapping):
        return _join((f"{path}.{name}", each) for name, each in result.items())
    if isinstance(result, tuple) and all(isinstance(each, str) for each in result):
        return {path: ",".join(sorted(result))}  # a list of names is no order
    if isinstance(result, tuple | list):
        return _join((f"{path}[{at}]", each) for at, each in enumerate(result))
    if dataclasses.is_dataclass(result):
        parts = {
            each.name: getattr(result, each.name)
            for each in dataclasses.fields(result)
            if each.name not in ("warnings", "missing")
        }
        parts = {name: each for name, each in parts.items() if not name.startswith("_")}
        return leaves(parts, path)
    if result is pd.NA:
        return {path: math.nan}
    return {path: result.item() if isinstance(result, np.generic) else result}


def _join(parts: Iterator[tuple[str, Any]]) -> Leaves:
    return {place: each for path, part in parts for place, each in leaves(part, path).items()}


def _table(table: pd.DataFrame, path: str) -> Leaves:
    named = [name for name in LABELS if name in table and _names(table[name])]
    index = [] if isinstance(table.index, pd.RangeIndex) else [str(each) for each in table.index]
    seen: dict[str, int] = {}
    found: Leaves = {}
    for at, row in enumerate(table.to_dict("records")):
        label = "/".join([*index[at : at + 1], *(_word(row[name]) for name in named)]) or str(at)
        seen[label] = seen.get(label, 0) + 1
        label += f"#{seen[label]}" if seen[label] > 1 else ""
        drawn = "bootstrap" in str(row.get("method", ""))
        for name, value in row.items():
            mark = "~" if drawn and re.search("low|high", str(name)) else ""
            if name not in ("warning", "warnings"):
                found |= leaves(value, f"{path}[{label}].{name}{mark}")
    return found


def _names(column: "pd.Series[Any]") -> bool:
    """Whether a column's values can name a row: words, and numbers that are whole, as 3 or as 3.0."""
    return not pd.api.types.is_float_dtype(column) or bool((column.dropna() % 1 == 0).all())


def _word(label: Any) -> str:
    return f"{label:g}" if isinstance(label, float) else str(label)


def estimates(result: Any, path: str = "") -> Iterator[tuple[str, Estimate]]:
    """Every estimate in a result, with its place."""
    if isinstance(result, Estimate):
        yield path, result
    elif isinstance(result, Mapping):
        for name, each in result.items():
            yield from estimates(each, f"{path}.{name}")
    elif isinstance(result, tuple | list):
        for at, each in enumerate(result):
            yield from estimates(each, f"{path}[{at}]")
    elif dataclasses.is_dataclass(result):
        for each in dataclasses.fields(result):
            yield from estimates(getattr(result, each.name), f"{path}.{each.name}")


def quietly(function: Callable[..., Any], *args: Any, **given: Any) -> Any:
    """The result, in which every warning of numpy, scipy or pandas is an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return function(*args, **given)


def computed(owes: Owes, given: Mapping[str, Any]) -> Any:
    return quietly(owes.call, **given)


def unsound(result: Any, holds_value: bool = True) -> list[str]:
    """What no result may say: NaN without a known reason, half an interval, an interval beside its value, p outside 0 to 1."""
    told = []
    for path, each in estimates(result):
        place = f"{path} {each!r}"
        if not each.estimable and not each.note:
            told.append(f"{place}: NaN without a note")
        if any(code not in NOTES for code in each.note.split("; ") if code):
            told.append(f"{place}: the note {each.note!r} is no word of traitscope.notes")
        if (
            math.isinf(each.value)
            or math.isnan(each.low) != math.isnan(each.high)
            or (not each.estimable and each.low == each.low)
        ):
            told.append(f"{place}: infinite, or half an interval, or one without a value")
        slack = 1e-7 * (1 + abs(each.value))
        drawn = any(word in each.method for word in ("bootstrap", "percentile", "resampl"))
        if each.low == each.low and (
            each.low > each.high
            or (holds_value and not drawn and not each.low - slack <= each.value <= each.high + slack)
        ):
            told.append(f"{place}: {each.method} interval {each.low}, {each.high} does not hold the value")
    for path, value in leaves(result).items():
        name = re.split(r"[.\]]", path.rstrip("~"))[-1]
        if (
            re.fullmatch(r"p|p_.*|.*_p", name)
            and isinstance(value, float)
            and not (math.isnan(value) or 0 <= value <= 1)
        ):
            told.append(f"{path}: p is {value}")
    return told


def differing(before: Leaves, after: Leaves, rule: Callable[[str, Any], Any], tolerance: float) -> list[str]:
    """Places where `after` is not what `rule` makes of `before`; a rule gives None where nothing is owed."""
    told = []
    for path, value in before.items():
        owed = rule(path, value)
        if owed is None and value is not None:
            continue
        if path not in after:
            told.append(f"{path}: {value!r} is gone")
        elif not _same(owed, after[path], tolerance):
            told.append(f"{path}: {after[path]!r} where {owed!r} is owed")
    return told


def _same(owed: Any, seen: Any, tolerance: float) -> bool:
    if isinstance(owed, str | None) or isinstance(seen, str | None):
        return bool(owed == seen) or (
            _number(owed) and _number(seen) and math.isnan(owed or math.nan) and math.isnan(seen or math.nan)
        )
    if isinstance(owed, float | int) and isinstance(seen, float | int):
        return (
            (math.isnan(owed) and math.isnan(seen))
            or owed == seen
            or math.isclose(owed, seen, rel_tol=tolerance, abs_tol=tolerance)
        )
    return bool(owed == seen)


def _number(value: Any) -> bool:
    return value is None or isinstance(value, float)


def without_mark(found: Leaves) -> Leaves:
    """The leaves of renamed persons and items under the names they had."""
    return {
        path.replace(MARK, ""): each.replace(MARK, "") if isinstance(each, str) else each
        for path, each in found.items()
    }
