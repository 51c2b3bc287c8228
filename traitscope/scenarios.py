"""The tables about scenarios of a record: option probabilities, trait scores, and what each scenario tells apart."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import fields
from functools import lru_cache
from pathlib import PurePath
from typing import Any

import numpy as np
import pandas as pd
from pandas import DataFrame, Series

from inventories.definitions import Inventory
from inventories.forms import FACTORS
from psychometrics.compare import two_group_effect
from psychometrics.estimate import NO_SPREAD, Estimate
from psychometrics.trait_scores import trait_scores as scored
from traitscope import analysis
from traitscope.distributions import label_logprobs
from traitscope.estimates import FEWEST_FOR_INTERVAL, SEED, poles, withheld
from traitscope.record import Record

RESAMPLES = 1000
ONE_POLE = 0.95  # share of high actions from which, or under one minus which, a scenario has one answer

CONTENT = ["high1", "low1", "high2", "low2"]
OPTIONS = ["model", "persona", "persona_set", "inventory", "item", "scale", "key", "template", "order", "situation",
           "replicate", "reply", "outcome", *CONTENT, "occasion"]  # fmt: skip
TRAIT_SCORES = ["model", "inventory", "scale", "persona_set", "group", "statistic", "value", "low", "high", "method",
                "n_persons", "n_items", "note", "warnings"]  # fmt: skip
GROUPS = ["model", "persona_set", "inventory", "elicitation", "version"]
ITEMS = [*GROUPS, "item", "scale", "key", "effect", "d", "low", "high", "n_persons", "twin", "d_statement", "share_high",
         "flag", "note"]  # fmt: skip


def options(record: Record, answers: DataFrame | None = None) -> DataFrame:
    """How probable each option was: one row an asked trial by choice of a scored scenario.

    Columns of `OPTIONS`. high1, low1, high2, low2 go by what an option is, in the file's order, not by where it stood:
    probabilities as given, 1 and 0 for a generated reply, NaN without an answer. What a scenario has too few of is 0;
    a third high or low option counts with the second. template: the wording. order: "printed", or "swapped", which is
    also what reversed options are where the inventory is not asked swapped. Otherwise they are left out, and so are
    shuffled ones, unless there is no other order: these are "printed" then. occasion tells repeats of a cell apart,
    which differ in replicate, reply format or any other factor of the form.
    """
    table = analysis.answers(record) if answers is None else answers
    table = table[(table["kind"] == "item") & (table["elicitation"] == "choice") & table["scale"].notna()]
    if table.empty:
        return DataFrame(columns=OPTIONS)
    table = table.assign(template=table["wording"], order=_orders(table))
    cell = ["model", "persona", "inventory", "item", "template", "order", "situation"]
    others = ["replicate", "reply", *(each for each in FACTORS if each not in ("wording", "options", "situation"))]
    # two asks that differ in a task beforehand print the same form twice
    table["occasion"] = table.groupby([*cell, *others], dropna=False).cumcount()
    table["occasion"] = table.groupby([*others, "occasion"]).ngroup()
    table = table[table["order"].notna() & table["outcome"].notna()].reset_index(drop=True)
    table[CONTENT] = _by_content(record, table)
    return table[OPTIONS]


def _orders(table: DataFrame) -> Series[Any]:
    """By the plan, asked or not, so that a row means the same while a study is running."""
    names: dict[tuple[str, str], str] = {}
    for inventory, seen in table.groupby("inventory")["options"].unique().items():
        known = {"printed": "printed", "swapped": "swapped"}
        if "swapped" not in seen:
            known["reversed"] = "swapped"
        if set(seen) == {"shuffled"}:
            known["shuffled"] = "printed"
        names |= {(str(inventory), printed): order for printed, order in known.items()}
    orders = [names.get(place) for place in zip(table["inventory"], table["options"], strict=True)]
    return Series(orders, index=table.index, dtype=object)


def _by_content(record: Record, table: DataFrame) -> np.ndarray[Any, Any]:
    with record.store() as store:
        said = {trial: label_logprobs(blob) for trial, blob in store.table("distributions")[1]}
    places: dict[tuple[Any, str], list[int]] = {}
    for inventory, some in table.groupby("inventory"):
        found = record.inventory(str(inventory))
        places |= {(inventory, item): _columns(found.options_of(found.item(item))) for item in some["item"].unique()}
    shares = []
    names = ["inventory", "item", "shown", "outcome", "position", "trial"]
    for inventory, item, shown, outcome, position, trial in table[names].itertuples(index=False):
        row = [0.0 if outcome == "answered" else math.nan] * len(CONTENT)
        if outcome == "answered":
            printed = [places[inventory, item][int(each)] for each in shown.split(",")]
            logprobs = said.get(trial)
            if logprobs is None:
                row[printed[int(position)]] = 1.0
            else:
                for place, each in zip(printed, logprobs, strict=True):
                    row[place] += math.exp(each)
        shares.append(row)
    return np.array(shares, dtype=float).reshape(len(table), len(CONTENT))


def _columns(offered: Sequence[Any]) -> list[int]:
    """For each option of a scenario the number of its column in `CONTENT`."""
    seen = {1: 0, 0: 0}
    found = []
    for option in offered:
        found.append(2 * min(seen[option.value], 1) + (1 - option.value))
        seen[option.value] += 1
    return found


# ---- trait scores


def trait_scores(record: Record, answers: DataFrame | None = None) -> DataFrame:
    """Trait scores, refusals and sensitivities in percent: one row a group of personas x scale x statistic.

    Columns of `TRAIT_SCORES`; statistic is a field of `psychometrics.trait_scores.TraitScores`. group: "all" of a persona
    set, and "assigned high" and "assigned low" where exactly two levels of the scale's trait were assigned, which are
    also what persons are drawn within. Reply formats and repeats are cells of the same scores. low and high: over
    persons, withheld (NaN, as method says) below 10 of them; over the scenarios of a single person.
    """
    table = options(record, answers)
    known = {name: record.inventory(name) for name in table["inventory"].unique()}
    rows: list[dict[str, Any]] = []
    for place, some in table.groupby(["model", "inventory", "scale", "persona_set"], sort=False):
        assigned = _poles_of(record, known[str(place[1])], str(place[2]), some["persona"])
        for group, members, strata in _groups(some, assigned):
            found = scored(
                members.assign(person=members["persona"], replicate=members["occasion"]),
                strata=strata,
                seed=SEED,
                resamples=RESAMPLES,
            )
            for field in fields(found):
                values = [*place, group, field.name, *_row(getattr(found, field.name))]
                rows.append(dict(zip(TRAIT_SCORES, values, strict=True)))
    return DataFrame(rows, columns=TRAIT_SCORES)


def _poles_of(record: Record, inventory: Inventory, scale: str, persona: Series[Any]) -> dict[str, float]:
    """Persona -> 1 or -1 where two levels of the scale's trait were assigned; NaN otherwise."""
    given = record.manifest.personas
    personas = list(dict.fromkeys(persona))
    levels = Series([analysis.assigned_level(given.get(each), inventory, scale) for each in personas], dtype=float)
    return dict(zip(personas, poles(levels), strict=True))


def _groups(
    some: DataFrame, assigned: Mapping[str, float]
) -> Iterator[tuple[str, DataFrame, Mapping[str, Hashable] | None]]:
    whole = all(pole == pole for pole in assigned.values())
    yield "all", some, assigned if whole else None
    pole = some["persona"].map(assigned)
    for name, sign in (("assigned high", 1.0), ("assigned low", -1.0)):
        members = some[pole == sign]
        if len(members):
            yield name, members, None


def _row(found: Estimate) -> tuple[Any, ...]:
    if found.n_persons > 1:  # of a single person the interval is over its scenarios
        found = withheld(found)
    told = "; ".join(found.warnings)
    return found.value, found.low, found.high, found.method, found.n_persons, found.n_items, found.note, told


# ---- scenario by scenario


def item_effects(record: Record, values: DataFrame | None = None) -> DataFrame:
    """What the assigned pole does to each scenario, beside its twin: one row a scenario x elicitation x version.

    Columns of `ITEMS`. effect: mean of those assigned the high pole less that of the low pole, keyed, in the unit of the
    values, a persona being its mean over sittings; d with low and high (withheld below 10 persons); twin: the statement's
    id; d_statement: the same d of the statement, rated or by likelihood as the scenario was, NaN if it was not asked;
    share_high: how often a choice falls on a high action at all. flag: "reversed" (all of the interval of d below 0),
    "against" (effect below 0), "constant" (everybody alike), "no effect" (none at all), "one pole chosen" (share_high
    above .95 or below .05), else "". note: why there is no d. Scales of which not exactly two levels were assigned have
    no rows.
    """
    values = analysis.values(record) if values is None else values
    known = record.inventories()
    twin_of = {
        (name, item.id): (PurePath(inventory.twin_of).stem, item.twin)
        for name, inventory in known.items()
        if inventory.kind == "action"
        for item in inventory.items
    }
    names = {name for name, _ in twin_of}
    table = values[values["inventory"].isin(names) & (values["version"] != "raw")]
    if table.empty:
        return DataFrame(columns=ITEMS)
    found = _effects(record, known, table)
    if found.empty:
        return DataFrame(columns=ITEMS)
    found["twin"] = [twin_of[place][1] for place in zip(found["inventory"], found["item"], strict=True)]
    said = _statements(record, known, values[values["item"].isin(set(found["twin"]))])
    found["d_statement"] = [
        said.get((model, persona_set, elicitation == "likelihood", *twin_of[inventory, item]), math.nan)
        for model, persona_set, inventory, elicitation, item in found[
            ["model", "persona_set", "inventory", "elicitation", "item"]
        ].itertuples(index=False)
    ]
    found["flag"] = [_flag(*each) for each in found[["effect", "d", "high", "spread", "share_high"]].to_numpy(float)]
    return found[ITEMS]


def sign_share(effects: DataFrame) -> DataFrame:
    """How many scenarios the assigned pole moves in its own direction, by the columns of `GROUPS`: n, n_right, share_right.

    n leaves out scenarios without an effect to tell, and an effect of 0 is not right.
    """
    known = effects[effects["effect"].notna()]
    right = known["effect"].gt(NO_SPREAD).groupby([known[each] for each in GROUPS], sort=False)
    table = right.agg(n="size", n_right="sum").reset_index()
    return table.assign(share_right=table["n_right"] / table["n"])


def _effects(record: Record, known: Mapping[str, Inventory], values: DataFrame) -> DataFrame:
    """effect, d, low, high, n_persons, share_high, spread and note of every item whose trait was assigned at two levels."""
    item = [*GROUPS, "item", "scale", "key"]
    persons = values.groupby([*item, "persona"], sort=False)["value"].mean().reset_index()
    place = ["persona_set", "inventory", "scale"]
    sides = {
        (*where, persona): pole
        for where, some in persons.groupby(place, sort=False)
        for persona, pole in _poles_of(record, known[str(where[1])], str(where[2]), some["persona"]).items()
    }
    persons["pole"] = [sides[each] for each in persons[[*place, "persona"]].itertuples(index=False, name=None)]
    rows = []
    for where, some in persons[persons["pole"].notna()].groupby(item, sort=False):
        told = dict(zip(item, where, strict=True))
        y, pole = some["value"].to_numpy(float), some["pole"].to_numpy(float)
        used = np.isfinite(y)
        high, low = (np.sort(y[used & (pole == sign)]) for sign in (1.0, -1.0))
        d, *interval, note = _d(tuple(high), tuple(low))
        few = len(high) + len(low) < FEWEST_FOR_INTERVAL
        action = y[used] if told["key"] == 1 else 1 - y[used]
        choice = told["elicitation"] == "choice" and len(action) > 0
        rows.append(
            told
            | {"effect": high.mean() - low.mean() if min(len(high), len(low)) else math.nan, "d": d}
            | dict(zip(("low", "high"), (math.nan, math.nan) if few else interval, strict=True))
            | {"n_persons": len(high) + len(low), "spread": np.ptp(y[used]) if used.any() else math.nan}
            | {"share_high": action.mean() if choice else math.nan, "note": note}
        )
    return DataFrame(rows)


def _statements(record: Record, known: Mapping[str, Inventory], values: DataFrame) -> dict[tuple[Any, ...], float]:
    """d by model, persona set, whether by likelihood, inventory and statement."""
    values = values[values["inventory"].map({name: each.kind for name, each in known.items()}) == "cognition"]
    rated = values[(values["elicitation"] == "rating") & (values["version"] == "chosen")]
    spoken = values[values["elicitation"] == "likelihood"]
    centred = "double_centred" if spoken["version"].eq("double_centred").any() else "item_centred"
    found = _effects(record, known, pd.concat([rated, spoken[spoken["version"] == centred]]))
    if found.empty:
        return {}
    # a short form has the statements of the whole inventory, and stands in for it where that was not asked
    whole = {name: each.short_form_of for name, each in known.items()}
    result: dict[tuple[Any, ...], float] = {}
    for each in found.to_dict("records"):
        place = each["model"], each["persona_set"], each["elicitation"] == "likelihood"
        result.setdefault((*place, whole[each["inventory"]], each["item"]), each["d"])
        result[(*place, each["inventory"], each["item"])] = each["d"]
    return result


@lru_cache(maxsize=4096)
def _d(high: tuple[float, ...], low: tuple[float, ...]) -> tuple[float, float, float, str]:
    # choices take few values, so hundreds of scenarios have the same ones, and an interval costs milliseconds
    found = two_group_effect(high, low)
    return found.value, found.low, found.high, found.note


def _flag(effect: float, d: float, high: float, spread: float, share_high: float) -> str:
    if d < 0 and high < 0:
        return "reversed"
    if effect < -NO_SPREAD:
        return "against"
    if spread <= NO_SPREAD:
        return "constant"
    if abs(effect) <= NO_SPREAD:
        return "no effect"
    return "one pole chosen" if share_high > ONE_POLE or share_high < 1 - ONE_POLE else ""
