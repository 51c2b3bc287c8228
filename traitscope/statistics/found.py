"""What a statistic of `traitscope analyze` is: what it needs of the data, and what it yields."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pandas import DataFrame, Series

from psychometrics.estimate import NO_SPREAD, Estimate
from psychometrics.scoring import scale_score
from traitscope.estimates import poles, withheld
from traitscope.sample import Sample

WHOLE = "all"  # the scale of what is about the whole inventory


@dataclass(frozen=True)
class Found:
    """One estimate, of one scale or of all items."""

    scale: str
    quantity: str
    estimate: Estimate


@dataclass(frozen=True)
class Table:
    """A table that belongs to the estimates, such as loadings; its name says of what."""

    name: str
    table: DataFrame


Findings = Iterator[Found | Table]


@dataclass(frozen=True)
class Statistic:
    """A line of the registry. `needs` says what the data lack, or "" when the statistic applies."""

    title: str
    needs: Callable[[Sample], str]
    compute: Callable[[Sample], Findings]


def shown(estimate: Estimate) -> Estimate:
    """The estimate with its interval withheld below 10 persons: it would suggest a knowledge that is not there."""
    return withheld(estimate) if estimate.n_persons and estimate.low == estimate.low else estimate


# ---- what a statistic may need; several together through `all_of`


def anything(sample: Sample) -> str:
    return ""


def common_metric(sample: Sample) -> str:
    return "ipsative: not for values centred within person" if sample.ipsative else ""


def all_of(*needs: Callable[[Sample], str]) -> Callable[[Sample], str]:
    return lambda sample: next((told for each in needs if (told := each(sample))), "")


def several_items(number: int) -> Callable[[Sample], str]:
    def needs(sample: Sample) -> str:
        most = max((len(sample.keys(scale)) for scale in sample.scales), default=0)
        return "" if most >= number else f"needs a scale with {number} items; the longest has {most}"

    return needs


def replicates(sample: Sample) -> str:
    return "" if occasions(sample) else "needs a column replicate with two values for the same person and form"


def factors(sample: Sample) -> str:
    return "" if sample.factors.shape[1] else "needs a column factor.NAME with two levels"


def groups(sample: Sample) -> str:
    return "" if varying_groups(sample) else "needs a column group.NAME with two values of two persons or more"


# ---- views of a sample that several statistics share


def item_tables(sample: Sample, fewest: int = 2) -> Iterator[tuple[str, DataFrame]]:
    """Each scale of at least `fewest` items with its keyed person means, one row a person."""
    for scale in sample.scales:
        items = list(sample.keys(scale))
        if len(items) >= fewest:
            yield scale, sample.person_means[items]


def answer_tables(sample: Sample, fewest: int = 2) -> Iterator[tuple[str, DataFrame]]:
    """The same with keyed answers on the response scale: of a person's repeats, the first row."""
    first = sample.one_each
    for scale in sample.scales:
        items = list(sample.keys(scale))
        if len(items) >= fewest:
            yield scale, first.keyed[items].set_axis(first.who)


def all_items(sample: Sample) -> DataFrame:
    """Keyed person means of every item that counts towards a scale."""
    scored = {item for scale in sample.scales for item in sample.keys(scale)}
    return sample.person_means[[item for item in sample.keyed if item in scored]]


def domains(sample: Sample) -> list[str]:
    """Scales that are no facet of another."""
    return [scale for scale in sample.scales if not sample.inventory.scale(scale).parent]


def domain_of(sample: Sample) -> dict[str, str]:
    """The domain of each item that counts towards one; of several the first."""
    return {item: scale for scale in reversed(domains(sample)) for item in sample.keys(scale)}


def scores(sample: Sample, scale: str) -> Series[float]:
    """The score of every row on a scale, in the inventory's metric."""
    score: Series[float] = scale_score(sample.keyed[list(sample.keys(scale))], sample.inventory.scoring)["score"]
    return score


def occasions(sample: Sample) -> tuple[str, str] | None:
    """The first two replicates, if any person answered both in one form."""
    if "replicate" not in sample.table:
        return None
    replicate = sample.table["replicate"]
    cell = DataFrame({"who": sample.who, "form": form_cells(sample), "replicate": replicate})
    twice = cell.drop_duplicates().groupby(["who", "form"])["replicate"].nunique()
    names = list(dict.fromkeys(replicate))
    return (names[0], names[1]) if len(names) > 1 and (twice > 1).any() else None


def copies(sample: Sample) -> bool:
    """Whether the draws of a prompt are equal wherever two were answered, over all persons and items.

    So it is at temperature 0: nothing was repeated then. A person who agrees with herself on a few items is no such case.
    """
    cells = sample.keyed.groupby([sample.who, form_cells(sample)], sort=False)
    several = (cells.count() > 1).to_numpy()
    apart = (cells.max() - cells.min()).to_numpy()
    return bool(several.any() and (apart[several] <= NO_SPREAD).all())


def form_cells(sample: Sample) -> Series[str]:
    """The form of each row, all factors together."""
    if not sample.factors.shape[1]:
        return Series("", index=sample.table.index)
    cells: Series[str] = sample.factors.astype(str).agg(" | ".join, axis=1)
    return cells


def by_level(sample: Sample, scale: str, levels: Series[Any]) -> DataFrame:
    """Scores as persons x levels, means over what else a person's rows differ in; in order of appearance."""
    table = DataFrame({"who": sample.who, "level": levels, "score": scores(sample, scale)}).dropna(subset=["level"])
    wide = table.pivot_table(index="who", columns="level", values="score", aggfunc="mean", sort=False)
    return wide[[level for level in dict.fromkeys(table["level"]) if level in wide]]


def long_answers(sample: Sample, level: Series[Any], values: DataFrame) -> DataFrame:
    """Columns person, item, level, value and replicate: what else differs makes further replicates."""
    others = sample.factors.drop(columns=[str(level.name)], errors="ignore").astype(str)
    if "replicate" in sample.table:
        others = others.assign(replicate=sample.table["replicate"])
    other = others.agg(" | ".join, axis=1) if others.shape[1] else Series("", index=sample.table.index)
    long = values.assign(person=sample.who, level=level, replicate=other).melt(
        ["person", "level", "replicate"], var_name="item"
    )
    long = long.dropna(subset=["level"])
    cell = ["person", "item", "level", "replicate"]
    return long.groupby(cell, sort=False)["value"].mean().reset_index() if long.duplicated(cell).any() else long


def pole_of(sample: Sample, scale: str) -> dict[Any, float] | None:
    """Assigned pole of each person on the scale, in the order of `person_means`; None unless all have one of two."""
    levels = poles(sample.of_person(sample.assigned(scale)))
    return None if levels.isna().any() else {who: float(each) for who, each in levels.items()}


def with_index(table: DataFrame, name: str) -> DataFrame:
    """A matrix with its row names as a first column, as tables are printed."""
    return table.rename_axis(name).reset_index()


def varying_groups(sample: Sample) -> dict[str, Series[Any]]:
    """Groups of persons by name, one value a person, with at least two groups of two persons or more."""
    found = {}
    for name in sample.groups:
        of_person = sample.of_person(sample.groups[name])
        sizes = of_person.value_counts()
        if (sizes >= 2).sum() >= 2:
            found[str(name)] = of_person.where(of_person.map(sizes) >= 2)
    return found
