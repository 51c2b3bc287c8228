"""Inventories shown: the bank as a list, and one inventory with items, scales, actions, norms, terms and sources."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from pandas import DataFrame

from inventories.definitions import Inventory, Norm, Reliability
from inventories.loading import in_language, inventory_ids, load_inventory, short_form_ids, translation_languages
from inventories.reading import DefinitionError as DefinitionError
from traitscope.apa import column
from traitscope.bank import inventory_at
from traitscope.exhibit import Exhibit
from traitscope.listing import USES, desirability
from traitscope.overview import counted
from traitscope.own_inventories import called, saved

KINDS = {"cognition": "self-report", "action": "scenarios"}
VERIFIED = {True: "yes", "partly": "partly", False: "no: never used"}
SIGNS = {1: "+", -1: "− (reversed)"}


def names(runs: Path) -> dict[str, str]:
    """What can be looked at -> its id in the bank, or the path of one of the user's own."""
    bank = {name: name for name in (*inventory_ids(), *sorted(short_form_ids()))}
    return {**{called(name): str(path) for name, path in saved(runs).items()}, **bank}


def load(name: str, language: str = "") -> Inventory:
    """The inventory by id or path, in a language of its own or of a translation."""
    found = inventory_at(name)
    return in_language(found, language) if language else found


def languages(inventory: Inventory) -> list[str]:
    """Codes of the languages it can be printed in, its own first."""
    file = Path(inventory.file)
    return [inventory.language, *translation_languages(file.stem, file.parent)]


@cache
def bank() -> Exhibit:
    """The bank: id, title, kind, items, scales, languages, terms and licence of each inventory."""
    rows = []
    for name in inventory_ids():
        each = load_inventory(name)
        scales = [scale for scale in each.scales if not each.scale(scale).parent]
        facets = len(each.scales) - len(scales)
        rows.append({
            "id": name, "title": each.title, "kind": KINDS[each.kind], "n_items": len(each.items), "n_scales": len(scales),
            "n_facets": facets, "scales": f"{len(scales)}, {facets} facets" if facets else str(len(scales)),
            "languages": len(languages(each)), "norms": sum(bool(norm.verified) for norm in each.norms), "use": USES[each.terms.use],
            "licence": each.licence, "terms": f"{USES[each.terms.use]}: {each.licence}",
        })  # fmt: skip
    columns = (
        column("id"), column("title"), column("kind"), column("n_items", "items", "count"), column("scales"),
        column("languages", kind="count"), column("norms", kind="count", told="groups of people with verified figures"),
        column("use", "terms"),
    )  # fmt: skip
    caption = f"{len(rows)} inventories. Short forms: {', '.join(sorted(short_form_ids()))}."
    return Exhibit("inventories", "Which inventories are there?", DataFrame(rows), columns, caption)


def toml(inventory: Inventory) -> str:
    """The text of its file, or of the file that has its items; "" where it is no TOML."""
    file = Path(inventory.file)
    return file.read_text("utf-8") if file.suffix == ".toml" and file.is_file() else ""


def head(inventory: Inventory) -> list[str]:
    """What it is, and its terms: a sentence each."""
    kind = KINDS[inventory.kind]
    told = [f"{kind[0].upper()}{kind[1:]}, {counted(len(inventory.items), 'item')}"]
    told += [f"in {inventory.language_name}"]
    told += [f"source: {inventory.source}"] if inventory.source else []
    told += [f"short form of {inventory.short_form_of}"] if inventory.short_form_of else []
    told += [f"twins of the statements of {inventory.twin_of}"] if inventory.twin_of else []
    terms = inventory.terms
    said = " ".join(filter(None, [terms.text, terms.attribution]))
    lines = [f"{', '.join(told)}.", f"Terms: {inventory.licence} ({USES[terms.use]}). {said}".strip()]
    translated = inventory.translation
    if translated and translated.untranslated:
        left = counted(len(translated.untranslated), "item")
        lines.append(f"This translation leaves {left} in English: a study must accept it by name to use it.")
    return lines


def items(inventory: Inventory, text: str = "") -> Exhibit:
    """The items that hold `text`: id, scale, facet, key and words as printed; of scenarios the situation and its twin."""
    rows = [
        {
            "item": item.id, "text": inventory.printed_text(item), "scale": item.scale, "facet": item.facet,
            "key": SIGNS[item.key] if item.scale else None, "twin": item.twin or None,
        }
        for item in inventory.items
    ]  # fmt: skip
    words = text.casefold().split()
    rows = [row for row in rows if all(word in " ".join(map(str, row.values())).casefold() for word in words)]
    question = (
        "Which situations are put?" if inventory.kind == "action" else "What is asked, and what does it count towards?"
    )
    if not rows:
        return Exhibit("items", question, DataFrame(), missing="No item holds all these words.")
    columns = (column("item"), column("scale"), column("facet"), column("key"), column("text"), column("twin"))
    told = "" if len(rows) == len(inventory.items) else f"{len(rows)} of "
    options = "" if inventory.kind == "action" else f" {_options(inventory)}"
    caption = f"{inventory.title}, {told}{counted(len(inventory.items), 'item')}.{options}"
    return Exhibit(f"{inventory.id}_items", question, DataFrame(rows), columns, caption)


def _options(inventory: Inventory) -> str:
    """The options, where all items share them."""
    first = inventory.items[0]
    if first.left:
        return "Each item is answered between its two ends, from left (lowest) to right (highest)."
    if len({inventory.options_of(item) for item in inventory.items}) > 1:
        sets = [f"{name}: {_listed(each.options)}" for name, each in inventory.option_sets.items()]
        return "Options: " + ". ".join(sets) + "." if sets else "Options differ from item to item."
    return f"Options: {_listed(inventory.options_of(first))}."


def _listed(options: object) -> str:
    return "; ".join(f"{each.value} {each.text}".strip() for each in options)  # type: ignore[attr-defined]


def scales(inventory: Inventory) -> Exhibit:
    """The scales and facets: how many items, how many of them reversed, and the trait."""
    rows = []
    for name in inventory.scales:
        scale, keys = inventory.scale(name), inventory.keys(name)
        rows.append({
            "scale": name, "name": scale.name, "part_of": scale.parent, "n_items": len(keys),
            "reversed": sum(key < 0 for key in keys.values()), "trait": scale.trait, "scoring": scale.formula or inventory.scoring,
            "high": scale.high and f"{scale.high.letter} {scale.high.name}", "low": scale.low and f"{scale.low.letter} {scale.low.name}",
        })  # fmt: skip
    columns = (
        column("scale"), column("name"), column("part_of", "part of"), column("n_items", "items", "count"),
        column("reversed", kind="count"), column("trait", told="the same word in every inventory that measures it"),
        column("scoring"), column("high"), column("low"),
    )  # fmt: skip
    caption = f"{inventory.title}. {inventory.missing and f'Missing answers: {inventory.missing}.'}".strip()
    return Exhibit(f"{inventory.id}_scales", "Which scales does it have?", DataFrame(rows), columns, caption)


def actions(inventory: Inventory, name: str) -> Exhibit:
    """The options of one scenario: each action, which side it is on, and how good it sounds."""
    item = inventory.item(name)
    trait = inventory.scale(item.scale).name if item.scale else "the trait"
    rows = [
        {
            "number": number, "action": each.text, "value": each.value,
            "side": ("high" if each.value else "low") + ("" if item.key > 0 else " (reversed)"),
            "desirability": each.desirability, "rated_by": each.rated_by or None,
        }
        for number, each in enumerate(inventory.options_of(item), start=1)
    ]  # fmt: skip
    columns = (
        column("number", "no.", "count"), column("action"), column("side", told="whether who finds the twin true would do it"),
        column("desirability", kind="number", told="how good it sounds, 1 to 5"), column("rated_by", "rated by"),
    )  # fmt: skip
    told = [
        f"Counts towards {trait}{', reversed' if item.key < 0 else ''}",
        f"twin of {item.twin}" if item.twin else "",
    ]
    told += [f"in other words: {item.paraphrase}" if item.paraphrase else ""]
    question = f"What can one do in {name}?"
    return Exhibit(f"{inventory.id}_actions", question, DataFrame(rows), columns, f"{'; '.join(filter(None, told))}")


def situation(inventory: Inventory, name: str) -> str:
    """The situation of one scenario, with its question."""
    return inventory.printed_text(inventory.item(name))


def desirabilities(inventory: Inventory) -> Exhibit:
    """By scale: how good high and low actions sound, and how far they lie apart."""
    question = "Do high actions sound better than low ones?"
    names = ("scale", "high", "low", "difference", "most", "rated_by")
    table = DataFrame(desirability(inventory), columns=names)
    if table.empty:
        return Exhibit("desirability", question, table, missing="No action has a rating of how good it sounds.")
    columns = (
        column("scale"), column("high", kind="number"), column("low", kind="number"), column("difference", kind="number"),
        column("most", "largest of one scenario"), column("rated_by", "rated by"),
    )  # fmt: skip
    caption = "Mean ratings of the actions that are high and low on the trait, 1 (clearly bad) to 5 (clearly good)."
    return Exhibit(f"{inventory.id}_desirability", question, table, columns, caption)


def norms(inventory: Inventory) -> Exhibit:
    """Mean and standard deviation of each scale in each group of people, with n, source and whether that is verified."""
    question = "Where do people stand?"
    rows = [
        {
            "norm": norm.id, "scale": scale, "mean": each.mean, "sd": each.sd, "n": each.n or norm.n,
            "metric": norm.metric.replace("_", " "), "verified": VERIFIED[norm.verified], "population": norm.population,
            "source": norm.source,
        }
        for norm in inventory.norms
        for scale, each in norm.scales.items()
    ]  # fmt: skip
    if not rows:
        return Exhibit(
            "norms", question, DataFrame(), missing="No norms are known of this inventory (in this language)."
        )
    columns = (
        column("norm"), column("scale"), column("mean", kind="number"), column("sd", "SD", "number"), column("n", kind="count"),
        column("metric"), column("verified"),
    )  # fmt: skip
    caption = "n is people. Figures that are not verified are never used for a percentile."
    return Exhibit(f"{inventory.id}_norms", question, DataFrame(rows), columns, caption)


def norm_sources(inventory: Inventory) -> list[str]:
    """Each group of people in words: who they were, where the figures stand, and how they were verified."""
    return [*map(_norm_told, inventory.norms), *map(_reliability_told, inventory.reliabilities)]


def _norm_told(norm: Norm) -> str:
    n = f", n = {norm.n:,}" if norm.n else ""
    checked = f" {norm.verification}" if norm.verification else ""
    return f"{norm.id}: {norm.population}{n}. Source: {norm.source.rstrip('.')}. Verified: {VERIFIED[norm.verified]}.{checked}"


def _reliability_told(each: Reliability) -> str:
    values = ", ".join(f"{scale} {f'{value:.2f}'.removeprefix('0')}" for scale, value in each.scales.items())
    return f"{each.coefficient} of {each.population}: {values}. Source: {each.source}. Verified: {VERIFIED[each.verified]}."


def papers(inventory: Inventory) -> dict[str, list[str]]:
    """What to cite, errata, notes, and what is known of terms and translation: heading -> lines; empty ones left out."""
    translated = inventory.translation
    found = {
        "How to cite": inventory.citations,
        "Terms: how that is known": inventory.terms.evidence,
        "Notice that belongs to every copy": [terms.notice] if (terms := inventory.terms).notice else [],
        "Errata": [*inventory.errata, *(translated.errata if translated else [])],
        "Notes": [*inventory.notes, *(translated.notes if translated else [])],
        "Translated by": translated.translators if translated else [],
        "Sources": list(_sources(inventory.sources)) + list(_sources(translated.sources if translated else {})),
        "Instructions to people": [inventory.instructions] if inventory.instructions else [],
    }
    return {heading: lines for heading, lines in found.items() if lines}


def _sources(sources: dict[str, str | list[str]]) -> Iterator[str]:
    for name, each in sources.items():
        yield f"{name}: {each if isinstance(each, str) else ', '.join(each)}"
