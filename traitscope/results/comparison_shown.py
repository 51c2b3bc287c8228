"""Models side by side: how far apart they are, and what must be said before means are compared."""

from __future__ import annotations

from typing import Any

import numpy as np
from pandas import DataFrame

from traitscope import figures, places, statistics
from traitscope.apa import column, interval, number
from traitscope.choosing import where_all
from traitscope.estimates import FEWEST_FOR_INTERVAL
from traitscope.exhibit import Exhibit
from traitscope.kept import kept
from traitscope.notes import in_words
from traitscope.overview import counted, model_name
from traitscope.record import Record
from traitscope.results.model_differences import LEVEL, QUASI_F, Compared, differences, scores_of, unit, without_scores
from traitscope.results.place_sample import place_sample
from traitscope.sample import Sample

FEWEST_FOR_STRUCTURE, FEWEST_IN_A_MODEL = 300, 100  # persons (model x persona)
DIFFERENCES = [
    column("name", "scale"), column("model"), column("n_persons", "personas", "count"), column("mean", "mean", "number"),
    column("mean_reference", "of reference", "number", "mean of the reference"), column("difference", "difference", "number"), interval(),
    column("d", "d", "number", "difference of the personas' means in SDs of these differences (d for pairs)"),
    column("statistic", "F or t", "number"), column("df", "df", "number", "", 1), column("p", "p", "p"),
    column("p_holm", "p (Holm)", "p", "corrected over all tests of this table"), column("note"),
]  # fmt: skip
AGREEMENT = [
    column("name", "scale"), column("coefficient"), column("value", "value", "bounded"), interval("bounded"),
    column("n_persons", "personas", "count"), column("note"),
]  # fmt: skip
STEPS = [
    column("step", "held equal up to"), column("chi2", "chi-square", "number"), column("df", "df", "count"), column("cfi", "CFI", "bounded", "", 3),
    column("rmsea", "RMSEA", "bounded", "", 3), column("srmr", "SRMR", "bounded", "", 3), column("note"),
]  # fmt: skip


def forest(record: Record, compared: Compared, level: str = "domain") -> Exhibit:
    """The differences, with their intervals and corrected tests."""
    against = compared.others[0] if len(compared.others) == 1 else "the other models"
    question = f"How far does {against} stand from {compared.reference} on each scale?"
    table = differences(record, compared)
    table = table[table["level"] == level].reset_index(drop=True) if len(table) else table
    if table.empty or table["difference"].isna().all():
        why = "; ".join(dict.fromkeys(filter(None, table["note"]))) if len(table) else "no persona was answered by both"
        return Exhibit("differences", question, table, missing=f"Nothing to compare: {why}.")
    shown = table.assign(group=table["model"], value=table["difference"])
    figure = figures.forest(
        shown, question, x=f"difference, {short_unit(compared)} (right: higher than {compared.reference})", line=0.0
    )
    columns = [each for each in DIFFERENCES if each.word != "model" or len(compared.others) > 1]
    return Exhibit(
        "differences",
        question,
        table,
        columns,
        _caption(record, compared, table),
        figure,
        note=_note(table),
        about=_about(record, compared),
    )


def _about(record: Record, compared: Compared) -> dict[str, str]:
    """What all exhibits here are of; models stand in the rows, or are compared as a whole."""
    models = "; ".join(compared.models)
    return places.about(
        record, inventory=compared.inventory, ask=compared.ask, persona_set=compared.persona_set, models=models
    )


def finding(record: Record, compared: Compared, level: str = "domain") -> str:
    """Where the models differ beyond chance, in a sentence or two."""
    table = differences(record, compared)
    table = table[(table["level"] == level) & table["difference"].notna()] if len(table) else table
    if table.empty:
        return "There is nothing to compare yet."
    told, short = [], short_unit(compared)
    for model, rows in table.groupby("model", sort=False):
        clear = rows[rows["p_holm"] <= LEVEL]
        parts = [
            _moved(clear[sign * clear["difference"] > 0], word, short) for sign, word in ((1, "higher"), (-1, "lower"))
        ]
        rest = list(rows.loc[~(rows["p_holm"] <= LEVEL), "name"])
        parts += [f"no difference can be told on {', '.join(rest)}"] if rest else []
        told.append(f"{model}, beside {compared.reference}: {'; '.join(filter(None, parts))}.")
    tests = f"Told after Holm's correction over {counted(len(table), 'test')}; the bars are not corrected."
    return f"Over {_over(table)} that both answered: " + " ".join([*told, *[tests] * (len(table) > 1)])


def short_unit(compared: Compared) -> str:
    """The unit without what it stands for."""
    return unit(compared).partition(" (")[0]


def cautions(record: Record, compared: Compared) -> list[str]:
    """What must be read before means are compared: invariance, constant answers, personas left out."""
    known = where_all(places.places(record), inventory=compared.inventory, ask=compared.ask)
    told = [invariance(record, compared)]
    constant = [model for model in compared.models if known.loc[known["model"] == model, "constant"].any()]
    if constant:
        told.append(
            f"{', '.join(constant)} gave one constant answer: a difference from it says where that answer lies, nothing of traits."
        )
    refused = without_scores(record, compared.inventory, compared.ask)
    if refused:
        told.append(f"{', '.join(refused)}: no usable answer, so nothing to compare.")
    own = where_all(scores_of(record, compared.inventory, compared.ask), persona_set=compared.persona_set)
    for other in compared.others:
        answered = [set(own.loc[own["model"] == model, "persona"]) for model in (compared.reference, other)]
        lost = len(answered[0] | answered[1]) - len(answered[0] & answered[1])
        if lost:
            told.append(
                f"{counted(lost, 'persona')} of {compared.persona_set} answered for one of {compared.reference} and {other} only: left out."
            )
    return told


def invariance(record: Record, compared: Compared) -> str:
    """Whether the items measure alike in the models, or why that cannot be told, in words."""
    verdict, found = kept(_invariance, record, compared)
    means = (
        "A difference in means may then come from items that a model takes otherwise, and not from the trait: read it as a difference in "
        "answers."
    )
    if not found:
        return f"Measurement invariance is not tested: {verdict}. {means}"
    if verdict in ("scalar", "strict"):
        return f"Measurement invariance: {verdict}. The items measure alike in these models, so means can be compared."
    return f"Measurement invariance: no more than {verdict} can be told, and means need scalar. {means}"


def invariance_steps(record: Record, compared: Compared) -> Exhibit | None:
    """The fit of the steps; None where nothing was tested."""
    found = kept(_invariance, record, compared)[1]
    if not found:
        return None
    table = DataFrame(found)
    table["note"] = table["note"].map(in_words)
    told = f"{', '.join(compared.models)}; {compared.inventory}; {places.ask_words(compared.ask)}; {compared.persona_set}. Each step holds more equal between models."
    return Exhibit(
        "invariance", "Do the items measure alike in these models?", table, STEPS, told, about=_about(record, compared)
    )


def agreement(record: Record, compared: Compared) -> Exhibit:
    """Models as raters of the same personas: do they give them the same scores?"""
    question = "Do the models give the same personas the same scores?"
    sample = _shared_sample(record, compared)
    found = statistics.compute(sample, ["models_as_raters"])["models_as_raters"]
    rows = [
        {"scale": each["scale"], "name": sample.inventory.scale(each["scale"]).name, "coefficient": each["quantity"].removesuffix(" over models")}
        | {name: np.nan if each[name] is None else each[name] for name in ("value", "low", "high")}
        | {"n_persons": each["n_persons"], "note": in_words(each["note"])}
        for each in found["estimates"]
    ]  # fmt: skip
    table = DataFrame(rows)
    if table.empty or table["value"].isna().all():
        why = "; ".join(dict.fromkeys(filter(None, table["note"]))) if len(table) else found["lacking"]
        return Exhibit("agreement", question, table, missing=f"Agreement of the models is not known: {why}.")
    lowest = float(np.nanmin(table[["value", "low"]].to_numpy(float)))
    figure = figures.forest(
        table,
        question,
        x="1 where all models give a persona the same score",
        groups="coefficient",
        span=(max(-1.0, min(0.0, lowest)), 1.0),
    )
    told = f"{', '.join(model_name(record, each) for each in compared.models)}; {compared.inventory}; {places.ask_words(compared.ask)}; {compared.persona_set}, n = "
    told += f"{_span(table['n_persons'])} personas. 95 % intervals over personas, none below {FEWEST_FOR_INTERVAL}."
    note = "ICC(A,1) asks for the same scores, ICC(C,1) for the same ranks and distances."
    return Exhibit("agreement", question, table, AGREEMENT, told, figure, note=note, about=_about(record, compared))


def _invariance(record: Record, compared: Compared) -> tuple[str, list[dict[str, Any]]]:
    """The verdict and the steps; where it was not tested the reason, and no steps."""
    sample = _shared_sample(record, compared)
    if sample.ipsative:
        return in_words("ipsative"), []
    sizes = DataFrame({"model": sample.groups["model"], "who": sample.who}).drop_duplicates().groupby("model").size()
    if sizes.sum() < FEWEST_FOR_STRUCTURE or sizes.min() < FEWEST_IN_A_MODEL:
        told = f"{counted(int(sizes.min()), 'persona')} in {counted(len(sizes), 'model')} are {counted(int(sizes.sum()), 'person')}; "
        return f"{told}{FEWEST_FOR_STRUCTURE} or more are needed, {FEWEST_IN_A_MODEL} of each model", []
    found = statistics.compute(sample, ["invariance"])["invariance"]
    if found["lacking"] or found.get("failed"):
        return found["lacking"] or found["failed"], []
    verdicts = [
        each["quantity"].partition(": ")[2]
        for each in found["estimates"]
        if each["quantity"].startswith("invariance over model")
    ]
    steps = found["tables"].get("steps, model", [])
    verdict = verdicts[0] if verdicts else "no scale has three items"
    return (verdict if steps else in_words(verdict)), steps


def _shared_sample(record: Record, compared: Compared) -> Sample:
    """The answers of all compared models to the personas that each of them answered for."""
    sample = place_sample(record, compared.inventory, compared.models, compared.ask, compared.persona_set)
    everywhere = sample.table.groupby("persona")["model"].transform("nunique") == len(compared.models)
    return sample if everywhere.all() else sample.rows(everywhere)


def _moved(rows: DataFrame, word: str, unit: str) -> str:
    each = ", ".join(
        f"{name} (by {number(abs(value))} {unit})" for name, value in zip(rows["name"], rows["difference"], strict=True)
    )
    return f"{word} on {each}" if each else ""


def _caption(record: Record, compared: Compared, table: DataFrame) -> str:
    over = (
        "personas and forms, as samples of both (quasi-F)"
        if (table["test"] == QUASI_F).any()
        else "personas (paired t)"
    )
    return (
        f"{', '.join(model_name(record, each) for each in compared.models)}; {compared.inventory}; {places.ask_words(compared.ask)}; {compared.persona_set}, n = "
        f"{_over(table)} that both answered. 95 % intervals and tests over {over}."
    )


def _note(table: DataFrame) -> str:
    tests = counted(int(table["p"].notna().sum()), "test")
    return f"There is no interval below {FEWEST_FOR_INTERVAL} personas; p corrected after Holm over the {tests} shown."


def _over(table: DataFrame) -> str:
    forms = _span(table["n_forms"])
    return f"{_span(table['n_persons'])} personas in {forms} form{'' if forms == '1' else 's'}"


def _span(values: Any) -> str:
    low, high = min(values), max(values)
    return f"{low:,.0f}" if low == high else f"{low:,.0f} to {high:,.0f}"
