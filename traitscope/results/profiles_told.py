"""What must be said beside a profile: what is missing or constant, whose norms these are, who was asked how."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pandas import DataFrame, concat

from traitscope import analysis, estimates, tables
from traitscope.choosing import choices, where_all
from traitscope.findings import findings
from traitscope.kept import kept
from traitscope.overview import model_name
from traitscope.places import ask_words
from traitscope.record import Record
from traitscope.results import profiles


def finding(record: Record, inventory: str, model: str, ask: str) -> str:
    """What the answers to one inventory by one elicitation say of a model, in a paragraph."""
    return kept(_finding, record, inventory, model, ask.partition(": ")[0])


def _finding(record: Record, inventory: str, model: str, elicitation: str) -> str:
    place = {"inventory": inventory, "model": model, "elicitation": elicitation}
    answers = where_all(tables.answers(record), **place)
    # of printed answers it speaks of what was chosen, of likelihoods of what is centred
    versions = [name for name in choices(tables.scores(record), "version", **place) if name not in ("expected", "raw")]
    asks = [f"{elicitation}: {name}" for name in versions]
    effects = _together([profiles.effects(record, inventory, model, ask) for ask in asks])
    parts = {
        "answers": answers, "forms": estimates.form_effects(record, answers), "assigned": effects,
        "recovery": estimates.recovery(effects, record.manifest.negated),
        "reliability": _together([profiles.reliability(record, inventory, model, ask) for ask in asks]),
    }  # fmt: skip
    told = findings(record, parts)
    return told[0].removeprefix(f"{elicitation} - ") if told else f"{model} has not answered yet."


def _together(parts: Sequence[DataFrame]) -> DataFrame:
    """The tables of several versions as one; empty where nothing is in any."""
    return concat([each for each in parts if len(each)] or [DataFrame()], ignore_index=True)


def questions(table: DataFrame) -> tuple[str, str]:
    """What the radar of this profile asks, and what the dot plot does."""
    if table["group"].nunique() == 1:
        return "Where does it stand on each scale?", "How sure is each place?"
    if table["group"].str.contains(": assigned ").any() and table["assigned"].nunique() > 1:
        return (
            "Do personas stand where they were assigned to stand?",
            "How far apart do they stand, and how sure is that?",
        )
    return "Where does each stand on each scale?", "How far apart do they stand, and how sure is that?"


def missing(table: DataFrame) -> list[str]:
    """One sentence for each group that lacks answers."""
    told = []
    for group, rows in table.groupby("group", sort=False):
        none = list(rows.loc[rows["value"].isna(), "name"])
        answered, asked = int(rows["n_answered"].sum()), int(rows["n_asked"].sum())
        if none:
            whole = "any scale" if len(none) == len(rows) else ", ".join(none)
            told.append(f"{group}: no usable answer yet on {whole} ({answered:,} of {asked:,} answers).")
        elif answered < asked:
            told.append(
                f"{group}: {answered:,} of {asked:,} answers are usable; the rest are pending or were not readable."
            )
    return told


def constants(table: DataFrame) -> list[str]:
    """Says which groups gave one constant answer; nothing where none did."""
    found = ", ".join(dict.fromkeys(table.loc[table["constant"], "group"]))
    return (
        [f"One constant answer, so no profile: {found}. Drawn grey, and not placed in a norm group."] if found else []
    )


def norms(record: Record, table: DataFrame, inventory: str) -> list[str]:
    """The norm groups behind T and percentile, with source and n; why there are none, where there are none."""
    used = set(table.loc[table["t"].notna(), "norm"]) - {""}
    known = record.inventory(inventory).norms
    if not used:
        return (
            [] if analysis.norm_for(record.inventory(inventory)) else [f"No verified norms are known for {inventory}."]
        )
    sizes = {name: table.loc[table["norm"] == name, "norm_n"].dropna() for name in used}
    return [
        f"T and percentile are within a norm group, n {_span(sizes[each.id])}: {each.population.rstrip('.')}. Source: "
        f"{each.source.rstrip('.')}. These are people who chose to answer, not the population."
        for each in known
        if each.id in used
    ]


def _span(sizes: Any) -> str:
    if sizes.empty:
        return "not told"
    low, high = int(sizes.min()), int(sizes.max())
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def persona_texts(record: Record, chosen: Sequence[str]) -> dict[str, str]:
    """The texts of the chosen single personas."""
    personas = record.manifest.personas
    return {name: personas[name].text for name in chosen if name in personas and personas[name].text}


def asked(record: Record, inventory: str, model: str, ask: str) -> str:
    """Who was asked what, and how: the beginning of every caption."""
    return f"{model_name(record, model)}; {inventory}; {ask_words(ask)}"


def caption(record: Record, table: DataFrame, inventory: str, model: str, ask: str) -> str:
    """Who was asked how, and how many."""
    return f"{asked(record, inventory, model, ask)}. Personas: {_sizes(table, 'n_persons')}."


def sittings(table: DataFrame) -> str:
    """How many sittings each group has."""
    return f"Sittings: {_sizes(table, 'n_sittings')}."


def _sizes(table: DataFrame, column: str) -> str:
    sizes = table.groupby("group", sort=False)[column].max()
    return "; ".join(f"{group} {count:,}" for group, count in sizes.items())
