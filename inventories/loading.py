"""Where inventories come from: the bank's files and the user's own, read and checked."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec

from inventories.checks import check, check_translation
from inventories.definitions import Inventory, Scale, Translation
from inventories.reading import DefinitionError, allowed, parse_toml, read_toml
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
    if path := _path(name, beside):
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


def _path(name: str, beside: Path | None) -> Path | None:
    """The file that `name` says, or nothing where it is an id of the bank."""
    if not (name.endswith((".toml", *TRAIT_ENDINGS)) or "/" in name or "\\" in name):
        return None
    path = Path(name).expanduser()
    return path if path.is_absolute() else (beside or Path.cwd()) / path


def read_inventory(path: Path) -> Inventory:
    """The inventory in the file `path`, checked."""
    return _checked(read_toml(path, Inventory), path)


def parse_inventory(text: str, path: Path) -> Inventory:
    """The inventory that the file `path` would hold if this were its text, checked; `path` itself is not read."""
    return _checked(parse_toml(text, Inventory, str(path)), path)


def _checked(read: Inventory, path: Path) -> Inventory:
    inventory = msgspec.structs.replace(read, id=path.stem, file=str(path))
    check(inventory, twins(inventory) if inventory.twin_of else None)
    return inventory


def twins(inventory: Inventory) -> Inventory:
    """The inventory whose statements are the twins of these scenarios."""
    if not inventory.twin_of:
        raise DefinitionError(
            f"{inventory.file}: it names no statements as twins; say twin_of = an inventory's id or path"
        )
    place = f"{inventory.file}, twin_of"
    if inventory.kind != "action":
        raise DefinitionError(f'{place}: only scenarios (kind = "action") are twins of statements')
    folder = Path(inventory.file).parent
    try:
        path = _path(inventory.twin_of, folder)
        # looked at before it is checked: scenarios that name each other as twins would be read without end
        named = read_toml(path, Inventory) if path and path.suffix not in TRAIT_ENDINGS else None
        if named is None or named.kind == "cognition":
            named = load_inventory(inventory.twin_of, beside=folder)
    except DefinitionError as mistake:
        raise DefinitionError(f"{place}: {mistake}") from None
    if named.kind != "cognition":
        raise DefinitionError(f"{place}: {inventory.twin_of!r} holds scenarios; twins are statements")
    return named


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
    check_translation(inventory, overlay, path, language)
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
