"""Whether scales measure what they are called: item response models, bias between groups, other measures."""

from __future__ import annotations

import importlib.util

import numpy as np
from pandas import DataFrame

from psychometrics import criterion_table, graded_response, multitrait_multimethod, ordinal_dif, two_parameter_logistic
from psychometrics.estimate import undefined
from traitscope.estimates import SEED
from traitscope.sample import Sample
from traitscope.statistics.found import (
    WHOLE,
    Findings,
    Found,
    Statistic,
    Table,
    all_of,
    answer_tables,
    common_metric,
    domains,
    groups,
    scores,
    several_items,
    varying_groups,
)
from traitscope.statistics.reliability import estimates_of

THETAS = np.arange(-3.0, 3.5, 0.5)


def item_response(sample: Sample) -> Findings:
    for scale, answers in answer_tables(sample, 3):
        model = two_parameter_logistic if answers.stack().nunique() <= 2 else graded_response
        found = model(answers, ipsative=sample.ipsative, seed=SEED)
        yield Found(scale, f"{found.model} model, empirical reliability", found.reliability)
        yield Found(scale, f"{found.model} model, marginal reliability", found.marginal_reliability)
        if not found.note:
            yield Table(f"discriminations, {scale}", found.items)
            yield Table(f"thresholds, {scale}", found.thresholds)
            yield Table(f"test information, {scale}", found.test_information(THETAS))


def bias(sample: Sample) -> Findings:
    for name, group in varying_groups(sample).items():
        for scale, answers in answer_tables(sample):
            if scale not in domains(sample):
                continue
            found = ordinal_dif(answers, group.reindex(answers.index), missing=sample.missing)
            if found.note:
                yield Found(scale, f"DIF over {name}", undefined(found.note, n_persons=found.n_persons))
            else:
                yield Table(f"DIF over {name}, {scale}", found.table)


def other_measures(sample: Sample) -> Findings:
    own = _person_scores(sample)
    criteria = DataFrame({str(name): sample.of_person(sample.criteria[name]) for name in sample.criteria})
    yield Table("scales and criteria", criterion_table(own, criteria.reindex(own.index)))
    methods = _methods(sample)
    shared = [str(scale) for scale in own if all(f"{method}.{scale}" in criteria for method in methods)]
    if methods and len(shared) > 1:
        table = own[shared].join(criteria)
        columns = {sample.inventory.id: shared} | {
            method: [f"{method}.{scale}" for scale in shared] for method in methods
        }
        found = multitrait_multimethod(table, shared, columns, missing=sample.missing, seed=SEED)
        yield from (Found(WHOLE, name, each) for name, each in estimates_of(found))
        yield Table("multitrait-multimethod pairs", found.pairs)


def criteria(sample: Sample) -> str:
    return "" if sample.criteria.shape[1] else "needs a column criterion.NAME"


def has_mirt(sample: Sample) -> str:
    found = importlib.util.find_spec("mirt") is not None
    return "" if found else "needs the package mirt: pip install mirt==1.2.0"


def _person_scores(sample: Sample) -> DataFrame:
    return DataFrame({scale: scores(sample, scale).groupby(sample.who, sort=False).mean() for scale in domains(sample)})


def _methods(sample: Sample) -> list[str]:
    """Other measures of the same scales, from columns criterion.METHOD.SCALE."""
    return list(dict.fromkeys(str(name).rpartition(".")[0] for name in sample.criteria if "." in str(name)))


STATISTICS = {
    "irt": Statistic(
        "Graded response or two-parameter model", all_of(common_metric, has_mirt, several_items(3)), item_response
    ),
    "dif": Statistic("Differential item functioning over groups", all_of(common_metric, groups), bias),
    "validity": Statistic("Criterion correlations and multitrait-multimethod matrix", criteria, other_measures),
}
