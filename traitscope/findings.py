"""One plain-English finding for each elicitation, worded by the figures and never beyond them."""

from __future__ import annotations

import math

import pandas as pd
from pandas import DataFrame

from traitscope.record import Record

CONSTANT = 0.99  # share of one answer from which ratings count as one constant


def findings(record: Record, tables: dict[str, DataFrame]) -> list[str]:
    """A paragraph for each model and elicitation of the record that has answers."""
    found = []
    answers = tables["answers"]
    asked = answers[(answers["kind"] == "item") & answers["outcome"].notna()]
    for (model, elicitation), rows in asked.groupby(["model", "elicitation"], sort=False):
        simulated = record.manifest.abilities[str(model)].simulated
        name = f"{model} (simulated, not a language model)" if simulated else str(model)
        told = (
            _likelihood(record, tables, str(model))
            if elicitation == "likelihood"
            else _rating(tables, str(model), rows)
        )
        found.append(f"{elicitation} - {name}: {told}")
    return found


def _rating(tables: dict[str, DataFrame], model: str, rows: DataFrame) -> str:
    answered = rows[rows["outcome"] == "answered"]
    if answered.empty:
        outcomes = ", ".join(f"{count} {name}" for name, count in rows["outcome"].value_counts().items())
        return (
            f"no usable rating among {len(rows)} replies ({outcomes}); nothing can be said about its traits this way."
        )
    parts = []
    place, value = _most_common(answered["position"]), _most_common(answered["chosen"])
    orders = answered["options"].nunique()
    if place[1] >= CONSTANT and orders > 1:
        parts.append(
            f"it chose the {_ordinal(int(place[0]) + 1)} option on the page in {place[1]:.1%} of {len(answered)} ratings, whatever "
            f"stood there, in {orders} option orders. It follows the page, not the item: these ratings measure no trait"
        )
    elif value[1] >= CONSTANT:
        parts.append(
            f"it gave the answer {value[0]:g} in {value[1]:.1%} of {len(answered)} ratings, in {orders} option order"
            f"{'s' if orders > 1 else ''}. A constant carries no information about persons, so these ratings measure no trait"
        )
    else:
        parts.append(_effects(tables, model, "chosen"))
        parts.append(_consistency(tables["forms"], model))
    parts.append(_reliability(tables["reliability"], model, "chosen"))
    mass = answered["label_mass"].dropna()
    if len(mass):
        few = (mass < 0.1).mean()
        warn = f"; in {few:.0%} of trials it was under .1, where an answer rests on very little" if few else ""
        parts.append(f"the mean probability of saying any label at all was {_short(mass.mean())}{warn}")
    lost = len(rows) - len(answered)
    if lost:
        parts.append(f"{lost} of {len(rows)} replies were not usable and are counted, never filled in")
    return _sentences(parts)


def _likelihood(record: Record, tables: dict[str, DataFrame], model: str) -> str:
    version = "double_centred" if (tables["values"]["version"] == "double_centred").any() else "item_centred"
    parts = [_effects(tables, model, version), _reliability(tables["reliability"], model, version)]
    controls = tables["recovery"]
    controls = controls[(controls["model"] == model) & (controls["version"] == version)]
    if len(controls):
        parts += [_controls(rows) for _, rows in controls.groupby("persona_set", sort=False)]
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


def _effects(tables: dict[str, DataFrame], model: str, version: str) -> str:
    table = tables["assigned"]
    if table.empty:
        return "no persona was assigned a level of a scale that was asked, so there is no effect to report"
    table = table[(table["model"] == model) & (table["version"] == version)]
    if table.empty:
        return "no persona was assigned a level of a scale that was asked, so there is no effect to report"
    told = []
    for persona_set, rows in table.groupby("persona_set", sort=False):
        known = rows[rows["d_ddof1"].notna()]
        listed = ", ".join(f"{scale} {_short(d)}" for scale, d in zip(known["scale"], known["d_ddof1"], strict=True))
        clear = known[(known["d_ddof1"] > 0) & (known["d_ddof1"].abs() > known["null95"])]
        if known.empty:
            why = ", ".join(sorted({str(note).split(";")[0] for note in rows["note"] if note})) or "no_score"
            told.append(f"for {persona_set} the effect of the assigned pole is not estimable ({why})")
            continue
        told.append(
            f"for {persona_set} the assigned pole moves {len(clear)} of {len(rows)} scales in its own direction and beyond 95 % of "
            f"permuted labels (d {listed}; {int(rows['n_persons'].max())} personas; d divides by the spread of the other assigned "
            f"traits and is no human d)"
        )
    return "; ".join(told)


def _controls(rows: DataFrame) -> str:
    listed = ", ".join(
        f"{scale} {verdict} (d {_short(plain)} plain, {_short(negated)} negated)"
        for scale, verdict, plain, negated in zip(
            rows["scale"], rows["verdict"], rows["d_plain"], rows["d_negated"], strict=True
        )
    )
    return f"by meaning, with plain and with negated markers: {listed}"


def _consistency(forms: DataFrame, model: str) -> str:
    if forms.empty:
        return ""
    order = forms[(forms["model"] == model) & (forms["factor"] == "options")]
    if order.empty:
        return ""
    listed = ", ".join(f"{each.inventory} {each.agreement:.0%}" for each in order.itertuples())
    return f"the same item got the same answer in both option orders in {listed} of pairs"


def _reliability(table: DataFrame, model: str, version: str) -> str:
    if table.empty:
        return ""
    rows = table[(table["model"] == model) & (table["version"] == version) & (table["level"] == "domain")]
    # a set of one persona has no persons to be consistent over; it is not what reliability is about
    rows = rows[rows["n_persons"] > 1]
    if rows.empty:
        return "reliability needs several personas"
    known = rows[rows["alpha"].notna()]
    if known.empty:
        reasons = ", ".join(sorted({str(each).split(";")[0] for each in rows["note"] if each}))
        return f"alpha is not estimable for any scale ({reasons})"
    if known["note"].str.contains("degenerate_identical_items").all():
        return (
            "every persona gives all items of a scale the same keyed answer: alpha is 1 by construction and no evidence"
        )
    lost = len(rows) - len(known)
    tail = f", and not estimable for {lost}" if lost else ""
    return f"alpha lies between {_short(known['alpha'].min())} and {_short(known['alpha'].max())} over {len(known)} scales{tail}"


def _most_common(values: pd.Series) -> tuple[float, float]:
    shares = values.dropna().value_counts(normalize=True)
    return (float(shares.index[0]), float(shares.iloc[0])) if len(shares) else (math.nan, 0.0)


def _ordinal(number: int) -> str:
    return {1: "first", 2: "second", 3: "third"}.get(number, f"{number}th")


def _short(value: float) -> str:
    return f"{value:.2f}".replace("0.", ".", 1) if abs(value) < 1 else f"{value:.1f}"


def _sentences(parts: list[str]) -> str:
    return " ".join(part[0].upper() + part[1:] + "." for part in parts if part)
