"""Profiles: where each persona, or a group of them, stands on each scale, and what must be said beside that."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pandas import DataFrame

from psychometrics.compare import mean_over_persons
from psychometrics.estimate import NO_SPREAD
from psychometrics.scoring import normal_percentile
from traitscope import analysis, estimates
from traitscope.choosing import where_all
from traitscope.findings import findings
from traitscope.notes import in_words
from traitscope.overview import counted, model_name
from traitscope.places import constant_persons
from traitscope.record import Record
from traitscope.store import StoreError
from traitscope.text import interval

MOST_GROUPS = 6  # lines that a figure keeps apart by colour
BARE = "bare model"
UNITS = {
    "rating": "POMP: percent of the maximum possible score",
    "item_centred": "nats per token, less the item's mean; no common metric with ratings",
    "double_centred": "nats per token, less the item's and the persona's mean; no common metric with ratings",
    "raw": "nats per token, not centred; no common metric with ratings",
}


@dataclass(frozen=True)
class Profiles:
    """All that the profiles of one record are drawn from.

    `people` has one row a person x scale x elicitation x version: columns model, inventory, elicitation, version, ask (the
    two in one), persona, persona_set, bare, scale, level, name, score, pomp, value (POMP, or nats per token), low, high (t
    interval of value over sittings, cut at the ends of the scale), n_sittings, n_answered, n_asked, assigned, pole (that
    level in words), t, percentile, norm, norm_n, constant (one answer, or one place on the page, for everything).
    `findings` has model, elicitation, text; the others are those of `estimates`, with ask.
    """

    people: DataFrame
    reliability: DataFrame
    assigned: DataFrame
    findings: DataFrame


def read(record: Record) -> Profiles:
    """All profiles of a record; empty tables where nothing was asked yet."""
    nothing = Profiles(*(DataFrame() for _ in range(4)))
    try:
        if not record.progress()["done"]:
            return nothing
    except StoreError:
        return nothing
    tables = estimates.tables(record)
    if tables["scores"].empty:
        return nothing
    told = DataFrame(
        [_finding(record, text) for text in findings(record, tables)], columns=["model", "elicitation", "text"]
    )
    return Profiles(_people(record, tables), _asked(tables["reliability"]), _asked(tables["assigned"]), told)


def _asked(table: DataFrame) -> DataFrame:
    return table.assign(ask=table["elicitation"] + ": " + table["version"]) if len(table) else table


def _finding(record: Record, text: str) -> tuple[str, str, str]:
    elicitation, _, rest = text.partition(" - ")
    begun = [name for name in record.manifest.models if rest.startswith((f"{name}:", f"{name} ("))]
    return max(begun, key=len, default=""), elicitation, rest


def _people(record: Record, tables: dict[str, DataFrame]) -> DataFrame:
    by = ["model", "persona", "inventory", "elicitation", "version", "scale"]
    people, sittings = tables["standings"], tables["scores"]
    likelihood = people["elicitation"] == "likelihood"
    people = people.assign(
        ask=people["elicitation"] + ": " + people["version"],
        value=people["score"].where(likelihood, people["pomp"]),
        bare=[not record.manifest.personas[name].text for name in people["persona"]],
    )
    # a reply in text has no label probabilities: it was never asked for an expected value
    sittings = sittings[(sittings["version"] != "expected") | (sittings["reply"] == "labels")]
    unit = sittings["score"].where(sittings["elicitation"] == "likelihood", sittings["pomp"])
    grouped = sittings.assign(value=unit).groupby(by, sort=False)
    asked = grouped.agg(n_answered=("n_answered", "sum"), n_asked=("n_items", "sum"))
    spans = {place: _interval(values) for place, values in grouped["value"]}
    asked[["low", "high"]] = [spans[place] for place in asked.index]
    people = people.merge(asked.reset_index(), on=by)
    ends = people[["low", "high"]]
    people[["low", "high"]] = ends.where(people["elicitation"] == "likelihood", ends.clip(0, 100))
    people["pole"] = _poles(record, people)
    constant = constant_persons(record)
    names = zip(people["model"], people["persona"], people["inventory"], people["elicitation"], strict=True)
    people["constant"] = [each in constant for each in names]
    # where everything is one answer, a place in a norm group would be a fact about the page
    people.loc[people["constant"], ["low", "high", "t", "percentile"]] = np.nan
    manifest = record.manifest
    listed: dict[str, Iterable[str]] = {
        "model": manifest.models,
        "inventory": manifest.inventories,
        "persona": manifest.personas,
    }
    ranks = {name: people[name].map({each: rank for rank, each in enumerate(known)}) for name, known in listed.items()}
    order = DataFrame(ranks).sort_values(list(ranks), kind="stable").index
    return people.loc[order].reset_index(drop=True)


def _poles(record: Record, people: DataFrame) -> list[str | None]:
    """The level that each persona was assigned, in the scale's own direction: "high", "low", "level 5 of 9" or None."""
    words: dict[Any, dict[float, str]] = {}
    for place in set(zip(people["persona_set"], people["inventory"], people["scale"], strict=True)):
        fellows = [each for each in record.manifest.personas.values() if (each.set or "study") == place[0]]
        inventory = record.inventory(place[1])
        given = {analysis.assigned_level(each, inventory, place[2]) for each in fellows}
        words[place] = _level_words(sorted(level for level in given if level == level))
    places = zip(people["persona_set"], people["inventory"], people["scale"], people["assigned"], strict=True)
    return [words[persona_set, inventory, scale].get(level) for persona_set, inventory, scale, level in places]


def _level_words(levels: Sequence[float]) -> dict[float, str]:
    """Words for the levels that a set assigns, given in order.

    >>> _level_words([-9, -5, -1])
    {-9: 'low', -5: 'level 2 of 3', -1: 'high'}
    """
    if len(levels) == 1:
        return {levels[0]: {1.0: "high", -1.0: "low"}.get(levels[0], f"level {levels[0]:g}")}
    told = {level: f"level {rank} of {len(levels)}" for rank, level in enumerate(levels, start=1)}
    return told | dict(zip((*levels[:1], *levels[-1:]), ("low", "high"), strict=False))


def _rank(pole: str) -> float:
    return {"high": np.inf, "low": -np.inf}.get(pole) or float(pole.split()[1])


def _interval(values: Iterable[float]) -> tuple[float, float]:
    """The t interval of a mean; none below three values, and none where they do not differ."""
    found = mean_over_persons(list(values))
    return (found.low, found.high) if found.high - found.low > NO_SPREAD else (np.nan, np.nan)


def groups(people: DataFrame) -> tuple[list[str], list[str]]:
    """Names of all that can be drawn as one line, and those drawn unless told otherwise.

    One persona by its id; all personas of a set; and those of a set who were assigned one level of the scale.
    """
    bare = [BARE] if people["bare"].any() else []
    alone = list(people.loc[~people["bare"], "persona"].unique())
    together: list[str] = []
    first: list[str] = []
    for name, rows in people.groupby("persona_set", sort=False):
        if rows["persona"].nunique() < 2:
            continue
        by_level = [
            f"{name}: assigned {pole}" for pole in sorted(rows["pole"].dropna().unique(), key=_rank, reverse=True)
        ]
        together += [*by_level, f"{name}: all"]
        first += [by_level[0], by_level[-1]] if len(by_level) > 1 else [f"{name}: all"]
    return [*together, *bare, *alone], [*bare, *first][:MOST_GROUPS] or alone[:MOST_GROUPS]


def profile(found: Profiles, chosen: Sequence[str], **place: str) -> DataFrame:
    """One row a chosen group x scale, in the order chosen.

    Columns group, scale, name, value, low, high (t interval: over sittings for one persona, over personas for several),
    unit, score (the inventory's own metric, or nats per token), pomp, n_persons, n_sittings, answers ("40 of 44"), n_answered,
    n_asked, assigned (level in words), t, percentile, norm, norm_n, reliability (alpha in words), constant, note; texts are
    None where there is nothing to say.
    """
    people = where_all(found.people, **place)
    rows = [
        _line(found, group, members)
        for group in chosen
        for _, some in people.groupby("scale", sort=False)
        if len(members := _members(group, some))
    ]
    table = DataFrame(rows)
    if len(table):
        version = place["ask"].partition(": ")[2]
        table["unit"] = UNITS.get(version, UNITS["rating"])
    return table


def _members(group: str, rows: DataFrame) -> DataFrame:
    """The rows of the personas that `group` stands for; nobody's where the scale was assigned to none of them."""
    own = rows[rows["bare"]] if group == BARE else rows[(rows["persona"] == group) & ~rows["bare"]]
    if len(own):
        return own
    name, _, part = group.rpartition(": ")
    rows = rows[rows["persona_set"] == name]
    return rows if part == "all" else rows[rows["pole"] == part.removeprefix("assigned ")]


def _line(found: Profiles, group: str, members: DataFrame) -> dict[str, Any]:
    first = members.iloc[0]
    known = members[members["value"].notna()]
    several = len(members) > 1
    low, high = _interval(known["value"]) if several else (first["low"], first["high"])
    if first["elicitation"] != "likelihood":
        low, high = float(np.clip(low, 0, 100)), float(np.clip(high, 0, 100))
    constant = bool(len(known)) and bool(known["constant"].all())
    low, high = (np.nan, np.nan) if constant else (low, high)
    answered, asked = int(members["n_answered"].sum()), int(members["n_asked"].sum())
    poles = members["pole"].dropna().unique()
    t = known["t"].mean()
    return {
        "group": group, "scale": first["scale"], "name": first["name"], "value": known["value"].mean(), "low": low, "high": high,
        "score": known["score"].mean(), "pomp": known["pomp"].mean(), "n_persons": len(known),
        "n_sittings": int(known["n_sittings"].sum()), "answers": f"{answered} of {asked}", "n_answered": answered, "n_asked": asked,
        "assigned": poles[0] if len(poles) == 1 else None, "t": t, "percentile": normal_percentile(t, 50.0, 10.0),
        "norm": first["norm"] if t == t else None, "norm_n": first["norm_n"] if t == t else np.nan,
        "reliability": _alpha(found, first) if several else None, "constant": constant, "note": _note(known, several, low),
    }  # fmt: skip


def _note(known: DataFrame, several: bool, low: float) -> str | None:
    if known.empty:
        return "no usable answer yet"
    constant = int(known["constant"].sum())
    if constant:
        return f"{f'{constant} of {len(known)} personas' if several else 'it'} gave one constant answer"
    n, what = (len(known), "persona") if several else (int(known["n_sittings"].iloc[0]), "sitting")
    if n < 3:
        return f"{counted(n, what)}; an interval needs 3"
    return f"all {n} {what}s alike: no interval" if np.isnan(low) else None


def _alpha(found: Profiles, place: Any) -> str | None:
    same = ["model", "persona_set", "inventory", "elicitation", "version", "scale"]
    if found.reliability.empty:
        return None
    rows = where_all(found.reliability, **{name: place[name] for name in same})
    if rows.empty:
        return None
    known = rows[rows["alpha"].notna()]
    if known.empty:
        return f"not estimable: {in_words(rows['note'].iloc[0])}"
    first = known.iloc[0]
    if len(rows) == 1:
        return f"{first['alpha']:.2f} {interval(first['low'], first['high'])}".removesuffix(" -")
    lost = f", not estimable in {len(rows) - len(known)}" if len(known) < len(rows) else ""
    return f"{known['alpha'].min():.2f} to {known['alpha'].max():.2f} over {len(known)} forms{lost}"


# ---- what stands beside a profile


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
    """The norm groups behind T and percentile, with source and n."""
    used = set(table.loc[table["t"].notna(), "norm"]) - {""}
    known = record.inventory(inventory).norms
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


def reliability(found: Profiles, **place: str) -> DataFrame:
    """Alpha of each persona set, form and scale: persona_set, form, name, n_persons, n_items, alpha, low, high, note in words."""
    if found.reliability.empty:
        return DataFrame()
    rows = where_all(found.reliability, **place)
    rows = rows[rows["n_persons"] > 1]
    words, known = rows["note"].map(in_words), rows["alpha"].notna()
    without = (rows["method"] + "; " + words).str.removesuffix("; ").where(rows["low"].isna(), words)
    shown = ["persona_set", "form", "name", "n_persons", "n_items", "alpha", "low", "high"]
    return rows[shown].assign(note=without.where(known, "not estimable: " + words)).reset_index(drop=True)


def effects(found: Profiles, **place: str) -> DataFrame:
    """What the assigned level did: persona_set, name, n_persons, d, d_low, d_high, null95, spearman, note in words."""
    if found.assigned.empty:
        return DataFrame()
    rows = where_all(found.assigned, **place).rename(columns={"d_ddof1": "d"})
    shown = ["persona_set", "name", "n_persons", "d", "d_low", "d_high", "null95", "spearman"]
    return rows[shown].assign(note=rows["note"].map(in_words)).reset_index(drop=True)


def persona_texts(record: Record, chosen: Sequence[str]) -> dict[str, str]:
    """The texts of the chosen single personas."""
    personas = record.manifest.personas
    return {name: personas[name].text for name in chosen if name in personas and personas[name].text}


def told_of(found: Profiles, **place: str) -> tuple[list[str], list[str]]:
    """The findings on the model by the elicitation that is shown, and those by its other elicitations."""
    rows = where_all(found.findings, model=place["model"])
    own = rows["elicitation"] == place["ask"].partition(": ")[0]
    return list(rows.loc[own, "text"]), list(rows.loc[~own, "elicitation"] + " - " + rows.loc[~own, "text"])


def enough_for_radar(table: DataFrame) -> bool:
    """Whether there are scales enough to make a shape: two would make a line."""
    return bool(table["scale"].nunique() >= 3)


def caption(record: Record, place: dict[str, str], table: DataFrame) -> str:
    """Who was asked how, how many, and what the interval is over."""
    sizes = table.groupby("group", sort=False)[["n_persons", "n_sittings"]].max()
    people = ", ".join(
        f"{group} {counted(row['n_persons'], 'person')} in {counted(row['n_sittings'], 'sitting')}"
        for group, row in sizes.to_dict("index").items()
    )
    return (
        f"{model_name(record, place['model'])}; {place['inventory']}; {place['ask']}. n: {people}. Bars are 95 % t "
        f"intervals: over the sittings of one persona, over the personas of a group; none below three. Triangles point to "
        f"the assigned level: up for high, down for low."
    )
