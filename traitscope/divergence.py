"""Does a model act as it says it is? Every measure of saying against doing, with its interval, its nulls and its verdict."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np
import pandas as pd
from pandas import DataFrame

from psychometrics.bootstrap import OVER_ITEMS
from psychometrics.calibrated_gap import calibrated_gap
from psychometrics.divergence import Measure, Null, divergence
from psychometrics.estimate import Estimate, undefined
from psychometrics.level_gap import absolute_gap, level_gap, rank_change, verdict
from psychometrics.said_done_correlation import SaidDone, said_done_correlation
from psychometrics.self_confirmation import self_confirmation
from traitscope.divergence_scopes import (
    NULL_RESPONDERS,
    SCOPES,
    WAY,
    Part,
    Places,
    apart,
    null_responders,
    parts,
    poles_of,
    scopes,
    scores,
    wide,
)
from traitscope.estimates import SEED, withheld

MARGIN = 10.0  # POMP points within which saying and doing count as one
TAU = 1.0  # points of the statement's scale within which a pair counts as consistent
RESAMPLES = 1000
POMP_RANGE = (0.0, 100.0)
COLUMNS = ["scope", "model", "people", "persona_set", "scale", "persona", "said_by", "done_by", "measure", "value", "low", "high",
           "method", "verdict", "null_items", "null_items_low", "null_items_high", "null_items_p", "null_persons", "null_persons_low",
           "null_persons_high", "null_persons_p", "above_null", "n_persons", "n_pairs", "note", "warnings"]  # fmt: skip


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
    pairs = apart(pairs)
    human = _of_people(pairs)
    for way, some in pairs.groupby(WAY, sort=False):
        place: Places = dict(zip(WAY, way, strict=True))
        # people's scores calibrate the same way of asking only
        beside = human[human["done_by"] == way[1]] if len(human) and bool(some["common"].iloc[0]) else human.head(0)
        for part in parts(some):
            found = [*_pair_rows(part, tau), *_score_rows(part, margin), *_calibrated(part, beside)]
            rows += [place | part.place | row for row in found]
        for part in null_responders(some):
            rows += [place | part.place | row for row in (*_pair_rows(part, tau), *_score_rows(part, margin))]
    if confirmed is not None and len(confirmed):
        place = {"said_by": "confirmation", "done_by": "choice: chosen"}
        rows += [place | scoped | row for scoped, each in scopes(apart(confirmed)) for row in _confirmation_rows(each)]
    table = DataFrame(rows, columns=COLUMNS)
    table = pd.concat([table, *_means_of_traits(table)], ignore_index=True)
    return table.sort_values("scope", key=lambda names: names.map(SCOPES.index), kind="stable").reset_index(drop=True)


def _of_people(pairs: DataFrame) -> DataFrame:
    """People's scores, one row a person x scale x way of asking."""
    people = pairs[pairs["people"].eq(True)]
    return scores(people.assign(person=people["persona"]), [*WAY, "person", "scale"])


def pair_measures(part: Part, tau: float = TAU) -> dict[str, Measure]:
    """Cosine, centred cosine, Spearman, VMD and PCP over the pairs of twins, each with its nulls."""
    fewer = RESAMPLES // 2 if part.place["scope"] == "persona" else RESAMPLES
    return divergence(
        part.pairs[["person", "item", "said", "done"]],
        tau=tau,
        common_metric=part.common,
        poles=part.poles,
        seed=SEED,
        resamples=fewer,
        permutations=fewer,
    )


def _pair_rows(part: Part, tau: float) -> list[Places]:
    rows, n_pairs = [], _n_pairs(part.pairs)
    for name, each in pair_measures(part, tau).items():
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


def _score_rows(part: Part, margin: float) -> list[Places]:
    """What is compared as scores: level, size of the gap, ranks and the correlation over persons."""
    n_pairs = _n_pairs(part.pairs)
    if part.place["scope"] == "persona":
        return _rows_of_items(part, n_pairs, margin)
    # a person's mean over scales: its gap is the mean of its gaps
    of_scales = part.scores
    of_person = of_scales.groupby("person", sort=False)[["said", "done"]].mean()
    gap = (
        level_gap(of_person["said"], of_person["done"], of_person.index, poles=part.poles, seed=SEED)
        if part.common
        else _no_metric(of_scales)
    )
    rows = [_judged(_row("level_gap", gap, n_pairs), gap, margin)]
    if not part.place["scale"]:
        sizes = (of_scales["done"] - of_scales["said"]).abs().groupby(of_scales["person"], sort=False).mean()
        size = level_gap(sizes * 0, sizes, sizes.index, seed=SEED) if part.common else _no_metric(of_scales)
        return [*rows, _row("absolute_gap", size, n_pairs)]
    found = score_measures(part)
    for name, estimate in found.items():
        rows.append(_row(name, estimate, n_pairs) | _exchanged(estimate, low_is_consistent=True))
    return [*rows, *_correlations(part, n_pairs)]


def _rows_of_items(part: Part, n_pairs: int, margin: float) -> list[Places]:
    """Of one person: its items stand for others that could have been asked."""
    said, done, item = (part.pairs[name] for name in ("said_score", "done_score", "item"))
    if part.common:
        gap = level_gap(said, done, item, seed=SEED, resamples=RESAMPLES)
        size = absolute_gap(said, done, item, seed=SEED, resamples=RESAMPLES, permutations=1)
    else:
        gap = size = undefined("no_common_metric", n_persons=1)
    rows = []
    for name, each in (("level_gap", gap), ("absolute_gap", size)):
        # the items are no persons: their interval is kept, however few they are
        row = _row(name, dataclasses.replace(each, n_persons=1), n_pairs)
        if row["low"] == row["low"]:
            row["method"] = OVER_ITEMS
        rows.append(_judged(row, each, margin))
    return rows


def score_measures(part: Part) -> dict[str, Estimate]:
    """Absolute gap and rank change of one scale, with the null of persons exchanged within their pole."""
    said, done, who = (part.scores[name] for name in ("said", "done", "person"))
    size = absolute_gap(said, done, who, poles=part.poles, seed=SEED) if part.common else _no_metric(part.scores)
    return {"absolute_gap": size, "rank_change": rank_change(said, done, who, poles=part.poles, seed=SEED)}


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


def correlated(part: Part) -> SaidDone:
    """Correlation over the persons of a scale, raw and corrected for attenuation; over models pooled by Fisher's z."""
    said, done = (wide(part.pairs, side) for side in ("said", "done"))
    persons = said.index
    return said_done_correlation(
        said, done, person=persons.get_level_values(1), model=persons.get_level_values(0), poles=part.poles, seed=SEED,
        resamples=RESAMPLES, permutations=RESAMPLES,
    )  # fmt: skip


def _correlations(part: Part, n_pairs: int) -> list[Places]:
    found = correlated(part)
    raw = _row("correlation", found.raw, n_pairs) | _exchanged(found.raw, low_is_consistent=False)
    rows = [raw, _row("disattenuated", found.disattenuated, n_pairs)]
    return [*rows, *(_row(f"reliability_{side}", each, n_pairs) for side, each in
                     (("said", found.reliability_said), ("done", found.reliability_done)))]  # fmt: skip


def _calibrated(part: Part, human: DataFrame) -> list[Places]:
    """The squared gap after the behaviour has been mapped on people's self-reports; nothing where no people are given."""
    if part.place["people"] or human.empty:
        return []
    scales = set(part.pairs["scale"]) & set(human["scale"])
    if not scales:
        return []
    of_part = _of_persons(part)
    one, other = (each[each["scale"].isin(scales)].rename(columns={"scale": "domain"}) for each in (of_part, human))
    found = calibrated_gap(one, other, said_range=POMP_RANGE, done_range=POMP_RANGE, poles=part.poles, seed=SEED)
    null = found.extra.get("null_constant")
    n_pairs = _n_pairs(part.pairs)
    rows = [_row("calibrated_gap", found, n_pairs)]
    if isinstance(null, float) and part.place["scope"] == "model":
        rows.append(
            _row("calibrated_gap", Estimate(null, n_persons=found.n_persons), n_pairs) | {"model": NULL_RESPONDERS[0]}
        )
    return rows


def _of_persons(part: Part) -> DataFrame:
    """One row a person x scale, also of a single persona."""
    return scores(part.pairs, ["person", "scale"]) if part.place["scope"] == "persona" else part.scores


def _confirmation_rows(table: DataFrame) -> list[Places]:
    found = self_confirmation(
        table[["person", "item", "confirmed", "opposite"]], poles=poles_of(table), seed=SEED, resamples=RESAMPLES
    )
    return [_row(name, getattr(found, name), len(table)) for name in ("confirmed", "opposite", "discrimination")]


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
