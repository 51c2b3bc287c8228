"""Hidden personas for the game "Guess who": what one answered to telling items, and which poles it was assigned."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pandas import DataFrame

from inventories.administer import trait_of
from inventories.definitions import Inventory
from inventories.ids import shuffled
from inventories.loading import load_inventory
from inventories.persona_sets import Persona, load_persona_set
from inventories.responder import About, Prompt, Shown
from traitscope import tables
from traitscope.kept import kept
from traitscope.overview import model_name
from traitscope.places import constant_persons
from traitscope.record import Record
from traitscope.responders.simulated import SimulatedResponder
from traitscope.store import StoreError

SIMULATED = "Simulated persons (Big Five)"
MOST_CLUES, MOST_PER_TRAIT = 10, 5
FEWEST_PERSONAS = 4  # of one source, or the next persona is no secret
LIKELIER, UNLIKELIER = "more likely than the others to say so", "less likely than the others to say so"


@dataclass(frozen=True)
class Pole:
    """A trait that is guessed, and the words for its two ends."""

    trait: str
    name: str
    high: str = "high"
    low: str = "low"

    def word(self, pole: int) -> str:
        return self.high if pole > 0 else self.low


@dataclass(frozen=True)
class Clue:
    """One item, what the persona answered, and the trait it counts towards."""

    statement: str
    answer: str
    trait: str


@dataclass(frozen=True)
class Riddle:
    """One hidden persona; `truth` is trait -> 1 or -1, `source` says who answered what, and how."""

    name: str
    source: str
    text: str
    poles: tuple[Pole, ...]
    truth: Mapping[str, int]
    clues: tuple[Clue, ...]


def sources(record: Record | None) -> list[str]:
    """Whose answers can be played with: model, inventory and way of asking of the record; simulated persons always."""
    return [*(kept(_of_record, record) if record else {}), SIMULATED]


def riddles(record: Record | None, source: str) -> tuple[Riddle, ...]:
    """The hidden personas of one of `sources`."""
    if record is None or source not in sources(record):
        return _simulated()
    return kept(_of_record, record).get(source) or _simulated()


def next_riddle(record: Record | None, source: str, played: list[str], seed: str) -> Riddle:
    """A riddle in an order that depends on `seed`; one that was `played` comes again only when all were."""
    some = {each.name: each for each in riddles(record, source)}
    times = {name: played.count(name) for name in some}
    return some[min(shuffled(some, "guess who", seed), key=times.__getitem__)]


def _of_record(record: Record) -> dict[str, tuple[Riddle, ...]]:
    """Source -> its riddles, for every source of which enough personas can be told apart."""
    try:
        found = tables.answers(record)
    except StoreError:
        return {}
    result: dict[str, tuple[Riddle, ...]] = {}
    some = found[(found["kind"] == "item") & found["scale"].notna() & (found["language"] == "en")]
    places = some[["model", "inventory", "elicitation"]].drop_duplicates()
    for model, inventory, elicitation in places.itertuples(index=False, name=None):
        answers = _ratings if elicitation == "rating" else _likelihoods if elicitation == "likelihood" else None
        known = record.inventory(inventory)
        if answers is None or known.kind != "cognition":
            continue
        by_persona = answers(record, model, inventory)
        name = f"{model_name(record, model)}; {inventory}; {elicitation}"
        made = _riddles(name, known, list(record.manifest.personas.values()), by_persona, elicitation == "rating")
        if len(made) >= FEWEST_PERSONAS:
            result[name] = made
    return result


def _ratings(record: Record, model: str, inventory: str) -> dict[str, dict[str, float]]:
    """Persona -> item -> the value of its first sitting; personas that gave one answer to everything are left out."""
    table = tables.answers(record)
    table = table[(table["model"] == model) & (table["inventory"] == inventory) & (table["elicitation"] == "rating")]
    table = table[(table["kind"] == "item") & table["chosen"].notna()]
    constant = constant_persons(record)
    return {
        persona: values
        for persona, values in _first(table, "chosen").items()
        if (model, persona, inventory, "rating") not in constant
    }


def _likelihoods(record: Record, model: str, inventory: str) -> dict[str, dict[str, float]]:
    """Persona -> item -> how much likelier than the reference personas it is to say the statement, in nats per token."""
    table = tables.values(record)
    table = table[(table["model"] == model) & (table["inventory"] == inventory) & (table["version"] == "item_centred")]
    return _first(table.assign(said=table["value"] * table["key"]), "said")


def _first(table: DataFrame, value: str) -> dict[str, dict[str, float]]:
    once = table[table["sitting"] == table.groupby("persona")["sitting"].transform("first")]
    return {
        str(persona): dict(zip(rows["item"], rows[value].astype(float), strict=True))
        for persona, rows in once.groupby("persona", sort=False)
    }


def _riddles(
    source: str, inventory: Inventory, personas: list[Persona], answers: dict[str, dict[str, float]], rated: bool
) -> tuple[Riddle, ...]:
    """One riddle a persona with assigned poles that answered items of each; sets with other traits stay apart."""
    result: list[Riddle] = []
    for name in dict.fromkeys(each.set for each in personas if each.assigned):
        some = [each for each in personas if each.set == name and answers.get(each.id)]
        truths = {each.id: _truth(each, some, inventory) for each in some}
        ranked = _most_telling(inventory, truths, answers)
        for persona in some:
            truth, own = truths[persona.id], answers[persona.id]
            clues = [_clue(inventory, item, own[item], rated) for item in _chosen(persona.id, truth, ranked, own)]
            if truth and {each.trait for each in clues} == set(truth):
                poles = tuple(_pole(inventory, trait) for trait in truth)
                result.append(Riddle(f"{source}; {persona.id}", source, persona.text, poles, truth, tuple(clues)))
    return tuple(result)


def _truth(persona: Persona, all_of_set: list[Persona], inventory: Inventory) -> dict[str, int]:
    """Trait -> the assigned pole, for the traits that the inventory measures; levels in the middle are no pole."""
    truth = {}
    for trait in dict.fromkeys(trait_of(inventory, item)[0] for item in inventory.items):
        levels = [each.assigned[trait] for each in all_of_set if trait in each.assigned]
        if trait in persona.assigned and min(levels) < max(levels):
            side = persona.assigned[trait] - (min(levels) + max(levels)) / 2
            if side:
                truth[trait] = 1 if side > 0 else -1
    return truth


def _most_telling(
    inventory: Inventory, truths: dict[str, dict[str, int]], answers: dict[str, dict[str, float]]
) -> dict[str, list[str]]:
    """Trait -> its items, first those whose answers differ most between the personas of its two poles."""
    gaps: dict[str, dict[str, float]] = {}
    for item in inventory.items:
        trait = trait_of(inventory, item)[0]
        said = {
            pole: [answers[who][item.id] for who, truth in truths.items() if truth.get(trait) == pole and item.id in answers[who]]
            for pole in (1, -1)
        }  # fmt: skip
        means = {pole: math.fsum(values) / len(values) for pole, values in said.items() if values}
        gaps.setdefault(trait, {})[item.id] = abs(means[1] - means[-1]) if len(means) == 2 else 0.0
    return {trait: sorted(own, key=lambda item: -own[item]) for trait, own in gaps.items()}


def _chosen(
    persona: str, truth: dict[str, int], ranked: dict[str, list[str]], own: dict[str, float]
) -> tuple[str, ...]:
    """Items of each trait from the most telling ones, other ones for other personas, in mixed order."""
    each = min(MOST_PER_TRAIT, max(1, MOST_CLUES // max(1, len(truth))))
    taken: list[str] = []
    for trait in truth:
        best = [item for item in ranked.get(trait, []) if not math.isnan(own.get(item, math.nan))][: each + 2]
        taken += shuffled(best, "guess who", persona)[:each]
    return shuffled(taken, "guess who", persona, "order")


def _clue(inventory: Inventory, name: str, value: float, rated: bool) -> Clue:
    item = inventory.item(name)
    trait = trait_of(inventory, item)[0]
    if not rated:
        return Clue(inventory.statements(item)[0], LIKELIER if value > 0 else UNLIKELIER, trait)
    options = inventory.options_of(item)
    text = next(each.text for each in options if each.value == value)
    if not text:  # between two described ends
        below = value - min(each.value for each in options) < max(each.value for each in options) - value
        text = f"rather: {item.left if below else item.right}"
    return Clue(inventory.printed_text(item), text, trait)


def _pole(inventory: Inventory, trait: str) -> Pole:
    for name in inventory.scales:
        scale = inventory.scale(name)
        if scale.trait.lstrip("-") == trait:
            high, low = (scale.low, scale.high) if scale.trait.startswith("-") else (scale.high, scale.low)
            if high and low:
                return Pole(trait, f"{high.name} or {low.name}", f"{high.letter} ({high.name})", f"{low.letter} ({low.name})")  # fmt: skip
    return Pole(trait, trait.replace("_", " ").capitalize())


@cache
def _simulated() -> tuple[Riddle, ...]:
    """The 32 combinations of Big Five poles, answered by simulated persons: no key, no network and no record is needed."""
    inventory, personas = load_inventory("ipip50"), load_persona_set("big_five_32").personas
    person = SimulatedResponder("person", {"effect": 1.5, "trait_sd": 0.5, "noise": 0.5, "seed": 32})
    answers = {
        each.id: {item.id: _answer(person, inventory, item, each) for item in inventory.items} for each in personas
    }
    return _riddles(SIMULATED, inventory, list(personas), answers, True)


def _answer(person: SimulatedResponder, inventory: Inventory, item: Any, persona: Persona) -> float:
    trait, key = trait_of(inventory, item)
    values = tuple(option.value for option in inventory.options_of(item))
    about = About(persona.id, persona.assigned, (Shown(item.id, trait, key, values),))
    labels = tuple(str(value) for value in values)
    (reply,) = person.ask([Prompt(item.id, (), "text", labels=labels, about=about)])
    return float(reply.text or "nan")
