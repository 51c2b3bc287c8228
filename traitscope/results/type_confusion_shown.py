"""Assigned against measured types, shown: who is read as what, how often that is right, and the types of bare models."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pandas import DataFrame

from inventories.definitions import Inventory
from psychometrics import TypeConfusion, default_types, type_confusion
from traitscope import analysis, figures, tables
from traitscope.apa import column, interval
from traitscope.choosing import where_all
from traitscope.estimates import FEWEST_FOR_INTERVAL
from traitscope.exhibit import Exhibit
from traitscope.kept import kept
from traitscope.notes import in_words
from traitscope.overview import counted, model_name
from traitscope.places import about, ask_words
from traitscope.record import Record
from traitscope.results import profiles, profiles_told, types_shown

MISSING, EVEN = "X", "="
WHO, RIGHT, DEFAULT = (
    "Which type is read of whom?",
    "How often is the assigned type read, and on which axes?",
    "Which type does the model show without a persona?",
)
NONE_ASSIGNED = "No persona with a type assigned on every axis has letters yet, so none can be right or wrong."
OF_MANY = (
    "A persona's type is that of most sittings; of types equally frequent, the letter that most of them have, and none where these are "
    "even. A score exactly at the cut reads as the second letter of the inventory's rule."
)
CONFUSION_COLUMNS = [column("assigned"), column("measured"), column("n_persons", "personas", "count")]
ACCURACY_COLUMNS = [
    column("name", "of"), column("n_persons", "personas", "count"), column("value", "right", "bounded"), interval("bounded"),
    column("chance", "", "bounded"), column("p", "p", "p"), column("always_one", "always one", "bounded"),
    column("of_sittings", "of sittings", "bounded"), column("n_tied", "even", "count"), column("n_missing", "missing", "count"), column("note"),
]  # fmt: skip
DEFAULT_COLUMNS = [
    column("model_name", "model"), column("type"), column("share", "of sittings", "bounded"), column("n_sittings", "sittings", "count"),
    column("default"), column("n_without", "without type", "count"), column("note"),
]  # fmt: skip
TALLY_COLUMNS = [
    column("type"),
    column("n_persons", "models", "count"),
    column("share", "", "bounded"),
    interval("bounded"),
]


def measured(record: Record, inventory: str, model: str, ask: str) -> DataFrame:
    """One row a persona with a type assigned on every axis.

    Columns person, assigned, measured (letters of most sittings; "X" for a letter that no sitting has, "=" where equally many
    sittings have either), sittings (the letters of each).
    """
    return kept(_measured, record, inventory, model, ask)


def of_sittings(sittings: Sequence[str]) -> str:
    """The type of several sittings, letter by letter where no type is the most frequent.

    >>> of_sittings(["ENTP", "ENTP", "ISTJ"]), of_sittings(["ENTP", "ESTP"]), of_sittings(["ENTP", "ESTP", "ENFP"])
    ('ENTP', 'E=TP', 'ENTP')
    """
    whole = Counter(each for each in sittings if MISSING not in each)
    most = [each for each, count in whole.items() if count == max(whole.values())] or list(sittings)
    return "".join(_most(letters) for letters in zip(*most, strict=True))


def confusion(record: Record, inventory: str, model: str, ask: str) -> Iterator[Exhibit]:
    """The matrix of types with its figure, and accuracy overall and by axis against chance."""
    table, known = measured(record, inventory, model, ask), record.inventory(inventory)
    if not any(set(each) - {MISSING} for each in table["measured"]):
        for name, question in (("type_confusion", WHO), ("type_accuracy", RIGHT)):
            yield Exhibit(name, question, DataFrame(), missing=NONE_ASSIGNED)
        return
    place = about(record, inventory=inventory, model=model, ask=ask)
    told = profiles_told.asked(record, inventory, model, ask)
    found = type_confusion(table, _pairs(known))
    yield _matrix(found, told, place)
    yield _accuracy(table, found, known, told, place)


def defaults(record: Record, inventory: str, ask: str) -> Iterator[Exhibit]:
    """The types of every model without a persona; with several models, how many have which."""
    elicitation, _, version = ask.partition(": ")
    where = {"inventory": inventory, "elicitation": elicitation, "version": version}
    bare = [name for name, each in record.manifest.personas.items() if not each.text]
    scores = where_all(tables.scores(record), **where)
    found = analysis.types(record, scores[scores["persona"].isin(bare)])
    if found.empty:
        told = "The model was not asked without a persona, so it has no type of its own."
        yield Exhibit("default_types", DEFAULT, DataFrame(), missing=told)
        return
    given = DataFrame({"person": found["model"].to_numpy(), "measured": found["letters"].to_numpy()})
    tally = default_types(given, _pairs(record.inventory(inventory)))
    if not tally.persons["n_repeats"].any():
        told = "No sitting without a persona has a score on every axis, so the model has no type of its own."
        yield Exhibit("default_types", DEFAULT, DataFrame(), missing=told)
        return
    table = DataFrame([row for each in tally.persons.to_dict("records") for row in _of_model(record, each, given)])
    n_models = len(tally.persons)
    table["row"] = table["model_name"] + ": " + table["type"]
    caption = (
        f"{inventory}; {ask_words(ask)}; n = {counted(n_models, 'model')} without persona, {counted(len(found), 'sitting')}. "
        "Sittings are forms and repeats of one model, so no interval is drawn over them."
    )
    figure = figures.forest(table.assign(percent=100 * table["share"], low=float("nan"), high=float("nan")), DEFAULT, x="% of sittings with a type", rows="row", groups="model_name",
                            value="percent", span=(0.0, 100.0))  # fmt: skip
    yield Exhibit("default_types", DEFAULT, table, DEFAULT_COLUMNS, caption, figure,
                  note="The default is the type of most sittings; there is none where two are equally frequent.",
                  about=about(record, inventory=inventory, ask=ask))  # fmt: skip
    if n_models > 1:
        yield _tally(tally.types, f"{inventory}; {ask_words(ask)}", about(record, inventory=inventory, ask=ask))


def _measured(record: Record, inventory: str, model: str, ask: str) -> DataFrame:
    assigned = types_shown.stability(record, inventory, model, ask)
    columns = ["person", "assigned", "measured", "sittings"]
    if assigned.empty or not assigned["assigned"].notna().any():
        return DataFrame(columns=columns)
    found = analysis.types(record, where_all(tables.scores(record), **profiles.place_of(inventory, model, ask)))
    sittings = {str(name): list(rows["letters"]) for name, rows in found.groupby("persona")}
    rows = [
        (name, letters, of_sittings(sittings[name]), sittings[name])
        for name, letters in zip(assigned["persona"], assigned["assigned"], strict=True)
        if isinstance(letters, str)
    ]
    return DataFrame(rows, columns=columns)


def _most(letters: Sequence[str]) -> str:
    counts = Counter(each for each in letters if each != MISSING)
    if not counts:
        return MISSING
    (first, count), *others = counts.most_common(2)
    return EVEN if others and others[0][1] == count else first


def _pairs(inventory: Inventory) -> list[str]:
    """The two letters of each axis, those of low scores first."""
    scales = [inventory.scale(axis) for axis in (inventory.types.order if inventory.types else [])]
    return [each.low.letter + each.high.letter for each in scales if each.low and each.high]


def _matrix(found: TypeConfusion, told: str, place: dict[str, str]) -> Exhibit:
    cells = DataFrame(
        [(row, name, count) for row, counts in found.matrix.iterrows() for name, count in counts.items()],
        columns=["assigned", "measured", "n_persons"],
    )
    figure = figures.heatmap(
        cells, WHO, rows="assigned", columns="measured", value="n_persons", unit="personas", x="measured", y="assigned",
        span=(0.0, float(max(1, cells["n_persons"].max()))), digits=0,
    )  # fmt: skip
    extra = found.accuracy.extra
    caption = (
        f"{told}. n = {counted(found.accuracy.n_persons or 0, 'persona')} with a whole type on both sides; {extra['n_tied']} with an "
        f"even letter and {extra['n_missing']} with a missing one are not in it."
    )
    some = cells[cells["n_persons"] > 0].reset_index(drop=True)
    note = (
        f"Pairs that nobody has are left out; the figure has all {len(found.matrix)} × {len(found.matrix)}. {OF_MANY}"
    )
    if some.empty:
        return Exhibit(
            "type_confusion", WHO, some, missing=f"No persona has one type more often than others. {caption}"
        )
    return Exhibit("type_confusion", WHO, some, CONFUSION_COLUMNS, caption, figure, note=note, about=place)


def _accuracy(
    table: DataFrame, found: TypeConfusion, inventory: Inventory, told: str, place: dict[str, str]
) -> Exhibit:
    whole = found.accuracy
    first: dict[str, Any] = {"axis": "type", "accuracy": whole.value, "low": whole.low, "high": whole.high, "n_persons": whole.n_persons or 0,
                             "note": whole.note, **whole.extra}  # fmt: skip
    rows = DataFrame([first, *found.axes.to_dict("records")]).rename(columns={"accuracy": "value"})
    rows.insert(1, "name", ["whole type", *(f"{pair[0]} or {pair[1]}" for pair in found.axes["axis"])])
    rows["of_sittings"] = [_right(table, None), *(_right(table, number) for number in range(len(found.axes)))]
    rows.loc[rows["n_persons"] < FEWEST_FOR_INTERVAL, ["low", "high"]] = float("nan")
    rows["note"] = rows["note"].fillna("").map(in_words)
    drawn = rows.assign(group="right", **{each: 100 * rows[each] for each in ("value", "low", "high")})
    figure = figures.forest(drawn, RIGHT, x="% of personas read as they were assigned", span=(0.0, 100.0), line=50.0)
    caption = (
        f"{told}. n = {counted(len(table), 'persona')} with an assigned type. 95 % intervals after Wilson, none below "
        f"{FEWEST_FOR_INTERVAL}; p: exact binomial, one-sided, that a guess does as well."
    )
    note = (
        "Always one: what the best constant answer gets. Of sittings: the mean share of a persona's sittings that are right, those without a "
        f"clear type too. The dotted line is chance on one axis. {OF_MANY}"
    )
    return Exhibit("type_accuracy", RIGHT, rows, ACCURACY_COLUMNS, caption, figure, note=note, about=place)


def _right(table: DataFrame, place: int | None) -> float:
    """Mean over personas of the share of sittings that are right; those with a missing letter are left out."""
    shares = []
    for assigned, sittings in zip(table["assigned"], table["sittings"], strict=True):
        some = [each if place is None else each[place] for each in sittings]
        right = [each == (assigned if place is None else assigned[place]) for each in some if MISSING not in each]
        if right:
            shares.append(sum(right) / len(right))
    return sum(shares) / len(shares) if shares else float("nan")


def _of_model(record: Record, person: Mapping[Any, Any], given: DataFrame) -> Iterator[dict[str, Any]]:
    """A row for each type that the model showed in a sitting, the most frequent first."""
    shown = [each for each in given.loc[given["person"] == person["person"], "measured"] if MISSING not in each]
    same = {"model": person["person"], "model_name": model_name(record, person["person"]), "default": person["type"],
            "n_without": person["n_without"], "note": in_words(person["note"])}  # fmt: skip
    counts = sorted(Counter(shown).items(), key=lambda each: (-each[1], each[0]))
    for type_, count in counts or [("", 0)]:
        yield {**same, "type": type_, "n_sittings": count, "share": count / len(shown) if shown else float("nan")}


def _tally(types: DataFrame, told: str, place: dict[str, str]) -> Exhibit:
    n = int(types["n_persons"].sum())
    question = "How many models have which type by default?"
    if n < FEWEST_FOR_INTERVAL:
        types = types.assign(low=float("nan"), high=float("nan"))
    figure = figures.forest(types.assign(group="models"), question, x="share of models", rows="type", value="share", span=(0.0, 1.0), line=1 / len(types))  # fmt: skip
    caption = f"{told}. n = {counted(n, 'model')} with a default type. 95 % intervals after Wilson, none below {FEWEST_FOR_INTERVAL} models."
    return Exhibit("type_tally", question, types, TALLY_COLUMNS, caption, figure, about=place)
