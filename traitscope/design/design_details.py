"""What is said of a model beside its name, and how that is typed: parameters of simulated persons, others, and a price."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple, get_args, get_origin, get_type_hints

import msgspec
import tomli_w

from inventories.responder import ResponderError
from traitscope.design.designing import DesignError
from traitscope.responders.simulated import SimulatedResponder
from traitscope.study_file import Price

SIMULATED = "simulated:"
LITTLE = 1e-6  # of what must be more than 0
WORDS = {
    "seed": ("Seed", "Another seed draws other persons."),
    "level_middle": ("Middle level", "The assigned level that is neither high nor low: 5 for personas of nine levels."),
    "level_span": ("Levels to a pole", "From the middle level to a pole: 4 for personas of nine levels."),
    "effect": ("Effect of a pole", "Of a pole on the trait, in standard deviations: 1 is d = 2 between two poles."),
    "trait_sd": ("Trait spread", "Of persons with the same assigned level, in standard deviations."),
    "item_sd": ("Item spread", "Of a person's lasting view of a single item."),
    "noise": ("Noise", "Of one answer; 0 makes every repeat the same."),
    "action": ("Saying and doing", "Correlation of the trait it acts on with the one it tells of."),
    "acquiescence": ("Acquiescence", "Towards high values, whatever the key."),
    "acquiescence_sd": ("Spread of acquiescence", "Of persons in it."),
    "order_bias": ("Order bias", "Share of answers that are the first printed option."),
    "refusal_rate": ("Refusals", "Share of questions that are refused."),
    "prose": ("Sentences", "Share of replies in sentences."),
}


class Field(NamedTuple):
    """A parameter that a form can show: its usual value, and the least and most it may be."""

    label: str
    told: str
    usual: int | float
    least: int | float | None
    most: int | float | None


def fields(model: str) -> dict[str, Field]:
    """The parameters of a simulated model; none of any other, which has those of its provider."""
    if not model.startswith(SIMULATED):
        return {}
    try:
        shape = type(SimulatedResponder(model.removeprefix(SIMULATED)).settings)
    except ResponderError:  # told of the whole study
        return {}
    hints = get_type_hints(shape, include_extras=True)
    return {each.name: _field(each.name, each.default, hints[each.name]) for each in msgspec.structs.fields(shape)}


def _field(name: str, usual: Any, hint: Any) -> Field:
    meta = get_args(hint)[1] if get_origin(hint) is Annotated else msgspec.Meta()
    least = meta.ge if meta.gt is None else meta.gt + LITTLE
    number = type(usual)
    ends = (None if each is None else number(each) for each in (least, meta.le))
    return Field(*WORDS.get(name, (name, "")), usual, *ends)


def parameters(chosen: Mapping[str, int | float], known: Mapping[str, Field]) -> dict[str, Any]:
    """What is not as usual of the parameters that a form has."""
    return {name: value for name, value in chosen.items() if value != known[name].usual}


def typed(parameters: Mapping[str, Any]) -> str:
    """Parameters as they are typed, a line each: `thinking_tokens = 512`."""
    return tomli_w.dumps(dict(parameters)).strip()


def read(told: str, place: str) -> dict[str, Any]:
    """Parameters from what was typed; DesignError where that is none."""
    try:
        return tomllib.loads(told)
    except (ValueError, RecursionError) as mistake:  # no TOML, a number too long, lists too deep
        raise DesignError(f"{place}, parameters: {mistake}; say one a line, as: thinking_tokens = 512") from None


def price(inwards: float | None, outwards: float | None, place: str) -> Price | None:
    """US dollars per million tokens; DesignError where only one of the two is said."""
    if inwards is None and outwards is None:
        return None
    if inwards is None or outwards is None:
        raise DesignError(f"{place}, price: say both, of tokens in and of tokens out, or leave both empty")
    return Price(float(inwards), float(outwards))
