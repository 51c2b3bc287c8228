"""TRAIT's files of results (Lee et al., 2025): scenarios with the probabilities of their labels, printed in two orders."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from inventories.definitions import Inventory
from inventories.forms import Form
from inventories.persona_sets import Persona
from inventories.trait_file import rows_of, trait_inventory
from traitscope.datafile import DataError
from traitscope.importing.sheet import BARE, Cell, Filled, Sheet, model_name, name_of, numbered

LETTERS, DIGITS = ("A", "B", "C", "D"), ("1", "2", "3", "4")
# the two orders: as printed, and every pair of a high and a low action the other way round
ORDERS = {"": "printed", "_rev": "swapped"}
SPACES = " \u2581\u0120"  # what tokenizers put before a label


def read_trait_answers(path: Path, inventory: Inventory) -> Sheet:
    """`likelihood` and `likelihood_rev` hold the probability of each label; or `answer` and `answer_rev` a reply's text.

    `model` and `persona` of a row say who answered; without them it is the bare model, named by the file. The printed
    text in `prompt` tells the wording and whether the situation was paraphrased.
    """
    known = {item.id for item in inventory.items}
    cells: dict[tuple[str, str, Form], dict[str, Cell]] = {}
    first: dict[tuple[str, str, Form], int] = {}
    for number, row in enumerate(rows_of(path), start=1):
        place = f"{path}, row {number}"
        item = trait_inventory([row], path).items[0].id
        if item not in known:
            raise DataError(
                f"{place}: its scenario is none of {inventory.id}; the texts must be the same word for word"
            )
        model, persona = (
            name_of(str(row.get(name, usual)), f"{place}, field {name!r}")
            for name, usual in (("model", model_name(path)), ("persona", BARE))
        )
        given = [end for end in ORDERS if f"likelihood{end}" in row or f"answer{end}" in row]
        if not given:
            raise DataError(
                f"{place}: no answer; one of the fields likelihood, likelihood_rev, answer and answer_rev is needed"
            )
        for end in given:
            key = model, persona, _form(row, end)
            first.setdefault(key, number)
            if item in cells.setdefault(key, {}):
                raise DataError(f"{place}: the scenario stands twice for model {model!r} and persona {persona!r}")
            cells[key][item] = _cell(row, end, place)
    people = {persona: Persona(persona) for _, persona, _ in cells}
    asked = {item for each in cells.values() for item in each}
    sheet = Sheet(path, "trait", tuple(item.id for item in inventory.items if item.id in asked), people=people)
    numbered(
        sheet,
        [Filled(f"row {first[key]}", *key[:2], 1, key[2], "choice", each) for key, each in cells.items()],
        own=False,
    )
    kinds = {type(cell) for each in cells.values() for cell in each.values()}
    if len(kinds) > 1:
        raise DataError(f"{path}: some rows have probabilities and some have texts; give a file of either kind")
    if len(asked) < len(known):
        sheet.told.append(f"{len(known) - len(asked)} of {len(known)} scenarios are not in the file and were not asked")
    return sheet


def _cell(row: Mapping[str, Any], end: str, place: str) -> Cell:
    likely = row.get(f"likelihood{end}")
    if likely is None:
        return str(row.get(f"answer{end}") or "")
    if not isinstance(likely, Mapping):
        raise DataError(
            f"{place}, field 'likelihood{end}': {str(likely)[:60]!r} is no object of labels and probabilities"
        )
    chances = _by_label(likely.items(), f"{place}, field 'likelihood{end}'")
    return tuple(math.log(chances.get(label, 0)) if chances.get(label) else -math.inf for label in _labels(row, end))


def _by_label(pairs: Iterable[tuple[str, Any]], place: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for token, chance in pairs:
        label = token.strip(SPACES)
        if label not in (*LETTERS, *DIGITS):
            continue  # of interfaces that tell their likeliest words
        if isinstance(chance, bool) or not isinstance(chance, int | float) or not 0 <= chance <= 1.000001:
            raise DataError(f"{place}, label {label!r}: {chance!r} is no probability; allowed: 0 to 1")
        found[label] = found.get(label, 0.0) + chance
    return found


def _labels(row: Mapping[str, Any], end: str) -> tuple[str, ...]:
    """The labels that were printed: digits where the prompt, or else the probabilities, have them and no letters."""
    prompt = str(row.get(f"prompt{end}") or "")
    if prompt:
        return DIGITS if "\n1 = " in prompt else LETTERS
    likely = row.get(f"likelihood{end}")
    told = {str(token).strip(SPACES) for token in likely} if isinstance(likely, Mapping) else set()
    return DIGITS if told & set(DIGITS) and not told & set(LETTERS) else LETTERS


def _form(row: Mapping[str, Any], end: str) -> Form:
    prompt, labels = str(row.get(f"prompt{end}") or ""), _labels(row, end)
    told, kept = (str(row.get(name) or "").strip() for name in ("paraphrased_situation", "situation"))
    situation = "paraphrased" if told and told in prompt and kept not in prompt else "original"
    options = ORDERS[end]
    if not prompt:
        return Form(labels="arabic" if labels is DIGITS else "upper", options=options, situation=situation)  # type: ignore[arg-type]
    wording = (
        "trait_numbers" if labels is DIGITS else "trait_bare" if prompt.startswith("Question:") else "trait_letters"
    )
    return Form(wording=wording, options=options, situation=situation)  # type: ignore[arg-type]
