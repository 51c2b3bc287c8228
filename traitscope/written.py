"""What was written in a record: the texts that its tasks asked for."""

from __future__ import annotations

from pandas import DataFrame

from traitscope.interviews import seats
from traitscope.kept import kept
from traitscope.record import Record
from traitscope.study import load_study

COLUMNS = ["model", "persona", "persona_set", "inventory", "replicate", "sitting", "number", "task", "text"]


def texts(record: Record) -> DataFrame:
    """One row a task of the current plan that was answered.

    Columns model, persona, persona_set, inventory, replicate, sitting; number (of the task in its sitting, from 1), task (its
    words), text (as it came).
    """
    return kept(_texts, record)


def _texts(record: Record) -> DataFrame:
    with record.store() as store:
        names, rows = store.table("texts")
    said = dict(DataFrame(rows, columns=names).itertuples(index=False, name=None))
    found = []
    for seat in seats(load_study(record.folder / "study.toml"), record.manifest.abilities):
        if any(each.kind == "task" for each in seat.ask.steps):
            planned = seat.interview().sitting
            tasks = [step for steps in planned.conversations for step in steps if step.kind == "task"]
            where = [
                seat.model,
                seat.persona.id,
                seat.persona.set or "study",
                seat.inventory,
                seat.replicate,
                planned.id,
            ]
            found += [
                [*where, number, step.text, said[step.trials[0].id]]
                for number, step in enumerate(tasks, start=1)
                if step.trials[0].id in said
            ]
    return DataFrame(found, columns=COLUMNS)
