"""The registry of what `traitscope analyze` can compute: a visible line for each statistic."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from threadpoolctl import threadpool_limits

from inventories.reading import allowed
from traitscope.datafile import DataError
from traitscope.sample import Sample
from traitscope.statistics import (
    agreement,
    comparison,
    forms,
    generalizability,
    reliability,
    structure,
    styles,
    validity,
)
from traitscope.statistics.found import Found, Statistic, shown

STATISTICS: dict[str, Statistic] = {
    **reliability.STATISTICS,
    **agreement.STATISTICS,
    **forms.STATISTICS,
    **generalizability.STATISTICS,
    **structure.STATISTICS,
    **validity.STATISTICS,
    **styles.STATISTICS,
    **comparison.STATISTICS,
}

OF_GROUPS = ("invariance", "dif", "groups")


def listed(sample: Sample | None = None) -> dict[str, dict[str, str]]:
    """Every statistic with its title and, for a sample, why it does not apply ("" when it does)."""
    return {
        name: {"title": each.title} | ({"lacking": each.needs(sample)} if sample else {})
        for name, each in STATISTICS.items()
    }


def compute(
    sample: Sample,
    only: Sequence[str] | None = None,
    told: Callable[[str], object] | None = None,
    together: Sample | None = None,
) -> dict[str, dict[str, Any]]:
    """All that applies to a sample, or `only` some; `told` hears the name of each statistic before it is computed.

    By name: title; lacking (why it does not apply, "" when it does); estimates, a list of Estimates as plain numbers
    with scale and quantity; tables, by name. `together` is the sample with another one beside it, for what compares groups. A statistic that fails takes no other with it: its `failed` says how.
    """
    for name in only or ():
        if name not in STATISTICS:
            raise DataError(f"--only: no statistic {name!r}; {allowed(STATISTICS, name)}")
    results = {}
    for name in STATISTICS if only is None else only:
        if told:
            told(name)
        results[name] = _one(STATISTICS[name], together if together and name in OF_GROUPS else sample)
    return results


def _one(statistic: Statistic, sample: Sample) -> dict[str, Any]:
    result: dict[str, Any] = {
        "title": statistic.title,
        "lacking": statistic.needs(sample),
        "estimates": [],
        "tables": {},
    }
    if result["lacking"]:
        return result
    try:
        # matrices of a questionnaire are small: cores that share them wait for each other, five times longer on a busy machine
        with threadpool_limits(1, "blas"):
            for each in statistic.compute(sample):
                if isinstance(each, Found):
                    place = {"scale": each.scale, "quantity": each.quantity}
                    result["estimates"].append(place | shown(each.estimate).to_dict())
                else:
                    result["tables"][each.name] = each.table.to_dict("records")
    except Exception as failure:  # the other statistics are worth having; this one says loudly that it is missing
        result["failed"] = f"{type(failure).__name__}: {failure}"
    return result
