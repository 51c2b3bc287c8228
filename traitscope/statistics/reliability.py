"""Reliability of each scale over persons: alpha and its kin, omega, lambdas, split halves."""

from __future__ import annotations

import dataclasses
from typing import Any

import pandas as pd

from psychometrics import (
    alpha_of_repeats,
    cronbach_alpha,
    guttman_lambdas,
    item_statistics,
    omega_hierarchical,
    omega_one_factor,
    ordinal_alpha,
    polychoric,
    split_half,
)
from psychometrics.estimate import Estimate
from traitscope.estimates import SEED
from traitscope.sample import Sample
from traitscope.statistics.found import (
    WHOLE,
    Findings,
    Found,
    Statistic,
    Table,
    all_items,
    all_of,
    answer_tables,
    anything,
    common_metric,
    item_tables,
    pole_of,
    several_items,
    with_index,
)

FEWEST_FOR_HIERARCHY = 6  # items: fewer cannot carry three group factors


def alphas(sample: Sample) -> Findings:
    for scale, items in item_tables(sample, fewest=1):
        feldt = cronbach_alpha(items, missing=sample.missing)
        yield Found(scale, "alpha", feldt)
        yield Found(scale, "alpha, Duhachek", cronbach_alpha(items, missing=sample.missing, interval="Duhachek"))
        poles = pole_of(sample, scale)
        drawn = alpha_of_repeats(
            items, items.index, SEED, strata=poles and list(poles.values()), missing=sample.missing
        )
        # one row a person is meant here
        told = tuple(each for each in drawn.warnings if not each.startswith("no_replication"))
        yield Found(scale, "alpha, bootstrap", dataclasses.replace(drawn, warnings=told))
        if sample.repeated and not sample.factors.shape[1]:  # over forms, what the form does would count as spread
            rows = sample.keyed[list(items)]
            within = sample.who.map(poles) if poles else None
            pooled = alpha_of_repeats(rows, sample.who, SEED, strata=within, missing=sample.missing)
            yield Found(scale, "alpha over rows", pooled)
        names = ["standardised_alpha", "average_r"]
        if feldt.extra.get("constant_items"):
            names.append("alpha_varying_items")
        for name in names:
            yield Found(scale, name.replace("_", " "), _part(feldt, name))


def items(sample: Sample) -> Findings:
    tables = []
    for scale, answers in item_tables(sample):
        if answers.notna().any(axis=1).sum() >= 2:
            tables.append(item_statistics(answers, missing=sample.missing).assign(scale=scale))
    if tables:
        table = pd.concat(tables, ignore_index=True)
        yield Table("items", table[["scale", *table.columns.drop("scale")]])


def ordinal(sample: Sample) -> Findings:
    for scale, answers in answer_tables(sample):
        yield Found(scale, "ordinal alpha", ordinal_alpha(answers, missing=sample.missing, seed=SEED, resamples=200))
        found = polychoric(answers, missing=sample.missing)
        if not found.note:
            yield Table(f"polychoric correlations, {scale}", with_index(found.correlations, "item"))


def one_factor(sample: Sample) -> Findings:
    for scale, answers in item_tables(sample):
        yield Found(scale, "omega total, one factor", omega_one_factor(answers, ipsative=sample.ipsative))
        observed = omega_one_factor(answers, variance="observed", ipsative=sample.ipsative)
        yield Found(scale, "omega total, observed variance", observed)


def hierarchical(sample: Sample) -> Findings:
    tables = [(scale, table) for scale, table in item_tables(sample, FEWEST_FOR_HIERARCHY)]
    for scale, answers in tables:
        found = omega_hierarchical(answers, missing=sample.missing, ipsative=sample.ipsative)
        yield Found(scale, "omega hierarchical", found.hierarchical)
        yield Found(scale, "omega total", found.total)
        if found.fallback is not None:
            yield Found(scale, "instead of omega", found.fallback)
    whole = all_items(sample)
    if len(sample.scales) > 2 and whole.shape[1] >= FEWEST_FOR_HIERARCHY:
        found = omega_hierarchical(whole, 3, missing=sample.missing, ipsative=sample.ipsative)
        yield Found(WHOLE, "omega hierarchical", found.hierarchical)
        yield Table("Schmid-Leiman loadings, all items", found.loadings)


def lambdas(sample: Sample) -> Findings:
    for scale, answers in item_tables(sample):
        found = guttman_lambdas(answers, missing=sample.missing)
        yield from (Found(scale, name, estimate) for name, estimate in estimates_of(found))


def halves(sample: Sample) -> Findings:
    for scale, answers in item_tables(sample):
        found = split_half(answers, missing=sample.missing)
        yield from (Found(scale, name, estimate) for name, estimate in estimates_of(found))


def estimates_of(found: Any) -> list[tuple[str, Estimate]]:
    """Every estimate of a result, by the name of its attribute; inner results with their name before it."""
    listed = []
    for each in dataclasses.fields(found):
        value, name = getattr(found, each.name), each.name.replace("_", " ")
        if isinstance(value, Estimate):
            listed.append((name, value))
        elif dataclasses.is_dataclass(value):
            listed += [(f"{name}, {inner}", estimate) for inner, estimate in estimates_of(value)]
    return listed


def _part(of: Estimate, name: str) -> Estimate:
    """A number that an estimate carries beside its value, with the same persons and reasons but no interval."""
    value = of.extra.get(name, float("nan"))
    note = "" if value == value else of.note or "not_estimable"
    number = float(value) if isinstance(value, float | int) else float("nan")
    return Estimate(number, n_persons=of.n_persons, n_items=of.n_items, missing=of.missing, note=note)


STATISTICS = {
    "alpha": Statistic("Cronbach's alpha with Feldt, Duhachek and bootstrap intervals", anything, alphas),
    "items": Statistic(
        "Item statistics: item-total correlations, alpha if an item is dropped", several_items(2), items
    ),
    "ordinal_alpha": Statistic("Alpha of polychoric correlations", all_of(common_metric, several_items(2)), ordinal),
    "omega_one_factor": Statistic("Omega total of one factor", all_of(common_metric, several_items(3)), one_factor),
    "omega": Statistic(
        "Omega hierarchical and total (Schmid-Leiman)",
        all_of(common_metric, several_items(FEWEST_FOR_HIERARCHY)),
        hierarchical,
    ),
    "lambdas": Statistic("Guttman's lambdas", several_items(2), lambdas),
    "split_half": Statistic("Split-half reliability: odd-even, first-second, all splits", several_items(2), halves),
}
