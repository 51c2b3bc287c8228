"""Reliability as it is shown: coefficients by scale, by model, and over draws."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from pandas import DataFrame

from traitscope import figures
from traitscope.apa import column, interval, number
from traitscope.estimates import FEWEST_FOR_INTERVAL
from traitscope.exhibit import Exhibit
from traitscope.notes import in_words
from traitscope.overview import counted, model_name
from traitscope.places import about, ask_words
from traitscope.record import Record
from traitscope.results.coefficients import (
    ALPHA,
    LACKING,
    RETEST,
    Asked,
    coefficients,
    computed,
    first_form,
    form_words,
    known,
    one_form,
    parallel_name,
    reasons,
)
from traitscope.results.place_sample import forms

# what is different, for each factor of a form
OTHER = {
    "reply": "another way of reading the answer", "wording": "another wording", "labels": "other labels", "options": "another order of options",
    "binding": "labels that stay elsewhere", "items": "another order of items", "items_per_prompt": "more or fewer items in a prompt",
    "memory": "another memory", "persona_place": "the persona in another place", "language": "another language",
    "situation": "the situation told otherwise", "format": "another format of the reply",
}  # fmt: skip
# Koo and Li (2016): below the first poor, above the second good
POOR, GOOD = 0.5, 0.75
COLUMNS = [
    column("name", "scale"), column("coefficient"), column("facet", "over"), column("value", "value", "bounded"), interval("bounded"),
    column("n_persons", "persons", "count"), column("n_items", "items", "count"),
    column("sd", "persona SD", "number", "SD over the personas of their mean answer, in answer categories (likelihoods: nats per token)"),
    column("sem", "SEM", "number", "standard error of measurement, in the same unit"), column("note"),
]  # fmt: skip
RETESTED = [
    column("name", "scale"), column("n_persons", "persons", "count"), column("agreement", "ICC(A,1)", "bounded"),
    column("consistency", "ICC(C,1)", "bounded", "blind to a change of level"),
    column("change", "mean change", "number", "second draw less first"), column("sem", "SEM", "number"),
    column("sdc", "SDC", "number", "smallest change of one persona that is more than error: 1.96 times the square root of 2 times SEM"),
    column("exact", "equal scores", "percent", "share of personas with the very same score"), column("note"),
]  # fmt: skip


def forest(record: Record, asked: Asked, chosen: Sequence[str], level: str = "domain") -> Exhibit:
    """Every chosen coefficient of every scale, with its interval."""
    question = "How far do the scores of each scale hold over items, draws and forms?"
    table = coefficients(record, asked, chosen)
    if table.empty:
        return Exhibit("reliability", question, table, missing="No coefficient was chosen, or none applies here.")
    table = table[table["level"] == level].reset_index(drop=True)
    if table["value"].isna().all():
        return Exhibit("reliability", question, table, missing=f"No coefficient can be estimated: {reasons(table)}.")
    figure = figures.forest(
        table, question, x="coefficient (1: every difference holds)", groups="coefficient",
        span=(min(0.0, _floor(table)), 1.0),
    )  # fmt: skip
    return Exhibit(
        "reliability",
        question,
        table,
        COLUMNS,
        caption(record, asked, table),
        figure,
        note=note(asked),
        about=about(record, **vars(asked)),
    )


def by_model(record: Record, asked: Asked, models: Sequence[str], coefficient: str) -> Exhibit:
    """One coefficient of every scale, the models beside each other."""
    question = f"Is it as reliable in every model: {coefficient}?"
    parts = []
    for model in models:
        if forms(record, asked.inventory, model, asked.ask, asked.persona_set):
            own = first_form(record, asked.inventory, model, asked.ask, asked.persona_set)
            parts.append(coefficients(record, own, (coefficient,)).assign(model=model))
    rows = [row for part in parts for row in part.to_dict("records") if row["level"] == "domain"]
    table = DataFrame(rows)
    if table.empty or table["value"].isna().all():
        why = reasons(table) if len(table) else "no model was asked in a way that it needs"
        return Exhibit("reliability_by_model", question, table, missing=f"{coefficient} cannot be estimated: {why}.")
    figure = figures.forest(table, question, x=coefficient, groups="model", span=(min(0.0, _floor(table)), 1.0))
    told = (
        f"{asked.inventory}; {ask_words(asked.ask)}; {asked.persona_set}, n = {_span(table['n_persons'])} personas. "
        + _intervals()
    )
    told += "".join(
        f" {model}: not estimable ({reasons(rows)})."
        for model, rows in table.groupby("model", sort=False)
        if rows["value"].isna().all()
    )
    return Exhibit(
        "reliability_by_model",
        question,
        table,
        [column("model"), *COLUMNS],
        told,
        figure,
        about=about(record, inventory=asked.inventory, ask=asked.ask, persona_set=asked.persona_set),
    )


def retested(record: Record, asked: Asked) -> Exhibit:
    """How much a score changes when the very same prompts are asked again."""
    question = "By how much does a score change when the same prompts are asked again?"
    found = computed(record, asked, "retest")
    inventory = one_form(record, asked).inventory
    of = {(each["scale"], each["quantity"]): each for each in found["estimates"]}
    shown = {"agreement": "icc agreement", "consistency": "icc consistency", "change": "mean change", "sem": "sem agreement",
             "sdc": "sdc agreement", "exact": "exact agreement"}  # fmt: skip
    rows = [
        {"scale": scale, "name": inventory.scale(scale).name, "n_persons": of[scale, "icc agreement"]["n_persons"]}
        | {name: known(of[scale, quantity]["value"]) for name, quantity in shown.items()}
        | {"note": in_words(of[scale, "icc agreement"]["note"])}
        for scale in dict.fromkeys(scale for scale, _ in of)
        if not inventory.scale(scale).parent
    ]
    table = DataFrame(rows)
    if table.empty or table["agreement"].isna().all():
        why = rows[0]["note"] if rows else LACKING["retest"]
        return Exhibit("retest", question, table, missing=f"Not known: {why}.")
    told = f"{model_name(record, asked.model)}; {asked.inventory}; {ask_words(asked.ask)}; {asked.persona_set}; {form_words(asked)}. "
    told += "Change, SEM and SDC are in the inventory's own metric."
    return Exhibit("retest", question, table, RETESTED, told, about=about(record, **vars(asked)))


def finding(table: DataFrame) -> str:
    """One or two sentences on what the coefficients say; "" without any."""
    known = table[table["value"].notna()] if len(table) else table
    if known.empty:
        return f"Nothing can be said of reliability: {reasons(table) if len(table) else 'no usable answers'}."
    parts = []
    alpha = known[known["coefficient"] == ALPHA]
    if len(alpha):
        scales = counted(alpha["scale"].nunique(), "scale")
        parts.append(
            f"over {_span(alpha['n_persons'])} personas, alpha is {_range(alpha['value'])} over {scales}{_items(alpha)}"
        )
    others = known[known["coefficient"].str.endswith("ICC(A,1)")]
    parts += [_held(some, str(coefficient)) for coefficient, some in others.groupby("coefficient", sort=False)]
    return ". ".join(each[0].upper() + each[1:] for each in parts) + "." if parts else ""


def caption(record: Record, asked: Asked, table: DataFrame) -> str:
    """Who was asked how, how many, and what the intervals are."""
    return (
        f"{model_name(record, asked.model)}; {asked.inventory}; {ask_words(asked.ask)}; {asked.persona_set}, n = "
        f"{_span(table['n_persons'])} personas. {_intervals()}"
    )


def note(asked: Asked) -> str:
    """What of the study the coefficients are of, and whose they are."""
    return (
        f"Alpha, omega and retest are of {form_words(asked)}; parallel forms of means over what else varies. Alpha belongs to these "
        "personas: with less spread between them it falls, so the persona SD stands beside it."
    )


def _held(some: DataFrame, coefficient: str) -> str:
    """Whether scores hold over draws or forms, in words."""
    lowest, values = some["value"].min(), _range(some["value"])
    over = {parallel_name(factor): f"with {told}" for factor, told in OTHER.items()} | {
        RETEST: "asked again in the same words"
    }
    if lowest >= GOOD:
        return f"{over[coefficient]}, the scores hold (ICC {values})"
    if some["value"].max() < POOR:
        return f"{over[coefficient]}, the scores do not hold (ICC {values})"
    weak = ", ".join(some.loc[some["value"] < GOOD, "name"])
    return f"{over[coefficient]}, the scores hold in part only (ICC {values}; below {number(GOOD, 'bounded')}: {weak})"


def _items(alpha: DataFrame) -> str:
    low, high = alpha["n_items"].min(), alpha["n_items"].max()
    return f" of {low:.0f} items" if low == high else f" of {low:.0f} to {high:.0f} items"


def _intervals() -> str:
    return f"95 % intervals over personas (alpha: Feldt; ICC: F), none below {FEWEST_FOR_INTERVAL}."


def _range(values: Iterable[float]) -> str:
    low, high = (number(each, "bounded") for each in (min(values), max(values)))
    return low if low == high else f"{low} to {high}"


def _span(values: Iterable[float]) -> str:
    low, high = min(values), max(values)
    return f"{low:,.0f}" if low == high else f"{low:,.0f} to {high:,.0f}"


def _floor(table: DataFrame) -> float:
    return max(-1.0, float(np.nanmin(table[["value", "low"]].to_numpy(float))))
