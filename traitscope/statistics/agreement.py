"""The same persons asked again: by another draw, in another form, or as played by another model."""

from __future__ import annotations

import dataclasses
import math

from psychometrics import (
    intraclass_correlations,
    item_kappas,
    krippendorff_alpha,
    repeats,
    retest,
)
from traitscope.estimates import SEED
from traitscope.sample import Sample
from traitscope.statistics.found import (
    WHOLE,
    Findings,
    Found,
    Statistic,
    Table,
    by_level,
    copies,
    domains,
    factors,
    form_cells,
    long_answers,
    occasions,
    replicates,
    scores,
)
from traitscope.statistics.reliability import estimates_of


def another_draw(sample: Sample) -> Findings:
    first, second = _occasions(sample)
    copied = _copied(sample)
    for scale in sample.scales:
        wide = by_level(sample, scale, sample.table["replicate"])
        if {first, second} <= set(wide.columns):
            # scores of copies differ where an answer is missing, and would seem to agree almost perfectly
            again = wide[first].where(wide[second].notna()) if copied else wide[second]
            for name, each in estimates_of(retest(wide[first], again, seed=SEED)):
                yield Found(scale, name, dataclasses.replace(each, note="no_replication") if copied else each)


def draws(sample: Sample) -> Findings:
    apart = {"person": sample.who, "level": form_cells(sample), "replicate": sample.table["replicate"]}
    found = repeats(sample.keyed.assign(**apart).melt(list(apart), var_name="item"), seed=SEED)
    yield from (Found(WHOLE, name, each) for name, each in estimates_of(found))


def kappas(sample: Sample) -> Findings:
    first, second = _occasions(sample)
    replicate, form = sample.table["replicate"], form_cells(sample)
    same = form == form[replicate == first].iloc[0]
    one, other = (
        sample.keyed[(replicate == each) & same].set_axis(sample.who[(replicate == each) & same])
        for each in (first, second)
    )
    both = one.index.intersection(other.index)
    table = item_kappas(one.loc[both], other.loc[both])
    if _copied(sample):
        table = table.assign(kappa=math.nan, low=math.nan, high=math.nan, note="no_replication")
    yield Table("weighted kappa of items", table)


def intraclass(sample: Sample) -> Findings:
    for factor in sample.factors:
        for scale in domains(sample):
            wide = by_level(sample, scale, sample.factors[factor])
            if wide.shape[1] > 1:
                found = intraclass_correlations(wide, missing=sample.missing, seed=SEED)
                yield from (Found(scale, f"ICC over {factor}, {name}", each) for name, each in estimates_of(found))


def krippendorff(sample: Sample) -> Findings:
    for factor in sample.factors:
        for scale in domains(sample):
            wide = by_level(sample, scale, sample.factors[factor])
            if wide.shape[1] > 1:
                found = krippendorff_alpha(wide, level="interval", seed=SEED)
                yield Found(scale, f"Krippendorff's alpha of scores over {factor}", found)
        long = long_answers(sample, sample.factors[factor], sample.keyed).dropna(subset=["value"])
        unit = ["person", "item", "replicate"]
        answers = long.pivot_table(index=unit, columns="level", values="value", sort=False)
        if answers.shape[1] > 1:
            # the answers of a person belong together: persons are counted and drawn, not answers
            who = answers.index.get_level_values("person")
            found = krippendorff_alpha(answers, level="ordinal", persona=who, seed=SEED)
            yield Found(WHOLE, f"ordinal alpha of answers over {factor}", found)
            forms = long.rename(columns={"level": "replicate", "replicate": "level"})
            yield Found(WHOLE, f"exact agreement of answers over {factor}", repeats(forms, seed=SEED).agreement)


def _occasions(sample: Sample) -> tuple[str, str]:
    found = occasions(sample)
    if found is None:  # `needs` has asked
        raise ValueError("no two occasions")
    return found


def _copied(sample: Sample) -> bool:
    """Whether the second replicate repeats the first answer by answer."""
    return copies(sample.rows(sample.table["replicate"].isin(_occasions(sample))))


def models(sample: Sample) -> str:
    """Two models that played the same personas."""
    if not {"model", "persona"} <= set(sample.table.columns):
        return "needs the columns model and persona"
    shared = sample.table.groupby("persona")["model"].nunique()
    return "" if (shared > 1).any() else "needs two models that played the same personas"


def between_models(sample: Sample) -> Findings:
    for scale in domains(sample):
        table = sample.table[["persona", "model"]].assign(score=scores(sample, scale))
        wide = table.pivot_table(index="persona", columns="model", values="score", sort=False)
        found = intraclass_correlations(wide, missing=sample.missing, seed=SEED)
        yield Found(scale, "ICC(A,1) over models", found.agreement)
        yield Found(scale, "ICC(C,1) over models", found.consistency)
        yield Found(scale, "Krippendorff's alpha over models", krippendorff_alpha(wide, level="interval", seed=SEED))


STATISTICS = {
    "retest": Statistic("Test-retest: another draw of the same prompt", replicates, another_draw),
    "repeats": Statistic("Agreement and spread of repeated draws", replicates, draws),
    "kappa": Statistic("Weighted kappa of each item over two draws", replicates, kappas),
    "icc": Statistic("Intraclass correlations over the levels of a form factor", factors, intraclass),
    "krippendorff": Statistic("Krippendorff's alpha and exact agreement over forms", factors, krippendorff),
    "models_as_raters": Statistic("Models as raters of the same personas", models, between_models),
}
