"""One plain-English finding for each elicitation, worded by the figures and never beyond them."""

from __future__ import annotations

import math

import pandas as pd
from pandas import DataFrame, Series

from traitscope.notes import in_words
from traitscope.record import Record
from traitscope.responders.imported import told_of

CONSTANT = 0.99  # share of one answer from which ratings count as one constant


def findings(record: Record, tables: dict[str, DataFrame]) -> list[str]:
    """A paragraph for each model and elicitation of the record that has answers."""
    found = []
    answers = tables["answers"]
    asked = answers[(answers["kind"] == "item") & answers["outcome"].notna()]
    for (model, elicitation), rows in asked.groupby(["model", "elicitation"], sort=False):
        simulated = record.able(str(model)).simulated
        name = told_of(str(model), simulated)
        if elicitation == "likelihood":
            told = _likelihood(record, tables, str(model))
        elif elicitation == "confirmation":
            told = _confirmation(rows)
        else:
            told = _printed(tables, str(model), str(elicitation), rows)
        found.append(f"{elicitation} - {name}: {told}")
    return found


def _printed(tables: dict[str, DataFrame], model: str, elicitation: str, rows: DataFrame) -> str:
    answered = rows[rows["outcome"] == "answered"]
    noun = "choice" if elicitation == "choice" else "rating"
    if answered.empty:
        return f"no usable {noun} among {len(rows)} replies ({_outcomes(rows)}); nothing can be said about its traits this way."
    parts = []
    place, value = _most_common(answered["position"]), _most_common(answered["chosen"])
    orders = answered["options"].nunique()
    if place[1] >= CONSTANT and orders > 1:
        parts.append(
            f"it chose the {_ordinal(int(place[0]) + 1)} option on the page in {place[1]:.1%} of {len(answered)} {noun}s, whatever "
            f"stood there, in {orders} option orders. It follows the page, not the item: these {noun}s measure no trait"
        )
    elif value[1] >= CONSTANT:
        constant = f"gave the answer {value[0]:g}" if noun == "rating" else f"took a {_end(value[0])} action"
        parts.append(
            f"it {constant} in {value[1]:.1%} of {len(answered)} {noun}s, in {orders} option order"
            f"{'s' if orders > 1 else ''}. A constant carries no information about persons, so these {noun}s measure no trait"
        )
    else:
        parts.append(_effects(tables["assigned"], model, elicitation))
        parts.append(_consistency(tables["forms"], model, elicitation))
    parts.append(_reliability(tables["reliability"], model, elicitation))
    parts += _label_mass(answered)
    parts += _lost(rows, answered)
    return _sentences(parts)


def _confirmation(rows: DataFrame) -> str:
    """Actions are put one by one, so what is told is how often it says yes at all."""
    answered = rows[rows["outcome"] == "answered"]
    if answered.empty:
        return f"no usable yes or no among {len(rows)} replies ({_outcomes(rows)})."
    share = answered["chosen"].mean()
    parts = [
        f"it said yes to {share:.1%} of {len(answered)} actions that were put to it one by one ({_outcomes(rows)})"
    ]
    if max(share, 1 - share) >= CONSTANT:
        parts.append(f"always {'yes' if share > 0.5 else 'no'} confirms nothing, whatever it chose")
    return _sentences([*parts, *_label_mass(answered), *_lost(rows, answered)])


def _likelihood(record: Record, tables: dict[str, DataFrame], model: str) -> str:
    parts = [
        _effects(tables["assigned"], model, "likelihood"),
        _reliability(tables["reliability"], model, "likelihood"),
    ]
    controls = _told_of(tables["recovery"], model, "likelihood")
    if len(controls):
        several = controls["inventory"].nunique() > 1
        parts += [
            _controls(rows, f"on {place[1]}, " if several else "")
            for place, rows in controls.groupby(["persona_set", "inventory"], sort=False)
        ]
    elif len(tables["assigned"]):
        parts.append(
            "no persona set with negated markers is in this record, so it cannot tell yet whether the persona is played or its "
            "word merely repeated (examples/controls.toml asks that)"
        )
    if record.manifest.reference_name:
        parts.append(
            f"scores are nats per token, centred on {record.manifest.reference_name}; they have no common metric with ratings"
        )
    return _sentences(parts)


def _told_of(table: DataFrame, model: str, elicitation: str) -> DataFrame:
    """The rows that a finding speaks of: of printed answers what was chosen, of likelihoods what is centred the most."""
    if table.empty:
        return table
    rows = table[(table["model"] == model) & (table["elicitation"] == elicitation)]
    if elicitation != "likelihood":
        return rows[rows["version"] == "chosen"]
    twice = rows["version"] == "double_centred"
    once = (rows["version"] == "item_centred") & ~rows["inventory"].isin(rows.loc[twice, "inventory"])
    return rows[twice | once]


def _effects(assigned: DataFrame, model: str, elicitation: str) -> str:
    table = _told_of(assigned, model, elicitation)
    if table.empty:
        return "no persona was assigned a level of a scale that was asked, so there is no effect to report"
    told = []
    several = table["inventory"].nunique() > 1
    for (persona_set, inventory), rows in table.groupby(["persona_set", "inventory"], sort=False):
        where = f"{persona_set} on {inventory}" if several else str(persona_set)
        known = rows[rows["d_ddof1"].notna()]
        listed = ", ".join(f"{scale} {_short(d)}" for scale, d in zip(known["scale"], known["d_ddof1"], strict=True))
        clear = known[(known["d_ddof1"] > 0) & (known["d_ddof1"].abs() > known["null95"])]
        if known.empty:
            why = _reasons(rows["note"]) or in_words("no_score")
            told.append(f"for {where} the effect of the assigned pole is not estimable ({why})")
            continue
        told.append(
            f"for {where} the assigned pole moves {len(clear)} of {len(rows)} scales in its own direction and beyond 95 % of "
            f"permuted labels (d {listed}; {int(rows['n_persons'].max())} personas)"
        )
    if table["d_ddof1"].notna().any():
        told.append("d divides by the spread of the other assigned traits and is no human d")
    return "; ".join(told)


def _controls(rows: DataFrame, where: str) -> str:
    listed = ", ".join(
        f"{scale} {verdict} (d {_short(plain)} plain, {_short(negated)} negated)"
        for scale, verdict, plain, negated in zip(
            rows["scale"], rows["verdict"], rows["d_plain"], rows["d_negated"], strict=True
        )
    )
    return f"{where}by meaning, with plain and with negated markers: {listed}"


def _consistency(forms: DataFrame, model: str, elicitation: str) -> str:
    if forms.empty:
        return ""
    order = forms[(forms["model"] == model) & (forms["elicitation"] == elicitation) & (forms["factor"] == "options")]
    if order.empty:
        return ""
    listed = ", ".join(f"{each.inventory} {each.agreement:.0%}" for each in order.itertuples())
    same = "was answered alike" if elicitation == "choice" else "got the same answer"
    return f"the same item {same} in both option orders in {listed} of pairs"


def _reliability(table: DataFrame, model: str, elicitation: str) -> str:
    rows = _told_of(table, model, elicitation)
    if rows.empty:
        return ""
    # a set of one persona has no persons to be consistent over; it is not what reliability is about
    rows = rows[(rows["level"] == "domain") & (rows["n_persons"] > 1)]
    if rows.empty:
        return "reliability needs several personas"
    if rows["inventory"].nunique() == 1:
        return _alpha(rows)
    return "; ".join(f"on {name}, {_alpha(some)}" for name, some in rows.groupby("inventory", sort=False))


def _reasons(notes: Series[str]) -> str:
    """The first reason of each note, in words."""
    return "; ".join(sorted({in_words(note.split("; ")[0]) for note in notes if note}))


def _alpha(rows: DataFrame) -> str:
    known = rows[rows["alpha"].notna()]
    if known.empty:
        return f"alpha is not estimable for any scale ({_reasons(rows['note'])})"
    if known["note"].str.contains("degenerate_identical_items").all():
        return (
            "every persona gives all items of a scale the same keyed answer: alpha is 1 by construction and no evidence"
        )
    lost = len(rows) - len(known)
    tail = f", and not estimable for {lost}" if lost else ""
    places = f"{known['scale'].nunique()} scales"
    if len(known) > known["scale"].nunique():  # a scale has one alpha a form and a persona set
        places = f"{len(known)} coefficients of {places}"
    return f"alpha lies between {_short(known['alpha'].min())} and {_short(known['alpha'].max())} over {places}{tail}"


def _label_mass(answered: DataFrame) -> list[str]:
    mass = answered["label_mass"].dropna()
    if mass.empty:
        return []
    few = (mass < 0.1).mean()
    warn = f"; in {few:.0%} of trials it was under .1, where an answer rests on very little" if few else ""
    return [f"the mean probability of saying any label at all was {_short(mass.mean())}{warn}"]


def _lost(rows: DataFrame, answered: DataFrame) -> list[str]:
    lost = len(rows) - len(answered)
    return [f"{lost} of {len(rows)} replies were not usable and are counted, never filled in"] if lost else []


def _outcomes(rows: DataFrame) -> str:
    return ", ".join(f"{count} {name}" for name, count in rows["outcome"].value_counts().items())


def _end(value: float) -> str:
    return "high" if value == 1 else "low"


def _most_common(values: pd.Series) -> tuple[float, float]:
    shares = values.dropna().value_counts(normalize=True)
    return (float(shares.index[0]), float(shares.iloc[0])) if len(shares) else (math.nan, 0.0)


def _ordinal(number: int) -> str:
    return {1: "first", 2: "second", 3: "third"}.get(number, f"{number}th")


def _short(value: float) -> str:
    return f"{value:.2f}".replace("0.", ".", 1) if abs(value) < 1 else f"{value:.1f}"


def _sentences(parts: list[str]) -> str:
    return " ".join(part[0].upper() + part[1:] + "." for part in parts if part)
