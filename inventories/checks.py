"""What the types of a data file cannot say: names that lead somewhere, keys and values, figures that add up."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from inventories.definitions import Inventory, Translation
from inventories.forms import MOST_OPTIONS
from inventories.reading import DefinitionError, allowed


def check_translation(inventory: Inventory, overlay: Translation, path: Path, language: str) -> None:
    ids = {item.id for item in inventory.items}
    for place, seen, meant in (
        ("overlay_of", overlay.overlay_of, inventory.id),
        ("language", overlay.language, language),
    ):
        if seen != meant:
            raise DefinitionError(f"{path}, {place}: {seen!r} does not fit the file's name; {allowed([meant])}")
    overridden = [each.item for each in overlay.key_overrides]
    for place, names in (
        ("items", list(overlay.items)),
        ("untranslated", overlay.untranslated),
        ("key_overrides", overridden),
    ):
        if strangers := sorted(set(names) - ids):
            raise DefinitionError(
                f"{path}, {place}: {strangers[0]!r} is no item of {inventory.id}; {allowed(ids, strangers[0])}"
            )
    if absent := sorted(ids - set(overlay.items)):
        raise DefinitionError(f"{path}, items: {absent[0]!r} is missing")
    for each in overlay.key_overrides:
        if each.key not in (1, -1):
            raise DefinitionError(f'{path}, key_overrides "{each.item}": key must be 1 or -1, not {each.key}')
    if any(item.left or item.options for item in inventory.items):
        raise DefinitionError(f"{path}: a translation has no place for poles or for options of single items")
    values, own = ([option.value for option in options] for options in (overlay.options, inventory.options))
    if values != own:
        raise DefinitionError(f"{path}, options: the values must be {own} as in {inventory.id}, not {values}")


def _wrong(inventory: Inventory, place: str, what: str) -> DefinitionError:
    return DefinitionError(f"{inventory.file}, {place}: {what}")


def check(inventory: Inventory, statements: Inventory | None) -> None:
    """What the types cannot say: names that lead somewhere, keys, figures that add up; `statements` holds the twins."""
    sentences = {"printed": inventory.printed, "statement": inventory.statement}
    sentences |= {f'option set "{name}", statement': each.statement for name, each in inventory.option_sets.items()}
    for place, template in sentences.items():
        if template and not re.search(r"\{[Tt]ext\}", template):
            raise _wrong(
                inventory, place, f"{template!r} has no place for the item; write {{text}} or {{Text}} into it"
            )
    _check_items(inventory)
    _check_scenarios(inventory, statements)
    _check_scales(inventory)
    _check_figures(inventory)


def _check_items(inventory: Inventory) -> None:
    if not inventory.items:
        raise _wrong(inventory, "items", "an inventory needs at least one item")
    doubled = [name for name, count in Counter(item.id for item in inventory.items).items() if count > 1]
    if doubled:
        raise _wrong(inventory, f'item "{doubled[0]}"', "this id stands twice; ids must differ")
    for item in inventory.items:
        place = f'item "{item.id}"'
        if not item.id.strip():
            raise _wrong(inventory, place, "an id must not be empty")
        if item.key not in (1, -1):
            raise _wrong(inventory, place, f"key must be 1 or -1, not {item.key}")
        for name in (item.scale, item.facet):
            if name is not None and name not in inventory.scales:
                raise _wrong(inventory, place, f"unknown scale {name!r}; {allowed(inventory.scales, name)}")
        if isinstance(item.options, str) and item.options not in inventory.option_sets:
            what = f"unknown option set {item.options!r}; {allowed(inventory.option_sets, item.options)}"
            raise _wrong(inventory, place, what)
        text, left, right = (bool(each.strip()) for each in (item.text, item.left, item.right))
        if left != right or text == left:
            raise _wrong(inventory, place, "needs a text, or both left and right")
        values = [option.value for option in inventory.options_of(item)]
        if len(values) < 2:
            what = f"needs at least two options, has {len(values)}: give `options` in the file or in the item"
            raise _wrong(inventory, place, what)
        if len(values) > MOST_OPTIONS:
            raise _wrong(
                inventory, place, f"{len(values)} options; allowed: 2 to {MOST_OPTIONS}, as many as have labels"
            )
        if len(set(values)) < 2 and inventory.kind == "cognition":
            raise _wrong(inventory, place, "its options must not all have the same value")
        if strangers := sorted(set(item.catch) - set(values)):
            what = f"catch: no option has the value {strangers[0]}; {allowed(map(str, set(values)))}"
            raise _wrong(inventory, place, what)


def _check_scenarios(inventory: Inventory, statements: Inventory | None) -> None:
    """Actions are high or low, and a twin keeps the key and the scale of its statement."""
    known = {each.id: each for each in statements.items} if statements else {}
    for item in inventory.items:
        place = f'item "{item.id}"'
        options = inventory.options_of(item)
        if inventory.kind == "action" and not inventory.is_scenario(item):
            raise _wrong(
                inventory, place, "a scenario has options of its own: actions, high (value 1) and low (value 0)"
            )
        if inventory.is_scenario(item) and {each.value for each in options} != {0, 1}:
            values = [each.value for each in options]
            what = f"the values of a scenario's options must be 1 (high) and 0 (low), not {values}"
            raise _wrong(inventory, place, what)
        if any((each.desirability is None) != (not each.rated_by) for each in options):
            raise _wrong(inventory, place, "desirability and rated_by belong together: a rating names who gave it")
        if bool(item.twin) != bool(inventory.twin_of):
            raise _wrong(inventory, place, "a twin needs `twin` in the item and `twin_of` in the file, or neither")
        if statements is not None:
            if item.twin not in known:
                what = f"twin: {inventory.twin_of} has no item {item.twin!r}; {allowed(known, item.twin)}"
                raise _wrong(inventory, place, what)
            twin = known[item.twin]
            if (item.key, item.scale) != (twin.key, twin.scale):
                what = f"key {item.key} and scale {item.scale!r} must be those of its twin {twin.id}: {twin.key}, {twin.scale!r}"
                raise _wrong(inventory, place, what)


def _check_scales(inventory: Inventory) -> None:
    for name, each in inventory.scales.items():
        place, scale, keys = f'scale "{name}"', inventory.scale(name), inventory.keys(name)
        if scale.parent is not None and scale.parent not in inventory.scales:
            what = f"unknown parent {scale.parent!r}; {allowed(inventory.scales, scale.parent)}"
            raise _wrong(inventory, place, what)
        if not keys:
            raise _wrong(inventory, place, "no item counts towards it")
        counted = {"items": len(keys), "reversed": sum(key < 0 for key in keys.values())}
        for figure, seen in counted.items():
            stated = getattr(each, figure, None)
            if stated is not None and stated != seen:
                raise _wrong(inventory, place, f"{figure} = {stated}, but {seen} are there")


def _check_figures(inventory: Inventory) -> None:
    """Norms, reliabilities, types and short forms speak of scales that are there."""
    tables: list[tuple[str, Iterable[str]]] = [(f'norm "{each.id}"', each.scales) for each in inventory.norms]
    tables += [("reliabilities", each.scales) for each in inventory.reliabilities]
    tables += [("types", inventory.types.order)] if inventory.types else []
    tables += [(f'short form "{name}"', form.items) for name, form in inventory.short_forms.items()]
    for place, scales in tables:
        for name in scales:
            if name not in inventory.scales:
                raise _wrong(inventory, place, f"unknown scale {name!r}; {allowed(inventory.scales, name)}")
    for norm in inventory.norms:
        for name, figures in norm.scales.items():
            if figures.sd is not None and figures.sd <= 0:
                place = f'norm "{norm.id}", scale "{name}"'
                raise _wrong(inventory, place, f"sd must be above 0, not {figures.sd}")
    for name in inventory.types.order if inventory.types else ():
        if not (inventory.scale(name).high and inventory.scale(name).low):
            what = "an axis of a type rule needs high and low, each { letter, name }"
            raise _wrong(inventory, f'scale "{name}"', what)
    for form_name, form in inventory.short_forms.items():
        for scale, ids in form.items.items():
            signed = {("-" if key < 0 else "") + item for item, key in inventory.keys(scale).items()}
            if strangers := sorted(set(ids) - signed):
                what = f"{strangers[0]!r} is not so among the items; {allowed(signed, strangers[0])}"
                raise _wrong(inventory, f'short form "{form_name}", scale "{scale}"', what)
