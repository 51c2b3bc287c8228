"""What a study that is being composed would ask, take, cost and buy; no model is asked for that."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from inventories.reading import DefinitionError
from inventories.responder import Abilities, ResponderError
from traitscope import buying, cost, planning
from traitscope.cost import ASK_ABOVE
from traitscope.design import design_pace
from traitscope.design.design_file import checked, stamp
from traitscope.design.design_probe import Answer
from traitscope.design.design_start import Growth, growth
from traitscope.freeze import told_before
from traitscope.interviews import check_served, interviews, seats, summary
from traitscope.record import Record
from traitscope.responders import by_name
from traitscope.store import StoreError
from traitscope.study import Study
from traitscope.study_file import Model, StudyError, StudyFile

# before a model is checked it may do all that is asked; a text takes the most tokens, so the price is not too low
UNCHECKED = Abilities(labels=False, likelihood=True, structured=True)
UNCHECKED_LOCAL = Abilities(labels=True, likelihood=True)


class Plan(msgspec.Struct, frozen=True):
    """A study that can be asked and what it comes to; `problem` says in words why it cannot."""

    study: Study | None = None
    problem: str = ""
    counts: dict[str, Any] = {}
    rows: list[cost.Forecast] = []  # of what is paid
    notes: list[str] = []
    unchecked: list[str] = []  # models of which it is assumed that they can do all that is asked
    limit: float | None = None  # US dollars that the record may cost in all, in whole cents; None: free, or unknown
    confirm: bool = False  # it may cost more than a dollar, or nobody knows what
    growth: Growth | None = None  # what its record has answered already

    @property
    def sittings(self) -> int:
        return sum(part["sittings"] for part in self.counts["parts"])

    @property
    def price(self) -> str:
        """The cost in words."""
        if not self.rows:
            return "nothing"
        known = cost.total(self.rows)
        return planning.dollars(known) if any(row.usd for row in self.rows) else "unknown"

    @property
    def unpriced(self) -> list[str]:
        """Models that are paid and have no price here."""
        return [row.model for row in self.rows if row.usd is None]


def plan(file: StudyFile, home: Path, folder: Path, checks: Mapping[str, Answer]) -> Plan:
    """The plan of a study whose record is, or will be, `folder`; `checks` has what models were found to be able to do."""
    able = {name: each.able for name, each in checks.items() if each.able is not None}
    record = folder / "manifest.json"
    state = Record(folder).stamp() if record.is_file() else ()
    encoded = msgspec.json.encode((file, able), order="sorted")
    return _planned(encoded, str(home), str(folder), stamp(file, home), state)


@lru_cache(maxsize=64)
def _planned(encoded: bytes, home: str, folder: str, files: tuple[Any, ...], state: tuple[int, ...]) -> Plan:
    """As `plan`; `files` and `state` change when what is read from the disk does."""
    file, able = msgspec.json.decode(encoded, type=tuple[StudyFile, dict[str, Abilities]])
    study, problem = checked(file, Path(home))
    if study is None:
        return Plan(problem=problem)
    try:
        abilities = {each.name: able.get(each.name) or _assumed(each) for each in study.models}
        check_served(study, abilities)
        counts = summary(study, abilities)
        paid = [each for each in study.models if cost.is_paid(each)]
        rows: list[cost.Forecast] = []
        if paid:
            rows = planning.forecast(msgspec.structs.replace(study, models=tuple(paid)), abilities, Path(folder))
        rows = [row for row in rows if row.usd is None or row.usd.high]
        notes = [*told_before(study, Path(folder), interviews(study, abilities)), *planning.notes_of(study, abilities)]
        spent = _spent(Path(folder)) if rows else 0.0
        more = growth(Record(Path(folder)), study, abilities, counts["trials"]) if state else None
    except (StudyError, DefinitionError, ResponderError, StoreError) as mistake:
        return Plan(problem=str(mistake).replace(f"{study.path}, ", "").replace(f"{study.path}: ", ""))
    high, priced = cost.total(rows).high, all(row.usd is not None for row in rows)
    return Plan(
        study=study,
        counts=counts,
        rows=rows,
        notes=notes,
        unchecked=[each.name for each in study.models if each.name not in able and not each.name.startswith("simulated:")],
        limit=math.ceil(round((high + spent) * 100, 6)) / 100 if rows and priced else None,
        confirm=bool(rows) and (high > ASK_ABOVE or not priced),
        growth=more,
    )  # fmt: skip


def time_told(made: Plan, records: Sequence[Record], checks: Mapping[str, Answer]) -> tuple[str, list[str]]:
    """How long the study takes, in words, and where each model's pace is known from."""
    assert made.study is not None
    known = design_pace.paces(made.study, made.counts["parts"], records, checks)
    return design_pace.told(design_pace.seconds(made.counts["parts"], known), known)


def pilots(made: Plan, records: Iterable[Record]) -> list[str]:
    """Records of the same models and inventories: what they found tells what this study will buy."""
    assert made.study is not None
    names, asked = {each.name for each in made.study.models}, set(made.study.inventories)
    return [
        each.name for each in records if names & set(each.manifest.models) and asked & set(each.manifest.inventories)
    ]


def places(made: Plan, record: Record) -> list[buying.Place]:
    """Which inventory of which model a D-study of the pilot `record` may speak of, and in how many forms and draws."""
    assert made.study is not None
    few = msgspec.structs.replace(made.study, personas=_few(made.study))
    known = {each.name: record.manifest.abilities.get(each.name) or _assumed(each) for each in few.models}
    here = [each for each in few.models if each.name in record.manifest.models]
    try:
        return buying.places(record, seats(few, known, here))
    except (StoreError, StudyError):
        return []


def _few(study: Study) -> tuple[Any, ...]:
    """A persona for each ask: how many there are makes no difference to forms and draws."""
    some = []
    for ask in study.asks:
        some += [each for each in study.personas if ask.personas is None or {each.id, each.set} & set(ask.personas)][:1]
    return tuple({each.id: each for each in some}.values())


def _assumed(model: Model) -> Abilities:
    kind = model.name.partition(":")[0]
    if kind == "simulated":
        return by_name(model.name, model.parameters).can()
    return UNCHECKED_LOCAL if kind == "local" else UNCHECKED


def _spent(folder: Path) -> float:
    if not (folder / "answers.sqlite").is_file():
        return 0.0
    with Record(folder).store() as store:
        return store.spent()
