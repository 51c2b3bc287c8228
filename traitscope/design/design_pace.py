"""How long a study takes: by what records of the same model took, by the check of the model, or by what is assumed."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from traitscope.cost import Range
from traitscope.design.design_probe import Answer
from traitscope.headway import duration
from traitscope.kept import kept
from traitscope.record import Record
from traitscope.store import StoreError
from traitscope.study import Study

PAUSE = 20.0  # seconds without any answer are a pause between two runs, and no part of the pace
RECENT, FEWEST = 60, 20  # sittings of a record that are looked at, the last ones; and calls that are needed
LOOKED_AT = 8  # records, the newest
ASSUMED = {"simulated": Range(500, 5000), "local": Range(5, 60)}  # calls a second, on a laptop's processor
ASSUMED_SECONDS = Range(0.5, 8.0)  # of one call to a server or provider
LONGER = 2.0  # how much slower or faster than measured a run may turn out

# by the last sittings, since the last calls of one model among many would have to be looked for
CREATED = """
    SELECT c.created FROM (SELECT id FROM sittings WHERE model = ? AND elicitation = ? ORDER BY number DESC LIMIT ?) s
        CROSS JOIN trials t ON t.sitting = s.id CROSS JOIN call_trials x ON x.trial = t.id AND x.line = 0
        CROSS JOIN calls c ON c.id = x.call
    WHERE c.error IS NULL AND c.source IS NULL"""


class Pace(NamedTuple):
    """Calls a second of one model in one elicitation, and where that is known from."""

    calls: Range
    source: str


def paces(study: Study, parts: Iterable[Mapping[str, Any]], records: Sequence[Record], checks: Mapping[str, Answer]) -> dict[tuple[str, str], Pace]:  # fmt: skip
    """The pace of each model and elicitation among `parts` of a plan."""
    found: dict[tuple[str, str], Pace] = {}
    for part in parts:
        place = part["model"], part["elicitation"]
        if place not in found:
            found[place] = _pace(study, *place, records, checks.get(place[0]))
    return found


def seconds(parts: Iterable[Mapping[str, Any]], known: Mapping[tuple[str, str], Pace]) -> Range:
    """How long all parts take, one model after the other."""
    whole = Range()
    for part in parts:
        calls = known[part["model"], part["elicitation"]].calls
        whole += Range(part["calls"] / calls.high, part["calls"] / calls.low)
    return whole


def told(whole: Range, known: Mapping[tuple[str, str], Pace]) -> tuple[str, list[str]]:
    """The time in words, and where each model's pace is known from."""
    low, high = duration(whole.low), duration(whole.high)
    sources = [f"{model}, {elicitation}: {_speed(pace.calls)}, {pace.source}" for (model, elicitation), pace in known.items()]  # fmt: skip
    return (low if low == high else f"{low} to {high}"), sources


def _pace(study: Study, model: str, elicitation: str, records: Sequence[Record], check: Answer | None) -> Pace:
    for record in [each for each in records if model in each.manifest.models][:LOOKED_AT]:
        measured = kept(_measured, record, model, elicitation)
        if measured:
            return Pace(Range(measured / LONGER, measured * LONGER), f"measured in the record {record.name}")
    kind = model.partition(":")[0]
    if check and check.seconds:
        at_once = study.limits.concurrency if kind != "local" else 1
        per_second, source = Range(at_once / check.seconds / 8, at_once / check.seconds), "by the check of the model"
    elif kind in ASSUMED:
        per_second, source = ASSUMED[kind], "assumed: no record of this model yet"
    else:
        at_once = study.limits.concurrency
        per_second = Range(at_once / ASSUMED_SECONDS.high, at_once / ASSUMED_SECONDS.low)
        source = f"assumed: {at_once} calls in flight, {ASSUMED_SECONDS.low:g} to {ASSUMED_SECONDS.high:g} s each"
    most = study.limits.requests_per_minute
    if most and kind not in ASSUMED:
        per_second = Range(min(per_second.low, most / 60), min(per_second.high, most / 60))
        source += f"; at most {most:g} a minute"
    return Pace(per_second, source)


def _measured(record: Record, model: str, elicitation: str) -> float | None:
    """Calls a second in this record, pauses left out; None where there are too few to tell."""
    try:
        with record.store() as store:
            _, rows = store.rows(CREATED, (model, elicitation, RECENT))
    except StoreError:
        return None
    times = sorted(row[0] for row in rows)
    steps = [later - earlier for earlier, later in itertools.pairwise(times) if later - earlier < PAUSE]
    took = sum(steps)
    return len(steps) / took if len(steps) >= FEWEST and took > 0 else None


def _speed(calls: Range) -> str:
    unit, factor = next((unit, factor) for unit, factor in (("second", 1), ("minute", 60), ("hour", 3600)) if calls.low * factor >= 1 or factor == 3600)  # fmt: skip
    return f"{calls.low * factor:,.0f} to {calls.high * factor:,.0f} calls a {unit}"
