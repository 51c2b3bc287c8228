"""Items as they are shown: how each is answered, how it fits the rest of its scale, and which do not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from pandas import DataFrame

from psychometrics.estimate import NO_SPREAD
from psychometrics.pearson import pearson
from traitscope import figures
from traitscope.apa import column, interval, number
from traitscope.estimates import FEWEST_FOR_INTERVAL
from traitscope.exhibit import Exhibit
from traitscope.kept import kept
from traitscope.notes import in_words
from traitscope.overview import model_name
from traitscope.places import about, ask_words
from traitscope.record import Record
from traitscope.results.coefficients import ALPHA, Asked, coefficients, computed, form_words, one_sitting
from traitscope.sample import Sample
from traitscope.text import shortened

WEAK = 0.20  # item-rest correlation; below, an item tells little of what the others tell (Kline, 1986)
RISE = 0.01  # of alpha; an item without which it rises by more does not belong
LONGEST = 46  # letters of an item in the figure: two lines
COLUMNS = [
    column("item"), column("text"), column("name", "scale"), column("key"), column("n", "answers", "count"),
    column("mean", "mean", "number", "of keyed answers: high means more of the scale"), column("sd", "SD", "number"),
    column("item_rest_r", "r with rest", "bounded", "correlation with the sum of the other items"),
    interval("bounded"), column("alpha_if_dropped", "alpha without", "bounded", "alpha of the scale when the item is dropped"),
    column("alpha", "alpha", "bounded"), column("flag", "look at"),
]  # fmt: skip


def item_table(record: Record, asked: Asked) -> DataFrame:
    """One row an item x scale, of the first draw of the form that was chosen.

    Columns scale, name, item, text, key ("+" or "-"), n, mean and sd of keyed answers, item_rest_r with low
    and high, alpha_if_dropped, alpha (of the whole scale), flag (what is wrong with it, "" if nothing), note in words.
    """
    return kept(_item_table, record, asked)


def analysed(record: Record, asked: Asked, scale: str) -> Exhibit:
    """The items of one scale: figure of their fit with the rest, and the table."""
    table = item_table(record, asked)
    name = one_sitting(record, asked).inventory.scale(scale).name
    question = f"Which items go with the rest: {name}?"
    rows = table[table["scale"] == scale].reset_index(drop=True) if len(table) else table
    if rows.empty or rows["item_rest_r"].isna().all():
        why = (
            "; ".join(dict.fromkeys(filter(None, rows["note"])))
            if len(rows)
            else "it has fewer than two items or two personas"
        )
        return Exhibit("items", question, rows, missing=f"Nothing can be said of the items of {name}: {why}.")
    told = f"{model_name(record, asked.model)}; {asked.inventory}; {ask_words(asked.ask)}; {asked.persona_set}; {form_words(asked)}; n = "
    told += f"{rows['n'].max():.0f} personas. Fisher's 95 % intervals."
    note = "Correlations of an item with the sum of the others; an item without a dot is constant. "
    note += f"Flagged: constant, correlation below {number(WEAK, 'bounded')}, or alpha rises by more than {number(RISE, 'bounded')} without it."
    shown = rows.assign(row=[_row(each) for each in rows.to_dict("records")],
                        group=np.where(rows["flag"] != "", "look at it", "goes with the rest"))  # fmt: skip
    figure = figures.forest(
        shown.rename(columns={"item_rest_r": "value"}), question, x="correlation with the rest of the scale", rows="row",
        span=(min(0.0, float(rows["item_rest_r"].min())), 1.0), line=WEAK,
    )  # fmt: skip
    return Exhibit("items", question, rows, COLUMNS, told, figure, note=note, about=about(record, **vars(asked)))


def flagged(record: Record, asked: Asked) -> str:
    """How many items should be looked at, in a sentence; "" where there is no item analysis."""
    table = item_table(record, asked)
    if table.empty:
        return ""
    wrong = table[table["flag"] != ""]
    if wrong.empty:
        return "No item is flagged: each varies and goes with the rest of its scale."
    if (wrong["note"] == in_words("constant_item")).sum() == len(table):
        return (
            "Every item is constant: everybody gave one answer to each, so nothing can be said of how they go together."
        )
    named = "; ".join(f"{row['item']} ({row['flag']})" for row in wrong.head(8).to_dict("records"))
    more = f"; and {len(wrong) - 8} more" if len(wrong) > 8 else ""
    return f"{len(wrong)} of {len(table)} items should be looked at: {named}{more}."


def _item_table(record: Record, asked: Asked) -> DataFrame:
    found = computed(record, asked, "items")
    rows: list[dict[str, Any]] = next(iter(found["tables"].values()), [])
    if not rows:
        return DataFrame()
    inventory = one_sitting(record, asked).inventory
    alphas = coefficients(record, asked, (ALPHA,)).set_index("scale")["value"]
    items = {item.id: item for item in inventory.items}
    keys = {scale: inventory.keys(scale) for scale in inventory.scales}
    table = DataFrame(rows)
    table = table.assign(
        name=[inventory.scale(scale).name for scale in table["scale"]],
        text=[items[item].text for item in table["item"]],
        key=["+" if keys[scale][item] == 1 else "−" for scale, item in zip(table["scale"], table["item"], strict=True)],
        alpha=table["scale"].map(alphas),
    )
    table[["low", "high"]] = _intervals(one_sitting(record, asked), keys, table)
    table["flag"] = [_flag(row) for row in table.to_dict("records")]
    table["note"] = table["note"].map(in_words)
    order = ["scale", "name", "item", "text", "key", "n", "mean", "sd", "item_rest_r", "low", "high", "alpha_if_dropped", "alpha", "flag",
             "note"]  # fmt: skip
    return table[order]


def _flag(row: Mapping[Any, Any]) -> str:
    if row["note"] == "constant_item":
        return "constant: everybody gave it one answer"
    told = []
    if row["item_rest_r"] < 0:
        told.append("goes against the rest; is its key right?")
    elif row["item_rest_r"] < WEAK:
        told.append("hardly goes with the rest")
    if row["alpha_if_dropped"] > row["alpha"] + RISE:
        told.append(f"alpha rises to {number(row['alpha_if_dropped'], 'bounded')} without it")
    return ", ".join(told)


def _row(row: Mapping[Any, Any]) -> str:
    """The item in a row of the figure: its id, its key, and as much of its text as there is room for."""
    return shortened(f"{row['item']} ({row['key']}) {row['text']}", LONGEST)


def _intervals(sample: Sample, keys: dict[str, dict[str, int]], table: DataFrame) -> list[tuple[float, float]]:
    """Fisher's interval of each item-rest correlation; none where answers are missing, and none below 10 personas."""
    found = []
    for scale, item, r in table[["scale", "item", "item_rest_r"]].itertuples(index=False):
        rest = [each for each in keys[scale] if each in sample.person_means and each != item]
        others = sample.person_means[rest].sum(axis=1, skipna=False)
        row = pearson(sample.person_means[item].to_numpy(float), others.to_numpy(float), 0.95)
        same = row["n_persons"] >= FEWEST_FOR_INTERVAL and abs(row["r"] - r) < NO_SPREAD
        found.append((row["low"], row["high"]) if same else (np.nan, np.nan))
    return found
