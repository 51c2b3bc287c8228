"""All records side by side: what each asks whom, how far it is, and how to go on."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from pandas import DataFrame

from inventories.reading import DefinitionError
from traitscope import analysis, freeze, recipe_records
from traitscope.listing import terms_of
from traitscope.lock import is_held
from traitscope.record import FROZEN, Record, records
from traitscope.responders.imported import is_imported, told_of
from traitscope.store import StoreError
from traitscope.study_file import StudyError

EMPTY = "nothing asked yet"
ASKED = "being asked now"
UNREADABLE = "cannot be read"
MOST_DEVIATIONS = 2  # that are named beside the frozen plan; `traitscope show` has all

_rows: dict[str, tuple[tuple[int, ...], dict[str, Any]]] = {}  # of every record, since a list shows them all


def studies(runs: Path) -> list[dict[str, Any]]:
    """One row (see `study`) for each record under `runs`, the newest first; worked out when a record has changed."""
    found = records(runs)
    rows = [_row(each) for each in sorted(found, key=lambda record: -record.manifest.created)]
    here = {str(each.folder.resolve()) for each in found}
    for gone in [name for name in _rows if Path(name).parent == runs.resolve() and name not in here]:
        _rows.pop(gone, None)
    return [{**row, "state": ASKED if is_held(runs / row["record"]) else row["state"]} for row in rows]


def _row(record: Record) -> dict[str, Any]:
    name, stamp = str(record.folder.resolve()), record.stamp()
    kept, row = _rows.get(name, ((), {}))
    if kept != stamp or row["state"].startswith(UNREADABLE):  # what is mended may be another file
        _rows[name] = stamp, study(record)
    return _rows[name][1]


def saved(runs: Path) -> list[str]:
    """Names of studies that stand under `runs` and were never asked, so that there is no record of them."""
    found = (path.parent for path in sorted(runs.glob("*/study.toml")))
    return [each.name for each in found if not (each / "manifest.json").is_file() and not is_held(each)]


def unreadable(runs: Path, known: Collection[str]) -> list[str]:
    """Why folders under `runs` that have a manifest are none of the records that are `known`, and how to mend each."""
    told = []
    for path in sorted(runs.glob("*/manifest.json")):
        if path.parent.name not in known:
            try:
                Record(path.parent)
            except StoreError as problem:
                keep = shlex.join(["traitscope", "salvage", str(path.parent), "--to", "DIR"])
                told.append(
                    f"The record {path.parent.name} {UNREADABLE}: {problem}; `{keep}` keeps all replies that can be read."
                )
    return told


def found(rows: Iterable[dict[str, Any]], text: str) -> list[dict[str, Any]]:
    """The rows in whose name, title, state or persons asked every word of `text` stands."""
    words = text.casefold().split()
    told = (
        (row, " ".join(str(row[name]) for name in ("record", "title", "state", "asked")).casefold()) for row in rows
    )
    return [row for row, said in told if all(word in said for word in words)]


def study(record: Record) -> dict[str, Any]:
    """One record: its name, title, what it asks whom, trials in all, done and failed, state, and the command to go on.

    `usd` is what its calls have cost, 0 where they cost nothing or nobody said.
    """
    manifest = record.manifest
    models = ", ".join(model_name(record, name) for name in manifest.models)
    row: dict[str, Any] = {
        "record": record.name,
        "title": _title(record),
        "changed": f"{datetime.fromtimestamp(max(record.stamp()) / 1e9):%Y-%m-%d %H:%M:%S}",
        "asked": f"{models}; {counted(len(manifest.personas), 'persona')}; {', '.join(manifest.inventories)}",
        "resume": shlex.join(["traitscope", "run", str(record.folder / "study.toml"), "--record", str(record.folder)]),
        "terms": [],
    }
    counts, answers, answered, usd = {"trials": 0, "done": 0, "failed": 0}, 0, 0, 0.0
    try:
        row["terms"] = terms_of(record.inventories().values())
        with record.store() as store:
            counts, (answers, answered), usd = store.counts(), store.usable(), store.spent()
        whole = "complete" if counts["trials"] else EMPTY
        state = whole if counts["done"] == counts["trials"] else "unfinished"
    except (StoreError, DefinitionError) as problem:
        state = f"{UNREADABLE}: {problem}" if (record.folder / "answers.sqlite").is_file() else EMPTY
    share = counts["done"] / max(1, counts["trials"])
    told = f"{answered:,} answered, {answers - answered:,} not usable"
    told += f", {counts['failed']:,} failed and to be asked again" if counts["failed"] else ""
    told += f"; {dollars(usd)} spent" if usd else ""
    return {**row, **counts, "share": share, "outcomes": told, "usd": usd, "state": state}


def _title(record: Record) -> str:
    """The title, and the recipe that the record is part of, where it is."""
    was = recipe_records.ran(record)
    return record.manifest.title if was is None else f"{record.manifest.title} (recipe {was.recipe}, {was.scale})"


def plan_told(record: Record) -> str:
    """One line on the plan that was frozen before data were seen, and what was done otherwise; "" where none was."""
    if not (record.folder / FROZEN).is_file() and not record.manifest.frozen:
        return ""
    try:
        plan, otherwise = freeze.read(record.folder), freeze.deviations(record) or []
    except (StoreError, StudyError, DefinitionError) as problem:
        return f"Frozen plan: {problem}."
    when = f"Plan frozen on {datetime.fromtimestamp(plan.frozen):%Y-%m-%d %H:%M}" if plan else "Frozen plan"
    if not otherwise:
        return f"{when}; nothing was done otherwise."
    named = "; ".join(otherwise[:MOST_DEVIATIONS])
    more = len(otherwise) - MOST_DEVIATIONS
    told = f"; and {more} more: traitscope show {shlex.quote(str(record.folder))}" if more > 0 else "."
    return f"{when}; {counted(len(otherwise), 'deviation')}: {named}{told}"


def has_answers(record: Record) -> bool:
    """Whether any trial of the record was answered, and its inventories are there to say what the answers mean."""
    try:
        return record.progress()["done"] > 0 and bool(record.inventories())
    except (StoreError, DefinitionError):
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
    """The model's name, and that it is simulated or imported where it is."""
    return told_of(model, simulated(record, model))


def imported_told(record: Record) -> str:
    """One sentence on the file that the answers came from; "" where they were asked for."""
    notes = dict.fromkeys(able.note for name, able in record.manifest.abilities.items() if is_imported(name))
    if not notes:
        return ""
    return f"Not asked by this program: {'; '.join(notes)}. Prompts are what it would have printed, not what was read."


def counted(count: int, what: str) -> str:
    """ "1 person", "1,200 persons"."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def dollars(usd: float) -> str:
    """ "$1.25"; less than a cent with two figures: "$0.0031"."""
    return f"${usd:,.2f}" if usd >= 0.01 or not usd else f"${usd:.2g}"
