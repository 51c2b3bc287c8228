"""Going on with a record from the browser: what it takes, what it may cost, and the start in a process of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inventories.reading import DefinitionError
from inventories.responder import ResponderError
from traitscope import cost, planning
from traitscope.lock import is_held
from traitscope.record import Record
from traitscope.responders import keys_needed
from traitscope.runner import last_words, start
from traitscope.store import StoreError
from traitscope.study import load_study
from traitscope.study_file import StudyError


def needed(record: Record) -> dict[str, Any]:
    """What it takes to go on: `keys` (variables that are not set), `forecast` in words ("" where it is free), `problem`."""
    try:
        study = load_study(record.folder / "study.toml")
        rows = planning.forecast(study, record.manifest.abilities, record.folder)
        paid = [row for row in rows if row.usd is None or row.usd.high]
        keys = keys_needed({each.name: each.parameters for each in study.models})
    except (StudyError, DefinitionError, ResponderError, StoreError) as problem:
        return {"keys": [], "forecast": "", "problem": str(problem)}
    return {"keys": keys, "forecast": _told(paid), "problem": ""}


def state(record: Record) -> dict[str, Any]:
    """Whether it is being asked now, and else what stopped the process that was started from here ("" where nothing did)."""
    asked = is_held(record.folder)
    said = last_words(record.folder)
    return {"asked": asked, "stopped": said if said.startswith("traitscope:") and not asked else ""}


def go_on(record: Record, keys: Mapping[str, str] | None = None) -> int:
    """Start to ask what is missing; return the process's id. Keys are in that process's environment alone."""
    return start(record.folder / "study.toml", record.folder, {name: key for name, key in (keys or {}).items() if key})


def _told(rows: list[cost.Forecast]) -> str:
    if not rows:
        return ""
    calls = sum(row.calls for row in rows)
    unknown = [row.model for row in rows if row.usd is None]
    price = cost.total(rows)
    told = [f"{calls:,} calls are left"]
    told += [f"which may cost {planning.dollars(price)}"] if price.high else []
    told += [f"no price is known for {', '.join(unknown)}"] if unknown else []
    return "; ".join(told) + "."
