"""Is an option chosen, or a place on the page? What is chosen where, beside what content alone would give."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
from pandas import DataFrame, Series

from inventories.forms import FACTORS, Form
from inventories.wording import printed_options
from psychometrics import Estimate, label_preference, position_preference
from traitscope import figures
from traitscope.apa import column, interval
from traitscope.estimates import SEED, withheld
from traitscope.exhibit import Exhibit
from traitscope.kept import kept
from traitscope.notes import in_words
from traitscope.places import about
from traitscope.record import Record
from traitscope.results.forms_asked import WITHOUT_OPTIONS, FormsAsked, asked, levels

CONTENT = "the same answers, if content alone counted"
SHARES = [
    column("order", "order of options"), column("place", "place on the page", "count"), column("n", "answers", "count"),
    column("share", kind="bounded"), column("content", "by content alone", "bounded", CONTENT), column("even", kind="bounded"),
]  # fmt: skip
AGAIN = [
    column("what", "chosen again"), column("n_persons", "persons", "count"), column("n_pairs", "pairs", "count"),
    column("value", "share of pairs", "bounded"), interval("bounded"), column("note"),
]  # fmt: skip
NONE = "No option was chosen, so there is no place to tell of."


def shares(record: Record, inventory: str, model: str, ask: str) -> Exhibit:
    """The share of each place on the page in each order of the options."""
    return kept(_shares, record, inventory, model, ask)


def again(record: Record, inventory: str, model: str, ask: str) -> Exhibit:
    """Where the options were turned round: is the same content chosen again, or the same place, or the same label?"""
    return kept(_again, record, inventory, model, ask)


def place_shares(found: FormsAsked) -> DataFrame:
    """Columns order, place (from 1), n, share, content (the share by content alone; NaN for one order), even.

    By content alone: each option of an item has the share that it has over all orders, and stands where this order puts it.
    """
    rows = found.rows[found.rows["position"].notna()]
    if rows.empty:
        return DataFrame(columns=["order", "place", "n", "share", "content", "even"])
    rows = rows.assign(at=rows["position"].astype(int))
    counted = Counter(rows[["item", "shown", "options", "at"]].itertuples(index=False, name=None))
    options: Counter[tuple[str, str]] = Counter()  # item, option -> how often it was chosen in any order
    answers: Counter[str] = Counter()
    for (item, shown, _, at), n in counted.items():
        options[item, shown.split(",")[at]] += n
        answers[item] += n
    chosen: Counter[tuple[str, int]] = Counter()
    by_content: dict[tuple[str, int], float] = defaultdict(float)
    offered: dict[str, float] = defaultdict(float)
    for (item, shown, order, at), n in counted.items():
        chosen[order, at] += n
        printed = shown.split(",")
        offered[order] += n / len(printed)
        for place, option in enumerate(printed):
            by_content[order, place] += n * options[item, option] / answers[item]
    totals = rows["options"].value_counts()
    several = rows.groupby("item")["shown"].nunique().max() > 1
    return DataFrame(
        [
            {"order": order, "place": place + 1, "n": int(chosen[order, place]), "share": chosen[order, place] / totals[order],
             "content": content / totals[order] if several else np.nan, "even": offered[order] / totals[order]}
            for order in levels(rows["options"], "options")
            for (of_order, place), content in sorted(by_content.items())
            if of_order == order
        ]
    )  # fmt: skip


def _shares(record: Record, inventory: str, model: str, ask: str) -> Exhibit:
    found = asked(record, inventory, model, ask)
    question = "Is one place on the page preferred?"
    if not found.has_options:
        return Exhibit("places", question, DataFrame(), missing=WITHOUT_OPTIONS)
    table = place_shares(found)
    if table.empty:
        return Exhibit("places", question, table, missing=NONE)
    even = table["even"].round(9).unique()  # the sums of shares differ in the last digits
    figure = figures.columns(
        table.assign(group="options " + table["order"]), question, x="place on the page", y="share of the answers", places="place",
        groups="group", value="share", mark="content", marked=CONTENT, line=float(even[0]) if len(even) == 1 else None,
        lined="even over all places",
    )  # fmt: skip
    told = (
        "A bar that stands above its diamond is a place that is liked as a place."
        if table["content"].notna().any()
        else "All options were printed in one order, so a liking for a place and a liking for what stands there are one."
    )
    return Exhibit(
        "places",
        question,
        table,
        SHARES,
        found.caption(told),
        figure,
        about=about(record, inventory=inventory, model=model, ask=ask),
    )


def _again(record: Record, inventory: str, model: str, ask: str) -> Exhibit:
    found = asked(record, inventory, model, ask)
    question = "Is content chosen again, or a place?"
    if not found.has_options:
        return Exhibit("chosen_again", question, DataFrame(), missing=WITHOUT_OPTIONS)
    table = DataFrame(_rows(found))
    if table.empty or table["value"].isna().all():
        none = (
            "the options were printed in one order only"
            if "options" not in found.varied
            else "no item was answered in two orders"
        )
        return Exhibit("chosen_again", question, table, missing=f"Nothing can be said: {none}.")
    figure = figures.forest(
        table.assign(group="all"), question, x="share of pairs of answers", rows="what", span=(0.0, 1.0), line=1.0
    )  # fmt: skip
    told = (
        "Pairs of answers of one person to one item in two orders; content alone gives 1 for the same content. Where a turned scale leaves "
        "an option in its place, as the middle one, both are the same."
    )
    caption = found.caption("95 % intervals over persons, none below 10.")
    return Exhibit(
        "chosen_again",
        question,
        table,
        AGAIN,
        caption,
        figure,
        note=told,
        about=about(record, inventory=inventory, model=model, ask=ask),
    )


def _rows(found: FormsAsked) -> list[dict[str, object]]:
    rows = found.rows[found.rows["position"].notna() & found.rows["chosen"].notna()]
    long = DataFrame(
        {"person": rows["persona"], "item": rows["item"], "level": rows["options"], "replicate": found.cells("options")[rows.index],
         "position": rows["position"].astype(float) + 1, "value": rows["chosen"].astype(float)}
    )  # fmt: skip
    cell = ["person", "item", "level", "replicate"]
    long = long[~long.duplicated(cell)]  # the same form asked twice, as after different tasks: the first one
    if long["level"].nunique() < 2:
        return []
    places = position_preference(long, seed=SEED)
    found_rows = [_row("same content", places.same_content), _row("same place", places.same_position)]
    if "content" in set(rows["binding"]):  # else a label never leaves its place
        apart = long.assign(label=_labels(found, rows)[long.index], level=rows["options"] + ", " + rows["binding"])
        apart["replicate"] = found.cells("options", "binding")[rows.index]
        apart = apart[~apart.duplicated(cell)]
        found_rows.append(_row("same label", label_preference(apart, seed=SEED).same_label))
    return found_rows


def _labels(found: FormsAsked, rows: DataFrame) -> Series[str]:
    """The label that stood before each chosen option."""
    known: dict[tuple[object, ...], str] = {}
    names = ["item", "shown", "position", *FACTORS]
    labels = []
    for place in rows[names].itertuples(index=False, name=None):
        if place not in known:
            item, shown, at, *factors = place
            order = [int(each) for each in shown.split(",")]
            form = Form(**dict(zip(FACTORS, factors, strict=True)))
            known[place] = printed_options(found.inventory, found.inventory.item(item), form, order)[int(at)].label
        labels.append(known[place])
    return Series(labels, index=rows.index, dtype=object)


def _row(what: str, estimate: Estimate) -> dict[str, object]:
    shown = withheld(estimate)
    return {
        "what": what, "n_persons": shown.n_persons, "n_pairs": shown.extra.get("n_pairs"), "value": shown.value, "low": shown.low,
        "high": shown.high, "note": in_words(shown.note),
    }  # fmt: skip
