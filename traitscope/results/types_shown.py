"""Types shown: the letters that each persona gets, how steadily over its sittings, and those it was assigned."""

from __future__ import annotations

from typing import Any

from pandas import DataFrame

from inventories.definitions import Inventory
from traitscope import analysis, figures, tables
from traitscope.apa import column
from traitscope.choosing import where_all
from traitscope.exhibit import Exhibit
from traitscope.kept import kept
from traitscope.overview import counted
from traitscope.places import about
from traitscope.record import Record
from traitscope.results import profiles, profiles_told

NOTE = (
    "Letters beside a name are those of most sittings; a cell is the share of sittings with the first letter of the axis, so 0 and "
    "100 % are steady. A score exactly at the cut reads as the second letter; a type hides how near the cut a score is."
)
QUESTION = "Which type letters does each persona get, and how steadily?"


def has_types(record: Record, inventory: str) -> bool:
    """Whether the inventory has a rule that turns scores into letters."""
    return record.inventory(inventory).types is not None


def letters(record: Record, inventory: str, model: str, ask: str) -> Exhibit:
    """The letters of each persona as a heatmap of axes, and as a table."""
    return kept(_letters, record, inventory, model, ask)


def stability(record: Record, inventory: str, model: str, ask: str) -> DataFrame:
    """One row a persona, those with an assigned type first: the letters it gets most often, and how often.

    Columns persona, persona_set, label, assigned (letters, None unless every axis was assigned), letters (of most sittings; of
    equally many, the first), share (of sittings with these letters; NaN for one sitting), n_sittings (with a score on every axis),
    n_forms, n_letters (different types), at_the_cut (sittings with a score exactly at a cut, which reads as the low letter), and for
    each axis of the rule the share of sittings with the high letter.
    """
    return kept(_stability, record, inventory, model, ask)


def _stability(record: Record, inventory: str, model: str, ask: str) -> DataFrame:
    found = analysis.types(record, where_all(tables.scores(record), **profiles.place_of(inventory, model, ask)))
    known = record.inventory(inventory)
    by_persona = dict(iter(found.groupby("persona")))
    asked = [name for name in record.manifest.personas if name in by_persona]
    asked.sort(key=lambda name: _assigned(record, known, name) is None)
    return DataFrame([_of_persona(record, known, name, by_persona[name]) for name in asked])


def _of_persona(record: Record, inventory: Inventory, persona: str, sittings: DataFrame) -> dict[str, Any]:
    given = record.manifest.personas[persona]
    whole = sittings[~sittings["letters"].str.contains("X")]
    most = whole["letters"].mode().iloc[0] if len(whole) else None
    return {
        "persona": persona, "persona_set": given.set or "study", "label": persona if given.text else profiles.BARE,
        "assigned": _assigned(record, inventory, persona), "letters": most,
        "share": (whole["letters"] == most).mean() if len(whole) > 1 else float("nan"),
        "n_sittings": len(whole), "n_forms": whole["form"].nunique(), "n_letters": whole["letters"].nunique(),
        "at_the_cut": int(whole["note"].str.contains("at_the_cut").sum()),
    } | {
        axis: (whole["letters"].str[place] == _letter(inventory, axis, "high")).mean() if len(whole) else float("nan")
        for place, axis in enumerate(_axes(inventory))
    }  # fmt: skip


def _assigned(record: Record, inventory: Inventory, persona: str) -> str | None:
    levels = [analysis.assigned_level(record.manifest.personas[persona], inventory, axis) for axis in _axes(inventory)]
    if any(not abs(level) > 0 for level in levels):
        return None
    return "".join(
        _letter(inventory, axis, "high" if level > 0 else "low")
        for axis, level in zip(_axes(inventory), levels, strict=True)
    )


def _axes(inventory: Inventory) -> list[str]:
    return inventory.types.order if inventory.types else []


def _letter(inventory: Inventory, axis: str, end: str) -> str:
    pole = getattr(inventory.scale(axis), end)
    return str(pole.letter) if pole else "?"


def _letters(record: Record, inventory: str, model: str, ask: str) -> Exhibit:
    if ask.startswith("likelihood"):
        told = "Likelihoods give no type: its cuts are on the response scale. Choose an asking by rating."
        return Exhibit("types", QUESTION, DataFrame(), missing=told)
    table, known = stability(record, inventory, model, ask), record.inventory(inventory)
    if table.empty or not table["n_sittings"].sum():
        return Exhibit(
            "types", QUESTION, table, missing="No sitting has a score on every axis yet, so there are no letters."
        )
    names = {axis: f"{_letter(known, axis, 'high')}, else {_letter(known, axis, 'low')}" for axis in _axes(known)}
    table = table.assign(shown=table["label"] + ": " + table["letters"].fillna("–"))
    cells = table.melt(id_vars=["shown"], value_vars=list(names), var_name="axis", value_name="high")
    cells = cells.assign(axis=cells["axis"].map(names), percent=100 * cells["high"])
    figure = figures.heatmap(
        cells, QUESTION, rows="shown", columns="axis", value="percent", unit="% with first letter", span=(0.0, 100.0), middle=50.0,
        digits=0,
    )  # fmt: skip
    columns = [
        column("persona_set", "persona set"), column("label", "persona"), column("assigned"), column("letters"),
        column("share", "stability", "bounded", "share of its sittings that give these letters"),
        *(column(axis, names[axis].partition(",")[0], "bounded", f"share of sittings that read {names[axis]}") for axis in names),
        column("n_sittings", "sittings", "count"), column("n_forms", "forms", "count"), column("n_letters", "types", "count", "different types"),
        column("at_the_cut", "at a cut", "count", "sittings with a score exactly at a cut"),
    ]  # fmt: skip
    return Exhibit(
        "types",
        QUESTION,
        table,
        columns,
        _caption(record, table, inventory, model, ask),
        figure,
        note=NOTE,
        about=about(record, inventory=inventory, model=model, ask=ask),
    )


def _caption(record: Record, table: DataFrame, inventory: str, model: str, ask: str) -> str:
    several = table[table["share"].notna()]
    assigned = table[table["assigned"].notna() & table["letters"].notna()]
    told = [
        f"{profiles_told.asked(record, inventory, model, ask)}. n: {counted(len(table), 'persona')} in "
        f"{counted(int(table['n_sittings'].sum()), 'sitting')}."
    ]
    if len(several):
        told.append(f"Letters are stable in {several['share'].mean():.0%} of a persona's sittings on average.")
    else:
        told.append("One sitting a persona: stability needs several forms or draws.")
    if len(assigned):
        right = int((assigned["assigned"] == assigned["letters"]).sum())
        told.append(f"{right} of {counted(len(assigned), 'persona')} with an assigned type get exactly its letters.")
    return " ".join(told)
