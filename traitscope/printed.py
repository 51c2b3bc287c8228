"""What `traitscope analyze`, `check` and `probe` print: their results as text for a terminal."""

from __future__ import annotations

import math
from typing import Any

from pandas import DataFrame

from inventories.definitions import Inventory
from psychometrics.estimate import plain
from traitscope.listing import terms_of
from traitscope.text import columns, frame, interval


def collected(result: dict[str, Any], inventory: Inventory, *, with_tables: bool, most: int) -> str:
    """The statistics of an analysed file as text."""
    effects = []
    for scale, each in result["scales"].items():
        if found := each["assigned"]:
            effects.append(
                [scale, each["n_persons"], _number(found["d_ddof1"]), _interval(found, "d_"), found["d_method"] or "-", _number(found["d_ddof0"]),
                 _number(found["spearman"]), _interval(found, "spearman_"), found["note"] or "-"]
            )  # fmt: skip
    parts = [
        f"{result['file']}: {result['n_rows']} rows, {result['n_persons']} persons, {inventory.title}, missing: {result['missing']}"
    ]
    parts.append(_scales(result))
    parts += _told_of_rows(result)
    if effects:
        header = ["scale", "persons", "d (sample SD)", "95 % interval", "method", "d (population SD)", "Spearman",
                  "95 % interval", "note"]  # fmt: skip
        parts.append("Effect of the assigned level\n" + columns(header, effects))
    if result["forms"]:
        parts.append("Effect of the form\n" + frame(DataFrame(result["forms"]), 3))
    some = {name: each for name, each in result["statistics"].items() if not each["lacking"]}
    if "beside" in result:
        other = result["beside"]
        parts.append(
            f"Beside it: {other['file']}, {other['n_rows']} rows, {other['n_persons']} persons\n" + _scales(other)
        )
    parts += [_statistic(name, each, with_tables=with_tables, most=most) for name, each in some.items()]
    lacking = [f"  {name}: {each['lacking']}" for name, each in result["statistics"].items() if each["lacking"]]
    parts += ["\n".join(["Does not apply", *lacking])] if lacking else []
    parts += ["\n".join(f"Warning: {each}" for each in result["warnings"])] if result["warnings"] else []
    terms = terms_of([inventory])
    return "\n\n".join(parts + terms)


def _scales(result: dict[str, Any]) -> str:
    rows = []
    for scale, each in result["scales"].items():
        alpha, whole = each["alpha"], each["complete_cases"]
        rows.append([
            scale, each["name"], each["n_rows"], each["n_persons"], _number(each["mean"]), _number(each["sd"]), _number(alpha["value"]),
            _interval(alpha), alpha["method"] or "-", alpha["note"] or "-", _number(each["alpha_person_means"]),
            f"{_number(whole['alpha'])} ({whole['n']})",
        ])  # fmt: skip
    header = ["scale", "name", "rows", "persons", "mean", "sd", "alpha", "95 % interval", "method", "note", "alpha of person means",
              "alpha of complete rows (n)"]  # fmt: skip
    return columns(header, rows)


def _told_of_rows(result: dict[str, Any]) -> list[str]:
    """Which rows the statistics use, when persons have several; and what was lost."""
    told = []
    if result["lost"]:
        told.append("Without an answer: " + ", ".join(f"{count} {code}" for code, count in result["lost"].items()))
    if result["n_rows"] > result["n_persons"]:
        told.append(
            "Persons have several rows. The alpha above is over all rows, as published (over person means when forms differ); "
            "below, statistics of persons use the mean of a person's rows; ordinal alpha, IRT, DIF, WLSMV and the alphas "
            "under styles each person's first row; retest and kappa the first two replicates."
        )
    return ["\n".join(told)] if told else []


def _statistic(name: str, result: dict[str, Any], *, with_tables: bool, most: int) -> str:
    """One statistic as text: its estimates in one table, then its own tables, or where to find them."""
    parts = [f"{result['title']} ({name})"]
    if "failed" in result:
        parts.append(f"failed: {result['failed']}")
    estimates = result["estimates"]
    if estimates:
        rows = [
            [each["scale"], each["quantity"], _value(each), _interval(each), each["method"] or "-", each["n_persons"] or "-",
             each["note"] or "-"]
            for each in estimates
        ]  # fmt: skip
        parts.append(columns(["scale", "quantity", "value", "interval", "method", "persons", "note"], rows))
        parts += _warnings(estimates)
    if not with_tables:
        named = "; ".join(result["tables"])
        return "\n".join(parts + ([f"  tables: {named} (--only {name} prints them, --json has all)"] if named else []))
    for title, rows in result["tables"].items():
        shown = DataFrame(rows)
        more = f" (the first {most} of {len(shown)} rows; --rows {len(shown)} prints all)" if len(shown) > most else ""
        parts.append(f"{title}{more}\n" + frame(shown.head(most).fillna(math.nan), 3))
    return "\n".join(parts)


def _value(estimate: dict[str, Any]) -> str:
    whole = estimate["quantity"].startswith("number of") and estimate["value"] is not None
    return f"{estimate['value']:.0f}" if whole else _number(estimate["value"])


def _warnings(estimates: list[dict[str, Any]]) -> list[str]:
    """Each warning once, with the scales it is told of."""
    scales: dict[str, list[str]] = {}
    for each in estimates:
        for warning in each["warnings"]:
            if each["scale"] not in scales.setdefault(warning, []):
                scales[warning].append(each["scale"])
    return [f"  {', '.join(told)}: {warning}" for warning, told in scales.items()]


def _interval(estimate: dict[str, Any], of: str = "") -> str:
    """The interval of an estimate, or with `of` that of one of its numbers: keys low and high, d_low and d_high."""
    low, high = (math.nan if estimate[f"{of}{end}"] is None else estimate[f"{of}{end}"] for end in ("low", "high"))
    return interval(low, high, 3)


def listed(statistics: dict[str, dict[str, str]]) -> tuple[dict[str, Any], str]:
    """The names of all statistics, and whether they apply."""
    rows = [
        [name, each["title"], *([each["lacking"] or "applies"] if "lacking" in each else [])]
        for name, each in statistics.items()
    ]
    header = ["name", "statistic", *(["for these data"] if rows and len(rows[0]) > 2 else [])]
    return {"statistics": statistics}, columns(header, rows)


def checked(rows: list[dict[str, Any]], inventory: str, persons: int, seed: int) -> tuple[dict[str, Any], str]:
    """Recovered against true values, world by world."""
    numbers = [{name: plain(value) for name, value in row.items()} for row in rows]
    told = [row["inside"] for row in rows if row["inside"] is not None]
    head = (
        f"{inventory}, {persons} simulated persons in each world, seed {seed}. Each world differs from the plain one in one thing "
        "that is put in. True values are exact: they follow from how often each person would choose each option."
    )
    summary = (
        f"{sum(told)} of {len(told)} intervals hold the truth. A few misses are expected of 95 % intervals; fewer than 5 % come, since "
        "the truth is that of these very persons and not of others like them."
    )
    table = DataFrame(rows)
    table["interval"] = [_interval(row) for row in numbers]
    shown = ["scale", "quantity", "true", "recovered", "interval", "method", "inside", "note"]
    parts = [f"World: {world}\n" + frame(some[shown], 3) for world, some in table.groupby("world", sort=False)]
    result = {
        "inventory": inventory,
        "persons": persons,
        "seed": seed,
        "rows": numbers,
        "inside": sum(told),
        "intervals": len(told),
    }
    return result, "\n\n".join([head, *parts, summary])


PROBED = {
    "named": "share of replies that name the inventory",
    "advantage": "likeness to the item's own words less likeness to other items' (0: not known)",
    "exact": "share of replies that are word for word the item's",
    "nearest": "share of replies nearer to the item's own words than to any other's",
}


def probed(result: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """What a model knew of an inventory."""
    rows = [
        [kind, PROBED[name], _number(each["value"]), _interval(each), each["method"] or "-", each["n_items"],
         _number(each["extra"].get("chance")), each["note"] or "-"]
        for kind, found in result["results"].items()
        for name, each in found.items()
    ]  # fmt: skip
    header = ["probe", "quantity", "value", "95 % interval", "method", "items", "by chance", "note"]
    head = (
        f"{result['model']}, {result['inventory']}: {result['answered']} of {result['probes']} probes answered; replies in "
        f"{result['replies']}\nname: which questionnaire is this item from? complete: how does the item end? next: which item follows?"
    )
    return result, f"{head}\n\n{columns(header, rows)}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"
