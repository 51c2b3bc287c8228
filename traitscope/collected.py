"""Answers collected elsewhere: a CSV with one row a respondent becomes the same statistics as a record."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any

import pandas as pd
from pandas import DataFrame, Series

from inventories.definitions import Inventory
from inventories.reading import allowed
from psychometrics.alpha import cronbach_alpha
from psychometrics.estimate import Missing
from psychometrics.scoring import keyed, keying_suspicion, normal_percentile, scale_score, t_score
from traitscope.analysis import norm_for
from traitscope.estimates import alpha_of, alpha_row, effect_row, factor_rows


class DataError(ValueError):
    """A table that cannot be analysed; the message is one line with file, place, value and what is allowed."""


BLANK = frozenset({"", "NA", "N/A", "NaN", "nan", "null", "None", "."})


def analyze(
    path: Path | str, inventory: Inventory, *, already_keyed: bool = False, missing: Missing = "pairwise"
) -> dict[str, Any]:
    """Scale statistics of the answers in a CSV file.

    Columns named by item id hold raw answers. `persona` says who a repeated row belongs to (without it every row is
    a person), with a column `model` each model x persona is one; `assigned.SCALE` is an assigned level; `factor.NAME`
    a form factor. Others are left alone. Returns what `traitscope analyze --json` prints; NaN is None.
    """
    table = _read(Path(path))
    warnings = _unknown_columns(table, inventory, str(path))
    if renamed := _other_ids(table, inventory):
        table = table.rename(columns=renamed)
        first = next(iter(renamed))
        warnings.append(
            f"{path}: {len(renamed)} columns have the items' ids of another collection ({first} is {renamed[first]})"
        )
    answers = _answers(table, inventory, str(path))
    who = _persons(table)
    scales: dict[str, Any] = {}
    for scale in inventory.scales:
        keys = {item: key for item, key in inventory.keys(scale).items() if item in answers}
        if absent := sorted(set(inventory.keys(scale)) - set(keys)):
            warnings.append(
                f"scale {scale}: {len(absent)} of {len(inventory.keys(scale))} items have no column ({', '.join(absent[:5])})"
            )
        if not keys:
            continue
        found, told = _scale(table, answers[list(keys)], keys, who, inventory, scale, already_keyed, missing)
        scales[scale] = found
        warnings += [f"scale {scale}: {each}" for each in told]
    result = {
        "file": str(path),
        "inventory": inventory.id,
        "n_rows": len(table),
        "n_persons": who.nunique(),
        "missing": missing,
        "already_keyed": already_keyed,
        "scales": scales,
        "forms": _forms(table, answers, who),
        "warnings": warnings,
    }
    plain: dict[str, Any] = _plain(result)
    return plain


def _read(path: Path) -> DataFrame:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file, dialect=_dialect(file.readline(), file)))
    except OSError as problem:
        raise DataError(f"{path}: cannot be read ({problem.strerror})") from None
    except UnicodeDecodeError as problem:
        raise DataError(f"{path}: byte {problem.start} is not UTF-8; save the file as UTF-8") from None
    except csv.Error as problem:
        raise DataError(f"{path}: not a CSV file: {problem}") from None
    if len(rows) < 2:
        raise DataError(f"{path}: needs a header line and at least one row")
    header = [name.strip() for name in rows[0]]
    if doubled := sorted({name for name in header if name and header.count(name) > 1}):
        raise DataError(f"{path}, header: the column {doubled[0]!r} stands twice")
    for number, row in enumerate(rows[1:], start=2):
        if row and len(row) != len(header):
            raise DataError(f"{path}, line {number}: {len(row)} cells, but the header has {len(header)}")
    return DataFrame([row for row in rows[1:] if row], columns=header, dtype=str)


def _dialect(first: str, file: Any) -> type[csv.Dialect]:
    file.seek(0)
    semicolon = first.count(";") > first.count(",")
    tab = first.count("\t") > max(first.count(";"), first.count(","))
    return type("Dialect", (csv.excel,), {"delimiter": "\t" if tab else ";" if semicolon else ","})


def _answers(table: DataFrame, inventory: Inventory, file: str) -> DataFrame:
    """The item columns as numbers; a cell that is no answer of its item is an error that says where."""
    items = {item.id: item for item in inventory.items}
    present = [name for name in table.columns if name in items]
    if not present:
        raise DataError(f"{file}, header: no column is an item of {inventory.id}; {allowed(list(items)[:12])} ...")
    columns = {}
    for name in present:
        low, high = inventory.range_of(items[name])
        text = table[name].str.strip()
        number = pd.to_numeric(text.where(~text.isin(BLANK)), errors="coerce")
        wrong = ~text.isin(BLANK) & ~number.between(low, high)
        if wrong.any():
            row = int(wrong.to_numpy().argmax())
            raise DataError(
                f"{file}, row {row + 1}, column {name!r}: {text.iloc[row]!r} is no answer; allowed: {low} to {high}, or empty"
            )
        columns[name] = number.astype(float)
    return DataFrame(columns)


def _other_ids(table: DataFrame, inventory: Inventory) -> dict[str, str]:
    """Columns that name an item by its id in another collection, as a Mini-IPIP item inside the IPIP-50."""
    own = {item.id for item in inventory.items}
    if own & set(table.columns):
        return {}
    return {
        mark: item.id
        for item in inventory.items
        for mark in item.marks.values()
        if isinstance(mark, str) and mark in table
    }


def _persons(table: DataFrame) -> Series:
    if "persona" not in table:
        return Series(range(len(table)), index=table.index)
    return table["model"] + " / " + table["persona"] if "model" in table else table["persona"]


def _unknown_columns(table: DataFrame, inventory: Inventory, file: str) -> list[str]:
    told = []
    for name in table.columns:
        scale = name.partition("assigned.")[2]
        if scale and scale not in inventory.scales:
            told.append(f"{file}: column {name!r} names no scale of {inventory.id}; {allowed(inventory.scales, scale)}")
    return told


def _scale(
    table: DataFrame,
    raw: DataFrame,
    keys: dict[str, int],
    who: Series,
    inventory: Inventory,
    scale: str,
    already_keyed: bool,
    missing: Missing,
) -> tuple[dict[str, Any], list[str]]:
    ends = {item: inventory.range_of(inventory.item(item)) for item in keys}
    low, high = {item: each[0] for item, each in ends.items()}, {item: each[1] for item, each in ends.items()}
    wide = raw if already_keyed else keyed(raw, keys, low, high)
    if missing == "listwise":
        wide = wide.dropna()
    check = keying_suspicion(raw, keys, low, high, already_keyed=already_keyed)
    score = scale_score(wide, inventory.scoring)["score"]
    answered = wide.notna().any(axis=1)
    persons = who[wide.index]
    column = f"assigned.{scale}"
    levels = pd.to_numeric(table[column], errors="coerce") if column in table else Series(math.nan, index=table.index)
    found = alpha_of(wide, list(persons), levels[wide.index], missing)
    row = alpha_row(found, len(wide))
    complete = wide.dropna()
    total = scale_score(complete, inventory.scoring)["score"]
    result: dict[str, Any] = {
        "name": inventory.scale(scale).name,
        "n_rows": int(answered.sum()),
        "n_persons": int(persons[answered].nunique()),
        "n_items": len(keys),
        "mean": score.mean(),
        "sd": score.std(),
        "alpha": {
            "value": found.value,
            "low": row["low"],
            "high": row["high"],
            "method": row["method"],
            "note": found.note,
        },
        "alpha_person_means": row["alpha_person_means"],
        "complete_cases": {
            "n": len(complete),
            "mean": total.mean(),
            "sd": total.std(),
            "alpha": _complete_alpha(complete),
        },
        "assigned": None,
        "norm": _norm(inventory, scale, score),
        "warnings": [*found.warnings],
    }
    if column in table:
        effect = effect_row(score, levels[wide.index], persons)
        result["assigned"] = {
            name: effect[name]
            for name in (
                "d_ddof0",
                "d_ddof1",
                "d_low",
                "d_high",
                "d_method",
                "spearman",
                "spearman_low",
                "spearman_high",
                "note",
            )
        }
    return result, [check.warning] if check.warning else []


def _complete_alpha(complete: DataFrame) -> float:
    return cronbach_alpha(complete, missing="listwise").value


def _norm(inventory: Inventory, scale: str, score: Series) -> dict[str, Any] | None:
    """Where the mean of these rows stands in a norm group."""
    norm = norm_for(inventory)
    if norm is None or scale not in norm.scales or (norm.metric == "sum") != (inventory.scoring == "sum"):
        return None
    figures = norm.scales[scale]
    mean, sd = score.mean(), figures.sd or math.nan
    return {
        "id": norm.id, "population": norm.population, "n": figures.n or norm.n, "mean": figures.mean, "sd": sd,
        "t": t_score(mean, figures.mean, sd), "percentile": normal_percentile(mean, figures.mean, sd),
    }  # fmt: skip


def _forms(table: DataFrame, answers: DataFrame, who: Series) -> list[dict[str, Any]]:
    factors = [name for name in table.columns if name.startswith("factor.") and table[name].nunique() > 1]
    rows = []
    for factor in factors:
        others = table[
            [each for each in factors if each != factor] + [each for each in ("replicate",) if each in table]
        ]
        cell = others.astype(str).agg("|".join, axis=1) if others.shape[1] else Series("", index=table.index)
        long = answers.assign(person=who, level=table[factor], cell=cell).melt(
            ["person", "level", "cell"], var_name="item"
        )
        long["item"] = long["item"] + "|" + long.pop("cell")
        if long.duplicated(["person", "item", "level"]).any():
            long = long.groupby(["person", "item", "level"], sort=False)["value"].mean().reset_index()
        rows += factor_rows(long, factor.removeprefix("factor."))
    return rows


def _plain(value: Any) -> Any:
    """Numbers, texts, lists and tables for JSON; what is not a finite number becomes null."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
