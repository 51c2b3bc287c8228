"""The same persons asked again: by another draw, in another form, or as played by another model."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
from pandas import DataFrame, Series

from psychometrics import (
    exact_agreement,
    intraclass_correlations,
    item_kappas,
    krippendorff_alpha,
    mean_absolute_change,
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
    domains,
    factors,
    form_cells,
    long_answers,
    occasions,
    replicates,
)
from traitscope.statistics.reliability import estimates_of


def another_draw(sample: Sample) -> Findings:
    first, second = _occasions(sample)
    for scale in sample.scales:
        wide = by_level(sample, scale, sample.table["replicate"])
        if {first, second} <= set(wide.columns):
            yield from (
                Found(scale, name, each) for name, each in estimates_of(retest(wide[first], wide[second], seed=SEED))
            )


def draws(sample: Sample) -> Findings:
    replicate = sample.table["replicate"].rename("replicate")
    form = form_cells(sample)
    long = sample.keyed.assign(person=sample.who, form=form, replicate=replicate).melt(
        ["person", "form", "replicate"], var_name="item"
    )
    long["item"] = long["item"].astype(str) + " | " + long.pop("form")
    found = repeats(long, seed=SEED)
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
    yield Table("weighted kappa of items", item_kappas(one.loc[both], other.loc[both]))


def intraclass(sample: Sample) -> Findings:
    for what, levels in _raters(sample):
        for scale in domains(sample):
            wide = by_level(sample, scale, levels)
            if wide.shape[1] < 2:
                continue
            found = intraclass_correlations(wide, missing=sample.missing, seed=SEED)
            yield from (Found(scale, f"ICC over {what}, {name}", each) for name, each in estimates_of(found))


def krippendorff(sample: Sample) -> Findings:
    for what, levels in _raters(sample):
        for scale in domains(sample):
            wide = by_level(sample, scale, levels)
            if wide.shape[1] > 1:
                found = krippendorff_alpha(wide, level="interval", seed=SEED)
                yield Found(scale, f"Krippendorff's alpha of scores over {what}", found)
        answers = _answers_by(sample, levels)
        if answers.shape[1] > 1:
            yield Found(
                WHOLE, f"ordinal alpha of answers over {what}", krippendorff_alpha(answers, level="ordinal", seed=SEED)
            )
            yield Found(WHOLE, f"exact agreement of answers over {what}", exact_agreement(answers, seed=SEED))
            yield Found(WHOLE, f"mean absolute change over {what}", mean_absolute_change(answers, seed=SEED))


def _occasions(sample: Sample) -> tuple[str, str]:
    found = occasions(sample)
    if found is None:  # `needs` has asked
        raise ValueError("no two occasions")
    return found


def _raters(sample: Sample) -> Iterator[tuple[str, Series[str]]]:
    """What can be exchanged while the persona stays: models, and each form factor."""
    for name in sample.factors:
        yield str(name), sample.factors[name]


def _answers_by(sample: Sample, levels: Series[str]) -> DataFrame:
    """Keyed answers as person and item x level."""
    long = long_answers(sample, levels, sample.keyed).dropna(subset=["value"])
    return long.pivot_table(index=["person", "item", "replicate"], columns="level", values="value", sort=False)


def models(sample: Sample) -> str:
    """Two models that played the same personas."""
    if "model" not in sample.table:
        return "needs a column model"
    shared = sample.table.groupby("persona")["model"].nunique()
    return "" if (shared > 1).any() else "needs two models that played the same personas"


def between_models(sample: Sample) -> Findings:
    for scale in domains(sample):
        table = pd.DataFrame(
            {"persona": sample.table["persona"], "model": sample.table["model"], "score": by_row(sample, scale)}
        )
        wide = table.pivot_table(index="persona", columns="model", values="score", sort=False)
        found = intraclass_correlations(wide, missing=sample.missing, seed=SEED)
        yield Found(scale, "ICC(A,1) over models", found.agreement)
        yield Found(scale, "ICC(C,1) over models", found.consistency)
        yield Found(scale, "Krippendorff's alpha over models", krippendorff_alpha(wide, level="interval", seed=SEED))


def by_row(sample: Sample, scale: str) -> Series[float]:
    from traitscope.statistics.found import scores

    return scores(sample, scale)


STATISTICS = {
    "retest": Statistic("Test-retest: another draw of the same prompt", replicates, another_draw),
    "repeats": Statistic("Agreement and spread of repeated draws", replicates, draws),
    "kappa": Statistic("Weighted kappa of each item over two draws", replicates, kappas),
    "icc": Statistic("Intraclass correlations over the levels of a form factor", factors, intraclass),
    "krippendorff": Statistic("Krippendorff's alpha and exact agreement over forms", factors, krippendorff),
    "models_as_raters": Statistic("Models as raters of the same personas", models, between_models),
}
