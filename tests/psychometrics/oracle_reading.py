"""Reads a case of R's values the way R did (as `load_case.py` of the shared folder does), and compares numbers with it."""

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

Case = dict[str, Any]


def read_cases(folder: Path) -> list[Case]:
    """Every case of a folder that has cases/ and data/; a case remembers its folder."""
    return [
        json.loads(each.read_text("utf-8")) | {"folder": folder} for each in sorted((folder / "cases").glob("*.json"))
    ]


def as_list(value: Any) -> list[str]:
    if not value:
        return []
    return [value] if isinstance(value, str) else list(value)


def prepared(case: Case) -> pd.DataFrame | None:
    """The case's table after where, columns, reverse, listwise, first n rows, in this order."""
    if "data" not in case:
        return None
    prep = case.get("prep") or {}
    table = pd.read_csv(case["folder"] / case["data"])
    for where in as_list(prep.get("where")):
        where = re.sub(r"%in%\s*c\(([^)]*)\)", r"in [\1]", where)
        where = re.sub(r"%in%\s*(\d+):(\d+)", lambda m: f"in {list(range(int(m[1]), int(m[2]) + 1))}", where)
        table = table.query(where.replace("&", " and "))
    if as_list(prep.get("items")):
        table = table[as_list(prep["items"]) + as_list(prep.get("keep"))]
    table = table.copy()
    for item in as_list(prep.get("reverse")):
        table[item] = prep["lo"] + prep["hi"] - table[item]
    if prep.get("na") == "listwise":
        table = table.dropna()
    return table.iloc[: prep.get("n") or len(table)].reset_index(drop=True)


def allowed(case: Case, path: tuple[str, ...], expected: float) -> float:
    """An exact key of `tolerance` wins, then the longest key that begins an element of the path, else `abs`."""
    best, length = case["tolerance"]["abs"], -1
    for key, value in case["tolerance"].items():
        for element in path if key != "abs" else ():
            fits = 1000 if element == key else len(key) if element.startswith(key) else -1
            if fits > length:
                best, length = value, fits
    return best + 1e-6 * abs(expected)


def differences(case: Case, expected: Any, found: Any, path: tuple[str, ...] = ()) -> Iterator[str]:
    """What is not as R has it. null in a case is what R could not compute either."""
    where = ".".join(path)
    if isinstance(expected, dict):
        for key, value in expected.items():
            if not isinstance(found, dict) or key not in found:
                yield f"{where}.{key}: not computed"
            else:
                yield from differences(case, value, found[key], (*path, str(key)))
    elif isinstance(expected, list):
        if len(found) != len(expected):
            yield f"{where}: {found} instead of {expected}"
        for i, pair in enumerate(zip(expected, found, strict=False)):
            yield from differences(case, *pair, (*path, str(i)))
    elif expected is None:
        if found is not None and not math.isnan(found):
            yield f"{where}: {found} where R has none"
    elif isinstance(expected, str):
        if found != expected:
            yield f"{where}: {found!r} instead of {expected!r}"
    elif found is None or not abs(found - expected) <= allowed(case, path, expected):
        yield f"{where}: {found} instead of {expected}"
