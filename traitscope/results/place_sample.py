"""The answers that one place of a record holds, as a `Sample`: for the statistics that a page shows of that place."""

from __future__ import annotations

from typing import Any, cast

import msgspec
from pandas import DataFrame

from inventories.definitions import Inventory
from inventories.forms import FACTORS, Elicitation
from traitscope import analysis, tables
from traitscope.choosing import where_all
from traitscope.kept import kept
from traitscope.places import sets_in_order
from traitscope.record import Record
from traitscope.sample import Sample

EVERY_FORM = ""


def persona_sets(record: Record, inventory: str, model: str, ask: str) -> list[str]:
    """Persona sets of which at least two personas answered: a set of one has no differences between persons."""
    people = _answered(record, inventory, ask)
    people = people[people["model"] == model]
    sizes = people.groupby("persona_set", sort=False)["persona"].nunique()
    return sets_in_order(record, {str(name): int(size) for name, size in sizes.items() if size > 1})


def forms(record: Record, inventory: str, model: str, ask: str, persona_set: str) -> list[str]:
    """Printed forms that personas of the set answered, in the order they were planned."""
    people = where_all(_answered(record, inventory, ask), model=model, persona_set=persona_set)
    return [str(each) for each in people["form"].unique()]


def place_sample(
    record: Record, inventory: str, models: tuple[str, ...], ask: str, persona_set: str, form: str = EVERY_FORM
) -> Sample:
    """Keyed values of one inventory, asked in one way of one persona set: a row a sitting, a person a model x persona.

    `form` is the name of one printed form, or `EVERY_FORM`. Sittings without any usable answer are left out, and with one form so are
    the factors of the form. What is centred within persona is marked ipsative.
    """
    return kept(_place_sample, record, inventory, models, ask, persona_set, form)


def inventory_of(record: Record, inventory: str, ask: str) -> Inventory:
    """The inventory as it was asked; likelihoods are scored by means, whatever the inventory does with ratings."""
    elicitation = ask.partition(": ")[0]
    known = record.inventory(inventory, elicitation=cast(Elicitation, elicitation))
    return msgspec.structs.replace(known, scoring="mean") if elicitation == "likelihood" else known


def _place_sample(record: Record, name: str, models: tuple[str, ...], ask: str, persona_set: str, form: str) -> Sample:
    inventory = inventory_of(record, name, ask)
    long = where_all(_values(record, name, ask), persona_set=persona_set)
    long = long[long["model"].isin(models)]
    if form != EVERY_FORM:
        long = long[long["form"] == form]
    asked = set(long["item"])
    keyed = long.pivot(index="sitting", columns="item", values="value")
    keyed = keyed.reindex(columns=[item.id for item in inventory.items if item.id in asked]).astype(float)
    sittings = _sittings(record, name, ask).loc[keyed.index]
    rank = {model: place for place, model in enumerate(models)}
    sittings = sittings.assign(rank=sittings["model"].map(rank)).sort_values(["rank", "planned"], kind="stable")
    keyed = keyed.loc[sittings.index].reset_index(drop=True).rename_axis(columns=None)
    sittings = sittings.reset_index(drop=True)
    factors = sittings[["reply", *FACTORS]].astype(str)
    return Sample(
        file=str(record.folder),
        inventory=inventory,
        table=_table(record, inventory, sittings),
        raw=keyed,
        keyed=keyed,
        who=sittings["model"] + " / " + sittings["persona"],
        factors=factors[[each for each in factors if factors[each].nunique() > 1]],
        groups=sittings[["model"]],
        criteria=DataFrame(index=sittings.index),
        lost={},
        already_keyed=True,
        missing="pairwise",
        warnings=(),
        ipsative=ask.endswith("double_centred"),
    )


def _table(record: Record, inventory: Inventory, sittings: DataFrame) -> DataFrame:
    """What a `Sample` reads of its rows: model, persona, replicate, and the assigned level of each scale."""
    columns: dict[str, Any] = {name: sittings[name].astype(str) for name in ("model", "persona", "replicate")}
    personas = record.manifest.personas
    for scale in inventory.scales:
        levels = {
            name: analysis.assigned_level(personas.get(name), inventory, scale) for name in sittings["persona"].unique()
        }
        columns[f"assigned.{scale}"] = sittings["persona"].map(levels)
    return DataFrame(columns, index=sittings.index)


def _values(record: Record, inventory: str, ask: str) -> DataFrame:
    """The usable answers of one inventory, asked in one way."""
    return kept(_of_place, record, inventory, ask)


def _of_place(record: Record, inventory: str, ask: str) -> DataFrame:
    elicitation, _, version = ask.partition(": ")
    long = where_all(tables.values(record), inventory=inventory, elicitation=elicitation, version=version)
    return long[long["value"].notna()]


def _answered(record: Record, inventory: str, ask: str) -> DataFrame:
    """One row a sitting with any usable answer."""
    return kept(_sittings_answered, record, inventory, ask)


def _sittings_answered(record: Record, inventory: str, ask: str) -> DataFrame:
    return _values(record, inventory, ask).drop_duplicates("sitting")


def _sittings(record: Record, inventory: str, ask: str) -> DataFrame:
    """Every sitting by its id, with the factors of its form and its place in the plan."""
    return kept(_all_sittings, record, inventory, ask)


def _all_sittings(record: Record, inventory: str, ask: str) -> DataFrame:
    answers = where_all(tables.answers(record), inventory=inventory, elicitation=ask.partition(": ")[0])
    sittings = answers.drop_duplicates("sitting").set_index("sitting")
    sittings = sittings[["model", "persona", "reply", "replicate", *FACTORS]]
    return sittings.assign(planned=range(len(sittings)))
