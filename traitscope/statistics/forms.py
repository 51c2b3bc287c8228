"""What the printed form does: parallel forms, sensitivity, level tests with equivalence, drift."""

from __future__ import annotations

import pandas as pd
from pandas import DataFrame

from psychometrics import drift, form_sensitivity, level_tests, parallel_forms, quasi_f
from traitscope.estimates import SEED
from traitscope.sample import Sample
from traitscope.statistics.found import (
    WHOLE,
    Findings,
    Found,
    Statistic,
    Table,
    by_level,
    domain_of,
    domains,
    factors,
    form_cells,
    long_answers,
    pole_of,
    scores,
)
from traitscope.statistics.reliability import estimates_of


def parallel(sample: Sample) -> Findings:
    for factor in sample.factors:
        for scale in domains(sample):
            wide = by_level(sample, scale, sample.factors[factor])
            poles = pole_of(sample, scale)
            found = parallel_forms(
                wide,
                seed=SEED,
                missing=sample.missing,
                strata=[poles[who] for who in wide.index] if poles else None,
            )
            yield from (Found(scale, f"{factor}, {name}", each) for name, each in estimates_of(found))


def sensitivity(sample: Sample) -> Findings:
    for factor in sample.factors:
        long = long_answers(sample, sample.factors[factor], sample.keyed)
        found = form_sensitivity(long, seed=SEED, missing=sample.missing)
        yield Found(WHOLE, f"{factor}: form-related share of variance", found.share)
        for effect in found.effects:
            pair = f"{factor}: {effect.reference} and {effect.level}"
            yield Found(WHOLE, f"{pair}, mean absolute change", effect.change)
            yield Found(WHOLE, f"{pair}, equal answers", effect.agreement)
            yield Found(WHOLE, f"{pair}, shift", effect.shift)
        yield Table(f"variance components, {factor}", found.components)


def levels(sample: Sample) -> Findings:
    answers = sample.keyed.assign(person=sample.who).join(sample.factors.add_prefix("factor "))
    names = [f"factor {each}" for each in sample.factors]
    long = answers.melt(["person", *names], var_name="item")
    long["scale"] = long["item"].map(domain_of(sample))
    table = level_tests(long.dropna(subset=["scale"]), names)
    table["factor"] = table["factor"].str.removeprefix("factor ")
    shown = [
        "scale", "factor", "level", "n", "mean_difference", "test", "p", "p_holm", "relation_holm", "paired_difference", "low", "high",
        "paired_p_holm", "equivalence_low", "equivalence_high", "equivalence_p", "verdict", "paired_note",
    ]  # fmt: skip
    yield Table("each level against the rest", table[shown])


def drifting(sample: Sample) -> Findings:
    items = [name for name in sample.keyed if f"position.{name}" in sample.table]
    sitting = form_cells(sample) + " | " + sample.table.get("replicate", pd.Series("", index=sample.table.index))
    places = sample.table[[f"position.{name}" for name in items]].apply(pd.to_numeric, errors="coerce")
    places.columns = pd.Index(items)
    apart = {"person": sample.who, "sitting": sitting}
    long = sample.keyed[items].assign(**apart).melt(["person", "sitting"], var_name="item")
    long["position"] = places.melt()["value"].to_numpy()
    found = drift(long.dropna(subset=["position"]))
    yield Found(WHOLE, "slope of keyed answers on position", found.answers)
    yield Found(WHOLE, "slope of inconsistency on position", found.inconsistency)


def conditions(sample: Sample) -> Findings:
    """Each two-level factor tested over persons and the forms that the other factors make."""
    for factor in sample.factors:
        others = sample.factors.drop(columns=factor)
        if sample.factors[factor].nunique() != 2 or not others.shape[1]:
            continue
        for scale in domains(sample):
            table = DataFrame(
                {
                    "person": sample.who,
                    "form": others.astype(str).agg(" | ".join, axis=1),
                    "condition": sample.factors[factor],
                    "value": scores(sample, scale),
                }
            )
            cells = table.groupby(["person", "form", "condition"], sort=False)["value"].mean().reset_index()
            yield Found(scale, f"{factor}, quasi-F over persons and forms", quasi_f(cells))


def positions(sample: Sample) -> str:
    some = any(str(name).startswith("position.") for name in sample.table)
    return "" if some else "needs columns position.ITEM, or a column position in long data"


def two_factors(sample: Sample) -> str:
    two = sample.factors.shape[1] > 1 and (sample.factors.nunique() == 2).any()
    return "" if two else "needs a form factor with two levels, crossed with another factor"


STATISTICS = {
    "parallel_forms": Statistic(
        "Parallel forms: ICC(A,1), ICC(C,1) and level shift of each form factor", factors, parallel
    ),
    "sensitivity": Statistic(
        "Sensitivity to form: share of variance and change in answer categories", factors, sensitivity
    ),
    "levels": Statistic("Each form level against the rest, with Holm correction and equivalence", factors, levels),
    "drift": Statistic("Drift of answers and of consistency on item position", positions, drifting),
    "quasi_f": Statistic("Quasi-F: a form factor over persons and other forms as samples", two_factors, conditions),
}
