"""What a judge makes of texts: first whether it tells known poles, then whether it tells those of the writers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pandas import DataFrame

from psychometrics.bootstrap_mean import bootstrap_mean
from psychometrics.judge_gate import JudgeGate, judge_gate
from traitscope import estimates, figures, tables
from traitscope.apa import column, interval
from traitscope.exhibit import Exhibit
from traitscope.kept import kept
from traitscope.making.judged import written
from traitscope.notes import in_words
from traitscope.overview import counted, model_name
from traitscope.places import about
from traitscope.recipe_records import stage
from traitscope.record import Record

STAGE, KNOWN = "judge", "known"
ALL = "all domains"
GATE = "Does the judge tell texts with known poles apart?"
POLES = "Does the judge tell from the texts which poles their writers were assigned?"
NOTHING = "No text has been judged yet."
SIDES = {1: "high", -1: "low"}
GATE_COLUMNS = [
    column("name", "scale"), column("n_texts", "known texts", "count"), column("value", "right", "bounded"), interval("bounded"),
    column("threshold", "must exceed", "bounded"), column("usable", "judge"), column("n_without", "no verdict", "count"),
]  # fmt: skip
POLE_COLUMNS = [
    column("name", "scale"), column("n_persons", "writers", "count"), column("n_texts", "texts", "count"),
    column("value", "right", "bounded"), interval("bounded"),
    column("chance", "", "bounded", "the best that one verdict for all would get"), column("note"),
]  # fmt: skip


def verdicts(record: Record) -> DataFrame:
    """One row a text x scale that the judge was asked and whose true pole is known.

    Columns text, known (whether the text is one of those with known poles), writer, scale, name, assigned ("high", "low"),
    verdict ("high", "low"; None without one).
    """
    return kept(_verdicts, record, beside=stage(record, STAGE))


def gate(record: Record) -> JudgeGate:
    """The judge on all known texts together: only if it is usable are its verdicts shown."""
    table = verdicts(record)
    tried = table[table["known"]]
    return judge_gate(list(tried["verdict"]), list(tried["assigned"]))


def judge_gates(record: Record) -> Exhibit:
    """Accuracy of the judge on texts with known poles, over all and by scale, and whether it may be used."""
    table = verdicts(record)
    tried = table[table["known"]]
    if tried.empty:
        return Exhibit("judge_gate", GATE, DataFrame(), missing=NOTHING)
    rows = [gate_row(ALL, gate(record))]
    rows += [
        # ten texts can hardly be above chance by a margin: of one scale, above chance is enough
        gate_row(str(name), judge_gate(list(some["verdict"]), list(some["assigned"]), margin=0.0))
        for name, some in tried.groupby("name", sort=False)
    ]
    shown = DataFrame(rows)
    caption = f"{_judge(record)}; {counted(tried['text'].nunique(), 'text')} with known poles. 95 % intervals after Wilson over texts."
    note = (
        "A judge is usable if the whole interval over all known texts is above .60, and above what one verdict throughout would get; "
        "of one scale, above .50. The known texts are ours; people have not rated them."
    )
    figure = figures.forest(
        shown.assign(group="known texts"), GATE, x="share of right verdicts", span=(0.0, 1.0), line=0.5
    )
    return Exhibit("judge_gate", GATE, shown, GATE_COLUMNS, caption, figure, note=note, about=about(record))


def judged_poles(record: Record) -> Exhibit:
    """How often the judge tells the assigned pole from a text, by scale; where it failed on known texts, only that."""
    table = verdicts(record)
    own = table[~table["known"]]
    if own.empty:
        return Exhibit("judged_poles", POLES, DataFrame(), missing=NOTHING)
    usable = gate(record).usable
    by_scale = {str(name): judge_gate(list(some["verdict"]), list(some["assigned"]), margin=0.0).usable
                for name, some in table[table["known"]].groupby("name", sort=False)}  # fmt: skip
    parts = [
        (ALL, own, usable),
        *(
            (str(name), some, usable and by_scale.get(str(name), False))
            for name, some in own.groupby("name", sort=False)
        ),
    ]
    shown = DataFrame([_pole_row(name, some, good) for name, some, good in parts])
    caption = (
        f"{_judge(record)}; n = {counted(own['writer'].nunique(), 'writer')}, {counted(own['text'].nunique(), 'text')}. 95 % intervals "
        f"bootstrapped over writers, none below {estimates.FEWEST_FOR_INTERVAL}."
    )
    figure = None
    if shown["value"].notna().any():
        figure = figures.forest(
            shown.assign(group="texts of the record"), POLES, x="share of right verdicts", span=(0.0, 1.0), line=0.5
        )
    return Exhibit("judged_poles", POLES, shown, POLE_COLUMNS, caption, figure, about=about(record))


def _pole_row(name: str, some: DataFrame, usable: bool) -> dict[str, Any]:
    judged = some[some["verdict"].notna()]
    row: dict[str, Any] = {"name": name, "n_persons": judged["writer"].nunique(), "n_texts": judged["text"].nunique(), "value": None, "low": None,
                           "high": None, "chance": judged["assigned"].value_counts(normalize=True).max() if len(judged) else None}  # fmt: skip
    if not usable:
        return row | {"note": in_words("judge_not_usable")}
    right = (judged["verdict"] == judged["assigned"]).astype(float)
    found = estimates.withheld(
        bootstrap_mean(right.groupby(judged["writer"]).mean(), none="no_answers", seed=estimates.SEED)
    )
    note = "the same for all writers" if found.note == "equal_in_all_persons" else in_words(found.note)
    return row | {"value": found.value, "low": found.low, "high": found.high, "note": note}


def gate_row(name: str, found: JudgeGate) -> dict[str, Any]:
    """A gate as a row of `GATE_COLUMNS`."""
    accuracy = found.accuracy
    return {
        "name": name, "n_texts": accuracy.n_items, "value": accuracy.value, "low": accuracy.low, "high": accuracy.high,
        "threshold": accuracy.extra["threshold"], "usable": "usable" if found.usable else "not usable",
        "n_without": accuracy.extra["n_without"],
    }  # fmt: skip


def _verdicts(record: Record) -> DataFrame:
    columns = ["text", "known", "writer", "scale", "name", "assigned", "verdict"]
    judged = stage(record, STAGE)
    if judged is None:
        return DataFrame(columns=columns).astype({"known": bool})
    answers = tables.answers(judged)
    answers = answers[(answers["kind"] == "item") & answers["outcome"].notna() & answers["scale"].notna()]
    own = written(record).groupby("judged", sort=False)
    said_of = {str(name): some for name, some in own}
    rows = []
    for row in answers.to_dict("records"):
        inventory = judged.inventory(row["inventory"])
        scale, item = inventory.scale(row["scale"]), inventory.item(row["item"])
        verdict = _verdict(row, sum(inventory.range_of(item)) / 2, item.key)
        if row["persona_set"] == KNOWN:
            of = [(row["persona"], row["persona"], judged.manifest.personas[row["persona"]].assigned)]
        else:
            some = said_of.get(row["persona"])
            of = [] if some is None else [
                (f"{writer} {replicate} {number}", writer, record.manifest.personas[writer].assigned)
                for writer, replicate, number in some[["persona", "replicate", "number"]].itertuples(index=False, name=None)
            ]  # fmt: skip
        rows += [
            [
                text,
                row["persona_set"] == KNOWN,
                writer,
                row["scale"],
                scale.name,
                SIDES[1 if level > 0 else -1],
                verdict,
            ]
            for text, writer, assigned in of
            if (level := assigned.get(scale.trait, 0.0))
        ]
    return DataFrame(rows, columns=columns).astype({"known": bool})  # which rows are chosen by, and there may be none


def _verdict(row: Mapping[Any, Any], middle: float, key: int) -> str | None:
    """The pole that the judge named; None where there is no answer, or one that names neither."""
    if row["outcome"] != "answered" or row["chosen"] == middle:
        return None
    return SIDES[1 if (row["chosen"] > middle) == (key > 0) else -1]


def _judge(record: Record) -> str:
    judged = stage(record, STAGE)
    return f"Judge: {', '.join(model_name(judged, each) for each in judged.manifest.models)}" if judged else ""
