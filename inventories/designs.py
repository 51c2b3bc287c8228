"""Which combinations of form factors are printed: all of them, an orthogonal array, or a D-optimal fraction.

How many depends on the numbers of levels alone, which ones on factors, levels and seed. Every fraction holds the row
of all first levels: the form as it is printed. Sources: Rao (1947), Factorial experiments derivable from combinatorial
arrangements of arrays; Plackett and Burman (1946); Hedayat, Sloane and Stufken (1999), Orthogonal arrays; Xu (2002),
An algorithm for constructing orthogonal and nearly-orthogonal arrays; Meyer and Nachtsheim (1995), The coordinate-
exchange algorithm; Groemping and Xu (2014), Generalized resolution.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations, product
from math import prod
from operator import mul
from typing import Literal

import msgspec

from inventories.arrays import orthogonal
from inventories.exchange import Vectors, basis, confounding, contrasts, d_optimal, usual_runs
from inventories.ids import digest, shuffled
from inventories.reading import DefinitionError, allowed

MOST_FORMS = 10_000  # that one ask can print
NEVER, MAINS = "combinations never printed", "other main effects"


class Alias(msgspec.Struct, frozen=True):
    """An effect and what it is confounded with; a main effect and an interaction that are not listed are clear.

    `correlation` is the largest between a contrast of the one and of the other; `share` is the part of the effect's
    variation that goes with the other: the mean R2 of Groemping and Xu. Both are 1 when nothing tells the two apart.
    """

    effect: str  # a factor, or "one x other"
    aliased_with: str
    correlation: float
    share: float
    status: Literal["aliased", "not_estimable"] = "aliased"


class Design(msgspec.Struct, frozen=True):
    """Combinations of factor levels: `runs` distinct rows out of `full`, sorted by the levels as they were given."""

    rows: tuple[dict[str, object], ...]
    kind: Literal["crossed", "orthogonal array", "d-optimal"]
    runs: int
    full: int
    factors: dict[str, tuple[object, ...]]
    efficiency: float = 1.0  # for main effects, in [0, 1]: D-efficiency per run beside the full crossing; 0 is singular
    aliases: tuple[Alias, ...] = ()

    @property
    def not_estimable(self) -> tuple[str, ...]:
        """The effects that no analysis of these rows can give, main effects first."""
        return tuple(each.effect for each in self.aliases if each.status == "not_estimable")


def crossed(factors: Mapping[str, Sequence[object]]) -> Design:
    """Every combination of the levels of all factors."""
    levels = _checked(factors)
    if (full := prod(map(len, levels.values()))) > MOST_FORMS:
        raise DefinitionError(
            f"design: {full:,} combinations; allowed: up to {MOST_FORMS:,}; vary fewer factors, or fewer levels"
        )
    rows = tuple(dict(zip(levels, row, strict=True)) for row in product(*levels.values()))
    return Design(rows, "crossed", len(rows), len(rows), levels)


def fraction(factors: Mapping[str, Sequence[object]], seed: int = 0, runs: int | None = None) -> Design:
    """The smallest orthogonal array of strength 2 in reach, or that of `runs` rows; else a D-optimal design.

    Without `runs` a D-optimal design has one and a half to three times as many as parameters; where that is all
    combinations, they are crossed. With fewer `runs` than parameters some main effects are `not_estimable`.
    """
    levels = _checked(factors)
    full = prod(map(len, levels.values()))
    if runs is not None and (type(runs) is not int or not 1 <= runs <= full):
        raise DefinitionError(f"design: runs is {runs!r}; allowed: a whole number from 1 to {full} (all combinations)")
    # neither the order of the factors nor that of later levels decides what is printed
    names = [name for name in levels if len(levels[name]) > 1]
    names.sort(key=lambda name: (-len(levels[name]), digest(seed, "factor", name)))
    shape = tuple(len(levels[name]) for name in names)
    array = None if runs == full else orthogonal(shape, runs)
    wanted = runs or usual_runs(shape)
    if array is None and wanted >= full:
        return crossed(factors)
    rows, efficiency = (array, 1.0) if array else d_optimal(shape, wanted, seed)
    first = rows[int(digest(seed, "first row"), 16) % len(rows)]
    columns = {name: [0] * len(rows) for name in levels}
    for name, own, column in zip(names, first, zip(*rows, strict=True), strict=True):
        codes = [own, *map(int, shuffled((str(each) for each in set(column) - {own}), seed, "level", name))]
        marks = ["", *map(digest, levels[name][1:])]
        order = sorted(range(len(marks)), key=marks.__getitem__)
        place = dict(zip(codes, order, strict=False))  # a short D-optimal design may lack a level
        columns[name] = [place[each] for each in column]
    table = sorted(zip(*columns.values(), strict=True))
    named = tuple({name: levels[name][at] for name, at in zip(levels, row, strict=True)} for row in table)
    design = Design(named, "orthogonal array" if array else "d-optimal", len(rows), full, levels, efficiency)
    return msgspec.structs.replace(design, aliases=alias_table(design))


def alias_table(design: Design) -> tuple[Alias, ...]:
    """What is confounded with what: first main effects, then interactions, that are `not_estimable`; then each main
    effect with the interactions of two other factors, the strongest first.

    A main effect is what it adds to the other main effects, an interaction what it adds to its own two: a correlation
    of 0 means that the one leaves the estimate of the other alone. Whether an interaction can be estimated is asked of
    the model of all main effects and itself, so several that can be estimated need not be so together.
    """
    if design.kind == "crossed":
        return ()
    varied = {name: levels for name, levels in design.factors.items() if len(levels) > 1}
    columns = {name: [levels.index(row[name]) for row in design.rows] for name, levels in varied.items()}
    coded = {
        name: [list(each) for each in zip(*(contrasts(len(levels))[at] for at in columns[name]), strict=True)]
        for name, levels in varied.items()
    }

    def spanned(*names: str) -> Vectors:
        return basis([[1.0] * design.runs, *(each for name in names for each in coded[name])])

    own, lost, unclear, mains = dict[str, Vectors](), list[Alias](), list[Alias](), spanned(*coded)
    for name, vectors in coded.items():
        own[name] = basis(vectors, spanned(*(other for other in coded if other != name)))
        if missing := len(vectors) - len(own[name]):
            why = MAINS if len(set(columns[name])) == len(varied[name]) else NEVER
            lost.append(Alias(name, why, 1.0, round(missing / len(vectors), 6), "not_estimable"))
    whole = {name for name in coded if name not in {each.effect for each in lost}}
    for one, two in combinations(coded, 2):
        pair, same = f"{one} x {two}", []
        vectors = [list(map(mul, left, right)) for left in coded[one] for right in coded[two]]
        beside = basis(vectors, spanned(one, two))
        for name in coded:
            if name in whole - {one, two}:
                correlation, share = confounding(own[name], beside)
                if share:
                    unclear.append(Alias(name, pair, round(correlation, 6), round(share, 6)))
                same += [name] if correlation > 1 - 1e-9 else []
        if missing := len(vectors) - len(basis(vectors, mains)):
            printed = len(set(zip(columns[one], columns[two], strict=True)))
            why = NEVER if printed < len(varied[one]) * len(varied[two]) else ", ".join(same) or MAINS
            lost.append(Alias(pair, why, 1.0, round(missing / len(vectors), 6), "not_estimable"))
    unclear.sort(key=lambda each: (list(coded).index(each.effect), -each.correlation, -each.share))
    return (*lost, *unclear)


def describe(design: Design) -> str:
    """The design in a few lines of plain text, for `traitscope plan`."""
    short = ", too few runs for every main effect"
    efficient = f", efficiency {design.efficiency:.2f} of the full crossing" if design.efficiency else short
    even = ", every pair of levels of two factors equally often"
    note = {"crossed": "", "orthogonal array": even, "d-optimal": efficient}[design.kind]
    lines = [f"{design.runs} of {design.full} combinations: {design.kind}{note}"]
    if constants := [f"{name} = {levels[0]}" for name, levels in design.factors.items() if len(levels) == 1]:
        lines.append(f"constant: {', '.join(constants)}")
    varied = [name for name, levels in design.factors.items() if len(levels) > 1]
    clear = [name for name in varied if name not in {each.effect for each in design.aliases}]
    if clear and len(varied) > 2:
        every = "every main effect" if clear == varied else ", ".join(clear)
        lines.append(f"clear of every interaction of two others: {every}")
    for name in varied:
        if aliases := [each for each in design.aliases if each.effect == name and each.status == "aliased"]:
            named = ", ".join(f"{each.aliased_with} ({each.correlation:.2f})" for each in aliases[:3])
            lines.append(f"{name} is aliased with {named}" + _more(aliases, 3))
    if mains := [name for name in design.not_estimable if name in varied]:
        lines.append(f"not_estimable main effects: {', '.join(mains)}")
    if pairs := [name for name in design.not_estimable if name not in varied]:
        lines.append(f"not_estimable interactions: {', '.join(pairs[:6])}" + _more(pairs, 6))
    return "\n".join(lines)


def _more(things: Sequence[object], shown: int) -> str:
    return f" and {len(things) - shown} more" if len(things) > shown else ""


def _checked(factors: Mapping[str, Sequence[object]]) -> dict[str, tuple[object, ...]]:
    for name, levels in factors.items():
        place = f'design, factor "{name}"'
        if isinstance(levels, str) or not isinstance(levels, Sequence) or not levels:
            raise DefinitionError(f"{place}: levels are {levels!r}; allowed: a list of one level (a constant) or more")
        known: set[str] = set()
        for level in levels:
            name_of_level = digest(level)  # 1 and 1.0 are one level
            if name_of_level in known or level in levels[: len(known)]:
                once = allowed({str(each) for each in levels})
                raise DefinitionError(f"{place}: level {level!r} is there twice; {once}, each once")
            known.add(name_of_level)
    return {name: tuple(levels) for name, levels in factors.items()}
