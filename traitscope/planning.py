"""What a study would ask and what it may cost, before it asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pandas import DataFrame

from inventories.designs import describe
from inventories.responder import Abilities
from psychometrics.estimate import plain
from traitscope import buying, cost
from traitscope.cost import ASSUMPTIONS, Forecast, Range
from traitscope.freeze import freeze, told_before
from traitscope.interviews import check_served, interviews, seats, summary
from traitscope.listing import terms_of
from traitscope.record import Record
from traitscope.runner import Responders, folder_of
from traitscope.store import Store
from traitscope.study import Study, load_study
from traitscope.text import columns, frame


def plan(
    path: Path, record: Path | None = None, *, frozen: bool = False, ask_above: float = cost.ASK_ABOVE
) -> tuple[dict[str, Any], str]:
    """Counts by model, elicitation and inventory, tokens and price, the design of each ask, and what a reader must know.

    Models behind an interface are asked what they can do, by a few small calls, unless the record knows.
    """
    study = load_study(path)
    folder = folder_of(study, record)
    abilities = Responders(study, folder).abilities(study.models)
    check_served(study, abilities)
    counts = summary(study, abilities)
    designs = []
    for number, ask in enumerate(study.asks, start=1):
        layout = ask.layout(study.seed)
        if ask.vary:
            designs.append(
                {"ask": number, "kind": layout.kind, "forms": layout.runs, "of": layout.full, "told": describe(layout)}
            )
    notes = [*told_before(study, folder, interviews(study, abilities)), *notes_of(study, abilities)]
    terms = terms_of(study.inventories.values())
    table = columns(
        ["model", "elicitation", "inventory", "sittings", "trials", "calls"],
        [
            [part[name] for name in ("model", "elicitation", "inventory", "sittings", "trials", "calls")]
            for part in counts["parts"]
        ],
    )
    text = [
        f"{study.title}\n{counts['personas']} personas, {counts['trials']} trials, {counts['calls']} calls, seed {study.seed}",
        table,
    ]
    rows = forecast(study, abilities, folder)
    text += [priced(rows, ask_above)] if any(row.usd is None or row.usd.high for row in rows) else []
    text += [f"asks number {each['ask']}: {each['told']}" for each in designs]
    text += ["\n".join(f"Note: {note}" for note in notes)] if notes else []
    text += ["\n".join(terms)] if terms else []
    result = counts | {
        "forecast": cost.rows_told(rows),
        "assumptions": list(ASSUMPTIONS),
        "designs": designs,
        "notes": notes,
        "terms": terms,
    }
    if frozen:
        found = freeze(study, folder, abilities, interviews(study, abilities))
        when = datetime.fromtimestamp(found.frozen)
        text.append(
            f"Frozen: {folder / 'frozen.json'}, hash {found.hash}, {when:%Y-%m-%d %H:%M:%S}. `traitscope show` lists what is done otherwise."
        )
        result["frozen"] = {"hash": found.hash, "file": str(folder / "frozen.json"), "time": found.frozen}
    return result, "\n\n".join(text)


def notes_of(study: Study, abilities: Mapping[str, Abilities]) -> list[str]:
    """What a reader of the plan must know: who is simulated, what replicates cannot show, traits that nothing measures."""
    notes = []
    for model in study.models:
        able = abilities[model.name]
        if able.simulated:
            notes.append(f"{model.name} is simulated: its answers have known truth and are no language model's")
        elif able.note and model.name.partition(":")[0] != "local":
            notes.append(f"{model.name}: {able.note}")
        for number, ask in enumerate(study.asks, start=1):
            # a simulated person draws its probabilities anew, too
            copies = able.simulated or _is_deterministic(ask.reply, ask.elicitation, able, model.temperature)
            if ask.replicates > 1 and copies and not (able.simulated and model.temperature):
                notes.append(
                    f"asks number {number}: {model.name} gives the same answer to every replicate of one form (probabilities or "
                    f'temperature 0); replicates show what shuffled orders change, no retest; reply = "text" and a temperature above 0 give one'
                )
    measured = {
        inventory.scale(scale).trait.removeprefix("-")
        for inventory in study.inventories.values()
        for scale in inventory.scales
    }
    for persona in study.personas:
        for trait in persona.assigned if persona.set == "study" else ():
            if trait not in measured:
                meant = get_close_matches(trait, measured, 1)
                notes.append(
                    f"persona {persona.id}: no scale of this study measures {trait!r}"
                    + (f"; did you mean {meant[0]!r}?" if meant else f"; those are {', '.join(sorted(measured))}")
                )
    languages = sorted({form.language for ask in study.asks for form in ask.forms(study.seed)} - {"en"})
    if languages:
        notes.append(
            f"items and options are printed in {', '.join(languages)}; the instruction stays English (no translation exists)"
        )
    return notes


def forecast(
    study: Study,
    abilities: Mapping[str, Abilities],
    folder: Path,
    sittings: Iterable[str] | None = None,
    reuse: Iterable[Path] = (),
) -> list[Forecast]:
    """What is still to be asked comes to, of all sittings or those named; by calls that were made, where there are some.

    What the records `reuse` have answered need not be asked.
    """
    known: dict[str, cost.Measured] = {}
    done, begun = set[str](), set[str]()
    for other in reuse:
        with Record(other).store() as store:
            done |= store.done()
            begun |= set(store.answered()) & set(store.sittings())
    if (folder / "answers.sqlite").is_file():
        with Store(folder / "answers.sqlite") as store:
            complete = set(store.sittings()) - store.pending()
            done |= store.done()
            begun |= set(store.answered()) & set(store.sittings())
            _, rows = store.table("taken")
        known = {row[0]: cost.Measured(*row[1:]) for row in rows if row[0] in complete}
    wanted = None if sittings is None else set(sittings)
    asked = (each for each in seats(study, abilities) if wanted is None or each.id in known or each.id in wanted)
    rows_found = cost.forecast(asked, {each.name: each for each in study.models}, abilities, known, done, begun)
    return [row for row in rows_found if row.calls]


def priced(rows: list[Forecast], ask_above: float | None = None) -> str:
    """The forecast as a table with its assumptions."""
    table = columns(
        ["model", "elicitation", "calls", "tokens in", "tokens out", "of which thinking", "US$", "basis"],
        [
            [row.model, row.elicitation, f"{row.calls:,}", _range(row.tokens_in), _range(row.tokens_out), _range(row.thinking),
             "no price known" if row.usd is None else dollars(row.usd), row.basis]
            for row in rows
        ],
    )  # fmt: skip
    whole = cost.total(rows)
    unknown = [row.model for row in rows if row.usd is None]
    without = ", ".join(dict.fromkeys(unknown))
    if unknown and len(unknown) == len(rows):
        told = f"No price is known for {without}"
    else:
        told = f"In all {dollars(whole)}" + (f", without {without}" if unknown else "")
    if ask_above is not None:
        told += (
            f"; `run` asks before it spends more than ${ask_above:g} (--ask-above)" if whole.high > ask_above else ""
        )
    assumed = "\n".join(f"- {each}" for each in ASSUMPTIONS) if any(row.basis == "assumed" for row in rows) else ""
    return "\n".join(filter(None, [f"COST of what is still to be asked, as a range\n{table}", f"{told}.", assumed]))


def piloted(record: Record, study: Study) -> tuple[dict[str, Any], str]:
    """After a pilot: what the rest costs by what was measured, and what it will buy."""
    abilities = record.manifest.abilities
    rows = forecast(study, abilities, record.folder)
    bought = buying.expected(record, interviews(study, abilities))
    text = ["PILOT done. The rest:", priced(rows)]
    if len(bought):
        text.append(
            "D-STUDY - generalizability of scores now, and with all forms and draws of the study (n_persons: of the pilot)\n"
            + frame(bought)
        )
    shown = [{str(name): plain(value) for name, value in row.items()} for row in bought.to_dict("records")]
    return {"forecast": cost.rows_told(rows), "d_study": shown}, "\n\n".join(text)


def spending(record: Record) -> DataFrame:
    """Calls, tokens and dollars of a record, a row a model and elicitation; without models that cost nothing."""
    with record.store() as store:
        names, rows = store.table("spending")
    table = DataFrame(rows, columns=names)[
        ["model", "elicitation", "calls", "tokens_in", "tokens_out", "tokens_thinking", "usd"]
    ]
    return table[~table["model"].str.match("local:|simulated:")].reset_index(drop=True)


def dollars(amount: Range) -> str:
    low, high = (f"{each:,.2f}" if each >= 0.1 else f"{each:.2g}" for each in (amount.low, amount.high))
    return f"${low}" if low == high else f"${low} to ${high}"


def _range(numbers: Range) -> str:
    low, high = f"{numbers.low:,.0f}", f"{numbers.high:,.0f}"
    return low if low == high else f"{low} to {high}"


def _is_deterministic(reply: str, elicitation: str, able: Abilities, temperature: float) -> bool:
    by_probability = elicitation == "likelihood" or (able.labels and reply != "text")
    return by_probability or (temperature == 0 and "no temperature" not in able.dialect)
