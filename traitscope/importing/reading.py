"""The command `import` for a file: its kind is recognised, it is read, and a record is made of it."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

from inventories.answers import Outcome
from inventories.definitions import Inventory
from inventories.reading import allowed
from inventories.trait_file import ENDINGS
from traitscope.bank import inventory_at
from traitscope.datafile import DataError, csv_rows, is_long, read_cells
from traitscope.design.design_file import folder_name
from traitscope.importing.psychobench import is_psychobench, read_psychobench
from traitscope.importing.qualtrics import is_qualtrics, read_qualtrics
from traitscope.importing.recording import make
from traitscope.importing.sheet import Sheet
from traitscope.importing.tabular import read_long, read_wide
from traitscope.importing.trait_answers import read_trait_answers
from traitscope.listing import terms_of
from traitscope.record import RUNS, Record

TABLES = (".sav", ".zsav", ".xlsx", ".xlsm")  # files that are no text


def import_file(
    path: Path, inventory: str | None = None, folder: Path | None = None, kind: str | None = None
) -> tuple[Record, Sheet]:
    """Make a record of the answers in a file; DataError names file, row, column, the value seen and those allowed.

    `inventory` is an id of the bank or a path. `kind` is one of `FORMATS`; without it the file tells. The record is
    `runs/` and the file's name where no folder is said.
    """
    if not path.is_file():
        raise DataError(f"{path}: cannot be read (no such file)")
    kind = kind or recognised(path)
    if kind not in FORMATS:
        raise DataError(f"--from {kind}: no such format; {allowed(FORMATS, kind)}")
    if inventory is None and kind != "trait":
        raise DataError(f"import {path}: needs --inventory ID, the inventory whose answers these are")
    asked = inventory_at(inventory or str(path.resolve()))
    sheet = FORMATS[kind](path, asked)
    if asked.translation is not None:  # a language is part of the form
        sheet.in_language(asked.language)
    return make(sheet, asked, folder or RUNS / (folder_name(path.stem) or "imported")), sheet


def recognised(path: Path) -> str:
    """Which of `FORMATS` a file has, by its ending and its first lines."""
    ending = path.suffix.lower()
    if ending in ENDINGS:
        return "trait"
    if ending not in TABLES:
        rows = csv_rows(path)
        if is_psychobench(rows):
            return "psychobench"
        if is_qualtrics(rows):
            return "qualtrics"
    return "long" if is_long(read_cells(path)) else "wide"


def told(record: Record, sheet: Sheet) -> tuple[dict[str, Any], str]:
    """What became of a file, for the command line: counts of sittings, personas and outcomes, and what to know of it."""
    with record.store() as store:
        names, rows = store.table("outcomes")
    each = [dict(zip(names, row, strict=True)) for row in rows]
    outcomes = {name: count for name in get_args(Outcome) if (count := sum(int(row[name]) for row in each))}
    terms = terms_of(record.inventories().values())
    found = ", ".join(f"{count:,} {name}" for name, count in outcomes.items())
    lines = [
        f"{record.folder}: {len(sheet.sittings):,} sittings of {len(sheet.people):,} personas imported from {sheet.file} ({sheet.kind})",
        f"{sum(outcomes.values()):,} cells: {found}",
        *(f"- {each}" for each in sheet.told),
        *terms,
        f"Next: {shlex.join(['traitscope', 'show', str(record.folder)])}",
    ]
    result = {
        "record": str(record.folder), "file": str(sheet.file), "format": sheet.kind, "sittings": len(sheet.sittings),
        "personas": len(sheet.people), "models": list(record.manifest.models), "outcomes": outcomes, "told": sheet.told,
        "terms": terms,
    }  # fmt: skip
    return result, "\n".join(lines)


FORMATS: dict[str, Callable[[Path, Inventory], Sheet]] = {
    "wide": read_wide,
    "long": read_long,
    "psychobench": read_psychobench,
    "trait": read_trait_answers,
    "qualtrics": read_qualtrics,
}
