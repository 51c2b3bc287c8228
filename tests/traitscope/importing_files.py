"""Files of answers for the tests of the import."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from traitscope import analysis
from traitscope.importing.reading import import_file
from traitscope.importing.sheet import Sheet
from traitscope.record import Record

TIPI = [f"tipi_{number:02d}" for number in range(1, 11)]


def written(path: Path, header: Sequence[str], *rows: Sequence[Any]) -> Path:
    """A CSV file with these lines."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def imported(path: Path, inventory: str | None = "tipi", kind: str | None = None) -> tuple[Record, Sheet]:
    """The record that the import makes of a file, in a folder beside it."""
    return import_file(path, inventory, path.parent / "record", kind)


def answers(path: Path, inventory: str | None = "tipi", kind: str | None = None) -> pd.DataFrame:
    """The answers table of the record of a file."""
    return analysis.answers(imported(path, inventory, kind)[0])
