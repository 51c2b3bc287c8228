"""Profiles: where each persona, or a group of them, stands on each scale."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from pandas import DataFrame

from psychometrics.compare import mean_over_persons
from psychometrics.estimate import NO_SPREAD
from psychometrics.scoring import normal_percentile
from traitscope import apa, estimates, tables
from traitscope.choosing import where_all
from traitscope.kept import kept
from traitscope.notes import in_words
from traitscope.overview import counted
from traitscope.places import constant_persons
from traitscope.record import Record
from traitscope.results import levels

MOST_GROUPS = 6  # lines that a figure keeps apart by colour
BARE = "bare model"
UNITS = {
    "rating": "POMP: percent of the maximum possible score",
    "item_centred": "nats per token, less the item's mean; no common metric with ratings",
    "double_centred": "nats per token, less the item's and the persona's mean; no common metric with ratings",
    "raw": "nats per token, not centred; no common metric with ratings",
}


def people(record: Record, inventory: str, model: str, ask: str) -> DataFrame:
    """One row a persona x scale of one model, inventory and way of asking, in the order of the study.

    Columns persona, persona_set, bare, scale, level, name, elicitation, score, pomp, value (POMP, or nats per token), low, high
    (t interval of value over sittings, cut at the ends of the scale), n_sittings, n_answered, n_asked, assigned, pole (that
    level in words), t, percentile, norm, norm_n, constant (one answer, or one place on the page, for everything).
    """
    return kept(_people, record, inventory, model, ask)


def reliability(record: Record, inventory: str, model: str, ask: str) -> DataFrame:
    """`estimates.reliability` of one model, inventory and way of asking."""
    return kept(_reliability, record, inventory, model, ask)


def effects(record: Record, inventory: str, model: str, ask: str) -> DataFrame:
    """`estimates.assigned` of one model, inventory and way of asking."""
    return kept(_effects, record, inventory, model, ask)


def place_of(inventory: str, model: str, ask: str) -> dict[str, str]:
    """The columns by which a table of the whole record is narrowed to one place."""
    elicitation, _, version = ask.partition(": ")
    return {"inventory": inventory, "model": model, "elicitation": elicitation, "version": version}


def _people(record: Record, inventory: str, model: str, ask: str) -> DataFrame:
    place = place_of(inventory, model, ask)
    likelihood = place["elicitation"] == "likelihood"
    found = where_all(tables.standings(record), **place)
    sittings = where_all(tables.scores(record), **place)
    # a reply in text has no label probabilities: it was never asked for an expected value
    sittings = sittings[(sittings["version"] != "expected") | (sittings["reply"] == "labels")]
    unit = "score" if likelihood else "pomp"
    grouped = sittings.groupby(["persona", "scale"], sort=False)
    asked = grouped.agg(n_answered=("n_answered", "sum"), n_asked=("n_items", "sum"))
    spans = {each: _interval(values, likelihood) for each, values in grouped[unit]}
    asked[["low", "high"]] = [spans[each] for each in asked.index]
    found = found.merge(asked.reset_index(), on=["persona", "scale"]).assign(value=lambda rows: rows[unit])
    personas, constant = record.manifest.personas, constant_persons(record)
    found["bare"] = [not personas[name].text for name in found["persona"]]
    found["pole"] = levels.in_words(record, inventory, found)
    found["constant"] = [(model, name, inventory, place["elicitation"]) in constant for name in found["persona"]]
    # where everything is one answer, a place in a norm group would be a fact about the page
    found.loc[found["constant"], ["low", "high", "t", "percentile"]] = np.nan
    ranks = {name: rank for rank, name in enumerate(personas)}
    return found.sort_values("persona", key=lambda names: names.map(ranks), kind="stable").reset_index(drop=True)


def _reliability(record: Record, inventory: str, model: str, ask: str) -> DataFrame:
    return estimates.reliability(record, where_all(tables.values(record), **place_of(inventory, model, ask)))


def _effects(record: Record, inventory: str, model: str, ask: str) -> DataFrame:
    return estimates.assigned(record, where_all(tables.scores(record), **place_of(inventory, model, ask)))


def _interval(values: Iterable[float], likelihood: bool) -> tuple[float, float]:
    """The t interval of a mean, within the ends of POMP; none below three values, and none where they do not differ."""
    found = mean_over_persons(list(values))
    if not found.high - found.low > NO_SPREAD:
        return np.nan, np.nan
    return (found.low, found.high) if likelihood else (max(found.low, 0.0), min(found.high, 100.0))


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
        by_level = [f"{name}: assigned {pole}" for pole in levels.highest_first(rows["pole"].dropna())]
        together += [*by_level, f"{name}: all"]
        first += [by_level[0], by_level[-1]] if len(by_level) > 1 else [f"{name}: all"]
    return [*together, *bare, *alone], [*bare, *first][:MOST_GROUPS] or alone[:MOST_GROUPS]


def profile(record: Record, chosen: Sequence[str], inventory: str, model: str, ask: str, level: str) -> DataFrame:
    """One row a chosen group x scale of a level ("domain" or "facet"), in the order chosen.

    Columns group, scale, name, value, low, high (t interval: over sittings for one persona, over personas for several),
    unit, score (the inventory's own metric, or nats per token), pomp, n_persons, n_sittings, answers ("40 of 44"), n_answered,
    n_asked, assigned (level in words), t, percentile, norm, norm_n, reliability (alpha in words), constant, note; texts are
    None where there is nothing to say.
    """
    everybody = where_all(people(record, inventory, model, ask), level=level)
    alphas = reliability(record, inventory, model, ask)
    rows = [
        _line(group, members, alphas)
        for group in chosen
        for _, some in everybody.groupby("scale", sort=False)
        if len(members := _members(group, some))
    ]
    table = DataFrame(rows)
    return table.assign(unit=unit(ask)) if len(table) else table


def unit(ask: str) -> str:
    """What the numbers of a way of asking are."""
    return UNITS.get(ask.partition(": ")[2], UNITS["rating"])


def _members(group: str, rows: DataFrame) -> DataFrame:
    """The rows of the personas that `group` stands for; nobody's where the scale was assigned to none of them."""
    own = rows[rows["bare"]] if group == BARE else rows[(rows["persona"] == group) & ~rows["bare"]]
    if len(own):
        return own
    name, _, part = group.rpartition(": ")
    rows = rows[rows["persona_set"] == name]
    return rows if part == "all" else rows[rows["pole"] == part.removeprefix("assigned ")]


def _line(group: str, members: DataFrame, alphas: DataFrame) -> dict[str, Any]:
    first = members.iloc[0]
    known = members[members["value"].notna()]
    several = len(members) > 1
    likelihood = first["elicitation"] == "likelihood"
    low, high = _interval(known["value"], likelihood) if several else (first["low"], first["high"])
    constant = bool(len(known)) and bool(known["constant"].all())
    low, high = (np.nan, np.nan) if constant else (low, high)
    answered, asked = int(members["n_answered"].sum()), int(members["n_asked"].sum())
    poles = members["pole"].dropna().unique()
    t = known["t"].mean()
    return {
        "group": group, "scale": first["scale"], "name": first["name"], "value": known["value"].mean(), "low": low, "high": high,
        "score": known["score"].mean(), "pomp": known["pomp"].mean(), "n_persons": len(known),
        "n_sittings": int(known["n_sittings"].sum()), "answers": f"{answered:,} of {asked:,}", "n_answered": answered, "n_asked": asked,
        "assigned": poles[0] if len(poles) == 1 else None, "t": t, "percentile": normal_percentile(t, 50.0, 10.0),
        "norm": first["norm"] if t == t else None, "norm_n": first["norm_n"] if t == t else np.nan,
        "reliability": _alpha(alphas, first) if several else None, "constant": constant, "note": _note(known, several, low),
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


def _alpha(alphas: DataFrame, place: Any) -> str | None:
    """Alpha of the scale over the personas of a set, in words; its span where every form has its own."""
    rows = where_all(alphas, persona_set=place["persona_set"], scale=place["scale"]) if len(alphas) else alphas
    if rows.empty:
        return None
    known = rows[rows["alpha"].notna()]
    if known.empty:
        return f"not estimable: {in_words(rows['note'].iloc[0])}"
    first = known.iloc[0]
    if len(rows) == 1:
        span = [_bounded(first[end]) for end in ("low", "high")]
        return _bounded(first["alpha"]) + ("" if apa.DASH in span else f" [{', '.join(span)}]")
    lost = f", not estimable in {len(rows) - len(known)}" if len(known) < len(rows) else ""
    return f"{_bounded(known['alpha'].min())} to {_bounded(known['alpha'].max())} over {len(known)} forms{lost}"


def _bounded(value: float) -> str:
    return apa.number(value, "bounded")
