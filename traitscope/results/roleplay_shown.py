"""Role-play at scale, shown: how far personas move what is chosen, and what each of their attributes does (Lee et al., 2024)."""

from __future__ import annotations

from collections.abc import Iterator

from pandas import DataFrame

from psychometrics import attribute_effects, eta_squared, option_steerability
from psychometrics.exchange import in_label_order
from traitscope import figures, tables
from traitscope.apa import Column, column, interval
from traitscope.choosing import where_all
from traitscope.estimates import FEWEST_FOR_INTERVAL, SEED
from traitscope.exhibit import Exhibit
from traitscope.kept import kept
from traitscope.notes import in_words
from traitscope.overview import counted
from traitscope.places import about, ask_words
from traitscope.record import Record
from traitscope.results import profiles_told
from traitscope.results.forms_asked import asked

MEASURES = {"inertia": "inertia", "steerability": "steerability", "top_two": "top two options"}
OVER = {"items": "mean of items", "answers": "all answers"}
STEERED, OVERALL, BY_LEVEL = (
    "How far do personas move what is chosen?",
    "What does each attribute of the personas do?",
    "Which single levels of the attributes stand out?",
)
MOST_LEVELS = 3  # a scale that are printed: there are hundreds
STEERED_COLUMNS = [
    column("name", "scale"), column("persona_set", "personas"), column("of", "measure"), column("over_words", "over"),
    column("n_persons", "persons", "count"), column("n_items", "items", "count"), column("n_options", "options", "count"),
    column("value", "", "bounded"), interval("bounded"), column("note"),
]  # fmt: skip
ATTRIBUTE_COLUMNS = [
    column("name", "scale"), column("attribute"), column("n_levels", "levels", "count"), column("n_persons", "persons", "count"),
    column("eta_squared", "η²", "bounded"), Column(("eta_low", "eta_high"), "95 % CI of η²", "bounded"), column("chance", "η² by chance", "bounded"), column("d", "d", "number"),
    Column(("d_low", "d_high"), "95 % CI of d"), column("p_adjusted", "adjusted p", "p"), column("note"),
]  # fmt: skip
LEVEL_COLUMNS = [
    column("name", "scale"), column("attribute"), column("level"), column("n_level", "persons with it", "count"), column("n_persons", "persons", "count"),
    column("value", "d", "number"), interval(), column("p", "p", "p"), column("p_adjusted", "adjusted p", "p"), column("note"),
]  # fmt: skip


def steerability(record: Record, inventory: str, model: str, ask: str, persona_set: str) -> Exhibit:
    """Inertia, steerability and share of the top two options of each scale, over the personas of a set."""
    return kept(_steerability, record, inventory, model, ask, persona_set)


def effects(record: Record, inventory: str, model: str, ask: str, persona_set: str) -> Iterator[Exhibit]:
    """What each attribute explains of each scale, and the single levels that stand out most."""
    yield from kept(_effects, record, inventory, model, ask, persona_set)


def sets(record: Record, inventory: str, model: str, ask: str) -> list[str]:
    """The persona sets that have attributes, as random respondents have them."""
    people = where_all(
        tables.standings(record), inventory=inventory, model=model, elicitation=ask.partition(": ")[0]
    )  # fmt: skip
    return [
        str(name)
        for name in dict.fromkeys(people["persona_set"])
        if any(each.attributes and not each.assigned for each in record.manifest.personas.values() if each.set == name)
    ]


def _steerability(record: Record, inventory: str, model: str, ask: str, persona_set: str) -> Exhibit:
    found = asked(record, inventory, model, ask)
    rows = found.rows[found.rows["chosen"].notna() & found.rows["scale"].notna()]
    bare = rows[rows["persona"].isin([name for name, each in record.manifest.personas.items() if not each.text])]
    rows = rows[rows["persona_set"] == persona_set]
    if rows.empty:
        return Exhibit("steerability", STEERED, DataFrame(), missing="No persona has given a usable answer yet.")
    options = {item: len(found.inventory.options_of(found.inventory.item(item))) for item in found.ends}
    table = option_steerability(_keyed(rows, found.ends), options, _keyed(bare, found.ends), seed=SEED)
    table = table[table["item"] == ""].drop(columns="item").reset_index(drop=True)
    table.loc[table["n_persons"] < FEWEST_FOR_INTERVAL, ["low", "high"]] = float("nan")
    biased = table["warning"].str.contains("plug_in_bias")
    table = table.assign(
        name=[found.inventory.scale(each).name for each in table["scale"]], persona_set=persona_set, of=table["measure"].map(MEASURES),
        over_words=table["over"].map(OVER),
        note=[told or ("its interval lies above it: biased upwards" if high else "") for told, high in zip(table["note"].map(in_words), biased, strict=True)],
    )  # fmt: skip
    figure = figures.forest(
        table[table["over"] == "items"], STEERED, x="mean over items, 0 to 1", groups="of", span=(0.0, 1.0)
    )
    usable, all_ = len(rows), int((found.rows["persona_set"] == persona_set).sum())
    caption = (
        f"{found.who}; {inventory}; {ask_words(ask)}; n = {counted(rows['persona'].nunique(), 'persona')} of {persona_set}, "
        f"{usable:,} of {all_:,} answers usable, {counted(len(bare), 'answer')} without persona. 95 % intervals: bootstrap over personas, none below {FEWEST_FOR_INTERVAL}."
    )
    note = (
        "Inertia: 1 − entropy of the options / its largest value; 0 if all options are chosen alike, 1 if one is. Steerability: Jensen-Shannon "
        "divergence from the answers without persona, in bits. Answers of reversed items are turned round. All three are biased upwards in small samples."
    )
    return Exhibit("steerability", STEERED, table, STEERED_COLUMNS, caption, figure, note=note,
                   about=about(record, inventory=inventory, model=model, ask=ask, persona_set=persona_set))  # fmt: skip


def _keyed(rows: DataFrame, ends: dict[str, tuple[int, int]]) -> DataFrame:
    """The answers as `option_steerability` reads them, each towards its scale."""
    turned = rows["item"].map({item: low + high for item, (low, high) in ends.items()}) - rows["chosen"]
    chosen = rows["chosen"].where(rows["key"] >= 0, turned)
    return DataFrame({"persona": rows["persona"], "item": rows["item"], "scale": rows["scale"], "chosen": chosen})


def _effects(record: Record, inventory: str, model: str, ask: str, persona_set: str) -> list[Exhibit]:
    elicitation, _, version = ask.partition(": ")
    scores = where_all(tables.standings(record), inventory=inventory, model=model, elicitation=elicitation, version=version,
                       persona_set=persona_set, level="domain")  # fmt: skip
    scores = scores.dropna(subset=["score"])
    personas = record.manifest.personas
    people = DataFrame([{"persona": name, **personas[name].attributes} for name in dict.fromkeys(scores["persona"])])
    if len(people) < 3 or len(people.columns) < 2:
        told = (
            "Fewer than three personas with attributes have scores, so nothing can be said of what an attribute does."
        )
        return [Exhibit(name, question, DataFrame(), missing=told) for name, question in (("attribute_effects", OVERALL), ("attribute_levels", BY_LEVEL))]  # fmt: skip
    found = attribute_effects(scores[["persona", "scale", "score"]], people)
    found.insert(1, "name", [record.inventory(inventory).scale(each).name for each in found["scale"]])
    found["note"] = found["note"].map(in_words)
    if len(people) < FEWEST_FOR_INTERVAL:
        found[["low", "high"]] = float("nan")
    told = (
        f"{profiles_told.asked(record, inventory, model, ask)}; n = {counted(len(people), 'persona')} of {persona_set}."
    )
    place = about(record, inventory=inventory, model=model, ask=ask, persona_set=persona_set)
    levels = found[found["family"] == "levels"]
    exhibits = [_overall(found[found["family"] == "attributes"], scores, people, told, place)]
    return exhibits + ([_levels(levels, told, place)] if len(levels) else [])


def _overall(found: DataFrame, scores: DataFrame, people: DataFrame, told: str, place: dict[str, str]) -> Exhibit:
    """One row a scale and attribute: the share explained of each, and d where there are two levels."""
    rows = []
    of_persona = people.set_index("persona")
    for row in found.to_dict("records"):
        some = scores[scores["scale"] == row["scale"]]
        codes, labels = in_label_order(of_persona.loc[some["persona"], row["attribute"]].to_numpy(dtype=object))
        share = eta_squared(some["score"].to_numpy(float), codes)
        shown = len(people) >= FEWEST_FOR_INTERVAL
        two = row["measure"] == "d"
        rows.append({
            "scale": row["scale"], "name": row["name"], "attribute": row["attribute"], "n_levels": len(labels), "n_persons": row["n_persons"],
            "eta_squared": share.value, "eta_low": share.low if shown else None, "eta_high": share.high if shown else None,
            "chance": (len(labels) - 1) / (len(some) - 1), "d": row["value"] if two else None, "d_low": row["low"] if two else None,
            "d_high": row["high"] if two else None, "d_of": f"{row['level']} less {row['against']}" if two and row["level"] else "",
            "p": row["p"], "p_adjusted": row["p_adjusted"], "n_tests": row["n_tests"], "note": row["note"],
        })  # fmt: skip
    table = DataFrame(rows)
    numeric = ["eta_low", "eta_high", "d", "d_low", "d_high"]
    table[numeric] = table[numeric].astype(float)
    figure = figures.heatmap(
        table.assign(percent=100 * table["eta_squared"]), OVERALL, rows="attribute", columns="name", value="percent",
        unit="% of variance (η²)", span=(0.0, 100.0), digits=0,
    )  # fmt: skip
    of = ", ".join(dict.fromkeys(each for each in table["d_of"] if each))
    caption = (
        f"{told} 95 % intervals: noncentral F, of d noncentral t; p after Holm over {counted(len(table), 'test')}."
    )
    note = (
        "η² is the share of variance between the levels of an attribute. It is biased upwards: with many levels and few personas chance alone gives "
        "much, as the column tells."
    ) + (f" d: {of}, in pooled SDs." if of else "")
    return Exhibit("attribute_effects", OVERALL, table, ATTRIBUTE_COLUMNS, caption, figure, note=note, about=place)


def _levels(found: DataFrame, told: str, place: dict[str, str]) -> Exhibit:
    largest = found.assign(size=found["value"].abs()).sort_values("size", ascending=False, kind="stable", na_position="last")  # fmt: skip
    largest = largest.groupby("scale", sort=False).head(MOST_LEVELS)
    order = {each: number for number, each in enumerate(dict.fromkeys(found["scale"]))}
    table = largest.assign(order=largest["scale"].map(order)).sort_values(["order", "size"], ascending=[True, False], kind="stable")  # fmt: skip
    table = table.drop(columns=["order", "size"]).reset_index(drop=True)
    table["row"] = table["attribute"] + ": " + table["level"].astype(str)
    figure = figures.forest(
        table, BY_LEVEL, x="d against all other personas", rows="row", groups="name", line=0.0
    )  # fmt: skip
    caption = f"{told} 95 % intervals: noncentral t, each by itself; p: Student's t, adjusted after Holm over {counted(int(found['n_tests'].max()), 'test')}."
    note = (
        f"Only the {MOST_LEVELS} largest of each scale are here. They were chosen by their size, so they are larger than the truth: the adjusted p "
        "counts all that were looked at, the intervals do not."
    )
    return Exhibit("attribute_levels", BY_LEVEL, table, LEVEL_COLUMNS, caption, figure, note=note, about=place)
