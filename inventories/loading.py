"""Where inventories come from: the bank's files and the user's own, read and checked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import msgspec

from inventories.definitions import Inventory, Scale, Translation
from inventories.reading import DefinitionError, allowed, read_toml
from inventories.trait_file import ENDINGS as TRAIT_ENDINGS
from inventories.trait_file import read_trait

BANK = Path(__file__).parent / "bank"


def inventory_ids() -> list[str]:
    """Ids of the bank's inventories; translations and short forms are not among them."""
    return sorted(path.stem for path in BANK.glob("*.toml") if "." not in path.stem)


@cache
def short_form_ids() -> dict[str, str]:
    """Short forms that the bank can load by name -> the inventory whose items they are."""
    return {name: each for each in inventory_ids() for name in _from_bank(each).short_forms}


def translation_languages(inventory_id: str, folder: Path = BANK) -> list[str]:
    """Language codes in which `inventory_id` stands in `folder` besides its own."""
    start = f"{inventory_id}."
    return sorted(path.stem.removeprefix(start) for path in folder.glob("*.toml") if path.stem.startswith(start))


def load_inventory(name: str, beside: Path | None = None) -> Inventory:
    """The inventory `name`: an id of the bank ("sd3", "bfi10", "ipip_neo_120.de") or the path of a file, TOML or TRAIT's own.

    A relative path counts from the folder `beside`, that of the study which names it.
    """
    if name.endswith((".toml", *TRAIT_ENDINGS)) or "/" in name or "\\" in name:
        path = Path(name).expanduser()
        path = path if path.is_absolute() else (beside or Path.cwd()) / path
        return read_trait(path) if path.suffix in TRAIT_ENDINGS else read_inventory(path)
    base, _, language = name.partition(".")
    if base in inventory_ids():
        inventory = _from_bank(base)
    elif base in short_form_ids():
        inventory = short_form(_from_bank(short_form_ids()[base]), base)
    else:
        names = [*inventory_ids(), *short_form_ids()]
        raise DefinitionError(f"no inventory {name!r} in the bank; {allowed(names, base)}, or a path to a .toml file")
    return in_language(inventory, language) if language else inventory


def read_inventory(path: Path) -> Inventory:
    """The inventory in the file `path`, checked."""
    inventory = msgspec.structs.replace(read_toml(path, Inventory), id=path.stem, file=str(path))
    _check(inventory)
    return inventory


@cache
def _from_bank(inventory_id: str) -> Inventory:
    return read_inventory(BANK / f"{inventory_id}.toml")


def short_form(inventory: Inventory, name: str) -> Inventory:
    """The items of `inventory` that its short form `name` has, under their own ids, so that answers can be shared.

    Norms and reliabilities belong to the whole inventory and are left behind.
    """
    if name not in inventory.short_forms:
        raise DefinitionError(f"{inventory.file}: no short form {name!r}; {allowed(inventory.short_forms, name)}")
    form = inventory.short_forms[name]
    ids = {each.removeprefix("-") for signed in form.items.values() for each in signed}
    scales: dict[str, str | Scale] = {
        scale: msgspec.structs.replace(
            inventory.scale(scale), items=len(each), reversed=sum(name.startswith("-") for name in each), parent=None
        )
        for scale, each in form.items.items()
    }
    kept = [item for item in inventory.items if item.id in ids]
    told = f"Short form of {inventory.id}, key {'verified' if form.verified else 'not verified'}. {form.note}"
    return msgspec.structs.replace(
        inventory,
        id=name,
        short_form_of=inventory.id,
        title=form.title,
        abbreviation=form.title.partition(" (")[0],
        items=[msgspec.structs.replace(item, facet=item.facet if item.facet in scales else None) for item in kept],
        scales=scales,
        types=None,
        norms=[],
        reliabilities=[],
        short_forms={},
        notes=[told.strip(), *inventory.notes],
    )


def in_language(inventory: Inventory, language: str) -> Inventory:
    """`inventory` printed in `language`: its overlay's texts, and its keys where the meaning turned round.

    The overlay lies beside the inventory's own file, as NAME.LANGUAGE.toml.
    """
    if language == inventory.language:
        return inventory
    if inventory.translation or inventory.short_form_of:
        whole = in_language(read_inventory(Path(inventory.file)), language)
        return short_form(whole, inventory.id) if inventory.short_form_of else whole
    folder = Path(inventory.file).parent
    languages = translation_languages(inventory.id, folder)
    if language not in languages:
        raise DefinitionError(
            f"{inventory.id}: no language {language!r}; {allowed([inventory.language, *languages], language)}"
        )
    path = folder / f"{inventory.id}.{language}.toml"
    overlay = read_toml(path, Translation)
    _check_translation(inventory, overlay, path, language)
    keys = {each.item: each.key for each in overlay.key_overrides}
    items = [
        msgspec.structs.replace(item, text=overlay.items[item.id], statement="", key=keys.get(item.id, item.key))
        for item in inventory.items
    ]
    return msgspec.structs.replace(
        inventory,
        items=items,
        options=overlay.options,
        language=language,
        language_name=overlay.language_name,
        printed="{Text}",
        statement=overlay.statement,
        translation=overlay,
        norms=[],
        reliabilities=[],
    )


def _check_translation(inventory: Inventory, overlay: Translation, path: Path, language: str) -> None:
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


def _check(inventory: Inventory) -> None:
    """What the types cannot say: names that lead somewhere, keys, figures that add up."""
    sentences = {"printed": inventory.printed, "statement": inventory.statement}
    sentences |= {f'option set "{name}", statement': each.statement for name, each in inventory.option_sets.items()}
    for place, template in sentences.items():
        if template and not re.search(r"\{[Tt]ext\}", template):
            raise _wrong(
                inventory, place, f"{template!r} has no place for the item; write {{text}} or {{Text}} into it"
            )
    _check_items(inventory)
    _check_scenarios(inventory)
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
        if bool(item.left) != bool(item.right) or bool(item.text) == bool(item.left):
            raise _wrong(inventory, place, "needs a text, or both left and right")
        values = [option.value for option in inventory.options_of(item)]
        if len(values) < 2:
            what = f"needs at least two options, has {len(values)}: give `options` in the file or in the item"
            raise _wrong(inventory, place, what)
        if len(set(values)) < 2 and inventory.kind == "cognition":
            raise _wrong(inventory, place, "its options must not all have the same value")
        if strangers := sorted(set(item.catch) - set(values)):
            what = f"catch: no option has the value {strangers[0]}; {allowed(map(str, set(values)))}"
            raise _wrong(inventory, place, what)


def _check_scenarios(inventory: Inventory) -> None:
    """Actions are high or low, and a twin keeps the key and the scale of its statement."""
    if inventory.twin_of and inventory.kind != "action":
        raise _wrong(inventory, "twin_of", 'only scenarios (kind = "action") are twins of statements')
    statements = load_inventory(inventory.twin_of, beside=Path(inventory.file).parent) if inventory.twin_of else None
    for item in inventory.items:
        place = f'item "{item.id}"'
        values = [option.value for option in inventory.options_of(item)]
        if inventory.is_scenario(item) and set(values) != {0, 1}:
            raise _wrong(
                inventory, place, f"the values of a scenario's options must be 1 (high) and 0 (low), not {values}"
            )
        if bool(item.twin) != bool(inventory.twin_of):
            raise _wrong(inventory, place, "a twin needs `twin` in the item and `twin_of` in the file, or neither")
        for option in inventory.options_of(item):
            if (option.desirability is None) != (not option.rated_by):
                raise _wrong(inventory, place, "desirability and rated_by belong together: a rating names who gave it")
        if statements is not None:
            twin = statements.item(item.twin)
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
