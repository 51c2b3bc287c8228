"""How the response scale is used, whatever the items say: agreement, ends and middle, beside what content alone would give."""

from __future__ import annotations

from pandas import DataFrame

from psychometrics import Estimate, response_styles
from traitscope import figures, places
from traitscope.apa import column, interval
from traitscope.estimates import withheld
from traitscope.exhibit import Exhibit
from traitscope.kept import kept
from traitscope.notes import in_words
from traitscope.overview import counted
from traitscope.places import about
from traitscope.record import Record
from traitscope.results.forms_asked import WITHOUT_OPTIONS, FormsAsked, asked, reaching

SHARES = {
    "extreme": ("ends of the scale", "share of answers at either end"),
    "midpoint": ("middle of the scale", "share of answers in the middle"),
    "net_agreement": ("agreement less disagreement", "share above the middle less share below"),
    "both_affirmed": ("opposites affirmed", "share of pairs of opposite items of a scale that were both affirmed; 0 for content alone"),
    "longest_run": ("longest run of one answer", "as a share of the answers, in the inventory's order"),
    "one_answer": ("one answer to everything", "share of persons who gave it in a sitting; 0 for content alone"),
}  # fmt: skip
COLUMNS = [
    column("style"), column("told", "what it is"), column("model"), column("n_persons", "persons", "count"),
    column("value", kind="bounded"), interval("bounded"), column("note"),
]  # fmt: skip
ACQUIESCENCE = [
    column("model"), column("n_persons", "persons", "count"), column("value", "acquiescence", "number", "answer categories"), interval(),
    column("note"),
]  # fmt: skip


def acquiescence(record: Record, inventory: str, model: str, ask: str) -> Exhibit:
    """Agreement with items and with their opposites, of all models that were asked alike."""
    question = "Does it affirm opposites alike?"
    found = asked(record, inventory, model, ask)
    if missing := _missing(found):
        return Exhibit("acquiescence", question, DataFrame(), missing=missing)
    table = kept(_styles, record, inventory, ask)
    table = table[table["code"] == "acquiescence"].reset_index(drop=True)
    if table["value"].isna().all():
        return Exhibit(
            "acquiescence", question, table, missing=f"Not estimable: {'; '.join(dict.fromkeys(table['note']))}."
        )
    figure = figures.forest(
        table.assign(group="model"), question, x="acquiescence, in answer categories", rows="model", line=0.0,
        span=reaching(table, -0.5, 0.5),
    )  # fmt: skip
    told = (
        "The mean of the items keyed up and of the items keyed down, averaged, less the middle of the scale: whoever answers the content "
        "has 0, since a trait lowers the one as much as it lifts the other."
    )
    caption = f"{_who(found, table)} 95 % t intervals over persons, none below 10."
    return Exhibit(
        "acquiescence",
        question,
        table,
        ACQUIESCENCE,
        caption,
        figure,
        note=told,
        about=about(record, inventory=inventory, model=model, ask=ask),
    )


def use_of_scale(record: Record, inventory: str, model: str, ask: str) -> Exhibit:
    """Ends, middle, runs and straight lines, of all models that were asked alike."""
    question = "How is the response scale used?"
    found = asked(record, inventory, model, ask)
    if missing := _missing(found):
        return Exhibit("use_of_scale", question, DataFrame(), missing=missing)
    table = kept(_styles, record, inventory, ask)
    table = table[table["code"] != "acquiescence"].reset_index(drop=True)
    if table["value"].isna().all():
        return Exhibit("use_of_scale", question, table, missing="No model has given a usable answer.")
    figure = figures.forest(
        table,
        question,
        x="share of answers or persons",
        rows="style",
        groups="model",
        line=0.0,
        span=reaching(table, 0.0, 1.0),
    )
    told = "Means over persons with 95 % t intervals, none below 10; a person is the mean over forms and draws."
    return Exhibit(
        "use_of_scale",
        question,
        table,
        COLUMNS,
        f"{_who(found, table)} {told}",
        figure,
        about=about(record, inventory=inventory, model=model, ask=ask),
    )


def _missing(found: FormsAsked) -> str:
    if not found.has_options:
        return WITHOUT_OPTIONS
    if found.elicitation == "choice":
        return "A choice is made between actions, so there is no scale of agreement to use."
    if found.version != "chosen":
        return f'Styles are told from the answers that were chosen: look at "{places.ask_words("rating: chosen")}".'
    return ""


def _who(found: FormsAsked, table: DataFrame) -> str:
    inventory, _, ask = found.place
    known = table[table["value"].notna()]
    return f"{counted(known['model'].nunique(), 'model')}; {inventory}; {places.ask_words(ask)}; n = up to {counted(int(table['n_persons'].max()), 'person')}."


def _styles(record: Record, inventory: str, ask: str) -> DataFrame:
    """Columns code, style, told, model, n_persons, value, low, high, note; one row a style x model."""
    rows = []
    for model in places.options(record, "model", inventory=inventory, ask=ask):
        for code, each in of_model(asked(record, inventory, model, ask)).items():
            shown = withheld(each)
            style, told = SHARES.get(code, (code, ""))
            rows.append(
                {"code": code, "style": style, "told": told, "model": model, "n_persons": shown.n_persons,
                 "value": shown.value, "low": shown.low, "high": shown.high, "note": in_words(shown.note)}
            )  # fmt: skip
    table = DataFrame(rows)
    order = ["acquiescence", *SHARES]
    return table.sort_values("code", key=lambda each: each.map(order.index), kind="stable").reset_index(drop=True)


def of_model(found: FormsAsked) -> dict[str, Estimate]:
    """The styles of one model: scored items in the inventory's order, one row a sitting."""
    keys = {item.id: item.key for item in found.inventory.items if item.id in found.ends and item.scale}
    wide = found.rows.pivot_table(
        index=["persona", "sitting"], columns="item", values="value", sort=False, dropna=False
    )
    wide = wide.reindex(columns=list(keys)).astype(float)
    low, high = ({item: float(found.ends[item][end]) for item in keys} for end in (0, 1))
    scales = {item: str(found.inventory.item(item).scale) for item in keys}
    persona = wide.index.get_level_values("persona")
    styles = response_styles(wide.reset_index(drop=True), keys, low, high, scales=scales, persona=list(persona))
    return {code: getattr(styles, code) for code in ("acquiescence", *SHARES)}
