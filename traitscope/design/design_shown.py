"""A design as it is shown while it is composed: its picture, what it confounds, what it asks, and what it buys."""

from __future__ import annotations

from typing import Any

from pandas import DataFrame

from inventories.designs import Design
from inventories.reading import DefinitionError
from traitscope import figures
from traitscope.apa import column
from traitscope.buying import Place
from traitscope.cost import Range
from traitscope.design.design_plan import Plan
from traitscope.exhibit import Exhibit
from traitscope.form_words import WORDS, effect
from traitscope.overview import counted
from traitscope.planning import dollars
from traitscope.study_file import Ask

MOST_ROWS = 60  # printed forms in the picture
KINDS = {
    "crossed": "all combinations are printed, so every effect can be told from every other",
    "orthogonal array": "an orthogonal array: every pair of levels of two factors stands equally often",
    "d-optimal": "a D-optimal fraction",
}


def picture(ask: Ask, seed: int, number: int) -> Exhibit:
    """Which forms an ask prints: a row a cell with columns form (from 1), factor, level, place (of the level, from 0)."""
    name, question = f"design_{number}", f"Way of asking {number}: in which forms is it printed?"
    layout = _layout(ask, seed)
    if isinstance(layout, str):
        return Exhibit(name, question, DataFrame(), missing=layout)
    if not layout.factors:
        told = ask.form.name()
        form = "the standard form" if told == "standard" else f"one form ({told})"
        return Exhibit(name, question, DataFrame(), missing=f"Nothing varies: it is printed in {form}.")
    cells: list[dict[str, Any]] = [
        {"form": at, "factor": WORDS[factor], "level": str(level), "place": layout.factors[factor].index(level)}
        for at, row in enumerate(layout.rows, start=1)
        for factor, level in row.items()
    ]
    table = DataFrame(cells)
    drawn = table[table["form"] <= MOST_ROWS]
    caption = f"{counted(layout.runs, 'printed form')} of {layout.full:,}: {KINDS[layout.kind]}"
    caption += f", efficiency {layout.efficiency:.2f} of all combinations" if layout.kind == "d-optimal" else ""
    caption += f". {ask.elicitation.capitalize()}; {counted(ask.replicates, 'draw')} of each form and persona."
    caption += f" The picture has the first {MOST_ROWS}." if layout.runs > MOST_ROWS else ""
    rows = DataFrame([{"form": at, **{key: str(level) for key, level in row.items()}} for at, row in enumerate(layout.rows, start=1)])  # fmt: skip
    columns = [column("form", kind="count"), *(column(factor, WORDS[factor]) for factor in layout.factors)]
    return Exhibit(name, question, rows, columns, caption, figures.design(drawn, question))


def aliases(ask: Ask, seed: int, number: int) -> Exhibit | None:
    """What a fraction cannot tell apart: columns effect, aliased_with, correlation, share, status; None for a crossed design."""
    layout = _layout(ask, seed)
    if isinstance(layout, str) or layout.kind == "crossed":
        return None
    name, question = f"aliases_{number}", f"Way of asking {number}: what can this fraction not tell apart?"
    if not layout.aliases:
        return Exhibit(name, question, DataFrame(), missing="Every main effect is clear of every other effect.")
    table = DataFrame(
        [{"effect": effect(each.effect), "aliased_with": effect(each.aliased_with), "correlation": each.correlation, "share": each.share,
          "status": "cannot be estimated" if each.status == "not_estimable" else "confounded"} for each in layout.aliases]
    )  # fmt: skip
    told = {"correlation": "largest between a contrast of the one and of the other", "share": "part of the effect's variation that goes with the other"}  # fmt: skip
    columns = [
        column("effect"), column("aliased_with", "goes with"), column("status"),
        column("correlation", "r", "bounded", told["correlation"]), column("share", "share", "bounded", told["share"]),
    ]  # fmt: skip
    caption = f"{counted(layout.runs, 'printed form')} of {layout.full:,}. An effect that is not named is clear."
    return Exhibit(name, question, table, columns, caption)


def parts(made: Plan) -> Exhibit:
    """What is asked: columns model, elicitation, inventory, sittings, trials, calls."""
    table = DataFrame(made.counts["parts"])
    columns = [column("model"), column("elicitation"), column("inventory"), *(column(each, kind="count") for each in ("sittings", "trials", "calls"))]  # fmt: skip
    caption = (
        "A sitting is one persona filling in one form once; a trial is one item in it. The whole study; what a record has "
        "answered already is not asked again."
    )
    return Exhibit("plan", "What does this study ask?", table, columns, caption)


def prices(made: Plan) -> Exhibit:
    """What is paid for: columns model, elicitation, calls, tokens in and out (low, high), usd (low, high), basis."""
    table = DataFrame(
        [{"model": row.model, "elicitation": row.elicitation, "calls": row.calls, "in_low": row.tokens_in.low,
          "in_high": row.tokens_in.high, "out_low": row.tokens_out.low, "out_high": row.tokens_out.high,
          "usd_low": row.usd.low if row.usd else None, "usd_high": row.usd.high if row.usd else None,
          "usd": dollars(row.usd or Range()) if row.usd else "no price known", "basis": row.basis} for row in made.rows]
    )  # fmt: skip
    columns = [
        column("model"), column("elicitation"), column("calls", kind="count"), column("in_low, in_high", "tokens in", "count"),
        column("out_low, out_high", "tokens out", "count"), column("usd", "US$"), column("basis"),
    ]  # fmt: skip
    return Exhibit(
        "prices", "What may it cost?", table, columns, "What is still to be asked, from the least to the most."
    )


def reliability(table: DataFrame, record: str, place: Place) -> Exhibit:
    """What the design buys by a pilot's D-study: the table of `buying.expected`."""
    name, question = "expected", "How reliable will the scores be, by the pilot?"
    if table.empty:
        told = f"The record {record} has no usable answers of {place.model} to {place.inventory}, so it tells nothing of them."
        return Exhibit(name, question, table, missing=told)
    table = table.assign(**{each: table[each].str.replace("->", "→") for each in ("forms", "draws")})
    columns = [
        column("scale"), column("n_persons", "persons", "count"), column("forms"), column("draws"),
        column("g", "G now", "bounded", "generalizability coefficient of the pilot's scores"),
        column("g_then", "G then", "bounded", "with all forms and draws of this study"),
        column("phi", "Φ now", "bounded", "dependability, for decisions about absolute scores"), column("phi_then", "Φ then", "bounded"),
        column("sem", "SEM now", "number", "standard error of measurement of a score"), column("sem_then", "SEM then", "number"),
        column("note"),
    ]  # fmt: skip
    caption = (
        f"D-study from the record {record}: {place.model}, {place.inventory}. Forms and draws now, and as designed here. Persons are those of the pilot; more of them "
        "make the estimates steadier, not the scores more reliable."
    )
    return Exhibit(name, question, table, columns, caption)


def _layout(ask: Ask, seed: int) -> Design | str:
    try:
        return ask.layout(seed)
    except DefinitionError as mistake:
        return str(mistake)
