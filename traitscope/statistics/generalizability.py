"""How far scores generalize over items, forms and draws, and which study would be dependable enough."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence

from pandas import DataFrame, concat

from psychometrics import GStudy, d_study, g_study, mixed_model, smallest_design
from psychometrics.dstudy import MOST_DESIGNS, Goal
from psychometrics.estimate import Estimate
from psychometrics.generalizability import Interval
from traitscope.sample import Sample
from traitscope.statistics.found import (
    Findings,
    Found,
    Statistic,
    Table,
    copies,
    domains,
    form_cells,
    pole_of,
    several_items,
)

# what a study is asked to reach, and how many levels the search for the smallest one may try
GOALS: tuple[tuple[Goal, float], ...] = (("phi", 0.80), ("width_phi", 0.10))
MOST = {"form": 50, "draw": 20, "item": 100}
PERSONS = (10, 16, 32, 64, 100, 200, 300, 500, 1000)
SHOWN = ["g", "phi", "phi_low", "phi_high", "sem_relative", "sem_absolute", "calls", "cost"]
TRIED = (1, 2, 3, 5, 10, 20, 50)
COPIES = (
    "no_replication: the draws of every prompt are copies (as at temperature 0); what other draws would do is not known"
)


def components(sample: Sample) -> Findings:
    for scale in domains(sample):
        study = study_of(sample, scale)
        if study is None:
            continue
        copied = copied_draws(sample, study)
        for name, each in {
            "G": study.g,
            "Phi": study.phi,
            "SEM, relative": study.sem_relative,
            "SEM, absolute": study.sem_absolute,
        }.items():
            yield Found(scale, name, _of_copies(each) if copied else each)
        yield Table(f"variance components, {scale}", study.components.table)


def designs(sample: Sample) -> Findings:
    curves, smallest = [], []
    for scale in domains(sample):
        study = study_of(sample, scale, interval="none")  # a D-study plans intervals of its own
        if study is None or not study.phi.estimable:
            continue
        facets = study.components.design.facets
        copied = "no_replication" if copied_draws(sample, study) else ""
        for facet in facets:
            curve = d_study(study, {facet: TRIED}).rename(columns={facet: "levels"})
            curve["note"] = curve["note"].replace("", copied)
            curves.append(curve.assign(scale=scale, facet=facet)[["scale", "facet", "levels", *SHOWN, "note"]])
        for goal, at in GOALS:
            # the width of an interval depends on the persons, too; Phi itself does not
            limits = grid(facets, {"person": PERSONS} if goal.startswith("width") else {})
            found = smallest_design(study, goal, at, limits)
            told = f"{goal.replace('_', ' of ')} {'at least' if goal == 'phi' else 'at most'} {at:.2f}"
            if any(len(limits[each]) < MOST[each] for each in facets):
                told += " (of sizes in steps)"
            sizes = {f"{name}s": number for name, number in found.sizes.items()}
            row = found.row[SHOWN].assign(note=found.note or found.row["note"].replace("", copied))
            smallest.append(DataFrame([{"scale": scale, "goal": told, **sizes}]).join(row.reset_index(drop=True)))
    if curves:
        told = "smallest study for a goal (a call is one item, asked of one person in one form and draw)"
        yield Table(told, concat(smallest, ignore_index=True))
        yield Table("D-study curve of each facet, the others as observed", concat(curves, ignore_index=True))


def grid(facets: Sequence[str], others: Mapping[str, Sequence[int]]) -> dict[str, Sequence[int]]:
    """Numbers of each facet to try, beside `others`: all of them, or ever wider apart until there are few enough studies."""
    apart, sizes = 1.0, dict(others)
    while True:
        sizes |= {each: _spaced(MOST[each], apart) for each in facets}
        if math.prod(len(each) for each in sizes.values()) <= MOST_DESIGNS:
            return sizes
        apart += 0.02


def _spaced(most: int, apart: float) -> list[int]:
    """From 1 to `most`, each by a factor of about `apart` above the one before."""
    numbers = [1]
    while numbers[-1] < most:
        numbers.append(min(most, max(numbers[-1] + 1, round(numbers[-1] * apart))))
    return numbers


def copied_draws(sample: Sample, study: GStudy) -> bool:
    """Whether the study has draws, and all of them are copies: its residual of 0 is then no evidence of consistency."""
    return "draw" in study.components.design.facets and copies(sample)


def _of_copies(found: Estimate) -> Estimate:
    return dataclasses.replace(found, note=found.note or "no_replication").with_warning(COPIES)


def crossed_model(sample: Sample) -> Findings:
    for scale in domains(sample):
        items = list(sample.keys(scale))
        long = (
            sample.keyed[items]
            .assign(person=sample.who, assigned=sample.assigned(scale))
            .melt(["person", "assigned"], var_name="item")
        )
        fixed = ["assigned"] if long["assigned"].nunique() > 1 else []
        found = mixed_model(long.dropna(subset=["value", *fixed]), "value", fixed=fixed, random=["person", "item"])
        yield Found(scale, "share of persons' variance", found.icc)
        if fixed and not found.note:
            yield Found(scale, "effect of one assigned level, answer categories", found.coefficient("assigned"))
        yield Table(f"random effects, {scale}", found.variances)


def study_of(sample: Sample, scale: str, interval: Interval | None = None) -> GStudy | None:
    """Persons x items, x forms where forms differ, with draws in the cells where there are several."""
    items = list(sample.keys(scale))
    if len(items) < 2:
        return None
    long = sample.keyed[items].assign(person=sample.who, form=form_cells(sample))
    apart = ["person", "form"]
    long["draw"] = long.groupby(apart, sort=False).cumcount()
    table: DataFrame = long.melt([*apart, "draw"], var_name="item")
    facets = ["item", *(["form"] if table["form"].nunique() > 1 else [])]
    nested = None
    if table["draw"].nunique() > 1:
        nested = {"draw": ("person", *facets)}
        facets.append("draw")
    poles = pole_of(sample, scale)
    if poles:
        table["pole"] = table["person"].map(poles)
    return g_study(
        table, facets=facets, nested=nested, strata="pole" if poles else None, missing=sample.missing, interval=interval
    )


STATISTICS = {
    "g_study": Statistic("Generalizability: variance components, G and Phi", several_items(2), components),
    "d_study": Statistic(
        "D-study: how many items, forms and draws for how much dependability", several_items(2), designs
    ),
    "mixed_model": Statistic("Mixed model with random persons and items", several_items(2), crossed_model),
}
