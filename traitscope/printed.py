"""What `traitscope analyze`, `check` and `probe` print: their results as text for a terminal."""

from __future__ import annotations

import math
from typing import Any

from pandas import DataFrame

from inventories.definitions import Inventory
from traitscope.listing import terms_of
from traitscope.text import columns, frame

FEW = 3  # statistics whose tables are printed, too
MOST_ROWS = 40  # of a table; a screen holds no more, and --json has all


def collected(result: dict[str, Any], inventory: Inventory) -> str:
    """The statistics of an analysed file as text."""
    rows, effects = [], []
    for scale, each in result["scales"].items():
        alpha, whole = each["alpha"], each["complete_cases"]
        rows.append([
            scale, each["name"], each["n_rows"], each["n_persons"], _number(each["mean"]), _number(each["sd"]), _number(alpha["value"]),
            "-" if alpha["low"] is None else f"[{alpha['low']:.3f}, {alpha['high']:.3f}]", alpha["method"] or "-", alpha["note"] or "-",
            _number(each["alpha_person_means"]), f"{_number(whole['alpha'])} ({whole['n']})",
        ])  # fmt: skip
        if each["assigned"]:
            found = each["assigned"]
            effects.append(
                [scale, *(_number(found[name]) for name in ("d_ddof0", "d_ddof1", "spearman")), found["note"] or "-"]
            )
    header = ["scale", "name", "rows", "persons", "mean", "sd", "alpha", "95 % interval", "method", "note", "alpha of person means",
              "alpha of complete cases (n)"]  # fmt: skip
    parts = [
        f"{result['file']}: {result['n_rows']} rows, {result['n_persons']} persons, {inventory.title}, missing: {result['missing']}"
    ]
    parts.append(columns(header, rows))
    if effects:
        parts.append(
            "Effect of the assigned level\n"
            + columns(["scale", "d (ddof 0)", "d (ddof 1)", "Spearman", "note"], effects)
        )
    if result["forms"]:
        parts.append("Effect of the form\n" + frame(DataFrame(result["forms"]), 3))
    some = {name: each for name, each in result["statistics"].items() if not each["lacking"]}
    parts += [_statistic(name, each, with_tables=len(some) <= FEW) for name, each in some.items()]
    lacking = [f"  {name}: {each['lacking']}" for name, each in result["statistics"].items() if each["lacking"]]
    parts += ["\n".join(["Does not apply", *lacking])] if lacking else []
    parts += ["\n".join(f"Warning: {each}" for each in result["warnings"])] if result["warnings"] else []
    terms = terms_of([inventory])
    return "\n\n".join(parts + terms)


def _statistic(name: str, result: dict[str, Any], *, with_tables: bool) -> str:
    """One statistic as text: its estimates in one table, then its own tables, or where to find them."""
    parts = [f"{result['title']} ({name})"]
    if "failed" in result:
        parts.append(f"failed: {result['failed']}")
    estimates = result["estimates"]
    if estimates:
        rows = [
            [each["scale"], each["quantity"], _number(each["value"]), _interval(each), each["method"] or "-", each["n_persons"] or "-",
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
        more = f" (the first {MOST_ROWS} of {len(shown)} rows; --json has all)" if len(shown) > MOST_ROWS else ""
        parts.append(f"{title}{more}\n" + frame(shown.head(MOST_ROWS).fillna(math.nan), 3))
    return "\n".join(parts)


def _warnings(estimates: list[dict[str, Any]]) -> list[str]:
    """Each warning once, with the scales it is told of."""
    scales: dict[str, list[str]] = {}
    for each in estimates:
        for warning in each["warnings"]:
            if each["scale"] not in scales.setdefault(warning, []):
                scales[warning].append(each["scale"])
    return [f"  {', '.join(told)}: {warning}" for warning, told in scales.items()]


def _interval(estimate: dict[str, Any]) -> str:
    if estimate["low"] is None or estimate["high"] is None:
        return "-"
    return f"[{estimate['low']:.3f}, {estimate['high']:.3f}]"


def listed(statistics: dict[str, dict[str, str]]) -> tuple[dict[str, Any], str]:
    """The names of all statistics, and whether they apply."""
    rows = [
        [name, each["title"], *([each["lacking"] or "applies"] if "lacking" in each else [])]
        for name, each in statistics.items()
    ]
    header = ["name", "statistic", *(["for these data"] if rows and len(rows[0]) > 2 else [])]
    return {"statistics": statistics}, columns(header, rows)


def checked(rows: list[dict[str, Any]]) -> tuple[dict[str, Any], str]:
    """Recovered against true values, world by world."""
    plain = [{name: _plain(value) for name, value in row.items()} for row in rows]
    told = [row["inside"] for row in rows if row["inside"] is not None]
    summary = f"{sum(told)} of {len(told)} intervals hold the truth ({100 * sum(told) / max(1, len(told)):.0f} %; about 95 % should, those of means more often)"
    table = DataFrame(rows)
    table["interval"] = [_interval(row) for row in plain]
    parts = [
        f"World: {world}\n" + frame(some[["scale", "quantity", "true", "recovered", "interval", "inside", "note"]], 3)
        for world, some in table.groupby("world", sort=False)
    ]
    return {"rows": plain, "inside": sum(told), "intervals": len(told)}, "\n\n".join([*parts, summary])


def probed(result: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """What a model knew of an inventory."""
    rows = [
        [
            kind,
            name,
            _number(each["value"]),
            _interval(each),
            each["n_items"],
            each["extra"].get("chance", each["extra"].get("others", "-")),
            each["note"] or "-",
        ]
        for kind, found in result["results"].items()
        for name, each in found.items()
    ]
    header = ["probe", "quantity", "value", "interval", "items", "by chance", "note"]
    head = f"{result['model']}, {result['inventory']}: {result['answered']} of {result['probes']} probes answered; replies in {result['replies']}"
    return result, f"{head}\n\n{columns(header, rows)}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


def _plain(value: Any) -> Any:
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and not math.isfinite(value) else value
