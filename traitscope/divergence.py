"""Does a model act as it says it is? Every measure of saying against doing, with its interval, its nulls and its verdict."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from pandas import DataFrame

from psychometrics.bootstrap import OVER_ITEMS
from psychometrics.calibrated_gap import calibrated_gap
from psychometrics.divergence import Null, divergence
from psychometrics.estimate import Estimate, undefined
from psychometrics.level_gap import absolute_gap, level_gap, rank_change, verdict
from psychometrics.said_done_correlation import said_done_correlation
from psychometrics.self_confirmation import self_confirmation
from traitscope.estimates import SEED, poles, withheld
from traitscope.pairing import keyed_pomp

MARGIN = 10.0  # POMP points within which saying and doing count as one
TAU = 1.0  # points of the statement's scale within which a pair counts as consistent
RESAMPLES = 1000
POMP_RANGE = (0.0, 100.0)
NULL_RESPONDERS = ("always the middle", "uniform at random", "always the first option")
SCOPES = ("overall", "model", "trait", "persona")
COLUMNS = ["scope", "model", "people", "persona_set", "scale", "persona", "said_by", "done_by", "measure", "value", "low", "high",
           "method", "verdict", "null_items", "null_items_low", "null_items_high", "null_items_p", "null_persons", "null_persons_low",
           "null_persons_high", "null_persons_p", "above_null", "n_persons", "n_pairs", "note", "warnings"]  # fmt: skip
WAY = ["said_by", "done_by"]

Places = dict[str, Any]
NOWHERE: Places = {"model": "", "people": False, "persona_set": "", "scale": "", "persona": ""}  # of no one scope


def measures(
    pairs: DataFrame, confirmed: DataFrame | None = None, *, margin: float = MARGIN, tau: float = TAU
) -> DataFrame:
    """Every measure for every scope: one row a scope x way of asking x measure.

    `pairs` as of `pairing.pairs`, of models and of people (people = True, in the same metric); `confirmed` as of
    `pairing.confirmations`. Scopes: "overall" (all models, by persona set and also by scale), "model", "trait" (a scale of a
    model), "persona". Measures: cosine, centred_cosine, spearman, vmd, pcp over the pairs; level_gap, absolute_gap, rank_change,
    calibrated_gap (only beside people) and correlation, disattenuated over persons' scale scores; confirmed, opposite,
    discrimination. Where likelihoods have no common metric with ratings, what needs one is `no_common_metric`. Null
    responders have rows of their own, named by `model`. Intervals are withheld below ten personas; over the items of one
    persona they are kept, and `method` says so. `above_null` is None where there is no null.
    """
    rows: list[Places] = []
    pairs = _apart(pairs)
    human = _scores(pairs[pairs["people"].eq(True)])
    for way, some in pairs.groupby(WAY, sort=False):
        place: Places = dict(zip(WAY, way, strict=True))
        # people's scores calibrate the same way of asking only
        beside = human[human["done_by"] == way[1]] if len(human) and bool(some["common"].iloc[0]) else human.head(0)
        for scoped, each in _scopes(some):
            found = [
                *_pair_rows(each, scoped, tau),
                *_score_rows(each, scoped, margin),
                *_calibrated(each, scoped, beside),
            ]
            rows += [place | scoped | row for row in found]
        for scoped, each in _null_responders(some):
            found = [*_pair_rows(each, scoped, tau), *_score_rows(each, scoped, margin)]
            rows += [place | scoped | row for row in found]
    if confirmed is not None and len(confirmed):
        place = {"said_by": "confirmation", "done_by": "choice: chosen"}
        rows += [
            place | scoped | row
            for scoped, each in _scopes(_apart(confirmed))
            for row in _confirmation_rows(each, scoped)
        ]
    table = DataFrame(rows, columns=COLUMNS)
    table = pd.concat([table, *_means_of_traits(table)], ignore_index=True)
    return table.sort_values("scope", key=lambda names: names.map(SCOPES.index), kind="stable").reset_index(drop=True)


def _apart(table: DataFrame) -> DataFrame:
    """Scales of two inventories may have one id, as N is Neuroticism and Narcissism: these get their name as well."""
    alike = table.groupby("scale")["name"].transform("nunique") > 1
    return table.assign(scale=table["scale"].where(~alike, table["scale"] + " (" + table["name"] + ")"))


def _scopes(table: DataFrame) -> Iterator[tuple[Places, DataFrame]]:
    """The rows of every scope with a column `person`; people have no personas to be told apart."""
    for name, some in table[table["people"].eq(False)].groupby("persona_set", sort=False):
        if some["model"].nunique() > 1:
            both = some.assign(person=some["model"] + " / " + some["persona"])
            shared: Places = {**NOWHERE, "scope": "overall", "persona_set": name}
            yield shared, both
            yield from ((shared | {"scale": scale}, each) for scale, each in both.groupby("scale", sort=False))
    for (model, people, persona_set), some in table.groupby(["model", "people", "persona_set"], sort=False):
        own = some.assign(person=some["persona"])
        place = {**NOWHERE, "model": model, "people": people, "persona_set": persona_set}
        yield place | {"scope": "model"}, own
        yield from (
            (place | {"scope": "trait", "scale": scale}, each) for scale, each in own.groupby("scale", sort=False)
        )
        if not people:
            several = own.groupby("persona", sort=False)
            yield from ((place | {"scope": "persona", "persona": name}, each) for name, each in several)


def _poles(table: DataFrame) -> Mapping[Any, Hashable] | None:
    """The assigned pole by person, where the rows are of one scale with two assigned levels."""
    levels = table.groupby("person")["pole"].first()
    if table["scale"].nunique() > 1 or levels.isna().any():
        return None
    found = poles(levels.astype(float))
    return None if found.isna().any() else dict(found)


def _pair_rows(table: DataFrame, scoped: Places, tau: float) -> list[Places]:
    """Cosine, Spearman, VMD and PCP over the pairs of twins."""
    pairs = table[["person", "item", "said", "done"]]
    fewer = RESAMPLES // 2 if scoped["scope"] == "persona" else RESAMPLES
    found = divergence(
        pairs,
        tau=tau,
        common_metric=bool(table["common"].iloc[0]),
        poles=_poles(table),
        seed=SEED,
        resamples=fewer,
        permutations=fewer,
    )
    rows, n_pairs = [], _n_pairs(table)
    for name, each in found.items():
        nulls = {key: value for unit in ("items", "persons") for key, value in _null(unit, each.nulls[unit]).items()}
        rows.append(_row(name, each.estimate, n_pairs) | nulls | {"above_null": each.above_null})
    return rows


def _null(unit: str, null: Null) -> Places:
    return {
        f"null_{unit}": null.mean,
        f"null_{unit}_low": null.low,
        f"null_{unit}_high": null.high,
        f"null_{unit}_p": null.p,
    }


def _row(measure: str, found: Estimate, n_pairs: int) -> Places:
    if found.n_persons > 1 and found.low == found.low:  # of a single person the interval is over its items
        found = withheld(found)
    return {
        "measure": measure, "value": found.value, "low": found.low, "high": found.high, "method": found.method, "verdict": "",
        "above_null": None, "n_persons": found.n_persons, "n_pairs": n_pairs, "note": found.note, "warnings": "; ".join(found.warnings),
    }  # fmt: skip


def _n_pairs(table: DataFrame) -> int:
    """How many pairs have both answers."""
    return int((table["said"].notna() & table["done"].notna()).sum())


def _scores(table: DataFrame) -> DataFrame:
    """One row a person x scale x way of asking: mean said and done, in POMP where there is a common metric, keyed otherwise."""
    if table.empty:
        return DataFrame(columns=[*WAY, "person", "scale", "said", "done"])
    sides = {
        side: keyed_pomp(table, side).where(table["common"].eq(True), table[side] * table["key"])
        for side in ("said", "done")
    }
    both = table.assign(**sides, person=table.get("person", table["persona"]))
    both = both[both["said"].notna() & both["done"].notna()]
    return both.groupby([*WAY, "person", "scale"], sort=False)[["said", "done"]].mean().reset_index()


def _score_rows(table: DataFrame, scoped: Places, margin: float) -> list[Places]:
    """What is compared as scores: level, size of the gap, ranks and the correlation over persons."""
    common, poles_of = bool(table["common"].iloc[0]), _poles(table)
    scores = _scores(table)
    rows, n_pairs = [], _n_pairs(table)
    if scoped["scope"] == "persona":  # one person: its items stand for others that could have been asked
        gaps = {side: keyed_pomp(table, side) for side in ("said", "done")}
        gap = (
            level_gap(gaps["said"], gaps["done"], table["item"], seed=SEED, resamples=RESAMPLES)
            if common
            else _no_metric(scores)
        )
        size = (
            absolute_gap(gaps["said"], gaps["done"], table["item"], seed=SEED, resamples=RESAMPLES, permutations=100)
            if common
            else _no_metric(scores)
        )
        for name, each in (("level_gap", gap), ("absolute_gap", size)):
            # the items are no persons: their interval is kept, however few they are
            row = _row(name, dataclasses.replace(each, n_persons=1), n_pairs)
            if row["low"] == row["low"]:
                row["method"] = OVER_ITEMS
            rows.append(_judged(row, each, margin))
        return rows
    # a person's mean over scales: its gap is the mean of its gaps
    of_person = scores.groupby("person", sort=False)[["said", "done"]].mean()
    gap = (
        level_gap(of_person["said"], of_person["done"], of_person.index, poles=poles_of, seed=SEED)
        if common
        else _no_metric(scores)
    )
    rows.append(_judged(_row("level_gap", gap, n_pairs), gap, margin))
    if not scoped["scale"]:
        sizes = (scores["done"] - scores["said"]).abs().groupby(scores["person"], sort=False).mean()
        size = level_gap(sizes * 0, sizes, sizes.index, seed=SEED) if common else _no_metric(scores)
        return [*rows, _row("absolute_gap", size, n_pairs)]
    said, done, who = scores["said"], scores["done"], scores["person"]
    size = absolute_gap(said, done, who, poles=poles_of, seed=SEED) if common else _no_metric(scores)
    ranks = rank_change(said, done, who, poles=poles_of, seed=SEED)
    for name, each in (("absolute_gap", size), ("rank_change", ranks)):
        rows.append(_row(name, each, n_pairs) | _exchanged(each, low_is_consistent=True))
    return [*rows, *_correlations(table, poles_of)]


def _judged(row: Places, found: Estimate, margin: float) -> Places:
    shown = row["low"] == row["low"]
    return row | {"verdict": verdict(found, margin) if shown else "cannot be told" if found.estimable else ""}


def _no_metric(scores: DataFrame) -> Estimate:
    return undefined("no_common_metric", n_persons=scores["person"].nunique())


def _exchanged(found: Estimate, *, low_is_consistent: bool) -> Places:
    """The null of persons exchanged within their pole, from an estimate's extra numbers."""
    names = ("null_mean", "null_low", "null_high", "null_p")
    mean, low, high, p = (each if isinstance(each := found.extra.get(name), float) else np.nan for name in names)
    if np.isnan(mean):
        return {}
    beyond = found.value < low if low_is_consistent else found.value > high
    null = {"null_persons": mean, "null_persons_low": low, "null_persons_high": high, "null_persons_p": p}
    return null | {"above_null": bool(beyond) if found.estimable else None}


def _correlations(table: DataFrame, poles_of: Mapping[Any, Hashable] | None) -> list[Places]:
    """Over the persons of a scale, raw and corrected for attenuation; over models pooled by Fisher's z."""
    wide = {
        side: table.assign(value=table[side] * table["key"]).pivot_table(
            index=["model", "person"], columns="item", values="value", dropna=False
        )
        for side in ("said", "done")
    }
    index = wide["said"].index
    found = said_done_correlation(
        wide["said"], wide["done"].reindex(index), person=index.get_level_values("person"),
        model=index.get_level_values("model"), poles=poles_of, seed=SEED, resamples=RESAMPLES, permutations=RESAMPLES,
    )  # fmt: skip
    n_pairs = _n_pairs(table)
    raw = _row("correlation", found.raw, n_pairs) | _exchanged(found.raw, low_is_consistent=False)
    rows = [raw, _row("disattenuated", found.disattenuated, n_pairs)]
    return [*rows, *(_row(f"reliability_{side}", each, n_pairs) for side, each in
                     (("said", found.reliability_said), ("done", found.reliability_done)))]  # fmt: skip


def _calibrated(table: DataFrame, scoped: Places, human: DataFrame) -> list[Places]:
    """The squared gap after the behaviour has been mapped on people's self-reports; nothing where no people are given."""
    scales = set(table["scale"]) & set(human["scale"])
    if scoped["people"] or not scales:
        return []
    one, other = (
        each[each["scale"].isin(scales)].rename(columns={"scale": "domain"}) for each in (_scores(table), human)
    )
    found = calibrated_gap(one, other, said_range=POMP_RANGE, done_range=POMP_RANGE, poles=_poles(table), seed=SEED)
    null = found.extra.get("null_constant")
    n_pairs = _n_pairs(table)
    rows = [_row("calibrated_gap", found, n_pairs)]
    if isinstance(null, float) and scoped["scope"] == "model":
        rows.append(
            _row("calibrated_gap", Estimate(null, n_persons=found.n_persons), n_pairs) | {"model": NULL_RESPONDERS[0]}
        )
    return rows


def _confirmation_rows(table: DataFrame, scoped: Places) -> list[Places]:
    found = self_confirmation(
        table[["person", "item", "confirmed", "opposite"]], poles=_poles(table), seed=SEED, resamples=RESAMPLES
    )
    return [_row(name, getattr(found, name), len(table)) for name in ("confirmed", "opposite", "discrimination")]


def _null_responders(table: DataFrame) -> Iterator[tuple[Places, DataFrame]]:
    """The same pairs answered without looking: what a measure says of somebody who says and does nothing in particular."""
    table = table[table["people"].eq(False)]
    if table.empty or not bool(table["common"].iloc[0]):
        return
    first = table[table["model"] == table["model"].iloc[0]]
    random = np.random.default_rng(SEED)
    low, high = first["low"].to_numpy(float), first["high"].to_numpy(float)
    drawn = [low + np.floor(random.random(len(first)) * (high - low + 1)) for _ in range(2)]
    if first["done_by"].iloc[0].startswith("choice"):
        drawn[1] = np.where(random.random(len(first)) < 0.5, low, high)
    for name, said, done in zip(
        NULL_RESPONDERS,
        ((low + high) / 2, drawn[0], low),
        ((low + high) / 2, drawn[1], _first_done(first, low, high)),
        strict=True,
    ):
        for persona_set, each in first.assign(said=said, done=done).groupby("persona_set", sort=False):
            scoped = {**NOWHERE, "scope": "model", "model": name, "persona_set": persona_set}
            yield scoped, each.assign(person=each["persona"])


def _first_done(table: DataFrame, low: np.ndarray[Any, Any], high: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Always the first option: of a choice printed in both orders each pole half the time, of a rating the lowest."""
    return (low + high) / 2 if table["done_by"].iloc[0].startswith("choice") else low


def _means_of_traits(table: DataFrame) -> Iterator[DataFrame]:
    """What only scales have, as a mean over the scales of a model, and of all models; without an interval."""
    of_scales = table[table["measure"].isin(["rank_change", "correlation", "disattenuated"]) & table["scale"].ne("")]
    by = ["scope", "model", "people", "persona_set", *WAY, "measure"]
    for place, some in of_scales.groupby(by, sort=False):
        known = some["value"].dropna()
        scoped = dict(zip(by, place, strict=True)) | {"scale": "", "persona": ""}
        scoped["scope"] = "overall" if scoped["scope"] == "overall" else "model"
        left = f"mean_of_traits: {len(known)} of {len(some)}"
        yield DataFrame([scoped | _row(str(scoped["measure"]), Estimate(float(known.mean()) if len(known) else np.nan), int(some["n_pairs"].sum()))
                         | {"n_persons": int(some["n_persons"].max()), "note": left, "method": "mean over traits"}], columns=COLUMNS)  # fmt: skip
