"""What the bank and the persona sets hold, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from statistics import fmean
from typing import Any

import msgspec

from inventories.definitions import Inventory
from inventories.loading import in_language, inventory_ids, load_inventory, translation_languages
from inventories.persona_sets import load_persona_set, persona_set_ids
from traitscope.bank import inventory_at
from traitscope.text import columns

USES = {
    "free": "free",
    "non_commercial": "non-commercial",
    "research": "research",
    "unclear": "unclear: off unless accepted",
    "unstated": "as the file says",
}


def inventories() -> tuple[dict[str, Any], str]:
    """Every inventory of the bank with its size, languages and terms."""
    rows: list[dict[str, Any]] = []
    for name in inventory_ids():
        each = load_inventory(name)
        languages = translation_languages(name)
        rows.append(
            {
                "id": name, "title": each.title, "kind": each.kind, "items": len(each.items),
                "scales": {scale: len(each.keys(scale)) for scale in each.scales if not each.scale(scale).parent},
                "languages": [each.language, *languages],
                "incomplete": [code for code in languages if _incomplete(each, code)],
                "licence": each.licence, "use": each.terms.use, "on": each.terms.use != "unclear",
            }
        )  # fmt: skip
    table = [
        [row["id"], row["items"], " ".join(f"{scale} {count}" for scale, count in row["scales"].items()),
         len(row["languages"]) if len(row["languages"]) > 1 else row["languages"][0], USES[row["use"]], row["title"]]
        for row in rows
    ]  # fmt: skip
    text = columns(["id", "items", "scales (items)", "languages", "terms", "title"], table)
    text += "\n\ntraitscope inventories ID shows items, keys, norms and terms. Your own: one TOML file, named in a study by its path."
    return {"inventories": rows}, text


def _incomplete(inventory: Inventory, language: str) -> bool:
    translated = in_language(inventory, language)
    return bool(translated.translation and translated.translation.untranslated)


def inventory(name: str) -> tuple[dict[str, Any], str]:
    """One inventory in full; checks the file on the way."""
    each = inventory_at(name)
    scales = [[scale, each.scale(scale).name, len(keys), sum(key < 0 for key in keys.values()), each.scale(scale).trait]
              for scale in each.scales if (keys := each.keys(scale))]  # fmt: skip
    parts = [
        f"{each.title} ({each.id})",
        f"Licence: {each.licence} - {USES[each.terms.use]}. {each.terms.text}".strip(),
        columns(["scale", "name", "items", "reversed", "trait"], scales),
        *(_scenarios(each) if each.kind == "action" else _statements(each)),
    ]
    if languages := translation_languages(each.id):
        told = (f"{code} (incomplete: off unless accepted)" if _incomplete(each, code) else code for code in languages)
        parts.append("Languages: " + ", ".join([each.language, *told]))
    if table := desirability(each):
        parts.append(
            "Desirability of the actions, 1 to 5, "
            f"{' and '.join(sorted({row[-1] for row in table}))}: how much better high actions sound than low ones\n"
            + columns(
                ["scale", "high", "low", "difference", "largest of a scenario", "rated by"],
                [[f"{each:.2f}" if isinstance(each, float) else each for each in row] for row in table],
            )
        )
    for norm in each.norms:
        state = {True: "verified", "partly": "partly verified", False: "not verified: never used"}[norm.verified]
        parts.append(f"Norm {norm.id} ({state}; n {norm.n or 'not told'}): {norm.population}")
    parts += [f"Erratum: {told}" for told in each.errata] + [f"Cite: {told}" for told in each.citations]
    return msgspec.to_builtins(each), "\n\n".join(parts)


def _statements(inventory: Inventory) -> list[str]:
    signs = {1: "+", -1: "-"}
    items = [[item.id, item.scale or "-", signs[item.key], inventory.printed_text(item)] for item in inventory.items]
    asked = inventory.items[:1] if inventory.items[0].left else inventory.items  # poles stand above
    told = [
        (options, [item.id for item in run])
        for options, run in groupby(
            asked, lambda item: "; ".join(f"{each.value} {each.text}".strip() for each in inventory.options_of(item))
        )
    ]
    whose = ["" if len(told) == 1 else f" of {' to '.join(dict.fromkeys((ids[0], ids[-1])))}" for _, ids in told]
    lines = [f"Options{ids}: {options}" for ids, (options, _) in zip(whose, told, strict=True)]
    return [columns(["item", "scale", "key", "text"], items), "\n".join(lines)]


def _scenarios(inventory: Inventory) -> list[str]:
    """Each situation with its actions, those that are high on the statement's content marked +."""
    told = []
    for item in inventory.items:
        head = f"{item.id}  {item.scale or '-'} {'+' if item.key > 0 else '-'}{f'  twin of {item.twin}' if item.twin else ''}"
        actions = [f"   {'+' if each.value else '-'} {each.text}" for each in inventory.options_of(item)]
        told.append("\n".join([head, f"   {inventory.printed_text(item)}", *actions]))
    return ["\n\n".join(told)]


def desirability(inventory: Inventory) -> list[list[Any]]:
    """By scale: the mean rating of actions that are high and low on the trait, their difference, the largest difference
    of one scenario with its id, and who rated. Nothing where no action has a rating."""
    rows: list[list[Any]] = []
    for scale in inventory.scales:
        sides: dict[str, tuple[float, float]] = {}
        raters: set[str] = set()
        for item in (inventory.item(name) for name in inventory.keys(scale)):
            rated = [each for each in inventory.options_of(item) if each.desirability is not None]
            means = [
                fmean(each.desirability or 0 for each in rated if each.value == value)
                for value in (1, 0)
                if any(each.value == value for each in rated)
            ]
            if len(means) == 2:
                sides[item.id] = (means[0], means[1]) if item.key > 0 else (means[1], means[0])
                raters |= {each.rated_by for each in rated}
        if sides:
            high, low = (fmean(pair[side] for pair in sides.values()) for side in (0, 1))
            most = max(sides, key=lambda name: abs(sides[name][0] - sides[name][1]))
            gap = sides[most][0] - sides[most][1]
            rows.append([scale, high, low, high - low, f"{gap:+.2f} ({most})", ", ".join(sorted(raters))])
    return rows


def persona_sets() -> tuple[dict[str, Any], str]:
    """Every persona set with its size and the traits it assigns."""
    rows: list[dict[str, Any]] = []
    for name in persona_set_ids():
        each = load_persona_set(name)
        traits = sorted({trait for persona in each.personas for trait in persona.assigned})
        rows.append({"id": name, "title": each.title, "personas": len(each.personas), "traits": traits})
    table = [[row["id"], row["personas"], ", ".join(row["traits"]) or "-", row["title"]] for row in rows]
    return {"sets": rows}, columns(["set", "personas", "assigned traits", "title"], table)


def persona_set(name: str) -> tuple[dict[str, Any], str]:
    """The personas of one set; checks the file on the way."""
    found = load_persona_set(name)
    rows = [[each.id, " ".join(f"{trait}={level:g}" for trait, level in each.assigned.items()) or "-", each.text or "(no text)"]
            for each in found.personas]  # fmt: skip
    return msgspec.to_builtins(found), f"{found.title}\n\n" + columns(["id", "assigned", "text"], rows)


def terms_of(inventories: Iterable[Inventory]) -> list[str]:
    """One line for each inventory whose terms a user must know: what every report prints once."""
    return [
        f"Terms of {each.id}: {each.terms.text or each.licence}"
        for each in inventories
        if each.terms.use in ("non_commercial", "research", "unclear")
    ]
