"""Paraphrases shown: how far apart the label probabilities are that one question gets when it is asked in other ways.

After Moore et al. (2024): a group is what should be answered alike, here one item in all levels of one form factor.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from pandas import DataFrame, concat

from psychometrics import GroupInconsistency, group_inconsistency
from traitscope import figures, places
from traitscope.apa import column, interval
from traitscope.choosing import where_all
from traitscope.distributions import label_logprobs
from traitscope.estimates import SEED
from traitscope.exhibit import Exhibit
from traitscope.form_words import WORDS
from traitscope.kept import kept
from traitscope.notes import in_words
from traitscope.places import about
from traitscope.record import Record
from traitscope.results.forms_asked import ONE_FORM, asked

ALIKE = 1e-6  # a distance below is rounding
LISTED = 10  # items of a factor that are named as least consistent
UNREAD = "No label probabilities of one item in two forms: this model gives text alone, or nothing usable."
SAME = "Every item gets the same label probabilities in every way of asking."
MEAN = "mean Jensen-Shannon distance to the centroid (square root, natural logarithm)"
FACTORS = [
    column("persona"), column("factor", "what varies"), column("n_levels", "ways", "count"), column("n_items", "items", "count"),
    column("value", "inconsistency", "bounded", MEAN), interval("bounded"), column("median", "median", "bounded"), column("note"),
]  # fmt: skip
ITEMS = [
    column("persona"), column("factor", "what varies"), column("item"), column("text"), column("inconsistency", "inconsistency", "bounded", MEAN),
    column("farthest", "farthest from the others"),
]  # fmt: skip


def inconsistency(record: Record) -> Iterator[Exhibit]:
    """Mean Jensen-Shannon distance of the ways of asking one item, for each form factor, with its interval over items."""
    for place in places_read(record):
        yield by_factor(record, **place)


def least_consistent(record: Record) -> Iterator[Exhibit]:
    """The items whose label probabilities differ most between the ways of asking."""
    for place in places_read(record):
        yield items(record, **place)


def by_factor(record: Record, inventory: str, model: str, ask: str) -> Exhibit:
    """One row a persona x form factor: the mean over items of how far its levels lie apart."""
    of, question = asked(record, inventory, model, ask), "Does one question get the same answer in other words?"
    table = DataFrame(
        {"persona": persona, "factor": WORDS[factor], "code": factor, "n_levels": int(found.groups["n_members"].max()),
         "n_items": found.mean.n_items, "value": found.mean.value, "low": found.mean.low, "high": found.mean.high,
         "median": found.mean.extra.get("median", math.nan), "note": in_words(found.mean.note)}
        for (persona, factor), found in _found(record, inventory, model, ask).items()
    )  # fmt: skip
    if table.empty or table["value"].isna().all():
        return Exhibit("inconsistency", question, table, missing=UNREAD if of.varied else ONE_FORM)
    figure = figures.forest(table, question, x=MEAN, rows="factor", groups="persona", line=0.0)
    caption = of.caption("95 % bootstrap intervals over items, of each persona by itself.")
    note = "0 is the same probabilities of all options in every way of asking; two ways that are sure of different options give .46. "
    note += "What else varies is averaged within a level."
    told = about(record, inventory=inventory, model=model, ask=ask)
    return Exhibit("inconsistency", question, table, FACTORS, caption, figure, note=note, about=told)


def items(record: Record, inventory: str, model: str, ask: str) -> Exhibit:
    """The least consistent items of each persona and form factor."""
    of, question = asked(record, inventory, model, ask), "Which items hang most on the way of asking?"
    parts = [
        found.groups[found.groups["inconsistency"] > ALIKE].head(LISTED).assign(persona=persona, factor=WORDS[factor])
        for (persona, factor), found in _found(record, inventory, model, ask).items()
    ]
    table = concat(parts, ignore_index=True) if parts else DataFrame()
    if table.empty:
        return Exhibit("least_consistent", question, table, missing=_why(record, inventory, model, ask))
    table = table.rename(columns={"group": "item"})
    table["text"] = [of.inventory.printed_text(of.inventory.item(each)) for each in table["item"]]
    caption = of.caption(f"The {LISTED} items with the largest {MEAN}, or all.")
    told = about(record, inventory=inventory, model=model, ask=ask)
    return Exhibit("least_consistent", question, table, ITEMS, caption, about=told)


def _why(record: Record, inventory: str, model: str, ask: str) -> str:
    """Why there is no least consistent item."""
    if not asked(record, inventory, model, ask).varied:
        return ONE_FORM
    known = [each for each in _found(record, inventory, model, ask).values() if each.mean.n_items]
    return SAME if known else UNREAD


def _found(record: Record, inventory: str, model: str, ask: str) -> dict[tuple[str, str], GroupInconsistency]:
    return kept(_inconsistencies, record, inventory, model, ask)


def label_shares(record: Record, inventory: str, model: str, ask: str) -> DataFrame:
    """One row a usable answer x option: columns persona, item, key, option (its number in the inventory), probability, what varies."""
    of = asked(record, inventory, model, ask)
    with record.store() as store:
        said = {trial: label_logprobs(blob) for trial, blob in store.table("label_distributions")[1]}
    rows: list[dict[str, Any]] = []
    names = ["persona", "item", "key", "shown", "trial", *of.varied]
    for each in of.rows.loc[of.rows["outcome"] == "answered", names].to_dict("records"):
        if (logprobs := said.get(each["trial"])) is None:
            continue
        weights = [math.exp(one) for one in logprobs]
        told = {str(name): value for name, value in each.items()}
        rows += [
            told | {"option": int(option), "probability": weight / sum(weights)}
            for option, weight in zip(each["shown"].split(","), weights, strict=True)
        ]
    return DataFrame(rows)


def _inconsistencies(record: Record, inventory: str, model: str, ask: str) -> dict[tuple[str, str], GroupInconsistency]:
    of, long = asked(record, inventory, model, ask), label_shares(record, inventory, model, ask)
    if long.empty:
        return {}
    return {
        (str(persona), factor): group_inconsistency(
            some.assign(group=some["item"], member=some[factor].astype(str))[["group", "member", "option", "probability"]], seed=SEED
        )
        for persona, some in long.groupby("persona", sort=False)
        for factor in of.varied
        if some[factor].nunique() > 1
    }  # fmt: skip


def places_read(record: Record) -> Iterator[dict[str, str]]:
    """Answers of ratings and choices: their label probabilities are the same whichever number is taken of them."""
    found = where_all(places.places(record), version="chosen")
    for inventory, model, ask in zip(found["inventory"], found["model"], found["ask"], strict=True):
        yield {"inventory": inventory, "model": model, "ask": ask}
