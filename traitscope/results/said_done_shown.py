"""Saying against doing measure by measure: the four of Ai et al. (2024) and three more, each with its intervals and nulls.

The four compare ratings of statements with ratings of their twin scenarios on one scale; people stand beside where a file of
them is given.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
from pandas import DataFrame, Series

from psychometrics.calibrated_gap import calibrated_gap
from traitscope import divergence_told, figures
from traitscope.apa import Column, Kind, column, interval
from traitscope.divergence import POMP_RANGE, measures
from traitscope.divergence_scopes import NULL_RESPONDERS, Part, apart, scores
from traitscope.estimates import SEED, withheld
from traitscope.exhibit import Exhibit
from traitscope.kept import kept
from traitscope.notes import in_words
from traitscope.recipe_records import file_of
from traitscope.record import Record
from traitscope.results import divergence_looked as looked
from traitscope.results import divergence_shown
from traitscope.results.divergence_looked import EVERY, Looked
from traitscope.results.divergence_nulls_shown import confirmed

RATED, CHOSEN = ("rating: chosen", "rating: expected"), "choice: chosen"
THE_MODEL, PEOPLE = "the model", "people"
NO_PEOPLE = (
    "No people's answers were given, and the gap is measured on their scale: --with FILE, a table with one row a person and "
    "columns named by the statements and the scenarios (bfi44_01, sc_bfi44_01 and so on), puts them beside."
)
NOT_ALIKE = (
    "The people of the file answered the scenarios in another way than the model was asked, so they calibrate nothing."
)
NOT_CONFIRMED = (
    "No action that was chosen was put to the model by itself afterwards. A study asks for it with choices and confirmations of "
    'one inventory of scenarios: elicitation = "choice" and elicitation = "confirmation".'
)
FOUR = {
    "cosine": ("How small is the angle between what is said and what is done?", ["cosine", "centred_cosine"]),
    "rank_correlation": ("Do statements and scenarios rise and fall together?", ["spearman"]),
    "value_mean_difference": ("How far do the two answers of a pair lie apart?", ["vmd"]),
    "consistent_pairs": ("How many pairs are consistent?", ["pcp"]),
}  # fmt: skip
WORDS = {
    "cosine": "cosine", "centred_cosine": "cosine, centred", "spearman": "Spearman's rho", "vmd": "mean distance (VMD)",
    "pcp": "share of consistent pairs (PCP)", "correlation": "correlation", "disattenuated": "correlation, disattenuated",
    "reliability_said": "alpha of what is said", "reliability_done": "alpha of what is done",
}  # fmt: skip
READ = {
    "cosine": "1 is the same direction; centred: 1 is the same pattern around the mean. Positive answers alone give a high raw cosine.",
    "rank_correlation": "1 is the same order of the pairs on both sides.",
    "value_mean_difference": "In points of the statement's scale; 0 is the same answers.",
    "consistent_pairs": "Pairs within {tau:g} of each other on the statement's scale; 1 is all of them.",
}  # fmt: skip
UNRELATED = "actions exchanged over the items"
MEASURED = [
    column("who"), column("name", "trait"), column("measure_word", "measure"), column("value", kinds="kind"), interval(kinds="kind"),
    column("null_items", "items swapped", told="mean when actions are exchanged over the items of each persona", kinds="kind"),
    Column(("null_items_low", "null_items_high"), "items swapped, 95 %", kinds="kind"), column("null_items_p", "p (items)", "p"),
    column("null_persons", "personas swapped", told="mean when personas are exchanged, within their assigned pole where one is", kinds="kind"),
    Column(("null_persons_low", "null_persons_high"), "personas swapped, 95 %", kinds="kind"), column("null_persons_p", "p (personas)", "p"),
    column("beyond", "beyond both"), column("n_persons", "persons", "count"), column("n_pairs", "pairs", "count"), column("why", "note"),
]  # fmt: skip
CALIBRATED = [
    column("name", "trait"), column("value", "squared gap", told="mean over traits and persons, in squared POMP"), interval(),
    column("rmse", "its root (POMP)", "number", digits=1), column("null", "always the middle", "number", "of a responder that always says 3 of 5, on both sides"),
    column("n_persons", "persons", "count"), column("n_people", "people", "count"), column("note"),
]  # fmt: skip


def four_measures(record: Record) -> Iterator[Exhibit]:
    """Cosine, rank correlation, value mean difference and share of consistent pairs of statements and their scenarios."""
    for at in _looked(record):
        for name in FOUR:
            yield measure(record, at, name)


def three_divergences(record: Record) -> Iterator[Exhibit]:
    """The gap calibrated by people, the correlation over personas raw and disattenuated, and self-confirmation."""
    places = list(_looked(record))
    # why it is missing is told once
    yield from (calibrated(record, at) for at in (places if file_of(record) else places[:1]))
    yield from (over_personas(record, at) for at in places)
    for model in looked.models(record):
        yield from _confirmations(record, model)


def level_gaps(record: Record) -> Iterator[Exhibit]:
    """Both levels by trait, and whether it acts at the level it says within the margin."""
    for at in _looked(record):
        yield divergence_shown.by_trait(record, at)


def measure(record: Record, at: Looked, name: str) -> Exhibit:
    """One of `FOUR`, of the model, of people where they are given, and of those who answer without looking."""
    question, codes = FOUR[name]
    table = _rows(record, at)
    table = table[table["measure"].isin(codes)].reset_index(drop=True)
    own = table[table["who"] == THE_MODEL]
    known = [code for code in codes if own.loc[own["measure"] == code, "value"].notna().any()]
    if not known:
        return Exhibit(name, question, table, missing=f"Not estimable here: {_why(own) or 'no pairs'}.")
    shown = table[table["measure"] == known[-1]]
    own = shown[shown["who"] == THE_MODEL]
    exchanged = own.assign(
        value=own["null_items"], low=own["null_items_low"], high=own["null_items_high"], group=UNRELATED
    )
    drawn = pd.concat([shown.assign(group=shown["who"]), exchanged])
    bounded = name != "value_mean_difference"
    figure = figures.forest(drawn, question, x=WORDS[known[-1]], span=(0.0, 1.0) if name == "consistent_pairs" else None, line=0.0 if bounded else None)  # fmt: skip
    note = f"{READ[name].format(tau=looked.planned(record)[1])} Who answers without looking says what such answers reach by themselves."
    return Exhibit(
        name, question, table, MEASURED, _caption(record, at), figure, note=note, about=looked.about(record, at)
    )


def over_personas(record: Record, at: Looked) -> Exhibit:
    """Correlation of the scores over personas by trait, raw and disattenuated, with the reliabilities it is corrected by."""
    question = "Do the personas that say more of a trait also do more of it?"
    table = _rows(record, at)
    table = table[table["measure"].isin(["correlation", "disattenuated", "reliability_said", "reliability_done"])]
    table = table[~table["who"].isin(NULL_RESPONDERS)].reset_index(drop=True)
    own = table[(table["who"] == THE_MODEL) & (table["measure"] == "correlation") & table["scale"].ne("")]
    if own["value"].isna().all():
        return Exhibit(
            "correlation_over_personas", question, table, missing=f"Not estimable here: {_why(own) or 'no pairs'}."
        )
    drawn = table[table["measure"].isin(["correlation", "disattenuated"])]
    several = drawn["who"].nunique() > 1
    drawn = drawn.assign(group=(drawn["who"] + ", " if several else "") + drawn["measure_word"])
    figure = figures.forest(drawn, question, x="correlation over personas", line=0.0)
    note = (
        "Disattenuated: divided by the root of both alphas; it can pass 1, which is sampling error. Swapped personas are the null of the "
        "raw correlation. All traits: the mean of the traits, without an interval."
    )
    return Exhibit("correlation_over_personas", question, table, MEASURED, _caption(record, at), figure, note=note, about=looked.about(record, at))  # fmt: skip


def calibrated(record: Record, at: Looked) -> Exhibit:
    """The squared gap of each trait after behaviour was mapped on people's self-reports, beside one who says 3 to all."""
    name, question = "calibrated_gap", "How far is what is said from what people say who act alike?"
    file = file_of(record)
    if file is None:
        return Exhibit(name, question, DataFrame(), missing=NO_PEOPLE)
    people = kept(_people, record, file)
    alike = _alike(people, at)
    human = scores(alike.assign(person=alike["persona"]), ["person", "scale"])
    names = looked.scales(record, at)
    whole = looked.part(record, at, "model")
    parts = [*([whole] if whole else []), *looked.traits(record, at)]
    table = DataFrame([row for part in parts if (row := _calibrated(part, human, names)) is not None])
    if table.empty or table["value"].isna().all():
        return Exhibit(name, question, table, missing=NOT_ALIKE if human.empty or table.empty else f"Not estimable here: {_why(table.assign(why=table['note']))}.")  # fmt: skip
    drawn = pd.concat([table.assign(group=THE_MODEL), table.assign(group=NULL_RESPONDERS[0], value=table["null"], low=float("nan"), high=float("nan"))])  # fmt: skip
    figure = figures.forest(drawn, question, x="squared gap, in squared POMP", line=0.0)
    note = (
        "What a persona does is replaced by the mean self-report of people who act as much (interval quantile mapping), then compared "
        "with what it says. Who says 3 to everything can have a small gap, too: a gap that is not below that one tells nothing."
    )
    return Exhibit(
        name, question, table, CALIBRATED, _caption(record, at), figure, note=note, about=looked.about(record, at)
    )


def _calibrated(part: Part, human: DataFrame, names: dict[str, str]) -> dict[str, Any] | None:
    """One row of the calibrated gap; None without people's scores on the scale."""
    known = set(part.scores["scale"]) & set(human["scale"])
    if not known:
        return None
    own, of_people = (
        each[each["scale"].isin(known)].rename(columns={"scale": "domain"}) for each in (part.scores, human)
    )
    found = withheld(
        calibrated_gap(own, of_people, said_range=POMP_RANGE, done_range=POMP_RANGE, poles=part.poles, seed=SEED)
    )
    told = {name: found.extra.get(name) for name in ("rmse", "null_constant")}
    return {
        "scale": part.place["scale"], "name": names.get(part.place["scale"], EVERY), "value": found.value, "low": found.low,
        "high": found.high, "rmse": told["rmse"], "null": told["null_constant"], "n_persons": found.n_persons,
        "n_people": of_people["person"].nunique(), "note": in_words(found.note),
    }  # fmt: skip


def _confirmations(record: Record, model: str) -> Iterator[Exhibit]:
    """Self-confirmation of each persona set whose actions were chosen; a reason where none was confirmed."""
    found = [
        shown
        for said_by in looked.options(record, model, "said_by")[:1]
        if CHOSEN in looked.options(record, model, "done_by", said_by=said_by)
        for persona_set in looked.options(record, model, "persona_set", said_by=said_by, done_by=CHOSEN)
        if (shown := confirmed(record, Looked(model, said_by, CHOSEN, persona_set))) is not None
    ]
    question = "Does it confirm the actions it chose, and reject the opposite ones?"
    missing = Exhibit("self_confirmation", question, DataFrame(), missing=NOT_CONFIRMED)
    yield from (dataclasses.replace(each, name="self_confirmation") for each in found or [missing])


def _looked(record: Record) -> Iterator[Looked]:
    """Every model and persona set whose statements and scenarios were rated: the answers, then the expected ones."""
    for model in looked.models(record):
        for rated in RATED:
            if rated not in looked.options(record, model, "said_by"):
                continue
            if rated in looked.options(record, model, "done_by", said_by=rated):
                for persona_set in looked.options(record, model, "persona_set", said_by=rated, done_by=rated):
                    yield Looked(model, rated, rated, persona_set)


def _alike(table: DataFrame, at: Looked) -> DataFrame:
    """The rows of people who were asked as the model was; what a model is expected to answer stands beside what people did."""
    return table[table["done_by"].str.partition(": ")[0] == at.done_by.partition(": ")[0]]


def _rows(record: Record, at: Looked) -> DataFrame:
    """Every measure of the model and its traits, of people and theirs, and of those who answer without looking.

    Columns of `divergence.measures`, and who, name (of the trait), measure_word, kind, beyond, why (there is no value).
    """
    own = looked.measured(record, at)
    parts = [own[own["said_by"].eq(at.said_by)].assign(who=lambda rows: rows["model"].where(rows["model"].isin(NULL_RESPONDERS), THE_MODEL))]  # fmt: skip
    if (file := file_of(record)) is not None:
        of_people = kept(_people_measured, record, file)
        parts.append(_alike(of_people[of_people["people"].eq(True)], at).assign(who=PEOPLE))
    table = pd.concat(parts, ignore_index=True)
    table = table[table["scope"].isin(["model", "trait"])]
    names = looked.scales(record, at)
    notes = table["note"].map(_note)
    table = table.assign(
        name=[names.get(scale, scale) if scale else EVERY for scale in table["scale"]],
        measure_word=table["measure"].map(WORDS), kind=table["measure"].map(_kind),
        beyond=table["above_null"].map({True: "yes", False: "no"}), why=notes.where(table["value"].isna()),
        order=table["who"].map([THE_MODEL, PEOPLE, *NULL_RESPONDERS].index),
    )  # fmt: skip
    return table.sort_values("order", kind="stable").drop(columns="order").reset_index(drop=True)


def _kind(measure: str) -> Kind:
    return "number" if measure in ("vmd", "disattenuated") else "bounded"


def _people(record: Record, file: Path) -> DataFrame:
    """People's pairs of the scenarios that the record has."""
    scenarios = [each for each in record.inventories().values() if each.kind == "action" and each.twin_of]
    return apart(divergence_told.people(file, scenarios))


def _people_measured(record: Record, file: Path) -> DataFrame:
    margin, tau = looked.planned(record)
    return measures(kept(_people, record, file), margin=margin, tau=tau)


def _caption(record: Record, at: Looked) -> str:
    people = "; of people over people" if file_of(record) else ""
    return f"{looked.asked(record, at)} 95 % bootstrap intervals over personas, none below ten{people}."


def _note(note: str) -> str:
    return note.replace("mean_of_traits:", "mean of traits:") if note.startswith("mean_of_traits") else in_words(note)


def _why(table: DataFrame) -> str:
    """The reasons why nothing is known, each once."""
    whys: Series[str] = table["why"].dropna()
    return "; ".join(dict.fromkeys(str(each) for each in whys if each))
