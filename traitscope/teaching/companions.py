"""Whom somebody's own profile stands beside: the personas of a record, or simulated ones where there are none."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from pandas import DataFrame

from inventories.administer import trait_of
from inventories.definitions import Inventory
from inventories.persona_sets import Persona, load_persona_set
from inventories.responder import About, Prompt, Shown
from psychometrics.scoring import pomp, scale_score
from traitscope import tables
from traitscope.analysis import assigned_level, scale_range
from traitscope.kept import kept
from traitscope.overview import has_answers, model_name
from traitscope.record import Record
from traitscope.responders.simulated import SimulatedResponder
from traitscope.teaching.taking import inventory

SETS = {"big_five": "big_five_32", "dark_triad": "dark_triad"}  # personas that stand in, by what an inventory measures
SIMULATED = "simulated persons"
VERSIONS = ("chosen", "expected")  # of a rating's value; the first that a model has counts


@dataclass(frozen=True)
class Companions:
    """Personas with their profiles.

    `people` has one row a persona x scale: columns persona, text, bare, scale, name, pomp, pole ("high" or "low" where the
    persona was assigned an end of the scale, else None). `told` says in a sentence who they are.
    """

    people: DataFrame
    told: str
    simulated: bool


def choices(record: Record | None, name: str) -> list[str]:
    """Whom a profile of a test can stand beside: each model of the record that rated its items, and simulated persons."""
    return [*([] if record is None else kept(_models, record, name)), SIMULATED]


def beside(record: Record | None, name: str, who: str) -> Companions:
    """The personas as a model of the record played them, over all forms and repeats of ratings; or simulated ones."""
    return simulated(name) if record is None or who == SIMULATED else kept(_of_record, record, name, who)


def _rated(record: Record, name: str) -> DataFrame:
    """The keyed ratings of the test's items, from the test itself or from the inventory that it is a short form of."""
    of = inventory(name)
    values = tables.values(record)
    if values.empty:
        return values
    from_here = values["inventory"].isin({name, of.short_form_of}) & values["item"].isin({item.id for item in of.items})
    return values[from_here & (values["elicitation"] == "rating") & values["value"].notna()]


def _models(record: Record, name: str) -> list[str]:
    if not has_answers(record):
        return []
    rated = _rated(record, name)
    asked = set(rated["model"]) if len(rated) else set()
    return [model for model in record.manifest.models if model in asked]


def _of_record(record: Record, name: str, model: str) -> Companions:
    rated = _rated(record, name)
    rated = rated[rated["model"] == model]
    version = next(each for each in VERSIONS if (rated["version"] == each).any())
    rated = rated[rated["version"] == version]
    wide = rated.groupby(["persona", "item"], sort=False)["value"].mean().unstack("item")
    people = _profiles(inventory(name), wide, record.manifest.personas)
    n = people["persona"].nunique()
    from_whole = set(rated["inventory"]) != {name}
    told = f"{n} personas as {model_name(record, model)} played them in the record {record.name}"
    told += f" (its answers to the same items in {inventory(name).short_form_of})." if from_whole else "."
    return Companions(people, told, False)


@lru_cache(maxsize=8)
def simulated(name: str) -> Companions:
    """Simulated persons who were assigned the levels of a persona set; they cannot read, and are no language model."""
    of, responder = inventory(name), SimulatedResponder("person")
    known = load_persona_set(SETS[of.construct])
    keys = {item.id: item.key for item in of.items}
    prompts = []
    for persona in known.personas:
        for item in of.items:
            values = tuple(option.value for option in of.options_of(item))
            shown = Shown(item.id, *trait_of(of, item), values)
            about = About(persona.text, persona.assigned, (shown,))
            prompts.append(Prompt(f"{persona.id}|{item.id}", (), "text", labels=tuple(map(str, values)), about=about))
    rows = []
    for reply in responder.ask(prompts):
        persona_id, _, item_id = reply.prompt.rpartition("|")
        value = float(reply.text or "nan")
        turned = value if keys[item_id] > 0 else sum(of.range_of(of.item(item_id))) - value
        rows.append({"persona": persona_id, "item": item_id, "value": turned})
    wide = DataFrame(rows).pivot(index="persona", columns="item", values="value")
    people = _profiles(of, wide, {each.id: each for each in known.personas})
    told = f"{len(known.personas)} simulated persons with the levels of {known.id} (random numbers with known traits, no language model)."
    return Companions(people, told, True)


def _profiles(of: Inventory, wide: DataFrame, personas: dict[str, Persona]) -> DataFrame:
    """`people` of `Companions`, from keyed values with one row a persona and one column an item."""
    rows = []
    for scale in of.scales:
        keys = [item for item in of.keys(scale) if item in wide]
        if not keys:
            continue
        found = pomp(scale_score(wide[keys], "mean")["score"], *_item_ends(of, keys))
        levels = {name: assigned_level(personas[str(name)], of, scale) for name in wide.index}
        for name, score in found.items():
            persona = personas[str(name)]
            fellows = [levels[each] for each in levels if personas[str(each)].set == persona.set]
            rows.append({"persona": str(name), "text": persona.text, "bare": not persona.text, "assigned": bool(persona.assigned),
                         "scale": scale, "name": of.scale(scale).name, "pomp": float(score),
                         "pole": _pole(levels[name], fellows)})  # fmt: skip
    return DataFrame(rows)


def _item_ends(of: Inventory, keys: list[str]) -> tuple[float, float]:
    low, high = scale_range(of, keys)
    share = 1 if of.scoring == "mean" else len(keys)
    return low / share, high / share


def _pole(level: float, levels: list[float]) -> str | None:
    """The end of the scale that a level is among those of its set; None between the ends and without a level."""
    known = [each for each in levels if each == each]
    if level != level or min(known) == max(known):
        return None
    return {max(known): "high", min(known): "low"}.get(level)


def nearest(people: DataFrame, own: DataFrame) -> DataFrame:
    """The personas with assigned levels by their distance from `own` (columns scale, pomp), the nearest first.

    Columns persona, text, distance (Euclidean, in POMP over the scales that `own` has), n_scales, farthest (the longest
    distance that there can be).
    """
    place = own.set_index("scale")["pomp"].dropna()
    some = people[people["assigned"]] if people["assigned"].any() else people[~people["bare"]]
    wide = some.pivot(index=["persona", "text"], columns="scale", values="pomp") if len(some) else DataFrame()
    columns = ["persona", "text", "distance", "n_scales", "farthest"]
    if place.empty or wide.empty or not set(place.index) <= set(wide.columns):
        return DataFrame(columns=columns)
    apart = (wide[list(place.index)] - place).dropna()
    told = DataFrame(
        {"distance": np.sqrt((apart**2).sum(axis=1)), "n_scales": len(place), "farthest": 100 * np.sqrt(len(place))}
    )
    return told.sort_values("distance", kind="stable").reset_index()[columns]
