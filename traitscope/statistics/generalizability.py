"""How far scores generalize over items, forms and draws, and which study would be dependable enough."""

from __future__ import annotations

from pandas import DataFrame

from psychometrics.dstudy import d_study, smallest_design
from psychometrics.generalizability import GStudy, g_study
from psychometrics.mixed import mixed_model
from traitscope.sample import Sample
from traitscope.statistics.found import Findings, Found, Statistic, Table, domains, form_cells, several_items, strata

GOAL = 0.80  # of Phi, in the question how large a study must be
MOST = {"form": 50, "draw": 20, "item": 100}  # what the search for the smallest study may try


def components(sample: Sample) -> Findings:
    for scale in domains(sample):
        study = _study(sample, scale)
        if study is None:
            continue
        yield Found(scale, "G", study.g)
        yield Found(scale, "Phi", study.phi)
        yield Found(scale, "SEM, relative", study.sem_relative)
        yield Found(scale, "SEM, absolute", study.sem_absolute)
        yield Table(f"variance components, {scale}", study.components.table)


def designs(sample: Sample) -> Findings:
    for scale in domains(sample):
        study = _study(sample, scale)
        if study is None or not study.phi.estimable:
            continue
        facets = study.components.design.facets
        for facet in facets:
            yield Table(f"D-study over {facet}s, {scale}", d_study(study, {facet: [1, 2, 3, 5, 10, 20, 50]}))
        found = smallest_design(study, "phi", GOAL, {facet: MOST[facet] for facet in facets})
        row = found.row.assign(note=found.note or found.row["note"]) if len(found.row) else found.row
        yield Table(f"smallest study with Phi {GOAL:.2f}, {scale}", row)


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


def _study(sample: Sample, scale: str) -> GStudy | None:
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
    poles = strata(sample, scale)
    by_person = dict(zip(sample.person_means.index, poles, strict=True)) if poles else None
    column = None
    if by_person:
        table["pole"] = table["person"].map(by_person)
        column = "pole"
    return g_study(table, facets=facets, nested=nested, strata=column, missing=sample.missing)


STATISTICS = {
    "g_study": Statistic("Generalizability: variance components, G and Phi", several_items(2), components),
    "d_study": Statistic(
        "D-study: how many items, forms and draws for how much dependability", several_items(2), designs
    ),
    "mixed_model": Statistic("Mixed model with random persons and items", several_items(2), crossed_model),
}
