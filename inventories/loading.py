"""Where inventories come from: the bank's files and the user's own, read and checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import msgspec

from inventories.definitions import Inventory, Translation
from inventories.reading import DefinitionError, allowed, read_toml

BANK = Path(__file__).parent / "bank"


def inventory_ids() -> list[str]:
    """Ids of the bank's inventories, translations not among them."""
    return sorted(path.stem for path in BANK.glob("*.toml") if not path.stem.partition(".")[2])


def translation_languages(inventory_id: str) -> list[str]:
    """Language codes in which the bank has `inventory_id` besides its own."""
    return sorted(path.stem.partition(".")[2] for path in BANK.glob(f"{inventory_id}.*.toml"))


def load_inventory(name: str, beside: Path | None = None) -> Inventory:
    """The inventory `name`: an id of the bank ("sd3", "ipip_neo_120.de") or the path of a file.

    A relative path counts from the folder `beside`, that of the study which names it.
    """
    if name.endswith(".toml") or "/" in name or "\\" in name:
        path = Path(name).expanduser()
        return _read_inventory(path if path.is_absolute() else (beside or Path.cwd()) / path)
    base, _, language = name.partition(".")
    if base not in inventory_ids():
        raise DefinitionError(
            f"no inventory {name!r} in the bank; {allowed(inventory_ids(), base)}, or a path to a .toml file"
        )
    inventory = _read_inventory(BANK / f"{base}.toml")
    return in_language(inventory, language) if language else inventory


def in_language(inventory: Inventory, language: str) -> Inventory:
    """`inventory` printed in `language`: its overlay's texts, and its keys where the meaning turned round."""
    if language == inventory.language:
        return inventory
    languages = translation_languages(inventory.id)
    if language not in languages:
        raise DefinitionError(
            f"{inventory.id}: no language {language!r}; {allowed([inventory.language, *languages], language)}"
        )
    path = BANK / f"{inventory.id}.{language}.toml"
    overlay = read_toml(path, Translation)
    keys = {each.item: each.key for each in overlay.key_overrides}
    ids = {item.id for item in inventory.items}
    for place, names in (("items", overlay.items), ("untranslated", overlay.untranslated), ("key_overrides", keys)):
        if strangers := sorted(set(names) - ids):
            raise DefinitionError(
                f"{path}, {place}: {strangers[0]!r} is no item of {inventory.id}; {allowed(ids, strangers[0])}"
            )
    if absent := sorted(ids - set(overlay.items)):
        raise DefinitionError(f"{path}, items: {absent[0]!r} is missing")
    items = [
        msgspec.structs.replace(item, text=overlay.items[item.id], key=keys.get(item.id, item.key))
        for item in inventory.items
    ]
    return msgspec.structs.replace(
        inventory,
        items=items,
        options=overlay.options,
        language=language,
        language_name=overlay.language_name,
        printed="{Text}",
        statement="{Text}.",
        translation=overlay,
        norms=[],
        reliabilities=[],
        scales=inventory.scales,
    )


@cache
def _read_inventory(path: Path) -> Inventory:
    inventory = read_toml(path, Inventory)
    inventory = msgspec.structs.replace(inventory, id=path.stem, file=str(path))
    _check(inventory)
    return inventory


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
    tables: list[tuple[str, Iterable[str]]] = [("norm " + each.id, each.scales) for each in inventory.norms]
    tables += [("reliabilities", each.scales) for each in inventory.reliabilities]
    tables += [("types", inventory.types.order)] if inventory.types else []
    for place, scales in tables:
        for name in scales:
            if name not in inventory.scales:
                raise wrong(place, f"unknown scale {name!r}; {allowed(inventory.scales, name)}")
    for name in inventory.types.order if inventory.types else ():
        if not (inventory.scale(name).high and inventory.scale(name).low):
            raise wrong(f'scale "{name}"', "an axis of a type rule needs high and low, each { letter, name }")
