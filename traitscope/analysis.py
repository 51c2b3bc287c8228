"""A record becomes the tidy tables that anything may show: answers, scores, standings, types, outcomes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, cast

import numpy as np
import pandas as pd
from pandas import DataFrame, Series

from inventories.definitions import Inventory, Norm
from inventories.forms import FACTORS, Elicitation, Form
from inventories.persona_sets import Persona
from psychometrics.likelihoods import likelihood_scores
from psychometrics.scoring import normal_percentile, pomp, scale_score, t_score, type_letters
from traitscope.choosing import groups, rows_of
from traitscope.record import Record

OUTCOMES = ("answered", "refused", "ambiguous", "off_scale", "unreadable", "missing")
BLOCK = "bfi44"  # the key-balanced items whose mean is taken off a persona's likelihoods

SITTING = ["model", "persona", "persona_set", "inventory", "elicitation", "reply", "form", "replicate", "sitting"]
KEYS = ["scale", "facet", "key"]
PART = 20_000  # trials that are read at once


def answers(record: Record) -> DataFrame:
    """One row a trial of the current plan, asked or not.

    Columns: those of `SITTING`, language and every factor of the form; kind ("item", "follow_up" or "again"), item, scale,
    facet, key; outcome (NaN while pending), chosen (value of the chosen or most probable option), position (its place
    on the page, from 0), expected (mean value under the label probabilities), label_mass, likelihood (nats per
    token), near_tie, shown (the options in printed order, as places in
    the inventory's own), reply_text, trial.
    """
    with record.store() as store:
        trials = _trials(*store.parts("answers", PART))
        sittings = _sittings(record, *store.table("sittings"))
    # each number stands once among the sittings, in their order
    places = np.searchsorted(sittings["number"], trials["number"])
    table = pd.concat([sittings.drop(columns="number").take(places).reset_index(drop=True), trials], axis="columns")
    table = pd.concat([table, _keys(record, table)], axis="columns")
    table["near_tie"] = table["near_tie"].eq(1)
    order = [*SITTING, *(each for each in FACTORS if each not in SITTING), "kind", "item", "scale", "facet", "key"]
    order += [
        "outcome",
        "chosen",
        "position",
        "expected",
        "label_mass",
        "likelihood",
        "near_tie",
        "shown",
        "reply_text",
        "trial",
    ]
    return table[order]


def _trials(columns: list[str], parts: Iterable[list[tuple[Any, ...]]]) -> DataFrame:
    """The rows of all parts, each column of the kind that it would have if all were read at once."""
    pieces: dict[str, list[Series]] = {name: [] for name in columns}
    length = 0
    for rows in parts:
        length += len(rows)
        part = DataFrame(rows, columns=columns)
        for name in columns:
            pieces[name].append(part[name])
    return DataFrame({name: _whole(pieces.pop(name), length) for name in columns}, columns=columns)


def _whole(pieces: list[Series], length: int) -> Series:
    """One column of its pieces; one in which nothing is known has no kind of its own."""
    empty = [each.isna().all() for each in pieces]
    if all(empty):
        return Series([None] * length, dtype=object)
    kind = next(each.dtype for each, is_empty in zip(pieces, empty, strict=True) if not is_empty)
    if any(empty) and kind.kind == "i":
        kind = np.dtype(float)
    return pd.concat(
        [each.astype(kind) if is_empty else each for each, is_empty in zip(pieces, empty, strict=True)],
        ignore_index=True,
    )


def _sittings(record: Record, columns: list[str], rows: list[tuple[Any, ...]]) -> DataFrame:
    """The sittings with every factor of their form, the form by its name, and the persona's set."""
    table = DataFrame(rows, columns=columns)
    # a record made before a factor was known has its default
    forms = {text: Form(**json.loads(text)) for text in table["form"].unique()}
    for factor in FACTORS:
        table[factor] = table["form"].map({text: getattr(form, factor) for text, form in forms.items()})
    table["form"] = table["form"].map({text: form.name() for text, form in forms.items()})
    sets = {name: persona.set or "study" for name, persona in record.manifest.personas.items()}
    return table.assign(persona_set=table["persona"].map(sets))


def _keys(record: Record, table: DataFrame) -> DataFrame:
    """Scale, facet and key of each row's item, in the inventory as it was printed for it; NaN for an item it has not."""
    parts = []
    for place, rows in table.groupby(["inventory", "language", "elicitation"], sort=False).groups.items():
        items = record.inventory(*cast(tuple[str, str, Elicitation], place)).items
        keys = DataFrame([(each.scale, each.facet, each.key) for each in items], [each.id for each in items], KEYS)
        parts.append(keys.reindex(table.loc[rows, "item"]).set_axis(rows, axis="index"))
    return pd.concat(parts).reindex(table.index) if parts else DataFrame(columns=KEYS)


def values(record: Record, table: DataFrame | None = None) -> DataFrame:
    """Keyed answers in long form, one row a sitting x item x version; confirmations are no answers of their own.

    Columns of `SITTING`, item, scale, facet, key, assigned poles left out; version ("chosen" and "expected" for
    ratings, "raw", "item_centred" and "double_centred" for likelihoods), value (keyed: high means more of the scale), note.
    """
    table = answers(record) if table is None else table
    table = rows_of(table, (table["kind"] == "item") & table["scale"].notna())
    names = [*SITTING, "language", "item", "scale", "facet", "key"]
    parts = []
    printed = rows_of(table, table["elicitation"].isin(["rating", "choice"]))
    for (inventory, language, elicitation), rows in groups(
        printed, ["inventory", "language", "elicitation"], sort=True
    ):
        known = record.inventory(str(inventory), str(language), cast(Elicitation, elicitation))
        ends = {item.id: sum(known.range_of(item)) for item in known.items}
        for version in ("chosen", "expected"):
            # text has no probabilities, so it has no expected value
            some = rows_of(rows, rows["reply"] == "labels") if version == "expected" else rows
            if some.empty:
                continue
            turned = some[version].where(some["key"] == 1, some["item"].map(ends) - some[version])
            parts.append(some[names].assign(version=version, value=turned.astype(float), note=""))
    said = table[(table["elicitation"] == "likelihood") & table["likelihood"].notna()]
    if len(said):
        parts.append(_centred(record, said, names))
    columns = [*names, "version", "value", "note"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else DataFrame(columns=columns)


def _centred(record: Record, said: DataFrame, names: list[str]) -> DataFrame:
    """Likelihoods less the item's mean over the reference personas, and less the persona's mean over BFI-44.

    A scenario's value is the contrast of its high actions with its low ones. What a persona's sentences have in common
    is gone from it already, so it is not double-centred. Scenarios may be asked of fewer personas: each inventory of
    them has its own reference.
    """
    groups = {
        name: name if record.inventory(name).kind == "action" else "" for name in dict.fromkeys(said["inventory"])
    }
    parts = [
        _centred_part(record, some, names, not group) for group, some in said.groupby(said["inventory"].map(groups))
    ]
    return pd.concat(parts, ignore_index=True)


def _centred_part(record: Record, said: DataFrame, names: list[str], statements: bool) -> DataFrame:
    within = ["model", "form", "replicate"]
    reference, reference_name = _reference(record, set(said["persona"]))
    has_block = statements and (said["inventory"] == BLOCK).any()
    if not reference:
        return said[names].assign(version="raw", value=said["likelihood"] * said["key"], note="no_reference_set")
    block = _block_keys(record) if has_block else _balanced(said) if statements else {}
    version_names = {"raw", "item_centred", "double_centred"} if block else {"raw", "item_centred"}
    scored = likelihood_scores(
        said.rename(columns={"likelihood": "value"})[[*within, "persona", "item", "value"]],
        reference=reference,
        reference_name=reference_name,
        block=block or {"high": 1, "low": -1},
        block_name=BLOCK if has_block else "all items",
        within=within,
    )
    scored = scored[scored["version"].isin(version_names)]
    merged = said[names].merge(
        scored[[*within, "persona", "item", "version", "value", "note"]], on=[*within, "persona", "item"]
    )
    merged["value"] *= merged["key"]
    return merged


def _reference(record: Record, asked: set[str]) -> tuple[set[str], str]:
    """The record's reference personas that were asked; where none was, the first set with assigned levels that was."""
    manifest = record.manifest
    if known := set(manifest.reference) & asked:
        return known, manifest.reference_name
    sets = [
        each.set
        for each in manifest.personas.values()
        if each.assigned and each.id in asked and each.set not in manifest.negated
    ]
    found = {each.id for each in manifest.personas.values() if each.assigned and sets[:1] == [each.set]} & asked
    return found, f"{sets[0]} ({len(found)} personas)" if sets else ""


def _block_keys(record: Record) -> dict[str, int]:
    return {item.id: item.key for item in record.inventory(BLOCK).items}


def _balanced(said: DataFrame) -> dict[str, int]:
    """All items asked, when their keys are balanced enough to take a persona's mean over them; else nothing."""
    keys = dict(zip(said["item"], said["key"], strict=True))
    rarer = min(sum(key == sign for key in keys.values()) for sign in (1, -1))
    return keys if keys and rarer >= 0.3 * len(keys) else {}


def scores(record: Record, keyed_values: DataFrame | None = None) -> DataFrame:
    """One row a sitting x scale x version.

    Columns of `SITTING`, version, scale, level ("domain" or "facet"), name, score (in the inventory's own metric;
    nats per token for likelihoods), n_answered, n_items, pomp (NaN where there is no common metric), assigned (level
    of the scale's trait that the persona was assigned, NaN if none), note.
    """
    long = values(record) if keyed_values is None else keyed_values
    parts = [_scores_of(record, inventory, rows) for inventory, rows in groups(long, "inventory")]
    columns = [
        *SITTING,
        "version",
        "scale",
        "level",
        "name",
        "score",
        "n_answered",
        "n_items",
        "pomp",
        "assigned",
        "note",
    ]
    return pd.concat(parts, ignore_index=True)[columns] if parts else DataFrame(columns=columns)


def _scores_of(record: Record, name: Any, long: DataFrame) -> DataFrame:
    parts = []
    for (elicitation, version), rows in groups(long, ["elicitation", "version"]):
        likelihood = elicitation == "likelihood"
        inventory = record.inventory(name, elicitation=cast(Elicitation, elicitation))
        for scale, keys in asked_keys(inventory, rows["item"]).items():
            some = rows.loc[rows["item"].isin(keys), [*SITTING, "item", "value"]]
            wide = some.pivot(index=SITTING, columns="item", values="value").reindex(columns=keys)
            score = scale_score(wide, "mean" if likelihood else inventory.scoring).reset_index()
            low, high = scale_range(inventory, keys)
            score["pomp"] = pomp(score["score"], low, high, "likelihood" if likelihood else "rating")
            score["note"] = "no_common_metric" if likelihood else ""
            level = "facet" if inventory.scale(scale).parent else "domain"
            parts.append(score.assign(version=str(version), scale=scale, level=level, name=inventory.scale(scale).name))
    table = pd.concat(parts, ignore_index=True)
    inventory = record.inventory(name)
    table["assigned"] = [
        assigned_level(record.manifest.personas.get(persona), inventory, scale)
        for persona, scale in zip(table["persona"], table["scale"], strict=True)
    ]
    return table


def asked_keys(inventory: Inventory, items: Iterable[str]) -> dict[str, list[str]]:
    """By scale the items that count towards it and are among `items`: a study may ask some of an inventory's only."""
    asked = set(items)
    found = {scale: [item for item in inventory.keys(scale) if item in asked] for scale in inventory.scales}
    return {scale: keys for scale, keys in found.items() if keys}


def scale_range(inventory: Inventory, keys: Iterable[str]) -> tuple[float, float]:
    """Lowest and highest score possible on the items `keys`, in the inventory's metric."""
    ranges = [inventory.range_of(inventory.item(item)) for item in keys]
    share = len(ranges) if inventory.scoring == "mean" else 1
    return sum(low for low, _ in ranges) / share, sum(high for _, high in ranges) / share


def assigned_level(persona: Persona | None, inventory: Inventory, scale: str) -> float:
    """The level of the scale's trait that `persona` was assigned, in the direction of the scale; NaN if none."""
    trait = inventory.scale(scale).trait.lower()
    sign = -1.0 if trait.startswith("-") else 1.0
    levels = {name.lower(): level for name, level in (persona.assigned if persona else {}).items()}
    return sign * levels.get(trait.lstrip("-"), float("nan"))


def norm_for(inventory: Inventory) -> Norm | None:
    """The first norm of the inventory whose figures were verified and have a standard deviation."""
    for norm in inventory.norms:
        if norm.verified is True and all(value.sd for value in norm.scales.values()):
            return norm
    return None


def standings(record: Record, table: DataFrame | None = None) -> DataFrame:
    """One row a person x scale x elicitation x version: the mean over sittings, with norms where there are any.

    Columns model, persona, persona_set, inventory, elicitation, version, scale, level, name, score, sd_forms (over
    sittings), n_sittings, pomp, assigned, t, percentile, norm, norm_n (NaN when not told), note. T and percentile
    are within the norm group named: self-selected samples, not the population.
    """
    table = scores(record) if table is None else table
    by = ["model", "persona", "persona_set", "inventory", "elicitation", "version", "scale", "level", "name", "note"]
    people = table.groupby(by, sort=False, dropna=False).agg(
        score=("score", "mean"), sd_forms=("score", "std"), n_sittings=("score", "count"), pomp=("pomp", "mean"),
        assigned=("assigned", "first"),
    ).reset_index()  # fmt: skip
    people[["t", "percentile", "norm_n"]] = float("nan")
    people["norm"] = ""
    for (name, scale), rows in people[people["elicitation"] != "likelihood"].groupby(["inventory", "scale"]):
        inventory = record.inventory(str(name))
        norm = norm_for(inventory)
        if norm is None or scale not in norm.scales:
            continue
        figures, n_items = norm.scales[scale], len(inventory.keys(scale))
        # a norm of item means serves a sum, and the other way round
        factor = {("item_mean", "sum"): n_items, ("sum", "mean"): 1 / n_items}.get((norm.metric, inventory.scoring), 1)
        mean, sd = figures.mean * factor, (figures.sd or float("nan")) * factor
        people.loc[rows.index, "t"] = t_score(rows["score"], mean, sd)
        people.loc[rows.index, "percentile"] = normal_percentile(rows["score"], mean, sd)
        people.loc[rows.index, "norm"] = norm.id
        people.loc[rows.index, "norm_n"] = figures.n or norm.n
    return people


def types(record: Record, table: DataFrame | None = None) -> DataFrame:
    """One row a sitting of an inventory with a type rule: columns of `SITTING`, version, letters, note."""
    table = scores(record) if table is None else table
    rows: list[dict[str, Any]] = []
    for name, some in table.groupby("inventory"):
        inventory = record.inventory(str(name))
        if inventory.types is None:
            continue
        rule = [
            (axis, inventory.types.cut, _letter(inventory, axis, "high"), _letter(inventory, axis, "low"))
            for axis in inventory.types.order
        ]
        for place, each in some.groupby([*SITTING, "version"], dropna=False, sort=False):
            found = type_letters(
                dict(zip(each["scale"], each["score"], strict=True)), rule, each["elicitation"].iloc[0]
            )
            rows.append(
                {
                    **dict(zip([*SITTING, "version"], place, strict=True)),
                    "letters": found.letters,
                    "note": "; ".join(found.notes),
                }
            )
    return DataFrame(rows, columns=[*SITTING, "version", "letters", "note"])


def _letter(inventory: Inventory, axis: str, end: str) -> str:
    pole = getattr(inventory.scale(axis), end)
    return str(pole.letter) if pole else "?"


def outcomes(record: Record, table: DataFrame | None = None) -> DataFrame:
    """One row a model x elicitation x inventory: trials, pending, a count of every outcome, near ties, label mass.

    label_mass is the mean probability that a label was said at all (NaN where no probabilities were read), and
    low_mass the share of trials under .1, whose answers rest on very little. Without `table` the store counts.
    """
    if table is None:
        with record.store() as store:
            columns, counted = store.table("outcomes")
        found = DataFrame(counted, columns=columns)
        whole = dict.fromkeys(("pending", *OUTCOMES, "near_ties"), int)
        return found.astype(whole | {"label_mass": float, "low_mass": float}) if counted else DataFrame()
    rows = []
    for place, some in groups(table, ["model", "elicitation", "inventory"]):
        seen = some["outcome"].value_counts()
        mass = some["label_mass"].dropna().astype(float)
        rows.append(
            dict(zip(("model", "elicitation", "inventory"), place, strict=True))
            | {"trials": len(some), "pending": int(some["outcome"].isna().sum())}
            | {name: int(seen.get(name, 0)) for name in OUTCOMES}
            | {"near_ties": int(some["near_tie"].sum()), "label_mass": mass.mean(), "low_mass": (mass < 0.1).mean()}
        )
    return DataFrame(rows)
