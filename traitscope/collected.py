"""Answers collected elsewhere get the same statistics as a record: what `traitscope analyze` prints."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from pandas import DataFrame, Series

from inventories.definitions import Inventory
from psychometrics.alpha import cronbach_alpha
from psychometrics.estimate import Missing, plain
from psychometrics.scoring import keying_suspicion, normal_percentile, scale_score, t_score
from traitscope import statistics
from traitscope.analysis import norm_for
from traitscope.damage import checked
from traitscope.datafile import DataError
from traitscope.estimates import alpha_of, alpha_row, effect_row, factor_rows
from traitscope.sample import Sample, read_sample, record_sample
from traitscope.sample import beside as both
from traitscope.statistics.found import long_answers
from traitscope.study_file import Analysis, study_file


def analyze(
    path: Path | str,
    inventory: Inventory,
    *,
    already_keyed: bool = False,
    missing: Missing = "pairwise",
    beside: Path | None = None,
    only: Sequence[str] | None = (),
    told: Callable[[str], object] | None = None,
) -> dict[str, Any]:
    """Statistics of the answers in a data file or a record's folder; see `read_sample` for a file's columns.

    `scales` and `forms` are always there: score, alpha, effect of the assigned level, norm, effects of the form.
    `statistics` has what `only` names, or with None all that applies; see `statistics.compute`. NaN is None. `beside`
    is a second file of the same inventory, such as human answers: it has scales of its own (`beside`), and what
    compares groups of persons compares the two files.
    """
    sample = sample_at(Path(path), inventory, already_keyed=already_keyed, missing=missing)
    result = analyze_sample(sample)
    together = sample
    if beside is not None:
        other = sample_at(beside, inventory, already_keyed=already_keyed, missing=missing)
        together = both(sample, other, _names(Path(path), beside))
        result["beside"] = analyze_sample(other)
    found = statistics.compute(sample, only, told, together)
    result["warnings"] += [f"{name} failed: {each['failed']}" for name, each in found.items() if "failed" in each]
    return result | {"statistics": plain(found)}


def _names(first: Path, second: Path) -> tuple[str, str]:
    """What to call two files: by their names, or by their paths where these are the same."""
    if first.resolve() == second.resolve():
        raise DataError(f"--beside {second}: is the same file; needed is another one")
    return (first.stem, second.stem) if first.stem != second.stem else (str(first), str(second))


def sample_at(
    path: Path, inventory: Inventory, *, already_keyed: bool = False, missing: Missing = "pairwise"
) -> Sample:
    """The sample in a data file, or that of an inventory in a record's folder."""
    if is_record(path):
        return record_sample(checked(path), inventory, missing=missing)
    return read_sample(path, inventory, already_keyed=already_keyed, missing=missing)


def is_record(path: Path) -> bool:
    return (path / "manifest.json").is_file()


def plan_of(path: Path) -> Analysis:
    """What a record's study says is going to be computed; of a data file, nothing is said."""
    return study_file(path / "study.toml").analysis if is_record(path) else Analysis()


def beside_plan(plan: Analysis, computed: Iterable[str], missing: Missing) -> tuple[list[str], str]:
    """Computed statistics that were not planned, and a line that tells what was; "" where the study plans nothing."""
    if not plan.statistics and plan.missing == Analysis().missing:
        return [], ""
    others = [name for name in computed if plan.statistics and name not in plan.statistics]
    told = [f"Planned in study.toml: {', '.join(plan.statistics) or 'all statistics that apply'}"]
    told += [f"not planned: {', '.join(others)}"] if others else []
    told += [f"missing: {plan.missing}" + (f" was planned, {missing} is used" if missing != plan.missing else "")]
    return others, "; ".join(told)


def analyze_sample(sample: Sample) -> dict[str, Any]:
    """Scale statistics of a sample: score, alpha, effect of the assigned level, norm, effects of the form."""
    scales: dict[str, Any] = {}
    warnings = list(sample.warnings)
    for scale in sample.scales:
        scales[scale], told = _scale(sample, scale)
        warnings += [f"scale {scale}: {each}" for each in told]
    result = {
        "file": sample.file,
        "inventory": sample.inventory.id,
        "n_rows": len(sample.table),
        "n_persons": sample.who.nunique(),
        "missing": sample.missing,
        "already_keyed": sample.already_keyed,
        "lost": sample.lost,
        "scales": scales,
        "forms": _forms(sample),
        "warnings": warnings,
    }
    found: dict[str, Any] = plain(result)
    return found


def _scale(sample: Sample, scale: str) -> tuple[dict[str, Any], list[str]]:
    inventory, keys = sample.inventory, sample.keys(scale)
    raw, who, table = sample.raw[list(keys)], sample.who, sample.table
    low, high = sample.ends(keys)
    wide = sample.keyed[list(keys)]
    if sample.missing == "listwise":
        wide = wide.dropna()
    of_forms = sample.factors.shape[1] > 0
    given = raw.groupby(who, sort=False).mean() if of_forms else raw
    check = keying_suspicion(given, keys, low, high, already_keyed=sample.already_keyed)
    score = scale_score(wide, inventory.scoring)["score"]
    answered = wide.notna().any(axis=1)
    persons = who[wide.index]
    levels = sample.assigned(scale)
    base, repeated, assigned = wide, persons, levels[wide.index]
    if of_forms:  # what the form does is neither agreement of the items nor spread of the persons
        base = wide.groupby(persons, sort=False).mean()
        repeated, assigned = Series(base.index, index=base.index), sample.of_person(levels).reindex(base.index)
    found = alpha_of(base, list(repeated), assigned, sample.missing)
    row = alpha_row(found, len(base))
    complete = base.dropna()
    total = scale_score(complete, inventory.scoring)["score"]
    result: dict[str, Any] = {
        "name": inventory.scale(scale).name,
        "n_rows": int(answered.sum()),
        "n_persons": int(persons[answered].nunique()),
        "n_items": len(keys),
        "mean": score.mean(),
        "sd": score.std(),
        "alpha": {
            "value": found.value,
            "low": row["low"],
            "high": row["high"],
            "method": row["method"],
            "note": found.note,
        },
        "alpha_person_means": row["alpha_person_means"],
        "complete_cases": {
            "n": len(complete),
            "mean": total.mean(),
            "sd": total.std(),
            "alpha": _complete_alpha(complete),
        },
        "assigned": None,
        "norm": _norm(inventory, scale, score),
        "warnings": [*found.warnings],
    }
    if f"assigned.{scale}" in table:
        effect = effect_row(scale_score(base, inventory.scoring)["score"], assigned, repeated)
        result["assigned"] = {
            name: effect[name]
            for name in (
                "d_ddof0",
                "d_ddof1",
                "d_low",
                "d_high",
                "d_method",
                "spearman",
                "spearman_low",
                "spearman_high",
                "note",
            )
        }
    return result, [check.warning] if check.warning else []


def _complete_alpha(complete: DataFrame) -> float:
    return cronbach_alpha(complete, missing="listwise").value


def _norm(inventory: Inventory, scale: str, score: Series) -> dict[str, Any] | None:
    """Where the mean of these rows stands in a norm group."""
    norm = norm_for(inventory)
    if norm is None or scale not in norm.scales or (norm.metric == "sum") != (inventory.scoring == "sum"):
        return None
    figures = norm.scales[scale]
    mean, sd = score.mean(), figures.sd or math.nan
    return {
        "id": norm.id, "population": norm.population, "n": figures.n or norm.n, "mean": figures.mean, "sd": sd,
        "t": t_score(mean, figures.mean, sd), "percentile": normal_percentile(mean, figures.mean, sd),
    }  # fmt: skip


def _forms(sample: Sample) -> list[dict[str, Any]]:
    rows = []
    for factor in sample.factors:
        rows += factor_rows(long_answers(sample, sample.factors[factor], sample.raw), str(factor))
    return rows
