"""All records side by side: what each asks whom, how far it is, and how to go on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pandas import DataFrame

from inventories.reading import DefinitionError
from traitscope import analysis
from traitscope.listing import terms_of
from traitscope.record import Record
from traitscope.store import StoreError

EMPTY = "nothing asked yet"


def study(record: Record) -> dict[str, Any]:
    """One record: its name, title, what it asks whom, trials in all, done and failed, state, and the command to go on."""
    manifest = record.manifest
    models = ", ".join(model_name(record, name) for name in manifest.models)
    row: dict[str, Any] = {
        "record": record.name,
        "title": manifest.title,
        "changed": f"{datetime.fromtimestamp(max(record.stamp()) / 1e9):%Y-%m-%d %H:%M:%S}",
        "asked": f"{models}; {counted(len(manifest.personas), 'persona')}; {', '.join(manifest.inventories)}",
        "resume": f"traitscope run {record.folder / 'study.toml'} --record {record.folder}",
        "terms": [],
    }
    counts, answers, answered = {"trials": 0, "done": 0, "failed": 0}, 0, 0
    try:
        row["terms"] = terms_of(record.inventories().values())
        counts = record.progress()
        with record.store() as store:
            names, rows = store.table("progress")
        for each in rows:
            part = dict(zip(names, each, strict=True))
            answers, answered = answers + part["answers"], answered + part["answered"]
        whole = "complete" if counts["trials"] else EMPTY
        state = whole if counts["done"] == counts["trials"] else "unfinished"
    except (StoreError, DefinitionError) as problem:
        state = f"cannot be read: {problem}" if (record.folder / "answers.sqlite").is_file() else EMPTY
    share = counts["done"] / max(1, counts["trials"])
    told = f"{answered:,} answered, {answers - answered:,} not usable"
    told += f", {counts['failed']:,} failed and to be asked again" if counts["failed"] else ""
    return {**row, **counts, "share": share, "outcomes": told, "state": state}


def has_answers(record: Record) -> bool:
    """Whether any trial of the record was answered."""
    try:
        return record.progress()["done"] > 0
    except StoreError:
        return False


def terms(rows: Iterable[dict[str, Any]]) -> list[str]:
    """The terms of every inventory in the list that a user must know, each once."""
    return sorted({each for row in rows for each in row["terms"]})


def outcomes(record: Record) -> DataFrame:
    """`analysis.outcomes`, without rows where nothing was planned."""
    try:
        return analysis.outcomes(record)
    except StoreError:
        return DataFrame()


def simulated(record: Record, model: str) -> bool:
    """Whether `model` is a simulated responder."""
    able = record.manifest.abilities.get(model)
    return bool(able and able.simulated)


def model_name(record: Record, model: str) -> str:
    """The model's name, and that it is simulated where it is."""
    return f"{model} (simulated, not a language model)" if simulated(record, model) else model


def counted(count: int, what: str) -> str:
    """ "1 person", "1,200 persons"."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"
