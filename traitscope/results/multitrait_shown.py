"""Convergent, discriminant and criterion validity shown: how scales go with those of other inventories.

After Serapio-García et al. (2025, arXiv 2307.00184).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from pandas import DataFrame

from psychometrics import MultitraitMultimethod, criterion_table, multitrait_multimethod
from traitscope import figures, tables
from traitscope.apa import Column, column, interval
from traitscope.choosing import where_all
from traitscope.estimates import FEWEST_FOR_INTERVAL, SEED
from traitscope.exhibit import Exhibit
from traitscope.kept import kept
from traitscope.notes import in_words
from traitscope.record import Record
from traitscope.results import profiles
from traitscope.results.coefficients import reasons
from traitscope.results.validity_shown import ALPHA, NO_ANSWER, WITHIN, Whom, assigned_cells, coefficients, everybody

SAME, OTHERS = "the same trait in the other inventory", "other traits in the other inventory, mean |r|"
KINDS = {
    "convergent": "same trait, other inventory", "heterotrait_heteromethod": "other trait, other inventory",
    "heterotrait_monomethod": "other trait, same inventory",
}  # fmt: skip
CONVERGENT = [
    column("name", "trait"), column("n_persons", "persons", "count"), column("r", "convergent r", "bounded"), interval("bounded"),
    column("disattenuated", "without error", "bounded", "r over the root of both alphas; above 1 where these are too low"),
    column("mean_discriminant", "other traits", "bounded", "mean |r| with the other traits of the other inventory"),
    column("discriminant", "difference", "bounded", "convergent r less that"),
    Column(("discriminant_low", "discriminant_high"), "95 % CI of the difference", "bounded"),
    column("exceeds", "", "text", "how many r with other traits it is above"), column("note"),
]  # fmt: skip
PAIRS = [
    column("column_a", "scale"), column("column_b", "with"), column("words", "what"), column("n_persons", "persons", "count"), column("r", "r", "bounded"),
    interval("bounded"), column("disattenuated", "without error", "bounded"), column("p_holm", "adjusted p", "p"), column("note"),
]  # fmt: skip
CRITERIA = [
    column("name", "scale"), column("criterion_name", "criterion"), column("n_persons", "persons", "count"), column("r", "r", "bounded"),
    interval("bounded"), column("p_holm", "adjusted p", "p"), column("note"),
]  # fmt: skip


def convergent_validity(record: Record) -> Iterator[Exhibit]:
    """Same trait against other traits in two inventories: the differences, and the whole multitrait-multimethod matrix."""
    for whom in everybody(record):
        for first, second in itertools.combinations(whom.inventories, 2):
            if len(_shared(record, first, second)) > 1:
                yield from convergence(record, first, second, whom)


def criterion_validity(record: Record) -> Iterator[Exhibit]:
    """Correlations of the scales with those of inventories that measure something else."""
    for whom in everybody(record):
        own = [each for each in whom.inventories if any(_shared(record, each, other) for other in whom.inventories if other != each)]  # fmt: skip
        outside = [each for each in whom.inventories if each not in own]
        for inventory in own if outside else ():
            yield criteria(record, inventory, outside, whom)


def convergence(record: Record, first: str, second: str, whom: Whom) -> Iterator[Exhibit]:
    """Two exhibits: convergent against discriminant r trait by trait, and every r of the matrix."""
    question = f"Does a trait in {first} go with the same trait in {second}, more than with others?"
    found, names, columns = kept(_multitrait, record, first, second, whom.model, whom.ask, whom.persona_set)
    pairs = found.pairs.assign(words=found.pairs["kind"].map(KINDS), note=found.pairs["note"].map(in_words))
    if pairs["r"].isna().all():
        why = f"No correlation can be computed: {reasons(pairs)}."
        yield Exhibit("convergent", question, pairs, missing=why)
        return
    table = _traits(found, names)
    n_persons = pairs["n_persons"].max()
    if n_persons < FEWEST_FOR_INTERVAL:
        pairs[["low", "high"]] = math.nan
        table[["low", "high", "discriminant_low", "discriminant_high"]] = math.nan
    caption = whom.told(record, f"{first} and {second}", n_persons)
    fisher = f" 95 % intervals: Fisher's, of differences and means a bootstrap over personas {WITHIN}; none below {FEWEST_FOR_INTERVAL}."
    note = "“Without error” divides by the root of both alphas, and is never cut at 1. Personas of one description are not independent of each other: Fisher's intervals do not know."  # fmt: skip
    at = whom.about(record, f"{first}, {second}")
    drawn = [table.assign(value=table["r"], kind=SAME), table.assign(value=table["mean_discriminant"], low=math.nan, high=math.nan, kind=OTHERS)]  # fmt: skip
    rows = DataFrame([row for part in drawn for row in part.to_dict("records")])
    lowest = float(np.nanmin(rows[["value", "low"]].to_numpy(float)))
    figure = figures.forest(rows, question, x="r", groups="kind", span=(min(0.0, lowest), 1.0), line=0.0)
    yield Exhibit("convergent", question, table, CONVERGENT, caption + fisher, figure, note=note, about=at)
    every = "How does every scale of the two inventories go with every other?"
    both = [pairs, pairs.rename(columns={"column_a": "column_b", "column_b": "column_a"})]
    cells = DataFrame([row for part in both for row in part.to_dict("records")])
    cells["rank"] = cells["column_a"].map(columns.index)
    matrix = figures.heatmap(cells.sort_values("rank", kind="stable"), every, rows="column_a", columns="column_b", value="r", unit="r",
                             span=(-1.0, 1.0), middle=0.0, order=columns)  # fmt: skip
    yield Exhibit("multitrait", every, pairs, PAIRS, caption + fisher, matrix, note=note, about=at)


def criteria(record: Record, inventory: str, outside: list[str], whom: Whom) -> Exhibit:
    """One row a scale and outside scale: name, criterion_name, r, low, high (Fisher), n_persons, p, p_holm, note in words."""
    question = f"Does {inventory} go with what it should go with outside?"
    own, names = _scores(record, inventory, whom)
    others: dict[str, Any] = {}
    called: dict[str, str] = {}
    for each in outside:
        scores, told = _scores(record, each, whom)
        others |= {f"{each} {scale}": scores[scale].reindex(own.index) for scale in scores}
        called |= {f"{each} {scale}": f"{name} ({each})" for scale, name in told.items()}
    table = criterion_table(own, DataFrame(others, index=own.index))
    table = table.assign(name=table["scale"].map(names), criterion_name=table["criterion"].map(called), note=table["note"].map(in_words))  # fmt: skip
    if table["r"].isna().all():
        why = f"No correlation can be computed: {reasons(table)}." if len(table) else NO_ANSWER
        return Exhibit("criteria", question, table, missing=why)
    if table["n_persons"].max() < FEWEST_FOR_INTERVAL:
        table[["low", "high"]] = math.nan
    figure = figures.heatmap(table, question, rows="name", columns="criterion_name", value="r", unit="r", span=(-1.0, 1.0), middle=0.0)  # fmt: skip
    caption = whom.told(record, f"{inventory}; {', '.join(outside)}", table["n_persons"].max())
    caption += f" 95 % intervals: Fisher's, none below {FEWEST_FOR_INTERVAL}; p after Holm over the table."
    return Exhibit("criteria", question, table, CRITERIA, caption, figure, about=whom.about(record, inventory))


def _traits_of(record: Record, inventory: str) -> dict[str, tuple[str, float]]:
    """Trait -> its domain scale, and the direction in which that counts."""
    known = record.inventory(inventory)
    found: dict[str, tuple[str, float]] = {}
    for name in known.scales:
        scale = known.scale(name)
        if scale.trait and not scale.parent:
            found.setdefault(scale.trait.lower().lstrip("-"), (name, -1.0 if scale.trait.startswith("-") else 1.0))
    return found


def _shared(record: Record, first: str, second: str) -> list[str]:
    return [trait for trait in _traits_of(record, first) if trait in _traits_of(record, second)]


def _scores(record: Record, inventory: str, whom: Whom) -> tuple[DataFrame, dict[str, str]]:
    """Domain scores, one row a persona (the mean of its sittings), and the scales' names."""
    place = profiles.place_of(inventory, whom.model, whom.ask)
    found = where_all(tables.standings(record), **place, persona_set=whom.persona_set, level="domain")
    wide = found.pivot(index="persona", columns="scale", values="score")
    names = dict(zip(found["scale"], found["name"], strict=True))
    return wide[list(names)], names


def _multitrait(
    record: Record, first: str, second: str, model: str, ask: str, persona_set: str
) -> tuple[MultitraitMultimethod, dict[str, str], list[str]]:
    """The matrix of two inventories, the names of its traits, and its columns in order."""
    whom, traits = Whom(model, ask, persona_set), _shared(record, first, second)
    parts: list[DataFrame] = []
    methods: dict[str, list[str]] = {}
    alphas: dict[str, float] = {}
    titles: dict[str, str] = {}
    for inventory in (first, second):
        scores, names = _scores(record, inventory, whom)
        scales = {trait: _traits_of(record, inventory)[trait] for trait in traits}
        called = {scale: f"{inventory} {scale}" for scale, _ in scales.values()}
        parts.append(DataFrame({called[scale]: sign * scores[scale] for scale, sign in scales.values()}))
        methods[inventory] = list(called.values())
        titles |= {trait: names[scale] for trait, (scale, _) in scales.items() if trait not in titles}
        table = coefficients(record, inventory, whom)
        for row in where_all(table, coefficient=ALPHA).to_dict("records") if len(table) else ():
            if row["scale"] in called and 0 < row["value"] <= 1:
                alphas[called[row["scale"]]] = row["value"]
    wide = parts[0].join(parts[1], how="outer")
    strata = assigned_cells(record, list(wide.index))
    found = multitrait_multimethod(wide, traits, methods, reliabilities=alphas, seed=SEED, strata=strata)
    return found, titles, [each for named in methods.values() for each in named]


def _traits(found: MultitraitMultimethod, names: dict[str, str]) -> DataFrame:
    """`convergent` of the matrix with names, r without error, how many other r each exceeds, and a row of means."""
    same = found.pairs[found.pairs["kind"] == "convergent"].reset_index(drop=True)
    table = found.convergent.assign(disattenuated=same["disattenuated"])
    table.insert(0, "name", table["trait"].map(names))
    told = []
    for trait in table["trait"]:
        rows = where_all(found.comparisons, trait=trait)
        told.append(
            f"{(rows['r_convergent'] > rows['r_discriminant']).sum()} of {rows['r_discriminant'].notna().sum()}"
        )
    table["exceeds"] = [each if known else "" for each, known in zip(told, table["r"].notna(), strict=True)]
    table["note"] = [in_words(note or more) for note, more in zip(table["note"], same["note"], strict=True)]
    mean, gap = found.convergent_mean, found.discriminant
    table.loc[len(table)] = {
        "name": "mean of traits", "trait": "", "r": mean.value, "low": mean.low, "high": mean.high, "n_persons": mean.n_persons,
        "mean_discriminant": mean.value - gap.value, "discriminant": gap.value, "discriminant_low": gap.low, "discriminant_high": gap.high,
        "exceeds": "", "note": in_words(mean.note or gap.note),
    }  # fmt: skip
    return table
