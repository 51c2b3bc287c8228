"""Every item in every form: which answers stay, and which go with the printing."""

from __future__ import annotations

from pandas import DataFrame, Series, concat

from traitscope import figures
from traitscope.apa import column
from traitscope.exhibit import Exhibit
from traitscope.form_words import WORDS
from traitscope.kept import kept
from traitscope.places import about
from traitscope.record import Record
from traitscope.results.forms_asked import ONE_FORM, FormsAsked, asked
from traitscope.text import shortened

ANSWER, CHANGE = "mean answer", "mean absolute change from the first form"
SHOWS = (ANSWER, CHANGE)
LEAST_SPAN = 0.5  # of the colours, in categories: a trifle must not look like a difference
UNSCORED = "not scored"
LONGEST = 34  # letters of an item in a row of the figure
COLUMNS = [
    column("scale"), column("item"), column("text"), column("form"), column("n_persons", "persons", "count"),
    column("mean", ANSWER), column("change", "mean change", "number", CHANGE), column("shift", "mean shift", "number", "mean change with its sign"),
]  # fmt: skip


def heatmap(record: Record, inventory: str, model: str, ask: str, shows: str) -> Exhibit:
    """A cell an item x form; `shows` is one of `SHOWS`.

    Columns scale, item, row (both), text, form, n_persons, mean (raw, never keyed), change and shift from the first form, of
    the persons who answered in both.
    """
    return kept(_heatmap, record, inventory, model, ask, shows)


def _heatmap(record: Record, inventory: str, model: str, ask: str, shows: str) -> Exhibit:
    found = asked(record, inventory, model, ask)
    question = "Does an item get the same answer in every form?"
    if not found.varied:
        return Exhibit("items_by_form", question, DataFrame(), missing=ONE_FORM)
    table = _cells(found)
    if table["mean"].isna().all():
        return Exhibit("items_by_form", question, table, missing="No usable answer in any form.")
    value, unit = ("mean", _unit(found)) if shows == ANSWER else ("change", f"mean change, {_unit(found)}")
    span = _span(table[value]) if found.has_options else None
    named = ", ".join(WORDS[each] for each in found.varied)
    figure = figures.heatmap(
        table, question, rows="row", columns="form", value=value, unit=unit, x=f"form: {named}", span=span, order=found.names,
        hover="text",
    )  # fmt: skip
    caption = found.caption("Answers as given, not turned round for reversed items; means over persons and draws.")
    note = f"Items by scale. The first form is {found.names[0]}; a cross is a cell without a usable answer."
    return Exhibit(
        "items_by_form",
        question,
        table,
        COLUMNS,
        caption,
        figure,
        note=note,
        about=about(record, inventory=inventory, model=model, ask=ask),
    )


def _span(values: Series[float]) -> tuple[float, float]:
    """As far as the values go, one category at least: over the whole scale means differ too little to be seen."""
    low, high = float(values.min()), float(values.max())
    missing = max(0.0, LEAST_SPAN - (high - low)) / 2
    return low - missing, high + missing


def _unit(found: FormsAsked) -> str:
    if not found.has_options:
        return "nats per token"
    return "share of high actions" if found.elicitation == "choice" else "answer categories"


def _cells(found: FormsAsked) -> DataFrame:
    known = [each for each in found.inventory.items if each.id in found.ends]
    scales = {name: place for place, name in enumerate(found.inventory.scales)}
    known.sort(key=lambda each: scales.get(each.scale or "", len(scales)))
    wide = found.rows.pivot_table(index=["item", "persona"], columns="printed", values="value", observed=True)
    wide = wide.reindex(columns=found.names)
    moved = wide.sub(wide[found.names[0]], axis=0)
    parts = {"mean": wide, "change": moved.abs(), "shift": moved}
    counts = wide.groupby(level="item").count()
    means = {name: each.groupby(level="item").mean() for name, each in parts.items()}
    table = concat({"n_persons": counts.stack(), **{name: each.stack() for name, each in means.items()}}, axis=1)
    order = [(item.id, form) for item in known for form in found.names]
    table = table.reindex(order).rename_axis(["item", "form"]).reset_index()
    items = {item.id: item for item in known}
    table.insert(0, "scale", [items[each].scale or UNSCORED for each in table["item"]])
    texts = {each.id: found.inventory.printed_text(each) for each in known}
    rows = {each.id: shortened(f"{each.scale or UNSCORED} · {each.id} {each.text}", LONGEST) for each in known}
    table.insert(2, "row", table["item"].map(rows))
    table.insert(3, "text", table["item"].map(texts))
    return table.assign(n_persons=table["n_persons"].fillna(0).astype(int))
