"""A record's scores become estimates: reliability, effects of the assigned pole, effects of the form."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
from pandas import DataFrame, Series, concat, factorize

from inventories.forms import FACTORS
from psychometrics import forms as psychometric_forms
from psychometrics.alpha import alpha_of_repeats, cronbach_alpha
from psychometrics.compare import assigned_effect
from psychometrics.estimate import Estimate, Missing
from psychometrics.graded import graded_effect
from traitscope import analysis
from traitscope.choosing import groups, rows_of
from traitscope.record import Record

FEWEST_FOR_INTERVAL = 10  # persons; below, an interval would suggest a knowledge that is not there
SEED = 20260101  # of every bootstrap that is shown: the same record gives the same interval
PERMUTATIONS = 2000


def reliability(record: Record, values: DataFrame | None = None) -> DataFrame:
    """Alpha by model, persona set, inventory, elicitation, version, form and scale.

    Each form stands alone: pooled over option orders, what the form does would count as noise or as agreement.

    Columns of the groups, scale, level, name, n_persons, n_items, n_rows, alpha, low, high (NaN below 10 persons), method,
    alpha_person_means, sd and sem (of the persons' mean answers, in answer categories or nats per token), note.
    """
    values = analysis.values(record) if values is None else values
    by = ["model", "persona_set", "inventory", "elicitation", "version", "form"]
    rows = []
    for place, some in groups(values, by):
        inventory = record.inventory(str(place[2]))
        for scale, keys in analysis.asked_keys(inventory, some["item"]).items():
            wide = some[some["item"].isin(keys)].pivot(index=["persona", "sitting"], columns="item", values="value")
            wide = wide.reindex(columns=keys)
            personas = list(wide.index.get_level_values("persona"))
            levels = Series(
                [analysis.assigned_level(record.manifest.personas.get(each), inventory, scale) for each in personas]
            )
            found = alpha_of(wide, personas, levels)
            note = "; ".join(filter(None, [found.note, "ipsative" if place[4] == "double_centred" else ""]))
            rows.append(
                dict(zip(by, place, strict=True))
                | {"scale": scale, "level": "facet" if inventory.scale(scale).parent else "domain"}
                | {"name": inventory.scale(scale).name}
                | alpha_row(found, len(wide))
                | {"note": note}
            )
    return DataFrame(rows)


def alpha_of(
    wide: DataFrame, personas: Sequence[Hashable], assigned: Series, missing: Missing = "pairwise"
) -> Estimate:
    """Alpha over the rows, which are persons when no persona is repeated and repeats of personas otherwise.

    With exactly two assigned levels the bootstrap draws within each: a factorial persona set is fixed.
    """
    if len(set(personas)) == len(wide) and len(wide) != 1:
        return cronbach_alpha(wide.reset_index(drop=True), missing=missing)
    pole = poles(assigned.reset_index(drop=True))
    strata = list(pole) if pole.notna().all() else None
    return alpha_of_repeats(wide.reset_index(drop=True), personas, seed=SEED, missing=missing, strata=strata)


def withheld(found: Estimate) -> Estimate:
    """The estimate without its interval below 10 persons; `method` says so."""
    if found.n_persons >= FEWEST_FOR_INTERVAL:
        return found
    told = f"interval withheld: fewer than {FEWEST_FOR_INTERVAL} persons"
    return dataclasses.replace(found, low=np.nan, high=np.nan, method=told)


def alpha_row(found: Estimate, n_rows: int) -> dict[str, Any]:
    """The columns that alpha has in every table; the interval is withheld below 10 persons."""
    found = withheld(found)
    extra = found.extra
    return {
        "n_persons": found.n_persons, "n_items": found.n_items, "n_rows": n_rows, "alpha": found.value,
        "low": found.low, "high": found.high, "method": found.method,
        "alpha_person_means": extra.get("alpha_of_means", found.value if found.n_persons == n_rows else np.nan),
        "sd": extra.get("sd", np.nan), "sem": extra.get("sem", np.nan), "note": found.note,
    }  # fmt: skip


def poles(levels: Series) -> Series:
    """Assigned levels as 1 and -1 where there are exactly two of them; all NaN otherwise."""
    seen = sorted(levels.dropna().unique())
    if len(seen) != 2:
        return levels * np.nan
    return levels.map({seen[0]: -1.0, seen[1]: 1.0})


def effect_row(scores: Series, assigned: Series, persona: Series) -> dict[str, Any]:
    """d under both conventions, and the rank correlation with the assigned level."""
    pole = poles(assigned)
    d0, d1 = (assigned_effect(scores, pole, persona, ddof=ddof, seed=SEED) for ddof in (0, 1))
    rho = graded_effect(assigned, scores, persona, seed=SEED)
    few = d1.n_persons < FEWEST_FOR_INTERVAL
    few_ranked = rho.n_persons < FEWEST_FOR_INTERVAL  # of more than two levels there is no d, but there are ranks
    return {
        "n_persons": rho.n_persons, "n_rows": int((scores.notna() & assigned.notna()).sum()), "d_ddof0": d0.value, "d_ddof1": d1.value,
        "d_low": np.nan if few else d1.low, "d_high": np.nan if few else d1.high, "d_method": d1.method, "spearman": rho.value,
        "spearman_low": np.nan if few_ranked else rho.low, "spearman_high": np.nan if few_ranked else rho.high,
        "note": "; ".join(dict.fromkeys(filter(None, [d1.note if len(set(assigned.dropna())) == 2 else "", rho.note]))),
    }  # fmt: skip


def assigned(record: Record, scores: DataFrame | None = None) -> DataFrame:
    """Effect of the assigned level on the scale that measures it, by model, persona set, elicitation and version.

    Columns of the groups, scale, level, name, n_persons, n_rows, d_ddof0, d_ddof1 with d_low, d_high (of ddof 1),
    spearman with its interval, null95 (95 % of permuted persona labels give a smaller |d|), note. Over a factorial
    set d divides by the spread of the other assigned traits: it is not a d between humans.
    """
    scores = analysis.scores(record) if scores is None else scores
    by = ["model", "persona_set", "inventory", "elicitation", "version", "scale", "level", "name"]
    rows = []
    # what the form does is not spread between personas: a persona's score is its mean over forms
    averaged = scores[scores["assigned"].notna()].groupby([*by, "persona", "replicate"], sort=False)
    scores = averaged.agg(score=("score", "mean"), assigned=("assigned", "first")).reset_index()
    for place, some in scores.groupby(by, sort=False):
        few = effect_row(some["score"], some["assigned"], some["persona"])
        means = some.groupby("persona").agg(score=("score", "mean"), level=("assigned", "first"))
        few["null95"] = permuted_d(means["score"].to_numpy(), poles(means["level"]).to_numpy())
        if place[4] == "double_centred":
            few["note"] = "; ".join(filter(None, [few["note"], "ipsative"]))
        rows.append(dict(zip(by, place, strict=True)) | few)
    return DataFrame(rows)


def recovery(assigned: DataFrame, negated: dict[str, str]) -> DataFrame:
    """Is the trait played, or its word repeated? One row a model x inventory x elicitation x version x scale.

    `negated` names the plain set of each control set whose markers are negated, so that the word points the wrong way
    while d is by meaning. Columns of the groups, d_plain and d_negated (ddof 1) with the null95 of each, verdict:
    "recovered" (both positive), "primed by the word" (negated d below 0), "not found" (the rest), "not estimable".
    """
    by = ["model", "inventory", "elicitation", "version", "scale"]
    if assigned.empty:
        return DataFrame(
            columns=[*by, "persona_set", "d_plain", "null95_plain", "d_negated", "null95_negated", "verdict"]
        )
    parts = []
    for control, plain in negated.items():
        one, other = (
            assigned[assigned["persona_set"] == name][[*by, "d_ddof1", "null95"]] for name in (plain, control)
        )
        both = one.merge(other, on=by, suffixes=("_plain", "_negated")).rename(
            columns=lambda name: name.replace("d_ddof1", "d")
        )
        parts.append(both.assign(persona_set=plain))
    if not parts:
        return recovery(assigned.head(0), {})
    table = concat(parts, ignore_index=True)
    table["verdict"] = [
        _verdict(plain, turned) for plain, turned in zip(table["d_plain"], table["d_negated"], strict=True)
    ]
    return table[[*by, "persona_set", "d_plain", "null95_plain", "d_negated", "null95_negated", "verdict"]]


def _verdict(plain: float, negated: float) -> str:
    if np.isnan(plain) or np.isnan(negated):
        return "not estimable"
    if plain > 0 and negated > 0:
        return "recovered"
    return "primed by the word" if plain > 0 and negated < 0 else "not found"


def permuted_d(scores: np.ndarray[Any, Any], pole: np.ndarray[Any, Any]) -> float:
    """The |d| (ddof 0) that 95 % of permutations of the persona labels stay under; NaN without two poles or spread."""
    used = np.isfinite(scores) & np.isfinite(pole)
    x, sign = scores[used], pole[used]
    if len(x) < 4 or len(set(sign)) < 2 or np.ptp(x) < 1e-12:
        return float("nan")
    random = np.random.default_rng(SEED)
    orders = np.argsort(random.random((PERMUTATIONS, len(x))), axis=1)
    drawn = x[orders]
    high, low = drawn[:, sign > 0], drawn[:, sign < 0]
    spread = np.sqrt((high.var(axis=1) + low.var(axis=1)) / 2)
    gap = np.abs(high.mean(axis=1) - low.mean(axis=1))
    return float(np.quantile(gap / np.maximum(spread, 1e-12), 0.95))


def form_effects(record: Record, table: DataFrame | None = None) -> DataFrame:
    """What changes when only the printing changes: one row a model x inventory x factor x pair of levels.

    Pairs the answers of one person to one item under two levels of one factor, all else equal. Columns model, inventory,
    elicitation, factor, level_a, level_b, n_persons, n_pairs, agreement (share of identical answers), change (mean absolute,
    in answer categories), shift (b minus a) with low and high, note.
    """
    table = analysis.answers(record) if table is None else table
    asked = (table["kind"] == "item") & table["chosen"].notna() & (table["elicitation"] != "likelihood")
    rows = []
    for place, some in groups(rows_of(table, asked), ["model", "inventory", "elicitation"]):
        for factor in (each for each in FACTORS if some[each].nunique() > 1):
            others = ["item", "replicate", "reply", *(each for each in FACTORS if each != factor)]
            cells = _numbered([some[each] for each in others])
            # asks that print one form and differ in their steps alone: the first goes with the first
            cells = _numbered([cells, some.groupby(["persona", factor, cells], sort=False).cumcount()])
            long = DataFrame(
                {"person": some["persona"], "item": cells, "level": some[factor].astype(str), "value": some["chosen"]}
            )
            rows += [
                dict(zip(("model", "inventory", "elicitation"), place, strict=True)) | row
                for row in factor_rows(long, factor)
            ]
    return DataFrame(rows)


def _numbered(columns: Sequence[Series]) -> Series:
    """A number for each combination of values, in order of appearance."""
    found = Series(0, index=columns[0].index)
    for each in columns:  # one after the other: all at once would take a number a row for each
        codes, seen = factorize(each, use_na_sentinel=False)
        found = Series(factorize(found * len(seen) + codes)[0], index=found.index)
    return found


def factor_rows(long: DataFrame, factor: str) -> list[dict[str, Any]]:
    """The effect of `factor` for every pair of its levels; `long` has columns person, item, level, value."""
    rows = []
    for found in psychometric_forms.form_effects(long, seed=SEED):
        shift = withheld(found.shift)
        notes = dict.fromkeys(filter(None, [found.agreement.note, found.change.note, shift.note]))
        rows.append(
            {"factor": factor, "level_a": found.reference, "level_b": found.level, "n_persons": found.change.n_persons}
            | {
                "n_pairs": found.change.extra.get("n_pairs"),
                "agreement": found.agreement.value,
                "change": found.change.value,
            }
            | {"shift": shift.value, "low": shift.low, "high": shift.high}
            | {"note": "; ".join(notes)}
        )
    return rows


def positions(record: Record, table: DataFrame | None = None) -> DataFrame:
    """Where on the page the chosen option stood: one row a model x inventory x option order x place, with its share."""
    table = analysis.answers(record) if table is None else table
    table = rows_of(table, table["position"].notna() & (table["kind"] == "item"))
    by = ["model", "inventory", "options"]
    counts = table.groupby([*by, "position"], sort=False).size().rename("n").reset_index()
    counts["share"] = counts["n"] / counts.groupby(by)["n"].transform("sum")
    return counts.sort_values([*by, "position"]).reset_index(drop=True)


def tables(record: Record) -> dict[str, DataFrame]:
    """Every table of a record at once, each made from the one before it."""
    from traitscope import scenarios  # which has its seed and its fewest persons from here

    table = analysis.answers(record)
    long = analysis.values(record, table)
    scores = analysis.scores(record, long)
    effects = assigned(record, scores)
    return {
        "answers": table, "values": long, "scores": scores, "standings": analysis.standings(record, scores),
        "types": analysis.types(record, scores), "reliability": reliability(record, long),
        "assigned": effects,
        "recovery": recovery(effects, record.manifest.negated), "forms": form_effects(record, table),
        "positions": positions(record, table), "outcomes": analysis.outcomes(record, table),
        "trait_scores": scenarios.trait_scores(record, table), "scenario_items": scenarios.item_effects(record, long),
    }  # fmt: skip
