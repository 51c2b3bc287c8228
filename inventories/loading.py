"""Where inventories come from: the bank's files and the user's own, read and checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import msgspec

from inventories.definitions import Inventory, Scale, ShortForm, Translation
from inventories.reading import DefinitionError, allowed, read_toml

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
    """The inventory `name`: an id of the bank ("sd3", "bfi10", "ipip_neo_120.de") or the path of a file.

    A relative path counts from the folder `beside`, that of the study which names it.
    """
    if name.endswith(".toml") or "/" in name or "\\" in name:
        path = Path(name).expanduser()
        return read_inventory(path if path.is_absolute() else (beside or Path.cwd()) / path)
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
    keys = _short_keys(form)
    scales: dict[str, str | Scale] = {
        scale: msgspec.structs.replace(
            inventory.scale(scale), items=len(ids), reversed=sum(each.startswith("-") for each in ids), parent=None
        )
        for scale, ids in form.items.items()
    }
    kept = [item for item in inventory.items if item.id in keys]
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
    if inventory.short_form_of:
        whole = read_inventory(Path(inventory.file))
        return short_form(in_language(whole, language), inventory.id)
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


def _short_keys(form: ShortForm) -> dict[str, int]:
    """Item id -> key, as the short form states it."""
    return {
        each.removeprefix("-"): -1 if each.startswith("-") else 1 for ids in form.items.values() for each in ids
    }


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
    values, own = ([option.value for option in options] for options in (overlay.options, inventory.options))
    if values != own:
        raise DefinitionError(f"{path}, options: the values must be {own} as in {inventory.id}, not {values}")


def _check(inventory: Inventory) -> None:
    """What the types cannot say: names that lead somewhere, keys, figures that add up."""

    def wrong(place: str, what: str) -> DefinitionError:
        return DefinitionError(f"{inventory.file}, {place}: {what}")

    if not inventory.items:
        raise wrong("items", "an inventory needs at least one item")
    doubled = [name for name, count in Counter(item.id for item in inventory.items).items() if count > 1]
    if doubled:
        raise wrong(f'item "{doubled[0]}"', "this id stands twice; ids must differ")
    for item in inventory.items:
        place = f'item "{item.id}"'
        if not item.id.strip():
            raise wrong(place, "an id must not be empty")
        if item.key not in (1, -1):
            raise wrong(place, f"key must be 1 or -1, not {item.key}")
        for name in (item.scale, item.facet):
            if name is not None and name not in inventory.scales:
                raise wrong(place, f"unknown scale {name!r}; {allowed(inventory.scales, name)}")
        if isinstance(item.options, str) and item.options not in inventory.option_sets:
            raise wrong(place, f"unknown option set {item.options!r}; {allowed(inventory.option_sets, item.options)}")
        if bool(item.left) != bool(item.right) or bool(item.text) == bool(item.left):
            raise wrong(place, "needs a text, or both left and right")
        options = inventory.options_of(item)
        if len(options) < 2:
            raise wrong(
                place, f"needs at least two options, has {len(options)}: give `options` in the file or in the item"
            )
        if len({option.value for option in options}) < 2 and inventory.kind == "cognition":
            raise wrong(place, "its options must not all have the same value")
    for name, each in inventory.scales.items():
        scale, keys = inventory.scale(name), inventory.keys(name)
        if scale.parent is not None and scale.parent not in inventory.scales:
            raise wrong(
                f'scale "{name}"', f"unknown parent {scale.parent!r}; {allowed(inventory.scales, scale.parent)}"
            )
        if not keys:
            raise wrong(f'scale "{name}"', "no item counts towards it")
        counted = {"items": len(keys), "reversed": sum(key < 0 for key in keys.values())}
        for figure, seen in counted.items():
            stated = getattr(each, figure, None)
            if stated is not None and stated != seen:
                raise wrong(f'scale "{name}"', f"{figure} = {stated}, but {seen} are there")
    for name, form in inventory.short_forms.items():
        for item_id, key in _short_keys(form).items():
            if inventory.item(item_id).key != key:
                raise wrong(f'short form "{name}"', f'"{item_id}" is keyed {key} here, but not among the items')
    tables: list[tuple[str, Iterable[str]]] = [("norm " + each.id, each.scales) for each in inventory.norms]
    tables += [("reliabilities", each.scales) for each in inventory.reliabilities]
    tables += [(f'short form "{name}"', form.items) for name, form in inventory.short_forms.items()]
    tables += [("types", inventory.types.order)] if inventory.types else []
    for place, scales in tables:
        for name in scales:
            if name not in inventory.scales:
                raise wrong(place, f"unknown scale {name!r}; {allowed(inventory.scales, name)}")
    for name in inventory.types.order if inventory.types else ():
        if not (inventory.scale(name).high and inventory.scale(name).low):
            raise wrong(f'scale "{name}"', "an axis of a type rule needs high and low, each { letter, name }")
