"""The tables of a bundle for SPSS: .sav files with labels of variables and of values."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
from pandas import DataFrame

from traitscope.bundle.tabling import WRITTEN, Table

LONGEST_NAME, LONGEST_LABEL, LONGEST_VALUE_LABEL = 64, 250, 120  # in bytes that SPSS takes
RESERVED = {"all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with"}


def write_spss(table: Table, folder: Path) -> None:
    """Answers, wide tables and scores as .sav; raw replies stay in the other files, for SPSS cuts long texts."""
    import pyreadstat

    if table.name.startswith("estimates/") or table.name == "codebook":
        return
    frame = table.frame.drop(columns=list(WRITTEN & set(table.frame.columns) - {"options"}))
    columns = [str(each) for each in frame.columns]
    names = variable_names(columns)
    labels = {
        name: {value: _cut(text, LONGEST_VALUE_LABEL) for value, text in table.labels[column].items()}
        for name, column in zip(names, columns, strict=True)
        if column in table.labels
    }
    pyreadstat.write_sav(
        _plain(frame).set_axis(names, axis="columns"),
        str(folder / f"{table.name}.sav"),
        file_label=table.name,
        column_labels=[_cut(table.told[each], LONGEST_LABEL) for each in columns],
        variable_value_labels=labels,
    )


def variable_names(columns: list[str]) -> list[str]:
    """Names that SPSS takes, each once, whatever the case: letters, digits, full stop and underscore.

    >>> variable_names(["assigned.E", "to", "1-a", "TO", "x."])
    ['assigned.E', 'to_', 'v1_a', 'TO_2', 'x_']
    """
    found: list[str] = []
    taken: set[str] = set()
    for column in columns:
        name = re.sub(r"[^\w.]", "_", column)
        name = name if name[:1].isalpha() else f"v{name}"
        name = _cut(name, LONGEST_NAME - 4)
        name = f"{name[:-1]}_" if name.endswith(".") else name
        name = f"{name}_" if name.lower() in RESERVED else name
        number, stem = 1, name
        while name.lower() in taken:
            number += 1
            name = f"{stem.removesuffix('_')}_{number}"
        taken.add(name.lower())
        found.append(name)
    return found


def _cut(text: str, most: int) -> str:
    return text.encode()[:most].decode(errors="ignore")


def _plain(frame: DataFrame) -> DataFrame:
    """Numbers as decimals and texts as objects: all that the file format knows."""
    changed: dict[str, Any] = {}
    for name in frame.columns:
        column = frame[name]
        if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
            changed[name] = column.astype("float64")
        else:
            changed[name] = column.astype(object).where(column.notna(), "")
    return frame.assign(**changed)
