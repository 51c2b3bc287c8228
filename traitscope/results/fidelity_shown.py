"""Fidelity of texts, shown: sentence by sentence to the assigned level, and statement by statement to the persona.

After arXiv 2506.19352 (accuracy, consistency within a text and over texts) and the active-passive-constraint score. A judge gives
levels and probabilities; where it fails on texts whose truth is known, none of them is shown.
"""

from __future__ import annotations

import math
from typing import Any

from pandas import DataFrame

from psychometrics.judge_gate import JudgeGate, judge_gate
from psychometrics.text_fidelity import persona_constraints, sentence_fidelity
from traitscope import estimates, figures, tables
from traitscope.apa import column, interval
from traitscope.exhibit import Exhibit
from traitscope.kept import kept
from traitscope.making.judged import SIDES, sentences_of, written
from traitscope.notes import in_words
from traitscope.overview import counted, model_name
from traitscope.places import about
from traitscope.recipe_records import stage
from traitscope.record import Record
from traitscope.results import judged_shown

CLAIMS = "claims"
FAITHFUL = "Do the sentences show the assigned levels, in every text alike?"
CONSTRAINED = "Do the texts respect what was said of their writers?"
MEASURES = {
    "accuracy": "ACC: share of sentences in the assigned third", "internal": "IC: alike within a text",
    "repeated": "RC: alike in every text of a writer",
}  # fmt: skip
COLUMNS = [
    column("measure"), column("name", "trait"), column("n_persons", "writers", "count"), column("n_sentences", "sentences", "count"),
    column("value", kind="bounded"), interval("bounded"), column("note"),
]  # fmt: skip
CLAIM_COLUMNS = [
    column("name", "claims about"), column("n_persons", "writers", "count"), column("n_texts", "texts with claims", "count"),
    column("per_statement", "APC a claim", "bounded", "0 to 1"), column("value", "APC", "number", "expected number of claims respected by a text"),
    interval(), column("note"),
]  # fmt: skip
GATE_COLUMNS = judged_shown.GATE_COLUMNS


def sentence_levels(record: Record) -> DataFrame:
    """One row a sentence x trait that was judged.

    Columns person (model and writer), text (sitting and task), place, scale, name, target ("low", "high"), level (1 to 5; NaN
    without an answer).
    """
    return kept(_sentence_levels, record, beside=stage(record, judged_shown.STAGE))


def fidelity(record: Record) -> Exhibit:
    """ACC, IC and RC of each trait over the writers; the judge is first tried on sentences with known poles."""
    table = sentence_levels(record)
    if table.empty:
        return Exhibit("sentence_fidelity", FAITHFUL, DataFrame(), missing=judged_shown.NOTHING)
    usable = judged_shown.gate(record).usable
    rows = []
    for name, some in table.groupby("name", sort=False):
        found = sentence_fidelity(
            some.rename(columns={"text": "generation"})[["person", "generation", "target", "level"]],
            seed=estimates.SEED,
        )
        for measure, words in MEASURES.items():
            each = estimates.withheld(getattr(found, measure))
            row = {
                "measure": words,
                "name": name,
                "n_persons": each.n_persons or 0,
                "n_sentences": each.extra["n_sentences"],
            }
            rows.append(row | _values(each, usable))
    shown = DataFrame(rows)
    figure = figures.forest(shown, FAITHFUL, x="1: always", groups="measure", span=(-1.0, 1.0)) if usable else None
    caption = (
        f"{_who(record)}; n = {counted(table['person'].nunique(), 'writer')}, {counted(table.drop_duplicates(['person', 'text']).shape[0], 'text')}. "
        f"95 % intervals bootstrapped over writers, none below {estimates.FEWEST_FOR_INTERVAL}."
    )
    note = "Who always writes what is neither high nor low has IC and RC 1: neither speaks of the persona without ACC."
    return Exhibit("sentence_fidelity", FAITHFUL, shown, COLUMNS, caption, figure, note=note, about=about(record))


def claim_gate(record: Record) -> JudgeGate | None:
    """Whether the judge tells true claims about known texts from false ones; None before it was asked."""
    table = _claims(record)
    tried = table[table["known"]]
    if tried.empty:
        return None
    said = [_side(row["entailed"], row["contradicted"]) for row in tried.to_dict("records")]
    return judge_gate(said, ["true" if each else "false" for each in tried["true"]])


def claim_gates(record: Record) -> Exhibit:
    """The judge on known texts with true and false claims."""
    question = "Does the judge tell true claims about a writer from false ones?"
    found = claim_gate(record)
    if found is None:
        return Exhibit("claim_gate", question, DataFrame(), missing=judged_shown.NOTHING)
    shown = DataFrame([judged_shown.gate_row("all claims", found)])
    sides = found.poles.rename(columns={"accuracy": "value"}).assign(
        name=lambda rows: rows["pole"] + " claims", group="known texts"
    )
    figure = figures.forest(sides, question, x="share of right verdicts", span=(0.0, 1.0), line=0.5)
    caption = (
        f"{_judge(record)}; each known text with a true and a false claim. 95 % intervals after Wilson over claims."
    )
    note = 'A verdict is whichever of "shows that it is true" and "shows that it is false" is more probable; equal ones are none.'
    return Exhibit("claim_gate", question, shown, GATE_COLUMNS, caption, figure, note=note, about=about(record))


def constraints(record: Record) -> Exhibit:
    """Active-passive-constraint score of the texts, from the judge's probabilities."""
    table = _claims(record)
    own = table[~table["known"]]
    gate = claim_gate(record)
    if own.empty or gate is None:
        return Exhibit("constraints", CONSTRAINED, DataFrame(), missing=judged_shown.NOTHING)
    rows = []
    traits = [("all of a persona", own), *((str(name), some) for name, some in own.groupby("trait", sort=False))]
    for name, some in traits:
        given = some[["person", "text", "statement", "relevant", "entailed", "contradicted"]]
        found = estimates.withheld(persona_constraints(given, seed=estimates.SEED))
        row = {"name": name, "n_persons": found.n_persons or 0, "n_texts": found.extra["n_texts"]}
        per = found.extra.get("per_statement") if gate.usable else math.nan
        rows.append(row | {"per_statement": per} | _values(found, gate.usable))
    shown = DataFrame(rows)
    drawn = shown.assign(value=shown["per_statement"], low=math.nan, high=math.nan, group="texts")
    figure = figures.forest(drawn, CONSTRAINED, x="share of claims respected", span=(0.0, 1.0)) if gate.usable else None
    caption = (
        f"{_who(record)}; {_judge(record)}; n = {counted(own['person'].nunique(), 'writer')}. APC is the sum of (1 - R)(1 - C) + R E over "
        f"the claims. 95 % intervals bootstrapped over writers, none below {estimates.FEWEST_FOR_INTERVAL}."
    )
    return Exhibit("constraints", CONSTRAINED, shown, CLAIM_COLUMNS, caption, figure, about=about(record))


def _values(found: Any, usable: bool) -> dict[str, Any]:
    if not usable:
        return {"value": math.nan, "low": math.nan, "high": math.nan, "note": in_words("judge_not_usable")}
    note = "the same for all writers" if found.note == "equal_in_all_persons" else in_words(found.note)
    return {"value": found.value, "low": found.low, "high": found.high, "note": note}


def _sentence_levels(record: Record) -> DataFrame:
    columns = ["person", "text", "place", "scale", "name", "target", "level"]
    judged = stage(record, judged_shown.STAGE)
    if judged is None:
        return DataFrame(columns=columns)
    answers = tables.answers(judged)
    answers = answers[
        (answers["kind"] == "item") & answers["outcome"].notna() & (answers["persona_set"] != judged_shown.KNOWN)
    ]
    levels = answers.groupby(["persona", "inventory", "item"], sort=False)["chosen"].mean()
    own = sentences_of(written(record))
    own = own[own["judged"].isin(levels.index.get_level_values("persona"))]
    rows = []
    for inventory, item in answers[["inventory", "item"]].drop_duplicates().itertuples(index=False, name=None):
        known = judged.inventory(str(inventory))
        scale = known.scale(known.item(item).scale or "")
        of_item = levels.xs((inventory, item), level=("inventory", "item"))
        for row in own.to_dict("records"):
            if assigned := record.manifest.personas[row["persona"]].assigned.get(scale.trait, 0.0):
                person, text = f"{row['model']} {row['persona']}", f"{row['sitting']} {row['number']}"
                target = "high" if assigned > 0 else "low"
                rows.append(
                    [person, text, row["place"], scale.trait, scale.name, target, of_item.get(row["judged"], math.nan)]
                )
    return DataFrame(rows, columns=columns)


def _claims(record: Record) -> DataFrame:
    """One row a text x claim: known, true, person, text, statement, trait; probabilities relevant, entailed, contradicted."""
    return kept(_judged_claims, record, beside=stage(record, CLAIMS))


def _judged_claims(record: Record) -> DataFrame:
    sides = ["relevant", "entailed", "contradicted"]
    columns = ["known", "true", "person", "text", "statement", "trait", *sides]
    judged = stage(record, CLAIMS)
    if judged is None:
        return DataFrame(columns=columns)
    answers = tables.answers(judged)
    answers = answers[(answers["kind"] == "item") & answers["outcome"].notna()]
    # the probability of a yes where it was read, else whether it was said
    answers = answers.assign(
        yes=answers["expected"].where(answers["reply"] == "labels", answers["chosen"]).astype(float)
    )
    said = answers.pivot_table(index="persona", columns="item", values="yes", dropna=False).reindex(columns=sides)
    writers = written(record)
    rows = []
    for name, probabilities in said.iterrows():
        persona = judged.manifest.personas[str(name)]
        of, trait, claim = (persona.attributes[each] for each in ("of", "trait", "claim"))
        values = [float(probabilities[each]) for each in sides]
        true = persona.assigned["claim"] > 0
        if persona.set == judged_shown.KNOWN:
            rows.append([True, true, of, of, claim, trait, *values])
            continue
        for row in writers[writers["judged"] == of].to_dict("records"):
            level = record.manifest.personas[row["persona"]].assigned.get(trait, 0.0)
            # equal texts of two writers are judged once, with the claims about either
            if level and SIDES[level > 0] == persona.attributes["pole"]:
                rows.append(
                    [
                        False,
                        true,
                        f"{row['model']} {row['persona']}",
                        f"{row['sitting']} {row['number']}",
                        claim,
                        trait,
                        *values,
                    ]
                )
    return DataFrame(rows, columns=columns)


def _side(entailed: float, contradicted: float) -> str | None:
    if not (math.isfinite(entailed) and math.isfinite(contradicted)) or entailed == contradicted:
        return None
    return "true" if entailed > contradicted else "false"


def _who(record: Record) -> str:
    return f"Writer: {', '.join(model_name(record, each) for each in record.manifest.models)}"


def _judge(record: Record) -> str:
    judged = stage(record, CLAIMS)
    return f"Judge: {', '.join(model_name(judged, each) for each in judged.manifest.models)}" if judged else ""
