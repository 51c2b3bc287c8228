"""What somebody says of itself beside what it does: statements and their twin scenarios, from a record or from files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pandas import DataFrame, Series

from inventories.definitions import Inventory
from inventories.forms import Elicitation
from inventories.loading import inventory_ids, load_inventory
from inventories.scenarios import action_id, graded, twins
from traitscope import analysis
from traitscope.datafile import DataError, read_table
from traitscope.record import Record
from traitscope.sample import sample

PAIRS = ["model", "people", "persona", "persona_set", "said_by", "done_by", "common", "scale", "name", "pole", "item",
         "statement", "key", "said", "done", "low", "high"]  # fmt: skip
# what stands for the self-report and for the behaviour under each elicitation; the first that a record has counts
SAID = {
    "rating: chosen": "chosen",
    "rating: expected": "expected",
    "likelihood: double_centred": "",
    "likelihood: item_centred": "",
}
DONE = {"rating: chosen": "chosen", "choice: chosen": "chosen", "rating: expected": "expected", "choice: expected": "expected",
        "likelihood: item_centred": ""}  # fmt: skip


def pairs(record: Record, values: DataFrame | None = None) -> DataFrame:
    """One row a person x pair x way of asking, averaged over forms and repeats.

    Columns model, people (False), persona, persona_set, said_by and done_by (elicitation and version of the statement and
    of the scenario), common (whether both are on one metric), scale, name, pole (level of the trait that was assigned),
    item, statement, key, said, done (unkeyed; on the statement's scale where there is a common metric, a share of high
    actions carried over linearly, as POMP does; nats per token for likelihoods), low, high (ends of the statement's scale).
    """
    known = [record.inventory(name) for name in record.manifest.inventories]
    paired = [each for each in known if each.kind == "action" and each.twin_of]
    if not paired:
        return _all([])
    if values is None:  # what was not asked yet is no missing answer
        answers = analysis.answers(record)
        values = analysis.values(record, answers[answers["outcome"].notna()])
    return _all([part for each in paired for part in _pairs_of(record, each, values)])


def _all(parts: Iterable[DataFrame]) -> DataFrame:
    some = [part[PAIRS] for part in parts if len(part)]
    return pd.concat(some, ignore_index=True) if some else DataFrame(columns=PAIRS)


def _pairs_of(record: Record, scenarios: Inventory, values: DataFrame) -> list[DataFrame]:
    statements, twin = twins(scenarios), {item.id: item.twin for item in scenarios.items}
    said = _sides(
        values[values["item"].isin(set(twin.values())) & (values["inventory"] != scenarios.id)], statements, SAID
    )
    done = _sides(
        values[values["inventory"] == scenarios.id].assign(statement=lambda rows: rows["item"].map(twin)),
        scenarios,
        DONE,
    )
    if "likelihood: double_centred" in said:
        said.pop("likelihood: item_centred", None)
    parts = []
    for said_by, one in said.items():
        for done_by, other in done.items():
            # the most probable answer goes with the most probable action, and the expected with the expected
            if SAID[said_by] and DONE[done_by] and SAID[said_by] != DONE[done_by]:
                continue
            both = other.merge(
                one.rename(columns={"item": "statement", "value": "said"})[["model", "persona", "statement", "said"]],
                on=["model", "persona", "statement"],
            ).rename(columns={"value": "done"})
            common = "likelihood" not in said_by + done_by
            both = _placed(
                both.assign(said_by=said_by, done_by=done_by, common=common, people=False), scenarios, statements
            )
            both["pole"] = _poles(record, both.assign(inventory=scenarios.id))
            parts.append(both)
    return parts


def _sides(values: DataFrame, inventory: Inventory, known: dict[str, str]) -> dict[str, DataFrame]:
    """Unkeyed means over sittings by elicitation and version: columns model, persona, persona_set, item, value and, of
    scenarios, statement."""
    found = {}
    kept = ["model", "persona", "persona_set", "item", *(["statement"] if "statement" in values else [])]
    by = values["elicitation"] + ": " + values["version"]
    for name in known:
        rows = values[by == name]
        if rows["value"].notna().any():
            low, high = _ends(inventory, name, rows["item"])
            turned = rows["value"].where(rows["key"] == 1, low + high - rows["value"])
            found[name] = rows.assign(value=turned).groupby(kept, sort=False)["value"].mean().reset_index()
    return found


def _ends(inventory: Inventory, by: str, items: Series[Any]) -> tuple[Series[Any], Series[Any]]:
    """Lowest and highest answer by row; a likelihood is turned round at 0."""
    if by.startswith("likelihood"):
        return items.map(lambda _: 0.0), items.map(lambda _: 0.0)
    asked = graded(inventory) if inventory.kind == "action" and by.startswith("rating") else inventory
    ends = {name: asked.range_of(asked.item(name)) for name in items.unique()}
    return items.map({name: low for name, (low, _) in ends.items()}), items.map(
        {name: high for name, (_, high) in ends.items()}
    )


def _placed(both: DataFrame, scenarios: Inventory, statements: Inventory) -> DataFrame:
    """With scale, key and ends of the statement; a choice is carried over to them."""
    ends = {name: statements.range_of(statements.item(name)) for name in both["statement"].unique()}
    both["low"], both["high"] = (
        both["statement"].map({name: each[end] for name, each in ends.items()}) for end in (0, 1)
    )
    both["scale"] = both["item"].map({item.id: item.scale for item in scenarios.items})
    both["key"] = both["item"].map({item.id: item.key for item in scenarios.items})
    both["name"] = both["scale"].map({scale: scenarios.scale(scale).name for scale in scenarios.scales})
    chosen = both["done_by"].str.startswith("choice") & both["common"]
    both["done"] = both["done"].where(~chosen, both["low"] + (both["high"] - both["low"]) * both["done"])
    return both[both["scale"].notna()]


def keyed_pomp(table: DataFrame, side: str) -> Series[float]:
    """`said` or `done` in percent of the maximum possible, in the direction of the scale."""
    share: Series[float] = 100 * (table[side] - table["low"]) / (table["high"] - table["low"])
    return share.where(table["key"] == 1, 100 - share)


# ---- confirmations


def confirmations(record: Record, answers: DataFrame | None = None) -> DataFrame:
    """Was the action that somebody chose confirmed by itself, and that of the other pole? One row a choice.

    Columns model, people (False), persona, persona_set, scale, name, pole, item, confirmed, opposite: 1, 0, or NaN where there was no
    usable answer. Actions stand in pairs; the other pole's is the chosen one's neighbour.
    """
    columns = ["model", "people", "persona", "persona_set", "scale", "name", "pole", "item", "confirmed", "opposite"]
    answers = analysis.answers(record) if answers is None else answers
    answers = answers[answers["kind"] == "item"]
    chosen = answers[(answers["elicitation"] == "choice") & answers["position"].notna()]
    told = answers[(answers["elicitation"] == "confirmation") & answers["outcome"].notna()]
    if chosen.empty or told.empty:
        return DataFrame(columns=columns)
    said_yes = told.groupby(["model", "persona", "item"])["chosen"].mean()  # several forms: yes in most of them
    yes = {place: np.nan if share == 0.5 else float(share > 0.5) for place, share in said_yes.dropna().items()}
    option = [
        int(shown.split(",")[int(place)]) for shown, place in zip(chosen["shown"], chosen["position"], strict=True)
    ]
    table = chosen.assign(people=False)[
        ["model", "people", "persona", "persona_set", "inventory", "scale", "item"]
    ].copy()
    for name, turned in (("confirmed", 0), ("opposite", 1)):
        places = zip(table["model"], table["persona"], table["item"], option, strict=True)
        table[name] = [
            yes.get((model, who, action_id(item, each ^ turned)), np.nan) for model, who, item, each in places
        ]
    table = table[table["item"].isin({action.rpartition("/")[0] for action in told["item"].unique()})]
    inventories = {name: record.inventory(name) for name in table["inventory"].unique()}
    scales = zip(table["inventory"], table["scale"], strict=True)
    table["name"] = [inventories[inventory].scale(scale).name for inventory, scale in scales]
    return table.assign(pole=_poles(record, table))[columns].reset_index(drop=True)


def _poles(record: Record, table: DataFrame) -> list[float]:
    """The level of the scale's trait that the persona of each row was assigned."""
    places = list(zip(table["persona"], table["inventory"], table["scale"], strict=True))
    inventories = {name: record.inventory(name) for name in {name for _, name, _ in places}}
    personas = record.manifest.personas
    known = {
        (persona, name, scale): analysis.assigned_level(personas.get(persona), inventories[name], scale)
        for persona, name, scale in set(places)
    }
    return [known[place] for place in places]


# ---- answers collected elsewhere


def collected_pairs(
    said: Path, done: Path, statements: Inventory, scenarios: Inventory, done_by: Elicitation = "rating"
) -> DataFrame:
    """The pairs of two files with one row a person; both name the persons in a column `person` or `persona`.

    `said` has raw answers to the statements. `done` has, in columns named by scenario or by statement, ratings of the
    scenarios on the statement's scale, or with `done_by` "choice" 1 for a high action and 0 for a low one. The same file may
    hold both when its columns are named by scenario.
    """
    of_said, table = read_table(said), read_table(done)
    for file, each in ((said, of_said), (done, table)):
        if said != done and "persona" not in each:
            raise DataError(
                f"{file}, header: there is no column `person`, which tells whose answers these are in both files"
            )
    first = sample(of_said, str(said), statements)
    twin = {item.twin: item.id for item in scenarios.items}
    if said != done and not set(table.columns) & set(twin.values()):
        table = table.rename(columns=twin)
    if not set(table.columns) & set(twin.values()):
        raise DataError(
            f"{done}: no column is named by a scenario of {scenarios.id}, such as {scenarios.items[0].id}, or its statement"
        )
    second = sample(table, str(done), graded(scenarios) if done_by == "rating" else scenarios)
    one, other = (_long(each.raw, each.who) for each in (first, second))
    if not set(one["persona"]) & set(other["persona"]):
        raise DataError(f"{done}: nobody in it is in {said} too; both need a column `person` with the same names")
    other["statement"] = other["item"].map({item.id: item.twin for item in scenarios.items})
    both = other.rename(columns={"value": "done"}).merge(
        one.rename(columns={"item": "statement", "value": "said"}), on=["persona", "statement"]
    )
    both = both.assign(said_by="rating: chosen", done_by=f"{done_by}: chosen", common=True, people=False)
    placed = _placed(both, scenarios, statements)
    places = zip(placed["scale"], placed["persona"], strict=True)
    levels = {scale: dict(zip(first.who.astype(str), first.assigned(scale), strict=True)) for scale in first.scales}
    placed["pole"] = [levels.get(scale, {}).get(who, np.nan) for scale, who in places]
    return placed.assign(model=said.stem, persona_set=said.stem)[PAIRS]


def scenarios_of(statements: Inventory) -> Inventory:
    """The bank's scenarios whose twins are `statements`."""
    for name in inventory_ids():
        found = load_inventory(name)
        if found.kind == "action" and found.twin_of == (statements.short_form_of or statements.id):
            return found
    raise DataError(
        f"--twin: the bank has no scenarios to {statements.id}; allowed: "
        + ", ".join(found.twin_of for found in map(load_inventory, inventory_ids()) if found.twin_of)
    )


def _long(raw: DataFrame, who: Series[Any]) -> DataFrame:
    table = raw.assign(persona=who.astype(str).to_numpy()).melt(id_vars="persona", var_name="item", value_name="value")
    return table.groupby(["persona", "item"], sort=False)["value"].mean().reset_index()
