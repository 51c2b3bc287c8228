"""The relations themselves: each changes valid input and says what the result then owes."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from pandas import DataFrame
from parts import Fixed, Long, Picks, Vector, Wide, scattered
from properties import Owes, computed, differing, estimates, leaves, unsound, without_mark

Given = Mapping[str, Any]
Relation = Callable[[Owes, Given, np.random.Generator], list[str]]


def _picked(owes: Owes, given: Given, picks: Callable[[int], Picks]) -> dict[str, Any]:
    """The arguments with the persons that `picks` makes of their number, the same in arguments of one sample."""
    sizes = {part.sample: part.persons(given[name]) for name, part in owes.parts.items() if part.sample is not None}
    chosen = {sample: picks(size) for sample, size in sizes.items()}
    every = [each for picked in chosen.values() for each in picked]
    return {
        name: owes.parts[name].take(each, chosen.get(owes.parts[name].sample, every)) if name in owes.parts else each
        for name, each in given.items()
    }


def _each(owes: Owes, given: Given, change: Callable[[Fixed, Any], Any]) -> dict[str, Any]:
    return {name: change(owes.parts[name], each) if name in owes.parts else each for name, each in given.items()}


def _mapped(owes: Owes, given: Given, change: Callable[[Any], Any]) -> dict[str, Any]:
    return _each(owes, given, lambda part, x: part.mapped(x, change))


def sound(owes: Owes, given: Given, random: np.random.Generator) -> list[str]:
    """NaN has a reason, an interval holds its value, a p value lies in 0 to 1, and nothing warns."""
    return unsound(computed(owes, given), "interval" not in owes.but)


def persons_permuted(owes: Owes, given: Given, random: np.random.Generator) -> list[str]:
    """In another order of persons all is the same, but for what is drawn."""
    changed = _picked(owes, given, lambda size: [(int(at), 0) for at in random.permutation(size)])
    drawn = re.compile(rf"~$|{owes.seeded}")
    before, after = leaves(computed(owes, given)), leaves(computed(owes, changed))
    return differing(before, after, lambda path, value: None if drawn.search(path) else value, owes.tolerance)


def columns_permuted(owes: Owes, given: Given, random: np.random.Generator) -> list[str]:
    """In another order of items or raters all is the same; several tables are put in one order."""
    seed = int(random.integers(2**31))
    changed = _each(owes, given, lambda part, x: part.columns(x, np.random.default_rng(seed)))
    return differing(
        leaves(computed(owes, given)), leaves(computed(owes, changed)), lambda path, value: value, owes.tolerance
    )


def renamed(owes: Owes, given: Given, random: np.random.Generator) -> list[str]:
    """Under other names all is the same."""
    changed = _each(owes, given, lambda part, x: part.renamed(x))
    after = without_mark(leaves(computed(owes, changed)))
    return differing(leaves(computed(owes, given)), after, lambda path, value: value, 1e-9)


def _affine(owes: Owes, given: Given, slope: float, shift: float, tolerance: float) -> list[str]:
    before = leaves(computed(owes, given))
    after = leaves(computed(owes, _mapped(owes, given, lambda x: x * slope + shift)))
    if abs(shift) >= 1e9:  # the last digits of such answers break the ties of exchanged persons
        before = {path: value for path, value in before.items() if "null_p" not in path}

    def rule(path: str, value: Any) -> Any:
        kind = next((kind for pattern, kind in owes.units.items() if re.search(pattern, path)), "same")
        if not isinstance(value, float):
            return None if kind == "free" else value
        return {
            "same": value, "location": slope * value + shift, "spread": slope * value, "square": slope**2 * value, "free": None,
        }[kind]  # fmt: skip

    return differing(before, after, rule, tolerance)


def affine(owes: Owes, given: Given, random: np.random.Generator) -> list[str]:
    """Answers in another unit, from another zero."""
    # numbers that are not exact in binary as well: rounding then falls on another side
    slope, shift = float(random.choice([0.25, 0.1237, 2, 10, 25.37])), float(random.integers(-50, 50)) + 0.377
    return _affine(owes, given, slope, shift, owes.tolerance)


def far_from_zero(owes: Owes, given: Given, random: np.random.Generator) -> list[str]:
    """Answers that all lie a billion higher: what depends on their spread is the same to six digits."""
    return _affine(owes, given, 1, 1e9, max(2e-6, owes.tolerance))


def whole_or_not(owes: Owes, given: Given, random: np.random.Generator) -> list[str]:
    """The number 3 is the number 3.0, and NaN is the missing value of pandas."""
    before = leaves(computed(owes, _mapped(owes, given, scattered)))
    after = leaves(
        computed(owes, _mapped(owes, given, lambda x: x.convert_dtypes() if hasattr(x, "convert_dtypes") else x))
    )
    return differing(before, after, lambda path, value: value, 1e-12)


def pairwise_is_listwise(owes: Owes, given: Given, random: np.random.Generator) -> list[str]:
    """Where nothing is missing, the rules for missing answers are one."""
    full = _mapped(owes, given, lambda x: x.fillna(3) if hasattr(x, "fillna") else np.where(np.isnan(x), 3, x))
    rules = [leaves(computed(owes, full | {"missing": rule})) for rule in ("pairwise", "listwise")]
    return differing(*rules, lambda path, value: value, 1e-7)


def persons_doubled(owes: Owes, given: Given, random: np.random.Generator) -> list[str]:
    """Everybody twice: the values stay, the persons are twice as many, and intervals are no wider.

    `doubled` of the registry names values that move with n: "shrinks" by no more than divisors n - 1 do, "shrinks above
    0" where the value is not negative, "value" not at all, but its interval does, "free".
    """
    changed = _picked(owes, given, lambda size: [(at, copy) for copy in (0, 1) for at in range(size)])
    before, after = computed(owes, given), computed(owes, changed)
    told = []
    others = dict(estimates(after))
    for path, first in estimates(before):
        then = others.get(path)
        if then is None or not first.estimable or "few" in first.note:
            continue
        kind = next((kind for pattern, kind in owes.doubled.items() if re.search(pattern, path)), "same")
        n = max(first.n_persons or first.n_items or 3, 4)
        if kind == "same" and _gaps(given):  # each pair of items has its own divisor then; below 0, alpha has no bound
            kind = "free" if first.has("negative_average_covariance") else "shrinks"
        kind = kind if kind != "shrinks above 0" else "shrinks" if first.value >= 0 else "free"
        slack = {"same": 1e-7, "value": 1e-7, "shrinks": 2 / (n - 2), "free": np.inf}[kind] * max(abs(first.value), 1)
        # far below 0 a coefficient divides by next to nothing, of which a variance below 0 may become
        lost = kind == "free" and first.has("negative_average_covariance") and not then.estimable
        if not lost and not abs(then.value - first.value) <= slack:
            told.append(f"{path}: {then.value} of everybody twice, {first.value} of everybody once")
        if then.n_persons != 2 * first.n_persons:
            told.append(f"{path}: {then.n_persons} persons, twice {first.n_persons}")
        owed = kind == "same" and "interval" not in owes.but and not _drawn(first, then)
        if owed and then.high - then.low > (first.high - first.low) * (1 + 1e-6):
            told.append(f"{path}: wider, {first!r}, of everybody twice {then!r}")
    return told


def _gaps(given: Given) -> bool:
    return any(bool(each.isna().any(axis=None)) for each in given.values() if isinstance(each, DataFrame))


def _drawn(*found: Any) -> bool:
    return any("bootstrap" in each.method or each.low != each.low for each in found)


def hard_input(owes: Owes, given: Given, random: np.random.Generator) -> list[str]:
    """Constant, empty and tiny tables: a defined answer, never a 0 or 1 without a word, never an exception or a warning."""
    told = []
    for what, changed in _hard(owes, given).items():
        if what in owes.but:
            continue
        try:
            result = computed(owes, changed)
        except Exception as failure:
            told.append(f"{what}: {type(failure).__name__}: {failure}")
            continue
        told += [f"{what}: {each}" for each in unsound(result, "interval" not in owes.but)]
        for path, each in estimates(result):
            if (
                each.value in (0.0, 1.0)
                and each.low != each.low
                and not each.note
                and not each.warnings
                and "0 or 1" not in owes.but
            ):
                told.append(f"{what}: {path} is {each!r}, without a word")
            if what in ("nothing answered", "nobody") and each.estimable and "0 or 1" not in owes.but:
                told.append(f"{what}: {path} is {each!r}")
    return told


def _hard(owes: Owes, given: Given) -> dict[str, dict[str, Any]]:
    return {
        "all answers equal": _mapped(owes, given, lambda x: x * 0.0 + 3.0),
        "nothing answered": _mapped(owes, given, lambda x: x * np.nan),
        "one column constant": _each(owes, given, lambda part, x: _first_column(part, x, 3.0)),
        "one column empty": _each(owes, given, lambda part, x: _first_column(part, x, np.nan)),
        "one person": _picked(owes, given, lambda size: [(0, 0)][:size]),
        "two persons": _picked(owes, given, lambda size: [(0, 0), (1, 0)][:size]),
        "two equal persons": _picked(owes, given, lambda size: [(0, 0), (0, 1)][: 2 * size]),
        "nobody": _picked(owes, given, lambda size: []),
    }


def _first_column(part: Fixed, x: Any, value: float) -> Any:
    if isinstance(part, Wide):
        return x.assign(**{x.columns[0]: value}) if x.shape[1] else x
    if isinstance(part, Long) and part.of_columns in x:
        first = x[part.of_columns] == x[part.of_columns].iloc[0]
        return x.assign(**{name: x[name].astype(float).where(~first, value) for name in part.values})
    return x


RELATIONS: dict[str, Relation] = {
    each.__name__: each
    for each in (
        sound, persons_permuted, columns_permuted, renamed, affine, far_from_zero, whole_or_not, pairwise_is_listwise, persons_doubled,
        hard_input,
    )
}  # fmt: skip


def relations_of(owes: Owes) -> list[str]:
    """The relations that make sense for the arguments of a function, less those it does not owe."""
    parts = owes.parts.values()
    answers = [part for part in parts if isinstance(part, Wide | Long) or (isinstance(part, Vector) and part.answers)]
    sense = {
        "columns_permuted": any(isinstance(part, Wide | Long) for part in parts),
        "affine": bool(answers),
        "far_from_zero": bool(answers),
        "whole_or_not": bool(answers),
        "pairwise_is_listwise": "missing" in owes.parts,
    }
    return [name for name in RELATIONS if name not in owes.but and sense.get(name, True)]
