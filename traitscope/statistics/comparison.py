"""Groups of persons, and the poles they were assigned, compared; many tests corrected within one family."""

from __future__ import annotations

import dataclasses
from typing import Any

from pandas import DataFrame, Series

from psychometrics import adjust, paired_effect, two_group_effect
from psychometrics.estimate import Estimate
from traitscope.estimates import effect_row, poles
from traitscope.sample import Sample
from traitscope.statistics.found import (
    Findings,
    Found,
    Statistic,
    Table,
    by_level,
    domains,
    factors,
    groups,
    scores,
    varying_groups,
)


def between_groups(sample: Sample) -> Findings:
    rows: list[tuple[str, str, Estimate]] = []
    for name, group in varying_groups(sample).items():
        # of two files the second is the reference, as people are for a model
        order = list(dict.fromkeys(group.dropna()))[::-1] if name == "sample" else sorted(group.dropna().unique())
        reference = order[0]
        for scale in domains(sample):
            score = scores(sample, scale).groupby(sample.who, sort=False).mean()
            member = group.reindex(score.index)
            for other in order[1:]:
                found = two_group_effect(score[member == other], score[member == reference])
                rows.append((scale, f"{name}: {other} minus {reference}", found))
    yield from (Found(scale, f"d, {what}", each) for scale, what, each in rows)
    for scale, what, each in rows:
        if each.estimable and isinstance(g := each.extra.get("g"), float):
            low, high = each.extra["g_low"], each.extra["g_high"]
            yield Found(scale, f"g, {what}", dataclasses.replace(each, value=g, low=low, high=high, extra={}))  # type: ignore[arg-type]
    yield _family("Welch tests (d itself divides by the pooled SD), one family: all scales and groups", rows, "welch_p")


def between_levels(sample: Sample) -> Findings:
    rows: list[tuple[str, str, Estimate]] = []
    for factor in sample.factors:
        for scale in domains(sample):
            wide = by_level(sample, scale, sample.factors[factor])
            for level in list(wide)[1:]:
                first = next(iter(wide))
                rows.append((scale, f"{factor}: {level} minus {first}", paired_effect(wide[first], wide[level])))
    yield from (Found(scale, f"paired d, {what}", each) for scale, what, each in rows)
    yield _family("paired t tests, one family: all scales, factors and levels", rows, "p")


def between_poles(sample: Sample) -> Findings:
    rows = []
    for scale in domains(sample):
        levels, score, who = sample.assigned(scale), scores(sample, scale), sample.who
        if sample.factors.shape[1]:  # what the form does is not spread between personas
            levels, score = sample.of_person(levels), score.groupby(who, sort=False).mean()
            who = Series(score.index, index=score.index)
        if levels.notna().any():
            rows.append({"scale": scale} | effect_row(score, levels, who))
    if rows:
        yield Table("effect of the assigned level on its scale", DataFrame(rows))


def _family(name: str, rows: list[tuple[str, str, Estimate]], p: str) -> Table:
    """The tests behind effect sizes: what was compared, the test, and p corrected over all of them."""
    shown = ["n_high", "n_low", "mean_high", "mean_low", "mean_shift", "welch_t", "t", "welch_df", "df", p]
    lines: list[dict[str, Any]] = [
        {"scale": scale, "comparison": what} | {name: each.extra[name] for name in shown if name in each.extra}
        for scale, what, each in rows
    ]
    table = DataFrame(lines)
    values = table[p].astype(float) if p in table else Series(float("nan"), index=table.index)
    table = table.rename(
        columns={"n_high": "n", "n_low": "n_reference", "mean_high": "mean", "mean_low": "mean_reference", p: "p"}
    )
    return Table(name, table.assign(p_holm=adjust(values, "holm"), p_bh=adjust(values, "BH")))


def assigned(sample: Sample) -> str:
    some = any(poles(sample.assigned(scale)).notna().any() for scale in sample.scales)
    return "" if some else "needs a column assigned.SCALE with two levels"


STATISTICS = {
    "assigned": Statistic("Effect of the assigned level on its scale", assigned, between_poles),
    "groups": Statistic("d and g between groups of persons", groups, between_groups),
    "paired": Statistic("Paired d between the levels of a form factor", factors, between_levels),
}
