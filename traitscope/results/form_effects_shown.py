"""What changes when only the printing changes: each form factor's shift, the answers that change, and the ranks of persons."""

from __future__ import annotations

import numpy as np
from pandas import DataFrame, Series

from psychometrics import form_sensitivity, parallel_forms
from traitscope import figures, tables
from traitscope.apa import column, interval
from traitscope.choosing import where_all
from traitscope.estimates import SEED, factor_rows, poles, withheld
from traitscope.exhibit import Exhibit
from traitscope.form_words import WORDS
from traitscope.kept import kept
from traitscope.notes import in_words
from traitscope.places import about
from traitscope.record import Record
from traitscope.results.forms_asked import ONE_FORM, FormsAsked, asked, levels, reaching

LEAST_POMP, LEAST_NATS = 5.0, 0.1  # to both sides of 0 on the axis of a shift
NO_ANSWERS = "No usable answer in two forms, so nothing can be compared."
EFFECTS = [
    column("factor", "what varies"), column("comparison"), column("n_persons", "persons", "count"), column("n_pairs", "pairs", "count"),
    column("changed", "answers that change", "percent"),
    column("change_categories", "mean change", "number", "mean absolute change in answer categories"),
    column("change", "the same, in the unit of the shift", "number"), column("shift", "shift", "number"), interval(),
    column("form_share", "form's share", "bounded", "share of the variance of all answers that is owed to this factor"), column("note"),
]  # fmt: skip
PARALLEL = [
    column("name", "scale"), column("factor", "over"), column("n_persons", "persons", "count"),
    column("value", "ICC(A,1)", "bounded", "do the forms give the same scores"), interval("bounded"),
    column("consistency", "ICC(C,1)", "bounded", "do they rank persons alike, whatever their level"),
    column("level_shift", "level shift", "bounded", "what the forms' different levels cost: ICC(C,1) less ICC(A,1)"), column("note"),
]  # fmt: skip


def effects(record: Record, inventory: str, model: str, ask: str) -> DataFrame:
    """One row a factor that varies x level, compared with the level of the standard form.

    Columns factor (in words), code, reference, level, comparison, n_persons, n_pairs, changed (share of answers; NaN where answers
    are no categories), change (mean absolute) and shift with low and high (POMP, or nats per token), change_categories,
    form_share (of the factor, from keyed answers), note in words.
    """
    return kept(_effects, record, inventory, model, ask)


def shifts(record: Record, inventory: str, model: str, ask: str) -> Exhibit:
    """A forest of the shifts, and the table of all that the printing changes."""
    found = asked(record, inventory, model, ask)
    question = "Which way does the printing move the answers?"
    table = effects(record, inventory, model, ask)
    if table.empty or table["shift"].isna().all():
        return Exhibit("shifts", question, table, missing=NO_ANSWERS if found.varied else ONE_FORM)
    told = (
        "towards agreement" if found.has_options and found.inventory.kind == "cognition" else "towards higher answers"
    )
    least = LEAST_POMP if found.has_options else LEAST_NATS
    figure = figures.forest(
        table.assign(row=table["factor"] + ": " + table["level"], group="all"), question,
        x=f"mean shift, {found.unit}; right: {told}", rows="row",
        value="shift", line=0.0, span=reaching(table.rename(columns={"shift": "value"}), -least, least),
    )  # fmt: skip
    caption = found.caption("95 % t intervals over persons, none below 10.")
    note = (
        "Answers of one person to one item are paired, all else being equal; a shift is the mean over persons, from the answers as given. "
        "A shift of 0 with many changed answers means that they change both ways."
    )
    return Exhibit(
        "shifts",
        question,
        table,
        EFFECTS,
        caption,
        figure,
        note=note,
        about=about(record, inventory=inventory, model=model, ask=ask),
    )


def parallel(record: Record, inventory: str, model: str, ask: str) -> Exhibit:
    """Whether forms give persons the same scores: ICC(A,1) of each scale over each factor."""
    return kept(_parallel, record, inventory, model, ask)


def _effects(record: Record, inventory: str, model: str, ask: str) -> DataFrame:
    found = asked(record, inventory, model, ask)
    rows: list[dict[str, object]] = []
    for factor in found.varied:
        long = _paired(found, factor)
        order = levels(long["level"], factor)
        share = form_sensitivity(_keyed(found, long), seed=SEED).share if len(order) > 1 else None
        for each in factor_rows(long, factor):
            if each["level_a"] != order[0]:
                continue
            changed = 1 - each["agreement"] if found.version == "chosen" else np.nan
            rows.append(
                {"factor": WORDS[factor], "code": factor, "reference": each["level_a"], "level": each["level_b"],
                 "comparison": f"{each['level_b']}, not {each['level_a']}", "n_persons": each["n_persons"], "n_pairs": each["n_pairs"],
                 "changed": changed, "change": each["change"], "shift": each["shift"], "low": each["low"], "high": each["high"],
                 "change_categories": each["change"] * found.width / 100 if found.width else np.nan,
                 "form_share": share.value if share else np.nan, "note": in_words(each["note"])}
            )  # fmt: skip
    return DataFrame(rows)


def _paired(found: FormsAsked, factor: str) -> DataFrame:
    """Columns person, item, level, replicate (all that else differs), value; the standard level first."""
    long = DataFrame(
        {"person": found.rows["persona"], "item": found.rows["item"], "level": found.rows[factor].astype(str),
         "replicate": found.cells(factor), "value": found.rows["measured"]}
    ).dropna(subset=["value"])  # fmt: skip
    cell = ["person", "item", "level", "replicate"]
    if long.duplicated(cell).any():  # the same form was asked twice, as after different tasks
        long = long.groupby(cell, sort=False)["value"].mean().reset_index()
    order = levels(long["level"], factor)
    return long.sort_values("level", key=lambda each: each.map(order.index), kind="stable").reset_index(drop=True)


def _keyed(found: FormsAsked, long: DataFrame) -> DataFrame:
    """The same with reversed items turned round, as `traitscope analyze` takes it for the share of variance."""
    turned = long["item"].map({item.id: item.key == -1 for item in found.inventory.items})
    return long.assign(value=long["value"].mask(turned, (100 if found.has_options else 0) - long["value"]))


def _parallel(record: Record, inventory: str, model: str, ask: str) -> Exhibit:
    found = asked(record, inventory, model, ask)
    question = "Do the forms give the same scores?"
    if not found.varied:
        return Exhibit("parallel", question, DataFrame(), missing=ONE_FORM)
    scores = where_all(
        tables.scores(record), inventory=inventory, model=model, elicitation=found.elicitation, version=found.version, level="domain"
    )  # fmt: skip
    printed = found.rows.drop_duplicates("sitting").set_index("sitting")
    scores = scores.assign(**{factor: scores["sitting"].map(printed[factor]) for factor in found.varied})
    rows = [
        {"scale": scale, "name": some["name"].iloc[0], "factor": WORDS[factor]} | _icc(some, factor)
        for scale, some in scores.groupby("scale", sort=False)
        for factor in found.varied
    ]
    table = DataFrame(rows)
    if table.empty or table["value"].isna().all():
        notes = "; ".join(dict.fromkeys(table["note"])) if len(table) else ""
        return Exhibit(
            "parallel", question, table, missing=f"Not estimable: {notes or 'no usable scores in two forms'}."
        )
    figure = figures.forest(
        table, question, x="ICC(A,1): 1 for the same scores", rows="name", groups="factor", line=1.0,
        span=reaching(table, 0.0, 1.0),
    )  # fmt: skip
    caption = found.caption("95 % intervals over persons, none below 10.")
    note = "A score is a person's mean over what else varies. Forms whose levels differ lower ICC(A,1); ICC(C,1) is blind to that."
    return Exhibit(
        "parallel",
        question,
        table,
        PARALLEL,
        caption,
        figure,
        note=note,
        about=about(record, inventory=inventory, model=model, ask=ask),
    )


def _icc(scores: DataFrame, factor: str) -> dict[str, object]:
    wide = scores.pivot_table(
        index="persona", columns=factor, values="score", aggfunc="mean", sort=False, observed=True
    )
    if wide.shape[1] < 2:
        return {
            "n_persons": len(wide),
            "value": np.nan,
            "low": np.nan,
            "high": np.nan,
            "note": "usable answers in one form only",
        }
    side = poles(Series(scores.groupby("persona")["assigned"].first().reindex(wide.index)))
    # a factorial persona set is fixed: personas are drawn within its poles
    icc = parallel_forms(wide, seed=SEED, strata=None if side.isna().any() else list(side))
    shown = withheld(icc.agreement)
    return {
        "n_persons": shown.n_persons, "value": shown.value, "low": shown.low, "high": shown.high,
        "consistency": icc.consistency.value, "level_shift": icc.level_shift.value, "note": in_words(shown.note),
    }  # fmt: skip
