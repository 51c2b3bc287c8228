"""Going on with a record from the browser: what it takes, what it may cost, and the start in a process of its own."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import msgspec

from inventories.reading import DefinitionError
from inventories.responder import ResponderError
from traitscope import cost, planning
from traitscope.background import can_stop, last_words, start, stop
from traitscope.lock import is_held
from traitscope.record import Record
from traitscope.responders import keys_needed
from traitscope.store import StoreError
from traitscope.study import load_study
from traitscope.study_file import StudyError


def needed(record: Record) -> dict[str, Any]:
    """What it takes to go on: `keys` (variables that are not set), `forecast` in words ("" where it is free), `problem`.

    `limit` is the record's cost in all, US dollars in whole cents, if the rest costs as much as it may; None where the rest
    is free or the price of a model is not known.
    """
    try:
        study = load_study(record.folder / "study.toml")
        dear = tuple(each for each in study.models if cost.is_paid(each))
        rows = planning.forecast(msgspec.structs.replace(study, models=dear), record.manifest.abilities, record.folder) if dear else []  # fmt: skip
        paid = [row for row in rows if row.usd is None or row.usd.high]
        keys = keys_needed({each.name: each.parameters for each in study.models})
        priced = all(cost.price_of(each) is not None for each in study.models)
        high = cost.total(rows).high
        with record.store() as store:
            limit = _cents(high + store.spent()) if priced and high > 0 else None
    except (StudyError, DefinitionError, ResponderError, StoreError) as problem:
        return {"keys": [], "forecast": "", "limit": None, "problem": str(problem)}
    return {"keys": keys, "forecast": _told(paid), "limit": limit, "problem": ""}


def state(record: Record) -> dict[str, Any]:
    """Whether it is being asked now and can be stopped from here; else what stopped the process that was started from here.

    `stopped` is "" where nothing did.
    """
    asked = is_held(record.folder)
    said = [last_words(record.folder), last_words(record.folder, "--max-cost")]  # after the latter comes a summary
    stopped = [each for each in said if each.startswith("traitscope:")]
    return {
        "asked": asked,
        "can_stop": can_stop(record.folder),
        "stopped": stopped[0] if stopped and not asked else "",
    }


def go_on(record: Record, keys: Mapping[str, str] | None = None, max_cost: float | None = None) -> int:
    """Start to ask what is missing, until the record has cost `max_cost` US dollars in all; return the process's id.

    Keys are in that process's environment alone.
    """
    given = {name: key for name, key in (keys or {}).items() if key}
    return start(record.folder / "study.toml", record.folder, given, max_cost)


def end(record: Record) -> bool:
    """Stop the process that was started from here; what was answered is kept."""
    return stop(record.folder)


def _cents(dollars: float) -> float:
    """Rounded up to whole cents."""
    return math.ceil(round(dollars * 100, 6)) / 100


def _told(rows: list[cost.Forecast]) -> str:
    if not rows:
        return ""
    calls = sum(row.calls for row in rows)
    unknown = [row.model for row in rows if row.usd is None]
    price = cost.total(rows)
    told = [f"{calls:,} calls are left" + (f", which may cost {planning.dollars(price)}" if price.high else "")]
    told += (
        [f"no price is known for {', '.join(unknown)}, so no sum to stop at can be set (a study says it as `price`)"]
        if unknown
        else []
    )
    return "; ".join(told) + "."
