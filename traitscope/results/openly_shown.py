"""Open answers, shown: does a question that is answered openly get the answer that is chosen from its options?

After Moore et al. (2024). A judge that sees the open answer alone marks the option that it means; the probabilities of both stand
side by side.
"""

from __future__ import annotations

from collections.abc import Iterator

from pandas import DataFrame, concat

from psychometrics import GroupInconsistency, group_inconsistency
from traitscope import figures
from traitscope.apa import column, interval
from traitscope.estimates import SEED
from traitscope.exhibit import Exhibit
from traitscope.kept import kept
from traitscope.making.open_answers import writers_of
from traitscope.notes import in_words
from traitscope.overview import counted, model_name
from traitscope.places import about
from traitscope.recipe_records import stage
from traitscope.record import Record
from traitscope.results.paraphrases_shown import ITEMS, LISTED, MEAN, label_shares, places_read

STAGE = "judge"
OPENLY = "Is a question answered openly as it is from options?"
WHICH = "Which questions are answered otherwise openly?"
NOTHING = "No open answer has been judged yet, or a side has no label probabilities."
CELL = ["persona", "item", "option"]
COLUMNS = [
    column("persona"), column("n_items", "items", "count"), column("value", "inconsistency", "bounded", MEAN), interval("bounded"),
    column("other", "open answer of the next item", "bounded", "the mean when each choice is put beside another item's open answer"),
    column("note"),
]  # fmt: skip


def open_answers(record: Record) -> Iterator[Exhibit]:
    """Mean Jensen-Shannon distance of choice and open answer over items, and the items where they lie farthest apart."""
    found = [
        each
        for place in places_read(record)
        if place["ask"].startswith("rating")
        for each in _exhibits(record, **place)
    ]
    yield from found or [Exhibit("open_answers", OPENLY, DataFrame(), missing=NOTHING)]


def both(record: Record, inventory: str, model: str, ask: str) -> DataFrame:
    """One row a persona x item x way x option: columns persona, item, way ("choice", "open"), option, probability.

    Only items with both; a choice is averaged over its forms.
    """
    return kept(_both, record, inventory, model, ask, beside=stage(record, STAGE))


def _exhibits(record: Record, inventory: str, model: str, ask: str) -> list[Exhibit]:
    table = both(record, inventory, model, ask)
    if table.empty:
        return []
    found = {str(persona): _apart(some) for persona, some in table.groupby("persona", sort=False)}
    others = {str(persona): _apart(_moved(some)) for persona, some in table.groupby("persona", sort=False)}
    shown = DataFrame(
        {"persona": persona, "n_items": each.mean.n_items, "value": each.mean.value, "low": each.mean.low, "high": each.mean.high,
         "other": others[persona].mean.value, "note": in_words(each.mean.note)}
        for persona, each in found.items()
    )  # fmt: skip
    drawn = [
        shown.assign(group="own open answer"),
        shown.assign(group="that of the next item", value=shown["other"], low=None, high=None),
    ]
    figure = figures.forest(
        concat(drawn, ignore_index=True).astype({"low": float, "high": float}), OPENLY, x=MEAN, rows="persona", line=0.0
    )
    judged = stage(record, STAGE)
    judge = ", ".join(model_name(judged, each) for each in judged.manifest.models) if judged else ""
    caption = (
        f"{model_name(record, model)}; {inventory}; judge of the open answers: {judge}; n = {counted(len(found), 'person')}. 95 % bootstrap "
        "intervals over items, of each persona by itself."
    )
    note = (
        "A judge's own leanings are in the open answers' side: that of the next item tells what unrelated answers give."
    )
    told = about(record, inventory=inventory, model=model, ask=ask)
    rows = [
        each.groups.head(LISTED).assign(persona=persona, factor="choice or open answer")
        for persona, each in found.items()
    ]
    items = concat(rows, ignore_index=True).rename(columns={"group": "item"})
    known = record.inventory(inventory)
    items["text"] = [known.printed_text(known.item(each)) for each in items["item"]]
    return [
        Exhibit("open_answers", OPENLY, shown, COLUMNS, caption, figure, note=note, about=told),
        Exhibit("open_items", WHICH, items, ITEMS[:-1], caption, about=told),
    ]


def _apart(table: DataFrame) -> GroupInconsistency:
    return group_inconsistency(table.rename(columns={"item": "group", "way": "member"}), seed=SEED)


def _moved(table: DataFrame) -> DataFrame:
    """Each open answer beside the choice of the item before it."""
    items = list(dict.fromkeys(table["item"]))
    before = dict(zip(items, [items[-1], *items[:-1]], strict=True))
    return table.assign(item=table["item"].where(table["way"] == "choice", table["item"].map(before)))


def _both(record: Record, inventory: str, model: str, ask: str) -> DataFrame:
    judged = stage(record, STAGE)
    columns = ["persona", "item", "way", "option", "probability"]
    if judged is None or inventory not in judged.manifest.inventories:
        return DataFrame(columns=columns)
    chosen = label_shares(record, inventory, model, ask)
    openly = concat(
        [label_shares(judged, inventory, judge, ask) for judge in judged.manifest.models], ignore_index=True
    )
    if chosen.empty or openly.empty:
        return DataFrame(columns=columns)
    writers = writers_of(record, judged)
    written = writers[writers["model"] == model].merge(openly.rename(columns={"persona": "judged"}), on="judged")
    sides = {"choice": chosen, "open": written.rename(columns={"writer": "persona"})}
    parts = [
        some.groupby(CELL, sort=False)["probability"].mean().reset_index().assign(way=way)
        for way, some in sides.items()
    ]
    table = concat(parts, ignore_index=True)
    whole = table.groupby(["persona", "item"])["way"].transform("nunique") == 2
    return table.loc[whole, columns]
