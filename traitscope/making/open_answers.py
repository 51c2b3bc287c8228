"""Questions that are answered openly, in a sentence, and what a judge takes these answers to mean on the items' own options."""

from __future__ import annotations

from typing import Any

from pandas import DataFrame

from inventories.loading import load_inventory
from inventories.persona_sets import Persona
from traitscope.making.judged import judged_id
from traitscope.making.so_far import SoFar, persona_file
from traitscope.record import Record
from traitscope.written import texts

STATEMENT = "{statement}"  # in the task of the options: where a statement is printed


def answered_openly(study: dict[str, Any], so_far: SoFar) -> dict[str, Any]:
    """The study with an ask more for each item of `inventory` in the options: the same statement, answered in own words."""
    inventory = load_inventory(so_far.options["inventory"])
    form = {"memory": "continued"}
    asks = [
        {
            "inventories": [inventory.id],
            "items": [],
            "form": form,
            "steps": [
                {
                    "kind": "task",
                    "text": _task(so_far, inventory.printed_text(item)),
                    "max_tokens": so_far.options["tokens"],
                }
            ],
        }
        for item in inventory.items
    ]
    return study | {"asks": [*study["asks"], *asks]}


def openly_judged(study: dict[str, Any], so_far: SoFar) -> dict[str, Any] | None:
    """Each open answer before a judge, who marks the item that it answers in the place of whoever wrote it; equal ones once."""
    record = so_far.record
    assert record is not None
    inventory = load_inventory(so_far.options["inventory"])
    asked = {_task(so_far, inventory.printed_text(item)): item.id for item in inventory.items}
    table = texts(record)
    table = table[table["task"].isin(list(asked)) & table["text"].str.contains(r"\w")]
    if table.empty:
        return None
    judged: list[Persona] = []
    asks = []
    for task, item in asked.items():
        own = [
            Persona(id=f"{item} {judged_id(text)}", text=text, attributes={"item": item, "task": task})
            for text in table.loc[table["task"] == task, "text"].unique()
        ]
        if own:
            asks += [each | {"items": [item], "personas": [persona.id for persona in own]} for each in study["asks"]]
        judged += own
    return study | {"asks": asks, "personas": [persona_file("open_answers", "Open answers", judged, so_far.beside)]}


def writers_of(record: Record, judged: Record) -> DataFrame:
    """One row a text of `record` that stands before the judge of `judged`: columns model, writer, judged (the persona there)."""
    people = judged.manifest.personas.values()
    rows = [[each.id, each.attributes.get("task"), each.text] for each in people]
    before = DataFrame(rows, columns=["judged", "task", "text"])
    found = texts(record).merge(before, on=["task", "text"]).rename(columns={"persona": "writer"})
    return found[["model", "writer", "judged"]]


def _task(so_far: SoFar, statement: str) -> str:
    task: str = so_far.options["task"]
    return task.replace(STATEMENT, statement)
