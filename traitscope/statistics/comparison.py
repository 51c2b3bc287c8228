"""Groups of persons, and the poles they were assigned, compared; many tests corrected within one family."""

from __future__ import annotations

import dataclasses

from pandas import DataFrame

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
        sizes = group.value_counts()
        reference = sorted(sizes.index)[0]
        for scale in domains(sample):
            score = scores(sample, scale).groupby(sample.who, sort=False).mean()
            member = group.reindex(score.index)
            for other in sorted(sizes.index)[1:]:
                found = two_group_effect(score[member == other], score[member == reference])
                rows.append((scale, f"{name}: {other} minus {reference}", found))
    yield from (Found(scale, f"d, {what}", each) for scale, what, each in rows)
    for scale, what, each in rows:
        if each.estimable and isinstance(g := each.extra.get("g"), float):
            low, high = each.extra["g_low"], each.extra["g_high"]
            yield Found(scale, f"g, {what}", dataclasses.replace(each, value=g, low=low, high=high, extra={}))  # type: ignore[arg-type]
    yield _family("Welch tests, one family: all scales and groups", rows, "welch_p")


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
    for scale in domains(sample):
        levels = sample.assigned(scale)
        if levels.notna().any():
            yield Table(
                f"effect of the assigned level, {scale}",
                DataFrame([effect_row(scores(sample, scale), levels, sample.who)]),
            )


def _family(name: str, rows: list[tuple[str, str, Estimate]], p: str) -> Table:
    values = [each.extra.get(p, float("nan")) for _, _, each in rows]
    numbers = [float(each) if isinstance(each, float | int) else float("nan") for each in values]
    table = DataFrame([(scale, what, value) for (scale, what, _), value in zip(rows, numbers, strict=True)])
    table = (
        table.set_axis(["scale", "comparison", "p"], axis=1)
        if rows
        else DataFrame(columns=["scale", "comparison", "p"])
    )
    return Table(name, table.assign(p_holm=adjust(numbers, "holm"), p_bh=adjust(numbers, "BH")))


def assigned(sample: Sample) -> str:
    some = any(poles(sample.assigned(scale)).notna().any() for scale in sample.scales)
    return "" if some else "needs a column assigned.SCALE with two levels"


STATISTICS = {
    "assigned": Statistic("Effect of the assigned level on its scale", assigned, between_poles),
    "groups": Statistic("d and g between groups of persons", groups, between_groups),
    "paired": Statistic("Paired d between the levels of a form factor", factors, between_levels),
}
