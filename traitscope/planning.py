"""What a study would ask, before it asks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from inventories.designs import describe
from traitscope.listing import terms_of
from traitscope.responders import by_name
from traitscope.study import load_study, summary
from traitscope.text import columns


def plan(path: Path) -> tuple[dict[str, Any], str]:
    """Counts by model, elicitation and inventory, the design of each ask, and what a reader must know."""
    study = load_study(path)
    abilities = {model.name: by_name(model.name, model.parameters).can() for model in study.models}
    counts = summary(study, abilities)
    designs = []
    for number, ask in enumerate(study.asks, start=1):
        layout = ask.layout(study.seed)
        if ask.vary:
            designs.append(
                {"ask": number, "kind": layout.kind, "forms": layout.runs, "of": layout.full, "told": describe(layout)}
            )
    notes = []
    for model in study.models:
        if abilities[model.name].simulated:
            notes.append(f"{model.name} is simulated: its answers have known truth and are no language model's")
        for number, ask in enumerate(study.asks, start=1):
            if ask.replicates > 1 and _is_deterministic(
                ask.reply, ask.elicitation, abilities[model.name].labels, model.temperature
            ):
                notes.append(
                    f"asks number {number}: {model.name} gives the same answer to every replicate of one form (probabilities or "
                    f"temperature 0); replicates show what shuffled orders change, no retest (no_replication)"
                )
    languages = sorted({form.language for ask in study.asks for form in ask.forms(study.seed)} - {"en"})
    if languages:
        notes.append(
            f"items and options are printed in {', '.join(languages)}; the instruction stays English (no translation exists)"
        )
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
    text += [f"asks number {each['ask']}: {each['told']}" for each in designs]
    text += ["\n".join(f"Note: {note}" for note in notes)] if notes else []
    text += ["\n".join(terms)] if terms else []
    return counts | {"designs": designs, "notes": notes, "terms": terms}, "\n\n".join(text)


def _is_deterministic(reply: str, elicitation: str, labels: bool, temperature: float) -> bool:
    by_probability = elicitation == "likelihood" or (labels and reply != "text")
    return by_probability or temperature == 0
